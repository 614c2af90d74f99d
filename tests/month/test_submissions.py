"""What was handed in: frozen once, compared later, due on a day, and late claims named in the next month."""

import hashlib
import json
import os
import subprocess
import sys

import pytest
from conftest import InProcess, new_ledger, open_ticket, released, send, travel

from svcdesk.month import behind as behind_figures
from svcdesk.month import drift


@pytest.fixture
def october(desk):
    """An October with one journey and two costs, looked at on 3 November."""
    desk.now = "2026-11-03T09:00:00+08:00"
    ticket = open_ticket(desk, at="2026-10-05 09:00")
    desk.run("ticket", "answer", ticket, "--at", "2026-10-05 10:00")
    dispatch = send(desk, ticket, "W01", at="2026-10-05 11:00")
    travel(desk, dispatch, depart="2026-10-06 08:00", arrive="2026-10-06 12:00", callback="2026-10-07 15:00",
           leave="2026-10-07 16:00", return_="2026-10-08 20:00")  # fmt: skip
    spend(desk, "200.00", "2026-10-07", "freight")
    spend(desk, "100.00", "2026-10-07", "material")
    return desk


def spend(desk, amount, day, category="freight", code="W01"):
    invoice = hashlib.sha256(f"{amount}{day}{category}{code}{desk.now}".encode()).hexdigest()[:20]
    args = ("--engineer", code, "--category", category, "--amount", amount, "--date", day, "--invoice", invoice)
    return desk.json("expense", "add", *args)["id"]


def submit(desk, report="monthly", month="2026-10", code=0, to=("企管室",), **options):
    named = [part for name, value in options.items() for part in (f"--{name}", value)]
    receivers = [part for name in to for part in ("--to", name)]
    return desk.run("report", "submit", report, "--month", month, *receivers, *named, code=code)


