"""undo: take the last command back. Nothing is deleted: the reversal is an entry of its own."""

from svcdesk import journal, words
from svcdesk.commands.base import Noun, Yes, confirm, receipt_line
from svcdesk.errors import Refused
from svcdesk.periods import instant, short
from svcdesk.session import current
from svcdesk.show import disarm
from svcdesk.store import Ledger

noun = Noun("undo")


@noun.plain("undo")
def undo(yes: Yes = False) -> None:
    ledger = current.open(write=True)
    target = _target(ledger)
    confirm(words.say("labels.undo_question", what=described(ledger, target)), yes)
    now = current.now(ledger.zone)
    with ledger.command(at=now, actor=current.actor, command=f"undo {target.seq}", undoes=target.seq):
        if _target(ledger).seq != target.seq:  # somebody wrote while the question stood
            raise Refused("undo_overtaken", seq=target.seq)
        for table, row, _ in reversed(journal.changes_of(ledger.con, target.seq)):
            before = journal.before(ledger.con, table, row, target.seq)
            if before is None:
                ledger.update(table, row, undone_at=now)
            else:
                del before["id"]
                ledger.update(table, row, **before)
    print(receipt_line("undone", ledger, what=described(ledger, target)))
    ledger.close()


def _target(ledger: Ledger) -> journal.Entry:
    target = journal.undoable(ledger.con)
    if target is None:
        raise Refused("nothing_to_undo")
    return target


def described(ledger: Ledger, entry: journal.Entry) -> str:
    """Name an entry for people: number, time, actor, command and how many rows it wrote."""
    rows = ledger.value("SELECT count(*) FROM change WHERE entry = ?", (entry.seq,))
    at = short(instant(entry.at), ledger.zone)
    return words.say("labels.entry", seq=entry.seq, at=at, actor=disarm(entry.actor), command=entry.command, rows=rows)
