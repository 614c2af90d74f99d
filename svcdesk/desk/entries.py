"""Records that a verb makes or changes by writing columns alone, as their register declares it."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from svcdesk.columns import Column
from svcdesk.desk import customers, expenses, plans, typed
from svcdesk.desk.act import Act, Receipt
from svcdesk.desk.checks import Checks
from svcdesk.desk.entitled import not_own
from svcdesk.desk.steps import Taken
from svcdesk.errors import BadInput, Refused
from svcdesk.model import LETTERS, Record
from svcdesk.registers import dated
from svcdesk.registers.declaring import Register, Step
from svcdesk.registers.index import register_of
from svcdesk.store import Ledger, as_stored

Check = Callable[[Act, Record], None]
StepCheck = Callable[[Act, Taken, Record], None]


def add(act: Act, register: Register, given: Record, check: Check | None = None) -> Receipt:
    """Make a record of what was typed, by column. ``check`` looks at other records. Raises BadInput or Refused."""
    assert register.add is not None
    columns = [column for column in register.fields() if given.get(column.name) is not None]
    row = register.defaults() | {c.stored: read(act, c, given[c.name]) for c in columns if c.stored}
    _refuse_known(act, register, row)
    row |= _stamps(act, register, row)
    if check:
        check(act, row)
    parts = {c.part: given[c.name] for c in columns if c.part}
    number = act.ledger.insert(register.table, **act.ledger.apart(register.table, row, parts))
    if register.table == "customer":
        customers.warn_near(act, number)
    values = {column.name: shown(act, column, row) for column in columns if column.stored}
    return Receipt(register.add.receipt, register.table, number, values)


def read(act: Act, column: Column, value: Any) -> Any:
    """Read a value as it was typed, or take one that was read already."""
    return typed.read(act, column, value) if isinstance(value, str) else value


def change(
    act: Act, register: Register, named: str, given: Record, since: date | None = None, *, or_nothing: bool = False
) -> Receipt:
    """Change what was given of a record named by its key; what holds from a date on is kept beside what held before.

    ``or_nothing`` is for a verb that was given something else to do. Raises BadInput, NotFound or Refused.
    """
    row = act.ledger.keyed(register.table, register.key_column, named)
    columns = [column for column in register.fields() if given.get(column.name) is not None]
    if not columns and not or_nothing:
        raise BadInput("sets_nothing", command=f"svcdesk {register.table} set")
    undated = [column.name for column in columns if since and column.name not in register.dated]
    if undated:
        raise BadInput("not_dated", names=undated, dated=register.dated)
    names = [column.name for column in columns]
    if not since:
        refuse_dated(act.ledger, register, row, names)
    refuse_own_post(act, register, row, names)
    if not columns:
        pass
    elif since:
        _date(act, row, columns, given, since)
    else:
        _change(act, register, row, columns, given)
    return Receipt(f"{register.table}_set", register.table, row["id"], {register.key: row[register.key_column]})


# What somebody may do and is paid rests on these: nobody changes their own.
_OF_THE_POST = {"role", "wage"}


def take(act: Act, register: Register, step: Step, text: str, given: Record, check: StepCheck | None = None) -> Receipt:
    """Take a step as its register declares it, of what was typed by column; ``check`` looks further, and may add."""
    since = register.at.removeprefix("r.")
    taken = Taken(act, register.table, text, step.verb, since)
    columns = [column for column in register.fields() if given.get(column.name) is not None]
    values = {column.stored: read(act, column, given[column.name]) for column in columns}
    if check:
        check(act, taken, values)
    typed = {c.name: given[c.name] if c.refers else as_stored(values[c.stored]) for c in columns}
    taken.take({"status": step.to, **dict.fromkeys(step.stamps, taken.at), **values}, **typed)
    return taken.receipt(step.receipt, **{c.name: shown(act, c, values) for c in columns}, **_dates(values))


def _dates(values: Record) -> Record:
    return {name: value for name, value in values.items() if name.endswith("_on")}


def refuse_own_post(act: Act, register: Register, row: Record, names: Collection[str]) -> None:
    """Refuse whoever would change their own post or wage. Raises Refused."""
    if register.table == "staff" and _OF_THE_POST & set(names):
        not_own(act, row["code"], [row["code"]], "4")


def refuse_dated(ledger: Ledger, register: Register, row: Record, names: Collection[str]) -> None:
    """Refuse to change without a date what holds from dates on: it would change nothing. Raises BadInput."""
    known = {field: since for field, since, _ in dated.all_of(ledger, row["id"])} if register.dated else {}
    for name in names:
        if name in known:
            raise BadInput("dated_already", id=row[register.key_column], name=name, since=known[name])


def _change(act: Act, register: Register, row: Record, columns: list[Column], given: Record) -> None:
    values = {c.stored: as_stored(read(act, c, given[c.name])) for c in columns if c.stored}
    if missing := next((c.name for c in columns if c.need and values.get(c.stored, "") in (None, "")), None):
        raise BadInput("empty", name=missing)
    merged = row | values
    Checks(act.ledger, register, act.basis).record(merged, {}, [])
    written = {name: value for name, value in merged.items() if name != "id"}
    parts = {c.part: given[c.name] for c in columns if c.part}
    act.ledger.update(register.table, row["id"], **act.ledger.apart(register.table, written, parts, row))
    if register.table == "contract":
        expenses.follow(act.ledger, "contract", row["id"])
    if register.table == "customer" and {"phone", "address"} & {column.name for column in columns}:
        customers.warn_near(act, row["id"])
    if register.table == "customer":
        plans.follow_key(act.ledger, row["id"], act.now)


def _date(act: Act, row: Record, columns: list[Column], given: Record, since: date) -> None:
    for column in columns:
        value = read(act, column, given[column.name])
        if value in (None, ""):
            raise BadInput("empty", name=column.name)
        dated = {"staff_id": row["id"], "field": column.name, "value": str(value), "from_on": since}
        act.ledger.insert("staff_value", **act.ledger.apart("staff_value", dated))


def _refuse_known(act: Act, register: Register, row: Record) -> None:
    name = row.get(register.key_column)
    if register.table == "customer" and act.ledger.number_of_customer(str(name)):
        raise Refused("customer_exists", name=name)
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


def shown(act: Act, column: Column, row: Record) -> Any:
    """Return a value as the receipt names it: a record by its id or key."""
    value, table = row[column.stored], column.target
    if value is None or not table:
        return value
    if column.refers:
        return act.ledger.get(table, value)[register_of(table).key_column]
    return f"{LETTERS[table]}{value}"
