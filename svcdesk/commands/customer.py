"""customer: whom the centre serves."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk import messages
from svcdesk.commands.context import Write, writing
from svcdesk.commands.noun import Noun, RequestId, Text, WriteFormat, Yes
from svcdesk.commands.prompts import confirm
from svcdesk.commands.receipts import finish
from svcdesk.desk.act import Receipt
from svcdesk.errors import BadInput
from svcdesk.later import later
from svcdesk.model import bounded
from svcdesk.registers.people import CUSTOMERS

if TYPE_CHECKING:
    from svcdesk.desk import customers
else:
    customers = later("svcdesk.desk.customers")

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
noun.show_of(CUSTOMERS, lambda ledger, name: ledger.customer(name))
