"""Plans, rectifications, inspections, visits and suggestions as a desk works with them (registers.md, part A)."""

import pytest
from conftest import InProcess, copied, open_ticket, send, travel

NOTE = ("--note", "已改")


@pytest.fixture
def desk(hired, tmp_path):
    made = copied(hired, tmp_path, InProcess)
    made.now = "2026-10-20T09:00:00+08:00"
    return made


def visit(desk, customer, *more, way="on_site", code=0):
    return desk.run(
        "visit", "make", "--customer", customer, "--by", "W01", "--way", way, "--summary", "x", *more, code=code
    )


def plan(desk, *more, every="3m", since="2026-10-01", kind="visit"):
    return desk.run("plan", "add", "--kind", kind, "--title", "走访", "--every", every, "--from", since, *more)


def due(desk):
    return [row["due"] for row in desk.json("plan", "list")]


def test_each_key_customer_gets_one_plan_and_loses_it_with_the_flag(desk):
    desk.run("customer", "set", "华北钢厂", "--key")
    desk.run("customer", "set", "江南机床", "--key")
    add = ("plan", "add", "--kind", "visit", "--title", "重点", "--key-customers", "--from", "2026-10-01")
    desk.run(*add)
    assert [(row["target"], row["every"]) for row in desk.json("plan", "list")] == [
        ("华北钢厂", "3m"),
        ("江南机床", "3m"),
    ]
    desk.run(*add, code=3)
    desk.run("customer", "set", "江南机床", "--no-key")
    assert [row["status"] for row in desk.json("plan", "list")] == ["open", "ended"]
    desk.run("undo", "--yes")
    assert [row["status"] for row in desk.json("plan", "list")] == ["open", "open"]
    desk.run("amend", "江南机床", "key=false", "--reason", "误标")
    assert [row["status"] for row in desk.json("plan", "list")] == ["open", "ended"]


def test_a_visit_to_any_customer_of_a_region_fulfils_its_plan(desk):
    desk.run("customer", "set", "华北钢厂", "--region", "华北")
    plan(desk, "--region", "华北")
    plan(desk, "--region", "西南")
    visit(desk, "华北钢厂")
    assert due(desk) == ["2027-01-20", "2027-01-01"]
    desk.run("undo", "--yes")
    assert due(desk) == ["2027-01-01", "2027-01-01"]


def test_a_follow_up_by_telephone_is_no_visit_unless_it_names_the_plan(desk):
    ticket = open_ticket(desk, at="2026-10-05 09:00")
    customer = desk.json("ticket", "show", ticket)["customer"]
    plan(desk, "--customer", customer)
    visit(desk, customer, "--ticket", ticket, way="call")
    assert due(desk) == ["2027-01-01"]
    visit(desk, customer, way="call")
    assert due(desk) == ["2027-01-20"]


def test_a_visit_fulfils_only_a_plan_that_is_for_it(desk):
    plan(desk, "--customer", "江南机床")
    plan(desk, "--area", "备件库", kind="inspection")
    visit(desk, "华北钢厂", "--plan", "PL1", code=2)
    visit(desk, "江南机床", "--plan", "PL2", code=2)
    desk.run("plan", "end", "PL1")
    visit(desk, "江南机床", "--plan", "PL1", code=3)


def test_an_arrival_is_a_visit_once(desk):
    ticket = open_ticket(desk, at="2026-10-05 09:00")
    dispatch = send(desk, ticket, "W02", at="2026-10-05 10:00")
    desk.run("visit", "from-dispatch", dispatch, code=3)
    travel(desk, dispatch, depart="2026-10-06 08:00", arrive="2026-10-07 10:00")
    desk.run("visit", "from-dispatch", dispatch)
    (made,) = desk.json("visit", "list")
    assert (made["by"], made["way"], made["dispatch"], made["at"][:16]) == (
        "W02",
        "on_site",
        dispatch,
        "2026-10-07T10:00",
    )
    desk.run("visit", "from-dispatch", dispatch, code=3)


