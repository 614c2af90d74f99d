"""What the ledger knows already: the record that a row is about, whether it says the same, and what would change."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from svcdesk import journal
from svcdesk.columns import NOW, Column
from svcdesk.exchange.items import Given, Item
from svcdesk.exchange.staging import Staging
from svcdesk.model import Record
from svcdesk.registers.declaring import Members, Register
from svcdesk.schema import APART
from svcdesk.store import Ledger

_HIDDEN = "…"  # what is shown of personal data


class Difference(NamedTuple):
    """One field that an update would change: its column, from and to; whose, where a member has it."""

    column: Column
    before: Any
    after: Any
    who: int | None = None


class Known:
    """The records of one register that stand in the ledger, or are staged by this very import."""

    def __init__(self, ledger: Ledger, register: Register, given: Given, staging: Staging) -> None:
        self.ledger, self.register, self._given, self._staging = ledger, register, given, staging
        self.table, self._top = register.table, ledger.greatest(register.table)
        self._is_told_by_all = bool(self._top) and not (register.has_references or register.key)

    def find(self, items: list[Item], last: int) -> dict[Any, Record]:
        """Find the records that items are about, by their keys; ``last`` is the greatest number given so far."""
        wanted: dict[str, list[Any]] = {}
        for item in items:
            if item.key and (item.key[0] != "id" or item.key[1] <= last):
                wanted.setdefault(item.key[0], []).append(item.key[1])
        found: dict[Any, Record] = {}
        for name, values in wanted.items():
            marks = ", ".join("?" * len(values))
            source = self.table if name == "id" else f"live_{self.table}"  # what was taken back is refused by its id
            sql = f'SELECT * FROM "{source}" WHERE "{name}" IN ({marks})'
            found |= {(name, value): row for value, row in self._staging.known(name, values).items()}
            found |= {(name, row[name]): row for row in self.ledger.rows(sql, values)}
        return found

    def same_without_key(self, item: Item) -> Record | None:
        """Find the same record from before this import, in a register that has neither references nor keys."""
        if not self._is_told_by_all or item.columns.get("id"):
            return None
        stamped = {c.stored for c in self._given.own if c.default == NOW and item.values.get(c.name) is None}
        given = {name: value for name, value in item.columns.items() if name in self._given.stored - stamped}
        if any((given.get(column) or 0) < 0 for column in self._given.waiting):
            return None  # who is new has nothing yet
        same = " AND ".join(f'"{name}" IS ?' for name in given)
        sql = f'SELECT * FROM "live_{self.table}" WHERE id <= ? AND {same}'
        return self.ledger.one(sql, (self._top, *given.values()))

    def is_of_this_import(self, existing: Record) -> bool:
        """Return whether another row of the same file made the record."""
        return bool(existing["id"] > self._top)

    def says_the_same(self, existing: Record, item: Item) -> bool:
        """Return whether a row brings nothing new."""
        before = existing.get("reference_digest")
        same = before == item.digest if before and item.digest else self._same(existing, item)
        return same and self.same_personal(existing, item.values)

    def _same(self, existing: Record, item: Item) -> bool:
        if not all(equal(item.columns.get(name), existing[name]) for name in self.taken_over(existing)):
            return False
        members = self.register.members
        if not members:
            return True
        staged = existing.get("staged_members")
        there = {row[self._given.who]: row for row in staged} if staged else self.members_of(existing["id"], members)
        here = {member[self._given.who]: member for member in item.members}
        return there.keys() == here.keys() and not any(
            here[who].get(column.stored) != there[who][column.stored] for who in here for column in self._given.theirs
        )

    def members_of(self, number: int, members: Members) -> dict[Any, Record]:
        """Return the rows of a record's members, by who they are."""
        sql = f'SELECT * FROM "live_{members.table}" WHERE "{members.parent}" = ?'
        return {row[self._given.who]: row for row in self.ledger.stream(sql, (number,))}

    def same_personal(self, existing: Record, values: Record) -> bool:
        """Return whether a row says of personal data what is kept."""
        if not self._given.personal:
            return True
        if "staged" in existing:
            return all(existing["staged"][column.part] == values[column.name] for column in self._given.personal)
        if self.ledger.value("SELECT salt IS NULL FROM personal WHERE id = ?", (existing["personal_id"],)):
            return True  # redacted: what was erased is not brought back
        kept = self.ledger.personal(existing["personal_id"])
        return all(kept.get(column.part) == values[column.name] for column in self._given.personal)

    def taken_over(self, existing: Record) -> set[str]:
        """Return the stored columns that a file is held against and changes; of somebody erased not what is gone."""
        apart = APART.get(self.table, ()) if "staged" not in existing else ()
        is_erased = apart and existing["name"] == existing["code"]
        if is_erased and journal.was_erased(self.ledger.con, self.table, existing["id"]):
            return self._given.stored.difference(apart)
        return self._given.stored

    def changed(self, existing: Record, item: Item) -> list[str]:
        """List the stored columns that an update would change."""
        taken = self.taken_over(existing)
        return [
            c.stored for c in self._given.own
            if c.stored in taken and c.stored in existing
            if not equal(item.columns.get(c.stored), existing[c.stored])
        ]  # fmt: skip

    def differences(self, existing: Record, item: Item) -> list[Difference]:
        """List what an update would change, of the record and of its members. Personal data is named and not shown."""
        changed = self.changed(existing, item)
        found = [
            Difference(c, existing[c.stored], item.columns.get(c.stored))
            for c in self._given.own if c.stored in changed
        ]  # fmt: skip
        if not self.same_personal(existing, item.values):
            found += [Difference(column, _HIDDEN, _HIDDEN) for column in self._given.personal]
        return found + list(self._of_members(existing, item))

    def _of_members(self, existing: Record, item: Item) -> Iterator[Difference]:
        if not self.register.members:
            return
        there = self.members_of(existing["id"], self.register.members)
        for member in item.members:
            who = member[self._given.who]
            before = there.get(who, {})
            for column in self._given.theirs:
                if member.get(column.stored) != before.get(column.stored):
                    yield Difference(column, before.get(column.stored), member.get(column.stored), who)


def equal(given: Any, kept: Any) -> bool:
    """Compare a value with the stored one; lists and objects by what they say."""
    if given == kept:
        return True
    if isinstance(given, str) and isinstance(kept, str) and given[:1] in "[{" and kept[:1] in "[{":
        try:
            return bool(json.loads(given) == json.loads(kept))
        except ValueError:
            return False
    return False
