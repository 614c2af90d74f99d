"""Files as they really come: each thing that is wrong is named by its line and reason, and nothing is guessed."""

import codecs
import time
import tracemalloc
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from test_importer import write
from xlsxwriter import Workbook as Writer

from svcdesk.errors import BadInput
from svcdesk.exchange.readers import open_source

HEADS = ["engineer", "category", "amount", "date", "invoice"]
ROW = ["W01", "fare", 58.5, "2026-10-01", "F1"]
HEAD = ",".join(HEADS)
LINE = "W01,fare,58.50,2026-10-01,F1"


def workbook(desk, *rows, change=None, name="e.xlsx"):
    book = Workbook()
    book.active.append(HEADS)
    for row in rows:
        book.active.append(row)
    if change:
        change(book, book.active)
    book.save(path := desk.folder / name)
    return path


def refused(desk, path, *args):
    before = desk.ledger.read_bytes()
    done = desk.run("import", "expenses", path, *args, code=2)
    assert desk.ledger.read_bytes() == before
    return done.stderr


def expenses(desk, path, *args):
    desk.run("import", "expenses", path, *args)
    return desk.json("expense", "list")


# Whole files


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n  \n , , \n", "is empty"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls workbook"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls workbook"),
        ("a.xls", b"<html><table><tr><td>engineer</td></tr></table></html>", "is a web page"),
        ("a.csv", b"\xef\xbb\xbf\n<!DOCTYPE html><table>", "is a web page"),
        ("a.xlsx", b"<html></html>", "is no XLSX workbook"),
        ("a.xlsx", b"PK\x03\x04 and no more", "is no XLSX workbook"),
        ("a.csv", f"{HEAD},engineer\n{LINE},W02\n".encode(), "headings that stand twice: engineer"),
    ],
)
def test_a_file_that_is_no_register_is_named_for_what_it_is(desk, name, content, said):
    assert said in refused(desk, write(desk, name, content))


def test_headings_alone_are_a_register_of_nothing(desk):
    assert "0 rows read" in desk.run("import", "expenses", write(desk, "a.csv", f"{HEAD}\n")).stdout
    assert "0 rows read" in desk.run("import", "expenses", workbook(desk)).stdout


def test_utf_16_is_found_by_its_mark_and_a_workbook_whatever_it_is_called(desk):
    marked = codecs.BOM_UTF16_BE + f"{HEAD}\n{LINE}\n".encode("utf-16-be")
    assert len(expenses(desk, write(desk, "a.csv", marked))) == 1
    assert len(expenses(desk, workbook(desk, ROW, name="e.xls"))) == 2


def test_a_workbook_packed_like_a_bomb_is_not_unpacked(desk):
    path = workbook(desk, ROW)
    bomb = desk.folder / "bomb.xlsx"
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        for name in parts.namelist():
            out.writestr(name, b" " * (60 << 20) if "sheet1" in name else parts.read(name))
    assert "unpacks to 60 MB" in refused(desk, bomb)


# Lines of text


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        (["W01,fare,58.50,2026-10-01"], 3, "4 cells where 5 belong"),
        (["W01,fare,1,234.50,2026-10-01,F2"], 3, "6 cells where 5 belong"),
        (["W01,fare,58.50,2026-10-01,F\0"], 3, "holds a NUL"),
        (["W01,fare,58.50,2026-10-01," + "9" * 10_000_000], 3, "more than 1000000 characters"),
        (['W01,fare,58.50,2026-10-01,"F2', LINE], 3, "a quote is never closed (lines 3-4, 2 lines)"),
        (['W01,fare,58.50,2026-10-01,"F\n2"', "W01,fare,x,2026-10-01,F3"], 5, "“x” is not an amount"),
        (["", " , ", "W01,fare,x,2026-10-01,F3"], 5, "“x” is not an amount"),
        (["W01,fare,58.50,2026-10-01,2.4112E+19"], 3, "was destroyed by a spreadsheet"),
        (["W01,fare,58.50,46331,F2"], 3, "a spreadsheet's number for a day (2026-11-05)"),
        (["W01,fare,58.50,46331.5,F2"], 3, "a spreadsheet's number for a day (2026-11-05)"),
    ],
)
def test_a_bad_line_is_named(desk, lines, line, said):
    path = write(desk, "a.csv", "\n".join([HEAD, LINE, *lines, ""]))
    told = refused(desk, path)
    assert f"error: line {line}: " in told and said in told
    if "quotes" not in told:
        assert len(expenses(desk, path, "--skip-bad")) >= 1


def test_gb18030_is_found_and_broken_gb18030_is_not_read(desk):
    content = f"{HEAD}\n{LINE.replace('F1', '发票一')}\n".encode("gb18030")
    assert "neither UTF-8 nor GB18030" in refused(desk, write(desk, "a.csv", content + b"\xff\xff\n"))
    assert expenses(desk, write(desk, "a.csv", content))[0]["invoice"] == "发票一"


