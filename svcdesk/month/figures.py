"""The figures that a report prints: one list, which is shown, frozen when handed in, and compared later."""

from collections.abc import Callable
from datetime import datetime

from svcdesk import reports
from svcdesk.model import Record
from svcdesk.month import indicators, problems, projects, promises, upkeep
from svcdesk.periods import Period
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger


def monthly(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Work out every figure of the statistics."""
    basis = Basis(ledger.policy, now, ledger.zone)
    return {
        **reports.figures(ledger, period, now),
        "quality": indicators.indicators(ledger, period, basis),
        "backlog": indicators.backlog(ledger, period, basis),
        "promises": promises.figures(ledger, period, now),
        "problems": problems.figures(ledger, period, now),
        **upkeep.figures(ledger, period, basis),
    }


def of_projects(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Work out every figure of the projects report."""
    return {"projects": projects.lines(ledger, period, now)}


MAKERS: dict[str, Callable[[Ledger, Period, datetime], Record]] = {"monthly": monthly, "projects": of_projects}
