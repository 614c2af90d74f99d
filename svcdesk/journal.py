"""The journal: entries chained by hash, each with the full new image of every row that its command wrote."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from svcdesk.errors import StorageError
from svcdesk.hashes import for_much, sha256

GENESIS = "0" * 64
# The commands that erase personal data, as their entries name them.
REDACTION, RETENTION = ERASING = ("ledger redact", "ledger retention")


FORMULA = 2  # by which entries are hashed from version 3 on: with what the system says, and what was typed


class Witness(NamedTuple):
    """What the system says of an entry, beside what its actor claims: the wall clock, and whose program, where."""

    wall: str | None = None
    rehearsal: bool = False  # whether the entry's own time was made up
    uid: int | None = None
    host: str | None = None


class Entry(NamedTuple):
    """One journal entry without its changes. ``at`` and ``wall`` are stored instants.

    What comes after ``hash`` an entry of an earlier version has not.
    """

    seq: int
    at: str
    actor: str
    command: str
    note: str | None
    request_id: str | None
    undoes: int | None
    prev: str
    hash: str
    formula: int | None = None
    wall: str | None = None
    rehearsal: int | None = None
    uid: int | None = None
    host: str | None = None

    def head(self, digest: str | None) -> tuple[object, ...]:
        """Return the fields that are hashed before the changes; ``digest`` is of what was typed with its request id."""
        claimed = self[:7]
        return claimed if self.formula is None else (*claimed, *self[9:], digest)


def prefixed(value: object) -> bytes:
    """Write a value as it is hashed: its length, a colon, its bytes; ~ for none."""
    if value is None:
        return b"~"
    data = value if isinstance(value, bytes) else str(value).encode()
    return b"%d:%b" % (len(data), data)


def seal(
    head: Iterable[object],
    changes: Iterable[tuple[str, int, str]],
    prev: str,
    hashed_behind: Iterable[bytes] = (),
    *,
    many: bool = False,
) -> str:
    """Hash an entry: its length-prefixed fields, its changes as stored, and the hash before it.

    ``hashed_behind`` is what is hashed of the changes that come behind these, worked out already.
    """
    digest = for_much() if many else sha256()
    for field in head:
        digest.update(prefixed(field))
    for table, row, after in changes:
        digest.update(prefixed(table) + prefixed(row) + prefixed(after))
    for block in hashed_behind:
        digest.update(block)
    digest.update(prefixed(prev))
    return str(digest.hexdigest())


def commitment(salt: bytes, *fields: str | None) -> str:
    """Commit to personal data without holding it: SHA-256 over the salt and the length-prefixed fields."""
    return str(sha256(salt + b"".join(prefixed(field) for field in fields)).hexdigest())


def promise(salt: bytes, name: Any, phone: Any, address: Any, *of_staff: Any) -> str:
    """Commit to what is kept of a person; home and wage, which only staff have, count where one of them is there."""
    of_staff = of_staff if any(field is not None for field in of_staff) else ()
    return commitment(salt, name, phone, address, *of_staff)


@cache
def columns(table: str, con: sqlite3.Connection) -> tuple[str, ...]:
    """List a table's columns in order."""
    return tuple(row[1] for row in con.execute(f'PRAGMA table_info("{table}")'))


def image_sql(table: str, con: sqlite3.Connection) -> str:
    """Return the SQL expression for a row's image as JSON text: the one form written and compared.

    It holds every column but those that are NULL, which halves the journal.
    """
    pairs = ", ".join(f"'{name}', \"{name}\"" for name in columns(table, con))
    return f"json_patch('{{}}', json_object({pairs}))"


