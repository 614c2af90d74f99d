"""Complaints about several persons: decided against some of them, each judged for themselves, none of them judging (4.1, 4.2)."""

import json

import pytest
from conftest import InProcess, new_ledger, open_ticket, send, travel

OPEN = (
    "complaint",
    "open",
    "--channel",
    "call",
    "--complainant",
    "孙工",
    "--summary",
    "慢",
    "--at",
    "2026-10-14 09:00",
)
UPHELD = ("--finding", "upheld", "--cause")


@pytest.fixture
def ticket(desk):
    """W01 and W02 came late to it, for personal reasons."""
    ticket = open_ticket(desk, at="2026-10-10 09:00", on_site_by="2026-10-11 09:00")
    dispatch = send(desk, ticket, "W01", "W02", at="2026-10-10 10:00")
    travel(desk, dispatch, depart="2026-10-10 11:00", arrive="2026-10-11 12:00", callback="2026-10-11 13:00")
    for code in ("W01", "W02"):
        desk.run("dispatch", "cause", dispatch, "--engineer", code, "--late-cause", "personal")
    return ticket


def complain(desk, *about, ticket=None):
    named = [part for code in about for part in ("--about", code)]
    complaint = desk.json(*OPEN, *named, *(("--ticket", ticket) if ticket else ()))
    desk.run("complaint", "assign", complaint["id"], "--department", "质量", "--by", "M01")
    desk.run("complaint", "investigate", complaint["id"], "--note", "x", "--by", "M01")
    return complaint


def decide(desk, *options, by="M01", code=0):
    return desk.run("complaint", "decide", "C1", *options, "--by", by, code=code)


def people(desk, clause="complaint_upheld"):
    return sorted((finding["engineer"], finding["absorbed_by"]) for finding in desk.findings(clause))


def test_each_person_it_is_decided_against_has_a_finding(desk, ticket):
    assert complain(desk, "W01", "W02", "W01", ticket=ticket)["about"] == ["W01", "W02"]
    assert people(desk, "late_on_site") == [("W01", None), ("W02", None)]
    decide(desk, *UPHELD, "untimely")
    assert people(desk) == [("W01", None), ("W02", None)]
    assert people(desk, "late_on_site") == [("W01", "C1"), ("W02", "C1")]
    desk.run("penalty", "check", "--record")
    assert len([row for row in desk.json("penalty", "list") if row["clause"] == "complaint_upheld"]) == 2
    desk.run("ledger", "verify")


def test_against_one_of_them_is_no_finding_for_the_other(desk, ticket):
    complain(desk, "W01", "W02", ticket=ticket)
    decide(desk, *UPHELD, "untimely", "--against", "W02")
    assert people(desk) == [("W02", None)]
    assert people(desk, "late_on_site") == [("W01", None), ("W02", "C1")]
    shown = desk.json("complaint", "show", "C1")
    assert (shown["about"], shown["against"]) == (["W01", "W02"], ["W02"])


def test_it_holds_against_nobody_whom_it_is_not_about(desk):
    complain(desk, "W01")
    assert "W03" in decide(desk, *UPHELD, "quarrel", "--against", "W03", code=2).stderr
    decide(desk, "--finding", "not_upheld", "--against", "W01", code=2)
    decide(desk, *UPHELD, "quarrel", "--about", "W03", "--against", "W03")
    assert people(desk) == [("W03", None)]


def test_none_of_them_assigns_investigates_or_decides(desk):
    complaint = desk.json(*OPEN, "--about", "W01", "--about", "M01")["id"]
    desk.run("complaint", "assign", complaint, "--department", "质量", "--by", "M01", code=3)
    desk.run("complaint", "assign", complaint, "--department", "质量", "--by", "A01")
    for code in ("W01", "M01"):
        desk.run("complaint", "investigate", complaint, "--note", "x", "--by", code, code=3)
    desk.run("complaint", "investigate", complaint, "--note", "x")
    decide(desk, "--finding", "not_upheld", by="W01", code=3)
    desk.run("--actor", "M01", "complaint", "decide", complaint, "--finding", "not_upheld", "--by", "A01", code=3)


