"""A report as people are handed it: tables, charts, notes and cells to sign, before a writer draws it.

A document says what stands where, in the reader's language; terminal, workbook and page each draw the same one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from svcdesk.columns import Column
from svcdesk.model import Record

Block = Sequence[Sequence[Any]]  # some rows, column by column
_BLOCK = 250  # rows


class Table(NamedTuple):
    """Rows under columns.

    ``key`` is English and never changes (a workbook's sheet, an anchor in a page). A column's ``kind`` says how a cell
    is typed: besides a register's kinds there are rate (a fraction: 0.875 is 87.5 %) and number:N (N decimals).
    ``strong`` are the places of rows that stand out, such as a total. ``headings`` take a column's own heading's place.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Record]
    strong: tuple[int, ...] = ()
    headings: dict[str, str] = {}  # noqa: RUF012 - never changed
    note: str = ""

    @property
    def many(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def blocks(self) -> Iterator[Block]:
        """Give the rows in blocks."""
        for start in range(0, len(self.rows), _BLOCK):
            some = self.rows[start : start + _BLOCK]
            yield [[row.get(column.name) for row in some] for column in self.columns]


class Sheet(NamedTuple):
    """The rows behind a figure, as many as there are: read where they are written, never kept.

    ``read`` gives them in blocks, anew each time; the rest is as in Table.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    many: int
    read: Callable[[], Iterable[Block]]
    strong: tuple[int, ...] = ()
    headings: dict[str, str] = {}  # noqa: RUF012 - never changed

    def blocks(self) -> Iterator[Block]:
        """Give the rows in blocks."""
        return iter(self.read())


class Series(NamedTuple):
    """One line of values of a chart, one for each category; None where there is none."""

    name: str
    values: Sequence[float | None]


class Chart(NamedTuple):
    """A chart. ``shape``: stacked or columns (categories along the bottom), line, or bars (categories down the side).

    ``unit`` is what the values are; with ``is_rate`` they are fractions from 0 to 1.
    """

    key: str
    title: str
    shape: str
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    is_rate: bool = False


class Document(NamedTuple):
    """A report as a whole.

    ``name`` is monthly, projects or staff; ``head`` are lines under the title (heading, text); ``form`` the tables that
    are printed and handed in; ``capitals`` the total in Chinese capitals, where there is one; ``attention`` what
    somebody should see to; ``signatures`` the cells to sign; ``sheets`` the rows behind every figure; ``mark`` the
    ledger's entry, at the foot of every page.
    """

    name: str
    title: str
    head: Sequence[tuple[str, str]]
    form: Sequence[Table]
    charts: Sequence[Chart] = ()
    sheets: Sequence[Table | Sheet] = ()
    notes: Sequence[str] = ()
    attention: Sequence[str] = ()
    signatures: Sequence[str] = ()
    capitals: str = ""
    mark: str = ""
    front: int | None = None  # how many tables stand on the first page, with the notes and signatures; None: all


def parted(document: Document) -> tuple[Document, Document | None]:
    """Return what is signed, and the tables that follow it on pages of their own, where there are some."""
    if document.front is None or len(document.form) <= document.front:
        return document, None
    rest = document._replace(head=(), form=document.form[document.front :], notes=(), signatures=(), capitals="")
    return document._replace(form=document.form[: document.front]), rest


def grouped(text: str, column: Column) -> str:
    """Write an amount of a form with its thousands apart: 17697.00 is 17,697.00."""
    if column.kind != "money" or not text:
        return text
    whole, point, cents = text.partition(".")
    return f"{int(whole):,}{point}{cents}" if whole.lstrip("-").isdigit() else text


def totalled(document: Document) -> int:
    """Return the place of the table that the capitals stand under: the first with a strong row, else the last."""
    return next((place for place, table in enumerate(document.form) if table.strong), len(document.form) - 1)
