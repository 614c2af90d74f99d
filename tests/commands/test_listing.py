"""Lists: which columns, which end, and what stands out on a terminal."""

import csv
import io

import pytest
from conftest import open_ticket, send

from svcdesk.columns import Column
from svcdesk.render import tables


@pytest.fixture
def five(desk):
    for number in range(5):
        desk.now = f"2026-10-2{number}T09:00:00+08:00"
        open_ticket(desk, product=f"P{number}")
    return desk


def ids(desk, *args):
    return [row["id"] for row in desk.json("ticket", "list", *args)]


def test_the_last_are_the_newest_in_the_order_of_the_list(five):
    assert ids(five, "--last", "2") == ["T4", "T5"]
    assert ids(five, "--last", "0") == []
    assert ids(five, "--last", "9") == ["T1", "T2", "T3", "T4", "T5"]
    assert ids(five, "--last", "2", "--month", "2026-10") == ["T4", "T5"]
    assert ids(five, "--last", "2", "--sort", "-id") == ["T2", "T1"]
    assert ids(five, "--last", "1", "--overdue") == ["T3"]


def test_the_last_of_a_crew_come_with_all_their_members(five):
    for number in (1, 2, 3):
        send(five, f"T{number}", "W02", "W01")
    rows = five.csv("dispatch", "list", "--last", "2")
    assert [(row["id"], row["engineer"]) for row in rows] == [
        ("D2", "W02"),
        ("D2", "W01"),
        ("D3", "W02"),
        ("D3", "W01"),
    ]
    assert [row["id"] for row in five.json("dispatch", "list", "--last", "2")] == ["D2", "D3"]


def test_a_limit_says_which_end_it_kept_and_that_more_follow(five):
    assert "--last 2" in five.run("ticket", "list", "--limit", "2").stderr
    assert five.run("ticket", "list", "--limit", "5").stderr == ""
    assert five.run("ticket", "list", "--limit", "2", "-f", "csv").stderr == ""
    assert "--last" not in five.run("ticket", "list", "--limit", "2", "--sort", "-id").stderr


@pytest.mark.parametrize("named", ["id,product", "编号,产品", "id，产品", "ID、product"])
def test_columns_by_name_or_heading(five, named):
    shown = five.run("ticket", "list", "--columns", named, "--limit", "1").stdout
    assert shown.split() == ["id", "product", "T1", "P0"]
    header = next(csv.reader(io.StringIO(five.run("ticket", "list", "--columns", named, "-f", "csv").stdout)))
    assert header == ["id", "product"]
    assert five.json("ticket", "list", "--columns", named, "--last", "1") == [{"id": "T5", "product": "P4"}]


def test_the_settings_name_columns_for_people_alone(five, monkeypatch):
    monkeypatch.setenv("SVCDESK_COLUMNS", "expense=id; ticket = id,product")
    assert five.run("ticket", "list", "--last", "1").stdout.split() == ["id", "product", "T5", "P4"]
    assert "customer" in five.json("ticket", "list", "--last", "1")[0]
    assert five.run("ticket", "list", "--last", "1", "--columns", "id").stdout.split() == ["id", "T5"]


def test_what_weighs_least_goes_first_and_some_never():
    names = ("id", "channel", "summary", "note", "status", "evidence", "amount")
    heads = [tables._head(Column(name), None) for name in names]
    kept = [names[place] for place in tables._columns_that_fit([8] * len(names), heads, 60)]
    assert kept == ["id", "summary", "status", "evidence", "amount"]
    least = tables._columns_that_fit([8] * len(names), heads, 20)
    assert {names[place] for place in least} == {"id", "status", "evidence", "amount"}


def overdue_cells(desk, *args):
    done = desk.run(*args, "-f", "table").stdout
    return done.count("\x1b[1;31m")


def test_what_is_overdue_is_red_and_no_color_is_kept(five, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    plain = five.env
    monkeypatch.setattr(five, "env", lambda **more: {k: v for k, v in plain(**more).items() if k != "NO_COLOR"})
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert overdue_cells(five, "ticket", "list") == 6  # T1 to T3: when it was due, and that it was not in time
    assert overdue_cells(five, "status") == 3
    monkeypatch.setenv("NO_COLOR", "1")
    assert overdue_cells(five, "ticket", "list") == 0
