"""Verify the ledger: the file, its schema, the chain, the replay, the personal data and the invariants. Never repairs.

It collects findings; each names the row, the entry where the row last stood, and what to do next.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from svcdesk import claims, journal, schema
from svcdesk.model import LETTERS
from svcdesk.states import dispatch_status
from svcdesk.store import Ledger

TABLES = (
    "centre", "staff", "customer", "contract", "ticket", "appointment", "escalation", "hold", "dispatch", "crew",
    "service_report", "survey", "complaint", "contact", "phone_check", "conduct", "expense", "penalty", "policy",
    "submission",
)  # fmt: skip


class Fault(NamedTuple):
    """One thing that is wrong: its kind (the key of its words), the row or object, the entry, and details."""

    kind: str
    subject: str
    entry: int | None = None
    detail: str = ""


Tick = Callable[[int], None]


def verify(ledger: Ledger, *, full: bool = False, tick: Tick = lambda _: None) -> list[Fault]:
    """Check everything and list the faults, in the order of the checks. ``tick`` is told of every thousand changes."""
    con = ledger.con
    con.execute("BEGIN")  # one state of the ledger for all checks
    try:
        found = list(_pages(con, full))
        if found:
            return found  # nothing read from damaged pages can be trusted
        for check in (_schema, _references, _replay, _personal, _expenses, _dispatches, _tickets):
            found += check(con)
        return [*_chain(con, tick), *found]
    except sqlite3.DatabaseError as error:
        return [Fault("page", "", None, str(error))]
    finally:
        con.execute("COMMIT")


def _pages(con: sqlite3.Connection, full: bool) -> Iterator[Fault]:
    for (line,) in con.execute(f"PRAGMA {'integrity_check' if full else 'quick_check'}"):
        if line != "ok":
            yield Fault("page", "", None, line)


def _schema(con: sqlite3.Connection) -> Iterator[Fault]:
    """Compare every table, index and trigger with the shipped schema, word for word."""
    fresh = sqlite3.connect(":memory:")
    for version in range(1, schema.VERSION + 1):
        fresh.executescript(schema.script(version))
    sql = "SELECT type || ' ' || name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    ours, theirs = dict(fresh.execute(sql)), dict(con.execute(sql))
    fresh.close()
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in theirs:
            yield Fault("schema_missing", name)
        elif name not in ours:
            yield Fault("schema_added", name)
        elif ours[name] != theirs[name]:
            yield Fault("schema_changed", name)


def _references(con: sqlite3.Connection) -> Iterator[Fault]:
    for table, row, parent, _ in con.execute("PRAGMA foreign_key_check"):
        yield Fault("dangling", named(table, row), _entry_of(con, table, row), parent)


def _chain(con: sqlite3.Connection, tick: Tick) -> Iterator[Fault]:
    """Recompute every hash from the first entry on; name the first that does not fit, and every gap."""
    expected, prev, seen = 1, journal.GENESIS, 0
    for entry in journal.entries(con):
        if entry.seq != expected:
            yield Fault("gap", f"#{expected}", expected)
        if entry.prev != prev:
            yield Fault("prev", f"#{entry.seq}", entry.seq)
        changes = con.execute(journal.CHANGES, (entry.seq,))

        def counted(rows: Any) -> Iterator[tuple[str, int, str]]:
            nonlocal seen
            for row in rows:
                seen += 1
                if not seen % 1000:
                    tick(1000)
                yield row

        head = entry[: journal.Entry._fields.index("prev")]
        if journal.seal(head, counted(changes), entry.prev) != entry.hash:
            yield Fault("hash", f"#{entry.seq}", entry.seq)
        expected, prev = entry.seq + 1, entry.hash


def _replay(con: sqlite3.Connection) -> Iterator[Fault]:
    """Compare every row with its last image in the journal, and every last image with its row."""
    for table in TABLES:
        sql = f"""
            SELECT r.id, r.image, c.after, c.entry
            FROM (SELECT id, {journal.image_sql(table, con)} AS image FROM "{table}") r LEFT JOIN change c
              ON c."table" = :table AND c.row = r.id
              AND c.entry = (SELECT max(entry) FROM change WHERE "table" = :table AND row = r.id)"""
        for row, stands, after, entry in con.execute(sql, {"table": table}):
            if after is None:
                yield Fault("unjournaled", named(table, row))
            elif stands != after and json.loads(stands) != json.loads(after):
                yield Fault("edited", named(table, row), entry, _difference(json.loads(after), json.loads(stands)))
        missing = f"""
            SELECT DISTINCT row, max(entry) FROM change WHERE "table" = ? GROUP BY row
            HAVING NOT EXISTS (SELECT 1 FROM "{table}" r WHERE r.id = change.row)"""
        for row, entry in con.execute(missing, (table,)):
            yield Fault("vanished", named(table, row), entry)


def _difference(was: dict[str, Any], now: dict[str, Any]) -> str:
    names = [name for name in was.keys() | now.keys() if was.get(name) != now.get(name)]
    return ", ".join(f"{name}: {was.get(name)!r} -> {now.get(name)!r}" for name in sorted(names))


def _personal(con: sqlite3.Connection) -> Iterator[Fault]:
    """Hold personal data against the commitments that records carry; what was redacted has neither text nor salt."""
    for table in ("staff", "customer", "complaint", "contact"):
        sql = f"""
            SELECT r.id, r.personal_hash, p.id, p.name, p.phone, p.address, p.salt FROM "{table}" r
            LEFT JOIN personal p ON p.id = r.personal_id WHERE r.personal_id IS NOT NULL"""
        for row, promised, found, name, phone, address, salt in con.execute(sql):
            redacted = found is not None and (name, phone, address, salt) == (None, None, None, None)
            if found is None or not (redacted or _keeps(promised, salt, name, phone, address)):
                yield Fault("personal", named(table, row), _entry_of(con, table, row))


def _keeps(promised: str, salt: Any, *fields: str | None) -> bool:
    return isinstance(salt, bytes) and journal.commitment(salt, *fields) == promised


def _expenses(con: sqlite3.Connection) -> Iterator[Fault]:
    """Hold each expense's line and exclusion against the ticket and contract it belongs to (part 5)."""
    sql = """
        SELECT r.id, r.category, r.line, r.excluded, t.kind = 'installation', coalesce(k.includes_installation, 0)
        FROM expense r LEFT JOIN dispatch d ON d.id = r.dispatch_id
        LEFT JOIN ticket t ON t.id = coalesce(d.ticket_id, r.ticket_id) LEFT JOIN contract k ON k.id = t.contract_id
        WHERE r.undone_at IS NULL"""
    for row, category, line, excluded, installation, includes in con.execute(sql):
        should = claims.line_of(category, bool(installation))
        if line != should or bool(excluded) != claims.is_excluded(should, bool(includes)):
            yield Fault("invariant", named("expense", row), _entry_of(con, "expense", row), "line, excluded")


