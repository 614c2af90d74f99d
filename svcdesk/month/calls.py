"""The call list: whom to visit, what one should know before, and which command records the visit (2.4)."""

import json
from collections.abc import Iterator
from datetime import timedelta

from svcdesk.model import Record
from svcdesk.month.due import fulfilling
from svcdesk.month.waiting import argv
from svcdesk.penalties.overdue import SOURCES
from svcdesk.periods import day_of, instant, today
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger

_AHEAD = timedelta(days=31)


def due(ledger: Ledger, basis: Basis) -> list[Record]:
    """List the planned visits that are due within a month or overdue, and key customers and regions without a plan."""
    rows = [*_planned(ledger, basis), *_unplanned(ledger, basis)]
    return sorted(rows, key=lambda row: (row["due"] is None, row["due"] or "", row["plan"] or ""))


def _planned(ledger: Ledger, basis: Basis) -> Iterator[Record]:
    until = today(basis.now, basis.zone) + _AHEAD
    for plan in SOURCES["plans"].read(ledger, ("r.kind = 'visit' AND r.ended_at IS NULL", {})):
        if plan.course.open is None or plan.course.open.due > until:
            continue
        targets = ledger.one("SELECT customer_id, region FROM live_plan WHERE id = ?", (plan.id,)) or {}
        whom = _customer(ledger, basis, targets["customer_id"]) if targets["customer_id"] else _NOBODY
        yield {
            **whom, "due": plan.course.open.due.isoformat(), "plan": f"PL{plan.id}",
            "region": targets["region"] or whom["region"], "next": list(fulfilling(plan)),
        }  # fmt: skip


def _unplanned(ledger: Ledger, basis: Basis) -> Iterator[Record]:
    """List the key customers and the regions of the policy that no plan is for."""
    for (number,) in ledger.con.execute(_KEY_WITHOUT_PLAN).fetchall():
        line = argv("plan add --kind visit --key-customers --title TEXT --from DATE")
        yield {**_customer(ledger, basis, number), "due": None, "plan": None, "next": list(line)}
    for region in basis.value("visit.regions", basis.now):
        if ledger.value("SELECT 1 FROM live_plan WHERE region = ? AND ended_at IS NULL", (region,)) is None:
            line = argv("plan add --kind visit --region", region, "--title", "TEXT", "--from", "DATE")
            yield {**_NOBODY, "region": region, "due": None, "plan": None, "next": list(line)}


_KEY_WITHOUT_PLAN = """
    SELECT c.id FROM live_customer c WHERE c.key = 1 AND NOT EXISTS
      (SELECT 1 FROM live_plan p WHERE p.customer_id = c.id AND p.kind = 'visit' AND p.ended_at IS NULL)
    ORDER BY c.id"""
_NOBODY: Record = {
    "customer": None, "region": None, "last_visit": None, "open_tickets": [], "last_score": None, "unanswered": [],
}  # fmt: skip


def _customer(ledger: Ledger, basis: Basis, number: int) -> Record:
    """Return what one should know before one calls: the last visit, open tickets, the last score, open opinions."""
    row = ledger.one(_KNOWN, (number,)) or {}
    last = row["last_visit"]
    return {
        "customer": row["customer"], "region": row["region"],
        "last_visit": day_of(instant(last), basis.zone).isoformat() if last else None,
        "open_tickets": json.loads(row["open_tickets"]), "last_score": row["last_score"],
        "unanswered": json.loads(row["unanswered"]),
    }  # fmt: skip


_KNOWN = """
    SELECT c.name AS customer, c.region, (SELECT max(v.at) FROM live_visit v WHERE v.customer_id = c.id) AS last_visit,
      (SELECT json_group_array('T' || t.id) FROM live_ticket t WHERE t.customer_id = c.id
         AND t.closed_at IS NULL AND t.cancelled_at IS NULL) AS open_tickets,
      (SELECT s.score FROM live_ticket t JOIN live_survey s ON s.ticket_id = t.id WHERE t.customer_id = c.id
         ORDER BY s.at DESC, s.id DESC LIMIT 1) AS last_score,
      (SELECT json_group_array('SG' || g.id) FROM live_suggestion g WHERE g.customer_id = c.id
         AND g.status IN ('open', 'sent')) AS unanswered
    FROM live_customer c WHERE c.id = ?"""
