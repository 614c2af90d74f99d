"""The engines that run the recount: each is a few lines around somebody else's database, under the same text."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

from svcdesk.errors import BadInput

Name = Literal["sqlite", "duckdb", "spark"]
NAMES: tuple[Name, ...] = get_args(Name)

Columns = Sequence[tuple[str, bool]]  # name, and whether it is a number
Source = tuple[Path, Sequence[str]]  # a feed's file of a table, and the columns that it has

_MODULES = {"duckdb": "duckdb", "spark": "pyspark"}


class TooLarge(Exception):
    """The question does not fit into the engine's memory."""


class Engine(Protocol):
    """What an engine does: hold tables, run the recount's text, answer a query."""

    def facts(self, name: str, columns: Columns, files: Sequence[Source]) -> None:
        """Make a table of the same file of every centre; a column that a file lacks is empty."""

    def small(self, name: str, columns: Columns, rows: Sequence[Sequence[Any]]) -> None:
        """Make a table of rows."""

    def define(self, statement: str) -> None:
        """Run a statement of the recount's text."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Answer a query. Raises TooLarge."""

    def close(self) -> None:
        """Let go of what is held."""


def chosen(name: str | None) -> Name:
    """Return the engine asked for; else duckdb where installed, else sqlite. Raises BadInput for one that is not."""
    if name is None:
        return "duckdb" if find_spec("duckdb") else "sqlite"
    engine = next(each for each in NAMES if each == name)
    if engine in _MODULES and not find_spec(_MODULES[engine]):
        raise BadInput("no_engine", name=engine, extra="hq" if engine == "duckdb" else "spark")
    return engine


def started(name: Name, master: str | None = None) -> Engine:
    """Start an engine. ``master`` is where Spark's cluster is."""
    engine: Engine = import_module(f"svcdesk.hq.engines.{name}_engine").start(master)
    return engine


def parquet_of(csv: Path) -> Path:
    """Name the Parquet beside a feed's file: one file, or a folder of parts, as the engine that made it has them."""
    return csv.with_name(csv.name.removesuffix(".csv.gz") + ".parquet")


def is_made(parquet: Path) -> bool:
    """Return whether a file's Parquet is there and whole."""
    return parquet.is_file() or (parquet / "_SUCCESS").is_file()
