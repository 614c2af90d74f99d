"""The policy: every amount, hour, day, window and reading that the regulation leaves to the centre, dated.

A key has a type, a unit, a first value that holds from always, and dated values set since. A fact is judged by the
value in force when it happened. Descriptions stand in words/policy.py.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any, NamedTuple, get_args

from svcdesk.errors import BadInput, NotFound
from svcdesk.model import Category, Role, TicketKind, fen, yuan
from svcdesk.periods import day_of

# Patterns are compiled when first used: most commands use none of them.
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d|24:00"
_LONGEST_WHOLE = 6  # digits
NONE = "none"


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_WHOLE):
        raise ValueError(text)
    return int(text)


def _clock(text: str) -> int:
    """Minutes after midnight."""
    if not re.fullmatch(_CLOCK, text, re.ASCII):
        raise ValueError(text)
    return int(text[:2]) * 60 + int(text[3:])


def _money(text: str) -> int:
    try:
        return fen(text)
    except BadInput:
        raise ValueError(text) from None


def _optional_money(text: str) -> int | None:
    return None if text == NONE else _money(text)


def _optional_whole(text: str) -> int | None:
    return None if text == NONE else _whole(text)


def _break(text: str) -> tuple[int, int] | None:
    """Read the two ends of a break, in minutes after midnight."""
    if text == NONE:
        return None
    start, _, end = text.partition("-")
    if _clock(start) >= _clock(end):
        raise ValueError(text)
    return _clock(start), _clock(end)


def _weekdays(text: str) -> frozenset[int] | None:
    """Read the days of work: calendar (None), or weekdays from 1 (Monday) to 7: 1-5, 1,3,5."""
    if text == "calendar":
        return None
    days: set[int] = set()
    for part in text.split(","):
        if not re.fullmatch(r"[1-7](-[1-7])?", part, re.ASCII) or part[0] > part[-1]:
            raise ValueError(text)
        days |= set(range(int(part[0]), int(part[-1]) + 1))
    return frozenset(days)


def categories(text: str) -> frozenset[str]:
    """Read categories of expenses, joined by commas; none is the empty set. Raises ValueError."""
    found = frozenset() if text == NONE else frozenset(text.split(","))
    if not found <= set(get_args(Category)):
        raise ValueError(text)
    return found


def _names(text: str) -> tuple[str, ...]:
    """Read names, joined by commas of either kind; none is no name."""
    names = () if text == NONE else tuple(name.strip() for name in re.split("[,，、]", text))
    if not all(names) or not text.isprintable():
        raise ValueError(text)
    return names


def _folder(text: str) -> str | None:
    if not text.isprintable() or not text:
        raise ValueError(text)
    return None if text == NONE else text


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return read


class Key(NamedTuple):
    """One key: how its text is read, its unit, its first value, and the bounds of a whole number."""

    read: Callable[[str], Any]
    unit: str
    first: str
    least: int | None = None
    most: int | None = None


KEYS: dict[str, Key] = {
    "answer.hours": Key(_whole, "hours", "24", 1, 720),
    **{f"answer.hours.{kind}": Key(_optional_whole, "hours", NONE, 1, 720) for kind in get_args(TicketKind)},
    "answer.clock": Key(_one_of("natural", "working"), "reading", "natural"),
    "answer.calendar": Key(_one_of("cn", NONE), "calendar", "cn"),
    "work.from": Key(_clock, "time", "09:00"),
    "work.until": Key(_clock, "time", "17:00"),
    "work.break": Key(_break, "times", "12:00-13:00"),
    "work.days": Key(_weekdays, "days", "calendar"),
    "late.grace_minutes": Key(_whole, "minutes", "0", 0, 1440),
    "report.due_days": Key(_whole, "days", "3", 0, 60),
    "report.min_chars": Key(_whole, "characters", "1", 1, 500),
    "phone.from": Key(_clock, "time", "08:00"),
    "phone.until": Key(_clock, "time", "22:00"),
    "phone.max_per_day": Key(_whole, "times", "1", 1, 24),
    "no_callback.fine": Key(_money, "CNY", "50.00"),
    "late_on_site.fine": Key(_money, "CNY", "50.00"),
    "incomplete_report.fine": Key(_money, "CNY", "20.00"),
    "phone_unreachable.fine": Key(_money, "CNY", "10.00"),
    "disobedience.fine": Key(_money, "CNY", "100.00"),
    "survey.of": Key(_one_of("dispatched", "all"), "reading", "dispatched"),
    "same_fact": Key(_one_of("absorb", "cumulate"), "reading", "absorb"),
    "repeat.window_days": Key(_whole, "days", "90", 1, 3650),
    **{f"expense.limit.{category}": Key(_optional_money, "CNY", NONE) for category in get_args(Category)},
    "excluded.categories": Key(categories, "categories", "fare,lodging,allowance,local,other"),
    "late.entry": Key(_one_of("show", "ask"), "reading", "show"),
    "late.entry_hours": Key(_whole, "hours", "24", 0, 8760),
    "appeal.days": Key(_whole, "days", "5", 0, 365),
    "roles.check": Key(_one_of("off", "warn", "refuse"), "check", "warn"),
    "taken_by.required": Key(_one_of("off", "warn", "refuse"), "check", "warn"),
    "complaint.days": Key(_optional_whole, "days", NONE, 1, 3650),
    "problem.due_days": Key(_whole, "days", "7", 0, 365),
    "problem.cluster": Key(_whole, "times", "3", 2, 1000),
    "problem.days": Key(_whole, "days", "90", 1, 3650),
    "rectify.gate": Key(_one_of("off", "warn", "refuse"), "check", "warn"),
    "visit.key_months": Key(_whole, "months", "3", 1, 120),
    "visit.regions": Key(_names, "regions", NONE),
    "visit.region_months": Key(_whole, "months", "6", 1, 120),
    "suggestion.due_days": Key(_whole, "days", "30", 1, 3650),
    "followup.days": Key(_optional_whole, "days", NONE, 1, 3650),
    "followup.score": Key(_whole, "score", "2", 1, 5),
    "wage.minimum": Key(_optional_money, "CNY", NONE),
    "wage.share": Key(_whole, "percent", "20", 0, 100),
    "statistics.due_day": Key(_whole, "day", "4", 1, 28),
    "projects.due_day": Key(_whole, "day", "5", 1, 28),
    "backup.daily": Key(_one_of("on", "off"), "switch", "on"),
    "backup.folder": Key(_folder, "folder", NONE),
    "backup.keep": Key(_whole, "copies", "14", 1, 3650),
}

_ORDERED = (("phone.from", "phone.until"), ("work.from", "work.until"))

# A limit for one role stands beside the limit of its category: expense.limit.lodging.engineer.
_ROLE_LIMITS = frozenset(f"expense.limit.{kind}.{role}" for kind in get_args(Category) for role in get_args(Role))


def is_known(name: str) -> bool:
    """Return whether this program knows the key; a ledger may hold one that a newer program set."""
    return name in KEYS or name in _ROLE_LIMITS


def key_of(name: str) -> Key:
    """Find a key by its name. Raises NotFound, with the nearest names."""
    if name in KEYS:
        return KEYS[name]
    if name in _ROLE_LIMITS:
        return Key(_optional_money, "CNY", NONE)
    from difflib import get_close_matches

    raise NotFound("policy_key", key_name=name, near=get_close_matches(name, KEYS, 3, 0.4) or list(KEYS)[:3])


def read_value(name: str, text: str) -> str:
    """Check a value for a key and give it in its one form. Raises BadInput for a wrong type, unit or bound."""
    key = key_of(name)
    typed = text.strip()
    try:
        value = key.read(typed)
    except ValueError:
        raise BadInput("policy_value", key_name=name, text=text, unit=key.unit, first=key.first) from None
    if key.unit == "CNY":
        return NONE if value is None else yuan(value)
    if isinstance(value, int) and key.unit != "time":
        if not (key.least or 0) <= value <= (key.most if key.most is not None else value):
            raise BadInput("policy_bounds", key_name=name, text=text, least=key.least, most=key.most)
        return str(value)
    return typed


@cache
def _read(name: str, text: str) -> Any:
    """Read a value that was checked when it was set; a month's judgements ask for the same few again and again."""
    return key_of(name).read(text)


