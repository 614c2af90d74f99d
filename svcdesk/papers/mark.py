"""The mark at a paper's foot: its record, the newest entry when it was printed, and the head of that entry's hash."""

import re

from svcdesk import journal
from svcdesk.errors import BadInput
from svcdesk.journal import Entry
from svcdesk.model import named, number_of, table_of
from svcdesk.store import Ledger

Row = tuple[str, int]
_SHAPE = r"\s*([A-Z]{1,2}\d{1,12})\s+#(\d{1,12})\s+([0-9a-f]{12})\s*"

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
    seq, digest = journal.last(ledger.con)
    return f"{named(*row)} #{seq} {digest[:12]}"


def changes_since(ledger: Ledger, text: str) -> tuple[str, list[Entry]] | None:
    """Return a paper's record and the later entries that wrote what it shows; None where no such entry is here.

    Raises BadInput for a text that is no mark.
    """
    shape = re.fullmatch(_SHAPE, text, re.ASCII)
    table = table_of(shape[1]) if shape else None
    if not shape or table is None:
        raise BadInput("paper_mark", text=text)
    seq, row = int(shape[2]), (table, number_of(table, shape[1]))
    entry = next(journal.entries(ledger.con, seq), None)
    if entry is None or entry.seq != seq or entry.hash[:12] != shape[3]:
        return None
    later = {
        entry.seq: entry
        for shown in [row, *_shown_too(ledger, row)]
        for entry in journal.newest(ledger.con, _MOST, shown)
        if entry.seq > seq
    }
    return shape[1], [later[number] for number in sorted(later)]


_MOST = 1000


def _shown_too(ledger: Ledger, row: Row) -> list[Row]:
    table, number = row
    return ledger.con.execute(_SHOWN_TOO[table], (number,)).fetchall() if table in _SHOWN_TOO else []
