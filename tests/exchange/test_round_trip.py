"""Transfers at their edges: history that cannot be, records that are known, workbooks, desks that come back whole."""

import csv
import io
import sqlite3
from datetime import datetime, timedelta

import pytest
from conftest import Executable, InProcess, at, new_ledger
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svcdesk.errors import BadInput
from svcdesk.model import unmasked, whole
from svcdesk.registers import records
from svcdesk.registers.index import exported
from svcdesk.store import open_ledger

RULES = """\
[columns]
reference = "no"
received_at = "at"
customer = "who"
summary = "what"

[defaults]
kind = "repair"
channel = "call"

[options]
"""
ROW = "江南机床,repair,call,一,2026-10-01 09:00"
TICKET = ("ticket", "open", "--customer", "江南机床", "--kind", "repair", "--channel", "call")


def write(desk, name, content):
    path = desk.folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def export(desk, table, *args):
    return desk.run("export", table, "--reveal", *args).stdout


# Whole desks

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=20)
said = texts.filter(str.strip)


def goes(read, *given):
    """Say whether a text is one that the desk takes."""
    try:
        return bool(read(*given))
    except BadInput:
        return False


moments = st.integers(0, 300 * 24 * 3600).map(lambda s: datetime(2026, 1, 1) + timedelta(seconds=s))
trips = st.fixed_dictionaries({
    "received": moments, "gaps": st.lists(st.integers(0, 200_000), min_size=6, max_size=6), "steps": st.integers(0, 5),
    "status": st.sampled_from(["", "on_hold"]), "kind": st.sampled_from(["repair", "installation"]), "summary": said,
    "serial": texts.filter(lambda text: goes(whole, "serial", text)),
    "person": said.filter(lambda text: goes(unmasked, "name", text)), "crew": st.sampled_from([("W01",), ("W02",), ("W01", "W02"), ("W02", "W01")]),
    "amount": st.integers(0, 10**8), "place": said, "score": st.integers(1, 5), "comment": texts,
    "gap": st.integers(1, 3),
})  # fmt: skip


def table_of(columns, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # quotes both kinds of line end
    writer.writerow(columns.split())
    writer.writerows(rows)
    return out.getvalue()


def registers(told):
    """Write the registers of a desk: tickets with gaps in their ids, their dispatches, contacts, surveys, expenses."""
    tickets, dispatches, contacts, surveys, expenses, number = [], [], [], [], [], 0
    for trip in told:
        number += trip["gap"]
        at = [trip["received"]]
        for gap in trip["gaps"]:
            at.append(at[-1] + timedelta(seconds=gap))
        steps = [time if n < trip["steps"] else "" for n, time in enumerate(at[2:7])]
        answered = at[1] if trip["steps"] else ""
        told_of = (trip["kind"], "call", trip["summary"], trip["status"], trip["serial"])
        tickets.append([number, "江南机床", *told_of, at[0], answered])
        for code in trip["crew"]:
            dispatches.append([number, number, trip["place"], at[1], at[2], code, *steps])
        contacts.append([number, at[0], "江南机床", "call", trip["person"], trip["summary"], number])
        surveys.append([number, number, at[6], trip["score"], trip["comment"]])
        amount = f"{trip['amount'] // 100}.{trip['amount'] % 100:02d}"
        expenses.append([number, trip["crew"][0], "fare", amount, at[3].date(), number, trip["place"]])
    return {
        "tickets": table_of("id customer kind channel summary status serial received_at answered_at", tickets),
        "dispatches": table_of(
            "id ticket place sent_at due engineer departed_at arrived_at callback_at left_at returned_at", dispatches
        ),
        "contacts": table_of("id at customer channel person summary ticket", contacts),
        "surveys": table_of("id ticket at score comment", surveys),
        "expenses": table_of("id engineer category amount date dispatch from", expenses),
    }


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(trips, max_size=4))
def test_a_desk_comes_back_byte_for_byte(hired, tmp_path_factory, told):
    first, second = (InProcess(tmp_path_factory.mktemp(name)) for name in ("first", "second"))
    for desk in (first, second):
        desk.ledger.write_bytes(hired.ledger.read_bytes())
        desk.now = "2027-06-01T09:00:00+08:00"
    for table, content in registers(told).items():
        first.run("import", table, write(first, f"{table}.csv", content))
        sent = export(first, table)
        second.run("import", table, write(second, f"{table}.csv", sent))
        assert export(second, table) == sent
        if told:
            assert " 0 imported" in second.run("import", table, second.folder / f"{table}.csv").stdout
    assert "CONSISTENT" in second.run("ledger", "verify").stdout


