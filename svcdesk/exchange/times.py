"""Times as people type them into registers: the forms that a rules file names, tried in order.

A form is strptime's, or one of the words iso, chinese, serial, unix. What comes back is naive where no offset stood.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple
from unicodedata import normalize

from svcdesk.exchange.rows import Typed

WORDS = ("iso", "chinese", "serial", "unix")
Halves = dict[str, time]
HALVES: Halves = {"上午": time(0), "下午": time(12), "AM": time(0), "PM": time(12)}

_EPOCH = datetime(1899, 12, 30)
_SERIAL = re.compile(r"\d{1,6}(\.\d+)?", re.ASCII)
_UNIX = re.compile(r"(\d{9,10})(\d{3})?", re.ASCII)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?", re.ASCII)
_COMPACT = re.compile(r"\d{10,14}", re.ASCII)  # 20261007143000
_SHOWS_HOURS = re.compile(r"\d\s*[:点时]|\dT\d|[上下中]午|凌晨|早|晚")
_LAST_SERIAL = 150_000  # in the year 2310

_DATE = (
    r"(?:(?P<year>\d{4}|\d{2})\s*[年./-]\s*)?(?P<month>\d{1,2})\s*[月./-]\s*(?P<day>\d{1,2})\s*[日号]?"
    r"\s*(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?)?"
)
_CLOCK = (
    r"(?P<next>次日|翌日)?\s*(?P<half>凌晨|早上|早晨|清晨|上午|中午|下午|午后|傍晚|晚上|夜里|早|晚|[AaPp]\.?[Mm]\.?)?\s*"
    r"(?:(?P<hour>\d{1,2})\s*(?::|点|时)\s*(?:(?P<minute>\d{1,2}|半|一刻|三刻)?\s*(?:(?::|分)\s*(?:(?P<second>\d{1,2})(?:\.\d+)?\s*秒?)?)?)\s*(?:整|钟)?)?"
    r"\s*(?P<after>[AaPp]\.?[Mm]\.?)?"
)
_BEFORE_NOON = ("凌晨", "早上", "早晨", "清晨", "上午", "早", "am")
_QUARTERS = {"半": 30, "一刻": 15, "三刻": 45}
_NUMERALS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SPELT = re.compile(r"([零〇一二两三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九])(?=[点时分秒])")


class Unread(ValueError):
    """A text that is of none of the forms."""


class Forms(NamedTuple):
    """The forms of a register's times, in the order in which they are tried."""

    forms: tuple[str, ...] = ()
    halves: Halves = HALVES

    def read(self, text: str, now: datetime) -> datetime:
        """Read a time by the first form that fits; a cell that a workbook typed needs none. Raises Unread."""
        if isinstance(text, Typed) and _ISO.fullmatch(text):
            return datetime.fromisoformat(text)
        plain = text.strip()
        for form in self.forms:
            try:
                return self._reader(form)(plain, now)
            except (ValueError, OverflowError):
                continue
        raise Unread(text)

    def _reader(self, form: str) -> Callable[[str, datetime], datetime]:
        if form == "chinese":
            return partial(_chinese, self.halves)
        return _READERS.get(form) or (lambda text, _: datetime.strptime(text, form))

    def holds_clock(self, text: str) -> bool:
        """Return whether a text of these forms says an hour: else it is a date alone."""
        if isinstance(text, Typed):
            return len(text) > 10
        shape = _UNIX if "unix" in self.forms else _COMPACT
        return bool(_SHOWS_HOURS.search(text) or shape.fullmatch(text.strip()))

    def written(self, text: str) -> str:
        """Write a typed cell in the first form, so that a text file of these rows comes back by the same rules."""
        if not (isinstance(text, Typed) and _ISO.fullmatch(text) and self.forms):
            return text
        at = datetime.fromisoformat(text)
        writers = {
            "iso": lambda: str(text),
            "chinese": lambda: f"{at.year}年{at.month}月{at.day}日 {at:%H:%M:%S}",
            "serial": lambda: f"{(at - _EPOCH) / timedelta(days=1):.10g}",
            "unix": lambda: str(text),
        }
        return writers.get(self.forms[0], lambda: at.strftime(self.forms[0]))()


