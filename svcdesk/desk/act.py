"""What every deed at the desk is done with, and what it leaves to be said: receipts, cautions and phrases, as data.

Below this nothing reads options, prints, or chooses words; commands render what is returned.
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any, NamedTuple

from svcdesk.errors import BadInput
from svcdesk.model import Record
from svcdesk.periods import instant
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger


class Receipt(NamedTuple):
    """What was done: the key of its sentence, the record it is about, and what fills the sentence."""

    key: str
    table: str
    id: int
    values: dict[str, Any] = {}  # noqa: RUF012 - never changed
    records: Sequence[int] = ()  # where several records were written


class Caution(NamedTuple):
    """What is refused to nobody, but somebody should know: the key of its sentence, and what fills it."""

    key: str
    values: dict[str, Any]


class Phrase(NamedTuple):
    """A sentence inside a sentence, by its key."""

    key: str
    values: dict[str, Any]


class Word(NamedTuple):
    """A value that people read as the word of its kind."""

    kind: str
    value: str


class Act:
    """A deed: the open ledger inside its transaction, when it was done, who typed it and who did or decided it."""

    def __init__(
        self,
        ledger: Ledger,
        now: datetime,
        actor: str,
        *,
        at: datetime | None = None,
        by: str | None = None,
        note: str | None = None,
    ) -> None:
        self.ledger, self.now, self.actor, self.note = ledger, now, actor, note
        self._at, self._by = at, by
        self.cautions: list[Caution] = []

    @property
    def zone(self) -> tzinfo:
        """The centre's zone."""
        return self.ledger.zone

    @property
    def basis(self) -> Basis:
        """What judgements are made by."""
        return Basis(self.ledger.policy, self.now, self.zone)

    @property
    def when(self) -> datetime:
        """When it is said to have happened, which may not be possible."""
        return self._at or self.now

    def at(self, *, after: str | datetime | None = None, of: "Step | None" = None) -> datetime:
        """Return when it happened, else now. Raises BadInput in the future or before the step it follows."""
        return self.checked(self.when, after=after, of=of)

    def checked(self, when: datetime, *, after: str | datetime | None = None, of: "Step | None" = None) -> datetime:
        """Refuse a time in the future or before the step that it follows; ``of`` says where that stands."""
        if when > self.now:
            raise BadInput("future", at=when, now=self.now)
        return not_before(when, after, of)

    @cached_property
    def by_staff(self) -> Record | None:
        """The member of staff who did or decided it, where that is not the one typing. Raises NotFound."""
        return self.ledger.staff(self._by) if self._by else None

    @property
    def by(self) -> str:
        """Who did or decided it: a code of the staff, else the one typing."""
        return str(self.by_staff["code"]) if self.by_staff else self.actor

    def staff_id(self, code: str | None) -> int | None:
        """Return the number of a member of staff, by code."""
        return int(self.ledger.staff(code)["id"]) if code else None

    def id_of(self, table: str, text: str | None) -> int | None:
        """Return the number of a record named by its id, None where none is named. Raises BadInput or NotFound."""
        return int(self.ledger.named(table, text)["id"]) if text else None

    def warn(self, key: str, **values: Any) -> None:
        """Have something said beside the receipt, once the work is recorded."""
        self.cautions.append(Caution(key, values))


class Step(NamedTuple):
    """Where the time of a step stands: the record's id, the column, and whose it is."""

    id: str
    field: str
    engineer: str | None = None


def not_before(when: datetime, after: str | datetime | None, of: Step | None = None) -> datetime:
    """Refuse a time before the step that it follows; ``of`` says where that stands. Raises BadInput."""
    earlier = instant(after) if isinstance(after, str) else after
    if earlier is not None and when < earlier:
        if of is None:
            raise BadInput("before_step", at=when, after=earlier)
        whose = f"--engineer {of.engineer} " if of.engineer else ""
        raise BadInput("before_step_of", at=when, after=earlier, id=of.id, field=of.field, whose=whose)
    return when


def several(key: str, table: str, numbers: Sequence[int], **values: Any) -> Receipt:
    """Make the receipt of one record, or of several at once."""
    return Receipt(key, table, numbers[0], values, numbers if len(numbers) > 1 else ())
