"""The month (part 5): its figures as plain records, from queries over half-open ranges. No printing."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, tzinfo
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from svcdesk.columns import Column
from svcdesk.later import later
from svcdesk.model import LINES, Fen, Record
from svcdesk.periods import Period, between, instant, stored, today
from svcdesk.regulation.clock import answer_clock, answered_in_time
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger, once_a_snapshot
from svcdesk.values import rounded

if TYPE_CHECKING:
    from svcdesk.penalties import standing, surely
else:  # the lines alone need neither
    standing, surely = later("svcdesk.penalties.standing"), later("svcdesk.penalties.surely")

K = TypeVar("K")

# The columns of its lines, as CSV has them.
COLUMNS = (
    Column("line", kind="word:line", brief=True),
    Column("persons", kind="int", brief=True),
    Column("trips", kind="int", brief=True),
    Column("days", kind="int", brief=True),
    Column("cost", kind="money", brief=True),
    Column("excluded", kind="money", brief=True),
)
_TRAVELLING_LINES = ("installation", "dispatch")


class Assignment(NamedTuple):
    """One engineer on one dispatch in a period: first and last day as day numbers of the period, cut at its ends.

    Sorted, they stand in the order in which they count.
    """

    departed_at: str
    dispatch: int
    id: int
    engineer: int
    line: str
    first: int
    last: int
    starts_here: bool
    ticket: int = 0


class Travel(NamedTuple):
    """What a line of the month counts of the journeys: persons, trips, days."""

    persons: int
    trips: int
    days: int


def counted(assignments: Iterable[Assignment]) -> Iterator[tuple[Assignment, int]]:
    """Return each journey with the days it counts: a person's day counts once, with the one that departed first."""
    until: dict[int, int] = {}  # the last day already counted, by engineer
    for assignment in sorted(assignments):
        first = max(assignment.first, until.get(assignment.engineer, -1) + 1)
        days = max(0, assignment.last - first + 1)
        if days:
            until[assignment.engineer] = assignment.last
        yield assignment, days


def travel_by(assignments: Iterable[Assignment], key: Callable[[Assignment], K]) -> dict[K, Travel]:
    """Count persons, trips and days of each group that the key makes. A journey without a day counts its trip alone."""
    trips: dict[K, int] = defaultdict(int)
    days: dict[K, int] = defaultdict(int)
    people: dict[K, set[int]] = defaultdict(set)
    for assignment, own_days in counted(assignments):
        group = key(assignment)
        trips[group] += assignment.starts_here
        days[group] += own_days
        if own_days or assignment.starts_here:
            people[group].add(assignment.engineer)
    return {group: Travel(len(people[group]), trips[group], days[group]) for group in trips}


def person_days(assignments: Iterable[Assignment]) -> dict[str, Travel]:
    """Count persons, trips and days of the two lines that travel."""
    found = travel_by(assignments, attrgetter("line"))
    return {line: found.get(line, Travel(0, 0, 0)) for line in _TRAVELLING_LINES}


@once_a_snapshot
def assignments(ledger: Ledger, period: Period, now: datetime) -> list[Assignment]:
    """Read the journeys that touch the period; one not ended counts until today or the period's end."""
    days = (period.after - period.first).days
    starts = [stored(between(period.first + timedelta(days=n), period.after, ledger.zone).start) for n in range(days)]
    still_away = min(days - 1, (today(now, ledger.zone) - period.first).days)
    found = []
    rows = ledger.con.execute(_ASSIGNMENTS, {"start": stored(period.start), "end": stored(period.end)})
    for departed, dispatch, number, engineer, kind, returned, ticket in rows:
        first = bisect_right(starts, departed) - 1  # -1: before the period
        last = still_away if returned is None else bisect_right(starts, returned) - 1
        line = "installation" if kind == "installation" else "dispatch"
        own = max(0, first), last, first >= 0
        found.append(Assignment(departed, dispatch, number, engineer, line, *own, ticket))
    return found


