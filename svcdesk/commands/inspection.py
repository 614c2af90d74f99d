"""inspection: an area is looked at, and what is found is put right (S1 6, 16, 18; S3 9; S4 3)."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk import messages
from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.model import WORDS, InspectionKind
from svcdesk.registers.plans import INSPECTIONS

if TYPE_CHECKING:
    from svcdesk.desk import inspections
else:
    inspections = later("svcdesk.desk.inspections")

noun = Noun("inspection")


@noun.write("make")
def make(
    w: Write,
    kind: Annotated[InspectionKind, typer.Option()],
    area: Annotated[str, typer.Option()],
    by: Annotated[str, typer.Option("--by")],
    plan: Text = None,
    clean: Annotated[bool, typer.Option("--clean")] = False,
    found: Annotated[list[str] | None, typer.Option()] = None,
    item: Annotated[list[str] | None, typer.Option()] = None,
    person: Text = None,
    score: Annotated[int | None, typer.Option(min=1, max=5)] = None,
    ticket: Text = None,
) -> Receipt:
    look = inspections.Look(kind, area, by, plan, ticket, person, score)
    faults = [inspections.read_fault(w, _stored(text, _levels())) for text in found or ()]
    looked_at = [inspections.read_item(_stored(text, _answers())) for text in item or ()]
    return inspections.make(w, look, faults, looked_at, clean=clean)


def _levels() -> dict[str, str]:
    """Return the levels of what is found by their words, in both languages."""
    return messages.shown_words("level", WORDS["level"])


def _answers() -> dict[str, str]:
    words = {"yes": "labels.yes", "no": "labels.no", "na": "labels.does_not_apply"}
    return {shown.lower(): word for word, key in words.items() for shown in messages.pair(key)}


def _stored(text: str, words: dict[str, str]) -> str:
    """Write the last part of a text as it is stored where it was typed as it is shown."""
    said, mark, last = text.replace("：", ":").rpartition(":")
    return f"{said}{mark}{words.get(last.strip().lower(), last)}"


noun.list_of(INSPECTIONS)
noun.show_of(INSPECTIONS)
