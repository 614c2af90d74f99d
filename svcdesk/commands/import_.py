"""import: a register that somebody else keeps, or our own export, into the ledger: all or nothing."""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from svcdesk import messages
from svcdesk.commands.context import Write, writing
from svcdesk.commands.export import register_named
from svcdesk.commands.import_report import (
    ask_about_changes,
    figures,
    preview,
    say_encoding,
    say_new,
    say_unread,
    show_rows,
    warn,
)
from svcdesk.commands.noun import Flag, Noun, Text
from svcdesk.commands.receipts import explained, receipt_line
from svcdesk.commands.suggest import write_draft
from svcdesk.errors import BadInput, BadRows
from svcdesk.exchange.errors_file import write_errors
from svcdesk.exchange.importer import Importer
from svcdesk.exchange.readers import open_source
from svcdesk.exchange.rows import Row, Source
from svcdesk.exchange.rules_file import Reader
from svcdesk.exchange.rules_toml import RulesFile, read_rules
from svcdesk.registers.declaring import Register
from svcdesk.render.files import whole_file
from svcdesk.session import current

noun = Noun("import")

_TICK = 500  # rows between two strokes of the progress bar


class _NothingToKeep(Exception):
    """A dry run, or a file of which all is known: there is nothing to write."""


class _Wish(NamedTuple):
    """What was asked for."""

    register: Register
    file: Path
    rules: RulesFile
    source: Source
    dry_run: bool
    skip_bad: bool
    errors: str | None
    update: bool
    yes: bool
    show: int


@noun.plain("import")
def import_(
    table: Annotated[str, typer.Argument()],
    file: Annotated[Path, typer.Argument()],
    rules: Annotated[Path | None, typer.Option()] = None,
    map: Annotated[list[str] | None, typer.Option("--map")] = None,
    dry_run: Flag = False,
    show: Annotated[int, typer.Option("--show", min=0, max=1000)] = 0,
    skip_bad: Flag = False,
    errors: Text = None,
    encoding: Text = None,
    update: Flag = False,
    reason: Text = None,
    yes: Flag = False,
    suggest: Text = None,
    note: Text = None,
    request_id: Annotated[str | None, typer.Option("--request-id")] = None,
) -> None:
    register = register_named(table)
    if suggest:
        write_draft(register, file, Path(suggest), encoding, show or 5)
        return
    read = read_rules(rules, map or [])
    source = open_source(file, read.dialect._replace(encoding=encoding or read.dialect.encoding))
    if errors and Path(errors).exists() and file.exists() and Path(errors).samefile(file):
        raise BadInput("errors_onto_file", path=errors)
    say_encoding(file, source)
    wish = _Wish(register, file, read, source, dry_run, skip_bad, errors, update, yes, show)
    typed = repr((table, str(file), str(rules), map, skip_bad, update, reason or note))
    _import(wish, {"note": reason or note}, request_id, typed)


def _import(wish: _Wish, given: dict[str, str | None], request_id: str | None, typed: str) -> None:
    """Prepare without holding anybody up, then write."""
    importers: list[Importer] = []

    def prepare(w: Write) -> Importer:
        if request_id is not None:
            w.ledger.refuse_repeated(request_id, typed)
        reader = Reader(wish.register, wish.rules, wish.source, w.now, w.zone)
        importer = Importer(w.ledger, wish.register, wish.rules, w.basis, reader, update=wish.update, keep=wish.show)
        importers.append(importer)
        _prepare(wish, importer)
        return importer

    try:
        with writing(f"import {wish.register.name}", given, request_id, typed, before=prepare) as w:
            importer = importers[0]
            importer.write()
            _settle(wish, importer)
    except _NothingToKeep:
        key = "would_import" if wish.dry_run else "imported_none"
        print(messages.say(f"receipts.{key}", **figures(wish.register, importers[0], wish.source)))
    else:
        print(receipt_line("imported", w.ledger, **figures(wish.register, importer, wish.source)))
        w.ledger.close()
    say_unread(wish.source)
    warn(wish.register, importers[0], wish.errors)


def _prepare(wish: _Wish, importer: Importer) -> None:
    """Read and check the whole file, and say what would come of it. Raises BadRows; _NothingToKeep."""
    importer.take(_watched(importer.reader.source.rows))
    show_rows(importer, importer.reader.centre)
    preview(importer)
    outcome = importer.outcome
    to_write = bool(outcome.imported or outcome.updated) and not wish.dry_run
    if not to_write or (outcome.bad and not wish.skip_bad):
        _settle(wish, importer)
    say_new(importer)
    if not to_write:
        raise _NothingToKeep
    ask_about_changes(importer, wish.yes)


def _settle(wish: _Wish, importer: Importer) -> None:
    """Hand the bad rows back, and refuse the whole where they may not be left out. Raises BadRows, Refused."""
    bad = importer.outcome.bad
    if wish.errors:
        with whole_file(wish.errors, never=current.path, private=True) as path:
            rows = ((row, row.place, explained(error)[0]) for row, error in bad)
            write_errors(path, wish.errors, wish.source, wish.rules, rows)
    if not bad or wish.skip_bad:
        return
    if importer.only_decided:
        raise bad[0][1]
    reasons = [(row.place, error) for row, error in bad]
    raise BadRows("bad_rows", rows=reasons, file=wish.file.name, total=importer.outcome.read)


def _watched(rows: Callable[[], Iterable[Row]]) -> Callable[[], Iterable[Row]]:
    """Show on a terminal how far the import has come."""
    if not sys.stderr.isatty():
        return rows
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    def watched() -> Iterator[Row]:
        columns = (SpinnerColumn(), TextColumn("{task.completed}"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("", total=None)
            for number, row in enumerate(rows(), 1):
                yield row
                if not number % _TICK:
                    progress.update(task, completed=number)

    return watched
