"""Dialects of tables, rows that are not records, and what people type: a small table for each, read as it comes."""

import gzip
import io
import re
import shutil
import subprocess
from datetime import datetime, time
from pathlib import Path
from shutil import copy

import pytest
from openpyxl import Workbook
from test_importer import DATA, needs_data, write

from svcdesk.exchange.numbers import Signs
from svcdesk.exchange.rows import Typed
from svcdesk.exchange.rules_toml import read_rules
from svcdesk.exchange.times import Forms, Unread

KEPT = '[defaults]\nkind = "repair"\nchannel = "call"\ncustomer = "江南机床"\nsummary = "x"\n'
NOW = datetime(2026, 10, 20, 9)


def take(desk, table, text, rules, *args, code=0, name="t.csv"):
    path = text if isinstance(text, Path) else write(desk, name, text)
    return desk.run("import", table, path, "--rules", write(desk, "r.toml", rules), *args, code=code)


def workbook(desk, rows, name="b.xlsx", change=None):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book.active)
    book.save(path := desk.folder / name)
    return path


def tickets(desk, *names):
    return [tuple(ticket[name] for name in names) for ticket in desk.json("ticket", "list")]


# The table itself


def test_two_heading_lines_are_joined_and_merged_ones_filled_to_the_right(desk):
    rows = [["十月", None, None, None], ["编号", "时间", None, "单位"], [None, "受理", "关闭", None],
            ["K1", "2026-10-01 09:00", "2026-10-02 09:00", "江南机床"]]  # fmt: skip
    path = workbook(desk, rows, change=lambda sheet: sheet.merge_cells("B2:C2"))
    rules = (
        '[options]\nheader = [2, 3]\n[columns]\nreference = "编号"\nreceived_at = "时间/受理"\nclosed_at = "时间/关闭"\n'
        'customer = "单位"\n[defaults]\nkind = "repair"\nchannel = "call"\nsummary = "x"\n'
    )
    take(desk, "tickets", path, rules)
    assert tickets(desk, "received_at", "closed_at") == [("2026-10-01T09:00:00+08:00", "2026-10-02T09:00:00+08:00")]


def test_a_doubled_heading_matters_only_where_it_is_named(desk):
    text = "no,time,text,text,\nA1,2026-10-01 09:00,一,二,三\n"
    rules = '[columns]\nreference = "no"\nreceived_at = "time"\nsummary = "{}"\n' + KEPT
    assert "such as text#1" in take(desk, "tickets", text, rules.format("text"), code=2).stderr
    for number, name in enumerate(("text#2", "column 5")):
        take(desk, "tickets", text.replace("A1", f"A{number}"), rules.format(name))
    assert tickets(desk, "summary") == [("二",), ("三",)]


def test_merged_cells_are_filled_down_where_the_rules_say_so(desk):
    rows = [["no", "who", "time"], ["A1", "江南机床", "2026-10-01 09:00"], ["A2", None, "2026-10-01 10:00"]]
    path = workbook(desk, rows, change=lambda sheet: sheet.merge_cells("B2:B3"))
    rules = (
        '[options]\nfill_down = ["who"]\n[columns]\nreference = "no"\nreceived_at = "time"\ncustomer = "who"\n'
        '[defaults]\nkind = "repair"\nchannel = "call"\nsummary = "x"\n'
    )
    take(desk, "tickets", path, rules)
    assert tickets(desk, "customer") == [("江南机床",), ("江南机床",)]


def test_only_rows_that_are_asked_for_are_records(desk):
    text = "no,time,state\nA1,2026-10-01 09:00,已结束\nA2,2026-10-01 09:00,审批中\nA3,2026-10-01 09:00,已撤回\n"
    rules = '[columns]\nreference = "no"\nreceived_at = "time"\n[where]\nstate = "~已(结束|撤回)"\n' + KEPT
    assert "1 not asked for" in take(desk, "tickets", text, rules).stdout
    assert len(tickets(desk, "id")) == 2


