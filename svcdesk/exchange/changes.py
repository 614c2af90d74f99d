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


@dataclass
class Changes:
    """The updates of one import, in a file of no name; counted as they come."""

    count: int = 0
    fields: dict[str, Sum] = field(default_factory=dict)
    first: list[Change] = field(default_factory=list)
    _spool: Any = None
    _spooled: int = 0

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
        if self._spool is None:
            self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - open until the import ends
        pickle.dump((number, item), self._spool)
        self._spooled += 1

    def items(self) -> Iterator[tuple[int, Item]]:
        """Give the updates back: each record's number, and what was read."""
        if self._spool is None:
            return
        self._spool.seek(0)
        for _ in range(self._spooled):
            yield pickle.load(self._spool)
