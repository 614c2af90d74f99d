"""suggestion: what customers and staff would have otherwise, from who said it to who is told the answer (S7 1.5)."""

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk.columns import Column
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import MONTHS, Noun, one_of
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.model import Record
from svcdesk.month.waiting import argv
from svcdesk.periods import Period, instant, local, read_month
from svcdesk.registers.visits import SUGGESTIONS
from svcdesk.render import tables

if TYPE_CHECKING:
    from svcdesk.desk import suggestions
else:
    suggestions = later("svcdesk.desk.suggestions")

noun = Noun("suggestion")
Suggestion = Annotated[str, typer.Argument()]

noun.add_of(SUGGESTIONS, lambda act, row: suggestions.check(act, row))
noun.steps_of(SUGGESTIONS, send=lambda act, taken, values: suggestions.send(act, taken, values))


@noun.write("answer")
def answer(
    w: Write,
    suggestion: Suggestion,
    by: Annotated[str, typer.Option("--by")],
    accepted: Annotated[bool, typer.Option("--accepted")] = False,
    declined: Annotated[bool, typer.Option("--declined")] = False,
    later: Annotated[bool, typer.Option("--later")] = False,
) -> Receipt:
    given = {"accepted": accepted, "declined": declined, "later": later}
    one_of(*((f"--{name}", is_given) for name, is_given in given.items()))
    return suggestions.answer(w, suggestion, next(name for name, is_given in given.items() if is_given))


_GATHERED = (
    Column("record", brief=True), Column("at", kind="instant", brief=True), Column("customer", brief=True),
    Column("text", brief=True), Column("next", kind="json", brief=True),
)  # fmt: skip


@noun.read("gather", MONTHS)
def gather(r: Read, period: Period | None) -> None:
    found = suggestions.gathered(r.ledger, period or read_month("last", r.now, r.zone))
    tables.records((_row(r, heard) for heard in found), _GATHERED, r.form, r.zone)


def _row(r: Read, heard: "suggestions.Heard") -> Record:
    """Return what was said as a record, with the command that makes a suggestion of it."""
    more = (heard.customer, "--aspect", "ASPECT", "--text", heard.text, "--from", heard.record)
    line = argv("suggestion add --customer", *more)
    command = list(line) if r.form in tables.FOR_MACHINES else shlex.join(line)
    return {**heard._asdict(), "at": local(instant(heard.at), r.zone), "next": command}


noun.list_of(SUGGESTIONS)
noun.show_of(SUGGESTIONS)
