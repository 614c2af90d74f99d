"""The mark at a paper's foot: its record or month, the newest entry when it was printed, the head of its hash."""

import re
from datetime import date

from svcdesk import journal
from svcdesk.errors import BadInput
from svcdesk.journal import Entry
from svcdesk.model import named, number_of, table_of
from svcdesk.periods import Period, month_from, stored
from svcdesk.store import Ledger

Row = tuple[str, int]
_SHAPE = r"\s*([A-Z]{1,2}\d{1,12}|[1-9]\d{3}-(?:0[1-9]|1[0-2]))\s+#(\d{1,12})\s+([0-9a-f]{12})\s*"

# The further rows that a record's paper shows, by the table of the record.
_SHOWN_TOO = {
    "dispatch": (
        "SELECT 'crew', id FROM live_crew WHERE dispatch_id = ?1"
        " UNION ALL SELECT 'service_report', id FROM live_service_report WHERE dispatch_id = ?1"
    ),
    "ticket": "SELECT 'survey', id FROM live_survey WHERE ticket_id = ?1",
}


def mark(ledger: Ledger, row: Row) -> str:
    """Return the mark of a record's paper as of now: T2 #95 3fa2c01b9d77."""
    return _mark(ledger, named(*row))


def of_month(ledger: Ledger, month: Period) -> str:
    """Return the mark of a month's register of calls and letters: 2026-10 #95 3fa2c01b9d77."""
    return _mark(ledger, month.name)


def _mark(ledger: Ledger, subject: str) -> str:
    seq, digest = journal.last(ledger.con)
    return f"{subject} #{seq} {digest[:12]}"


def changes_since(ledger: Ledger, text: str) -> tuple[str, list[Entry]] | None:
    """Return a paper's record or month, and the later entries that wrote what it shows; None where there is none such.

    Raises BadInput for a text that is no mark.
    """
    shape = re.fullmatch(_SHAPE, text, re.ASCII)
    if not shape or not (shape[1][0].isdigit() or table_of(shape[1])):
        raise BadInput("paper_mark", text=text)
    subject, seq = shape[1], int(shape[2])
    entry = next(journal.entries(ledger.con, seq), None)
    if entry is None or entry.seq != seq or entry.hash[:12] != shape[3]:
        return None
    return subject, (_of_month if subject[0].isdigit() else _of_record)(ledger, subject, seq)


def _of_month(ledger: Ledger, subject: str, seq: int) -> list[Entry]:
    year, month = map(int, subject.split("-"))
    period = month_from(date(year, month, 1), ledger.zone)
    return journal.wrote_between(ledger.con, "contact", seq, stored(period.start), stored(period.end))


def _of_record(ledger: Ledger, subject: str, seq: int) -> list[Entry]:
    table = table_of(subject) or ""
    row = (table, number_of(table, subject))
    later = {
        entry.seq: entry
        for shown in [row, *_shown_too(ledger, row)]
        for entry in journal.newest(ledger.con, _MOST, shown)
        if entry.seq > seq
    }
    return [later[number] for number in sorted(later)]


_MOST = 1000


def _shown_too(ledger: Ledger, row: Row) -> list[Row]:
    table, number = row
    return ledger.con.execute(_SHOWN_TOO[table], (number,)).fetchall() if table in _SHOWN_TOO else []
