"""The staff report: what each person did in a month, for the appraisal. It ranks nobody, and what was waived or
overturned never shows in it, nor can it be read off a count."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from svcdesk import reports
from svcdesk.columns import Column
from svcdesk.model import Fen, Record
from svcdesk.month import verdicts
from svcdesk.penalties import findings
from svcdesk.penalties.facts import SOURCES
from svcdesk.penalties.standing import standing
from svcdesk.periods import Period, end_of_day, stored, today
from svcdesk.registers.dated import in_force
from svcdesk.regulation.policy import Basis
from svcdesk.rules import Finding
from svcdesk.store import Ledger
from svcdesk.values import rounded

# The columns of its lines, as CSV has them.
COLUMNS = (
    Column("engineer", brief=True), Column("name", brief=True), Column("department"),
    Column("role", kind="word:role"), Column("trips", kind="int", brief=True), Column("days", kind="int", brief=True),
    Column("cost", kind="money", brief=True), Column("tickets_taken", kind="int"),
    Column("answers_in_time", kind="int", brief=True), Column("answers", kind="int", brief=True),
    Column("arrivals_on_time", kind="int", brief=True), Column("arrivals", kind="int", brief=True),
    Column("reports_complete", kind="int", brief=True), Column("reports", kind="int", brief=True),
    Column("repairs_fixed", kind="int"), Column("repairs", kind="int"), Column("surveys", kind="int"),
    Column("mean_score", kind="number:2", brief=True),
    Column("visits", kind="int"), Column("rectified_in_time", kind="int"), Column("rectifications", kind="int"),
    Column("findings", kind="json"), Column("fines", kind="money", brief=True),
)  # fmt: skip


Counts = dict[str, dict[str, int]]  # by the code of each person


def _key(finding: Finding) -> tuple[str, str, str | None]:
    return finding.clause, finding.key, finding.engineer


# What is not held against somebody: it was decided so. What is absorbed is not fined, but it happened, and counts.
_SPARED = ("waived", "overturned")


def staff(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Make the staff report: a record for each person who was there in the month or has anything in it, by code."""
    with reports.snapshot(ledger):
        return {
            "month": period.name,
            "centre": ledger.centre["name"],
            "staff": lines(ledger, period, now),
            **reports.read_at(ledger),
        }


def lines(ledger: Ledger, period: Period, now: datetime) -> list[Record]:
    """Work out each person's line."""
    basis = Basis(ledger.policy, now, ledger.zone)
    found = findings.check(ledger, basis, period)
    known = findings.recorded(ledger, found)
    judged = [(finding, known.get(findings.key_of(finding))) for finding in found]
    spared = {_key(finding) for finding, penalty in judged if penalty and penalty["status"] in _SPARED}
    absorbed = {_key(finding) for finding, _ in judged if finding.absorbed_by}
    held = _by_engineer(ledger, basis, judged, spared | absorbed)
    travel = reports.travel_by(reports.assignments(ledger, period, basis.now), attrgetter("engineer"))
    costs = dict(ledger.con.execute(_COSTS, {"first": period.first.isoformat(), "after": period.after.isoformat()}))
    counts = _counts(ledger, period, basis, spared)
    posts = in_force(ledger, min(period.after - timedelta(days=1), today(now, ledger.zone)))
    return [
        _line(row, travel.get(row["id"], reports.Travel(0, 0, 0)), costs.get(row["id"], 0), counts[row["code"]], held)
        for row in (person | _post(posts, person) for person in ledger.rows(_PEOPLE))
        if row["retired_at"] is None
        or row["retired_at"] >= stored(period.start)
        or row["id"] in {*travel, *costs}
        or row["code"] in {*counts, *held}
    ]


def _post(posts: dict[str, dict[str, str]], person: Record) -> Record:
    """Return the post that somebody held at the month's end, or holds today while it runs."""
    return {"role": posts.get(person["code"], {}).get("role", person["role"])}


def _line(
    person: Record, travel: reports.Travel, cost: int, counts: dict[str, int], held: dict[str, list[Record]]
) -> Record:
    own = held.get(person["code"], [])
    return {
        "engineer": person["code"],
        "name": person["name"],
        "department": person["department"],
        "role": person["role"],
        "trips": travel.trips,
        "days": travel.days,
        "cost": Fen(cost),
        **{name: counts[name] for name in _COUNTED},
        "mean_score": rounded(counts["score"], counts["surveys"], 2),
        "findings": own,
        "fines": Fen(counts["fines"]),
    }


# Each share as two counts: those that were well, and those that are judged.
_COUNTED = (
    "tickets_taken", "answers_in_time", "answers", "arrivals_on_time", "arrivals", "reports_complete", "reports",
    "repairs_fixed", "repairs", "surveys", "visits", "rectified_in_time", "rectifications",
)  # fmt: skip