def last(con: sqlite3.Connection) -> tuple[int, str]:
    """Return the newest entry's number and hash; (0, GENESIS) before the first."""
    row = con.execute("SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


def hash_of(con: sqlite3.Connection, seq: int) -> str:
    """Return an entry's hash."""
    return str(con.execute("SELECT hash FROM entry WHERE seq = ?", (seq,)).fetchone()[0])


def newest(con: sqlite3.Connection, limit: int, row: tuple[str, int] | None = None) -> Iterator[Entry]:
    """Read the newest entries in order, at most so many; only those that wrote a row where one is named.

    They are read some at a time, so that no writer waits for whoever reads them.
    """
    only = 'WHERE seq IN (SELECT entry FROM change WHERE "table" = ? AND row = ?)' if row else ""
    found = con.execute(f"SELECT seq FROM entry {only} ORDER BY seq DESC LIMIT ?", (*(row or ()), limit))
    numbers = [seq for (seq,) in found.fetchall()][::-1]
    for start in range(0, len(numbers), _SOME):
        some = numbers[start : start + _SOME]
        marks = ", ".join("?" * len(some))
        for entry in con.execute(f"SELECT * FROM entry WHERE seq IN ({marks}) ORDER BY seq", some).fetchall():
            yield Entry(*entry)


_SOME = 250  # entries


def origin(con: sqlite3.Connection) -> str | None:
    """Return the first entry's hash: what makes a copy a copy of this very ledger. None before the first."""
    row = con.execute("SELECT hash FROM entry WHERE seq = 1").fetchone()
    return str(row[0]) if row else None


_NOBODY = Witness()


def append(
    con: sqlite3.Connection,
    touched: Iterable[tuple[str, int]],
    *,
    at: str,
    actor: str,
    command: str,
    note: str | None = None,
    request_id: str | None = None,
    undoes: int | None = None,
    loaded: Iterable[tuple[str, int, int]] = (),
    ready: Sequence[str] = (),
    witness: Witness = _NOBODY,
    request: str | None = None,
) -> Entry:
    """Write the entry of the open transaction, with the image of every row it touched, and seal it.

    ``request`` is the digest of what was typed with the request id. ``loaded`` are runs of rows that were written in
    bulk: a table with its first and last row, every row between. ``ready`` are tables whose images ``make_ready`` made:
    they come last, once the entry stands, so that SQLite need not look for the changes that it was missing from.
    """
    seq, prev = last(con)
    seq += 1
    wall, rehearsal, uid, host = witness
    draft = Entry(seq, at, actor, command, note, request_id, undoes, prev, "", FORMULA, wall, int(rehearsal), uid, host)
    con.execute("PRAGMA defer_foreign_keys = ON")  # the changes come before the entry whose hash they are part of
    n = 0
    loaded = list(loaded)
    for table, first, final in chain(loaded, _runs(touched)):
        con.execute(
            f"INSERT INTO change SELECT ?, ? + id, ?, id, {image_sql(table, con)}"
            f' FROM "{table}" WHERE id BETWEEN ? AND ?',
            (seq, n - first, table, first, final),
        )
        n += final - first + 1
    written, many = con.execute(CHANGES, (seq,)), bool(loaded or ready)
    entry = draft._replace(hash=seal(draft.head(request), written, prev, _hashed(con, ready), many=many))
    con.execute(f"INSERT INTO entry VALUES ({', '.join('?' * len(entry))})", entry)
    for table in ready:
        n += _copy_ready(con, seq, n, table)
    return entry


CHANGES = 'SELECT "table", row, after FROM change WHERE entry = ? ORDER BY n'

# Rows written in bulk stand ready beside the ledger, in tables that only this connection sees: the rows as they will
# be, their images, and what of these is hashed. All of it is made while others may write, and under the lock copied.
# CHANGED has once more those of them that stand in the ledger already.
READY, _IMAGES, _HASHED = 'temp."ready_{}"', 'temp."ready_image_{}"', 'temp."ready_hash_{}"'
CHANGED = 'temp."changed_{}"'
_BLOCK = 100  # images hashed at a time
_COPIED = 1000  # images copied at a time: the journal's trigger has SQLite hold what one statement inserts


def make_ready(con: sqlite3.Connection, table: str) -> None:
    """Make the images of the rows that stand ready, and what of these is hashed."""
    images, hashed = _IMAGES.format(table), _HASHED.format(table)
    con.execute(f"DROP TABLE IF EXISTS {images}")
    con.execute(f"DROP TABLE IF EXISTS {hashed}")
    con.execute(f"CREATE TABLE {images} (n INTEGER PRIMARY KEY, row, after)")
    con.execute(f"CREATE TABLE {hashed} (part BLOB)")
    rows = f"SELECT id, {image_sql(table, con)} FROM {READY.format(table)} ORDER BY id"
    con.execute(f"INSERT INTO {images} (row, after) {rows}")
    part = f"{_length_before('?1')} || {_length_before('row')} || {_length_before('after')}"
    block = f"SELECT {part} AS x FROM {images} WHERE n > ?2 AND n <= ?3 ORDER BY n"
    last = con.execute(f"SELECT max(n) FROM {images}").fetchone()[0] or 0
    for start in range(0, last, _BLOCK):
        values = (table, start, start + _BLOCK)
        con.execute(f"INSERT INTO {hashed} SELECT CAST(group_concat(x, '') AS BLOB) FROM ({block})", values)


def _length_before(value: str) -> str:
    """Return in SQL what ``prefixed`` returns."""
    return f"length(CAST({value} AS BLOB)) || ':' || {value}"


def _copy_ready(con: sqlite3.Connection, seq: int, n: int, table: str) -> int:
    """Write the images that stand ready from a place in the entry on, read them again, and count them.

    What is hashed of them was worked out before. Raises StorageError where the journal has others.
    """
    images, start = _IMAGES.format(table), n - 1
    last = con.execute(f"SELECT max(n) FROM {images}").fetchone()[0] or 0
    copy = f"INSERT INTO change SELECT ?, ? + n, ?, row, after FROM {images} WHERE n > ? AND n <= ? ORDER BY n"
    for first in range(0, last, _COPIED):
        con.execute(copy, (seq, start, table, first, first + _COPIED))
    odd = con.execute(
        f"SELECT i.row FROM {images} i LEFT JOIN change c ON c.entry = ?1 AND c.n = ?2 + i.n"
        ' WHERE (c."table", c.row, c.after) IS NOT (?3, i.row, i.after) LIMIT 1',
        (seq, start, table),
    ).fetchone()
    if odd:
        path = con.execute("PRAGMA database_list").fetchone()[2]
        raise StorageError("written_otherwise", path=path, table=table, id=odd[0])
    return int(last)


def _hashed(con: sqlite3.Connection, ready: Iterable[str]) -> Iterator[bytes]:
    for table in ready:
        for (part,) in con.execute(f"SELECT part FROM {_HASHED.format(table)} ORDER BY rowid"):
            yield part


def _runs(touched: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int, int]]:
    """Gather what was touched into runs of neighbouring rows: an import's images take few statements."""
    run: tuple[str, int, int] | None = None
    for table, row in touched:
        if run and run[0] == table and row == run[2] + 1:
            run = (table, run[1], row)
            continue
        if run:
            yield run
        run = (table, row, row)
    if run:
        yield run


