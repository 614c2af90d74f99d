"""What an entry did, in people's words: each record, and its fields from what they were to what they became."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from svcdesk import journal, messages
from svcdesk.columns import Column
from svcdesk.model import LETTERS, yuan
from svcdesk.periods import instant, short
from svcdesk.registers.declaring import Register
from svcdesk.registers.index import columns_in, is_register, members_in, register_of
from svcdesk.render import tables
from svcdesk.store import Ledger

_UNSAID = ("id", "personal_hash", "reference_digest")
_LONGEST = 60  # characters of a value in a sentence


class Change(NamedTuple):
    """One row that an entry wrote: whether it made it, and each field that it changed, as stored."""

    table: str
    row: int
    made: bool
    fields: dict[str, tuple[Any, Any]]


def changes(ledger: Ledger, seq: int) -> Iterator[Change]:
    """Tell what an entry changed, row by row. What a wage was is not told."""
    for table, row, after in ledger.con.execute(journal.CHANGES, (seq,)):
        before = journal.before(ledger.con, table, row, seq)
        was, now = ledger.with_personal(table, before or {}), ledger.with_personal(table, json.loads(after))
        names = [name for name in dict.fromkeys([*was, *now]) if was.get(name) != now.get(name) and name not in _UNSAID]
        fields = {name: (_masked(table, name, was), _masked(table, name, now)) for name in names}
        yield Change(table, row, before is None, fields)


def _masked(table: str, name: str, image: dict[str, Any]) -> Any:
    column, value = _column(table, name), image.get(name)
    is_wage = table == "staff_value" and name == "value" and image.get("field") == "wage"
    is_personal = is_wage or (column is not None and column.kind.startswith("personal"))
    return "****" if is_personal and value is not None else value


def record(ledger: Ledger, table: str, row: int) -> str:
    """Name a record as people do: T12, W01, a customer by name, an assignment by its dispatch and engineer."""
    if table in LETTERS:
        return f"{LETTERS[table]}{row}"
    return messages.say(f"labels.row_{table}", name=_name(ledger, table, row))


def _name(ledger: Ledger, table: str, row: int) -> str:
    if is_register(table):
        register = register_of(table)
        called = register.column(register.key or register.called)
        return _called(ledger, table, row, called) if called else str(row)
    if found := members_in(table):
        register, members = found
        parent = ledger.value(f'SELECT "{members.parent}" FROM "{table}" WHERE id = ?', (row,))
        who = next(column for column in register.columns if column.name == members.who)
        return f"{record(ledger, register.table, parent)} {_called(ledger, table, row, who)}"
    return str(row)


def _called(ledger: Ledger, table: str, row: int, column: Column) -> str:
    """Return what a column of a row says, as people write it."""
    value = ledger.value(f'SELECT "{column.stored}" FROM "{table}" WHERE id = ?', (row,))
    return _pointed(ledger, column.refers, value) if column.refers else str(value)


def _pointed(ledger: Ledger, table: str, row: int) -> str:
    """Return the key by which another record is named."""
    return str(ledger.value(f'SELECT "{register_of(table).key_column}" FROM "{table}" WHERE id = ?', (row,)))


def sentence(ledger: Ledger, change: Change, command: str) -> str:
    """Write what a command did to a record: T12: status open → answered; of a new one, what lists show of it."""
    name = record(ledger, change.table, change.row)
    if command in journal.ERASING:
        return messages.say("labels.erased", record=name)
    if not change.made:
        return f"{name}: {_moves(ledger, change, back=False)}"
    fields = messages.comma(
        f"{_head(change.table, field)} {_value(ledger, change.table, field, now)}"
        for field, (_, now) in change.fields.items()
        if now is not None and not _is_quiet(change.table, field) and _is_listed(change.table, field)
    )
    return messages.say("labels.made", record=name, fields=fields)


def reversal(ledger: Ledger, change: Change) -> str:
    """Write what taking a change back does to the record."""
    name = record(ledger, change.table, change.row)
    return (
        messages.say("labels.withdrawn", record=name) if change.made else f"{name}: {_moves(ledger, change, back=True)}"
    )


def _moves(ledger: Ledger, change: Change, *, back: bool) -> str:
    moves = (
        _move(ledger, change.table, name, *(reversed(pair) if back else pair))
        for name, pair in change.fields.items()
        if not _is_quiet(change.table, name)
    )
    return messages.comma(moves) or messages.say("labels.unchanged")


def _move(ledger: Ledger, table: str, name: str, was: Any, now: Any) -> str:
    """Write one field's change; of a list that grew or shrank only what was added or taken off."""
    column, head = _column(table, name), _head(table, name)
    if column and column.kind == "json" and was and now:
        old, new = json.loads(was), json.loads(now)
        for sign, less, more in (("+", old, new), ("−", new, old)):
            if isinstance(more, list) and more[: len(less)] == less:
                return f"{head} {sign} {_cut(tables.cell(more[len(less) :], column, ledger.zone))}"
    return f"{head} {_value(ledger, table, name, was)} → {_value(ledger, table, name, now)}"


def _column(table: str, name: str) -> Column | None:
    return next((column for column in columns_in(table) if column.stored == name), None)


def _is_quiet(table: str, name: str) -> bool:
    """Return whether a change of the field is for machines alone."""
    column = _column(table, name)
    return column is not None and (column.quiet or column.kind == "raw")


def _is_listed(table: str, name: str) -> bool:
    column = _column(table, name)
    return column is None or column.brief or bool(column.refers)


def _head(table: str, name: str) -> str:
    if column := _column(table, name):
        name = column.name
    return messages.find(f"columns.{name}") or messages.find(f"labels.field_{name}") or name


def _read(column: Column, value: Any) -> Any:
    """Read a stored value as the column's kind."""
    kind, _, rest = column.kind.partition(":")
    if kind == "flag":
        return bool(value)
    if kind == "money":
        return yuan(value)
    if kind == "json":
        return json.loads(value)
    return f"{LETTERS[rest]}{value}" if kind == "id" else value


def _value(ledger: Ledger, table: str, name: str, value: Any) -> str:
    """Write a stored value as lists do, cut where it is long."""
    if value is None or value == "[]":
        return "-"
    if name == "personal_id":
        return "****"
    column = _column(table, name)
    if column and column.refers:
        text = _pointed(ledger, column.refers, value)
    elif column and value != "****":
        text = tables.cell(_read(column, value), column, ledger.zone)
    elif name.endswith("_at") or name == "at":
        text = short(instant(value), ledger.zone)
    else:
        text = str(value)
    return _cut(text)


def _cut(text: str) -> str:
    text = tables.disarm(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def amendments(ledger: Ledger, register: Register, number: int) -> Iterator[tuple[journal.Entry, list[str]]]:
    """Tell the amendments of a record and of its members: each entry, and what it changed."""
    rows = [(register.table, number)]
    if members := register.members:
        sql = f'SELECT id FROM "{members.table}" WHERE "{members.parent}" = ?'
        rows += [(members.table, row["id"]) for row in ledger.rows(sql, (number,))]
    for entry in journal.amendments(ledger.con, rows):
        made = [change for change in changes(ledger, entry.seq) if (change.table, change.row) in rows]
        yield entry, [sentence(ledger, change, entry.command) for change in made]
