"""A report on a terminal, or as plain text and markdown: its tables, small bars, and what needs attention."""

from collections.abc import Sequence
from datetime import tzinfo
from io import StringIO
from shutil import get_terminal_size
from typing import TextIO

from svcdesk import messages
from svcdesk.render import tables
from svcdesk.render.document import Chart, Document, Table

_STEPS = "▁▂▃▄▅▆▇█"
_BAR_CELLS = 24
_NO_VALUE = "·"
_A_SCREEN = 20


def summarise(document: Document, out: TextIO, zone: tzinfo, in_full: str) -> None:
    """Draw a report on a terminal; of one longer than the screen its first table, and the command that shows it all.

    Only a form whose front page says the main things is cut so: elsewhere every table is the report itself.
    """
    drawn = StringIO()
    write(document, "table", drawn, zone)
    if document.front and drawn.getvalue().count("\n") >= get_terminal_size().lines:
        (first, *others), charts = document.form, document.charts
        more = messages.say("report.in_full", n=len(others) + len(charts), command=in_full)
        document = document._replace(form=[first], charts=(), notes=(*document.notes, more))
    write(document, "table", out, zone)


def write(document: Document, form: str, out: TextIO, zone: tzinfo) -> None:
    """Write a report as a table (Rich), plain or markdown."""
    is_markdown = form == "markdown"
    out.write(f"{'# ' if is_markdown else ''}{_said(document.title, is_markdown)}\n")
    first, *others = document.form
    _table(first, form, out, zone, titled=False)
    _notes(document.notes, is_markdown, is_markdown, out)
    for table in others:
        if table.rows:
            _table(table, form, out, zone)
    for chart in document.charts if form == "table" else ():
        if [series.name for series in chart.series] != [chart.title]:
            out.write(f"\n{tables.disarm(chart.title)}\n")
        for line in _bars(chart) if chart.shape == "bars" else _sparks(chart):
            out.write(f"{tables.disarm(line)}\n")
    if document.attention:
        _heading(messages.say("report.attention"), is_markdown, out)
        _notes(document.attention, True, is_markdown, out)
    out.write(f"\n{_said(document.mark, is_markdown)}\n")


def _said(text: str, is_markdown: bool) -> str:
    return tables.literal(tables.disarm(text)) if is_markdown else tables.disarm(text)


def _table(table: Table, form: str, out: TextIO, zone: tzinfo, *, titled: bool = True) -> None:
    if titled:
        _heading(table.title, form == "markdown", out)
    out.write("\n" if form == "markdown" or not titled else "")
    tables.records(table.rows, table.columns, form, zone, out, headings=table.headings)
    if table.note:
        out.write("\n" if form == "markdown" else "")
        out.write(f"{_said(table.note, form == 'markdown')}\n")


def _heading(text: str, is_markdown: bool, out: TextIO) -> None:
    out.write(f"\n{'## ' if is_markdown else ''}{_said(text, is_markdown)}\n")


def _notes(lines: Sequence[str], bulleted: bool, is_markdown: bool, out: TextIO) -> None:
    if lines:
        out.write("\n")
    for line in lines:
        out.write(f"{'- ' if bulleted else ''}{_said(line, is_markdown)}\n")


def spark(values: Sequence[float | None], most: float | None = None) -> str:
    """Draw values as one small bar each, on a scale from 0; a dot where there is none."""
    top = most or max((value for value in values if value), default=0) or 1
    drawn = (_NO_VALUE if value is None else _STEPS[round(value / top * (len(_STEPS) - 1))] for value in values)
    return "".join(drawn)


def _sparks(chart: Chart) -> list[str]:
    """Draw each series of a chart as a line: its name, small bars, and its last value."""
    width = max(tables.width(series.name) for series in chart.series)
    lines = []
    for series in chart.series:
        last = series.values[-1] if series.values else None
        latest = "" if last is None else f"{last:.1%}" if chart.is_rate else f"{last:.2f}"
        drawn = spark(series.values, 1.0 if chart.is_rate else None)
        lines.append(f"{tables.pad(series.name, width)}  {drawn}  {latest}".rstrip())
    if chart.categories:
        lines.append(f"{' ' * width}  {chart.categories[0]} … {chart.categories[-1]}")
    return lines


def _bars(chart: Chart) -> list[str]:
    """Draw one bar a category, to the length of its value; what is more than a screen is counted."""
    names, values = chart.categories[:_A_SCREEN], [value or 0 for value in chart.series[0].values]
    width, top = max(map(tables.width, names)), max(values, default=0) or 1
    drawn = [
        f"{tables.pad(name, width)}  {'█' * round(value / top * _BAR_CELLS)} {value:g}"
        for name, value in zip(names, values, strict=False)
    ]
    left = len(values) - len(names)
    return [*drawn, messages.say("report.more_bars", n=left)] if left else drawn
