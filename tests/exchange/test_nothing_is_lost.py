"""No line is lost unsaid: five ways in which rows were lost with exit 0, and what is said now instead."""

import re
from datetime import datetime

import pytest
from openpyxl import Workbook
from test_importer import write

RULES = (
    '[columns]\nreference = "no"\nreceived_at = "time"\nsummary = "text"\ncustomer = "who"\n'
    '[defaults]\nkind = "repair"\nchannel = "call"\n'
)
HEAD = "no,time,text,who"


def line(number, text="过热", who="江南机床"):
    return f"A{number},2026-10-05 09:{number % 60:02d},{text},{who}"


def take(desk, *args, rules=RULES, code=0, file="t.csv"):
    path = write(desk, "r.toml", rules)
    return desk.run("import", "tickets", desk.folder / file, "--rules", path, *args, code=code)


def summaries(desk):
    return {ticket["id"]: ticket["summary"] for ticket in desk.json("ticket", "list")}


# The five ways


def test_a_stray_quote_costs_its_own_line_and_no_other(desk):
    lines = [HEAD, *map(line, range(400))]
    lines[5], lines[300] = line(4, '"broken'), line(299, 'also "broken')
    write(desk, "t.csv", "\n".join(lines) + "\n")
    done = take(desk, "--skip-bad", "--errors", desk.folder / "bad.csv")
    assert "400 rows read of 401 lines" in done.stdout and "399 imported" in done.stdout and "1 bad" in done.stdout
    assert '"broken' in (desk.folder / "bad.csv").read_text("utf-8") and len(summaries(desk)) == 399


def test_rows_that_a_pair_of_quotes_swallowed_are_refused_even_with_skip_bad(desk):
    lines = [HEAD, *map(line, range(400))]
    lines[5], lines[300] = line(4, '"broken'), line(299, 'broken"')
    write(desk, "t.csv", "\n".join(lines) + "\n")
    done = take(desk, "--skip-bad", code=2)
    assert "lines 6-301, 296 lines" in done.stderr and summaries(desk) == {}


def test_two_rows_of_one_reference_never_overwrite_each_other_under_update(desk):
    write(desk, "t.csv", "\n".join([HEAD, line(1, "一")]) + "\n")
    take(desk)
    write(desk, "t.csv", "\n".join([HEAD, line(1, "二"), line(1, "三"), line(2, "甲"), line(2, "乙")]) + "\n")
    done = take(desk, "--update", code=2)
    assert "2 rows: A1 comes from another row of this very file" in done.stderr
    assert list(summaries(desk).values()) == ["一"]


def test_sheets_that_were_not_read_are_named_with_their_rows(desk):
    book = Workbook()
    for number, name in enumerate(("1月", "2月", "3月")):
        sheet = book.active if not number else book.create_sheet()
        sheet.title = name
        for row in [HEAD.split(","), *([f"{name}{n}", "2026-10-05 09:00", "x", "江南机床"] for n in range(number + 1))]:
            sheet.append(row)
    book.save(desk.folder / "b.xlsx")
    assert "2月 (3 rows), 3月 (4 rows)" in take(desk, file="b.xlsx").stderr
    every = '[options]\nsheet = "*"\n' + RULES
    assert "5 imported" in take(desk, file="b.xlsx", rules=every).stdout
    book["3月"]["A2"] = None
    book["3月"]["B2"] = "gestern"
    book.save(desk.folder / "b.xlsx")
    assert "line 3月!2: “gestern” is not a time" in take(desk, file="b.xlsx", rules=every, code=2).stderr


def test_latin_1_is_not_read_as_chinese(desk):
    text = f"{HEAD}\n" + "".join(f"A{n},2026-10-05 09:00,Caféé Brûlée solicitação,Jiangnan\n" for n in range(9))
    write(desk, "t.csv", text.encode("latin-1"))
    desk.run("customer", "add", "Jiangnan")
    assert "does not look like Chinese" in take(desk, code=2).stderr
    take(desk, "--encoding", "latin-1")
    assert summaries(desk)["T1"] == "Caféé Brûlée solicitação"


