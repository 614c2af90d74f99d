"""A register as a workbook: typed cells, streamed row by row, no text of it live."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from svcdesk.columns import Column
from svcdesk.errors import BadInput
from svcdesk.model import Record
from svcdesk.render.books import book
from svcdesk.render.cells import MOST_ROWS, number_format, put
from svcdesk.render.tables import csv_header, flattened

_WIDTHS = {"instant": 19, "date": 11, "money": 12, "text": 18, "json": 24}


def write_workbook(
    rows: Iterable[Record], columns: Sequence[Column], path: Path, zone: tzinfo, now: datetime, name: str
) -> None:
    """Write records to a workbook. Raises BadInput for what a sheet cannot hold, before it is cut short silently."""
    with book(path, constant_memory=True) as made:
        made.set_properties({"created": now.replace(tzinfo=None)})
        _fill(made, made.add_worksheet(name), rows, columns, zone)


def _fill(made: Any, sheet: Any, rows: Iterable[Record], columns: Sequence[Column], zone: tzinfo) -> None:
    sheet.freeze_panes(1, 0)
    formats = {
        kind: made.add_format({"num_format": number_format(kind)}) for kind in ("money", "date", "instant", "text")
    }
    head = made.add_format({"bold": True})
    kinds = [kind for column in columns for kind in _kinds(column)]
    for place, (heading, kind) in enumerate(zip(csv_header(columns), kinds, strict=True)):
        sheet.set_column(place, place, _WIDTHS.get(kind, 10))
        sheet.write_string(0, place, heading, head)
    for line, row in enumerate(rows, 1):
        if line >= MOST_ROWS:
            raise BadInput("sheet_full", most=MOST_ROWS - 1)
        for place, (text, kind) in enumerate(zip(flattened(row, columns), kinds, strict=True)):
            if text:
                put(sheet, line, place, text, kind, zone, formats.get)


def _kinds(column: Column) -> list[str]:
    if column.keys:
        return ["money" if key == "amount" else "text" for key in column.keys]
    kind, _, rest = column.kind.partition(":")
    return ["money" if rest == "wage" else kind]
