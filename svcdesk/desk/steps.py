"""Steps of a record's life: each is allowed in some states, is kept in the record, and leads to another state."""

import json
from datetime import datetime
from typing import Any

from svcdesk.desk.act import Act, Receipt
from svcdesk.model import Record
from svcdesk.periods import stored
from svcdesk.regulation.states import allow


class Taken:
    """A step that the record's state allows: the record, and when the step was taken. Raises Refused or BadInput.

    ``of`` is what each of its steps is kept with, such as the round that it belongs to.
    """

    of: Record = {}  # noqa: RUF012 - never changed

    def __init__(self, act: Act, table: str, text: str, verb: str, since: str = "at") -> None:
        self.act, self.table, self.verb = act, table, verb
        self.record = self._found(act.ledger.named(table, text))
        allow(table, self.record, verb)
        self.history: list[Record] = json.loads(self.record["steps"])
        self.at: datetime = act.at(after=max((step["at"] for step in self.history), default=self.record[since]))

    def _found(self, record: Record) -> Record:
        """Return the record with what its table does not hold of its state."""
        return record

    @property
    def id(self) -> int:
        """The record's number."""
        return int(self.record["id"])

    def take(self, values: Record, **further: Any) -> None:
        """Record the step with what it says, and what the record becomes by it."""
        entry = {
            **self.of,
            "step": self.verb,
            "at": stored(self.at),
            "by": self.act.by,
            "note": self.act.note,
            **further,
        }
        steps = [*self.history, {name: value for name, value in entry.items() if value is not None}]
        self.act.ledger.update(self.table, self.id, **values, steps=steps)

    def receipt(self, key: str, **values: Any) -> Receipt:
        """Make the step's receipt."""
        return Receipt(key, self.table, self.id, values)
