"""Promises: what a contract or a call promised, its dues, and how it ended (2.3, 3.4)."""

import json
from collections.abc import Mapping
from datetime import datetime

from svcdesk.desk.act import Act, Receipt, Word, not_before
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Record
from svcdesk.periods import stored, until
from svcdesk.registers.promises import due_of
from svcdesk.regulation import promises
from svcdesk.regulation.states import allow
from svcdesk.rules import missing_fields
from svcdesk.store import Ledger


def add(
    act: Act, kind: str, text: str, due: datetime, contract: str | None = None, ticket: str | None = None,
    quantity: int | None = None,
) -> Receipt:  # fmt: skip
    """Register what was promised to a contract's customer, or to a ticket's. Raises BadInput for both or neither."""
    if (contract is None) == (ticket is None):
        raise BadInput("one_of", names=["--contract", "--ticket"])
    asked = act.ledger.named("ticket", ticket) if ticket else None
    at = act.at(after=asked["received_at"] if asked else None)
    agreed = act.ledger.contract(contract)["id"] if contract else None
    number = act.ledger.insert(
        "promise", contract_id=agreed, ticket_id=asked["id"] if asked else None, kind=kind, text=text, at=at,
        first_due=not_before(due, at), quantity=quantity, by=act.by, note=act.note,
    )  # fmt: skip
    return Receipt(
        "promise_added", "promise", number, {"kind": Word("promise_kind", kind), "due": until(due, act.zone)}
    )


def of_contract(act: Act, contract_id: int, dues: Mapping[str, datetime]) -> None:
    """Register what a contract promises, by kind. Raises Refused where another promise of the kind is open."""
    for kind, due in dues.items():
        for known in act.ledger.rows(_OPEN_OF_CONTRACT, (contract_id, kind)):
            raise Refused("promise_open", id=f"PM{known['id']}", due=until(due_of(known), act.zone), article="2.3")
        act.ledger.insert("promise", contract_id=contract_id, kind=kind, at=act.at(), first_due=due, by=act.by)


_OPEN_OF_CONTRACT = """
    SELECT * FROM live_promise WHERE contract_id = ? AND kind = ? AND kept_at IS NULL AND dropped_at IS NULL"""


def _taken(act: Act, text: str, verb: str) -> Record:
    """Load a promise that may take a step."""
    promise = act.ledger.named("promise", text)
    allow("promise", {**promise, "status": promises.status(promise["kept_at"], promise["dropped_at"])}, verb)
    return promise


def keep(
    act: Act, text: str, ticket: str | None = None, dispatch: str | None = None, trainees: int | None = None,
    signed_by: str | None = None,
) -> Receipt:  # fmt: skip
    """Record that a promise was kept, by which job, and who signed for it."""
    promise = _taken(act, text, "keep")
    at = act.at(after=promise["at"])
    act.ledger.update(
        "promise", promise["id"], kept_at=at, kept_by=act.by, kept_ticket_id=act.id_of("ticket", ticket),
        dispatch_id=act.id_of("dispatch", dispatch), trainees=trainees, note=act.note or promise["note"],
        **act.ledger.keep_personal(signed_by),
    )  # fmt: skip
    due = due_of({**promise, "kept_at": stored(at)})
    late = promises.late_days(due, at)
    return Receipt(
        "promise_kept_late" if late else "promise_kept",
        "promise",
        promise["id"],
        {"due": until(due, act.zone), "n": late},
    )


def move(act: Act, text: str, due: datetime, asked_by: str) -> Receipt:
    """Keep another due; the customer's own, asked for before the due so far had passed, moves it (3.4)."""
    promise = _taken(act, text, "move")
    at, before = act.at(after=promise["at"]), due_of(promise)
    asked = {"at": stored(at), "due": stored(not_before(due, at)), "asked_by": asked_by, "by": act.by, "note": act.note}
    moves = [*json.loads(promise["moves"]), {name: value for name, value in asked.items() if value is not None}]
    act.ledger.update("promise", promise["id"], moves=moves)
    now = due_of(act.ledger.get("promise", promise["id"]))
    key = "promise_moved" if now == due else "promise_moved_by_us" if asked_by == "us" else "promise_moved_too_late"
    times = {"asked": due, "before": before, "due": now}
    return Receipt(key, "promise", promise["id"], {name: until(at, act.zone) for name, at in times.items()})


def drop(act: Act, text: str, reason: str) -> Receipt:
    """Record that a promise was given up, and why; one that was overdue by then stays so."""
    promise = _taken(act, text, "drop")
    at = act.at(after=promise["at"])
    act.ledger.update("promise", promise["id"], dropped_at=at, dropped_by=act.by, drop_reason=reason)
    return Receipt("promise_dropped", "promise", promise["id"])


def offer(act: Act, dispatch_id: int) -> None:
    """Offer to keep what an installation has fulfilled (2.3); nobody but a person says that it was."""
    for promise in fulfilled(act.ledger, dispatch_id):
        act.warn("promise_offered", id=f"PM{promise}", dispatch=f"D{dispatch_id}")


def fulfilled(ledger: Ledger, dispatch_id: int) -> list[int]:
    """List the open promises of commissioning whose installation's crew is back and whose report is complete."""
    return [int(row["promise"]) for row in _complete(ledger, "d.id = ?", dispatch_id)]


def fulfilled_by(ledger: Ledger, promise: Record) -> int | None:
    """Return the dispatch by which an open promise has been fulfilled; None where there is none yet."""
    if promise["kind"] != "commissioning":
        return None
    return next((int(row["dispatch_id"]) for row in _complete(ledger, "m.id = ?", promise["id"])), None)


def _complete(ledger: Ledger, where: str, number: int) -> list[Record]:
    found = ledger.rows(_FULFILLED.format(where), (number,))
    return [row for row in found if not missing_fields({**row, "parts": json.loads(row["parts"])}, "installation")]


_FULFILLED = """
    SELECT m.id AS promise, r.* FROM live_promise m
    JOIN live_ticket t ON t.contract_id = m.contract_id OR t.id = m.ticket_id
    JOIN live_dispatch d ON d.ticket_id = t.id JOIN live_service_report r ON r.dispatch_id = d.id
    WHERE {} AND d.kind = 'installation' AND d.status = 'returned'
      AND m.kind = 'commissioning' AND m.kept_at IS NULL AND m.dropped_at IS NULL ORDER BY m.id, d.id"""
