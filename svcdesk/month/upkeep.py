"""What a month did beside tickets: visits and inspections as planned, what was put right, what was suggested (2.4)."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from svcdesk.model import Record
from svcdesk.penalties.overdue import SOURCES
from svcdesk.periods import Period, end_of_day, stored, today
from svcdesk.regulation.policy import Basis
from svcdesk.rules import Planned
from svcdesk.store import Ledger

NAMES = ("visits", "inspections", "rectifications", "suggestions")


def figures(ledger: Ledger, period: Period, basis: Basis) -> dict[str, dict[str, int]]:
    """Count by register; what is due counts in the month of its due day, once it is done or its day has ended."""
    span = {
        "start": stored(period.start) if period.start.year > 1970 else "", "end": stored(period.end),
        "until": stored(min(period.end, basis.now)),
    }  # fmt: skip
    plans = list(_read(ledger, period, "plans"))
    return {
        "visits": {**_counted(ledger, _VISITS, span), **_planned(plans, "visit", period, basis)},
        "inspections": {**_counted(ledger, _INSPECTIONS, span), **_planned(plans, "inspection", period, basis)},
        "rectifications": {
            **_counted(ledger, _RECTIFICATIONS, span),
            **_kept(((one.due, one.closed_at) for one in _read(ledger, period, "rectifications")), basis),
        },
        "suggestions": {
            **_counted(ledger, _SUGGESTIONS, span),
            **_kept(((one.due, one.answered_at) for one in _read(ledger, period, "suggestions")), basis),
        },
    }


def _read(ledger: Ledger, period: Period, name: str) -> Iterable[Any]:
    source = SOURCES[name]
    return source.read(ledger, source.during(ledger, period))


def _counted(ledger: Ledger, sql: dict[str, str], span: Record) -> dict[str, int]:
    return {name: ledger.value(query, span) for name, query in sql.items()}


def _planned(plans: Iterable[Planned], kind: str, period: Period, basis: Basis) -> dict[str, int]:
    now = today(basis.now, basis.zone)
    late = [
        occurrence.is_late(now)
        for plan in plans
        if plan.kind == kind
        for occurrence in plan.course.every()
        if period.first <= occurrence.judged_by < period.after and (occurrence.done_on or occurrence.is_late(now))
    ]
    return {"due": len(late), "in_time": late.count(False)}


def _kept(dues: Iterable[tuple[date, Any]], basis: Basis) -> dict[str, int]:
    """Count what was due, and of that what was met in time."""
    found = [(end_of_day(day, basis.zone), met) for day, met in dues]
    judged = [met is not None and met <= end for end, met in found if met is not None or end < basis.now]
    return {"due": len(judged), "in_time": judged.count(True)}


_VISITS = {"made": "SELECT count(*) FROM live_visit WHERE at >= :start AND at < :end"}
_INSPECTIONS = {"made": "SELECT count(*) FROM live_inspection WHERE at >= :start AND at < :end"}
_RECTIFICATIONS = {
    "opened": "SELECT count(*) FROM live_rectification WHERE opened_at >= :start AND opened_at < :end",
    "closed": "SELECT count(*) FROM live_rectification WHERE verified_at >= :start AND verified_at < :end",
    "open": """
        SELECT count(*) FROM live_rectification WHERE opened_at < :until AND id IN (
          SELECT id FROM live_rectification WHERE status IN ('open', 'done')
          UNION SELECT id FROM live_rectification WHERE verified_at >= :until
          UNION SELECT id FROM live_rectification WHERE cancelled_at >= :until)""",
}
_SUGGESTIONS = {
    "made": "SELECT count(*) FROM live_suggestion WHERE at >= :start AND at < :end",
    "answered": "SELECT count(*) FROM live_suggestion WHERE answered_at >= :start AND answered_at < :end",
    "open": """
        SELECT count(*) FROM live_suggestion WHERE at < :until AND id IN (
          SELECT id FROM live_suggestion WHERE status IN ('open', 'sent')
          UNION SELECT id FROM live_suggestion WHERE answered_at >= :until)""",
}

Counts = Callable[[Record, Any], Any]


def _at(name: str) -> Counts:
    return lambda image, scope: scope.holds(image.get(name)) or None


def _open(begun: str, *ended: str) -> Counts:
    """Count a row while it is open: begun by the month's end, and not ended by then."""

    def count(image: Record, scope: Any) -> bool | None:
        until = stored(min(scope.period.end, scope.basis.now))
        over = min((image[name] for name in ended if image.get(name)), default="9")
        return (image[begun] < until <= over) or None

    return count


def _due(column: str, met: str) -> Counts:
    """Count what was due in the month, with when it was met."""

    def count(image: Record, scope: Any) -> Any:
        day = image.get(column)
        inside = day and scope.period.first.isoformat() <= day < scope.period.after.isoformat()
        return (day, image.get(met)) if inside else None

    return count


_PLAN = ("every", "from_on", "anchor", "steps", "ended_at", "customer_id", "region")
_OF_PLANS: tuple[tuple[str, Counts], ...] = (
    ("plan", lambda image, _: tuple(image.get(name) for name in _PLAN)),
    ("visit", lambda image, _: (image["at"], image["customer_id"], image.get("plan_id"), image.get("ticket_id"))),
    ("inspection", lambda image, _: (image["at"], image.get("plan_id")) if image.get("plan_id") else None),
)
# The rows behind each figure: a table, and what the figure counts of an image.
BEHIND: dict[tuple[str, ...], tuple[tuple[str, Counts], ...]] = {
    ("visits",): _OF_PLANS[:2],
    ("visits", "made"): (("visit", _at("at")),),
    ("inspections",): (_OF_PLANS[0], _OF_PLANS[2]),
    ("inspections", "made"): (("inspection", _at("at")),),
    ("rectifications",): (("rectification", _due("due_on", "verified_at")),),
    ("rectifications", "opened"): (("rectification", _at("opened_at")),),
    ("rectifications", "closed"): (("rectification", _at("verified_at")),),
    ("rectifications", "open"): (("rectification", _open("opened_at", "verified_at", "cancelled_at")),),
    ("suggestions",): (("suggestion", _due("due_on", "answered_at")),),
    ("suggestions", "made"): (("suggestion", _at("at")),),
    ("suggestions", "answered"): (("suggestion", _at("answered_at")),),
    ("suggestions", "open"): (("suggestion", _open("at", "answered_at")),),
}
