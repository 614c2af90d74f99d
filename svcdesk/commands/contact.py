"""contact: the register of calls, letters and visits (3.9)."""

from typing import Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.commands.prompts import personal_text
from svcdesk.desk.act import Receipt
from svcdesk.model import Channel
from svcdesk.registers.service import CONTACTS

noun = Noun("contact")


@noun.write("log")
def log(
    w: Write,
    customer: Annotated[str, typer.Option()],
    channel: Annotated[Channel, typer.Option()],
    summary: Annotated[str, typer.Option()],
    person: Text = None,
    taken_by: Text = None,
) -> Receipt:
    caller = w.ledger.customer(customer)
    number = w.ledger.insert(
        "contact", at=w.at(), customer_id=caller["id"], channel=channel, summary=summary, taken_by=w.staff_id(taken_by),
        **w.ledger.keep_personal(personal_text(person)),
    )  # fmt: skip
    return Receipt("contact_logged", "contact", number, {"customer": caller["name"]})


noun.list_of(CONTACTS)
