"""The figures that a report prints: one list, which is shown, frozen when handed in, and compared later.

Behind every figure stand rows of the ledger. ``behind`` says which, so that a change can be traced to the entries that
made it, and to no others.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from svcdesk import reports
from svcdesk.model import LINES, Record
from svcdesk.month import indicators, projects
from svcdesk.periods import Period, stored
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger

Path = tuple[str, ...]


def monthly(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Work out every figure of the statistics."""
    basis = Basis(ledger.policy, now, ledger.zone)
    return {
        **reports.figures(ledger, period, now),
        "quality": indicators.indicators(ledger, period, basis),
        "backlog": indicators.backlog(ledger, period, basis),
    }


def of_projects(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Work out every figure of the projects report."""
    return {"projects": projects.lines(ledger, period, now)}


MAKERS: dict[str, Callable[[Ledger, Period, datetime], Record]] = {"monthly": monthly, "projects": of_projects}


# How a row, as it stood, is of a month. Each takes the image, the columns named, and the month's ends.

Span = tuple[str, str]


def _on_a_day(image: Record, names: tuple[str, ...], period: Period) -> bool:
    return any(period.first.isoformat() <= image[name] < period.after.isoformat() for name in names if image.get(name))


def _in_the_month(image: Record, names: tuple[str, ...], period: Period) -> bool:
    start, end = stored(period.start), stored(period.end)
    return any(start <= image[name] < end for name in names if image.get(name))


def _on_the_road(image: Record, _: tuple[str, ...], period: Period) -> bool:
    """An assignment is of every month that it touches."""
    departed, returned = image.get("departed_at"), image.get("returned_at")
    return departed is not None and departed < stored(period.end) and (returned or "9") >= stored(period.start)


def _open_at_the_end(image: Record, _: tuple[str, ...], period: Period) -> bool:
    end, gone = stored(period.end), str(image.get("closed_at") or image.get("cancelled_at") or "9")
    return str(image["received_at"]) < end <= gone


def _always(*_: Any) -> bool:
    return True


class Source(NamedTuple):
    """Which rows of a table a figure counts, by which of their times, and what it reads of each.

    Of the policy it reads the keys that begin as ``reads`` say.
    """

    table: str
    is_of: Callable[[Record, tuple[str, ...], Period], bool]
    times: tuple[str, ...]
    reads: tuple[str, ...]

    def counted(self, image: Record | None, period: Period) -> tuple[Any, ...] | None:
        """Return what a figure reads of a row as it stood; None where that does not count in the month."""
        if not image or image.get("undone_at") or not self.is_of(image, self.times, period):
            return None
        if self.table == "policy":
            return image["key"], image["value"], image["from_on"]
        return tuple(image.get(name) for name in self.reads)


def _month(table: str, times: str, reads: str) -> Source:
    return Source(table, _in_the_month, tuple(times.split()), (*times.split(), *reads.split()))


_EXPENSES = Source("expense", _on_a_day, ("spent_on",), ("spent_on", "amount_fen", "line", "excluded", "status"))
_TRAVEL = (
    Source("crew", _on_the_road, (), ("departed_at", "returned_at", "engineer_id", "cancelled_at")),
    _month("dispatch", "sent_at", "kind ticket_id"),
)
_ANSWERS = (
    _month("ticket", "received_at", "answered_at cancelled_at kind"),
    Source("policy", _always, (), ("answer.",)),
)
_ARRIVALS = _month("crew", "arrived_at due_at", "late_cause cancelled_at")
_REPORTS = (
    _month("crew", "returned_at", "cancelled_at"),
    Source(
        "service_report", _always, (), ("filed_at", "fault_cause", "solution", "parts", "no_parts", "customer_opinion")
    ),
)
_SURVEYS = _month("survey", "at", "score ticket_id")
_COMPLAINTS = _month("complaint", "at", "ticket_id")
_DECISIONS = _month("complaint", "decided_at", "finding cause")
_RECEIVED = _month("ticket", "received_at", "kind repeat_of contract_id customer_id")
_CLOSED = _month("ticket", "closed_at first_closed_at", "reopen_count repeat_of kind")
_OPEN = Source("ticket", _open_at_the_end, (), ("received_at", "contract_id", "customer_id"))
# What a fine rests on, by clause.
_FACTS = {
    "no_callback": (_month("crew", "left_at returned_at", "callback_at arrived_at"),),
    "late_on_site": (_ARRIVALS,),
    "incomplete_report": _REPORTS,
    "phone_unreachable": (_month("phone_check", "at", "result excused engineer_id"),),
    "disobedience": (_month("conduct", "at", "rule engineer_id"),),
    "complaint_upheld": (_DECISIONS,),
    "expense_falsified": (_month("expense", "falsified_at", "sanction engineer_id"),),
}
_PENALTIES = (_month("penalty", "at", "clause sanction amount_fen status"),)
_ALL_PENALTIES = (*_PENALTIES, *(source for facts in _FACTS.values() for source in facts))

# The sources of each figure, by the beginning of its path; the longest that fits counts.
_BEHIND: dict[Path, tuple[Source, ...]] = {
    ("lines",): (_EXPENSES,),
    **{("lines", line, name): _TRAVEL for line in LINES for name in ("persons", "trips", "days")},
    ("pending_cost",): (_EXPENSES,),
    ("service", "contacts"): (_month("contact", "at", ""),),
    ("service", "tickets_opened"): (_RECEIVED,),
    ("service",): _ANSWERS,
    ("service", "closed"): (_CLOSED,),
    ("service", "surveys"): (_SURVEYS,),
    ("service", "mean_score"): (_SURVEYS,),
    ("penalties",): _ALL_PENALTIES,
    **{("penalties", "by_clause", clause): (*_PENALTIES, *facts) for clause, facts in _FACTS.items()},
    ("quality",): _ANSWERS,
    ("quality", "on_time_arrival"): (_ARRIVALS, Source("policy", _always, (), ("late.grace",))),
    ("quality", "first_time_fix"): (_CLOSED, _RECEIVED, Source("policy", _always, (), ("repeat.",))),
    ("quality", "repeat_repairs"): (_RECEIVED, Source("policy", _always, (), ("repeat.",))),
    ("quality", "survey_coverage"): (Source("survey", _always, (), ("ticket_id",)), _CLOSED, *_TRAVEL),
    ("quality", "mean_score"): (_SURVEYS,),
    ("quality", "complaints"): (_COMPLAINTS, _RECEIVED),
    ("quality", "complaints_upheld"): (_DECISIONS,),
    ("quality", "reports_complete"): (*_REPORTS, Source("policy", _always, (), ("report.",))),
    ("quality", "entry_lag_median"): (_month("ticket", "received_at", ""),),
    ("quality", "entered_within_day"): (_month("ticket", "received_at", ""),),
    ("backlog",): (_OPEN,),
    ("projects",): (_EXPENSES,),
}
_OF_PROJECTS: dict[str, tuple[Source, ...]] = {
    "tickets": (_RECEIVED,),
    "persons": _TRAVEL,
    "trips": _TRAVEL,
    "days": _TRAVEL,
    "open": (_OPEN,),
    "major_quality": (_month("escalation", "at", "major_quality ticket_id"),),
    "opinions": (_month("service_report", "filed_at", "customer_opinion dispatch_id"),),
    "surveys": (_SURVEYS,),
    "mean_score": (_SURVEYS,),
    "complaints": (_COMPLAINTS,),
}


def behind(path: Path) -> tuple[Source, ...]:
    """Return the sources of the rows behind a figure."""
    if path[0] == "projects":
        return _OF_PROJECTS.get(path[-1], (_EXPENSES,))
    return next(_BEHIND[path[:end]] for end in range(len(path), 0, -1) if path[:end] in _BEHIND)


def concerns(ledger: Ledger, path: Path, table: str, image: Record) -> bool:
    """Return whether a row, as it stood, is of the very line, clause or project that a figure is about."""
    match path:
        case ("lines", line, *_) if line in LINES and table in ("expense", "crew", "dispatch"):
            return _line_of(ledger, table, image) == line
        case ("penalties", "by_clause", clause, *_) if table == "penalty":
            return bool(image["clause"] == clause)
        case ("projects", owner, *_):
            return _owner_of(ledger, table, image) == owner
    return table != "policy" or any(str(image["key"]).startswith(key) for key in _keys(path))


def _keys(path: Path) -> tuple[str, ...]:
    return tuple(key for source in behind(path) if source.table == "policy" for key in source.reads)


def _line_of(ledger: Ledger, table: str, image: Record) -> str:
    if table == "expense":
        return str(image["line"])
    found = image.get("kind") or ledger.value("SELECT kind FROM live_dispatch WHERE id = ?", (image["dispatch_id"],))
    return "installation" if found == "installation" else "dispatch"


NOBODY = "nobody"


def _owner_of(ledger: Ledger, table: str, image: Record) -> str:
    """Name the contract, else the customer, that a row belongs to, as the lines of the projects report do."""
    ticket = image if table == "ticket" else _ticket_of(ledger, image)
    if ticket and ticket.get("contract_id"):
        return f"contract:{ledger.value('SELECT no FROM live_contract WHERE id = ?', (ticket['contract_id'],))}"
    if ticket and ticket.get("customer_id"):
        return f"customer:{ledger.value('SELECT name FROM live_customer WHERE id = ?', (ticket['customer_id'],))}"
    return NOBODY


def _ticket_of(ledger: Ledger, image: Record) -> Record | None:
    dispatch = "SELECT ticket_id FROM live_dispatch WHERE id = ?"
    number = image.get("ticket_id") or ledger.value(dispatch, (image.get("dispatch_id"),))
    return ledger.one("SELECT contract_id, customer_id FROM live_ticket WHERE id = ?", (number,)) if number else None