def test_words_may_match_patterns_and_drop_rows(desk):
    text = "no,time,what\nA1,2026-10-01 09:00,电梯报修\nA2,2026-10-01 09:00,问价\nA3,2026-10-01 09:00,已撤回\n"
    rules = (
        '[columns]\nreference = "no"\nreceived_at = "time"\nkind = "what"\n[values.kind]\nskip = ["已撤回"]\n'
        '"~维修|报修" = "repair"\n"*" = "consultation"\n' + KEPT
    )
    assert "1 dropped" in take(desk, "tickets", text, rules).stdout
    assert tickets(desk, "kind") == [("repair",), ("consultation",)]


def test_gzip_and_standard_input(desk, monkeypatch):
    rules = '[columns]\nreference = "no"\nreceived_at = "time"\n' + KEPT
    text = b"no,time\nA1,2026-10-01 09:00\n"
    assert "1 imported" in take(desk, "tickets", gzip.compress(text), rules, name="t.csv.gz").stdout
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.replace(b"A1", b"A2"))))
    assert "1 imported" in take(desk, "tickets", Path("-"), rules).stdout
    broken = gzip.compress(text)[:-9]
    assert "packed incompletely" in take(desk, "tickets", broken, rules, name="u.csv.gz", code=2).stderr


@pytest.fixture(scope="module")
def old_workbooks(tmp_path_factory):
    """One workbook as .xlsx, and as LibreOffice writes it as .ods and .xls: two sheets, typed cells, merged ones."""
    pytest.importorskip("python_calamine")
    office = shutil.which("soffice") or pytest.skip("needs LibreOffice to write them")
    folder = tmp_path_factory.mktemp("books")
    book = Workbook()
    for name, first in (("十月", 0), ("十一月", 3)):
        sheet = book.active if not first else book.create_sheet()
        sheet.title = name
        sheet.append(["no", "time", "hours", "who", "paid", "text"])
        for n in range(first, first + 3):
            when = datetime(2026, 10, n + 1, 9, 30)
            sheet.append([f"A{n}", when, n + 0.5, "江南机床" if n == first else None, 1234.5 + n, f"过热 {n}\n第二行"])
        sheet.merge_cells("D2:D4")
    book.save(folder / "a.xlsx")
    wrong = Workbook()
    for row in (["no", "time", "n"], ["A1", datetime(2026, 10, 1, 9), 1], ["A2", datetime(2026, 10, 1, 9), "=1/0"]):
        wrong.active.append(row)
    wrong.active.append(["A3", datetime(2026, 10, 1, 9), "=NA()"])
    wrong.save(folder / "wrong.xlsx")
    for kind in ("ods", "xls"):
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [office, profile, "--headless", "--convert-to", kind, "--outdir", folder, *folder.glob("*.xlsx")]
        subprocess.run(command, check=True, capture_output=True, timeout=240)
    return folder


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_old_workbooks_are_read_as_new_ones(desk, old_workbooks, kind):
    rules = (
        '[options]\nsheet = "*"\nfill_down = ["who"]\n[columns]\nreference = "no"\nreceived_at = "time"\n'
        'customer = "who"\nsummary = "text"\n[defaults]\nkind = "repair"\nchannel = "call"\n'
    )
    path, new = (copy(old_workbooks / f"a.{kind}", desk.folder), copy(old_workbooks / "a.xlsx", desk.folder))
    assert "6 imported" in take(desk, "tickets", Path(path), rules).stdout
    rows = [
        (row["reference"], row["received_at"], row["summary"], row["customer"]) for row in desk.csv("export", "tickets")
    ]
    assert rows[4] == ("A4", "2026-10-05T09:30:00+08:00", "过热 4\n第二行", "江南机床")
    assert "0 imported, 6 known already" in take(desk, "tickets", Path(new), rules).stdout


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_a_cell_in_error_is_no_blank_one(desk, old_workbooks, kind):
    rules = '[columns]\nreference = "no"\nreceived_at = "time"\n' + KEPT
    said = take(desk, "tickets", Path(copy(old_workbooks / f"wrong.{kind}", desk.folder)), rules, code=2).stderr
    assert "2 of the 3 rows" in said and "#DIV/0!" in said and "first lines 3, 4" in said


