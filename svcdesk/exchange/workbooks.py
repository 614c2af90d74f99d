"""Workbooks as rows of text: XLSX through openpyxl, .xls and .ods through python-calamine where it is installed."""

import time as clock
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from svcdesk.errors import BadInput, DeskError
from svcdesk.exchange import error_cells
from svcdesk.exchange.encodings import Opener
from svcdesk.exchange.rows import Raw, Row, Table, Tally, Typed

_CHUNK = 1 << 20
_MOST_LINES = 1_048_576  # of a sheet
_MOST_CELLS = 4096  # of a row
_LARGEST_PART, _TIGHTEST = 50 << 20, 100  # a larger part that was packed tighter is no register
_LARGEST_SUM = 2 << 30  # of all parts together
_TICK = 100  # rows between two looks at the clock
_SECONDS, _BYTES_A_SECOND = 60.0, 100_000  # a sheet may take this long, and longer as it is larger
_EXACT = 10**15  # from here on a spreadsheet's number has lost digits
_OLD = (b"\xd0\xcf\x11\xe0",)


def open_xlsx(path: Path, opened: Opener) -> Raw:
    """Open an XLSX workbook: its visible sheets as tables. Raises BadInput."""
    with _sound(path):
        size = _checked_parts(path, opened)
        book = _book(opened)
        seen = [each.title for each in book.worksheets if each.sheet_state == "visible"] or book.sheetnames[:1]
        hidden = tuple(name for name in book.sheetnames if name not in seen)
        book.close()
        formulas = _has_formulas(opened)
    until = _SECONDS + size / _BYTES_A_SECOND
    tables = [Table(partial(_rows, path, opened, name, formulas, until), name) for name in (*seen, *hidden)]
    return Raw("xlsx", tables, True, unread=hidden)


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    """Refuse a file that is no workbook, or a damaged one: what openpyxl then raises is whatever it stumbled over."""
    try:
        yield
    except (DeskError, OSError):
        raise
    except Exception as error:
        raise BadInput("workbook", path=path) from error


def _checked_parts(path: Path, opened: Opener) -> int:
    """Return how large the parts are together. Raises BadInput for what would burst the memory."""
    import zipfile

    with zipfile.ZipFile(opened()) as parts:
        for part in parts.infolist():
            if part.file_size > _LARGEST_PART and part.file_size > part.compress_size * _TIGHTEST:
                raise BadInput("workbook_bomb", path=path, part=part.filename, size=part.file_size >> 20)
        size = sum(part.file_size for part in parts.infolist())
    if size > _LARGEST_SUM:
        raise BadInput("workbook_bomb", path=path, part=path.name, size=size >> 20)
    return size


def _book(opened: Opener, *, values: bool = True) -> Any:
    from openpyxl import load_workbook

    return load_workbook(opened(), read_only=True, data_only=values)


def _has_formulas(opened: Opener) -> bool:
    import zipfile

    with zipfile.ZipFile(opened()) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                with parts.open(name) as part:
                    tail = b""
                    while chunk := part.read(_CHUNK):
                        if b"<f>" in tail + chunk or b"<f " in tail + chunk:
                            return True
                        tail = chunk[-3:]
    return False


def _rows(path: Path, opened: Opener, name: str, calculated: bool, seconds: float, tally: Tally) -> Iterator[Row]:
    """Read a sheet's rows. A formula whose value was never saved is a fault, not an empty cell."""
    with _sound(path):
        books = [_book(opened), *([_book(opened, values=False)] if calculated else [])]
        sheets = [book[name] for book in books]
        for sheet in sheets:
            sheet.reset_dimensions()  # what a writer claims about the sheet's size is not always so
        until = clock.monotonic() + seconds
        try:
            for line, (values, *formulas) in enumerate(zip(*(sheet.iter_rows() for sheet in sheets), strict=True), 1):
                _refuse_endless(path, line, len(values), until)
                tally.lines += 1
                cells = [_cell(cell.value, getattr(cell, "number_format", "")) for cell in values]
                fault = _fault(values, *formulas)
                if fault or any(map(str.strip, cells)):
                    yield Row(line, cells, fault)
                else:
                    tally.blank += 1
        finally:
            for book in books:
                book.close()


def _refuse_endless(path: Path, line: int, width: int, until: float) -> None:
    if line > _MOST_LINES:
        raise BadInput("workbook", path=path)
    if width > _MOST_CELLS:
        raise BadInput("workbook_wide", path=path, line=line, width=width, most=_MOST_CELLS)
    if line % _TICK == 0 and clock.monotonic() > until:
        raise BadInput("workbook_slow", path=path, line=line)


def _fault(values: Any, formulas: Any = ()) -> DeskError | None:
    for cell in values:
        if cell.value is not None and cell.data_type == "e":
            return BadInput("cell_error", cell=cell.coordinate, text=cell.value)
    for place, cell in enumerate(formulas):
        if cell.value is not None and cell.data_type == "f" and values[place].value is None:
            return BadInput("cell_formula", cell=cell.coordinate)
    return None


def open_old(path: Path, opened: Opener) -> Raw:
    """Open an .xls or .ods workbook. Raises BadInput, also where the optional reader is not installed."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise BadInput("file_xls", path=path) from None
    with opened() as file:
        kind = "xls" if file.read(4) in _OLD else "ods"
    if kind == "ods":
        with _sound(path):
            _checked_parts(path, opened)
    try:
        book = CalamineWorkbook.from_filelike(opened())
    except CalamineError:
        raise BadInput("file_xls_locked", path=path) from None
    seen = [sheet.name for sheet in book.sheets_metadata if "visible" in str(sheet.visible).lower()]
    names = seen or book.sheet_names[:1]
    hidden = tuple(name for name in book.sheet_names if name not in names)
    with opened() as file:
        errors = error_cells.in_xls(file) if kind == "xls" else error_cells.in_ods(file)
    tables = [Table(partial(_old_rows, book, name, errors), name) for name in (*names, *hidden)]
    return Raw(kind, tables, True, unread=hidden)


def _old_rows(book: Any, name: str, errors: error_cells.Found, tally: Tally) -> Iterator[Row]:
    values: Iterable[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    for line, row in enumerate(values, 1):
        tally.lines += 1
        cells = [_cell(None if value == "" else value, "") for value in row]
        if error := errors.get((name, line)):
            yield Row(line, cells, BadInput("cell_error", cell=error[0], text=error[1]))
        elif any(map(str.strip, cells)):
            yield Row(line, cells)
        else:
            tally.blank += 1


def _cell(value: object, number_format: str) -> str:
    """Write a typed cell as the text a person would have typed."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        whole = (value + timedelta(microseconds=500_000)).replace(microsecond=0)  # a cell's time is a fraction of a day
        is_date = whole.time() == time() and "h" not in (number_format or "").lower()
        return Typed(whole.date().isoformat() if is_date else whole.isoformat(sep=" "))
    if isinstance(value, date | time):
        return Typed(value.isoformat() if isinstance(value, date) else value.replace(microsecond=0).isoformat())
    if isinstance(value, int | float) and abs(value) >= _EXACT:
        return f"{value:.4E}"  # its last digits are lost: written so that nobody takes it for a number in full
    if isinstance(value, float):
        return Typed(int(value) if value.is_integer() else f"{value:.15g}")  # as many digits as a spreadsheet shows
    return Typed(value) if isinstance(value, int) else str(value)


def _text(value: str) -> str:
    if "_x" in value:
        from openpyxl.utils.escape import unescape

        return str(unescape(value))  # _x000D_ is how a sheet holds a carriage return
    return value
