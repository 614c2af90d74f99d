"""The dialect of a table: where its headings stand, how they are told apart, and which of its rows are records."""

import re
from collections.abc import Callable, Iterator
from fnmatch import translate
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from svcdesk.errors import BadInput
from svcdesk.exchange.rows import WORKBOOKS, Raw, Row, Source, Table, Tally

ADDED = ["line", "reason"]  # what --errors adds; a mended file may come back with them
ALL_SHEETS = "*"
_SAMPLE = 500  # rows

Matches = Callable[[str], bool]


class Dialect(NamedTuple):
    """What a rules file says of the table itself: [options] and [where]."""

    encoding: str | None = None
    delimiter: str | None = None
    header: tuple[int, ...] = ()
    sheets: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    stop_at: str | None = None
    where: tuple[tuple[str, Matches], ...] = ()


PLAIN = Dialect()


def pattern(text: str) -> Matches:
    """Read a pattern: ``~`` begins a regular expression, else * and ? stand for any text. Raises BadInput."""
    try:
        if text.startswith("~"):
            found = re.compile(text[1:])
            return lambda cell: found.search(cell) is not None
        whole = re.compile(translate(text))
    except (re.error, RecursionError, OverflowError) as error:
        raise BadInput("rules_pattern", text=text, detail=str(error)) from None
    return lambda cell: whole.match(cell.strip()) is not None


class _Head(NamedTuple):
    """The headings of a table, the lines that they stand on and all above them, and the last of these lines."""

    headings: list[str]
    added: int
    heads: tuple[list[str], ...]
    last: int


def read(path: Path, raw: Raw, using: Dialect) -> Source:
    """Find the headings of the tables that are asked for, and hand on their rows as records. Raises BadInput."""
    tables = _chosen(path, raw, using)
    heads = [(table, _head(path, table, using, raw.encoding in WORKBOOKS)) for table in tables]
    heads = [(table, head) for table, head in heads if head]
    if not heads:
        raise BadInput("no_rows", path=path)
    head = heads[0][1]
    assert head is not None
    tally = Tally()
    judge = _Judge(using, head.headings)
    several = len(heads) > 1

    def rows() -> Iterator[Row]:
        tally.reset()
        for table, own in heads:
            assert own is not None
            yield from judge.records(table, own, raw.encoding in WORKBOOKS, several, tally)

    left = [table for table in raw.tables if table.name and table not in tables]
    return Source(
        raw.encoding, head.headings, rows, raw.armed, tables[0].name, raw.delimiter, len(head.headings),
        head.heads, tally, tuple((str(table.name), count) for table in left if (count := _count(table))),
    )  # fmt: skip


def _chosen(path: Path, raw: Raw, using: Dialect) -> list[Table]:
    """Return the tables that are asked for: the first, those named, or all that are seen."""
    names = [str(table.name) for table in raw.tables]
    if not using.sheets or raw.encoding not in WORKBOOKS:
        return raw.tables[:1]
    if using.sheets == (ALL_SHEETS,):
        return [table for table in raw.tables if table.name not in raw.unread]
    for name in using.sheets:
        if name not in names:
            raise BadInput("sheet", text=name, names=names)
    return [table for name in using.sheets for table in raw.tables if table.name == name]


def _count(table: Table) -> int:
    return sum(1 for _ in table.records(Tally()))


# Headings


def _head(path: Path, table: Table, using: Dialect, is_workbook: bool) -> _Head | None:
    """Read the heading lines of a table; None where it is empty. Raises BadInput."""
    if not using.header:
        first = next(table.records(Tally()), None)
        if first is None:
            return None
        if first.fault:
            raise first.fault
        return _named((first.cells,), (first.cells,), first.line, _width(table, first.line) if is_workbook else 0)
    lines: dict[int, list[str]] = {}
    for row in islice(table.records(Tally()), max(using.header)):
        if row.line > max(using.header):
            break
        lines[row.line] = row.cells
    lacking = [line for line in using.header if line not in lines]
    if lacking and not lines:
        return None
    if lacking:
        raise BadInput("header_missing", path=path, line=lacking[0])
    last = max(using.header)
    heads = tuple(lines.get(line, []) for line in range(1, last + 1))
    return _named(tuple(lines[line] for line in using.header), heads, last, _width(table, last) if is_workbook else 0)


def _width(table: Table, last: int) -> int:
    """Return how many cells the first rows of a sheet have: a column may hold notes and have no heading."""
    sample = islice((row for row in table.records(Tally()) if row.line > last), _SAMPLE)
    return max((place for row in sample for place, cell in enumerate(row.cells, 1) if cell.strip()), default=0)


