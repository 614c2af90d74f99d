"""Nobody decides their own case; posts are a policy; who was asked first stays responsible; what undo takes back."""

import re

import pytest
from conftest import open_ticket, send, travel


def fined(desk):
    """W03, fined for disobedience: the penalty's id."""
    desk.run("staff", "add", "M02", "--name", "主任", "--role", "director")
    desk.run("conduct", "record", "W03", "disobedience", "--note", "x", "--at", "2026-10-18 10:00")
    desk.run("penalty", "check", "--month", "2026-10", "--record")
    return desk.json("penalty", "list")[-1]["id"]


def test_taking_a_step_in_ones_own_case_back_counts_as_doing_it(desk):
    penalty = fined(desk)
    entry = re.search(r"#(\d+)", desk.run("penalty", "confirm", penalty, "--by", "M02").stdout)[1]
    desk.run("--actor", "W03", "undo", entry, "--yes", code=3)
    assert desk.json("penalty", "show", penalty)["status"] == "confirmed"
    desk.run("undo", entry, "--yes")
    assert desk.json("penalty", "show", penalty)["status"] == "proposed"


@pytest.mark.parametrize(("check", "code", "said"), [("off", 0, False), ("warn", 0, True), ("refuse", 3, True)])
def test_the_post_of_whoever_decides_is_a_policy(desk, check, code, said):
    penalty = fined(desk)
    desk.run("policy", "set", "roles.check", check, "--from", "2026-10-01", "--reason", "x")
    assert ("W01" in desk.run("penalty", "confirm", penalty, "--by", "W01", code=code).stderr) is said
    desk.run("penalty", "confirm", penalty, code=3)  # confirmed already, or typed by nobody of the staff
    if code:
        desk.run("penalty", "confirm", penalty, "--by", "M02")


def test_a_declined_ticket_stays_where_it_is(desk):
    ticket = open_ticket(desk, taken_by="W01")
    ask = ("ticket", "hand-over", ticket, "--to", "W02", "--note", "机械问题")
    desk.run(*ask)
    assert "W02" in desk.run(*ask, code=3).stderr
    desk.run("ticket", "decline", ticket, "--reason", "在外地", "--by", "W01", code=3)
    desk.run("ticket", "decline", ticket, "--reason", "在外地", "--by", "W02")
    assert desk.json("ticket", "show", ticket)["taken_by"] == "W01"
    desk.run("ticket", "accept", ticket, "--by", "W02", code=3)
    desk.run("ledger", "verify")


def test_undo_takes_back_any_entry_that_nothing_depends_on(desk):
    ticket = open_ticket(desk, at="2026-10-05 09:00", on_site_by="2026-10-06 10:00")
    first = send(desk, ticket, "W01", at="2026-10-05 10:00")
    travel(desk, first, depart="2026-10-05 11:00")
    arrived = re.search(r"#(\d+)", desk.run("dispatch", "arrive", first, "--at", "2026-10-05 12:00").stdout)[1]
    second = send(desk, ticket, "W02", at="2026-10-05 13:00")
    assert desk.json("dispatch", "show", second)["due"] is None  # somebody had come
    desk.run("undo", arrived, "--yes")
    assert desk.json("dispatch", "show", second)["due"][5:16] == "10-06T10:00"
    assert desk.json("ticket", "show", ticket)["status"] == "open"
    assert "D2" in desk.run("undo", str(int(arrived) - 3), "--yes", code=3).stderr  # the ticket itself
    desk.run("undo", arrived, "--yes", code=3)
    desk.run("undo", "999", "--yes", code=4)
    desk.run("ledger", "verify")


def test_an_option_of_one_value_is_not_given_two(desk):
    said = desk.run("ticket", "list", "--customer", "甲", "--customer", "乙", code=2).stderr
    assert "--customer" in said


def test_who_never_arrived_owes_no_call(desk):
    dispatch = send(desk, open_ticket(desk, at="2026-10-05 09:00"), "W01", at="2026-10-05 10:00")
    travel(desk, dispatch, depart="2026-10-05 11:00", return_="2026-10-05 18:00")
    assert desk.findings("no_callback") == []


def test_one_of_two_engineers_stays_at_home(desk):
    ticket = open_ticket(desk, at="2026-10-05 09:00")
    dispatch = send(desk, ticket, "W01", "W02", at="2026-10-05 10:00")
    desk.run("dispatch", "cancel", dispatch, "--engineer", "W02", "--reason", "病了")
    assert [row["engineer"] for row in desk.json("dispatch", "show", dispatch)["crew"]] == ["W01"]
    assert desk.json("dispatch", "list", "--engineer", "W02") == []
    desk.run("dispatch", "cancel", dispatch, "--engineer", "W01", "--reason", "客户撤回")
    assert desk.json("dispatch", "show", dispatch)["status"] == "cancelled"
    desk.run("ledger", "verify")
