"""Times, dates and periods as people type them, turned into UTC instants and half-open ranges."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from svcdesk.errors import BadInput

# Patterns are compiled when first used: most commands use none of them.
_TIME = r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:?\d{2})?"
_DATE = r"\d{4}-\d{2}-\d{2}"
_AGE, _MONTHS_AT_MOST = r"(\d{1,4})([my])", 1200
_MONTH = r"(\d{4})-(\d{2})"
_QUARTER, _YEAR = r"(\d{4})-?[Qq]([1-4])", r"\d{4}"
# The calendar's own first and last days have no day beside them: whoever types one means "for ever".
_FIRST_DAY, _LAST_DAY = date(1, 1, 2), date(9998, 12, 31)
_YEARS = range(1000, 9999)


class Period(NamedTuple):
    """A half-open range of centre dates, [first, after), and the instants it spans."""

    first: date
    after: date
    start: datetime
    end: datetime

    @property
    def month(self) -> str:
        """The month the period starts in, as 2026-10."""
        return f"{self.first:%Y-%m}"

    @property
    def length(self) -> int:
        """How many whole calendar months it is; 0 where it does not begin and end with one."""
        if self.first.day != 1 or self.after.day != 1:
            return 0
        return (self.after.year - self.first.year) * 12 + self.after.month - self.first.month

    @property
    def unit(self) -> str:
        """Whether it is a month, a quarter, a year, or a range of days."""
        fits = self.length and (self.first.month - 1) % self.length == 0
        return _UNITS.get(self.length, "range") if fits else "range"

    @property
    def name(self) -> str:
        """What it is called and typed by: 2026-10, 2026-Q4, 2026, else 2026-01-01..2026-10-31."""
        quarter = (self.first.month + 2) // 3
        last = self.after - timedelta(days=1)
        names = {"month": self.month, "quarter": f"{self.first:%Y}-Q{quarter}", "year": f"{self.first:%Y}"}
        return names.get(self.unit, f"{self.first}..{last}")

    @property
    def option(self) -> str:
        """The option that asks for it, as it is typed."""
        last = self.after - timedelta(days=1)
        return f"--since {self.first} --until {last}" if self.unit == "range" else f"--{self.unit} {self.name}"


_UNITS = {1: "month", 3: "quarter", 12: "year"}


def zone(name: str) -> ZoneInfo:
    """Find a time zone by its name. Raises BadInput where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("timezone", text=name) from None


def stored(instant: datetime) -> str:
    """Write an instant as the ledger stores it: UTC, to the second, 2026-10-03T01:12:00Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> datetime:
    """Read an instant as the ledger stores it."""
    return datetime.fromisoformat(text)


def local(instant: datetime, where: tzinfo) -> str:
    """Write an instant with the centre's offset, as JSON carries it: 2026-10-03T09:12:00+08:00."""
    return instant.astimezone(where).isoformat(timespec="seconds")


