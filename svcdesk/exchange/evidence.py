"""Which column is which: by its heading, whole or by its ending, and by what stands in it."""

import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from svcdesk.columns import Column
from svcdesk.exchange.guessed_times import is_clock, looks_like_time
from svcdesk.exchange.rows import Typed
from svcdesk.exchange.synonyms import folded, headings, meanings, suffixes
from svcdesk.model import LETTERS, WORDS
from svcdesk.registers.declaring import Register

Known = Callable[[str, str], bool]

_READ = ("text", "word", "instant", "date", "money", "int", "flag", "personal", "id")
_FEW = 12  # different words that a column of words has at most
_MOST = 0.8  # of a column's cells that make a rule
_NUMBER_OF_COPY = re.compile(r"#\d+$")
_LATER = {"answered_at": "答|复|响应|respon|answer|reply", "closed_at": ""}
_BEGINS = ("received_at", "at", "sent_at")
_LINKED = ("customer", "engineer")


class Field(NamedTuple):
    """A field of ours and the column it is read from, with what else it may be; ``joined`` are a date and a clock."""

    column: Column
    heading: str
    cells: list[str]
    others: list[str]
    joined: tuple[str, ...] = ()
    by_name: bool = False
    why: str | None = None


Cells = dict[str, list[str]]


def knows(register: Register) -> Callable[[str], bool]:
    """Return whether a text is a heading that means one of the register's fields, or one of any register's."""
    known = {name for column in register.fields() for name in names_of(register, column)}
    ends = [end for column in register.fields() for end in suffixes(column.name)]

    def known_heading(text: str) -> bool:
        plain = folded(text)
        return bool(plain) and len(plain) < 30 and (plain in known or plain.endswith(tuple(ends)))

    return known_heading


def fields(register: Register, cells: Cells, known: Known) -> dict[str, Field]:
    """Return each field that a column can be told to hold."""
    found = _recognised(register, cells)
    _add(found, _by_values(register, cells, found, known))
    _join_clocks(found, cells)
    _add(found, _by_times(register, cells, found))
    if "reference" not in found and (reference := _reference(register, cells, found)):
        found = {"reference": reference} | found
    for name in ("engineer", "filed_by", "taken_by"):
        if name in found and share(found[name].cells, lambda cell: known("name", cell)) > 0:
            found[name] = found[name]._replace(by_name=True)
    order = [column.name for column in register.fields()]
    first = [name for name in ("reference",) if name in found]
    return {name: found[name] for name in (*first, *order) if name in found}


def _add(found: dict[str, Field], more: dict[str, Field]) -> None:
    for name, field in more.items():
        found.setdefault(name, field)


# By headings


def _recognised(register: Register, cells: Cells) -> dict[str, Field]:
    """Return each field the heading that means it best; a heading serves one field, needed fields choose first."""
    by_fold: dict[str, list[str]] = {}
    for heading in cells:
        by_fold.setdefault(folded(_NUMBER_OF_COPY.sub("", heading)), []).append(heading)
    columns = [column for column in register.fields() if column.kind.partition(":")[0] in _READ]
    found: dict[str, Field] = {}
    taken: set[str] = set()
    whole = [
        (rank, not column.need, place, column, heading)
        for place, column in enumerate(columns)
        for rank, name in enumerate(names_of(register, column))
        for heading in by_fold.get(name, ())
        if _may_be(column, cells[heading])
    ]
    ending = [
        (len(end) * -1, not column.need, place, column, heading)
        for place, column in enumerate(columns)
        for end in suffixes(column.name)
        for plain, names in by_fold.items()
        if plain.endswith(end)
        for heading in names
        if _may_be(column, cells[heading])
    ]
    # What a heading means in full goes before what only its ending means.
    for choices in (sorted(whole, key=_key), sorted(ending, key=_key)):
        for needed in (True, False):
            for _, optional, _, column, heading in choices:
                if needed is not optional and heading not in taken and column.name not in found:
                    others = [other for _, _, _, same, other in choices if same is column and other != heading]
                    found[column.name] = Field(column, heading, cells[heading], others)
                    taken.add(heading)
    return {
        name: field._replace(others=[other for other in dict.fromkeys(field.others) if other not in taken])
        for name, field in found.items()
    }


def _key(choice: tuple[int, bool, int, Column, str]) -> tuple[int, bool, int]:
    return choice[:3]


def names_of(register: Register, column: Column) -> list[str]:
    """List the folded headings that mean a field in full."""
    from svcdesk.messages.columns import TEXTS

    return list(dict.fromkeys([*headings(register.table, column.name), *map(folded, TEXTS.get(column.name, ()))]))


def _may_be(column: Column, cells: list[str]) -> bool:
    """Rule out a column by its values: ids are ours, instants and dates hold digits, numbers are numbers."""
    kind, _, rest = column.kind.partition(":")
    if kind == "id":
        letter = LETTERS.get(rest, "")
        return bool(cells) and all(re.fullmatch(rf"{letter}\d+", cell, re.ASCII) for cell in cells)
    if kind in ("instant", "date"):
        return not cells or share(cells, lambda cell: any(map(str.isdigit, cell)) or "点" in cell) > 0.5
    if kind == "int":
        return all(cell.isascii() and cell.isdigit() for cell in cells)
    if column.name == "summary" and len(cells) > _FEW:
        return len(set(cells)) > 1  # the same words on every row say nothing
    if column.name == "phone":
        return not cells or any(digit.isdigit() for digit in cells[0])
    return True


