"""The period that headquarters asks about: a month, a quarter or a year of centre dates, the same in every zone."""

from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from svcdesk.hq.feed import day_number
from svcdesk.periods import read_month, read_period


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
    first = date(int(name[:4]), int(name[5:]), 1)
    return Span(name, first, (first + timedelta(days=31)).replace(day=1))


def read(month_text: str | None, quarter: str | None, year: str | None, now: datetime, zone: tzinfo) -> Span:
    """Read the period options; the month before this one where none is given. Raises BadInput."""
    given = {"month": month_text, "quarter": quarter, "year": year}
    period = read_period(given, now, zone) or read_month("last", now, zone)
    return Span(period.name, period.first, period.after)
