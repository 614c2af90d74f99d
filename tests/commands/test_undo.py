"""Undo: in people's words what the last command did and what taking it back does; and what it does not take back."""

import csv

import pytest
from conftest import at, open_ticket, send, travel
from test_cli import talk

from svcdesk import journal, messages
from svcdesk.model import LETTERS
from svcdesk.schema import tables
from svcdesk.store import open_ledger


def undone(desk, **options):
    return desk.run("undo", "--yes", **options)


def test_the_receipt_says_what_was_taken_back(desk):
    open_ticket(desk)
    desk.run("ticket", "answer", "T1", "--note", "已回电")
    said = undone(desk).stdout
    assert "ticket answer T1" in said
    assert "T1: status answered → open, answered 2026-10-20 09:00 → -" in said
    assert "T1 leaves the lists; its id is not used again; L1 leaves the lists" in undone(desk).stdout


def test_the_receipt_speaks_chinese(desk):
    open_ticket(desk)
    desk.language = "zh"
    said = undone(desk).stdout
    assert "：T1 作废，编号不再用；L1 作废，编号不再用 [#" in said


def test_money_people_and_assignments_are_told_as_lists_show_them(desk):
    add = ("expense", "add", "--engineer", "W01", "--category", "fare", "--amount", "553.50")
    desk.run(*add, "--date", "2026-10-19")
    (row,) = desk.json("ledger", "log", "--limit", "1")
    assert row["changes"][0]["changed"]["amount_fen"] == [None, 55350]
    told = desk.run("ledger", "log", "--limit", "1").stdout
    assert "new E1: engineer W01, category fare, amount 553.50, date 2026-10-19" in told
    dispatch = send(desk, open_ticket(desk, at="2026-10-20 07:30"), "W01", at="2026-10-20 08:00")
    travel(desk, dispatch, depart="2026-10-20 08:30")
    assert "assignment D1 W01: departed 2026-10-20 08:30 → -; D1: status travelling → sent" in undone(desk).stdout


def test_of_a_list_only_what_was_added_is_told(desk):
    open_ticket(desk)
    desk.run("ticket", "note", "T1", "first")
    desk.run("ticket", "note", "T1", "second")
    told = desk.run("ledger", "log", "--limit", "1").stdout
    assert "notes + " in told and "second" in told and "first" not in told
    said = undone(desk).stdout
    assert "notes − " in said and "second" in said and "first" not in said


def test_control_characters_and_long_texts_stay_harmless(desk):
    open_ticket(desk)
    desk.run("ticket", "cancel", "T1", "--reason", "\x1b[2J" + "很" * 500)
    said = undone(desk).stdout
    assert "\x1b" not in said and "…" in said
    assert len(said) < 400


def test_what_many_records_went_through_is_counted(desk):
    rows = "".join(f"C{n},华北,北京\n" for n in range(20))
    (desk.folder / "customers.csv").write_text(f"name,region,city\n{rows}")
    desk.run("import", "customers", desk.folder / "customers.csv")
    assert "17 more records" in undone(desk).stdout


def test_a_wage_and_personal_data_are_not_told(desk):
    desk.run("staff", "add", "W09", "--name", "张三", "--wage", "8123.45", "--phone", "13611112222")
    for said in (desk.run("ledger", "log").stdout, desk.run("ledger", "log", "-f", "json").stdout, undone(desk).stdout):
        assert "8123" not in said and "13611112222" not in said


def test_on_a_terminal_it_is_explained_before_the_question(executable):
    open_ticket(executable)
    executable.run("ticket", "answer", "T1")
    code, said = talk(executable, ["undo"], ["n"])
    assert code == 1
    lines = [line.strip() for line in said.splitlines()]
    did = next(n for n, line in enumerate(lines) if line.startswith("The last command, #"))
    assert lines[did + 1].startswith("T1: status open → answered, answered - → 2026-10-20 09:00")
    assert lines[did + 2] == "Taking it back:"
    assert lines[did + 3].startswith("T1: status answered → open")
    assert executable.json("ticket", "show", "T1")["status"] == "answered"


@pytest.mark.parametrize("table", tables())
def test_every_table_has_a_name_for_its_rows(table):
    assert table in LETTERS or messages.find(f"labels.row_{table}")


# What is not taken back


