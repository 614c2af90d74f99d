"""Whose personal data a redaction erases: the customer's, its contacts', and that of complainants about its tickets.

And which copies of the ledger still hold it.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from svcdesk import copies, daily
from svcdesk.errors import DeskError
from svcdesk.store import Ledger, open_ledger

_ROWS = """
    WITH theirs AS (SELECT id FROM customer WHERE name = :name),
      asked AS (SELECT id FROM ticket WHERE customer_id IN theirs)
    SELECT 'customer', id FROM theirs
    UNION
    SELECT 'contact', id FROM contact WHERE customer_id IN theirs
      OR complaint_id IN (SELECT id FROM complaint WHERE ticket_id IN asked)
    UNION
    SELECT 'complaint', id FROM complaint WHERE ticket_id IN asked
      OR id IN (SELECT complaint_id FROM contact WHERE customer_id IN theirs)"""
_HELD = """
    SELECT 1 FROM change WHERE "table" = ? AND row = ? AND json_extract(after, '$.personal_id') IS NOT NULL"""


def concerned(ledger: Ledger, customer: str) -> list[tuple[str, int]]:
    """List the rows that hold or held personal data of a customer, and the customer's own. Raises NotFound.

    What undo took back is among them: its personal data is still in the file.
    """
    rows = ledger.con.execute(_ROWS, {"name": customer.strip()}).fetchall()
    if not rows:
        ledger.customer(customer)
    return [row for row in rows if row[0] == "customer" or ledger.value(_HELD, row)]


def copies_holding(ledger: Ledger, rows: Iterable[tuple[str, int]]) -> list[Path]:
    """List the copies that are there and still hold the personal data of some rows, and those that cannot be opened."""
    held = """SELECT json_extract(after, '$.personal_id') FROM change WHERE "table" = ? AND row = ?"""
    numbers = {number for row in rows for (number,) in ledger.con.execute(held, row) if number is not None}
    origin = ledger.value("SELECT hash FROM entry WHERE seq = 1")
    return [path for path in _copies(ledger) if _holds(path, numbers, origin)]


def _copies(ledger: Ledger) -> list[Path]:
    """List the copies known to the ledger, and those that stand where it keeps them."""
    real = ledger.path.resolve()
    known = [copy.path for copy in copies.lines(real) if copy.kind not in ("anchor", "failed")]
    folders = {real.with_name(f"{real.name}.backups"), *(path.parent for path in known)}
    dated = [path for folder in folders for path in daily.dated(folder, real)]
    upgrades = [path for path in real.parent.iterdir() if path.name.startswith(f"{real.name}.v")]
    upgrades = [path for path in upgrades if path.name.endswith(".backup")]
    return sorted(path for path in {*known, *dated, *upgrades} if path.is_file())


def _holds(path: Path, numbers: set[int], origin: str) -> bool:
    try:
        copy = open_ledger(path, as_found=True)
    except DeskError:
        return True
    try:
        if copy.value("SELECT hash FROM entry WHERE seq = 1") != origin:
            return False
        kept = "SELECT 1 FROM personal WHERE id = ? AND coalesce(name, phone, address) IS NOT NULL"
        return any(copy.value(kept, (number,)) for number in numbers)
    except sqlite3.Error:
        return True
    finally:
        copy.close()