# Rows are not records


def test_several_records_of_one_row(desk):
    text = 'ref,who,day,air,bed\n77,W01,2026-10-05,"1,234.50",￥300.00\n78,W02,2026-10-06,,１２０元\n79,W02,2026-10-06,0,\n'
    rules = (
        '[columns]\nengineer = "who"\ndate = "day"\n[[record]]\nreference = "{ref}#fare"\ncategory = "fare"\n'
        'amount = "air"\nwhen = "air > 0"\n[[record]]\nreference = "{ref}#bed"\ncategory = "lodging"\namount = "bed"\n'
    )
    assert "3 rows read" in take(desk, "expenses", text, rules).stdout
    assert [(e["category"], e["amount"]) for e in desk.json("expense", "list")] == [
        ("fare", "1234.50"), ("lodging", "300.00"), ("lodging", "120.00"),
    ]  # fmt: skip
    assert "3 known" in take(desk, "expenses", text, rules).stdout


def test_one_record_of_many_rows_whatever_their_order(desk):
    events = [
        "C1,2026-10-07 16:00,Closed",
        "C2,2026-10-06 09:00,Opened",
        "C1,2026-10-05 11:00,Answered",
        "C1,2026-10-05 09:00,Opened",
    ]
    rules = (
        '[columns]\nreference = "no"\nreceived_at = {column = "time", take = "first"}\n'
        'answered_at = {column = "time", take = "first", when = {what = "Answered"}}\n'
        'closed_at = {column = "time", take = "last", when = {what = "Closed"}}\n' + KEPT
    )
    done = take(desk, "tickets", "no,time,what\n" + "\n".join(events) + "\n", rules)
    assert "4 rows read" in done.stdout and "2 records of them, 2 imported" in done.stdout
    assert tickets(desk, "received_at", "answered_at", "closed_at") == [
        ("2026-10-05T09:00:00+08:00", "2026-10-05T11:00:00+08:00", "2026-10-07T16:00:00+08:00"),
        ("2026-10-06T09:00:00+08:00", None, None),
    ] or tickets(desk, "received_at") == [("2026-10-06T09:00:00+08:00",), ("2026-10-05T09:00:00+08:00",)]


def test_references_of_two_columns_split_joined_and_cleaned(desk):
    text = "no,line,day,clock,both\n7,1,2026-10-05 星期一,上午9点半,张三 客服部\n7,2,2026-10-05 星期一,下午2:30,李四 客服部\n"
    rules = (
        '[columns]\nreference = ["no", "line"]\n[join]\nreceived_at = ["day", "clock"]\n[clean]\nday = {drop = " 星期."}\n'
        '[split]\nboth = {by = " ", to = ["summary", "department"]}\n[times]\nformat = "chinese"\n'
        + KEPT.replace('summary = "x"\n', "")
    )
    take(desk, "tickets", text, rules)
    assert tickets(desk, "summary", "received_at") == [
        ("张三", "2026-10-05T09:30:00+08:00"), ("李四", "2026-10-05T14:30:00+08:00"),
    ]  # fmt: skip


def test_a_clock_after_midnight_is_the_next_days(desk):
    text = "no,day,from,to\nA1,2026-10-05,22:30,01:15\n"
    rules = '[columns]\nreference = "no"\n[join]\nreceived_at = ["day", "from"]\nclosed_at = ["day", "to"]\n' + KEPT
    take(desk, "tickets", text, rules)
    assert tickets(desk, "received_at", "closed_at") == [("2026-10-05T22:30:00+08:00", "2026-10-06T01:15:00+08:00")]


def test_people_by_name_and_a_name_that_two_have(desk):
    rules = '[columns]\ndate = "day"\nengineer = "name"\namount = "n"\n[match]\nengineer = "name"\n[defaults]\ncategory = "other"\n'
    take(desk, "expenses", "day,name,n\n2026-10-05,张伟,12\n", rules)
    desk.run("staff", "add", "W09", "--name", "张伟")
    said = take(desk, "expenses", "day,name,n\n2026-10-05,张伟,13\n2026-10-05,无此人,13\n", rules, code=2).stderr
    assert "“张伟” is the name of two people: W01, W09" in said and "nobody is called “无此人”" in said


