"""A journey told in one call, and who is free for the next one."""

import pytest
from conftest import open_ticket


@pytest.fixture
def sent(desk):
    """W03 is sent to Nanjing on the 6th, to be there on the 7th at eleven; it is the evening of the 7th."""
    desk.now = "2026-10-07T22:00:00+08:00"
    open_ticket(desk, at="2026-10-06 09:00", on_site_by="2026-10-07 11:00")
    desk.run("dispatch", "send", "T1", "--engineer", "W03", "--place", "南京", "--at", "2026-10-06 10:00")
    return desk


def crew(desk):
    return desk.json("dispatch", "show", "D1")["crew"][0]


def test_one_call_is_one_entry(sent):
    before = len(sent.run("ledger", "log", "-f", "jsonl").stdout.splitlines())
    said = sent.run(
        "dispatch", "log", "D1", "return=21:00", "depart=8:50", "arrive=11:20", "callback=17:30", "leave=17:35"
    )
    assert "20 min late" in said.stdout
    assert crew(sent)["returned_at"] == "2026-10-07T21:00:00+08:00"
    assert len(sent.run("ledger", "log", "-f", "jsonl").stdout.splitlines()) == before + 1


def test_a_bare_clock_is_on_the_day_and_goes_on_to_the_next(sent):
    sent.run("dispatch", "log", "D1", "depart=22:10", "arrive=6:40", "--day", "昨天")
    assert (crew(sent)["departed_at"], crew(sent)["arrived_at"]) == (
        "2026-10-06T22:10:00+08:00",
        "2026-10-07T06:40:00+08:00",
    )
    sent.run("dispatch", "log", "D1", "leave=下午三点")  # on the day of the departure it would run backwards
    assert crew(sent)["left_at"] == "2026-10-07T15:00:00+08:00"


@pytest.mark.parametrize("told", ["depart", "go=9:00", "depart=", "depart=25:00", "depart=23:00"])
def test_what_is_no_step_or_no_time_is_refused(sent, told):
    sent.run("dispatch", "log", "D1", told, code=2)
    assert crew(sent)["departed_at"] is None


def test_a_step_out_of_order_writes_nothing(sent):
    sent.run("dispatch", "log", "D1", "depart=8:50", "leave=9:00", code=3)
    assert crew(sent)["departed_at"] is None


def test_near_is_the_city_then_its_province_of_home_or_last_journey(sent):
    sent.run("customer", "set", "江南机床", "--city", "苏州")
    near = {row["engineer"]: row["near"] for row in sent.json("staff", "free", "--near", "苏州")}
    assert near == {"W01": None, "W02": None, "W03": None}
    sent.run("dispatch", "depart", "D1", "--at", "2026-10-06 18:00")  # to 南京, in the same province
    rows = sent.json("staff", "free", "--ticket", "T1")
    assert {row["engineer"]: row["near"] for row in rows} == {"W01": None, "W02": None, "W03": "province"}
    assert sent.run("staff", "free").stdout.count("near") == 0  # no column for what was not asked


def test_who_mended_the_product_before(sent):
    sent.run("amend", "T1", "product=VMC", "--reason", "漏记")
    rows = {row["engineer"]: row["mended"] for row in sent.json("staff", "free", "--product", "VMC")}
    assert rows == {"W01": 0, "W02": 0, "W03": 0}
    sent.run("dispatch", "log", "D1", "depart=2026-10-06 18:00", "arrive=20:00", "callback=21:00", "leave=21:10")
    rows = {row["engineer"]: row["mended"] for row in sent.json("staff", "free", "--ticket", "T1")}
    assert rows == {"W01": 0, "W02": 0, "W03": 1}


def test_who_is_free_and_who_is_away_where(sent):
    sent.run("dispatch", "depart", "D1", "--at", "2026-10-06 18:00")
    rows = sent.json("staff", "free", "tomorrow", "--near", "上海")
    assert [(row["engineer"], row["free"]) for row in rows] == [("W01", True), ("W02", True), ("W03", False)]
    assert rows[2] == {
        "engineer": "W03", "name": "王强", "free": False, "dispatch": "D1", "place": "南京", "until": None, "home": "上海",
        "days_this_month": 3, "last_place": "南京", "open_dispatches": 1, "near": "city", "mended": None,
    }  # fmt: skip
    sent.run("dispatch", "return", "D1", "--at", "2026-10-07 20:00")
    assert [row["engineer"] for row in sent.json("staff", "free", "明天", "--near", "上海")] == ["W03", "W01", "W02"]
    assert sent.json("staff", "free", "今天")[2]["until"] == "2026-10-07T20:00:00+08:00"
