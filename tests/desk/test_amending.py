"""Amendments: what was typed wrongly is put right in words, checked as if it had been typed so."""

import pytest
from conftest import open_ticket, send, travel
from test_cli import talk

REASON = ("--reason", "听错")


@pytest.fixture
def journey(desk):
    """T1 with W01 and W02 there and back; W02 came ten minutes late."""
    ticket = open_ticket(desk, at="2026-10-15 09:00", on_site_by="2026-10-16 11:50")
    dispatch = send(desk, ticket, "W01", "W02", at="2026-10-15 10:00")
    travel(desk, dispatch, depart="2026-10-16 08:00", arrive="2026-10-16 12:00")
    return desk


def crew(desk, dispatch="D1"):
    return {member["engineer"]: member for member in desk.json("dispatch", "show", dispatch)["crew"]}


def test_a_bare_clock_keeps_the_day_and_what_follows_is_settled(journey):
    journey.run("amend", "D1", "arrived_at=11:40", "--engineer", "W02", *REASON)
    assert crew(journey)["W02"]["arrived_at"] == "2026-10-16T11:40:00+08:00"
    assert crew(journey)["W02"]["late_minutes"] == 0 and crew(journey)["W01"]["late_minutes"] == 10
    assert journey.json("ticket", "show", "T1")["answered_at"] == "2026-10-16T11:40:00+08:00"
    assert "CONSISTENT" in journey.run("ledger", "verify").stdout


def test_the_record_tells_its_amendments(journey):
    journey.run("amend", "D1", "place=上海", *REASON)
    journey.run("amend", "D1", "arrived_at=11:40", "--engineer", "W02", *REASON)
    journey.run("undo", "--yes")
    told = journey.run("dispatch", "show", "D1").stdout
    assert "听错" in told and "put right" in told
    assert "11:40" not in told  # what was taken back is told no more


def test_one_entry_and_its_reason(journey):
    before = len(journey.json("ledger", "log"))
    journey.run("amend", "T1", "summary=主轴异响", "product=铣床", *REASON)
    assert len(journey.json("ledger", "log")) == before + 1
    assert "听错" in str(journey.json("ledger", "log", "--record", "T1"))
    assert (journey.json("ticket", "show", "T1")["summary"]) == "主轴异响"


@pytest.mark.parametrize(
    ("record", "change", "code", "said"),
    [
        ("D1", "arrived_at=2026-10-16 07:00", 2, "departed_at"),  # before the departure
        ("D1", "arrived_at=2027-01-01 07:00", 2, "future"),
        ("D1", "late_minutes=3", 2, "arrived_at"),  # says what to amend instead
        ("D1", "status=returned", 2, "arrived_at"),
        ("D1", "colour=red", 2, "place"),
        ("T1", "answered_in_time=true", 2, "answered_at"),
        ("T1", "answered_at=2026-10-17 09:00", 2, "dispatch.arrived_at"),  # W01 was there before
        ("T1", "customer=没有的厂", 4, "customer"),
        ("T1", "kind=gardening", 2, "repair"),
        ("T1", "summary=", 2, "empty"),
        ("T1", f"summary={'长' * 2001}", 2, "2000"),
        ("T1", "status=closed", 3, "svcdesk ticket"),
        ("T1", "closed_at=2026-10-17 09:00", 3, "svcdesk ticket close"),
        ("T1", "summary", 2, "FIELD=VALUE"),
        ("T9", "summary=x", 4, "T9"),
        ("没有的厂", "city=北京", 4, "search"),
    ],
)  # fmt: skip
def test_what_cannot_be_amended_says_why(journey, record, change, code, said):
    before = journey.ledger.read_bytes()
    engineer = ("--engineer", "W01") if record == "D1" else ()
    assert said in journey.run("amend", record, change, *engineer, *REASON, code=code).stderr
    assert journey.ledger.read_bytes() == before


def test_which_engineer_must_be_said_where_several_went(journey):
    said = journey.run("amend", "D1", "arrived_at=11:40", *REASON, code=2).stderr
    assert "W01" in said and "W02" in said and "--engineer" in said


def test_an_amendment_needs_a_reason_and_something_to_amend(journey):
    journey.run("amend", "T1", "summary=x", code=2)
    journey.run("amend", "T1", "summary=x", "--reason", " ", code=2)
    journey.run("amend", "T1", *REASON, code=2)
    journey.run("amend", "T1", f"summary={journey.json('ticket', 'show', 'T1')['summary']}", *REASON, code=2)


