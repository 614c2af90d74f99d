"""The consolidated report in any format: to the terminal, or to a file by its ending."""

import sys
from pathlib import Path

from svcdesk.errors import BadInput
from svcdesk.hq import layout
from svcdesk.hq.lakes import STATE, Lake
from svcdesk.hq.recount import By, since_epoch
from svcdesk.hq.spans import Span
from svcdesk.model import Record
from svcdesk.month.output import ENDINGS
from svcdesk.render import tables
from svcdesk.render.document import Document
from svcdesk.render.files import opened, whole_file


def chosen(form: str | None, output: str | None) -> str:
    """Return the format: as asked for, else by the file's ending. Raises BadInput."""
    if output is None:
        wanted = tables.chosen(form)
        if wanted == "xlsx" and sys.stdout.isatty():
            raise BadInput("needs_output")
        return wanted
    ending = Path(output).suffix.lower().removeprefix(".")
    if form is None and ending not in ENDINGS:
        raise BadInput("output_ending", path=output, words=[f".{name}" for name in ENDINGS])
    return form or ENDINGS[ending]


def write(report: Record, by: By, span: Span, lake: Lake, form: str, output: str | None) -> None:
    """Write the report. Raises StorageError where the file cannot be written."""
    never = lake.path / STATE
    if form == "xlsx":
        from svcdesk.render import workbook

        with whole_file(output, never=never) as path:
            created = max((since_epoch(centre.manifest["at"]) for centre in lake.centres), default=since_epoch(0))
            workbook.write(_document(report, by, span, lake), path, lake.zone, created)
        return
    with opened(output, never=never) as out:
        if form in ("json", "jsonl"):
            out.write(tables.dumps(report, 2 if form == "json" else None) + "\n")
        elif form in ("csv", "tsv"):
            tables.records(layout.rows(report, by), layout.columns(by), form, lake.zone, out)
        elif form == "html":
            from svcdesk.render import html

            html.write(_document(report, by, span, lake), out, lake.zone)
        else:
            from svcdesk.render import terminal

            terminal.write(_document(report, by, span, lake), form, out, lake.zone)


def _document(report: Record, by: By, span: Span, lake: Lake) -> Document:
    return layout.document(report, by, span, lake.mark)
