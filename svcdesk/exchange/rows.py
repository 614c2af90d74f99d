"""What readers hand on: rows of text with their lines, cells that a workbook typed, and a tally that adds up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import NamedTuple

from svcdesk.errors import DeskError


class Row(NamedTuple):
    """One row: the line it begins on, its cells, what is wrong with it, and its sheet where several are read."""

    line: int
    cells: list[str]
    fault: DeskError | None = None
    sheet: str | None = None

    @property
    def place(self) -> int | str:
        """Where the row stands, for people: its line, behind the sheet where several are read."""
        return f"{self.sheet}!{self.line}" if self.sheet else self.line


class Typed(str):
    """The text of a cell that a workbook typed: a date or time as ISO, a number with a decimal point."""

    __slots__ = ()


@dataclass
class Tally:
    """What became of every physical line in one reading of a register."""

    lines: int = 0
    rows: int = 0
    heading: int = 0  # the heading lines, and what stands above them
    blank: int = 0
    inside: int = 0  # lines that go on within a cell
    skipped: int = 0  # totals and the like, by [options] skip
    footer: int = 0  # from stop_at on
    filtered: int = 0  # by [where]

    def reset(self) -> None:
        """Begin a reading anew."""
        for field in fields(self):
            setattr(self, field.name, 0)

    @property
    def aside(self) -> dict[str, int]:
        """The lines that are no rows, by why."""
        counts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: count for name, count in counts.items() if count and name not in ("lines", "rows")}


Records = Callable[[Tally], Iterator[Row]]


class Table(NamedTuple):
    """One table as it lies in a file, before it is known which of its rows are records. ``name`` is a sheet's."""

    records: Records
    name: str | None = None


class Raw(NamedTuple):
    """A file opened: its tables in order, and what its bytes say of themselves.

    ``armed`` says that texts may carry the apostrophe with which an export disarms formulas for spreadsheets.
    """

    encoding: str
    tables: list[Table]
    armed: bool
    delimiter: str = ","
    unread: tuple[str, ...] = ()  # sheets that are there and hidden


class Source(NamedTuple):
    """A register being read: its encoding, its headings, and its rows, which can be read more than once.

    ``width`` is how many headings are the file's own; behind them stand those that rules work out.
    """

    encoding: str
    headings: list[str]
    rows: Callable[[], Iterator[Row]]
    armed: bool
    sheet: str | None = None
    delimiter: str = ","
    width: int = 0
    heads: tuple[list[str], ...] = ()  # the heading lines as they stand, and what stands over them
    tally: Tally = Tally()
    unread: tuple[tuple[str, int], ...] = ()  # sheets that were not read, with their rows

    @property
    def is_workbook(self) -> bool:
        """Whether the cells have types of their own."""
        return self.encoding in WORKBOOKS


WORKBOOKS = ("xlsx", "xls", "ods")
