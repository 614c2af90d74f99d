"""Import: the rows of a register into the ledger, all or nothing, in one transaction.

A row whose reference or id is known with the same values is skipped, so that a second run is harmless.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple

from svcdesk import claims
from svcdesk.errors import BadInput, DeskError
from svcdesk.mapping import Reader, Rules
from svcdesk.model import LETTERS, Record
from svcdesk.periods import stored, today
from svcdesk.registers import Register
from svcdesk.sources import Row
from svcdesk.states import dispatch_status
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
_KEYS = {"staff": "code", "customer": "name", "contract": "no"}
_PERSONAL = {"person": "name", "complainant": "name", "phone": "phone", "address": "address"}
_REFERENCED = ("ticket", "dispatch", "complaint", "contact", "expense")

# Times that must not run backwards, by table: each pair as (earlier, later).
_ORDER = {
    "ticket": (("received_at", "answered_at"), ("received_at", "closed_at"), ("first_closed_at", "closed_at")),
    "crew": (
        ("departed_at", "arrived_at"), ("arrived_at", "left_at"), ("departed_at", "returned_at"),
        ("left_at", "returned_at"),
    ),
    "escalation": (("at", "settled_at"),),
    "hold": (("at", "resumed_at"),),
}  # fmt: skip
_MAY_LIE_AHEAD = frozenset({"on_site_by", "due_at", "previous", "from_on", "warranty_until"})


class Outcome(NamedTuple):
    """What an import did: rows taken in, skipped as known, changed, and bad with the reason of each."""

    imported: int
    skipped: int
    updated: int
    bad: list[tuple[Row, DeskError]]


class Known(Exception):
    """The row stands in the ledger already, with the same values."""


class Importer:
    """Takes rows into one register of a ledger whose transaction is open."""

    def __init__(
        self, ledger: Ledger, register: Register, rules: Rules, now: datetime, *, update: bool = False
    ) -> None:
        self.ledger, self.register, self.rules, self.now, self.may_update = ledger, register, rules, now, update
        self.table = register.table
        self._found: dict[tuple[str, str], int] = {}
        self._updated = 0

    def take(self, rows: Iterable[Row], reader: Reader) -> Outcome:
        """Take every row that is good; gather the bad ones with their reasons."""
        imported, skipped, bad = 0, 0, list[tuple[Row, DeskError]]()
        for group in self._groups(rows, reader, bad):
            first = group[0][0]
            try:
                with self._kept_or_not():
                    self._take_one([values for _, values in group])
                imported += 1
            except Known:
                skipped += 1
            except DeskError as error:
                bad += [(row, error) for row, _ in group] if len(group) > 1 else [(first, error)]
            except (sqlite3.IntegrityError, sqlite3.DataError, OverflowError) as error:
                bad.append((first, BadInput("integrity", detail=str(error))))
        return Outcome(imported - self._updated, skipped, self._updated, sorted(bad, key=lambda item: item[0].line))

    @contextmanager
    def _kept_or_not(self) -> Iterator[None]:
        """Take back what a bad row wrote before it was found bad."""
        if self.table not in ("customer", "staff", "complaint", "contact", "dispatch", "ticket"):
            yield
            return
        self.ledger.con.execute("SAVEPOINT row")
        touched = self.ledger.mark()
        try:
            yield
        except BaseException:
            self.ledger.con.execute("ROLLBACK TO row")
            self.ledger.back_to(touched)
            raise
        finally:
            self.ledger.con.execute("RELEASE row")

    def _groups(
        self, rows: Iterable[Row], reader: Reader, bad: list[tuple[Row, DeskError]]
    ) -> Iterator[list[tuple[Row, Record]]]:
        """Read the rows; gather those of one dispatch, and of one reference keep the last where the rules say so."""
        readable = self._readable(rows, reader, bad)
        if self.table == "dispatch":
            groups: dict[Any, list[tuple[Row, Record]]] = {}
            for number, (row, values) in enumerate(readable):
                key = values.get("id") or values.get("reference") or -number - 1
                groups.setdefault(key, []).append((row, values))
            yield from groups.values()
        elif self.rules.last_row_wins:
            latest: dict[Any, list[tuple[Row, Record]]] = {}
            for number, (row, values) in enumerate(readable):
                latest[values.get("reference") or -number - 1] = [(row, values)]
            yield from latest.values()
        else:
            for pair in readable:
                yield [pair]

    def _readable(
        self, rows: Iterable[Row], reader: Reader, bad: list[tuple[Row, DeskError]]
    ) -> Iterator[tuple[Row, Record]]:
        for row in rows:
            try:
                if row.fault:
                    raise row.fault
                yield row, reader.values(row.cells)
            except DeskError as error:
                bad.append((row, error))

    def _take_one(self, group: list[Record]) -> None:
        """Take one record: a row, or a dispatch with the rows of its crew. Raises Known or DeskError."""
        values = group[0]
        columns = self._columns(values, self.table)
        if finish := _FINISH.get(self.table):
            finish(self, columns, values)
        self._check_times(self.table, columns)
        crew = [self._crew(member) for member in group] if self.table == "dispatch" else []
        if crew:
            self._finish_dispatch(columns, crew)
        digest = _digest(group) if values.get("reference") else None
        existing = self._existing(columns, values)
        if existing is not None:
            self._meet(existing, columns, values, digest)
            return
        if self.table in _REFERENCED:
            columns["reference_digest"] = digest
        columns |= self._personal(values)
        number = self.ledger.insert(self.table, **columns)
        for member in crew:
            self.ledger.insert("crew", dispatch_id=number, **member)

    def _columns(self, values: Record, table: str) -> Record:
        """Turn fields into the columns that store them; fields of another table and personal ones are left out."""
        columns: Record = {}
        prefix = "w." if table == "crew" else "r."
        for name, value in values.items():
            column = self.register.column(name)
            if name in _LOOKUPS and (column is None or not (column.sql or "").startswith(prefix)):
                if (name == "engineer") == (table == "crew" or self.table != "dispatch") or name != "engineer":
                    target, owner = _LOOKUPS[name]
                    if not (table == "crew" and name != "engineer"):
                        columns[target] = self._look_up(owner, value) if value is not None else None
            elif column is not None and column.sql and column.sql.startswith(prefix) and column.name != "active":
                target = column.sql.removeprefix(prefix).strip('"')
                columns[target] = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
        return {name: value for name, value in columns.items() if not (name == "id" and value is None)}

    def _look_up(self, table: str, text: str) -> int:
        """Find who or what a row names; make a new one only where the rules say so. Raises NotFound."""
        key = (table, text)
        if key not in self._found:
            sql = f'SELECT id FROM {table} WHERE "{_KEYS[table]}" = ? AND undone_at IS NULL'
            number = self.ledger.value(sql, (text.strip(),))
            if number is None and {"customer": self.rules.new_customers, "staff": self.rules.new_staff}.get(table):
                made = {"code": text, "name": text, "role": "engineer"} if table == "staff" else {"name": text}
                number = self.ledger.insert(table, **made)
            self._found[key] = number if number is not None else self.ledger.by_key(table, text)["id"]
        return self._found[key]

    def _personal(self, values: Record) -> Record:
        told = {_PERSONAL[name]: value for name, value in values.items() if name in _PERSONAL}
        return self.ledger.keep_personal(**told) if told else {}

    def _crew(self, values: Record) -> Record:
        columns = self._columns(values, "crew")
        columns["due_at"] = columns.pop("due_at", values.get("due"))
        self._check_times("crew", columns)
        if columns.get("engineer_id") is None:
            raise BadInput("cell_empty", name="engineer")
        return columns

    def _finish_dispatch(self, columns: Record, crew: list[Record]) -> None:
        if len({member["engineer_id"] for member in crew}) < len(crew):
            raise BadInput("engineer_twice")
        asked = self.ledger.get("ticket", columns["ticket_id"])
        kind = "installation" if asked["kind"] == "installation" else "service"
        columns["kind"] = columns.get("kind") or kind
        dues = [member["due_at"] for member in crew if member["due_at"]]
        columns["due_at"] = max(dues, default=None)
        steps = ("departed_at", "arrived_at", "left_at", "returned_at")
        reached = dispatch_status({step: member.get(step) for step in steps} for member in crew)
        columns["status"] = "cancelled" if columns.get("cancelled_at") else reached

    def _check_times(self, table: str, columns: Record) -> None:
        """Refuse what lies ahead of now, and steps that run backwards."""
        for name, value in columns.items():
            if isinstance(value, datetime) and name not in _MAY_LIE_AHEAD and value > self.now:
                raise BadInput("row_future", name=name, at=value)
            if name == "spent_on" and value > today(self.now, self.ledger.zone):
                raise BadInput("future_date", date=value)
        for before, after in _ORDER.get(table, ()):
            if columns.get(before) and columns.get(after) and columns[after] < columns[before]:
                raise BadInput("row_order", name=after, at=columns[after], earlier=before, after=columns[before])

    def _existing(self, columns: Record, values: Record) -> Record | None:
        """Find the record that the row is about already: by reference, by id, or by its own key."""
        if values.get("reference"):
            return self._stored("reference = ?", columns["reference"])
        if columns.get("id"):
            return self._stored("id = ?", columns["id"])
        if self.table in _KEYS:
            return self._stored(f'"{_KEYS[self.table]}" = ?', columns[_KEYS[self.table]])
        if self.table == "policy":
            told = (columns["key"], columns["from_on"].isoformat(), columns["value"])
            return self._stored('"key" = ? AND from_on = ? AND value = ?', *told)
        return None

    def _stored(self, condition: str, *values: Any) -> Record | None:
        return self.ledger.one(f'SELECT * FROM "{self.table}" WHERE {condition} AND undone_at IS NULL', values)

    def _meet(self, existing: Record, columns: Record, values: Record, digest: str | None) -> None:
        """Skip a known row with the same values, update it where that was asked for, refuse it elsewhere."""
        known = existing.get("reference_digest")
        if digest is not None and known is not None:
            same = known == digest
        else:
            same = all(_plain(value) == existing[name] for name, value in columns.items() if name in values or value)
            same = same and self._same_personal(existing, values)
        if same:
            raise Known
        name = values.get("reference") or f"{LETTERS.get(self.table, '')}{existing['id']}"
        if not self.may_update:
            raise BadInput("known_differs", name=name)
        if digest is not None:
            columns["reference_digest"] = digest
        columns |= self._personal(values)
        self.ledger.update(self.table, existing["id"], **{k: v for k, v in columns.items() if k != "id"})
        self._updated += 1

    def _same_personal(self, existing: Record, values: Record) -> bool:
        told = {_PERSONAL[name]: value for name, value in values.items() if name in _PERSONAL and value is not None}
        if not told:
            return True
        kept = self.ledger.one("SELECT name, phone, address FROM personal WHERE id = ?", (existing["personal_id"],))
        return kept is not None and all(kept[name] == value for name, value in told.items())

    # What a register works out or fills in, by table.

    def _staff(self, columns: Record, values: Record) -> None:
        if values.get("active") is False and not columns.get("retired_at"):
            columns["retired_at"] = self.now

    def _ticket(self, columns: Record, _: Record) -> None:
        closed, answered = columns.get("closed_at"), columns.get("answered_at")
        columns["status"] = columns.get("status") or ("closed" if closed else "answered" if answered else "open")
        columns["first_closed_at"] = columns.get("first_closed_at") or closed
        columns["reopen_count"] = columns.get("reopen_count") or 0
        columns["notes"] = columns.get("notes") or []

    def _service_report(self, columns: Record, _: Record) -> None:
        _fill(columns, parts=[], versions=[], no_parts=False)

    def _complaint(self, columns: Record, _: Record) -> None:
        _fill(columns, status="registered", round=1, steps=[])

    def _expense(self, columns: Record, _: Record) -> None:
        sent = self.ledger.get("dispatch", columns["dispatch_id"]) if columns.get("dispatch_id") else None
        ticket_id = sent["ticket_id"] if sent else columns.get("ticket_id")
        asked = self.ledger.get("ticket", ticket_id) if ticket_id else None
        agreed = self.ledger.get("contract", asked["contract_id"]) if asked and asked["contract_id"] else None
        columns["line"] = claims.line_of(columns["category"], bool(asked and asked["kind"] == "installation"))
        columns["excluded"] = claims.is_excluded(columns["line"], bool(agreed and agreed["includes_installation"]))
        _fill(columns, status="submitted", refer_legal=False)

    def _penalty(self, columns: Record, values: Record) -> None:
        amount = values.get("sanction_amount")
        columns["sanction"] = values.get("sanction_kind") or ("fine" if amount is not None else "none")
        columns["amount_fen"] = amount
        _fill(columns, natural_key=columns["subject"], evidence="{}", facts="", status="proposed", history=[])

    def _policy(self, columns: Record, _: Record) -> None:
        from svcdesk.policy import read_value

        columns["value"] = read_value(columns["key"], columns["value"])
        _fill(columns, set_at=self.now)

    def _dispatch(self, columns: Record, _: Record) -> None:
        _fill(columns, transit=[])

    def _customer(self, columns: Record, _: Record) -> None:
        _fill(columns, key=False)

    def _contract(self, columns: Record, _: Record) -> None:
        _fill(columns, includes_installation=False)

    def _appointment(self, columns: Record, _: Record) -> None:
        _fill(columns, moved=columns.get("asked_by") == "customer")

    def _escalation(self, columns: Record, _: Record) -> None:
        _fill(columns, major_quality=False)


_FINISH: dict[str, Callable[[Importer, Record, Record], None]] = {
    "staff": Importer._staff,
    "customer": Importer._customer,
    "contract": Importer._contract,
    "ticket": Importer._ticket,
    "dispatch": Importer._dispatch,
    "service_report": Importer._service_report,
    "complaint": Importer._complaint,
    "expense": Importer._expense,
    "penalty": Importer._penalty,
    "policy": Importer._policy,
    "appointment": Importer._appointment,
    "escalation": Importer._escalation,
}


def _fill(columns: Record, **defaults: Any) -> None:
    for name, value in defaults.items():
        if columns.get(name) is None:
            columns[name] = value


def _digest(group: list[Record]) -> str:
    """Fingerprint the values as the rules read them, to know the row again."""
    told = json.dumps(group, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return stored(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return int(value) if isinstance(value, bool) else value
