"""import: a register that somebody else keeps, or our own export, into the ledger: all or nothing."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer

from svcdesk import messages
from svcdesk.commands.context import writing
from svcdesk.commands.export import register_named
from svcdesk.commands.noun import Flag, Noun, Text
from svcdesk.commands.receipts import caution, explained, formatted, receipt_line
from svcdesk.errors import BadInput, BadRows, StorageError
from svcdesk.exchange.importer import Importer, Outcome
from svcdesk.exchange.readers import ADDED, Row, Source, as_given, open_source
from svcdesk.exchange.rules_file import Reader, read_rules
from svcdesk.registers.declaring import Register
from svcdesk.registers.index import register_of
from svcdesk.render.files import opened
from svcdesk.session import current
from svcdesk.store import Ledger

noun = Noun("import")

_TICK = 500  # rows between two strokes of the progress bar


class _NothingToKeep(Exception):
    """A dry run, or a file of which all is known: take the transaction back, it would leave an empty entry."""


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
    suggest: Text = None,
    note: Text = None,
    request_id: Annotated[str | None, typer.Option("--request-id")] = None,
) -> None:
    register = register_named(table)
    if suggest:
        _suggest(register, file, Path(suggest), encoding)
        return
    read = read_rules(rules, map or [])
    source = open_source(file, encoding or read.encoding, read.sheet)
    if errors and Path(errors).exists() and Path(errors).samefile(file):
        raise BadInput("errors_onto_file", path=errors)
    if source.encoding not in ("utf-8", "xlsx"):
        _say("labels.encoding_found", path=file.name, encoding=source.encoding)
    typed = repr((table, str(file), str(rules), map, skip_bad, update, note))
    outcome: Outcome
    try:
        with writing(f"import {table}", {"note": note}, request_id, typed) as w:
            reader = Reader(register, read, source, w.now, w.zone)
            importer = Importer(w.ledger, register, read, w.basis, reader, update=update)
            outcome = importer.take(_watched(source.rows))
            if errors:
                _write_errors(errors, source, outcome)
            if outcome.bad and not skip_bad:
                reasons = [(row.line, error) for row, error in outcome.bad]
                raise BadRows("bad_rows", rows=reasons, file=file.name, total=outcome.read)
            if dry_run or not (outcome.imported or outcome.updated):
                raise _NothingToKeep
    except _NothingToKeep:
        print(
            messages.say(
                "receipts.would_import" if dry_run else "receipts.imported_none", **_figures(table, outcome, source)
            )
        )
    else:
        print(receipt_line("imported", w.ledger, **_figures(table, outcome, source)))
        w.ledger.close()
    _warn(register, reader, outcome, errors)


def _suggest(register: Register, file: Path, path: Path, encoding: str | None) -> None:
    """Write a first rules file for the register, and say what comes next."""
    from svcdesk.exchange.suggest import suggest

    source = open_source(file, encoding)
    command = f"svcdesk import {register.name} {quote(str(file))} --rules {quote(str(path))} --dry-run"
    with _ledger_if_any() as ledger:

        def known(field: str, text: str) -> bool:
            named = register.field(field)
            assert named is not None
            return ledger is not None and ledger.holds(named.refers, register_of(named.refers).key_column, text)

        zone = str(ledger.zone) if ledger is not None else None
        draft = suggest(register, source, file.name, command, zone, known)
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(draft.text)
    except FileExistsError:
        raise StorageError("exists", path=path) from None
    except OSError as error:
        raise StorageError("unreadable", path=path, detail=error) from None
    lacking = messages.say("receipts.suggested_lacking", names=messages.comma(draft.lacking)) if draft.lacking else ""
    found = messages.comma(draft.found)
    print(
        messages.say("receipts.suggested", path=path, n=len(draft.found), found=found, lacking=lacking, command=command)
    )


@contextmanager
def _ledger_if_any() -> Iterator[Ledger | None]:
    """Open the ledger where there is one: a rules file can be drafted before it is made."""
    if not current.path.exists():
        yield None
        return
    ledger = current.open()
    try:
        yield ledger
    finally:
        ledger.close()


def _figures(table: str, outcome: Outcome, source: Source) -> dict[str, Any]:
    figures: dict[str, Any] = outcome._asdict() | {"bad": len(outcome.bad)}
    superseded = messages.say("receipts.superseded", n=outcome.superseded) if outcome.superseded else ""
    return figures | {"table": table, "encoding": source.encoding, "superseded": superseded}


def _warn(register: Register, reader: Reader, outcome: Outcome, errors: str | None) -> None:
    """Say which rows were left out, unless they were written to a file, and that nothing tells these rows again."""
    if not errors:
        for row, error in outcome.bad:
            print(messages.say("errors.line", line=row.line, reason=explained(error)[0]), file=sys.stderr)
    if register.has_references and outcome.imported and not {"id", "reference"} & set(reader.given):
        caution(messages.say("warnings.no_reference"))


def _say(key: str, **values: Any) -> None:
    print(messages.say(key, **formatted(values)), file=sys.stderr)


def _write_errors(path: str, source: Source, outcome: Outcome) -> None:
    """Hand the bad rows back as they came, each with its line and reason. They may hold personal data: 0600."""
    import csv

    with opened(path, never=current.path, private=True) as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*source.headings, *ADDED])
        for row, error in outcome.bad:
            writer.writerow([*as_given(row, len(source.headings)), row.line, explained(error)[0]])


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
