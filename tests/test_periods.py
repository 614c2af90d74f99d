"""Times, dates and months as people type them: every form that is taken, and those that are refused."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from conftest import NEW_YORK, SHANGHAI, at
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.errors import BadInput
from svcdesk.periods import (
    LocalHours,
    between,
    day_of,
    instant,
    local,
    midnight,
    month_of,
    months_in,
    read_date,
    read_month,
    read_period,
    read_time,
    short,
    stored,
    year_so_far,
    zone,
)

NOW = at("2026-10-03 09:12:30")


@pytest.mark.parametrize(
    ("text", "centre"),
    [
        ("2026-10-03 09:12", "2026-10-03 09:12:00"),
        ("2026-10-03T09:12", "2026-10-03 09:12:00"),
        ("2026-10-03 09:12:31", "2026-10-03 09:12:31"),
        ("  2026-10-03 09:12  ", "2026-10-03 09:12:00"),
        ("2026-10-03T09:12+08:00", "2026-10-03 09:12:00"),
        ("2026-10-03 09:12+0800", "2026-10-03 09:12:00"),
        ("2026-10-03T01:12:00Z", "2026-10-03 09:12:00"),
        ("2026-10-02T20:12-05:00", "2026-10-03 09:12:00"),
        ("09:12", "2026-10-03 09:12:00"),
        ("9:12", "2026-10-03 09:12:00"),
        ("00:00", "2026-10-03 00:00:00"),
        ("23:59:59", "2026-10-03 23:59:59"),
        ("today 08:00", "2026-10-03 08:00:00"),
        ("今天 08:00", "2026-10-03 08:00:00"),
        ("yesterday 14:00", "2026-10-02 14:00:00"),
        ("yesterday  14:00", "2026-10-02 14:00:00"),
        ("昨天 14:00", "2026-10-02 14:00:00"),
        ("昨天 9:05:01", "2026-10-02 09:05:01"),
        ("-2h", "2026-10-03 07:12:30"),
        ("-90m", "2026-10-03 07:42:30"),
        ("-3d", "2026-09-30 09:12:30"),
        ("now", "2026-10-03 09:12:30"),
        ("2024-02-29 00:00", "2024-02-29 00:00:00"),
    ],
)
def test_times(text, centre):
    assert read_time(text, NOW, SHANGHAI) == at(centre)


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "03/10/2026", "10/03/2026 09:12", "2026-02-30 09:00", "2026-02-29 09:00", "2026-1-5 09:00",
        "2026-10-03",
        "2026-10-03 24:00", "24:00", "25:00", "09:60", "09:12:60", "9", "0960", "9:1",
        "2026-10-03T09",
        "2026-10-03t09:12", "20261003T0912", "2026-W40-6 09:12", "2026-10-03 09:12:30.5",
        "2026-10-03 21:12 PM", "2026-10-03 09:12+25:00", "2026-10-03 09:12+8", "２０２６-10-03 09:12", "0９:12",
        "-2", "-2x", "-",
        "2h", "-２h", "--2h", "-12345h", "today", "yesterday", "昨天", "10月26日", "周五", "下午", "昨天下午",
        "03/10/2026 09:12", "10/26 09:12", "13-10", "13-10 9:00", "32日", "32日 9:00", "2月30日 9:00", "last fri 9:00",
        "上午13点", "晚上12点", "晚上1点", "13pm", "0am", "昨天 25:00", "昨天 9点70", "周八 9:00", "三点钟半", "1h2", "1x前",
        "0000-01-01 00:00",
        "0001-01-01 00:00", "9999-12-31 23:59-08:00", "2026-10-03\n09:12", "noon",
        "9999-12-31 23:59Z", "9999-01-02 00:00", "0999-12-31 23:59Z",  # some zone's clock could not show them
    ],
)  # fmt: skip
def test_times_refused(text):
    with pytest.raises(BadInput) as refused:
        read_time(text, NOW, SHANGHAI)
    assert refused.value.key in ("time", "date", "time_no_hour")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-03", date(2026, 10, 3)),
        (" 2026-10-03 ", date(2026, 10, 3)),
        ("2024-02-29", date(2024, 2, 29)),
        ("today", date(2026, 10, 3)),
        ("今天", date(2026, 10, 3)),
        ("yesterday", date(2026, 10, 2)),
        ("昨天", date(2026, 10, 2)),
        ("9999-12-31", date(9999, 12, 31)),
    ],
)
def test_dates(text, day):
    assert read_date(text, NOW, SHANGHAI) == day


WEDNESDAY = at("2026-10-07 12:00")


@pytest.mark.parametrize(
    ("text", "past", "due"),
    [
        # a clock, and the parts of the day
        ("9：30", "10-07 09:30", "10-07 09:30"), ("930", "10-07 09:30", "10-07 09:30"), ("1530", "10-07 15:30", "10-07 15:30"),
        ("9点", "10-07 09:00", "10-07 09:00"), ("九点半", "10-07 09:30", "10-07 09:30"), ("九点一刻", "10-07 09:15", "10-07 09:15"),
        ("十二点三刻", "10-07 12:45", "10-07 12:45"), ("9点05分", "10-07 09:05", "10-07 09:05"), ("9时5分", "10-07 09:05", "10-07 09:05"),
        ("上午9点半", "10-07 09:30", "10-07 09:30"), ("下午三点", "10-07 15:00", "10-07 15:00"), ("下午2:40", "10-07 14:40", "10-07 14:40"),
        ("中午12点", "10-07 12:00", "10-07 12:00"), ("中午一点", "10-07 13:00", "10-07 13:00"), ("晚上八点", "10-07 20:00", "10-07 20:00"),
        ("凌晨12点半", "10-07 00:30", "10-07 00:30"), ("傍晚六点", "10-07 18:00", "10-07 18:00"), ("9am", "10-07 09:00", "10-07 09:00"),
        ("3:30pm", "10-07 15:30", "10-07 15:30"), ("12 am", "10-07 00:00", "10-07 00:00"), ("2026-10-03 9:12", "10-03 09:12", "10-03 09:12"),
        # a day beside it
        ("昨天15:00", "10-06 15:00", "10-06 15:00"), ("昨天下午三点", "10-06 15:00", "10-06 15:00"), ("昨晚8点", "10-06 20:00", "10-06 20:00"),
        ("前天 9:00", "10-05 09:00", "10-05 09:00"), ("大前天 9:00", "10-04 09:00", "10-04 09:00"), ("Yesterday 3pm", "10-06 15:00", "10-06 15:00"),
        ("明天 9:00", "10-08 09:00", "10-08 09:00"), ("tomorrow 9:00", "10-08 09:00", "10-08 09:00"), ("明早9点", "10-08 09:00", "10-08 09:00"),
        ("后天14:00", "10-09 14:00", "10-09 14:00"), ("三天后 9:00", "10-10 09:00", "10-10 09:00"), ("两周后 9:00", "10-21 09:00", "10-21 09:00"),
        ("3天前 9:00", "10-04 09:00", "10-04 09:00"),
        # weekdays: the last one for what happened, the next one for what is due
        ("周五 9:00", "10-02 09:00", "10-09 09:00"), ("fri 9:00", "10-02 09:00", "10-09 09:00"), ("Friday, 9am", "10-02 09:00", "10-09 09:00"),
        ("星期三 9:00", "10-07 09:00", "10-14 09:00"), ("周三15:00", "09-30 15:00", "10-07 15:00"), ("礼拜天 9:00", "10-04 09:00", "10-11 09:00"),
        ("上周五 9:00", "10-02 09:00", "10-02 09:00"), ("上周三 9:00", "09-30 09:00", "09-30 09:00"), ("下周一 8:30", "10-12 08:30", "10-12 08:30"),
        ("next mon 8:30", "10-12 08:30", "10-12 08:30"), ("本周五 9:00", "10-09 09:00", "10-09 09:00"),
        # dates: without a year the nearest one
        ("10-06 15:00", "10-06 15:00", "2027-10-06 15:00"), ("10月6日 15:00", "10-06 15:00", "2027-10-06 15:00"),
        ("10月9日下午两点", "2025-10-09 14:00", "10-09 14:00"), ("十月九号 9:00", "2025-10-09 09:00", "10-09 09:00"), ("10-7 15:00", "10-07 15:00", "10-07 15:00"),
        ("2026/10/06 15:00", "10-06 15:00", "10-06 15:00"), ("2026年10月6日 15:00", "10-06 15:00", "10-06 15:00"),
        ("26日 9:00", "09-26 09:00", "10-26 09:00"), ("31号 9:00", "08-31 09:00", "10-31 09:00"), ("2月29日 9:00", "2024-02-29 09:00", "2028-02-29 09:00"),
        # from now on or back
        ("现在", "10-07 12:00", "10-07 12:00"), ("刚才", "10-07 12:00", "10-07 12:00"), ("2小时前", "10-07 10:00", "10-07 10:00"), ("半小时前", "10-07 11:30", "10-07 11:30"),
        ("一个半小时前", "10-07 10:30", "10-07 10:30"), ("两小时半以前", "10-07 09:30", "10-07 09:30"), ("二十五分钟前", "10-07 11:35", "10-07 11:35"),
        ("-1h30m", "10-07 10:30", "10-07 10:30"), ("+2h", "10-07 14:00", "10-07 14:00"), ("in 2h", "10-07 14:00", "10-07 14:00"), ("2 days ago", "10-05 12:00", "10-05 12:00"),
        ("90 minutes ago", "10-07 10:30", "10-07 10:30"), ("三天后", "10-10 12:00", "10-10 12:00"), ("两小时后", "10-07 14:00", "10-07 14:00"), ("1 hour 20 min ago", "10-07 10:40", "10-07 10:40"),
    ],
)  # fmt: skip
def test_times_as_people_say_them(text, past, due):
    def full(said):
        return at(said if len(said) > 12 else f"2026-{said}")

    assert read_time(text, WEDNESDAY, SHANGHAI) == full(past)
    assert read_time(text, WEDNESDAY, SHANGHAI, ahead=True) == full(due)


@pytest.mark.parametrize(
    ("text", "past", "due"),
    [
        ("前天", date(2026, 10, 5), date(2026, 10, 5)),
        ("明天", date(2026, 10, 8), date(2026, 10, 8)),
        ("下周一", date(2026, 10, 12), date(2026, 10, 12)),
        ("周三", date(2026, 10, 7), date(2026, 10, 7)),
        ("fri", date(2026, 10, 2), date(2026, 10, 9)),
        ("10月26日", date(2025, 10, 26), date(2026, 10, 26)),
        ("10-26", date(2025, 10, 26), date(2026, 10, 26)),
        ("26日", date(2026, 9, 26), date(2026, 10, 26)),
        ("7日", date(2026, 10, 7), date(2026, 10, 7)),
        ("2026/10/5", date(2026, 10, 5), date(2026, 10, 5)),
        ("三天后", date(2026, 10, 10), date(2026, 10, 10)),
        ("Today", date(2026, 10, 7), date(2026, 10, 7)),
    ],
)
def test_days_as_people_say_them(text, past, due):
    assert read_date(text, WEDNESDAY, SHANGHAI) == past
    assert read_date(text, WEDNESDAY, SHANGHAI, ahead=True) == due


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("本月", "2026-10"), ("上月", "2026-09"), ("上个月", "2026-09"), ("2026年3月", "2026-03"), ("10月", "2026-10"),
        ("十二月", "2025-12"), ("3月份", "2026-03"),
    ],
)  # fmt: skip
def test_months_as_people_say_them(text, month):
    assert read_month(text, WEDNESDAY, SHANGHAI).month == month


def test_said_times_beside_a_change_of_clocks_are_refused():
    spring = at("2026-03-09 12:00", NEW_YORK)
    with pytest.raises(BadInput, match="time_skipped"):
        read_time("yesterday 2:30", spring, NEW_YORK)


@pytest.mark.case(22)
@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30", "2026-02-29", "2026-1-5", "2026-01-5", "03/10/2026", "3.10.2026", "20261003", "2026-W40-6",
        "2026-276",
        "2026-13-01", "2026-00-10", "0000-01-01", "２０２６-10-03", "", "2026-10", "this",
        "2026-10-03 09:12", "-1d", "13-10", "32日", "2月30日", "9:30", "上周", "10/26",
    ],
)  # fmt: skip
def test_dates_refused(text):
    with pytest.raises(BadInput) as refused:
        read_date(text, NOW, SHANGHAI)
    assert (refused.value.key, refused.value.exit_code) == ("date", 2)


def test_today_is_the_centres_day():
    late = datetime(2026, 10, 2, 16, 0, tzinfo=UTC)
    assert read_date("today", late, SHANGHAI) == date(2026, 10, 3)
    assert read_date("today", late - timedelta(seconds=1), SHANGHAI) == date(2026, 10, 2)
    assert read_date("yesterday", late, NEW_YORK) == date(2026, 10, 1)
    assert read_time("00:30", late, SHANGHAI) == at("2026-10-03 00:30")


@pytest.mark.parametrize(
    ("text", "instant_utc"),
    [
        ("2026-03-08 01:59:59", "2026-03-08T06:59:59Z"),
        ("2026-03-08 03:00", "2026-03-08T07:00:00Z"),
        ("2026-03-08 02:30-05:00", "2026-03-08T07:30:00Z"),
        ("2026-11-01 00:59:59", "2026-11-01T04:59:59Z"),
        ("2026-11-01 02:00", "2026-11-01T07:00:00Z"),
        ("2026-11-01 01:30-04:00", "2026-11-01T05:30:00Z"),
        ("2026-11-01 01:30-05:00", "2026-11-01T06:30:00Z"),
    ],
)
def test_times_beside_a_change_of_clocks(text, instant_utc):
    assert stored(read_time(text, NOW, NEW_YORK)) == instant_utc


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2026-03-08 02:00", "time_skipped"),
        ("2026-03-08 02:59:59", "time_skipped"),
        ("2026-11-01 01:00", "time_twice"),
        ("2026-11-01 01:59:59", "time_twice"),
    ],
)
def test_times_that_the_clocks_skip_or_show_twice(text, key):
    with pytest.raises(BadInput) as refused:
        read_time(text, NOW, NEW_YORK)
    assert (refused.value.key, refused.value.exit_code) == (key, 2)


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 11, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-02", date(2026, 2, 1), date(2026, 3, 1)),
        ("2024-02", date(2024, 2, 1), date(2024, 3, 1)),
        ("this", date(2026, 10, 1), date(2026, 11, 1)),
        ("last", date(2026, 9, 1), date(2026, 10, 1)),
    ],
)
def test_months(text, first, after):
    month = read_month(text, NOW, SHANGHAI)
    assert (month.first, month.after, month.start, month.end) == (first, after, at(f"{first}"), at(f"{after}"))


@pytest.mark.parametrize(
    "text",
    [
        "2026-1", "2026-13", "2026-00", "0000-01", "9999-12", "26-10", "2026-10-01", "", "October", "２０２６-10",
        "10/2026",
        "202610",
    ],
)  # fmt: skip
def test_months_refused(text):
    with pytest.raises(BadInput) as refused:
        read_month(text, NOW, SHANGHAI)
    assert refused.value.key == "month"


def test_the_month_before_january_is_december():
    assert read_month("last", at("2027-01-01 00:00"), SHANGHAI).month == "2026-12"
    assert read_month("this", at("2026-12-31 23:59:59"), SHANGHAI).month == "2026-12"
    assert month_of(at("2026-12-31 23:59:59"), SHANGHAI) == "2026-12"
    assert month_of(at("2027-01-01 00:00"), SHANGHAI) == "2027-01"


def test_a_month_of_changing_clocks_has_its_own_length():
    march = read_month("2026-03", NOW, NEW_YORK)
    november = read_month("2026-11", NOW, NEW_YORK)
    assert march.end - march.start == timedelta(days=31, hours=-1)
    assert november.end - november.start == timedelta(days=30, hours=1)


def test_a_range_holds_both_its_days():
    period = read_period({"since": "2026-10-03", "until": "2026-10-03"}, NOW, SHANGHAI)
    assert (period.first, period.after) == (date(2026, 10, 3), date(2026, 10, 4))
    assert (period.start, period.end) == (at("2026-10-03"), at("2026-10-04"))


def test_a_range_may_be_open():
    assert read_period({"month": None, "since": None}, NOW, SHANGHAI) is None
    since = read_period({"since": "2026-10-03"}, NOW, SHANGHAI)
    until = read_period({"until": "2026-10-03"}, NOW, SHANGHAI)
    assert since.start == at("2026-10-03")
    assert since.end > at("9000-01-01")
    assert until.end == at("2026-10-04")
    assert until.start < at("1971-01-01")


@pytest.mark.parametrize("edge", ["0001-01-01", "1969-12-31", "9998-12-31", "9999-12-30", "9999-12-31"])
@pytest.mark.parametrize("where", [SHANGHAI, NEW_YORK], ids=str)
def test_a_range_may_end_at_the_calendars_ends(edge, where):
    """Whoever means "for ever" types the last date there is."""
    period = read_period({"since": edge, "until": edge}, NOW, where)
    assert period.start <= period.end
    assert period.first <= period.after


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"since": "2026-10-04", "until": "2026-10-03"}, "range_reversed"),
        ({"month": "2026-10", "since": "2026-10-03"}, "one_period"),
        ({"month": "2026-10", "until": "2026-10-03"}, "one_period"),
        ({"month": "2026-10", "quarter": "2026-Q4"}, "one_period"),
        ({"quarter": "2026-Q4", "year": "2026"}, "one_period"),
        ({"year": "2026", "since": "2026-01-01"}, "one_period"),
        ({"since": "2026-02-30"}, "date"),
        ({"until": "03/10/2026"}, "date"),
        ({"quarter": "2026-Q5"}, "quarter"),
        ({"quarter": "2026-10"}, "quarter"),
        ({"quarter": ""}, "quarter"),
        ({"quarter": "第五季度"}, "quarter"),
        ({"quarter": "9999-Q1"}, "quarter"),
        ({"year": "26"}, "year"),
        ({"year": "9999"}, "year"),
        ({"year": "0000"}, "year"),
        ({"year": "明年"}, "year"),
    ],
)
def test_ranges_refused(given, key):
    with pytest.raises(BadInput) as refused:
        read_period(given, NOW, SHANGHAI)
    assert refused.value.key == key


@pytest.mark.parametrize(
    ("given", "first", "after", "name"),
    [
        ({"quarter": "2026-Q4"}, date(2026, 10, 1), date(2027, 1, 1), "2026-Q4"),
        ({"quarter": "2026q1"}, date(2026, 1, 1), date(2026, 4, 1), "2026-Q1"),
        ({"quarter": "this"}, date(2026, 10, 1), date(2027, 1, 1), "2026-Q4"),
        ({"quarter": "last"}, date(2026, 7, 1), date(2026, 10, 1), "2026-Q3"),
        ({"quarter": "上季度"}, date(2026, 7, 1), date(2026, 10, 1), "2026-Q3"),
        ({"quarter": "2025年第四季度"}, date(2025, 10, 1), date(2026, 1, 1), "2025-Q4"),
        ({"quarter": "二季度"}, date(2026, 4, 1), date(2026, 7, 1), "2026-Q2"),
        ({"year": "2026"}, date(2026, 1, 1), date(2027, 1, 1), "2026"),
        ({"year": "last"}, date(2025, 1, 1), date(2026, 1, 1), "2025"),
        ({"year": "去年"}, date(2025, 1, 1), date(2026, 1, 1), "2025"),
        ({"year": "2024年度"}, date(2024, 1, 1), date(2025, 1, 1), "2024"),
        ({"month": "2026-10"}, date(2026, 10, 1), date(2026, 11, 1), "2026-10"),
        ({"since": "2026-10-01", "until": "2026-12-31"}, date(2026, 10, 1), date(2027, 1, 1), "2026-Q4"),
        ({"since": "2026-02-01", "until": "2026-04-30"}, date(2026, 2, 1), date(2026, 5, 1), "2026-02-01..2026-04-30"),
        ({"since": "2026-10-02", "until": "2026-10-31"}, date(2026, 10, 2), date(2026, 11, 1), "2026-10-02..2026-10-31"),
    ],
)  # fmt: skip
def test_quarters_and_years(given, first, after, name):
    period = read_period(given, NOW, SHANGHAI)
    assert (period.first, period.after, period.name) == (first, after, name)
    assert (period.start, period.end) == (at(f"{first}"), at(f"{after}"))


def test_the_quarter_before_the_first_is_the_last_of_the_year_before():
    then = at("2027-01-01 00:00")
    assert read_period({"quarter": "last"}, then, SHANGHAI).name == "2026-Q4"
    assert read_period({"quarter": "上季度"}, then, SHANGHAI).name == "2026-Q4"
    assert read_period({"quarter": "四季度"}, then, SHANGHAI).name == "2026-Q4"


@pytest.mark.parametrize("where", [SHANGHAI, NEW_YORK], ids=str)
def test_a_period_is_typed_as_it_is_named(where):
    for asked in (
        {"month": "2026-03"},
        {"quarter": "2026-Q1"},
        {"year": "2026"},
        {"since": "2026-03-05", "until": "2026-03-09"},
    ):
        period = read_period(asked, NOW, where)
        typed = period.option.removeprefix("--").replace(" --", " ").split()
        assert read_period(dict(zip(typed[::2], typed[1::2], strict=True)), NOW, where) == period


def test_the_year_so_far_begins_in_january():
    october = read_month("2026-10", NOW, SHANGHAI)
    so_far = year_so_far(october, SHANGHAI)
    assert (so_far.first, so_far.end) == (date(2026, 1, 1), october.end)
    assert [month.name for month in months_in(so_far, SHANGHAI)][::9] == ["2026-01", "2026-10"]
    december = read_month("2026-12", NOW, SHANGHAI)
    assert year_so_far(december, SHANGHAI).name == "2026"


@pytest.mark.parametrize("name", ["Asia/Shanghai", "America/New_York", "UTC"])
def test_zones(name):
    assert str(zone(name)) == name


@pytest.mark.parametrize("name", ["Asia/Peking", "", "../etc/passwd", "/etc/passwd", "北京", "Asia", "x" * 300, "a\0b"])
def test_zones_refused(name):
    with pytest.raises(BadInput) as refused:
        zone(name)
    assert refused.value.key == "timezone"


def test_times_for_people_say_seconds_only_where_there_are_some():
    assert short(at("2026-10-03 09:12"), SHANGHAI) == "2026-10-03 09:12"
    assert short(at("2026-10-03 09:12:01"), SHANGHAI) == "2026-10-03 09:12:01"


instants = st.datetimes(datetime(1970, 1, 2), datetime(2190, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
zones = st.sampled_from([SHANGHAI, NEW_YORK, zone("Australia/Lord_Howe"), zone("Asia/Kathmandu"), UTC])


@given(instants, zones)
def test_a_time_written_with_its_offset_is_read_back(moment, where):
    assert read_time(local(moment, where), NOW, where) == moment


@given(instants, zones)
def test_a_stored_time_is_read_back(moment, where):
    assert instant(stored(moment)) == moment
    assert stored(instant(stored(moment)).astimezone(where)) == stored(moment)


def stands_twice(moment, where):
    """Whether another instant within half a day shows the same wall-clock time."""
    shown = short(moment, where)
    return any(short(moment + timedelta(minutes=step), where) == shown for step in range(-720, 721, 30) if step)


@given(instants, zones)
def test_a_time_for_people_is_read_back_or_refused_for_the_clocks(moment, where):
    shown = short(moment, where)
    if stands_twice(moment, where):
        with pytest.raises(BadInput, match="time_twice"):
            read_time(shown, NOW, where)
    else:
        assert read_time(shown, NOW, where) == moment


@given(instants, zones)
def test_a_day_holds_its_instants(moment, where):
    day = day_of(moment, where)
    assert midnight(day, where) <= moment < midnight(day + timedelta(days=1), where)


@given(instants, zones)
def test_a_month_holds_its_instants(moment, where):
    month = read_month(month_of(moment, where), NOW, where)
    assert month.start <= moment < month.end
    assert between(month.first, month.after, where) == month


AROUND_A_CHANGE = st.builds(
    lambda begun, minutes: begun + timedelta(minutes=minutes),
    st.sampled_from(
        [
            datetime(2026, 3, 29, 1, tzinfo=UTC),  # Europe
            datetime(2026, 11, 1, 6, tzinfo=UTC),  # New York
            datetime(2026, 4, 4, 15, tzinfo=UTC),  # Lord Howe, by half an hour
            datetime(2011, 12, 30, 10, tzinfo=UTC),  # Samoa left out a day
            datetime(2027, 1, 1, tzinfo=UTC),
            datetime(1900, 12, 31, 15, 54, tzinfo=UTC),  # Shanghai, from its mean time
        ]
    ),
    st.integers(-2000, 2000),
)
EVERYWHERE = st.sampled_from(
    ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata", "UTC"]
).map(ZoneInfo)


@given(st.lists(st.one_of(st.none(), instants, AROUND_A_CHANGE), min_size=1), EVERYWHERE)
def test_a_column_of_instants_is_written_as_each_by_itself(moments, where):
    hours, texts = LocalHours(where), [moment and stored(moment) for moment in moments]
    hours.KEPT = 3  # it forgets in the middle, too
    assert [*hours.texts(texts)] == [text and local(instant(text), where) for text in texts]
    assert [hours.day(text) for text in texts if text] == [day_of(instant(text), where) for text in texts if text]
