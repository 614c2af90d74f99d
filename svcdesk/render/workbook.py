"""A report as a workbook: the printed form, native charts, and the rows behind every figure as typed cells."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import accumulate, pairwise
from math import ceil
from pathlib import Path
from typing import Any, cast

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.errors import BadInput
from svcdesk.render.books import book
from svcdesk.render.cells import MOST_ROWS, is_figure, number_format, put
from svcdesk.render.columnwise import Write, is_verbatim
from svcdesk.render.document import Chart, Document, Sheet, Table, parted, totalled
from svcdesk.render.svg import COLOURS
from svcdesk.render.tables import cell, disarm, heading, inert, width

FONT = "宋体"
_SHADE = "#EDEDED"
LINE_HEIGHT, _HIGHEST = 16, 409  # points of a line of text of 11 points, and of the highest row there is
_WIDEST, _NARROWEST = 32, 8  # a column's width in cells
_SHORT_HEAD = 14
_AROUND, _PAGE_LINES = 4, 64  # lines beside a table's rows, and of a page of A4 upright
_LONG = 20  # rows of a table that may run over the page
_PORTRAIT = 96  # cells of width that A4 upright takes at a readable size
_FORM_WIDTH = 64  # the least width of the printed form, so that the title and the signatures have room
_CAREFUL = 1.06  # fonts differ: reckon with a little more than a text needs
_TYPED = ("money", "int", "rate", "number", "date", "instant")

# A print in black and white tells lines apart by these.
_DASHES = ("solid", "dash", "round_dot", "long_dash_dot")
_MARKERS = ("circle", "square", "triangle", "diamond", "x", "plus")


_GROUPED = "#,##0.00"  # an amount of the form, its thousands apart


def write(document: Document, path: Path, zone: tzinfo, created: datetime) -> None:
    """Write a document as a workbook; the same document and ``created`` give the same bytes.

    Raises BadInput for what a sheet cannot hold.
    """
    for table in document.sheets:
        if table.many >= MOST_ROWS:
            raise BadInput("sheet_full", most=MOST_ROWS - 1)
    with book(path) as made:
        from svcdesk.render.row_sheet import RowSheet  # as the writer of workbooks: only where one is written

        made.set_properties({"title": disarm(document.title), "created": created.astimezone(UTC).replace(tzinfo=None)})
        styles = _Styles(made)
        names: set[str] = set()
        front, annex = parted(document)
        sheet = made.add_worksheet(_sheet_name(_named(document.name), names))
        _Form(sheet, styles, zone, front, on_a_page=annex is not None).write()
        if annex:
            sheet = made.add_worksheet(_sheet_name(_named("annex"), names))
            _Form(sheet, styles, zone, annex, on_a_page=_is_short(annex)).write()
        if document.charts:
            _charts(made, _sheet_name(_named("charts"), names), document, styles)
        for table in document.sheets:
            name = _sheet_name(_named(table.key, table.title), names)
            _rows(made.add_worksheet(name, RowSheet), table, document, styles, zone)


class _Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **properties: Any) -> Any:
        """Return the format with these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(
                {"font_name": FONT, "font_size": 11, "valign": "vcenter", **properties}
            )
        return self._made[key]


def _named(key: str, title: str = "") -> str:
    """Name a sheet in the form's language: in English by its key, which never changes."""
    if messages.language() == "en":
        return key
    return title or messages.find(f"page.sheet_{key}") or key


def _sheet_name(key: str, taken: set[str]) -> str:
    """Make a sheet's name of a key: unique, of at most 31 characters, none of them forbidden."""
    plain = "".join("-" if c in "[]:*?/\\" else c for c in disarm(key)).strip("' ") or "sheet"
    name, number = plain[:31], 2
    while name.lower() in taken:
        name, number = f"{plain[: 30 - len(str(number))]}-{number}", number + 1
    taken.add(name.lower())
    return name


def _given(value: Any, column: Column, zone: tzinfo) -> Any:
    """Return what `put` types: a figure or time as the record has it, anything else as people read it."""
    if value is None or value == []:
        return ""
    is_typed = column.kind.partition(":")[0] in _TYPED and not isinstance(value, bool)
    return value if is_typed else cell(value, column, zone)


