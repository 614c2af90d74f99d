"""Facts typed after the deadline that they defeat: the policy asks that somebody else accept them, or only shows them."""

import pytest
from conftest import open_ticket, send, travel


@pytest.fixture
def asking(desk):
    """A desk on 20 October whose policy asks about late entries."""
    ask(desk)
    return desk


def ask(desk):
    desk.run("policy", "set", "late.entry", "ask", "--from", "2026-01-01", "--reason", "补录须认可")


def needs(desk, clause):
    return [(f["subject"], f["engineer"], f["needs"]) for f in desk.findings(clause)]


def accepted(desk, entry, actor="M01", code=0):
    """Another person accepts an entry."""
    return desk.run("--actor", actor, "penalty", "accept-entry", entry, "--reason", "电话单为证", code=code)


def journey(desk, **ticket):
    """W01 went on the 5th without a call and is back; all of it typed on the day itself."""
    desk.now = "2026-10-05T08:00:00+08:00"
    made = open_ticket(desk, **ticket)
    desk.run("ticket", "answer", made, "--by", "A01")
    dispatch = send(desk, made, "W01")
    desk.now = "2026-10-05T20:00:00+08:00"
    travel(desk, dispatch, depart="2026-10-05 09:00")
    return dispatch


def arrived(desk, dispatch):
    travel(desk, dispatch, arrive="2026-10-05 12:00", leave="2026-10-05 17:00", return_="2026-10-05 19:00")


# 4.4: a call to the centre


def test_a_call_typed_late_is_accepted_by_somebody_else_first(asking):
    arrived(asking, journey(asking))
    assert needs(asking, "no_callback") == [("D1", "W01", None)]
    asking.now = "2026-10-06T16:30:00+08:00"  # 24 hours after the call, to the second
    asking.run("dispatch", "callback", "D1", "--at", "2026-10-05 16:30")
    assert needs(asking, "no_callback") == []
    asking.run("undo", "--yes")
    asking.now = "2026-10-06T16:30:01+08:00"
    asking.run("dispatch", "callback", "D1", "--at", "2026-10-05 16:30")
    entry = last_entry(asking)
    (finding,) = asking.findings("no_callback")
    assert (finding["needs"], finding["sanction"]) == ("late_entry", {"kind": "fine", "amount": "50.00"})
    assert finding["evidence"]["entered_late"] == [
        {
            "entry": entry, "fact": "callback_at", "happened_at": "2026-10-05T16:30:00+08:00",
            "recorded_at": "2026-10-06T16:30:01+08:00", "actor": "tester",
        }
    ]  # fmt: skip
    accepted(asking, entry)
    assert needs(asking, "no_callback") == []


def last_entry(desk):
    return max(row["entry"] for row in desk.json("ledger", "log"))


def test_while_the_policy_only_shows_them_a_late_call_is_a_call(desk):
    arrived(desk, journey(desk))
    desk.now = "2026-10-09T09:00:00+08:00"
    desk.run("dispatch", "callback", "D1", "--at", "2026-10-05 16:30")
    assert needs(desk, "no_callback") == []


def test_the_policy_is_that_of_the_day_on_which_the_fact_happened(desk):
    desk.run("policy", "set", "late.entry", "ask", "--from", "2026-10-06", "--reason", "x")
    arrived(desk, journey(desk))
    desk.now = "2026-10-09T09:00:00+08:00"
    desk.run("dispatch", "callback", "D1", "--at", "2026-10-05 16:30")
    assert needs(desk, "no_callback") == []


def test_the_hours_are_policy(asking):
    asking.run("policy", "set", "late.entry_hours", "48", "--from", "2026-01-01", "--reason", "x")
    arrived(asking, journey(asking))
    asking.now = "2026-10-07T16:30:00+08:00"
    asking.run("dispatch", "callback", "D1", "--at", "2026-10-05 16:30")
    assert needs(asking, "no_callback") == []
    asking.run("undo", "--yes")
    asking.now = "2026-10-07T16:30:01+08:00"
    asking.run("dispatch", "callback", "D1", "--at", "2026-10-05 16:30")
    assert needs(asking, "no_callback") == [("D1", "W01", "late_entry")]


# 4.5: an arrival, an appointment


def test_an_arrival_typed_late_leaves_the_engineer_not_arrived(asking):
    journey(asking, on_site_by="2026-10-05 13:00")
    asking.now = "2026-10-06T12:00:01+08:00"
    travel(asking, "D1", arrive="2026-10-05 12:00")
    (finding,) = asking.findings("late_on_site")
    assert (finding["needs"], finding["evidence"]["arrived_at"]) == ("late_entry", None)
    accepted(asking, finding["evidence"]["entered_late"][0]["entry"])
    assert needs(asking, "late_on_site") == []


def test_an_arrival_that_was_late_anyway_needs_its_cause(asking):
    journey(asking, on_site_by="2026-10-05 11:59")
    asking.now = "2026-10-07T12:00:00+08:00"
    travel(asking, "D1", arrive="2026-10-05 12:00")
    assert needs(asking, "late_on_site") == [("D1", "W01", "late_cause")]


