"""Where a part is: in which machine, by what it was part of at first, its moves, and what reports exchanged.

Pure functions over serials; times are compared as the texts that the ledger stores.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Moved(NamedTuple):
    """A part was put into a machine, or taken out."""

    at: str
    serial: str
    part_of: str | None


class Exchanged(NamedTuple):
    """A report on a machine says that one part came out and another went in; either may be unknown."""

    at: str
    machine: str | None
    old: str | None
    new: str | None


def tree(first: Mapping[str, str | None], events: Iterable[Moved | Exchanged]) -> dict[str, str | None]:
    """Return for each serial of the register what it is part of now, from what it was part of at first."""
    stands = dict(first)
    for event in sorted(events, key=lambda event: event.at):
        if isinstance(event, Moved):
            stands[event.serial] = event.part_of
        else:
            _exchange(stands, event)
    return stands


def _exchange(stands: dict[str, str | None], event: Exchanged) -> None:
    """Take the old part out and put the new one where it was; where that is unknown, into the machine itself."""
    into = stands.get(event.old or "") or (event.machine if event.machine != event.old else None)
    if event.old in stands:
        stands[event.old] = None
    if event.new in stands and into in stands and not is_within(stands, into, event.new):
        stands[event.new] = into


def is_within(stands: Mapping[str, str | None], serial: str | None, whole: str) -> bool:
    """Return whether a serial is a whole, or a part of it at any depth."""
    seen = set()
    while serial and serial not in seen:
        if serial == whole:
            return True
        seen.add(serial)
        serial = stands.get(serial)
    return False
