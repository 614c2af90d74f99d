"""How a month's answers, arrivals, reports and repairs were: what is surely well counted by SQL, the rest judged."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from svcdesk.penalties import facts, surely
from svcdesk.periods import Period, instant, midnight, stored
from svcdesk.regulation.clock import answer_clock, answered_in_time
from svcdesk.regulation.policy import Basis
from svcdesk.rules import Finding, ReportDuty, incomplete_report, is_repeat, report_deadline
from svcdesk.store import Ledger, once_a_snapshot

T = TypeVar("T")


class Judged(NamedTuple, Generic[T]):
    """What was judged: how many were surely well, by whose they are, and the others one by one."""

    sure: dict[str | None, int]
    others: list[T]

    @property
    def surely(self) -> int:
        """How many were surely well."""
        return sum(self.sure.values())


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
    finding: Finding | None

    @property
    def author(self) -> str:
        """Who answers for it: its author, else the first engineer named."""
        if self.finding and self.finding.engineer:
            return self.finding.engineer
        return self.duty.author or self.duty.engineers[0]


class Repairs(NamedTuple):
    """The repairs first closed in a period: which were mended at once, which were not, and when that is settled."""

    mended: list[int]
    others: list[int]
    settled_at: datetime | None


@once_a_snapshot
def answers(ledger: Ledger, period: Period, basis: Basis) -> Judged[Answer]:
    """Judge the answers to the tickets received in the period (3.4)."""
    sure, values = _surely_answered(period, basis)
    others = [_answer(basis, *row) for row in ledger.con.execute(_TICKETS.format(sure=sure), values)]
    return Judged({None: ledger.value(_RECEIVED, values) - len(others)}, others)


def answers_by_person(ledger: Ledger, period: Period, basis: Basis) -> Judged[Answer]:
    """Judge the same answers, those that are surely in time counted by who answered."""
    sure, values = _surely_answered(period, basis)
    return answers(ledger, period, basis)._replace(sure=dict(ledger.con.execute(_ANSWERED.format(sure=sure), values)))


def _surely_answered(period: Period, basis: Basis) -> tuple[str, dict[str, Any]]:
    natural = basis.policy.every("answer.clock") == ["natural"]  # by the other no due time may be known
    sure = surely.answered("t", "t.received_at") if natural else surely.NOT_TOLD
    return sure, {**span(period), **surely.shortest(basis.policy)}


def _answer(
    basis: Basis, ticket: int, received: str, reply: str | None, by: str | None, cancelled: str | None, kind: str
) -> Answer:
    received_at, answered_at = instant(received), instant(reply) if reply else None
    due = answer_clock(received_at, basis.policy, basis.zone, kind).due
    withdrawn = not reply and cancelled and (due is None or instant(cancelled) <= due)
    in_time = None if withdrawn else answered_in_time(due, answered_at, basis.now)
    return Answer(ticket, received_at, answered_at, by, in_time)


@once_a_snapshot
def arrivals(ledger: Ledger, period: Period, basis: Basis) -> Judged[Arrival]:
    """Judge who arrived in the period, or was due in it and did not, against the time that counted (3.4)."""
    punctual, others = ledger.con.execute(_PUNCTUAL, span(period)).fetchone()
    return Judged({None: punctual}, list(_judged_arrivals(_in_order(ledger, others), basis)))


def arrivals_by_person(ledger: Ledger, period: Period, basis: Basis) -> Judged[Arrival]:
    """Judge the same arrivals, those that are surely in time counted by who arrived."""
    return arrivals(ledger, period, basis)._replace(sure=dict(ledger.con.execute(_PUNCTUAL_BY, span(period))))


def _in_order(ledger: Ledger, given: str) -> Iterator[tuple[Any, ...]]:
    """Return the rows that SQL gathered as a list, in the order of their numbers, a person's code for their number."""
    codes: dict[int, str] = {}
    for _, dispatch, engineer, *rest in sorted(json.loads(given)):
        if not codes:
            codes = dict(ledger.con.execute("SELECT id, code FROM live_staff"))
        yield dispatch, codes[engineer], *rest


def count_arrivals(ledger: Ledger, period: Period, basis: Basis) -> int:
    """Count those whose arrival is judged."""
    judged = arrivals(ledger, period, basis)
    return judged.surely + len(judged.others)


def every_arrival(ledger: Ledger, period: Period, basis: Basis) -> Iterator[tuple[Any, ...]]:
    """Give them all as they are stored, each with whether it was in time, in the order in which they were sent."""
    for row in ledger.con.execute(_ARRIVALS, span(period)):
        dispatch, code, due, arrived, cause = row
        if arrived is not None and arrived <= due:
            yield dispatch, code, due, arrived, True, cause
        else:
            for judged in _judged_arrivals([row], basis):
                yield dispatch, code, due, arrived, judged.on_time, cause


def _judged_arrivals(rows: Iterable[tuple[Any, ...]], basis: Basis) -> Iterator[Arrival]:
    for dispatch, code, due_at, arrived, cause in rows:
        due, arrived_at = instant(due_at), instant(arrived) if arrived else None
        grace = timedelta(minutes=basis.value("late.grace_minutes", arrived_at or due))
        if arrived_at is None and basis.now <= due + grace:
            continue
        on_time = arrived_at is not None and arrived_at <= due + grace
        yield Arrival(dispatch, code, due, arrived_at, on_time, cause)