def test_what_a_redaction_erased_does_not_come_back(desk):
    desk.run("customer", "add", "新客户", "--person", "张秘密", "--phone", "13511112222")
    desk.run("ledger", "redact", "新客户", "--reason", "x", "--yes")
    said = undone(desk, code=3).stderr
    assert "erased the personal data of customer 新客户" in said
    assert "svcdesk ledger log" in said
    assert len(desk.json("customer", "list")) == 3


def test_what_has_nothing_to_do_with_a_redaction_is_taken_back_and_the_redaction_is_named(desk):
    desk.run("customer", "add", "新客户", "--phone", "13511112222")
    open_ticket(desk)
    desk.run("ledger", "redact", "新客户", "--reason", "x", "--yes")
    done = undone(desk)
    assert "T1 leaves the lists" in done.stdout
    assert "ledger redact" in done.stderr and "does not come back" in done.stderr
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
    undone(desk, code=3)


def test_a_month_that_was_handed_in_is_not_taken_back(desk):
    ledger = open_ledger(desk.ledger, write=True)
    with ledger.command(at=at("2026-10-20T09:00"), actor="tester", command="report submit"):
        ledger.insert(
            "submission", report="monthly", month="2026-09", at=at("2026-10-20T09:00"), by="x", to="M01", figures="{}", digest="d"
        )  # fmt: skip
    ledger.close()
    before = desk.ledger.read_bytes()
    said = undone(desk, code=3).stderr
    assert "2026-09" in said and "drift" in said
    assert "svcdesk report submit monthly --month 2026-09 --to NAME --corrects REASON" in said
    assert desk.ledger.read_bytes() == before
    desk.run("ticket", "list")
    open_ticket(desk)
    undone(desk)
    undone(desk, code=3)


def test_what_was_built_on_later_is_not_taken_back(desk):
    """A later entry that stands is what undo takes back first; should one be passed over, what it wrote holds."""
    open_ticket(desk)
    desk.run("ticket", "note", "T1", "x")
    ledger = open_ledger(desk.ledger)
    last = journal.last(ledger.con)[0]
    ((later, table, row),) = journal.built_on(ledger.con, last - 1)
    assert (later.seq, table, row) == (last, "ticket", 1)
    ledger.close()
    undone(desk)
    ledger = open_ledger(desk.ledger)
    assert journal.built_on(ledger.con, last - 1) == []
    ledger.close()


def second_engineer_by_import(desk):
    """T1 with W01 on the way; an import adds W02 to D1 and is taken back."""
    dispatch = send(desk, open_ticket(desk, at="2026-10-18 08:00"), "W01", at="2026-10-18 09:00")
    rows = desk.csv("export", "dispatches")
    file = desk.folder / "dispatches.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows([*rows, {**rows[0], "engineer": "W02"}])
    desk.run("import", "dispatches", file, "--update")
    assert [member["engineer"] for member in desk.json("dispatch", "show", dispatch)["crew"]] == ["W01", "W02"]
    undone(desk)
    return dispatch


def test_an_engineer_whose_import_was_taken_back_is_nowhere(desk):
    dispatch = second_engineer_by_import(desk)
    assert [member["engineer"] for member in desk.json("dispatch", "show", dispatch)["crew"]] == ["W01"]
    assert [row["engineer"] for row in desk.csv("dispatch", "list")] == ["W01"]
    assert [row["engineer"] for row in desk.csv("export", "dispatches")] == ["W01"]


def test_nobody_waits_for_the_return_of_one_whose_import_was_taken_back(desk):
    dispatch = second_engineer_by_import(desk)
    travel(desk, dispatch, depart="2026-10-18 10:00", arrive="2026-10-18 12:00", callback="2026-10-18 13:00")
    travel(desk, dispatch, leave="2026-10-18 14:00", return_="2026-10-18 18:00")
    desk.run("service-report", "file", dispatch, "--by", "W01", "--solution", "x", "--fault-cause", "x", "--no-parts")
    desk.run("ticket", "close", "T1", "--resolution", "x", "--no-survey", "x")


def test_verify_finds_a_row_that_stands_although_its_parent_was_taken_back(desk):
    dispatch = send(desk, open_ticket(desk), "W01")
    ledger = open_ledger(desk.ledger, write=True)
    with ledger.command(at=at("2026-10-20 10:00"), actor="x", command="undo"):
        ledger.update("dispatch", int(dispatch[1:]), undone_at=at("2026-10-20 10:00"))
    ledger.close()
    (fault,) = desk.json("ledger", "verify", code=1)
    assert (fault["kind"], fault["subject"]) == ("orphan", "crew 1")