class LocalHours(dict[str, tuple[str, str]]):
    """How stored instants of a UTC hour are written in a zone: 2026-10-03T01 -> ("2026-10-03T09", "+08:00").

    A long export writes millions of instants; asking the zone for each is slow. ("", "") stands for the hours of a day
    on which the clocks change, and of a zone that stands between whole hours: those are asked for.
    """

    KEPT = 10_000

    def __init__(self, where: tzinfo) -> None:
        super().__init__()
        self.where = where
        self._days: dict[str, tuple[int, list[str], str] | None] = {}

    def __missing__(self, hour: str) -> tuple[str, str]:
        if len(self) >= self.KEPT:
            self.clear()
            self._days.clear()
        day = hour[:10]
        if day not in self._days:
            self._days[day] = self._steady(day)
        found = "", ""
        if steady := self._days[day]:
            first, days, tail = steady
            late, there = divmod(first + int(hour[11:13]), 24)
            found = f"{days[late]}T{there:02d}", tail
        self[hour] = found
        return found

    def _steady(self, day: str) -> tuple[int, list[str], str] | None:
        """Return of a UTC day which hour it begins at there, the two dates that it lies on, and the offset."""
        start = datetime.fromisoformat(f"{day}T00:00:00")
        try:
            offsets = {
                (start + quarter).replace(tzinfo=UTC).astimezone(self.where).utcoffset() for quarter in _QUARTERS
            }
            offset = offsets.pop() or timedelta()
            first = start + offset
            days = [first.date().isoformat(), (first + timedelta(days=1)).date().isoformat()]
            tail = start.replace(tzinfo=timezone(offset)).isoformat()[19:]
        except OverflowError:
            return None
        return None if offsets or offset % timedelta(hours=1) else (first.hour, days, tail)

    def texts(self, values: Sequence[str | None]) -> Sequence[str | None]:
        """Write stored instants as JSON carries them."""
        if values.count(None) == len(values):
            return values
        return [
            (lead + value[13:19] + tail if tail else local(instant(value), self.where)) if value else None
            for value in values
            for lead, tail in (self[value[:13]] if value else _NONE,)
        ]

    def day(self, value: str) -> date:
        """Return the centre date of a stored instant."""
        lead, _ = self[value[:13]]
        return date.fromisoformat(lead[:10]) if lead else day_of(instant(value), self.where)


_NONE = ("", "")
_QUARTERS = [timedelta(seconds=n * 86_399 / 4) for n in range(5)]


def short(instant: datetime, where: tzinfo) -> str:
    """Write an instant for people in centre time: 2026-10-03 09:12, with seconds only where they say something."""
    there = instant.astimezone(where)
    return there.strftime("%Y-%m-%d %H:%M:%S" if there.second else "%Y-%m-%d %H:%M")


def until(instant: datetime, where: tzinfo) -> str:
    """Write a due for people: the day alone where all of it is left, as 2026-10-03, else as other instants."""
    day = day_of(instant, where)
    return day.isoformat() if instant == end_of_day(day, where) else short(instant, where)


def placed(naive: datetime, where: tzinfo, text: str) -> datetime:
    """Place a wall-clock time in a zone. Raises BadInput where the clocks skip it or show it twice."""
    first, second = naive.replace(tzinfo=where), naive.replace(tzinfo=where, fold=1)
    if first.utcoffset() != second.utcoffset():
        gone = first.astimezone(UTC).astimezone(where).replace(tzinfo=None) != naive
        raise BadInput("time_skipped" if gone else "time_twice", text=text, zone=str(where))
    return first.astimezone(UTC)


def read_time(text: str, now: datetime, where: tzinfo, *, ahead: bool = False) -> datetime:
    """Read a time typed by a person as a UTC instant; without an offset it is centre time.

    Takes 2026-10-03 09:12, 2026-10-03T09:12+08:00 and what people say (``spoken``). ``ahead`` is for a due time: a
    weekday, or a date without its year, is the next one, else the last one. Raises BadInput.
    """
    typed = text.strip()
    shape = re.fullmatch(_TIME, typed, re.ASCII)
    try:
        if not shape:
            return in_calendar(_said(typed, now, where, ahead), text)
        if shape[3]:
            return in_calendar(datetime.fromisoformat(typed).astimezone(UTC), text)
        return in_calendar(placed(datetime.fromisoformat(f"{shape[1]}T{shape[2]}"), where, text), text)
    except (ValueError, OverflowError):
        raise BadInput("time", text=text) from None


def _said(typed: str, now: datetime, where: tzinfo, ahead: bool) -> datetime:
    """Read a time as people say it. Raises BadInput, also for a day without an hour."""
    from svcdesk.periods import spoken

    away = spoken.shift(typed)
    if away is not None:
        return now + away
    here = now.astimezone(where).replace(tzinfo=None)
    there = spoken.moment(typed, here, ahead=ahead)
    if there is None:
        alone = re.fullmatch(_DATE, typed, re.ASCII) or spoken.day(typed, here.date(), ahead=ahead)
        raise BadInput("time_no_hour" if alone else "time", text=typed)
    return placed(there, where, typed)


