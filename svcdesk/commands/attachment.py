"""attachment: what is kept with a record, taken out again or looked at."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from svcdesk import messages
from svcdesk.commands.context import Read
from svcdesk.commands.noun import Noun
from svcdesk.commands.receipts import entry_mark
from svcdesk.errors import BadInput, StorageError
from svcdesk.maintenance import attachments
from svcdesk.model import named, number_of, table_of
from svcdesk.periods import instant, local
from svcdesk.registers.settings import ATTACHMENTS
from svcdesk.render import tables

noun = Noun("attachment")
_KEYS = ("id", "record", "kind", "name", "size", "sha256", "at")
Number = Annotated[int, typer.Argument(min=1, metavar="NUMBER")]


@noun.read("list")
def list_(r: Read, record: Annotated[str | None, typer.Argument(metavar="ID")] = None) -> None:
    table = table_of(record) if record else None
    if record and table is None:
        raise BadInput("id", text=record, letter="T")
    owner = named(table, number_of(table, record)) if table and record else None
    rows = [{name: row[name] for name in _KEYS} for row in attachments.of_record(r.ledger, owner)]
    shown = [{**row, "at": local(instant(row["at"]), r.zone)} for row in rows]
    tables.records(shown, ATTACHMENTS.columns, r.form, r.zone)


@noun.read("export")
def export(r: Read, number: Number, output: Annotated[Path, typer.Option("--output", "-o")]) -> None:
    _, path = attachments.stored_file(r.ledger, number)
    if os.path.lexists(output):
        raise StorageError("exists", path=output)
    shutil.copyfile(path, output)
    print(messages.say("receipts.attachment_out", path=output, entry=entry_mark(r.ledger)))


@noun.read("open")
def open_(r: Read, number: Number) -> None:
    _, path = attachments.stored_file(r.ledger, number)
    print(path)
    if sys.stdout.isatty() and (opener := shutil.which("xdg-open") or shutil.which("open")):
        subprocess.Popen([opener, path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
