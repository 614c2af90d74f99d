"""What a command lets through and what it stops: the gates between the steps of the work."""

import pytest
from conftest import open_ticket, send, travel


def visited(desk):
    """A ticket whose engineer arrived, called, left and came back, with nothing else recorded."""
    ticket = open_ticket(desk, at="2026-10-05 09:00")
    dispatch = send(desk, ticket, "W01", at="2026-10-05 10:00")
    travel(desk, dispatch, depart="2026-10-05 11:00", arrive="2026-10-05 15:00", callback="2026-10-05 17:00")
    travel(desk, dispatch, leave="2026-10-05 17:10", return_="2026-10-05 20:00")
    return ticket, dispatch


def test_an_arrival_is_an_answer(desk):
    """3.4: the first reply of substance is a plan, a solution or an arrival."""
    ticket, _ = visited(desk)
    row = desk.json("ticket", "show", ticket)
    assert (row["answered_at"], row["answered_in_time"], row["status"]) == (
        "2026-10-05T15:00:00+08:00",
        True,
        "answered",
    )
    assert not desk.findings("answer_overdue")
    desk.run("ticket", "answer", ticket, "--at", "2026-10-05 16:00", code=3)
    desk.run("ticket", "answer", ticket, "--at", "2026-10-05 09:30")  # the call before it, entered later, was the first
    assert desk.json("ticket", "show", ticket)["answered_at"] == "2026-10-05T09:30:00+08:00"
    desk.run("ticket", "answer", ticket, "--at", "2026-10-05 09:10")
    assert desk.json("ticket", "show", ticket)["answered_at"] == "2026-10-05T09:10:00+08:00"
    desk.run("ledger", "verify")


def test_a_ticket_is_closed_after_its_report_and_survey(desk):
    ticket, dispatch = visited(desk)
    content = ("--fault-cause", "x", "--solution", "y", "--no-parts", "--customer-opinion", "z")
    desk.run("service-report", "file", dispatch, *content, "--at", "2026-10-06 10:00")
    desk.run("survey", "add", ticket, "--score", "5", "--at", "2026-10-07 10:00")
    close = ("ticket", "close", ticket, "--resolution", "y", "--at")
    desk.run(*close, "2026-10-05 21:00", code=2)
    desk.run(*close, "2026-10-07 09:59", code=2)
    desk.run(*close, "2026-10-07 10:00")


def complained(desk, *steps):
    desk.run("complaint", "open", "--channel", "call", "--complainant", "周工", "--summary", "x", "--about", "W01")
    for step in steps:
        desk.run("complaint", *step)


def test_the_accused_can_neither_assign_nor_investigate_nor_decide(desk):
    complained(desk)
    desk.run("complaint", "assign", "C1", "--department", "d", "--by", "W01", code=3)
    desk.run("complaint", "assign", "C1", "--department", "d", "--by", "M01")
    desk.run("complaint", "investigate", "C1", "--note", "x", "--by", "W01", code=3)
    desk.run("complaint", "investigate", "C1", "--note", "x", "--by", "M01")
    desk.run("complaint", "decide", "C1", "--finding", "not_upheld", "--by", "W01", code=3)


@pytest.mark.parametrize("flags", [(), ("--satisfied", "--unsatisfied")])
def test_feedback_is_one_thing_or_the_other(desk, flags):
    assign = ("assign", "C1", "--department", "d", "--by", "M01")
    complained(desk, assign, ("investigate", "C1", "--note", "x"), ("decide", "C1", "--finding", "not_upheld"))
    before = desk.ledger.read_bytes()
    desk.run("complaint", "feedback", "C1", *flags, code=2)
    assert desk.ledger.read_bytes() == before


@pytest.mark.parametrize("flags", [(), ("--uphold", "--overturn")])
def test_an_appeal_is_decided_one_way_or_the_other(desk, flags):
    desk.run("conduct", "record", "W01", "disobedience", "--note", "x")
    desk.run("penalty", "check", "--record")
    desk.run("penalty", "confirm", "P1")
    desk.run("penalty", "appeal", "P1", "--reason", "x")
    desk.run("penalty", "decide", "P1", *flags, "--reason", "x", code=2)
    assert desk.json("penalty", "show", "P1")["status"] == "appealed"


@pytest.mark.parametrize(
    "command",
    [
        ("conduct", "record", "W01", "disobedience", "--note", " "),
        ("policy", "set", "no_callback.fine", "1", "--from", "2026-02-01", "--reason", ""),
        ("expense", "falsified", "E1", "--sanction", "demerit", "--evidence", ""),
        ("customer", "add", ""),
        ("staff", "add", "X1", "--name", " "),
    ],
)
def test_what_is_required_is_not_left_blank(desk, command):
    desk.run("expense", "add", "--engineer", "W01", "--category", "other", "--amount", "5", "--date", "2026-10-01")
    before = desk.ledger.read_bytes()
    assert "must not be empty" in desk.run(*command, code=2).stderr
    assert desk.ledger.read_bytes() == before


@pytest.mark.parametrize(("first", "second"), [("123", "１２３"), ("A-1", "a-1"), ("A-1", " A-1 ")])
def test_an_invoice_written_another_way_is_the_same_invoice(desk, first, second):
    add = ("expense", "add", "--engineer", "W01", "--category", "other", "--amount", "5", "--date", "2026-10-01")
    for number in (first, second):
        desk.run(*add, "--invoice", number)
    problems = [[problem["code"] for problem in row["problems"]] for row in desk.json("expense", "list")]
    assert problems == [[], ["duplicate_invoice"]]


def test_recording_nothing_new_leaves_no_entry(desk):
    before = desk.ledger.read_bytes()
    assert "nothing new" in desk.run("penalty", "check", "--record").stderr
    assert desk.ledger.read_bytes() == before


def test_a_confirmed_penalty_whose_facts_changed_is_on_the_board(desk):
    desk.run("conduct", "record", "W01", "disobedience", "--note", "x")
    desk.run("penalty", "check", "--record")
    desk.run("penalty", "confirm", "P1")
    assert "changed" not in {row["step"] for row in desk.json("status")}
    desk.run("policy", "set", "disobedience.fine", "70", "--from", "2026-01-01", "--reason", "x")
    assert [row["subject"] for row in desk.json("status") if row["step"] == "changed"] == ["P1"]
    desk.run("penalty", "settle", "P1", code=3)
