"""export: a register as a file, in full."""

import sys
from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from svcdesk import show, views
from svcdesk.commands.base import Flag, Month, Noun, Read, Since, Until, leave_access, reading
from svcdesk.errors import BadInput
from svcdesk.files import opened, whole_file
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
    with reading(reveal) as ledger:
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

            with whole_file(output, never=current.path, private=reveal) as path:
                if reveal:
                    leave_access(ledger, f"export {table}")
                write_workbook(rows, columns, path, r.zone, r.now, table)
            return
        with opened(output, never=current.path, private=reveal) as out:
            if reveal:
                leave_access(ledger, f"export {table}")
            if flat:
                show.separated(rows, columns, out, tab=form == "tsv", excel=excel)
            else:
                show.records(rows, columns, form, r.zone, out)


def _form_of(output: str | None) -> str:
    """Take the format from the file's name; csv where it says none."""
    suffix = Path(output or "").suffix.lower().removeprefix(".")
    return suffix if suffix in get_args(Format) else "csv"
