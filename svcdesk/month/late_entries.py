"""What of a period was typed late: both times, who typed it, and what it changed (regulation, part 4)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

from svcdesk.columns import Column
from svcdesk.model import Record, named
from svcdesk.month.drift import drift
from svcdesk.penalties.facts import SOURCES
from svcdesk.penalties.late_entries import DEFEATS, LateEntry, allowed, defeated, typed
from svcdesk.periods import Period, between, instant, months_in, stored
from svcdesk.regulation.policy import Basis
from svcdesk.rules import CLAUSES, Finding
from svcdesk.store import Ledger

COLUMNS = (
    Column("entry", kind="int", brief=True),
    Column("record", brief=True),
    Column("engineer", brief=True),
    Column("fact", kind="word:fact", brief=True),
    Column("happened_at", kind="instant", brief=True),
    Column("recorded_at", kind="instant", brief=True),
    Column("deadline", kind="instant", brief=True),
    Column("actor", brief=True),
    Column("command"),
    Column("accepted", kind="flag", brief=True),
    Column("findings", kind="json", brief=True),
    Column("figures", kind="json", brief=True),
)


class _Fact(NamedTuple):
    """A time that people type: its table, its column, and the condition that finds those of a span fast."""

    table: str
    column: str
    condition: str = "{0} >= :start AND {0} < :end"


_ON_THE_ROAD = (
    "id IN (SELECT id FROM live_crew WHERE returned_at >= :start AND departed_at < :end"
    " UNION SELECT id FROM live_crew WHERE returned_at IS NULL AND departed_at < :end)"
)
# An expense is none: its date is the receipt's, and it happens when it is claimed. A contact that came with a ticket or
# a complaint was typed with it. An answer that was an arrival is the arrival.
_FACTS = (
    _Fact("ticket", "received_at"),
    _Fact("ticket", "answered_at", "received_at < :end AND {0} >= :start AND {0} < :end"),
    _Fact("ticket", "closed_at"),
    _Fact("crew", "departed_at"),
    _Fact("crew", "arrived_at"),
    _Fact("crew", "callback_at", f"{_ON_THE_ROAD} AND {{0}} >= :start AND {{0}} < :end"),
    _Fact("crew", "left_at"),
    _Fact("crew", "returned_at"),
    _Fact("service_report", "filed_at"),
    _Fact("survey", "at"),
    _Fact("complaint", "at"),
    _Fact("complaint", "decided_at"),
    _Fact("contact", "at", "{0} >= :start AND {0} < :end AND +ticket_id IS NULL AND +complaint_id IS NULL"),
    _Fact("phone_check", "at"),
    _Fact("conduct", "at"),
    _Fact("appointment", "at"),
    _Fact("escalation", "at"),
    _Fact("hold", "at"),
    _Fact("reopening", "at"),
)

Place = tuple[int, str, int, str]  # entry, table, row, column


def rows(ledger: Ledger, period: Period, now: datetime) -> list[Record]:
    """List the facts of a month that were typed late, in the order of the entries that typed them."""
    basis = Basis(ledger.policy, now, ledger.zone)
    found: dict[Place, tuple[LateEntry, list[Finding]]] = {
        place: (entry, []) for place, entry in _typed_late(ledger, basis, period)
    }
    found |= {_place(entry): (entry, findings) for entry, findings in _deadlines_passed(ledger, basis, period)}
    moved = _figures_moved(ledger, period)
    arrivals = {(place[0], entry.happened_at) for place, (entry, _) in found.items() if place[3] == "arrived_at"}
    return [
        _row(ledger, entry, findings, moved[entry.entry])
        for place, (entry, findings) in sorted(found.items())
        if place[3] != "answered_at" or (entry.entry, entry.happened_at) not in arrivals
    ]


def _place(entry: LateEntry) -> Place:
    return entry.entry, entry.table, entry.row, entry.column


def _row(ledger: Ledger, entry: LateEntry, findings: list[Finding], figures: list[list[str]]) -> Record:
    record, engineer = _of(ledger, entry.table, entry.row)
    return {
        "entry": entry.entry,
        "record": record,
        "engineer": engineer,
        "fact": entry.fact,
        "happened_at": entry.happened_at,
        "recorded_at": entry.recorded_at,
        "deadline": entry.deadline,
        "actor": entry.actor,
        "command": entry.command,
        "accepted": entry.is_accepted,
        "findings": [{"clause": one.clause, "subject": one.subject, "engineer": one.engineer} for one in findings],
        "figures": figures,
    }


def _of(ledger: Ledger, table: str, row: int) -> tuple[str, str | None]:
    """Name the record that a fact is of, and the engineer where it is one person's."""
    if table == "crew":
        sql = "SELECT w.dispatch_id, e.code FROM live_crew w JOIN live_staff e ON e.id = w.engineer_id WHERE w.id = ?"
        dispatch, code = ledger.con.execute(sql, (row,)).fetchone()
        return f"D{dispatch}", code
    if table in _OF_A_TICKET:
        return f"T{ledger.get(table, row)['ticket_id']}", None
    return named(table, row), None