def is_clock(text: str) -> bool:
    """Return whether a text is a clock without its day: 9:30, 下午三点."""
    from svcdesk.periods import spoken

    return spoken.is_clock(text)


def in_calendar(instant: datetime, text: str) -> datetime:
    """Return the instant back. Raises BadInput for one so early or late that some zone's clock could not show it."""
    if instant.year not in _YEARS:
        raise BadInput("time", text=text)
    return instant


def read_date(text: str, now: datetime, where: tzinfo, *, ahead: bool = False) -> date:
    """Read a date typed by a person: 2026-10-03, and what people say (``spoken.day``). Raises BadInput."""
    typed = text.strip()
    if re.fullmatch(_DATE, typed, re.ASCII):
        return iso_date(typed)
    from svcdesk.periods import spoken

    said = spoken.day(typed, today(now, where), ahead=ahead)
    if said is None:
        raise BadInput("date", text=text)
    return said


def read_deadline(text: str, now: datetime, where: tzinfo) -> datetime:
    """Read a time that lies ahead; a day alone is its last second: until then there is time. Raises BadInput."""
    try:
        return read_time(text, now, where, ahead=True)
    except BadInput as error:
        if error.key != "time_no_hour":
            raise
    return end_of_day(read_date(text, now, where, ahead=True), where)


def iso_date(text: str) -> date:
    """Read 2026-10-03 and nothing else, as registers hold a date. Raises BadInput."""
    if re.fullmatch(_DATE, text, re.ASCII):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise BadInput("date", text=text)


def read_age(text: str, now: datetime, where: tzinfo) -> datetime:
    """Read how long ago, in months or years: 36m, 3y. Raises BadInput, also for less than a month."""
    shape = re.fullmatch(_AGE, text.strip(), re.ASCII)
    months = int(shape[1]) * (12 if shape[2] == "y" else 1) if shape else 0
    if not 0 < months <= _MONTHS_AT_MOST:
        raise BadInput("age", text=text)
    from dateutil.relativedelta import relativedelta

    return now.astimezone(where) - relativedelta(months=months)


def year_before(now: datetime, where: tzinfo) -> datetime:
    """Return the same moment a year ago at the centre; of a leap day the day before."""
    here = now.astimezone(where)
    day = 28 if (here.month, here.day) == (2, 29) else here.day
    return here.replace(year=here.year - 1, day=day)


def read_month(text: str, now: datetime, where: tzinfo) -> Period:
    """Read a month: 2026-10, this, last, 上月, 10月. Raises BadInput."""
    this = today(now, where).replace(day=1)
    if text == "this":
        return month_from(this, where)
    if text == "last":
        return month_from((this - timedelta(days=1)).replace(day=1), where)
    shape = re.fullmatch(_MONTH, text, re.ASCII)
    year, month = (int(shape[1]), int(shape[2])) if shape else _said_month(text, this)
    if not (1 <= month <= 12 and 1 <= year < 9999):
        raise BadInput("month", text=text)
    return month_from(date(year, month, 1), where)


def _said_month(text: str, this: date) -> tuple[int, int]:
    from svcdesk.periods import spoken

    return spoken.month(text, this) or (0, 0)


def read_quarter(text: str, now: datetime, where: tzinfo) -> Period:
    """Read a quarter: 2026-Q4, this, last, 本季度, 2026年第四季度. Raises BadInput."""
    day = today(now, where)
    this = day.year * 4 + (day.month - 1) // 3
    shape = re.fullmatch(_QUARTER, text.strip(), re.ASCII)
    typed = int(shape[1]) * 4 + int(shape[2]) - 1 if shape else _said_quarter(text, day)
    year, quarter = divmod({"this": this, "last": this - 1}.get(text, typed), 4)
    if not 1 <= year < 9999:
        raise BadInput("quarter", text=text)
    return _months_from(year, 3 * quarter + 1, 3, where)


