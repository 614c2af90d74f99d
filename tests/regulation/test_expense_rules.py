"""Expenses (4.3): the line each counts in, and every problem from both its sides."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.model import WORDS
from svcdesk.regulation.expense_rules import (
    Assignment,
    Claim,
    StoredClaim,
    excluded_categories,
    is_excluded,
    is_surely_right,
    line_of,
    problems,
)
from svcdesk.regulation.policy import Policy

TRIP = Assignment("南京", date(2026, 10, 12), date(2026, 10, 14))
FARE = Claim(
    "fare", 13950, date(2026, 10, 12), "上海", "南京", None, "F1", "上海", "engineer", TRIP, (), None
)  # fmt: skip


def codes(policy=(), **changes):
    """The problems of a fare in order, changed here and there."""
    return [problem.code for problem in problems(FARE._replace(**changes), Policy(policy))]


def test_a_fare_in_order_has_no_problem():
    assert codes() == []


@pytest.mark.parametrize(
    ("category", "installation", "line"),
    [
        ("fare", True, "installation"),
        ("fare", False, "dispatch"),
        ("lodging", True, "installation"),
        ("allowance", False, "dispatch"),
        ("local", True, "installation"),
        ("other", False, "dispatch"),
        ("material", True, "material"),
        ("material", False, "material"),
        ("freight", True, "transport"),
        ("freight", False, "transport"),
    ],
)
def test_each_expense_counts_in_one_line(category, installation, line):
    assert line_of(category, installation) == line


@pytest.mark.parametrize("category", WORDS["category"])
@pytest.mark.parametrize("included", [True, False])
def test_only_included_installation_leaves_the_total(category, included):
    outside = excluded_categories(None, Policy(), date(2026, 10, 1))
    assert is_excluded(category, included, outside) is (included and category not in ("material", "freight"))


def test_the_contract_says_what_it_leaves_out_else_the_policy_of_the_day():
    policy = Policy([("excluded.categories", "fare", date(2026, 10, 5))])
    assert excluded_categories(None, policy, date(2026, 10, 5)) == {"fare"}
    assert len(excluded_categories(None, policy, date(2026, 10, 4))) == 5
    assert excluded_categories("material,freight", policy, date(2026, 10, 5)) == {"material", "freight"}
    assert excluded_categories("none", policy, date(2026, 10, 5)) == frozenset()


def test_money_that_came_back_has_no_problem():
    assert codes(is_refund=True, invoice=None, to_city="乌鲁木齐") == []


@pytest.mark.parametrize("category", WORDS["category"])
@pytest.mark.parametrize("number", ["F1", None, ""])
def test_every_category_but_allowance_needs_an_invoice(category, number):
    wanted = category != "allowance" and not number
    assert ("no_invoice" in codes(category=category, invoice=number, place="南京")) is wanted


def test_the_later_of_two_with_one_invoice_has_the_problem():
    assert codes(earlier=None) == []
    assert codes(earlier=3) == ["duplicate_invoice"]
    assert codes(earlier=3, invoice=None) == ["no_invoice"]


@pytest.mark.parametrize(
    ("ends", "fits"),
    [
        (("上海", "南京"), True),
        (("南京", "上海"), True),
        (("上海市", "南京市"), True),
        (("上海虹桥", "南京南"), True),
        (("上海", "杭州"), False),
        (("杭州", "南京"), False),
        (("上海", None), False),
        ((None, "南京"), False),
        ((None, None), False),
        (("上海", ""), False),
    ],
)
def test_the_ends_of_a_fare(ends, fits):
    assert codes(from_city=ends[0], to_city=ends[1]) == ([] if fits else ["place_mismatch"])


def test_a_declared_transit_place_is_allowed():
    assert codes(from_city="苏州北", assignment=TRIP._replace(transit=("苏州",))) == []
    assert codes(from_city="苏州北", assignment=TRIP._replace(transit=("无锡",))) == ["place_mismatch"]


def test_home_is_allowed_only_where_it_is_known():
    assert codes(home=None) == ["place_mismatch"]
    assert codes(home=None, from_city="南京南") == []


@pytest.mark.parametrize(
    ("departed", "returned", "fits"),
    [
        (date(2026, 10, 13), date(2026, 10, 16), True),  # leaves the day after the fare
        (date(2026, 10, 14), date(2026, 10, 17), False),
        (date(2026, 10, 9), date(2026, 10, 11), True),  # returned the day before it
        (date(2026, 10, 9), date(2026, 10, 10), False),
        (date(2026, 10, 12), date(2026, 10, 14), True),
        (date(2025, 1, 1), date(2026, 10, 31), True),  # however long ago it began
        (date(2026, 10, 10), None, True),  # still on the road
        (date(2026, 10, 13), None, True),
        (date(2026, 10, 14), None, False),
        (None, None, False),  # never left
    ],
)
def test_the_place_of_another_dispatch_within_a_day(departed, returned, fits):
    other = Assignment("杭州", departed, returned)
    assert codes(to_city="杭州", others=(other,)) == ([] if fits else ["place_mismatch"])


@pytest.mark.parametrize(
    ("spent_on", "fits"), [(11, True), (12, True), (14, True), (15, True), (10, False), (16, False)]
)
def test_a_fare_that_belongs_to_no_dispatch_goes_by_its_own_date(spent_on, fits):
    other = Assignment("南京", date(2026, 10, 12), date(2026, 10, 14))
    found = codes(assignment=None, others=(other,), spent_on=date(2026, 10, spent_on))
    assert found == ([] if fits else ["place_mismatch"])


@pytest.mark.parametrize(
    ("place", "fits"),
    [("南京", True), ("南京市", True), ("南京南", True), ("上海", False), (None, False), ("", False)],
)
def test_lodging_is_at_the_place_of_the_dispatch(place, fits):
    lodging = {"category": "lodging", "from_city": None, "to_city": None, "place": place}
    assert codes(**lodging) == ([] if fits else ["place_mismatch"])
    assert codes(**lodging, assignment=None) == []


@pytest.mark.parametrize("category", ["allowance", "local", "material", "freight", "other"])
def test_other_categories_have_no_places_to_match(category):
    assert codes(category=category, from_city="拉萨", to_city=None, place="拉萨") == []


@pytest.mark.parametrize(("day", "fits"), [(11, False), (12, True), (13, True), (14, True), (15, False)])
def test_the_days_of_the_trip(day, fits):
    assert codes(spent_on=date(2026, 10, day)) == ([] if fits else ["outside_trip"])


def test_a_trip_not_over_has_no_last_day_and_one_not_begun_has_none():
    assert codes(assignment=TRIP._replace(returned=None), spent_on=date(2026, 10, 30)) == []
    assert codes(assignment=TRIP._replace(returned=None), spent_on=date(2026, 10, 11)) == ["outside_trip"]
    never = TRIP._replace(departed=None, returned=None)
    assert codes(assignment=never, spent_on=date(2026, 10, 1)) == []
    assert codes(assignment=never._replace(cancelled=True), spent_on=date(2026, 10, 1)) == ["outside_trip"]


def test_limits():
    limit = ("expense.limit.fare", "139.50", date(2026, 10, 12))
    assert codes([limit]) == []
    assert codes([limit], amount_fen=13951) == ["over_limit"]
    assert codes([limit], amount_fen=13951, category="local") == []
    # the policy in force on the expense's date
    later = ("expense.limit.fare", "100.00", date(2026, 10, 13))
    assert codes([later]) == []
    assert codes([later], spent_on=date(2026, 10, 13)) == ["over_limit"]


def test_a_limit_for_the_role_goes_before_the_limit_of_the_category():
    category = ("expense.limit.fare", "100.00", date(2026, 1, 1))
    role = ("expense.limit.fare.director", "500.00", date(2026, 1, 1))
    assert codes([category, role]) == ["over_limit"]
    assert codes([category, role], role="director") == []
    assert codes([category, role], role="director", amount_fen=50001) == ["over_limit"]


def test_all_the_problems_of_one_expense_are_listed():
    found = codes(
        [("expense.limit.fare", "1.00", date(2026, 1, 1))],
        earlier=2, to_city="拉萨", spent_on=date(2026, 11, 1),
    )  # fmt: skip
    assert found == ["duplicate_invoice", "place_mismatch", "outside_trip", "over_limit"]


def test_a_problem_says_what_was_allowed():
    (problem,) = problems(FARE._replace(to_city="拉萨"), Policy())
    assert problem.values == {"wrong": ["拉萨"], "allowed": ["上海", "南京"]}


# What is seen to be right by how it is stored is right

PLACES = st.sampled_from(["上海", "上海市", "上海虹桥", "南京", "南京南站", "苏州", "市", ""])
A_PLACE = st.one_of(st.none(), PLACES)
DAYS = st.one_of(st.none(), st.integers(0, 4).map(lambda n: date(2026, 10, 10) + timedelta(days=n)))
STORED = st.builds(
    StoredClaim,
    st.sampled_from(WORDS["category"]), DAYS.filter(bool).map(str), A_PLACE, A_PLACE, A_PLACE,
    st.sampled_from([None, "", "F1"]), A_PLACE, A_PLACE, DAYS.map(lambda day: day and str(day)),
    DAYS.map(lambda day: day and str(day)), st.sampled_from([0, 1]), st.sampled_from([None, 3]),
)  # fmt: skip


def judged(stored, is_refund):
    """All that is wrong with a claim, by the judge."""
    trip, days = None, [text and date.fromisoformat(text) for text in (stored.departed, stored.returned)]
    if stored.trip_place:
        trip = Assignment(stored.trip_place, *days, (), bool(stored.cancelled))
    claim = Claim(
        stored.category, 100, date.fromisoformat(stored.spent_on), stored.from_city, stored.to_city, stored.place,
        stored.invoice, stored.home, "engineer", trip, (), stored.earlier, is_refund,
    )  # fmt: skip
    return problems(claim, Policy())


@given(STORED, st.booleans())
def test_no_problem_is_hidden_by_a_look_at_what_is_stored(stored, is_refund):
    assert not (is_surely_right(stored) and judged(stored, is_refund))


def test_a_usual_claim_is_seen_to_be_right():
    usual = StoredClaim(
        "fare", "2026-10-12", "上海", "南京", None, "F1", "上海", "南京", "2026-10-12", "2026-10-14", 0, None
    )  # fmt: skip
    assert is_surely_right(usual)
    assert is_surely_right(usual._replace(category="lodging", place="南京", from_city=None, to_city=None))
    assert not is_surely_right(usual._replace(spent_on="2026-10-15"))
