"""contract: what was agreed with a customer, whether it includes installation, and what it promises (2.3)."""

from typing import TYPE_CHECKING

from svcdesk import messages
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import More, Noun
from svcdesk.commands.receipts import formatted
from svcdesk.desk.act import Word
from svcdesk.later import later
from svcdesk.model import Record
from svcdesk.periods import until
from svcdesk.registers.people import CONTRACTS
from svcdesk.regulation.promises import OF_CONTRACT

if TYPE_CHECKING:
    from svcdesk.desk import promises
    from svcdesk.month import promises as kept
else:
    promises, kept = later("svcdesk.desk.promises"), later("svcdesk.month.promises")


def _promise(w: Write, contract: int, given: dict[str, str]) -> None:
    dues = {OF_CONTRACT[name]: w.deadline(text) for name, text in given.items()}
    promises.of_contract(w, contract, dues)


def _told(r: Read, contract: Record, _: Record) -> list[tuple[str, str]]:
    """Tell each promise, how many were kept in time, and what the installation has cost."""
    sums = _counted(r, contract)
    lines = [(messages.say("columns.promise"), _promise_line(r, row)) for row in sums["promises"]]
    if lines:
        counts = messages.say("labels.promises_kept", n=len(lines), kept=sums["kept"], in_time=sums["kept_in_time"])
        lines.append((messages.say("columns.promises"), counts))
    cost = messages.say("labels.installation_cost", cost=sums["installation_cost"], excluded=sums["excluded_cost"])
    return [*lines, (messages.word("line", "installation"), cost)]


def _promise_line(r: Read, row: Record) -> str:
    what = row["text"] or Word("promise_kind", row["kind"])
    values = {
        "id": row["id"],
        "what": what,
        "due": until(row["due"], r.zone),
        "state": Word("promise_status", row["status"]),
    }
    late = row["in_time"] is False
    return messages.say("labels.promise_late" if late else "labels.promise", **formatted(values), n=row["late_days"])


def _counted(r: Read, contract: Record) -> Record:
    rows = kept.of_contract(r.ledger, r.now, contract["id"])
    cost, excluded = kept.installation_cost(r.ledger, contract["id"])
    counts = {
        "kept": sum(row["status"] == "kept" for row in rows),
        "kept_in_time": sum(row["in_time"] is True for row in rows),
    }
    return {"promises": rows, **counts, "installation_cost": cost, "excluded_cost": excluded}


def _keys(r: Read, contract: Record) -> Record:
    from svcdesk.values import to_json  # brings decimal, which no list needs

    sums = _counted(r, contract)
    return dict(to_json({**sums, "promises": [row["id"] for row in sums["promises"]]}, r.zone))


noun = Noun("contract")
noun.add_of(CONTRACTS, more=More(tuple(OF_CONTRACT), _promise))
noun.set_of(CONTRACTS, more=More(tuple(OF_CONTRACT), _promise))
noun.list_of(CONTRACTS, during=False)
noun.show_of(CONTRACTS, lambda ledger, no: ledger.contract(no), _told, _keys)
