"""contract: what was agreed with a customer, and whether it includes installation."""

from typing import Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Flag, Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.errors import Refused
from svcdesk.model import whole
from svcdesk.registers.people import CONTRACTS

noun = Noun("contract")


@noun.write("add")
def add(
    w: Write,
    no: Annotated[str, typer.Argument()],
    customer: Annotated[str, typer.Option()],
    project: Text = None,
    includes_installation: Flag = False,
    warranty_until: Text = None,
) -> Receipt:
    no = whole("no", no.strip())
    if w.ledger.holds("contract", "no", no):
        raise Refused("contract_exists", no=no)
    owner = w.ledger.customer(customer)
    number = w.ledger.insert(
        "contract", no=no, customer_id=owner["id"], project=project, includes_installation=includes_installation,
        warranty_until=w.date(warranty_until, ahead=True) if warranty_until else None,
    )  # fmt: skip
    return Receipt("contract_added", "contract", number, {"no": no, "customer": owner["name"]})


noun.list_of(CONTRACTS, during=False)
noun.show_of(CONTRACTS, lambda ledger, no: ledger.contract(no))