def entries(con: sqlite3.Connection, since: int = 1) -> Iterator[Entry]:
    """Read the entries from a number on, in order."""
    for row in con.execute("SELECT * FROM entry WHERE seq >= ? ORDER BY seq", (since,)):
        yield Entry(*row)


def wrote_between(con: sqlite3.Connection, table: str, since: int, first: str, end: str) -> list[Entry]:
    """List the entries after one that wrote rows of a table with an ``at`` from one instant on and before another."""
    sql = """
        SELECT * FROM entry WHERE seq IN (SELECT entry FROM change WHERE entry > ? AND "table" = ?
          AND json_extract(after, '$.at') >= ? AND json_extract(after, '$.at') < ?) ORDER BY seq"""
    return [Entry(*row) for row in con.execute(sql, (since, table, first, end))]


def touched_since(con: sqlite3.Connection, seq: int) -> list[tuple[str, int]]:
    """List the tables that the entries after one wrote to, each with the lowest of the rows."""
    return con.execute('SELECT "table", min(row) FROM change WHERE entry > ? GROUP BY "table"', (seq,)).fetchall()


def changes_of(con: sqlite3.Connection, seq: int) -> list[tuple[str, int, str]]:
    """Read an entry's changes in order: table, row, image."""
    return con.execute(CHANGES, (seq,)).fetchall()


def amendments(con: sqlite3.Connection, rows: Iterable[tuple[str, int]]) -> list[Entry]:
    """List the entries that stand and amended one of the rows, in order."""
    sql = """
        SELECT DISTINCT e.* FROM change c JOIN entry e ON e.seq = c.entry
        WHERE c."table" = ? AND c.row = ? AND e.command LIKE 'amend %'
          AND NOT EXISTS (SELECT 1 FROM entry u WHERE u.undoes = e.seq)"""
    found = {Entry(*entry) for row in rows for entry in con.execute(sql, row)}
    return sorted(found, key=lambda entry: entry.seq)


