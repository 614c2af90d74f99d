"""Registers as offices keep them go in as they come: counts and sums are those of an independent reading."""

import csv
import io
from decimal import Decimal

import pytest
from conftest import InProcess, new_ledger
from test_importer import DATA, EXAMPLES, needs_data

pytestmark = needs_data


def frame(path, header=0, encoding="utf-8", sep=","):
    """The rows of a file as another program reads them: pandas, or where it is not installed csv and openpyxl."""
    try:
        import pandas
    except ImportError:
        return plain(path, header, encoding, sep)
    if path.suffix == ".xlsx":
        table = pandas.read_excel(path, header=header, dtype=object)
    else:
        table = pandas.read_csv(path, header=header, encoding=encoding, sep=sep, dtype=str, keep_default_na=False)
    return table.to_dict("records")


def plain(path, header, encoding, sep):
    if path.suffix == ".xlsx":
        from openpyxl import load_workbook

        rows = list(load_workbook(path, data_only=True).worksheets[0].iter_rows(values_only=True))
    else:
        rows = list(csv.reader(path.open(encoding=encoding, newline=""), delimiter=sep))
    return [dict(zip(rows[header], row, strict=True)) for row in rows[header + 1 :]]


@pytest.fixture
def office(tmp_path):
    desk = new_ledger(InProcess(tmp_path))
    desk.now = "2026-11-23T10:00:00+08:00"
    return desk


def taken(desk, table, file, rules, *args):
    """Import twice; the second time all is known. Give the first receipt and the records."""
    path = DATA / file
    args = ("import", table, path, "--rules", EXAMPLES / f"{rules}.toml", *args)
    first = desk.run(*args)
    records = list(csv.DictReader(io.StringIO(desk.run("export", table).stdout)))
    if "no_reference" not in rules and records[0].get("reference"):
        assert " 0 imported" in desk.run(*args).stdout
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
    return first, records


def test_jira_issues(office):
    rows = frame(DATA / "registers/jira_servicedesk_created.csv")
    first, tickets = taken(office, "tickets", "registers/jira_servicedesk_created.csv", "jira_servicedesk")
    assert f"{len(rows)} rows read of {len(rows) + 1} lines" in first.stdout and len(tickets) == len(rows) == 297
    assert [ticket["reference"] for ticket in tickets] == [row["Issue key"] for row in rows]
    assert tickets[0]["received_at"] == "2026-01-06T09:30:00+08:00"


def test_freshdesk_tickets(office):
    rows = frame(DATA / "registers/freshdesk_demo.csv")
    _, tickets = taken(office, "tickets", "registers/freshdesk_demo.csv", "freshdesk_demo")
    assert len(tickets) == len(rows) == 45
    assert [t["received_at"][:19].replace("T", " ") for t in tickets] == [row["Created time"] for row in rows]
    assert sum(bool(t["closed_at"]) for t in tickets) == sum(bool(row["Resolved time"]) for row in rows)
    assert {t["customer"] for t in tickets} - {"unknown company"} == {row["Company Name"] for row in rows} - {""}


def test_glpi_with_semicolons_in_latin_1(office):
    rows = frame(DATA / "registers/glpi_pt_semicolon_latin1.csv", encoding="latin-1", sep=";")
    first, tickets = taken(office, "tickets", "registers/glpi_pt_semicolon_latin1.csv", "glpi_semicolon_latin1")
    assert len(tickets) == len(rows) == 3000 and "inside cells" in first.stdout
    assert [t["summary"] for t in tickets] == [row["NAME"] or "none given" for row in rows]
    assert sum(len(t["resolution"]) for t in tickets) == sum(
        len(row["SOLUTION"].strip() and row["SOLUTION"]) for row in rows
    )


def test_glpi_is_not_taken_for_chinese(office):
    path = DATA / "registers/glpi_pt_semicolon_latin1.csv"
    rules = office.folder / "r.toml"
    rules.write_text((EXAMPLES / "glpi_semicolon_latin1.toml").read_text().replace('encoding = "latin-1"', ""))
    assert "GB18030" in office.run("import", "tickets", path, "--rules", rules, code=2).stderr


def test_messages_whose_times_are_texts_and_dates_by_turns(office):
    rows = frame(DATA / "registers/cn_gov_sheet3.xlsx")
    _, tickets = taken(office, "tickets", "registers/cn_gov_sheet3.xlsx", "cn_gov_messages")
    times = [str(row["留言时间"]).replace("/", "-").replace(" ", "-").replace(":", "-").split("-") for row in rows]
    assert len(tickets) == len(rows) == 4326
    assert [list(map(int, t["received_at"][:19].replace("T", "-").replace(":", "-").split("-"))) for t in tickets] == [
        [int(float(part)) for part in time] for time in times
    ]
    assert len({t["customer"] for t in tickets}) == len({row["留言用户"] for row in rows})


