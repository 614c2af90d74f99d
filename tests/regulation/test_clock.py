"""The answer clock (3.4), natural and working, and how late an arrival is."""

from datetime import date, timedelta

import pytest
from conftest import SHANGHAI, at
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.regulation.clock import UnknownYear, answer_clock, answered_in_time, is_workday, minutes_late
from svcdesk.regulation.policy import Policy

WORKING = ("answer.clock", "working", date(2020, 1, 1))


def due(received, *policy):
    """When an answer is due, as the centre's clock shows it."""
    found = answer_clock(at(received), Policy(policy), SHANGHAI, "repair").due
    return found and found.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-10-08 10:00:00", "2026-10-09 10:00:00"),
        ("2026-10-03 23:59:59", "2026-10-04 23:59:59"),  # a Saturday in a holiday: nights and holidays count
        ("2026-12-31 12:00:00", "2027-01-01 12:00:00"),
        ("2024-02-28 12:00:00", "2024-02-29 12:00:00"),
    ],
)
def test_natural_hours(received, expected):
    assert due(received) == expected


@pytest.mark.parametrize(("seconds", "in_time"), [(-1, True), (0, True), (1, False)])
def test_the_last_second_of_the_24_hours(seconds, in_time):
    received = at("2026-10-08 10:00")
    deadline = received + timedelta(hours=24)
    answered = deadline + timedelta(seconds=seconds)
    assert answered_in_time(deadline, answered, answered + timedelta(days=9)) is in_time


def test_no_answer_yet_is_unknown_until_the_due_time_has_passed():
    deadline = at("2026-10-09 10:00")
    assert answered_in_time(deadline, None, deadline) is None
    assert answered_in_time(deadline, None, deadline + timedelta(seconds=1)) is False
    assert answered_in_time(None, None, deadline) is None
    assert answered_in_time(None, deadline, deadline) is None


def test_the_policy_in_force_at_receipt_decides():
    change = ("answer.hours", "48", date(2026, 10, 9))
    assert due("2026-10-08 23:59:59", change) == "2026-10-09 23:59:59"
    assert due("2026-10-09 00:00:00", change) == "2026-10-11 00:00:00"
    clock = answer_clock(at("2026-10-09 00:00:00"), Policy([change]), SHANGHAI, "repair")
    assert (clock.hours, clock.reading, clock.since) == (48, "natural", date(2026, 10, 9))


@pytest.mark.parametrize(
    ("received", "hours", "expected"),
    [
        ("2026-10-12 09:00:00", "1", "2026-10-12 10:00:00"),  # a plain Monday
        ("2026-10-12 08:59:59", "1", "2026-10-12 10:00:00"),
        ("2026-10-12 00:00:00", "1", "2026-10-12 10:00:00"),
        ("2026-10-12 09:00:01", "3", "2026-10-12 13:00:01"),
        ("2026-10-12 09:00:00", "3", "2026-10-12 12:00:00"),  # full exactly at the break
        ("2026-10-12 11:30:00", "1", "2026-10-12 13:30:00"),  # over the break
        ("2026-10-12 12:00:00", "1", "2026-10-12 14:00:00"),
        ("2026-10-12 12:59:59", "1", "2026-10-12 14:00:00"),
        ("2026-10-12 16:00:00", "1", "2026-10-12 17:00:00"),  # full exactly at the day's end
        ("2026-10-12 16:00:01", "1", "2026-10-13 09:00:01"),
        ("2026-10-12 17:00:00", "1", "2026-10-13 10:00:00"),
        ("2026-10-12 09:00:00", "7", "2026-10-12 17:00:00"),
        ("2026-10-12 09:00:00", "8", "2026-10-13 10:00:00"),
        ("2026-10-16 16:00:00", "2", "2026-10-19 10:00:00"),  # Friday to Monday
        ("2026-10-17 10:00:00", "1", "2026-10-19 10:00:00"),  # a Saturday off
        ("2026-10-12 09:00:00", "24", "2026-10-15 12:00:00"),  # three days of seven hours, then three
        ("2026-09-30 16:00:00", "2", "2026-10-08 10:00:00"),  # over the National Day holiday
        ("2026-09-19 16:00:00", "2", "2026-09-20 11:00:00"),  # Sunday 20 September 2026 is made up
        ("2026-10-09 16:00:00", "2", "2026-10-10 10:00:00"),  # Saturday 10 October 2026 is made up
        ("2026-02-13 16:00:00", "2", "2026-02-14 10:00:00"),  # Saturday 14 February 2026 is made up
    ],
)
def test_working_hours(received, hours, expected):
    assert due(received, WORKING, ("answer.hours", hours, date(2020, 1, 1))) == expected


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2026, 10, 12), True),
        (date(2026, 1, 1), False),
        (date(2026, 1, 4), True),
    ],
)
def test_the_chinese_calendar_of_2026(day, works):
    assert is_workday(day, Policy()) is works


@pytest.mark.parametrize("year", [2027, 2028, 2040])
def test_an_unpublished_year_is_unknown(year):
    with pytest.raises(UnknownYear) as unknown:
        is_workday(date(year, 5, 4), Policy())
    assert unknown.value.year == year


def test_no_due_time_where_the_hours_reach_into_an_unpublished_year():
    known = answer_clock(
        at("2026-12-31 16:00"), Policy([WORKING, ("answer.hours", "1", date(2020, 1, 1))]), SHANGHAI, "repair"
    )
    assert known.due == at("2026-12-31 17:00")
    assert known.unknown_year is None
    beyond = answer_clock(
        at("2026-12-31 16:00:01"), Policy([WORKING, ("answer.hours", "1", date(2020, 1, 1))]), SHANGHAI, "repair"
    )
    assert beyond.due is None
    assert beyond.unknown_year == 2027
    assert answer_clock(at("2027-03-01 09:00"), Policy([WORKING]), SHANGHAI, "repair").unknown_year == 2027
    assert answer_clock(at("2027-03-01 09:00"), Policy(), SHANGHAI, "repair").due == at("2027-03-02 09:00")


@given(st.datetimes(at("2026-01-05 00:00").replace(tzinfo=None), at("2026-11-30 00:00").replace(tzinfo=None)))
def test_the_working_clock_agrees_with_counting_minutes(received):
    """Count the open minutes one by one, slowly and obviously."""
    start = received.replace(second=0, microsecond=0, tzinfo=SHANGHAI)
    left, moment = 120, start
    while left:
        hour = moment.hour
        if (9 <= hour < 12 or 13 <= hour < 17) and is_workday(moment.date(), Policy()):
            left -= 1
            moment += timedelta(minutes=1)
        else:
            moment = (moment + timedelta(hours=1)).replace(minute=0)
    clock = answer_clock(start, Policy([WORKING, ("answer.hours", "2", date(2020, 1, 1))]), SHANGHAI, "repair")
    assert clock.due == moment


@pytest.mark.parametrize(
    ("arrived", "minutes"),
    [
        ("2026-10-09 09:00:00", 0),
        ("2026-10-09 10:00:00", 0),
        ("2026-10-09 10:00:01", 1),
        ("2026-10-09 10:01:00", 1),
        ("2026-10-09 10:01:01", 2),
        ("2026-10-10 10:00:00", 1440),
    ],
)
def test_minutes_late(arrived, minutes):
    assert minutes_late(at("2026-10-09 10:00"), at(arrived)) == minutes


def test_nobody_is_late_without_a_due_time_or_an_arrival():
    assert minutes_late(None, at("2026-10-09 10:00")) is None
    assert minutes_late(at("2026-10-09 10:00"), None) is None