def test_typed_dates_beside_text_are_read_as_what_they_are(desk):
    book = Workbook()
    book.active.append(HEAD.split(","))
    for number, time in enumerate((datetime(2026, 10, 5, 9), "2026/10/6 9:05:00", datetime(2026, 10, 8))):
        book.active.append([f"B{number}", time, "x", "江南机床"])
    book.save(desk.folder / "b.xlsx")
    take(desk, file="b.xlsx", rules=RULES + '[times]\nformat = "%Y/%m/%d %H:%M:%S"\n')
    times = [ticket["received_at"][:16] for ticket in desk.json("ticket", "list")]
    assert times == ["2026-10-05T09:00", "2026-10-06T09:05", "2026-10-08T00:00"]


# What a receipt says adds up


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_physical_line_is_accounted_for(desk, ending):
    lines = [
        "十月登记",
        "",
        HEAD,
        line(1),
        "",
        line(2, '"两\n行"'),
        line(3, "x", "无此人"),
        "合计,,,",
        "填表人：某,,,",
        "x,,,",
    ]
    write(desk, "t.csv", ending.join(lines) + ending)
    rules = '[options]\nheader = 3\nskip = ["合计*"]\nstop_at = "^填表人"\n' + RULES
    done = take(desk, "--skip-bad", rules=rules)
    assert (
        "3 rows read of 11 lines (3 heading or above, 1 blank, 1 inside cells, 1 skipped as totals, 2 footer)"
        in done.stdout
    )
    figures = [int(n) for n in re.findall(r"(\d+) (?:imported|known|updated|bad)", done.stdout)]
    assert sum(figures) == 3


# Errors files come back


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_an_errors_file_comes_back_by_the_same_rules(desk, encoding, delimiter):
    rows = ["登记表", HEAD, line(1), line(2).replace("10-05", "13-05"), line(3)]
    write(desk, "t.csv", "\n".join(rows).replace(",", delimiter).encode(encoding))
    rules = "[options]\nheader = 2\n" + RULES
    take(desk, "--skip-bad", "--errors", desk.folder / "bad.csv", rules=rules)
    mended = (desk.folder / "bad.csv").read_bytes().decode(encoding).replace("2026-13-05", "2026-10-06")
    write(desk, "mended.csv", mended.encode(encoding))
    assert "1 imported" in take(desk, file="mended.csv", rules=rules).stdout and len(summaries(desk)) == 3


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("form", ["%d.%m.%Y %H:%M", "chinese", "serial"])
def test_the_typed_dates_of_a_workbook_come_back_too(desk, ending, form):
    book = Workbook()
    book.active.append(HEAD.split(","))
    book.active.append(["B1", datetime(2026, 10, 5, 9, 30), "x", "无此厂"])
    book.save(desk.folder / "b.xlsx")
    rules = RULES + f'[times]\nformat = "{form}"\n'
    take(desk, "--skip-bad", "--errors", desk.folder / f"bad.{ending}", file="b.xlsx", rules=rules)
    desk.run("customer", "add", "无此厂")
    take(desk, file=f"bad.{ending}", rules=rules)
    assert desk.json("ticket", "list")[0]["received_at"] == "2026-10-05T09:30:00+08:00"


def test_reasons_are_gathered_with_their_cure(desk):
    write(desk, "t.csv", "\n".join([HEAD, *(line(n, "x", "Nobody Ltd") for n in range(60)), line(61, "")]) + "\n")
    said = take(desk, code=2).stderr
    assert "60 rows: there is no customer “Nobody Ltd”; first lines 2, 3, 4" in said and "new_customers = true" in said
    assert "line 62: summary is empty" in said and len(said.splitlines()) < 9
