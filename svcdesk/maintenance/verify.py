"""Verify the ledger: the file, its schema, the chain, the replay, the personal data and the invariants. Never repairs.

It collects faults; each names the row, the entry where the row last stood, and what to do next.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from hashlib import sha256
from itertools import groupby, islice, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from svcdesk import journal, schema
from svcdesk.errors import StorageError
from svcdesk.finder import index
from svcdesk.maintenance.anchors import Anchor
from svcdesk.model import named
from svcdesk.registers.declaring import Register
from svcdesk.registers.index import every
from svcdesk.regulation import expense_rules
from svcdesk.regulation.policy import Policy
from svcdesk.regulation.states import dispatch_status
from svcdesk.schema import comparison
from svcdesk.store import Ledger, connect, version_of

_AT_ONCE = 1000  # changes
_LONGEST_SAID = 200  # characters of a value that differs
_NEWEST, _SEARCHED_SINCE, _WITNESSED_SINCE, _EXCLUDES_SINCE = 1000, 3, 3, 3


class Fault(NamedTuple):
    """One thing that is wrong: its kind (the key of its words), the row or object, the entry, and details."""

    kind: str
    subject: str
    entry: int | None = None
    detail: str = ""


Tick = Callable[[int], None]
Faults = Iterator[Fault]


def verify(
    ledger: Ledger, *, full: bool = False, anchors: tuple[Anchor, ...] = (), tick: Tick = lambda _: None
) -> list[Fault]:
    """Check everything and list the faults. ``tick`` is told how many changes were read, now and then."""
    con = ledger.con
    con.text_factory = lambda data: data.decode("utf-8", "replace")  # a flipped bit must not stop the checks
    strange = _strange(con)  # before anything is read: a view or a trigger of somebody else's could run for ever
    found = [Fault(f"schema_{difference.how}", difference.name) for difference in strange]
    if any(difference.acts for difference in strange):
        return [*found, Fault("unread", str(ledger.path))]
    if strange:
        con.execute("PRAGMA ignore_check_constraints = 1")
    replay = _Beside(ledger.path, "replay", _replay)
    try:
        with suppress(sqlite3.DatabaseError):
            con.execute("BEGIN")  # one state of the ledger for all checks
        found += _collected("pages", _pages(con, full and not strange))
        for name, check in _CHECKS:
            found += _collected(name, check(con))
        found += _collected("search", _unfindable(con, None if full else _NEWEST))
        found += _collected("chain", _chain(con, tick))
        found += _collected("anchors", _anchors(con, anchors))
    finally:
        # Before the wait for the replay: a writer that waits for this reader keeps the other one from starting.
        with suppress(sqlite3.Error):
            con.rollback()
        found += replay.result()
    return found


def remarks(con: sqlite3.Connection) -> list[int]:
    """List the entries written at an earlier wall clock than the one before: no fault, but worth a question."""
    if version_of(con) < _WITNESSED_SINCE:
        return []
    later = "SELECT e.seq FROM entry e JOIN entry p ON p.seq = e.seq - 1 WHERE e.wall < p.wall ORDER BY e.seq"
    return [seq for (seq,) in con.execute(later).fetchall()]


def first_broken(faults: list[Fault]) -> int | None:
    """Return the earliest entry that a fault stands at, or None where no fault knows one."""
    return min((fault.entry for fault in faults if fault.entry is not None), default=None)


def is_unreadable(faults: list[Fault]) -> bool:
    """Return whether pages of the file are damaged, so that nothing in it can be relied on."""
    return any(fault.kind == "page" for fault in faults)


def _collected(name: str, faults: Faults) -> list[Fault]:
    """Run one check; what stops it is a fault like any other."""
    found: list[Fault] = []
    try:
        for fault in faults:
            found.append(fault)
    except sqlite3.DatabaseError as error:
        code = error.sqlite_errorname or ""
        kind = "page" if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR")) else "unchecked"
        found.append(Fault(kind, name, None, str(error)))
    except Exception as error:  # a damaged file may hold anything anywhere
        found.append(Fault("unchecked", name, None, repr(error)))
    return found


class _Beside:
    """Runs one check beside the others, on a connection of its own: SQLite works without the interpreter's lock."""

    def __init__(self, path: Path, name: str, check: Callable[[sqlite3.Connection], Faults]) -> None:
        self._path, self._name, self._check = path, name, check
        self._found: list[Fault] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self) -> list[Fault]:
        """Wait for the check and give its faults."""
        self._thread.join()
        return self._found

    def _run(self) -> None:
        self._found = _collected(self._name, self._faults())

    def _faults(self) -> Faults:
        try:
            con = connect(self._path, write=False)
        except StorageError as error:
            yield Fault("unchecked", self._name, None, error.key)
            return
        con.text_factory = lambda data: data.decode("utf-8", "replace")
        try:
            con.execute("BEGIN")
            yield from self._check(con)
        finally:
            con.close()


