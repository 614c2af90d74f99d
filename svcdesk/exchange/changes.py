"""What an update would change, before it does: by field how often, what it adds up to, and the first in full."""

import pickle
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_SHOWN = 10


class Change(NamedTuple):
    """One field of one record: where the row stands, the record's name, and the values from and to."""

    place: int | str
    name: str
    field: str
    before: Any
    after: Any


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

    def add(self, name: str, number: int, item: Any, differences: dict[str, tuple[Any, Any]]) -> None:
        """Set down an update of the record with a number by what was read of it."""
        self.count += item.size
        for name_of, (before, after) in differences.items():
            total = self.fields.setdefault(name_of, Sum())
            total.count += 1
            if name_of == "amount":
                total.before, total.after = total.before + (before or 0), total.after + (after or 0)
            if len(self.first) < _SHOWN:
                self.first.append(Change(item.rows[0].place, name, name_of, before, after))
        if self._spool is None:
            self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - open until the import ends
        pickle.dump((number, item), self._spool)
        self._spooled += 1

    def items(self) -> Iterator[tuple[int, Any]]:
        """Give the updates back: each record's number, and what was read."""
        if self._spool is None:
            return
        self._spool.seek(0)
        for _ in range(self._spooled):
            yield pickle.load(self._spool)
