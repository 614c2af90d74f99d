"""Quality problems on the board, on a month's check list and among its figures; what looks like one (3.8)."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from svcdesk.desk.act import Word
from svcdesk.desk.problems import departments
from svcdesk.finder.index import folded
from svcdesk.model import Record
from svcdesk.month.waiting import Item, argv
from svcdesk.periods import Period, end_of_day, stored
from svcdesk.regulation import problems
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger

_NAMED = 20  # tickets, at most, in a sentence

# What each step of a problem waits for, and the command that takes it.
_NEXT = {
    "open": ("problem_send", "problem send {} --to DEPARTMENT"),
    "answered": ("problem_verify", "problem verify {} --solved --note TEXT"),
    "verified": ("problem_close", "problem close {}"),
}


def waiting(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """List the problems that are not closed by what each waits for, then what looks like one."""
    yield from _steps(ledger, basis)
    yield from _clusters(ledger, basis)


def _steps(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    for row in ledger.rows("SELECT * FROM live_problem WHERE closed_at IS NULL ORDER BY id"):
        subject, asked = f"QP{row['id']}", departments(ledger, row["id"])
        answers = [one["answered_at"] for one in asked]
        status = problems.status(None, answers, problems.verified(answers, json.loads(row["verifications"])))
        if status == "sent":
            yield from (_unanswered(subject, row, one, basis) for one in asked if not one["answered_at"])
        else:
            step, line = _NEXT[status]
            yield Item("problem", step, subject, argv(line.format(subject)), None, {"summary": row["summary"]})


def _unanswered(subject: str, problem: Record, asked: Record, basis: Basis) -> Item:
    due = end_of_day(date.fromisoformat(asked["due_on"]), basis.zone)
    more = ("--department", asked["department"], "--cause", "TEXT", "--measure", "TEXT")
    values = {"summary": problem["summary"], "department": Word("escalation", asked["department"])}
    values["due"] = asked["due_on"]
    return Item("problem", "problem_answer", subject, argv(f"problem answer {subject}", *more), due, values)


def overdue(ledger: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    """List the departments that were to answer in a month and have not."""
    for item in _steps(ledger, basis):
        if item.step == "problem_answer" and item.due and period.start <= item.due < min(period.end, basis.now):
            yield item


def _clusters(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """Suggest a problem where repairs of one product share a fault cause; nothing is opened by itself."""
    least = basis.value("problem.cluster", basis.now)
    since = stored(basis.now - timedelta(days=basis.value("problem.days", basis.now)))
    means = {
        folded(row["text"]): folded(row["means"]) for row in ledger.rows("SELECT text, means FROM live_cause_alias")
    }
    alike: dict[tuple[str, str], list[_Wording]] = defaultdict(list)
    for product, cause, tickets in ledger.con.execute(_REPAIRS, (since, least)):
        wording = _Wording(sorted(json.loads(tickets)), product, cause)
        alike[folded(product), _named(folded(cause).strip(), means)].append(wording)
    known = {ticket: row["id"] for row in ledger.rows(_JOINED) for ticket in json.loads(row["tickets"])}
    for found in sorted(map(sorted, alike.values())):
        tickets = [f"T{number}" for number in sorted({number for wording in found for number in wording.tickets})]
        new = [ticket for ticket in tickets if ticket not in known]
        if len(tickets) < least or not new:
            continue
        first = {"product": found[0].product, "fault_cause": found[0].cause}
        named = tickets if len(tickets) <= _NAMED else [*tickets[:_NAMED], "…"]
        values = {"n": len(tickets), "product": first["product"], "cause": first["fault_cause"], "tickets": named}
        joined = next((known[ticket] for ticket in tickets if ticket in known), None)
        yield Item("problem", "problem_cluster", new[0], _line(joined, new, first), None, values, new[0])


class _Wording(NamedTuple):
    """The tickets in ascending order whose reports tell the same cause of the same product in the same words."""

    tickets: list[int]
    product: str
    cause: str


def _line(joined: int | None, new: list[str], first: Record) -> tuple[str, ...]:
    if joined:
        return argv(f"problem join QP{joined} --ticket {new[0]}")
    tickets = " ".join(f"--ticket {ticket}" for ticket in new)
    more = ("--summary", "TEXT", "--product", first["product"], "--fault-cause", first["fault_cause"])
    return argv(f"problem open {tickets}", *more)


def _named(cause: str, means: dict[str, str]) -> str:
    """Return the cause that a text names, through every alias; two that name one another end the search."""
    met = {cause}
    while (following := means.get(cause)) and following not in met:
        met.add(cause := following)
    return cause


_REPAIRS = """
    WITH recent AS (SELECT id, product FROM live_ticket WHERE received_at >= ? AND kind = 'repair' AND product <> ''),
      often AS (SELECT lower(product) AS product FROM recent GROUP BY lower(product) HAVING count(*) >= ?)
    SELECT t.product, r.fault_cause, json_group_array(DISTINCT t.id)
    FROM recent t CROSS JOIN live_dispatch d ON d.ticket_id = t.id
      CROSS JOIN live_service_report r ON r.dispatch_id = d.id
    WHERE lower(t.product) IN often AND r.fault_cause <> '' GROUP BY t.product, r.fault_cause"""
_JOINED = "SELECT id, tickets FROM live_problem ORDER BY closed_at IS NULL, id"  # of two, the one that is still open


def figures(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Count the problems open at the end of a period, opened and closed in it, and the answers in time."""
    until = stored(min(period.end, now))
    span = {"start": stored(period.start), "end": stored(period.end), "until": until}
    opened, closed, still = ledger.con.execute(_COUNTED, span).fetchone()
    in_time = sum(_answered(row, period, ledger) for row in ledger.rows(_ANSWERED, span))
    return {"open": still, "opened": opened, "answered_in_time": in_time, "closed": closed}


