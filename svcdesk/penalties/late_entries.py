"""Late entries: facts that were typed after the deadline which they defeat had passed (regulation, part 4).

What a clause finds never depends on when a fact was typed. Policy late.entry = ask adds one thing: a finding that such
a fact defeats stands all the same, with ``needs: late_entry``, until somebody else accepts the entry that typed it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from svcdesk.model import Record
from svcdesk.periods import instant, stored
from svcdesk.regulation import settled
from svcdesk.regulation.clock import answer_clock
from svcdesk.regulation.policy import Basis
from svcdesk.rules import Assignment, Clause, Finding, Question, ReportDuty, report_deadline
from svcdesk.store import Ledger


class LateEntry(NamedTuple):
    """A fact that was typed late: where it stands, when it happened, the deadline that had passed, who typed it."""

    table: str
    row: int
    column: str
    happened_at: datetime
    deadline: datetime | None
    entry: int
    recorded_at: datetime
    actor: str
    command: str
    is_accepted: bool

    @property
    def fact(self) -> str:
        """The fact's name: its column's, or its table's where the column is only when it happened."""
        return self.table if self.column in ("at", "filed_at") else self.column

    def is_late(self, basis: Basis) -> bool:
        """Return whether the policy calls it late: typed so many hours after it happened, beside the deadline."""
        return self.recorded_at > self.happened_at + allowed(basis, self.happened_at)


def allowed(basis: Basis, happened_at: datetime) -> timedelta:
    """Return how long after it happened a fact may be typed, by the policy in force when it happened."""
    return timedelta(hours=basis.value("late.entry_hours", happened_at))


class Typed(NamedTuple):
    """The entry that first typed a fact."""

    entry: int
    at: datetime
    actor: str
    command: str
    is_accepted: bool


def typed(ledger: Ledger, table: str, row: int, condition: str, value: Any) -> Typed | None:
    """Find the entry that first typed a fact; None for one that was taken over from another register."""
    found = ledger.one(_TYPED.format(condition), {"table": table, "row": row, "value": value})
    if found is None or (found["moved"] and found["command"].startswith("import ")):
        return None
    return Typed(found["seq"], instant(found["at"]), found["actor"], found["command"], bool(found["accepted"]))


_TYPED = """
    SELECT n.seq, n.at, n.actor, n.command,
      NOT EXISTS (SELECT 1 FROM change o WHERE o."table" = :table AND o.row = :row AND o.entry < n.seq) AS moved,
      EXISTS (SELECT 1 FROM live_accepted_entry a WHERE a.entry = n.seq) AS accepted
    FROM change g JOIN entry n ON n.seq = g.entry
    WHERE g."table" = :table AND g.row = :row AND {}
      AND NOT EXISTS (SELECT 1 FROM entry u WHERE u.undoes = n.seq)
    ORDER BY g.entry LIMIT 1"""


def _late(
    ledger: Ledger, table: str, row: int, column: str, happened: datetime | None, deadline: datetime | None
) -> Iterator[LateEntry]:
    """Return a fact that stands in a column, where it defeats its deadline and was typed after it."""
    if happened is None or deadline is None or happened > deadline:
        return
    found = typed(ledger, table, row, f"json_extract(g.after, '$.{column}') = :value", stored(happened))
    if found and found.at > deadline:
        yield LateEntry(table, row, column, happened, deadline, *found)


# 4.5: an arrival, or an appointment by which it was in time


def _late_arrivals(ledger: Ledger, basis: Basis, assignment: Assignment) -> Iterator[LateEntry]:
    if assignment.due is None:
        return
    grace = timedelta(minutes=basis.value("late.grace_minutes", assignment.arrived_at or assignment.due))
    yield from _late(ledger, "crew", assignment.id, "arrived_at", assignment.arrived_at, assignment.due + grace)
    for row in ledger.rows(_MOVES, (assignment.ticket,)):
        yield from _late(ledger, "appointment", row["id"], "at", instant(row["at"]), instant(row["previous"]))


_MOVES = "SELECT id, at, previous FROM live_appointment WHERE ticket_id = ? AND moved AND previous IS NOT NULL"


def _without_arrivals(ledger: Ledger, assignment: Assignment, late: Sequence[LateEntry]) -> Assignment:
    appointments = {entry.row for entry in late if entry.table == "appointment"}
    if appointments:
        assignment = assignment._replace(due=_due_without(ledger, assignment, appointments))
    has_arrived = all(entry.column != "arrived_at" for entry in late)
    return assignment if has_arrived else assignment._replace(arrived_at=None)