def test_what_somebody_decided_changes_only_by_its_own_verb(desk):
    expense = ("expense", "add", "--engineer", "W01", "--category", "other", "--date", "2026-10-01")
    desk.run(*expense, "--amount", "100", "--invoice", "F1")
    desk.run("amend", "E1", "amount=90", *REASON)
    desk.run("expense", "approve", "E1", "--by", "M01")
    assert "svcdesk expense reject" in desk.run("amend", "E1", "amount=900", *REASON, code=3).stderr
    assert "4.3" in desk.run("amend", "E1", "status=reimbursed", *REASON, code=3).stderr
    rows = desk.run("export", "expenses", "--reveal").stdout.replace("90.00", "900.00")
    (desk.folder / "e.csv").write_text(rows, encoding="utf-8")
    assert "4.3" in desk.run("import", "expenses", desk.folder / "e.csv", "--update", code=3).stderr
    assert desk.json("expense", "show", "E1")["amount"] == "90.00"


def test_a_recorded_penalty_is_flagged_by_itself(journey):
    journey.run("dispatch", "cause", "D1", "--engineer", "W02", "--late-cause", "personal")
    journey.run("penalty", "check", "--month", "2026-10", "--record")
    late = next(p["id"] for p in journey.json("penalty", "list") if p["clause"] == "late_on_site")
    journey.run("amend", "D1", "arrived_at=11:40", "--engineer", "W02", *REASON)
    assert journey.json("penalty", "show", late)["facts_changed"] is True


def test_nobody_amends_what_they_are_judged_by(journey):
    journey.run("dispatch", "cause", "D1", "--engineer", "W02", "--late-cause", "personal")
    args = ("amend", "D1", "arrived_at=11:40", "--engineer", "W02", *REASON)
    journey.run(*args, "--by", "W02", code=3)
    journey.run("--actor", "W02", *args, code=3)
    journey.run(*args, "--by", "M01")


@pytest.mark.parametrize(
    ("record", "change"),
    [("T1", "on_site_by=13:00"), ("T1", "kind=consultation"), ("appointment:1", "on_site_by=13:00"), ("D1", "due=13:00")],
)  # fmt: skip
def test_nor_the_time_by_which_they_had_to_be_there(journey, record, change):
    journey.run("dispatch", "cause", "D1", "--engineer", "W02", "--late-cause", "personal")
    args, before = ("amend", record, change, *REASON), journey.ledger.read_bytes()
    journey.run(*args, "--by", "W02", code=3)
    journey.run("--actor", "W02", *args, code=3)
    assert journey.ledger.read_bytes() == before
    journey.run(*args, "--by", "M01")


def test_what_no_finding_rests_on_is_anybodys_to_put_right(journey):
    journey.run("dispatch", "cause", "D1", "--engineer", "W02", "--late-cause", "personal")
    journey.run("amend", "T1", "summary=主轴异响", *REASON, "--by", "W02")
    journey.run("amend", "D1", "place=上海", *REASON, "--by", "W02")


def test_the_customers_time_is_put_right_where_it_stands(journey):
    journey.run("amend", "T1", "on_site_by=13:00", *REASON)
    assert {member["late_minutes"] for member in crew(journey).values()} == {0}
    assert journey.json("ticket", "show", "T1")["on_site_by"] == "2026-10-16T13:00:00+08:00"


def test_personal_data_is_put_right_outside_the_journal(desk):
    opened = ("complaint", "open", "--channel", "call", "--complainant", "周工", "--summary", "慢")
    desk.run(*opened)
    desk.run("amend", "C1", "complainant=吴工", "channel=letter", *REASON)
    assert desk.json("complaint", "show", "C1", "--reveal")["complainant"] == "吴工"
    assert "吴工" not in desk.run("ledger", "log").stdout
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout


def test_records_without_an_id_are_named_by_their_register(journey):
    journey.run("ticket", "hold", "T1", "--reason", "等零件")
    journey.run("amend", "hold:1", "reason=等备件", *REASON)
    assert "等备件" in journey.run("export", "holds").stdout


def test_at_a_terminal_the_record_is_shown_and_asked_about(executable):
    open_ticket(executable)
    code, said = talk(executable, ["amend", "T1", *REASON], ["summary", "主轴异响", ""])
    assert code == 0, said
    assert executable.json("ticket", "show", "T1")["summary"] == "主轴异响"
