"""Whole columns written at once, for tables of many rows: what a value is written as is worked out once.

What is written is what ``cell`` and ``put`` write of each value by itself.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from svcdesk.columns import Column
from svcdesk.periods import short
from svcdesk.render.tables import HIDDEN

Write = Callable[[Sequence[Any]], list[str]]
Lead = Callable[[datetime, datetime], Any]  # of the first and the last second of an hour; None where it is irregular

_KEPT = 10_000  # of one column
_LAST = timedelta(minutes=59, seconds=59)


def each(of: Callable[[Any], str]) -> Write:
    """Make a writer of columns from one of values. A column's values are of one type, or nothing."""
    kept: dict[Any, str] = {}
    nothing = of(None)  # as of a list of nothing

    def written(values: Sequence[Any]) -> list[str]:
        if len(kept) > _KEPT:
            kept.clear()
        found = []
        for value in values:
            try:
                found.append(kept[value])
            except KeyError:
                found.append(kept.setdefault(value, of(value)))
            except TypeError:  # a list cannot be looked up
                found.append(of(value) if value else nothing)
        return found

    return written


def is_verbatim(column: Column) -> bool:
    """Return whether people read a column's texts as they stand."""
    return column.kind.partition(":")[0] in ("text", "id", "personal")


def as_they_are(harmful: str, of: Callable[[Any], str], around: Callable[[Sequence[str]], list[str]]) -> Write:
    """Make a writer of texts that are mostly written as they stand; where some may not be, ``of`` writes each.

    ``harmful`` is what is found in such texts, a line each, beside what acts on a terminal.
    """
    found_in = re.compile(f"[\x00-\x09\x0b-\x1f{HIDDEN}]|{harmful}", re.MULTILINE)
    one_by_one = each(of)

    def written(values: Sequence[Any]) -> list[str]:
        try:
            joined = "\n".join(values)
        except TypeError:  # some are nothing, or no texts
            return one_by_one(values)
        if found_in.search(joined) or joined.count("\n") >= len(values):
            return one_by_one(values)
        return around(values)

    return written


def by_the_hour(lead: Lead, rest: Callable[[Any, str], str], of: Callable[[Any], str]) -> Write:
    """Make a writer of instants: from what is worked out of an hour, and the minutes and seconds (``:09:30``).

    ``of`` writes what stands in no regular hour, or is no such text.
    """
    hours: dict[str, Any] = {}

    def of_hour(key: str) -> Any:
        try:
            first = datetime.fromisoformat(f"{key[:13]}:00:00{key[13:]}")
            hours[key] = lead(first, first + _LAST)
        except (ValueError, OverflowError):
            hours[key] = None
        return hours[key]

    def one(value: Any) -> str:
        if type(value) is not str or len(value) != _AS_WRITTEN:
            return of(value)
        key = value[:13] + value[19:]
        begun = hours[key] if key in hours else of_hour(key)
        return of(value) if begun is None else rest(begun, value[13:19])

    return lambda values: [*map(one, values)]


_AS_WRITTEN = len("2026-10-03T09:12:00+08:00")


def for_people(zone: tzinfo, of: Callable[[Any], str]) -> Write:
    """Make a writer of instants as ``short`` says them."""

    def lead(first: datetime, last: datetime) -> str | None:
        begun = first.isoformat(" ")[:13]
        is_regular = short(first, zone) == f"{begun}:00" and short(last, zone) == f"{begun}:59:59"
        return begun if is_regular else None

    def rest(begun: str, clock: str) -> str:
        return begun + (clock[:3] if clock[3:] == ":00" else clock)

    return by_the_hour(lead, rest, of)
