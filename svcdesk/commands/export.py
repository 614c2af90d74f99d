"""export: a register as a file, in full."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal, TextIO, get_args

import typer

from svcdesk.commands.context import Read, leave_access, reading
from svcdesk.commands.noun import Flag, Month, Noun, Since, Text, Until
from svcdesk.errors import BadInput
from svcdesk.registers import records
from svcdesk.registers.declaring import Register
from svcdesk.registers.index import exported
from svcdesk.render import tables
from svcdesk.render.files import draft, opened, send_on, whole_file
from svcdesk.session import current
from svcdesk.store import Ledger

noun = Noun("export")

Format = Literal["csv", "tsv", "jsonl", "json", "xlsx"]


def register_named(name: str) -> Register:
    """Find a register by the name of its table. Raises BadInput with the names there are."""
    registers = exported()
    if name not in registers:
        raise BadInput("not_a_word", name="TABLE", text=name, words=list(registers))
    return registers[name]


@noun.plain("export")
def export(
    table: Annotated[str, typer.Argument()],
    month: Month = None,
    quarter: Text = None,
    year: Text = None,
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
    with reading(reveal) as ledger:
        r = Read(ledger, form)
        period = r.period(month=month, quarter=quarter, year=year, since=since, until=until)
        if period and not register.at:
            raise BadInput("no_time", name=table)
        selection = records.Selection().during(register, period).in_pages()
        columns = register.seen(detail=True)

        def write(out: TextIO) -> None:
            if form in ("csv", "tsv"):
                terminal = output is None and sys.stdout.isatty()
                cells = records.cells(ledger, register, r.now, selection, reveal=reveal)
                tables.separated(cells, columns, out, tab=form == "tsv", excel=excel, terminal=terminal)
                return
            flat = form == "xlsx"
            rows = records.records(
                ledger, register, r.now, selection, detail=True, reveal=reveal, flat=flat, as_kept=True
            )
            tables.records(rows, columns, "jsonl" if flat else form, r.zone, out)

        if form == "xlsx":
            from svcdesk.render.sheets import write_workbook

            with whole_file(output, never=current.path, private=reveal) as path:
                if reveal:
                    leave_access(ledger, f"export {table}")
                with _drafted(ledger, write) as held:
                    write_workbook(map(json.loads, held), columns, path, r.zone, r.now, table)
        else:
            with opened(output, never=current.path, private=reveal) as out:
                if reveal:
                    leave_access(ledger, f"export {table}")
                with _drafted(ledger, write) as held:
                    send_on(held, out)


@contextmanager
def _drafted(ledger: Ledger, write: Callable[[TextIO], None]) -> Iterator[TextIO]:
    """Have one state of the ledger written to a draft, to be read by whoever is slower than the ledger's writers."""
    with draft() as held:

        def again() -> None:
            held.seek(0)
            held.truncate()
            write(held)

        ledger.at_one_state(again)
        held.seek(0)
        yield held


def _form_of(output: str | None) -> str:
    """Take the format from the file's name; csv where it says none."""
    suffix = Path(output or "").suffix.lower().removeprefix(".")
    return suffix if suffix in get_args(Format) else "csv"
