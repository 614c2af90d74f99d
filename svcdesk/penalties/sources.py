"""How the facts of one kind are read from the ledger: by a period, or by subjects."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from svcdesk.periods import Period, instant, stored
from svcdesk.store import Ledger

Where = tuple[str, dict[str, Any]]


class Source(NamedTuple):
    """How the facts of one kind are read, and which of them a period or the numbers of subjects ask for.

    ``during`` leaves out what cannot be a finding of the period; ``every`` leaves out none of it.
    """

    read: Callable[[Ledger, Where], Iterator[Any]]
    during: Callable[[Ledger, Period], Where]
    about: Callable[[Ledger, Sequence[int]], Where]
    every: Callable[[Ledger, Period], Where]


def source(
    read: Callable[[Ledger, Where], Iterator[Any]],
    during: Callable[[Ledger, Period], Where],
    about: Callable[[Ledger, Sequence[int]], Where],
    every: Callable[[Ledger, Period], Where] | None = None,
) -> Source:
    """Make a source; ``every`` is as ``during`` where that leaves nothing out."""
    return Source(read, during, about, every or during)


NOTHING: Where = ("0", {})


def rows(ledger: Ledger, sql: str, where: Where) -> list[tuple[Any, ...]]:
    """Read the rows of a query that asks ``where``; for nothing, nothing is asked."""
    return [] if where is NOTHING else ledger.con.execute(sql.format(where=where[0]), where[1]).fetchall()


def when(text: str | None) -> datetime | None:
    """Read a stored instant, or nothing."""
    return instant(text) if text else None


def span(period: Period, back: timedelta = timedelta()) -> dict[str, Any]:
    """Return a period's ends as they are stored, the first some time earlier."""
    return {"start": stored(period.start - back) if period.start.year > 1970 else "", "end": stored(period.end)}


def within(column: str) -> Callable[[Ledger, Period], Where]:
    """Ask for what has a time in the period."""
    return lambda _, period: (f"{column} >= :start AND {column} < :end", span(period))


def numbered(column: str) -> Callable[[Ledger, Sequence[int]], Where]:
    """Ask for what some numbers name."""
    condition = f"{column} IN (SELECT value FROM json_each(:numbers))"
    return lambda _, numbers: (condition, {"numbers": json.dumps(numbers)})
