"""Promises: which due counts, from both sides of each edge, whatever was typed first."""

from itertools import permutations

import pytest
from conftest import at

from svcdesk.periods import stored
from svcdesk.regulation import promises

MADE, FIRST = "2026-10-01T01:00:00Z", "2026-10-10T15:59:59Z"  # until the end of the 10th at the centre


def moved(made, due, asked_by="customer"):
    return {"at": stored(at(made)), "due": stored(at(due)), "asked_by": asked_by}


@pytest.mark.parametrize(
    ("moves", "ended", "counts"),
    [
        ([], None, "10-10"),
        ([moved("2026-10-10 23:59:59", "2026-10-20 12:00")], None, "10-20"),  # the last second of the due day
        ([moved("2026-10-11 00:00", "2026-10-20 12:00")], None, "10-10"),
        ([moved("2026-10-05 09:00", "2026-10-20 12:00", "us")], None, "10-10"),
        ([moved("2026-10-05 09:00", "2026-10-08 12:00")], None, "10-08"),  # the customer may want it earlier
        ([moved("2026-10-05 09:00", "2026-10-20 12:00"), moved("2026-10-15 09:00", "2026-10-30 12:00")], None, "10-30"),
        ([moved("2026-10-05 09:00", "2026-10-20 12:00"), moved("2026-10-21 09:00", "2026-10-30 12:00")], None, "10-20"),
        ([moved("2026-10-09 09:00", "2026-10-20 12:00")], "2026-10-08T01:00:00Z", "10-10"),  # kept before it was moved
        ([moved("2026-10-09 09:00", "2026-10-20 12:00")], "2026-10-09T01:00:00Z", "10-20"),
    ],
)
def test_only_the_customer_moves_a_due_that_has_not_passed(moves, ended, counts):
    for order in permutations(moves):
        known = promises.dues(MADE, FIRST, order, ended)
        assert promises.in_force(known)[5:10] == counts
        assert len(known) == len(moves) + 1
        assert known[0] == (MADE, FIRST, None, True)


@pytest.mark.parametrize(
    ("kept", "dropped", "now", "verdict"),
    [
        (FIRST, None, "2026-11-01T00:00:00Z", True),
        ("2026-10-10T16:00:00Z", None, "2026-11-01T00:00:00Z", False),
        (None, None, FIRST, None),
        (None, None, "2026-10-10T16:00:00Z", False),
        (None, FIRST, "2026-11-01T00:00:00Z", None),
        (None, "2026-10-10T16:00:00Z", "2026-11-01T00:00:00Z", False),  # it was broken before it was given up
    ],
)
def test_in_time(kept, dropped, now, verdict):
    assert promises.in_time(FIRST, kept, dropped, now) is verdict


@pytest.mark.parametrize(
    ("ended", "days"),
    [
        ("2026-10-10 23:59:59", 0), ("2026-10-01 09:00", 0), ("2026-10-11 00:00", 1), ("2026-10-11 23:59:59", 1),
        ("2026-10-12 00:00", 2),
    ],
)  # fmt: skip
def test_a_day_that_has_begun_is_a_day_late(ended, days):
    assert promises.late_days(at("2026-10-10 23:59:59"), at(ended)) == days


def test_how_a_promise_stands():
    assert [promises.status(*ends) for ends in ((None, None), (FIRST, None), (None, FIRST))] == [
        "open",
        "kept",
        "dropped",
    ]
