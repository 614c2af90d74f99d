"""Promises on the board, on a month's check list, among its figures, and by contract (2.3, 3.4)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from svcdesk.columns import Column
from svcdesk.desk.act import Word
from svcdesk.desk.promises import fulfilled_by
from svcdesk.model import Fen, Record
from svcdesk.month.waiting import Item, argv
from svcdesk.periods import Period, instant, until
from svcdesk.registers import records
from svcdesk.registers.promises import PROMISES, due_of
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger

_AHEAD = timedelta(days=30)  # what is due later waits for nobody yet

COLUMNS = (
    Column("contract", brief=True), Column("project", brief=True), Column("customer", brief=True),
    Column("promises", kind="int", brief=True), Column("kept", kind="int", brief=True),
    Column("kept_in_time", kind="int", brief=True), Column("late", kind="int", brief=True),
    Column("open", kind="int", brief=True), Column("dropped", kind="int", brief=True),
    Column("installation", kind="money", brief=True), Column("excluded", kind="money", brief=True),
)  # fmt: skip


def waiting(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """List the open promises that are overdue or due before long."""
    for row in _open(ledger):
        due = due_of(row)
        if due <= basis.now + _AHEAD:
            yield _item(ledger, row, due)


def overdue(ledger: Ledger, basis: Basis, period: Period) -> Iterator[Item]:
    """List the promises due in a month and not kept yet."""
    for row in _open(ledger):
        due = due_of(row)
        if period.start <= due < min(period.end, basis.now):
            yield _item(ledger, row, due)


def _open(ledger: Ledger) -> list[Record]:
    return ledger.rows(f"{_PROMISES} WHERE r.kept_at IS NULL AND r.dropped_at IS NULL ORDER BY r.id")


def _item(ledger: Ledger, row: Record, due: datetime) -> Item:
    subject, dispatch = f"PM{row['id']}", fulfilled_by(ledger, row)
    line = f"promise keep {subject}" + (f" --dispatch D{dispatch}" if dispatch else "")
    values = {
        "what": row["text"] or Word("promise_kind", row["kind"]),
        "due": until(due, ledger.zone),
        "customer": row["customer"],
    }
    ticket = f"T{row['ticket_id']}" if row["ticket_id"] else None
    return Item("promise", "promise_done" if dispatch else "promise", subject, argv(line), due, values, ticket)


def figures(ledger: Ledger, period: Period, now: datetime) -> Record:
    """Count the promises due in a month: kept in time, late, dropped before they were due, still open."""
    counts = dict.fromkeys(("due", "kept_in_time", "late", "dropped", "open"), 0)
    for row in ledger.rows(_PROMISES):
        due = due_of(row)
        if period.start <= due < period.end:
            counts["due"] += 1
            counts[_verdict(row, due, now)] += 1
    return counts


def _verdict(row: Record, due: datetime, now: datetime) -> str:
    ended = row["kept_at"] or row["dropped_at"]
    if (instant(ended) if ended else now) > due:
        return "late"
    return "kept_in_time" if row["kept_at"] else "dropped" if row["dropped_at"] else "open"


def by_contract(ledger: Ledger, now: datetime, period: Period | None = None) -> list[Record]:
    """Count the promises of each contract, those due in a period where it is given, beside its installation's cost.

    What was promised on a ticket without a contract stands under the customer alone.
    """
    found: dict[tuple[Any, ...], Record] = {}
    for row in ledger.rows(f"{_PROMISES} ORDER BY k.no IS NULL, k.no, c.name, r.id"):
        due = due_of(row)
        if period is None or period.start <= due < period.end:
            key = (row["of_contract"], None if row["of_contract"] else row["customer"])
            line = found[key] if key in found else found.setdefault(key, _line(ledger, row))
            line["promises"] += 1
            line["kept"] += row["kept_at"] is not None
            line[_verdict(row, due, now)] += 1
    return list(found.values())


def of_contract(ledger: Ledger, now: datetime, contract: int) -> list[Record]:
    """List the promises to a contract's customer, those made on its tickets too."""
    theirs = "r.contract_id = ? OR r.ticket_id IN (SELECT id FROM live_ticket WHERE contract_id = ?)"
    selection = records.Selection().where(f"({theirs})", contract, contract)
    return [{**row, "due": instant(row["due"])} for row in records.records(ledger, PROMISES, now, selection)]


def _line(ledger: Ledger, row: Record) -> Record:
    counts = dict.fromkeys(("promises", "kept", "kept_in_time", "late", "open", "dropped"), 0)
    cost = installation_cost(ledger, row["of_contract"]) if row["of_contract"] else (None, None)
    named = {"contract": row["no"], "project": row["project"], "customer": row["customer"]}
    return {**named, **counts, "installation": cost[0], "excluded": cost[1]}


def installation_cost(ledger: Ledger, contract: int) -> tuple[Fen, Fen]:
    """Return what the installation of a contract has cost so far, and how much of that the contract includes."""
    cost, excluded = ledger.con.execute(_COST, (contract,)).fetchone()
    return Fen(cost), Fen(excluded)


_PROMISES = """
    SELECT r.*, coalesce(r.contract_id, t.contract_id) AS of_contract, k.no, k.project, c.name AS customer
    FROM live_promise r LEFT JOIN live_ticket t ON t.id = r.ticket_id
    LEFT JOIN live_contract k ON k.id = coalesce(r.contract_id, t.contract_id)
    JOIN live_customer c ON c.id = coalesce(k.customer_id, t.customer_id)"""
_COST = """
    SELECT coalesce(sum(e.amount_fen), 0), coalesce(sum(CASE WHEN e.excluded THEN e.amount_fen END), 0)
    FROM live_ticket t CROSS JOIN live_expense e ON e.ticket_id = t.id
      OR e.dispatch_id IN (SELECT d.id FROM live_dispatch d WHERE d.ticket_id = t.id)
    WHERE t.contract_id = ? AND e.line = 'installation' AND e.status NOT IN ('rejected', 'falsified')"""
