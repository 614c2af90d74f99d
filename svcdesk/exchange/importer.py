"""Import: the rows of a register into the ledger, prepared beside it, then written in the one transaction of a command.

A row whose reference or id is known with the same values is skipped, so that a second run is harmless. Values are those
that mapping reads, as the ledger stores them. What a table insists on and works out stands in desk/checks.py.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from svcdesk import journal
from svcdesk.columns import Column
from svcdesk.desk.checks import Checks, refuse_decided
from svcdesk.desk.settle import settling, unanswered_before
from svcdesk.errors import BadInput, DeskError
from svcdesk.exchange.bulk_insert import BulkInsert
from svcdesk.exchange.bulk_update import BulkUpdate
from svcdesk.exchange.changes import Changes
from svcdesk.exchange.gathering import Gathering
from svcdesk.exchange.items import Given, Item
from svcdesk.exchange.known import Known
from svcdesk.exchange.people import Names, New
from svcdesk.exchange.rows import Row
from svcdesk.exchange.rules_file import Reader
from svcdesk.exchange.rules_toml import RulesFile
from svcdesk.exchange.staging import Staged, Staging
from svcdesk.exchange.updating import ALONE, HANG_ON, Updating
from svcdesk.finder.index import ready
from svcdesk.model import Record
from svcdesk.registers.declaring import Members, Register
from svcdesk.regulation.policy import Basis
from svcdesk.schema import APART, PERSONAL
from svcdesk.store import Ledger

_CHUNK = 1000
# Tables whose records an import may look at.
TABLES = ("ticket", "dispatch", "complaint", "contract", "customer", "staff", "crew", "survey", "plan", "equipment")

Rows = Callable[[], Iterable[Row]]


class Outcome(NamedTuple):
    """What an import did: rows read, records of them, taken in, skipped as known, changed, superseded, dropped, bad."""

    read: int
    records: int
    imported: int
    skipped: int
    updated: int
    superseded: int
    dropped: int
    bad: list[tuple[Row, DeskError]]


class Importer:
    """Takes rows into one register of a ledger: prepares them while others may write, and writes them at once."""

    def __init__(
        self,
        ledger: Ledger,
        register: Register,
        rules: RulesFile,
        basis: Basis,
        reader: Reader,
        *,
        update: bool = False,
        keep: int = 0,
    ) -> None:
        self.ledger, self.register, self.rules, self.reader = ledger, register, rules, reader
        self.table, self.may_update = register.table, update
        self._basis, self._keep = basis, keep
        self._defaults = register.defaults()
        self._given = Given(register, rules, reader)
        self._members = register.members
        self._keyed_by = list(filter(None, ("id", "reference", register.key_column)))
        written = (self.table, self._members.table) if self._members else (self.table,)
        self._columns = {
            table: [name for name in journal.columns(table, ledger.con) if name != "undone_at"] for table in written
        }

    def take(self, rows: Rows) -> None:
        """Read and check every row, and stage what is good; nothing is written, and nobody has to wait."""
        self._rows = rows
        self._begin()
        for group, values in self._gathering.groups(rows):
            try:
                self._put(self._item(group, values))
            except DeskError as error:
                self._refuse(group, error)
        self._flush()
        for twice, why in self._staging.twice():
            self._refuse(twice, why)
        self._imported = self._staging.count()

    def _begin(self) -> None:
        """Forget what was prepared, and look at the ledger as it stands now."""
        ledger = self.ledger
        self._seen = journal.last(ledger.con)[0]
        self._checks = Checks(ledger, self.register, self._basis)
        self.names = Names(ledger, self.rules)
        self.changes = Changes()
        self._staging = Staging(ledger, self._columns, self._given.parent)
        self._bulk = BulkInsert(self._staging, self._given.waiting)
        self._known = Known(ledger, self.register, self._given, self._staging)
        self._gathering = Gathering(self.reader, self.rules, members=bool(self._members), refuse=self._refuse)
        self._greatest = {table: ledger.greatest(table) for table in (*TABLES, self.table)}
        self._last = self._greatest[self.table]
        self._last_member = ledger.greatest(self._members.table) if self._members else 0
        self._met = False
        self._updated_ids: set[int] = set()
        self._unsettled: set[int] = set()
        self.kept: list[tuple[Row, Record]] = []  # the first records, to be shown
        self._items: list[Item] = []
        self._keys: set[Any] = set()
        self._records = self._imported = self._skipped = 0
        self._bad: list[tuple[Row, DeskError]] = []

    @property
    def outcome(self) -> Outcome:
        """What became of the rows; a row of which several records are bad is bad once."""
        first: dict[tuple[str | None, int], tuple[Row, DeskError]] = {}
        for row, error in self._bad:
            first.setdefault((row.sheet, row.line), (row, error))
        bad = sorted(first.values(), key=lambda item: (item[0].sheet or "", item[0].line))
        rows, updated = self._gathering, self.changes.count
        return Outcome(
            rows.read, self._records, self._imported, self._skipped, updated, rows.superseded, rows.dropped, bad
        )

    @property
    def only_decided(self) -> bool:
        """Whether all that is bad is that somebody has decided on the records."""
        return bool(self._bad) and all(error.key == "decided" for _, error in self._bad)

    def _refuse(self, rows: list[Row], error: DeskError) -> None:
        self._bad += [(row, error) for row in rows]

    # From values to columns

    def _item(self, rows: list[Row], group: list[Record]) -> Item:
        """Make a record of the values of a row, or of the rows of its members. Raises DeskError with the reason."""
        values = group[0]
        columns = self._filled(self._given.own_fields, values, dict(self._defaults))
        if self.table == "customer" and (number := self.ledger.number_of_customer(columns["name"])):
            columns["name"] = self.ledger.get("customer", number)["name"]  # a former name means who bears another now
        members = []
        if self._members:
            for other in group:
                for column in self._given.own:
                    if other[column.name] != values[column.name]:
                        raise BadInput("crew_differs", name=column.name)
            there = [other for other in group if not self._members.optional or other.get(self._members.who) is not None]
            members = [self._member(other, self._members) for other in there]
        if len(self.kept) < self._keep:
            self.kept.append((rows[0], values))
        self._checks.record(columns, values, members)
        digest = self._digest(group) if values.get("reference") and not values.get("id") else None
        self._records += len(group)
        return Item(rows, values, columns, members, digest, self._key(columns), len(group))

    def _filled(self, fields: list[tuple[str, str, Column]], values: Record, columns: Record) -> Record:
        for name, stored, column in fields:
            if (value := values[name]) is not None:
                columns[stored] = self.names.look_up(column, value) if column.refers else value
        return columns

    def _member(self, values: Record, members: Members) -> Record:
        if values.get(members.who) is None:
            raise BadInput("cell_empty", name=members.who)
        return self._filled(self._given.their_fields, values, dict.fromkeys(self._given.latest))

    def _digest(self, group: list[Record]) -> str:
        """Fingerprint the values, to know the row again; personal data is compared by itself and never hashed bare."""
        written = [[(name, values[name]) for name in self._given.open if values[name] is not None] for values in group]
        return hashlib.sha256(ascii(written).encode()).hexdigest()

    def _key(self, columns: Record) -> tuple[str, Any] | None:
        """Name the record that columns are about: by id, by reference, or by its own key."""
        for name in self._keyed_by:
            if columns.get(name) is not None:
                return name, columns[name]
        return None

    # Beside the ledger

    def _put(self, item: Item) -> None:
        key = item.key
        if key is not None and key in self._keys:
            self._flush()  # so that the earlier row of this record is staged
        if key is not None:
            self._keys.add(key)
        self._items.append(item)
        if item.columns.get("id"):
            self._checks.coming.add(item.columns["id"])
        if len(self._items) >= _CHUNK:
            self._flush()

    def _flush(self) -> None:
        """Stage what is new; skip what is known; refuse or set down for an update what differs."""
        items, self._items = self._items, []
        self._keys.clear()
        known = self._known.find(items, self._last)
        new = []
        for item in items:
            try:
                existing = known.get(item.key) or self._known.same_without_key(item)
                if existing is None:
                    self._checks.once_more(item.columns)
                    new.append(self._staged(item))
                else:
                    self._meet(existing, item)
            except DeskError as error:
                self._refuse(item.rows, error)
        self._unsettled.update(self._unsettled_by([item for item in items if item.key not in known]))
        for rows, why in self._staging.put(new):
            self._refuse(rows, why)

    def _meet(self, existing: Record, item: Item) -> None:
        """Skip a known row with the same values, update it where that was asked for, refuse it elsewhere."""
        name = item.values.get("reference") or f"{self.register.letter}{existing['id']}"
        if self.register.key and not self.register.letter:
            name = existing[self.register.key_column]
        if existing.get("undone_at") is not None:
            raise BadInput("taken_back", id=name)
        self._met = True
        if self._known.says_the_same(existing, item):
            self._skipped += item.size
            return
        if not self.may_update:
            raise BadInput("known_differs", name=name)
        refuse_decided(self.register, existing, self._known.changed(existing, item), importing=True)
        if self._known.is_of_this_import(existing) or existing["id"] in self._updated_ids:
            raise BadInput("known_in_file", name=name)
        self._updated_ids.add(existing["id"])
        self.changes.add(name, existing["id"], item, self._known.differences(existing, item))

    def _unsettled_by(self, items: list[Item]) -> list[int]:
        """List the tickets for which something else follows once new items are written."""
        if self.table == "dispatch":
            return unanswered_before(self.ledger, [(item.columns["ticket_id"], item.members) for item in items])
        if self.table == "appointment" and "previous" not in self._given.names:
            return [item.columns["ticket_id"] for item in items]
        return []

    def _staged(self, item: Item) -> Staged:
        """Return a record as it is staged, with the number that it has if nobody else writes meanwhile."""
        columns = item.columns
        given = columns.get("id") is not None
        number = columns.setdefault("id", self._last + 1)
        self._last = max(self._last, number)
        if item.digest:
            columns["reference_digest"] = item.digest
        kept = {column.part: item.values[column.name] for column in self._given.personal}
        if apart := APART.get(self.table):
            kept |= {name: columns.get(name) for name in apart}
            columns = columns | dict.fromkeys(apart) | {"name": columns["code"]}
        theirs = []
        for member in item.members:
            self._last_member += 1
            member = member | {"id": self._last_member, self._given.parent: number}
            theirs.append(list(map(member.get, self._columns[self._members.table] if self._members else ())))
        personal = [None if kept.get(part) == "" else kept.get(part) for part in PERSONAL] if kept else None
        own, words = list(map(columns.get, self._columns[self.table])), ready(self.table, columns)
        return Staged(own, theirs, personal, words, given, item.rows)

    # Into the ledger

    def prepare(self) -> None:
        """Make all that is staged ready to be copied in; read the file again where somebody wrote what it rests on."""
        if self._is_stale():
            self.take(self._rows)
        self._ready_at = journal.last(self.ledger.con)[0]
        self._to_be_made = self.names.foreseen(self._new_numbers())
        self._bulk.make_ready(self._to_be_made, self._changed_alone())

    def holds(self) -> bool:
        """Return whether what stands ready can be copied in as it is."""
        if journal.last(self.ledger.con)[0] == self._ready_at:
            return True
        touched = {table for table, _ in journal.touched_since(self.ledger.con, self._ready_at)}
        if self._bulk.changes and not touched.isdisjoint(HANG_ON):
            return False
        foreseen = self.names.foreseen(list(self._to_be_made)) == self._to_be_made
        return foreseen and not self._bulk.has_moved() and not self._is_stale()

    def _is_stale(self) -> bool:
        """Return whether somebody wrote meanwhile what this import looked at."""
        looked_at = self._checks.looked_at | self.names.looked_at | ({self.table} if self._met else set())
        touched = journal.touched_since(self.ledger.con, self._seen)
        if any(table in looked_at and first <= self._greatest.get(table, 0) for table, first in touched):
            return True
        return any(table == self.table for table, _ in touched) and self._staging.clashes()

    def _changed_alone(self) -> BulkUpdate | None:
        """Work out the updates from which nothing else follows, so that they are written at once."""
        if not self.changes.count or self.table not in ALONE:
            return None
        changes = BulkUpdate(self.ledger, self.table)
        changes.work_out(self.changes.items, self._updating())
        return changes

    def _updating(self) -> Updating:
        return Updating(self._known, self._given, self._checks, self.names, self._basis.now)

    def _new_numbers(self) -> list[int]:
        waiting = self._given.waiting
        where = [(self.table, column.stored) for column in self._given.own if column.stored in waiting]
        if self._members:
            where += [(self._members.table, c.stored) for c in self._given.theirs if c.stored in waiting]
        return self._staging.placeholders(where)

    def new(self) -> tuple[list[New], list[tuple[New, list[str]]]]:
        """List who and what would be made, and those of them that may be meant to be somebody else."""
        new = self.names.new(self._new_numbers())
        return new, list(self.names.near(new))

    def write(self) -> None:
        """Write what stands ready into the open transaction; what is refused even now joins the bad rows."""
        for number in self._to_be_made:
            self.names.make(number)
        with settling(self.ledger, *sorted(self._unsettled), as_given=True):
            for rows, why in self._bulk.write():
                self._refuse(rows, why)
                self._imported -= len(rows)
        updating, changes = self._updating(), self._bulk.changes
        for number, item in changes.others if changes and self._bulk.wrote_changes else self.changes.items:
            existing = self.ledger.get(self.table, number)
            of = number if self.table == "ticket" else existing.get("ticket_id")
            try:
                with self.ledger.savepoint(), settling(self.ledger, *([of] if of else []), as_given=True):
                    updating.update(existing, item)
            except DeskError as error:
                self._refuse(item.rows, error)
