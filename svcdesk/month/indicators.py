"""How well a month was served: each figure with its numerator and denominator, from queries over half-open ranges."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from svcdesk import messages
from svcdesk.model import Record
from svcdesk.penalties.facts import SOURCES
from svcdesk.periods import Period, day_of, instant, stored
from svcdesk.regulation.clock import answer_clock, answered_in_time
from svcdesk.regulation.policy import Basis
from svcdesk.rules import Finding, ReportDuty, incomplete_report, is_repeat, report_deadline
from svcdesk.store import Ledger
from svcdesk.values import median, rounded

_HOUR, _DAY = 3600, 86400


class Answer(NamedTuple):
    """A ticket received, and whether its answer came in time: None while it can still come, or was not needed."""

    ticket: int
    received_at: datetime
    answered_at: datetime | None
    answered_by: str | None
    in_time: bool | None


class Arrival(NamedTuple):
    """A member of a crew who was due on site."""

    dispatch: int
    engineer: str
    due: datetime
    arrived_at: datetime | None
    on_time: bool
    late_cause: str | None


class Duty(NamedTuple):
    """A service report whose deadline has passed, and the finding where it was incomplete then."""

    duty: ReportDuty
    deadline: datetime
    finding: Finding | None

    @property
    def author(self) -> str:
        """Who answers for it: its author, else the first engineer named."""
        if self.finding and self.finding.engineer:
            return self.finding.engineer
        return self.duty.author or self.duty.engineers[0]


class Repair(NamedTuple):
    """A repair first closed in the period: whether it was mended at once, and when that is settled."""

    ticket: int
    closed_at: datetime
    fixed_at_once: bool
    settled_at: datetime


def answers(ledger: Ledger, period: Period, basis: Basis) -> list[Answer]:
    """Judge the answers to the tickets received in the period (3.4)."""
    found = []
    for ticket, received, reply, by, cancelled, kind in ledger.con.execute(_TICKETS, _span(period)):
        received_at, answered_at = instant(received), instant(reply) if reply else None
        due = answer_clock(received_at, basis.policy, basis.zone, kind).due
        withdrawn = not reply and cancelled and (due is None or instant(cancelled) <= due)
        in_time = None if withdrawn else answered_in_time(due, answered_at, basis.now)
        found.append(Answer(ticket, received_at, answered_at, by, in_time))
    return found


def arrivals(ledger: Ledger, period: Period, basis: Basis) -> list[Arrival]:
    """Judge who arrived in the period, or was due in it and did not, against the time that counted (3.4)."""
    found = []
    for dispatch, code, due_at, arrived, cause in ledger.con.execute(_ARRIVALS, _span(period)):
        due, arrived_at = instant(due_at), instant(arrived) if arrived else None
        grace = timedelta(minutes=basis.value("late.grace_minutes", arrived_at or due))
        if arrived_at is None and basis.now <= due + grace:
            continue
        on_time = arrived_at is not None and arrived_at <= due + grace
        found.append(Arrival(dispatch, code, due, arrived_at, on_time, cause))
    return found


def duties(ledger: Ledger, period: Period, basis: Basis) -> list[Duty]:
    """Judge the service reports whose deadline lies in the period and has passed (4.6)."""
    source = SOURCES["report_duties"]
    found = []
    for duty in source.read(ledger, source.during(ledger, period)):
        deadline = report_deadline(duty.returned_at, basis) - timedelta(seconds=1)
        if period.start <= deadline < period.end and deadline < basis.now:
            found.append(Duty(duty, deadline, next(incomplete_report(duty, basis), None)))
    return found


def repairs(ledger: Ledger, period: Period, basis: Basis) -> list[Repair]:
    """Say of the repairs first closed in the period which were mended at once (3.6): not reopened, no repeat before or
    after. It is provisional until the window ends."""
    found = []
    for ticket, closed, reopened, repeats, again in ledger.con.execute(_REPAIRS, _span(period)):
        closed_at = instant(closed)
        window = timedelta(days=basis.value("repeat.window_days", closed_at))
        came_back = again is not None and is_repeat(instant(again), closed_at, basis)
        found.append(Repair(ticket, closed_at, not (reopened or repeats or came_back), closed_at + window))
    return found


def repeats(ledger: Ledger, period: Period, basis: Basis) -> tuple[int, int]:
    """Count the repairs received in the period that repeat an earlier one, and all repairs received."""
    rows = ledger.con.execute(_REPEATS, _span(period)).fetchall()
    again = [(instant(received), instant(closed) if closed else None) for received, earlier, closed in rows if earlier]
    return sum(is_repeat(received, closed, basis) for received, closed in again), len(rows)


def backlog(ledger: Ledger, period: Period, basis: Basis) -> list[Record]:
    """Count the tickets that were open at the period's end (now, if that is earlier) by their age in days.

    A ticket's middle closings are not kept: one that is closed again later counts as open until then.
    """
    until = min(period.end, basis.now)
    ages = dict.fromkeys(AGES, 0)
    for received, *_ in ledger.con.execute(OPEN, {"until": stored(until)}):
        days = (until - instant(received)).days
        ages[next(age for age, most in AGES.items() if most is None or days <= most)] += 1
    return [{"age": age, "tickets": count} for age, count in ages.items()]


AGES: dict[str, int | None] = {"day": 0, "week": 6, "month": 29, "older": None}  # whole days, at most


def indicators(ledger: Ledger, period: Period, basis: Basis) -> list[Record]:
    """Work out every figure of service of the period.

    Each is {figure, numerator, denominator, value, unit, definition, provisional_until}: a rate is a fraction,
    per_100 a count on a hundred, hours and score as they are; value is None where the denominator is 0.
    """
    given, due, reports = answers(ledger, period, basis), arrivals(ledger, period, basis), duties(ledger, period, basis)
    mended = repairs(ledger, period, basis)
    judged = [answer for answer in given if answer.in_time is not None]
    waits = [_seconds(answer.received_at, answer.answered_at) for answer in given if answer.answered_at]
    lags = [_seconds(*map(instant, row)) for row in ledger.con.execute(_LAGS, _span(period))]
    again, asked = repeats(ledger, period, basis)
    surveyed, visited = _pair(ledger, _SURVEYED, period)
    score, surveys = _pair(ledger, _SCORES, period)
    complaints = ledger.value(_COMPLAINTS, _span(period))
    upheld, decided = _pair(ledger, _UPHELD, period)
    settled = max((repair.settled_at for repair in mended), default=basis.now)
    return [
        _rate("answered_in_time", sum(bool(answer.in_time) for answer in judged), len(judged)),
        _hours("response_median", median(waits), len(waits)),
        _hours("response_p90", (percentile(waits, 90) or 0, 1) if waits else None, len(waits)),
        _rate("on_time_arrival", sum(arrival.on_time for arrival in due), len(due)),
        _rate("first_time_fix", sum(repair.fixed_at_once for repair in mended), len(mended))
        | {"provisional_until": day_of(settled, basis.zone).isoformat() if settled > basis.now else None},
        _rate("repeat_repairs", again, asked),
        _rate("survey_coverage", surveyed, visited),
        _figure("mean_score", score, surveys, (score, surveys), "score"),
        _figure("complaints", complaints, len(given), (100 * complaints, len(given)), "per_100"),
        _rate("complaints_upheld", upheld, decided),
        _rate("reports_complete", sum(duty.finding is None for duty in reports), len(reports)),
        _hours("entry_lag_median", median(lags), len(lags)),
        _rate("entered_within_day", sum(lag <= _DAY for lag in lags), len(lags)),
    ]


def percentile(values: Sequence[int], percent: int) -> int | None:
    """Return the least value that so many percent of all do not exceed (nearest rank); None of none."""
    if not values:
        return None
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]


def share(verdicts: Iterable[bool]) -> float | None:
    """Return the share of those that were well; None of none."""
    judged = list(verdicts)
    return sum(judged) / len(judged) if judged else None


def _figure(name: str, numerator: int | None, denominator: int, of: tuple[int, int] | None, unit: str) -> Record:
    """Make a figure; ``of`` is its value as a quotient of integers, rounded half up to four places."""
    value = rounded(*of, 4) if of else None
    return {
        "figure": name,
        "numerator": numerator,
        "denominator": denominator,
        "value": None if value is None else float(value),
        "unit": unit,
        "definition": messages.pair_of(f"definitions.{name}"),
        "provisional_until": None,
    }


def _rate(name: str, numerator: int, denominator: int) -> Record:
    return _figure(name, numerator, denominator, (numerator, denominator), "rate")


def _hours(name: str, seconds: tuple[int, int] | None, count: int) -> Record:
    return _figure(name, None, count, (seconds[0], seconds[1] * _HOUR) if seconds else None, "hours")


def _pair(ledger: Ledger, sql: str, period: Period) -> tuple[int, int]:
    first, second = ledger.con.execute(sql, _span(period)).fetchone()
    return first or 0, second or 0


def _seconds(happened: datetime, then: datetime) -> int:
    return max(0, int((then - happened).total_seconds()))


def _span(period: Period) -> dict[str, str]:
    return {"start": stored(period.start), "end": stored(period.end)}


_RECEIVED = "received_at >= :start AND received_at < :end"
_TICKETS = (
    "SELECT id, received_at, answered_at, answered_by, cancelled_at, kind FROM live_ticket"
    f" WHERE {_RECEIVED} ORDER BY id"
)
_ARRIVALS = """
    SELECT w.dispatch_id, e.code, w.due_at, w.arrived_at, w.late_cause
    FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id JOIN live_staff e ON e.id = w.engineer_id
    WHERE w.id IN (SELECT id FROM live_crew WHERE arrived_at >= :start AND arrived_at < :end
        UNION SELECT id FROM live_crew WHERE arrived_at IS NULL AND due_at >= :start AND due_at < :end)
      AND w.due_at IS NOT NULL AND d.status <> 'cancelled'
    ORDER BY w.id"""
_REPAIRS = """
    SELECT t.id, t.first_closed_at, t.reopen_count, t.repeat_of,
      (SELECT min(r.received_at) FROM live_ticket r WHERE r.repeat_of = t.id)
    FROM live_ticket t WHERE t.first_closed_at >= :start AND t.first_closed_at < :end
    AND t.kind = 'repair' ORDER BY t.id"""
_REPEATS = """
    SELECT t.received_at, t.repeat_of, o.first_closed_at FROM live_ticket t LEFT
    JOIN live_ticket o ON o.id = t.repeat_of
    WHERE t.received_at >= :start AND t.received_at < :end AND t.kind = 'repair'"""
# The tickets open at an instant. A plus before a column keeps SQLite from its index: what closed since is few, what was
# ever closed is much.
OPEN = """
    SELECT received_at, contract_id, customer_id FROM live_ticket
    WHERE status IN ('open', 'answered', 'on_hold') AND received_at < :until
    UNION ALL
    SELECT received_at, contract_id, customer_id FROM live_ticket
    WHERE closed_at >= :until AND +received_at < :until AND +status = 'closed'
    UNION ALL
    SELECT received_at, contract_id, customer_id FROM live_ticket
    WHERE status = 'cancelled' AND received_at < :until AND cancelled_at >= :until"""
_SURVEYED = """
    SELECT count(s), count(*) FROM (
      SELECT (SELECT min(v.id) FROM live_survey v WHERE v.ticket_id = t.id) AS s FROM live_ticket t
      WHERE t.first_closed_at >= :start AND t.first_closed_at < :end
        AND EXISTS (SELECT 1 FROM live_dispatch d JOIN live_crew w ON w.dispatch_id = d.id
          WHERE d.ticket_id = t.id AND w.departed_at IS NOT NULL))"""
_SCORES = "SELECT sum(score), count(*) FROM live_survey WHERE at >= :start AND at < :end"
_COMPLAINTS = "SELECT count(*) FROM live_complaint WHERE at >= :start AND at < :end"
_UPHELD = """
    SELECT sum(finding = 'upheld'), count(*) FROM live_complaint
    WHERE decided_at >= :start AND decided_at < :end"""
# What came from another register was never entered late: it was moved. CROSS JOIN: from the month's tickets, not from
# the journal of all years.
_LAGS = """
    SELECT t.received_at, n.at FROM live_ticket t CROSS JOIN change g ON g."table" = 'ticket' AND g.row = t.id
    CROSS JOIN entry n ON n.seq = g.entry
    WHERE t.received_at >= :start AND t.received_at < :end AND n.command NOT LIKE 'import %'
      AND NOT EXISTS (SELECT 1 FROM change o WHERE o."table" = 'ticket' AND o.row = t.id AND o.entry < g.entry)"""
