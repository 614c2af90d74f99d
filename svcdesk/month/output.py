"""A report printed in any format, to the terminal, to a file, or into a folder: all of it from one snapshot."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from typing import Literal

from svcdesk import messages, reports
from svcdesk.columns import Column
from svcdesk.errors import BadInput, DeskError
from svcdesk.model import Record
from svcdesk.periods import Period, instant
from svcdesk.render import tables
from svcdesk.render.document import Document
from svcdesk.render.files import draft, opened, scratch, send_on, whole_file
from svcdesk.store import Ledger
from svcdesk.values import to_json

Format = Literal["table", "plain", "csv", "tsv", "json", "jsonl", "markdown", "xlsx", "html"]
Name = Literal["monthly", "projects", "staff"]

Made = Document | Record | tuple[list[Record], Sequence[Column]]

ENDINGS = {
    "xlsx": "xlsx", "html": "html", "htm": "html", "csv": "csv", "tsv": "tsv", "json": "json", "jsonl": "jsonl",
    "md": "markdown", "txt": "plain",
}  # fmt: skip
_SUMMARY = "summary"  # what a terminal is given where no format is named: a table, or of a long report its beginning
_A_FOLDER = ("xlsx", "html", "csv", "json")  # what a folder is given where no format is named
_PRIVATE = ("staff",)  # what somebody was fined for is nobody else's business
_ROOMS = {"projects": "projects", "staff": "staff"}


class ReportOutput:
    """One report of one period, made once for every format that is printed of it.

    ``attention`` lists what somebody should see to, for the formats that people read at the desk.
    """

    def __init__(
        self, ledger: Ledger, name: Name, period: Period, now: datetime, attention: Callable[[], Sequence[str]]
    ) -> None:
        self.ledger, self.name, self.period, self.now = ledger, name, period, now
        self._attention = attention

    def print(self, form: str | None, output: str | None) -> None:
        """Print it. Raises BadInput where the format cannot be told, StorageError where a file cannot be written."""
        targets = list(self._targets(form, output))
        with ExitStack() as drafts:
            with reports.snapshot(self.ledger):
                made = [(to, self._made(each, drafts)) for each, to in targets]
            failed: list[Exception] = []
            for to, write in made:  # one that cannot be written takes none of the others away
                try:
                    write(to)
                except (DeskError, OSError) as error:
                    failed.append(error)
        if failed:
            raise failed[0]

    def _targets(self, form: str | None, output: str | None) -> list[tuple[str, str | None]]:
        """Say which formats go where."""
        if output is None:
            chosen = tables.chosen(form)
            if chosen == "xlsx" and sys.stdout.isatty():
                raise BadInput("needs_output")
            return [(_SUMMARY if form is None and chosen == "table" else chosen, None)]
        if output.endswith(("/", os.sep)) or Path(output).is_dir():
            forms = [form] if form else _A_FOLDER
            return [(each, str(Path(output) / f"{self.name}-{self.period.name}.{_ending(each)}")) for each in forms]
        ending = Path(output).suffix.lower().removeprefix(".")
        if form is None and ending not in ENDINGS:
            raise BadInput("output_ending", path=output, words=[f".{name}" for name in ENDINGS])
        return [(form or ENDINGS[ending], output)]

    def _made(self, form: str, drafts: ExitStack) -> Callable[[str | None], None]:
        """Return what writes a format somewhere. What streams rows of the ledger is drafted while it is read."""
        if form in ("xlsx", "html"):
            try:
                return self._book(drafts) if form == "xlsx" else self._page(drafts)
            except (DeskError, OSError) as error:
                return partial(_fail, error)
        if form in ("csv", "tsv"):
            return partial(self._write, form, self._lines())
        return partial(self._write, form, self._record if form in ("json", "jsonl") else self._document(form))

    def _book(self, drafts: ExitStack) -> Callable[[str | None], None]:
        from svcdesk.render import workbook

        folder = drafts.enter_context(scratch())
        drafted = Path(folder) / "report.xlsx"
        workbook.write(self._in_full, drafted, self.ledger.zone, self._last_entry_at)

        def write(to: str | None) -> None:
            with whole_file(to, never=self.ledger.path, private=self.name in _PRIVATE) as path:
                shutil.copyfile(drafted, path)

        return write

    def _page(self, drafts: ExitStack) -> Callable[[str | None], None]:
        from svcdesk.render import html

        held = drafts.enter_context(draft())
        html.write(self._in_full, held, self.ledger.zone)

        def write(to: str | None) -> None:
            with opened(to, never=self.ledger.path, private=self.name in _PRIVATE) as out:
                send_on(held, out)

        return write

    @cached_property
    def _record(self) -> Record:
        from svcdesk.month import contents

        return contents.MAKERS[self.name](self.ledger, self.period, self.now)

    def _lines(self) -> tuple[list[Record], Sequence[Column]]:
        """Return the lines alone, with their columns: what CSV carries, and nothing else is worked out for."""
        if self.name == "monthly":
            return reports.lines(self.ledger, self.period, self.now)[0], reports.COLUMNS
        room = import_module(f"svcdesk.month.{_ROOMS[self.name]}")
        return room.lines(self.ledger, self.period, self.now), room.COLUMNS

    def _document(self, form: str) -> Document:
        """Lay it out, with the charts and the rows behind its figures where the format shows them."""
        document = self._laid_out
        if self.name == "monthly":
            from svcdesk.month import layout

            if form in ("table", _SUMMARY):
                document = layout.illustrated(document, self.ledger, self.period, self.now, rows=False)
            document = document._replace(attention=self._attention())
        return document

    @cached_property
    def _laid_out(self) -> Document:
        from svcdesk.month import layout

        document = layout.LAYOUTS[self.name](self._record, self.period)
        if self.ledger.rehearses:
            return document._replace(mark=messages.say("report.rehearsal", mark=document.mark))
        return document

    @cached_property
    def _in_full(self) -> Document:
        """Lay it out once for the workbook and the page of a folder."""
        if self.name != "monthly":
            return self._laid_out
        from svcdesk.month import layout

        return layout.illustrated(self._laid_out, self.ledger, self.period, self.now, rows=True)

    def _write(self, form: str, value: Made, to: str | None) -> None:
        zone = self.ledger.zone
        with opened(to, never=self.ledger.path, private=self.name in _PRIVATE) as out:
            if isinstance(value, Document):
                from svcdesk.render import terminal

                if form == _SUMMARY:
                    command = f"svcdesk report {self.name} {self.period.option} -f table"
                    terminal.summarise(value, out, zone, command)
                else:
                    terminal.write(value, form, out, zone)
            elif isinstance(value, tuple):
                rows, columns = value
                tables.records(to_json(rows, zone), columns, form, zone, out)
            else:
                out.write(tables.dumps(to_json(value, zone), 2 if form == "json" else None) + "\n")

    @cached_property
    def _last_entry_at(self) -> datetime:
        """The newest entry's time dates a file, so that the same ledger gives the same bytes."""
        return instant(self.ledger.value("SELECT at FROM entry ORDER BY seq DESC LIMIT 1"))


def _fail(error: Exception, _: str | None) -> None:
    raise error


def _ending(form: str) -> str:
    return next((ending for ending, name in ENDINGS.items() if name == form), "txt")
