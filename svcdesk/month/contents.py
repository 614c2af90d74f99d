"""The three reports with all they say: the figures, what they are compared with, and what was handed in before."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice

from svcdesk import reports
from svcdesk.model import LINES, Record
from svcdesk.month import figures, indicators, preflight, projects, staff, submissions, verdicts
from svcdesk.month.drift import drift
from svcdesk.month.waiting import Item
from svcdesk.periods import LocalHours, Period, months_in, today, year_so_far
from svcdesk.regulation.policy import Basis
from svcdesk.render.document import Block
from svcdesk.store import Ledger

MONTHS_DRAWN = 12
_YEAR = 12  # months


def monthly(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Make the statistics of a period with the figures of service, what they are compared with, what was handed in."""
    basis = Basis(ledger.policy, now, ledger.zone)
    before = partial(reports.shifted, period, zone=ledger.zone)
    with reports.snapshot(ledger):
        return {
            **reports.headed(ledger, period, figures.monthly(ledger, period, now)),
            "previous": beside(ledger, before(-period.length), basis),
            "last_year": beside(ledger, before(-_YEAR), basis) if period.length < _YEAR else None,
            "year": so_far(ledger, period),
            "made_on": today(now, ledger.zone),
            "submission": drift(ledger, "monthly", period),
            "earlier_months": submissions.late_items(ledger, period),
        }


def beside(ledger: Ledger, other: Period | None, basis: Basis) -> Record | None:
    """Return another period's figures to compare with, such as those of the year so far (periods.year_so_far).

    None before the calendar, or before the ledger, begins.
    """
    if other is None or submissions.is_before(ledger, other):
        return None
    return {
        "month": other.name,
        "lines": reports.lines(ledger, other, basis.now)[0],
        "quality": indicators.indicators(ledger, other, basis),
    }


def so_far(ledger: Ledger, period: Period) -> Record | None:
    """Return what the lines cost in the year up to the period's end; None beside a year itself."""
    year = year_so_far(period, ledger.zone)
    if period.length >= _YEAR or submissions.is_before(ledger, year):
        return None
    return {"month": year.name, "lines": reports.spent(ledger, year)[0], "quality": []}


def project_report(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Make the projects report, with what was handed in before."""
    with reports.snapshot(ledger):
        report = projects.projects(ledger, period, now)
        return {**report, "submission": drift(ledger, "projects", period)}


def course(ledger: Ledger, period: Period, now: datetime) -> list[Record]:
    """Return the twelve months up to a period's end, oldest first: the cost of each line and the two shares drawn."""
    basis = Basis(ledger.policy, now, ledger.zone)
    *_, last = months_in(period, ledger.zone)
    months = [reports.shifted(last, back, ledger.zone) for back in range(1 - MONTHS_DRAWN, 1)]
    return [_drawn(ledger, month, basis) for month in months if month is not None]


def _drawn(ledger: Ledger, month: Period, basis: Basis) -> Record:
    before = submissions.is_before(ledger, month)
    cost = reports.costs(ledger, month)
    return {
        "month": month.month,
        **{line: None if before else cost[line] for line in LINES},
        "answered_in_time": indicators.share(*indicators.in_time(verdicts.answers(ledger, month, basis))),
        "on_time_arrival": indicators.share(*indicators.on_time(verdicts.arrivals(ledger, month, basis))),
    }


Journey = tuple[reports.Assignment, int]  # with the days that it counts
_BLOCK = 250  # journeys


def journeys(ledger: Ledger, period: Period, now: datetime) -> list[Journey]:
    """List the journeys behind a month's persons, trips and days, each with the days that it counts."""
    return list(reports.counted(reports.assignments(ledger, period, now)))


def days_away(ledger: Ledger, found: Sequence[Journey]) -> list[tuple[str, int]]:
    """Return the names of those who travelled, by code, with the days that count."""
    days: Counter[int] = Counter()
    for assignment, own in found:
        days[assignment.engineer] += own
    people = ledger.con.execute("SELECT id, name FROM live_staff ORDER BY code")
    return [(name, days[number]) for number, name in people if days[number]]


def trips(ledger: Ledger, found: Sequence[Journey]) -> Iterator[Block]:
    """Give the rows of the journeys in blocks of columns."""
    people = {number: person for number, *person in ledger.con.execute("SELECT id, code, name FROM live_staff")}
    hours = LocalHours(ledger.zone)
    for start in range(0, len(found), _BLOCK):
        some = found[start : start + _BLOCK]
        own = [assignment for assignment, _ in some]
        steps = {row[0]: row[1:] for row in ledger.con.execute(_STEPS, (json.dumps([one.id for one in own]),))}
        yield [
            [f"D{one.dispatch}" for one in own],
            [f"T{one.ticket}" for one in own],
            [one.line for one in own],
            *([people[one.engineer][place] for one in own] for place in (0, 1)),
            [steps[one.id][1] for one in own],
            hours.texts([one.departed_at for one in own]),
            hours.texts([steps[one.id][0] for one in own]),
            [int(one.starts_here) for one in own],
            [days for _, days in some],
        ]


def arrivals(ledger: Ledger, period: Period, basis: Basis) -> Iterator[Block]:
    """Give the arrivals behind the share of those in time, in blocks of columns."""
    hours, rows = LocalHours(ledger.zone), verdicts.every_arrival(ledger, period, basis)
    while some := [*islice(rows, _BLOCK)]:
        dispatches, codes, dues, arrived, on_time, causes = zip(*some, strict=True)
        named = [f"D{dispatch}" for dispatch in dispatches]
        yield [named, codes, hours.texts(dues), hours.texts(arrived), on_time, causes]


def unfinished(ledger: Ledger, period: Period, now: datetime) -> list[Item]:
    """List what would make the month wrong."""
    with reports.snapshot(ledger):
        return preflight.items(ledger, Basis(ledger.policy, now, ledger.zone), period)


_STEPS = """
    SELECT w.id, w.returned_at, d.place FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
    WHERE w.id IN (SELECT value FROM json_each(?))"""

MAKERS: dict[str, Callable[[Ledger, Period, datetime], Record]] = {
    "monthly": monthly,
    "projects": project_report,
    "staff": staff.staff,
}
