"""Spark: the company's cluster, over the same text. The lake must lie where every worker reads it by the same path."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col, lit

from svcdesk.hq.engines import Columns, Source, is_made, parquet_of

_HERE = "local[2]"


def start(master: str | None) -> "SparkEngine":
    """Start a session on a master: local[2], spark://HOST:7077, yarn."""
    builder = SparkSession.builder.master(master or _HERE).appName("svcdesk hq")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return SparkEngine(session)


# Whole numbers are counted without a shuffle of hundreds of parts, and no page is served meanwhile.
_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.ansi.enabled": "true",
}


class SparkEngine:
    """The recount in Spark."""

    def __init__(self, session: SparkSession) -> None:
        self.session = session

    def facts(self, name: str, columns: Columns, files: Sequence[Source]) -> None:
        """Read the Parquet of every centre as one table, made where it is missing."""
        paths = [self._parquet(file, columns) for file in files]
        self.session.read.schema(_schema(columns)).parquet(*paths).createOrReplaceTempView(name)

    def _parquet(self, file: Source, columns: Columns) -> str:
        csv, there = file
        made = parquet_of(csv)
        if not is_made(made):
            kinds = dict(columns)
            schema = _schema([(name, kinds[name]) for name in there])
            read = self.session.read.csv(str(csv), schema=schema, header=True, escape='"')
            _whole(read, there, columns).coalesce(1).write.mode("overwrite").parquet(str(made))
        return str(made)

    def small(self, name: str, columns: Columns, rows: Sequence[Sequence[Any]]) -> None:
        """Make a table of rows."""
        if 0 < len(rows) <= _LITERAL:
            listed = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
            made = self.session.sql(f"SELECT * FROM VALUES {listed} AS t ({', '.join(name for name, _ in columns)})")
            made = _whole(made, [name for name, _ in columns], columns)
        else:
            made = self.session.createDataFrame([tuple(row) for row in rows], _schema(columns))
        made.createOrReplaceTempView(name)

    def define(self, statement: str) -> None:
        """Make a view."""
        self.session.sql(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Answer a query."""
        return [tuple(row) for row in self.session.sql(query).collect()]

    def close(self) -> None:
        """Leave the cluster."""
        self.session.stop()


def _whole(read: DataFrame, there: Sequence[str], columns: Columns) -> DataFrame:
    """Put a file under the table's columns; one that it lacks is empty."""
    return read.select(*(
        (col(name) if name in there else lit(None)).cast("bigint" if number else "string").alias(name)
        for name, number in columns
    ))  # fmt: skip


_LITERAL = 5000  # rows that stand in the statement itself: Spark then knows how few they are, and sends them to all


def _literal(value: Any) -> str:
    if value is None or isinstance(value, int):
        return "NULL" if value is None else str(value)
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _schema(columns: Columns) -> str:
    return ", ".join(f"`{name}` {'BIGINT' if number else 'STRING'}" for name, number in columns)
