"""Rows read as records: those of one record gathered, and of one reference the last kept where the rules say so."""

from collections.abc import Callable, Iterable, Iterator

from svcdesk.errors import BadInput, DeskError
from svcdesk.exchange.rows import Row
from svcdesk.exchange.rules_file import Dropped, Reader
from svcdesk.exchange.rules_toml import RulesFile
from svcdesk.model import Record

Read = list[Record] | DeskError
Group = tuple[list[Row], list[Record]]


class Gathering:
    """Reads a register once through; ``refuse`` is told of each row that cannot be read, and why."""

    def __init__(
        self, reader: Reader, rules: RulesFile, *, members: bool, refuse: Callable[[list[Row], DeskError], None]
    ) -> None:
        self._reader, self._rules, self._refuse = reader, rules, refuse
        self._gather, self._latest = members or rules.folds, rules.last_row_wins
        self.read = self.superseded = self.dropped = 0

    def groups(self, rows: Callable[[], Iterable[Row]]) -> Iterator[Group]:
        """Give the rows of each record with what was read of them.

        What is gathered is found in a first pass over the file, so that no more than the open groups is ever held.
        """
        left = self._counted(rows) if self._gather or self._latest else {}
        groups: dict[str, list[tuple[Row, Read]]] = {}
        for row in rows():
            self.read += 1
            key = self._key_text(row) if left else None
            if key:
                left[key] -= 1
                if self._latest and left[key] and not self._gather:
                    self.superseded += 1
                    continue
            values = self._values(row)
            if self._gather and key:
                groups.setdefault(key, []).append((row, values))
                if not left[key]:
                    yield from self._whole(groups.pop(key))
            elif isinstance(values, DeskError):
                self._refuse([row], values)
            else:
                yield from (([row], [record]) for record in values)

    def _counted(self, rows: Callable[[], Iterable[Row]]) -> dict[str, int]:
        left: dict[str, int] = {}
        for row in rows():
            if key := self._key_text(row):
                left[key] = left.get(key, 0) + 1
        return left

    def _key_text(self, row: Row) -> str | None:
        """Return what rows of one record share: the id, else the reference."""
        if row.fault:
            return None
        for field in ("id", "reference"):
            place = self._reader.place(field)
            if place is not None and row.cells[place].strip():
                return field + row.cells[place].strip()
        return None

    def _values(self, row: Row) -> Read:
        """Read a row as its records: none where a word of it says that it is no record."""
        if row.fault:
            return row.fault
        try:
            return self._reader.records(row.cells)
        except Dropped:
            self.dropped += 1
            return []
        except DeskError as error:
            return error

    def _whole(self, group: list[tuple[Row, Read]]) -> Iterator[Group]:
        """Return the rows of one record where all can be read; one bad row spoils the others."""
        good = [(row, values) for row, values in group if not isinstance(values, DeskError)]
        if len(good) == len(group):
            rows, found = [row for row, values in good if values], [one for _, values in good for one in values]
            try:
                if found:
                    yield rows, [self._reader.folded(found)] if self._rules.folds else found
            except DeskError as error:
                self._refuse(rows, error)
            return
        line = next(row.place for row, values in group if isinstance(values, DeskError))
        for row, values in group:
            self._refuse([row], values if isinstance(values, DeskError) else BadInput("sibling_bad", line=line))
