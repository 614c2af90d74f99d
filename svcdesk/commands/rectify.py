"""rectify: what is wrong is put right by a day, and looked at by somebody else (S1 15, 18; S3 10)."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun, Text, one_of
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.model import Level
from svcdesk.registers.plans import RECTIFICATIONS

if TYPE_CHECKING:
    from svcdesk.desk import rectifications
else:
    rectifications = later("svcdesk.desk.rectifications")

noun = Noun("rectify")
Rectification = Annotated[str, typer.Argument()]
Due = Annotated[str, typer.Option()]
Reason = Annotated[str, typer.Option()]
By = Annotated[str, typer.Option("--by")]


@noun.write("open")
def open_(
    w: Write,
    summary: Annotated[str, typer.Option()],
    due: Due,
    owner: Text = None,
    department: Text = None,
    source: Text = None,
    level: Annotated[Level | None, typer.Option()] = None,
    measure: Text = None,
) -> Receipt:
    fault = rectifications.Fault(summary, w.date(due, ahead=True), owner, department, level, measure, source)
    return rectifications.open_(w, fault)


@noun.write("extend")
def extend(w: Write, rectification: Rectification, due: Due, reason: Reason, by: By) -> Receipt:
    return rectifications.extend(w, rectification, w.date(due, ahead=True), reason)


noun.steps_of(RECTIFICATIONS)


@noun.write("verify")
def verify(
    w: Write,
    rectification: Rectification,
    by: By,
    passed: Annotated[bool, typer.Option("--passed")] = False,
    failed: Annotated[bool, typer.Option("--failed")] = False,
) -> Receipt:
    one_of(("--passed", passed), ("--failed", failed))
    return rectifications.verify(w, rectification, passed=passed)


@noun.write("cancel")
def cancel(w: Write, rectification: Rectification, reason: Reason, by: By) -> Receipt:
    return rectifications.cancel(w, rectification, reason)


noun.list_of(RECTIFICATIONS, upto={"due_by": "due"})
noun.show_of(RECTIFICATIONS)
