"""The policy: types, units, bounds, and which of the dated values is in force."""

from datetime import date

import pytest
from conftest import at, basis_at

from svcdesk.errors import BadInput, NotFound
from svcdesk.regulation.policy import KEYS, Policy, key_of, read_value

FIRST_VALUES = {
    "answer.hours": 24, "answer.clock": "natural", "answer.calendar": "cn",
    **{f"answer.hours.{kind}": None for kind in ("repair", "installation", "training", "consultation", "visit")},
    "work.from": 540, "work.until": 1020, "work.break": (720, 780), "work.days": None,
    "excluded.categories": {"fare", "lodging", "allowance", "local", "other"},
    "late.entry": "show", "late.entry_hours": 24, "appeal.days": 5, "roles.check": "warn", "taken_by.required": "warn",
    "late.grace_minutes": 0, "report.due_days": 3, "report.min_chars": 1,
    "phone.from": 480, "phone.until": 1320, "phone.max_per_day": 1, "no_callback.fine": 5000, "late_on_site.fine": 5000,
    "incomplete_report.fine": 2000, "phone_unreachable.fine": 1000, "disobedience.fine": 10000, "same_fact": "absorb", "survey.of": "dispatched",
    "repeat.window_days": 90, "expense.limit.fare": None,
    "expense.limit.lodging": None,
    "expense.limit.allowance": None, "expense.limit.local": None,
    "expense.limit.material": None, "expense.limit.freight": None,
    "expense.limit.other": None, "wage.minimum": None, "wage.share": 20, "statistics.due_day": 4, "projects.due_day": 5,
    "complaint.days": None, "rectify.gate": "warn", "visit.key_months": 3, "visit.regions": (),
    "visit.region_months": 6, "suggestion.due_days": 30, "followup.days": None, "followup.score": 2,
    "problem.due_days": 7, "problem.cluster": 3, "problem.days": 90, "backup.daily": "on", "backup.folder": None, "backup.keep": 14,
}  # fmt: skip


def test_the_first_values_are_those_of_the_contract_and_hold_from_always():
    policy = Policy()
    assert {name: policy.at(name, date(1900, 1, 1)) for name in KEYS} == {
        name: (value, None) for name, value in FIRST_VALUES.items()
    }


@pytest.mark.parametrize("name", KEYS)
def test_every_first_value_is_one_that_could_be_set(name):
    assert read_value(name, KEYS[name].first) == KEYS[name].first


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("answer.hours", "1", "1"),
        ("answer.hours", "720", "720"),
        ("answer.hours", " 048 ", "48"),
        ("answer.clock", "working", "working"),
        ("late.grace_minutes", "0", "0"),
        ("late.grace_minutes", "1440", "1440"),
        ("phone.from", "00:00", "00:00"),
        ("phone.until", "24:00", "24:00"),
        ("phone.until", "23:59", "23:59"),
        ("no_callback.fine", "60", "60.00"),
        ("no_callback.fine", "0", "0.00"),
        ("same_fact", "cumulate", "cumulate"),
        ("wage.minimum", "none", "none"),
        ("wage.minimum", "2420", "2420.00"),
        ("wage.share", "0", "0"),
        ("wage.share", "100", "100"),
        ("statistics.due_day", "28", "28"),
        ("expense.limit.lodging", "400.5", "400.50"),
        ("expense.limit.lodging.engineer", "350", "350.00"),
        ("expense.limit.fare.director", "none", "none"),
    ],
)
def test_values(name, typed, value):
    assert read_value(name, typed) == value


@pytest.mark.parametrize(
    ("name", "typed", "key"),
    [
        ("answer.hours", "0", "policy_bounds"),
        ("answer.hours", "721", "policy_bounds"),
        ("late.grace_minutes", "1441", "policy_bounds"),
        ("report.min_chars", "0", "policy_bounds"),
        ("phone.max_per_day", "0", "policy_bounds"),
        ("phone.max_per_day", "25", "policy_bounds"),
        ("repeat.window_days", "0", "policy_bounds"),
        ("wage.share", "101", "policy_bounds"),
        ("statistics.due_day", "0", "policy_bounds"),
        ("projects.due_day", "29", "policy_bounds"),
        ("answer.hours", "24.0", "policy_value"),
        ("answer.hours", "-1", "policy_value"),
        ("answer.hours", "1e2", "policy_value"),
        ("answer.hours", "２４", "policy_value"),
        ("answer.hours", "24h", "policy_value"),
        ("answer.hours", "", "policy_value"),
        ("answer.hours", "none", "policy_value"),
        ("answer.clock", "Natural", "policy_value"),
        ("same_fact", "both", "policy_value"),
        ("phone.from", "8:00", "policy_value"),
        ("phone.from", "24:01", "policy_value"),
        ("phone.from", "480", "policy_value"),
        ("phone.until", "22:60", "policy_value"),
        ("no_callback.fine", "none", "policy_value"),
        ("no_callback.fine", "-50", "policy_value"),
        ("no_callback.fine", "50.001", "policy_value"),
        ("wage.minimum", "None", "policy_value"),
    ],
)
def test_values_refused(name, typed, key):
    with pytest.raises(BadInput) as refused:
        read_value(name, typed)
    assert (refused.value.key, refused.value.exit_code) == (key, 2)