class Dated(NamedTuple):
    """A value in force, and the date from which it holds (None: from always)."""

    value: Any
    since: date | None


class Policy:
    """The dated values of every key. ``rows`` are (key, value, from date), oldest recorded first."""

    def __init__(self, rows: Iterable[tuple[str, str, date]] = ()) -> None:
        self._dated: dict[str, list[tuple[date, str]]] = {}
        self._first: dict[str, Dated] = {}
        for name, value, since in rows:
            self._dated.setdefault(name, []).append((since, value))
        for values in self._dated.values():
            values.sort(key=lambda item: item[0])  # stable: of two from one date, the one recorded last holds

    def text(self, name: str, on: date) -> tuple[str, date | None]:
        """Return the text in force on a date, and since when."""
        text, since = key_of(name).first if is_known(name) else NONE, None
        for start, value in self._dated.get(name, ()):
            if start > on:
                break
            text, since = value, start
        return text, since

    def at(self, name: str, on: date) -> Dated:
        """Return the value in force on a date, read as its type (money in fen, times in minutes)."""
        if name not in self._dated:  # as most keys, which a long export asks for a million times
            if name not in self._first:
                key = key_of(name)
                self._first[name] = Dated(key.read(key.first), None)
            return self._first[name]
        text, since = self.text(name, on)
        return Dated(_read(name, text), since)

    def every(self, name: str) -> list[Any]:
        """Return every value the key ever had, the first one included."""
        key = key_of(name)
        return [key.read(key.first), *(key.read(value) for _, value in self._dated.get(name, ()))]

    def also(self, name: str, value: str, since: date) -> "Policy":
        """Return the policy with one more value."""
        rows = [(key, text, start) for key, dated in self._dated.items() for start, text in dated]
        return Policy([*rows, (name, value, since)])

    def check_order(self, name: str, since: date) -> None:
        """Insist that a time from which something holds is not after the one until which, from a date on.

        Raises BadInput.
        """
        for low, high in _ORDERED:
            starts = {start for key in (low, high) for start, _ in self._dated.get(key, ()) if start > since}
            for on in sorted({since, *starts} if name in (low, high) else ()):
                if self.at(low, on).value > self.at(high, on).value:
                    values = {"low_value": self.text(low, on)[0], "high_value": self.text(high, on)[0]}
                    raise BadInput("policy_order", low=low, high=high, on=on.isoformat(), **values)

    def names(self) -> list[str]:
        """List every key: the fixed ones, then the limits by role that were set."""
        return [*KEYS, *sorted(self._dated.keys() - KEYS.keys())]


class Basis(NamedTuple):
    """What every judgement is made by: the policy, the time of judging and the centre's zone."""

    policy: Policy
    now: datetime
    zone: tzinfo

    def value(self, key: str, at: datetime) -> Any:
        """Return the policy value in force at an instant."""
        return self.policy.at(key, day_of(at, self.zone)).value

    def cited(self, key: str, at: datetime) -> dict[str, Any]:
        """Cite a policy value as evidence: the key, its text and since when it holds."""
        text, since = self.policy.text(key, day_of(at, self.zone))
        return {"key": key, "value": text, "from": since.isoformat() if since else None}
