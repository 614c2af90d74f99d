"""Registers that come in and go out: all or nothing, harmless twice, and the same again byte for byte."""

import csv
import io
import re
import shutil
from pathlib import Path

import pytest
from conftest import InProcess, new_ledger
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from svcdesk.registers.index import exported

DATA = next(
    (up / "shared" / "data" for up in Path(__file__).parents if (up / "shared" / "data").exists()), Path("nowhere")
)
EXAMPLES = Path(__file__).parents[2] / "examples"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the real registers are not here")
GOOD = "code,name,role\nX1,甲,engineer\n"


def write(desk, name, content):
    path = desk.folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# Round trips


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A whole month, as the demo plays it."""
    desk = InProcess(tmp_path_factory.mktemp("played"))
    desk.now = "2026-11-23T10:00:00+08:00"
    desk.run("demo", "--into", desk.ledger)
    return desk


def test_a_month_comes_back_byte_for_byte(played, tmp_path):
    desk = InProcess(tmp_path)
    desk.now = played.now
    new_ledger(desk)
    files = {}
    for table in exported():
        files[table] = played.run("export", table, "--reveal").stdout
        desk.run("import", table, write(desk, f"{table}.csv", files[table]))
    for table in exported():
        assert desk.run("export", table, "--reveal").stdout == files[table], table
    report = ("report", "monthly", "--month", "2026-10")
    for part in ("lines", "service", "penalties"):
        assert desk.json(*report)[part] == played.json(*report)[part]
    check = ("penalty", "check", "--month", "2026-10")
    assert [f["evidence"] for f in desk.json(*check)] == [f["evidence"] for f in played.json(*check)]
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
    for table in ("staff", "tickets", "dispatches", "expenses", "penalties", "policy"):  # a second run changes nothing
        assert " 0 imported" in desk.run("import", table, desk.folder / f"{table}.csv").stdout


texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), min_size=1, max_size=30).filter(
    str.strip
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(summaries=st.lists(texts, min_size=1, max_size=4), note=texts, invoice=texts)
def test_any_text_comes_back(hired, tmp_path_factory, summaries, note, invoice):
    folder = tmp_path_factory.mktemp("text")
    desk = InProcess(folder)
    shutil.copy(hired.ledger, desk.ledger)
    desk.now = hired.now
    for summary in summaries:
        desk.run(
            "ticket", "open", "--customer", "江南机床", "--kind", "repair", "--channel", "call", f"--summary={summary}"
        )
    desk.run("ticket", "note", "T1", "--", note)
    other = new_ledger(InProcess(tmp_path_factory.mktemp("again")))
    other.now = desk.now
    for table in ("staff", "customers", "contracts", "tickets"):
        sent = desk.run("export", table, "--reveal").stdout
        other.run("import", table, write(other, f"{table}.csv", sent))
        assert other.run("export", table, "--reveal").stdout == sent
    assert [t["summary"] for t in other.json("ticket", "list")] == summaries


# Real registers: rows in, rows bad


@needs_data
@pytest.mark.parametrize(
    ("table", "file", "rules", "taken", "bad"),
    [
        ("tickets", "nyc311/portal_2018_19.csv", "nyc311_portal", 990, 10),
        ("tickets", "nyc311/soda_multiline_2024.csv", "nyc311_soda", 1000, 0),
        ("tickets", "servicenow/incidents.csv", "servicenow_incidents", 890, 0),
        ("expenses", "travel_bpi20/domestic_cases.csv", "travel_bpi20", 10222, 135),
        ("expenses", "workorders/excavators.csv", "excavators", 5478, 7),
    ],
)
def test_a_real_register_goes_in(tmp_path, table, file, rules, taken, bad):
    desk = new_ledger(InProcess(tmp_path))
    desk.now = "2026-11-23T10:00:00+08:00"
    args = ("import", table, DATA / file, "--rules", EXAMPLES / f"{rules}.toml")
    if bad:
        done = desk.run(*args, code=2)
        assert (
            done.stderr.startswith(f"error: {bad} of the {taken + bad} rows")
            and sum(int(n) for n in re.findall(r"error: (\d+) rows: ", done.stderr)) + done.stderr.count("error: line ")
            == bad
        )
        assert len(desk.run("export", table).stdout.splitlines()) == 1
    done = desk.run(*args, "--skip-bad", "--errors", desk.folder / "bad.csv")
    assert f"{taken} imported" in done.stdout and f"{bad} bad" in done.stdout
    rejected = list(csv.DictReader((desk.folder / "bad.csv").open(encoding="utf-8", newline="")))
    assert len(rejected) == bad and all(row["line"] and row["reason"] for row in rejected)
    assert sum(1 for _ in csv.reader(io.StringIO(desk.run("export", table).stdout))) == taken + 1
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
    if rules != "excavators":  # it has no reference of its own
        assert f"0 imported, {taken} known" in desk.run(*args, "--skip-bad").stdout


def test_a_changed_row_is_bad_unless_update_is_asked_for(desk):
    rules = write(
        desk, "r.toml",
        '[columns]\nreference = "no"\nreceived_at = "at"\ncustomer = "who"\nsummary = "what"\n'
        '[defaults]\nkind = "repair"\nchannel = "call"\n',
    )  # fmt: skip
    args = ("import", "tickets", desk.folder / "t.csv", "--rules", rules)
    write(desk, "t.csv", "no,at,who,what\nA7,2026-10-01 09:00,江南机床,一\n")
    desk.run(*args)
    desk.run("ticket", "answer", "T1")  # what the desk does since is its own: the row is still known
    assert "1 known" in desk.run(*args).stdout
    write(desk, "t.csv", "no,at,who,what\nA7,2026-10-01 09:00,江南机床,二\n")
    assert "A7" in desk.run(*args, code=2).stderr
    assert "1 updated" in desk.run(*args, "--update").stdout
    (ticket,) = desk.json("ticket", "list")
    assert ticket["summary"] == "二" and ticket["answered_at"]


# Bad files: nothing imported, the line and the reason named


@pytest.mark.case(23)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD + "X2,乙\n", "line 3: 2 cells where 3 belong"),
        (GOOD + "X2,乙,wizard\n", "line 3: role has no value “wizard”"),
        (GOOD + "X2,\0,engineer\n", "line 3: holds a NUL"),
        (GOOD + '"X2\nX3",,engineer\nX4,丁,wizard\n', "line 5: role"),
        ("code,code,name\nX1,X1,a\n", "headings that stand twice: code"),
        ("code,nickname,name,role\n", "no column “nickname”"),
        ("code,name\nX1,甲\n", "needed columns are missing: role"),
        ("", "is empty"),
        (GOOD.encode("gb18030") + b"\xff\xff\n", "neither UTF-8 nor GB18030"),
        (GOOD + "X2," + "长" * 1_000_001 + ",engineer\n", "line 3: cannot be read on from here"),
        (GOOD + 'X2,"乙,engineer\n', "line 3: a quote is never closed"),
    ],
)
def test_a_bad_file_imports_nothing(desk, content, said):
    before = desk.ledger.read_bytes()
    done = desk.run("import", "staff", write(desk, "staff.csv", content), code=2)
    assert done.stderr.startswith("error: ") and said in done.stderr
    assert desk.ledger.read_bytes() == before


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("W01,fare,2.4112E+19,2026-10-01,F1", "is not an amount"),
        ("W01,fare,58.00,2026-10-01,2.4112E+19", "destroyed"),
        ("W01,fare,58.00,2026-02-30,F1", "is not a date"),
        ("W01,fare,58.00,45931,F1", "spreadsheet's number for a day"),
        ("W01,fare,58.00,03/10/2026,F1", "is not a date"),
        ("W01,fare,58.00,2026-12-01,F1", "is in the future"),
        ("W99,fare,58.00,2026-10-01,F1", "no staff code “W99”"),
        ("W01,fare,,2026-10-01,F1", "amount is empty"),
        ("W01,fare,1_00,2026-10-01,F1", "is not an amount"),
    ],
)
def test_a_bad_cell_is_named(desk, cells, said):
    path = write(desk, "e.csv", f"engineer,category,amount,date,invoice\nW01,local,5,2026-10-01,F0\n{cells}\n")
    done = desk.run("import", "expenses", path, code=2)
    assert "error: line 3: " in done.stderr and said in done.stderr
    assert desk.json("expense", "list") == []
    desk.run("import", "expenses", path, "--skip-bad")
    assert len(desk.json("expense", "list")) == 1


@pytest.mark.case(23)
def test_row_900_of_1000_stops_all(desk):
    rows = [f"X{n},甲,{'wizard' if n == 900 else 'engineer'}" for n in range(1, 1001)]
    path = write(desk, "many.csv", "\n".join(["code,name,role", *rows, ""]))
    before = desk.ledger.read_bytes()
    assert "line 901" in desk.run("import", "staff", path, code=2).stderr
    assert desk.ledger.read_bytes() == before


def test_what_was_typed_wrong_in_the_rules_is_named(desk):
    path = write(desk, "staff.csv", GOOD)
    for rules, said in (
        ("[column]\n", "[column]"), ("[options]\nrond = 1\n", "options.rond"), ('[columns]\nnick = "name"\n', "nick"),
        ('[columns]\ncode = "Code"\n', "“Code”"), ("[times\n", "not understood"),
        ('[times]\nzone = "Mars/Base"\n', "Mars/Base"),
    ):  # fmt: skip
        done = desk.run("import", "staff", path, "--rules", write(desk, "r.toml", rules), code=2)
        assert said in done.stderr


@pytest.mark.case(23)
def test_encodings_are_found_and_said(desk):
    assert "(gb18030)" in desk.run("import", "staff", write(desk, "a.csv", GOOD.encode("gb18030"))).stdout
    bom = b"\xef\xbb\xbf" + GOOD.replace("X1", "X2").encode()
    assert "(utf-8)" in desk.run("import", "staff", write(desk, "b.csv", bom)).stdout
    assert {"X1", "X2"} <= {person["code"] for person in desk.json("staff", "list")}


def test_tsv_and_workbooks_come_in(desk):
    desk.run("import", "staff", write(desk, "a.tsv", GOOD.replace(",", "\t")))
    book = Workbook()
    sheet = book.active
    sheet.append(["engineer", "category", "amount", "date", "invoice"])
    sheet.append(["W01", "fare", 58.5, "2026-10-01", "24317000000012345678"])
    for _ in range(300):
        sheet.append([])  # blank rows behind the data are no rows
    book.save(desk.folder / "e.xlsx")
    desk.run("import", "expenses", desk.folder / "e.xlsx")
    (expense,) = desk.json("expense", "list")
    assert (expense["amount"], expense["invoice"]) == ("58.50", "24317000000012345678")


def test_a_dry_run_writes_nothing(desk):
    before = desk.ledger.read_bytes()
    done = desk.run("import", "staff", write(desk, "s.csv", GOOD), "--dry-run")
    assert "1 would be imported" in done.stdout and desk.ledger.read_bytes() == before


# Exports


def test_personal_data_is_masked_unless_revealed_and_revealing_leaves_a_trace(desk):
    assert "13812345678" not in desk.run("export", "customers").stdout
    assert "13812345678" in desk.run("export", "customers", "--reveal").stdout
    log = desk.json("ledger", "log", "--limit", "1")
    assert log[-1]["command"] == "export customers --reveal"


def test_an_export_to_a_file_is_whole_and_private_where_it_reveals(executable):
    executable.run("export", "customers", "--reveal", "-o", "c.csv")
    executable.run("export", "staff", "-o", "s.csv")
    assert (executable.folder / "c.csv").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in executable.folder.iterdir()) == ["c.csv", "ledger.db", "s.csv"]


@pytest.mark.case(24)
def test_excel_exports_disarm_formulas(desk):
    desk.run("ticket", "open", "--customer", "江南机床", "--kind", "repair", "--channel", "call", "--summary", "=1+1")
    told = desk.run("export", "tickets", "--excel").stdout
    assert told.startswith("\ufeff") and "'=1+1" in told and told.endswith("\n")
    assert "'=1+1" not in desk.run("export", "tickets").stdout


@pytest.mark.case(5)
def test_a_full_disk_on_stdout_is_exit_5(executable):
    with Path("/dev/full").open("w") as full:
        done = executable_to(executable, full, "export", "staff")
    assert done.returncode == 5 and done.stderr.startswith("error: ")


def executable_to(desk, stdout, *args):
    import subprocess
    import sys

    return subprocess.run(
        [sys.executable, "-m", "svcdesk", *args], env=desk.full_env(), stdout=stdout, stderr=subprocess.PIPE, text=True
    )