# By what stands in them


def share(cells: list[str], holds: Callable[[str], bool]) -> float:
    """Return of how many of the first cells something holds, from 0 to 1."""
    sample = cells[:100]
    return sum(map(holds, sample)) / len(sample) if sample else 0.0


def _free(cells: Cells, found: dict[str, Field]) -> Cells:
    taken = {name for field in found.values() for name in (field.heading, *field.joined)}
    return {heading: column for heading, column in cells.items() if heading not in taken and column}


def _by_values(register: Register, cells: Cells, found: dict[str, Field], known: Known) -> dict[str, Field]:
    """Find columns of names that the ledger has, and of words that mean ours."""
    more: dict[str, Field] = {}
    for column in register.fields():
        if column.name in found:
            continue
        for heading, values in _free(cells, found | more).items():
            if column.name in _LINKED and share(values, lambda v, n=column.name: known(n, v)) > 0.5:  # type: ignore[misc]
                more[column.name] = Field(column, heading, values, [], why="suggest.by_names")
            elif column.name == "engineer" and share(values, lambda cell: known("name", cell)) > 0.5:
                more[column.name] = Field(column, heading, values, [], (), True, "suggest.by_names")
            elif column.need and are_words(column, values):
                more[column.name] = Field(column, heading, values, [], why="suggest.by_words")
            else:
                continue
            break
    return more


def are_words(column: Column, values: list[str]) -> bool:
    """Return whether a column holds few different words, most of which mean one of ours."""
    kind, _, rest = column.kind.partition(":")
    ours = (column.words or WORDS.get(rest, ())) if kind == "word" else ()
    words = Counter(values)
    if not ours or len(words) > _FEW:
        return False
    meant = meanings(rest, ours, {})
    return sum(count for word, count in words.items() if folded(word) in meant) > len(values) / 2


def _are_times(values: list[str]) -> bool:
    return share(values, looks_like_time) > _MOST


def _by_times(register: Register, cells: Cells, found: dict[str, Field]) -> dict[str, Field]:
    """Take the only column that reads as times for when it began, and of two the later for the answer or the end."""
    columns = {column.name: column for column in register.fields()}
    begins = next((name for name in _BEGINS if name in columns and columns[name].need), None)
    begins = begins or next((c.name for c in columns.values() if c.need and c.kind in ("instant", "date")), None)
    times = [(heading, values) for heading, values in _free(cells, found).items() if _are_times(values)]
    if begins is None or begins in found or not times or len(times) > 2:
        return {}
    times.sort(key=lambda item: item[1][0])
    heading, values = times[0]
    more = {begins: Field(columns[begins], heading, values, [], why="suggest.by_times")}
    if len(times) == 2:
        later, others = times[1]
        name = next((n for n, words in _LATER.items() if re.search(words, later, re.IGNORECASE)), "closed_at")
        if name in columns and name not in found:
            more[name] = Field(columns[name], later, others, [], why="suggest.by_times")
    return more


def _join_clocks(found: dict[str, Field], cells: Cells) -> None:
    """Join a column of dates with the column of clocks that goes with it: 来电日期 and 来电时间."""
    for name, field in found.items():
        if field.column.kind != "instant" or not field.cells:
            continue
        alone = share(field.cells, is_clock) > _MOST
        bare = share(field.cells, lambda cell: looks_like_time(cell) and not re.search(r"[:点时]", cell)) > _MOST
        for other, values in _free(cells, found).items() if alone or bare else ():
            if _shared(field.heading, other) and share(values, looks_like_time if alone else is_clock) > _MOST:
                pair = (other, field.heading) if alone else (field.heading, other)
                joined = [f"{day[:10]} {clock}" for day, clock in zip(cells[pair[0]], cells[pair[1]], strict=False)]
                found[name] = field._replace(joined=pair, cells=joined, others=[])
                break


def _shared(one: str, other: str) -> bool:
    """Return whether two headings begin alike, or are nothing but a date and a time."""
    return one[:2] == other[:2] or bool(re.fullmatch(r"日期|时间|date|time", f"{other}", re.IGNORECASE))


def _reference(register: Register, cells: Cells, found: dict[str, Field]) -> Field | None:
    """Find a column whose values stand once each and look like numbers of another system."""
    column = register.column("reference")
    for heading, values in _free(cells, found).items():
        if column is None or len(values) < 3 or len(set(values)) < len(values):
            continue
        plain = [re.fullmatch(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9_/.-]{2,39}", value) for value in values]
        counted = all(value.isdigit() and int(value) <= len(values) + 1 for value in values)  # rows, numbered
        figures = all(isinstance(value, Typed) and "." in value for value in values)
        if all(plain) and not counted and not figures and not any(looks_like_time(value) for value in values[:20]):
            return Field(column, heading, values, [], why="suggest.by_numbers")
    return None