def test_claims_with_serials_and_a_row_of_totals(office):
    rows = [
        row for row in frame(DATA / "registers/claims_serials_total_row.xlsx", header=1) if str(row["时间"]).isdigit()
    ]
    first, claims = taken(office, "expenses", "registers/claims_serials_total_row.xlsx", "claims_serials")
    assert len(claims) == len(rows) == 14 and "1 skipped as totals" in first.stdout
    assert sum(Decimal(c["amount"]) for c in claims) == sum(round(Decimal(str(row["金额"])), 2) for row in rows)
    assert (claims[0]["date"], claims[-1]["date"]) == ("2019-10-28", claims[-1]["date"]) and any(
        c["note"] for c in claims
    )


@pytest.mark.parametrize("file", ["registers/approval_trips_title_row.xlsx", "people/cn_travel_feishu_2025-05.xlsx"])
def test_approved_trips(office, file):
    office.run("customer", "add", "各地")
    office.run("ticket", "open", "--customer", "各地", "--kind", "visit", "--channel", "call", "--summary", "出差",
               "--at", "2024-12-01 09:00")  # fmt: skip
    rows = frame(DATA / file, header=1)
    going = [row for row in rows if row["申请状态"] == "已同意"]
    first, trips = taken(office, "dispatches", file, "feishu_trips")
    assert len(trips) == len(going) and f"{len(rows) - len(going)} not asked for" in first.stdout
    begun = sorted(row["开始时间"].split(" ")[0] for row in going)
    assert (
        sorted(f"{t['departed_at'][:4]}年{t['departed_at'][5:7]}月{t['departed_at'][8:10]}日" for t in trips) == begun
    )
    assert {t["place"] for t in trips} == {str(row["目的地"]).removeprefix("中国/") for row in going}


# Registers of part B, which the ledger does not keep yet: a draft reads them, and says what they are.


@pytest.mark.parametrize(
    ("file", "said", "header"),
    [
        ("cn_attendance_dingtalk_daily_2025-05.xlsx", "a register of attendance", "header = [3, 4]"),
        ("cn_attendance_dingtalk_punches_2025-05.xlsx", "a register of attendance", "header = 3"),
        ("cn_leave_dingtalk_2025-05.xlsx", "a register of leave", ""),
        ("cn_overtime_feishu_2025-05.xlsx", "a register of overtime", "header = 2"),
        ("cn_travel_feishu_2025-05.xlsx", "svcdesk import dispatches", "header = 2"),
        ("cn_hazards_rectification_2025.xlsx", "svcdesk import rectifications", "header = [1, 2]"),
        ("hr_appraisal_hrdataset_v14.csv", "a register of appraisals", ""),
        ("training_records_600.csv", "a register of training", ""),
    ],
)
def test_a_register_of_people_is_read_and_named(office, file, said, header):
    draft = office.folder / "draft.toml"
    done = office.run("import", "tickets", DATA / "people" / file, "--suggest", draft)
    text = draft.read_text(encoding="utf-8")
    assert said in text and header in text and done.stdout.count("received_at=") >= 3
    assert "reference =" in text or "hazards" in file


def test_days_and_months_of_a_training_register_are_told_apart(office):
    draft = office.folder / "draft.toml"
    office.run("import", "tickets", DATA / "people/training_records_600.csv", "--suggest", draft)
    assert 'format = "%m/%d/%Y"' in draft.read_text(encoding="utf-8")


def test_hazards_to_be_rectified(office):
    """Two heading lines, a footer, levels in four spellings, dates in two forms, one that is no date at all."""
    file = "people/cn_hazards_rectification_2025.xlsx"
    rows = [row for row in frame(DATA / file) if isinstance(row["序号"], int)]
    first, mended = taken(office, "rectifications", file, "hazards")
    assert "30 rows read of 36 lines" in first.stdout and len(mended) == len(rows) == 30
    assert [row["summary"] for row in mended] == [row["隐患问题描述"] for row in rows]
    assert [row["due"] for row in mended] == [day(row["整改期限"]) for row in rows]
    assert [row["done_at"][:10] for row in mended] == [day(row["整改完成日期"]) for row in rows]
    over = [row["销号情况"] in ("已整改", "已销号", "整改完成") for row in rows]
    assert [row["status"] == "closed" for row in mended] == over and sum(over) == 28
    assert {row["level"] for row in mended} == {"general"}
    late = [row for row in rows if day(row["整改完成日期"]) > day(row["整改期限"])]
    found = {
        row["subject"] for row in office.json("penalty", "check", "--since", "2025-01-01", "--until", "2025-12-31")
    }
    never = {row["id"] for row in mended if row["status"] == "open"}
    assert len(found) == len(late) + len(never) and never <= found


def day(cell):
    """A date of the register, typed or written 2025.7.17; nothing where there is none."""
    if hasattr(cell, "strftime"):
        return f"{cell:%Y-%m-%d}" if cell == cell else ""
    parts = str(cell).split(".")
    return "-".join(part.zfill(2) for part in parts) if len(parts) == 3 else ""