def test_handing_in_freezes_the_figures_the_receivers_and_the_time(october):
    before = october.json("report", "monthly", "--month", "2026-10")
    submit(october, to=("企管室", "高层"), at="2026-11-03 08:30", by="M01")
    (row,) = october.json("report", "submissions")
    figures = (
        "lines",
        "pending_cost",
        "service",
        "penalties",
        "quality",
        "backlog",
        "promises",
        "problems",
        "inspections",
        "rectifications",
        "suggestions",
        "visits",
    )
    assert row["figures"] == {name: before[name] for name in figures}
    assert (row["report"], row["month"], row["at"]) == ("monthly", "2026-10", "2026-11-03T08:30:00+08:00")
    assert (row["to"], row["by"], row["entry"]) == (["企管室", "高层"], "M01", before["entry"])
    assert row["ledger_hash"] == before["ledger_hash"]
    told = json.dumps(row["figures"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert row["digest"] == hashlib.sha256(told.encode()).hexdigest()
    october.run("ledger", "verify")


def test_the_hash_is_the_files_where_one_is_named(october, tmp_path):
    made = tmp_path / "handed-in.csv"
    october.run("report", "monthly", "--month", "2026-10", "-o", made)
    submit(october, file=str(made))
    (row,) = october.json("report", "submissions")
    assert (row["digest"], row["digest_of"]) == (hashlib.sha256(made.read_bytes()).hexdigest(), "file")
    assert "no-such-file" in submit(october, "projects", file="no-such-file", code=2).stderr


def test_receivers_may_follow_one_to_or_have_one_each(october):
    october.run(
        "report", "submit", "monthly", "--month", "2026-10", "--to", "企管室", "高层", "--to", "技术中心", "高层"
    )
    assert october.json("report", "submissions")[0]["to"] == ["企管室", "技术中心", "高层"]


def test_a_month_is_handed_in_once(october):
    submit(october, to=("企管室",))
    again = submit(october, to=("高层",), code=3)
    assert "企管室" in again.stderr and "--corrects" in again.stderr
    submit(october, "projects", to=("技术中心", "营销中心"))
    assert [row["report"] for row in october.json("report", "submissions")] == ["monthly", "projects"]


def test_a_corrected_report_takes_the_place_of_the_first_and_both_are_kept(october):
    submit(october, code=3, corrects="重报")
    submit(october)
    spend(october, "9.99", "2026-10-08")
    submit(october, corrects="补一笔运费")
    first, second = october.json("report", "submissions")
    assert (first["standing"], second["standing"], second["corrects"]) == (False, True, "补一笔运费")
    assert october.json("report", "monthly", "--month", "2026-10")["submission"]["changed"] == []
    october.run("ledger", "verify")


@pytest.mark.parametrize(("month", "code"), [("2026-11", 2), ("2026-12", 2), ("2026-13", 2), ("2026-10", 0)])
def test_only_a_month_that_is_over_is_handed_in(october, month, code):
    submit(october, month=month, code=code)


def test_nobody_receives_nothing(october):
    submit(october, to=("  ",), code=2)
    october.run("report", "submit", "monthly", "--month", "2026-10", code=2)
    submit(october, at="2026-10-31 23:59:59", code=2)  # before the month was over
    submit(october, at="2026-11-03 09:00:01", code=2)  # in the future
    assert october.json("report", "submissions") == []


@pytest.mark.case(9)
def test_two_at_once_and_one_wins(executable):
    executable.now = "2026-11-03T09:00:00+08:00"
    command = [sys.executable, "-m", "svcdesk", "report", "submit", "monthly", "--month", "2026-10", "--to"]
    both = [
        subprocess.Popen([*command, name], env=executable.full_env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for name in ("企管室", "高层")
    ]
    told = [(done.communicate(timeout=60), done.returncode) for done in both]
    assert sorted(code for _, code in told) == [0, 3]
    assert len(executable.json("report", "submissions")) == 1
    executable.run("ledger", "verify")


def test_a_later_change_shows_beside_what_was_handed_in(october):
    submit(october)
    made = spend(october, "50.01", "2026-10-31", "freight")
    spend(october, "70.00", "2026-11-01", "freight")  # of another month: it changes nothing
    report = october.json("report", "monthly", "--month", "2026-10")
    assert changes(report) == [
        ("lines.transport.cost", "200.00", "250.01"),
        ("lines.total.cost", "300.00", "350.01"),
        ("pending_cost", "300.00", "350.01"),
    ]
    (entry,) = report["submission"]["entries"]
    assert (entry["command"], entry["records"]) == ("expense add", [made])
    shown = october.run("report", "monthly", "--month", "2026-10").stdout
    assert "200.00" in shown and "250.01" in shown and made in shown
    flat = october.run("report", "monthly", "--month", "2026-10", "-f", "csv")
    assert len(flat.stdout.splitlines()) == 6 and "2026-10" in flat.stderr
    october.run("expense", "reject", made, "--reason", "x")  # and back again: nothing differs
    report = october.json("report", "monthly", "--month", "2026-10")
    assert (report["submission"]["changed"], report["submission"]["entries"]) == ([], [])


def changes(report):
    return [(row["figure"], row["submitted"], row["today"]) for row in report["submission"]["changed"]]


def of(report):
    return report["submission"]["changed"]


def entries(report):
    return [(entry["command"], entry["records"]) for entry in report["submission"]["entries"]]


@pytest.mark.parametrize(
    ("change", "figure"),
    [
        (("survey", "add", "T1", "--score", "2", "--at", "2026-10-09 09:00"), "service.surveys"),
        (("ticket", "close", "T1", "--resolution", "x", "--no-survey", "x"), None),
        (("contact", "log", "--customer", "江南机床", "--channel", "call", "--summary", "x", "--at", "2026-10-31 23:59:59"),
         "service.contacts"),
        (("penalty", "check", "--month", "2026-10", "--record"), "penalties.fines"),
    ],
)  # fmt: skip
def test_whatever_changes_a_frozen_figure_is_named(october, change, figure):
    """The missing service report of D1 is a finding of October; closing in November is no figure of October."""
    october.run("service-report", "file", "D1", "--by", "W01", "--at", "2026-10-09 09:00", "--solution", "x")
    submit(october)
    october.now = "2026-11-06T09:00:00+08:00"
    october.run("service-report", "amend", "R1", "--fault-cause", "x", "--customer-opinion", "x", "--no-parts")
    october.run(*change, code=0 if change[0] != "ticket" else 3 if "survey" in change else 0)
    submission = october.json("report", "monthly", "--month", "2026-10")["submission"]
    changed = [row["figure"] for row in submission["changed"]]
    assert (figure in changed) if figure else changed == []
    assert bool(submission["entries"]) == bool(figure)


def test_a_return_recorded_late_changes_the_days_that_were_handed_in(desk):
    desk.now = "2026-11-03T09:00:00+08:00"
    ticket = open_ticket(desk, at="2026-10-20 09:00")
    dispatch = send(desk, ticket, "W01", at="2026-10-20 10:00")
    travel(desk, dispatch, depart="2026-10-28 08:00")
    submit(desk)
    travel(desk, dispatch, return_="2026-10-29 20:00")
    submission = desk.json("report", "monthly", "--month", "2026-10")["submission"]
    assert ("lines.dispatch.days", 4, 2) in changes({"submission": submission})
    assert submission["entries"][0]["command"] == "dispatch return D1"


def test_a_contract_a_customer_and_nobody_are_told_apart_whatever_they_are_called(desk):
    desk.now = "2026-11-03T09:00:00+08:00"
    for name in ("ACME", "-", "nobody", "Bolt Co.Ltd", "projects"):
        desk.run("customer", "add", name)
        open_ticket(desk, customer=name, at="2026-10-05 09:00")
    desk.run("contract", "add", "ACME", "--customer", "ACME")
    contract = open_ticket(desk, customer="ACME", contract="ACME", at="2026-10-05 09:00")
    submit(desk, "projects")
    for ticket in ("T2", "T3", "T4", "T5", contract):
        desk.run("expense", "add", "--engineer", "W01", "--category", "freight", "--amount", "1.00", "--date", "2026-10-08",
                 "--ticket", ticket)  # fmt: skip
    spend(desk, "7.00", "2026-10-08")
    report = desk.json("report", "projects", "--month", "2026-10")
    costs = {
        tuple(row["path"][1:-1]): row["today"] for row in report["submission"]["changed"] if row["path"][-1] == "cost"
    }
    assert costs == {
        ("contract:ACME",): "1.00", ("customer:-",): "1.00", ("customer:nobody",): "1.00",
        ("customer:Bolt Co.Ltd",): "1.00", ("customer:projects",): "1.00", ("nobody",): "7.00",
    }  # fmt: skip
    shown = desk.run("report", "projects", "--month", "2026-10").stdout
    assert "customer Bolt Co.Ltd cost (CNY)" in shown and "customer projects cost (CNY)" in shown


def test_what_was_open_then_and_is_not_now_is_named(desk):
    desk.now = "2026-08-20T09:00:00+08:00"
    for _ in range(3):
        ticket = open_ticket(desk, at="2026-08-10 09:00")
        desk.run("ticket", "answer", ticket, "--at", "2026-08-10 10:00")
    desk.run("ticket", "close", "T2", "--resolution", "r")
    desk.now = "2026-11-02T09:00:00+08:00"
    for month in ("2026-09", "2026-10"):
        submit(desk, "projects", month)
    desk.run("ticket", "cancel", "T3", "--reason", "r", "--at", "2026-10-20 10:00")
    desk.run("ticket", "note", "T1", "which changes no figure")
    report = desk.json("report", "projects", "--month", "2026-10")
    assert changes(report) == [("projects.customer:江南机床.open", 2, 1)]
    assert entries(report) == [("ticket cancel T3", ["T3"])]
    desk.run("ticket", "reopen", "T2", "--reason", "r")
    assert entries(desk.json("report", "projects", "--month", "2026-09")) == [("ticket reopen T2", ["T2"])]


def test_only_what_made_the_difference_is_named(october):
    submit(october)
    october.now = "2026-11-06T09:00:00+08:00"
    october.run("policy", "set", "answer.hours", "48", "--from", "2026-10-01", "--reason", "x")
    october.run("undo", "--yes")
    october.run("penalty", "check", "--month", "2026-10", "--record")
    october.run("undo", "--yes")
    october.run("contract", "add", "K2", "--customer", "江南机床")
    october.run("complaint", "open", "--channel", "call", "--complainant", "孙工", "--summary", "x", "--at",
                "2026-10-31 23:59:59")  # fmt: skip
    report = october.json("report", "monthly", "--month", "2026-10")
    assert changes(report) == [
        ("service.contacts", 1, 2), ("quality.complaints.numerator", 0, 1), ("quality.complaints.value", 0.0, 100.0),
    ]  # fmt: skip
    assert [command for command, _ in entries(report)] == ["complaint open"]
    assert all([entry["command"] for entry in row["entries"]] == ["complaint open"] for row in of(report))


def test_each_figure_names_the_entries_behind_it_and_no_others(october):
    october.run("service-report", "file", "D1", "--by", "W01", "--at", "2026-10-09 09:00", "--solution", "x",
                "--fault-cause", "x", "--no-parts", "--customer-opinion", "x")  # fmt: skip
    october.run("ticket", "close", "T1", "--resolution", "x", "--no-survey", "x", "--at", "2026-10-20 09:00")
    for report in ("monthly", "projects"):
        submit(october, report)
    october.now = "2026-11-06T09:00:00+08:00"
    spend(october, "9.00", "2026-10-09", "material")
    october.run("expense", "approve", "E1")
    october.run("expense", "reject", "E2", "--reason", "x")
    october.run("contact", "log", "--customer", "江南机床", "--channel", "call", "--summary", "x", "--at",
                "2026-10-31 23:59:59")  # fmt: skip
    open_ticket(october, repeat_of="T1")
    october.run("ticket", "note", "T1", "which changes no figure")
    october.run("conduct", "record", "W01", "disobedience", "--note", "x", "--at", "2026-10-20 09:00")
    assert behind(october.json("report", "monthly", "--month", "2026-10")) == {
        "lines.material.cost": ["expense add", "expense reject E2"],
        "lines.total.cost": ["expense add", "expense reject E2"],
        "pending_cost": ["expense add", "expense approve", "expense reject E2"],
        "service.contacts": ["contact log"],
        "quality.first_time_fix.numerator": ["ticket open"],
        "quality.first_time_fix.value": ["ticket open"],
    }
    assert behind(october.json("report", "projects", "--month", "2026-10")) == {
        "projects.nobody.material": ["expense add", "expense reject E2"],
        "projects.nobody.cost": ["expense add", "expense reject E2"],
        "projects.nobody.pending": ["expense add", "expense approve", "expense reject E2"],
    }


def behind(report):
    return {row["figure"]: [entry["command"] for entry in row["entries"]] for row in of(report)}


def test_every_figure_that_is_frozen_has_rows_behind_it(october):
    october.run("penalty", "check", "--month", "2026-10", "--record")
    for report in ("monthly", "projects"):
        submit(october, report)
    paths = [path for row in october.json("report", "submissions") for path, _ in drift._flat(row["figures"])]
    assert len(paths) > 80
    assert [path for path in paths if not behind_figures.behind(path)] == []


def test_a_policy_that_reaches_back_is_named_where_a_penalty_was_judged_by_it(october):
    october.now = "2026-11-06T09:00:00+08:00"
    october.run("penalty", "check", "--month", "2026-10", "--record")
    submit(october)
    october.run("policy", "set", "late.grace_minutes", "5", "--from", "2026-10-01", "--reason", "x")
    october.run("policy", "set", "report.due_days", "9", "--from", "2026-10-01", "--reason", "x")
    report = october.json("report", "monthly", "--month", "2026-10")
    assert behind(report)["penalties.fines"] == ["policy set"]
    fines = next(row for row in of(report) if row["figure"] == "penalties.fines")
    assert [entry["records"] for entry in fines["entries"]] == [["policy 2"]]  # nobody was late


def test_a_line_of_the_projects_that_is_gone_says_so_only_of_what_it_held(october):
    submit(october, "projects")
    for number in ("E1", "E2"):
        october.run("expense", "reject", number, "--reason", "x")
    report = october.json("report", "projects", "--month", "2026-10")
    assert {row["path"][-1] for row in of(report)} == {"transport", "material", "cost", "pending"}


def test_a_late_claim_has_one_report_even_where_months_are_handed_in_out_of_order(october):
    submit(october)
    october.now = "2027-01-03T09:00:00+08:00"
    submit(october, month="2026-12")
    late = spend(october, "2.00", "2026-10-30")
    submit(october, month="2026-11")
    october.now = "2027-02-02T09:00:00+08:00"
    listed = {
        month: [row["id"] for row in october.json("report", "monthly", "--month", month)["earlier_months"]]
        for month in ("2026-10", "2026-11", "2026-12", "2027-01")
    }
    assert listed == {"2026-10": [], "2026-11": [late], "2026-12": [], "2027-01": []}


def test_a_correction_is_not_dated_before_what_it_corrects(october):
    submit(october, at="2026-11-02 10:00")
    assert "--at" in submit(october, corrects="x", at="2026-11-01 10:00", code=2).stderr
    submit(october, corrects="x", at="2026-11-02 10:00")


def test_the_file_is_hashed_before_the_ledger_is_held(october, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for odd in (tmp_path / "fifo", "/dev/zero", tmp_path):
        submit(october, file=str(odd), code=2)
    made = tmp_path / "a.csv"
    made.write_text("one")
    options = {"request-id": "r1", "file": str(made)}
    submit(october, **options)
    made.write_text("two")
    submit(october, code=3, **options)  # another file under the same request


def test_late_claims_stand_in_the_first_report_after_and_in_no_other(october):
    in_time = spend(october, "1.00", "2026-10-30")
    submit(october)
    october.now = "2026-11-20T09:00:00+08:00"
    late = spend(october, "2.00", "2026-10-30")
    spend(october, "3.00", "2026-11-10")
    refused = spend(october, "4.00", "2026-10-30")
    october.run("expense", "reject", refused, "--reason", "x")

    def items(month):
        return [row["id"] for row in october.json("report", "monthly", "--month", month)["earlier_months"]]

    assert (items("2026-10"), items("2026-11")) == ([], [late])
    lines = {row["line"]: row for row in october.json("report", "monthly", "--month", "2026-11")["lines"]}
    assert lines["transport"]["cost"] == "3.00"  # it counts in its own month, here it is only named
    october.now = "2026-12-03T09:00:00+08:00"
    submit(october, month="2026-11")
    later = spend(october, "5.00", "2026-10-02")
    october.now = "2027-01-02T09:00:00+08:00"
    assert (items("2026-11"), items("2026-12")) == ([late], [later])
    assert in_time not in items("2026-11")


@pytest.mark.parametrize(
    ("now", "status", "code"),
    [
        ("2026-11-01T00:00:00+08:00", ("due", "due"), 0),
        ("2026-11-04T23:59:59+08:00", ("due", "due"), 0),  # the 4th is in time
        ("2026-11-05T00:00:00+08:00", ("overdue", "due"), 1),
        ("2026-11-05T23:59:59+08:00", ("overdue", "due"), 1),
        ("2026-11-06T00:00:00+08:00", ("overdue", "overdue"), 1),
    ],
)
def test_both_days_are_included(desk, now, status, code):
    desk.now = now
    rows = desk.json("report", "deadlines", code=code)
    assert tuple(row["status"] for row in rows) == status
    assert [(row["report"], row["month"], row["due"]) for row in rows] == [
        ("monthly", "2026-10", "2026-11-04"),
        ("projects", "2026-10", "2026-11-05"),
    ]


def test_what_is_handed_in_is_due_no_more_and_what_is_not_stays(october):
    october.now = "2026-11-06T09:00:00+08:00"
    submit(october)
    rows = october.json("report", "deadlines", code=1)
    assert [row["status"] for row in rows] == ["submitted", "overdue"]
    submit(october, "projects")
    assert [row["status"] for row in october.json("report", "deadlines")] == ["submitted", "submitted"]
    october.now = "2027-01-02T09:00:00+08:00"  # November was forgotten
    rows = october.json("report", "deadlines", code=1)
    assert [(row["month"], row["status"]) for row in rows] == [
        ("2026-11", "overdue"), ("2026-11", "overdue"), ("2026-12", "due"), ("2026-12", "due"),
    ]  # fmt: skip
    assert "2026-11" in october.run("status").stdout


def test_a_young_ledger_owes_nothing_for_the_months_before_it(hired, tmp_path):

    young = InProcess(tmp_path)
    young.now = "2026-10-20T09:00:00+08:00"
    new_ledger(young)
    assert young.json("report", "deadlines") == []


def test_a_rehearsal_of_the_same_request_is_harmless(october):
    options = {"request-id": "x1"}
    submit(october, **options)
    assert "#" in submit(october, **options).stdout
    submit(october, to=("高层",), code=3, **options)
    assert len(october.json("report", "submissions")) == 1


def changed(desk, month="2026-10", report="monthly"):
    """Every figure that changed since it was handed in, with the commands that did it."""
    submission = desk.json("report", report, "--month", month)["submission"]
    return {row["figure"]: [entry["command"] for entry in row["entries"]] for row in submission["changed"]}


@pytest.fixture
def handed(desk):
    """October with a dispatch that was late, handed in on 3 November."""
    desk.now = "2026-11-03T09:00:00+08:00"
    ticket = open_ticket(desk, at="2026-10-05 09:00", on_site_by="2026-10-06 09:00")
    dispatch = send(desk, ticket, "W01", at="2026-10-05 10:00")
    travel(desk, dispatch, depart="2026-10-05 12:00", arrive="2026-10-06 10:00", callback="2026-10-06 12:00")
    travel(desk, dispatch, leave="2026-10-06 12:30", return_="2026-10-06 20:00")
    desk.run("survey", "add", ticket, "--score", "4", "--at", "2026-10-07 09:00")
    submit(desk)
    submit(desk, report="projects")
    return desk


def test_each_figure_names_the_entries_that_changed_rows_behind_it_and_no_others(handed):
    handed.run("dispatch", "cause", "D1", "--engineer", "W01", "--late-cause", "weather")
    handed.run(
        "contact", "log", "--customer", "江南机床", "--channel", "call", "--summary", "x", "--at", "2026-10-08 09:00"
    )
    handed.run("expense", "add", "--engineer", "W01", "--dispatch", "D1", "--category", "local", "--amount", "20",
               "--date", "2026-10-06", "--invoice", "F1")  # fmt: skip
    assert changed(handed) == {
        "lines.dispatch.cost": ["expense add"], "lines.total.cost": ["expense add"], "pending_cost": ["expense add"],
        "service.contacts": ["contact log"],
    }  # fmt: skip
    assert changed(handed, report="projects") == {
        "projects.customer:江南机床.dispatch": ["expense add"], "projects.customer:江南机床.cost": ["expense add"],
        "projects.customer:江南机床.pending": ["expense add"],
    }  # fmt: skip


def test_a_figure_of_one_project_names_nothing_of_another(handed):
    open_ticket(handed, customer="华北钢厂", contract="HT-1", at="2026-10-20 09:00")
    found = changed(handed, report="projects")
    assert {figure.split(".")[1] for figure in found} == {"contract:HT-1"}


def test_a_line_names_nothing_of_another_line(handed):
    add = ("expense", "add", "--engineer", "W01", "--dispatch", "D1", "--date", "2026-10-06", "--amount", "9")
    handed.run(*add, "--category", "freight", "--invoice", "F2")
    assert set(changed(handed)) == {"lines.transport.cost", "lines.total.cost", "pending_cost"}


def test_time_alone_changes_nothing(handed):
    """A ticket of October that was open when it was handed in is late by December; nobody typed anything."""
    open_ticket(handed, at="2026-10-31 20:00")
    submit(handed, corrects="x")
    handed.now = "2026-12-24T09:00:00+08:00"
    assert changed(handed) == {}


def test_the_backlog_and_the_quality_are_frozen_too(handed):
    open_ticket(handed, at="2026-10-30 09:00")
    found = changed(handed)
    assert found["backlog.week.tickets"] == ["ticket open"]
    assert found["quality.complaints.denominator"] == ["ticket open"]


def test_what_an_earlier_version_froze_is_compared_as_far_as_it_goes(tmp_path):
    desk = released(InProcess(tmp_path), 2)
    desk.now = ""  # what came from before is no rehearsal
    assert changed(desk) == {}
    desk.run(
        "contact", "log", "--customer", "华北钢厂", "--channel", "call", "--summary", "x", "--at", "2026-10-08 09:00"
    )
    assert changed(desk) == {"service.contacts": ["contact log"]}


def test_the_entry_that_moved_when_a_ticket_was_received_is_behind_the_lag_of_typing(desk):
    desk.now = "2026-11-02T09:00:00+08:00"
    ticket = open_ticket(desk, at="2026-10-20 09:00")
    desk.run("report", "submit", "monthly", "--month", "2026-10", "--to", "企管室")
    desk.run("amend", ticket, "received_at=2026-10-18 09:00", "--reason", "听错")
    changed = desk.json("report", "monthly", "--month", "2026-10")["submission"]["changed"]
    (lag,) = [one for one in changed if one["path"][:2] == ["quality", "entry_lag_median"]]
    assert [entry["command"] for entry in lag["entries"]] == [f"amend {ticket}"]


def test_the_entry_that_moved_a_ticket_to_another_contract_is_behind_all_that_went_with_it(desk):
    desk.now = "2026-11-02T09:00:00+08:00"
    ticket = open_ticket(desk, at="2026-10-20 09:00")
    desk.run("survey", "add", ticket, "--score", "4", "--at", "2026-10-21 09:00")
    spend = ("expense", "add", "--engineer", "W01", "--category", "other", "--amount", "9", "--date", "2026-10-21")
    desk.run(*spend, "--ticket", ticket, "--invoice", "F1")
    desk.run("report", "submit", "projects", "--month", "2026-10", "--to", "技术中心")
    desk.run("amend", ticket, "contract=HT-2", "--reason", "漏记")
    changed = desk.json("report", "projects", "--month", "2026-10")["submission"]["changed"]
    told = {one["path"][-1]: [entry["command"] for entry in one["entries"]] for one in changed}
    assert {"tickets", "surveys", "mean_score", "dispatch", "cost"} <= told.keys()
    assert set(map(tuple, told.values())) == {(f"amend {ticket}",)}
