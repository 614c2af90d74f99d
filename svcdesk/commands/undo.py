"""undo: take the last command back. Nothing is deleted: the reversal is an entry of its own."""

import json
import sys
from collections.abc import Sequence
from itertools import islice

from svcdesk import journal, messages
from svcdesk.commands.noun import Noun, Yes
from svcdesk.commands.prompts import confirm, may_ask
from svcdesk.commands.receipts import caution, receipt_line
from svcdesk.errors import Refused
from svcdesk.periods import instant, short
from svcdesk.registers import changes
from svcdesk.render.tables import disarm
from svcdesk.session import current
from svcdesk.store import Ledger

noun = Noun("undo")

_SHOWN, _RECEIPT = 10, 3  # records that are told of before the question, and in the receipt


@noun.plain("undo")
def undo(yes: Yes = False) -> None:
    ledger = current.open(write=True)
    target = _target(ledger)
    _refuse_what_cannot_come_back(ledger, target)
    what, back = described(ledger, target), _told(ledger, target, _RECEIPT)
    if not yes and may_ask():
        _explain(ledger, target)
    confirm(messages.say("labels.undo_question"), yes)
    passed = _passed_over(ledger, target)
    now = current.now(ledger.zone)
    with ledger.command(at=now, actor=current.actor, command=f"undo {target.seq}", undoes=target.seq):
        if _target(ledger).seq != target.seq:  # somebody wrote while the question stood
            raise Refused("undo_overtaken", seq=target.seq)
        _refuse_what_cannot_come_back(ledger, target)
        for table, row, _ in reversed(journal.changes_of(ledger.con, target.seq)):
            before = journal.before(ledger.con, table, row, target.seq)
            if before is None:
                ledger.update(table, row, undone_at=now)
            else:
                del before["id"]
                ledger.update(table, row, **before)
    print(receipt_line("undone", ledger, what=what, back=messages.say("labels.clause_joint").join(back)))
    for entry in passed:
        warning = messages.say("warnings.passed_over", what=described(ledger, entry))
        caution(warning)
    ledger.close()


def _target(ledger: Ledger) -> journal.Entry:
    target = journal.undoable(ledger.con)
    if target is None:
        raise Refused("nothing_to_undo")
    return target


def _refuse_what_cannot_come_back(ledger: Ledger, target: journal.Entry) -> None:
    """Refuse to take back a month that was handed in, and what a later entry built on or erased."""
    handed_in = ledger.value("SELECT after FROM change WHERE entry = ? AND \"table\" = 'submission'", (target.seq,))
    if handed_in is not None:
        image = json.loads(handed_in)
        raise Refused("undo_submitted", report=image["report"], month=image["month"], seq=target.seq)
    if found := journal.built_on(ledger.con, target.seq):
        later, table, row = found
        key = "undo_erased" if later.command in journal.ERASING else "undo_built_on"
        raise Refused(key, what=described(ledger, target), later=later.seq, record=changes.record(ledger, table, row))


def _passed_over(ledger: Ledger, target: journal.Entry) -> list[journal.Entry]:
    """List the later entries that erased personal data: they stand, whatever is taken back before them."""
    return [entry for entry in journal.entries(ledger.con, target.seq + 1) if entry.command in journal.ERASING]


def _explain(ledger: Ledger, target: journal.Entry) -> None:
    """Show on the terminal what the command did and what taking it back will do."""
    made = islice(changes.changes(ledger, target.seq), _SHOWN)
    did = [changes.sentence(ledger, change, target.command) for change in made]
    for key, lines in (
        ("undo_did", [*did, *_rest(ledger, target, _SHOWN)]),
        ("undo_will", _told(ledger, target, _SHOWN)),
    ):
        print(messages.say(f"labels.{key}", what=described(ledger, target)), file=sys.stderr)
        for line in lines:
            print(f"  {line}", file=sys.stderr)


def _told(ledger: Ledger, target: journal.Entry, most: int) -> Sequence[str]:
    made = islice(changes.changes(ledger, target.seq), most)
    return [*(changes.reversal(ledger, change) for change in made), *_rest(ledger, target, most)]


def _rest(ledger: Ledger, target: journal.Entry, most: int) -> list[str]:
    left = _rows(ledger, target) - most
    return [messages.say("labels.more_records", n=left)] if left > 0 else []


def _rows(ledger: Ledger, entry: journal.Entry) -> int:
    return int(ledger.value("SELECT count(*) FROM change WHERE entry = ?", (entry.seq,)))


def described(ledger: Ledger, entry: journal.Entry) -> str:
    """Name an entry for people: number, time, actor, command and how many rows it wrote."""
    at = short(instant(entry.at), ledger.zone)
    actor, command = disarm(entry.actor), disarm(entry.command)
    return messages.say("labels.entry", seq=entry.seq, at=at, actor=actor, command=command, rows=_rows(ledger, entry))
