"""Due days that were set one after another: every one is kept, and which is in force follows from when each was set."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from svcdesk.model import Record
from svcdesk.periods import day_of, instant


class Due(NamedTuple):
    """A due day, and when it was set; ``asked_by`` where that matters."""

    day: date
    set_at: datetime
    asked_by: str | None = None


def in_force(dues: Iterable[Due], zone: tzinfo, moves: Callable[[Due], bool] = lambda _: True) -> Due:
    """Return the due day in force: a later one counts only if it was set before the old day ended.

    ``moves`` says which of the later ones may move it at all.
    """
    first, *later = sorted(dues, key=lambda due: due.set_at)  # stable: of two at once, the one typed first
    now = first
    for due in later:
        if moves(due) and day_of(due.set_at, zone) <= now.day:
            now = due
    return now


def day_in_force(dues: Iterable[Record], zone: tzinfo) -> date:
    """Return the due day in force of a record, which keeps each as ``due`` with when it was set (``at``)."""
    return in_force((Due(date.fromisoformat(due["due"]), instant(due["at"])) for due in dues), zone).day
