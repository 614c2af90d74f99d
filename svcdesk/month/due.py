"""What is due or overdue beside tickets: planned visits and inspections, rectifications, suggestions, follow-ups."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from svcdesk.model import Record
from svcdesk.month.waiting import Item, argv
from svcdesk.penalties.overdue import SOURCES
from svcdesk.periods import between, end_of_day, today
from svcdesk.regulation.policy import Basis
from svcdesk.rules import Planned, complaint_deadline, follow_up_due
from svcdesk.store import Ledger

_AHEAD = timedelta(days=7)  # a plan is on the board so long before it is due
_LONG = timedelta(days=400)  # a score so old is followed up no more


def lines(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """List what is to be done, put right, answered, told or followed up, each with the command that does it."""
    yield from _plans(ledger, basis)
    yield from _rectifications(ledger, basis)
    yield from _suggestions(ledger, basis)
    yield from _follow_ups(ledger, basis)


def overdue(ledger: Ledger, basis: Basis, until: datetime) -> Iterator[Item]:
    """List what of it was due before an instant and can still be mended."""
    yield from (item for item in lines(ledger, basis) if item.due and item.due < min(until, basis.now))


def _end(day: date, basis: Basis) -> datetime:
    return end_of_day(day, basis.zone)


def _step(name: str, due: datetime | None, basis: Basis) -> str:
    return f"{name}_overdue" if due and due < basis.now else f"{name}_due"


def _plans(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """List the open occurrences that are overdue or due within a week."""
    until = today(basis.now, basis.zone) + _AHEAD
    for plan in SOURCES["plans"].read(ledger, ("r.ended_at IS NULL", {})):
        if plan.course.open and plan.course.open.due <= until:
            due, values = _end(plan.course.open.due, basis), {"title": plan.title, "target": plan.target or ""}
            values["due"] = str(plan.course.open.due)
            people = frozenset(filter(None, (plan.engineer,)))
            yield Item("plan", _step("plan", due, basis), f"PL{plan.id}", fulfilling(plan), due, values, people=people)


def fulfilling(plan: Planned) -> tuple[str, ...]:
    """Return the command that fulfils a plan."""
    name, by = f"PL{plan.id}", plan.engineer or "CODE"
    if plan.kind == "visit":
        customer = plan.target if plan.is_of_customer and plan.target else "CUSTOMER"
        return argv("visit make --customer", customer, "--by", by, *["--way", "on_site", "--plan"], name, "--summary",
                    "TEXT")  # fmt: skip
    if plan.kind == "inspection":
        return argv("inspection make --kind KIND --area", plan.target or "AREA", "--by", by, "--plan", name, "--clean")
    return argv(f"plan done {name} --note TEXT")


def _rectifications(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    for row in ledger.rows(_TO_RECTIFY):
        subject, due = f"RC{row['id']}", _end(date.fromisoformat(row["due_on"]), basis)
        values = {"summary": row["summary"], "who": row["code"] or row["department"], "due": row["due_on"]}
        people = frozenset(filter(None, (row["code"],)))
        if row["status"] == "done":
            line, step = argv(f"rectify verify {subject} --passed --by CODE"), "rectify_verify"
        else:
            line, step = argv(f"rectify done {subject} --note TEXT"), _step("rectify", due, basis)
        yield Item("rectification", step, subject, line, due, values, people=people)


_TO_RECTIFY = """
    SELECT r.id, r.summary, r.due_on, r.status, r.department, s.code
    FROM live_rectification r LEFT JOIN live_staff s ON s.id = r.owner_id
    WHERE r.status IN ('open', 'done') ORDER BY r.due_on, r.id"""


def _suggestions(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    for row in ledger.rows(_TO_SUGGEST):
        subject = f"SG{row['id']}"
        due = _end(date.fromisoformat(row["due_on"]), basis) if row["status"] == "sent" and row["due_on"] else None
        step = _step("suggestion", due, basis) if row["status"] == "sent" else _SUGGESTION_NEXT[row["status"]][0]
        values: Record = {"text": row["text"], "who": row["said_by"], "department": row["department"]}
        line = argv(_SUGGESTION_NEXT[row["status"]][1].format(subject))
        yield Item("suggestion", step, subject, line, due, {**values, "due": row["due_on"]})


_SUGGESTION_NEXT = {
    "open": ("suggestion_send", "suggestion send {} --to DEPARTMENT"),
    "sent": ("suggestion_due", "suggestion answer {} --accepted --by CODE"),
    "answered": ("suggestion_tell", "suggestion tell {}"),
    "told": ("suggestion_close", "suggestion close {}"),
}
_TO_SUGGEST = """
    SELECT r.id, r.text, r.status, r.due_on, r.department, coalesce(c.name, s.code) AS said_by
    FROM live_suggestion r LEFT JOIN live_customer c ON c.id = r.customer_id
    LEFT JOIN live_staff s ON s.id = r.person_id
    WHERE r.status IN ('open', 'sent', 'answered', 'told') ORDER BY r.id"""


def _follow_ups(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """List the closed tickets with a low score that nobody has followed up, where the policy asks for that."""
    first = today(basis.now - _LONG, basis.zone)
    source = SOURCES["scores"]
    period = between(first, today(basis.now, basis.zone) + timedelta(days=1), basis.zone)
    for scored in source.read(ledger, source.during(ledger, period)):
        due = follow_up_due(scored, basis)
        if due is None or any(at >= due.at for at in scored.followed_at):
            continue
        ticket = f"T{scored.ticket}"
        name = ledger.value(_CUSTOMER_OF, (scored.ticket,))
        line = argv(
            "visit make --customer", name, *["--by", "CODE", "--way", "call", "--ticket"], ticket, "--summary", "TEXT"
        )
        yield Item("follow_up", "follow_up", ticket, line, due.deadline, {"score": due.score, "customer": name}, ticket)


_CUSTOMER_OF = "SELECT c.name FROM live_ticket t JOIN live_customer c ON c.id = t.customer_id WHERE t.id = ?"


def of_complaints(ledger: Ledger, basis: Basis) -> dict[int, datetime]:
    """Return by when each open complaint is to be closed, by its number, where the policy says so."""
    if not any(basis.policy.every("complaint.days")):
        return {}
    found = SOURCES["rounds"].read(ledger, ("r.status <> 'closed'", {}))
    dues = {each.complaint: complaint_deadline(each, basis) for each in found if each.ended_at is None}
    return {number: due for number, due in dues.items() if due}
