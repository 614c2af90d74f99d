"""survey: what the customer thought of the job (3.7)."""

from typing import Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.errors import Refused
from svcdesk.model import SurveyVia
from svcdesk.registers.service import SURVEYS
from svcdesk.regulation.states import allow

noun = Noun("survey")


@noun.write("add")
def add(
    w: Write,
    ticket: Annotated[str, typer.Argument()],
    score: Annotated[int, typer.Option(min=1, max=5)],
    comment: Text = None,
    via: Annotated[SurveyVia, typer.Option()] = "paper",
) -> Receipt:
    asked = w.ledger.named("ticket", ticket)
    allow("ticket", asked, "survey")
    earlier = w.ledger.value("SELECT count(*) FROM live_survey WHERE ticket_id = ?", (asked["id"],))
    if earlier > asked["reopen_count"]:
        raise Refused("surveyed", id=f"T{asked['id']}", article="3.7")
    number = w.ledger.insert(
        "survey",
        ticket_id=asked["id"],
        at=w.at(after=asked["received_at"]),
        score=score,
        comment=comment or w.note,
        via=via,
    )
    return Receipt("survey_added", "survey", number, {"ticket": f"T{asked['id']}", "score": score})


noun.list_of(SURVEYS)
