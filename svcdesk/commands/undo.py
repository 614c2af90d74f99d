"""undo: take the last command back. Nothing is deleted: the reversal is an entry of its own."""

import sys
from collections.abc import Sequence
from itertools import islice
from typing import Annotated

import typer

from svcdesk import journal, messages
from svcdesk.commands.noun import Noun, Yes
from svcdesk.commands.prompts import confirm, may_ask
from svcdesk.commands.receipts import caution, receipt_line, said
from svcdesk.desk import undoing
from svcdesk.errors import Refused
from svcdesk.registers import changes
from svcdesk.session import current
from svcdesk.store import Ledger

noun = Noun("undo")

_SHOWN, _RECEIPT = 10, 3  # records that are told of before the question, and in the receipt


@noun.plain("undo")
def undo(entry: Annotated[int | None, typer.Argument(min=1)] = None, yes: Yes = False) -> None:
    ledger = current.open(write=True)
    target = undoing.target(ledger, current.actor, entry)
    what, back = said(undoing.described(ledger, target)), _told(ledger, target, _RECEIPT)
    if not yes and may_ask():
        _explain(ledger, target)
    confirm(messages.say("labels.undo_question"), yes)
    passed = undoing.passed_over(ledger, target)
    now = current.now(ledger.zone)
    with ledger.command(at=now, actor=current.actor, command=f"undo {target.seq}", undoes=target.seq):
        if undoing.target(ledger, current.actor, entry).seq != target.seq:
            raise Refused("undo_overtaken", seq=target.seq)  # somebody wrote while the question stood
        undoing.take_back(ledger, target, now)
    print(receipt_line("undone", ledger, what=what, back=messages.say("labels.clause_joint").join(back)))
    for later in passed:
        caution(messages.say("warnings.passed_over", what=said(undoing.described(ledger, later))))
    ledger.close()


def _explain(ledger: Ledger, target: journal.Entry) -> None:
    """Show on the terminal what the command did and what taking it back will do."""
    made = islice(changes.changes(ledger, target.seq), _SHOWN)
    did = [changes.sentence(ledger, change, target.command) for change in made]
    for key, lines in (
        ("undo_did", [*did, *_rest(ledger, target, _SHOWN)]),
        ("undo_will", _told(ledger, target, _SHOWN)),
    ):
        print(messages.say(f"labels.{key}", what=said(undoing.described(ledger, target))), file=sys.stderr)
        for line in lines:
            print(f"  {line}", file=sys.stderr)


def _told(ledger: Ledger, target: journal.Entry, most: int) -> Sequence[str]:
    made = islice(changes.changes(ledger, target.seq), most)
    return [*(changes.reversal(ledger, change) for change in made), *_rest(ledger, target, most)]


def _rest(ledger: Ledger, target: journal.Entry, most: int) -> list[str]:
    left = undoing.rows(ledger, target) - most
    return [messages.say("labels.more_records", n=left)] if left > 0 else []
