"""The board: everything that waits for somebody, worst first, each with the command that moves it on."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from svcdesk.model import Record
from svcdesk.month.submissions import deadlines
from svcdesk.penalties.facts import longest_wait
from svcdesk.penalties.findings import check, judged_anew, recorded
from svcdesk.periods import Period, between, day_of, instant, midnight, month_of, read_month, stored, today
from svcdesk.registers import records
from svcdesk.registers.computed import loads
from svcdesk.registers.expenses import EXPENSES
from svcdesk.regulation.clock import answer_clock
from svcdesk.regulation.policy import Basis
from svcdesk.rules import missing_fields, report_deadline
from svcdesk.store import Ledger


class Item(NamedTuple):
    """One thing that waits. ``due`` is when it must be done (None: no such time); ``values`` fill its sentence."""

    section: str
    subject: str
    due: datetime | None
    command: str
    values: dict[str, Any]


def items(ledger: Ledger, basis: Basis) -> list[Item]:
    """List what waits: the overdue first, the longest overdue at the top; then by due time; then what has none."""
    found = [item for section in SECTIONS for item in section(ledger, basis)]
    return sorted(found, key=lambda item: (item.due is None, item.due or basis.now))


def _answers(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    rows = ledger.rows(
        "SELECT r.id, r.received_at, c.name FROM live_ticket r JOIN live_customer c ON c.id = r.customer_id"
        " WHERE r.answered_at IS NULL AND r.received_at >= ? AND r.status IN ('open', 'on_hold')",
        (stored(basis.now - longest_wait(ledger) - _LOOK_BACK),),
    )
    for row in rows:
        due = answer_clock(instant(row["received_at"]), basis.policy, basis.zone).due
        yield Item("answer", f"T{row['id']}", due, f"svcdesk ticket answer T{row['id']}", {"customer": row["name"]})


# Older tickets without an answer are history; `ticket list --overdue` has them all.
_LOOK_BACK = timedelta(days=90)


def _assignments(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """List who is due on site and who is on the road."""
    rows = ledger.rows(
        "SELECT w.*, d.place, d.status, e.code FROM live_dispatch d JOIN live_crew w ON w.dispatch_id = d.id"
        " JOIN live_staff e ON e.id = w.engineer_id WHERE d.status IN ('sent', 'travelling', 'on_site', 'left')"
        " AND w.returned_at IS NULL ORDER BY w.id"
    )
    for row in rows:
        subject = f"D{row['dispatch_id']}"
        values = {"code": row["code"], "place": row["place"], "since": _latest(row)}
        due = instant(row["due_at"]) if row["due_at"] and not row["arrived_at"] else None
        if not row["departed_at"]:
            step, section = "depart", "sent"
        elif not row["arrived_at"]:
            step, section = "arrive", "travelling"
        elif not row["left_at"]:
            step, section = ("leave" if row["callback_at"] else "callback"), "on_site"
        else:
            step, section = "return", "away"
        yield Item(section, subject, due, f"svcdesk dispatch {step} {subject} --engineer {row['code']}", values)


def _latest(row: Record) -> datetime | None:
    times = [row[name] for name in ("departed_at", "arrived_at", "left_at") if row[name]]
    return instant(max(times)) if times else None


def _reports(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """List the reports that are missing or incomplete while their ticket is open or their deadline has not passed."""
    rows = ledger.rows(
        "SELECT d.id, d.kind, max(w.returned_at) AS returned_at, r.id AS report, r.fault_cause, r.solution, r.parts,"
        " r.no_parts, r.customer_opinion, min(e.code) AS code FROM live_dispatch d"
        " JOIN live_crew w ON w.dispatch_id = d.id"
        " JOIN live_staff e ON e.id = w.engineer_id JOIN live_ticket t ON t.id = d.ticket_id"
        " LEFT JOIN live_service_report r ON r.dispatch_id = d.id"
        " WHERE d.id IN (SELECT dispatch_id FROM live_crew WHERE returned_at >= ?)"
        " AND +d.status = 'returned' AND +t.status IN ('open', 'answered', 'on_hold')"
        " GROUP BY d.id",
        (stored(basis.now - _LOOK_BACK),),
    )
    for row in rows:
        yield from report_of(row, report_deadline(instant(row["returned_at"]), basis))


def report_of(row: Record, due: datetime | None = None) -> Iterator[Item]:
    """Say of a dispatch whose crew is back that its report is missing, or what it lacks; nothing where it is whole."""
    if row["report"] is None:
        command = f"svcdesk service-report file D{row['id']} --by {row['code']}"
        yield Item("report", f"D{row['id']}", due, command, {"code": row["code"]})
    elif lacking := missing_fields({**row, "parts": loads(row["parts"])}, row["kind"]):
        command = f"svcdesk service-report amend R{row['report']}"
        yield Item("report_lacking", f"R{row['report']}", due, command, {"missing": lacking})


def _surveys(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    rows = ledger.rows(
        "SELECT t.id, c.name FROM live_ticket t JOIN live_customer c ON c.id = t.customer_id"
        " WHERE t.status = 'answered'"
        " AND t.received_at >= ?"
        " AND EXISTS (SELECT 1 FROM live_dispatch d WHERE d.ticket_id = t.id AND d.status = 'returned')"
        " AND NOT EXISTS (SELECT 1 FROM live_dispatch d WHERE d.ticket_id = t.id"
        "   AND d.status NOT IN ('returned', 'cancelled'))",
        (stored(basis.now - _LOOK_BACK),),
    )
    for row in rows:
        subject = f"T{row['id']}"
        if ledger.value("SELECT 1 FROM live_survey WHERE ticket_id = ?", (row["id"],)):
            command = f"svcdesk ticket close {subject} --resolution TEXT"
            yield Item("close", subject, None, command, {"customer": row["name"]})
        else:
            yield Item("survey", subject, None, f"svcdesk survey add {subject} --score 1..5", {"customer": row["name"]})


_COMPLAINT_NEXT = {
    "registered": "assign",
    "assigned": "investigate",
    "investigating": "decide",
    "decided": "feedback",
    "remedied": "feedback",
    "fed_back": "close",
}


def _complaints(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    rows = ledger.rows(
        "SELECT id, at, status, finding FROM live_complaint WHERE status IN"
        " ('registered', 'assigned', 'investigating', 'decided', 'remedied', 'fed_back')"
    )
    for row in rows:
        step = "remedy" if (row["status"], row["finding"]) == ("decided", "upheld") else _COMPLAINT_NEXT[row["status"]]
        age = (today(basis.now, basis.zone) - day_of(instant(row["at"]), basis.zone)).days
        subject = f"C{row['id']}"
        values = {"status": row["status"], "kind": "complaint", "days": age}
        yield Item("complaint", subject, None, f"svcdesk complaint {step} {subject}", values)


def _escalations(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    rows = ledger.rows('SELECT ticket_id, at, "to" FROM live_escalation WHERE settled_at IS NULL')
    for row in rows:
        subject = f"T{row['ticket_id']}"
        command = f"svcdesk ticket settle-escalation {subject} --note TEXT"
        yield Item("escalation", subject, None, command, {"to": row["to"], "at": instant(row["at"])})


def _expenses(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    selection = records.Selection().where("r.status = 'submitted'")
    for row in records.records(ledger, EXPENSES, basis.now, selection):
        if row["problems"]:
            messages = [problem["message"] for problem in row["problems"]]
            values = {"code": row["engineer"], "amount": row["amount"], "problems": messages}
            yield Item("expense", row["id"], None, f"svcdesk expense show {row['id']}", values)


def _findings(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """List what the clauses found of late and nobody decided, and every penalty that waits for a decision."""
    last, this = (read_month(name, basis.now, basis.zone) for name in ("last", "this"))
    yield from undecided(ledger, basis, between(last.first, this.after, basis.zone))
    yield from decisions(ledger, basis)


def undecided(ledger: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    """List the findings of a period that wait: causes to state, findings to record."""
    for finding in check(ledger, basis, period):
        values = {"clause": finding.clause, "code": finding.engineer}
        if finding.needs:
            command = f"svcdesk dispatch cause {finding.subject} --engineer {finding.engineer} --late-cause CAUSE"
            yield Item("cause", finding.subject, None, command, values)
        elif finding.is_recordable and not recorded(ledger, finding):
            command = f"svcdesk penalty check --month {month_of(finding.at, basis.zone)} --record"
            yield Item("finding", finding.subject, None, command, values)


def decisions(ledger: Ledger, basis: Basis, period: Period | None = None) -> Iterator[Item]:
    """List the penalties to decide, and those whose facts changed since; of one period's facts where it is given."""
    span = (stored(period.start), stored(period.end)) if period else ("", "9999")
    for row in ledger.rows(
        "SELECT p.*, e.code AS engineer FROM live_penalty p JOIN live_staff e ON e.id = p.engineer_id"
        " WHERE p.status IN ('proposed', 'appealed', 'confirmed') AND p.at >= ? AND p.at < ?"
        " ORDER BY p.id",
        span,
    ):
        values = {"clause": row["clause"], "code": row["engineer"]}
        if row["status"] != "confirmed":
            verb = "decide" if row["status"] == "appealed" else "confirm"
            yield Item(row["status"], f"P{row['id']}", None, f"svcdesk penalty {verb} P{row['id']}", values)
        elif judged_anew(ledger, basis, row)[1]:
            yield Item("changed", f"P{row['id']}", None, f"svcdesk penalty show P{row['id']}", values)


def _deadlines(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """List the reports that are not handed in yet, until the end of the day on which each is due, and after it."""
    for row in deadlines(ledger, basis.now):
        if row["status"] != "submitted":
            due = midnight(date.fromisoformat(row["due"]) + timedelta(days=1), basis.zone) - timedelta(seconds=1)
            command = f"svcdesk report submit {row['report']} --month {row['month']} --to NAME"
            section = "statistics" if row["report"] == "monthly" else "projects"
            yield Item(section, row["month"], due, command, {"month": row["month"], "due": row["due"]})


# What the board looks at, in the order of a morning at the desk.
SECTIONS: tuple[Callable[[Ledger, Basis], Iterator[Item]], ...] = (
    _answers,
    _assignments,
    _reports,
    _surveys,
    _complaints,
    _escalations,
    _expenses,
    _findings,
    _deadlines,
)
