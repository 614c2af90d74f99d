"""Customers and people under changed names and values: the old name keeps leading there, the day decides."""

import pytest
from conftest import open_ticket

OLD, NEW = "江南机床", "江南机床股份有限公司"


def customers(desk):
    return [row["name"] for row in desk.json("customer", "list")]


def test_a_renamed_customer_is_found_by_either_name(desk):
    open_ticket(desk)
    desk.run("customer", "rename", OLD, NEW)
    assert desk.json("ticket", "show", "T1")["customer"] == NEW
    assert desk.json("customer", "show", OLD)["name"] == NEW
    desk.run("contact", "log", "--customer", OLD, "--channel", "call", "--summary", "问价")
    assert desk.json("contact", "list")[-1]["customer"] == NEW
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout


def test_nobody_is_registered_under_a_former_name(desk):
    desk.run("customer", "rename", OLD, NEW)
    desk.run("customer", "add", OLD, code=3)
    desk.run("customer", "rename", "华北钢厂", OLD, code=3)
    desk.run("customer", "rename", NEW, OLD)  # but it may take its own name back
    assert OLD in customers(desk)


def test_an_import_makes_no_second_customer_of_a_renamed_one(desk):
    desk.run("customer", "rename", OLD, NEW)
    before = customers(desk)
    path = desk.folder / "t.csv"
    path.write_text(
        f"customer,kind,channel,summary,received_at\n{OLD},repair,call,一,2026-10-01 09:00\n", encoding="utf-8"
    )
    rules = desk.folder / "r.toml"
    names = ("customer", "kind", "channel", "summary", "received_at")
    columns = "".join(f'{name} = "{name}"\n' for name in names)
    rules.write_text(f"[columns]\n{columns}[options]\nnew_customers = true\n", encoding="utf-8")
    desk.run("import", "tickets", path, "--rules", rules)
    assert desk.json("ticket", "list")[-1]["customer"] == NEW
    (desk.folder / "c.csv").write_text(f"name,city\n{OLD},无锡\n", encoding="utf-8")
    desk.run("import", "customers", desk.folder / "c.csv", "--update")
    assert desk.json("customer", "show", NEW)["city"] == "无锡"
    assert customers(desk) == before


def test_a_merge_moves_what_hangs_on_a_customer_and_undo_parts_them(desk):
    desk.run("customer", "add", "江南机床(南京)", "--region", "华东", "--key")
    desk.run("contract", "add", "HT-9", "--customer", "江南机床(南京)")
    first, second = open_ticket(desk), open_ticket(desk, customer="江南机床(南京)")
    merge = ("customer", "merge", "江南机床(南京)", OLD, "--reason", "同一家")
    desk.run(*merge, code=2)  # nobody there to confirm it
    desk.run(*merge, "--yes")
    assert {desk.json("ticket", "show", ticket)["customer"] for ticket in (first, second)} == {OLD}
    assert desk.json("contract", "show", "HT-9")["customer"] == OLD
    assert "江南机床(南京)" not in customers(desk) and desk.json("customer", "show", OLD)["key"] is True
    assert desk.json("customer", "show", "江南机床(南京)")["name"] == OLD
    assert "同一家" in str(desk.json("ledger", "log")[0]) + str(desk.json("ledger", "log")[-1])
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
    desk.run("undo", "--yes")
    assert desk.json("ticket", "show", second)["customer"] == "江南机床(南京)"
    desk.run("customer", "merge", OLD, OLD, "--reason", "x", "--yes", code=2)


def test_nobody_takes_the_name_of_who_was_merged(desk):
    desk.run("customer", "add", "江南分厂")
    desk.run("customer", "merge", "江南分厂", OLD, "--reason", "同一家", "--yes")
    assert "UNIQUE" not in desk.run("customer", "rename", "华北钢厂", "江南分厂", code=3).stderr
    assert "UNIQUE" not in desk.run("customer", "rename", OLD, "江南分厂", code=3).stderr


def test_a_redaction_reaches_who_was_merged(desk):
    desk.run("customer", "add", "江南分厂", "--person", "李秘密", "--phone", "13511112222")
    desk.run("customer", "merge", "江南分厂", OLD, "--reason", "同一家", "--yes")
    desk.run("ledger", "redact", OLD, "--reason", "x", "--yes")
    assert b"13511112222" not in desk.ledger.read_bytes()
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout


# Values of people


def test_set_changes_what_was_given_alone(desk):
    before = desk.json("customer", "show", OLD, "--reveal")
    desk.run("customer", "set", OLD, "--city", "无锡", "--key")
    assert desk.json("customer", "show", OLD, "--reveal") == before | {"city": "无锡", "key": True}
    desk.run("customer", "set", OLD, "--phone", "13900001111", "--no-key")
    assert desk.json("customer", "show", OLD, "--reveal") == before | {"city": "无锡", "phone": "13900001111"}
    desk.run("contract", "set", "HT-2", "--project", "二期")
    assert desk.json("contract", "show", "HT-2")["project"] == "二期"
    desk.run("staff", "set", "W01", "--home", "天津")
    assert desk.json("staff", "show", "W01")["home"] == "天津"


def test_set_moves_the_lines_of_expenses_with_the_contract(desk):
    ticket = open_ticket(desk, contract="HT-2", kind="installation")
    expense = ("expense", "add", "--engineer", "W01", "--category", "fare", "--amount", "5", "--date", "2026-10-01")
    desk.run(*expense, "--ticket", ticket)
    desk.run("contract", "set", "HT-2", "--includes-installation")
    assert desk.json("expense", "show", "E1")["excluded"] is True


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("staff", "set", "W01"), 2), (("staff", "set", "W77", "--home", "天津"), 4), (("staff", "set", "W01", "--name", ""), 2),
        (("staff", "set", "W01", "--department", "甲", "--from", "2026-11-01"), 2),
    ],
)  # fmt: skip
def test_set_needs_somebody_and_something(desk, args, code):
    before = desk.ledger.read_bytes()
    desk.run(*args, code=code)
    assert desk.ledger.read_bytes() == before


def test_a_home_holds_from_its_day_on(desk):
    fare = ("expense", "add", "--engineer", "W01", "--category", "fare", "--from", "天津", "--to", "南京", "--invoice")
    ticket = open_ticket(desk, at="2026-10-01 08:00")
    desk.run("dispatch", "send", ticket, "--engineer", "W01", "--place", "南京", "--at", "2026-10-01 09:00")
    desk.run("dispatch", "depart", "D1", "--at", "2026-10-02 08:00")
    desk.run("staff", "set", "W01", "--home", "天津", "--from", "2026-10-05")
    desk.run(*fare, "F1", "--amount", "5", "--date", "2026-10-02", "--dispatch", "D1")
    desk.run(*fare, "F2", "--amount", "5", "--date", "2026-10-06", "--dispatch", "D1")
    codes = [[p["code"] for p in desk.json("expense", "show", number)["problems"]] for number in ("E1", "E2")]
    assert ("place_mismatch" in codes[0], "place_mismatch" in codes[1]) == (True, False)
    assert "天津" in desk.run("staff", "show", "W01").stdout


def test_a_wage_from_a_day_on_is_told_to_nobody(desk):
    desk.run("staff", "set", "W01", "--wage", "8123.45", "--from", "2026-10-05")
    told = [desk.run("staff", "show", "W01").stdout, desk.run("ledger", "log").stdout, desk.run("undo", "--yes").stdout]
    assert not any("8123" in text or "812345" in text for text in told)
