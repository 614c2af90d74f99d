"""What would make a month wrong: everything of it that is unfinished, each with the command that mends it."""

from collections.abc import Callable, Iterator

from svcdesk.month import indicators
from svcdesk.month.board import Item, decisions, report_of, undecided
from svcdesk.periods import Period, instant, stored
from svcdesk.registers import records
from svcdesk.registers.expenses import EXPENSES
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger

Section = Callable[[Ledger, Basis, Period], Iterator[Item]]


def items(ledger: Ledger, basis: Basis, period: Period) -> list[Item]:
    """List what is unfinished about a month, in the order in which a desk would mend it."""
    return [item for section in _SECTIONS for item in section(ledger, basis, period)]


def _not_over(_: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    if basis.now < period.end:
        yield Item("not_over", period.month, None, f"svcdesk report monthly --month {period.month} --check", {})


def _assignments(ledger: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    """List who has not come back, or was sent and has not gone."""
    for dispatch, code, departed in ledger.con.execute(_AWAY, {"end": stored(min(period.end, basis.now))}):
        values = {"code": code, "since": instant(departed)}
        command = f"svcdesk dispatch return D{dispatch} --engineer {code} --at TIME"
        yield Item("not_back", f"D{dispatch}", None, command, values)
    for dispatch, code in ledger.con.execute(_SENT, {"start": stored(period.start), "end": stored(period.end)}):
        command = f"svcdesk dispatch depart D{dispatch} --engineer {code} --at TIME"
        yield Item("not_gone", f"D{dispatch}", None, command, {"code": code})


def _reports(ledger: Ledger, _: Basis, period: Period) -> Iterator[Item]:
    """List the reports of journeys that ended in the month and that are missing or incomplete."""
    for row in ledger.rows(_REPORTS, {"start": stored(period.start), "end": stored(period.end)}):
        yield from report_of(row)


def _expenses(ledger: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    selection = records.Selection().during(EXPENSES, period).where("r.status = 'submitted'")
    for row in records.records(ledger, EXPENSES, basis.now, selection):
        values = {"code": row["engineer"], "amount": row["amount"]}
        if row["problems"]:
            problems = [problem["message"] for problem in row["problems"]]
            command = f"svcdesk expense show {row['id']}"
            yield Item("expense", row["id"], None, command, {**values, "problems": problems})
        else:
            yield Item("pending", row["id"], None, f"svcdesk expense approve {row['id']}", values)


def _answers(ledger: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    for answer in indicators.answers(ledger, period, basis):
        if answer.in_time is False and answer.answered_at is None:
            name = ledger.value(
                "SELECT c.name FROM live_ticket t JOIN live_customer c ON c.id = t.customer_id WHERE t.id = ?",
                (answer.ticket,),
            )
            command = f"svcdesk ticket answer T{answer.ticket} --at TIME"
            yield Item("unanswered", f"T{answer.ticket}", None, command, {"customer": name})


def _complaints(ledger: Ledger, _: Basis, period: Period) -> Iterator[Item]:
    for number, status in ledger.con.execute(_UNDECIDED, {"end": stored(period.end)}):
        verb = {"registered": "assign", "assigned": "investigate"}.get(status, "decide")
        yield Item("undecided", f"C{number}", None, f"svcdesk complaint {verb} C{number}", {})


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
_REPORTS = """
    SELECT d.id, d.kind, r.id AS report, r.fault_cause, r.solution, r.parts, r.no_parts, r.customer_opinion,
      min(e.code) AS code
    FROM live_dispatch d JOIN live_crew w ON w.dispatch_id = d.id JOIN live_staff e ON e.id = w.engineer_id
    LEFT JOIN live_service_report r ON r.dispatch_id = d.id
    WHERE d.id IN (SELECT dispatch_id FROM live_crew WHERE returned_at >= :start AND returned_at < :end)
      AND d.status = 'returned'
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
    undecided,
    decisions,
)
