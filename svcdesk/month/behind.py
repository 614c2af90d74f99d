"""The rows behind each figure: what it counts of a row as it stood, so that a change can be traced to its entries."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from svcdesk.model import LINES, Record
from svcdesk.month import upkeep
from svcdesk.month.indicators import AGES
from svcdesk.month.problems import is_in_time
from svcdesk.penalties.facts import versions_of
from svcdesk.penalties.standing import NOT_STANDING
from svcdesk.periods import Period, instant, stored
from svcdesk.registers.promises import due_of
from svcdesk.regulation.clock import answer_clock, answered_in_time
from svcdesk.regulation.policy import Basis
from svcdesk.rules import CLAUSES, missing_fields, report_deadline
from svcdesk.store import Ledger

Path = tuple[str, ...]
NOBODY = "nobody"


Recorded = frozenset[tuple[str, str, int]]  # the clause, the natural key and the engineer of each penalty of a month


class Scope(NamedTuple):
    """For which figure rows are looked at: its path, its month, and the basis that it was worked out by."""

    ledger: Ledger
    path: Path
    period: Period
    basis: Basis
    recorded: Recorded

    def holds(self, at: str | None) -> bool:
        """Return whether a stored instant lies in the month."""
        return at is not None and stored(self.period.start) <= at < stored(self.period.end)

    def has(self, sql: str, *values: Any) -> bool:
        """Return whether the ledger holds such a row."""
        return bool(self.ledger.value(f"SELECT EXISTS ({sql})", values))

    def part(self, verdict: bool | None) -> bool | None:
        """Return what a share counts of a verdict: all in its value, all alike among them, those that were well."""
        match self.path[-1]:
            case "numerator":
                return verdict or None
            case "denominator":
                return None if verdict is None else True
        return verdict


def recorded(ledger: Ledger, period: Period) -> Recorded:
    """Read which penalties were recorded for the facts of a month."""
    sql = "SELECT clause, natural_key, engineer_id FROM live_penalty WHERE at >= ? AND at < ?"
    return frozenset(ledger.con.execute(sql, (stored(period.start), stored(period.end))))


class Source(NamedTuple):
    """A table, and what the figure counts of a row as it stood; None where nothing of it counts."""

    table: str
    reads: Callable[[Record, Scope], Any]

    def counted(self, image: Record | None, scope: Scope) -> Any:
        """Return what the figure counts of an image; nothing of a row that is not there, or was taken back."""
        return None if not image or image.get("undone_at") else self.reads(image, scope)


# Expenses


def _claimed(image: Record, scope: Scope) -> bool:
    first, after = scope.period.first.isoformat(), scope.period.after.isoformat()
    return first <= image["spent_on"] < after and image["status"] not in ("rejected", "falsified")


def _amount(image: Record, scope: Scope) -> int | None:
    """Count an amount in its own line, in the total, among the excluded, or among what is still to be approved."""
    match scope.path:
        case ("lines", "total", "cost") | ("projects", _, "cost"):
            counts = not image["excluded"]
        case (*_, "excluded"):
            counts = bool(image["excluded"])
        case (*_, "pending" | "pending_cost"):
            counts = image["status"] == "submitted"
        case (_, line, "cost") | (_, _, line):
            counts = image["line"] == line
    return image["amount_fen"] if counts and _claimed(image, scope) else None


# Tickets


def _received(image: Record, scope: Scope) -> bool | None:
    return scope.holds(image["received_at"]) or None


def _asked(image: Record, scope: Scope) -> tuple[datetime | None, datetime | None, bool]:
    """Return when a ticket was due, when it was answered, and whether it was withdrawn before it was due."""
    received, answered, cancelled = (image.get(name) for name in ("received_at", "answered_at", "cancelled_at"))
    due = answer_clock(instant(str(received)), scope.basis.policy, scope.basis.zone, image["kind"]).due
    withdrawn = not answered and bool(cancelled) and (due is None or instant(str(cancelled)) <= due)
    return due, instant(answered) if answered else None, withdrawn


def _answered_as(image: Record, scope: Scope) -> bool | None:
    if not _received(image, scope):
        return None
    due, answered, withdrawn = _asked(image, scope)
    late = "answered_late" if answered_in_time(due, answered, scope.basis.now) is False else "answered_in_time"
    verdict = "withdrawn" if withdrawn else "unanswered" if answered is None else late
    return verdict == scope.path[1] or None


def _in_time(image: Record, scope: Scope) -> bool | None:
    if not _received(image, scope):
        return None
    due, answered, withdrawn = _asked(image, scope)
    return scope.part(None if withdrawn else answered_in_time(due, answered, scope.basis.now))


def _wait(image: Record, scope: Scope) -> Any:
    if not _received(image, scope) or not image.get("answered_at"):
        return None
    return True if scope.path[-1] == "denominator" else (image["received_at"], image["answered_at"])


def _lag(image: Record, scope: Scope) -> Any:
    """Count when a ticket was received, from which it is measured how long it took to enter it."""
    return (scope.path[-1] == "denominator" or image["received_at"]) if _received(image, scope) else None


def _closed(image: Record, scope: Scope) -> bool | None:
    return scope.holds(image.get("closed_at")) or scope.holds(image.get("first_closed_at")) or None


def _mended(image: Record, scope: Scope) -> bool | None:
    if image["kind"] != "repair" or not scope.holds(image.get("first_closed_at")):
        return None
    return scope.part(not (image["reopen_count"] or image.get("repeat_of")))


def _came_back(image: Record, scope: Scope) -> str | None:
    """Count a ticket that repeats one which was first closed in the month, whenever it was received."""
    sql = "SELECT 1 FROM live_ticket WHERE id = ? AND first_closed_at >= ? AND first_closed_at < ?"
    span = (stored(scope.period.start), stored(scope.period.end))
    counts = scope.path[-1] != "denominator" and image.get("repeat_of") and scope.has(sql, image["repeat_of"], *span)
    return image["received_at"] if counts else None


def _repeats(image: Record, scope: Scope) -> bool | None:
    is_repair = image["kind"] == "repair" and _received(image, scope)
    return scope.part(bool(image.get("repeat_of"))) if is_repair else None


def _repeated(image: Record, scope: Scope) -> str | None:
    """Count the closing of a ticket that one received in the month repeats."""
    sql = "SELECT 1 FROM live_ticket WHERE repeat_of = ? AND received_at >= ? AND received_at < ?"
    span, closed = (stored(scope.period.start), stored(scope.period.end)), image.get("first_closed_at")
    counts = closed and scope.path[-1] != "denominator" and scope.has(sql, image["id"], *span)
    return closed if counts else None


def _open_at_the_end(image: Record, scope: Scope) -> bool | None:
    until = min(scope.period.end, scope.basis.now)
    gone = str(image.get("closed_at") or image.get("cancelled_at") or "9")
    if not image["received_at"] < stored(until) <= gone:
        return None
    days = (until - instant(image["received_at"])).days
    age = next(age for age, most in AGES.items() if most is None or days <= most)
    return scope.path[0] == "projects" or age == scope.path[1] or None


def _first_closed(image: Record, scope: Scope) -> bool | None:
    return scope.holds(image.get("first_closed_at")) or None


def _closed_in_the_month(scope: Scope, ticket: int | None) -> bool:
    sql = "SELECT 1 FROM live_ticket WHERE id = ? AND first_closed_at >= ? AND first_closed_at < ?"
    return scope.has(sql, ticket, stored(scope.period.start), stored(scope.period.end))


# Surveys, complaints, contacts, escalations


def _at(*names: str) -> Callable[[Record, Scope], Any]:
    """Count what happened in the month, by some of its columns; without any, that it did."""
    return lambda image, scope: tuple(image.get(name) for name in names) if scope.holds(image["at"]) else None


def _of_a_closed_ticket(image: Record, scope: Scope) -> bool | None:
    return (scope.path[-1] != "denominator" and _closed_in_the_month(scope, image["ticket_id"])) or None


def _decided(image: Record, scope: Scope) -> bool | None:
    return scope.part(image.get("finding") == "upheld") if scope.holds(image.get("decided_at")) else None


def _complaint(image: Record, scope: Scope) -> bool | None:
    return (scope.path[-1] != "denominator" and scope.holds(image["at"])) or None


def _ticket_of_complaints(image: Record, scope: Scope) -> bool | None:
    return _received(image, scope) if scope.path[-1] != "numerator" else None


def _major(image: Record, scope: Scope) -> bool | None:
    return (scope.holds(image["at"]) and bool(image["major_quality"])) or None


def _problem(image: Record, scope: Scope) -> Any:
    """Count a problem as the figure does: open at the end, opened or closed in the month."""
    closed = image.get("closed_at")
    if scope.path[-1] == "open":
        until = stored(min(scope.period.end, scope.basis.now))
        return (image["opened_at"] < until <= (closed or "9")) or None
    at = {"opened": image["opened_at"], "closed": closed}.get(scope.path[-1])
    return scope.holds(at) or None


def _answered_problem(image: Record, scope: Scope) -> Any:
    answers = [(image.get("answered_at"), image["due_on"])]
    answers += [(one["at"], one["due"]) for one in json.loads(image.get("earlier") or "[]")]
    good = [at for at, due in answers if at and is_in_time(at, due, scope.period, scope.ledger)]
    return (good or None) if scope.path[-1] == "answered_in_time" else None


def _promised(image: Record, scope: Scope) -> Any:
    """Count a promise whose due lies in the month, and how it ended."""
    due = due_of(image)
    return (due, image.get("kept_at"), image.get("dropped_at")) if scope.holds(stored(due)) else None


# Journeys


def _travelled(image: Record, scope: Scope) -> Any:
    """Count a journey by what the figure is: that it began, the days it took, who went."""
    departed, returned = image.get("departed_at"), image.get("returned_at")
    touches = departed and departed < stored(scope.period.end) and (returned or "9") >= stored(scope.period.start)
    if not touches or image.get("cancelled_at") or not _is_of_the_line(image, scope):
        return None
    match scope.path[-1]:
        case "trips":
            return scope.holds(departed) or None
        case "persons":
            return image["engineer_id"]
    return image["engineer_id"], departed, returned


def _is_of_the_line(image: Record, scope: Scope) -> bool:
    """A journey counts in its own line; a day that it shares with another counts in one of theirs."""
    sql = """
        SELECT 1 FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
        WHERE w.engineer_id = ? AND w.departed_at < ? AND (w.returned_at IS NULL OR w.returned_at >= ?) AND """
    own, values = _line_condition(scope)
    if scope.has(f"SELECT 1 FROM live_dispatch d WHERE d.id = ? AND {own}", image["dispatch_id"], *values):
        return True
    span = (image.get("returned_at") or stored(scope.period.end), image["departed_at"])
    return scope.path[-1] == "days" and scope.has(sql + own, image["engineer_id"], *span, *values)


def _line_condition(scope: Scope) -> tuple[str, tuple[str, ...]]:
    if scope.path[0] == "projects":
        return _OF_THE_OWNER, (scope.path[1],)
    return ("d.kind = 'installation'" if scope.path[1] == "installation" else "d.kind <> 'installation'"), ()


_OF_THE_OWNER = """
    ? = (SELECT coalesce('contract:' || k.no, 'customer:' || c.name)
      FROM live_ticket t LEFT JOIN live_contract k ON k.id = t.contract_id JOIN live_customer c ON c.id = t.customer_id
      WHERE t.id = d.ticket_id)"""


def _due_or_arrived(image: Record, scope: Scope) -> bool | None:
    due, arrived = image.get("due_at"), image.get("arrived_at")
    if not due or image.get("cancelled_at") or not scope.holds(arrived or due):
        return None
    grace = timedelta(minutes=scope.basis.value("late.grace_minutes", instant(arrived or due)))
    if arrived is None and scope.basis.now <= instant(due) + grace:
        return None
    return scope.part(arrived is not None and instant(arrived) <= instant(due) + grace)


def _due_and_stands(image: Record, scope: Scope) -> bool | None:
    return (scope.holds(image.get("due_at")) and image["status"] != "cancelled") or None


def _departed(image: Record, scope: Scope) -> bool | None:
    ticket = scope.ledger.value("SELECT ticket_id FROM live_dispatch WHERE id = ?", (image["dispatch_id"],))
    return (bool(image.get("departed_at")) and _closed_in_the_month(scope, ticket)) or None


# Reports


def _deadline(scope: Scope, returned: str | None) -> datetime | None:
    return report_deadline(instant(returned), scope.basis) - timedelta(seconds=1) if returned else None


def _returned(image: Record, scope: Scope) -> str | None:
    deadline = _deadline(scope, image.get("returned_at"))
    is_due = deadline is not None and scope.holds(stored(deadline)) and not image.get("cancelled_at")
    return image["returned_at"] if is_due else None


def _reported(image: Record, scope: Scope) -> bool | None:
    """Count a report as it stood at its deadline, where that lies in the month: whether it was complete."""
    sql = "SELECT max(returned_at) FROM live_crew WHERE dispatch_id = ?"
    deadline = _deadline(scope, scope.ledger.value(sql, (image["dispatch_id"],)))
    if deadline is None or not scope.holds(stored(deadline)):
        return None
    return scope.part(not _lacking(image, scope, deadline))


def _lacking(image: Record, scope: Scope, deadline: datetime) -> list[str]:
    """List what a report lacked at its deadline; all, where it was not filed by then."""
    content = {name: image.get(name) for name in ("fault_cause", "solution", "no_parts", "customer_opinion")}
    versions = versions_of(
        image["filed_at"], json.loads(image["versions"]), {**content, "parts": json.loads(image["parts"])}
    )
    stood = [version for since, version in versions if since <= deadline]
    kind = scope.ledger.value("SELECT kind FROM live_dispatch WHERE id = ?", (image["dispatch_id"],))
    least = scope.basis.value("report.min_chars", deadline)
    return missing_fields(stood[-1], kind, least) if stood else ["filed_at"]


def _opinion(image: Record, scope: Scope) -> bool | None:
    return (scope.holds(image["filed_at"]) and bool(image.get("customer_opinion"))) or None


# Penalties: what was recorded, and the facts that each rests on


def _penalty(image: Record, scope: Scope) -> Any:
    """Count what a figure takes of a penalty, and the facts in whose view it was decided."""
    if not scope.holds(image["at"]) or image["status"] in NOT_STANDING:
        return None
    match scope.path[1:]:
        case ("by_clause", clause, "count") if image["clause"] == clause:
            return image["facts"], True
        case ("by_clause", clause, "fines") if image["clause"] == clause:
            return image["facts"], image.get("amount_fen")
        case ("fines",):
            return image["facts"], image.get("amount_fen")
        case (kind,) if image["sanction"] == kind.removesuffix("_count"):
            return image["facts"], True
    return None


def _rests_on(clause: str, key: str, *names: str) -> Callable[[Record, Scope], Any]:
    """Count the facts of what was recorded under a clause; ``key`` makes the natural key, of an image."""

    def count(image: Record, scope: Scope) -> Any:
        engineer = image.get("engineer_id")
        if not _is_recorded(scope, clause, key.format(**image), engineer):
            return None
        return tuple(image.get(name) for name in names)

    return count


def _is_recorded(scope: Scope, clause: str, key: str, engineer: int | None = None) -> bool:
    """Return whether a penalty of the figure was recorded with such a natural key."""
    if scope.path[1] == "by_clause" and scope.path[2] != clause:
        return False
    return any(
        clause == known and key in (_ANY, natural) and engineer in (None, person)
        for known, natural, person in scope.recorded
    )


_ANY = "*"


def _reported_late(image: Record, scope: Scope) -> Any:
    key, sql = f"D{image['dispatch_id']}", "SELECT max(returned_at) FROM live_crew WHERE dispatch_id = ?"
    deadline = _deadline(scope, scope.ledger.value(sql, (image["dispatch_id"],)))
    if deadline is None or not _is_recorded(scope, "incomplete_report", key):
        return None
    return tuple(_lacking(image, scope, deadline))


def _absorbs(image: Record, scope: Scope) -> bool | None:
    """Count a complaint upheld as untimely, which takes the place of a fine for the same lateness (4.5)."""
    found = scope.ledger.rows("SELECT id FROM live_dispatch WHERE ticket_id = ?", (image.get("ticket_id"),))
    is_untimely = image.get("finding") == "upheld" and image.get("cause") == "untimely"
    return (is_untimely and any(_is_recorded(scope, "late_on_site", f"D{row['id']}") for row in found)) or None


def _judged_by(clause: str, *beginnings: str) -> Source:
    """Count the policies that a recorded penalty of a clause is judged by."""

    def count(image: Record, scope: Scope) -> Any:
        reads = image["key"].startswith(beginnings) and _is_recorded(scope, clause, _ANY)
        return _value(image) if reads else None

    return Source("policy", count)


def _value(image: Record) -> tuple[str, str, str]:
    return image["key"], image["value"], image["from_on"]


def _policy(*beginnings: str) -> Source:
    def count(image: Record, scope: Scope) -> Any:
        reads = image["key"].startswith(beginnings) and image["from_on"] < scope.period.after.isoformat()
        return _value(image) if reads and scope.path[-1] != "denominator" else None

    return Source("policy", count)


# Projects


def _of_the_owner(source: Source) -> Source:
    """Count only what belongs to the contract, the customer or nobody that the line is of."""

    def count(image: Record, scope: Scope) -> Any:
        counted = source.reads(image, scope)
        is_theirs = counted is not None and _owner_of(scope.ledger, source.table, image) == scope.path[1]
        return counted if is_theirs else None

    return Source(source.table, count)


def _by_its_ticket(source: Source) -> Source:
    """Count the ticket through which such rows belong to the line: it may be moved to another contract or customer."""

    def count(image: Record, scope: Scope) -> Any:
        if _owner_of(scope.ledger, "ticket", image) != scope.path[1]:
            return None
        rows = scope.ledger.rows(_HANGING[source.table], (image["id"],))
        return any(source.reads(row, scope) is not None for row in rows) or None

    return Source("ticket", count)


_OF_ITS_DISPATCHES = "SELECT * FROM live_{} WHERE dispatch_id IN (SELECT id FROM live_dispatch WHERE ticket_id = ?)"
_HANGING = {
    **{
        table: f"SELECT * FROM live_{table} WHERE ticket_id = ?"
        for table in ("survey", "complaint", "escalation", "dispatch")
    },
    **{table: _OF_ITS_DISPATCHES.format(table) for table in ("crew", "service_report")},
    "expense": """
        SELECT r.* FROM live_expense r LEFT JOIN live_dispatch d ON d.id = r.dispatch_id
        WHERE coalesce(r.ticket_id, d.ticket_id) = ?""",
}


def _owner_of(ledger: Ledger, table: str, image: Record) -> str:
    """Name the contract, else the customer, that a row belongs to, as the lines of the projects report do."""
    ticket = image if table in ("ticket", "visit", "suggestion") else _ticket_of(ledger, image)
    if ticket and ticket.get("contract_id"):
        return f"contract:{ledger.value('SELECT no FROM live_contract WHERE id = ?', (ticket['contract_id'],))}"
    if ticket and ticket.get("customer_id"):
        return f"customer:{ledger.value('SELECT name FROM live_customer WHERE id = ?', (ticket['customer_id'],))}"
    return NOBODY


def _ticket_of(ledger: Ledger, image: Record) -> Record | None:
    dispatch = "SELECT ticket_id FROM live_dispatch WHERE id = ?"
    number = image.get("ticket_id") or ledger.value(dispatch, (image.get("dispatch_id"),))
    return ledger.one("SELECT contract_id, customer_id FROM live_ticket WHERE id = ?", (number,)) if number else None


# The list

_EXPENSES = (Source("expense", _amount),)
_TRAVEL = (
    Source("crew", _travelled),
    Source("dispatch", lambda image, scope: image["kind"] if scope.holds(image["sent_at"]) else None),
)
_ANSWERS = (Source("ticket", _answered_as), _policy("answer.", "work."))
_SURVEYS = (Source("survey", _at("score", "ticket_id")),)
_OPEN = (Source("ticket", _open_at_the_end),)
_RECEIVED = (Source("ticket", _received),)
_COMPLAINTS = (Source("complaint", _complaint),)
_CREW = ("arrived_at", "due_at", "callback_at", "left_at", "returned_at", "late_cause", "cancelled_at")
# What the facts of a clause are read from: a table, how its rows name the finding, the columns that are weighed.
_WEIGHED: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "assignments": (("crew", "D{dispatch_id}", _CREW),),
    "report_duties": (("crew", "D{dispatch_id}", ("returned_at", "cancelled_at")),),
    "phone_days": (("phone_check", _ANY, ("at", "result", "excused")),),
    "conduct": (("conduct", "B{id}", ("at", "rule")),),
    "complaints": (("complaint", "C{id}", ("decided_at", "finding", "cause", "about", "against")),),
    "frauds": (("expense", "E{id}", ("falsified_at", "sanction", "amount_fen")),),
}
# The policies that a clause is judged by, beside those that bear its name.
_ALSO = {
    "no_callback": ("late.entry",),
    "late_on_site": ("late", "same_fact"),
    "incomplete_report": ("report.", "late.entry"),
    "phone_unreachable": ("phone",),
}
_PENALTIES = (
    Source("penalty", _penalty),
    *(
        Source(table, _rests_on(clause.id, key, *columns))
        for clause in CLAUSES
        for table, key, columns in _WEIGHED.get(clause.facts, ())
    ),
    Source("service_report", _reported_late),
    Source("complaint", _absorbs),
    Source("accepted_entry", lambda image, _: image["entry"]),
    *(_judged_by(clause.id, f"{clause.id}.", *_ALSO.get(clause.id, ())) for clause in CLAUSES),
)
# By the beginning of a figure's path; the longest that fits counts.
_BEHIND: dict[Path, tuple[Source, ...]] = {
    ("lines",): _EXPENSES,
    **{("lines", line, name): _TRAVEL for line in LINES for name in ("persons", "trips", "days")},
    ("pending_cost",): _EXPENSES,
    ("service",): _ANSWERS,
    ("service", "contacts"): (Source("contact", _at()),),
    ("service", "tickets_opened"): _RECEIVED,
    ("service", "closed"): (Source("ticket", _closed),),
    ("service", "surveys"): (Source("survey", _at()),),
    ("service", "mean_score"): _SURVEYS,
    ("penalties",): _PENALTIES,
    ("quality", "answered_in_time"): (Source("ticket", _in_time), _policy("answer.", "work.")),
    ("quality", "response_median"): (Source("ticket", _wait),),
    ("quality", "response_p90"): (Source("ticket", _wait),),
    ("quality", "on_time_arrival"): (
        Source("crew", _due_or_arrived), Source("dispatch", _due_and_stands), _policy("late.grace"),
    ),
    ("quality", "first_time_fix"): (Source("ticket", _mended), Source("ticket", _came_back), _policy("repeat.")),
    ("quality", "repeat_repairs"): (Source("ticket", _repeats), Source("ticket", _repeated), _policy("repeat.")),
    ("quality", "survey_coverage"): (
        Source("ticket", _first_closed), Source("survey", _of_a_closed_ticket), Source("crew", _departed),
        _policy("survey."),
    ),
    ("quality", "mean_score"): _SURVEYS,
    ("quality", "complaints"): (*_COMPLAINTS, Source("ticket", _ticket_of_complaints)),
    ("quality", "complaints_upheld"): (Source("complaint", _decided),),
    ("quality", "reports_complete"): (
        Source("crew", _returned), Source("service_report", _reported), _policy("report."),
    ),
    ("quality", "entry_lag_median"): (Source("ticket", _lag),),
    ("quality", "entered_within_day"): (Source("ticket", _lag),),
    ("backlog",): _OPEN,
    ("promises",): (Source("promise", _promised),),
    **{path: tuple(Source(*counts) for counts in each) for path, each in upkeep.BEHIND.items()},
    ("problems",): (Source("problem", _problem), Source("problem_department", _answered_problem)),
}  # fmt: skip
_OF_PROJECTS: dict[str, tuple[Source, ...]] = {
    "tickets": _RECEIVED,
    **dict.fromkeys(("persons", "trips", "days"), _TRAVEL),
    "open": _OPEN,
    "major_quality": (Source("escalation", _major),),
    "opinions": (Source("service_report", _opinion),),
    "surveys": (Source("survey", _at()),),
    "mean_score": _SURVEYS,
    "complaints": _COMPLAINTS,
    "visits": (Source("visit", _at()),),
    "suggestions": (Source("suggestion", _at()),),
}
# What a line of the projects report is called by.
_NAMED = (
    Source("customer", lambda image, scope: image["name"] if f"customer:{image['name']}" == scope.path[1] else None),
    Source("contract", lambda image, scope: image["no"] if f"contract:{image['no']}" == scope.path[1] else None),
)


def behind(path: Path) -> tuple[Source, ...]:
    """Return the sources of the rows behind a figure."""
    if path[0] == "projects":
        own = _OF_PROJECTS.get(path[-1], _EXPENSES)
        return (*map(_of_the_owner, own), *(_by_its_ticket(one) for one in own if one.table in _HANGING), *_NAMED)
    fitting = (path[:end] for end in range(len(path), 0, -1) if path[:end] in _BEHIND)
    return _BEHIND.get(next(fitting, ()), ())
