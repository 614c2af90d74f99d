"""Registers that somebody else keeps, read strictly: CSV, TSV and XLSX as rows of text, each with its line."""

import codecs
import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from svcdesk.errors import BadInput, DeskError

ENCODINGS = ("utf-8-sig", "gb18030")
_CSV_FAULTS = {"end of data": "csv_open", "expected after": "csv_quote", "field limit": "csv_long"}
LARGEST_FIELD = 1_000_000  # characters
_CHUNK = 1 << 20
_EXACT = 10**15  # from here on a spreadsheet's number has lost digits
_LIVE = ("=", "+", "-", "@", "\t", "\r")
ADDED = ["line", "reason"]  # what --errors adds; a mended file may come back with them


class Row(NamedTuple):
    """One row: the line it begins on, its cells, and what is wrong with it as a row."""

    line: int
    cells: list[str]
    fault: DeskError | None = None


class Source(NamedTuple):
    """A file being read: the encoding found, its headings, and its rows, which can be read more than once.

    ``armed`` says that texts may carry the apostrophe with which an export disarms formulas for spreadsheets.
    """

    encoding: str
    headings: list[str]
    rows: Callable[[], Iterator[Row]]
    armed: bool
    sheet: str | None = None


def open_source(path: Path, encoding: str | None = None, sheet: str | None = None) -> Source:
    """Open a register. Raises BadInput for what cannot be read as one."""
    try:
        if not (path.is_file() or path.is_dir()) and path.exists():
            raise BadInput("no_file", path=path)
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            return _workbook(path, sheet)
        return _text(path, encoding)
    except OSError as error:
        raise BadInput("file", path=path, detail=error) from None


def find_encoding(path: Path) -> str:
    """Find the encoding of the whole file, strictly: UTF-8 with or without BOM, then GB18030. Raises BadInput."""
    for name in ENCODINGS:
        decoder = codecs.getincrementaldecoder(name)()
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
            return name
        except UnicodeDecodeError:
            continue
    raise BadInput("encoding", path=path)


def _text(path: Path, told: str | None) -> Source:
    encoding = told or find_encoding(path)
    try:
        codecs.lookup(encoding)
        b"".decode(encoding)
    except LookupError:
        raise BadInput("encoding_unknown", text=encoding) from None
    with path.open("rb") as file:
        armed = file.read(3) == codecs.BOM_UTF8
    if armed and encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        encoding = "utf-8-sig"
    csv.field_size_limit(LARGEST_FIELD)
    tab = path.suffix.lower() in (".tsv", ".tab")

    def records() -> Iterator[Row]:
        lines = _lines(path, encoding, told is not None)
        return _records(csv.reader(lines, delimiter="\t" if tab else ",", strict=True))

    first = next(records(), None)
    if first is None:
        raise BadInput("no_rows", path=path)
    if first.fault:
        raise first.fault
    headings, added = _headings(first.cells)

    def rows() -> Iterator[Row]:
        every = records()
        next(every, None)
        return _checked(every, len(headings), added)

    return Source(encoding.removesuffix("-sig"), headings, rows, armed)


def _lines(path: Path, encoding: str, told: bool) -> Iterator[str]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from file
    except UnicodeError:
        raise BadInput("encoding_other" if told else "encoding", path=path, encoding=encoding) from None


def _records(reader: Any) -> Iterator[Row]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # The reader goes on with the next line; what it could not read is one bad row.
            why = next((key for words, key in _CSV_FAULTS.items() if words in str(error)), "csv")
            yield Row(line, [], BadInput(why, line=line, detail=str(error), most=LARGEST_FIELD))
            continue
        if any(cells):  # rows that are blank altogether are no rows
            yield Row(line, cells)


def _headings(cells: list[str]) -> tuple[list[str], int]:
    """Give the headings without those that --errors added, and how many these were. Raises BadInput."""
    names = [cell.strip() for cell in cells]
    added = len(ADDED) if names[-len(ADDED) :] == ADDED else 0
    names = names[: len(names) - added]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput("heading_twice", names=[name or "“”" for name in twice])
    return names, added


def _checked(rows: Iterator[Row], width: int, added: int) -> Iterator[Row]:
    for row in rows:
        if row.fault:
            yield row
        elif len(row.cells) != width + added:
            yield row._replace(fault=BadInput("ragged", found=len(row.cells), wanted=width + added))
        elif "\0" in "".join(row.cells):
            yield row._replace(fault=BadInput("nul"))
        else:
            yield row


def _workbook(path: Path, sheet: str | None) -> Source:
    with _sound(path):
        return _read_workbook(path, sheet)


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    """Refuse a file that is no workbook, or a damaged one: what openpyxl then raises is whatever it stumbled over."""
    try:
        yield
    except (DeskError, OSError):
        raise
    except Exception as error:
        raise BadInput("workbook", path=path) from error


def _read_workbook(path: Path, sheet: str | None) -> Source:
    book = _opened(path)
    if sheet is not None and sheet not in book.sheetnames:
        raise BadInput("sheet", text=sheet, names=book.sheetnames)
    name = sheet if sheet is not None else book.worksheets[0].title
    first = next(_cells(book[name]), None)
    book.close()
    if first is None:
        raise BadInput("no_rows", path=path)
    while first.cells and not first.cells[-1]:
        first.cells.pop()
    headings, added = _headings(first.cells)

    def rows() -> Iterator[Row]:
        with _sound(path):
            again = _opened(path)
            every = _cells(again[name])
            next(every, None)
            fitted = (row._replace(cells=_fitted(row.cells, len(headings) + added)) for row in every)
            yield from _checked(fitted, len(headings), added)
            again.close()

    return Source("xlsx", headings, rows, True, name)


def _opened(path: Path) -> Any:
    from openpyxl import load_workbook

    return load_workbook(path, read_only=True, data_only=True)


def _cells(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # what a writer claims about the sheet's size is not always so
    for line, values in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = [_cell(value) for value in values]
        if any(cells):
            yield Row(line, cells)


def _fitted(cells: list[str], width: int) -> list[str]:
    """Cut the blank cells behind the last heading, and fill up those that the workbook left out."""
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    return cells + [""] * (width - len(cells))


def _cell(value: object) -> str:
    """Write a typed cell as the text a person would have typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        whole = (value + timedelta(microseconds=500_000)).replace(microsecond=0)  # a cell's time is a fraction of a day
        return whole.date().isoformat() if whole.time() == time() else whole.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and abs(value) >= _EXACT:
        return f"{value:.4E}"  # its last digits are lost: written so that nobody takes it for a number in full
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str) and "_x" in value:
        from openpyxl.utils.escape import unescape

        return str(unescape(value))  # _x000D_ is how a sheet holds a carriage return
    return str(value)


def disarmed(text: str) -> str:
    """Take off the apostrophe with which an export for spreadsheets disarmed a text."""
    return text[1:] if text[:1] == "'" and text[1:2] in _LIVE else text


def as_given(row: Row, width: int) -> list[str]:
    """Give a row's original cells, as many as there are headings; what an unquoted comma split off stays joined on."""
    cells = row.cells
    if len(cells) > width:
        return [*cells[: width - 1], ",".join(cells[width - 1 :])]
    return cells + [""] * (width - len(cells))
