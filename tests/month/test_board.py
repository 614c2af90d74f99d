"""The board: every matter that waits has its line, each open ticket exactly one, the most urgent that holds."""

import subprocess
import sys

import pytest
from conftest import copied, open_ticket, send, travel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def lines(desk, kind="ticket"):
    return [row for row in desk.json("status") if row["kind"] == kind]


def steps(desk):
    return {row["ticket"]: row["step"] for row in lines(desk)}


def answered(desk, **options):
    ticket = open_ticket(desk, at="2026-10-19 08:00", **options)
    desk.run("ticket", "answer", ticket, "--by", "A01", "--at", "2026-10-19 08:10")
    return ticket


def gone(desk, ticket):
    """W01 has been there and is back."""
    dispatch = send(desk, ticket, "W01", at="2026-10-19 08:20")
    travel(desk, dispatch, depart="2026-10-19 08:30", arrive="2026-10-19 09:00", callback="2026-10-19 10:00")
    travel(desk, dispatch, leave="2026-10-19 10:01", return_="2026-10-19 12:00")
    return dispatch


def test_each_step_of_a_ticket_has_its_line_and_the_command_that_moves_it_on(desk):
    open_ticket(desk)
    answered(desk, on_site_by="2026-10-19 20:00")
    answered(desk, on_site_by="2026-10-21 20:00")
    send(desk, answered(desk), "W02")
    gone(desk, answered(desk))
    desk.run("ticket", "hold", answered(desk), "--reason", "等停机")
    answered(desk)
    dispatch = gone(desk, answered(desk))
    filed = ("--by", "W01", "--fault-cause", "x", "--solution", "x", "--no-parts", "--customer-opinion", "x")
    desk.run("service-report", "file", dispatch, *filed)
    dispatch = gone(desk, answered(desk))
    desk.run("service-report", "file", dispatch, *filed)
    desk.run("survey", "add", "T9", "--score", "5")
    assert steps(desk) == {
        "T1": "answer", "T2": "missed_unsent", "T3": "send", "T4": "sent", "T5": "report", "T6": "on_hold",
        "T7": "answered", "T8": "survey", "T9": "close",
    }  # fmt: skip
    told = {row["ticket"]: row["next"] for row in lines(desk)}
    assert told["T1"] == ["svcdesk", "ticket", "answer", "T1"]
    assert told["T4"] == ["svcdesk", "dispatch", "depart", "D1", "--engineer", "W02"]
    assert told["T6"] == ["svcdesk", "ticket", "resume", "T6"]


@pytest.mark.parametrize(
    ("taken", "step", "verb"),
    [
        ({}, "sent", "depart"),
        ({"depart": "2026-10-19 09:00"}, "travelling", "arrive"),
        ({"depart": "2026-10-19 09:00", "arrive": "2026-10-19 10:00"}, "on_site", "callback"),
        (
            {"depart": "2026-10-19 09:00", "arrive": "2026-10-19 10:00", "callback": "2026-10-19 11:00"},
            "on_site",
            "leave",
        ),
        ({"depart": "2026-10-19 09:00", "arrive": "2026-10-19 10:00", "leave": "2026-10-19 12:00"}, "away", "return"),
    ],
)
def test_of_a_crew_the_one_most_behind_is_named_with_the_next_step(desk, taken, step, verb):
    dispatch = send(desk, answered(desk), "W01", "W02", at="2026-10-19 08:30")
    travel(desk, dispatch, "W02", **taken)
    travel(desk, dispatch, "W01", **{**taken, **FURTHER})
    (row,) = lines(desk)
    assert (row["step"], row["next"]) == (step, ["svcdesk", "dispatch", verb, "D1", "--engineer", "W02"])


FURTHER = {
    "depart": "2026-10-19 09:00", "arrive": "2026-10-19 10:00", "callback": "2026-10-19 11:00",
    "leave": "2026-10-19 12:00", "return_": "2026-10-19 13:00",
}  # fmt: skip


def test_an_appointment_missed_stays_whoever_was_sent(desk):
    ticket = answered(desk, on_site_by="2026-10-19 20:00")
    send(desk, ticket, "W01", at="2026-10-19 09:00")
    (row,) = lines(desk)
    assert (row["step"], row["left_minutes"]) == ("missed", -13 * 60)
    assert row["due_at"] == "2026-10-19T20:00:00+08:00"