def test_a_workbook_comes_back_too(desk, tmp_path_factory):
    for summary in ("=HYPERLINK(1)", "-5 °C\r\n第二行", "007"):
        desk.run(*TICKET, f"--summary={summary}", "--serial", "00012")
    desk.run("expense", "add", "--engineer", "W01", "--category", "other", "--amount", "553.50", "--date", "2026-10-01",
             "--invoice", "24317000000012345678")  # fmt: skip
    other = new_ledger(InProcess(tmp_path_factory.mktemp("again")))
    other.now = desk.now
    for table in ("staff", "customers", "contracts", "tickets", "expenses"):
        desk.run("export", table, "--reveal", "-o", desk.folder / f"{table}.xlsx")
        other.run("import", table, desk.folder / f"{table}.xlsx")
        assert export(other, table) == export(desk, table)


@pytest.mark.parametrize(
    ("said", "args"),
    [
        ("masked", ("customer", "add", "新厂", "--person", "王*")),
        ("masked", ("customer", "add", "新厂", "--phone", "138****5678")),
        ("masked", ("customer", "add", "新厂", "--address", "北京市****")),
        (
            "masked",
            ("contact", "log", "--customer", "江南机床", "--channel", "call", "--summary", "一", "--person", "王*"),
        ),
        ("masked", ("complaint", "open", "--channel", "call", "--complainant", "王*", "--summary", "一")),
        ("destroyed", ("customer", "add", "新厂", "--phone", "1.3812E+10")),
        ("destroyed", (*TICKET, "--summary", "一", "--serial", "2.4E+19")),
        ("destroyed", ("contract", "add", "2.4E+19", "--customer", "江南机床")),
        ("destroyed", ("staff", "add", "1E+05", "--name", "甲")),
    ],
)
def test_what_an_import_would_refuse_is_not_typed_in_either(desk, said, args):
    before = desk.ledger.read_bytes()
    done = desk.run(*args, code=2)
    assert said in done.stderr and "hint: " in done.stderr
    assert desk.ledger.read_bytes() == before


def test_times_inside_a_record_carry_the_centres_offset(desk, tmp_path_factory):
    desk.run(*TICKET, "--summary", "一", "--note", "记", "--at", "2026-10-01 08:00")
    opened = ("complaint", "open", "--channel", "call", "--complainant", "周工", "--summary", "慢", "--about", "W01")
    desk.run(*opened, "--at", "2026-10-02 09:00")
    desk.run("complaint", "assign", "C1", "--department", "甲", "--by", "M01", "--at", "2026-10-02 10:00")
    assert [step["at"] for step in desk.json("complaint", "show", "C1")["steps"]] == ["2026-10-02T10:00:00+08:00"]
    assert [note["at"] for note in desk.json("ticket", "show", "T1")["notes"]] == ["2026-10-20T09:00:00+08:00"]
    other = new_ledger(InProcess(tmp_path_factory.mktemp("again")), timezone="America/New_York")
    other.now = desk.now
    for table in ("staff", "customers", "contracts", "tickets", "complaints"):
        other.run("import", table, write(other, f"{table}.csv", export(desk, table)))
    assert [step["at"] for step in other.json("complaint", "show", "C1")["steps"]] == ["2026-10-01T22:00:00-04:00"]
    other.run("complaint", "investigate", "C1", "--note", "x")


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        ('{"policy": {}}', "policy: {}"), ('{"due": 5, "result": "off"}', "due: 5, "), ('{"due": "soon"}', "soon"),
        ('{"made_up": [1]}', "made_up: [1]"), ('{"made_up": "x\u202ey"}', "x\\u202ey"),
    ],
)  # fmt: skip
def test_evidence_from_elsewhere_is_shown_as_it_stands(desk, evidence, said):
    heads = "clause engineer subject at sanction_kind natural_key evidence"
    row = ["phone_unreachable", "W01", "H1", "2026-10-01 09:00", "notice", "H1", evidence]
    desk.run("import", "penalties", write(desk, "p.csv", table_of(heads, [row])))
    assert said in desk.run("penalty", "show", "P1").stdout
    desk.run("penalty", "list", "-f", "table")


