"""The answer clock (3.4) in both readings, and how late an arrival is. Pure: the zone and the policy are given."""

import math
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from svcdesk.periods import day_of
from svcdesk.regulation.policy import Policy

# The centre's hours: Mon-Fri 09-17, break 12-13 (rules with working hours).
WORKING_HOURS = ((time(9), time(12)), (time(13), time(17)))
_LONGEST_WAIT = 400  # days; a working clock that runs longer than this has met no working day


class AnswerClock(NamedTuple):
    """When an answer is due, by which reading; ``due`` is None where no calendar of ``unknown_year`` is published."""

    due: datetime | None
    hours: int
    reading: str
    since: date | None
    unknown_year: int | None = None


def answer_clock(received: datetime, policy: Policy, zone: tzinfo) -> AnswerClock:
    """Work out when a ticket must be answered (3.4), by the policy in force when it was received."""
    day = day_of(received, zone)
    hours, since = policy.at("answer.hours", day)
    reading = policy.at("answer.clock", day).value
    if reading == "natural":
        return AnswerClock(received + timedelta(hours=hours), hours, reading, since)
    try:
        return AnswerClock(_after_working_hours(received, hours, zone), hours, reading, since)
    except UnknownYear as unknown:
        return AnswerClock(None, hours, reading, since, unknown.year)


def answered_in_time(due: datetime | None, answered: datetime | None, now: datetime) -> bool | None:
    """Judge an answer: None while it can still come, and where no due time is known."""
    if due is None:
        return None
    if answered is not None:
        return answered <= due
    return False if now > due else None


def minutes_late(due: datetime | None, arrived: datetime | None) -> int | None:
    """Count the minutes from due to arrival, a begun one as whole; 0 in time, None where either is missing."""
    if due is None or arrived is None:
        return None
    return max(0, math.ceil((arrived - due).total_seconds() / 60))


class UnknownYear(Exception):
    """The working days of a year are not published yet."""

    def __init__(self, year: int) -> None:
        super().__init__(year)
        self.year = year


def is_workday(day: date) -> bool:
    """Return whether the centre works on a day, with the Chinese holidays and make-up days. Raises UnknownYear."""
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        raise UnknownYear(day.year) from None


def _after_working_hours(start: datetime, hours: int, zone: tzinfo) -> datetime:
    left = timedelta(hours=hours)
    day = day_of(start, zone)
    for _ in range(_LONGEST_WAIT):
        if is_workday(day):
            for opens, closes in WORKING_HOURS:
                begin = max(start, datetime.combine(day, opens, tzinfo=zone).astimezone(UTC))
                end = datetime.combine(day, closes, tzinfo=zone).astimezone(UTC)
                if end <= begin:
                    continue
                if end - begin >= left:
                    return begin + left
                left -= end - begin
        day += timedelta(days=1)
    raise UnknownYear(day.year)