# Three ranges, each on an index: departed in the period; departed before and back since; departed before, not back.
_ASSIGNMENTS = """
    SELECT w.departed_at, d.id, w.id, w.engineer_id, d.kind, w.returned_at, d.ticket_id
      FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
      WHERE w.departed_at >= :start AND w.departed_at < :end
    UNION ALL
    SELECT w.departed_at, d.id, w.id, w.engineer_id, d.kind, w.returned_at, d.ticket_id
      FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
      WHERE w.returned_at >= :start AND w.departed_at < :start
    UNION ALL
    SELECT w.departed_at, d.id, w.id, w.engineer_id, d.kind, w.returned_at, d.ticket_id
      FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
      WHERE w.returned_at IS NULL AND w.departed_at < :start"""

# By day too: in the order of its index, nothing is sorted.
_COSTS = """
    SELECT line, excluded, status, sum(amount_fen) FROM live_expense
    WHERE spent_on >= :first AND spent_on < :after AND status NOT IN ('rejected', 'falsified')
    GROUP BY spent_on, line, excluded, status"""

_SERVICE = {
    "contacts": "SELECT count(*) FROM live_contact WHERE at >= :start AND at < :end",
    "tickets_opened": "SELECT count(*) FROM live_ticket WHERE received_at >= :start AND received_at < :end",
    "closed": "SELECT count(*) FROM ("
    "SELECT id FROM live_ticket WHERE closed_at >= :start AND closed_at < :end"
    " UNION SELECT id FROM live_ticket WHERE first_closed_at >= :start AND first_closed_at < :end)",
}
_RECEIVED = "FROM live_ticket t WHERE t.received_at >= :start AND t.received_at < :end"
_ANSWERS = f"SELECT t.received_at, t.answered_at, t.kind, t.cancelled_at {_RECEIVED} AND ({{sure}}) IS NOT TRUE"
_SURVEYS = "SELECT count(*), sum(score) FROM live_survey WHERE at >= :start AND at < :end"


def costs(ledger: Ledger, period: Period) -> dict[str, Fen]:
    """Return the cost of each line."""
    found = dict.fromkeys(LINES, 0)
    for line, _, _, amount in _costs(ledger, period):
        found[line] += amount
    return {line: Fen(amount) for line, amount in found.items()}


@once_a_snapshot
def _costs(ledger: Ledger, period: Period) -> list[tuple[str, int, str, int]]:
    """Read what was spent, by line, whether it is excluded, and status."""
    return ledger.con.execute(_COSTS, _days(period)).fetchall()


def _days(period: Period) -> dict[str, str]:
    return {"first": period.first.isoformat(), "after": period.after.isoformat()}


def spent(ledger: Ledger, period: Period) -> tuple[list[Record], int]:
    """Work out what each of the five lines cost, and the pending cost in fen."""
    cost, excluded, pending = dict.fromkeys(LINES, 0), 0, 0
    for line, is_excluded, status, amount in _costs(ledger, period):
        cost[line] += amount
        excluded += amount if is_excluded else 0
        pending += amount if status == "submitted" else 0
    rows: list[Record] = [{"line": line, "cost": Fen(cost[line])} for line in LINES]
    rows.append({"line": "total", "cost": Fen(sum(cost.values()) - excluded), "excluded": Fen(excluded)})
    return rows, pending


def lines(ledger: Ledger, period: Period, now: datetime) -> tuple[list[Record], int]:
    """Work out the month's five lines, and the pending cost in fen."""
    costs_by_line, pending = spent(ledger, period)
    people = person_days(assignments(ledger, period, now))
    travel = {line: people[line]._asdict() for line in LINES if line in people}
    return [{"line": row["line"], **travel.get(row["line"], {}), **row} for row in costs_by_line], pending


