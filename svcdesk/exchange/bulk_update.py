"""The records that an update changes and from which nothing else follows: worked out while others may write.

They stand beside the ledger whole, as they will be, in a table with the ledger's own checks (``journal.CHANGED``).
"""

from collections.abc import Iterable
from typing import NamedTuple

from svcdesk import journal
from svcdesk.exchange.changes import Spooled
from svcdesk.exchange.items import Item
from svcdesk.exchange.staging import REFUSED, beside, together
from svcdesk.exchange.updating import Updating
from svcdesk.finder.index import ready
from svcdesk.model import Record
from svcdesk.store import Ledger

_CHUNK = 1000


class _Change(NamedTuple):
    """What was read of a record, and the whole of it before and after."""

    item: Item
    before: Record
    after: Record


class BulkUpdate:
    """The changes of one import that are written at once; ``others`` are those to be written one by one."""

    def __init__(self, ledger: Ledger, table: str) -> None:
        self.ledger, self.table = ledger, table
        self._changed, self._words = journal.CHANGED.format(table), f'temp."changed_words_{table}"'
        self._names = journal.columns(table, ledger.con)
        self.columns: set[str] = set()  # that change in some record
        self.others = Spooled()

    def work_out(self, updates: Iterable[tuple[int, Item]], updating: Updating) -> None:
        """Work out what becomes of the records; what the ledger's checks refuse is left to the others."""
        con = self.ledger.con
        self.columns, self.others = set(), Spooled()
        beside(self.ledger, self.table, f"changed_{self.table}", keyed=False)
        con.execute(f"DROP TABLE IF EXISTS {self._words}")
        con.execute(f"CREATE TABLE {self._words} (row INTEGER PRIMARY KEY, words, before)")
        chunk: list[_Change] = []
        for number, item in updates:
            existing = self.ledger.one(f'SELECT * FROM "live_{self.table}" WHERE id = ?', (number,))
            changed = updating.alone(existing, item) if existing else None
            if existing is None or changed is None:
                self.others.add(number, item)
                continue
            if changed:
                chunk.append(_Change(item, existing, existing | changed))
                self.columns |= changed.keys()
            if len(chunk) >= _CHUNK:
                self._put(chunk)
                chunk = []
        self._put(chunk)

    def _put(self, chunk: list[_Change]) -> None:
        con, marks = self.ledger.con, ", ".join("?" * len(self._names))
        try:
            with together(con):
                rows = ([one.after[name] for name in self._names] for one in chunk)
                con.executemany(f"INSERT INTO {self._changed} VALUES ({marks})", rows)
                said = filter(None, map(self._said, chunk))
                con.executemany(f"INSERT INTO {self._words} VALUES (?, ?, ?)", said)
        except REFUSED:
            for one in chunk:
                if len(chunk) > 1:
                    self._put([one])
                else:
                    self.others.add(one.after["id"], one.item)

    def _said(self, one: _Change) -> tuple[int, str | None, str | None] | None:
        """Return the words of a record, now and before, where they change."""
        before, after = ready(self.table, one.before), ready(self.table, one.after)
        return None if before == after else (one.after["id"], after, before)

    def add_to(self, ready_rows: str) -> None:
        """Put the records among the rows that stand ready."""
        self.ledger.con.execute(f"INSERT INTO {ready_rows} SELECT * FROM {self._changed}")

    @property
    def words(self) -> str:
        """A query for the words of the records: row, words, before."""
        return f"SELECT row, words, before FROM {self._words}"