def _answered(row: Record, period: Period, ledger: Ledger) -> int:
    """Count a department's answers that were in time, the earlier ones too."""
    answers = [
        (row["answered_at"], row["due_on"]),
        *((one["at"], one["due"]) for one in json.loads(row["earlier"] or "[]")),
    ]
    return sum(is_in_time(at, due, period, ledger) for at, due in answers if at)


def is_in_time(at: str, due: str, period: Period, ledger: Ledger) -> bool:
    """Return whether an answer came in a period, and by the end of its due day."""
    return stored(period.start) <= at < stored(period.end) and at <= stored(
        end_of_day(date.fromisoformat(due), ledger.zone)
    )


_COUNTED = """
    SELECT coalesce(sum(opened_at >= :start AND opened_at < :end), 0),
      coalesce(sum(closed_at >= :start AND closed_at < :end), 0),
      coalesce(sum(opened_at < :until AND (closed_at IS NULL OR closed_at >= :until)), 0)
    FROM live_problem"""
_ANSWERED = """
    SELECT answered_at, due_on, earlier FROM live_problem_department
    WHERE (answered_at >= :start AND answered_at < :end) OR earlier IS NOT NULL"""


def in_projects(ledger: Ledger, problem: int | None) -> Record:
    """Tell a problem as the projects report does: its departments, by when and when they answered, and what."""
    names = ("problem", "departments", "due", "answered_at", "answer", "closed_at")
    if problem is None:
        return dict.fromkeys(names)
    asked, row = departments(ledger, problem), ledger.get("problem", problem)
    answers = [one["answered_at"] for one in asked]
    said = [f"{one['department']}: {one['measure']}" for one in asked if one["measure"]]
    values = (
        f"QP{problem}", [one["department"] for one in asked], max((one["due_on"] for one in asked), default=None),
        max(answers) if answers and None not in answers else None, "; ".join(said) or None, row["closed_at"],
    )  # fmt: skip
    return dict(zip(names, values, strict=True))
