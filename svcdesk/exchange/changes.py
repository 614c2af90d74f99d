"""What an update would change, before it does: by field how often, what it adds up to, and the first in full."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from svcdesk.exchange.items import Item
from svcdesk.exchange.known import Difference

_SHOWN = 10


class Change(NamedTuple):
    """One field of one record: where the row stands, the record's name, and what would change."""

    place: int | str
    name: str
    what: Difference


@dataclass
class Sum:
    """How often a field would change, and for amounts the sums of what it was and would be, in fen."""

    count: int = 0
    before: int = 0
    after: int = 0


class Spooled:
    """Updates in a file of no name: each record's number, and what was read."""

    def __init__(self) -> None:
        self._file: Any = None
        self._count = 0

    def add(self, number: int, item: Item) -> None:
        """Set down an update of the record with a number."""
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open until the import ends
        pickle.dump((number, item), self._file)
        self._count += 1

    def __iter__(self) -> Iterator[tuple[int, Item]]:
        if self._file is not None:
            self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)


@dataclass
class Changes:
    """The updates of one import, counted as they come."""

    count: int = 0
    fields: dict[str, Sum] = field(default_factory=dict)
    first: list[Change] = field(default_factory=list)
    items: Spooled = field(default_factory=Spooled)

    def add(self, name: str, number: int, item: Item, differences: Iterable[Difference]) -> None:
        """Set down an update of the record with a number by what was read of it."""
        self.count += item.size
        for one in differences:
            field, before, after = one.column.name, one.before, one.after
            total = self.fields.setdefault(field, Sum())
            total.count += 1
            if field == "amount":
                total.before, total.after = total.before + (before or 0), total.after + (after or 0)
            if len(self.first) < _SHOWN:
                self.first.append(Change(item.rows[0].place, name, one))
        self.items.add(number, item)
