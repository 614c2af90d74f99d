"""What a table's cells say of its shape: columns whose cells were merged, and columns that hold two things."""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from svcdesk.exchange import evidence
from svcdesk.exchange.evidence import Cells, Field, Known
from svcdesk.exchange.guessed_times import looks_like_time
from svcdesk.exchange.rows import Row
from svcdesk.exchange.synonyms import folded
from svcdesk.registers.declaring import Register

_BETWEEN = ("/", "|", "、", "，", ",", ";", "；", "：", " ", "\u3000")  # what may stand between two things in a cell
_LEAST = 3  # cells that make a rule
_ALMOST_ALL = 0.95
_NUMBER = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9_/.-]{2,39}")


class Split(NamedTuple):
    """A column that holds two things: what stands between them, and the fields or columns that they become."""

    heading: str
    by: str
    to: tuple[str, ...]


# Merged cells


def merged(register: Register, headings: Sequence[str], rows: list[Row]) -> list[str]:
    """Name the columns whose blank cells continue the one above: of a field that no record is without.

    A column beside it with the same blanks was merged with it.
    """
    blanks = {heading: _blanks(rows, place) for place, heading in enumerate(headings)}
    may_be = [
        heading for place, heading in enumerate(headings)
        if blanks[heading] and _were_merged(rows, place, blanks[heading])
    ]  # fmt: skip
    needed = {name for c in register.fields() if c.need for name in evidence.names_of(register, c)}
    sure = [blanks[heading] for heading in may_be if folded(heading) in needed]
    return [heading for heading in may_be if blanks[heading] in sure]


def _blanks(rows: list[Row], place: int) -> set[int]:
    return {n for n, row in enumerate(rows) if not row.cells[place].strip()}


def _were_merged(rows: list[Row], place: int, blank: set[int]) -> bool:
    """Return whether blanks stand only below a cell that holds something, in rows that are no blank ones."""
    filled = [row.cells[place].strip() for row in rows if row.cells[place].strip()]
    runs_on = any(one == other for one, other in pairwise(filled))
    whole = all(sum(bool(cell.strip()) for cell in rows[n].cells) > 1 for n in blank)
    return 0 not in blank and not runs_on and whole and len(blank) > 1 and len(blank) * 3 >= len(rows)


# Two things in a cell


def splits(register: Register, cells: Cells, found: dict[str, Field], known: Known) -> Iterator[Split]:
    """Find columns whose every cell holds two things, at least one of which is a field that no other column has."""
    reference = found["reference"].heading if "reference" in found else None
    taken = {name for field in found.values() for name in (field.heading, *field.joined)} - {reference}
    given = set(found) - {"reference"}
    for heading, values in cells.items():
        if heading in taken or len(values) < _LEAST or evidence.share(values, looks_like_time) > 1 - _ALMOST_ALL:
            continue
        if reference is not None and heading != reference and "reference" in found:
            given.add("reference")
        for by in _BETWEEN:
            if to := _parts(register, heading, values, by, given, known):
                given.update(to)
                yield Split(heading, by, to)
                break


def _parts(
    register: Register, heading: str, values: list[str], by: str, given: set[str], known: Known
) -> tuple[str, ...]:
    if evidence.share(values, lambda cell: cell.count(by) == 1 and all(cell.split(by))) < _ALMOST_ALL:
        return ()
    pairs = [[part.strip() for part in cell.split(by, 1)] for cell in values if cell.count(by) == 1]
    said = [part.strip() for part in heading.split(by)]
    names: list[str] = []
    for place in range(2):
        word = said[place] if len(said) == 2 else ""
        column = [pair[place] for pair in pairs]
        name = _field(register, word, column, given | set(names), known)
        names.append(name or word or f"{heading} {place + 1}")
    fields = {column.name for column in register.fields()}
    return tuple(names) if fields & set(names) else ()


def _field(register: Register, word: str, values: list[str], given: set[str], known: Known) -> str | None:
    """Return which field one part of a column is: by its part of the heading, else by what stands in it."""
    for column in register.fields():
        if column.name in given:
            continue
        if word and folded(word) in evidence.names_of(register, column):
            return column.name
        if column.name in ("customer", "engineer") and evidence.share(values, partial(known, column.name)) > 0.5:
            return column.name
    is_number = all(map(_NUMBER.fullmatch, values)) and len(set(values)) == len(values)
    if is_number and "reference" not in given and register.column("reference"):
        return "reference"
    return next((c.name for c in register.fields() if c.name not in given and evidence.are_words(c, values)), None)
