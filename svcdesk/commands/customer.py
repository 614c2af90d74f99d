"""customer: whom the centre serves."""

from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk import messages
from svcdesk.commands import telling
from svcdesk.commands.context import Read, Write, writing
from svcdesk.commands.noun import Noun, RequestId, Text, WriteFormat, Yes
from svcdesk.commands.prompts import confirm
from svcdesk.commands.receipts import finish
from svcdesk.desk.act import Receipt
from svcdesk.errors import BadInput
from svcdesk.later import later
from svcdesk.model import Record, bounded
from svcdesk.registers.people import CUSTOMERS

if TYPE_CHECKING:
    from svcdesk.desk import customers, timeline
else:
    customers = later("svcdesk.desk.customers")
    timeline = later("svcdesk.desk.timeline")

noun = Noun("customer")
noun.add_of(CUSTOMERS)
noun.set_of(CUSTOMERS)
Name = Annotated[str, typer.Argument()]


@noun.write("rename")
def rename(w: Write, old: Name, new: Name) -> Receipt:
    return customers.rename(w, old, new)


@noun.plain("merge")
def merge(
    gone: Name,
    into: Name,
    reason: Annotated[str, typer.Option("--reason")],
    yes: Yes = False,
    by: Text = None,
    request_id: RequestId = None,
    format: WriteFormat = "text",
) -> None:
    if not reason.strip():
        raise BadInput("empty", name="--reason")
    bounded("reason", reason)
    confirm(messages.say("labels.merge_question", old=gone, name=into), yes)
    with writing("customer merge", {"note": reason, "by": by}, request_id, repr((gone, into, reason, by)), format) as w:
        w.receipt = customers.merge(w, gone, into)
    finish(w, w.receipt, format)


noun.list_of(CUSTOMERS, during=False)


def _told(r: Read, customer: Record, _: Record) -> list[tuple[str, str]]:
    """Tell what stands beside a customer, then the newest of the time line."""
    beside = timeline.beside_customer(r.ledger, customer)
    lines = [(messages.say("columns.former_names"), messages.comma(beside["former_names"]))]
    lines += [
        (messages.say("columns.contract"), telling.contract("labels.contract", row)) for row in beside["contracts"]
    ]
    lines += [*_machines(beside["equipment"]), *_open_tickets(beside["open_tickets"])]
    lines += [(messages.word("record", "plan"), f"PL{row['id']} {row['title']}") for row in beside["plans"]]
    events = timeline.of_customer(r.ledger, customer)
    whole = f"svcdesk ticket list --customer {quote(customer['name'])}"
    return [*((head, text) for head, text in lines if text), *telling.events(events, r.zone, whole)]


_MACHINES = 10  # shown; the list of equipment has them all


def _machines(rows: list[Record]) -> telling.Lines:
    for row in rows[:_MACHINES]:
        said = " ".join(str(row[name]) for name in ("serial", "product", "place") if row[name])
        yield messages.say("columns.equipment"), said + telling.warranty(row["warranty_until"])
    if len(rows) > _MACHINES:
        yield messages.say("columns.equipment"), messages.say("labels.more_records", n=len(rows) - _MACHINES)


def _open_tickets(rows: list[Record]) -> telling.Lines:
    for row in rows:
        yield messages.say("columns.open_tickets"), telling.ticket("labels.ticket", row)


def _keys(r: Read, customer: Record) -> Record:
    beside = timeline.beside_customer(r.ledger, customer)
    return {
        "former_names": beside["former_names"], "contracts": [row["no"] for row in beside["contracts"]],
        "equipment": [row["serial"] for row in beside["equipment"]], "tickets": beside["tickets"],
        "open_tickets": [f"T{row['id']}" for row in beside["open_tickets"]],
        "plans": [f"PL{row['id']}" for row in beside["plans"]],
        "events": telling.for_machines(timeline.of_customer(r.ledger, customer), r.zone),
    }  # fmt: skip


noun.show_of(CUSTOMERS, lambda ledger, name: ledger.customer(name), _told, _keys)
