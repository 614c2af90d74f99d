"""staff: the people of the centre."""

from typing import Annotated

import typer

from svcdesk import periods
from svcdesk.columns import Column
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.desk import people, roster
from svcdesk.desk.act import Receipt
from svcdesk.registers.people import STAFF
from svcdesk.render import tables

noun = Noun("staff")
noun.add_of(STAFF)


@noun.write("retire")
def retire(w: Write, code: Annotated[str, typer.Argument()]) -> Receipt:
    return people.retire(w, code)


_FREE = (
    Column("engineer"), Column("name"), Column("free", kind="flag"), Column("dispatch"), Column("place"),
    Column("until", kind="instant"), Column("home"), Column("days_this_month", kind="int"),
)  # fmt: skip


@noun.read("free")
def free(r: Read, day: Annotated[str, typer.Argument()] = "today", near: Text = None) -> None:
    on = periods.read_date(day, r.now, r.zone, ahead=True)
    tables.records(roster.free(r.ledger, on, r.zone, near), _FREE, r.form, r.zone)


noun.list_of(STAFF, during=False)
noun.show_of(STAFF, lambda ledger, code: ledger.staff(code))
