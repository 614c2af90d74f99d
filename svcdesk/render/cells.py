"""Typed cells of a workbook: what a value's text becomes in a sheet. The exports and the reports share it."""

import re
from collections.abc import Callable
from datetime import date, datetime, tzinfo
from typing import Any

from svcdesk import messages
from svcdesk.errors import BadInput
from svcdesk.periods import local, placed
from svcdesk.render.tables import inert

MOST_ROWS = 1_048_576
_MOST_CHARACTERS = 32_767
_MOST_DIGITS = 15  # a spreadsheet rounds what has more
_FIRST_DATE = 1900
_NUMERIC = ("money", "int", "rate", "number")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[-+][0-9]+)?")

Value = int | float | bool | date | str


def typed(given: Any, kind: str, zone: tzinfo) -> Value:
    """Return a value as a cell of a kind holds it; its text where no cell holds it exactly. An export gives texts."""
    kind = kind.partition(":")[0]
    if isinstance(given, bool | float):
        return given
    if isinstance(given, datetime):
        return naive(given, zone) or local(given, zone)
    text = str(given)
    if kind in _NUMERIC and _NUMBER.fullmatch(text):
        if kind in ("rate", "number") or sum(map(str.isdigit, text)) <= _MOST_DIGITS:
            return int(text) if text.lstrip("-").isdigit() else float(text)
        return text
    if kind == "flag":
        return text == "true"
    if kind == "date" and int(text[:4]) > _FIRST_DATE:
        return date.fromisoformat(text)
    if kind == "instant":
        return naive(datetime.fromisoformat(text), zone) or text
    return text


def put(sheet: Any, line: int, place: int, given: Any, kind: str, zone: tzinfo, style: Callable[[str], Any]) -> None:
    """Write a value to a cell as its kind wants it. ``style`` gives the format of a kind.

    A text never acts as a formula, as in the exports as CSV. One longer than a cell holds is cut, with a mark.
    """
    value = typed(given, kind, zone)
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value, style("flag"))
    elif isinstance(value, int | float):
        sheet.write_number(line, place, value, style(kind))
    elif isinstance(value, date):
        sheet.write_datetime(line, place, value, style(kind))
    else:
        sheet.write_string(line, place, kept(value), style("text"))


def kept(text: str) -> str:
    """Return a text as a cell keeps it: it never acts; one longer than a cell holds is cut, with a mark."""
    text = inert(text)
    if len(text) <= _MOST_CHARACTERS:
        return text
    mark = messages.say("labels.cut")
    return text[: _MOST_CHARACTERS - len(mark)] + mark


def number_format(kind: str) -> str:
    """Return the number format of a kind; what is no number, date or instant is text."""
    name, _, decimals = kind.partition(":")
    if name == "number":
        return "0." + "0" * int(decimals or 1) if decimals != "0" else "0"
    return _FORMATS.get(name, "@")


_FORMATS = {
    "money": "0.00", "int": "0", "rate": "0.0%", "date": "yyyy-mm-dd", "instant": "yyyy-mm-dd hh:mm:ss",
    "flag": "General",
}  # fmt: skip


def naive(at: datetime, zone: tzinfo) -> datetime | None:
    """Return an instant as centre time without an offset, or None where that would not say which instant it is."""
    if at.tzinfo is None or at.year <= _FIRST_DATE:
        return None
    naive = at.astimezone(zone).replace(tzinfo=None, fold=0)
    try:
        return naive if placed(naive, zone, at.isoformat()) == at else None
    except BadInput:
        return None


def is_figure(kind: str) -> bool:
    """Return whether cells of a kind are figures, which stand to the right."""
    return kind.partition(":")[0] in _NUMERIC
