"""The projects report adds up to the statistics; the staff report holds nothing against anybody that was waived."""

import pytest
from conftest import copied, open_ticket, send, travel

from svcdesk.model import LINES


def total(rows, name):
    return round(sum(float(row[name]) for row in rows), 2)


@pytest.mark.parametrize("month", ["2026-10", "2026-11"])
def test_projects_add_up_to_the_five_lines(demo_month, month):
    rows = demo_month.json("report", "projects", "--month", month)["projects"]
    report = demo_month.json("report", "monthly", "--month", month)
    lines = {row["line"]: row for row in report["lines"]}
    for line in LINES:
        assert total(rows, line) == float(lines[line]["cost"])
    assert total(rows, "excluded") == float(lines["total"]["excluded"])
    assert total(rows, "cost") == float(lines["total"]["cost"])
    assert total(rows, "pending") == float(report["pending_cost"])
    for name in ("trips", "days"):
        assert total(rows, name) == lines["installation"][name] + lines["dispatch"][name]
    assert total(rows, "tickets") == report["service"]["tickets_opened"]
    assert total(rows, "surveys") == report["service"]["surveys"]
    assert total(rows, "open") == sum(row["tickets"] for row in report["backlog"])


@pytest.mark.parametrize("month", ["2026-10", "2026-11"])
def test_the_staffs_trips_days_and_costs_add_up_too(demo_month, month):
    rows = demo_month.json("report", "staff", "--month", month)["staff"]
    lines = {row["line"]: row for row in demo_month.json("report", "monthly", "--month", month)["lines"]}
    for name in ("trips", "days"):
        assert total(rows, name) == lines["installation"][name] + lines["dispatch"][name]
    assert total(rows, "cost") == round(sum(float(lines[line]["cost"]) for line in LINES), 2)


def test_a_line_is_a_contracts_else_a_customers_else_nobodys(desk):
    desk.now = "2026-11-03T09:00:00+08:00"
    desk.run("contract", "add", "HT-3", "--customer", "江南机床", "--project", "产线改造")
    for contract in ("HT-3", None):
        ticket = open_ticket(desk, at="2026-10-05 09:00", **({"contract": contract} if contract else {}))
        desk.run("expense", "add", "--engineer", "W01", "--category", "freight", "--amount", "10.00", "--date",
                 "2026-10-06", "--ticket", ticket)  # fmt: skip
    desk.run(
        "expense", "add", "--engineer", "W01", "--category", "material", "--amount", "1.00", "--date", "2026-10-06"
    )
    desk.run("ticket", "escalate", "T1", "--to", "quality", "--major-quality", "--at", "2026-10-07 09:00")
    report = desk.json("report", "projects", "--month", "2026-10")
    told = [
        (row["contract"], row["project"], row["customer"], row["tickets"], row["transport"], row["material"])
        for row in report["projects"]
    ]
    assert told == [
        ("HT-3", "产线改造", "江南机床", 1, "10.00", "0.00"),
        (None, None, "江南机床", 1, "10.00", "0.00"),
        (None, None, None, 0, "0.00", "1.00"),
    ]
    assert report["projects"][0]["major_quality"] == 1
    assert [(row["ticket"], row["settled"]) for row in report["major_quality"]] == [("T1", False)]
    rows = desk.csv("report", "projects", "--month", "2026-10")
    assert [row["cost"] for row in rows] == ["10.00", "10.00", "1.00"]


def test_a_day_shared_by_two_projects_counts_with_the_one_that_departed_first(desk):
    desk.now = "2026-11-03T09:00:00+08:00"
    for customer, day in (("江南机床", 16), ("华北钢厂", 18)):
        ticket = open_ticket(desk, "repair", customer, at="2026-10-05 09:00")
        dispatch = send(desk, ticket, "W01", at="2026-10-05 10:00")
        travel(desk, dispatch, depart=f"2026-10-{day} 08:00", return_=f"2026-10-{day + 2} 20:00")
    rows = {row["customer"]: row for row in desk.json("report", "projects", "--month", "2026-10")["projects"]}
    assert (rows["江南机床"]["days"], rows["华北钢厂"]["days"]) == (3, 2)