def _due_without(ledger: Ledger, assignment: Assignment, left_out: set[int]) -> datetime | None:
    """Work out by when somebody was due, had the customer not made some of the appointments."""
    of = (assignment.ticket,)
    known = ledger.rows("SELECT * FROM live_appointment WHERE ticket_id = ? ORDER BY at, id", of)
    base = known[0]["previous"]
    made = settled.appointed([row for row in known if row["id"] not in left_out], base)
    arrivals = ledger.rows(
        "SELECT w.arrived_at FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id WHERE d.ticket_id = ?", of
    )
    own: Record = ledger.get("crew", assignment.id)
    due = settled.due(ledger.get("dispatch", assignment.dispatch), own, made, base, arrivals)
    return instant(due) if due else None


# 4.4: a call to the centre


def _late_calls(ledger: Ledger, _: Basis, assignment: Assignment) -> Iterator[LateEntry]:
    left = assignment.left_at or assignment.returned_at
    yield from _late(ledger, "crew", assignment.id, "callback_at", assignment.callback_at, left)


def _without_calls(_: Ledger, assignment: Assignment, __: Sequence[LateEntry]) -> Assignment:
    return assignment._replace(callback_at=None)


# 4.6: a report, or what it was amended to


def _late_reports(ledger: Ledger, basis: Basis, duty: ReportDuty) -> Iterator[LateEntry]:
    deadline = report_deadline(duty.returned_at, basis) - timedelta(seconds=1)
    for number, (since, _) in enumerate(duty.versions):
        if duty.report is None or since > deadline:
            continue
        found = typed(ledger, "service_report", duty.report, _VERSION, number)
        if found and found.at > deadline:
            yield LateEntry("service_report", duty.report, "filed_at", since, deadline, *found)


_VERSION = "json_array_length(json_extract(g.after, '$.versions')) >= :value"


def _without_reports(_: Ledger, duty: ReportDuty, late: Sequence[LateEntry]) -> ReportDuty:
    times = {entry.happened_at for entry in late}
    return duty._replace(versions=tuple(version for version in duty.versions if version[0] not in times))


# 3.4: an answer


def _late_answers(ledger: Ledger, basis: Basis, question: Question) -> Iterator[LateEntry]:
    due = answer_clock(question.received_at, basis.policy, basis.zone, question.kind).due
    table, row = ("reopening", _reopening(ledger, question)) if question.again else ("ticket", question.ticket)
    yield from _late(ledger, table, row, "answered_at", question.answered_at, due)


def _reopening(ledger: Ledger, question: Question) -> int:
    sql = "SELECT id FROM live_reopening WHERE ticket_id = ? AND at = ? ORDER BY id LIMIT 1"
    return int(ledger.value(sql, (question.ticket, stored(question.received_at))))


def _without_answers(_: Ledger, question: Question, __: Sequence[LateEntry]) -> Question:
    return question._replace(answered_at=None)


class Defeat(NamedTuple):
    """How a clause's finding is defeated by a late entry: which those are, and the fact without them."""

    late: Callable[[Ledger, Basis, Any], Iterator[LateEntry]]
    without: Callable[[Ledger, Any, Sequence[LateEntry]], Any]


DEFEATS = {
    "late_on_site": Defeat(_late_arrivals, _without_arrivals),
    "no_callback": Defeat(_late_calls, _without_calls),
    "incomplete_report": Defeat(_late_reports, _without_reports),
    "answer_overdue": Defeat(_late_answers, _without_answers),
}


def defeated(
    ledger: Ledger, basis: Basis, clause: Clause, fact: Any, late: Sequence[LateEntry], found: Iterable[Finding]
) -> Iterator[Finding]:
    """Return what a clause would find without some late entries, and does not find with them."""
    known = {(finding.key, finding.engineer) for finding in found}
    if late:
        for finding in clause.judge(DEFEATS[clause.id].without(ledger, fact, late), basis):
            if (finding.key, finding.engineer) not in known:
                yield finding


def judged(ledger: Ledger, basis: Basis, clause: Clause, fact: Any) -> Iterator[Finding]:
    """Return what a clause finds in a fact, and under late.entry = ask what a late entry alone would defeat."""
    found = list(clause.judge(fact, basis))
    yield from found
    if clause.id not in DEFEATS or not asks(ledger):
        return
    late = [
        entry
        for entry in DEFEATS[clause.id].late(ledger, basis, fact)
        if not entry.is_accepted and entry.is_late(basis) and basis.value("late.entry", entry.happened_at) == "ask"
    ]
    entries = [
        {
            "entry": entry.entry, "fact": entry.fact, "happened_at": entry.happened_at,
            "recorded_at": entry.recorded_at, "actor": entry.actor,
        }
        for entry in late
    ]  # fmt: skip
    for finding in defeated(ledger, basis, clause, fact, late, found):
        yield finding._replace(needs="late_entry", evidence={**finding.evidence, "entered_late": entries})


def asks(ledger: Ledger) -> bool:
    """Return whether the policy ever asked that somebody accept what was entered late."""
    return "ask" in ledger.policy.every("late.entry")
