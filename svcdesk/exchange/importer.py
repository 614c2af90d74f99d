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
from svcdesk.desk import expenses
from svcdesk.errors import BadInput, DeskError, NotFound
from svcdesk.exchange.readers import Row
from svcdesk.exchange.rules_file import Reader, RulesFile
from svcdesk.exchange.validation import DEFAULTS, Checks
from svcdesk.model import LETTERS, Record
from svcdesk.registers.declarations import Register
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger

# Fields that name another record, with the column that refers to it and the table it stands in.
_LOOKUPS = {
    "customer": ("customer_id", "customer"),
    "contract": ("contract_id", "contract"),
    "engineer": ("engineer_id", "staff"),
    "taken_by": ("taken_by", "staff"),
    "about": ("about_id", "staff"),
    "filed_by": ("filed_by", "staff"),
}
_KEYS = {"staff": "code", "customer": "name", "contract": "no", "service_report": "dispatch_id"}
KEYED = {field: (table, _KEYS[table]) for field, (_, table) in _LOOKUPS.items()}
_PERSONAL = {"person": "name", "complainant": "name", "phone": "phone", "address": "address"}
_NESTED = {"sanction_kind": "sanction", "sanction_amount": "amount_fen"}
REFERENCED = ("ticket", "dispatch", "complaint", "contact", "expense")
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
    """One record on its way in: its rows, the values of the first, its columns, its crew, fingerprint and key."""

    rows: list[Row]
    values: Record
    columns: Record
    crew: list[Record]
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
        self._checks = Checks(ledger, self.table, basis)
        self._defaults = DEFAULTS.get(self.table, {})
        self._own, self._crew, self._personal = self._targets()
        self._open = sorted(set(reader.given) - {field for field, _ in self._personal})
        self._given = {column for _, column, _ in self._own if column != "id"}
        made = {"customer": rules.new_customers, "staff": rules.new_staff}
        self._waiting = [column for _, column, table in (*self._own, *self._crew) if made.get(table)]
        self._columns = [name for name in journal.columns(self.table, ledger.con) if name != "undone_at"]
        self._crew_columns = [name for name in journal.columns("crew", ledger.con) if name != "undone_at"]
        self._found: dict[tuple[str, str], int | None] = {}
        self._new_names: set[tuple[str, str]] = set()
        self._top = self._last = self._greatest(self.table)
        self._last_crew = self._greatest("crew") if self.table == "dispatch" else 0
        self._items: list[_Item] = []
        self._keys: set[Any] = set()
        self._read = self._imported = self._skipped = self._updated = self._superseded = 0
        self._bad: list[tuple[Row, DeskError]] = []

    def _greatest(self, table: str) -> int:
        return self.ledger.greatest(table)

    def _targets(self) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]], list[tuple[str, str]]]:
        """Sort the fields by where they go: the record (field, column, table looked up), the crew, personal data."""
        own, crew, personal = [], [], []
        for name in self.reader.given:
            column = self.register.column(name)
            sql = (column.sql or "") if column else ""
            if sql.startswith("p."):
                personal.append((name, _PERSONAL[name]))
            elif name == "engineer" and self.table == "dispatch":
                crew.append((name, "engineer_id", "staff"))
            elif sql.startswith("w."):
                crew.append((name, sql[2:], ""))
            elif sql.startswith("r.") and " " not in sql:
                own.append((name, sql[2:].strip('"'), ""))
            elif name in _LOOKUPS:
                own.append((name, *_LOOKUPS[name]))
            elif name in _NESTED:
                own.append((name, _NESTED[name], ""))
        return own, crew, personal

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
        """Read the rows; gather those of one dispatch, and of one reference keep the last where the rules say so.

        What is gathered is found in a first pass over the file, so that no more than the open groups is ever held.
        """
        gather, latest = self.table == "dispatch", self.rules.last_row_wins
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
        """Return the rows of a dispatch where all can be read; one bad row spoils the others."""
        lines = [row.line for row, values in group if isinstance(values, DeskError)]
        if not lines:
            yield [(row, values) for row, values in group if isinstance(values, dict)]
        for row, values in group if lines else ():
            self._refuse([row], values if isinstance(values, DeskError) else BadInput("sibling_bad", line=lines[0]))

    # From values to columns

    def _item(self, group: list[tuple[Row, Record]]) -> _Item:
        """Make a record of a row, or of the rows of a dispatch. Raises DeskError with the reason."""
        values = group[0][1]
        columns = self._filled(self._own, values, dict(self._defaults))
        crew = []
        if self.table == "dispatch":
            for _, other in group:
                for field, _, _ in self._own:
                    if other[field] != values[field]:
                        raise BadInput("crew_differs", name=field)
            crew = [self._member(other) for _, other in group]
        self._checks.record(columns, values, crew)
        digest = None
        if values.get("reference") and not values.get("id"):
            digest = self._digest([other for _, other in group])
        return _Item([row for row, _ in group], values, columns, crew, digest, self._key(columns))

    def _filled(self, targets: list[tuple[str, str, str]], values: Record, columns: Record) -> Record:
        for field, column, table in targets:
            value = values[field]
            if value is not None:
                columns[column] = self._look_up(table, value, field) if table else value
        return columns

    def _member(self, values: Record) -> Record:
        if values.get("engineer") is None:
            raise BadInput("cell_empty", name="engineer")
        return self._filled(self._crew, values, {"due_at": None})

    def _look_up(self, table: str, text: str, field: str) -> Any:
        """Find who or what a row names. Raises NotFound; somebody new is left to be made with the row."""
        key = (table, text)
        if key not in self._found:
            sql = f'SELECT id FROM "live_{table}" WHERE "{_KEYS[table]}" = ?'
            self._found[key] = self.ledger.value(sql, (text,)) or self.ledger.value(sql, (text.strip(),))
        number = self._found[key]
        if number is None:
            if not {"customer": self.rules.new_customers, "staff": self.rules.new_staff}.get(table) or text.isspace():
                raise NotFound(f"unknown_{table}", text=text)
            return _New(table, text.strip(), "agent" if field == "taken_by" else "engineer")
        return number

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
        for name in ("id", "reference", _KEYS.get(self.table)):
            if name is not None and columns.get(name) is not None:
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
        if self.table in (*REFERENCED, *_KEYS) or item.columns.get("id") or not self._top:
            return None
        told = {
            name: value for name, value in item.columns.items()
            if name in self._given and not (name == "set_at" and item.values.get(name) is None)
        }  # fmt: skip
        if any(isinstance(value, _New) for value in told.values()):
            return None
        same = " AND ".join(f'"{name}" IS ?' for name in told)
        sql = f'SELECT * FROM "live_{self.table}" WHERE id <= ? AND {same}'
        return self.ledger.one(sql, (self._top, *told.values()))

    def _meet(self, existing: Record, item: _Item) -> None:
        """Skip a known row with the same values, update it where that was asked for, refuse it elsewhere."""
        name = item.values.get("reference") or f"{LETTERS.get(self.table, '')}{existing['id']}"
        if self.table in ("staff", "customer", "contract"):
            name = existing[_KEYS[self.table]]
        if existing["undone_at"] is not None:
            raise BadInput("taken_back", id=name)
        before = existing.get("reference_digest")
        same = before == item.digest if before and item.digest else self._same(existing, item)
        if same and self._same_personal(existing, item.values):
            self._skipped += len(item.rows)
            return
        if not self.may_update:
            raise BadInput("known_differs", name=name)
        with self.ledger.savepoint():
            self._update(existing, item)
        self._updated += len(item.rows)

    def _same(self, existing: Record, item: _Item) -> bool:
        if not all(_equal(item.columns.get(name), existing[name]) for name in self._given):
            return False
        if self.table != "dispatch":
            return True
        there = {row["engineer_id"]: row for row in self._crew_of(existing["id"])}
        here = {member["engineer_id"]: member for member in item.crew}
        return there.keys() == here.keys() and all(
            here[engineer].get(name) == there[engineer][name] for engineer in here for _, name, _ in self._crew
        )

    def _crew_of(self, dispatch_id: int) -> list[Record]:
        return self.ledger.rows("SELECT * FROM live_crew WHERE dispatch_id = ?", (dispatch_id,))

    def _same_personal(self, existing: Record, values: Record) -> bool:
        if not self._personal:
            return True
        sql = "SELECT name, phone, address, salt FROM personal WHERE id = ?"
        kept = self.ledger.one(sql, (existing["personal_id"],)) or {}
        if kept and kept["salt"] is None:
            return True  # redacted: what was erased is not brought back
        return all(kept.get(part) == values[field] for field, part in self._personal)

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
        if self.table == "dispatch":
            merged["status"] = given.get("status")
        self._checks.record(merged, item.values, item.crew)
        merged |= self._new_personal(existing, item.values)
        if "reference_digest" in merged:
            merged["reference_digest"] = item.digest
        changed = {name: value for name, value in merged.items() if not _equal(value, existing[name])}
        if changed:
            self.ledger.update(self.table, existing["id"], **changed)
        if self.table == "dispatch":
            self._update_crew(existing["id"], item.crew)
        if self.table in ("ticket", "contract"):
            expenses.follow(self.ledger, self.table, existing["id"])

    def _update_crew(self, dispatch_id: int, crew: list[Record]) -> None:
        there = {row["engineer_id"]: row for row in self._crew_of(dispatch_id)}
        for member in crew:
            member = member | self._made(member)
            before = there.pop(member["engineer_id"], None)
            if before is None:
                self.ledger.insert("crew", dispatch_id=dispatch_id, **member)
                continue
            given = {name: member.get(name) for _, name, _ in self._crew}
            changed = {name: value for name, value in given.items() if value != before[name]}
            if changed:
                self.ledger.update("crew", before["id"], **changed)
        if there:
            raise BadInput("crew_missing", id=f"D{dispatch_id}")

    def _new_personal(self, existing: Record, values: Record) -> Record:
        if not self._personal or self._same_personal(existing, values):
            return {}
        sql = "SELECT name, phone, address FROM personal WHERE id = ?"
        kept = self.ledger.one(sql, (existing["personal_id"],)) or {}
        return self.ledger.keep_personal(**kept | {part: values[field] for field, part in self._personal})

    def _write(self, items: list[_Item]) -> None:
        """Write new records, all at once; where the ledger refuses one of them, one by one."""
        if not items:
            return
        last, last_crew = self._last, self._last_crew
        try:
            with self.ledger.savepoint():
                records = [self._row(item) for item in items]
                self.ledger.insert_many(self.table, self._columns, [row for row, _ in records])
                if self.table == "dispatch":
                    self.ledger.insert_many("crew", self._crew_columns, [row for _, crew in records for row in crew])
        except (sqlite3.IntegrityError, sqlite3.DataError, OverflowError, UnicodeEncodeError) as error:
            self._last, self._last_crew = last, last_crew
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

    def _row(self, item: _Item) -> tuple[list[Any], list[list[Any]]]:
        """Return a record's row as it is written, and the rows of its crew; give it its number, and make who is new."""
        columns = item.columns | self._made(item.columns)
        number = columns.setdefault("id", self._last + 1)
        self._last = max(self._last, number)
        if item.digest:
            columns["reference_digest"] = item.digest
        if self._personal:
            columns |= self.ledger.keep_personal(**{part: item.values[field] for field, part in self._personal})
        crew = []
        for member in item.crew:
            self._last_crew += 1
            member = member | self._made(member) | {"id": self._last_crew, "dispatch_id": number}
            crew.append(list(map(member.get, self._crew_columns)))
        return list(map(columns.get, self._columns)), crew

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
