"""Promises: what a contract makes of itself, what moves them, how they are counted, and that undo restores all of it."""

import json

from conftest import InProcess, new_ledger

ADD = ("promise", "add", "--contract", "HT-2", "--kind", "other", "--text", "提供图纸")


def told(desk, promise="PM1"):
    shown = desk.json("promise", "show", promise)
    return shown["status"], shown["due"][5:16], shown["in_time"], shown["late_days"]


def test_a_day_alone_is_due_at_its_end_and_a_time_at_its_minute(desk):
    desk.run(*ADD, "--due", "2026-10-25")
    desk.run(*ADD, "--due", "2026-10-25 12:00")
    desk.now = "2026-10-25T12:00:01+08:00"
    assert [(row["due"][11:19], row["in_time"]) for row in desk.json("promise", "list")] == [
        ("23:59:59", None), ("12:00:00", False),
    ]  # fmt: skip


def test_what_is_typed_late_counts_as_if_typed_in_order(desk):
    """A move of the customer's made before the due, typed only after the promise was kept; then taken back."""
    desk.run(*ADD, "--due", "2026-10-10", "--at", "2026-10-01 09:00")
    desk.run("promise", "keep", "PM1", "--at", "2026-10-14 10:00")
    assert told(desk) == ("kept", "10-10T23:59", False, 4)
    assert [row["subject"] for row in desk.findings("promise_overdue")] == ["PM1"]
    desk.run("promise", "move", "PM1", "--due", "2026-10-15", "--asked-by", "customer", "--at", "2026-10-08 09:00")
    assert told(desk) == ("kept", "10-15T23:59", True, None)
    assert desk.findings("promise_overdue") == []
    desk.run("undo", "--yes")
    assert told(desk) == ("kept", "10-10T23:59", False, 4)
    desk.run("undo", "--yes")
    assert told(desk) == ("open", "10-10T23:59", False, 10)
    desk.run("ledger", "verify")


def test_every_due_is_kept_with_who_asked(desk):
    desk.run(*ADD, "--due", "2026-10-25")
    desk.run("promise", "move", "PM1", "--due", "2026-10-30", "--asked-by", "us")
    desk.run("promise", "move", "PM1", "--due", "2026-10-28", "--asked-by", "customer")
    dues = desk.json("promise", "show", "PM1")["dues"]
    assert [(due["due"][8:10], due["asked_by"], due["moved"]) for due in dues] == [
        ("25", None, True), ("30", "us", False), ("28", "customer", True),
    ]  # fmt: skip


def test_a_promise_given_up_after_its_due_was_broken_all_the_same(desk):
    desk.run(*ADD, "--due", "2026-10-10", "--at", "2026-10-01 09:00")
    desk.run(*ADD, "--due", "2026-10-10", "--at", "2026-10-01 09:00")
    desk.run("promise", "drop", "PM1", "--reason", "不要了", "--by", "M01", "--at", "2026-10-09 09:00")
    desk.run("promise", "drop", "PM2", "--reason", "不要了", "--by", "M01", "--at", "2026-10-12 09:00")
    assert [row["subject"] for row in desk.findings("promise_overdue")] == ["PM2"]


def test_a_contract_promises_once_of_a_kind(desk):
    desk.run("contract", "set", "HT-2", "--train-by", "2026-10-30")
    refused = desk.run("contract", "set", "HT-2", "--train-by", "2026-11-30", code=3)
    assert "PM1" in refused.stderr
    desk.run("promise", "keep", "PM1", "--trainees", "5")
    desk.run("contract", "set", "HT-2", "--train-by", "2026-11-30")  # a second course
    assert [row["status"] for row in desk.json("promise", "list", "--contract", "HT-2")] == ["kept", "open"]
    shown = desk.json("contract", "show", "HT-2")
    assert (shown["promises"], shown["kept_in_time"], shown["installation_cost"]) == (["PM1", "PM2"], 1, "0.00")


def test_a_finished_installation_offers_what_keeps_its_promise(rehearsed_copy):
    desk = rehearsed_copy
    desk.run("contract", "set", "HT-1", "--commission-by", "2026-10-31")
    said = desk.run(
        "service-report", "file", "D2", "--by", "W03", "--solution", "装好", "--no-parts", "--customer-opinion", "好"
    )
    assert "promise keep PM1 --dispatch D2" in said.stderr
    assert told(desk)[0] == "open"  # offered, not run
    (line,) = [row for row in desk.json("status") if row["subject"] == "PM1"]
    assert line["next"] == ["svcdesk", "promise", "keep", "PM1", "--dispatch", "D2"]
    desk.run(*line["next"][1:])
    assert not [row for row in desk.json("status") if row["subject"] == "PM1"]


def test_the_month_counts_what_was_due_in_it_and_a_later_move_drifts(desk):
    desk.now = "2026-09-01T09:00:00+08:00"
    for day in ("10", "20", "28"):
        desk.run(*ADD, "--due", f"2026-09-{day}")
    desk.now = "2026-09-15T09:00:00+08:00"
    desk.run("promise", "keep", "PM1")
    desk.now = "2026-10-03T09:00:00+08:00"
    desk.run("promise", "keep", "PM2", "--at", "2026-09-19 09:00")
    counted = {"due": 3, "kept_in_time": 1, "late": 2, "dropped": 0, "open": 0}
    assert desk.json("report", "monthly", "--month", "2026-09")["promises"] == counted
    desk.run("report", "submit", "monthly", "--month", "2026-09", "--to", "钱主任")
    desk.run("promise", "move", "PM3", "--due", "2026-10-09", "--asked-by", "customer", "--at", "2026-09-27 09:00")
    changed = desk.json("report", "monthly", "--month", "2026-09")["submission"]["changed"]
    assert {tuple(one["path"]): [entry["command"] for entry in one["entries"]] for one in changed} == {
        ("promises", "due"): ["promise move PM3"], ("promises", "late"): ["promise move PM3"],
    }  # fmt: skip


def test_promises_go_out_and_come_back(rehearsed_copy, tmp_path):
    desk = rehearsed_copy
    desk.run(*ADD, "--due", "2026-10-25", "--quantity", "2")
    desk.run("promise", "move", "PM1", "--due", "2026-10-30", "--asked-by", "customer")
    desk.run("promise", "add", "--ticket", "T5", "--kind", "other", "--text", "送回主轴", "--due", "2026-10-24 12:00")
    desk.run("promise", "keep", "PM2", "--ticket", "T5", "--signed-by", "周工")
    other = new_ledger(InProcess(tmp_path))
    other.now = desk.now
    for table in ("staff", "customers", "contracts", "tickets", "promises"):
        path = tmp_path / f"{table}.csv"
        path.write_text(desk.run("export", table, "--reveal").stdout, encoding="utf-8")
        other.run("import", table, path)
    assert other.run("export", "promises", "--reveal").stdout == (tmp_path / "promises.csv").read_text("utf-8")
    assert other.json("promise", "show", "PM1") == desk.json("promise", "show", "PM1")
    other.run("ledger", "verify")


def test_who_signed_is_masked_and_goes_with_the_customer(rehearsed_copy):
    desk = rehearsed_copy
    desk.run(*ADD, "--due", "2026-10-25")
    desk.run("promise", "keep", "PM1", "--signed-by", "李四光")
    assert json.dumps(desk.json("promise", "show", "PM1"), ensure_ascii=False).count("李四光") == 0
    desk.run("ledger", "redact", "江南机床", "--reason", "客户要求", "--yes")
    assert "李四光" not in desk.run("export", "promises", "--reveal").stdout
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