def test_every_other_open_matter_has_its_line(desk):
    ticket = answered(desk)
    dispatch = gone(desk, ticket)
    desk.run("ticket", "escalate", ticket, "--to", "hq")
    desk.run("complaint", "open", "--channel", "call", "--complainant", "孙工", "--summary", "x")
    add = ("expense", "add", "--engineer", "W01", "--category", "fare", "--amount", "5", "--date", "2026-10-19")
    desk.run(*add)
    desk.run(*add, "--invoice", "F1", "--from", "北京", "--to", "南京", "--dispatch", dispatch)
    desk.run("conduct", "record", "W02", "disobedience", "--note", "x")
    late = send(desk, answered(desk), "W03", at="2026-10-19 09:00", due="2026-10-19 10:00")
    travel(desk, late, depart="2026-10-19 09:30", arrive="2026-10-19 11:00")
    found = {(row["kind"], row["step"], row["subject"]) for row in desk.json("status")}
    assert {
        ("escalation", "escalation", "T1"), ("complaint", "complaint", "C1"), ("expense", "expense", "E1"),
        ("expense", "pending", "E2"), ("finding", "finding", "B1"), ("finding", "late_cause", "D2"),
    } <= found  # fmt: skip
    desk.run("penalty", "check", "--record")
    assert ("penalty", "proposed", "P1") in {(row["kind"], row["step"], row["subject"]) for row in desk.json("status")}
    desk.run("penalty", "confirm", "P1", "--by", "M01")
    (row,) = lines(desk, "penalty")
    assert (row["step"], row["next"]) == ("confirmed", ["svcdesk", "penalty", "settle", "P1"])


def test_a_proposed_penalty_whose_facts_changed_is_waived_rather_than_confirmed(desk):
    dispatch = send(desk, answered(desk), "W01", at="2026-10-19 09:00")
    travel(desk, dispatch, depart="2026-10-19 09:30", arrive="2026-10-19 10:00", leave="2026-10-19 11:00")
    desk.run("penalty", "check", "--record")
    travel(desk, dispatch, callback="2026-10-19 10:30")
    (row,) = lines(desk, "penalty")
    assert (row["step"], row["next"][:4]) == ("changed", ["svcdesk", "penalty", "waive", "P1"])


def test_a_section_of_more_than_eight_lines_folds_into_one_that_counts_them(desk):
    for _ in range(12):
        open_ticket(desk)
    said = desk.run("status").stdout.splitlines()
    assert sum("T" in line for line in said) == 7 and "5 more" in said[-1] and "status --all" in said[-1]
    assert len(desk.run("status", "--all").stdout.splitlines()) == len(said) + 4
    assert len(lines(desk)) == 12


def test_of_what_has_no_time_a_section_shows_three_lines(desk):
    for number in range(6):
        claim = ("--engineer", "W01", "--category", "other", "--amount", "9", "--date", "2026-10-19")
        desk.run("expense", "add", *claim, "--invoice", f"F-{number}")
    said = [line for line in desk.run("status").stdout.splitlines() if "E" in line or "more" in line]
    assert len(said) == 3 and "4 more" in said[-1]
    assert len(desk.json("status")) == 6


def test_mine_is_what_concerns_one_person(desk):
    send(desk, answered(desk), "W01")
    send(desk, answered(desk), "W02")
    open_ticket(desk, taken_by="A01")
    assert [row["ticket"] for row in desk.json("status", "--mine", "W02")] == ["T2"]
    assert [row["ticket"] for row in desk.json("status", "--mine", "A01")] == ["T3"]
    desk.run("status", "--mine", "W99", code=4)


def test_brief_counts_them(desk):
    open_ticket(desk)
    open_ticket(desk)
    assert desk.json("status", "--brief")[0] == {"step": "answer", "count": 2}


def test_a_watched_board_ends_with_an_interrupt(executable):
    process = subprocess.Popen(
        [sys.executable, "-m", "svcdesk", "status", "--watch"], env=executable.full_env(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout.readline()
    process.send_signal(2)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, b"")


VERBS = st.sampled_from(
    ["answer", "hold", "resume", "appoint", "send", "depart", "arrive", "callback", "leave", "return", "report", "survey",
     "close", "reopen", "cancel"]
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(VERBS, st.integers(1, 3)), max_size=25))
def test_whatever_was_typed_each_open_ticket_has_exactly_one_line(hired, tmp_path_factory, typed):
    desk = copied(hired, tmp_path_factory.mktemp("walk"))
    for _ in range(3):
        open_ticket(desk)
    for verb, number in typed:
        desk.finished(command(verb, number))
    alive = [t["id"] for t in desk.json("ticket", "list") if t["status"] not in ("closed", "cancelled")]
    assert sorted(row["ticket"] for row in lines(desk)) == sorted(alive)
    for row in desk.json("status"):
        assert row["next"][0] == "svcdesk" and row["text"]