def duties(ledger: Ledger, period: Period, basis: Basis) -> Judged[Duty]:
    """Judge the service reports whose deadline lies in the period and has passed (4.6), by their authors."""
    sure: Counter[str | None] = Counter()
    others: list[Duty] = []
    for start, end in _returns(period, basis):
        complete, doubtful = facts.reports_of_returns(ledger, start, end)
        sure.update(complete)
        others += [Duty(duty, next(incomplete_report(duty, basis), None)) for duty in doubtful]
    return Judged(sure, others)


def _returns(period: Period, basis: Basis) -> list[tuple[str, str]]:
    """Return when those came back whose reports' deadline lies in the period and has passed, day joined to day."""
    longest = max(basis.policy.every("report.due_days"))
    back = min(timedelta(days=longest + 2), period.first - date.min)
    day, joined = period.first - back, list[tuple[str, str]]()
    while day < period.after:
        start, end = midnight(day, basis.zone), midnight(day + timedelta(days=1), basis.zone)
        deadline = report_deadline(start, basis) - timedelta(seconds=1)
        if period.start <= deadline < period.end and deadline < basis.now:
            first = joined.pop()[0] if joined and joined[-1][1] == stored(start) else stored(start)
            joined.append((first, stored(end)))
        day += timedelta(days=1)
    return joined


def repairs(ledger: Ledger, period: Period, basis: Basis) -> Repairs:
    """Say of the repairs first closed in the period which were mended at once (3.6): not reopened, no repeat before or
    after. It is provisional until the window ends."""
    mended: list[int] = []
    others: list[int] = []
    rows = ledger.con.execute(_REPAIRS, span(period)).fetchall()
    for ticket, closed, reopened, repeats, again in rows:
        came_back = again is not None and is_repeat(instant(again), instant(closed), basis)
        (others if reopened or repeats or came_back else mended).append(ticket)
    return Repairs(mended, others, _settled((instant(row[1]) for row in rows), basis))


def _settled(closings: Iterable[datetime], basis: Basis) -> datetime | None:
    """Return when the last window ends that one of the closings began; the last of these comes first."""
    longest = timedelta(days=max(basis.policy.every("repeat.window_days")))
    latest: datetime | None = None
    for closed in closings:
        if latest and closed + longest <= latest:
            break
        end = closed + timedelta(days=basis.value("repeat.window_days", closed))
        latest = max(latest, end) if latest else end
    return latest


def repeats(ledger: Ledger, period: Period, basis: Basis) -> tuple[int, int]:
    """Count the repairs received in the period that repeat an earlier one, and all repairs received."""
    received = ledger.value(_RECEIVED_REPAIRS, span(period))
    again = ledger.con.execute(_REPEATS, span(period))
    return sum(is_repeat(instant(at), instant(closed) if closed else None, basis) for at, closed in again), received


def span(period: Period) -> dict[str, str]:
    """Return the ends of a period as the ledger stores them."""
    return {"start": stored(period.start), "end": stored(period.end)}


_ANSWERED = """
    SELECT t.answered_by, count(*) FROM live_ticket t
    WHERE t.received_at >= :start AND t.received_at < :end AND {sure} GROUP BY t.answered_by"""
_RECEIVED = "SELECT count(*) FROM live_ticket t WHERE t.received_at >= :start AND t.received_at < :end"
_TICKETS = """
    SELECT t.id, t.received_at, t.answered_at, t.answered_by, t.cancelled_at, t.kind FROM live_ticket t
    WHERE t.received_at >= :start AND t.received_at < :end AND ({sure}) IS NOT TRUE ORDER BY t.id"""
# Those who arrived in the period, or were due in it and did not. CROSS JOIN: from these, not from all dispatches.
_DUE = """
    FROM (SELECT * FROM live_crew WHERE arrived_at >= :start AND arrived_at < :end AND due_at IS NOT NULL
        UNION ALL SELECT * FROM live_crew WHERE arrived_at IS NULL AND due_at >= :start AND due_at < :end) w
    CROSS JOIN live_dispatch d ON d.id = w.dispatch_id {more} WHERE d.status <> 'cancelled'"""
_WHO = "CROSS JOIN live_staff e ON e.id = w.engineer_id"
_IN_TIME = "w.arrived_at <= w.due_at"  # no policy lets anybody be late before the time that counts
_ARRIVALS = f"""
    SELECT w.dispatch_id, e.code, w.due_at, w.arrived_at, w.late_cause {_DUE.format(more=_WHO)} ORDER BY w.id"""
_PUNCTUAL = f"""
    SELECT count(*) FILTER (WHERE {_IN_TIME}),
      json_group_array(json_array(w.id, w.dispatch_id, w.engineer_id, w.due_at, w.arrived_at, w.late_cause))
        FILTER (WHERE ({_IN_TIME}) IS NOT TRUE)
    {_DUE.format(more="")}"""
_PUNCTUAL_BY = f"SELECT e.code, count(*) {_DUE.format(more=_WHO)} AND {_IN_TIME} GROUP BY e.code"
_REPAIRS = """
    SELECT t.id, t.first_closed_at, t.reopen_count, t.repeat_of,
      (SELECT min(r.received_at) FROM live_ticket r WHERE r.repeat_of = t.id)
    FROM live_ticket t WHERE t.first_closed_at >= :start AND t.first_closed_at < :end
    AND t.kind = 'repair' ORDER BY t.first_closed_at DESC"""
_RECEIVED_REPAIRS = """
    SELECT count(*) FROM live_ticket WHERE received_at >= :start AND received_at < :end AND kind = 'repair'"""
_REPEATS = """
    SELECT t.received_at, o.first_closed_at FROM live_ticket t LEFT JOIN live_ticket o ON o.id = t.repeat_of
    WHERE t.received_at >= :start AND t.received_at < :end AND t.kind = 'repair' AND t.repeat_of IS NOT NULL"""
