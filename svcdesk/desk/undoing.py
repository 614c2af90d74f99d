"""Undo: take a command back. Nothing is deleted: the reversal is an entry of its own."""

import json
from datetime import datetime

from svcdesk import journal
from svcdesk.desk import expenses, policies
from svcdesk.desk.act import Phrase
from svcdesk.desk.settle import settling
from svcdesk.errors import NotFound, Refused
from svcdesk.journal import Entry
from svcdesk.model import Record
from svcdesk.periods import instant
from svcdesk.registers import changes
from svcdesk.store import Ledger


def target(ledger: Ledger, actor: str, seq: int | None = None) -> Entry:
    """Find the entry to take back: the newest where it is one's own, or any that is named and nothing depends on.

    Raises NotFound for a number that no entry has, Refused for one that does not come back.
    """
    found = journal.undoable(ledger.con) if seq is None else _named(ledger, seq)
    if found is None:
        raise Refused("nothing_to_undo")
    if seq is None and found.actor != actor:
        raise Refused("undo_of_other", what=described(ledger, found), seq=found.seq)
    _refuse_what_cannot_come_back(ledger, found)
    _refuse_own_case(ledger, found, actor)
    return found


def _named(ledger: Ledger, seq: int) -> Entry:
    found = journal.entry_of(ledger.con, seq)
    if found is None:
        raise NotFound("no_entry", seq=seq)
    if journal.is_undone(ledger.con, seq):
        raise Refused("undone_already", seq=seq)
    if found.undoes is not None or seq == 1 or found.command in journal.ERASING or not rows(ledger, found):
        raise Refused("not_undoable", what=described(ledger, found))
    return found


def _refuse_what_cannot_come_back(ledger: Ledger, entry: Entry) -> None:
    """Refuse to take back a month that was handed in, and what a later entry built on or erased."""
    for table, _, after in journal.changes_of(ledger.con, entry.seq):
        if table == "submission":
            image = json.loads(after)
            raise Refused("undo_submitted", report=image["report"], month=image["month"], seq=entry.seq)
    found = journal.built_on(ledger.con, entry.seq) or journal.refers_to(ledger.con, entry.seq)
    if not found:
        return
    erased = [one for one in found if one[0].command in journal.ERASING]
    later = [f"#{one.seq}" for one in dict.fromkeys(one for one, _, _ in erased or found)]
    records = list(dict.fromkeys(changes.record(ledger, table, row) for _, table, row in erased or found))
    key = "undo_erased" if erased else "undo_built_on"
    raise Refused(key, what=described(ledger, entry), later=later, record=records)


# The tables whose rows decide somebody's case, with the query for the codes of whom each is about.
_ABOUT = {
    "penalty": "SELECT e.code FROM live_penalty r JOIN live_staff e ON e.id = r.engineer_id WHERE r.id = ?",
    "expense": "SELECT e.code FROM live_expense r JOIN live_staff e ON e.id = r.engineer_id WHERE r.id = ?",
    "complaint": "SELECT e.code FROM live_complaint_person r JOIN live_staff e ON e.id = r.staff_id"
    " WHERE r.complaint_id = ?",
    "rectification": "SELECT e.code FROM live_rectification r JOIN live_staff e ON e.id = r.owner_id WHERE r.id = ?",
}


def _refuse_own_case(ledger: Ledger, entry: Entry, actor: str) -> None:
    """Refuse to take a step in one's own case back: that counts as doing it."""
    for table, row, after in journal.changes_of(ledger.con, entry.seq):
        _refuse_own_post(ledger, table, row, json.loads(after), entry, actor)
        before = journal.before(ledger.con, table, row, entry.seq) if table in _ABOUT else None
        if before is None or before["status"] == json.loads(after)["status"]:
            continue
        if any(about["code"] == actor for about in ledger.rows(_ABOUT[table], (row,))):
            raise Refused("own_case", id=changes.record(ledger, table, row), code=actor, article="4")


def _refuse_own_post(ledger: Ledger, table: str, row: int, image: Record, entry: Entry, actor: str) -> None:
    """Refuse to take back what gave the one typing another post or wage."""
    if table == "staff_value":
        is_own = image["field"] in _OF_THE_POST and ledger.get("staff", image["staff_id"])["code"] == actor
    elif table == "staff" and image["code"] == actor:
        before = journal.before(ledger.con, table, row, entry.seq)
        was, now = ledger.with_personal(table, before or {}), ledger.with_personal(table, image)
        is_own = before is not None and any(was.get(name) != now.get(name) for name in ("role", "wage_fen"))
    else:
        is_own = False
    if is_own:
        raise Refused("own_case", id=actor, code=actor, article="4")


_OF_THE_POST = ("role", "wage")


def passed_over(ledger: Ledger, entry: Entry) -> list[Entry]:
    """List the later entries that erased personal data: they stand, whatever is taken back before them."""
    return [later for later in journal.entries(ledger.con, entry.seq + 1) if later.command in journal.ERASING]


def take_back(ledger: Ledger, entry: Entry, now: datetime) -> None:
    """Put every row that an entry wrote back to what it was, and work out anew what follows. Raises Refused."""
    written = journal.changes_of(ledger.con, entry.seq)
    newest = ledger.value("SELECT 1 FROM change WHERE entry > ? LIMIT 1", (entry.seq,)) is None  # a look leaves no row
    tickets = [] if newest else sorted(set(_tickets(ledger, written)))  # of the newest nothing else follows yet
    with settling(ledger, *tickets):
        for table, row, _ in reversed(written):
            before = journal.before(ledger.con, table, row, entry.seq)
            if before is None:
                ledger.update(table, row, undone_at=now)
            else:
                del before["id"]
                ledger.update(table, row, **before)
    for ticket in tickets:
        if ledger.value("SELECT 1 FROM live_ticket WHERE id = ?", (ticket,)):
            expenses.follow(ledger, "ticket", ticket)
    for table, row, after in written if not newest else ():
        if table == "contract":
            expenses.follow(ledger, "contract", row)
        elif table == "policy":
            policies.follow(ledger, json.loads(after)["key"])


def _tickets(ledger: Ledger, written: list[tuple[str, int, str]]) -> list[int]:
    """List the tickets whose facts an entry wrote."""
    found = []
    for table, row, after in written:
        image = json.loads(after)
        if table == "ticket":
            found.append(row)
        elif table == "crew":
            found += [sent["ticket_id"] for sent in ledger.rows(_OF_DISPATCH, (image["dispatch_id"],))]
        elif table in ("appointment", "reopening", "dispatch"):
            found.append(image["ticket_id"])
    return found


_OF_DISPATCH = "SELECT ticket_id FROM live_dispatch WHERE id = ?"


def rows(ledger: Ledger, entry: Entry) -> int:
    """Count the rows that an entry wrote."""
    return int(ledger.value("SELECT count(*) FROM change WHERE entry = ?", (entry.seq,)))


def described(ledger: Ledger, entry: Entry) -> Phrase:
    """Name an entry for people: number, time, actor, command and how many rows it wrote."""
    values = {"seq": entry.seq, "at": instant(entry.at), "actor": entry.actor, "command": entry.command}
    return Phrase("labels.entry", {**values, "rows": rows(ledger, entry)})