# History that cannot be


@pytest.mark.parametrize(
    ("table", "heads", "cells", "said"),
    [
        ("tickets", "answered_at", "2026-10-01 08:00", "answered_at 2026-10-01 08:00 is before received_at"),
        ("tickets", "closed_at", "2027-10-01 09:00", "is in the future"),
        ("tickets", "status", "closed", "status closed does not agree"),
        ("tickets", "repeat_of", "T9", "there is no T9"),
        ("tickets", "contract", "HT-1", "the contract is another customer's"),
        ("tickets", "serial", "2.4E+19", "destroyed"),
        ("tickets", "notes", '"[{""text"": ""\\ud800""}]"', "is no value for notes"),
        ("tickets", "notes", '"[{""at"": ""2026-02-30 09:00"", ""text"": ""一""}]"', "is not a time"),
        ("tickets", "on_site_by", "9999-12-31T23:59:59Z", "is not a time"),
        ("tickets", "on_site_by", "0999-12-31 09:00", "is not a time"),
        ("tickets", "notes", '"[{""at"": 1, ""text"": ""一""}]"', "is no value for notes"),
        ("customers", "name,phone", "新客户,138****5678", "masked"),
        ("complaints", "at,channel,summary,finding", "2026-10-01 09:00,call,一,upheld", "needs decided_at"),
        ("complaints", "at,channel,summary", "2026-10-01 09:00,email,一", "channel has no value"),
        ("penalties", "clause,engineer,subject,at", "lateness,W01,D1,2026-10-01 09:00", "clause has no value"),
        ("policy", "key,value,from,reason", "answer.hours,0,2026-01-01,一", "out of bounds"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_bad_row(desk, table, heads, cells, said):
    if table == "tickets":
        heads, cells = f"customer,kind,channel,summary,received_at,{heads}", f"{ROW},{cells}"
    content, before = f"{heads}\n{cells}\n", desk.ledger.read_bytes()
    done = desk.run("import", table, write(desk, "t.csv", content), code=2)
    assert "error: line 2: " in done.stderr and said in done.stderr
    assert desk.ledger.read_bytes() == before


def test_one_bad_row_spoils_its_dispatch_alone(desk):
    desk.run(*TICKET, "--summary", "一", "--at", "2026-10-01 08:00")
    head = "id,ticket,place,sent_at,engineer,departed_at,arrived_at\n"
    rows = (
        "D1,T1,南京,2026-10-01 09:00,W01,2026-10-01 10:00,\n"
        "D2,T1,南京,2026-10-01 09:00,W03,,\n"
        "D1,T1,南京,2026-10-01 09:00,W02,2026-02-30 10:00,\n"
        "D3,T1,南京,2026-10-01 09:00,W02,,2026-10-01 12:00\n"
    )
    path = write(desk, "d.csv", head + rows)
    done = desk.run("import", "dispatches", path, "--skip-bad")
    assert "1 imported" in done.stdout and "3 bad" in done.stdout
    assert "line 2: line 4 of the same dispatch is bad" in done.stderr
    assert "line 5: arrived_at" in done.stderr and "needs departed_at" in done.stderr
    assert [d["id"] for d in desk.json("dispatch", "list")] == ["D2"]


def test_an_expense_on_a_cancelled_journey_is_outside_any_trip(desk):
    desk.run(*TICKET, "--summary", "一", "--at", "2026-10-01 08:00")
    desk.run("dispatch", "send", "T1", "--engineer", "W01", "--place", "南京", "--at", "2026-10-01 09:00")
    desk.run("expense", "add", "--engineer", "W01", "--category", "allowance", "--amount", "5", "--date", "2026-10-02",
             "--dispatch", "D1")  # fmt: skip
    assert desk.json("expense", "show", "E1")["problems"] == []
    desk.run("dispatch", "cancel", "D1", "--reason", "客户撤回")
    (problem,) = desk.json("expense", "show", "E1")["problems"]
    assert problem["code"] == "outside_trip" and "已取消" in problem["message"]


# Known records


def test_the_last_row_of_a_reference_wins_where_the_rules_say_so(desk):
    rules = write(desk, "r.toml", RULES + "last_row_wins = true\n")
    content = "no,at,who,what\nA,nonsense,江南机床,一\nB,2026-10-01 09:00,江南机床,二\nA,2026-10-02 09:00,江南机床,三\n"
    done = desk.run("import", "tickets", write(desk, "t.csv", content), "--rules", rules)
    assert "2 imported" in done.stdout and "1 superseded" in done.stdout
    assert [t["summary"] for t in desk.json("ticket", "list")] == ["二", "三"]


def test_a_reference_stands_once_in_a_file(desk):
    rules = write(desk, "r.toml", RULES)
    content = "no,at,who,what\n" + "".join(f"A,2026-10-01 09:00,江南机床,{what}\n" for what in "一一二")
    done = desk.run("import", "tickets", write(desk, "t.csv", content), "--rules", rules, "--skip-bad")
    assert "1 imported, 1 known already" in done.stdout and "line 4: A is in the ledger" in done.stderr


def test_a_bad_row_makes_no_customer(desk):
    rules = write(desk, "r.toml", RULES + "new_customers = true\n")
    content = "no,at,who,what\nA,2026-02-30 09:00,甲厂,一\nB,2027-12-01 09:00,乙厂,二\nC,2026-10-01 09:00,丙厂,三\n"
    desk.run("import", "tickets", write(desk, "t.csv", content), "--rules", rules, "--skip-bad")
    names = {customer["name"] for customer in desk.json("customer", "list")}
    assert "丙厂" in names and not {"甲厂", "乙厂"} & names


def test_an_update_keeps_what_the_file_does_not_say_and_moves_the_lines_of_expenses(desk):
    desk.run(*TICKET, "--contract", "HT-2", "--summary", "一", "--at", "2026-10-01 08:00")
    desk.run("expense", "add", "--engineer", "W01", "--category", "fare", "--amount", "5", "--date", "2026-10-01",
             "--ticket", "T1")  # fmt: skip
    desk.run("import", "tickets", write(desk, "t.csv", ticket_as("installation")), "--update")
    contracts = write(desk, "c.csv", "no,customer,includes_installation\nHT-2,江南机床,true\n")
    desk.run("import", "contracts", contracts, "--update")
    (expense,) = desk.json("expense", "list")
    assert (expense["line"], expense["excluded"]) == ("installation", True)
    desk.run("import", "customers", write(desk, "k.csv", "name,phone\n江南机床,13900001111\n"), "--update")
    (customer,) = [row for row in csv.DictReader(io.StringIO(export(desk, "customers"))) if row["name"] == "江南机床"]
    assert (customer["phone"], customer["person"], customer["city"]) == ("13900001111", "周工", "南京")
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout


def ticket_as(kind):
    return f"id,customer,kind,channel,summary,received_at\nT1,江南机床,{kind},call,一,2026-10-01 08:00\n"


def test_what_was_taken_back_is_not_brought_in_under_its_old_id(desk):
    path = write(desk, "t.csv", ticket_as("repair"))
    desk.run("import", "tickets", path)
    desk.run("undo", "--yes")
    assert "T1 was taken back" in desk.run("import", "tickets", path, code=2).stderr


def test_bad_rows_come_back_whole_and_once_mended_go_in(desk):
    path = write(desk, "s.csv", "code,name,role\nX1,甲,wizard\nX2,乙,engineer,more\nX3,丙,engineer\n")
    bad = desk.folder / "bad.csv"
    desk.run("import", "staff", path, "--skip-bad", "--errors", bad)
    assert bad.read_text(encoding="utf-8").splitlines()[0] == "code,name,role,line,reason"
    assert 'X2,乙,"engineer,more",3,' in bad.read_text(encoding="utf-8") and bad.stat().st_mode & 0o777 == 0o600
    mended = bad.read_text(encoding="utf-8").replace("wizard", "agent").replace('"engineer,more"', "head")
    bad.write_text(mended, encoding="utf-8")
    assert "2 imported" in desk.run("import", "staff", bad).stdout
    desk.run("import", "staff", bad, "--errors", bad, code=2)


# Files


@pytest.fixture
def busy(desk, monkeypatch):
    """Read the states of the tickets in pages of two, while somebody writes so many times in between."""
    monkeypatch.setattr(records, "_BLOCK", 2)
    for _ in range(3):
        desk.run(*TICKET, "--summary", "一")
    reader, writer = open_ledger(desk.ledger), open_ledger(desk.ledger, write=True)
    writer.con.execute("PRAGMA busy_timeout = 100")

    def states(writes):
        told = []

        def read():
            selection = records.Selection().in_pages()
            blocks = records.cells(reader, exported()["tickets"], at("2026-10-20 09:00"), selection)
            told.append(list(next(blocks)[5]))
            if len(told) <= writes:
                writer.con.execute("UPDATE ticket SET product = ?, status = 'on_hold'", (len(told),))
            told[-1] += [state for block in blocks for state in block[5]]

        reader.at_one_state(read)
        return told

    return states


def test_an_export_tells_one_state_and_holds_up_no_writer(busy):
    assert busy(0) == [["open"] * 3]
    assert busy(1) == [["open", "open", "on_hold"], ["on_hold"] * 3]


def test_beside_many_writers_an_export_makes_them_wait_at_last(busy):
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        busy(9)


def test_a_long_register_is_read_in_pages(desk, monkeypatch):
    monkeypatch.setattr(records, "_BLOCK", 2)
    for _ in range(5):
        desk.run(*TICKET, "--summary", "一")
    rows = csv.DictReader(io.StringIO(export(desk, "tickets")))
    assert [row["id"] for row in rows] == ["T1", "T2", "T3", "T4", "T5"]


@pytest.mark.parametrize("text", ["a,b", 'a"b', "a\nb", "a\rb", "a\r\nb", " a", "a\tb", "'", "", "=1", "\x1b"])
def test_cells_are_quoted_as_the_csv_module_does(desk, text):
    desk.run(*TICKET, "--summary", f"x{text}")
    told = export(desk, "tickets")
    again = io.StringIO()
    writer = csv.writer(again, lineterminator="\r\n")
    for row in csv.reader(io.StringIO(told, newline="")):
        writer.writerow(row)
    (head, line) = (again.getvalue()[:-2]).split("\r\n", 1)
    assert told == f"{head}\n{line}\n"


def test_an_export_never_replaces_the_ledger_or_a_device(hired, tmp_path):
    desk = Executable(tmp_path)
    desk.ledger.write_bytes(hired.ledger.read_bytes())
    desk.now = hired.now
    before = desk.ledger.read_bytes()
    desk.run("export", "staff", "-o", desk.ledger, code=5)
    assert desk.ledger.read_bytes() == before
    desk.run("export", "staff", "-o", "/dev/null")
    desk.run("export", "staff", "-o", "/dev/full", code=5)
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "real.csv")
    desk.run("export", "staff", "-o", link)
    assert link.is_symlink() and (tmp_path / "real.csv").read_text(encoding="utf-8").startswith("code,")
    desk.run("export", "staff", "-o", tmp_path / "s.xlsx")
    assert (tmp_path / "s.xlsx").read_bytes().startswith(b"PK")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger.db", "link.csv", "real.csv", "s.xlsx"]
