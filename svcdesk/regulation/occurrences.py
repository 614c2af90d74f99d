"""The occurrences of a plan (2.4; S1 18): which is open, when it is due, which were late. Worked out from facts alone.

Exactly one occurrence is open. Overdue it stays, and the dates that pass meanwhile make none. Nothing here depends on
the order in which facts were typed.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from svcdesk.errors import BadInput

ONCE = "once"
_EVERY = r"([1-9]\d{0,2})([wm])"
_LAST = date(9998, 12, 31)
_ORDER = ("move", "skip", "done")  # of what happened in the same second


class Plan(NamedTuple):
    """The facts of a plan: how often, the day it counts from (for once the due day itself), its anchor, its end."""

    every: str
    from_on: date
    anchor: str = "done"
    ended_on: date | None = None
    ended_at: datetime | None = None


class Event(NamedTuple):
    """What happened to a plan: done (by a record), skip, or move to another day; ``day`` is its day at the centre."""

    at: datetime
    step: str
    day: date
    to: date | None = None
    record: str | None = None


class Occurrence(NamedTuple):
    """One time that a plan is to be done: when it is due, by which day lateness is judged, and what became of it.

    ``scheduled`` is the day before anybody moved it, ``begun`` the one before that. Moving an occurrence once its day
    has passed excuses nothing.
    """

    begun: date
    scheduled: date
    due: date
    judged_by: date
    done_on: date | None = None
    dropped_on: date | None = None  # skipped, or the plan ended
    record: str | None = None

    def is_late(self, today: date) -> bool:
        """Return whether it was not done by the end of its day."""
        return (self.done_on or self.dropped_on or today) > self.judged_by


class Course(NamedTuple):
    """How a plan went: what is past, oldest first, the open occurrence, and the day on which it was last done."""

    past: Sequence[Occurrence]
    open: Occurrence | None
    last_done: date | None

    def every(self) -> Sequence[Occurrence]:
        """List all occurrences, the open one last."""
        return [*self.past, *([self.open] if self.open else [])]


def read_every(text: str) -> str:
    """Read how often: 1w, 3m, once. Raises BadInput."""
    if text != ONCE and not re.fullmatch(_EVERY, text, re.ASCII):
        raise BadInput("every", text=text)
    return text


def stepped(day: date, every: str, times: int = 1) -> date:
    """Step from a day: 31 January + 1m is 28 February, + 2m is 31 March. What lies after the calendar is its end."""
    shape = re.fullmatch(_EVERY, every, re.ASCII)
    assert shape is not None, every
    count = int(shape[1]) * times
    if shape[2] == "w":
        return day + timedelta(weeks=count) if (_LAST - day).days >= count * 7 else _LAST
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    if year > _LAST.year:
        return _LAST
    return date(year, month + 1, min(day.day, _days_in(year, month + 1)))


def _days_in(year: int, month: int) -> int:
    return (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day


def _first_after(base: date, every: str, after: date) -> Occurrence:
    """Return the occurrence on the first step from a day that lies after another."""
    before, times = base, 1
    while (found := stepped(base, every, times)) <= after and found < _LAST:
        before, times = found, times + 1
    return Occurrence(before, found, found, found)


def course(plan: Plan, events: Iterable[Event]) -> Course:
    """Work through what happened to a plan in the order in which it happened.

    By the calendar, what is done once more before the next occurrence begins uses none of those to come.
    """
    first = plan.from_on if plan.every == ONCE else stepped(plan.from_on, plan.every)
    past: list[Occurrence] = []
    last_done: date | None = None
    now: Occurrence | None = Occurrence(plan.from_on, first, first, first)
    for event in sorted(events, key=lambda event: (event.at, _ORDER.index(event.step), event.record or "")):
        if now is None or (plan.ended_at and event.at > plan.ended_at):
            break
        if event.step == "move" and event.to:
            now = now._replace(due=event.to, judged_by=event.to if event.day <= now.judged_by else now.judged_by)
            continue
        is_done = event.step == "done"
        if is_done and plan.anchor == "calendar" and plan.every != ONCE and event.day <= now.begun:
            last_done = event.day
            continue
        past.append(now._replace(record=event.record, **{"done_on" if is_done else "dropped_on": event.day}))
        now = _following(plan, now, event.day, is_done, last_done)
        last_done = event.day if is_done else last_done
    if now and plan.ended_on:
        past.append(now._replace(dropped_on=plan.ended_on))
        now = None
    return Course(past, now, last_done)


def _following(plan: Plan, now: Occurrence, day: date, is_done: bool, last_done: date | None) -> Occurrence | None:
    """Return the next occurrence; None after the only one."""
    if plan.every == ONCE:
        return None
    if plan.anchor == "calendar":
        return _first_after(plan.from_on, plan.every, max(now.scheduled, now.due, day))
    if is_done:
        return _first_after(day, plan.every, day)
    return _first_after(last_done or plan.from_on, plan.every, max(now.scheduled, now.due, day))
