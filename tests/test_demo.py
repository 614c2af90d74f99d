"""The demo: every table, clause, line, problem and state has something to show, whatever the month."""

import csv
import io
import json
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from itertools import pairwise

import pytest
from conftest import Executable, InProcess

from svcdesk.model import WORDS
from svcdesk.rules import CLAUSES
from svcdesk.schema import TABLES

# An ordinary day; the first half hour of a year, whose month before lies in another; the day after a short February.
NOWS = (
    "2026-11-23T10:00:00+08:00",
    *(pytest.param(now, marks=pytest.mark.slow) for now in ("2027-01-01T00:30:00+08:00", "2026-03-01T09:00:00+08:00")),
)


@pytest.fixture(scope="module", params=NOWS)
def shown(request, tmp_path_factory):
    desk = InProcess(tmp_path_factory.mktemp("demo"))
    desk.now = request.param
    desk.printed = desk.run("demo", "--into", desk.ledger).stdout
    return desk


def test_every_table_has_rows(shown):
    con = sqlite3.connect(shown.ledger)
    empty = [table for table in TABLES[1] if not con.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]]
    con.close()
    assert empty == ["submission"]


def test_every_clause_is_found(shown):
    found = shown.json("penalty", "check", "--month", "last")
    assert {finding["clause"] for finding in found} == {clause.id for clause in CLAUSES}
    assert any(finding["absorbed_by"] for finding in found)
    assert any(finding["needs"] == "late_cause" for finding in found)


def test_every_line_problem_and_state_is_shown(shown):
    lines = shown.json("report", "monthly")["lines"]
    assert all(float(line["cost"]) > 0 for line in lines)
    assert float(lines[-1]["excluded"]) > 0
    expenses = shown.json("expense", "list")
    codes = {problem["code"] for expense in expenses for problem in expense["problems"]}
    assert codes == {"no_invoice", "duplicate_invoice", "place_mismatch", "outside_trip", "over_limit"}
    assert {expense["status"] for expense in expenses} == set(WORDS["expense_status"])
    assert {penalty["status"] for penalty in shown.json("penalty", "list")} == set(WORDS["penalty_status"])
    tickets = shown.json("ticket", "list")
    assert {ticket["status"] for ticket in tickets} == set(WORDS["ticket_status"])
    assert 38 <= len(tickets) <= 44
    assert any(ticket["repeat_of"] for ticket in tickets)
    assert any(ticket["reopen_count"] for ticket in tickets)


def test_the_ledger_is_sound(shown):
    assert "CONSISTENT" in shown.run("ledger", "verify").stdout


def test_what_to_try_next_works_as_printed(shown):
    lines = [line.partition("#")[0] for line in shown.printed.splitlines() if line.startswith("  svcdesk ")]
    assert len(lines) == 9
    for line in lines:
        shown.run(*shlex.split(line)[1:])


def test_the_board_has_both_overdue_and_coming(shown):
    rows = shown.json("status")
    assert {row["left_minutes"] < 0 for row in rows if row["left_minutes"] is not None} == {True, False}
    assert {"answer", "report", "complaint", "expense", "late_cause", "proposed"} <= {row["step"] for row in rows}


def test_the_same_clock_gives_the_same_month(shown, tmp_path):
    again = InProcess(tmp_path)
    again.now = shown.now
    again.run("demo", "--into", again.ledger)
    for noun in ("ticket", "expense", "penalty"):
        assert again.json(noun, "list") == shown.json(noun, "list")


def test_never_over_an_existing_file(tmp_path):
    desk = Executable(tmp_path)
    desk.ledger.write_bytes(b"somebody's work")
    done = desk.run("demo", "--into", desk.ledger, code=5)
    assert desk.ledger.read_bytes() == b"somebody's work"
    assert re.match(r"error: .*\nhint: ", done.stderr)


def test_the_users_own_ledger_is_left_alone(executable):
    before = executable.ledger.read_bytes()
    executable.run("demo", "--into", executable.folder / "sample.db")
    assert executable.ledger.read_bytes() == before
    assert json.loads(executable.run("ledger", "info", "-f", "json").stdout)["path"] == str(executable.ledger)


def test_what_the_clauses_judge_is_all_there(shown):
    found = shown.json("penalty", "check", "--month", "last")
    evidence = {clause.id: [f["evidence"] for f in found if f["clause"] == clause.id] for clause in CLAUSES}
    assert {said["filed"] for said in evidence["incomplete_report"]} == {True, False}
    assert {said["cause"] for said in evidence["late_on_site"]} == {"personal", None}
    crews = [member for dispatch in shown.json("dispatch", "list") for member in dispatch["crew"]]
    assert "transport" in {member["late_cause"] for member in crews}
    checks = shown.json("phone-check", "list")
    assert any(check["excused"] for check in checks)
    asked_by = {row["asked_by"] for row in exported(shown, "appointments")}
    assert asked_by == {"customer", "us"}
    assert "true" in {row["major_quality"] for row in exported(shown, "escalations")}


def test_nobody_is_in_two_places_at_once(shown):
    journeys = {}
    for dispatch in shown.json("dispatch", "list"):
        for member in dispatch["crew"]:
            if member["departed_at"]:
                span = (member["departed_at"], member["returned_at"] or "9", dispatch["place"])
                journeys.setdefault(member["engineer"], []).append(span)
    both = [
        {one[2], other[2]}
        for spans in map(sorted, journeys.values())
        for one, other in pairwise(spans)
        if other[0] < one[1]
    ]
    assert both == [{"南京", "无锡"}]  # the one journey with two orders


def test_a_trip_lies_over_the_months_end(shown):
    month = shown.json("report", "monthly")["month"]
    crews = [member for dispatch in shown.json("dispatch", "list") for member in dispatch["crew"]]
    departed = [member for member in crews if (member["departed_at"] or "").startswith(month)]
    assert any(not (member["returned_at"] or "").startswith(month) for member in departed)


def test_phones_are_plainly_samples(shown):
    phones = {customer["phone"] for customer in shown.json("customer", "list", "--reveal")}
    assert all(re.fullmatch(r"1380000\d{4}", phone) for phone in phones)


@pytest.mark.slow
def test_another_process_makes_the_same_month_in_a_january(tmp_path):
    desk, again = Executable(tmp_path), InProcess(tmp_path / "again")
    again.folder.mkdir()
    desk.now = again.now = "2027-01-15T09:00:00+08:00"
    printed = desk.run("demo", "--into", desk.ledger).stdout
    assert "2026-12" in printed.partition("\n")[0]
    for line in [line.partition("#")[0] for line in printed.splitlines() if line.startswith("  svcdesk ")]:
        desk.run(*shlex.split(line)[1:])
    again.run("demo", "--into", again.ledger)
    for noun in ("ticket", "expense", "penalty"):
        assert again.json(noun, "list") == desk.json(noun, "list")


def test_an_interrupted_demo_leaves_nothing(tmp_path):
    desk = Executable(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "svcdesk", "demo", "--into", str(desk.ledger)],
        env=desk.full_env(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 30
    while time.monotonic() < until and entries(desk.ledger) < 20:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert not list(tmp_path.glob("ledger.db*"))


def exported(desk, table):
    return list(csv.DictReader(io.StringIO(desk.run("export", table).stdout)))


def entries(path):
    try:
        con = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        count = con.execute("SELECT count(*) FROM entry").fetchone()[0]
        con.close()
    except sqlite3.Error:
        return 0
    return count