def service(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Count the month's service: contacts, tickets and how they were answered, closings, surveys."""
    span = {"start": stored(period.start), "end": stored(period.end)}
    figures = {name: ledger.con.execute(sql, span).fetchone()[0] for name, sql in _SERVICE.items()}
    answers = answered(ledger, span, now)
    count, total = ledger.con.execute(_SURVEYS, span).fetchone()
    return {
        "contacts": figures["contacts"],
        "tickets_opened": figures["tickets_opened"],
        **answers,
        "closed": figures["closed"],
        "surveys": count,
        "mean_score": rounded(total or 0, count, 2),
    }


def answered(ledger: Ledger, span: dict[str, str], now: datetime) -> dict[str, int]:
    """Count the tickets received in a span: withdrawn before an answer was due, answered in time or late, or not."""
    counts = dict.fromkeys(("answered_in_time", "answered_late", "unanswered", "withdrawn"), 0)
    values = {**span, **surely.shortest(ledger.policy)}
    sure = surely.answered("t", "t.received_at")
    others = ledger.con.execute(_ANSWERS.format(sure=sure), values).fetchall()
    counts["answered_in_time"] = ledger.value(f"SELECT count(*) {_RECEIVED}", values) - len(others)
    for received, reply, kind, cancelled in others:
        due = answer_clock(instant(received), ledger.policy, ledger.zone, kind).due
        in_time = answered_in_time(due, instant(reply) if reply else None, now)
        withdrawn = not reply and cancelled and (due is None or instant(cancelled) <= due)
        late = "answered_late" if in_time is False else "answered_in_time"
        counts["withdrawn" if withdrawn else "unanswered" if reply is None else late] += 1
    return counts


def penalties(ledger: Ledger, basis: Basis, period: Period) -> Record:
    """Sum the penalties that stand of the month's findings."""
    found = standing.standing(ledger, basis, period)
    by_clause: dict[str, dict[str, object]] = {}
    for clause in dict.fromkeys(row["clause"] for row in found):
        own = [row["amount_fen"] or 0 for row in found if row["clause"] == clause]
        by_clause[clause] = {"count": len(own), "fines": Fen(sum(own))}
    counts = Counter(row["sanction"] for row in found)
    return {
        "fines": Fen(sum(row["amount_fen"] or 0 for row in found)),
        "fine_count": counts["fine"],
        "demerit": counts["demerit"],
        "major_demerit": counts["major_demerit"],
        "dismissal": counts["dismissal"],
        "warning": counts["warning"],
        "notice": counts["notice"],
        "by_clause": by_clause,
    }


def due_on(ledger: Ledger, report: str, period: Period) -> date:
    """Return the last day on which a month's statistics or projects report may be handed in."""
    day = ledger.policy.at(f"{report}.due_day", period.after).value
    return period.after + timedelta(days=day - 1)


def due_days(ledger: Ledger, period: Period) -> Record:
    """Return the last days on which both reports of a month may be handed in; of a quarter or a year none is asked."""
    is_month = period.unit == "month"
    return {name: due_on(ledger, name, period).isoformat() if is_month else None for name in ("statistics", "projects")}


@contextmanager
def snapshot(ledger: Ledger) -> Iterator[None]:
    """Hold one snapshot for all the queries of a report; inside a command its transaction is one already."""
    if ledger.con.in_transaction:
        yield
        return
    ledger.con.execute("BEGIN")
    ledger.found = {}
    try:
        yield
    finally:
        ledger.found = None
        ledger.con.execute("COMMIT")


def is_handed_in(ledger: Ledger, report: str, period: Period) -> bool:
    """Return whether a month's report was handed in, without loading what compares the figures."""
    sql = "SELECT 1 FROM live_submission WHERE report = ? AND month = ?"
    return ledger.value(sql, (report, period.name)) is not None


def read_at(ledger: Ledger) -> Record:
    """Name the entry that a report was read at."""
    entry = ledger.one("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1")
    return {"entry": entry["seq"] if entry else 0, "ledger_hash": entry["hash"] if entry else None}


def figures(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Work out what the statistics say: what is handed in, frozen, and compared later."""
    rows, pending = lines(ledger, period, now)
    return {
        "lines": rows,
        "pending_cost": Fen(pending),
        "service": service(ledger, period, now),
        "penalties": penalties(ledger, Basis(ledger.policy, now, ledger.zone), period),
    }


def monthly(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Make the statistics of a month, a quarter or a year, and name the entry they were read at."""
    with snapshot(ledger):
        return headed(ledger, period, figures(ledger, period, now))


def headed(ledger: Ledger, period: Period, made: Record) -> Record:
    """Put a period's figures between what they are of and the entry that they were read at."""
    return {
        "month": period.name,
        "centre": ledger.centre["name"],
        **made,
        "due": due_days(ledger, period),
        **read_at(ledger),
    }


def shifted(period: Period, months: int, zone: tzinfo) -> Period | None:
    """Return the same whole months so many months later (earlier where negative), or None beyond the calendar."""
    from dateutil.relativedelta import relativedelta

    try:
        first, after = (day + relativedelta(months=months) for day in (period.first, period.after))
        return between(first, after, zone)
    except (ValueError, OverflowError):
        return None
