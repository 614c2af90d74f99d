"""One thing that waits for somebody: on the board, or on a month's check list."""

from datetime import datetime
from typing import Any, NamedTuple


class Item(NamedTuple):
    """What waits, and the command that moves it on.

    ``kind`` is what it is about (ticket, escalation, expense …), ``step`` what is to be done (the key of its sentence,
    which ``values`` fill). ``next`` is the command as argv; words in capitals are to be filled in. ``due`` is when it
    must be done, None where there is no such time; ``people`` are the codes of those whom it concerns.
    """

    kind: str
    step: str
    subject: str
    next: tuple[str, ...]
    due: datetime | None = None
    values: dict[str, Any] = {}  # noqa: RUF012 - never changed
    ticket: str | None = None
    dispatch: str | None = None
    people: frozenset[str] = frozenset()


def argv(line: str, *more: str) -> tuple[str, ...]:
    """Return a command of ours as argv; ``more`` are words that hold blanks."""
    return ("svcdesk", *line.split(), *more)
