"""search: a caller, a machine, a number, a word: whatever somebody has in hand."""

from typing import Annotated

import typer

from svcdesk.columns import Column
from svcdesk.commands.context import Read
from svcdesk.commands.noun import Noun
from svcdesk.finder.search import first
from svcdesk.render import tables

noun = Noun("search")
_KINDS = {"kind": "word:record", "where": "word:where"}
_COLUMNS = tuple(Column(name, None, _KINDS.get(name, "text")) for name in ("kind", "id", "where", "text", "command"))
_SHOWN = 30


@noun.read("search")
def search(
    r: Read,
    text: Annotated[str, typer.Argument()],
    limit: Annotated[int, typer.Option("--limit", min=0)] = _SHOWN,
) -> None:
    tables.records([hit._asdict() for hit in first(r.ledger, text, limit)], _COLUMNS, r.form, r.zone)
