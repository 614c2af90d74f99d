"""visit: customers are visited and followed up, and what they say is taken home (2.4, 2.5; S7 1.6)."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.model import WORDS, Way
from svcdesk.registers.visits import VISITS
from svcdesk.render import tables

if TYPE_CHECKING:
    from svcdesk.desk import visits
    from svcdesk.month import calls
else:
    visits = later("svcdesk.desk.visits")
    calls = later("svcdesk.month.calls")

noun = Noun("visit")
Opinions = Annotated[list[str] | None, typer.Option("--opinion")]


@noun.write("make")
def make(
    w: Write,
    customer: Annotated[str, typer.Option()],
    by: Annotated[str, typer.Option("--by")],
    way: Annotated[Way, typer.Option()],
    summary: Annotated[str, typer.Option()],
    plan: Text = None,
    dispatch: Text = None,
    ticket: Text = None,
    use: Text = None,
    opinion: Opinions = None,
    introduced: Text = None,
    score: Annotated[int | None, typer.Option(min=1, max=5)] = None,
) -> Receipt:
    call = visits.Call(customer, by, way, summary, plan, dispatch, ticket, use, introduced, score)
    return visits.make(w, call, _opinions(opinion))


@noun.write("from-dispatch")
def from_dispatch(
    w: Write, dispatch: Annotated[str, typer.Argument()], summary: Text = None, opinion: Opinions = None
) -> Receipt:
    return visits.from_dispatch(w, dispatch, _opinions(opinion), summary)


def _opinions(texts: list[str] | None) -> "list[visits.Opinion]":
    """Read opinions; an aspect may be typed as it is shown."""
    shown = messages.shown_words("aspect", WORDS["aspect"])
    meant = []
    for text in texts or ():
        aspect, mark, said = text.replace("：", ":", 1).partition(":")
        meant.append(f"{shown.get(aspect.strip().lower(), aspect)}{mark}{said}")
    return [visits.read_opinion(text) for text in meant]


_DUE = (
    Column("due", kind="date", brief=True, said="due_day"), Column("plan", brief=True),
    Column("customer", brief=True), Column("region"), Column("last_visit", kind="date", brief=True),
    Column("open_tickets", kind="json", brief=True), Column("last_score", kind="int", brief=True),
    Column("unanswered", kind="json", brief=True), Column("next", kind="json"),
)  # fmt: skip


@noun.read("due")
def due(r: Read) -> None:
    tables.records(calls.due(r.ledger, r.basis), _DUE, r.form, r.zone)


noun.list_of(VISITS)
noun.show_of(VISITS)
