"""What was promised (2.3, 3.4): which due counts, and whether it was kept by then.

Pure functions over stored rows; instants are compared as the texts that the ledger stores.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from svcdesk.regulation.states import moves_target

_DAY = timedelta(days=1)
# What a contract promises, by the option that says until when (2.3).
OF_CONTRACT = {"commission_by": "commissioning", "train_by": "user_training"}


class Due(NamedTuple):
    """A due of a promise: when it was made, by when, who asked for it, and whether it moved what counts."""

    at: str
    due: str
    asked_by: str | None
    moved: bool


def dues(made_at: str, first_due: str, moves: Iterable[dict[str, str]], ended_at: str | None = None) -> list[Due]:
    """List every due in the order in which they were made: as first promised, then each that was asked for since.

    Only the customer's own moves what counts, made before the due so far had passed and before the promise ended.
    """
    found, counts = [Due(made_at, first_due, None, moved=True)], first_due
    for move in sorted(moves, key=lambda move: move["at"]):
        is_moved = (ended_at is None or move["at"] <= ended_at) and moves_target(move["asked_by"], move["at"], counts)
        counts = move["due"] if is_moved else counts
        found.append(Due(move["at"], move["due"], move["asked_by"], is_moved))
    return found


def in_force(known: Iterable[Due]) -> str:
    """Return the due that counts: the last that moved."""
    return [due.due for due in known if due.moved][-1]


def status(kept_at: str | None, dropped_at: str | None) -> str:
    """Name how a promise ended, or that it is open."""
    return "kept" if kept_at else "dropped" if dropped_at else "open"


def in_time(due: str, kept_at: str | None, dropped_at: str | None, now: str) -> bool | None:
    """Return whether a promise was kept by its due; None while it still can be, or where it was dropped by then."""
    if kept_at:
        return kept_at <= due
    if dropped_at:
        return None if dropped_at <= due else False
    return False if now > due else None


def late_days(due: datetime, ended: datetime) -> int:
    """Count the days, each that has begun, by which a due was missed; 0 where it was not."""
    return max(0, -((due - ended) // _DAY))
