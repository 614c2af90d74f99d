"""The forms of times by evidence: the fewest that read all, and what none reads; day and month are never guessed."""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import product
from typing import NamedTuple

from svcdesk.exchange.rows import Typed
from svcdesk.exchange.times import Forms, Unread

_DATES = [
    between.join(order)
    for order in (("%Y", "%m", "%d"), ("%d", "%m", "%Y"), ("%m", "%d", "%Y"), ("%d", "%b", "%y"), ("%d", "%b", "%Y"))
    for between in ("-", "/", ".")
] + ["%Y年%m月%d日", "%Y%m%d", "%d %b %Y", "%b %d, %Y", "%d/%m/%y", "%m/%d/%y"]
_CLOCKS = [
    f"{clock}{fraction}{offset}"
    for clock, fraction, offset in product(("%H:%M:%S", "%H:%M"), ("", ".%f"), ("", "%z", " %z"))
    if not (fraction and clock == "%H:%M")
] + ["%I:%M:%S %p", "%I:%M %p", "%H时%M分%S秒", "%H时%M分", "%H点%M分", "%H%M%S", "%H%M"]
_FORMATS = _DATES + [f"{day}{between}{clock}" for day, between, clock in product(_DATES, (" ", "T"), _CLOCKS)]
_FORMATS += [f"{day}{clock}" for day, clock in product(("%Y%m%d", "%Y年%m月%d日"), _CLOCKS)]
_MOST_FORMS = 4
_NOW = datetime(2026, 1, 1)  # only for years that are not written, which are no evidence
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?", re.ASCII)
_CLOCK = re.compile(
    r"(?:上午|下午|早上|晚上|中午|凌晨|AM|PM)?\s*"
    r"(?:\d{1,2}[:：点时]半?\d{0,2}(?:[:：分]\d{0,2}秒?)?|[一二两三四五六七八九十]{1,3}点半?)\s*(?:AM|PM)?",
    re.IGNORECASE,
)
_LAST_SERIAL, _FIRST_SERIAL = 80_000, 20_000

Reading = tuple[datetime | None, ...]


class Guessed(NamedTuple):
    """Forms that were found; ``rivals`` where day and month could change places; texts that none of them reads."""

    forms: list[str]
    rivals: list[tuple[str, datetime]]
    outliers: list[str]


def is_iso(text: str) -> bool:
    """Return whether an import reads a time without being told its form."""
    if not _ISO.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_clock(text: str) -> bool:
    """Return whether a text is a time of day alone."""
    return bool(_CLOCK.fullmatch(text.strip()))


def looks_like_time(text: str) -> bool:
    """Return whether a text is a time or a date of any form that is known."""
    plain = text.strip()
    if is_iso(plain) or (isinstance(text, Typed) and _is_serial(plain)):
        return True
    if re.fullmatch(r"[\d.]+", plain):
        return False
    return _reads("chinese", plain) or any(_reads(form, plain) for form in _likely(plain))


def guess_forms(values: list[str]) -> Guessed:
    """Find the forms of times that are not all ISO: one where one reads all, else the fewest, in the order of use."""
    left = [value for value in values if not (isinstance(value, Typed) and is_iso(value))]
    readings: dict[Reading, str] = {}
    for form in _candidates(left):
        reading = tuple(_read(form, value) for value in left)
        if any(reading):
            readings.setdefault(reading, form)
    whole = {reading: form for reading, form in readings.items() if None not in reading}
    if len(whole) > 1:
        rivals = [(form, reading[0]) for reading, form in whole.items() if form != "chinese" and reading[0]]
        if len(rivals) > 1:
            return Guessed([], rivals, [])
        whole = {reading: form for reading, form in whole.items() if form != "chinese"} or whole
    if whole:
        return Guessed([next(iter(whole.values()))], [], [])
    return _cover(left, readings)


def _cover(values: list[str], readings: dict[Reading, str]) -> Guessed:
    """Choose form after form, each time the one that reads most of what is left."""
    open_places, chosen = set(range(len(values))), list[str]()
    while open_places and len(chosen) < _MOST_FORMS:
        best, count = None, 0
        for reading, form in readings.items():
            reads = sum(reading[place] is not None for place in open_places)
            if reads > count:
                best, count = (reading, form), reads
        if best is None:
            break
        if rival := _rival(best[0], readings, open_places):
            place = next(place for place in sorted(open_places) if best[0][place] is not None)
            both = [(best[1], best[0][place]), (rival[1], rival[0][place])]
            return Guessed(chosen, [(form, at) for form, at in both if at], [])
        chosen.append(best[1])
        open_places -= {place for place in open_places if best[0][place] is not None}
    return Guessed(chosen, [], [values[place] for place in sorted(open_places)])


def _rival(best: Reading, readings: dict[Reading, str], places: set[int]) -> tuple[Reading, str] | None:
    """Find another form that reads the very same texts as other days."""
    for reading, form in readings.items():
        same = all((reading[place] is None) == (best[place] is None) for place in places)
        if reading is not best and same and form != "chinese":
            return reading, form
    return None


def _candidates(values: list[str]) -> Iterable[str]:
    """List the forms that may read these texts; iso where only some are, words last."""
    likely = {form for value in values for form in _likely(value)}
    yield from (form for form in _FORMATS if form in likely)
    yield "iso"
    yield "chinese"
    if all(_is_serial(value) for value in values):
        yield "serial"
    if all(re.fullmatch(r"1\d{9}(\d{3})?", value, re.ASCII) for value in values):
        yield "unix"


def _is_serial(text: str) -> bool:
    try:
        return _FIRST_SERIAL < float(text) < _LAST_SERIAL
    except ValueError:
        return False


def _likely(text: str) -> list[str]:
    """List the formats whose signs stand in a text: trying all of them on every text would be slow."""
    signs = re.sub(r"[A-Za-z]+", "a", re.sub(r"\d+", "9", text.strip()))
    if signs not in _by_signs:
        _by_signs[signs] = [form for form in _FORMATS if _signs(form) == signs]
    return _by_signs[signs]


_by_signs: dict[str, list[str]] = {}


def _signs(form: str) -> str:
    example = datetime(2026, 11, 25, 15, 14, 13, 120000).strftime(form.replace("%z", "+0800"))
    return re.sub(r"[A-Za-z]+", "a", re.sub(r"\d+", "9", example))


def _read(form: str, text: str) -> datetime | None:
    try:
        return Forms((form,)).read(text, _NOW)
    except Unread:
        return None


def _reads(form: str, text: str) -> bool:
    return _read(form, text) is not None
