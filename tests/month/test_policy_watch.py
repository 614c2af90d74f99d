"""Policies that reach back, and backups made weaker: on the month's check list, and told by doctor."""

import pytest

pytestmark = pytest.mark.case(38)


def set_policy(desk, key, value, since):
    desk.run("policy", "set", key, value, "--from", since, "--reason", "x")


def doubts(desk, month="2026-10"):
    done = desk.finished(["report", "monthly", "--month", month, "--check", "-f", "csv"])
    return [line.split(",")[1] for line in done.stdout.splitlines() if line.startswith("policy,")]


def told(desk, key):
    return f"policy history {key}" in desk.finished(["ledger", "doctor"]).stdout


@pytest.mark.parametrize(
    ("key", "value", "since", "found"),
    [
        ("no_callback.fine", "60.00", "2026-10-19", True),
        ("no_callback.fine", "60.00", "2026-10-20", False),  # from today on
        ("answer.clock", "working", "2026-10-01", True),
        ("expense.limit.lodging", "300.00", "2026-01-01", True),
        ("answer.hours", "12", "2026-10-01", False),  # neither an amount nor a reading
        ("no_callback.fine", "60.00", "2026-11-01", False),
    ],
)
def test_an_amount_or_a_reading_that_holds_from_before_it_was_set(desk, key, value, since, found):
    set_policy(desk, key, value, since)
    desk.now = "2026-11-03T09:00:00+08:00"
    assert doubts(desk) == (["policy_backdated"] if found else [])
    assert doubts(desk, "2026-11") == []  # it reaches into no month after the one it was set in
    assert told(desk, key) is found


def test_it_is_on_the_list_of_each_month_that_it_reaches_into(desk):
    set_policy(desk, "no_callback.fine", "60.00", "2026-08-31")
    desk.now = "2026-11-03T09:00:00+08:00"
    months = ("2026-07", "2026-08", "2026-09", "2026-10")
    assert [doubts(desk, month) for month in months] == [[]] + [["policy_backdated"]] * 3


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("backup.daily", "off", True), ("backup.daily", "on", False), ("backup.keep", "13", True),
        ("backup.keep", "14", False), ("backup.keep", "30", False),
    ],
)  # fmt: skip
def test_a_backup_made_weaker_is_on_the_list_of_the_month_in_which_it_was_set(desk, key, value, found):
    set_policy(desk, key, value, "2026-10-20")
    desk.now = "2026-11-03T09:00:00+08:00"
    assert doubts(desk) == (["policy_weaker"] if found else [])
    assert doubts(desk, "2026-09") == []
    assert told(desk, key) is found
