"""staff: the people of the centre."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk import messages, periods
from svcdesk.columns import Column
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.model import Record
from svcdesk.registers import dated
from svcdesk.registers.people import STAFF
from svcdesk.render import tables

if TYPE_CHECKING:
    from svcdesk.desk import people, roster
else:
    people = later("svcdesk.desk.people")
    roster = later("svcdesk.desk.roster")

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


_FREE = (
    Column("engineer"), Column("name", said="person_name"), Column("free", kind="flag"),
    Column("dispatch"), Column("place"), Column("until", kind="instant"), Column("home"),
    Column("days_this_month", kind="int"),
)  # fmt: skip


@noun.read("free")
def free(r: Read, day: Annotated[str, typer.Argument()] = "today", near: Text = None) -> None:
    on = periods.read_date(day, r.now, r.zone, ahead=True)
    tables.records(roster.free(r.ledger, on, r.zone, near), _FREE, r.form, r.zone)


noun.list_of(STAFF, during=False)
noun.show_of(STAFF, lambda ledger, code: ledger.staff(code), _dated)