def person(desk, code="W01", month="2026-10"):
    rows = desk.json("report", "staff", "--month", month)["staff"]
    return next(row for row in rows if row["engineer"] == code)


@pytest.fixture
def late(desk):
    """W01 and W02 arrived ten minutes late together, W01 for personal reasons; both called back; no report was filed."""
    desk.now = "2026-11-03T09:00:00+08:00"
    ticket = open_ticket(desk, at="2026-10-05 09:00", on_site_by="2026-10-06 12:00")
    dispatch = send(desk, ticket, "W01", "W02", at="2026-10-05 10:00")
    travel(desk, dispatch, depart="2026-10-06 08:00", arrive="2026-10-06 12:10", callback="2026-10-06 13:00",
           leave="2026-10-06 14:00", return_="2026-10-06 20:00")  # fmt: skip
    desk.run("dispatch", "cause", dispatch, "--engineer", "W01", "--late-cause", "personal")
    desk.run("dispatch", "cause", dispatch, "--engineer", "W02", "--late-cause", "weather")
    return desk


def test_what_somebody_did_with_its_counts(late):
    row = person(late)
    assert (row["trips"], row["days"], row["arrivals_on_time"], row["arrivals"]) == (1, 1, 0, 1)
    assert (row["reports_complete"], row["reports"]) == (0, 1)
    assert [(f["clause"], f["status"]) for f in row["findings"]] == [
        ("late_on_site", "new"),
        ("incomplete_report", "new"),
    ]
    assert row["fines"] == "0.00"  # found, and not recorded yet
    late.run("penalty", "check", "--month", "2026-10", "--record")
    assert person(late)["fines"] == "70.00"


def test_lateness_with_a_good_cause_counts_nowhere(late):
    row = person(late, "W02")
    assert (row["arrivals_on_time"], row["arrivals"], row["findings"]) == (0, 0, [])


@pytest.mark.parametrize("decision", ["waived", "overturned"])
def test_what_was_waived_or_overturned_never_shows(late, decision):
    late.run("penalty", "check", "--month", "2026-10", "--record")
    for number in ("P1", "P2"):
        if decision == "waived":
            late.run("penalty", "waive", number, "--reason", "x")
        else:
            late.run("penalty", "confirm", number)
            late.run("penalty", "appeal", number, "--reason", "x")
            late.run("penalty", "decide", number, "--overturn", "--reason", "x", "--by", "M01")
    row = person(late)
    assert (row["findings"], row["fines"]) == ([], "0.00")
    assert (row["arrivals"], row["reports"]) == (0, 0)  # nor can it be read off a count
    shown = late.run("report", "staff", "--month", "2026-10").stdout
    assert "4.5" not in shown and "4.6" not in shown


def test_an_absorbed_lateness_is_punished_with_the_complaint_and_counts_as_late(late):
    late.run("complaint", "open", "--channel", "call", "--complainant", "孙工", "--summary", "x", "--about", "W01",
             "--ticket", "T1", "--at", "2026-10-07 09:00")  # fmt: skip
    late.run("complaint", "assign", "C1", "--department", "质量", "--by", "M01", "--at", "2026-10-08 09:00")
    late.run("complaint", "investigate", "C1", "--note", "x", "--at", "2026-10-08 10:00")
    late.run("complaint", "decide", "C1", "--finding", "upheld", "--cause", "untimely", "--by", "M01", "--at",
             "2026-10-09 09:00")  # fmt: skip
    row = person(late)
    assert [f["clause"] for f in row["findings"]] == ["complaint_upheld", "incomplete_report"]
    assert (row["arrivals"], row["arrivals_on_time"]) == (1, 0)


def test_who_left_before_the_month_is_not_in_it(desk):
    desk.now = "2026-09-30T09:00:00+08:00"
    desk.run("staff", "retire", "W03")
    desk.now = "2026-11-03T09:00:00+08:00"
    assert "W03" not in [row["engineer"] for row in desk.json("report", "staff", "--month", "2026-10")["staff"]]
    assert "W03" in [row["engineer"] for row in desk.json("report", "staff", "--month", "2026-09")["staff"]]


