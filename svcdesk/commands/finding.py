"""Options that name somebody or something: any part will do that names exactly one; at a terminal one chooses."""

import sys
from typing import TYPE_CHECKING, Any

import typer

from svcdesk import messages
from svcdesk.commands.prompts import may_ask
from svcdesk.errors import NotFound
from svcdesk.store import Ledger

if TYPE_CHECKING:
    from svcdesk.finder.names import Name

# What an option or filter names, by its name in the code.
KINDS = {
    "customer": "customer", "engineer": "staff", "taken_by": "staff", "filed_by": "staff", "about": "staff",
    "against": "staff", "contract": "contract",
}  # fmt: skip
NAMED = frozenset((*KINDS.values(), "equipment"))
_OF_WRITING = KINDS | {"by": "staff"}  # a report's --by names a column


def meant(ledger: Ledger, given: dict[str, Any], *, writing: bool = False) -> dict[str, Any]:
    """Return the options with every name as it stands in the ledger. Raises NotFound for what names none or several."""
    kinds = _OF_WRITING if writing else KINDS
    if given.get("new_customer"):  # who is not there yet is named exactly
        kinds = {name: kind for name, kind in kinds.items() if name != "customer"}
    return {name: _meant(ledger, kinds[name], value) if name in kinds else value for name, value in given.items()}


def meant_by_filter(ledger: Ledger, name: str, text: str) -> str:
    """Return what a filter's text means: a name as it stands in the ledger, a serial by any part of one alone."""
    if name == "serial":
        from svcdesk.finder import names

        return one(ledger, name, text) if names.serials(ledger, text) else text
    return one(ledger, KINDS[name], text) if name in KINDS else text


def _meant(ledger: Ledger, kind: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_meant(ledger, kind, item) for item in value]
    return one(ledger, kind, value) if isinstance(value, str) and value else value


def one(ledger: Ledger, kind: str, text: str) -> str:
    """Return the exact name that a text means, asking at a terminal where it means several. Raises NotFound."""
    from svcdesk.finder import names  # most commands name nothing

    try:
        return names.one(ledger, kind, text)
    except NotFound as error:
        if error.key.startswith("several_") and may_ask():
            return _chosen(names.KINDS[kind](ledger, text)[: names.MOST])
        raise


def _chosen(found: list["Name"]) -> str:
    for number, name in enumerate(found, 1):
        print(f"{number:>3}  {name.shown}", file=sys.stderr)
    number = 0
    while not 1 <= number <= len(found):
        number = typer.prompt(messages.say("labels.which"), type=int, err=True)
    return found[number - 1].value
