"""Registers that somebody else keeps, read strictly: CSV, TSV and XLSX as rows of text, each with its line."""

import codecs
import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from svcdesk.errors import BadInput, DeskError

ENCODINGS = ("utf-8-sig", "gb18030")
LARGEST_FIELD = 1_000_000  # characters
_CHUNK = 1 << 20


class Row(NamedTuple):
    """One row: the line it begins on, its cells, and what is wrong with it as a row."""

    line: int
    cells: list[str]
    fault: DeskError | None = None


class Source(NamedTuple):
    """A file being read: the encoding found, its headings, and its rows."""

    encoding: str
    headings: list[str]
    rows: Iterator[Row]


def open_source(path: Path, encoding: str | None = None, sheet: str | None = None) -> Source:
    """Open a register. Raises BadInput for what cannot be read as one."""
    try:
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            return _workbook(path, sheet)
        return _text(path, encoding or find_encoding(path))
    except OSError as error:
        raise BadInput("file", path=path, detail=error.strerror) from None


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


def _text(path: Path, encoding: str) -> Source:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise BadInput("encoding_unknown", text=encoding) from None
    csv.field_size_limit(LARGEST_FIELD)
    reader = csv.reader(_lines(path, encoding), delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True)
    rows = _records(reader)
    first = next(rows, None)
    if first is None:
        raise BadInput("no_rows", path=path)
    if first.fault:
        raise first.fault
    return Source(encoding.removesuffix("-sig"), _headings(first.cells), _checked(rows, len(first.cells)))


def _lines(path: Path, encoding: str) -> Iterator[str]:
    try:
        with path.open(encoding=encoding, newline="") as file:
            yield from file
    except UnicodeDecodeError:
        raise BadInput("encoding", path=path) from None


def _records(reader: "csv._reader") -> Iterator[Row]:  # type: ignore[name-defined]
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadInput("csv", line=line, detail=str(error)) from None
        if any(cells):  # rows that are blank altogether are no rows
            yield Row(line, cells)


def _headings(cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput("heading_twice", names=twice)
    return names


def _checked(rows: Iterator[Row], width: int) -> Iterator[Row]:
    for row in rows:
        if len(row.cells) != width:
            yield row._replace(fault=BadInput("ragged", found=len(row.cells), wanted=width))
        elif any("\0" in cell for cell in row.cells):
            yield row._replace(fault=BadInput("nul"))
        else:
            yield row


def _workbook(path: Path, sheet: str | None) -> Source:
    import zipfile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError):
        raise BadInput("workbook", path=path) from None
    if sheet is not None and sheet not in book.sheetnames:
        raise BadInput("sheet", text=sheet, names=book.sheetnames)
    rows = _cells(book[sheet] if sheet else book.worksheets[0])
    first = next(rows, None)
    if first is None:
        raise BadInput("no_rows", path=path)
    while first.cells and not first.cells[-1]:
        first.cells.pop()
    headings = _headings(first.cells)
    fitted = (row._replace(cells=_fitted(row.cells, len(headings))) for row in rows)
    return Source("xlsx", headings, _checked(fitted, len(headings)))


def _cells(sheet: object) -> Iterator[Row]:
    for line, values in enumerate(sheet.iter_rows(values_only=True), 1):  # type: ignore[attr-defined]
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
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
