"""Registers that somebody else keeps, read strictly: CSV, TSV and XLSX as rows of text, each with its line."""

import codecs
import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from svcdesk.errors import BadInput, DeskError
from svcdesk.model import LIVE

ENCODINGS = ("utf-8-sig", "gb18030")
_CSV_FAULTS = {"end of data": "csv_open", "expected after": "csv_quote", "field limit": "csv_long"}
LARGEST_FIELD = 1_000_000  # characters
_CHUNK = 1 << 20
_MOST_LINES = 1_048_576  # of a sheet
_LARGEST_PART, _TIGHTEST = 50 << 20, 100  # a larger part that was packed tighter is no register
_EXACT = 10**15  # from here on a spreadsheet's number has lost digits
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
        if path.suffix.lower() in (".xlsx", ".xlsm") or _kind(path) == "workbook":
            return _workbook(path, sheet)
        if (kind := _kind(path)) and not encoding:
            raise BadInput(f"file_{kind}", path=path)
        return _text(path, encoding)
    except OSError as error:
        raise BadInput("file", path=path, detail=error) from None


def _kind(path: Path) -> str | None:
    """Name what a file is by its first bytes, whatever it is called; None for what may be plain text."""
    with path.open("rb") as file:
        head = file.read(512)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "html" if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML) else None


_MAGIC = (
    (b"PK\x03\x04", "workbook"),
    (b"\xd0\xcf\x11\xe0", "xls"), (codecs.BOM_UTF16_LE, "utf16"), (codecs.BOM_UTF16_BE, "utf16"),
)  # fmt: skip
_HTML = (b"<!doctype", b"<html", b"<table", b"<head", b"<body", b"<?xml", b"<meta")


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
        if any(map(str.strip, cells)):  # rows that are blank altogether are no rows
            yield Row(line, cells)


def _headings(cells: list[str]) -> tuple[list[str], int]:
    """Return the headings without those that --errors added, and how many these were. Raises BadInput."""
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
        raise BadInput("file_xls" if _kind(path) == "xls" else "workbook", path=path) from error


def _read_workbook(path: Path, sheet: str | None) -> Source:
    book = _opened(path)
    if sheet is not None and sheet not in book.sheetnames:
        raise BadInput("sheet", text=sheet, names=book.sheetnames)
    seen = [each.title for each in book.worksheets if each.sheet_state == "visible"]
    name = sheet if sheet is not None else (seen or book.sheetnames)[0]
    book.close()
    calculated = _has_formulas(path)
    first = next(_cells(path, name, calculated), None)
    if first is None:
        raise BadInput("no_rows", path=path)
    while first.cells and not first.cells[-1]:
        first.cells.pop()
    headings, added = _headings(first.cells)

    def rows() -> Iterator[Row]:
        with _sound(path):
            every = _cells(path, name, calculated)
            next(every, None)
            fitted = (row._replace(cells=_fitted(row.cells, len(headings) + added)) for row in every)
            yield from _checked(fitted, len(headings), added)

    return Source("xlsx", headings, rows, True, name)


def _opened(path: Path, *, values: bool = True) -> Any:
    """Open a workbook for its values or its formulas. Raises BadInput for what would burst the memory."""
    import zipfile

    from openpyxl import load_workbook

    with zipfile.ZipFile(path) as parts:
        for part in parts.infolist():
            if part.file_size > _LARGEST_PART and part.file_size > part.compress_size * _TIGHTEST:
                raise BadInput("workbook_bomb", path=path, part=part.filename, size=part.file_size >> 20)
    return load_workbook(path.open("rb"), read_only=True, data_only=values)


def _has_formulas(path: Path) -> bool:
    import zipfile

    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                with parts.open(name) as part:
                    tail = b""
                    while chunk := part.read(_CHUNK):
                        if b"<f>" in tail + chunk or b"<f " in tail + chunk:
                            return True
                        tail = chunk[-3:]
    return False


def _cells(path: Path, name: str, calculated: bool) -> Iterator[Row]:
    """Read a sheet's rows. A formula whose value was never saved is a fault, not an empty cell."""
    books = [_opened(path), *([_opened(path, values=False)] if calculated else [])]
    sheets = [book[name] for book in books]
    for sheet in sheets:
        sheet.reset_dimensions()  # what a writer claims about the sheet's size is not always so
    try:
        for line, (values, *formulas) in enumerate(zip(*(sheet.iter_rows() for sheet in sheets), strict=True), 1):
            if line > _MOST_LINES:
                raise BadInput("workbook", path=path)
            cells = [_cell(cell.value, cell) for cell in values]
            fault = _fault(values, *formulas)
            if fault or any(map(str.strip, cells)):
                yield Row(line, cells, fault)
    finally:
        for book in books:
            book.close()


def _fault(values: Any, formulas: Any = ()) -> DeskError | None:
    for cell in values:
        if cell.value is not None and cell.data_type == "e":
            return BadInput("cell_error", cell=cell.coordinate, text=cell.value)
    for place, cell in enumerate(formulas):
        if cell.value is not None and cell.data_type == "f" and values[place].value is None:
            return BadInput("cell_formula", cell=cell.coordinate)
    return None


def _fitted(cells: list[str], width: int) -> list[str]:
    """Cut the blank cells behind the last heading, and fill up those that the workbook left out."""
    while len(cells) > width and not cells[-1]:
        cells = cells[:-1]
    return cells + [""] * (width - len(cells))


def _cell(value: object, cell: Any = None) -> str:
    """Write a typed cell as the text a person would have typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        whole = (value + timedelta(microseconds=500_000)).replace(microsecond=0)  # a cell's time is a fraction of a day
        is_date = whole.time() == time() and "h" not in getattr(cell, "number_format", "").lower()
        return whole.date().isoformat() if is_date else whole.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and abs(value) >= _EXACT:
        return f"{value:.4E}"  # its last digits are lost: written so that nobody takes it for a number in full
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.15g}"  # as many digits as a spreadsheet shows: 0.1 + 0.2 is 0.3
    if isinstance(value, str) and "_x" in value:
        from openpyxl.utils.escape import unescape

        return str(unescape(value))  # _x000D_ is how a sheet holds a carriage return
    return str(value)


def disarmed(text: str) -> str:
    """Take off the apostrophe with which an export for spreadsheets disarmed a text."""
    return text[1:] if text[:1] == "'" and text[1:2] in LIVE else text


def as_given(row: Row, width: int) -> list[str]:
    """Return a row's original cells, as many as there are headings; what a comma split off stays joined on."""
    cells = row.cells
    if len(cells) > width:
        return [*cells[: width - 1], ",".join(cells[width - 1 :])]
    return cells + [""] * (width - len(cells))