def test_a_rectification_goes_round_until_somebody_else_is_content(desk):
    desk.run("rectify", "open", "--summary", "x", "--owner", "W01", "--due", "2026-10-25")
    desk.run("rectify", "verify", "RC1", "--passed", "--by", "M01", code=3)
    for number in (1, 2):
        desk.run("rectify", "done", "RC1", *NOTE)
        desk.run("rectify", "verify", "RC1", "--failed", "--by", "M01")
        assert desk.json("rectify", "show", "RC1")["round"] == number + 1
    desk.run("rectify", "done", "RC1", *NOTE)
    for verdict in (("--passed", "--by", "W01"), ("--failed", "--by", "W01")):
        desk.run("rectify", "verify", "RC1", *verdict, code=3)
    desk.run("--actor", "W01", "rectify", "verify", "RC1", "--passed", "--by", "M01", code=3)
    desk.run("rectify", "cancel", "RC1", "--reason", "x", "--by", "W01", code=3)
    desk.run("rectify", "verify", "RC1", "--passed", "--by", "M01")
    desk.run("--actor", "W01", "undo", "--yes", code=3)  # taking a step back counts as doing it
    assert desk.json("rectify", "show", "RC1")["verified_by"] == "M01"
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout


@pytest.mark.parametrize(("on", "overdue"), [("2026-10-25 18:00", []), ("2026-10-26 09:00", ["RC1"])])
def test_a_rectification_extended_after_its_day_is_overdue_all_the_same(desk, on, overdue):
    desk.run("rectify", "open", "--summary", "x", "--owner", "W01", "--due", "2026-10-25")
    desk.now = f"{on.replace(' ', 'T')}:00+08:00"
    desk.run("rectify", "extend", "RC1", "--due", "2026-10-29", "--reason", "货架未到", "--by", "M01")
    desk.now = "2026-10-28T09:00:00+08:00"
    assert [found["subject"] for found in desk.findings("rectification_overdue")] == overdue
    assert [one["due"] for one in desk.json("rectify", "show", "RC1")["dues"]] == ["2026-10-25", "2026-10-29"]


def test_the_day_that_a_rectification_is_due_is_not_its_owners_to_put_right(desk):
    desk.run("rectify", "open", "--summary", "x", "--owner", "W01", "--due", "2026-10-25")
    assert "W01" in desk.run("--actor", "W01", "amend", "RC1", "due=2026-10-30", "--reason", "x", code=3).stderr
    desk.run("amend", "RC1", "due=2026-10-30", "--reason", "x")
    assert desk.json("rectify", "show", "RC1")["due"] == "2026-10-30"


@pytest.mark.parametrize("more", [(), ("--owner", "W01", "--department", "行政部")])
def test_a_rectification_is_somebodys(desk, more):
    desk.run("rectify", "open", "--summary", "x", "--due", "2026-10-25", *more, code=2)


@pytest.mark.parametrize(("policy", "code"), [("off", 0), ("warn", 0), ("refuse", 3)])
def test_a_source_closes_only_when_its_rectifications_are(desk, policy, code):
    desk.run("policy", "set", "rectify.gate", policy, "--from", "today", "--reason", "x")
    desk.run("complaint", "open", "--channel", "call", "--complainant", "周工", "--summary", "x", "--about", "W02")
    desk.run("complaint", "assign", "C1", "--department", "技术支持部", "--by", "M01")
    desk.run("complaint", "investigate", "C1", "--note", "x", "--by", "M01")
    desk.run("complaint", "decide", "C1", "--finding", "upheld", "--cause", "quarrel", "--by", "M01")
    desk.run("complaint", "remedy", "C1", "--note", "登门道歉", "--owner", "A01", code=2)
    desk.run(
        "complaint", "remedy", "C1", "--note", "登门道歉", "--as-rectification", "--owner", "A01", "--due", "2026-10-25"
    )
    (made,) = desk.json("rectify", "list", "--source", "C1")
    assert (made["summary"], made["owner"], made["due"]) == ("登门道歉", "A01", "2026-10-25")
    desk.run("complaint", "feedback", "C1", "--satisfied")
    done = desk.run("complaint", "close", "C1", code=code)
    assert ("RC1" in done.stderr) is (policy != "off")
    if code:
        desk.run("rectify", "done", "RC1", *NOTE)
        desk.run("rectify", "verify", "RC1", "--passed", "--by", "M01")
        desk.run("complaint", "close", "C1")


