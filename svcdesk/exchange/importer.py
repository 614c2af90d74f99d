"""Import: the rows of a register into the ledger, prepared beside it, then written in the one transaction of a command.

A row whose reference or id is known with the same values is skipped, so that a second run is harmless. Values are those
that mapping reads, as the ledger stores them. What a table insists on and works out stands in desk/checks.py.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from svcdesk import journal
from svcdesk.columns import NOW, Column
from svcdesk.desk import expenses, plans
from svcdesk.desk.checks import Checks, refuse_decided
from svcdesk.desk.settle import settling, unanswered_before
from svcdesk.errors import BadInput, DeskError
from svcdesk.exchange.changes import Changes
from svcdesk.exchange.people import Names, New
from svcdesk.exchange.rows import Row
from svcdesk.exchange.rules_file import Dropped, Reader
from svcdesk.exchange.rules_toml import RulesFile
from svcdesk.exchange.staging import PERSONAL, Staged, Staging
from svcdesk.model import Record
from svcdesk.registers.declaring import Members, Register
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger

_CHUNK = 1000
# Tables whose records an import may look at.
TABLES = ("ticket", "dispatch", "complaint", "contract", "customer", "staff", "crew", "survey", "plan")


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


class _Item(NamedTuple):
    """One record on its way in: its rows, the values of the first, its columns, its members, fingerprint and key."""

    rows: list[Row]
    values: Record
    columns: Record
    members: list[Record]
    digest: str | None
    key: tuple[str, Any] | None
    size: int  # rows of members, else one


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
        self.members = register.members
        self._basis, self._keep = basis, keep
        self._defaults = register.defaults()
        self._own, self._theirs, self._personal = self._targets()
        self._open = sorted(set(reader.given) - {column.name for column in self._personal})
        self._given = {column.stored for column in self._own if column.name != "id"}
        may_make = {"customer": rules.new_customers, "staff": rules.new_staff}
        self._waiting = [c.stored for c in (*self._own, *self._theirs) if may_make.get(c.refers)]
        self._columns = self._written(self.table)
        self._member_columns = self._written(self.members.table) if self.members else []
        self._parent, self._who, self._latest = self._member_keys()

    def _begin(self) -> None:
        """Forget what was prepared, and look at the ledger as it stands now."""
        self._seen = journal.last(self.ledger.con)[0]
        self._checks = Checks(self.ledger, self.register, self._basis)
        self.names = Names(self.ledger, self.rules)
        self.changes = Changes()
        written = {self.table: self._columns}
        if self.members:
            written[self.members.table] = self._member_columns
        self._staging = Staging(self.ledger, written, self._parent)
        self._greatest = {table: self.ledger.greatest(table) for table in (*TABLES, self.table)}
        self._top = self._last = self._greatest[self.table]
        self._last_member = self._base_member = self.ledger.greatest(self.members.table) if self.members else 0
        self._met = False
        self._updated_ids: set[int] = set()
        self._unsettled: set[int] = set()
        self.kept: list[tuple[Row, Record]] = []  # the first records, to be shown
        self._items: list[_Item] = []
        self._keys: set[Any] = set()
        self._read = self._records = self._imported = self._skipped = self._superseded = self._dropped = 0
        self._bad: list[tuple[Row, DeskError]] = []

    def _member_keys(self) -> tuple[str, str, list[str]]:
        """Return the stored columns that name a member's record, that tell members apart, and that stand with each."""
        if not self.members:
            return "", "", []
        stored = {column.name: column.stored for column in self.register.columns}
        return self.members.parent, stored[self.members.who], [stored[name] for name in self.members.latest]

    def _written(self, table: str) -> list[str]:
        return [name for name in journal.columns(table, self.ledger.con) if name != "undone_at"]

    def _targets(self) -> tuple[list[Column], list[Column], list[Column]]:
        """Sort the columns that are given by where they go: the record, its members, personal data."""
        given = [column for column in self.register.fields() if column.name in self.reader.given]
        theirs = [column for column in given if self.members and self.members.holds(column)]
        personal = [column for column in given if column.part]
        return [column for column in given if column.stored and column not in theirs], theirs, personal

    def prepare(self, rows: Callable[[], Iterable[Row]]) -> None:
        """Read and check every row, and stage what is good; nothing is written, and nobody has to wait."""
        self._begin()
        for group, values in self._groups(rows):
            try:
                self._put(self._item(group, values))
            except DeskError as error:
                self._refuse(group, error)
        self._flush()
        for twice, why in self._staging.twice():
            self._refuse(twice, why)
        self._imported = self._staging.count()

    @property
    def outcome(self) -> Outcome:
        """What became of the rows; a row of which several records are bad is bad once."""
        first: dict[tuple[str | None, int], tuple[Row, DeskError]] = {}
        for row, error in self._bad:
            first.setdefault((row.sheet, row.line), (row, error))
        bad = sorted(first.values(), key=lambda item: (item[0].sheet or "", item[0].line))
        updated = self.changes.count
        return Outcome(
            self._read, self._records, self._imported, self._skipped, updated, self._superseded, self._dropped, bad
        )

    @property
    def only_decided(self) -> bool:
        """Whether all that is bad is that somebody has decided on the records."""
        return bool(self._bad) and all(error.key == "decided" for _, error in self._bad)

    def _refuse(self, rows: list[Row], error: DeskError) -> None:
        self._bad += [(row, error) for row in rows]

    # Reading

    def _groups(self, rows: Callable[[], Iterable[Row]]) -> Iterator[tuple[list[Row], list[Record]]]:
        """Read the rows as records; gather those of one record, and of one reference keep the last where rules say so.

        What is gathered is found in a first pass over the file, so that no more than the open groups is ever held.
        """
        gather, latest = self.members is not None or self.rules.folds, self.rules.last_row_wins
        left: dict[str, int] = {}
        if gather or latest:
            for row in rows():
                if key := self._key_text(row):
                    left[key] = left.get(key, 0) + 1
        groups: dict[str, list[tuple[Row, list[Record] | DeskError]]] = {}
        for row in rows():
            self._read += 1
            key = self._key_text(row) if left else None
            if key:
                left[key] -= 1
                if latest and left[key] and not gather:
                    self._superseded += 1
                    continue
            values = self._values(row)
            if gather and key:
                groups.setdefault(key, []).append((row, values))
                if not left[key]:
                    yield from self._whole(groups.pop(key))
            elif isinstance(values, DeskError):
                self._refuse([row], values)
            else:
                yield from (([row], [record]) for record in values)

    def _key_text(self, row: Row) -> str | None:
        """Return what rows of one record share: the id, else the reference."""
        if row.fault:
            return None
        for field in ("id", "reference"):
            place = self.reader.place(field)
            if place is not None and row.cells[place].strip():
                return field + row.cells[place].strip()
        return None

    def _values(self, row: Row) -> list[Record] | DeskError:
        """Read a row as its records: none where a word of it says that it is no record."""
        if row.fault:
            return row.fault
        try:
            return self.reader.records(row.cells)
        except Dropped:
            self._dropped += 1
            return []
        except DeskError as error:
            return error

    def _whole(self, group: list[tuple[Row, list[Record] | DeskError]]) -> Iterator[tuple[list[Row], list[Record]]]:
        """Return the rows of one record where all can be read; one bad row spoils the others."""
        good = [(row, values) for row, values in group if not isinstance(values, DeskError)]
        if len(good) == len(group):
            rows, found = [row for row, values in good if values], [one for _, values in good for one in values]
            try:
                if found:
                    yield rows, [self.reader.folded(found)] if self.rules.folds else found
            except DeskError as error:
                self._refuse(rows, error)
            return
        line = next(row.place for row, values in group if isinstance(values, DeskError))
        for row, values in group:
            self._refuse([row], values if isinstance(values, DeskError) else BadInput("sibling_bad", line=line))

    # From values to columns

    def _item(self, rows: list[Row], group: list[Record]) -> _Item:
        """Make a record of the values of a row, or of the rows of its members. Raises DeskError with the reason."""
        values = group[0]
        columns = self._filled(self._own, values, dict(self._defaults))
        if self.table == "customer" and (number := self.ledger.number_of_customer(columns["name"])):
            columns["name"] = self.ledger.get("customer", number)["name"]  # a former name means who bears another now
        members = []
        if self.members:
            for other in group:
                for column in self._own:
                    if other[column.name] != values[column.name]:
                        raise BadInput("crew_differs", name=column.name)
            members = [self._member(other, self.members) for other in group]
        if len(self.kept) < self._keep:
            self.kept.append((rows[0], values))
        self._checks.record(columns, values, members)
        digest = self._digest(group) if values.get("reference") and not values.get("id") else None
        self._records += len(group)
        return _Item(rows, values, columns, members, digest, self._key(columns), len(group))

    def _filled(self, targets: list[Column], values: Record, columns: Record) -> Record:
        for column in targets:
            value = values[column.name]
            if value is not None:
                columns[column.stored] = self.names.look_up(column, value) if column.refers else value
        return columns

    def _member(self, values: Record, members: Members) -> Record:
        if values.get(members.who) is None:
            raise BadInput("cell_empty", name=members.who)
        return self._filled(self._theirs, values, dict.fromkeys(self._latest))

    def _digest(self, group: list[Record]) -> str:
        """Fingerprint the values, to know the row again; personal data is compared by itself and never hashed bare."""
        told = [[(name, values[name]) for name in self._open if values[name] is not None] for values in group]
        return hashlib.sha256(ascii(told).encode()).hexdigest()

    # Into the ledger

    def _put(self, item: _Item) -> None:
        key = item.key
        if key is not None and key in self._keys:
            self._flush()  # so that the earlier row of this record stands in the ledger
        if key is not None:
            self._keys.add(key)
        self._items.append(item)
        if item.columns.get("id"):
            self._checks.coming.add(item.columns["id"])
        if len(self._items) >= _CHUNK:
            self._flush()

    def _key(self, columns: Record) -> tuple[str, Any] | None:
        """Name the record that columns are about: by id, by reference, or by its own key."""
        for name in ("id", "reference", self.register.key_column):
            if name and columns.get(name) is not None:
                return name, columns[name]
        return None

    def _flush(self) -> None:
        """Stage what is new; skip what is known; refuse or set down for an update what differs."""
        items, self._items = self._items, []
        self._keys.clear()
        known = self._known(items)
        new = []
        for item in items:
            try:
                existing = known.get(item.key) or self._same_without_key(item)
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

    def _known(self, items: list[_Item]) -> dict[Any, Record]:
        """Find the records that the items are about."""
        wanted: dict[str, list[Any]] = {}
        for item in items:
            if item.key and (item.key[0] != "id" or item.key[1] <= self._last):
                wanted.setdefault(item.key[0], []).append(item.key[1])
        found: dict[Any, Record] = {}
        for name, values in wanted.items():
            marks = ", ".join("?" * len(values))
            source = self.table if name == "id" else f"live_{self.table}"  # what was taken back is refused by its id
            sql = f'SELECT * FROM "{source}" WHERE "{name}" IN ({marks})'
            found |= {(name, value): row for value, row in self._staging.known(name, values).items()}
            found |= {(name, row[name]): row for row in self.ledger.rows(sql, values)}
        return found

    def _same_without_key(self, item: _Item) -> Record | None:
        """Find the same record from before this import, in a register that has neither references nor keys."""
        if self.register.has_references or self.register.key or item.columns.get("id") or not self._top:
            return None
        stamped = {c.stored for c in self._own if c.default == NOW and item.values.get(c.name) is None}
        told = {name: value for name, value in item.columns.items() if name in self._given - stamped}
        if any((told.get(column) or 0) < 0 for column in self._waiting):
            return None  # who is new has nothing yet
        same = " AND ".join(f'"{name}" IS ?' for name in told)
        sql = f'SELECT * FROM "live_{self.table}" WHERE id <= ? AND {same}'
        return self.ledger.one(sql, (self._top, *told.values()))

    def _meet(self, existing: Record, item: _Item) -> None:
        """Skip a known row with the same values, update it where that was asked for, refuse it elsewhere."""
        name = item.values.get("reference") or f"{self.register.letter}{existing['id']}"
        if self.register.key and not self.register.letter:
            name = existing[self.register.key_column]
        if existing.get("undone_at") is not None:
            raise BadInput("taken_back", id=name)
        self._met = True
        before = existing.get("reference_digest")
        same = before == item.digest if before and item.digest else self._same(existing, item)
        if same and self._same_personal(existing, item.values):
            self._skipped += item.size
            return
        if not self.may_update:
            raise BadInput("known_differs", name=name)
        refuse_decided(self.register, existing, self._changed(existing, item), importing=True)
        if existing["id"] > self._top or existing["id"] in self._updated_ids:
            raise BadInput("known_in_file", name=name)
        self._updated_ids.add(existing["id"])
        self.changes.add(name, existing["id"], item, self._differences(existing, item))

    def _changed(self, existing: Record, item: _Item) -> list[str]:
        """List the stored columns that an update would change."""
        return [
            c.stored for c in self._own
            if c.stored in existing and not _equal(item.columns.get(c.stored), existing[c.stored])
        ]  # fmt: skip

    def _differences(self, existing: Record, item: _Item) -> dict[str, tuple[Any, Any]]:
        """Return what an update would change, by field: from and to. Personal data is named and not shown."""
        changed = self._changed(existing, item)
        found = {c.name: (existing[c.stored], item.columns.get(c.stored)) for c in self._own if c.stored in changed}
        if not self._same_personal(existing, item.values):
            found |= {column.name: ("…", "…") for column in self._personal}
        return found

    def _same(self, existing: Record, item: _Item) -> bool:
        if not all(_equal(item.columns.get(name), existing[name]) for name in self._given):
            return False
        if not self.members:
            return True
        staged = existing.get("staged_members")
        there = {row[self._who]: row for row in staged} if staged else self._members_of(existing["id"], self.members)
        here = {member[self._who]: member for member in item.members}
        return there.keys() == here.keys() and all(
            here[who].get(column.stored) == there[who][column.stored] for who in here for column in self._theirs
        )

    def _members_of(self, number: int, members: Members) -> dict[Any, Record]:
        sql = f'SELECT * FROM "live_{members.table}" WHERE "{members.parent}" = ?'
        return {row[self._who]: row for row in self.ledger.stream(sql, (number,))}

    def _same_personal(self, existing: Record, values: Record) -> bool:
        if not self._personal:
            return True
        if "staged" in existing:
            return all(existing["staged"][column.part] == values[column.name] for column in self._personal)
        sql = "SELECT name, phone, address, salt FROM personal WHERE id = ?"
        kept = self.ledger.one(sql, (existing["personal_id"],)) or {}
        if kept and kept["salt"] is None:
            return True  # redacted: what was erased is not brought back
        return all(kept.get(column.part) == values[column.name] for column in self._personal)

    def _update(self, existing: Record, item: _Item) -> None:
        """Change a record to what the file gives; what follows from it is worked out anew."""
        given = {name: item.columns.get(name) for name in self._given}
        merged = existing | given | self._made(item.columns)
        if self.table == "ticket":
            if "status" not in given:
                held = existing["status"] == "on_hold" and not (merged["closed_at"] or merged["cancelled_at"])
                merged["status"] = "on_hold" if held else None
            if "first_closed_at" not in given and (merged["closed_at"] or "9") < (merged["first_closed_at"] or ""):
                merged["first_closed_at"] = merged["closed_at"]
        if self.members:  # they may have gone further
            merged |= {c.stored: given.get(c.stored) for c in self.register.own() if c.follows}
        self._checks.record(merged, item.values, item.members)
        merged |= self._new_personal(existing, item.values)
        if "reference_digest" in merged:
            merged["reference_digest"] = item.digest
        changed = {name: value for name, value in merged.items() if not _equal(value, existing[name])}
        refuse_decided(self.register, existing, changed, importing=True)
        if changed:
            self.ledger.update(self.table, existing["id"], **changed)
        if self.members:
            self._update_members(existing["id"], item.members, self.members)
        if self.table in ("ticket", "contract"):
            expenses.follow(self.ledger, self.table, existing["id"])
        if self.table == "customer":
            plans.follow_key(self.ledger, existing["id"], self._basis.now)

    def _update_members(self, number: int, here: list[Record], members: Members) -> None:
        there = self._members_of(number, members)
        for member in here:
            member = member | self._made(member)
            before = there.pop(member[self._who], None)
            if before is None:
                self.ledger.insert(members.table, **{members.parent: number}, **member)
                continue
            given = {column.stored: member.get(column.stored) for column in self._theirs}
            changed = {name: value for name, value in given.items() if value != before[name]}
            if changed:
                self.ledger.update(members.table, before["id"], **changed)
        if there:
            raise BadInput("crew_missing", id=f"{self.register.letter}{number}")

    def _new_personal(self, existing: Record, values: Record) -> Record:
        if not self._personal or self._same_personal(existing, values):
            return {}
        sql = "SELECT name, phone, address FROM personal WHERE id = ?"
        kept = self.ledger.one(sql, (existing["personal_id"],)) or {}
        return self.ledger.keep_personal(**kept | {column.part: values[column.name] for column in self._personal})

    def _unsettled_by(self, items: list[_Item]) -> list[int]:
        """List the tickets for which something else follows once new items are written."""
        if self.table == "dispatch":
            return unanswered_before(self.ledger, [(item.columns["ticket_id"], item.members) for item in items])
        if self.table == "appointment" and "previous" not in self.reader.given:
            return [item.columns["ticket_id"] for item in items]
        return []

    def _staged(self, item: _Item) -> Staged:
        """Return a record as it is staged, with the number that it has if nobody else writes meanwhile."""
        columns = item.columns
        given = columns.get("id") is not None
        number = columns.setdefault("id", self._last + 1)
        self._last = max(self._last, number)
        if item.digest:
            columns["reference_digest"] = item.digest
        kept = {column.part: item.values[column.name] for column in self._personal}
        theirs = []
        for member in item.members:
            self._last_member += 1
            member = member | {"id": self._last_member, self._parent: number}
            theirs.append(list(map(member.get, self._member_columns)))
        personal = [kept.get(part) or None for part in PERSONAL]
        return Staged(list(map(columns.get, self._columns)), theirs, personal, given, item.rows)

    # Into the ledger

    def is_stale(self) -> bool:
        """Return whether somebody wrote meanwhile what this import looked at, so that it must be prepared again."""
        looked_at = self._checks.looked_at | self.names.looked_at | ({self.table} if self._met else set())
        return self._staging.clashes() or any(
            table in looked_at and first <= self._greatest.get(table, 0)
            for table, first in journal.touched_since(self.ledger.con, self._seen)
        )

    def _new_numbers(self) -> list[int]:
        where = [(self.table, column.stored) for column in self._own if column.stored in self._waiting]
        if self.members:
            where += [(self.members.table, c.stored) for c in self._theirs if c.stored in self._waiting]
        return self._staging.placeholders(where)

    def new(self) -> tuple[list[New], list[tuple[New, list[str]]]]:
        """List who and what would be made, and those of them that may be meant to be somebody else."""
        new = self.names.new(self._new_numbers())
        return new, list(self.names.near(new))

    def write(self) -> None:
        """Write what was prepared into the open transaction; what is refused even now joins the bad rows."""
        made = {number: self.names.make(number) for number in self._new_numbers()}
        with settling(self.ledger, *sorted(self._unsettled), as_given=True):
            for rows, why in self._staging.pour(self._top, self._base_member, made, set(self._waiting)):
                self._refuse(rows, why)
                self._imported -= len(rows)
        for number, item in self.changes.items():
            existing = self.ledger.get(self.table, number)
            of = number if self.table == "ticket" else existing.get("ticket_id")
            try:
                with self.ledger.savepoint(), settling(self.ledger, *([of] if of else []), as_given=True):
                    self._update(existing, item)
            except DeskError as error:
                self._refuse(item.rows, error)

    def _made(self, columns: Record) -> Record:
        """Return those columns that had to wait for somebody to be made, with their numbers."""
        return {name: self.names.make(columns[name]) for name in self._waiting if (columns.get(name) or 0) < 0}


def _equal(told: Any, kept: Any) -> bool:
    """Compare a value with the stored one; lists and objects by what they say."""
    if told == kept:
        return True
    if isinstance(told, str) and isinstance(kept, str) and told[:1] in "[{" and kept[:1] in "[{":
        try:
            return bool(json.loads(told) == json.loads(kept))
        except ValueError:
            return False
    return False
