"""promise: what was promised by contract or on the telephone, and whether it was kept (2.3, 3.4)."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.commands.prompts import personal_text
from svcdesk.desk.act import Receipt
from svcdesk.later import later
from svcdesk.model import AskedBy, PromiseKind
from svcdesk.registers.promises import PROMISES

if TYPE_CHECKING:
    from svcdesk.desk import promises
else:
    promises = later("svcdesk.desk.promises")

noun = Noun("promise")
Promise = Annotated[str, typer.Argument()]
Due = Annotated[str, typer.Option()]


@noun.write("add")
def add(
    w: Write,
    kind: Annotated[PromiseKind, typer.Option()],
    text: Annotated[str, typer.Option()],
    due: Due,
    contract: Text = None,
    ticket: Text = None,
    quantity: Annotated[int | None, typer.Option(min=1)] = None,
) -> Receipt:
    return promises.add(w, kind, text, w.deadline(due), contract, ticket, quantity)


@noun.write("keep")
def keep(
    w: Write,
    promise: Promise,
    ticket: Text = None,
    dispatch: Text = None,
    trainees: Annotated[int | None, typer.Option(min=0)] = None,
    signed_by: Text = None,
) -> Receipt:
    return promises.keep(w, promise, ticket, dispatch, trainees, personal_text(signed_by) if signed_by else None)


@noun.write("move")
def move(w: Write, promise: Promise, due: Due, asked_by: Annotated[AskedBy, typer.Option()]) -> Receipt:
    return promises.move(w, promise, w.deadline(due), asked_by)


@noun.write("drop")
def drop(
    w: Write,
    promise: Promise,
    reason: Annotated[str, typer.Option()],
    by: Annotated[str, typer.Option("--by")],
) -> Receipt:
    return promises.drop(w, promise, reason)


noun.list_of(PROMISES)
noun.show_of(PROMISES)
