"""form: paper to be signed, filled from the ledger or blank."""

from pathlib import Path
from typing import Annotated

import typer

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.commands.context import Read
from svcdesk.commands.noun import Flag, Month, Noun
from svcdesk.errors import BadInput
from svcdesk.model import Record, number_of, table_of
from svcdesk.papers import form, mark
from svcdesk.papers.paper import Paper
from svcdesk.periods import Period, month_of, read_month
from svcdesk.registers import records
from svcdesk.registers.index import register_of
from svcdesk.registers.service import CONTACTS
from svcdesk.render import files, tables

noun = Noun("form")
Output = Annotated[Path | None, typer.Option("--output", "-o")]
Id = Annotated[str | None, typer.Argument(metavar="ID")]

# What each form shows of its record, and the tables by whose ids it is asked for, its own first.
_SHOWS: dict[str, tuple[str, ...]] = {
    "ticket": ("id", "customer", "kind", "channel", "summary", "contract", "product", "serial", "received_at",
               "answer_due", "on_site_by", "taken_by", "resolution"),
    "dispatch": ("id", "ticket", "customer", "summary", "product", "serial", "kind", "place", "engineer", "sent_at",
                 "due", "departed_at", "arrived_at", "callback_at", "left_at", "returned_at"),
    "service_report": ("id", "dispatch", "customer", "product", "serial", "filed_by", "filed_at", "fault_cause",
                       "solution", "parts", "customer_opinion"),
    "survey": ("id", "ticket", "customer", "summary", "at", "score", "comment", "via"),
}  # fmt: skip
_OF_TICKET = ("customer", "summary", "product", "serial")
_ASKED_BY = {"service_report": ("dispatch", "dispatch_id"), "survey": ("ticket", "ticket_id")}


_SIGNERS = ("engineer", "customer", "desk", "seal")


def _of(table: str) -> None:
    def body(r: Read, record: Id = None, output: Output = None, blank: Flag = False) -> None:
        if blank == (record is not None):
            raise BadInput("one_of", names=["ID", "--blank"])
        subject, row = _filled(r, table, record) if record else ("", {})
        title, centre = messages.say(f"form.{table}"), r.ledger.centre["name"]
        made = Paper(title, centre, _lines(r, table, row), _signers(*_SIGNERS), subject and _mark(r, subject))
        _write(r, made, output)

    body.__name__ = table
    noun.read(table.replace("_", "-"))(body)


def _signers(*who: str) -> list[str]:
    return [messages.say(f"form.sign_{name}") for name in who]


def _write(r: Read, paper: Paper, output: Path | None) -> None:
    """Write a form as a workbook where its name ends so, else as a page."""
    if output and output.suffix.lower() == ".xlsx":
        from svcdesk.papers import book

        with files.whole_file(output, never=r.ledger.path) as path:
            book.write(paper, path, r.now)
        return
    with files.opened(str(output) if output else None, never=r.ledger.path) as out:
        out.write(form.page(paper))


# The columns of the register of calls and letters, with the share of the page that each takes.
_REGISTER = {
    "id": 5, "at": 14, "customer": 13, "person": 7, "channel": 7, "summary": 24, "taken_by": 7, "ticket": 6,
    "handled": 17,
}  # fmt: skip


@noun.read("register")
def register(r: Read, month: Month = None, output: Output = None) -> None:
    period = read_month(month or month_of(r.now, r.zone), r.now, r.zone)
    selection = records.Selection().during(CONTACTS, period)
    rows = list(records.records(r.ledger, CONTACTS, r.now, selection, detail=True))
    columns = {column.name: column for column in (*CONTACTS.columns, Column("handled"))}
    handled = (row | {"handled": _handled(r, row["ticket"])} for row in rows)
    lines = [[tables.cell(row[name], columns[name], r.zone) for name in _REGISTER] for row in handled]
    head = messages.say("form.register_head", centre=r.ledger.centre["name"], month=_in_words(period), n=len(rows))
    heads = [messages.say(f"columns.{name}") for name in _REGISTER]
    signers, shares = _signers("clerk", "head", "day"), list(_REGISTER.values())
    _write(
        r,
        Paper(messages.say("form.register"), head, lines, signers, mark.of_month(r.ledger, period), heads, shares),
        output,
    )


def _handled(r: Read, text: str | None) -> str:
    """Tell how a ticket stands, and how it was resolved."""
    if not text:
        return ""
    ticket = r.ledger.named("ticket", text)
    words = (messages.word("ticket_status", ticket["status"]), ticket["resolution"])
    return messages.say("labels.clause_joint").join(word for word in words if word)


def _in_words(period: Period) -> str:
    return messages.say("form.month", year=period.first.year, month=f"{period.first.month:02d}")


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
    texts = _texts(r, table, row) if row else {}
    return [(messages.say(f"columns.{name}"), texts.get(name, "")) for name in _SHOWS[table]]


def _texts(r: Read, table: str, row: Record) -> dict[str, str]:
    """Write what a form shows: of its own record, of the ticket behind it, and of each engineer sent."""
    sent = row if table == "dispatch" else _one(r, "dispatch", row.get("dispatch"))
    ticket = row if table == "ticket" else _one(r, "ticket", row.get("ticket") or sent.get("ticket"))
    behind = {name: ticket.get(name) for name in _OF_TICKET}
    texts = _cells(r, "ticket", behind) | _cells(r, table, row)
    return texts | _of_crew(r, row["crew"]) if table == "dispatch" else texts


def _one(r: Read, table: str, text: str | None) -> Record:
    return records.one(r.ledger, table, r.ledger.named(table, text)["id"], r.now) if text else {}


def _cells(r: Read, table: str, row: Record) -> dict[str, str]:
    columns = {column.name: column for column in register_of(table).columns}
    return {name: tables.cell(value, columns[name], r.zone) for name, value in row.items() if name in columns}


def _of_crew(r: Read, crew: list[Record]) -> dict[str, str]:
    """Write the steps of a journey; where several were sent, each with whose it is."""
    columns = {column.name: column for column in register_of("dispatch").columns}
    names = [f"{one['engineer']} {r.ledger.staff(one['engineer'])['name']}" for one in crew]
    texts = {"engineer": messages.comma(names)}
    for step in ("due", "departed_at", "arrived_at", "callback_at", "left_at", "returned_at"):
        times = [(one["engineer"], tables.cell(one[step], columns[step], r.zone)) for one in crew if one[step]]
        said = (text if len(crew) == 1 else f"{code} {text}" for code, text in times)
        texts[step] = messages.say("labels.clause_joint").join(said)
    return texts


for _table in _SHOWS:
    _of(_table)
