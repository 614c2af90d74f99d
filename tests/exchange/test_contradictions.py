"""What verify would call broken is never taken in: not by an import, not by --update, not by an amendment."""

import itertools
import re
import sqlite3
from types import SimpleNamespace

import pytest
from conftest import copied

from svcdesk.desk import checks
from svcdesk.errors import BadInput
from svcdesk.registers.index import every

HEAD = "reference,summary,owner,opened_at,due,done_at,status"
OPEN = "HZ-9,应急灯不亮,W01,2026-10-12 09:00,2026-10-19,{done_at},open"
RULES = [(register, columns) for register in every() for _, columns in register.never]


@pytest.fixture
def taking(rehearsed, tmp_path):
    desk = copied(rehearsed, tmp_path)

    def take(row, *options, code=0):
        (desk.folder / "r.csv").write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
        return desk.run("import", "rectifications", desk.folder / "r.csv", *options, code=code)

    return desk, take


def held(desk):
    return [row for row in desk.json("rectify", "list") if row["summary"] == "应急灯不亮"]


@pytest.mark.parametrize(("skip", "code"), [((), 2), (("--skip-bad",), 0)])
def test_an_import_of_what_contradicts_itself_is_refused(taking, skip, code):
    desk, take = taking
    said = take(OPEN.format(done_at="2026-10-14 09:00"), *skip, code=code).stderr
    assert "status, done_at contradict one another" in said
    assert held(desk) == []
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout


def test_an_update_to_what_contradicts_itself_is_refused(taking):
    desk, take = taking
    take(OPEN.format(done_at=""))
    number = held(desk)[0]["id"]
    assert "contradict" in take(OPEN.format(done_at="2026-10-14 09:00"), "--update", code=2).stderr
    assert desk.json("rectify", "show", number)["done_at"] is None
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout


def test_an_amendment_to_what_contradicts_itself_is_refused(desk):
    desk.run("promise", "add", "--contract", "HT-2", "--kind", "other", "--text", "提供图纸", "--due", "2026-10-25")
    assert "contradict" in desk.run("amend", "PM1", "contract=", "--reason", "x", code=2).stderr
    assert desk.json("promise", "show", "PM1")["contract"] == "HT-2"
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout


@pytest.mark.parametrize(("register", "columns"), RULES, ids=[f"{r.table}: {columns}" for r, columns in RULES])
def test_every_condition_is_held_of_each_record(register, columns):
    """Among all that its columns may hold there are rows that a condition refuses, named by its columns."""
    con = sqlite3.connect(":memory:")
    never = checks._Never(SimpleNamespace(con=con), register)
    values = {name: [None, "2026-10-12T01:00:00Z"] for name in never._columns}
    for name, words in (("status", register_words(register)), ("sanction", ["fine"]), ("finding", ["upheld"])):
        if name in values:
            values[name] = [None, *words]
    refused = set()
    for row in itertools.product(*values.values()):
        try:
            never.check(dict(zip(values, row, strict=True)))
        except BadInput as error:
            refused.add(", ".join(error.values["names"]))
    assert columns in refused


def register_words(register):
    return sorted(set(re.findall(r"'(\w+)'", " ".join(condition for condition, _ in register.never))))