def test_nobody_rates_themselves_and_a_rating_is_masked(desk):
    look = ("inspection", "make", "--kind", "attitude", "--area", "大厅", "--by", "M01", "--clean", "--score", "3")
    desk.run(*look, "--person", "M01", code=3)
    desk.run("--actor", "W01", *look, "--person", "W01", code=3)
    desk.run(*look, "--person", "W01")
    assert desk.json("inspection", "show", "IN1")["score"] == "*"
    assert desk.json("inspection", "show", "IN1", "--reveal")["score"] == "3"
    assert '"3"' not in desk.run("ledger", "log", "-f", "json").stdout


def test_an_inspection_says_whether_anything_was_found(desk):
    look = ("inspection", "make", "--kind", "safety", "--area", "库", "--by", "M01")
    desk.run(*look, code=2)
    desk.run(*look, "--clean", "--found", "灯坏:W01:2026-10-25", code=2)
    desk.run(*look, "--found", "门：锁坏：W01：2026-10-25：minor", "--found", "灯坏:W01:明天")
    assert [(row["summary"], row["source"], row["level"], row["due"]) for row in desk.json("rectify", "list")] == [
        ("门:锁坏", "IN1", "minor", "2026-10-25"), ("灯坏", "IN1", None, "2026-10-21"),
    ]  # fmt: skip
    desk.run("undo", "--yes")
    assert desk.json("rectify", "list") == desk.json("inspection", "list") == []


def test_what_was_said_is_gathered_until_a_suggestion_is_made_of_it(desk):
    ticket = open_ticket(desk, at="2026-10-05 09:00")
    desk.run("survey", "add", ticket, "--score", "4", "--comment", "说明书太简略")
    (said,) = desk.json("suggestion", "gather", "--month", "2026-10")
    line = ["documents" if word == "ASPECT" else word for word in said["next"][1:]]
    desk.run(*line)
    assert desk.json("suggestion", "gather", "--month", "2026-10") == []
    (made,) = desk.json("suggestion", "list")
    assert (made["text"], made["from"], made["aspect"]) == ("说明书太简略", "S1", "documents")


def test_the_board_and_the_check_list_name_what_is_overdue(desk):
    plan(desk, "--customer", "江南机床", since="2026-07-10")
    desk.run("rectify", "open", "--summary", "x", "--owner", "W01", "--due", "2026-10-21")
    desk.run("suggestion", "add", "--person", "W02", "--aspect", "service", "--text", "y")
    desk.run("suggestion", "send", "SG1", "--to", "行政部", "--due", "2026-10-21")
    desk.now = "2026-11-02T09:00:00+08:00"
    steps = {row["step"]: row["subject"] for row in desk.json("status") if row["kind"] != "report"}
    wanted = {"plan_overdue": "PL1", "rectify_overdue": "RC1", "suggestion_overdue": "SG1"}
    assert wanted.items() <= steps.items()
    checked = desk.json("report", "monthly", "--month", "2026-10", "--check", code=1)
    assert set(wanted.values()) <= {row["subject"] for row in checked}
    registers = desk.json("report", "monthly", "--month", "2026-10")
    assert registers["visits"] == {"made": 0, "due": 1, "in_time": 0}
    assert registers["rectifications"] == {"opened": 1, "closed": 0, "open": 1, "due": 1, "in_time": 0}
    desk.run("report", "submit", "monthly", "--month", "2026-10", "--to", "企管室")
    visit(desk, "江南机床", "--at", "2026-10-09 10:00")
    changed = desk.json("report", "monthly", "--month", "2026-10")["submission"]["changed"]
    assert {".".join(row["path"]): len(row["entries"]) for row in changed} == {
        "visits.made": 1, "visits.in_time": 1,
    }  # fmt: skip