def read_year(text: str, now: datetime, where: tzinfo) -> Period:
    """Read a year: 2026, this, last, 今年, 2026年. Raises BadInput."""
    this = today(now, where).year
    typed = int(text) if re.fullmatch(_YEAR, text.strip(), re.ASCII) else _said_year(text, this)
    year = {"this": this, "last": this - 1}.get(text, typed)
    if not 1 <= year < 9999:
        raise BadInput("year", text=text)
    return _months_from(year, 1, 12, where)


def _said_quarter(text: str, day: date) -> int:
    from svcdesk.periods import spoken

    return spoken.quarter(text, day) or 0


def _said_year(text: str, this: int) -> int:
    from svcdesk.periods import spoken

    return spoken.year(text, this) or 0


def _months_from(year: int, month: int, count: int, where: tzinfo) -> Period:
    after = year * 12 + month - 1 + count
    return between(date(year, month, 1), date(after // 12, after % 12 + 1, 1), where)


def year_so_far(period: Period, where: tzinfo) -> Period:
    """Return the year up to a period's end (本年累计): from the first of January of the year that it ends in."""
    last = period.after - timedelta(days=1)
    return between(date(last.year, 1, 1), period.after, where)


def months_in(period: Period, where: tzinfo) -> Iterator[Period]:
    """Return each calendar month that a period touches, in order."""
    first = period.first.replace(day=1)
    while first < period.after:
        month = month_from(first, where)
        yield month
        first = month.after


def month_from(first: date, where: tzinfo) -> Period:
    """Return the month that begins on the date."""
    return between(first, (first + timedelta(days=31)).replace(day=1), where)


def month_of(instant: datetime, where: tzinfo) -> str:
    """Name the month, in centre time, that an instant falls in."""
    return f"{instant.astimezone(where):%Y-%m}"


def between(first: date, after: date, where: tzinfo) -> Period:
    """Make the half-open period [first, after) of centre dates."""
    return Period(first, after, midnight(first, where), midnight(after, where))


def read_period(given: Mapping[str, str | None], now: datetime, where: tzinfo) -> Period | None:
    """Read the period options: month, quarter or year, else since and until (both days included).

    Return None where none is given. Raises BadInput.
    """
    named = [name for name in _READERS if given.get(name) is not None]
    since, until = given.get("since"), given.get("until")
    if len(named) > 1 or (named and (since is not None or until is not None)):
        raise BadInput("one_period")
    for name in named:
        return _READERS[name](str(given[name]), now, where)
    if since is None and until is None:
        return None
    first = read_date(since, now, where) if since is not None else date.min
    last = read_date(until, now, where) if until is not None else date.max
    if last < first:
        raise BadInput("range_reversed", since=first, until=last)
    return between(min(first, _LAST_DAY), min(last, _LAST_DAY) + timedelta(days=1), where)


_READERS = {"month": read_month, "quarter": read_quarter, "year": read_year}


def today(now: datetime, where: tzinfo) -> date:
    """Return the centre's date."""
    return now.astimezone(where).date()


def day_of(instant: datetime, where: tzinfo) -> date:
    """Return the centre date of an instant."""
    return instant.astimezone(where).date()


def end_of_day(day: date, where: tzinfo) -> datetime:
    """Return the last second of a centre date."""
    return midnight(day + timedelta(days=1), where) - timedelta(seconds=1)


def midnight(day: date, where: tzinfo) -> datetime:
    """Return the instant at which a centre date begins."""
    return datetime.combine(max(day, _FIRST_DAY), time(), tzinfo=where).astimezone(UTC)