def test_near_doubles_of_new_names_are_listed_first(desk):
    text = "no,time,who\nA1,2026-10-01 09:00,江南机床有限公司\nA2,2026-10-01 09:00,东方电机\n"
    rules = (
        '[options]\nnew_customers = true\n[columns]\nreference = "no"\nreceived_at = "time"\ncustomer = "who"\n' + KEPT
    )
    said = take(desk, "tickets", text, rules, "--dry-run").stderr
    assert (
        "2 new customers" in said
        and "“江南机床有限公司” is much like “江南机床”" in said
        and "东方电机” is" not in said
    )


# Before records are changed


def test_an_update_shows_what_it_changes_and_keeps_the_reason(desk):
    rules = (
        '[columns]\nreference = "no"\ndate = "day"\namount = "n"\nengineer = "who"\n[defaults]\ncategory = "other"\n'
    )
    take(desk, "expenses", "no,day,n,who\nA1,2026-10-05,12,W01\nA2,2026-10-05,13,W01\n", rules)
    changed = "no,day,n,who\nA1,2026-10-05,20.50,W01\nA2,2026-10-05,13,W01\n"
    done = take(desk, "expenses", changed, rules, "--update", "--reason", "票据更正")
    assert "amount would change on 1 records, in sum 12.00 -> 20.50" in done.stderr and "1 updated" in done.stdout
    assert desk.json("ledger", "log", "--limit", "1")[-1]["note"] == "票据更正"


def test_what_somebody_decided_is_not_changed_by_a_file(desk):
    rules = (
        '[columns]\nreference = "no"\ndate = "day"\namount = "n"\nengineer = "who"\n[defaults]\ncategory = "other"\n'
    )
    take(desk, "expenses", "no,day,n,who\nA1,2026-10-05,12,W01\n", rules)
    desk.run("expense", "approve", "E1", "--by", "M01", "--override", "手写收据")
    changed = "no,day,n,who\nA1,2026-10-05,900,W01\n"
    assert "was decided or is a step (4.3)" in take(desk, "expenses", changed, rules, "--update", code=3).stderr
    take(desk, "expenses", changed + "A2,2026-13-05,1,W01\n", rules, "--update", code=2)
    assert desk.json("expense", "show", "E1")["amount"] == "12.00"


def test_a_dry_run_shows_rows_as_they_would_come_in(desk):
    rules = '[columns]\nreference = "no"\nreceived_at = "time"\n' + KEPT
    text = "no,time\n" + "".join(f"A{n},2026-10-01 09:0{n}\n" for n in range(9))
    said = take(desk, "tickets", text, rules, "--dry-run", "--show", "2").stdout
    assert said.count("received_at=2026-10-01 09:0") == 2 and "reference=A0" in said


# Times and amounts


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026年10月7日 下午2:30", "2026-10-07 14:30"), ("10-7 14:30", "2026-10-07 14:30"), ("10月19日上午9点半", "2026-10-19 09:30"),
        ("12-31 08:00", "2025-12-31 08:00"), ("２０２６年１０月７日 ９：０５", "2026-10-07 09:05"), ("25-05-01 星期四", "2025-05-01 00:00"),
        ("2026/10/7 晚上12点", "2026-10-08 00:00"), ("2026.10.7 中午12:10", "2026-10-07 12:10"), ("2026-10-07 凌晨12:30", "2026-10-07 00:30"),
        ("2026-10-07 次日1:15", "2026-10-08 01:15"), ("2026年10月7日 下午两点一刻", "2026-10-07 14:15"), ("2026年5月9日 下午", "2026-05-09 12:00"),
        ("2026-10-07 3:05 PM", "2026-10-07 15:05"), ("2026年10月7日十四时三十分", "2026-10-07 14:30"),
    ],
)  # fmt: skip
def test_times_as_people_type_them(text, read):
    assert f"{Forms(('chinese',)).read(text, NOW):%Y-%m-%d %H:%M}" == read


