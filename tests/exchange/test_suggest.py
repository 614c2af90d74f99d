"""Rules files drafted for registers that others keep: what is recognised goes in as it stands, what is not is asked."""

import csv
import io
import re
import tomllib
from datetime import datetime
from shlex import quote

import pytest
from conftest import InProcess, new_ledger
from openpyxl import Workbook
from test_importer import DATA, needs_data, played, write  # noqa: F401

from svcdesk.registers.index import exported

TICKETS = (
    ["工单号", "单位名称", "受理时间", "受理方式", "类别", "故障现象", "设备型号", "合同编号", "备注"],
    ["GD2026001", "江南机床", "2026/10/01 09:12", "来电", "报修", "主轴过热", "CK6140", "HT-2", ""],
    ["GD2026002", "华北钢厂", "2026/10/02 10:00", "微信", "安装调试", "新装一台", "CK6150", "HT-1", "急"],
    ["GD2026003", "新来的厂", "2026/10/03 11:30", "上门", "咨询", "问保修期", "", "", ""],
)
EXPENSES = (
    ["单据号", "工号", "费用类别", "金额（元）", "日期", "出发地", "目的地", "发票号码", "审批状态", "备注"],
    ["BX-1", "W01", "火车票", "553.50", "2026年10月1日", "北京", "南京", "24317000000012345678", "已付款", ""],
    ["BX-2", "W02", "住宿费", "300", "2026年10月2日", "", "", "24317000000012345679", "待审批", "两晚"],
    ["BX-3", "W02", "其它", "12.5", "2026年10月12日", "", "", "24317000000012345680", "驳回", ""],
)


