"""Steps of a record's life: each is allowed in some states, is kept in the record, and leads to another state."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from svcdesk.desk.act import Act, Receipt
from svcdesk.desk.entries import read, shown
from svcdesk.model import Record
from svcdesk.periods import stored
from svcdesk.registers.declaring import Register, Step
from svcdesk.regulation.states import allow
from svcdesk.store import as_stored

Check = Callable[[Act, "Taken", Record], None]


class Taken:
    """A step that the record's state allows: the record, and when the step was taken. Raises Refused or BadInput."""

    def __init__(self, act: Act, table: str, text: str, verb: str, since: str = "at") -> None:
        self.act, self.table, self.verb = act, table, verb
        self.record = act.ledger.named(table, text)
        allow(table, self.record, verb)
        self.history: list[Record] = json.loads(self.record["steps"])
        self.at: datetime = act.at(after=max((step["at"] for step in self.history), default=self.record[since]))

    @property
    def id(self) -> int:
        """The record's number."""
        return int(self.record["id"])

    def take(self, values: Record, **further: Any) -> None:
        """Record the step with what it says, and what the record becomes by it."""
        entry = {"step": self.verb, "at": stored(self.at), "by": self.act.by, "note": self.act.note, **further}
        steps = [*self.history, {name: value for name, value in entry.items() if value is not None}]
        self.act.ledger.update(self.table, self.id, **values, steps=steps)

    def receipt(self, key: str, **values: Any) -> Receipt:
        """Make the step's receipt."""
        return Receipt(key, self.table, self.id, values)


def take(act: Act, register: Register, step: Step, text: str, given: Record, check: Check | None = None) -> Receipt:
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