def command(verb, number):
    ticket, dispatch = f"T{number}", f"D{number}"
    return {
        "answer": ["ticket", "answer", ticket], "hold": ["ticket", "hold", ticket, "--reason", "x"],
        "resume": ["ticket", "resume", ticket],
        "appoint": ["ticket", "appoint", ticket, "--on-site-by", "2026-10-21 09:00", "--asked-by", "customer"],
        "send": ["dispatch", "send", ticket, "--engineer", f"W0{number}", "--place", "南京"],
        "report": ["service-report", "file", dispatch, "--by", f"W0{number}", "--no-parts"],
        "survey": ["survey", "add", ticket, "--score", "4"],
        "close": ["ticket", "close", ticket, "--resolution", "x", "--no-survey", "x"],
        "reopen": ["ticket", "reopen", ticket, "--reason", "x"], "cancel": ["ticket", "cancel", ticket, "--reason", "x"],
    }.get(verb, ["dispatch", verb, dispatch])  # fmt: skip


FILLED = {
    "CODE": "M01", "CITY": "南京", "TEXT": "x", "SCORE": "4", "NAME": "企管室", "CAUSE": "transport", "DEPARTMENT": "质量",
    "FINDING": "not_upheld", "PART": "密封圈",
}  # fmt: skip


def typed(row):
    """The command of a line as a coordinator types it, its words in capitals filled in."""
    return [FILLED.get(word, word) for word in row["next"][1:]]


def test_every_next_command_runs_once_its_capitals_are_filled_in(desk, tmp_path):
    desk.now = "2026-11-03T09:00:00+08:00"
    open_ticket(desk)
    answered(desk, on_site_by="2026-10-19 20:00")
    answered(desk, on_site_by="2026-11-21 20:00")
    send(desk, answered(desk), "W02")
    gone(desk, answered(desk))
    desk.run("ticket", "hold", answered(desk), "--reason", "等停机")
    answered(desk)
    dispatch = gone(desk, answered(desk))
    desk.run("service-report", "file", dispatch, "--by", "W01")
    whole = ("--by", "W01", "--fault-cause", "x", "--solution", "x", "--no-parts", "--customer-opinion", "x")
    desk.run("service-report", "file", gone(desk, answered(desk)), *whole)
    desk.run("service-report", "file", gone(desk, answered(desk)), *whole)
    desk.run("survey", "add", "T10", "--score", "5")
    desk.run("ticket", "escalate", "T7", "--to", "hq")
    desk.run("ticket", "hand-over", "T7", "--to", "A01", "--note", "x")
    for step in ("open", "assign", "investigate", "decide", "remedy", "feedback"):
        for number in range(1, 7):
            complaint(desk, f"C{number}", step, number)
    spend = ("expense", "add", "--engineer", "W01", "--category", "material", "--amount", "5", "--date", "2026-10-19")
    desk.run(*spend)
    desk.run(*spend, "--invoice", "F1")
    late = send(desk, answered(desk), "W03", at="2026-10-19 09:00", due="2026-10-19 10:00")
    travel(desk, late, depart="2026-10-19 09:30", arrive="2026-10-19 11:00")
    for _ in range(3):
        desk.run("conduct", "record", "W02", "disobedience", "--note", "x", "--at", "2026-10-19 09:00")
    desk.run("penalty", "check", "--record")
    desk.run("penalty", "confirm", "P1", "P2")
    desk.run("penalty", "appeal", "P2", "--reason", "x")
    desk.run("conduct", "record", "W03", "disobedience", "--note", "x", "--at", "2026-10-19 09:00")
    rows = desk.json("status", "--all")
    assert {row["kind"] for row in rows} == {
        "ticket", "escalation", "hand_over", "complaint", "expense", "finding", "penalty", "report",
    }  # fmt: skip
    for number, row in enumerate(rows):
        (tmp_path / f"{number}").mkdir()
        done = copied(desk, tmp_path / f"{number}").finished(typed(row))
        assert done.returncode == 0, (row["text"], row["next"], done.stderr)


def complaint(desk, name, step, number):
    """Take the nth complaint through its first n steps."""
    steps = ("open", "assign", "investigate", "decide", "remedy", "feedback")
    if number <= steps.index(step):
        return
    more = {
        "open": ("--channel", "call", "--complainant", "孙工", "--summary", "x", "--about", "W01"),
        "assign": (name, "--department", "质量", "--by", "M01"), "investigate": (name, "--note", "x"),
        "decide": (name, "--finding", "upheld", "--cause", "quarrel", "--by", "M01"), "remedy": (name, "--note", "x"),
        "feedback": (name, "--satisfied"),
    }[step]  # fmt: skip
    desk.run("complaint", step, *more)
