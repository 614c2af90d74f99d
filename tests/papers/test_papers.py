"""Paper to be signed: filled from the ledger, blank, and led back to the ledger by its mark."""

import re
import zipfile

import pytest
from conftest import open_ticket

MARK = r"[TDRS]\d+ #\d+ [0-9a-f]{12}"


@pytest.fixture
def served(desk):
    open_ticket(desk)
    desk.run("dispatch", "send", "T1", "--engineer", "W03", "--place", "南京")
    return desk


def form(desk, *args):
    desk.run("form", *args, "-o", desk.folder / "paper.html")
    return (desk.folder / "paper.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("args", "record", "holds"),
    [
        (("ticket", "T1"), "T1", "急停"),
        (("dispatch", "D1"), "D1", "南京"),
        (("service-report", "D1"), "D1", "D1"),
        (("survey", "t1"), "T1", "T1"),
    ],
)
def test_a_form_is_filled_and_marked(served, args, record, holds):
    page = form(served, *args)
    [mark] = re.findall(MARK, page)
    assert mark.startswith(f"{record} #") and holds in page and page.count("<svg") == 1
    assert "unchanged" in served.run("ledger", "check-paper", mark).stdout


def test_a_blank_form_has_no_mark(served):
    page = form(served, "ticket", "--blank")
    assert not re.findall(MARK, page) and "<svg" not in page and "急停" not in page
    served.run("form", "ticket", code=2)
    served.run("form", "ticket", "T1", "--blank", code=2)


def test_what_changed_since_is_named(served):
    [mark] = re.findall(MARK, form(served, "dispatch", "D1"))
    served.run("ticket", "note", "T1", "与派工单无关")
    assert "unchanged" in served.run("ledger", "check-paper", mark).stdout
    served.run("dispatch", "depart", "D1")
    said = served.run("ledger", "check-paper", mark).stdout
    assert "unchanged" not in said and "dispatch depart D1" in said


@pytest.mark.parametrize(
    ("mark", "code"), [("T1 #9999 000000000000", 1), ("T1 #1 000000000000", 1), ("T1", 2), ("X1 #1 000000000000", 2)]
)
def test_a_mark_that_is_not_of_this_ledger(served, mark, code):
    served.run("ledger", "check-paper", mark, code=code)


def test_a_form_is_a_workbook_too(served):
    from openpyxl import load_workbook

    served.run("form", "ticket", "T1", "-o", served.folder / "paper.xlsx")
    sheet = load_workbook(served.folder / "paper.xlsx").active
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    mark = next(text for text in texts if re.fullmatch(MARK, text))
    with zipfile.ZipFile(served.folder / "paper.xlsx") as parts:
        assert [name for name in parts.namelist() if "/media/" in name] == ["xl/media/image1.png"]
    assert "急停" in texts and sheet.page_setup.paperSize == 9
    assert mark in sheet.oddFooter.left.text
    assert "unchanged" in served.run("ledger", "check-paper", mark).stdout
    first = (served.folder / "paper.xlsx").read_bytes()
    served.run("form", "ticket", "T1", "-o", served.folder / "paper.xlsx")
    assert (served.folder / "paper.xlsx").read_bytes() == first


def test_the_register_of_calls_and_letters(served):
    served.run("contact", "log", "--customer", "华北钢厂", "--channel", "letter", "--summary", "<询价>", "--at", "-1h")
    page = form(served, "register")
    assert "急停" in page and "&lt;询价&gt;" in page and "1380013" not in page and "2 entries" in page
    [mark] = re.findall(r"2026-10 #\d+ [0-9a-f]{12}", page)
    served.run("dispatch", "depart", "D1")
    assert "unchanged" in served.run("ledger", "check-paper", mark).stdout
    served.run(
        "contact", "log", "--customer", "华北钢厂", "--channel", "call", "--summary", "催货", "--at", "2026-09-30 09:00"
    )
    assert "unchanged" in served.run("ledger", "check-paper", mark).stdout  # of another month
    served.run("contact", "log", "--customer", "华北钢厂", "--channel", "call", "--summary", "催货")
    assert "contact log" in served.run("ledger", "check-paper", mark).stdout
    assert "0 entries" in form(served, "register", "--month", "2026-08")
    served.run("form", "register", "-o", served.folder / "register.xlsx")
    served.run("ledger", "check-paper", "2026-13 #1 000000000000", code=2)


def test_a_dispatch_says_who_was_sent_and_what_for(served):
    served.run("dispatch", "send", "T1", "--engineer", "W01", "--engineer", "W02", "--place", "苏州")
    served.run("dispatch", "log", "D2", "depart=9:00", "--engineer", "W01", "--at", "2026-10-07 12:00")
    page = form(served, "dispatch", "D2")
    assert "江南机床" in page and "急停" in page and "W01 张伟" in page and "W02 李娜" in page
    assert re.search(r"<td>W01 [-0-9]+ 09:00</td>", page)  # of two, each time with whose it is
    assert "parts" in form(served, "service-report", "D2")
