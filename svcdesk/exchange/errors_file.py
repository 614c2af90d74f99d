"""The bad rows handed back as they came, with line and reason, so that they come in again by the same rules."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from svcdesk.exchange.readers import ADDED, as_given
from svcdesk.exchange.rows import Row, Source, Typed
from svcdesk.exchange.rules_toml import RulesFile
from svcdesk.render.books import book

Bad = Iterable[tuple[Row, int | str, str]]

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def write_errors(path: Path, name: str, source: Source, rules: RulesFile, bad: Bad) -> None:
    """Write bad rows: a workbook where the name says so, else a text in the source's encoding, with its delimiter."""
    if name.lower().endswith(".xlsx"):
        _write_workbook(path, source, bad)
        return
    codec, delimiter = ("utf-8", ",") if source.is_workbook else (source.encoding, source.delimiter)
    if source.is_workbook:
        delimiter = rules.dialect.delimiter or ","
    with path.open("w", encoding=codec, errors="backslashreplace", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
        writer.writerows(_heads(source))
        for row, place, reason in bad:
            cells = as_given(row, source.width, source.delimiter)
            writer.writerow([*(_written(cell, rules) for cell in cells), place, reason])


def _heads(source: Source) -> Iterator[list[str]]:
    """Give the heading lines and what stands over them, as they came; the last with our two headings."""
    *above, last = source.heads
    yield from above
    cells = last[: source.width]
    yield [*cells, *[""] * (source.width - len(cells)), *ADDED]


def _written(cell: str, rules: RulesFile) -> str:
    """Write a cell that a workbook typed as the rules would read it in a text."""
    if not isinstance(cell, Typed):
        return cell
    return rules.forms.written(cell) if _TIME.fullmatch(cell) else rules.signs.written(cell)


def _write_workbook(path: Path, source: Source, bad: Bad) -> None:
    with book(path) as made:
        sheet = made.add_worksheet((source.sheet or "Sheet1")[:31])
        day, moment = (made.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"))
        for line, cells in enumerate(_heads(source)):
            sheet.write_row(line, 0, cells)
        for line, (row, place, reason) in enumerate(bad, len(source.heads)):
            for column, cell in enumerate([*as_given(row, source.width), str(place), reason]):
                _put(sheet, line, column, cell, day, moment)


def _put(sheet: Any, line: int, column: int, cell: str, day: Any, moment: Any) -> None:
    if isinstance(cell, Typed) and _TIME.fullmatch(cell):
        sheet.write_datetime(line, column, datetime.fromisoformat(cell), moment if len(cell) > 10 else day)
    elif isinstance(cell, Typed) and _NUMBER.fullmatch(cell):
        sheet.write_number(line, column, float(cell))
    elif cell:
        sheet.write_string(line, column, cell)