def _named(lines: tuple[list[str], ...], heads: tuple[list[str], ...], last: int, width: int) -> _Head:
    """Join the heading lines, and give every column a name of its own; a sheet's columns may have none."""
    names = joined([[cell.strip() for cell in cells] for cells in lines])
    while width and names and not names[-1]:
        names.pop()
    added = len(ADDED) if names[-len(ADDED) :] == ADDED else 0
    names = names[: len(names) - added]
    if not added:
        names += [""] * (width - len(names))
    return _Head(told_apart(names), added, heads, last)


def joined(lines: list[list[str]]) -> list[str]:
    """Join two heading lines by /: a merged upper cell stands over all the lower ones up to the next."""
    if len(lines) == 1:
        return list(lines[0])
    width = max(map(len, lines))
    upper, *rest = [line + [""] * (width - len(line)) for line in lines]
    lower = joined(rest)
    over, names = "", []
    for top, below in zip(upper, lower, strict=True):
        over = top or (over if below else "")
        names.append("/".join(part for part in (over, below) if part))
    return names


def told_apart(names: list[str]) -> list[str]:
    """Number the headings that stand more than once, and name the blank ones by their place."""
    seen: dict[str, int] = {}
    found = []
    for place, name in enumerate(names, 1):
        if not name:
            found.append(f"column {place}")
        elif names.count(name) > 1:
            seen[name] = seen.get(name, 0) + 1
            found.append(f"{name}#{seen[name]}")
        else:
            found.append(name)
    return found


def doubled(headings: list[str], name: str) -> bool:
    """Return whether a heading stands more than once, so that it needs its number."""
    return name not in headings and f"{name}#1" in headings


# Rows


class _Judge:
    """Judges row by row what is a record, and what is a total, a footer or none that is asked for."""

    def __init__(self, using: Dialect, headings: list[str]) -> None:
        self._headings = headings
        self._skip = [pattern(text) for text in using.skip]
        self._stop = pattern(f"~{using.stop_at}") if using.stop_at else None
        self._fill = [self._place(name) for name in using.fill_down]
        self._where = [(self._place(name), matches) for name, matches in using.where]

    def _place(self, name: str) -> int:
        if doubled(self._headings, name):
            raise BadInput("heading_twice", names=[name])
        if name not in self._headings:
            raise BadInput("heading_missing", text=name, names=self._headings)
        return self._headings.index(name)

    def records(self, table: Table, head: _Head, is_workbook: bool, several: bool, tally: Tally) -> Iterator[Row]:
        """Read a table's records behind its headings, each as wide as these are."""
        places = self._places(table, head) if head.headings != self._headings else None
        width = len(head.headings)
        above: list[str] = []
        own, inside, seen = Tally(), 0, 0
        stopped = False
        for row in table.records(own):
            if row.line <= head.last:
                inside = own.inside
                continue
            seen += 1
            stopped = stopped or (self._stop is not None and self._stop(_first(row)))
            if stopped or any(matches(_first(row)) for matches in self._skip):
                tally.footer, tally.skipped = tally.footer + stopped, tally.skipped + (not stopped)
                continue
            row = checked(row, width, head.added, is_workbook)
            if places and not row.fault:
                row = row._replace(cells=[row.cells[place] for place in places])
            self._fill_in(row, above)
            if not row.fault and not all(matches(row.cells[place]) for place, matches in self._where):
                tally.filtered += 1
                continue
            tally.rows += 1
            yield row._replace(sheet=table.name) if several else row
        tally.lines += own.lines
        heading = min(head.last + inside, own.lines)
        tally.heading += heading
        tally.inside += own.inside - inside
        tally.blank += own.lines - heading - (own.inside - inside) - seen

    def _places(self, table: Table, head: _Head) -> list[int]:
        """Say where a further sheet has the headings of the first. Raises BadInput where it lacks one."""
        lacking = [name for name in self._headings if name not in head.headings]
        if lacking:
            raise BadInput("sheet_differs", text=table.name, names=lacking)
        return [head.headings.index(name) for name in self._headings]

    def _fill_in(self, row: Row, above: list[str]) -> None:
        """Fill the cells that a merge left blank with what stands above them."""
        if not self._fill or row.fault:
            return
        for place in self._fill:
            if not row.cells[place].strip() and above:
                row.cells[place] = above[place]
        above[:] = row.cells


def _first(row: Row) -> str:
    """Return the first cell of a row that holds anything."""
    return next((cell.strip() for cell in row.cells if cell.strip()), "")


def checked(row: Row, width: int, added: int, is_workbook: bool) -> Row:
    """Return a row as wide as the headings, or with what is wrong with it. In a workbook no cell can have moved."""
    if row.fault:
        return row
    if is_workbook:
        row = row._replace(cells=row.cells + [""] * (width + added - len(row.cells)))
    elif len(row.cells) != width + added:
        return row._replace(fault=BadInput("ragged", found=len(row.cells), wanted=width + added))
    if "\0" in "".join(row.cells):
        return row._replace(fault=BadInput("nul"))
    return row
