"""Money that came back, an invoice that several expenses share, and what an included installation leaves out (4.3, 5)."""

import pytest
from conftest import InProcess, new_ledger, open_ticket

SPENT = ("expense", "add", "--engineer", "W01", "--category", "other", "--date", "2026-09-28")


@pytest.fixture
def claimed(desk):
    return desk.json(*SPENT, "--amount", "100", "--invoice", "F1")["id"]


def total(desk, month):
    return desk.json("report", "monthly", "--month", month)["lines"][-1]["cost"]


def back(desk, claimed, amount="30", date="2026-10-05", **options):
    return desk.run("expense", "refund", claimed, "--amount", amount, "--date", date, "--reason", "退票", **options)


def test_a_refund_counts_below_zero_in_the_month_of_its_date(desk, claimed):
    back(desk, claimed)
    (row,) = [row for row in desk.json("expense", "list") if row["amount"].startswith("-")]
    assert (row["amount"], row["line"], row["status"], row["problems"]) == ("-30.00", "dispatch", "submitted", [])
    assert (total(desk, "2026-09"), total(desk, "2026-10")) == ("100.00", "-30.00")
    assert desk.json("report", "monthly", "--month", "2026-10")["pending_cost"] == "-30.00"
    assert "30.00" in desk.run("expense", "show", claimed).stdout
    desk.run("ledger", "verify")


def test_never_more_comes_back_than_was_claimed(desk, claimed):
    back(desk, claimed, "70")
    assert "4.3" in back(desk, claimed, "30.01", code=3).stderr
    back(desk, claimed, "30")
    desk.run("amend", claimed, "amount=99", "--reason", "x", code=3)
    desk.run("amend", "E2", "amount=71", "--reason", "x", code=3)
    desk.run("amend", "E2", "amount=60", "--reason", "x")
    assert desk.json("expense", "show", "E2")["amount"] == "-60.00"
    back(desk, "E2", "1", code=3)


def test_what_came_back_of_a_rejected_expense_counts_nowhere_either(desk, claimed):
    back(desk, claimed)
    desk.run("expense", "reject", claimed, "--reason", "x")
    assert (total(desk, "2026-09"), total(desk, "2026-10")) == ("0.00", "0.00")
    desk.run("undo", "--yes")
    assert total(desk, "2026-10") == "-30.00"


def test_a_refund_is_no_earlier_than_what_was_spent(desk, claimed):
    back(desk, claimed, date="2026-09-27", code=2)
    back(desk, claimed, date="2026-10-21", code=2)
    back(desk, claimed, "0", code=2)


def test_parts_of_one_invoice_are_no_duplicates(desk, claimed):
    part = desk.json(*SPENT, "--amount", "20", "--shared-with", claimed)
    assert (part["invoice"], part["shared_with"], part["problems"]) == ("F1", claimed, [])
    third = desk.json(*SPENT, "--amount", "5", "--invoice", "f 1", "--shared-with", part["id"])
    assert (third["shared_with"], third["problems"]) == (claimed, [])
    other = desk.json(*SPENT, "--amount", "5", "--invoice", "F1")
    assert [problem["code"] for problem in other["problems"]] == ["duplicate_invoice"]
    desk.run(*SPENT, "--amount", "5", "--invoice", "F2", "--shared-with", claimed, code=2)


@pytest.fixture
def installed(desk):
    """What an installation of an included contract cost, by category."""
    ticket = open_ticket(desk, "installation", "华北钢厂", contract="HT-1", at="2026-09-28 09:00")
    spend = ("expense", "add", "--engineer", "W01", "--date", "2026-10-05", "--ticket", ticket, "--invoice")
    for number, (category, amount) in enumerate((("fare", "1"), ("lodging", "2"), ("material", "4"), ("freight", "8"))):
        desk.run(*spend, f"N{number}", "--category", category, "--amount", amount)
    return ticket


def excluded(desk):
    return desk.json("report", "monthly", "--month", "2026-10")["lines"][-1]["excluded"]


def test_the_policy_says_which_categories_an_included_installation_leaves_out(desk, installed):
    assert excluded(desk) == "3.00"
    since = ("--reason", "x", "--from")
    desk.run("policy", "set", "excluded.categories", "lodging,material", *since, "2026-10-01")
    assert excluded(desk) == "6.00"
    desk.run("policy", "set", "excluded.categories", "none", *since, "2026-10-06")
    assert excluded(desk) == "6.00"  # what was spent before
    desk.run("ledger", "verify")
    desk.run("undo", "--yes")
    desk.run("undo", "--yes")
    assert excluded(desk) == "3.00"
    desk.run("ledger", "verify")


def test_a_contract_may_ask_for_others(desk, installed):
    desk.run("contract", "set", "HT-1", "--excludes", "material,freight")
    assert excluded(desk) == "12.00"
    desk.run("policy", "set", "excluded.categories", "none", "--from", "2026-10-01", "--reason", "x")
    assert excluded(desk) == "12.00"
    desk.run("contract", "set", "HT-1", "--excludes", "材料", code=2)
    desk.run("ledger", "verify")


def test_a_policy_taken_back_later_lets_go_of_what_was_claimed_since(desk, installed):
    desk.run("policy", "set", "excluded.categories", "none", "--from", "2026-10-01", "--reason", "x")
    entry = desk.json("ledger", "log")[-1]["entry"]
    spend = ("expense", "add", "--engineer", "W01", "--date", "2026-10-05", "--ticket", installed, "--invoice", "N9")
    desk.run(*spend, "--category", "fare", "--amount", "16")
    assert excluded(desk) == "0.00"
    desk.run("undo", entry, "--yes")
    assert excluded(desk) == "19.00"
    desk.run("ledger", "verify")


def test_refunds_and_shares_come_back_from_an_export(desk, claimed, installed, tmp_path):
    desk.run(*SPENT, "--amount", "20", "--shared-with", claimed)
    back(desk, claimed)
    (tmp_path / "other").mkdir()
    other = new_ledger(InProcess(tmp_path / "other"))
    for table in ("staff", "customers", "contracts", "tickets", "expenses"):
        path = tmp_path / f"{table}.csv"
        path.write_text(desk.run("export", table, "--reveal").stdout, encoding="utf-8")
        other.run("import", table, path)
    assert other.run("export", "expenses").stdout == desk.run("export", "expenses").stdout
    other.run("ledger", "verify")
