"""export: a register as a file, in full."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal, TextIO

import typer

from svcdesk import show, views
from svcdesk.commands.base import Flag, Month, Noun, Read, Since, Text, Until, revealing
from svcdesk.errors import BadInput, StorageError
from svcdesk.registers import REGISTERS, Register

noun = Noun("export")

Format = Literal["csv", "tsv", "jsonl", "json"]


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
    format: Annotated[Format, typer.Option("--format", "-f")] = "csv",
    output: Annotated[str | None, typer.Option("--output", "-o")] = None,
    reveal: Flag = False,
    excel: Flag = False,
) -> None:
    register = register_named(table)
    with revealing(f"export {table}", reveal) as ledger:
        r = Read(ledger, format)
        selection = views.Selection()
        period = r.period(month, since, until)
        if period and not register.at:
            raise BadInput("no_time", name=table)
        selection.during(register, period)
        flat = format in ("csv", "tsv")
        rows = views.records(ledger, register, r.now, selection, detail=True, reveal=reveal, flat=flat)
        columns = views.columns_of(register, detail=True)
        with opened(output, private=reveal) as out:
            if flat:
                show.separated(rows, columns, out, tab=format == "tsv", excel=excel)
            else:
                show.records(rows, columns, format, r.zone, out)


@contextmanager
def opened(path: Text, *, private: bool = False) -> Iterator[TextIO]:
    """Open stdout, or a file that appears whole or not at all; ``private`` makes it 0600."""
    if path is None:
        yield sys.stdout
        return
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=f".{target.name}.")
    except OSError as error:
        raise StorageError("unreadable", path=target, detail=error.strerror) from None
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not private:
            os.chmod(name, 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
