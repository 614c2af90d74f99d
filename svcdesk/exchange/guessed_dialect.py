"""The dialect of a table by evidence: which rows are its headings, totals and footer, and which sheets are alike."""

import re
from collections.abc import Callable
from itertools import islice, takewhile
from typing import NamedTuple

from svcdesk.exchange.dialect import ALL_SHEETS, Dialect
from svcdesk.exchange.rows import WORKBOOKS, Raw, Row, Table, Tally

_LOOKED_AT = 12  # lines that may be headings
_SAMPLE = 2000  # rows looked at for totals and footers
_TOTALS = ("合计", "小计", "总计", "共计", "Total", "TOTAL", "Sum", "Subtotal", "Grand total")
_FOOTERS = (
    "填表", "填报", "制表", "填写", "审核", "审批人", "说明", "注：", "注:", "备注：", "备注:", "负责人", "经办人",
)  # fmt: skip

Knows = Callable[[str], bool]


class Guess(NamedTuple):
    """A dialect, and why: the key and the values of a remark for each of its options."""

    dialect: Dialect
    reasons: dict[str, dict[str, object]]

    def filled(self, headings: list[str]) -> "Guess":
        """Return the guess with columns whose blank cells continue the one above."""
        return Guess(self.dialect._replace(fill_down=tuple(headings)), self.reasons | {"fill_down": {}})


def guess(raw: Raw, encoding: str | None, knows: Knows) -> Guess:
    """Find the dialect of a file. ``knows`` says whether a heading is one that means something to us."""
    table, reasons = raw.tables[0], dict[str, dict[str, object]]()
    rows = list(islice(table.records(Tally()), _SAMPLE))
    using = Dialect(encoding=encoding)
    if not rows:
        return Guess(using, reasons)
    header = _header(rows[:_LOOKED_AT], knows)
    if header != (rows[0].line,) or rows[0].line > 1:
        using = using._replace(header=header)
        reasons["header"] = {"n": sum(1 for row in rows if row.line < header[0])}
    body = [row for row in rows if row.line > header[-1]]
    if totals := _totals(body):
        using = using._replace(skip=tuple(f"{word}*" for word in totals))
        reasons["skip"] = {"n": sum(_first(row).startswith(tuple(totals)) for row in body)}
    if stop := _footer(body):
        using = using._replace(stop_at=stop)
        reasons["stop_at"] = {}
    if raw.encoding not in WORKBOOKS and raw.delimiter != ",":
        using = using._replace(delimiter=raw.delimiter)
        reasons["delimiter"] = {}
    if raw.encoding in WORKBOOKS:
        heads, seen = _cells(table, header), [each for each in raw.tables[1:] if each.name not in raw.unread]
        alike = [each for each in seen if _cells(each, header) == heads]
        using = using._replace(sheets=(ALL_SHEETS,) if alike else (str(table.name),))
        if alike:
            reasons["sheet"] = {"n": len(alike) + 1}
    return Guess(using, reasons)


def _cells(table: Table, header: tuple[int, ...]) -> list[list[str]]:
    rows = takewhile(lambda row: row.line <= header[-1], table.records(Tally()))
    return [row.cells for row in rows if row.line in header]


def _first(row: Row) -> str:
    return next((cell.strip() for cell in row.cells if cell.strip()), "")


def _header(rows: list[Row], knows: Knows) -> tuple[int, ...]:
    """Return the line whose cells know most headings, with the one below it where that fills its gaps."""
    widest = max(_filled(row) for row in rows)

    def score(row: Row) -> tuple[int, bool, int]:
        known = sum(knows(cell) for cell in row.cells if cell.strip())
        return (known if _filled(row) > 1 else 0, _filled(row) * 2 > widest and not _has_figures(row), -row.line)

    best = max(rows, key=score)
    below = next((row for row in rows if row.line == best.line + 1), None)
    if below is not None and _completes(best.cells, below.cells):
        return (best.line, below.line)
    return (best.line,)


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row.cells)


def _has_figures(row: Row) -> bool:
    """Return whether a row holds what headings do not: numbers and dates."""
    return sum(re.fullmatch(r"[\d\s./:,-]{2,}", cell.strip()) is not None for cell in row.cells) * 3 > _filled(row)


def _completes(upper: list[str], lower: list[str]) -> bool:
    """Return whether a lower line names what a merged upper cell left without a name of its own, and little else."""
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    pairs = [(top.strip(), below.strip()) for top, below in zip(upper, lower, strict=True)]
    gaps = sum(bool(below) and not top for top, below in pairs)
    both = sum(bool(below) and bool(top) for top, below in pairs)
    return gaps > 0 and both <= gaps and both * 2 < width


def _totals(rows: list[Row]) -> list[str]:
    return [word for word in _TOTALS if any(_first(row).startswith(word) for row in rows)]


def _footer(rows: list[Row]) -> str | None:
    """Find the text with which the foot of a form begins: alone or nearly so on one of the last rows."""
    for row in rows[-6:]:
        if _filled(row) <= 2 and (word := next((w for w in _FOOTERS if _first(row).startswith(w)), None)):
            return f"^{re.escape(word)}"
    return None
