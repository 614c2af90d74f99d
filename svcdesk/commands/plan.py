"""plan: what is to be done again and again (2.4; S1 18): visits, inspections, trainings, reviews."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Flag, Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.model import Anchor, PlanKind
from svcdesk.registers.plans import PLANS

if TYPE_CHECKING:
    from svcdesk.desk import plans
else:
    plans = later("svcdesk.desk.plans")

noun = Noun("plan")
Plan = Annotated[str, typer.Argument()]
Reason = Annotated[str, typer.Option()]


@noun.write("add")
def add(
    w: Write,
    kind: Annotated[PlanKind, typer.Option()],
    title: Annotated[str, typer.Option()],
    from_: Annotated[str, typer.Option("--from")],
    every: Text = None,
    customer: Text = None,
    region: Text = None,
    key_customers: Flag = False,
    area: Text = None,
    department: Text = None,
    by: Annotated[str | None, typer.Option("--by")] = None,
    anchor: Annotated[Anchor, typer.Option()] = "done",
) -> Receipt:
    wanted = plans.Wanted(kind, title, every, w.date(from_, ahead=True), anchor, by)
    return plans.add(w, wanted, plans.Target(customer, region, area, department, key_customers))


@noun.write("skip")
def skip(w: Write, plan: Plan, reason: Reason) -> Receipt:
    return plans.skip(w, plan, reason)


@noun.write("move")
def move(w: Write, plan: Plan, due: Annotated[str, typer.Option()], reason: Reason) -> Receipt:
    return plans.move(w, plan, w.date(due, ahead=True), reason)


@noun.write("done")
def done(w: Write, plan: Plan, note: Annotated[str, typer.Option("--note")]) -> Receipt:
    return plans.done(w, plan, note)


@noun.write("end")
def end(w: Write, plan: Plan) -> Receipt:
    return plans.end(w, plan)


noun.list_of(PLANS, {"open": ("r.ended_at IS NULL", lambda row: row["status"] == "open")}, upto={"due_by": "due"})
noun.show_of(PLANS)