def _iso(text: str, _: datetime) -> datetime:
    if not _ISO.fullmatch(text):
        raise Unread(text)
    return datetime.fromisoformat(text)


def _serial(text: str, _: datetime) -> datetime:
    """Read a spreadsheet's number for a day: 43766 is 2019-10-28; the fraction is the time, to the second."""
    if not _SERIAL.fullmatch(text) or not 0 < float(text) < _LAST_SERIAL:
        raise Unread(text)
    at = _EPOCH + timedelta(days=float(text))
    return (at + timedelta(microseconds=500_000)).replace(microsecond=0)


def _unix(text: str, _: datetime) -> datetime:
    """Read seconds or milliseconds since 1970, in UTC."""
    shape = _UNIX.fullmatch(text)
    if not shape:
        raise Unread(text)
    return datetime.fromtimestamp(int(shape[1]), UTC)


_READERS: dict[str, Callable[[str, datetime], datetime]] = {"iso": _iso, "serial": _serial, "unix": _unix}


def _chinese(halves: Halves, text: str, now: datetime) -> datetime:
    """Read 2026年10月7日 下午2:30, 10-7 14:30, 上午9点半, 25-05-01 星期四. Without a year, the latest such day."""
    plain = _SPELT.sub(lambda found: str(_number(found[1])), normalize("NFKC", text).strip())
    shape = re.fullmatch(rf"{_DATE}\s*T?\s*{_CLOCK}", plain)
    if not shape:
        raise Unread(text)
    day = _day(shape, now)
    half = (shape["half"] or shape["after"] or "").lower().replace(".", "")
    if shape["hour"] is None:
        clock, late = _half_alone(half, shape["half"] or shape["after"] or "", halves), 0
    else:
        clock, late = _clock(shape, half)
    return datetime.combine(day, clock) + timedelta(days=late + bool(shape["next"]))


def _number(text: str) -> int:
    tens, ten, ones = text.partition("十")
    if not ten:
        return _NUMERALS[tens]
    return (_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0)


def _day(shape: "re.Match[str]", now: datetime) -> date:
    year = shape["year"]
    month, day = int(shape["month"]), int(shape["day"])
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    this = date(now.year, month, day)
    return this if this <= now.date() else date(now.year - 1, month, day)


def _half_alone(half: str, given: str, halves: Halves) -> time:
    """Return when a half of a day begins that stands without an hour; no half at all is midnight."""
    if not half:
        return time()
    if given in halves:
        return halves[given]
    return time(0 if half in _BEFORE_NOON else 12)


def _clock(shape: "re.Match[str]", half: str) -> tuple[time, int]:
    """Return the time of day, and how many days later it falls: twelve at night is the next day's midnight."""
    hour, late = int(shape["hour"]), 0
    minutes = shape["minute"] or "0"
    minute = _QUARTERS.get(minutes) or int(minutes)
    if half in _BEFORE_NOON:
        if hour > 12:
            raise Unread(shape[0])
        hour = 0 if hour == 12 and half in ("凌晨", "am") else hour
    elif half == "中午":
        hour += 12 if hour < 3 else 0
    elif half and hour < 12:
        hour += 12
    elif half in ("晚上", "夜里", "晚") and hour == 12:
        hour, late = 0, 1
    if hour == 24 and not minute:
        hour, late = 0, late + 1
    return time(hour, minute, int(shape["second"] or 0)), late


def next_day(earlier: datetime, later: datetime) -> datetime:
    """Return the later of two times of a row that share their date: one more than 12 h before it is the next day's."""
    if timedelta(hours=12) < earlier - later < timedelta(days=1):
        return later + timedelta(days=1)
    return later


def forms_of(given: str | Iterable[str] | None, serials: bool) -> tuple[str, ...]:
    """Return the forms of a rules file, with serials where the options say so."""
    forms = (given,) if isinstance(given, str) else tuple(given or ())
    return (*forms, "serial") if serials and "serial" not in forms else forms
