"""staff: the people of the centre."""

from typing import Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.commands.prompts import personal_text
from svcdesk.desk.act import Receipt
from svcdesk.errors import Refused
from svcdesk.model import Role, fen, whole
from svcdesk.registers.people import STAFF

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
) -> Receipt:
    code = whole("code", code.strip())
    if w.ledger.holds("staff", "code", code):
        raise Refused("staff_exists", code=code)
    number = w.ledger.insert(
        "staff", code=code, name=name, department=department, role=role, home=home,
        wage_fen=fen(wage) if wage is not None else None, **w.ledger.keep_personal(phone=personal_text(phone, "phone")),
    )  # fmt: skip
    return Receipt("staff_added", "staff", number, {"code": code, "name": name})


@noun.write("retire")
def retire(w: Write, code: Annotated[str, typer.Argument()]) -> Receipt:
    person = w.ledger.staff(code)
    if person["retired_at"]:
        raise Refused("staff_retired", code=person["code"])
    w.ledger.update("staff", person["id"], retired_at=w.at())
    return Receipt("staff_retired", "staff", person["id"], {"code": person["code"], "name": person["name"]})


noun.list_of(STAFF, during=False)
noun.show_of(STAFF, lambda ledger, code: ledger.staff(code))
