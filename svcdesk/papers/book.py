"""A form on A4 as a workbook of one sheet: the same lines, places to sign, mark and QR code as the page has."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from svcdesk import messages
from svcdesk.papers.paper import Paper
from svcdesk.render.books import book
from svcdesk.render.cells import put
from svcdesk.render.tables import disarm
from svcdesk.render.workbook import FONT, LINE_HEIGHT, lines_of

_CELLS = 88, 132  # how many cells of width A4 holds, upright and across
_SHARES = (22, 78)  # of a name and a text, in hundredths
_BY_HAND = 2  # lines of room where nothing stands yet


def write(paper: Paper, path: Path, created: datetime) -> None:
    """Write a form as a workbook; the same form and ``created`` give the same bytes."""
    with book(path) as made:
        made.set_properties({"title": disarm(paper.title), "created": created.astimezone(UTC).replace(tzinfo=None)})
        _Sheet(made, paper).write()


class _Sheet:
    """The one sheet, written from top to bottom."""

    def __init__(self, made: Any, paper: Paper) -> None:
        self._made, self._paper, self._line = made, paper, 0
        self._sheet = made.add_worksheet(disarm(paper.title)[:31])
        shares = paper.shares or _SHARES
        self._widths = [_CELLS[bool(paper.headings)] * share // 100 for share in shares]

    def write(self) -> None:
        """Write the form."""
        sheet, paper = self._sheet, self._paper
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
        sheet.hide_gridlines(2)
        page = messages.say("page.page_of", page="&P", pages="&N")
        sheet.set_footer(f"&L&9 {disarm(paper.mark).replace('&', '&&')}&R&9{page}")
        for place, cells in enumerate(self._widths):
            sheet.set_column(place, place, cells)
        self._across(paper.title, 30, font_size=16, bold=True, align="center")
        self._across(paper.head, 22, align="center")
        if paper.headings:
            sheet.set_landscape()
            sheet.repeat_rows(self._line)
            self._row(paper.headings, bold=True, align="center")
        for row in paper.rows:
            self._row(row)
        self._line += 1
        self._signed()
        if paper.mark:
            self._marked()
        sheet.print_area(0, 0, self._line - 1, len(self._widths) - 1)

    def _style(self, **looks: Any) -> Any:
        return self._made.add_format(
            {"font_name": FONT, "font_size": 11, "valign": "vcenter", "text_wrap": True} | looks
        )

    def _across(self, text: str, height: float, **looks: Any) -> None:
        last = len(self._widths) - 1
        self._sheet.merge_range(self._line, 0, self._line, last, disarm(text), self._style(**looks))
        self._sheet.set_row(self._line, height)
        self._line += 1

    def _row(self, texts: Any, **looks: Any) -> None:
        style = self._style(border=1, **(looks or {"indent": 1}))
        need = [lines_of(disarm(text), cells) for text, cells in zip(texts, self._widths, strict=True)]
        high = max(need) if self._paper.headings or texts[-1] else _BY_HAND
        self._sheet.set_row(self._line, high * LINE_HEIGHT + 6)
        for place, text in enumerate(texts):
            put(self._sheet, self._line, place, disarm(text), "text", UTC, lambda _: style)
        self._line += 1

    def _signed(self) -> None:
        """Write who signs, each on a line of its own with room for the hand."""
        for who in self._paper.signers:
            self._across(who, 34, bottom=1, valign="bottom")

    def _marked(self) -> None:
        """Write the mark with its QR code."""
        import segno

        drawn = BytesIO()
        segno.make(self._paper.mark, error="m", micro=False).save(drawn, kind="png", scale=3)
        self._line += 1
        self._across(self._paper.mark, 84, font_name="Courier New")
        where = {"image_data": drawn, "object_position": 1, "description": self._paper.mark, "y_offset": 4}
        self._sheet.insert_image(self._line - 1, len(self._widths) - 1, "mark.png", where)
