"""import: a register that somebody else keeps, or our own export, into the ledger: all or nothing."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from svcdesk import words
from svcdesk.commands.base import Flag, Noun, Text, receipt_line, told, writing
from svcdesk.commands.export import opened, register_named
from svcdesk.errors import BadRows, DeskError
from svcdesk.mapping import Reader, read_rules
from svcdesk.sources import Row, open_source
from svcdesk.transfer import Importer, Outcome

noun = Noun("import")


class _OnlyTried(Exception):
    """A dry run has seen what it wanted: take it all back."""


@noun.plain("import")
def import_(
    table: Annotated[str, typer.Argument()],
    file: Annotated[Path, typer.Argument()],
    rules: Annotated[Path | None, typer.Option()] = None,
    map: Annotated[list[str] | None, typer.Option("--map")] = None,
    dry_run: Flag = False,
    skip_bad: Flag = False,
    errors: Text = None,
    encoding: Text = None,
    update: Flag = False,
) -> None:
    register = register_named(table)
    read = read_rules(rules, map or [])
    source = open_source(file, encoding or read.encoding, read.sheet)
    outcome: Outcome | None = None
    try:
        with writing(f"import {table}", {}) as w:
            reader = Reader(register, read, source.headings, w.now, w.zone)
            importer = Importer(w.ledger, register, read, w.now, update=update)
            outcome = importer.take(_watched(source.rows), reader)
            if outcome.bad and not skip_bad:
                told_rows = [(row.line, error) for row, error in outcome.bad]
                raise BadRows("bad_rows", rows=told_rows, file=file.name, total=_total(outcome))
            if dry_run:
                raise _OnlyTried
    except _OnlyTried:
        pass
    finally:
        if outcome and errors:
            _write_errors(errors, source.headings, outcome)
    assert outcome is not None
    figures = {"imported": outcome.imported, "skipped": outcome.skipped, "updated": outcome.updated}
    figures |= {"bad": len(outcome.bad)}
    if dry_run:
        print(words.say("receipts.would_import", table=table, encoding=source.encoding, **figures))
    else:
        print(receipt_line("imported", w.ledger, table=table, encoding=source.encoding, **figures))
        w.ledger.close()
    if outcome.bad and not errors:
        for row, error in outcome.bad:
            print(words.say("errors.line", line=row.line, reason=_reason(error)), file=sys.stderr)


def _total(outcome: Outcome) -> int:
    return outcome.imported + outcome.skipped + outcome.updated + len(outcome.bad)


def _reason(error: DeskError) -> str:
    text = words.find(f"errors.{error.key}") or error.key
    return text.partition("\n")[0].format_map(told(error.values))


def _write_errors(path: str, headings: list[str], outcome: Outcome) -> None:
    """Hand the bad rows back as they came, each with its line and reason. They may hold personal data: 0600."""
    import csv

    with opened(path, private=True) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*headings, "line", "reason"])
        for row, error in outcome.bad:
            cells = row.cells[: len(headings)] + [""] * (len(headings) - len(row.cells))
            writer.writerow([*cells, row.line, _reason(error)])


def _watched(rows: Iterable[Row]) -> Iterator[Row]:
    """Show on a terminal how far the import has come."""
    if not sys.stderr.isatty():
        yield from rows
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed}"), TimeElapsedColumn())
    from rich.console import Console

    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        for row in rows:
            yield row
            progress.advance(task)
