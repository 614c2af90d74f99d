"""dispatch: engineers sent to a customer, step by step (3.4, 4.4, 4.5)."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk import messages
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.errors import BadInput
from svcdesk.later import later
from svcdesk.model import LateCause, Record
from svcdesk.periods import day_of, instant, short
from svcdesk.registers.service import DISPATCHES
from svcdesk.regulation.states import STEPS

if TYPE_CHECKING:
    from svcdesk.desk import assignments, dispatches
else:
    assignments = later("svcdesk.desk.assignments")
    dispatches = later("svcdesk.desk.dispatches")

noun = Noun("dispatch")
Dispatch = Annotated[str, typer.Argument()]
Engineers = Annotated[list[str], typer.Option("--engineer")]
Cities = Annotated[list[str] | None, typer.Option("--transit")]


@noun.write("send")
def send(
    w: Write,
    ticket: Annotated[str, typer.Argument()],
    engineer: Engineers,
    place: Annotated[str, typer.Option()],
    transit: Cities = None,
    due: Text = None,
) -> Receipt:
    return dispatches.send(w, ticket, engineer, place, transit or (), w.time(due))


Engineer = Annotated[str | None, typer.Option("--engineer")]


def _simple(verb: str) -> Callable[..., Receipt]:
    def step(w: Write, dispatch: Dispatch, engineer: Engineer = None) -> Receipt:
        return dispatches.step(w, dispatch, verb, engineer)

    step.__name__ = verb
    return step


noun.write("depart")(_simple("depart"))


@noun.write("arrive")
def arrive(
    w: Write,
    dispatch: Dispatch,
    engineer: Engineer = None,
    late_cause: Annotated[LateCause | None, typer.Option()] = None,
) -> Receipt:
    return dispatches.step(w, dispatch, "arrive", engineer, late_cause=late_cause, note=w.note)


noun.write("callback")(_simple("callback"))
noun.write("leave")(_simple("leave"))
noun.write("return")(_simple("return"))


@noun.write("log")
def log(
    w: Write,
    dispatch: Dispatch,
    times: Annotated[list[str], typer.Argument()],
    engineer: Engineer = None,
    day: Text = None,
    late_cause: Annotated[LateCause | None, typer.Option()] = None,
) -> Receipt:
    said = dict(_step_said(text) for text in times)
    begun = dispatches.departed_on(w, dispatch, engineer)
    on = w.date(day) if day else day_of(begun or w.now, w.zone)
    steps: dict[str, datetime] = {}
    for step in filter(said.__contains__, STEPS):
        steps[step] = w.time_on(on, said[step], after=max(steps.values(), default=begun))
    return dispatches.log(w, dispatch, steps, engineer, late_cause)


def _step_said(text: str) -> tuple[str, str]:
    said, _, time = text.partition("=")
    step = _steps_in_words().get(said.strip(), said)
    if step not in STEPS or not time:
        raise BadInput("journey_step", text=text, steps=list(STEPS))
    return step, time


def _steps_in_words() -> dict[str, str]:
    """Return the steps as lists head them: 出发 for depart."""
    return {word: step for step, (field, _) in STEPS.items() for word in messages.pair(f"columns.{field}")}


@noun.write("cause")
def cause(
    w: Write,
    dispatch: Dispatch,
    engineer: Annotated[str, typer.Option()],
    late_cause: Annotated[LateCause, typer.Option()],
) -> Receipt:
    return dispatches.state_cause(w, dispatch, engineer, late_cause)


@noun.write("cancel")
def cancel(w: Write, dispatch: Dispatch, reason: Annotated[str, typer.Option()], engineer: Engineer = None) -> Receipt:
    return dispatches.cancel(w, dispatch, reason, engineer)


def _assignment_lines(r: Read, stored_row: Record, shown: Record) -> list[tuple[str, str]]:
    """Tell each engineer's journey in a line."""
    dash = "-"
    crew = assignments.of_dispatch(r.ledger, stored_row["id"])
    due = {assignment["code"]: assignment["due_at"] for assignment in crew}
    lines = []
    for assignment in shown["crew"]:
        times = {
            name: short(datetime.fromisoformat(assignment[f"{name}_at"]), r.zone) if assignment[f"{name}_at"] else dash
            for name in ("departed", "arrived", "callback", "left", "returned")
        }
        wanted = due[assignment["engineer"]]
        text = messages.say(
            "labels.crew_line",
            **times,
            due=short(instant(wanted), r.zone) if wanted else dash,
            days=assignment["days"] or 0,
            late=dash if assignment["late_minutes"] is None else assignment["late_minutes"],
            cause=messages.word("late_cause", assignment["late_cause"]) if assignment["late_cause"] else "",
        )
        lines.append((assignment["engineer"], text.rstrip()))
    return lines


noun.list_of(DISPATCHES)
noun.show_of(DISPATCHES, lambda ledger, text: ledger.named("dispatch", text), _assignment_lines)