def _dispatches(con: sqlite3.Connection) -> Iterator[Fault]:
    """Hold each dispatch's status against how far its crew has come."""
    sql = """
        SELECT d.id, d.status, w.departed_at, w.arrived_at, w.left_at, w.returned_at
        FROM dispatch d JOIN crew w ON w.dispatch_id = d.id WHERE d.status <> 'cancelled' AND d.undone_at IS NULL
        ORDER BY d.id"""
    crews: list[dict[str, Any]] = []
    current: tuple[int, str] | None = None
    steps = ("departed_at", "arrived_at", "left_at", "returned_at")
    for dispatch, status, *times in [*con.execute(sql), (None, "", None, None, None, None)]:
        if current and current[0] != dispatch:
            if dispatch_status(crews) != current[1]:
                yield Fault(
                    "invariant", named("dispatch", current[0]), _entry_of(con, "dispatch", current[0]), "status"
                )
            crews = []
        current = (dispatch, status)
        crews.append(dict(zip(steps, times, strict=True)))


def _tickets(con: sqlite3.Connection) -> Iterator[Fault]:
    sql = """
        SELECT id FROM ticket WHERE undone_at IS NULL AND (
          (status = 'closed') <> (closed_at IS NOT NULL) OR (status = 'answered' AND answered_at IS NULL)
          OR (status = 'cancelled') <> (cancelled_at IS NOT NULL))"""
    for (row,) in con.execute(sql):
        yield Fault("invariant", named("ticket", row), _entry_of(con, "ticket", row), "status")


def _entry_of(con: sqlite3.Connection, table: str, row: int) -> int | None:
    found = con.execute('SELECT max(entry) FROM change WHERE "table" = ? AND row = ?', (table, row)).fetchone()
    return int(found[0]) if found and found[0] is not None else None


def named(table: str, row: int) -> str:
    """Name a row as people do: E8; a row without a letter by its table."""
    return f"{LETTERS[table]}{row}" if table in LETTERS else f"{table} {row}"
