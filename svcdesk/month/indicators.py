"""How well a month was served: each figure with its numerator and denominator, from queries over half-open ranges."""

from collections.abc import Sequence
from typing import Any

from svcdesk import messages
from svcdesk.model import Record
from svcdesk.month import verdicts
from svcdesk.month.verdicts import Answer, Arrival, Judged, span
from svcdesk.periods import Period, day_of, instant, stored
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger
from svcdesk.values import median, rounded

_HOUR, _DAY = 3600, 86400


def _surveyed(ledger: Ledger, period: Period, basis: Basis) -> tuple[int, int]:
    """Count the tickets first closed in the period that have a survey, and those that needed one (3.7, S3 8.3)."""
    surveyed, visited = _pair(ledger, _SURVEYED, period)
    if "all" not in ledger.policy.every("survey.of"):
        return surveyed, visited
    others = [
        survey is not None
        for closed, survey in ledger.con.execute(_NOT_VISITED, span(period))
        if basis.value("survey.of", instant(closed)) == "all"
    ]
    return surveyed + sum(others), visited + len(others)


def backlog(ledger: Ledger, period: Period, basis: Basis) -> list[Record]:
    """Count the tickets that were open at the period's end (now, if that is earlier) by their age in days.

    A ticket's middle closings are not kept: one that is closed again later counts as open until then.
    """
    until = min(period.end, basis.now)
    ages = dict.fromkeys(AGES, 0)
    for days, tickets in ledger.con.execute(_AGED, {"until": stored(until)}):
        ages[next(age for age, most in AGES.items() if most is None or days <= most)] += tickets
    return [{"age": age, "tickets": count} for age, count in ages.items()]


AGES: dict[str, int | None] = {"day": 0, "week": 6, "month": 29, "older": None}  # whole days, at most


def indicators(ledger: Ledger, period: Period, basis: Basis) -> list[Record]:
    """Work out every figure of service of the period.

    Each is {figure, numerator, denominator, value, unit, definition, provisional_until}: a rate is a fraction,
    per_100 a count on a hundred, hours and score as they are; value is None where the denominator is 0.
    """
    given, due = verdicts.answers(ledger, period, basis), verdicts.arrivals(ledger, period, basis)
    reports, closed = verdicts.duties(ledger, period, basis), verdicts.repairs(ledger, period, basis)
    asked_for = given.surely + len(given.others)
    waits, lags = ([row[0] for row in ledger.con.execute(sql, span(period))] for sql in (_WAITS, _LAGS))
    again, asked = verdicts.repeats(ledger, period, basis)
    surveyed, to_survey = _surveyed(ledger, period, basis)
    score, surveys = _pair(ledger, _SCORES, period)
    complaints = ledger.value(_COMPLAINTS, span(period))
    upheld, decided = _pair(ledger, _UPHELD, period)
    settled = closed.settled_at or basis.now
    repaired = len(closed.mended) + len(closed.others)
    return [
        _rate("answered_in_time", *in_time(given)),
        _hours("response_median", median(waits), len(waits)),
        _hours("response_p90", (percentile(waits, 90) or 0, 1) if waits else None, len(waits)),
        _rate("on_time_arrival", *on_time(due)),
        _rate("first_time_fix", len(closed.mended), repaired)
        | {"provisional_until": day_of(settled, basis.zone).isoformat() if settled > basis.now else None},
        _rate("repeat_repairs", again, asked),
        _rate("survey_coverage", surveyed, to_survey),
        _figure("mean_score", score, surveys, (score, surveys), "score"),
        _figure("complaints", complaints, asked_for, (100 * complaints, asked_for), "per_100"),
        _rate("complaints_upheld", upheld, decided),
        _rate("reports_complete", *_well(reports, [duty.finding is None for duty in reports.others])),
        _hours("entry_lag_median", median(lags), len(lags)),
        _rate("entered_within_day", sum(lag <= _DAY for lag in lags), len(lags)),
    ]


def percentile(values: Sequence[int], percent: int) -> int | None:
    """Return the least value that so many percent of all do not exceed (nearest rank); None of none."""
    if not values:
        return None
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]


def in_time(given: Judged[Answer]) -> tuple[int, int]:
    """Count the answers that came in time, and those that are judged."""
    return _well(given, [answer.in_time for answer in given.others if answer.in_time is not None])


def on_time(due: Judged[Arrival]) -> tuple[int, int]:
    """Count those who arrived in time, and those who were due."""
    return _well(due, [arrival.on_time for arrival in due.others])


def _well(judged: Judged[Any], others: Sequence[bool]) -> tuple[int, int]:
    """Count those that were well, and all; ``others`` are the verdicts on what was judged one by one."""
    return judged.surely + sum(others), judged.surely + len(others)


def share(well: int, judged: int) -> float | None:
    """Return the share of those that were well; None of none."""
    return well / judged if judged else None


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
    first, second = ledger.con.execute(sql, span(period)).fetchone()
    return first or 0, second or 0


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
_AGED = f"""
    SELECT (strftime('%s', :until) - strftime('%s', received_at)) / {_DAY} AS days, count(*) FROM ({OPEN})
    GROUP BY days"""
_WAITS = """
    SELECT max(0, strftime('%s', answered_at) - strftime('%s', received_at)) FROM live_ticket
    WHERE received_at >= :start AND received_at < :end AND answered_at IS NOT NULL"""
_WENT = """EXISTS (SELECT 1 FROM live_dispatch d JOIN live_crew w ON w.dispatch_id = d.id
        WHERE d.ticket_id = t.id AND w.departed_at IS NOT NULL)"""
_SURVEYED = f"""
    SELECT count(s), count(*) FROM (
      SELECT (SELECT min(v.id) FROM live_survey v WHERE v.ticket_id = t.id) AS s FROM live_ticket t
      WHERE t.first_closed_at >= :start AND t.first_closed_at < :end AND {_WENT})"""
_NOT_VISITED = f"""
    SELECT t.first_closed_at, (SELECT min(v.id) FROM live_survey v WHERE v.ticket_id = t.id) FROM live_ticket t
    WHERE t.first_closed_at >= :start AND t.first_closed_at < :end AND NOT {_WENT}"""
_SCORES = "SELECT sum(score), count(*) FROM live_survey WHERE at >= :start AND at < :end"
_COMPLAINTS = "SELECT count(*) FROM live_complaint WHERE at >= :start AND at < :end"
_UPHELD = """
    SELECT sum(finding = 'upheld'), count(*) FROM live_complaint
    WHERE decided_at >= :start AND decided_at < :end"""
# What came from another register was never entered late: it was moved. CROSS JOIN: from the month's tickets, not from
# the journal of all years.
_LAGS = """
    SELECT max(0, strftime('%s', n.at) - strftime('%s', t.received_at)) FROM live_ticket t
    CROSS JOIN change g ON g."table" = 'ticket' AND g.row = t.id CROSS JOIN entry n ON n.seq = g.entry
    WHERE t.received_at >= :start AND t.received_at < :end AND n.command NOT LIKE 'import %'
      AND NOT EXISTS (SELECT 1 FROM change o WHERE o."table" = 'ticket' AND o.row = t.id AND o.entry < g.entry)"""
