"""export: a register as a file, in full."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal, TextIO, get_args

import typer

from svcdesk import show, views
from svcdesk.commands.base import Flag, Month, Noun, Read, Since, Text, Until, revealing
from svcdesk.errors import BadInput, StorageError
from svcdesk.registers import REGISTERS, Register
from svcdesk.session import current

noun = Noun("export")

Format = Literal["csv", "tsv", "jsonl", "json", "xlsx"]


def register_named(name: str) -> Register:
    """Find a register by the name of its table. Raises BadInput with the names there are."""
    if name not in REGISTERS:
        raise BadInput("not_a_word", name="TABLE", text=name, words=list(REGISTERS))
    return REGISTERS[name]


@noun.plain("export")
def export(
    table: Annotated[str, typer.Argument()],
    month: Month = None,
    since: Since = None,
    until: Until = None,
    format: Annotated[Format | None, typer.Option("--format", "-f")] = None,
    output: Annotated[str | None, typer.Option("--output", "-o")] = None,
    reveal: Flag = False,
    excel: Flag = False,
) -> None:
    register, form = register_named(table), format or _form_of(output)
    if excel and form not in ("csv", "tsv", "xlsx"):
        raise BadInput("excel_and_json", form=form)
    if form == "xlsx" and output is None and sys.stdout.isatty():
        raise BadInput("needs_output")
    with revealing(f"export {table}", reveal) as ledger:
        r = Read(ledger, form)
        period = r.period(month, since, until)
        if period and not register.at:
            raise BadInput("no_time", name=table)
        selection = views.Selection().during(register, period)
        flat = form in ("csv", "tsv", "xlsx")
        rows = views.records(ledger, register, r.now, selection, detail=True, reveal=reveal, flat=flat)
        columns = views.columns_of(register, detail=True)
        if form == "xlsx":
            from svcdesk.sheets import write_workbook

            with whole_file(output, private=reveal) as path:
                write_workbook(rows, columns, path, r.zone, r.now, table)
            return
        with opened(output, private=reveal) as out:
            if flat:
                show.separated(rows, columns, out, tab=form == "tsv", excel=excel)
            else:
                show.records(rows, columns, form, r.zone, out)


def _form_of(output: str | None) -> str:
    """Take the format from the file's name; csv where it says none."""
    suffix = Path(output or "").suffix.lower().removeprefix(".")
    return suffix if suffix in get_args(Format) else "csv"


@contextmanager
def opened(output: Text, *, private: bool = False) -> Iterator[TextIO]:
    """Open stdout, or a text file that appears whole or not at all; ``private`` makes it 0600."""
    if output is None:
        yield sys.stdout
        return
    with whole_file(output, private=private) as path, path.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def whole_file(output: Text, *, private: bool = False) -> Iterator[Path]:
    """Give the path of a file to write that becomes the output at the end, or never.

    It is made 0600 with O_EXCL and moved into place, so that no reader meets a half; a device or a pipe is written to.
    """
    target = Path(os.path.realpath(output)) if output is not None else None
    if target is not None and target.exists():
        if target.samefile(current.path):
            raise StorageError("onto_ledger", path=target)
        if not target.is_file() and not target.is_dir():
            yield target
            return
    folder = target.parent if target is not None else None
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=".svcdesk-")
        os.close(handle)
    except OSError as error:
        raise StorageError("unreadable", path=output or tempfile.gettempdir(), detail=error.strerror) from None
    made = Path(name)
    try:
        yield made
        if target is None:
            with made.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        else:
            if not private:
                made.chmod(0o666 & ~_umask())
            _move(made, target)
    finally:
        made.unlink(missing_ok=True)


def _move(made: Path, target: Path) -> None:
    try:
        with made.open("rb") as file:
            os.fsync(file.fileno())
        made.replace(target)
    except OSError as error:
        raise StorageError("unreadable", path=target, detail=error.strerror) from None
    if hasattr(os, "O_DIRECTORY"):
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(folder)  # the rename itself must reach the disk
        os.close(folder)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
