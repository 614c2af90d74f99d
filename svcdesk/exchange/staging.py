"""Where an import prepares its records: tables beside the ledger that only this connection sees, in a file of no name.

They have the shape, the checks and the unique keys of the ledger's own, so that what the ledger would refuse is refused
before anybody has to wait.
"""

import os
import pickle
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from svcdesk import journal
from svcdesk.errors import BadInput
from svcdesk.exchange.rows import Row
from svcdesk.model import Record
from svcdesk.schema import APART, PERSONAL
from svcdesk.store import Ledger, what_failed

_REFERENCES = re.compile(r'\s+REFERENCES\s+"?\w+"?\s*\(\s*"?\w+"?\s*\)', re.IGNORECASE)
# Of staged records none is taken back: said in an index, it would keep SQLite from finding any record by it.
_THAT_STAND = re.compile(r"\s+(?:WHERE|AND)\s+undone_at\s+IS\s+NULL\s*$", re.IGNORECASE)
REFUSED = (sqlite3.IntegrityError, sqlite3.DataError, OverflowError, UnicodeEncodeError)


class Staged(NamedTuple):
    """One record as it is staged: its values, those of its members, its personal data, its words for the index, and
    the rows it came from.

    ``given`` says that the file gave its number, which then stays.
    """

    values: Sequence[Any]
    members: list[list[Any]]
    personal: Sequence[str | int | None] | None
    words: str | None
    given: bool
    rows: list[Row]