def test_the_list_is_filtered_by_any_of_them(desk):
    complain(desk, "W01", "W02")
    desk.run(*OPEN, "--about", "W03")
    assert [row["id"] for row in desk.json("complaint", "list", "--about", "W02")] == ["C1"]
    assert desk.json("complaint", "list", "--about", "A01") == []


def test_whom_it_is_about_is_put_right_until_it_is_decided(desk):
    complain(desk, "W01")
    desk.run("amend", "C1", "about=W02,W03", "--reason", "记错")
    assert desk.json("complaint", "show", "C1")["about"] == ["W02", "W03"]
    desk.run("amend", "C1", "about=W99", "--reason", "记错", code=4)
    decide(desk, *UPHELD, "quarrel")
    desk.run("amend", "C1", "about=W01", "--reason", "记错", code=3)
    desk.run("amend", "C1", "against=W02", "--reason", "记错", code=3)


def test_whoever_is_complained_of_amends_nothing_of_its_ticket(desk, ticket):
    complain(desk, "W03", ticket=ticket)
    amend = ("amend", ticket, "received_at=2026-10-10 08:00", "--reason", "x")
    assert "4.1" in desk.run("--actor", "W03", *amend, code=3).stderr
    desk.run(*amend)
    decide(desk, "--finding", "not_upheld")
    desk.run("--actor", "W03", "amend", ticket, "received_at=2026-10-10 08:30", "--reason", "x")


def test_undo_of_naming_them_leaves_the_rest(desk):
    complain(desk, "W01")
    desk.run("complaint", "investigate", "C1", "--note", "y", "--about", "W02", "--by", "M01")
    desk.run("undo", "--yes")
    assert desk.json("complaint", "show", "C1")["about"] == ["W01"]


def test_who_decides_is_held_to_the_post(desk):
    complain(desk, "W01")
    assert "A01" in decide(desk, *UPHELD, "quarrel", by="A01").stderr
    steps = desk.json("complaint", "show", "C1")["steps"]
    assert [(step["step"], step.get("entitled")) for step in steps][::2] == [("assign", True), ("decide", False)]
    desk.run("policy", "set", "roles.check", "refuse", "--from", "2026-10-01", "--reason", "x", "--by", "M01")
    desk.run(*OPEN)
    desk.run("complaint", "assign", "C2", "--department", "质量", "--by", "A01", code=3)


@pytest.mark.parametrize("about", ['"[""W01"",""W02""]"', "W01", ""])
def test_exports_of_earlier_versions_come_in(desk, tmp_path, about):
    rows = tmp_path / "rows.csv"
    rows.write_text(f"at,channel,summary,about\n2026-10-01 09:00,call,慢,{about}\n", encoding="utf-8")
    desk.run("import", "complaints", rows)
    named = desk.json("complaint", "list")[0]["about"]
    assert named == (json.loads(about[1:-1].replace('""', '"')) if about[:1] == '"' else [about] if about else [])
    rows.write_text("at,channel,summary,about\n2026-10-01 09:00,call,慢,W99\n", encoding="utf-8")
    assert "W99" in desk.run("import", "complaints", rows, code=2).stderr


def test_they_come_back_from_an_export(desk, ticket, tmp_path):
    complain(desk, "W01", "W02")
    decide(desk, *UPHELD, "quarrel", "--against", "W02")
    (tmp_path / "other").mkdir()
    other = new_ledger(InProcess(tmp_path / "other"))
    for table in ("staff", "complaints"):
        path = tmp_path / f"{table}.csv"
        path.write_text(desk.run("export", table, "--reveal").stdout, encoding="utf-8")
        other.run("import", table, path)
    assert other.run("export", "complaints", "--reveal").stdout == desk.run("export", "complaints", "--reveal").stdout
    assert people(other) == people(desk)
