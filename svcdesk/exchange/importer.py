"""Import: the rows of a register into the ledger, in the one transaction of a command, a thousand at a time.

A row whose reference or id is known with the same values is skipped, so that a second run is harmless. Values are those
that mapping reads, as the ledger stores them. What a table insists on and works out stands in checks.py.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from svcdesk import journal
from svcdesk.columns import NOW, Column
from svcdesk.desk import expenses
from svcdesk.desk.checks import Checks, refuse_decided
from svcdesk.desk.settle import settling, unanswered_before
from svcdesk.errors import BadInput, DeskError, NotFound
from svcdesk.exchange.readers import Row
from svcdesk.exchange.rules_file import Reader, RulesFile
from svcdesk.model import Record
from svcdesk.registers.declaring import Members, Register
from svcdesk.registers.index import register_of
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger

_CHUNK = 1000


class Outcome(NamedTuple):
    """What an import did: rows read, taken in, skipped as known, changed, superseded, and bad with their reasons."""

    read: int
    imported: int
    skipped: int
    updated: int
    superseded: int
    bad: list[tuple[Row, DeskError]]


class _New(NamedTuple):
    """Somebody or some customer that the rules allow to be made, when the row is written."""

    table: str
    name: str
    role: str


class _Item(NamedTuple):
    """One record on its way in: its rows, the values of the first, its columns, its members, fingerprint and key."""

    rows: list[Row]
    values: Record
    columns: Record
    members: list[Record]
    digest: str | None
    key: tuple[str, Any] | None


class Importer:
    """Takes rows into one register of a ledger whose transaction is open."""

    def __init__(
        self,
        ledger: Ledger,
        register: Register,
        rules: RulesFile,
        basis: Basis,
        reader: Reader,
        *,
        update: bool = False,
    ) -> None:
        self.ledger, self.register, self.rules, self.reader = ledger, register, rules, reader
        self.table, self.may_update = register.table, update
        self.members = register.members
        self._checks = Checks(ledger, register, basis)
        self._defaults = register.defaults()
        self._own, self._theirs, self._personal = self._targets()
        self._open = sorted(set(reader.given) - {column.name for column in self._personal})
        self._given = {column.stored for column in self._own if column.name != "id"}
        self._may_make = {"customer": rules.new_customers, "staff": rules.new_staff}
        self._waiting = [c.stored for c in (*self._own, *self._theirs) if self._may_make.get(c.refers)]
        self._columns = self._written(self.table)
        self._member_columns = self._written(self.members.table) if self.members else []
        self._parent, self._who, self._latest = self._member_keys()
        self._found: dict[tuple[str, str], int | None] = {}
        self._new_names: set[tuple[str, str]] = set()
        self._top = self._last = self._greatest(self.table)
        self._last_member = self._greatest(self.members.table) if self.members else 0
        self._items: list[_Item] = []
        self._keys: set[Any] = set()
        self._read = self._imported = self._skipped = self._updated = self._superseded = 0
        self._bad: list[tuple[Row, DeskError]] = []

    def _member_keys(self) -> tuple[str, str, list[str]]:
        """Return the stored columns that name a member's record, that tell members apart, and that stand with each."""
        if not self.members:
            return "", "", []
        stored = {column.name: column.stored for column in self.register.columns}
        return self.members.parent, stored[self.members.who], [stored[name] for name in self.members.latest]

    def _written(self, table: str) -> list[str]:
        return [name for name in journal.columns(table, self.ledger.con) if name != "undone_at"]

    def _greatest(self, table: str) -> int:
        return self.ledger.greatest(table)

    def _targets(self) -> tuple[list[Column], list[Column], list[Column]]:
        """Sort the columns that are given by where they go: the record, its members, personal data."""
        given = [column for column in self.register.fields() if column.name in self.reader.given]
        theirs = [column for column in given if self.members and self.members.holds(column)]
        personal = [column for column in given if column.part]
        return [column for column in given if column.stored and column not in theirs], theirs, personal

    def take(self, rows: Callable[[], Iterable[Row]]) -> Outcome:
        """Take every row that is good; gather the bad ones with their reasons."""
        for group in self._groups(rows):
            try:
                self._put(self._item(group))
            except DeskError as error:
                self._refuse([row for row, _ in group], error)
        self._flush()
        self._bad.sort(key=lambda item: item[0].line)
        return Outcome(self._read, self._imported, self._skipped, self._updated, self._superseded, self._bad)

    def _refuse(self, rows: list[Row], error: DeskError) -> None:
        self._bad += [(row, error) for row in rows]

    # Reading

    def _groups(self, rows: Callable[[], Iterable[Row]]) -> Iterator[list[tuple[Row, Record]]]:
        """Read the rows; gather those of one record, and of one reference keep the last where the rules say so.

        What is gathered is found in a first pass over the file, so that no more than the open groups is ever held.
        """
        gather, latest = self.members is not None, self.rules.last_row_wins
        left: dict[str, int] = {}
        if gather or latest:
            for row in rows():
                if key := self._key_text(row):
                    left[key] = left.get(key, 0) + 1
        groups: dict[str, list[tuple[Row, Record | DeskError]]] = {}
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
                if left[key]:
                    continue
                yield from self._whole(groups.pop(key))
            elif isinstance(values, DeskError):
                self._refuse([row], values)
            else:
                yield [(row, values)]

    def _key_text(self, row: Row) -> str | None:
        """Return what rows of one record share: the id, else the reference."""
        if row.fault:
            return None
        for field in ("id", "reference"):
            place = self.reader.place(field)
            if place is not None and row.cells[place].strip():
                return field + row.cells[place].strip()
        return None

    def _values(self, row: Row) -> Record | DeskError:
        if row.fault:
            return row.fault
        try:
            return self.reader.values(row.cells)
        except DeskError as error:
            return error

    def _whole(self, group: list[tuple[Row, Record | DeskError]]) -> Iterator[list[tuple[Row, Record]]]:
        """Return the rows of one record where all can be read; one bad row spoils the others."""
        lines = [row.line for row, values in group if isinstance(values, DeskError)]
        if not lines:
            yield [(row, values) for row, values in group if isinstance(values, dict)]
        for row, values in group if lines else ():
            self._refuse([row], values if isinstance(values, DeskError) else BadInput("sibling_bad", line=lines[0]))

    # From values to columns

    def _item(self, group: list[tuple[Row, Record]]) -> _Item:
        """Make a record of a row, or of the rows of its members. Raises DeskError with the reason."""
        values = group[0][1]
        columns = self._filled(self._own, values, dict(self._defaults))
        if self.table == "customer" and (number := self.ledger.number_of_customer(columns["name"])):
            columns["name"] = self.ledger.get("customer", number)["name"]  # a former name means who bears another now
        members = []
        if self.members:
            for _, other in group:
                for column in self._own:
                    if other[column.name] != values[column.name]:
                        raise BadInput("crew_differs", name=column.name)
            members = [self._member(other, self.members) for _, other in group]
        self._checks.record(columns, values, members)
        digest = None
        if values.get("reference") and not values.get("id"):
            digest = self._digest([other for _, other in group])
        return _Item([row for row, _ in group], values, columns, members, digest, self._key(columns))

    def _filled(self, targets: list[Column], values: Record, columns: Record) -> Record:
        for column in targets:
            value = values[column.name]
            if value is not None:
                columns[column.stored] = self._look_up(column, value) if column.refers else value
        return columns

    def _member(self, values: Record, members: Members) -> Record:
        if values.get(members.who) is None:
            raise BadInput("cell_empty", name=members.who)
        return self._filled(self._theirs, values, dict.fromkeys(self._latest))

    def _look_up(self, column: Column, text: str) -> Any:
        """Find who or what a row names. Raises NotFound; somebody new is left to be made with the row."""
        table = column.refers
        key = (table, text)
        if key not in self._found:
            self._found[key] = self._numbered(table, text) or self._numbered(table, text.strip())
        number = self._found[key]
        if number is None:
            if not self._may_make.get(table) or text.isspace():
                raise NotFound(f"unknown_{table}", text=text)
            return _New(table, text.strip(), "agent" if column.name == "taken_by" else "engineer")
        return number

    def _numbered(self, table: str, name: str) -> int | None:
        """Find a record by its key; a customer by a former name too, so that a renamed one is never made again."""
        if table == "customer":
            return self.ledger.number_of_customer(name)
        sql = f'SELECT id FROM "live_{table}" WHERE "{register_of(table).key_column}" = ?'
        found: int | None = self.ledger.value(sql, (name,))
        return found

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
        """Write what is new; skip what is known; refuse or update what differs."""
        items, self._items = self._items, []
        self._keys.clear()
        known = self._known(items)
        new = []
        for item in items:
            try:
                existing = known.get(item.key) or self._same_without_key(item)
                if existing is None:
                    self._checks.once_more(item.columns)
                    new.append(item)
                else:
                    self._meet(existing, item)
            except DeskError as error:
                self._refuse(item.rows, error)
        self._write(new)
        self._checks.written()

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
            found |= {(name, row[name]): row for row in self.ledger.stream(sql, values)}
        return found

    def _same_without_key(self, item: _Item) -> Record | None:
        """Find the same record from before this import, in a register that has neither references nor keys."""
        if self.register.has_references or self.register.key or item.columns.get("id") or not self._top:
            return None
        stamped = {c.stored for c in self._own if c.default == NOW and item.values.get(c.name) is None}
        told = {name: value for name, value in item.columns.items() if name in self._given - stamped}
        if any(isinstance(value, _New) for value in told.values()):
            return None
        same = " AND ".join(f'"{name}" IS ?' for name in told)
        sql = f'SELECT * FROM "live_{self.table}" WHERE id <= ? AND {same}'
        return self.ledger.one(sql, (self._top, *told.values()))

    def _meet(self, existing: Record, item: _Item) -> None:
        """Skip a known row with the same values, update it where that was asked for, refuse it elsewhere."""
        name = item.values.get("reference") or f"{self.register.letter}{existing['id']}"
        if self.register.key and not self.register.letter:
            name = existing[self.register.key_column]
        if existing["undone_at"] is not None:
            raise BadInput("taken_back", id=name)
        before = existing.get("reference_digest")
        same = before == item.digest if before and item.digest else self._same(existing, item)
        if same and self._same_personal(existing, item.values):
            self._skipped += len(item.rows)
            return
        if not self.may_update:
            raise BadInput("known_differs", name=name)
        of = existing["id"] if self.table == "ticket" else existing.get("ticket_id")
        with self.ledger.savepoint(), settling(self.ledger, *([of] if of else []), as_given=True):
            self._update(existing, item)
        self._updated += len(item.rows)

    def _same(self, existing: Record, item: _Item) -> bool:
        if not all(_equal(item.columns.get(name), existing[name]) for name in self._given):
            return False
        if not self.members:
            return True
        there = self._members_of(existing["id"], self.members)
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

    def _write(self, items: list[_Item]) -> None:
        """Write new records, all at once; where the ledger refuses one of them, one by one."""
        if not items:
            return
        last, last_member = self._last, self._last_member
        try:
            with self.ledger.savepoint():
                records = [self._row(item) for item in items]
                with settling(self.ledger, *self._unsettled(items), as_given=True):
                    self.ledger.insert_many(self.table, self._columns, [row for row, _ in records])
                    if self.members:
                        theirs = [row for _, rows in records for row in rows]
                        self.ledger.insert_many(self.members.table, self._member_columns, theirs)
        except (sqlite3.IntegrityError, sqlite3.DataError, OverflowError, UnicodeEncodeError) as error:
            self._last, self._last_member = last, last_member
            for key in self._new_names:  # who was made with rows that are taken back
                self._found.pop(key, None)
            self._new_names.clear()
            if len(items) == 1:
                why = "row_twice" if "UNIQUE" in str(error) else "integrity"
                self._refuse(items[0].rows, BadInput(why, detail=str(error)))
            else:
                for item in items:
                    self._write([item])
            return
        self._imported += sum(len(item.rows) for item in items)
        self._new_names.clear()

    def _unsettled(self, items: list[_Item]) -> list[int]:
        """List the tickets for which something else follows once the items are written."""
        if self.table == "dispatch":
            return unanswered_before(self.ledger, [(item.columns["ticket_id"], item.members) for item in items])
        if self.table == "appointment" and "previous" not in self.reader.given:
            return [item.columns["ticket_id"] for item in items]
        return []

    def _row(self, item: _Item) -> tuple[list[Any], list[list[Any]]]:
        """Return a record's row as it is written, and its members'; give it its number, and make who is new."""
        columns = item.columns | self._made(item.columns)
        number = columns.setdefault("id", self._last + 1)
        self._last = max(self._last, number)
        if item.digest:
            columns["reference_digest"] = item.digest
        if self._personal:
            columns |= self.ledger.keep_personal(**{c.part: item.values[c.name] for c in self._personal})
        theirs = []
        for member in item.members:
            self._last_member += 1
            member = member | self._made(member) | {"id": self._last_member, self._parent: number}
            theirs.append(list(map(member.get, self._member_columns)))
        return list(map(columns.get, self._columns)), theirs

    def _made(self, columns: Record) -> Record:
        """Return those columns that had to wait for somebody to be made, with their numbers."""
        return {name: self._make(columns[name]) for name in self._waiting if isinstance(columns.get(name), _New)}

    def _make(self, new: _New) -> int:
        key = (new.table, new.name)
        if self._found.get(key) is None:
            made = {"code": new.name, "role": new.role} if new.table == "staff" else {}
            self._found[key] = self.ledger.insert(new.table, name=new.name, **made)
            self._new_names.add(key)
        number = self._found[key]
        assert number is not None
        return number


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
