"""Columns that rules make of a register's own: cleaned, split, joined, and the references of several records a row.

They stand behind the register's own cells, under their own headings; a cleaned column goes before the one it is of.
"""

import re
from collections.abc import Callable, Container, Iterator
from typing import NamedTuple

from svcdesk.errors import BadInput
from svcdesk.exchange.dialect import doubled
from svcdesk.exchange.rows import Row, Source, Typed
from svcdesk.exchange.rules_toml import RulesFile

Make = Callable[[list[str]], list[str]]

_TYPED_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?: 00:00:00)?", re.ASCII)
_TYPED_CLOCK = re.compile(r"(?:\d{4}-\d{2}-\d{2} )?\d{2}:\d{2}:\d{2}", re.ASCII)
_PLACE = re.compile(r"\{([^{}]+)\}")


class Derived(NamedTuple):
    """A register with the columns that rules make, and which heading each field is then read from."""

    source: Source
    columns: dict[str, str]
    records: tuple[dict[str, str], ...]


def derive(source: Source, rules: RulesFile, fields: Container[str]) -> Derived:
    """Work out the columns that rules describe. Raises BadInput for a heading that is not there."""
    headings, makes = list(source.headings), list[Make]()
    columns = dict(rules.columns)

    def add(names: list[str], make: Make) -> None:
        headings.extend(names)
        makes.append(make)

    for heading, dropped in rules.cleans.items():
        name = columns.get(heading, heading)
        add([name], _clean(place_of(headings, name), _compiled(dropped)))
    for split in rules.splits:
        add(list(split.to), _split(place_of(headings, split.heading), split.by, len(split.to)))
        columns = {name: name for name in split.to if name in fields} | columns
    for field, (parts, between) in rules.joins.items():
        add([joined_name(parts)], _join([place_of(headings, part) for part in parts], between))
        columns[field] = joined_name(parts)
    records = []
    for record in rules.records:
        record = dict(record)
        for field, text in record.items():
            if field != "when" and (names := _PLACE.findall(text)):
                add([text], _filled(text, {name: place_of(headings, name) for name in names}))
        records.append(record)
    if not makes:
        return Derived(source, columns, tuple(records))
    return Derived(source._replace(headings=headings, rows=_rows(source, makes)), columns, tuple(records))


def joined_name(parts: tuple[str, ...]) -> str:
    """Name the column that is joined of several."""
    return " + ".join(parts)


def place_of(headings: list[str], name: str) -> int:
    """Return where a heading stands; what was made of a column stands before it. Raises BadInput."""
    if doubled(headings, name):
        raise BadInput("heading_twice", names=[name])
    if name not in headings:
        raise BadInput("heading_missing", text=name, names=headings)
    return len(headings) - 1 - headings[::-1].index(name)


def _rows(source: Source, makes: list[Make]) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        for row in source.rows():
            if not row.fault:
                cells = row.cells[: source.width]
                for make in makes:
                    cells += make(cells)
                row = row._replace(cells=cells)
            yield row

    return rows


def _compiled(text: str) -> "re.Pattern[str]":
    try:
        return re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise BadInput("rules_pattern", text=text, detail=str(error)) from None


def _clean(place: int, dropped: "re.Pattern[str]") -> Make:
    def make(cells: list[str]) -> list[str]:
        bare = dropped.sub("", cells[place])
        return [cells[place] if bare == cells[place] else bare]  # what is as it was keeps its type

    return make


def _split(place: int, by: str, count: int) -> Make:
    def make(cells: list[str]) -> list[str]:
        parts = [part.strip() for part in cells[place].split(by, count - 1)] if by else [cells[place]]
        return parts + [""] * (count - len(parts))

    return make


def _join(places: list[int], between: str) -> Make:
    def make(cells: list[str]) -> list[str]:
        parts = [cells[place] for place in places if cells[place].strip()]
        if len(parts) == 2 and _TYPED_DAY.fullmatch(parts[0]) and _TYPED_CLOCK.fullmatch(parts[1]):
            return [Typed(f"{parts[0][:10]} {parts[1][-8:]}")]  # a typed date and a typed time of day
        parts = [_day(part) if isinstance(part, Typed) and len(parts) > 1 else part.strip() for part in parts]
        return [parts[0] if len(parts) == 1 else between.join(parts)]

    return lambda cells: make(cells) if any(cells[place].strip() for place in places) else [""]


def _day(text: str) -> str:
    return text[:10] if text[10:] == " 00:00:00" else text


def _filled(text: str, places: dict[str, int]) -> Make:
    return lambda cells: [_PLACE.sub(lambda found: cells[places[found[1]]].strip(), text)]
