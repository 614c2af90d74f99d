"""The three reports with all they say: the figures, what they are compared with, and what was handed in before."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import partial

from svcdesk import reports
from svcdesk.model import LINES, Record
from svcdesk.month import figures, indicators, preflight, projects, staff, submissions, verdicts
from svcdesk.month.drift import drift
from svcdesk.month.waiting import Item
from svcdesk.periods import Period, instant, months_in, today, year_so_far
from svcdesk.regulation.policy import Basis
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


def trips(ledger: Ledger, period: Period, now: datetime) -> list[Record]:
    """List the journeys behind a month's persons, trips and days, each with the days that it counts."""
    found = list(reports.counted(reports.assignments(ledger, period, now)))
    steps = {row[0]: row[1:] for row in ledger.con.execute(_STEPS, (json.dumps([trip.id for trip, _ in found]),))}
    codes = dict(ledger.con.execute("SELECT id, code FROM live_staff"))
    names = dict(ledger.con.execute("SELECT id, name FROM live_staff"))
    rows = []
    for assignment, days in found:
        departed, returned, place = steps[assignment.id]
        rows.append(
            {
                "dispatch": f"D{assignment.dispatch}",
                "ticket": f"T{assignment.ticket}",
                "line": assignment.line,
                "engineer": codes[assignment.engineer],
                "name": names[assignment.engineer],
                "place": place,
                "departed_at": instant(departed),
                "returned_at": instant(returned) if returned else None,
                "trips": int(assignment.starts_here),
                "days": days,
            }
        )
    return rows


def arrivals(ledger: Ledger, period: Period, now: datetime) -> list[Record]:
    """List the arrivals behind the share of those in time."""
    basis = Basis(ledger.policy, now, ledger.zone)
    return [
        {
            "dispatch": f"D{arrival.dispatch}",
            "engineer": arrival.engineer,
            "due": arrival.due,
            "arrived_at": arrival.arrived_at,
            "on_time": arrival.on_time,
            "late_cause": arrival.late_cause,
        }
        for arrival in verdicts.every_arrival(ledger, period, basis)
    ]


def unfinished(ledger: Ledger, period: Period, now: datetime) -> list[Item]:
    """List what would make the month wrong."""
    with reports.snapshot(ledger):
        return preflight.items(ledger, Basis(ledger.policy, now, ledger.zone), period)


_STEPS = """
    SELECT w.id, w.departed_at, w.returned_at, d.place FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
    WHERE w.id IN (SELECT value FROM json_each(?))"""

MAKERS: dict[str, Callable[[Ledger, Period, datetime], Record]] = {
    "monthly": monthly,
    "projects": project_report,
    "staff": staff.staff,
}
