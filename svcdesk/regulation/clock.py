"""The answer clock (3.4) in both readings, and how late an arrival is. Pure: the zone and the policy are given."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple, get_args

from svcdesk.model import TicketKind
from svcdesk.periods import day_of
from svcdesk.regulation.policy import Policy

_LONGEST_WAIT = 400  # days; a working clock that runs longer than this has met no working day


class AnswerClock(NamedTuple):
    """When an answer is due, by which reading; ``due`` is None where no calendar of ``unknown_year`` is published."""

    due: datetime | None
    hours: int
    reading: str
    since: date | None
    unknown_year: int | None = None


def answer_clock(received: datetime, policy: Policy, zone: tzinfo, kind: str) -> AnswerClock:
    """Work out when a ticket of a kind must be answered (3.4), by the policy in force when it was received."""
    day = day_of(received, zone)
    hours, since = policy.at(answer_key(kind, policy, day), day)
    reading = policy.at("answer.clock", day).value
    if reading == "natural":
        return AnswerClock(received + timedelta(hours=hours), hours, reading, since)
    try:
        return AnswerClock(_after_working_hours(received, hours, policy, zone), hours, reading, since)
    except UnknownYear as unknown:
        return AnswerClock(None, hours, reading, since, unknown.year)


def answer_key(kind: str, policy: Policy, day: date) -> str:
    """Name the policy key that says how many hours an answer may take: the kind's own, else the common one."""
    own = f"answer.hours.{kind}"
    return "answer.hours" if policy.at(own, day).value is None else own


def answer_hours(policy: Policy) -> list[int]:
    """List every number of hours that any policy ever gave an answer."""
    keys = ("answer.hours", *(f"answer.hours.{kind}" for kind in get_args(TicketKind)))
    return [hours for key in keys for hours in policy.every(key) if hours is not None]


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


def is_workday(day: date, policy: Policy) -> bool:
    """Return whether the centre works on a day: by its weekdays, else by the calendar. Raises UnknownYear.

    The Chinese calendar knows holidays and make-up days; without one, Monday to Friday are worked.
    """
    weekdays = policy.at("work.days", day).value
    if weekdays is not None:
        return day.isoweekday() in weekdays
    if policy.at("answer.calendar", day).value == "none":
        return day.isoweekday() < 6
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        raise UnknownYear(day.year) from None


def worked_spells(day: date, policy: Policy, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """Return the hours worked on a day, before the break and after it, as instants."""
    opens, closes = (policy.at(key, day).value for key in ("work.from", "work.until"))
    pause, resume = policy.at("work.break", day).value or (closes, closes)
    for start, end in ((opens, min(pause, closes)), (max(resume, opens), closes)):
        if start < end:
            yield _at(day, start, zone), _at(day, end, zone)


def _at(day: date, minutes: int, zone: tzinfo) -> datetime:
    wall = datetime.combine(day, time(), tzinfo=None) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _after_working_hours(start: datetime, hours: int, policy: Policy, zone: tzinfo) -> datetime:
    left = timedelta(hours=hours)
    day = day_of(start, zone)
    for _ in range(_LONGEST_WAIT):
        for opens, closes in worked_spells(day, policy, zone) if is_workday(day, policy) else ():
            begin = max(start, opens)
            if closes <= begin:
                continue
            if closes - begin >= left:
                return begin + left
            left -= closes - begin
        day += timedelta(days=1)
    raise UnknownYear(day.year)
