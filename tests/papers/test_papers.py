"""Paper to be signed: filled from the ledger, blank, and led back to the ledger by its mark."""

import re

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
