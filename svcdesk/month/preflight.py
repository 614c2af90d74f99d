"""What would make a month wrong: everything of it that is unfinished, each with the command that mends it."""

from collections.abc import Callable, Iterator
from typing import Any

from svcdesk.month import due, problems, promises, verdicts
from svcdesk.month.board import decisions, next_of_complaint, to_decide, undecided
from svcdesk.month.open_tickets import report_step
from svcdesk.month.waiting import Item, argv
from svcdesk.penalties import surely
from svcdesk.periods import Period, instant, stored
from svcdesk.registers import policy_watch, records
from svcdesk.registers.expenses import EXPENSES
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger

Section = Callable[[Ledger, Basis, Period], Iterator[Item]]


def items(ledger: Ledger, basis: Basis, period: Period) -> list[Item]:
    """List what is unfinished about a month, in the order in which a desk would mend it."""
    return [item for section in _SECTIONS for item in section(ledger, basis, period)]


def _not_over(_: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    if basis.now < period.end:
        yield Item("month", "not_over", period.name, argv(f"report monthly {period.option} --check"))


def _assignments(ledger: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    """List who has not come back, or was sent and has not gone."""
    for dispatch, code, departed in ledger.con.execute(_AWAY, {"end": stored(min(period.end, basis.now))}):
        values = {"code": code, "since": instant(departed)}
        line = f"dispatch return D{dispatch} --engineer {code} --at TIME"
        yield _of_dispatch("not_back", dispatch, line, values)
    for dispatch, code in ledger.con.execute(_SENT, {"start": stored(period.start), "end": stored(period.end)}):
        line = f"dispatch depart D{dispatch} --engineer {code} --at TIME"
        yield _of_dispatch("not_gone", dispatch, line, {"code": code})


def _of_dispatch(step: str, dispatch: int, line: str, values: dict[str, Any]) -> Item:
    subject, people = f"D{dispatch}", frozenset({values["code"]})
    return Item("dispatch", step, subject, argv(line), None, values, dispatch=subject, people=people)


def _reports(ledger: Ledger, _: Basis, period: Period) -> Iterator[Item]:
    """List the reports of journeys that ended in the month and that are missing or incomplete."""
    for row in ledger.rows(_REPORTS, {"start": stored(period.start), "end": stored(period.end), "signs": 1}):
        report = {**row, "id": row["report"]} if row["report"] else None
        step, line, values = report_step(f"D{row['id']}", row["code"], row["kind"], report)
        if step:
            yield Item("report", step, values["id"], argv(line), None, values, dispatch=f"D{row['id']}")


def _expenses(ledger: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    yield from to_decide(ledger, basis, records.Selection().during(EXPENSES, period))


def _answers(ledger: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    for answer in verdicts.answers(ledger, period, basis).others:
        if answer.in_time is False and answer.answered_at is None:
            name = ledger.value(
                "SELECT c.name FROM live_ticket t JOIN live_customer c ON c.id = t.customer_id WHERE t.id = ?",
                (answer.ticket,),
            )
            ticket = f"T{answer.ticket}"
            line = argv(f"ticket answer {ticket} --at TIME")
            yield Item("ticket", "unanswered", ticket, line, None, {"customer": name}, ticket)


def _complaints(ledger: Ledger, _: Basis, period: Period) -> Iterator[Item]:
    for number, status in ledger.con.execute(_UNDECIDED, {"end": stored(period.end)}):
        yield Item("complaint", "undecided", f"C{number}", next_of_complaint(f"C{number}", status))


def _penalties(ledger: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    """List the penalties to decide; settling one moves no figure."""
    yield from (item for item in decisions(ledger, basis, period) if item.step != "confirmed")


def _overdue(ledger: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    """List the visits, inspections, rectifications, answers and follow-ups that are overdue since before its end."""
    yield from due.overdue(ledger, basis, period.end)


def _policy(ledger: Ledger, _: Basis, period: Period) -> Iterator[Item]:
    """List the amounts and readings that reach back into the month, and the backups made weaker in it."""
    for doubt in policy_watch.doubts(ledger):
        reaches = doubt.since < period.after and doubt.set_on > period.first
        if reaches if doubt.step == "backdated" else period.first <= doubt.set_on < period.after:
            step = f"policy_{doubt.step}"
            yield Item("policy", step, doubt.key, argv(f"policy history {doubt.key}"), None, doubt._asdict())


_AWAY = """
    SELECT w.dispatch_id, e.code, w.departed_at
    FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id JOIN live_staff e ON e.id = w.engineer_id
    WHERE w.returned_at IS NULL AND w.departed_at < :end
    ORDER BY w.id"""
_SENT = """
    SELECT d.id, e.code FROM live_dispatch d JOIN live_crew w ON w.dispatch_id = d.id
    JOIN live_staff e ON e.id = w.engineer_id
    WHERE d.sent_at >= :start AND d.sent_at < :end AND w.departed_at IS NULL AND d.status <> 'cancelled'
      ORDER BY w.id"""
_REPORTS = f"""
    SELECT d.id, d.kind, r.id AS report, r.fault_cause, r.solution, r.parts, r.no_parts, r.customer_opinion,
      min(e.code) AS code
    FROM live_dispatch d JOIN live_crew w ON w.dispatch_id = d.id JOIN live_staff e ON e.id = w.engineer_id
    LEFT JOIN live_service_report r ON r.dispatch_id = d.id
    WHERE d.id IN (SELECT dispatch_id FROM live_crew WHERE returned_at >= :start AND returned_at < :end)
      AND d.status = 'returned' AND ({surely.entered()}) IS NOT TRUE
    GROUP BY d.id ORDER BY d.id"""
_UNDECIDED = """
    SELECT id, status FROM live_complaint WHERE status IN ('registered', 'assigned', 'investigating')
    AND at < :end ORDER BY id"""

_SECTIONS: tuple[Section, ...] = (
    _not_over,
    _assignments,
    _reports,
    _answers,
    _expenses,
    _complaints,
    promises.overdue,
    problems.overdue,
    undecided,
    _penalties,
    _overdue,
    _policy,
)
