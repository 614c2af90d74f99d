"""A report as one HTML file: no network, no script, light and dark, and printed on A4 as it stands."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from html import escape
from itertools import chain
from typing import Any, TextIO

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.model import Record
from svcdesk.render.cells import is_figure
from svcdesk.render.columnwise import Write, as_they_are, each, for_people, is_verbatim
from svcdesk.render.document import Chart, Document, Sheet, Table, grouped, parted, totalled
from svcdesk.render.svg import svg
from svcdesk.render.tables import cell, disarm, heading, width

_BROAD = 9  # more columns than these stand on a page across, in smaller type
_WHOLE = 20  # rows of a table of the form that is not split between two pages
_SAMPLE = 200  # rows that decide how much room a text gets
_LANGUAGES = {"zh": "zh-CN", "en": "en"}


def write(document: Document, out: TextIO, zone: tzinfo) -> None:
    """Write a document as a page. What stands in it is shown, never acted on."""
    title = _safe(document.title)
    body = ' class="broad"' if any(map(_is_broad, document.form)) else ""
    out.write(
        f'<!DOCTYPE html>\n<html lang="{_LANGUAGES[messages.language()]}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{_STYLE}{_page_foot(document)}</style>\n</head>\n"
        f"<body{body}>\n<main>\n"
        f"<header>\n<h1>{title}</h1>\n"
    )
    if document.head:
        pairs = "".join(f"<div><dt>{_safe(name)}</dt><dd>{_safe(text)}</dd></div>" for name, text in document.head)
        out.write(f"<dl>{pairs}</dl>\n")
    out.write("</header>\n")
    if document.attention:
        out.write(f'<aside class="attention">\n<h2>{_say("attention")}</h2>\n{_list(document.attention)}</aside>\n')
    front, annex = parted(document)
    _tables(out, front, zone)
    if document.notes:
        out.write(f'<section class="notes">\n<h2>{_say("notes")}</h2>\n{_list(document.notes)}</section>\n')
    if document.signatures:
        cells = "".join(f"<div><b>{_safe(who)}</b><span>{_say('day')}</span></div>" for who in document.signatures)
        out.write(f'<section class="signatures" aria-label="{_say("sign")}">\n{cells}\n</section>\n')
    if annex:
        out.write(f'<div class="annex">\n<h2>{_say("annex")}</h2>\n')
        _tables(out, annex, zone)
        out.write("</div>\n")
    if document.charts:
        out.write(f'<section class="charts">\n<h2>{_say("charts")}</h2>\n')
        for chart in document.charts:
            _chart(out, chart, zone)
        out.write("</section>\n")
    if document.sheets:
        out.write(f'<section class="sheets">\n<h2>{_say("behind")}</h2>\n')
        for table in document.sheets:
            name = _safe(messages.say("page.rows", title=table.title, n=table.many))
            out.write(f'<details id="{_anchor(table.key)}">\n<summary>{name}</summary>\n')
            _table(out, table, zone)
            out.write("</details>\n")
        out.write("</section>\n")
    out.write(f"</main>\n<footer>{_safe(document.mark)}</footer>\n</body>\n</html>\n")


def _tables(out: TextIO, document: Document, zone: tzinfo) -> None:
    """Write the tables of the form, the total in capitals under its own."""
    summed = totalled(document)
    for place, table in enumerate(document.form):
        whole = ' class="whole"' if len(table.rows) <= _WHOLE else ""
        out.write(f'<section id="{_anchor(table.key)}"{whole}>\n')
        _table(out, table, zone)
        if place == summed and document.capitals:
            out.write(f'<p class="capitals">{_safe(messages.say("page.capitals", amount=document.capitals))}</p>\n')
        if table.note:
            out.write(f'<p class="note">{_safe(table.note)}</p>\n')
        out.write("</section>\n")


def _safe(text: str) -> str:
    return escape(disarm(text))


def _say(name: str) -> str:
    return _safe(messages.say(f"page.{name}"))


def _anchor(key: str) -> str:
    """Return the id of an element for a key; charts have their own, so that no two are alike."""
    return f"table-{_safe(key)}"


def _list(texts: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{_safe(text)}</li>" for text in texts) + "</ul>\n"


def _table(out: TextIO, table: Table | Sheet, zone: tzinfo) -> None:
    """Write a table; long ones stream block by block."""
    broad = " broad" if _is_broad(table) else ""
    blocks = table.blocks()
    first = next(blocks, [()] * len(table.columns))
    out.write(f'<div class="wide{broad}"><table>\n<caption>{_safe(table.title)}</caption>\n<thead><tr>')
    for column, values in zip(table.columns, first, strict=True):
        head = _safe(table.headings.get(column.name) or heading(column))
        room = _room(column, values, zone) if broad else ""
        out.write(f'<th scope="col"{_class(column)}{room}>{head}</th>')
    out.write("</tr></thead>\n<tbody>\n")
    line, writers, number = _line(table.columns), [_writer(column, zone) for column in table.columns], 0
    for block in chain([first], blocks):
        rows = [*zip(*(write(values) for write, values in zip(writers, block, strict=True)), strict=True)]
        lines = [line % cells for cells in rows]
        for place in range(len(rows)):
            if number + place in table.strong:
                lines[place] = lines[place].replace("<tr>", '<tr class="strong">', 1)
        out.write("".join(lines))
        number += len(rows)
    if not table.many:
        out.write(f'<tr><td colspan="{max(1, len(table.columns))}">{_say("no_data")}</td></tr>\n')
    out.write("</tbody>\n</table></div>\n")


def _line(columns: Sequence[Column]) -> str:
    """Return what a row is written into; its first cell names it."""
    first = "".join(f'<th scope="row"{_class(column)}>%s</th>' for column in columns[:1])
    rest = "".join(f"<td{_class(column)}>%s</td>" for column in columns[1:])
    return f"<tr>{first}{rest}</tr>\n"


def _writer(column: Column, zone: tzinfo) -> Write:
    """Make what writes a column's values: shown, never acted on."""

    def of(value: Any) -> str:
        return _safe(grouped(cell(value, column, zone), column))

    if column.kind == "instant":
        return for_people(zone, of)
    return as_they_are("[&<>\"']", of, list) if is_verbatim(column) else each(of)