def test_who_left_before_the_month_is_in_it_with_what_is_theirs(late):
    late.run("staff", "retire", "W01", "--at", "2026-10-06 20:00")
    late.run("expense", "add", "--engineer", "W01", "--category", "local", "--amount", "10", "--date", "2026-11-01")
    late.now = "2026-12-03T09:00:00+08:00"
    assert person(late, month="2026-11")["cost"] == "10.00"
    assert "W01" not in [row["engineer"] for row in late.json("report", "staff", "--month", "2026-12")["staff"]]


def test_preflight_names_all_that_is_unfinished_and_how_to_mend_it(late, tmp_path):
    late.run(
        "expense", "add", "--engineer", "W01", "--category", "freight", "--amount", "10.00", "--date", "2026-10-06"
    )
    late.run("expense", "add", "--engineer", "W01", "--category", "allowance", "--amount", "9.00", "--date", "2026-10-06",
             "--dispatch", "D1")  # fmt: skip
    ticket = open_ticket(late, at="2026-10-20 09:00")
    away = send(late, ticket, "W03", at="2026-10-20 10:00")
    travel(late, away, depart="2026-10-31 08:00")
    send(late, ticket, "W02", at="2026-10-20 10:00")
    late.run(
        "complaint", "open", "--channel", "call", "--complainant", "孙工", "--summary", "x", "--at", "2026-10-31 09:00"
    )
    rows = late.json("report", "monthly", "--month", "2026-10", "--check", code=1)
    assert {(row["step"], row["subject"]) for row in rows} == {
        ("report", "D1"), ("expense", "E1"), ("pending", "E2"), ("not_back", "D2"), ("not_gone", "D3"),
        ("undecided", "C1"), ("unanswered", "T2"), ("finding", "D1"),
    }  # fmt: skip
    assert all(row["next"][0] == "svcdesk" for row in rows)
    assert "E2" in late.run("report", "monthly", "--month", "2026-10").stdout  # and the report itself draws attention
    for command in (
        ("dispatch", "return", away, "--at", "2026-11-02 20:00"), ("dispatch", "cancel", "D3", "--reason", "x"),
        ("expense", "approve", "E1", "E2", "--override", "x"), ("ticket", "answer", ticket, "--at", "2026-10-20 12:00"),
        ("complaint", "assign", "C1", "--department", "质量", "--by", "M01"),
        ("complaint", "investigate", "C1", "--note", "x"),
        ("complaint", "decide", "C1", "--finding", "not_upheld", "--by", "M01"),
        ("service-report", "file", "D1", "--by", "W01", "--fault-cause", "x", "--solution", "x", "--no-parts",
         "--customer-opinion", "x"),
        ("penalty", "check", "--month", "2026-10", "--record"), ("penalty", "confirm", "P1", "P2"),
    ):  # fmt: skip
        late.run(*command)
    assert late.json("report", "monthly", "--month", "2026-10", "--check") == []
    assert "2026-10" in late.run("report", "monthly", "--month", "2026-10", "--check").stdout


def test_a_month_that_is_not_over_is_unfinished(desk):
    desk.now = "2026-10-31T23:59:59+08:00"
    (row,) = desk.json("report", "monthly", "--month", "2026-10", "--check", code=1)
    assert row["step"] == "not_over"
    desk.now = "2026-11-01T00:00:00+08:00"
    assert desk.json("report", "monthly", "--month", "2026-10", "--check") == []


def test_reading_a_report_writes_nothing(demo_month, tmp_path):
    desk = copied(demo_month, tmp_path)
    before = desk.ledger.read_bytes()
    for report in ("monthly", "projects", "staff"):
        for form in ("plain", "csv", "tsv", "json", "jsonl", "markdown"):
            desk.run("report", report, "--month", "2026-10", "-f", form)
    assert desk.ledger.read_bytes() == before
