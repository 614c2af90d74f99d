"""DuckDB: the engine for one machine. Makes Parquet beside the feeds' files on first use, and reads that."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from svcdesk.hq.engines import Columns, Source, TooLarge, is_made, parquet_of

_SHARE = 2  # it may use half of the machine's memory; the rest it puts on the disk


def start(_: str | None) -> "DuckdbEngine":
    """Open a database in memory, under a limit, with a folder to spill into."""
    folder = tempfile.TemporaryDirectory(prefix="svcdesk-")
    limit = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _SHARE
    con = duckdb.connect(config={"memory_limit": f"{limit}B", "temp_directory": folder.name})
    con.execute("SET preserve_insertion_order = false")
    return DuckdbEngine(con, folder)


class DuckdbEngine:
    """The recount in DuckDB."""

    def __init__(self, con: "duckdb.DuckDBPyConnection", folder: "tempfile.TemporaryDirectory[str]") -> None:
        self.con, self.folder = con, folder

    def facts(self, name: str, columns: Columns, files: Sequence[Source]) -> None:
        """Read the Parquet of every centre as one table, made where it is missing."""
        paths = [self._parquet(file, columns) for file in files]
        wanted = ", ".join(f'CAST("{column}" AS {_kind(number)}) AS "{column}"' for column, number in columns)
        self.con.execute(f"CREATE TEMP VIEW {name} AS SELECT {wanted} FROM {_parquet(paths)}")

    def _parquet(self, file: Source, columns: Columns) -> str:
        csv, there = file
        made = parquet_of(csv)
        if not is_made(made):
            shutil.rmtree(made, ignore_errors=True)  # what Spark left unfinished
            part = made.with_name(f".{made.name}.{os.urandom(4).hex()}")
            self.con.execute(f"COPY ({_select(csv, there, columns)}) TO {_quoted(part)} (FORMAT parquet)")
            part.chmod(0o600)
            part.replace(made)
        return f"{made}/*.parquet" if made.is_dir() else str(made)  # a folder is as Spark makes it

    def small(self, name: str, columns: Columns, rows: Sequence[Sequence[Any]]) -> None:
        """Make a table of rows."""
        kinds = ", ".join(f"{column} {_kind(number)}" for column, number in columns)
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({kinds})")
        for start in range(0, len(rows), _AT_ONCE):
            block = rows[start : start + _AT_ONCE]
            marks = ", ".join(f"({', '.join('?' * len(columns))})" for _ in block)
            self.con.execute(f"INSERT INTO {name} VALUES {marks}", [value for row in block for value in row])

    def define(self, statement: str) -> None:
        """Make a view."""
        self.con.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Answer a query."""
        try:
            return list(self.con.execute(query).fetchall())
        except duckdb.OutOfMemoryException:
            raise TooLarge from None

    def close(self) -> None:
        """Close the database."""
        self.con.close()
        self.folder.cleanup()


_AT_ONCE = 1000  # rows of a small table in one statement


def _select(csv: Path, there: Sequence[str], columns: Columns) -> str:
    """Read a feed's file under the table's columns; one that it lacks is empty."""
    kinds = dict(columns)
    typed = ", ".join(f"{_quoted(column)}: '{_kind(kinds[column])}'" for column in there)
    wanted = ", ".join(
        f'"{column}"' if column in there else f'CAST(NULL AS {_kind(number)}) AS "{column}"'
        for column, number in columns
    )
    how = "header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', auto_detect = false"
    return f"SELECT {wanted} FROM read_csv({_quoted(csv)}, columns = {{{typed}}}, {how})"


def _parquet(paths: Sequence[str]) -> str:
    return f"read_parquet([{', '.join(map(_quoted, paths))}])"


def _quoted(text: object) -> str:
    doubled = str(text).replace("'", "''")
    return f"'{doubled}'"


def _kind(number: bool) -> str:
    return "BIGINT" if number else "VARCHAR"
