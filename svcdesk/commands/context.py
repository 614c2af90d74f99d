"""What a verb works with: the open ledger, the clock, the zone, and the one transaction of a writing one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from svcdesk import periods
from svcdesk.commands import finding
from svcdesk.commands.receipts import repeat
from svcdesk.desk.act import Act, Receipt
from svcdesk.model import table_of
from svcdesk.periods import Period
from svcdesk.regulation.policy import Basis
from svcdesk.render import tables
from svcdesk.session import current
from svcdesk.store import AlreadyRecorded, Ledger, Prepared


class Read:
    """What a reading verb works with."""

    def __init__(self, ledger: Ledger, form: str | None = None) -> None:
        self.ledger = ledger
        self.now = current.now(ledger.zone)
        self.zone = ledger.zone
        self.form = tables.chosen(form)

    @property
    def basis(self) -> Basis:
        """What judgements are made by."""
        return Basis(self.ledger.policy, self.now, self.zone)

    def date(self, text: str) -> date:
        """Read a date, the next one where its year was left out."""
        return periods.read_date(text, self.now, self.zone, ahead=True)

    def period(self, **given: str | None) -> Period | None:
        """Read the period options by their names; None where none of them is given."""
        return periods.read_period(given, self.now, self.zone)


class Write(Act):
    """What a writing verb works with: a deed whose options are read as they were typed."""

    def __init__(self, ledger: Ledger, given: dict[str, Any]) -> None:
        now, at = current.now(ledger.zone), given.get("at")
        when = periods.read_time(at, now, ledger.zone) if at else None
        super().__init__(ledger, now, current.actor, at=when, by=given.get("by"), note=given.get("note"))
        self.given = given
        self.receipt: Receipt

    def time(self, text: str | None) -> datetime | None:
        """Read a time that may lie ahead: an appointment, a deadline."""
        return periods.read_time(text, self.now, self.zone, ahead=True) if text else None

    def time_on(self, day: date, text: str, after: datetime | None) -> datetime:
        """Read a time; a bare clock is on the day, or on the next one where it would run backwards. Raises BadInput."""
        if not periods.is_clock(text):
            return periods.read_time(text, self.now, self.zone)
        at = periods.read_time(f"{day} {text}", self.now, self.zone)
        if after and at < after:
            return periods.read_time(f"{day + timedelta(days=1)} {text}", self.now, self.zone)
        return at

    def deadline(self, text: str) -> datetime:
        """Read a time ahead, or a day alone, which means its end: its last second. Raises BadInput."""
        return periods.read_deadline(text, self.now, self.zone)

    def date(self, text: str, *, ahead: bool = False) -> date:
        """Read a date."""
        return periods.read_date(text, self.now, self.zone, ahead=ahead)


@contextmanager
def writing(
    command: str,
    given: dict[str, Any],
    request_id: str | None = None,
    typed: str = "",
    form: str = "text",
    *,
    before: Callable[[Write], Prepared] | None = None,
) -> Iterator[Write]:
    """Open the ledger, find what the options name, and hold the one transaction of a command.

    ``before`` runs while others may still write; what it returns prepares what the command will write.
    """
    ledger = current.open(write=True)
    try:
        w = Write(ledger, finding.meant(ledger, given, writing=True))
        try:
            prepared = before(w) if before else None
            with ledger.command(
                at=w.now, actor=current.actor, command=command, note=w.note, request_id=request_id, typed=typed,
                prepared=prepared,
            ):  # fmt: skip
                yield w
        except AlreadyRecorded as again:
            repeat(ledger, again.seq, form)
    except BaseException:
        ledger.close()
        raise


@contextmanager
def reading(reveal: bool) -> Iterator[Ledger]:
    """Open the ledger for reading; to reveal personal data, so that an access entry can be left."""
    ledger = current.open(write=reveal)
    try:
        yield ledger
    finally:
        ledger.close()


def leave_access(ledger: Ledger, command: str) -> None:
    """Leave an entry that says who looks at personal data: once nothing stands against it, before it is shown."""
    with ledger.command(at=current.now(ledger.zone), actor=current.actor, command=f"{command} --reveal"):
        pass


def command_line(noun: str, verb: str, own: dict[str, Any]) -> str:
    """Name a command as the journal keeps it: noun, verb and the first record named; no personal data."""
    first = next(iter(own.values()), None)
    subject = first if isinstance(first, str) and number_like(first) else ""
    return " ".join(filter(None, (noun, verb, subject)))


def number_like(text: str) -> bool:
    """Return whether a text is an id."""
    return table_of(text) is not None or (text.isascii() and text.isdigit())