def test_a_trip_that_ends_before_it_begins_is_named(desk):
    desk.run("ticket", "open", "--customer", "江南机床", "--kind", "repair", "--channel", "call", "--summary", "一",
             "--at", "2026-10-01 08:00")  # fmt: skip
    head = "ticket,place,sent_at,engineer,departed_at,arrived_at,left_at,returned_at"
    row = "T1,南京,2026-10-01 09:00,W01,2026-10-02 09:00,2026-10-02 15:00,2026-10-03 09:00,2026-10-02 10:00"
    done = desk.run("import", "dispatches", write(desk, "d.csv", f"{head}\n{row}\n"), code=2)
    assert "line 2: returned_at 2026-10-02 10:00 is before left_at 2026-10-03 09:00" in done.stderr


# Cells of workbooks


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["W01", "fare", 58.5, "2026-10-01", 24317000000012345678], "was destroyed by a spreadsheet"),
        (["W01", "fare", 58.5, 46296, "F1"], "a spreadsheet's number for a day (2026-10-01)"),
        (["W01", "fare", 58.5, 46296.5, "F1"], "a spreadsheet's number for a day (2026-10-01)"),
        (["W01", "fare", 58.5, "10/3/2026", "F1"], "“10/3/2026” is not a date"),
        (["W01", "fare", "=1+1", "2026-10-01", "F1"], "the formula in C3 has no saved result"),
        (["W01", "fare", 58.555, "2026-10-01", "F1"], "“58.555” is not an amount"),
        ([None, "fare", 58.5, "2026-10-01", "F1"], "engineer is empty"),
    ],
)
def test_a_bad_cell_of_a_workbook_is_named(desk, row, said):
    told = refused(desk, workbook(desk, ROW, row))
    assert "error: line 3: " in told and said in told and told.count("error: line ") == 1


def test_an_error_of_a_formula_is_no_text(desk):
    book = Writer(str(desk.folder / "e.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADS)
    sheet.write_row(1, 0, ROW[:4])
    sheet.write_formula(1, 4, "=1/0", None, "#DIV/0!")
    book.close()
    assert "line 2: the cell E2 holds the error #DIV/0!" in refused(desk, desk.folder / "e.xlsx")


def test_dates_and_texts_of_dates_stand_in_one_column_and_sums_are_read_as_shown(desk):
    days = [datetime(2026, 10, 1), "2026-10-02", date(2026, 10, 3)]
    path = workbook(desk, *(["W01", "fare", 0.1 + 0.2, day, f"F{place}"] for place, day in enumerate(days)))
    told = expenses(desk, path)
    assert [row["date"] for row in told] == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert {row["amount"] for row in told} == {"0.30"}


def test_a_typed_date_without_a_time_is_its_midnight(desk):
    heads, row = ["customer", "kind", "channel", "summary", "received_at"], ["江南机床", "repair", "call", "一"]
    book = Workbook()
    book.active.append(heads)
    book.active.append([*row, datetime(2026, 10, 1)])
    book.active.cell(2, 5).number_format = "yyyy-mm-dd"
    book.save(path := desk.folder / "t.xlsx")
    desk.run("import", "tickets", path)
    assert desk.json("ticket", "list")[0]["received_at"] == "2026-10-01T00:00:00+08:00"


def test_hidden_sheets_are_passed_over_and_merged_cells_are_not_filled_in(desk):
    def hidden(book, sheet):
        sheet.sheet_state = "hidden"
        other = book.create_sheet("数据")
        other.append(HEADS)
        other.append([*ROW[:4], "F2"])
        book.active = 1

    assert [row["invoice"] for row in expenses(desk, workbook(desk, ROW, change=hidden))] == ["F2"]
    merged = workbook(desk, ROW, [None, *ROW[1:]], change=lambda _, sheet: sheet.merge_cells("A2:A3"))
    assert "line 3: engineer is empty" in refused(desk, merged)


def test_blank_rows_behind_the_data_cost_little(desk):
    def formatted(_, sheet):
        for line in range(3, 24_000):
            sheet.cell(line, 1).number_format = "@"

    path = workbook(desk, ROW, change=formatted)
    begun = time.process_time()
    tracemalloc.start()
    assert len(list(open_source(path).rows())) == 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20 and time.process_time() - begun < 30


def test_a_damaged_sheet_is_named(desk):
    path = workbook(desk, *([ROW] * 50))
    broken = desk.folder / "broken.xlsx"
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(broken, "w") as out:
        for name in parts.namelist():
            content = parts.read(name)
            out.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    with pytest.raises(BadInput):
        list(open_source(broken).rows())
