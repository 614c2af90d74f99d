"""Days and clocks as people say them, in Chinese and English: 昨天下午三点, 下周一 8:30, 2小时前, fri 9am, 10月26日.

All of it is on the centre's wall clock: what is read here carries no zone. What cannot be read, or has no single
meaning, is None. ``ahead`` says that a time is meant that lies before us: a due time, an appointment.
"""

import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import cache

_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN = "[零〇一二两三四五六七八九十]"
_NUMBER = rf"\d{{1,4}}|{_HAN}{{1,3}}"
_UNITS = {
    "weeks": "weeks?|w|个?星期|个?礼拜|周",
    "days": "days?|d|天",
    "hours": "hours?|hrs?|h|个?小时|个?钟头",
    "minutes": "minutes?|mins?|m|分钟|分",
}
_UNIT = "|".join(_UNITS.values())
_NOW = ("now", "现在", "刚才", "刚刚")

_DAYS = {
    "大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "yesterday": -1, "今天": 0, "今日": 0, "today": 0,
    "明天": 1, "明日": 1, "tomorrow": 1, "后天": 2, "后日": 2, "大后天": 3,
}  # fmt: skip
_TODAYS = {"今早": "今天早上", "今晚": "今天晚上", "昨晚": "昨天晚上", "明早": "明天早上", "明晚": "明天晚上"}
_WEEKDAYS = {sign: number for number, sign in enumerate("一二三四五六日")} | {"天": 6}
_WEEKDAYS |= {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_WEEKS = {"上": -7, "上个": -7, "这": 0, "这个": 0, "本": 0, "下": 7, "下个": 7, "next ": 7}

_DAY = (
    rf"(?P<word>{'|'.join(sorted(_DAYS, key=len, reverse=True))})"
    rf"|(?P<away>{_NUMBER}) ?(?P<away_unit>天|个?星期|周)(?P<away_side>之?[前后])"
    r"|(?P<week>上个?|这个?|本|下个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
    r"|(?P<next>next )?(?P<day_name>mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?"
    r"|(?P<iso>\d{4}-\d{2}-\d{2}|\d{4}/\d{1,2}/\d{1,2})(?!\d)"
    rf"|(?:(?P<year>\d{{4}})年)?(?P<month>{_NUMBER})月(?P<day>{_NUMBER})[日号]?"
    r"|(?P<dashed>\d{1,2}-\d{1,2})(?!\d)"
    rf"|(?P<only>{_NUMBER})[日号]"
)
_CLOCK = (
    r"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里)? ?(?:"
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))? ?(?P<half_day>am|pm)?"
    r"|(?P<short>\d{1,2}) ?(?P<short_half>am|pm)"
    rf"|(?P<said>{_NUMBER})[点时](?:钟|整|(?P<half>半)|(?P<quarters>[一三])刻|(?P<minutes>{_NUMBER})分?)?"
    r"|(?P<run>\d{3,4}))"
)
# Hours as they are said in a part of the day, and what is added to them; what is in none has no single meaning.
_PARTS = {
    "凌晨": ((0, 6, 0), (12, 12, -12)), "清晨": ((4, 9, 0),), "早上": ((4, 11, 0),), "早晨": ((4, 11, 0),),
    "上午": ((5, 11, 0),), "am": ((1, 11, 0), (12, 12, -12)),
    "中午": ((11, 13, 0), (1, 2, 12)), "下午": ((1, 7, 12), (12, 19, 0)), "傍晚": ((4, 8, 12), (16, 20, 0)),
    "晚上": ((5, 11, 12), (17, 23, 0)), "夜里": ((8, 11, 12), (20, 23, 0), (0, 4, 0)), "pm": ((1, 11, 12), (12, 12, 0)),
}  # fmt: skip


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern when first used: most commands use none of them."""
    return re.compile(text, re.ASCII)


def plain(text: str) -> str:
    """Write a text in small letters, full-width colons and blanks as narrow ones, a run of blanks as one."""
    said = " ".join(text.replace("：", ":").replace("\u3000", " ").split(" ")).lower()
    for short, long in _TODAYS.items():
        said = said.replace(short, long)
    return said


def shift(text: str) -> timedelta | None:
    """Read how long ago or ahead from now: 现在, -1h30m, +2h, 2小时前, 半小时前, 三天后, in 2h, 2 days ago."""
    said = plain(text)
    if said in _NOW:
        return timedelta()
    for form, sign in ((r"-(.+)", -1), (r"\+(.+)", 1), (r"in (.+)", 1), (r"(.+) ago", -1)):
        if shape := _pattern(form).fullmatch(said):
            return _scaled(_length(shape[1]), sign)
    if shape := _pattern(r"(.+?)[之以]?([前后])").fullmatch(said):
        return _scaled(_length(shape[1]), -1 if shape[2] == "前" else 1)
    return None


def _scaled(length: timedelta | None, sign: int) -> timedelta | None:
    return None if length is None else length * sign


def _length(text: str) -> timedelta | None:
    """Read a length of time: 1h30m, 2 days, 三天, 半小时, 一个半小时, 两小时半."""
    if _pattern("半个?(?:小时|钟头)").fullmatch(text):
        return timedelta(minutes=30)
    if shape := _pattern(rf"({_NUMBER})(?:个半(?:小时|钟头)|个?小时半)").fullmatch(text):
        return timedelta(hours=_number(shape[1]) or 0, minutes=30)
    one = rf"({_NUMBER}) ?({_UNIT})"
    if not _pattern(rf"(?:{one} ?)+").fullmatch(text):
        return None
    parts = {_unit(unit): _number(number) or 0 for number, unit in _pattern(one).findall(text)}
    return timedelta(**parts)


def _unit(text: str) -> str:
    return next(name for name, forms in _UNITS.items() if _pattern(forms).fullmatch(text))


def moment(text: str, here: datetime, *, ahead: bool) -> datetime | None:
    """Read a clock, with its day or today's: 9:30, 930, 上午9点半, 昨天15:00, 10-26 15:00, fri 9am."""
    shape = _pattern(rf"(?:(?:{_DAY}),? ?)?(?:{_CLOCK})").fullmatch(plain(text).strip())
    clock = _clock(shape) if shape else None
    if not shape or clock is None:
        return None
    if shape["word"] is None and not any(shape[name] for name in _DAY_GROUPS):
        return datetime.combine(here.date(), clock)
    day = _day(shape, here.date(), ahead=ahead)
    return _nearest(shape, datetime.combine(day, clock), here, ahead) if day else None