def _pages(con: sqlite3.Connection, full: bool) -> Faults:
    for (line,) in con.execute(f"PRAGMA {'integrity_check' if full else 'quick_check'}"):
        if line != "ok":
            yield Fault(_kind_of(line), "", None, line)


def _kind_of(line: str) -> str:
    """Tell damaged pages from rows and indexes that do not fit: those can still be read and compared."""
    if any(words in line for words in (" constraint failed in ", " value in ")):
        return "constraint"
    if any(words in line for words in (" in index ", " from index ", " for index ")):
        return "index"
    return "page"


def _strange(con: sqlite3.Connection) -> list[comparison.Difference]:
    """Compare what the file declares with what was shipped for the ledger's version, word for word."""
    try:
        return comparison.differences(con, version_of(con))
    except sqlite3.DatabaseError:
        return []  # the pages tell


def _references(con: sqlite3.Connection) -> Faults:
    for table, row, parent, _ in con.execute("PRAGMA foreign_key_check"):
        subject = named(table, row) if row is not None else table
        yield Fault("dangling", subject, _entry_of(con, table, row), parent)


def _orphans(con: sqlite3.Connection) -> Faults:
    """Find rows that stand although what they refer to was taken back: no list would show them with it."""
    for table in schema.tables(version_of(con)):
        for column, parent in con.execute(_PARENTS, (table, table)).fetchall():
            rows = con.execute(
                f'SELECT r.id FROM "{table}" r JOIN "{parent}" p ON p.id = r."{column}"'
                " WHERE r.undone_at IS NULL AND p.undone_at IS NOT NULL"
            )
            for (row,) in rows.fetchall():
                yield Fault("orphan", named(table, row), _entry_of(con, table, row), f"{column}: {parent}")


def _unfindable(con: sqlite3.Connection, most: int | None) -> Faults:
    """Find rows whose words a search would not find: of all rows, or of so many newest."""
    if version_of(con) >= _SEARCHED_SINCE:
        for table, row in index.missing(con, most):
            yield Fault("unfindable", named(table, row))


# The columns of a table that refer to a record that can be taken back.
_PARENTS = """
    SELECT f."from", f."table" FROM pragma_foreign_key_list(?) f
    WHERE EXISTS (SELECT 1 FROM pragma_table_info(f."table") WHERE name = 'undone_at')
      AND EXISTS (SELECT 1 FROM pragma_table_info(?) WHERE name = 'undone_at')"""


# The replay: every row against its last image in the journal


def _replay(con: sqlite3.Connection) -> Faults:
    """Compare every row with its last image in the journal, every last image with its row; count what is in neither."""
    tables = schema.tables(version_of(con))
    vanished = dict.fromkeys(tables, 0)
    for entry, table, row, after in con.execute(_misfits(con, tables)):
        fault = (
            _compare(con, table, row, after, entry) if table in tables else Fault("stranger", f"{table} {row}", entry)
        )
        if fault:
            yield fault
            vanished[table] = vanished.get(table, 0) + (fault.kind == "vanished")
    for table in tables:
        yield from _unjournaled(con, table, vanished[table])


def _misfits(con: sqlite3.Connection, tables: tuple[str, ...]) -> str:
    """Return the query for the images that neither equal their row nor were overtaken by a later one."""
    cases = " ".join(
        f"""WHEN '{table}' THEN (SELECT {_quick_image(table, con)} FROM "{table}" WHERE id = c.row)"""
        for table in tables
        if journal.columns(table, con)
    )
    return f"""
        SELECT c.entry, c."table", c.row, CAST(c.after AS BLOB) FROM change c
        WHERE c.after IS NOT (CASE c."table" {cases} END) AND NOT EXISTS (
          SELECT 1 FROM change l {_by_row(con)} WHERE l."table" = c."table" AND l.row = c.row AND l.entry > c.entry)"""


