"""The projects report (part 5): a line for each contract or project, else each customer, with anything in a month."""

import json
from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple

from svcdesk import reports
from svcdesk.columns import Column
from svcdesk.model import LINES, Fen, Record
from svcdesk.month import problems
from svcdesk.month.indicators import OPEN
from svcdesk.periods import Period, instant, stored
from svcdesk.store import Ledger
from svcdesk.values import rounded

# The columns of its lines, as CSV has them.
COLUMNS = (
    Column("contract", brief=True), Column("project", brief=True), Column("customer", brief=True),
    Column("tickets", kind="int", brief=True), Column("persons", kind="int", brief=True),
    Column("trips", kind="int", brief=True), Column("days", kind="int", brief=True),
    Column("installation", kind="money"), Column("dispatch", kind="money"), Column("material", kind="money"),
    Column("transport", kind="money"), Column("excluded", kind="money"), Column("cost", kind="money", brief=True),
    Column("pending", kind="money"), Column("open", kind="int", brief=True), Column("major_quality", kind="int"),
    Column("opinions", kind="int"), Column("surveys", kind="int"), Column("mean_score", kind="number:2"),
    Column("complaints", kind="int", brief=True), Column("visits", kind="int"), Column("suggestions", kind="int"),
)  # fmt: skip


class Owner(NamedTuple):
    """What a line of the report stands for: a contract, else a customer; neither for what names no ticket."""

    contract: int | None
    customer: int | None


