"""What a writing verb answers: its receipt, its warnings, or the record; and every failure in the reader's language."""

import sys
from datetime import datetime
from errno import errorcode
from os import PathLike
from typing import Any

import typer

from svcdesk import messages, periods
from svcdesk.desk.act import Act, Phrase, Receipt, Word
from svcdesk.errors import DeskError
from svcdesk.model import LETTERS, WORDS, noun_of
from svcdesk.registers import records
from svcdesk.render import tables
from svcdesk.session import current
from svcdesk.store import Ledger

# Values of a sentence that also have a word of their own: {status_word} beside {status}.
_WORDED = {
    "line": "line",
    "sanction": "sanction",
    "finding": "complaint_finding",
    "cause": "late_cause",
    "before": "step",
    "role": "role",
    "report": "report",
}
_LISTED = {"roles": "role"}
_COLUMNS = ("name", "earlier", "by", "field")  # values that may be a column's name
_WORDED |= {"result": "phone_result", "status": "status", "verb": "deed", "step": "deed", "unit": "unit"}


def formatted(values: dict[str, Any]) -> dict[str, Any]:
    """Write values for a sentence: instants in centre time, lists joined, text disarmed, words beside values."""
    kind = f"{values['kind']}_" if "kind" in values else ""
    sentence = {name: _formatted(value) for name, value in values.items()}
    for name, word_kind in _WORDED.items():
        if isinstance(values.get(name), str):
            sentence[f"{name}_word"] = messages.word(f"{kind}status" if name == "status" else word_kind, values[name])
    for name, word_kind in _LISTED.items():
        if name in values:
            sentence[name] = messages.comma(messages.word(word_kind, value) for value in values[name])
    if "table" in values:
        sentence["noun"] = noun_of(values["table"])
        sentence["table_word"] = messages.word("table", values["table"])
    return sentence | _typed_words(values)


def _typed_words(values: dict[str, Any]) -> dict[str, Any]:
    """Write beside what may be typed what it is called: columns by their headings, choices by their words."""
    sentence: dict[str, Any] = {}
    for name in _COLUMNS:
        if isinstance(value := values.get(name), str):
            first, _, rest = value.partition(" ")
            sentence[f"{name}_word"] = f"{messages.heading(first)} {rest}".strip()
    for name in ("names", "dated"):
        if name in values:
            sentence[f"{name}_word"] = messages.comma(_column(item) for item in values[name])
    if "words" in values:
        words = [str(word) for word in values["words"]]
        kinds = [kind for kind, known in WORDS.items() if set(words) <= set(known)]
        sentence["words_word"] = messages.comma(messages.choice(word, kinds) for word in words)
    if "status" in values and "derived" in values:
        sentence |= {f"{name}_word": messages.word("", values[name]) for name in ("status", "derived")}
    return sentence


def _column(item: Any) -> str:
    """Name a column that may be typed, with its heading where that is another word."""
    head = messages.heading(str(item))
    return str(item) if head == str(item) else f"{head} {item}"


def explained(error: DeskError) -> tuple[str, str]:
    """Return an error's sentence and, where there is one, the hint that mends it."""
    values = formatted(error.values)
    if not error.values.get("near"):
        values["near"] = messages.say("labels.none")
    sentence, _, hint = messages.say(f"errors.{error.key}", **values).partition("\n")
    return sentence, hint


def said(phrase: Phrase) -> str:
    """Write a phrase."""
    return messages.say(phrase.key, **formatted(phrase.values))


def _formatted(value: Any) -> Any:
    if isinstance(value, Phrase):
        return said(value)
    if isinstance(value, messages.Sentence):
        return tables.disarm(value.here())
    if isinstance(value, Word):
        return messages.word(value.kind, value.value)
    if isinstance(value, datetime):
        return periods.short(value, current.zone)
    if isinstance(value, list | tuple | set | frozenset):
        return messages.comma(_formatted(item) for item in value)
    if value is None:
        return messages.say("labels.none")
    if isinstance(value, OSError | UnicodeError):
        return _cause(value)
    return tables.disarm(str(value)) if isinstance(value, str | PathLike) else value


def _cause(error: OSError | UnicodeError) -> str:
    """Say in words why the system refused; in the system's own where we have none."""
    if isinstance(error, UnicodeError):
        return messages.say("system.not_utf8")
    return messages.find(f"system.{errorcode.get(error.errno or 0)}") or error.strerror or str(error)


def finish(w: Act, receipt: Receipt, form: str) -> None:
    """Print the receipt, or with json the record as it now stands; then what there is to warn of."""
    if form == "json":
        made = [records.one(w.ledger, receipt.table, number, w.now) for number in receipt.records or (receipt.id,)]
        print(tables.dumps(made if receipt.records else made[0], 2))
    else:
        print(receipt_line(receipt.key, w.ledger, record_id(receipt), **receipt.values))
    for key, values in w.cautions:
        caution(messages.say(f"warnings.{key}", **formatted(values)))
    w.ledger.close()


def repeat(ledger: Ledger, seq: int, form: str) -> None:
    """Say that a request was recorded before, or give its record as it now stands; that is no failure."""
    from svcdesk import journal  # who reads needs none

    made = journal.changes_of(ledger.con, seq)
    if form == "json" and made:
        table, row, _ = made[0]
        print(tables.dumps(records.one(ledger, table, row, current.now(ledger.zone)), 2))
    else:
        print(messages.say("receipts.already", entry=entry_mark(ledger, seq)))
    ledger.close()
    raise typer.Exit(0)


def caution(sentence: str) -> None:
    """Say on stderr what was refused to nobody, but somebody should know."""
    print(messages.say("labels.warned", text=sentence), file=sys.stderr)


def record_id(receipt: Receipt) -> str:
    """Name the record or records of a receipt."""
    letter = LETTERS.get(receipt.table, "")
    return messages.comma(f"{letter}{number}" for number in receipt.records or (receipt.id,))


def receipt_line(key: str, ledger: Ledger, id: str = "", /, **values: Any) -> str:
    """Write a receipt: what was done, what is due next, and the entry with its short hash."""
    sentence = messages.say(f"receipts.{key}", id=id, **formatted(values))
    return f"{sentence} [{entry_mark(ledger)}]"


def entry_mark(ledger: Ledger, seq: int | None = None) -> str:
    """Name an entry (else the command's own, else the newest) by number and short hash, as receipts do."""
    from svcdesk import journal

    if seq is None:
        seq = ledger.entry.seq if ledger.entry else journal.last(ledger.con)[0]
    return f"#{seq} {journal.hash_of(ledger.con, seq)[:12]}"
