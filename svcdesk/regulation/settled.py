"""What follows from the facts of one ticket, whatever was typed first: answers, the target on site, due times (3.4).

Pure functions over stored rows; instants are compared as the texts that the ledger stores.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from svcdesk.model import Record
from svcdesk.regulation.states import moves_target


class Answer(NamedTuple):
    """When somebody answered, and who."""

    at: str
    by: str | None


def replies(first: Answer | None, reopenings: Iterable[Record], arrivals: Iterable[Record]) -> list[Answer]:
    """List what answered a ticket in the order of time: replies of substance and arrivals on site."""
    said = [first] if first else []
    said += [Answer(row["replied_at"], row["replied_by"]) for row in reopenings if row["replied_at"]]
    came = [Answer(row["arrived_at"], row["code"]) for row in arrivals if row["arrived_at"]]
    return sorted(
        [*said, *came], key=lambda answer: answer.at
    )  # stable: of two at once, the reply, then the first named


def first_since(answers: Iterable[Answer], since: str = "") -> Answer | None:
    """Return the first answer from an instant on."""
    return next((answer for answer in answers if answer.at >= since), None)


class Appointed(NamedTuple):
    """An appointment as it counts: whether it moved the target, and what the target was before it."""

    id: int
    at: str
    wanted: str
    moved: bool
    previous: str | None


def appointed(rows: Iterable[Record], base: str | None) -> list[Appointed]:
    """Work through a ticket's appointments in the order in which they were made; ``base`` is the target before them."""
    found, target = [], base
    for row in sorted(rows, key=lambda row: (row["at"], row["id"])):
        moved = moves_target(row["asked_by"], row["at"], target)
        found.append(Appointed(row["id"], row["at"], row["on_site_by"], moved, target))
        if moved:
            target = row["on_site_by"]
    return found


def target(appointments: Iterable[Appointed], base: str | None) -> str | None:
    """Return by when the customer wants somebody on site."""
    moves = [made.wanted for made in appointments if made.moved]
    return moves[-1] if moves else base


def due(
    dispatch: Record, assignment: Record, appointments: Sequence[Appointed], base: str | None, arrivals: Iterable[Any]
) -> str | None:
    """Return when an engineer is due: the dispatch's own time, else the customer's unless somebody came for it.

    An appointment that the customer made since, before this engineer arrived, moves either.
    """
    sent, arrived = dispatch["sent_at"], assignment["arrived_at"] or "9"
    moves = [made for made in appointments if made.moved and made.at < arrived]
    if moves and moves[-1].at > sent:
        return moves[-1].wanted
    if dispatch["own_due_at"]:
        return str(dispatch["own_due_at"])
    asked = moves[-1].at if moves else ""
    came = any(asked <= (other["arrived_at"] or "") < sent for other in arrivals if other["arrived_at"])
    return None if came else target(moves, base)