def undoable(con: sqlite3.Connection) -> Entry | None:
    """Find the entry that undo would take back: the newest with changes that is no undo and not undone yet.

    What erased personal data is passed over: that is gone.
    """
    row = con.execute(
        "SELECT * FROM entry e WHERE undoes IS NULL AND seq > 1 AND command NOT IN (?, ?)"
        " AND NOT EXISTS (SELECT 1 FROM entry u WHERE u.undoes = e.seq)"
        " AND EXISTS (SELECT 1 FROM change c WHERE c.entry = e.seq)"
        " ORDER BY seq DESC LIMIT 1",
        ERASING,
    ).fetchone()
    return Entry(*row) if row else None


def entry_of(con: sqlite3.Connection, seq: int) -> Entry | None:
    """Read one entry; None where there is none."""
    row = con.execute("SELECT * FROM entry WHERE seq = ?", (seq,)).fetchone()
    return Entry(*row) if row else None


def was_erased(con: sqlite3.Connection, table: str, row: int) -> bool:
    """Return whether an entry erased the personal data of a row."""
    sql = 'SELECT 1 FROM change c JOIN entry e ON e.seq = c.entry WHERE "table" = ? AND row = ? AND command IN (?, ?)'
    return con.execute(sql, (table, row, *ERASING)).fetchone() is not None


def is_undone(con: sqlite3.Connection, seq: int) -> bool:
    """Return whether an entry was taken back."""
    return con.execute("SELECT 1 FROM entry WHERE undoes = ?", (seq,)).fetchone() is not None


Dependent = tuple[Entry, str, int]


def built_on(con: sqlite3.Connection, seq: int) -> list[Dependent]:
    """List the later entries that stand and wrote a row of this one, each with the first such row."""
    rows = con.execute(
        # The later entries come first: what undo passes over is little, what it takes back may be a whole import.
        'SELECT e.*, c."table", min(c.row) FROM entry e CROSS JOIN change c ON c.entry = e.seq'
        " WHERE e.seq > ?1 AND e.undoes IS NULL AND NOT EXISTS (SELECT 1 FROM entry u WHERE u.undoes = e.seq)"
        ' AND EXISTS (SELECT 1 FROM change t WHERE t."table" = c."table" AND t.row = c.row AND t.entry = ?1)'
        " GROUP BY e.seq ORDER BY e.seq LIMIT 10",
        (seq,),
    ).fetchall()
    return [(Entry(*row[:-2]), row[-2], row[-1]) for row in rows]


def refers_to(con: sqlite3.Connection, seq: int) -> list[Dependent]:
    """List the rows of later entries that stand and refer to a row that this entry made."""
    found: list[Dependent] = []
    made = 'SELECT t.row FROM change t WHERE t.entry = ?1 AND t."table" = ?2 AND NOT EXISTS'
    made += ' (SELECT 1 FROM change b WHERE b."table" = t."table" AND b.row = t.row AND b.entry < ?1)'
    for table, column, parent in _references(con):
        rows = con.execute(
            f'SELECT c.id, (SELECT min(g.entry) FROM change g WHERE g."table" = ?3 AND g.row = c.id) AS maker'
            f' FROM "{table}" c WHERE c."{column}" IN ({made}) AND c.undone_at IS NULL'
            " AND maker > ?1 ORDER BY maker LIMIT 10",
            (seq, parent, table),
        ).fetchall()
        found += [(entry, table, row) for row, maker in rows if (entry := entry_of(con, maker))]
    return sorted(found, key=lambda dependent: dependent[0].seq)


def _references(con: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """Name every column of a record that refers to another: its table, itself, and the table it refers to."""
    for (table,) in con.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        if "undone_at" in columns(table, con):
            for key in con.execute(f'PRAGMA foreign_key_list("{table}")').fetchall():
                if "undone_at" in columns(key[2], con):
                    yield table, key[3], key[2]


def before(con: sqlite3.Connection, table: str, row: int, seq: int) -> dict[str, Any] | None:
    """Return a row as it stood before an entry, every column named, or None where the entry made the row."""
    import json  # of all that writes, undo alone reads an image

    found = con.execute(
        'SELECT after FROM change WHERE "table" = ? AND row = ? AND entry < ? ORDER BY entry DESC LIMIT 1',
        (table, row, seq),
    ).fetchone()
    return dict.fromkeys(columns(table, con)) | json.loads(found[0]) if found else None
