"""SQLite: always there, reads the feeds' files as they are, and is what the other engines are held against."""

import csv
import gzip
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from svcdesk.hq.engines import Columns, Source


def start(_: str | None) -> "SqliteEngine":
    """Open a database that is gone afterwards; it grows onto the disk where the memory is not enough."""
    return SqliteEngine(sqlite3.connect("", isolation_level=None))


class SqliteEngine:
    """The recount in SQLite."""

    def __init__(self, con: sqlite3.Connection) -> None:
        self.con = con

    def facts(self, name: str, columns: Columns, files: Sequence[Source]) -> None:
        """Load the files' rows."""
        self._make(name, columns, key=", PRIMARY KEY (centre, id)")
        for file in files:
            self._fill(name, columns, _read(file, columns))

    def small(self, name: str, columns: Columns, rows: Sequence[Sequence[Any]]) -> None:
        """Make a table of rows."""
        self._make(name, columns)
        self._fill(name, columns, rows)

    def _make(self, name: str, columns: Columns, key: str = "") -> None:
        kinds = ", ".join(f"{column} {'INTEGER' if number else 'TEXT'}" for column, number in columns)
        self.con.execute(f"DROP TABLE IF EXISTS {name}")
        self.con.execute(f"CREATE TABLE {name} ({kinds}{key})")

    def _fill(self, name: str, columns: Columns, rows: Any) -> None:
        marks = ", ".join("?" * len(columns))
        self.con.execute("BEGIN")
        self.con.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        self.con.execute("COMMIT")

    def define(self, statement: str) -> None:
        """Make a view."""
        self.con.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Answer a query."""
        return self.con.execute(query).fetchall()

    def close(self) -> None:
        """Close the database."""
        self.con.close()


def _read(file: Source, columns: Columns) -> Iterator[list[str | None]]:
    """Read a file's rows in the order of the table's columns; an empty cell, or a column that is not there, is none."""
    path, there = file
    places = [there.index(column) if column in there else None for column, _ in columns]
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        reader = csv.reader(text)
        next(reader)
        for row in reader:
            yield [None if place is None else row[place] or None for place in places]
