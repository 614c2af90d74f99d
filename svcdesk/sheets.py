"""A register as a workbook: typed cells, streamed row by row, no text of it live."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

from svcdesk.errors import BadInput
from svcdesk.model import Record
from svcdesk.periods import placed
from svcdesk.registers import Column
from svcdesk.show import csv_header, flattened

_LIVE = ("=", "+", "-", "@", "\t", "\r")
_MOST_ROWS = 1_048_576
_MOST_CHARACTERS = 32_767
_FIRST_DATE = 1900
_WIDTHS = {"instant": 19, "date": 11, "money": 12, "text": 18, "json": 24}


def write_workbook(
    rows: Iterable[Record], columns: Sequence[Column], path: Path, zone: tzinfo, now: datetime, name: str
) -> None:
    """Write records to a workbook. Raises BadInput for what a sheet cannot hold, before it is cut short silently."""
    from xlsxwriter import Workbook

    book = Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": now.replace(tzinfo=None)})
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    formats = {
        "money": book.add_format({"num_format": "0.00"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "text": book.add_format({"num_format": "@"}),
        "head": book.add_format({"bold": True}),
    }
    kinds = [kind for column in columns for kind in _kinds(column)]
    for place, (heading, kind) in enumerate(zip(csv_header(columns), kinds, strict=True)):
        sheet.set_column(place, place, _WIDTHS.get(kind, 10))
        sheet.write_string(0, place, heading, formats["head"])
    try:
        for line, row in enumerate(rows, 1):
            if line >= _MOST_ROWS:
                raise BadInput("sheet_full", most=_MOST_ROWS - 1)
            for place, (text, kind) in enumerate(zip(flattened(row, columns), kinds, strict=True)):
                if text:
                    _write(sheet, line, place, text, kind, formats, zone)
    finally:
        book.close()


def _kinds(column: Column) -> list[str]:
    if column.keys:
        return ["money" if key == "amount" else "text" for key in column.keys]
    kind, _, rest = column.kind.partition(":")
    return ["money" if rest == "wage" else kind]


def _write(sheet: Any, line: int, place: int, text: str, kind: str, formats: dict[str, Any], zone: tzinfo) -> None:
    if kind == "money" and text.replace(".", "", 1).isdigit():
        sheet.write_number(line, place, float(text), formats["money"])
    elif kind == "int" and text.isdigit():
        sheet.write_number(line, place, int(text))
    elif kind == "flag":
        sheet.write_boolean(line, place, text == "true")
    elif kind == "date" and int(text[:4]) > _FIRST_DATE:
        sheet.write_datetime(line, place, date.fromisoformat(text), formats[kind])
    elif kind == "instant" and (at := _naive(text, zone)):
        sheet.write_datetime(line, place, at, formats[kind])
    else:
        if text.startswith(_LIVE):
            text = f"'{text}"
        if len(text) > _MOST_CHARACTERS:
            raise BadInput("cell_full", line=line + 1, most=_MOST_CHARACTERS)
        sheet.write_string(line, place, text, formats["text"])


def _naive(text: str, zone: tzinfo) -> datetime | None:
    """Give an instant as centre time without an offset, or None where that would not say which instant it is."""
    at = datetime.fromisoformat(text)
    naive = at.replace(tzinfo=None)
    try:
        return naive if at.year > _FIRST_DATE and placed(naive, zone, text) == at else None
    except BadInput:
        return None
