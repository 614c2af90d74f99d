"""conduct: what somebody did against the rules (4.8); only disobedience is fined."""

from typing import Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.model import ConductRule
from svcdesk.registers.complaints import CONDUCT

noun = Noun("conduct")


@noun.write("record")
def record(
    w: Write,
    engineer: Annotated[str, typer.Argument(metavar="CODE")],
    rule: Annotated[ConductRule, typer.Argument()],
    note: Annotated[str, typer.Option("--note")],
    dispatch: Text = None,
    ticket: Text = None,
) -> Receipt:
    person = w.ledger.staff(engineer)
    number = w.ledger.insert(
        "conduct", at=w.at(), engineer_id=person["id"], rule=rule, note=note, by=w.by,
        dispatch_id=w.ledger.named("dispatch", dispatch)["id"] if dispatch else None,
        ticket_id=w.ledger.named("ticket", ticket)["id"] if ticket else None,
    )  # fmt: skip
    return Receipt("conduct_recorded", "conduct", number, {"code": person["code"]})


noun.list_of(CONDUCT)
