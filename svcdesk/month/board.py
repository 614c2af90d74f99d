"""The board: everything that waits for somebody, worst first, each with the command that moves it on."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from svcdesk.month import due, open_tickets, problems, promises
from svcdesk.month.submissions import deadlines
from svcdesk.month.waiting import Item, argv
from svcdesk.penalties.findings import check, judged_anew, key_of, recorded
from svcdesk.periods import Period, between, day_of, instant, midnight, month_of, read_month, stored, today
from svcdesk.registers import records
from svcdesk.registers.expenses import EXPENSES
from svcdesk.regulation.policy import Basis
from svcdesk.rules import Finding
from svcdesk.store import Ledger


def items(ledger: Ledger, basis: Basis) -> list[Item]:
    """List what waits: the overdue first, the longest overdue at the top; then by due time; then what has none."""
    found = [item for section in SECTIONS for item in section(ledger, basis)]
    return sorted(found, key=lambda item: (item.due is None, item.due or basis.now))


def _hand_overs(ledger: Ledger, _: Basis) -> Iterator[Item]:
    """List the tickets that one handed over and the other has neither accepted nor declined yet."""
    for row in ledger.rows(_PENDING_HAND_OVERS):
        ticket = f"T{row['ticket_id']}"
        people = frozenset({row["to_code"]})
        values = {"code": row["to_code"], "at": instant(row["at"])}
        line = argv(f"ticket accept {ticket} --by {row['to_code']}")
        yield Item("hand_over", "accept", ticket, line, None, values, ticket, people=people)


_PENDING_HAND_OVERS = """
    SELECT h.ticket_id, h.at, e.code AS to_code FROM live_hand_over h JOIN live_staff e ON e.id = h.to_id
    WHERE h.accepted_at IS NULL AND h.declined_at IS NULL ORDER BY h.id"""


_COMPLAINT_NEXT = {
    "registered": "assign",
    "assigned": "investigate",
    "investigating": "decide",
    "decided": "feedback",
    "remedied": "feedback",
    "fed_back": "close",
}


# What each step of a complaint still has to be told.
_ASKED_FOR = {
    "assign": " --department DEPARTMENT --by CODE",
    "investigate": " --note TEXT",
    "decide": " --finding FINDING --by CODE",
    "remedy": " --note TEXT",
    "feedback": " --satisfied",
}


def _ticket(number: int | None) -> str | None:
    return f"T{number}" if number else None


def _complaints(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    rows = ledger.rows(
        "SELECT id, at, status, finding, ticket_id FROM live_complaint WHERE status IN"
        " ('registered', 'assigned', 'investigating', 'decided', 'remedied', 'fed_back')"
    )
    dues = due.of_complaints(ledger, basis)
    for row in rows:
        age = (today(basis.now, basis.zone) - day_of(instant(row["at"]), basis.zone)).days
        subject = f"C{row['id']}"
        values = {"status": row["status"], "kind": "complaint", "days": age}
        line = next_of_complaint(subject, row["status"], row["finding"])
        yield Item("complaint", "complaint", subject, line, dues.get(row["id"]), values, _ticket(row["ticket_id"]))


def next_of_complaint(subject: str, status: str, finding: str | None = None) -> tuple[str, ...]:
    """Return the command that takes a complaint its next step; one upheld is remedied first (4.2)."""
    step = "remedy" if (status, finding) == ("decided", "upheld") else _COMPLAINT_NEXT[status]
    return argv(f"complaint {step} {subject}{_ASKED_FOR.get(step, '')}")


def _escalations(ledger: Ledger, _: Basis) -> Iterator[Item]:
    rows = ledger.rows('SELECT ticket_id, at, "to" FROM live_escalation WHERE settled_at IS NULL ORDER BY id')
    for row in rows:
        ticket, values = f"T{row['ticket_id']}", {"to": row["to"], "at": instant(row["at"])}
        line = argv(f"ticket settle-escalation {ticket} --note TEXT")
        yield Item("escalation", "escalation", ticket, line, None, values, ticket)


def _expenses(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    yield from to_decide(ledger, basis, records.Selection())


def to_decide(ledger: Ledger, basis: Basis, selection: records.Selection) -> Iterator[Item]:
    """List the expenses that wait to be approved or rejected, those with problems apart."""
    for row in records.records(ledger, EXPENSES, basis.now, selection.where("r.status = 'submitted'")):
        values = {"code": row["engineer"], "amount": row["amount"]}
        where = {"ticket": row["ticket"], "dispatch": row["dispatch"], "people": frozenset({row["engineer"]})}
        if row["problems"]:
            values["problems"] = [problem["message"] for problem in row["problems"]]
            yield Item("expense", "expense", row["id"], argv(f"expense show {row['id']}"), None, values, **where)
        else:
            yield Item("expense", "pending", row["id"], argv(f"expense approve {row['id']}"), None, values, **where)


def _findings(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """List what the clauses found of late and nobody decided, and every penalty that waits for a decision."""
    last, this = (read_month(name, basis.now, basis.zone) for name in ("last", "this"))
    yield from undecided(ledger, basis, between(last.first, this.after, basis.zone))
    yield from decisions(ledger, basis)


def undecided(ledger: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    """List the findings of a period that wait: causes to state, late entries to accept, findings to record."""
    found = [finding for finding in check(ledger, basis, period) if finding.needs or finding.is_recordable]
    known = recorded(ledger, found)
    for finding in found:
        if key_of(finding) in known:
            continue
        if finding.needs:
            values = {**finding._asdict(), "entry": _entered_late(finding)}
            yield _finding(finding, finding.needs, _NEEDED[finding.needs].format(**values))
        else:
            yield _finding(finding, "finding", f"penalty check --month {month_of(finding.at, basis.zone)} --record")


def _finding(finding: Finding, step: str, line: str) -> Item:
    values = {"clause": finding.clause, "code": finding.engineer}
    people = frozenset(filter(None, (finding.engineer,)))
    return Item("finding", step, finding.subject, argv(line), None, values, people=people)


def _entered_late(finding: Finding) -> int | None:
    """Return the entry to accept, the first of several."""
    return next((entry["entry"] for entry in finding.evidence.get("entered_late", ())), None)


# What settles a finding that cannot be recorded yet, by what it needs.
_NEEDED = {
    "late_cause": "dispatch cause {subject} --engineer {engineer} --late-cause CAUSE",
    "late_entry": "penalty accept-entry {entry} --by CODE --reason TEXT",
    "sanction": "penalty propose {clause} {subject} --engineer {engineer} --sanction SANCTION --reason TEXT --by CODE",
}


def decisions(ledger: Ledger, basis: Basis, period: Period | None = None) -> Iterator[Item]:
    """List the penalties to decide or settle, and those whose facts changed; of one period where it is given."""
    span = (stored(period.start), stored(period.end)) if period else ("", "9999")
    rows = ledger.rows(_UNDECIDED, span)
    looked_at = [row for row in rows if row["status"] != "appealed"]
    judged = zip(looked_at, judged_anew(ledger, basis, looked_at), strict=True)
    changed_since = {row["id"] for row, (_, changed) in judged if changed}
    for row in rows:
        changed = row["id"] in changed_since
        step = "changed" if changed else row["status"]
        subject, values = f"P{row['id']}", {"clause": row["clause"], "code": row["engineer"]}
        line = _DECIDED_BY["changed_proposed" if changed and row["status"] == "proposed" else step].format(subject)
        yield Item("penalty", step, subject, argv(line), None, values, people=frozenset({row["engineer"]}))


_UNDECIDED = """
    SELECT p.*, e.code AS engineer FROM live_penalty p JOIN live_staff e ON e.id = p.engineer_id
    WHERE p.status IN ('proposed', 'appealed', 'confirmed') AND p.at >= ? AND p.at < ? ORDER BY p.id"""
# A proposed penalty whose facts changed is waived rather than confirmed; a confirmed one is looked at again.
_DECIDED_BY = {
    "proposed": "penalty confirm {}",
    "appealed": "penalty decide {} --uphold --reason TEXT",
    "confirmed": "penalty settle {}",
    "changed": "penalty show {}",
    "changed_proposed": "penalty waive {} --reason TEXT",
}


def _deadlines(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """List the reports that are not handed in yet, until the end of the day on which each is due, and after it."""
    for row in deadlines(ledger, basis.now):
        if row["status"] != "submitted":
            until = _end_of(row["due"], basis)
            line = argv(f"report submit {row['report']} --month {row['month']} --to NAME")
            step = "statistics" if row["report"] == "monthly" else "projects"
            yield Item("report", step, row["month"], line, until, {"month": row["month"], "due": row["due"]})


def _end_of(day: date, basis: Basis) -> datetime:
    return midnight(day + timedelta(days=1), basis.zone) - timedelta(seconds=1)


# What the board looks at, in the order of a morning at the desk.
SECTIONS: tuple[Callable[[Ledger, Basis], Iterator[Item]], ...] = (
    open_tickets.lines,
    _hand_overs,
    _complaints,
    _escalations,
    promises.waiting,
    problems.waiting,
    _expenses,
    _findings,
    due.lines,
    _deadlines,
)