def _is_broad(table: Table | Sheet) -> bool:
    return len(table.columns) > _BROAD


def _room(column: Column, values: Sequence[Any], zone: tzinfo) -> str:
    """Keep room for a column's text, so that many columns do not squeeze it to a letter a line."""
    if column.kind != "text":
        return ""
    longest = max((width(cell(value, column, zone)) for value in values[:_SAMPLE]), default=0)
    return f' style="min-width: {min(14, longest * 0.6 + 1.4):.1f}em"' if longest > 4 else ""


def _class(column: Column) -> str:
    if is_figure(column.kind):
        return ' class="n"'
    return "" if column.kind == "text" else ' class="k"'


def _chart(out: TextIO, chart: Chart, zone: tzinfo) -> None:
    """Write a chart with the values behind it, for those who want them exactly or cannot see it."""
    kind = "rate" if chart.is_rate else "text"
    places = [f"{n}" for n in range(len(chart.series))]
    figure = (Column("category"), *(Column(place, kind=kind) for place in places))
    rows: list[Record] = [
        {"category": name, **{place: s.values[n] for place, s in zip(places, chart.series, strict=True)}}
        for n, name in enumerate(chart.categories)
    ]
    names = dict(zip(places, (series.name for series in chart.series), strict=True))
    values = Table(chart.key, chart.title, figure, rows, headings={"category": messages.say("page.category"), **names})
    out.write(f"<figure>\n<figcaption>{_safe(chart.title)}</figcaption>\n{svg(chart)}\n")
    out.write(f'<details class="values"><summary>{_say("figures")}</summary>\n')
    _table(out, values, zone)
    out.write("</details>\n</figure>\n")


def _page_foot(document: Document) -> str:
    """Put the mark and the page number at the foot of every printed page."""
    mark = "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in disarm(document.mark))
    page = messages.say("page.page_of", page="\0", pages="\0").split("\0")
    number = f'"{page[0]}" counter(page) "{page[1]}" counter(pages) "{page[2]}"'
    foot = "font: 8pt sans-serif; color: #555"
    return f'@page {{ @bottom-left {{ content: "{mark}"; {foot} }} @bottom-right {{ content: {number}; {foot} }} }}\n'


