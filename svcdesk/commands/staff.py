"""staff: the people of the centre."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk import messages, periods
from svcdesk.columns import Column
from svcdesk.commands import telling
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.model import Record
from svcdesk.periods import instant, short
from svcdesk.registers import dated
from svcdesk.registers.people import STAFF
from svcdesk.render import tables

if TYPE_CHECKING:
    from svcdesk.desk import people, roster, timeline
else:
    people = later("svcdesk.desk.people")
    roster = later("svcdesk.desk.roster")
    timeline = later("svcdesk.desk.timeline")

noun = Noun("staff")
noun.add_of(STAFF)
noun.set_of(STAFF)


@noun.write("retire")
def retire(w: Write, code: Annotated[str, typer.Argument()]) -> Receipt:
    return people.retire(w, code)


def _dated(r: Read, person: Record, _: Record) -> list[tuple[str, str]]:
    """Tell what holds from a date on; a wage is nobody's to see here."""
    lines = []
    for field, since, value in dated.all_of(r.ledger, person["id"]):
        shown = "****" if field == "wage" else messages.word("role", value) if field == "role" else value
        lines.append((messages.say(f"columns.{field}"), messages.say("labels.from_on", value=shown, since=since)))
    return lines


def _told(r: Read, person: Record, row: Record) -> list[tuple[str, str]]:
    """Tell what holds from a date on, where somebody is bound, what they took, then the newest of the time line."""
    beside = timeline.beside_person(r.ledger, person, periods.today(r.now, r.zone), r.zone)
    lines = _dated(r, person, row)
    for sent in beside["open_dispatches"]:
        due = messages.say("labels.event_due", due=short(instant(sent["due_at"]), r.zone)) if sent["due_at"] else ""
        state = messages.word("dispatch_status", sent["status"])
        lines.append((messages.say("columns.open_dispatches"), f"D{sent['id']} {sent['place']} {state}{due}"))
    lines += [
        (messages.say("columns.open_tickets"), telling.ticket("labels.ticket", row)) for row in beside["open_tickets"]
    ]
    lines.append((messages.say("columns.days_this_month"), str(beside["days_this_month"])))
    whole = f"svcdesk dispatch list --engineer {person['code']}"
    return [*lines, *telling.events(timeline.of_person(r.ledger, person), r.zone, whole)]


def _keys(r: Read, person: Record) -> Record:
    beside = timeline.beside_person(r.ledger, person, periods.today(r.now, r.zone), r.zone)
    return {
        "open_dispatches": [f"D{row['id']}" for row in beside["open_dispatches"]],
        "open_tickets": [f"T{row['id']}" for row in beside["open_tickets"]],
        "days_this_month": beside["days_this_month"],
        "events": telling.for_machines(timeline.of_person(r.ledger, person), r.zone),
    }  # fmt: skip


_FREE = (
    Column("engineer"), Column("name", said="person_name"), Column("free", kind="flag"),
    Column("dispatch"), Column("place"), Column("until", kind="instant"), Column("home"), Column("last_place"),
    Column("near", kind="word:near"), Column("open_dispatches", kind="int"), Column("days_this_month", kind="int"),
    Column("mended", kind="int"),
)  # fmt: skip


@noun.read("free")
def free(
    r: Read,
    day: Annotated[str, typer.Argument()] = "today",
    near: Text = None,
    product: Text = None,
    ticket: Text = None,
) -> None:
    on = periods.read_date(day, r.now, r.zone, ahead=True)
    job = _job_of(r, ticket) if ticket else roster.Job()
    job = roster.Job(near or job.city, product or job.product)
    for_people = r.form not in tables.FOR_MACHINES
    unasked = {"near": job.city, "mended": job.product} if for_people else {}
    columns = [column for column in _FREE if unasked.get(column.name, "asked")]
    tables.records(roster.free(r.ledger, on, r.zone, job), columns, r.form, r.zone)


def _job_of(r: Read, text: str) -> "roster.Job":
    """Take the customer's city and the product from a ticket."""
    ticket = r.ledger.named("ticket", text)
    return roster.Job(r.ledger.get("customer", ticket["customer_id"])["city"], ticket["product"])


noun.list_of(STAFF, during=False)
noun.show_of(STAFF, lambda ledger, code: ledger.staff(code), _told, _keys)
