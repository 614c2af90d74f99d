"""Undo: take the last command back. Nothing is deleted: the reversal is an entry of its own."""

import json

from svcdesk import journal
from svcdesk.desk.act import Phrase
from svcdesk.errors import Refused
from svcdesk.journal import Entry
from svcdesk.periods import instant
from svcdesk.registers import changes
from svcdesk.store import Ledger


def target(ledger: Ledger) -> Entry:
    """Find the entry that undo takes back. Raises Refused where there is none, or where it cannot come back."""
    found = journal.undoable(ledger.con)
    if found is None:
        raise Refused("nothing_to_undo")
    _refuse_what_cannot_come_back(ledger, found)
    return found


def _refuse_what_cannot_come_back(ledger: Ledger, entry: Entry) -> None:
    """Refuse to take back a month that was handed in, and what a later entry built on or erased."""
    for table, _, after in journal.changes_of(ledger.con, entry.seq):
        if table == "submission":
            image = json.loads(after)
            raise Refused("undo_submitted", report=image["report"], month=image["month"], seq=entry.seq)
    if found := journal.built_on(ledger.con, entry.seq):
        later, table, row = found
        key = "undo_erased" if later.command in journal.ERASING else "undo_built_on"
        raise Refused(key, what=described(ledger, entry), later=later.seq, record=changes.record(ledger, table, row))


def passed_over(ledger: Ledger, entry: Entry) -> list[Entry]:
    """List the later entries that erased personal data: they stand, whatever is taken back before them."""
    return [later for later in journal.entries(ledger.con, entry.seq + 1) if later.command in journal.ERASING]


def take_back(ledger: Ledger, entry: Entry, now: object) -> None:
    """Put every row that an entry wrote back to what it was. Raises Refused where somebody wrote meanwhile."""
    if target(ledger).seq != entry.seq:
        raise Refused("undo_overtaken", seq=entry.seq)
    for table, row, _ in reversed(journal.changes_of(ledger.con, entry.seq)):
        before = journal.before(ledger.con, table, row, entry.seq)
        if before is None:
            ledger.update(table, row, undone_at=now)
        else:
            del before["id"]
            ledger.update(table, row, **before)


def rows(ledger: Ledger, entry: Entry) -> int:
    """Count the rows that an entry wrote."""
    return int(ledger.value("SELECT count(*) FROM change WHERE entry = ?", (entry.seq,)))


def described(ledger: Ledger, entry: Entry) -> Phrase:
    """Name an entry for people: number, time, actor, command and how many rows it wrote."""
    told = {"seq": entry.seq, "at": instant(entry.at), "actor": entry.actor, "command": entry.command}
    return Phrase("labels.entry", {**told, "rows": rows(ledger, entry)})
