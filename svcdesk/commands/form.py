"""form: paper to be signed, filled from the ledger or blank."""

from pathlib import Path
from typing import Annotated

import typer

from svcdesk import messages
from svcdesk.commands.context import Read
from svcdesk.commands.noun import Flag, Noun
from svcdesk.errors import BadInput
from svcdesk.model import Record, number_of, table_of
from svcdesk.papers import form, mark
from svcdesk.registers import records
from svcdesk.registers.index import register_of
from svcdesk.render import files, tables

noun = Noun("form")
Output = Annotated[Path | None, typer.Option("--output", "-o")]
Id = Annotated[str | None, typer.Argument(metavar="ID")]

# What each form shows of its record, and the tables by whose ids it is asked for, its own first.
_SHOWS: dict[str, tuple[str, ...]] = {
    "ticket": ("id", "customer", "kind", "channel", "summary", "contract", "product", "serial", "received_at",
               "answer_due", "on_site_by", "taken_by", "resolution"),
    "dispatch": ("id", "ticket", "kind", "place", "sent_at", "due", "status"),
    "service_report": ("id", "dispatch", "filed_by", "filed_at", "fault_cause", "solution", "customer_opinion"),
    "survey": ("id", "ticket", "at", "score", "comment", "via"),
}  # fmt: skip
_ASKED_BY = {"service_report": ("dispatch", "dispatch_id"), "survey": ("ticket", "ticket_id")}


def _of(table: str) -> None:
    def body(r: Read, record: Id = None, output: Output = None, blank: Flag = False) -> None:
        if blank == (record is not None):
            raise BadInput("one_of", names=["ID", "--blank"])
        subject, row = _filled(r, table, record) if record else ("", {})
        page = form.page(
            messages.say(f"form.{table}"), r.ledger.centre["name"], _lines(r, table, row), subject and _mark(r, subject)
        )
        with files.opened(str(output) if output else None, never=r.ledger.path) as out:
            out.write(page)

    body.__name__ = table
    noun.read(table.replace("_", "-"))(body)


def _mark(r: Read, subject: str) -> str:
    table = table_of(subject) or ""
    return mark.mark(r.ledger, (table, number_of(table, subject)))


def _filled(r: Read, table: str, record: str) -> tuple[str, Record]:
    """Return whose paper it is, and the record that fills it: a report or survey may still be to come."""
    asked, column = _ASKED_BY.get(table, ("", ""))
    if table_of(record) != asked:
        stored = r.ledger.named(table, record)
        row = records.one(r.ledger, table, stored["id"], r.now)
        return str(row["id"]), row
    owner = r.ledger.named(asked, record)
    last = r.ledger.newest_of(table, column, owner["id"])
    row = records.one(r.ledger, table, last, r.now) if last else {asked: record.upper()}
    return record.upper(), row


def _lines(r: Read, table: str, row: Record) -> list[tuple[str, str]]:
    columns = {column.name: column for column in register_of(table).columns}
    return [
        (messages.say(f"columns.{name}"), tables.cell(row[name], columns[name], r.zone) if row.get(name) else "")
        for name in _SHOWS[table]
        if name in columns
    ]


for _table in _SHOWS:
    _of(_table)