_OF_A_TICKET = ("appointment", "escalation", "hold", "reopening")


# Typed so many hours after it happened


def _typed_late(ledger: Ledger, basis: Basis, period: Period) -> Iterator[tuple[Place, LateEntry]]:
    least = min(ledger.policy.every("late.entry_hours"))
    span = {"start": stored(period.start), "end": stored(period.end), "hours": f"+{least} hours"}
    for fact in _FACTS:
        same = f"json_extract(g.after, '$.{fact.column}') = :value"
        sql = _LATE.format(**fact._asdict() | {"condition": fact.condition.format(fact.column)})
        for row, happened in ledger.con.execute(sql, {**span, "table": fact.table}).fetchall():
            at, found = instant(happened), typed(ledger, fact.table, row, same, happened)
            if found and found.at > at + allowed(basis, at):
                entry = LateEntry(fact.table, row, fact.column, at, None, *found)
                yield _place(entry), entry


_LATE = """
    SELECT r.id, r.happened FROM (SELECT id, {column} AS happened FROM live_{table} WHERE {condition}) r
    WHERE (SELECT max(n.at) FROM change g JOIN entry n ON n.seq = g.entry
      WHERE g."table" = :table AND g.row = r.id AND json_extract(g.after, '$.{column}') = r.happened)
      > strftime('%Y-%m-%dT%H:%M:%SZ', r.happened, :hours)"""


# Typed after the deadline that it keeps


def _deadlines_passed(ledger: Ledger, basis: Basis, period: Period) -> Iterator[tuple[LateEntry, list[Finding]]]:
    """Return what was typed after its deadline, each with the findings that it alone defeats."""
    wider = between(period.first, period.after + _AHEAD, ledger.zone)
    for clause in CLAUSES:
        if clause.id not in DEFEATS:
            continue
        source = SOURCES[clause.facts]
        for fact in source.read(ledger, source.every(ledger, wider)):
            late = DEFEATS[clause.id].late(ledger, basis, fact)
            of_the_month = [entry for entry in late if period.start <= entry.happened_at < period.end]
            found = list(clause.judge(fact, basis)) if of_the_month else []
            for entry in of_the_month:
                yield entry, list(defeated(ledger, basis, clause, fact, [entry], found))


_AHEAD = timedelta(days=31)  # how long after a fact of the month its deadline may lie


# What it changed of what was handed in


def _figures_moved(ledger: Ledger, period: Period) -> dict[int, list[list[str]]]:
    """Return the paths of the figures of each month that each entry moved since they were handed in."""
    moved: dict[int, list[list[str]]] = defaultdict(list)
    for month, report in product(months_in(period, ledger.zone), ("monthly", "projects")):
        found: dict[str, Any] = drift(ledger, report, month) or {"changed": []}
        for changed in found["changed"]:
            for entry in changed["entries"]:
                if changed["path"] not in moved[entry["entry"]]:
                    moved[entry["entry"]].append(changed["path"])
    return moved
