"""What every list shares: which columns are shown, which end is kept, and that it says so."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.errors import BadInput
from svcdesk.model import Record
from svcdesk.registers.declaring import Register
from svcdesk.registers.records import Selection
from svcdesk.render import tables
from svcdesk.session import SETTINGS, current, setting


def bounded(selection: Selection, register: Register, given: dict[str, Any], *, sieved: bool) -> None:
    """Have no more read than is shown. Raises BadInput for both ends at once; ``sieved`` rows are counted later."""
    limit, last = (None if given[name] is None else min(given[name], sys.maxsize - 1) for name in ("limit", "last"))
    if limit is not None and last is not None:
        raise BadInput("limit_and_last")
    if sieved:
        return
    if last is not None and not given["sort"]:
        selection.last(register, last)
    elif limit is not None:
        selection.first(limit + 1)


def ends(rows: Iterable[Record], register: Register, given: dict[str, Any], form: str) -> Iterator[Record]:
    """Keep the first or last records that were asked for, each with all its rows; say on which end more stand."""
    if given["last"] is not None:
        kept = [list(group) for _, group in groupby(rows, _key(register))]
        yield from (row for group in kept[len(kept) - min(given["last"], len(kept)) :] for row in group)
        return
    for place, (_, group) in enumerate(groupby(rows, _key(register))):
        if place == given["limit"]:
            _say_more(given, form)
            return
        yield from group


def _key(register: Register) -> Any:
    name = register.columns[0].name
    return lambda row: row[name]


def _say_more(given: dict[str, Any], form: str) -> None:
    """Say that the list goes on; in id order the newest stand at its end."""
    if form not in tables.FOR_MACHINES and given["limit"]:
        key = "labels.first_sorted" if given["sort"] else "labels.first_of_list"
        current.afterwords.append(messages.say(key, n=given["limit"]))


def columns(register: Register, noun: str, typed: str | None, form: str) -> list[Column]:
    """Return the columns to show: those that were typed, else those of the settings where people read.

    Raises BadInput for one that the list has not.
    """
    shown = register.seen(detail=False)
    named = typed or (None if form in tables.FOR_MACHINES else preferred(noun))
    if not named:
        return shown
    return [column._replace(brief=True) for column in chosen(shown, named)]


def chosen(known: Sequence[Column], named: str) -> list[Column]:
    """Find columns by name or heading, in the order in which they were named. Raises BadInput."""
    by_name = {column.name: column for column in known}
    by_head = {head.lower(): column for column in known for head in _heads(column)}
    found = []
    for name in named.replace("，", ",").replace("、", ",").split(","):
        column = by_name.get(name.strip().replace("-", "_")) or by_head.get(name.strip().lower())
        if column is None:
            raise BadInput("no_column", text=name.strip(), names=list(by_name))
        found.append(column)
    return found


def _heads(column: Column) -> tuple[str, ...]:
    return messages.pair(f"columns.{column.name}") if messages.find(f"columns.{column.name}") else ()


def preferred(noun: str) -> str | None:
    """Return the columns that the settings name for a noun's list: ticket=id,customer,summary; expense=…

    The file of settings is read only for somebody at a terminal: a script gets what it always got.
    """
    named = os.environ.get(SETTINGS["columns"]) or (setting("columns") if sys.stdout.isatty() else None)
    for part in (named or "").split(";"):
        name, _, shown = part.partition("=")
        if name.strip() == noun:
            return shown
    return None


def only(rows: Iterable[Record], shown: Sequence[Column], typed: str | None) -> Iterable[Record]:
    """Keep of each record what was asked for by name."""
    if not typed:
        return rows
    names = [column.name for column in shown]
    return ({name: row[name] for name in names if name in row} for row in rows)
