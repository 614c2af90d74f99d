"""ticket show, customer show, staff show: the whole story, in words and for machines (desk.md 5)."""

import pytest
from conftest import open_ticket, send, travel


@pytest.fixture
def served(desk):
    """A ticket to which everything happened that can."""
    desk.now = "2026-10-20T09:00:00+08:00"
    ticket = open_ticket(desk, at="2026-10-08 09:00", serial="SN-7", product="VMC", on_site_by="2026-10-09 15:00")
    desk.run("ticket", "answer", ticket, "--at", "2026-10-08 09:30", "--note", "明天去")
    desk.run("ticket", "hold", ticket, "--reason", "等备件", "--at", "2026-10-08 09:40")
    desk.run("ticket", "resume", ticket, "--at", "2026-10-08 09:50")
    desk.run("ticket", "escalate", ticket, "--to", "质量部", "--note", "轴承成批坏", "--at", "2026-10-08 10:00")
    desk.run("ticket", "settle-escalation", ticket, "--note", "换新批次", "--at", "2026-10-08 11:00")
    desk.run("ticket", "appoint", ticket, "--on-site-by", "2026-10-09 16:00", "--asked-by", "us", "--at", "2026-10-08 12:00")  # fmt: skip
    sent = send(desk, ticket, "W01", at="2026-10-08 12:30")
    travel(desk, sent, depart="2026-10-09 07:00", arrive="2026-10-09 12:00", return_="2026-10-10 20:00")
    desk.run("service-report", "file", sent, "--fault-cause", "轴承磨损", "--solution", "换轴承", "--no-parts", "--customer-opinion", "满意", "--at", "2026-10-11 09:00")  # fmt: skip
    desk.run("expense", "add", "--engineer", "W01", "--category", "fare", "--amount", "553.5", "--date", "2026-10-09", "--dispatch", sent)  # fmt: skip
    desk.run("survey", "add", ticket, "--score", "5", "--at", "2026-10-12 09:00")
    desk.run("complaint", "open", "--channel", "call", "--complainant", "郑工", "--summary", "态度差", "--ticket", ticket, "--about", "W01", "--at", "2026-10-12 10:00")  # fmt: skip
    desk.run("promise", "add", "--ticket", ticket, "--kind", "other", "--text", "送手册", "--due", "2026-10-30")
    desk.run("ticket", "close", ticket, "--resolution", "换轴承", "--at", "2026-10-12 11:00")
    desk.run("ticket", "reopen", ticket, "--reason", "又响", "--at", "2026-10-13 09:00")
    desk.run("ticket", "note", ticket, "客户说夜里响")
    return ticket


STORY = [
    "T1 opened 急停", "T1 appointed the customer", "T1 answered", "明天去", "T1 on hold", "等备件", "T1 resumed",
    "T1 escalated 质量部 轴承成批坏", "escalation answered", "换新批次", "named (does not move the target) we", "D1 sent W01 南京",
    "D1 departed W01", "D1 arrived W01", "D1 returned W01", "R1 report W01 轴承磨损 → 换轴承", "S1 survey 5", "C1 complaint 态度差",
    "T1 closed 换轴承", "T1 reopened", "又响", "PM1 promised", "客户说夜里响",
]  # fmt: skip


def test_a_ticket_tells_its_whole_story_in_order(desk, served):
    shown = desk.run("ticket", "show", served).stdout
    places = [shown.find(piece) for piece in STORY]
    assert -1 not in places, STORY[places.index(-1)]
    steps = [place for place in places if place]
    assert steps[:5] == sorted(steps[:5]) and places[11] < places[14] < places[15] < places[18] < places[19]
    assert "周*" in shown and "139****4321" in shown and "13987654321" not in shown  # whom to call, masked
    assert "553.50" in shown


def test_machines_read_the_same_story(desk, served):
    ticket = desk.json("ticket", "show", served)
    assert (ticket["dispatches"], ticket["service_reports"], ticket["surveys"]) == (["D1"], ["R1"], ["S1"])
    assert (ticket["complaints"], ticket["promises"], ticket["expenses"]) == (["C1"], ["PM1"], ["E1"])
    assert (ticket["person"], ticket["phone"], ticket["cost"]) == ("周*", "139****4321", "553.50")
    kinds = [one["kind"] for one in ticket["events"]]
    assert kinds[0] == "open" and {"hold", "resume", "escalate", "settle-escalation", "propose", "reopen"} <= set(kinds)
    assert [one["at"] for one in ticket["events"]] == sorted(one["at"] for one in ticket["events"])
    assert desk.json("ticket", "show", served) == ticket
    before = ticket["events"]
    desk.language = "zh"
    assert desk.json("ticket", "show", served)["events"] == before  # whatever the language


def test_a_customer_tells_contracts_machines_and_open_tickets(desk, served):
    desk.run("equipment", "add", "SN-7", "--product", "VMC", "--customer", "江南机床", "--warranty-until", "2027-01-01")
    desk.run("customer", "rename", "江南机床", "江南机床集团")
    shown = desk.run("customer", "show", "江南机床集团").stdout
    for piece in ("HT-2", "SN-7 VMC", "T1, repair: 急停 (open", "S1 survey 5", "C1 complaint", "江南机床"):
        assert piece in shown, piece
    customer = desk.json("customer", "show", "江南机床集团")
    assert (customer["contracts"], customer["equipment"], customer["former_names"]) == (
        ["HT-2"],
        ["SN-7"],
        ["江南机床"],
    )
    assert (customer["open_tickets"], customer["tickets"]) == (["T1"], 1)


def test_somebody_tells_where_they_are_bound_and_what_was(desk, served):
    send(desk, served, "W01", place="苏州", at="2026-10-14 09:00")
    shown = desk.run("staff", "show", "W01").stdout
    for piece in ("D2 苏州", "D1 dispatch returned 南京", "C1 complaint 态度差", "days this month   2"):
        assert piece in shown, f"{piece}\n{shown}"
    person = desk.json("staff", "show", "W01")
    assert (person["open_dispatches"], person["days_this_month"]) == (["D2"], 2)


def test_a_long_time_line_shows_its_newest_and_names_the_list(desk):
    for n in range(33):
        desk.run("ticket", "open", "-c", "江南机床", "-k", "repair", "-m", "call", "-s", f"第{n}次")
    shown = desk.run("customer", "show", "江南机床").stdout
    assert "svcdesk ticket list --customer" in shown
    told = [line for line in shown.splitlines() if " ticket open " in line]
    assert len(told) == 30 and "第32次" in told[-1] and "第2次" not in "\n".join(told)
    assert len(desk.json("customer", "show", "江南机床")["events"]) == 33


def test_what_was_taken_back_is_not_told(desk, served):
    desk.run("undo", "--yes")
    assert "夜里响" not in desk.run("ticket", "show", served).stdout
