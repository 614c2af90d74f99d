"""staff: the people of the centre."""

from typing import Annotated

import typer

from svcdesk import periods
from svcdesk.columns import Column
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.commands.prompts import personal_text
from svcdesk.desk import people, roster
from svcdesk.desk.act import Receipt
from svcdesk.errors import Refused
from svcdesk.model import Role, fen, whole
from svcdesk.registers.people import STAFF
from svcdesk.render import tables

noun = Noun("staff")


@noun.write("add")
def add(
    w: Write,
    code: Annotated[str, typer.Argument()],
    name: Annotated[str, typer.Option()],
    department: Text = None,
    role: Annotated[Role, typer.Option()] = "engineer",
    home: Text = None,
    phone: Text = None,
    wage: Text = None,
    company_no: Text = None,
) -> Receipt:
    code = whole("code", code.strip())
    if w.ledger.holds("staff", "code", code):
        raise Refused("staff_exists", code=code)
    number = w.ledger.insert(
        "staff", code=code, name=name, department=department, role=role, home=home,
        company_no=whole("company_no", company_no.strip()) or None if company_no else None,
        wage_fen=fen(wage) if wage is not None else None, **w.ledger.keep_personal(phone=personal_text(phone, "phone")),
    )  # fmt: skip
    return Receipt("staff_added", "staff", number, {"code": code, "name": name})


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