def _kind(column: Column) -> str:
    return column.kind if column.kind.partition(":")[0] in _TYPED else "text"


def _headings(table: Table | Sheet) -> list[str]:
    return [disarm(table.headings.get(column.name) or heading(column)) for column in table.columns]


def _always(style: Any) -> Callable[[str], Any]:
    return lambda _: style


def _stand(kind: str) -> dict[str, Any]:
    """Say how cells of a kind stand: figures to the right, text to the left on as many lines as it needs."""
    if is_figure(kind):
        return {"align": "right", "text_wrap": False}
    return {"align": "left", "indent": 1, "text_wrap": kind.partition(":")[0] not in _TYPED}


def _fit(texts: Sequence[str]) -> int:
    """Return the width in cells at which texts stand; a long one wraps."""
    return min(_WIDEST, max(_NARROWEST, *(width(text) + 3 for text in texts)))


def lines_of(text: str, cells: int) -> int:
    """Count the lines that a text takes in a column of a width: words stay whole, Chinese breaks anywhere."""
    room, lines = max(2.0, cells - 1), 0
    for paragraph in text.split("\n"):
        used, lines = 0.0, lines + 1
        for word in re.findall(r"[!-~\u00a1-\u2e7f]+ *|.", paragraph):
            need = width(word.rstrip()) * _CAREFUL
            if used and used + need > room:
                used, lines = 0.0, lines + 1
            lines += max(0, ceil(need / room) - 1)
            used += width(word) * _CAREFUL
    return lines


def _paper(sheet: Any, document: Document, title: str) -> None:
    """Set what every sheet prints alike: A4, one page wide, the title above, the mark and the page number below."""
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
    page = messages.say("page.page_of", page="&P", pages="&N")
    if title:
        sheet.set_header(f"&L&9{_in_header(document.title)}&R&9{_in_header(title)}")
    sheet.set_footer(f"&L&9{_in_header(document.mark)}&R&9{page}")


def _in_header(text: str) -> str:
    """Make a text safe between the codes of a header, of which all together hold 255 characters."""
    return " " + disarm(text)[:90].replace("&", "&&")


def _is_short(document: Document) -> bool:
    """Return whether all tables fit on a page, so that none is split."""
    return sum(len(table.rows) + _AROUND for table in document.form) <= _PAGE_LINES


