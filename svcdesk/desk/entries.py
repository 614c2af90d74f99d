"""Records that a verb makes by writing columns alone, as their register declares it."""

from collections.abc import Callable
from typing import Any

from svcdesk.columns import Column
from svcdesk.desk import typed
from svcdesk.desk.act import Act, Receipt
from svcdesk.errors import Refused
from svcdesk.model import LETTERS, Record
from svcdesk.registers.declaring import Register
from svcdesk.registers.index import register_of

Check = Callable[[Act, Record], None]


def add(act: Act, register: Register, given: Record, check: Check | None = None) -> Receipt:
    """Make a record of what was typed, by column. ``check`` looks at other records. Raises BadInput or Refused."""
    assert register.add is not None
    columns = [column for column in register.fields() if given.get(column.name) is not None]
    row = register.defaults() | {c.stored: _read(act, c, given[c.name]) for c in columns if c.stored}
    _refuse_known(act, register, row)
    row |= _stamps(act, register, row)
    if check:
        check(act, row)
    if register.holds_personal:
        row |= act.ledger.keep_personal(**{c.part: given[c.name] for c in columns if c.part})
    number = act.ledger.insert(register.table, **row)
    values = {column.name: _shown(act, column, row) for column in columns if column.stored}
    return Receipt(register.add.receipt, register.table, number, values)


def _read(act: Act, column: Column, value: Any) -> Any:
    return typed.read(act, column, value) if isinstance(value, str) else value


def _refuse_known(act: Act, register: Register, row: Record) -> None:
    name = row.get(register.key_column)
    if name is not None and act.ledger.holds(register.table, register.key_column, name):
        raise Refused(f"{register.table}_exists", **{register.key: name})


def _stamps(act: Act, register: Register, row: Record) -> Record:
    """Return when it happened, who did it and what was noted, where the register has them and nobody said."""
    made: Record = {}
    if register.at == "r.at":
        asked = act.ledger.get("ticket", row["ticket_id"]) if register.since_ticket and row.get("ticket_id") else None
        made["at"] = act.at(after=asked["received_at"] if asked else None)
    for name, value in (("by", act.by), ("note", act.note)):
        if register.column(name) and name not in row:
            made[name] = value
    return made


def _shown(act: Act, column: Column, row: Record) -> Any:
    """Return a value as the receipt names it: a record by its id or key."""
    value, table = row[column.stored], column.target
    if value is None or not table:
        return value
    if column.refers:
        return act.ledger.get(table, value)[register_of(table).key_column]
    return f"{LETTERS[table]}{value}"