def _by_row(con: sqlite3.Connection) -> str:
    """Hold the planner to the index by row, if it is there: the key's order is quadratic in a large entry."""
    return "INDEXED BY change_by_row" if con.execute(_HAS_INDEX).fetchone() else ""


_HAS_INDEX = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = 'change_by_row'"


def _quick_image(table: str, con: sqlite3.Connection) -> str:
    """Return SQL that writes most rows' images faster than the JSON functions do; what differs is compared parsed."""
    pieces = []
    for _, name, kind, *_ in con.execute(f'PRAGMA table_info("{table}")'):
        value = f"""'"' || "{name}" || '"'""" if kind == "TEXT" else f'"{name}"'
        pieces.append(f"""',"{name}":' || {value}""")
    return f"printf('{'%s' * len(pieces)}}}', {', '.join(pieces).replace(',', '{', 1)})"


def _compare(con: sqlite3.Connection, table: str, row: int, after: bytes, entry: int) -> Fault | None:
    """Compare a row with its last image as JSON, so that another SQLite's way of escaping is no fault."""
    found = con.execute(f'SELECT {journal.image_sql(table, con)} FROM "{table}" WHERE id = ?', (row,)).fetchone()
    if found is None:
        return Fault("vanished", named(table, row), entry)
    try:
        was, now = json.loads(after.decode("utf-8", "replace")), json.loads(found[0])
    except ValueError:
        return Fault("image", named(table, row), entry)
    return None if was == now else Fault("edited", named(table, row), entry, _difference(was, now))


def _difference(was: dict[str, Any], now: dict[str, Any]) -> str:
    names = [name for name in was.keys() | now.keys() if was.get(name) != now.get(name)]
    return ", ".join(f"{name}: {_said(was.get(name))} -> {_said(now.get(name))}" for name in sorted(names))


