"""The working hours as a table of seconds, for the answer clock that counts working hours (3.4)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from svcdesk.hq.feed import day_number
from svcdesk.periods import midnight
from svcdesk.regulation.clock import UnknownYear, is_workday, worked_spells
from svcdesk.regulation.policy import Policy

_AFTER = 400  # days after the last receipt in which its answer can fall due
_NEVER = 1 << 40  # UTC seconds after all


def hours(first: date, after: date, zone: tzinfo, policy: Policy) -> Iterator[tuple[int, int, int, int]]:
    """Yield the working hours of a centre: opens, closes and next_opens in UTC seconds, and the seconds before them.

    They begin with an empty one at the first midnight, so that every later instant has the hours that it falls in or
    after. No hours are given from the first year on whose working days are not published.
    """
    first = _published(first, after, policy)
    spans = [(_seconds(midnight(first, zone)),) * 2, *_spans(first, after + timedelta(days=_AFTER), zone, policy)]
    before = 0
    for (opens, closes), next_opens in zip(spans, [*(opens for opens, _ in spans[1:]), _NEVER], strict=True):
        yield opens, closes, next_opens, before
        before += closes - opens


def _published(first: date, after: date, policy: Policy) -> date:
    """Return the first day on whose year the working days are published, from a day on."""
    while first < after:
        try:
            is_workday(first, policy)
            break
        except UnknownYear:
            first = date(first.year + 1, 1, 1)
    return first


def _spans(first: date, after: date, zone: tzinfo, policy: Policy) -> Iterator[tuple[int, int]]:
    for number in range(day_number(after) - day_number(first)):
        day = first + timedelta(days=number)
        try:
            if is_workday(day, policy):
                yield from ((_seconds(opens), _seconds(closes)) for opens, closes in worked_spells(day, policy, zone))
        except UnknownYear:
            return


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
