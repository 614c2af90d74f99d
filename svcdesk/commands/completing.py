"""Completion of what stands in the ledger; loaded only while a shell asks."""

import sqlite3
from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple

from svcdesk import periods
from svcdesk.commands.finding import KINDS
from svcdesk.errors import DeskError
from svcdesk.finder import candidates
from svcdesk.model import LETTERS, WORDS
from svcdesk.registers.index import is_register, register_of
from svcdesk.regulation.policy import KEYS
from svcdesk.session import current

_MONTHS = 13
# How a month is written, and the quarter and the year that it lies in.
_PERIODS: dict[str, Callable[[str], str]] = {
    "month": lambda month: month,
    "quarter": lambda month: f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}",
    "year": lambda month: month[:4],
}
_SERIALS = {"serial": "equipment", "part_of": "equipment"}
_BY_NOUN = {"phone-check": "phone_check", "service-report": "service_report", "rectify": "rectification"}


class Item(NamedTuple):
    """One completion, as Typer's own protocol writes it."""

    value: str
    help: str = ""
    type: str = "plain"


def attach(command: Any) -> None:
    """Have the parameters of a verb complete from the ledger; those with choices have their own."""
    for param in command.params:
        if not getattr(param.type, "choices", None):
            param.shell_complete = _completer(param.name)


def _completer(name: str) -> Any:
    def complete(ctx: Any, incomplete: str) -> list[Item]:
        return offered(name, ctx.parent.info_name if ctx.parent else "", incomplete)

    return complete


def offered(name: str, noun: str, begun: str) -> list[Item]:
    """List what a half-typed value of a parameter may become, by its name and the noun that it stands under."""
    try:
        return [Item(*found) for found in islice(_found(name, noun, begun), candidates.MOST)]
    except (DeskError, sqlite3.Error):
        return []  # a shell that asks has nobody to tell


def _found(name: str, noun: str, begun: str) -> Any:
    """List what a parameter may be, by its name, else by the noun that it stands under."""
    if name in _PERIODS:
        return ((period,) for period in dict.fromkeys(map(_PERIODS[name], _months())) if period.startswith(begun))
    if name == "key" and noun == "policy":
        return ((key,) for key in KEYS if key.startswith(begun))
    own = _BY_NOUN.get(noun, noun)
    kind = (
        KINDS.get(name)
        or _SERIALS.get(name)
        or (own if name in ("record", "code") and own in candidates.NAMES else None)
    )
    if kind:
        return candidates.NAMES[kind](current.open(), begun)
    table = next((table for table in LETTERS if name in _names_of(table)), own if name == "record" else "")
    if table in LETTERS:
        return candidates.ids(current.open(), table, begun)
    return ((word,) for word in _words(own, name) if word.startswith(begun))


def _names_of(table: str) -> tuple[str, str, str]:
    """Return what a parameter is called that takes records of a table: one or several."""
    return table, f"{table}s", f"{table[:-1]}ies"


def _words(table: str, name: str) -> tuple[str, ...]:
    """Return the words that a filter of a register takes."""
    column = register_of(table).column(name) if is_register(table) else None
    kind, _, rest = (column.kind if column else "").partition(":")
    return WORDS.get(rest, ()) if kind == "word" else ()


def _months() -> list[str]:
    """List the months up to now, the newest first."""
    ledger = current.open()
    this = periods.today(current.now(ledger.zone), ledger.zone)
    months = [this.year * 12 + this.month - 1 - back for back in range(_MONTHS)]
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in months]