def _counts(ledger: Ledger, period: Period, basis: Basis, spared: set[tuple[str, str, str | None]]) -> Counts:
    """Count what each person did, by code. What is not held against them counts in no share."""
    counts: Counts = defaultdict(lambda: defaultdict(int))
    span = {"start": stored(period.start), "end": stored(period.end)}
    for code, taken in ledger.con.execute(_TAKEN, span):
        counts[code]["tickets_taken"] = taken
    _count_verdicts(counts, ledger, period, basis, spared)
    _count_repairs(counts, ledger, period, basis)
    for code, visits in ledger.con.execute(_VISITS, span):
        counts[code]["visits"] = visits
    for owned in SOURCES["rectifications"].read(ledger, SOURCES["rectifications"].during(ledger, period)):
        end = end_of_day(owned.due, basis.zone)
        if owned.owner and (owned.closed_at or end < basis.now):
            counts[owned.owner]["rectifications"] += 1
            counts[owned.owner]["rectified_in_time"] += owned.closed_at is not None and owned.closed_at <= end
    for code, surveys, score in ledger.con.execute(_SURVEYS, span):
        counts[code]["surveys"], counts[code]["score"] = surveys, score
    for penalty in standing(ledger, basis, period):
        counts[penalty["engineer"]]["fines"] += penalty["amount_fen"] or 0
    return counts


def _count_verdicts(
    counts: Counts, ledger: Ledger, period: Period, basis: Basis, spared: set[tuple[str, str, str | None]]
) -> None:
    """Count each person's answers, arrivals and reports."""
    answers = verdicts.answers_by_person(ledger, period, basis)
    arrivals = verdicts.arrivals_by_person(ledger, period, basis)
    duties = verdicts.duties(ledger, period, basis)
    for sure, names in ((answers.sure, _ANSWERS), (arrivals.sure, _ARRIVALS), (duties.sure, _REPORTS)):
        for by, count in sure.items():
            for name in names if by else ():
                counts[by or ""][name] += count
    for answer in answers.others:
        if answer.answered_by and answer.in_time is not None:
            _count(counts[answer.answered_by], _ANSWERS, well=answer.in_time)
    for arrival in arrivals.others:
        excused = arrival.late_cause not in (None, "personal")
        if arrival.on_time or not (excused or ("late_on_site", f"D{arrival.dispatch}", arrival.engineer) in spared):
            _count(counts[arrival.engineer], _ARRIVALS, well=arrival.on_time)
    for duty in duties.others:
        if not duty.finding or ("incomplete_report", f"D{duty.duty.dispatch}", duty.finding.engineer) not in spared:
            _count(counts[duty.author], _REPORTS, well=duty.finding is None)


# Each share's two counts: those that were well, and those that are judged.
_ANSWERS, _ARRIVALS, _REPORTS, _REPAIRS = (
    ("answers_in_time", "answers"), ("arrivals_on_time", "arrivals"), ("reports_complete", "reports"),
    ("repairs_fixed", "repairs"),
)  # fmt: skip


def _count(counts: dict[str, int], names: tuple[str, str], *, well: bool) -> None:
    counts[names[0]] += well
    counts[names[1]] += 1


def _count_repairs(counts: Counts, ledger: Ledger, period: Period, basis: Basis) -> None:
    """Count with each person who went the repairs first closed in the month."""
    repairs = verdicts.repairs(ledger, period, basis)
    for tickets, names in ((repairs.mended, _REPAIRS), (repairs.others, _REPAIRS[1:])):
        for code, count in ledger.con.execute(_WENT, (json.dumps(tickets),)):
            for name in names:
                counts[code][name] += count


_TOLD = ("clause", "article", "subject", "at", "sanction", "needs", "status")


def _by_engineer(
    ledger: Ledger,
    basis: Basis,
    judged: Iterable[tuple[Finding, Record | None]],
    spared: set[tuple[str, str, str | None]],
) -> dict[str, list[Record]]:
    held: dict[str, list[Record]] = defaultdict(list)
    for finding, penalty in judged:
        if finding.engineer and (finding.clause, finding.key, finding.engineer) not in spared:
            record: dict[str, Any] = findings.record_of(finding, basis, penalty)
            held[finding.engineer].append({name: record[name] for name in _TOLD})
    return held


_PEOPLE = "SELECT id, code, name, department, role, retired_at FROM live_staff ORDER BY code"
_COSTS = """
    SELECT engineer_id, sum(amount_fen) FROM live_expense WHERE spent_on >= :first AND spent_on < :after
      AND status NOT IN ('rejected', 'falsified') GROUP BY engineer_id"""
_TAKEN = """
    SELECT e.code, count(*) FROM live_ticket t JOIN live_staff e ON e.id = t.taken_by
    WHERE t.received_at >= :start AND t.received_at < :end GROUP BY e.code"""
_VISITS = """
    SELECT s.code, count(*) FROM live_visit v JOIN live_staff s ON s.id = v.by_id
    WHERE v.at >= :start AND v.at < :end GROUP BY s.code"""
_WENT = """
    SELECT e.code, count(DISTINCT d.ticket_id)
    FROM live_dispatch d JOIN live_crew w ON w.dispatch_id = d.id JOIN live_staff e ON e.id = w.engineer_id
    WHERE d.ticket_id IN (SELECT value FROM json_each(?)) AND w.departed_at IS NOT NULL GROUP BY e.code"""
_SURVEYS = """
    SELECT code, count(*), sum(score) FROM (
      SELECT DISTINCT e.code, s.id, s.score FROM live_survey s JOIN live_dispatch d ON d.ticket_id = s.ticket_id
      JOIN live_crew w ON w.dispatch_id = d.id JOIN live_staff e ON e.id = w.engineer_id
      WHERE s.at >= :start AND s.at < :end AND w.departed_at IS NOT NULL)
    GROUP BY code"""
