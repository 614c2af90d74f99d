"""customer: whom the centre serves."""

from typing import Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Flag, Noun, Text
from svcdesk.commands.prompts import personal_text
from svcdesk.desk.act import Receipt
from svcdesk.errors import Refused
from svcdesk.registers.people import CUSTOMERS

noun = Noun("customer")


@noun.write("add")
def add(
    w: Write,
    name: Annotated[str, typer.Argument()],
    region: Text = None,
    city: Text = None,
    person: Text = None,
    phone: Text = None,
    address: Text = None,
    key: Flag = False,
) -> Receipt:
    name = name.strip()
    if w.ledger.holds("customer", "name", name):
        raise Refused("customer_exists", name=name)
    told = (personal_text(person), personal_text(phone, "phone"), personal_text(address, "address"))
    personal = w.ledger.keep_personal(*told)
    number = w.ledger.insert("customer", name=name, region=region, city=city, key=key, **personal)
    return Receipt("customer_added", "customer", number, {"name": name})


noun.list_of(CUSTOMERS, during=False)
noun.show_of(CUSTOMERS, lambda ledger, name: ledger.customer(name))