class Staging:
    """The records of one import before they are written."""

    def __init__(self, ledger: Ledger, columns: dict[str, list[str]], parent: str) -> None:
        """Make the tables; ``columns`` are those written, by table: the record's own, then its members'."""
        self.ledger, self.columns, self.parent = ledger, columns, parent
        self.table, *members = columns
        self.members = members[0] if members else None
        con = ledger.con
        for name in self.columns:
            beside(ledger, name, f"staged_{name}", keyed=True)
        if self.members:
            con.execute(f'CREATE INDEX temp.staged_of ON "staged_{self.members}" ("{parent}")')
        for name in ("staged_row", "staged_personal"):
            con.execute(f"DROP TABLE IF EXISTS temp.{name}")
        con.execute("CREATE TEMP TABLE staged_row (id INTEGER PRIMARY KEY, given INTEGER, rows BLOB, words TEXT)")
        con.execute(f"CREATE TEMP TABLE staged_personal (id INTEGER PRIMARY KEY, {', '.join(PERSONAL)}, salt, hash)")

    def put(self, records: list[Staged]) -> list[tuple[list[Row], BadInput]]:
        """Stage records; return the rows of those that the ledger's own checks refuse."""
        try:
            self._insert(records)
        except REFUSED as error:
            if len(records) == 1:
                return [(records[0].rows, refused(error))]
            return [bad for record in records for bad in self.put([record])]
        return []

    def _insert(self, records: list[Staged]) -> None:
        con = self.ledger.con
        with together(con):
            self._fill(self.table, (record.values for record in records))
            if self.members:
                self._fill(self.members, (member for record in records for member in record.members))
            described = [(r.values[0], r.given, _packed(r.rows), r.words) for r in records]
            con.executemany("INSERT INTO temp.staged_row VALUES (?, ?, ?, ?)", described)
            marks = ", ".join("?" * (len(PERSONAL) + 3))
            con.executemany(f"INSERT INTO temp.staged_personal VALUES ({marks})", _committed(records))

    def _fill(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        marks = ", ".join("?" * len(self.columns[name]))
        self.ledger.con.executemany(f'INSERT INTO temp."staged_{name}" ({self._names(name)}) VALUES ({marks})', rows)

    def _names(self, name: str) -> str:
        return ", ".join(f'"{column}"' for column in self.columns[name])

    def known(self, column: str, values: Sequence[Any]) -> dict[Any, Record]:
        """Return the records staged already, by a column, with their personal data and members."""
        marks = ", ".join("?" * len(values))
        sql = f'SELECT * FROM temp."staged_{self.table}" WHERE "{column}" IN ({marks})'
        found = {row[column]: row for row in self.ledger.rows(sql, values)}
        for row in found.values():
            personal = f"SELECT {', '.join(PERSONAL)} FROM temp.staged_personal WHERE id = ?"
            row["staged"] = self.ledger.one(personal, (row["id"],)) or dict.fromkeys(PERSONAL)
            row |= {name: row["staged"][name] for name in APART.get(self.table, ())}
            if self.members:
                of = f'SELECT * FROM temp."staged_{self.members}" WHERE "{self.parent}" = ?'
                row["staged_members"] = self.ledger.rows(of, (row["id"],))
        return found

    def clashes(self) -> bool:
        """Return whether the ledger has meanwhile what is staged."""
        return any(self.ledger.value(f"{sql} LIMIT 1") is not None for _, sql in self._twice("s.id"))

    def twice(self) -> Iterator[tuple[list[Row], BadInput]]:
        """Take out what the ledger has already under another of its unique keys; return the rows."""
        for index, sql in self._twice("s.id AS id, w.rows AS rows"):
            for row in self.ledger.rows(sql):
                self._drop(row["id"])
                yield _rows(row["rows"]), BadInput("row_twice", detail=index)

    def _twice(self, wanted: str) -> Iterator[tuple[str, str]]:
        """Give a query for each unique key: which of the staged records the ledger has under it."""
        for index, keys in self._unique():
            same = " AND ".join(f's."{key}" = t."{key}"' for key in keys)
            yield (
                index,
                (
                    f'SELECT {wanted} FROM temp."staged_{self.table}" s JOIN "live_{self.table}" t ON {same}'
                    " JOIN temp.staged_row w ON w.id = s.id"
                ),
            )

    def _unique(self) -> Iterator[tuple[str, list[str]]]:
        """List the unique indexes of the table with their columns."""
        con = self.ledger.con
        for _, index, unique, origin, _ in con.execute(f'PRAGMA main.index_list("{self.table}")').fetchall():
            if unique and origin == "c":
                keys = [row[2] for row in con.execute(f'PRAGMA main.index_info("{index}")')]
                yield f"{self.table}.{', '.join(keys)}", keys

    def _drop(self, number: int) -> None:
        con = self.ledger.con
        con.execute(f'DELETE FROM temp."staged_{self.table}" WHERE id = ?', (number,))
        con.execute("DELETE FROM temp.staged_row WHERE id = ?", (number,))
        con.execute("DELETE FROM temp.staged_personal WHERE id = ?", (number,))
        if self.members:
            con.execute(f'DELETE FROM temp."staged_{self.members}" WHERE "{self.parent}" = ?', (number,))

    def count(self) -> int:
        """Return how many records are staged; those with members count by the member."""
        return int(self.ledger.value(f'SELECT count(*) FROM temp."staged_{self.members or self.table}"'))

    def placeholders(self, columns: Iterable[tuple[str, str]]) -> list[int]:
        """List who and what is new among the staged, by (table, column): negative numbers, the first named first."""
        found: set[int] = set()
        for name, column in columns:
            sql = f'SELECT DISTINCT "{column}" AS new FROM temp."staged_{name}" WHERE "{column}" < 0'
            found.update(row["new"] for row in self.ledger.rows(sql))
        return sorted(found, reverse=True)

    def rows_of(self, number: int) -> list[Row]:
        """Return the rows that a staged record came from."""
        return _rows(self.ledger.value("SELECT rows FROM temp.staged_row WHERE id = ?", (number,)))


@contextmanager
def together(con: sqlite3.Connection) -> Iterator[None]:
    """Have all that is written beside the ledger inside stand, or nothing of it."""
    con.execute("SAVEPOINT together")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK TO together")
        con.execute("RELEASE together")
        raise
    con.execute("RELEASE together")


def beside(ledger: Ledger, name: str, made: str, *, keyed: bool) -> None:
    """Make an empty table beside the ledger with the shape and checks of one of its own; its unique keys if asked."""
    con = ledger.con
    con.execute(f'DROP TABLE IF EXISTS temp."{made}"')
    sql = "SELECT type, sql FROM main.sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL AND type <> 'trigger'"
    for kind, text in con.execute(f"{sql} ORDER BY type = 'index'", (name,)).fetchall():
        if kind == "table" or (keyed and "UNIQUE" in text):
            con.execute(_beside(text, kind, name, made))


def _committed(records: list[Staged]) -> Iterator[tuple[Any, ...]]:
    """Give the personal data of records, each with the salt and the commitment that the journal will hold."""
    for record in records:
        if record.personal and any(part is not None for part in record.personal):
            salt = os.urandom(16)
            yield record.values[0], *record.personal, salt, journal.promise(salt, *record.personal)


def refused(error: Exception) -> BadInput:
    """Say why the ledger refuses a record."""
    detail = what_failed(error).replace("staged_", "")
    return BadInput("row_twice" if "UNIQUE" in str(error) else "integrity", detail=detail)


def _beside(sql: str, kind: str, name: str, made: str) -> str:
    """Return the statement that makes a table or a unique index anew beside the ledger."""
    if kind == "table":
        return re.sub(rf'^CREATE TABLE "?{name}"?', f'CREATE TEMP TABLE "{made}"', _REFERENCES.sub("", sql))
    index = re.sub(r'^CREATE UNIQUE INDEX "?(\w+)"?', r'CREATE UNIQUE INDEX temp."staged_\1"', _THAT_STAND.sub("", sql))
    return re.sub(rf'\bON "?{name}"?', f'ON "{made}"', index, count=1)


def _packed(rows: list[Row]) -> bytes:
    return pickle.dumps([(row.line, row.cells, row.sheet) for row in rows], pickle.HIGHEST_PROTOCOL)


def _rows(packed: bytes) -> list[Row]:
    return [Row(line, cells, None, sheet) for line, cells, sheet in pickle.loads(packed)]
