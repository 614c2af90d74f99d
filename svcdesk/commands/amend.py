"""amend: put right what was typed wrongly of any record, with the reason; checked as if it had been typed so."""

from typing import Annotated

import typer

from svcdesk import messages
from svcdesk.commands import fields
from svcdesk.commands.context import reading, writing
from svcdesk.commands.noun import Noun, RequestId, Text, WriteFormat
from svcdesk.commands.receipts import finish
from svcdesk.desk import amending
from svcdesk.errors import BadInput
from svcdesk.model import bounded
from svcdesk.registers import changes

noun = Noun("amend")


@noun.plain("amend")
def amend(
    record: Annotated[str, typer.Argument()],
    reason: Annotated[str, typer.Option("--reason")],
    values: Annotated[list[str] | None, typer.Argument(metavar="FIELD=VALUE...")] = None,
    engineer: Text = None,
    department: Text = None,
    by: Text = None,
    request_id: RequestId = None,
    format: WriteFormat = "text",
) -> None:
    if not reason.strip():
        raise BadInput("empty", name="--reason")
    bounded("reason", reason)
    given = _pairs(values or []) or _nothing(record)
    typed = repr((record, sorted(given.items()), reason, engineer or department, by))
    options = {"note": reason, "by": by, "engineer": engineer}
    with writing(f"amend {record}", options, request_id, typed, format) as w:
        register, _ = amending.find(w.ledger, record)
        meant = {name: fields.meant(w.ledger, register, name, text) for name, text in given.items()}
        w.receipt = amending.amend(w, record, meant, w.given["engineer"] or department)
    assert w.ledger.entry is not None
    made = changes.changes(w.ledger, w.ledger.entry.seq)
    said = [changes.sentence(w.ledger, change, "amend") for change in made]
    w.receipt = w.receipt._replace(values={**w.receipt.values, "what": messages.say("labels.clause_joint").join(said)})
    finish(w, w.receipt, format)


def _pairs(values: list[str]) -> dict[str, str]:
    """Read FIELD=VALUE. Raises BadInput."""
    found = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise BadInput("not_a_pair", text=text)
        if name.strip() in found:
            raise BadInput("amended_twice", name=name.strip())
        found[name.strip()] = value
    return found


def _nothing(record: str) -> dict[str, str]:
    """Say what could be put right of a record. Raises BadInput, or NotFound for what is none."""
    with reading(False) as ledger:
        register, _ = amending.find(ledger, record)
        names = [column.name for column in amending.columns_of(register)]
        raise BadInput("amends_nothing", id=record, names=names)