def _said(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SAID else f"{text[:_LONGEST_SAID]}…"


def _unjournaled(con: sqlite3.Connection, table: str, vanished: int) -> Faults:
    """Find rows that no entry wrote; counting first, because there are none in an honest ledger."""
    written = f'SELECT count(*) FROM (SELECT DISTINCT row FROM change {_by_row(con)} WHERE "table" = ?)'
    standing = con.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
    if standing == con.execute(written, (table,)).fetchone()[0] - vanished:
        return
    loose = f"""
        SELECT id FROM "{table}" r
        WHERE NOT EXISTS (SELECT 1 FROM change {_by_row(con)} WHERE "table" = ? AND row = r.id)"""
    for (row,) in con.execute(loose, (table,)):
        yield Fault("unjournaled", named(table, row))


# The chain: every entry's hash, over its changes as stored and the hash before it


def _chain(con: sqlite3.Connection, tick: Tick) -> Faults:
    """Recompute every hash in one reading of all changes; name each entry that does not fit, and every gap."""
    chain = _Chain(con)
    for entry, changes in groupby(con.execute(_CHANGES), itemgetter(0)):
        yield from chain.close_before(entry)
        while some := [*islice(changes, _AT_ONCE)]:
            chain.add(entry, some)
            tick(len(some))
    yield from chain.finish()


_CHANGES = """
    SELECT entry, CAST("table" AS BLOB), CAST(CAST(row AS TEXT) AS BLOB), CAST(after AS BLOB) FROM change
    ORDER BY entry, n"""


class _Chain:
    """The chain of entries, checked while their changes stream by in order."""

    def __init__(self, con: sqlite3.Connection) -> None:
        self._con, self._entries = con, journal.entries(con)
        self._current = next(self._entries, None)
        self._digest = self._start()
        self._prev = journal.GENESIS
        self._formula: int | None = None
        self._expected = 1

    def _request(self) -> str | None:
        """Return the digest of what was typed with the entry's request id."""
        if self._current is None or self._current.request_id is None:
            return None
        row = self._con.execute("SELECT digest FROM request WHERE entry = ?", (self._current.seq,)).fetchone()
        return str(row[0]) if row else None

    def _start(self) -> Any:
        head = self._current.head(self._request()) if self._current else ()
        return sha256(b"".join(journal.prefixed(field) for field in head))

    def close_before(self, entry: int) -> Faults:
        """Close the entries before one, all of whose changes were taken."""
        while self._current and self._current.seq < entry:
            yield from self._close()

    def add(self, entry: int, changes: Sequence[tuple[int, bytes, bytes, bytes]]) -> None:
        """Take changes into their entry's hash: what journal.seal writes, without a call for each field."""
        if self._current and self._current.seq == entry:
            written = [
                b"%d:%b%d:%b%d:%b" % (len(table), table, len(row), row, len(after), after)
                for _, table, row, after in changes
            ]
            self._digest.update(b"".join(written))

    def finish(self) -> Faults:
        """Close the entries that are left."""
        while self._current:
            yield from self._close()

    def _close(self) -> Faults:
        entry = self._current
        assert entry is not None
        if entry.seq != self._expected:
            yield Fault("gap", f"#{self._expected}", self._expected)
        if entry.formula is None and self._formula is not None:
            yield Fault("formula", f"#{entry.seq}", entry.seq)
        if entry.prev != self._prev:
            yield Fault("prev", f"#{entry.seq}", entry.seq)
        self._digest.update(journal.prefixed(entry.prev))
        if self._digest.hexdigest() != entry.hash:
            yield Fault("hash", f"#{entry.seq}", entry.seq)
        self._expected, self._prev, self._formula = entry.seq + 1, entry.hash, entry.formula
        self._current = next(self._entries, None)
        self._digest = self._start()


def _anchors(con: sqlite3.Connection, anchors: tuple[Anchor, ...]) -> Faults:
    """Require each anchor in the chain: a cut tail lacks it, a chain that was hashed anew has another hash there."""
    for anchor in anchors:
        found = con.execute("SELECT hash FROM entry WHERE seq = ?", (anchor.seq,)).fetchone()
        if found is None:
            yield Fault("anchor_cut", f"#{anchor.seq}", anchor.seq, anchor.hash[:12])
        elif not str(found[0]).startswith(anchor.hash):
            yield Fault("anchor_differs", f"#{anchor.seq}", anchor.seq, anchor.hash[:12])


def order(anchors: tuple[Anchor, ...]) -> list[Fault]:
    """Find anchors that do not agree with those before them in their file: a ledger goes back only by a loss."""
    return [
        Fault("anchor_order", f"#{later.seq}", later.seq, f"#{earlier.seq}")
        for earlier, later in pairwise(anchors)
        if later.seq < earlier.seq or (later.seq == earlier.seq and not _agree(earlier.hash, later.hash))
    ]


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


# Personal data


def _personal(con: sqlite3.Connection) -> Faults:
    """Hold personal data against the commitments of its records; what was redacted has an entry that says so."""
    for table in _holders(con):
        sql = f"""
            SELECT r.id, r.personal_hash, {_kept(con)} FROM "{table}" r
            LEFT JOIN personal p ON p.id = r.personal_id WHERE r.personal_id IS NOT NULL"""
        for row, promised, *kept in con.execute(sql):
            if key := _broken(con, table, row, promised, kept):
                yield Fault(key, named(table, row), _entry_of(con, table, row))
    yield from _earlier_personal(con)


def _kept(con: sqlite3.Connection) -> str:
    """Return the columns in which a ledger of its version keeps personal data, the number first and the salt last."""
    there = journal.columns("personal", con)
    return ", ".join(("p.id", *(f"p.{name}" for name in schema.PERSONAL if name in there), "p.salt"))


def _holders(con: sqlite3.Connection) -> list[str]:
    """Return the tables whose records may hold personal data."""
    return [table for table in schema.tables(version_of(con)) if "personal_id" in journal.columns(table, con)]


def _broken(con: sqlite3.Connection, table: str, row: int, promised: str, kept: Sequence[Any]) -> str | None:
    """Return what is wrong with the personal data of a record: it is gone, or is not what was promised."""
    number, *fields, salt = kept
    if number is not None and salt is None and all(field is None for field in fields):
        return None if journal.was_erased(con, table, row) else "erased"
    return None if isinstance(salt, bytes) and journal.promise(salt, *fields) == promised else "personal"


def _earlier_personal(con: sqlite3.Connection) -> Faults:
    """Hold personal data that a record has since replaced against the image that still commits to it."""
    holders = _holders(con)
    current = " UNION ALL ".join(f'SELECT personal_id FROM "{t}" WHERE personal_id IS NOT NULL' for t in holders)
    loose = {kept[0]: kept for kept in con.execute(f"SELECT {_kept(con)} FROM personal p WHERE id NOT IN ({current})")}
    if not loose:
        return
    images = f"""
        SELECT "table", row, entry, json_extract(after, '$.personal_id'), json_extract(after, '$.personal_hash')
        FROM change WHERE "table" IN ({", ".join("?" * len(holders))}) AND json_valid(after)"""
    for table, row, entry, number, promised in con.execute(images, holders):
        if number in loose and (key := _broken(con, table, row, promised, loose.pop(number))):
            yield Fault(key, named(table, row), entry)
    for number in loose:
        yield Fault("unjournaled", f"personal {number}")


def _requests(con: sqlite3.Connection) -> Faults:
    """Require what was typed with each request id, which knows a retry again, and nothing else."""
    sql = """
        SELECT seq FROM entry e WHERE request_id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM request WHERE entry = e.seq)
        UNION ALL
        SELECT r.entry FROM request r JOIN entry e ON e.seq = r.entry
        WHERE e.request_id IS NULL OR r.digest GLOB '*[^0-9a-f]*' OR length(r.digest) <> 64
          OR (r.salt IS NULL AND NOT EXISTS (
            SELECT 1 FROM change t JOIN change c ON c."table" = t."table" AND c.row = t.row
            JOIN entry x ON x.seq = c.entry
            WHERE t.entry = r.entry AND x.seq > r.entry AND x.command IN ('ledger redact', 'ledger retention')))"""
    for (seq,) in con.execute(sql):
        yield Fault("request", f"#{seq}", seq)


# What the records promise each other


def _expenses(con: sqlite3.Connection) -> Faults:
    """Hold each expense's line and exclusion against the ticket and contract it belongs to (part 5)."""
    sql = """
        FROM expense r LEFT JOIN dispatch d ON d.id = r.dispatch_id
        LEFT JOIN ticket t ON t.id = coalesce(d.ticket_id, r.ticket_id) LEFT JOIN contract k ON k.id = t.contract_id
        WHERE r.undone_at IS NULL"""
    installs = "coalesce(t.kind = 'installation', 0)"
    included = f"({installs} AND coalesce(k.includes_installation, 0))"
    own = f"iif({included}, {'k.excludes' if version_of(con) >= _EXCLUDES_SINCE else 'NULL'}, NULL)"
    day = f"iif({included}, r.spent_on, '9998-12-31')"
    facts = f"r.category, r.line, r.excluded, {installs}, {included}, coalesce({own}, ''), {day}"
    policy = _policy(con)
    for case in con.execute(f"SELECT DISTINCT {facts} {sql}").fetchall():
        category, line, excluded, installation, includes, named, spent_on = case
        excludes = expense_rules.excluded_categories(named or None, policy, date.fromisoformat(spent_on))
        leaves = expense_rules.is_excluded(category, bool(includes), excludes)
        if line != expense_rules.line_of(category, bool(installation)) or bool(excluded) != leaves:
            rows = con.execute(f"SELECT r.id {sql} AND ({facts}) = (?, ?, ?, ?, ?, ?, ?)", case)
            yield from _contradictions(con, "expense", rows, "line, excluded")


def _refunds(con: sqlite3.Connection) -> Faults:
    """Hold what came back of each expense against what was claimed, and that nothing else is below zero (4.3)."""
    if version_of(con) < _EXCLUDES_SINCE:
        return
    rows = con.execute("""
        SELECT r.id FROM (SELECT refund_of AS id, sum(amount_fen) AS back FROM expense
          WHERE refund_of IS NOT NULL AND undone_at IS NULL AND status <> 'rejected' GROUP BY refund_of) b
        JOIN expense r ON r.id = b.id WHERE r.amount_fen + b.back < 0
        UNION SELECT id FROM expense WHERE undone_at IS NULL AND (amount_fen < 0) <> (refund_of IS NOT NULL)""")
    yield from _contradictions(con, "expense", rows, "amount, refund_of")


def _policy(con: sqlite3.Connection) -> Policy:
    rows = con.execute('SELECT "key", value, from_on FROM policy WHERE undone_at IS NULL ORDER BY id')
    return Policy((key, value, date.fromisoformat(since)) for key, value, since in rows)


def _dispatches(con: sqlite3.Connection) -> Faults:
    """Hold each dispatch's status against how far its crew has come."""
    steps = ("departed_at", "arrived_at", "left_at", "returned_at")
    reached = " || ".join(f"(w.{step} IS NOT NULL)" for step in steps)
    sql = f"""
        FROM (SELECT d.id, d.status, group_concat(DISTINCT {reached}) AS crew
          FROM dispatch d JOIN crew w ON w.dispatch_id = d.id AND w.undone_at IS NULL
          WHERE d.status <> 'cancelled' AND d.undone_at IS NULL GROUP BY d.id)"""
    for status, crew in con.execute(f"SELECT DISTINCT status, crew {sql}").fetchall():
        members = [dict(zip(steps, map(int, flags), strict=True)) for flags in crew.split(",")]
        if status != dispatch_status(members):
            rows = con.execute(f"SELECT id {sql} WHERE status = ? AND crew = ?", (status, crew))
            yield from _contradictions(con, "dispatch", rows, "status")


def _never(con: sqlite3.Connection) -> Faults:
    """Find records that contradict themselves."""
    for register in _registers(con):
        there = {name for _, name, *_ in con.execute(f'PRAGMA table_info("{register.table}")')}
        for condition, columns in register.never:
            if not there.issuperset(register.stored_in(condition)):  # a column that a version after this one brought
                continue
            rows = con.execute(f'SELECT id FROM "{register.table}" WHERE undone_at IS NULL AND ({condition})')
            yield from _contradictions(con, register.table, rows, columns)


def _registers(con: sqlite3.Connection) -> list[Register]:
    """List the registers that a ledger of its version has."""
    there = schema.tables(version_of(con))
    return [register for register in every() if register.table in there]


def _twice(con: sqlite3.Connection) -> Faults:
    """Find penalties that stand twice for one fact; the index that forbids it may have been dropped."""
    sql = """
        SELECT max(id) FROM penalty WHERE undone_at IS NULL
        GROUP BY clause, natural_key, engineer_id HAVING count(*) > 1"""
    yield from _contradictions(con, "penalty", con.execute(sql), "clause, natural_key, engineer_id")


def _contradictions(con: sqlite3.Connection, table: str, rows: Any, columns: str) -> Faults:
    for (row,) in rows.fetchall():
        yield Fault("invariant", named(table, row), _entry_of(con, table, row), columns)


def _approved(con: sqlite3.Connection) -> Faults:
    """Hold every amount against what was approved or decided: the journal tells whether it was changed afterwards."""
    for table, (decided, paid) in _DECIDED.items():
        doubtful = f"""
            SELECT DISTINCT r.id FROM "{table}" r JOIN change c ON c."table" = '{table}' AND c.row = r.id
            WHERE r.status IN {decided + paid} AND NOT instr(c.after, '"amount_fen":' || r.amount_fen || ',')"""
        for (row,) in con.execute(doubtful).fetchall():
            images = con.execute(_AMOUNTS, (table, row)).fetchall()
            for (_, was, before), (entry, now, after) in pairwise(images):
                if was in decided + paid and now in paid and before != after:
                    yield Fault("decided", named(table, row), entry, f"{before} -> {after}")


# An amount is decided with the first states, and must be the same in the second.
_DECIDED = {
    "expense": (("approved", "reimbursed"), ("approved", "reimbursed")),
    "penalty": (("confirmed", "settled"), ("settled", "settled")),
}
_AMOUNTS = """
    SELECT entry, json_extract(after, '$.status'), json_extract(after, '$.amount_fen') FROM change
    WHERE "table" = ? AND row = ? AND json_valid(after) ORDER BY entry"""


_CHECKS: tuple[tuple[str, Callable[[sqlite3.Connection], Faults]], ...] = (
    ("references", _references),
    ("taken back", _orphans),
    ("personal", _personal),
    ("requests", _requests),
    ("expenses", _expenses),
    ("refunds", _refunds),
    ("dispatches", _dispatches),
    ("records", _never),
    ("approved", _approved),
    ("penalties", _twice),
)


def _entry_of(con: sqlite3.Connection, table: str, row: int) -> int | None:
    found = con.execute('SELECT max(entry) FROM change WHERE "table" = ? AND row = ?', (table, row)).fetchone()
    return int(found[0]) if found and found[0] is not None else None
