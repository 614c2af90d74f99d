"""What of the policy somebody should look at: values that reach back, and backups made weaker."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from svcdesk.periods import day_of, instant
from svcdesk.regulation.policy import KEYS, NONE, is_known, key_of
from svcdesk.store import Ledger

_JUDGED_BY = ("CNY", "reading")  # the units of amounts and readings


class Doubt(NamedTuple):
    """A value that was set: ``step`` is backdated or weaker, the days are centre dates."""

    step: str
    key: str
    value: str
    before: str
    since: date
    set_on: date


def doubts(ledger: Ledger) -> Iterator[Doubt]:
    """Return the amounts and readings that hold from before they were set, and what makes backups weaker.

    What somebody accepted (``penalty accept-entry``) is in doubt no more.
    """
    before: dict[str, str] = {}
    for row in ledger.stream(_SET):
        key, value = row["key"], row["value"]
        was = before.get(key, KEYS[key].first if key in KEYS else NONE)
        before[key] = value
        since, set_on = date.fromisoformat(row["from_on"]), day_of(instant(row["set_at"]), ledger.zone)
        if row["is_accepted"]:
            continue
        if is_known(key) and key_of(key).unit in _JUDGED_BY and since < set_on:
            yield Doubt("backdated", key, value, was, since, set_on)
        if key in _WEAKER and _WEAKER[key](was, value):
            yield Doubt("weaker", key, value, was, since, set_on)


_WEAKER: dict[str, Callable[[str, str], bool]] = {
    "backup.daily": lambda was, value: (was, value) == ("on", "off"),
    "backup.keep": lambda was, value: int(value) < int(was),
    "backup.folder": lambda was, value: value == NONE != was,
}

_SET = """
    SELECT p.*, EXISTS (SELECT 1 FROM change g JOIN live_accepted_entry a ON a.entry = g.entry
      WHERE g."table" = 'policy' AND g.row = p.id) AS is_accepted
    FROM live_policy p ORDER BY p.id"""
