"""A sheet of many rows, whole rows written at once to a file beside the workbook: its memory does not grow with them.

XlsxWriter writes the sheet's parts around the rows; the cells are written as it writes them, texts inline as it does
itself where memory is to stay constant. tests/render/test_workbook.py holds the two against each other.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from svcdesk.model import LIVE
from svcdesk.render.cells import kept, naive, typed
from svcdesk.render.columnwise import Write, as_they_are, by_the_hour, each

Style = Callable[[str], int]  # the number of the format of a kind

# What XML, a spreadsheet or XlsxWriter reads another way than as it stands.
_HARMFUL = f"[&<>]|_x|^[ {re.escape(''.join(LIVE))}]| $"
_EPOCH = datetime(1899, 12, 31)
_DAY = 86_400
_MOST_UNITS = 32_767  # of UTF-16, that a cell holds


class RowSheet(Worksheet):
    """A worksheet under whose heading further rows are written, from top to bottom, in blocks of columns."""

    def start(self) -> None:
        """Begin with the rows. What is written to cells before stands above them."""
        self._rows = tempfile.TemporaryFile("w+", encoding="utf-8", newline="", dir=self.tmpdir)  # noqa: SIM115
        self._next: int = self.dim_rowmax + 2  # as a sheet counts

    def add(self, tails: Sequence[Sequence[str]], heights: Mapping[int, float]) -> None:
        """Write rows: of each column what follows the cells' names, empty where a cell is; some with a height."""
        lines = range(self._next, self._next + len(tails[0]))
        cells = [
            [f'<c r="{letters}{line}{tail}' if tail else "" for line, tail in zip(lines, column, strict=True)]
            for letters, column in zip(map(xl_col_to_name, range(len(tails))), tails, strict=True)
        ]
        rows = zip(lines, map("".join, zip(*cells, strict=True)), strict=True)
        high = {self._next + row: f' ht="{points:g}" customHeight="1"' for row, points in heights.items()}
        self._rows.write("".join(f'<row r="{line}"{high.get(line, "")}>{row}</row>' for line, row in rows if row))
        self._next += len(lines)
        self.dim_rowmax = self._next - 2

    def verbatim(self, given: Callable[[Any], Any], zone: tzinfo, style: Style) -> Write:
        """Make what writes a column of texts that people read as they stand, as ``writer`` does."""
        lead = f'" s="{style("text")}" t="inlineStr"><is><t>'

        def around(texts: Sequence[str]) -> list[str]:
            longest = max(texts, key=len)
            if len(longest) > _MOST_UNITS // 2:
                return [*map(tail, texts)]
            for text in [longest] if "".join(texts).isascii() else {*texts}:
                given(text)
            return [f"{lead}{text}</t></is></c>" if text else "" for text in texts]

        def tail(value: Any) -> str:
            return self._tail(given(value) or "", "text", style)

        return as_they_are(_HARMFUL, lambda value: tail(value) if value else "", around)

    def writer(self, kind: str, given: Callable[[Any], Any], zone: tzinfo, style: Style) -> Write:
        """Make what writes a column's cells, all but their names; ``given`` returns what ``put`` would be given."""

        def tail(value: Any) -> str:
            put = given(value)
            return "" if put == "" else self._tail(typed(put, kind, zone), kind, style)

        if kind != "instant":
            return each(tail)
        as_instant = _lead(style(kind))

        def lead(first: datetime, last: datetime) -> tuple[int, int, str] | None:
            begun = first.replace(tzinfo=None)
            is_regular = naive(first, zone) == begun and naive(last, zone) == last.replace(tzinfo=None)
            return (*_since(begun), as_instant) if is_regular else None

        return by_the_hour(lead, _instant, tail)

    def _tail(self, value: Any, kind: str, style: Style) -> str:
        if isinstance(value, bool):
            return f'" s="{style("flag")}" t="b"><v>{value:d}</v></c>'
        if isinstance(value, date):
            at = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
            return _number(_serial(*_since(at)), _lead(style(kind)))
        if isinstance(value, int | float):
            return _number(value, _lead(style(kind)))
        text = self._escape_data(self._escape_control_characters(_fitting(kept(value))))
        space = ' xml:space="preserve"' if text != text.strip() else ""
        return f'" s="{style("text")}" t="inlineStr"><is><t{space}>{text}</t></is></c>'

    def _write_sheet_data(self) -> None:
        self._xml_start_tag("sheetData")
        last, self.dim_rowmax = self.dim_rowmax, max(self.table, default=0)
        self._write_rows()
        self.dim_rowmax = last
        with self._rows:
            self._rows.seek(0)
            shutil.copyfileobj(self._rows, self.fh, 1 << 16)
        self._xml_end_tag("sheetData")


def _lead(style: int) -> str:
    return f'" s="{style}"><v>'


def _number(value: float, lead: str) -> str:
    return f"{lead}{value:.16G}</v></c>"


def _since(at: datetime) -> tuple[int, int]:
    """Return the days and seconds since a sheet's clock began."""
    since = at - _EPOCH
    return since.days, since.seconds


def _serial(days: int, seconds: int) -> float:
    """Return an instant as a sheet counts it: its calendar has a 29 February 1900."""
    return days + seconds / _DAY + 1


def _instant(begun: tuple[int, int, str], rest: str) -> str:
    days, seconds, lead = begun
    return _number(_serial(days, seconds + int(rest[1:3]) * 60 + int(rest[4:6])), lead)


def _fitting(text: str) -> str:
    if len(text) <= _MOST_UNITS // 2:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * _MOST_UNITS].decode("utf-16-le", "ignore")