def is_clock(text: str) -> bool:
    """Return whether a text is a clock alone."""
    return _pattern(_CLOCK).fullmatch(plain(text).strip()) is not None


_DAY_GROUPS = ("away", "weekday", "day_name", "iso", "month", "dashed", "only")


def _nearest(shape: re.Match[str], at: datetime, here: datetime, ahead: bool) -> datetime:
    """Take a bare weekday a week on where its clock has passed today, a week back where it has not yet come."""
    bare = (shape["weekday"] and not shape["week"]) or (shape["day_name"] and not shape["next"])
    if bare and at.date() == here.date() and (at < here if ahead else at > here):
        return at + timedelta(days=7 if ahead else -7)
    return at


def day(text: str, today: date, *, ahead: bool) -> date | None:
    """Read a day alone: 昨天, tomorrow, 10月26日, 26日, 10-26, 下周一, fri, 三天后, 2026/10/26."""
    shape = _pattern(_DAY).fullmatch(plain(text).strip())
    return _day(shape, today, ahead=ahead) if shape else None


def _day(shape: re.Match[str], today: date, *, ahead: bool) -> date | None:
    try:
        if shape["iso"]:
            return date(*map(int, shape["iso"].replace("/", "-").split("-")))
        if shape["month"] or shape["dashed"]:
            return _of_year(shape, today, ahead)
        if shape["only"]:
            return _of_month(_number(shape["only"]) or 0, today, ahead)
        return today + timedelta(days=_days_away(shape, today, ahead))
    except (ValueError, OverflowError):
        return None


def _days_away(shape: re.Match[str], today: date, ahead: bool) -> int:
    if shape["word"]:
        return _DAYS[shape["word"]]
    if shape["away"]:
        length = (_number(shape["away"]) or 0) * (1 if shape["away_unit"] == "天" else 7)
        return length if shape["away_side"].endswith("后") else -length
    wanted = _WEEKDAYS[shape["weekday"] or shape["day_name"]]
    week = shape["week"] or shape["next"]
    if week:
        return _WEEKS[week] + wanted - today.weekday()
    return (wanted - today.weekday()) % 7 if ahead else -((today.weekday() - wanted) % 7)


