"""phone-check: whether an engineer could be reached (4.7)."""

from typing import Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.model import PhoneResult
from svcdesk.registers.complaints import PHONE_CHECKS

noun = Noun("phone-check")


@noun.write("log")
def log(
    w: Write,
    engineer: Annotated[str, typer.Argument(metavar="CODE")],
    result: Annotated[PhoneResult, typer.Option()],
    excused: Text = None,
) -> Receipt:
    person = w.ledger.staff(engineer)
    number = w.ledger.insert(
        "phone_check", at=w.at(), engineer_id=person["id"], result=result, excused=excused, by=w.by, note=w.note
    )
    return Receipt("phone_checked", "phone_check", number, {"code": person["code"], "result": result})


noun.list_of(PHONE_CHECKS)