@pytest.mark.parametrize(
    "name", ["answer.hour", "expense.limit", "expense.limit.food", "expense.limit.fare.boss", "expense.limit.fare.", ""]
)
def test_unknown_keys_name_the_nearest(name):
    with pytest.raises(NotFound) as missing:
        key_of(name)
    assert missing.value.exit_code == 4
    assert missing.value.values["near"]


def test_a_value_holds_from_its_date():
    policy = Policy([("no_callback.fine", "60.00", date(2026, 11, 1)), ("no_callback.fine", "70.00", date(2027, 1, 1))])
    for day, value, since in (
        (date(2026, 10, 31), 5000, None),
        (date(2026, 11, 1), 6000, date(2026, 11, 1)),
        (date(2026, 12, 31), 6000, date(2026, 11, 1)),
        (date(2027, 1, 1), 7000, date(2027, 1, 1)),
    ):
        assert policy.at("no_callback.fine", day) == (value, since)


def test_of_two_with_one_date_the_later_recorded_holds():
    rows = [("same_fact", "cumulate", date(2026, 10, 1)), ("same_fact", "absorb", date(2026, 10, 1))]
    assert Policy(rows).at("same_fact", date(2026, 10, 1)).value == "absorb"
    assert Policy(rows[::-1]).at("same_fact", date(2026, 10, 1)).value == "cumulate"


def test_a_value_recorded_later_for_an_earlier_date_holds_only_until_the_next():
    rows = [("answer.hours", "48", date(2026, 11, 1)), ("answer.hours", "12", date(2026, 10, 1))]
    policy = Policy(rows)
    assert [policy.at("answer.hours", date(2026, month, 15)).value for month in (9, 10, 11)] == [24, 12, 48]
    assert policy.every("answer.hours") == [24, 12, 48]


def test_limits_by_role_are_listed_once_they_are_set():
    name = "expense.limit.lodging.engineer"
    assert name not in Policy().names()
    assert Policy().at(name, date(2026, 10, 1)).value is None
    policy = Policy([(name, "300.00", date(2026, 10, 1))])
    assert policy.names() == [*KEYS, name]
    assert policy.at(name, date(2026, 10, 1)).value == 30000


def test_a_fact_is_judged_by_the_centres_date():
    basis = basis_at("2026-12-01 00:00", ("answer.hours", "48", date(2026, 11, 1)))
    assert basis.value("answer.hours", at("2026-10-31 23:59:59")) == 24
    assert basis.value("answer.hours", at("2026-11-01 00:00:00")) == 48
    assert basis.cited("answer.hours", at("2026-10-31 12:00")) == {"key": "answer.hours", "value": "24", "from": None}
    assert basis.cited("answer.hours", at("2026-11-01 12:00"))["from"] == "2026-11-01"


@pytest.mark.parametrize(
    ("key", "value", "since", "code"),
    [
        ("phone.from", "22:30", "2026-01-01", 2),
        ("phone.from", "22:00", "2026-01-01", 0),
        ("phone.until", "07:59", "2026-01-01", 2),
        ("phone.from", "19:00", "2026-03-01", 2),  # phone.until is 18:00 from May on
        ("phone.from", "19:00", "2026-06-01", 2),
        ("phone.until", "07:00", "2026-04-01", 2),
        ("phone.until", "09:00", "2026-06-01", 0),
    ],
)
def test_the_phone_is_not_on_from_a_time_after_the_one_until_which(desk, key, value, since, code):
    desk.run("policy", "set", "phone.until", "18:00", "--from", "2026-05-01", "--reason", "x")
    if (key, value) == ("phone.from", "22:00"):
        desk.run("policy", "set", "phone.until", "22:00", "--from", "2026-05-01", "--reason", "x")
    done = desk.run("policy", "set", key, value, "--from", since, "--reason", "x", code=code)
    assert ("phone.from" in done.stderr and "phone.until" in done.stderr) == bool(code)