def _of_year(shape: re.Match[str], today: date, ahead: bool) -> date:
    """Return a day of a month; where no year is said, of the nearest year behind, or ahead. Raises ValueError."""
    month, number = (
        map(int, shape["dashed"].split("-"))
        if shape["dashed"]
        else (_number(shape["month"]) or 0, _number(shape["day"]) or 0)
    )
    if shape["year"]:
        return date(int(shape["year"]), month, number)
    years = range(today.year, today.year + 9) if ahead else range(today.year, today.year - 9, -1)
    return _nearest_real([(year, month, number) for year in years], today, ahead)


def _of_month(number: int, today: date, ahead: bool) -> date:
    """Return the nearest day of that number, this month's or of one behind, or ahead. Raises ValueError."""
    this = today.year * 12 + today.month - 1
    months = range(this, this + 3) if ahead else range(this, this - 3, -1)
    return _nearest_real([(month // 12, month % 12 + 1, number) for month in months], today, ahead)


def _nearest_real(candidates: list[tuple[int, int, int]], today: date, ahead: bool) -> date:
    """Return the first that is a real day and not on the wrong side of today. Raises ValueError where none is."""
    for candidate in candidates:
        with suppress(ValueError):
            found = date(*candidate)
            if found == today or (found > today) == ahead:
                return found
    raise ValueError(candidates[0])


def _clock(shape: re.Match[str]) -> time | None:
    """Read the clock of a moment; None for an hour that its part of the day does not have."""
    run = shape["run"]
    said = _number(run[:-2] if run else shape["hour"] or shape["short"] or shape["said"])
    minute = _number(run[-2:]) if run else _minute(shape)
    hour = _in_part(said, shape["part"] or shape["half_day"] or shape["short_half"])
    try:
        return None if hour is None or minute is None else time(hour, minute, int(shape["second"] or 0))
    except ValueError:
        return None


def _minute(shape: re.Match[str]) -> int | None:
    if shape["half"]:
        return 30
    if shape["quarters"]:
        return 15 * _DIGITS[shape["quarters"]]
    return _number(shape["minute"] or shape["minutes"] or "0")


def _in_part(hour: int | None, part: str | None) -> int | None:
    if hour is None or part is None:
        return hour
    return next((hour + added for first, last, added in _PARTS[part] if first <= hour <= last), None)


def _number(text: str) -> int | None:
    """Read a number below a hundred in Chinese, or any in digits: 三 is 3, 二十五 is 25."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.get(text)
    return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)


def month(text: str, today: date) -> tuple[int, int] | None:
    """Read a month behind us: 上月, 上个月, 本月, 2026年10月, 10月 (the nearest)."""
    said = plain(text).strip()
    if said in _MONTHS:
        this = today.year * 12 + today.month - 1 - _MONTHS[said]
        return this // 12, this % 12 + 1
    shape = _pattern(rf"(?:(\d{{4}})年)?({_NUMBER})月份?").fullmatch(said)
    number = _number(shape[2]) if shape else None
    if not shape or number is None or not 1 <= number <= 12:
        return None
    return int(shape[1] or today.year - (number > today.month)), number


_MONTHS = {"上月": 1, "上个月": 1, "本月": 0, "这个月": 0, "last month": 1, "this month": 0}


def quarter(text: str, today: date) -> int | None:
    """Read a quarter behind us as the number of quarters since year 0: 上季度, 本季度, 2026年第四季度, 四季度."""
    said = plain(text).strip()
    this = today.year * 4 + (today.month - 1) // 3
    if said in _QUARTERS:
        return this - _QUARTERS[said]
    shape = _pattern(r"(?:(\d{4})年)?第?([1-4一二三四])季度?").fullmatch(said)
    if not shape:
        return None
    number = (_number(shape[2]) or 0) - 1
    year = int(shape[1]) if shape[1] else today.year - (today.year * 4 + number > this)
    return year * 4 + number


def year(text: str, this: int) -> int | None:
    """Read a year: 今年, 本年, 去年, 上年, 2026年."""
    said = plain(text).strip()
    shape = _pattern(r"(\d{4})年度?").fullmatch(said)
    return int(shape[1]) if shape else this - _YEARS[said] if said in _YEARS else None


_QUARTERS = {"上季度": 1, "上个季度": 1, "本季度": 0, "这个季度": 0, "last quarter": 1, "this quarter": 0}
_YEARS = {"去年": 1, "上年": 1, "今年": 0, "本年": 0, "last year": 1, "this year": 0}
