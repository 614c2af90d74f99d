"""Settling: what is worked out from the facts of a ticket is worked out anew wherever one of them changes.

Nothing here depends on the order in which the facts were typed. What a ledger of an earlier version or an import holds
and no fact explains is a fact itself, and stands until the facts move it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from svcdesk.model import Record
from svcdesk.regulation import settled
from svcdesk.regulation.settled import Answer
from svcdesk.regulation.states import dispatch_status
from svcdesk.store import Ledger

Row = tuple[str, int]


class _Facts:
    """The facts of one ticket as they stand."""

    def __init__(self, ledger: Ledger, ticket: Record) -> None:
        of = (ticket["id"],)
        self.ticket = ticket
        self.appointments = ledger.rows("SELECT * FROM live_appointment WHERE ticket_id = ? ORDER BY at, id", of)
        self.reopenings = ledger.rows("SELECT * FROM live_reopening WHERE ticket_id = ? ORDER BY at, id", of)
        sent = ledger.rows("SELECT * FROM live_dispatch WHERE ticket_id = ? ORDER BY id", of)
        self.dispatches = {row["id"]: row for row in sent}
        self.assignments = ledger.rows(
            "SELECT w.*, e.code FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id"
            " JOIN live_staff e ON e.id = w.engineer_id WHERE d.ticket_id = ? ORDER BY w.id",
            of,
        )

    @property
    def base(self) -> str | None:
        """The target on site before any appointment that is known."""
        found: str | None = self.appointments[0]["previous"] if self.appointments else self.ticket["on_site_by"]
        return found

    def replies(self, first: Answer | None) -> list[Answer]:
        """List what answered the ticket, in the order of time."""
        return settled.replies(first, self.reopenings, self.assignments)

    def came(self) -> set[str]:
        """Name by code who arrived."""
        return {assignment["code"] for assignment in self.assignments if assignment["arrived_at"]}

    def reply(self) -> Answer | None:
        """Return the first reply: as kept, else the answer itself where nothing that is known explains it."""
        ticket = self.ticket
        if ticket["replied_at"]:
            return Answer(ticket["replied_at"], ticket["replied_by"])
        worked_out = settled.first_since(self.replies(None))
        if ticket["answered_at"] and (worked_out is None or ticket["answered_at"] != worked_out.at):
            return Answer(ticket["answered_at"], ticket["answered_by"])
        return None


class _Kept(NamedTuple):
    """What of a ticket was a fact before a change though no table tells it, and what followed from the facts then."""

    reply: Answer | None
    base: str | None
    derived: dict[Row, Record]
    is_told: bool  # whether the reply stands in the ticket


@contextmanager
def settling(ledger: Ledger, *tickets: int, as_given: bool = False) -> Iterator[None]:
    """Work out anew what follows for the tickets whose facts change inside; ``as_given`` lets new rows stand."""
    before = {ticket["id"]: _kept(_Facts(ledger, ticket)) for ticket in _standing(ledger, tickets)}
    yield
    for ticket in _standing(ledger, before):
        _settle(ledger, _Facts(ledger, ticket), before[ticket["id"]], as_given)


# The tables of the facts from which something follows for a ticket.
FACTS = ("appointment", "dispatch", "reopening")


def has_facts(ledger: Ledger, ticket: Record) -> bool:
    """Return whether more is known of a ticket than it says itself, so that something follows where it changes."""
    if ticket["replied_at"] or ticket["reopen_count"]:
        return True
    asked = " UNION ALL ".join(f"SELECT 1 FROM live_{table} WHERE ticket_id = ?1" for table in FACTS)
    return ledger.value(asked, (ticket["id"],)) is not None


def _standing(ledger: Ledger, tickets: Iterable[int]) -> Iterator[Record]:
    for number in dict.fromkeys(tickets):
        yield from ledger.rows("SELECT * FROM live_ticket WHERE id = ?", (number,))


def _kept(facts: _Facts) -> _Kept:
    reply, base = facts.reply(), facts.base
    return _Kept(reply, base, _derived(facts, reply, base), facts.ticket["replied_at"] is not None)


def _derived(facts: _Facts, reply: Answer | None, base: str | None) -> dict[Row, Record]:
    """Work out what follows from the facts, by row."""
    answers = facts.replies(reply)
    made = settled.appointed(facts.appointments, base)
    derived: dict[Row, Record] = {}
    for one in made:
        derived["appointment", one.id] = {"moved": int(one.moved), "previous": one.previous}
    for assignment in facts.assignments:
        sent = facts.dispatches[assignment["dispatch_id"]]
        if sent["cancelled_at"]:
            continue
        due = settled.due(sent, assignment, made, base, facts.assignments)
        derived["crew", assignment["id"]] = {"due_at": due}
    for number, sent in facts.dispatches.items():
        derived["dispatch", number] = {"status": _status_of(facts, sent)}
    for row in facts.reopenings:
        derived["reopening", row["id"]] = _answered(settled.first_since(answers, row["at"]))
    first = _answered(settled.first_since(answers))
    derived["ticket", facts.ticket["id"]] = {**first, "on_site_by": settled.target(made, base)}
    return derived


def _answered(answer: Answer | None) -> Record:
    return {"answered_at": answer.at if answer else None, "answered_by": answer.by if answer else None}


def _status_of(facts: _Facts, sent: Record) -> str:
    crew = [assignment for assignment in facts.assignments if assignment["dispatch_id"] == sent["id"]]
    return "cancelled" if sent["cancelled_at"] or not crew else dispatch_status(crew)


def _settle(ledger: Ledger, facts: _Facts, kept: _Kept, as_given: bool) -> None:
    reply = facts.reply() if facts.ticket["replied_at"] or kept.is_told else kept.reply
    if reply and not facts.ticket["replied_at"] and kept.is_told and reply.by in facts.came():
        reply = None  # taken back; what stood before it followed from an arrival
    derived = _derived(facts, reply, kept.base)
    stood = _stood(facts)
    changed = {row: _changed(stood[row], kept.derived.get(row), now, as_given) for row, now in derived.items()}
    for (table, number), values in changed.items():
        if table != "ticket":
            _write(ledger, table, number, values)
    for number in facts.dispatches:
        _due_of_all(ledger, number)
    _settle_ticket(ledger, facts.ticket, changed["ticket", facts.ticket["id"]], reply)


def _stood(facts: _Facts) -> dict[Row, Record]:
    stood: dict[Row, Record] = {("ticket", facts.ticket["id"]): facts.ticket}
    for table, rows in (
        ("appointment", facts.appointments), ("crew", facts.assignments), ("reopening", facts.reopenings),
        ("dispatch", facts.dispatches.values()),
    ):  # fmt: skip
        stood |= {(table, row["id"]): row for row in rows}
    return stood


def _changed(stood: Record, before: Record | None, now: Record, as_given: bool) -> Record:
    """Return what a row must become: only what the facts moved, so that what no fact explains stands."""
    if before is None and as_given:
        return {}
    return {
        name: value
        for name, value in now.items()
        if stood[name] != value and (before is None or before[name] != value or name == "status")
    }


def _write(ledger: Ledger, table: str, number: int, values: Record) -> None:
    if values:
        ledger.update(table, number, **values)


def _due_of_all(ledger: Ledger, dispatch_id: int) -> None:
    """Have a dispatch carry the latest due time of its engineers."""
    due: Any = ledger.value("SELECT max(due_at) FROM live_crew WHERE dispatch_id = ?", (dispatch_id,))
    if due != ledger.value("SELECT due_at FROM live_dispatch WHERE id = ?", (dispatch_id,)):
        ledger.update("dispatch", dispatch_id, due_at=due)


def _settle_ticket(ledger: Ledger, ticket: Record, values: Record, reply: Answer | None) -> None:
    if values and reply and not ticket["replied_at"]:
        values = {**values, "replied_at": reply.at, "replied_by": reply.by}
    _write(ledger, "ticket", ticket["id"], values)
    now = ledger.get("ticket", ticket["id"])
    if now["status"] in ("open", "answered") and now["status"] != (status := status_of(ledger, now)):
        ledger.update("ticket", ticket["id"], status=status)


def status_of(ledger: Ledger, ticket: Record) -> str:
    """Return whether a ticket that goes on is answered: since it was last reopened, where it was."""
    again = latest_reopening(ledger, ticket["id"])
    answered = again["answered_at"] if again else ticket["answered_at"]
    return "answered" if answered else "open"


def latest_reopening(ledger: Ledger, ticket_id: int) -> Record | None:
    """Return when and why a ticket was last reopened, and how it was answered then; None where it never was."""
    sql = "SELECT * FROM live_reopening WHERE ticket_id = ? ORDER BY at DESC, id DESC LIMIT 1"
    return ledger.one(sql, (ticket_id,))


def unanswered_before(ledger: Ledger, arrivals: Iterable[tuple[int, list[Record]]]) -> list[int]:
    """List the tickets that an arrival of one of their new crews would answer, or answer earlier."""
    import json  # for what an import brings; a step at the desk needs none

    first: dict[int, str] = {}
    for ticket, crew in arrivals:
        for arrived in filter(None, (assignment.get("arrived_at") for assignment in crew)):
            first[ticket] = min(first.get(ticket, arrived), arrived)
    sql = """
        SELECT t.id FROM json_each(?) j JOIN live_ticket t ON t.id = CAST(j.key AS INTEGER)
        WHERE t.answered_at IS NULL OR t.answered_at > j.value"""
    return [row["id"] for row in ledger.rows(sql, (json.dumps(first),))] if first else []
