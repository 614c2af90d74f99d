"""Values as people type them, read as the ledger stores them, by what their column is declared to hold."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from svcdesk import periods
from svcdesk.columns import Column
from svcdesk.desk.act import Act
from svcdesk.errors import BadInput
from svcdesk.model import WORDS, bounded, fen, invoice, unmasked, whole
from svcdesk.registers.index import register_of

FLAGS = ("true", "false")
Reader = Callable[[Act, Column, str, Any], Any]


def read(act: Act, column: Column, text: str, before: Any = None) -> Any:
    """Read a typed value; an empty one is nothing. ``before`` is what is stored: a bare clock keeps its day.

    Raises BadInput or NotFound.
    """
    bounded(column.name, text)
    kind = column.kind.partition(":")[0]
    if column.refers:
        return referred(act, column, text) if text else None
    if kind == "text":
        return _text(column, text)
    reader: Reader = _READERS.get(kind, _as_typed)
    return reader(act, column, text, before) if text else None


def referred(act: Act, column: Column, text: str) -> int:
    """Find the record that a text names by its key. Raises NotFound, with the nearest names."""
    return int(act.ledger.keyed(column.refers, register_of(column.refers).key_column, text)["id"])


def _text(column: Column, text: str) -> str | None:
    if column.name == "invoice":
        return invoice(text)
    return whole(column.name, text.strip()) or None if column.whole else text


def _as_typed(_: Act, column: Column, text: str, __: Any) -> str:
    return unmasked(column.part, text) if column.part else text


def _personal(act: Act, column: Column, text: str, before: Any) -> Any:
    """Read personal data: a wage is an amount."""
    return _as_typed(act, column, text, before) if column.part else fen(unmasked("wage", text))


def _id(act: Act, column: Column, text: str, _: Any) -> int | None:
    return act.id_of(column.target, text)


def _word(_: Act, column: Column, text: str, __: Any) -> str:
    known = words_of(column)
    if text not in known:
        raise BadInput("not_a_word", name=column.name, text=text, words=known)
    return text


def words_of(column: Column) -> tuple[str, ...]:
    """List the words that a column takes."""
    return column.words or WORDS.get(column.kind.partition(":")[2], ())


def _instant(act: Act, column: Column, text: str, before: Any) -> datetime:
    """Read a time. Raises BadInput for one in the future where that cannot be."""
    if before and periods.is_clock(text):
        text = f"{periods.day_of(periods.instant(before), act.zone)} {text}"
    at = periods.read_time(text, act.now, act.zone, ahead=column.ahead)
    return at if column.ahead else act.checked(at)


def _date(act: Act, column: Column, text: str, _: Any) -> date:
    day = periods.read_date(text, act.now, act.zone, ahead=column.ahead)
    if not column.ahead and day > periods.today(act.now, act.zone):
        raise BadInput("future_date", date=day)
    return day


def _int(_: Act, column: Column, text: str, __: Any) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if number < (column.least or 0) or (column.most is not None and number > column.most):
        raise BadInput("cell", name=column.name, text=text)
    return number


def _flag(_: Act, column: Column, text: str, __: Any) -> bool:
    if text not in FLAGS:
        raise BadInput("not_a_word", name=column.name, text=text, words=FLAGS)
    return text == "true"


def _money(_: Act, column: Column, text: str, before: Any) -> int:
    """Read an amount; one that came back stays below zero."""
    return -fen(text) if column.signed and before and before < 0 else fen(text)


_READERS: dict[str, Reader] = {
    "personal": _personal, "id": _id, "word": _word, "instant": _instant, "date": _date, "int": _int, "flag": _flag,
    "money": _money,
}  # fmt: skip
