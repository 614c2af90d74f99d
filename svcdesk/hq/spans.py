"""The period that headquarters asks about: a month, a quarter or a year of centre dates, the same in every zone."""

import re
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from svcdesk.errors import BadInput
from svcdesk.hq.feed import day_number
from svcdesk.periods import read_month, today

_QUARTER = r"(\d{4})-?[Qq]([1-4])"
_YEAR = r"(\d{4})"


class Span(NamedTuple):
    """A half-open range of centre dates, with the name that it was asked by."""

    name: str
    first: date
    after: date

    @property
    def first_day(self) -> int:
        """The number of the first day."""
        return day_number(self.first)

    @property
    def after_day(self) -> int:
        """The number of the day after the last."""
        return day_number(self.after)

    def reached_by(self, today: date) -> int:
        """Return the number of the day that a ledger must have come to for this span to be whole on a day.

        That is the end of the last month of it that is over, or its first day where none is.
        """
        return max(self.first_day, min(self.after_day, day_number(today.replace(day=1))))


def month(name: str) -> Span:
    """Return the month of a name as feeds write it: 2026-10."""
    year, number = int(name[:4]), int(name[5:])
    return _months(name, year, number, 1)


def read(month_text: str | None, quarter: str | None, year: str | None, now: datetime, zone: tzinfo) -> Span:
    """Read the period options; the month before this one where none is given. Raises BadInput."""
    if sum(text is not None for text in (month_text, quarter, year)) > 1:
        raise BadInput("one_of", names=["--month", "--quarter", "--year"])
    if quarter is not None:
        return _read_quarter(quarter, today(now, zone))
    if year is not None:
        return _read_year(year, today(now, zone))
    return month(read_month(month_text or "last", now, zone).month)


def _read_quarter(text: str, day: date) -> Span:
    this = day.year * 4 + (day.month - 1) // 3
    if text in ("this", "last"):
        place = this - (text == "last")
    elif shape := re.fullmatch(_QUARTER, text.strip(), re.ASCII):
        place = int(shape[1]) * 4 + int(shape[2]) - 1
    else:
        raise BadInput("quarter", text=text)
    year, number = divmod(place, 4)
    return _months(f"{year:04d}-Q{number + 1}", year, number * 3 + 1, 3)


def _read_year(text: str, day: date) -> Span:
    if text in ("this", "last"):
        year = day.year - (text == "last")
    elif (shape := re.fullmatch(_YEAR, text.strip(), re.ASCII)) and 1 <= int(shape[1]) < 9999:
        year = int(shape[1])
    else:
        raise BadInput("year", text=text)
    return _months(f"{year:04d}", year, 1, 12)


def _months(name: str, year: int, number: int, count: int) -> Span:
    after = year * 12 + number - 1 + count
    try:
        return Span(name, date(year, number, 1), date(after // 12, after % 12 + 1, 1))
    except ValueError:
        raise BadInput("month", text=name) from None
