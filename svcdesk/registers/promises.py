"""What was promised to customers, by contract or on the telephone, and whether it was kept (2.3, 3.4)."""

from datetime import datetime
from typing import Any

from svcdesk.columns import Column
from svcdesk.model import Record
from svcdesk.periods import LocalHours, instant, stored
from svcdesk.registers.computed import Work, loads
from svcdesk.registers.declaring import (
    BY,
    DISPATCH,
    PERSON,
    REFERENCE,
    TICKET,
    Decision,
    Derivation,
    Register,
    numbered,
)
from svcdesk.regulation import promises
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger


def _worked_out(basis: Basis, _: Ledger, hours: LocalHours) -> Work:
    """Work out which due counts, and whether the promise was kept by then."""
    now = stored(basis.now)

    def work(made: str, first: str, moves: str, kept: str | None, dropped: str | None) -> tuple[Any, ...]:
        known = promises.dues(made, first, loads(moves), kept or dropped)
        due = promises.in_force(known)
        verdict = promises.in_time(due, kept, dropped, now)
        late = promises.late_days(instant(due), instant(kept or dropped or now)) if verdict is False else None
        history = [
            {**one._asdict(), **dict(zip(("at", "due"), hours.texts([one.at, one.due]), strict=True))} for one in known
        ]
        return hours.texts([due])[0], history, verdict, late, promises.status(kept, dropped)

    return work


def due_of(promise: Record) -> datetime:
    """Return the due of a stored promise that counts; of an image of it, which lacks what is nothing."""
    ended = promise.get("kept_at") or promise.get("dropped_at")
    known = promises.dues(promise["at"], promise["first_due"], loads(promise["moves"]), ended)
    return instant(promises.in_force(known))


PROMISES = Register(
    "promise", "promises", f"live_promise r LEFT JOIN live_contract k ON k.id = r.contract_id {PERSON}", "r.at",
    (
        numbered("promise"),
        Column("contract", "k.no", brief=True, link="contract_id", refers="contract"),
        TICKET,
        Column("kind", "r.kind", "word:promise_kind", brief=True, need=True),
        Column("text", "r.text", brief=True),
        Column("due", None, "instant", brief=True, derived=True, said="due_day"),
        Column("dues", None, "json", derived=True, detail=True),
        Column("quantity", "r.quantity", "int", least=1),
        Column("kept_at", "r.kept_at", "instant", brief=True),
        Column("trainees", "r.trainees", "int"),
        Column("signed_by", "p.name", "personal:name"),
        Column("in_time", None, "flag", brief=True, derived=True),
        Column("late_days", None, "int", derived=True),
        Column("status", None, "word:promise_status", brief=True, derived=True),
        Column("at", "r.at", "instant", need=True, detail=True),
        Column("first_due", "r.first_due", "instant", need=True, detail=True, ahead=True),
        Column(
            "moves", "r.moves", "json", detail=True, default="[]", steps=("at", "due", "asked_by"), quiet=True
        ),
        Column("kept_ticket", "r.kept_ticket_id", "id:ticket", detail=True),
        DISPATCH._replace(brief=False, detail=True),
        Column("kept_by", "r.kept_by", detail=True),
        Column("dropped_at", "r.dropped_at", "instant", detail=True),
        Column("dropped_by", "r.dropped_by", detail=True),
        Column("drop_reason", "r.drop_reason", detail=True),
        BY,
        Column("note", "r.note", detail=True),
        REFERENCE,
    ),
    filters=("contract", "ticket", "kind", "status"),
    decided=(Decision(("moves",), ("promise move",), "3.4", imported=True),),
    stamps={"kept_at": "promise keep", "dropped_at": "promise drop"},
    sequence=(("at", "kept_at"), ("at", "dropped_at")),
    derivation=Derivation(
        ("at", "first_due", "moves", "kept_at", "dropped_at"),
        ("due", "dues", "in_time", "late_days", "status"), _worked_out,
    ),
    never=(
        ("kept_at IS NOT NULL AND dropped_at IS NOT NULL", "kept_at, dropped_at"),
        ("contract_id IS NULL AND ticket_id IS NULL", "contract, ticket"),
    ),
)  # fmt: skip
