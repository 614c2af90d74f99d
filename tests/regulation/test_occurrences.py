"""A plan's occurrences (2.4; S1 18): due days stepped from the anchor, exactly one open, lateness that nothing excuses."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from svcdesk.errors import BadInput
from svcdesk.regulation.dues import Due, in_force
from svcdesk.regulation.occurrences import Event, Plan, course, read_every, stepped


def day(text):
    return date.fromisoformat(f"2026-{text}" if len(text) == 5 else text)


def at(when, hour=12):
    return datetime(when.year, when.month, when.day, hour, tzinfo=UTC)


def event(text):
    """An event as it is written in the tables: done 04-12, skip 03-20, move 03-20 04-02."""
    step, when, *to = text.split()
    return Event(at(day(when)), step, day(when), day(to[0]) if to else None)


def went(every, since, events, anchor="done", ended=None):
    end = day(ended) if ended else None
    plan = Plan(every, day(since), anchor, end, at(end, 23) if end else None)
    return course(plan, [event(text) for text in events])


@pytest.mark.parametrize(
    ("since", "every", "times", "expected"),
    [
        ("2026-01-31", "1m", 1, "2026-02-28"), ("2026-01-31", "1m", 2, "2026-03-31"),
        ("2024-01-31", "1m", 1, "2024-02-29"), ("2026-01-31", "12m", 1, "2027-01-31"),
        ("2024-02-29", "12m", 1, "2025-02-28"), ("2024-02-29", "12m", 4, "2028-02-29"),
        ("2026-10-31", "3m", 1, "2027-01-31"), ("2026-11-30", "1m", 1, "2026-12-30"),
        ("2026-12-31", "2m", 1, "2027-02-28"), ("2026-01-01", "1w", 1, "2026-01-08"),
        ("2026-01-01", "2w", 3, "2026-02-12"), ("9990-01-31", "999m", 1, "9998-12-31"),
        ("9998-12-01", "99w", 1, "9998-12-31"),
    ],
)  # fmt: skip
def test_months_are_stepped_from_the_anchor(since, every, times, expected):
    assert stepped(day(since), every, times) == day(expected)


@pytest.mark.parametrize("text", ["1d", "0m", "m", "1.5m", "1000m", "", "3 m", "１m", "Once"])
def test_what_does_not_say_how_often(text):
    with pytest.raises(BadInput):
        read_every(text)


@pytest.mark.parametrize(
    ("anchor", "events", "past", "due"),
    [
        ("done", [], [], "03-31"),
        # the last day in time, and the first late one
        ("done", ["done 03-31"], [("03-31", False)], "06-30"),
        ("done", ["done 04-01"], [("03-31", True)], "07-01"),
        ("done", ["done 04-12"], [("03-31", True)], "07-12"),
        ("calendar", ["done 04-12"], [("03-31", True)], "06-30"),
        ("calendar", ["done 03-31"], [("03-31", False)], "06-30"),
        # done long before: the calendar goes on after the day that was due, the anchor from when it was done
        ("done", ["done 01-10"], [("03-31", False)], "04-10"),
        ("calendar", ["done 01-10"], [("03-31", False)], "06-30"),
        # what passes meanwhile makes no occurrence
        ("done", ["done 11-20"], [("03-31", True)], "2027-02-20"),
        ("calendar", ["done 11-20"], [("03-31", True)], "12-31"),
        ("calendar", ["done 12-31"], [("03-31", True)], "2027-03-31"),
        # once more before the next one begins uses none of those to come
        ("calendar", ["done 01-10", "done 02-10", "done 03-31"], [("03-31", False)], "06-30"),
        ("calendar", ["done 01-10", "done 04-01"], [("03-31", False), ("06-30", False)], "09-30"),
        ("done", ["done 01-10", "done 02-10"], [("03-31", False), ("04-10", False)], "05-10"),
        # left out in time, and once it was late
        ("done", ["skip 03-20"], [("03-31", False)], "06-30"),
        ("done", ["skip 08-20"], [("03-31", True)], "09-30"),
        ("calendar", ["skip 03-31"], [("03-31", False)], "06-30"),
        ("calendar", ["skip 04-01"], [("03-31", True)], "06-30"),
        # moved on its day, and the day after: then it stays late by the old one
        ("done", ["move 03-31 04-10"], [], "04-10"),
        ("done", ["move 03-31 04-10", "done 04-10"], [("04-10", False)], "07-10"),
        ("done", ["move 03-31 04-10", "done 04-11"], [("04-10", True)], "07-11"),
        ("done", ["move 04-01 04-10", "done 04-05"], [("03-31", True)], "07-05"),
        ("done", ["move 03-20 04-10", "move 04-10 04-20", "done 04-20"], [("04-20", False)], "07-20"),
        ("done", ["move 03-20 04-10", "move 04-11 04-20", "done 04-12"], [("04-10", True)], "07-12"),
        ("calendar", ["move 03-20 04-10", "done 04-08"], [("04-10", False)], "06-30"),
        ("calendar", ["move 03-10 03-20", "done 03-20"], [("03-20", False)], "06-30"),
        ("calendar", ["move 03-10 07-05", "done 07-01"], [("07-05", False)], "09-30"),
    ],
)  # fmt: skip
def test_what_is_past_and_what_is_due_next(anchor, events, past, due):
    found = went("3m", "2025-12-31", events, anchor)
    judged = [(one.judged_by, one.is_late(day("12-31"))) for one in found.past]
    assert judged == [(day(when), late) for when, late in past]
    assert found.open is not None
    assert found.open.due == day(due)


def test_the_open_occurrence_is_late_once_its_day_has_ended():
    found = went("3m", "2025-12-31", []).open
    assert [found.is_late(day(when)) for when in ("03-30", "03-31", "04-01")] == [False, False, True]


def test_a_plan_of_one_occurrence_is_over_once_it_is_done_or_left_out():
    for step in ("done 05-02", "skip 05-02"):
        found = went("once", "05-01", [step])
        assert found.open is None
        assert [one.is_late(day("06-01")) for one in found.past] == [True]
    assert went("once", "05-01", ["done 04-20"]).past[0].is_late(day("06-01")) is False


def test_an_end_takes_the_open_occurrence_away_and_no_lateness():
    in_time, late = (went("3m", "2025-12-31", [], ended=when) for when in ("03-31", "04-01"))
    assert (in_time.open, late.open) == (None, None)
    assert [one.is_late(day("12-31")) for found in (in_time, late) for one in found.past] == [False, True]
    assert went("3m", "2025-12-31", ["done 04-02"], ended="04-01").last_done is None


steps = st.tuples(st.sampled_from(["done", "skip", "move"]), st.integers(0, 900), st.integers(0, 200))


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=12), st.sampled_from(["1w", "1m", "3m", "12m"]), st.sampled_from(["done", "calendar"]),
       st.randoms())  # fmt: skip
def test_the_order_of_typing_changes_nothing(typed, every, anchor, random):
    first = day("01-31")
    events = [
        Event(at(first + timedelta(days=days)) + timedelta(seconds=number), step, first + timedelta(days=days),
              first + timedelta(days=days + more), f"VS{number}")
        for number, (step, days, more) in enumerate(typed)
    ]  # fmt: skip
    shuffled = list(events)
    random.shuffle(shuffled)
    assert course(Plan(every, first, anchor), shuffled) == course(Plan(every, first, anchor), events)


class PlanMachine(RuleBasedStateMachine):
    """A plan that goes on from day to day, whatever happens to it."""

    every, anchor = "1m", "calendar"

    def __init__(self):
        super().__init__()
        self.today, self.events = day("01-31"), []
        self.done = self.dropped = 0

    def happens(self, step, to=None):
        moment = at(self.today) + timedelta(seconds=len(self.events))
        self.events.append(Event(moment, step, self.today, to))

    @rule(days=st.integers(0, 120))
    def time_passes(self, days):
        self.today += timedelta(days=days)

    @rule()
    def is_done(self):
        self.happens("done")
        self.done += 1

    @rule()
    def is_left_out(self):
        self.happens("skip")
        self.dropped += 1

    @rule(days=st.integers(0, 60))
    def is_moved(self, days):
        self.happens("move", self.today + timedelta(days=days))

    @invariant()
    def exactly_one_is_open_and_nothing_piles_up(self):
        found = course(Plan(self.every, day("01-31"), self.anchor), self.events)
        assert found.open is not None
        assert self.dropped <= len(found.past) <= self.done + self.dropped
        if self.anchor == "done":
            assert len(found.past) == self.done + self.dropped
        days = [one.judged_by for one in found.every() if one.is_late(self.today)]
        assert len(set(days)) == len(days)  # a finding's key names one occurrence
        if self.anchor == "calendar":
            assert all(one.scheduled.day in (28, 29, 30, 31) for one in found.every())
            assert found.open.begun <= max([self.today, *(max(one.due, one.scheduled) for one in found.past)])


class PlanByDone(PlanMachine):
    """The same, counted from when it was last done."""

    every, anchor = "3m", "done"


TestPlanByCalendar = PlanMachine.TestCase
TestPlanByDone = PlanByDone.TestCase
for case in (TestPlanByCalendar, TestPlanByDone):
    case.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ([], "10-10"),
        ([("10-10", "10-20")], "10-20"),  # on the last day
        ([("10-11", "10-20")], "10-10"),  # the day after
        ([("10-05", "10-15"), ("10-15", "10-20")], "10-20"),
        ([("10-05", "10-15"), ("10-16", "10-20")], "10-15"),
        ([("10-11", "10-20"), ("10-12", "10-30")], "10-10"),
        ([("10-09", "10-05")], "10-05"),  # an earlier day counts too
    ],
)
def test_a_later_due_day_counts_only_before_the_old_one_has_ended(later, expected):
    dues = [Due(day("10-10"), at(day("10-01"))), *(Due(day(to), at(day(when), 23)) for when, to in later)]
    assert in_force(reversed(dues), UTC).day == day(expected)