def projects(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Make the projects report. Its trips, days and costs add up to the five lines of the statistics."""
    with reports.snapshot(ledger):
        return {
            "month": period.name,
            "centre": ledger.centre["name"],
            "projects": lines(ledger, period, now),
            "major_quality": major_quality(ledger, period),
            "opinions": opinions(ledger, period),
            "due": reports.due_days(ledger, period),
            **reports.read_at(ledger),
        }


def lines(ledger: Ledger, period: Period, now: datetime) -> list[Record]:
    """Work out the line of every contract, customer or nobody, in the order of their names."""
    days = {"first": period.first.isoformat(), "after": period.after.isoformat()}
    span = {"start": stored(period.start), "end": stored(period.end), "until": stored(min(period.end, now))}
    counts: dict[Owner, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    for sql in _COUNTS:
        cursor = ledger.con.execute(sql, span)
        names = [column[0] for column in cursor.description][2:]
        for contract, customer, *values in cursor:
            counts[_owner(contract, customer)].update(zip(names, values, strict=True))
    costs: dict[Owner, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for contract, customer, line, is_excluded, status, amount in ledger.con.execute(_COSTS, days):
        cost = costs[_owner(contract, customer)]
        cost[line] += amount
        cost["excluded"] += amount if is_excluded else 0
        cost["pending"] += amount if status == "submitted" else 0
    assignments = reports.assignments(ledger, period, now)
    owners = _owners(ledger, {assignment.ticket for assignment in assignments})
    travels = reports.travel_by(assignments, lambda assignment: owners[assignment.ticket])
    found = {owner: travel for owner, travel in travels.items() if travel != (0, 0, 0)}
    rows = [
        {**_named(ledger, owner), **_line(counts[owner], found.get(owner, reports.Travel(0, 0, 0)), costs[owner])}
        for owner in {*counts, *costs, *found}
    ]
    return sorted(
        rows,
        key=lambda row: (
            row["customer"] is None,
            row["customer"] or "",
            row["contract"] is None,
            row["contract"] or "",
        ),
    )


def _line(counts: dict[str, Any], travel: reports.Travel, cost: dict[str, int]) -> Record:
    surveys = counts["surveys"]
    return {
        "tickets": counts["tickets"],
        **travel._asdict(),
        **{line: Fen(cost[line]) for line in LINES},
        "excluded": Fen(cost["excluded"]),
        "cost": Fen(sum(cost[line] for line in LINES) - cost["excluded"]),
        "pending": Fen(cost["pending"]),
        "open": counts["open"],
        "major_quality": counts["major_quality"],
        "opinions": counts["opinions"],
        "surveys": surveys,
        "mean_score": rounded(counts["score"], surveys, 2),
        "complaints": counts["complaints"],
        "visits": counts["visits"],
        "suggestions": counts["suggestions"],
    }


def major_quality(ledger: Ledger, period: Period) -> list[Record]:
    """List the major quality problems escalated in the month (3.8)."""
    rows = ledger.rows(_MAJOR_QUALITY, {"start": stored(period.start), "end": stored(period.end)})
    return [_with_problem(ledger, {**_dated(row), "settled": bool(row["settled"])}) for row in rows]


def _with_problem(ledger: Ledger, row: Record) -> Record:
    """Tell beside an escalation the quality problem that it is one of, and how far that has come."""
    asked = problems.in_projects(ledger, row.pop("problem_id"))
    times = {name: instant(asked[name]) if asked[name] else None for name in ("answered_at", "closed_at")}
    return {**row, **asked, **times}


def opinions(ledger: Ledger, period: Period) -> list[Record]:
    """List what customers said in the service reports filed in the month and in its surveys."""
    rows = ledger.rows(_OPINIONS, {"start": stored(period.start), "end": stored(period.end)})
    return [_dated(row) for row in rows]


def _dated(row: Record) -> Record:
    return {**row, "ticket": f"T{row['ticket']}", "at": instant(row["at"])}


def _owner(contract: int | None, customer: int | None) -> Owner:
    return Owner(contract, None if contract else customer)


def _owners(ledger: Ledger, tickets: set[int]) -> dict[int, Owner]:
    sql = "SELECT id, contract_id, customer_id FROM live_ticket WHERE id IN (SELECT value FROM json_each(?))"
    rows = ledger.con.execute(sql, (json.dumps(sorted(tickets)),))
    return {ticket: _owner(contract, customer) for ticket, contract, customer in rows}


def _named(ledger: Ledger, owner: Owner) -> Record:
    if owner.contract:
        sql = (
            "SELECT c.no, c.project, k.name FROM live_contract c"
            " JOIN live_customer k ON k.id = c.customer_id WHERE c.id = ?"
        )
        no, project, customer = ledger.con.execute(sql, (owner.contract,)).fetchone()
        return {"contract": no, "project": project, "customer": customer}
    name = ledger.value("SELECT name FROM live_customer WHERE id = ?", (owner.customer,)) if owner.customer else None
    return {"contract": None, "project": None, "customer": name}


# What is counted for each owner; each query gives contract, customer, then its counts.
_COUNTS = (
    """SELECT contract_id, customer_id, count(*) AS tickets FROM live_ticket
       WHERE received_at >= :start AND received_at < :end
       GROUP BY contract_id, CASE WHEN contract_id IS NULL THEN customer_id END""",
    f"""SELECT contract_id, customer_id, count(*) AS open FROM ({OPEN})
       GROUP BY contract_id, CASE WHEN contract_id IS NULL THEN customer_id END""",
    """SELECT t.contract_id, t.customer_id, count(*) AS major_quality
       FROM live_escalation x JOIN live_ticket t ON t.id = x.ticket_id
       WHERE x.at >= :start AND x.at < :end AND x.major_quality
       GROUP BY t.contract_id, CASE WHEN t.contract_id IS NULL THEN t.customer_id END""",
    """SELECT t.contract_id, t.customer_id, count(*) AS opinions
       FROM live_service_report r JOIN live_dispatch d ON d.id = r.dispatch_id JOIN live_ticket t ON t.id = d.ticket_id
       WHERE r.filed_at >= :start AND r.filed_at < :end AND r.customer_opinion <> ''
       GROUP BY t.contract_id, CASE WHEN t.contract_id IS NULL THEN t.customer_id END""",
    """SELECT t.contract_id, t.customer_id, count(*) AS surveys, sum(s.score) AS score
       FROM live_survey s JOIN live_ticket t ON t.id = s.ticket_id WHERE s.at >= :start AND s.at < :end
       GROUP BY t.contract_id, CASE WHEN t.contract_id IS NULL THEN t.customer_id END""",
    """SELECT t.contract_id, t.customer_id, count(*) AS complaints
       FROM live_complaint p LEFT JOIN live_ticket t ON t.id = p.ticket_id
       WHERE p.at >= :start AND p.at < :end
       GROUP BY t.contract_id, CASE WHEN t.contract_id IS NULL THEN t.customer_id END""",
    """SELECT NULL, customer_id, count(*) AS visits FROM live_visit WHERE at >= :start AND at < :end
       GROUP BY customer_id""",
    """SELECT NULL, customer_id, count(*) AS suggestions FROM live_suggestion
       WHERE at >= :start AND at < :end AND customer_id IS NOT NULL
       GROUP BY customer_id""",
)
_COSTS = """
    SELECT t.contract_id, t.customer_id, e.line, e.excluded, e.status, sum(e.amount_fen)
    FROM live_expense e LEFT JOIN live_dispatch d ON d.id = e.dispatch_id
    LEFT JOIN live_ticket t ON t.id = coalesce(e.ticket_id, d.ticket_id)
    WHERE e.spent_on >= :first AND e.spent_on < :after AND e.status NOT IN ('rejected', 'falsified')
    GROUP BY t.contract_id, t.customer_id, e.line, e.excluded, e.status"""
_MAJOR_QUALITY = """
    SELECT x.ticket_id AS ticket, x.at, c.name AS customer, k.no AS contract, k.project, t.product, t.summary,
      x.settled_at IS NOT NULL AS settled, x.problem_id
    FROM live_escalation x JOIN live_ticket t ON t.id = x.ticket_id JOIN live_customer c ON c.id = t.customer_id
    LEFT JOIN live_contract k ON k.id = t.contract_id
    WHERE x.at >= :start AND x.at < :end AND x.major_quality ORDER BY x.id"""
_OPINIONS = """
    SELECT ticket, at, customer, contract, project, said, score FROM (
      SELECT t.id AS ticket, r.filed_at AS at, t.customer_id, t.contract_id, r.customer_opinion AS said, NULL AS score
      FROM live_service_report r JOIN live_dispatch d ON d.id = r.dispatch_id JOIN live_ticket t ON t.id = d.ticket_id
      WHERE r.filed_at >= :start AND r.filed_at < :end AND r.customer_opinion <> ''
      UNION ALL
      SELECT t.id, s.at, t.customer_id, t.contract_id, s.comment, s.score
      FROM live_survey s JOIN live_ticket t ON t.id = s.ticket_id
      WHERE s.at >= :start AND s.at < :end) o
    JOIN (SELECT id AS customer_id, name AS customer FROM live_customer) USING (customer_id)
    LEFT JOIN (SELECT id AS contract_id, no AS contract, project FROM live_contract) USING (contract_id)
    ORDER BY at, ticket"""