def test_an_appointment_typed_late_moves_no_due_time_yet(asking):
    journey(asking, on_site_by="2026-10-05 11:00")
    arrived(asking, "D1")
    asking.run("dispatch", "cause", "D1", "--engineer", "W01", "--late-cause", "personal")
    assert needs(asking, "late_on_site") == [("D1", "W01", None)]
    asking.now = "2026-10-06T10:00:01+08:00"
    appoint = ("ticket", "appoint", "T1", "--on-site-by", "2026-10-05 13:00", "--asked-by", "customer")
    asking.run(*appoint, "--at", "2026-10-05 10:00")
    (finding,) = asking.findings("late_on_site")
    assert (finding["needs"], finding["evidence"]["due"]) == ("late_entry", "2026-10-05T11:00:00+08:00")
    assert [entry["fact"] for entry in finding["evidence"]["entered_late"]] == ["appointment"]


# 4.6: a report


def test_a_report_amended_late_stands_as_it_was(asking):
    arrived(asking, journey(asking))
    asking.run("service-report", "file", "D1", "--by", "W01", "--fault-cause", "漏油", "--no-parts")
    asking.now = "2026-10-10T09:00:00+08:00"
    assert needs(asking, "incomplete_report") == [("R1", "W01", None)]
    whole = ("--solution", "换密封", "--customer-opinion", "满意")
    asking.run("service-report", "amend", "R1", *whole, "--at", "2026-10-08 09:00")
    (finding,) = asking.findings("incomplete_report")
    assert (finding["needs"], finding["evidence"]["missing"]) == ("late_entry", ["solution", "customer_opinion"])


# 3.4: an answer


def test_an_answer_typed_late_leaves_the_ticket_unanswered(asking):
    asking.now = "2026-10-05T08:00:00+08:00"
    open_ticket(asking)
    asking.now = "2026-10-06T12:00:00+08:00"
    assert needs(asking, "answer_overdue") == [("T1", None, None)]
    asking.run("ticket", "answer", "T1", "--at", "2026-10-05 09:00", "--by", "A01")
    (finding,) = asking.findings("answer_overdue")
    assert (finding["needs"], finding["sanction"]["kind"]) == ("late_entry", "none")


# What follows


def test_it_is_recorded_as_it_stands_and_flagged_once_the_entry_is_accepted(asking):
    arrived(asking, journey(asking))
    asking.now = "2026-10-09T09:00:00+08:00"
    asking.run("dispatch", "callback", "D1", "--at", "2026-10-05 16:30")
    entry = last_entry(asking)
    (row,) = [row for row in asking.json("status") if row["kind"] == "finding" and row["step"] == "late_entry"]
    assert row["next"][:4] == ["svcdesk", "penalty", "accept-entry", str(entry)]
    asking.run("penalty", "check", "--month", "2026-10", "--record")
    assert asking.json("penalty", "show", "P1")["facts_changed"] is False
    assert "16:30" in asking.run("penalty", "notice", "P1").stdout
    accepted(asking, entry)
    assert asking.json("penalty", "show", "P1")["facts_changed"] is True
    waiting = [row["next"][1:3] for row in asking.json("status") if row["subject"] == "P1"]
    assert waiting == [["penalty", "waive"]]


def test_neither_who_typed_it_nor_whom_it_is_about_accepts_a_late_entry(asking):
    arrived(asking, journey(asking))
    asking.now = "2026-10-09T09:00:00+08:00"
    asking.run("dispatch", "callback", "D1", "--at", "2026-10-05 16:30")
    entry = last_entry(asking)
    accepted(asking, entry, actor="tester", code=3)
    accepted(asking, entry, actor="W01", code=3)
    asking.run("--actor", "M01", "penalty", "accept-entry", entry, "--by", "W01", "--reason", "x", code=3)
    accepted(asking, 999, code=4)
    told = asking.json("--actor", "M01", "penalty", "accept-entry", entry, "--reason", "电话单为证")
    assert told == {"entry": entry, "at": "2026-10-09T09:00:00+08:00", "by": "M01", "reason": "电话单为证"}
    accepted(asking, entry, code=3)  # once is enough
    (row,) = [r for r in asking.json("report", "late-entries", "--month", "2026-10") if r["fact"] == "callback_at"]
    assert row["accepted"] is True
    asking.run("--actor", "M01", "undo", "--yes")
    assert needs(asking, "no_callback") == [("D1", "W01", "late_entry")]


def test_what_was_taken_over_from_another_register_is_not_late(asking, tmp_path):
    """History that is imported was typed elsewhere, and is judged as it is."""
    arrived(asking, journey(asking))
    asking.run("dispatch", "callback", "D1", "--at", "2026-10-05 16:30")
    files = {}
    for table in ("staff", "customers", "contracts", "tickets", "dispatches"):
        files[table] = tmp_path / f"{table}.csv"
        asking.run("export", table, "--reveal", "-o", files[table])
    other = type(asking)(tmp_path / "other")
    other.folder.mkdir()
    other.now = "2026-10-20T09:00:00+08:00"
    other.run("init", "--centre", "北方客服支撑中心", "--home", "北京")
    ask(other)
    for table, file in files.items():
        other.run("import", table, file)
    assert needs(other, "no_callback") == []