_STYLE = """
:root { color-scheme: light dark; --bg: #fff; --fg: #1b1b1b; --soft: #5c5c5c; --rule: #c8c8c8; --shade: #f1f3f5;
  --grid: #d8d8d8; --warn: #fff4d6; --warn-rule: #b8860b; --hatch: #fff;
  --s1: #1f4e79; --s2: #e08a3c; --s3: #4d8a2f; --s4: #9cc3e6; --s5: #7f3f98; --s6: #d9b310; --s7: #555; --s8: #b0b0b0; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #16181b; --fg: #e8e8e8; --soft: #a3a8ae; --rule: #43484e; --shade: #22262b;
    --grid: #3a3f45; --warn: #3a300f; --warn-rule: #d9a520; --hatch: #16181b;
    --s1: #6aa9e0; --s2: #f0a25c; --s3: #86c560; --s4: #c4ddf2; --s5: #c08ad6; --s6: #ecd053; --s7: #9a9a9a;
    --s8: #d8d8d8; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--fg); line-height: 1.5;
  font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1.25rem; }
.broad main { max-width: 100rem; }
h1 { font-size: 1.5rem; text-align: center; margin: .5rem 0 1rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
dl { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: 0 0 1rem; }
dl div { display: flex; gap: .5rem; }
dt { color: var(--soft); }
dd { margin: 0; }
section { margin: 0 0 1.5rem; }
.wide { overflow-x: auto; padding-right: 1px; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .4rem 0; }
th, td { border: 1px solid var(--rule); padding: .3em .55em; text-align: left; vertical-align: top; font-weight: 400;
  overflow-wrap: break-word; }
thead th { background: var(--shade); font-weight: 600; vertical-align: bottom; word-break: keep-all; }
.wide.broad table { font-size: .875rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.k { white-space: nowrap; }
thead .n { white-space: normal; }
.strong th, .strong td { font-weight: 700; border-top: 2px solid var(--fg); }
.capitals { font-weight: 700; border: 1px solid var(--rule); border-top: 0; margin: 0 1px 0 0; padding: .3rem .55rem; }
.note { color: var(--soft); font-size: .9rem; margin: .4rem 0 0; }
.attention { border-left: 4px solid var(--warn-rule); background: var(--warn); padding: .5rem 1rem;
  margin: 0 0 1.5rem; }
.attention h2 { margin: 0; }
ul { margin: .25rem 0; padding-left: 1.2rem; }
.signatures { padding-right: 1px; break-inside: avoid; display: grid;
  grid-template-columns: repeat(auto-fit, minmax(12rem, 1fr)); }
.signatures div { border: 1px solid var(--rule); margin: 0 -1px -1px 0; padding: .4rem .6rem; min-height: 6.5rem;
  display: flex; flex-direction: column; justify-content: space-between; }
.signatures span { color: var(--soft); white-space: pre; }
figure { margin: 0 0 1.5rem; break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: .25rem; }
.chart { width: 100%; height: auto; display: block; font-family: inherit; }
.chart .t { fill: var(--fg); }
.chart .v { fill: var(--fg); stroke: var(--bg); stroke-width: 3px; stroke-linejoin: round; paint-order: stroke; }
.chart .grid { stroke: var(--grid); stroke-width: .7; }
.chart .axis { stroke: var(--fg); stroke-width: 1.2; }
summary { cursor: pointer; padding: .3rem 0; }
.values { color: var(--soft); font-size: .9rem; }
.values table { width: auto; color: var(--fg); }
.sheets table { font-size: .85rem; }
footer { color: var(--soft); font-size: .85rem; text-align: center; padding: 1rem; }
@page { size: A4; margin: 14mm 12mm 16mm; }
@page across { size: A4 landscape; }
@media print {
  :root { color-scheme: light; --bg: #fff; --fg: #000; --soft: #444; --rule: #888; --shade: #eee; --grid: #d0d0d0;
    --warn: #fff;
    --warn-rule: #000; --hatch: #fff; --s1: #1f4e79; --s2: #e08a3c; --s3: #4d8a2f; --s4: #9cc3e6; --s5: #7f3f98;
    --s6: #d9b310; --s7: #555; --s8: #b0b0b0; }
  :root { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  .columns, .stacked, .line { max-height: 68mm; }
  h2, caption, figcaption { break-after: avoid; }
  .annex { break-before: page; }
  .signatures div { min-height: 22mm; }
  .wide { overflow: visible; }
  body.broad, .wide.broad { page: across; }
  .wide.broad table { font-size: 7.5pt; }
  .broad th, .broad td { padding: .25em .35em; }
  thead { display: table-header-group; }
  tr, .whole { break-inside: avoid; }
  details:not([open]), footer { display: none; }
  .sheets:not(:has(details[open])) { display: none; }
  .sheets table { font-size: 7pt; }
  summary { break-after: avoid; }
}
"""
