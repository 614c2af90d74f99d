"""policy: every amount, hour and day that the regulation leaves to the centre, with the date from which each holds."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk import messages, periods
from svcdesk.columns import Column
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.regulation.policy import is_known, key_of
from svcdesk.render import tables

if TYPE_CHECKING:
    from svcdesk.desk import policies
else:
    policies = later("svcdesk.desk.policies")

noun = Noun("policy")

_IN_FORCE = (
    Column("key", brief=True, said="policy_key"),
    Column("value", brief=True),
    Column("unit", kind="word:unit", brief=True),
    Column("from", kind="date", brief=True),
    Column("description", brief=True),
)
_HISTORY = (
    Column("key", brief=True, said="policy_key"),
    Column("value", brief=True),
    Column("from", kind="date", brief=True),
    Column("reason", brief=True),
    Column("set_at", kind="instant", brief=True),
    Column("by", brief=True),
)


@noun.read("list")
def list_(r: Read, at: Text = None) -> None:
    on = periods.read_date(at, r.now, r.zone) if at else periods.today(r.now, r.zone)
    rows = []
    for name in r.ledger.policy.names():
        text, since = r.ledger.policy.text(name, on)
        unit, description = _explained(r, name)
        rows.append(
            {
                "key": name, "value": text, "unit": unit, "from": since.isoformat() if since else None,
                "description": description,
            }
        )  # fmt: skip
    tables.records(rows, _IN_FORCE, r.form, r.zone)


def _explained(r: Read, name: str) -> tuple[str | None, str]:
    """Return a key's unit and what it settles; a key of a newer program is only named."""
    if not is_known(name):
        r.ledger.unknown.add(name)
        return None, messages.say("policy.unknown")
    return key_of(name).unit, messages.find(f"policy.{name}") or messages.say("policy.role_limit")


@noun.write("set")
def set_(
    w: Write,
    key: Annotated[str, typer.Argument()],
    value: Annotated[str, typer.Argument()],
    from_: Annotated[str, typer.Option("--from")],
    reason: Annotated[str, typer.Option()],
) -> Receipt:
    return policies.set_(w, key, value, w.date(from_), reason)


@noun.read("history")
def history(r: Read, key: Annotated[str, typer.Argument()]) -> None:
    rows = policies.history(r.ledger, key)
    for row in rows:
        row["set_at"] = periods.local(periods.instant(row["set_at"]), r.zone)
    if is_known(key) or not rows:  # where there is no such key, this says which are near
        rows.insert(
            0, {"key": key, "value": key_of(key).first, "from": None, "reason": None, "set_at": None, "by": None}
        )
    else:
        r.ledger.unknown.add(key)
    tables.records(rows, _HISTORY, r.form, r.zone)