@pytest.mark.parametrize(
    "text", ["", "昨天", "2026-02-30", "下午2:30", "2026-10-07 上午15:00", "13月1日", "2026-10-07 25:00"]
)
def test_what_is_no_time_is_not_guessed(text):
    with pytest.raises(Unread):
        Forms(("iso", "chinese", "serial", "unix")).read(text, NOW)


def test_serials_unix_times_and_halves():
    forms = Forms(("serial", "unix", "chinese"), {"上午": time(8, 30), "下午": time(13)})
    assert f"{forms.read('43766.5', NOW)}" == "2019-10-28 12:00:00"
    assert (
        forms.read("1746028800000", NOW).isoformat()
        == forms.read("1746028800", NOW).isoformat()
        == "2025-04-30T16:00:00+00:00"
    )
    assert f"{forms.read('2025年05月09日 上午', NOW)}" == "2025-05-09 08:30:00"


@pytest.mark.parametrize(
    ("text", "signs", "fen"),
    [
        ("￥1,234.50", Signs(), 123450), ("１２０元", Signs(), 12000), ("CNY 12", Signs(), 1200), ("1.234,50", Signs(".", ","), 123450),
        ("1 234,5 元", Signs(" ", ","), 123450), (Typed("1234.5"), Signs(".", ","), 123450), ("12,34", Signs(".", ","), 1234),
        ("1,23.00", Signs(), None), ("(12.00)", Signs(), None), ("-5", Signs(), None), ("1e5", Signs(), None), ("12,50", Signs(), None),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(text, signs, fen):
    try:
        read = signs.read_fen(text, False)
    except Exception:
        read = None
    assert read == fen


# Rules files


@needs_data
def test_the_rules_file_with_everything_in_its_place_is_understood(tmp_path):
    text = re.search(r"```toml\n(.*?)```", (DATA.parent / "exchange.md").read_text("utf-8"), re.DOTALL)[1]
    (tmp_path / "r.toml").write_text(text, encoding="utf-8")
    rules = read_rules(tmp_path / "r.toml", [])
    assert (rules.dialect.header, rules.dialect.delimiter, rules.dialect.sheets) == ((2, 3), ";", ("*",))
    assert rules.joins["reference"] == (("申请编号", "行号"), "-") and rules.takes["closed_at"].last
    assert rules.forms.forms == ("%Y/%m/%d %H:%M:%S", "chinese", "serial") and rules.records[0]["category"] == "fare"


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 20_000, "[" + "a." * 20_000 + "a]\nb = 1", "[defaults]\nnote = " + "9" * 6000, "[defaults]\nx = 1e999\n[options]\nheader = 0",
        "[where]\na = '~('", "[record]\na = 1", "[options]\ndelimiter = ';;'", "[times]\nformat = 3", "[columns]\na = {column = 'x'}",
    ],
    ids=["deep", "dotted", "digits", "zero", "regex", "record", "delimiter", "format", "take"],
)  # fmt: skip
def test_rules_that_would_burst_or_are_not_understood_are_exit_2(desk, text):
    done = take(desk, "staff", "code,name,role\nX1,甲,engineer\n", text, code=2)
    assert len(done.stderr) < 2000


@pytest.mark.parametrize("encoding", ["a\0b", "rot13", "base64", "unicode_escape", "idna", "punycode", "nonsense"])
def test_foreign_codecs_are_no_encodings(desk, encoding):
    done = take(desk, "staff", "code,name,role\nX1,甲,engineer\n", "", "--encoding", encoding, code=2)
    assert "there is no encoding" in done.stderr or "encoding" in done.stderr


def test_a_device_is_no_rules_file(desk):
    path = write(desk, "s.csv", "code,name,role\n")
    assert "is a pipe or a device" in desk.run("import", "staff", path, "--rules", "/dev/zero", code=2).stderr
    large = write(desk, "large.toml", "# " + "x" * (2 << 20))
    assert "larger than" in desk.run("import", "staff", path, "--rules", large, code=2).stderr
    assert read_rules(None, ["a=b"]).columns == {"a": "b"}