class _Form:
    """The printed form. Its tables share one grid of columns; a narrower table's first column spans what is left."""

    def __init__(
        self, sheet: Any, styles: _Styles, zone: tzinfo, document: Document, *, on_a_page: bool = False
    ) -> None:
        self._sheet, self._styles, self._zone, self._document = sheet, styles, zone, document
        self._on_a_page = on_a_page
        self._grid = max([4, *(len(table.columns) for table in document.form)])
        self._widths = self._fitted()
        self._line = 0

    def write(self) -> None:
        """Draw the form from top to bottom."""
        document = self._document
        _paper(self._sheet, document, "")
        self._sheet.hide_gridlines(2)
        self._sheet.center_horizontally()
        if self._on_a_page:
            self._sheet.fit_to_pages(1, 1)  # upright in either language
        elif sum(self._widths) > _PORTRAIT:
            self._sheet.set_landscape()
        for place, cells in enumerate(self._widths):
            self._sheet.set_column(place, place, cells)
        self._across(document.title, size=16, bold=True, align="center")
        self._line += 1
        for pair in document.head:
            self._across(messages.say("page.line", heading=pair[0], text=pair[1]))
        summed = totalled(document)
        for place, table in enumerate(document.form):
            self._table(table, document.capitals if place == summed else "")
        self._listed("page.notes", document.notes)
        self._listed("page.attention", document.attention)
        self._signatures()
        self._sheet.print_area(0, 0, self._line - 1, self._grid - 1)

    def _fitted(self) -> list[int]:
        """Fit the columns of the grid to what stands in them, and share out what the form's least width leaves."""
        widths = [_NARROWEST] * self._grid
        for table in self._document.form:
            spare = self._grid - len(table.columns)
            for place, (column, head) in enumerate(zip(table.columns, _headings(table), strict=True)):
                if spare and not place:
                    continue
                texts = [cell(row.get(column.name), column, self._zone) for row in table.rows]
                widths[place + spare] = max(widths[place + spare], _fit([_unbroken(head), *texts]))
        for table in self._document.form:
            spare = self._grid - len(table.columns)
            if spare and table.columns:
                first = table.columns[0]
                texts = [cell(row.get(first.name), first, self._zone) for row in table.rows]
                need = _fit([_unbroken(_headings(table)[0]), *texts]) - sum(widths[: spare + 1])
                widths[0] += max(0, need)
        more = ceil(max(0, _FORM_WIDTH - sum(widths)) / self._grid)
        return [cells + more for cells in widths]

    def _across(self, text: str, size: int = 11, **properties: Any) -> None:
        """Write a text over the whole width, on as many lines as it needs."""
        style = self._styles.of(font_size=size, text_wrap=True, **properties)
        self._merge(self._line, 0, self._grid - 1, text, style)
        lines = lines_of(text, sum(self._widths) * 11 // size)
        self._sheet.set_row(self._line, min(_HIGHEST, lines * LINE_HEIGHT * size / 11 + 4))
        self._line += 1

    def _merge(self, line: int, first: int, last: int, given: Any, style: Any, kind: str = "text") -> None:
        if last > first:
            self._sheet.merge_range(line, first, line, last, "", style)
        if given == "":
            self._sheet.write_blank(line, first, None, style)
        else:
            put(self._sheet, line, first, disarm(given) if kind == "text" else given, kind, self._zone, _always(style))

    def _table(self, table: Table, total: str) -> None:
        self._line += 1
        if table.title:
            self._across(table.title, bold=True)
        spare = self._grid - len(table.columns)
        heads = _headings(table)
        head = self._styles.of(bold=True, align="center", text_wrap=True, border=1, bg_color=_SHADE)
        if len(table.rows) > _LONG and table is self._document.form[-1]:
            self._sheet.repeat_rows(self._line)
        self._height(heads, spare)
        for place, text in enumerate(heads):
            self._merge(self._line, *self._span(place, spare), text, head)
        self._line += 1
        for number, row in enumerate(table.rows):
            shown = [cell(row.get(column.name), column, self._zone) for column in table.columns]
            self._height(shown, spare)
            for place, column in enumerate(table.columns):
                looks = {**_stand(column.kind), "border": 1, "bold": number in table.strong}
                shape = _GROUPED if column.kind == "money" else number_format(_kind(column))
                style = self._styles.of(num_format=shape, **looks)
                given = _given(row.get(column.name), column, self._zone)
                self._merge(self._line, *self._span(place, spare), given, style, _kind(column))
            self._line += 1
        if not table.rows:
            self._across(messages.say("page.no_data"), border=1, indent=1)
        if total:
            self._across(messages.say("page.capitals", amount=total), bold=True, border=1, indent=1)
        if table.note:
            self._across(table.note, size=9)

    def _span(self, place: int, spare: int) -> tuple[int, int]:
        """Return the first and last column of the grid under a table's column."""
        return (0, spare) if not place else (place + spare, place + spare)

    def _height(self, texts: Sequence[str], spare: int) -> None:
        """Make a row as high as its longest text needs."""
        starts = [0, *accumulate(self._widths)]
        lines = [1]
        for place, text in enumerate(texts):
            first, last = self._span(place, spare)
            lines.append(lines_of(text, starts[last + 1] - starts[first]))
        self._sheet.set_row(self._line, min(_HIGHEST, max(lines) * LINE_HEIGHT + 4))

    def _listed(self, key: str, texts: Sequence[str]) -> None:
        if texts:
            self._line += 1
            self._across(messages.say(key), bold=True)
        for number, text in enumerate(texts, 1):
            self._across(f"{number}. {text}")

    def _signatures(self) -> None:
        """Draw a cell for each who signs, with room for a name by hand and a date."""
        who = list(self._document.signatures)
        if not who:
            return
        self._line += 1
        for some in (who[at : at + self._grid] for at in range(0, len(who), self._grid)):
            edges = self._shares(len(some))
            for n, name in enumerate(some):
                span = (edges[n], edges[n + 1] - 1)
                for step, (text, style) in enumerate(zip((name, "", messages.say("page.day")), _SIGNED, strict=True)):
                    made = self._styles.of(border=1, **style)
                    self._merge(self._line + step, *span, text, made)
            starts = [0, *accumulate(self._widths)]
            rooms = [starts[last] - starts[first] for first, last in pairwise(edges)]
            named = max(lines_of(name, cells) for name, cells in zip(some, rooms, strict=True)) * LINE_HEIGHT + 4
            for step, height in enumerate((named, 34, 20)):
                self._sheet.set_row(self._line + step, height)
            self._line += 3

    def _shares(self, parts: int) -> list[int]:
        """Cut the grid into parts of nearly the same width; each has a column at least."""
        starts = [0, *accumulate(self._widths)]
        edges = [0]
        for n in range(1, parts):
            most = self._grid - (parts - n)
            wanted = starts[-1] * n / parts
            edges.append(min((abs(starts[at] - wanted), at) for at in range(edges[-1] + 1, most + 1))[1])
        return [*edges, self._grid]


_SIGNED: tuple[dict[str, Any], ...] = (
    {"align": "center", "bg_color": _SHADE, "bold": True, "text_wrap": True},
    {},
    {"align": "left", "font_size": 9, "indent": 1},
)


def _unbroken(head: str) -> str:
    """Return the part of a heading that decides its width: a long one may wrap at a space or a bracket."""
    if width(head) <= _SHORT_HEAD:
        return head
    return max(head.replace("（", " （").split(), key=width, default="")


def _rows(sheet: Any, table: Table | Sheet, document: Document, styles: _Styles, zone: tzinfo) -> None:
    """Write a sheet of rows: its header stays in sight and repeats in print, each column can be filtered."""
    _paper(sheet, document, table.title)
    sheet.set_landscape()
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    heads = _headings(table)
    widths = [_fit([f"{text}  "]) for text in heads]  # the filter's button stands in the heading's cell
    for place, (text, column) in enumerate(zip(heads, table.columns, strict=True)):
        style = styles.of(bold=True, bg_color=_SHADE, bottom=1, **{**_stand(column.kind), "text_wrap": True})
        put(sheet, 0, place, text, "text", zone, _always(style))
    if not table.columns:
        return
    sheet.start()
    usual, strong = (_cells(sheet, table, styles, zone, widths, bold=bold) for bold in (False, True))
    done = 0
    for block in table.blocks():
        tails = [write(values) for write, values in zip(usual, block, strict=True)]
        for number in (number - done for number in table.strong if done <= number < done + len(block[0])):
            for tail, write, values in zip(tails, strong, block, strict=True):
                tail[number] = write([values[number]])[0]
        sheet.add(tails, _heights(table, block, zone))
        done += len(block[0])
    for place, cells in enumerate(widths):
        sheet.set_column(place, place, cells)
    sheet.autofilter(0, 0, max(1, table.many), len(table.columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # ids, phones and invoices are meant as text


def _cells(
    sheet: Any, table: Table | Sheet, styles: _Styles, zone: tzinfo, widths: list[int], *, bold: bool
) -> list[Write]:
    """Make what writes the cells of each column, and widens it to what stands in them."""
    kinds = dict.fromkeys(["text", *map(_kind, table.columns)])
    looks = {kind: styles.of(num_format=number_format(kind), bold=bold, **_stand(kind)) for kind in kinds}

    def number(kind: str) -> int:
        return int(looks[kind]._get_xf_index())

    def writer(place: int, column: Column) -> Write:
        def given(value: Any) -> Any:
            shown = cell(value, column, zone)
            widths[place] = max(widths[place], _fit([f"{shown}   " if column.kind == "instant" else shown]))
            return _given(value, column, zone)

        if is_verbatim(column):
            return cast(Write, sheet.verbatim(given, zone, number))
        write = sheet.writer(_kind(column), given, zone, number)
        return _widening(write, place, given, widths) if column.kind == "instant" else write

    return [writer(place, column) for place, column in enumerate(table.columns)]


def _heights(table: Table | Sheet, block: Sequence[Sequence[Any]], zone: tzinfo) -> dict[int, float]:
    """Return how high those rows of a block are in which a text needs several lines of the widest column."""
    lines: dict[int, int] = {}
    for column, values in zip(table.columns, block, strict=True):
        for number, value in enumerate(values) if _kind(column) == "text" else ():
            if value is None or (isinstance(value, str) and 2 * len(value) * _CAREFUL <= _WIDEST - 3):
                continue
            shown = cell(value, column, zone)
            if width(shown) * _CAREFUL > _WIDEST - 3:
                lines[number] = max(lines.get(number, 1), lines_of(shown, _WIDEST - 1))
    return {number: min(_HIGHEST, needed * LINE_HEIGHT + 4) for number, needed in lines.items()}


def _widening(write: Write, place: int, given: Callable[[Any], Any], widths: list[int]) -> Write:
    """Widen a column of instants, which are not written one by one, until one with its seconds fits."""
    widest = _fit(["2026-10-03 09:12:30   "])

    def written(values: Sequence[Any]) -> list[str]:
        for value in values:
            if widths[place] >= widest:
                break
            given(value)
        return write(values)

    return written


_CHART_COLUMNS, _CHART_LINES = 11, (16, 24)  # what a chart covers; its values stand to the right of it
_PAGE_PIXELS = (780, 600)  # what a page across holds for certain: a strange font makes columns a quarter wider


def _charts(book: Any, name: str, document: Document, styles: _Styles) -> None:
    """Write the charts one under another, each beside the table of its values; none is split by a page's end."""
    sheet = book.add_worksheet(name)
    _paper(sheet, document, messages.say("page.charts"))
    sheet.set_landscape()
    sheet.hide_gridlines(2)
    labels = [text for chart in document.charts for text in chart.categories]
    most = max(len(chart.series) for chart in document.charts)
    widths = [_fit([messages.say("page.category"), *labels])]
    for place in range(most):
        names = [_unbroken(chart.series[place].name) for chart in document.charts if place < len(chart.series)]
        widths.append(min(20 if most < 5 else 14, _fit(["12345678.90", *names])))
    for place, cells in enumerate(widths):
        sheet.set_column(_CHART_COLUMNS + place, _CHART_COLUMNS + place, cells)
    # Spreadsheets heed breaks between pages only at a fixed scale.
    scale = min(100, int(100 * _PAGE_PIXELS[0] / (_CHART_COLUMNS * 64 + sum(cells * 7 + 5 for cells in widths))))
    sheet.set_print_scale(max(10, scale))
    room = _PAGE_PIXELS[1] * 100 / scale / 20
    half = min(max(int(room / 2), _CHART_LINES[0]), _CHART_LINES[1])
    line, page, breaks = 0, 0, []
    for chart in document.charts:
        lines = max(half, len(chart.categories) * (3 if chart.shape == "bars" else 2) // 2 + 2)
        if line > page and line + lines > page + room:
            breaks.append(line)
            page = line
        _chart(book, sheet, name, chart, line, lines - 1, styles, widths[1:])
        line += lines
    sheet.set_h_pagebreaks(breaks)


def _chart(
    book: Any, sheet: Any, name: str, chart: Chart, line: int, lines: int, styles: _Styles, widths: Sequence[int]
) -> None:
    """Write one chart over some lines, and its values beside it."""
    head = styles.of(bold=True, bg_color=_SHADE, border=1, text_wrap=True, align="center")
    body = styles.of(num_format="0.0%" if chart.is_rate else "General", border=1)
    label = styles.of(num_format="@", border=1)
    left, last = _CHART_COLUMNS, line + len(chart.categories)
    for place, text in enumerate([messages.say("page.category"), *(series.name for series in chart.series)], left):
        put(sheet, line, place, disarm(text), "text", UTC, _always(head))
    sheet.set_row(
        line,
        max(1, *(lines_of(s.name, cells) for s, cells in zip(chart.series, widths, strict=False)), 1) * LINE_HEIGHT,
    )
    for step, category in enumerate(chart.categories, 1):
        put(sheet, line + step, left, disarm(category), "text", UTC, _always(label))
        for place, series in enumerate(chart.series, left + 1):
            value = series.values[step - 1]
            if value is None:
                sheet.write_blank(line + step, place, None, body)
            else:
                sheet.write_number(line + step, place, value, body)
    if not chart.categories or not chart.series:
        put(sheet, line, 0, disarm(chart.title), "text", UTC, _always(styles.of(bold=True)))
        put(sheet, line + 1, 0, messages.say("page.no_data"), "text", UTC, _always(styles.of()))
        return
    drawn = book.add_chart(_SHAPES[chart.shape])
    for place in range(len(chart.series)):
        colour = COLOURS[place % len(COLOURS)]
        looks: dict[str, Any] = {"fill": {"color": colour}, "border": {"color": "#404040", "width": 0.5}}
        if chart.shape == "line":
            looks = {
                "line": {"color": colour, "width": 2, "dash_type": _DASHES[place % len(_DASHES)]},
                "marker": {"type": _MARKERS[place % len(_MARKERS)], "size": 6, "fill": {"color": colour}},
            }
        if chart.shape != "stacked":  # in a stack they overlap; the figures stand beside it
            looks["data_labels"] = _labels(chart, place)
        drawn.add_series(
            {
                "name": [name, line, left + 1 + place],
                "categories": [name, line + 1, left, last, left],
                "values": [name, line + 1, left + 1 + place, last, left + 1 + place],
                **looks,
            }
        )
    _axes(drawn, chart)
    drawn.set_size({"width": _CHART_COLUMNS * 64 - 16, "height": lines * 20 - 14})
    sheet.insert_chart(line, 0, drawn, {"object_position": 1, "y_offset": 6, "description": disarm(chart.title)})


def _labels(chart: Chart, place: int) -> dict[str, Any]:
    """Say how a series' values are written: upright where columns stand close, a level line's only at its end."""
    values = [value for series in chart.series for value in series.values if value is not None]
    most = max(map(abs, values), default=0)
    form = "0%" if chart.is_rate else "0" if most >= 100 else "General"
    labels: dict[str, Any] = {"value": True, "font": {"size": 8}, "num_format": form}
    if chart.shape == "line":
        labels["position"] = "below" if place % 2 else "above"
        if len(set(chart.series[place].values)) == 1:
            labels["custom"] = [{"delete": True}] * (len(chart.categories) - 1)
    elif chart.shape == "columns" and len(str(int(most))) * len(chart.categories) * len(chart.series) > _CROWDED:
        labels["font"] = {"size": 8, "rotation": -90}
    return labels


_CROWDED = 90  # figures of all labels together that stand side by side under a chart's width


_SHAPES: dict[str, dict[str, str]] = {
    "stacked": {"type": "column", "subtype": "stacked"},
    "columns": {"type": "column"},
    "line": {"type": "line"},
    "bars": {"type": "bar"},
}


def _axes(drawn: Any, chart: Chart) -> None:
    """Set a chart's title, axes and legend; a bar chart reads from the top down."""
    values: dict[str, Any] = {
        "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
        "num_format": "General",
    }
    if chart.is_rate:
        values |= {"min": 0, "max": 1, "num_format": "0%"}
    elif not any(value for series in chart.series for value in series.values):
        values |= {"min": 0, "max": 1}
    if chart.unit:
        values["name"] = inert(disarm(chart.unit))
        values["name_font"] = {"size": 9, "bold": False}
    drawn.set_title({"name": inert(disarm(chart.title)), "name_font": {"size": 13}})
    drawn.show_blanks_as("gap")
    if chart.shape == "bars":
        drawn.set_x_axis(values)
        drawn.set_y_axis(
            {"reverse": True, "crossing": "max", "interval_unit": 1, "label_position": "low", "num_font": {"size": 9}}
        )
    else:
        drawn.set_x_axis({"num_font": {"size": 9}, "label_position": "low"})
        drawn.set_y_axis(values)
    drawn.set_legend({"none": True} if len(chart.series) == 1 else {"position": "bottom"})
