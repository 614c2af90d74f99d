"""problem: a quality problem, fed back to the departments concerned and solved (3.8)."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk import messages
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import Noun, Text, one_of
from svcdesk.commands.receipts import formatted
from svcdesk.desk.act import Receipt, Word
from svcdesk.later import later
from svcdesk.model import Record
from svcdesk.periods import instant
from svcdesk.registers.problems import PROBLEMS

if TYPE_CHECKING:
    from svcdesk.desk import problems
else:
    problems = later("svcdesk.desk.problems")

noun = Noun("problem")
Problem = Annotated[str, typer.Argument()]


@noun.write("open")
def open_(
    w: Write,
    ticket: Annotated[list[str], typer.Option()],
    summary: Annotated[str, typer.Option()],
    product: Text = None,
    fault_cause: Text = None,
) -> Receipt:
    return problems.open_(w, ticket, summary, product, fault_cause)


@noun.write("send")
def send(w: Write, problem: Problem, to: Annotated[str, typer.Option()], due: Text = None) -> Receipt:
    return problems.send(w, problem, to, w.date(due, ahead=True) if due else None)


@noun.write("answer")
def answer(
    w: Write,
    problem: Problem,
    department: Annotated[str, typer.Option()],
    cause: Annotated[str, typer.Option()],
    measure: Annotated[str, typer.Option()],
    from_serial: Text = None,
) -> Receipt:
    return problems.answer(w, problem, department, cause, measure, from_serial)


@noun.write("join")
def join(w: Write, problem: Problem, ticket: Annotated[str, typer.Option()]) -> Receipt:
    return problems.join(w, problem, ticket)


@noun.write("verify")
def verify(
    w: Write,
    problem: Problem,
    note: Annotated[str, typer.Option("--note")],
    solved: Annotated[bool, typer.Option("--solved")] = False,
    not_solved: Annotated[bool, typer.Option("--not-solved")] = False,
) -> Receipt:
    one_of(("--solved", solved), ("--not-solved", not_solved))
    return problems.verify(w, problem, solved=solved)


@noun.write("close")
def close(w: Write, problem: Problem) -> Receipt:
    return problems.close(w, problem)


def _departments(r: Read, _: Record, row: Record) -> list[tuple[str, str]]:
    """Tell what each department was asked, by when, and what it answered."""
    lines = []
    for one in row["departments"]:
        department = Word("escalation", one["department"])
        said = {**one, "department": department, "at": instant(one["answered_at"]) if one["answered_at"] else None}
        key = "labels.department_answered" if one["answered_at"] else "labels.department_asked"
        lines.append((messages.say("columns.department"), messages.say(key, **formatted(said))))
    return lines


noun.list_of(PROBLEMS)
noun.show_of(PROBLEMS, extra=_departments)
