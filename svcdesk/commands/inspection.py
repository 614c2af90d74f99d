"""inspection: an area is looked at, and what is found is put right (S1 6, 16, 18; S3 9; S4 3)."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.model import InspectionKind
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
    faults = [inspections.read_fault(w, text) for text in found or ()]
    return inspections.make(w, look, faults, [inspections.read_item(text) for text in item or ()], clean=clean)


noun.list_of(INSPECTIONS)
noun.show_of(INSPECTIONS)