def as_csv(rows, encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def suggested(desk, table, path, code=0):
    """Draft rules for a file; give them read, and the text."""
    rules = path.with_suffix(".toml")
    done = desk.run("import", table, path, "--suggest", rules, code=code)
    assert f"--rules {quote(str(rules))} --dry-run" in done.stdout
    text = rules.read_text(encoding="utf-8")
    return tomllib.loads(text), text


def taken(desk, table, path):
    """Import under the drafted rules, and give the records."""
    desk.run("import", table, path, "--rules", path.with_suffix(".toml"))
    return list(csv.DictReader(io.StringIO(desk.run("export", table).stdout)))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_register_of_tickets_goes_in_as_drafted(desk, encoding):
    path = write(desk, "工单.csv", as_csv(TICKETS, encoding))
    rules, _ = suggested(desk, "tickets", path)
    assert rules["times"] == {"format": "%Y/%m/%d %H:%M", "zone": "Asia/Shanghai"}
    assert rules["options"].get("encoding", "utf-8") == encoding and rules["options"]["new_customers"] is True
    rows = taken(desk, "tickets", path)
    assert [row["kind"] for row in rows] == ["repair", "installation", "consultation"]
    assert [row["channel"] for row in rows] == ["call", "message", "visit"]
    assert (
        rows[0] | {"received_at": "2026-10-01T09:12:00+08:00", "reference": "GD2026001", "contract": "HT-2"} == rows[0]
    )
    assert rows[2]["customer"] == "新来的厂"


def test_a_workbook_of_expenses_goes_in_as_drafted(desk):
    book = Workbook()
    book.active.title = "十月"
    for row in EXPENSES:
        book.active.append(row)
    for place in (2, 3, 4):
        book.active.cell(place, 5).value = datetime(2026, 10, place)
        book.active.cell(place, 4).value = float(EXPENSES[place - 1][3])
    book.save(path := desk.folder / "费用.xlsx")
    rules, _ = suggested(desk, "expenses", path)
    assert rules["options"] == {"sheet": "十月"} and "times" not in rules
    rows = taken(desk, "expenses", path)
    assert [(row["category"], row["amount"], row["date"], row["status"]) for row in rows] == [
        ("fare", "553.50", "2026-10-02", "reimbursed"),
        ("lodging", "300.00", "2026-10-03", "submitted"),
        ("other", "12.50", "2026-10-04", "rejected"),
    ]
    assert rows[0]["from"] == "北京" and rows[0]["invoice"] == "24317000000012345678"


def test_chinese_dates_are_read_too(desk):
    path = write(desk, "e.csv", as_csv(EXPENSES))
    rules, _ = suggested(desk, "expenses", path)
    assert rules["times"] == {"format": "%Y年%m月%d日"}
    assert [row["date"] for row in taken(desk, "expenses", path)] == ["2026-10-01", "2026-10-02", "2026-10-12"]


def test_day_and_month_are_never_guessed(desk):
    rows = [TICKETS[0], *([*row[:2], f"0{day}/10/2026 09:12", *row[3:]] for day, row in enumerate(TICKETS[1:], 1))]
    path = write(desk, "t.csv", as_csv(rows))
    rules, text = suggested(desk, "tickets", path)
    assert "format" not in rules["times"]
    assert '# format = "%d/%m/%Y %H:%M"  # 01/10/2026 09:12 = 2026-10-01 09:12' in text
    assert '# format = "%m/%d/%Y %H:%M"  # 01/10/2026 09:12 = 2026-01-10 09:12' in text
    rows[1][2] = "31/10/2026 09:12"
    path = write(desk, "u.csv", as_csv(rows))
    assert suggested(desk, "tickets", path)[0]["times"]["format"] == "%d/%m/%Y %H:%M"


def test_what_is_not_recognised_is_asked_for(desk):
    content = "who,when,how\n甲厂,2026-10-01 09:00,PIGEON\n乙厂,2026-10-01 09:00,Phone\n"
    path = write(desk, "t.csv", content.replace("who", "客户").replace("how", "渠道"))
    rules, text = suggested(desk, "tickets", path)
    assert rules["columns"] == {
        "customer": "客户",
        "channel": "渠道",
        "received_at": "when",
    }  # the only times there are
    assert rules["values"]["channel"] == {"Phone": "call"}
    for line in ('# kind = "repair"  # needed, one of: repair', '# summary = ""', '# "PIGEON" = ""'):  # fmt: skip
        assert line in text
    desk.language = "zh"
    path.with_suffix(".toml").unlink()
    assert "# 必填" in suggested(desk, "tickets", path)[1]


def test_a_column_of_numbers_of_their_own_is_the_reference(desk):
    content = "客户,报修时间,渠道,类别,内容,凭据\n" + "".join(
        f"江南机床,2026-10-0{n} 09:00,电话,维修,一,AB-{n:04d}\n" for n in range(1, 6)
    )
    path = write(desk, "t.csv", content)
    assert suggested(desk, "tickets", path)[0]["columns"]["reference"] == "凭据"
    counted = write(desk, "u.csv", "\n".join(line.replace("AB-000", "") for line in content.split("\n")))
    assert "reference" not in suggested(desk, "tickets", counted)[0]["columns"]


MERGED = (
    ["工单号", "单位名称", "部门", "受理时间", "受理方式", "类别", "故障现象", "备注"],
    ["GD2026001", "江南机床", "一车间", "2026/10/01 09:12", "来电", "报修", "主轴过热", ""],
    ["GD2026002", "", "", "2026/10/02 10:00", "来电", "报修", "漏油", "急"],
    ["GD2026003", "华北钢厂", "轧钢", "2026/10/03 11:30", "来电", "报修", "异响", ""],
    ["GD2026004", "", "", "2026/10/03 12:30", "来电", "报修", "停机", ""],
)


def test_cells_that_were_merged_are_filled_down(desk):
    path = write(desk, "m.csv", as_csv(MERGED))
    rules, text = suggested(desk, "tickets", path)
    assert rules["options"]["fill_down"] == ["单位名称", "部门"] and "merged" in text
    assert [row["customer"] for row in taken(desk, "tickets", path)] == ["江南机床"] * 2 + ["华北钢厂"] * 2


def test_a_column_that_may_be_blank_is_not_filled_down(desk):
    rows = [MERGED[0], *([*row[:1], row[1] or "江南机床", *row[2:]] for row in MERGED[1:])]
    rules, _ = suggested(desk, "tickets", write(desk, "m.csv", as_csv(rows)))
    assert "fill_down" not in rules.get("options", {})


@pytest.mark.parametrize(
    ("heading", "cell", "to"),
    [
        ("工单", "GD2026{n:03d} {team}", ["reference", "工单 2"]),
        ("单号/所属", "GD2026{n:03d}/{team}", ["reference", "所属"]),
        ("工单号", "{team}、GD2026{n:03d}", ["工单号 1", "reference"]),
    ],
)
def test_a_column_of_two_things_is_split(desk, heading, cell, to):
    rows = [[heading, *MERGED[0][1:]]]
    for n, row in enumerate(MERGED[1:], 1):
        rows.append([cell.format(n=n, team="维修二组"), row[1] or "江南机床", *row[2:]])
    path = write(desk, "s.csv", as_csv(rows))
    rules, text = suggested(desk, "tickets", path)
    assert rules["split"][heading]["to"] == to and "two things" in text
    assert [row["reference"] for row in taken(desk, "tickets", path)] == [f"GD2026{n:03d}" for n in range(1, 5)]


def test_what_is_said_in_two_words_is_not_split(desk):
    rows = [
        [*MERGED[0][:-1], "现场"],
        *([*row[:1], row[1] or "江南机床", *row[2:6], f"主轴 过热{row[0]}", "很 急"] for row in MERGED[1:]),
    ]
    rules, _ = suggested(desk, "tickets", write(desk, "s.csv", as_csv(rows)))
    assert "split" not in rules


def test_rules_are_never_written_over_and_need_no_ledger(desk):
    path = write(desk, "t.csv", as_csv(TICKETS))
    desk.ledger.unlink()
    suggested(desk, "tickets", path)
    before = path.with_suffix(".toml").read_bytes()
    done = desk.run("import", "tickets", path, "--suggest", path.with_suffix(".toml"), code=5)
    assert "hint: " in done.stderr and path.with_suffix(".toml").read_bytes() == before


@pytest.mark.parametrize("table", exported())
def test_our_own_exports_need_no_rules(played, tmp_path, table):  # noqa: F811
    desk = new_ledger(InProcess(tmp_path))
    desk.now = played.now
    path = write(desk, "own.csv", played.run("export", table, "--reveal").stdout)
    rules, text = suggested(desk, table, path)
    assert rules == {} and "needs no rules" in text


FILLED = {
    "kind": "repair",
    "customer": "somebody",
    "channel": "message",
    "summary": "none given",
    "engineer": "X9",
    "category": "other",
}


@needs_data
@pytest.mark.parametrize(
    ("table", "file", "times", "lacking", "taken", "bad"),
    [
        ("tickets", "nyc311/portal_2018_19.csv", "%m/%d/%Y %I:%M:%S %p", ["kind"], 990, 10),
        ("tickets", "nyc311/soda_multiline_2024.csv", None, ["kind"], 1000, 0),
        ("tickets", "servicenow/incidents.csv", "%d-%m-%Y %H:%M", ["kind"], 890, 0),
        ("tickets", "workorders/excavators.csv", "%Y-%m-%d", ["customer", "kind", "channel"], 5485, 0),
        ("expenses", "travel_bpi20/domestic_cases.csv", None, ["engineer", "category"], 10222, 135),
        ("expenses", "workorders/excavators.csv", None, ["engineer", "category"], 5478, 7),
    ],
)
def test_a_real_register_goes_in_once_the_rest_is_filled_in(desk, table, file, times, lacking, taken, bad):
    path = desk.folder / "r.csv"
    path.write_bytes((DATA / file).read_bytes())
    rules, text = suggested(desk, table, path)
    assert rules.get("times", {}).get("format") == times
    assert re.findall(r"^# (\w+) = .*needed", text, re.M) == lacking
    for name, value in FILLED.items():
        text = re.sub(rf'^# {name} = "[^"]*"(?=  # (?!this))', f'{name} = "{value}"', text, flags=re.M)
    text = text.replace('# "*" = ""', f'"*" = "{"message" if table == "tickets" else "submitted"}"')
    if "[options]" not in text:
        text += "\n[options]\n"
    wanted = [f"{name} = true\n" for name in ("new_customers", "new_staff") if name not in text]
    text = text.replace("[options]\n", "[options]\n" + "".join(wanted))
    filled = write(desk, "filled.toml", text)
    done = desk.run("import", table, path, "--rules", filled, "--skip-bad", "--dry-run")
    assert f"{taken} would be imported" in done.stdout and f" {bad} bad" in done.stdout
