"""Quality problems: their states follow from the facts, undo restores them, escalations open them, clusters suggest them."""

import pytest
from conftest import InProcess, new_ledger, open_ticket, send, travel

from svcdesk.regulation import problems

A, B, C = "2026-10-01T01:00:00Z", "2026-10-02T01:00:00Z", "2026-10-03T01:00:00Z"


@pytest.mark.parametrize(
    ("closed", "answers", "tried", "status"),
    [
        (None, [], [], "open"),
        (None, [None], [], "sent"),
        (None, [A, None], [], "sent"),
        (None, [A, B], [], "answered"),
        (None, [A, B], [{"at": B, "solved": True}], "verified"),
        (None, [A, C], [{"at": B, "solved": True}], "answered"),  # verified before the last one answered
        (None, [A, B], [{"at": C, "solved": True}, {"at": B, "solved": False}], "verified"),  # typed in another order
        (None, [A], [{"at": B, "solved": False}, {"at": B, "solved": True}], "verified"),
        (None, [None], [{"at": B, "solved": True}], "sent"),  # another department was asked since
        (C, [A], [{"at": B, "solved": True}], "closed"),
    ],
)
def test_how_a_problem_stands(closed, answers, tried, status):
    assert problems.status(closed, answers, problems.verified(answers, tried)) == status


def opened(desk):
    ticket = open_ticket(desk, at="2026-10-05 09:00")
    desk.run("problem", "open", "--ticket", ticket, "--summary", "过热")
    desk.run("problem", "send", "QP1", "--to", "制造部")
    return ticket


def answer(desk, department="制造部"):
    desk.run("problem", "answer", "QP1", "--department", department, "--cause", "装配", "--measure", "返工")


def test_every_step_is_taken_back(desk):
    opened(desk)
    steps = [
        ("send", "QP1", "--to", "设计部", "--due", "2026-10-25"),
        ("answer", "QP1", "--department", "制造部", "--cause", "a", "--measure", "b", "--from-serial", "S-9"),
        ("answer", "QP1", "--department", "设计部", "--cause", "a", "--measure", "b"),
        ("verify", "QP1", "--not-solved", "--note", "又坏"),
    ]
    stood = [desk.json("problem", "show", "QP1")]
    for step in steps:
        desk.run("problem", *step)
        stood.append(desk.json("problem", "show", "QP1"))
    assert [one["status"] for one in stood] == ["sent", "sent", "sent", "answered", "sent"]
    for before in reversed(stood[:-1]):
        desk.run("undo", "--yes")
        assert desk.json("problem", "show", "QP1") == before
    desk.run("ledger", "verify")


def test_a_problem_closes_when_each_department_answered_and_it_is_solved(desk):
    opened(desk)
    desk.run("problem", "send", "QP1", "--to", "设计部", "--due", "2026-10-25")
    answer(desk)
    assert "设计部" in desk.run("problem", "close", "QP1", code=3).stderr
    desk.run("problem", "answer", "QP1", "--department", "设计部", "--cause", "a", "--measure", "b")
    desk.run("problem", "close", "QP1", code=3)  # nobody has verified it
    desk.run("problem", "verify", "QP1", "--solved", "--note", "三周未复发")
    desk.run("problem", "close", "QP1")
    assert desk.json("problem", "show", "QP1")["status"] == "closed"


def test_a_department_is_judged_in_each_round(desk):
    opened(desk)  # on the 20th, due on the 27th
    desk.now = "2026-10-28T09:00:00+08:00"
    assert [f["subject"] for f in desk.findings("quality_overdue")] == ["QP1"]
    answer(desk)
    desk.run("problem", "verify", "QP1", "--not-solved", "--note", "又坏")
    answer(desk)
    (asked,) = desk.json("problem", "show", "QP1")["departments"]
    assert asked["in_time"] is True
    assert len(desk.findings("quality_overdue")) == 1  # the first round was late and stays so
    figures = desk.json("report", "monthly", "--month", "2026-10")["problems"]
    assert figures == {"open": 1, "opened": 1, "answered_in_time": 1, "closed": 0}


def test_an_escalation_opens_a_problem_and_its_settling_answers_it(desk):
    first, second = open_ticket(desk), open_ticket(desk)
    desk.run("ticket", "escalate", first, "--to", "质量部", "--major-quality")
    desk.run("ticket", "escalate", second, "--to", "质量部", "--major-quality", "--problem", "QP1")
    desk.run("ticket", "escalate", second, "--to", "设计部", "--major-quality", "--problem", "QP1")
    shown = desk.json("problem", "show", "QP1")
    assert (shown["tickets"], [one["department"] for one in shown["departments"]]) == (
        [first, second],
        ["质量部", "设计部"],
    )
    desk.run("ticket", "settle-escalation", first, "--note", "批次已召回")
    asked = {one["department"]: one["measure"] for one in desk.json("problem", "show", "QP1")["departments"]}
    assert asked == {"质量部": "批次已召回", "设计部": None}
    row = desk.json("report", "projects", "--month", "2026-10")["major_quality"][0]
    assert (row["problem"], row["departments"], row["answer"]) == ("QP1", ["质量部", "设计部"], "质量部: 批次已召回")
    assert (row["answered_at"], row["closed_at"]) == (None, None)


def repaired(desk, cause, day):
    ticket = open_ticket(desk, at=f"2026-10-{day:02d} 08:00", product="VMC")
    dispatch = send(desk, ticket, "W01", at=f"2026-10-{day:02d} 09:00")
    travel(desk, dispatch, depart=f"2026-10-{day:02d} 10:00", arrive=f"2026-10-{day:02d} 12:00")
    desk.run(
        "service-report",
        "file",
        dispatch,
        "--fault-cause",
        cause,
        "--solution",
        "换",
        "--at",
        f"2026-10-{day:02d} 20:00",
    )
    return ticket


def suggested(desk):
    return [row["next"] for row in desk.json("status") if row["step"] == "problem_cluster"]


def test_three_repairs_for_one_cause_are_suggested_and_never_opened(desk):
    first = [repaired(desk, cause, day) for cause, day in (("滤网堵塞", 2), ("滤网堵塞 ", 4), ("滤网堵", 6))]
    assert suggested(desk) == []
    desk.run("cause", "alias", "滤网堵", "=", "滤网堵塞")
    (line,) = suggested(desk)
    assert line[:4] == ["svcdesk", "problem", "open", "--ticket"]
    assert desk.json("problem", "list") == []
    desk.run(*[{"TEXT": "滤网易堵"}.get(word, word) for word in line[1:]])
    assert desk.json("problem", "show", "QP1")["tickets"] == first
    assert suggested(desk) == []
    fourth = repaired(desk, "滤网堵塞", 8)
    assert suggested(desk) == [["svcdesk", "problem", "join", "QP1", "--ticket", fourth]]


def test_a_sentence_names_no_more_tickets_than_anybody_reads(desk, monkeypatch):
    monkeypatch.setattr("svcdesk.month.problems._NAMED", 2)
    tickets = [repaired(desk, "滤网堵塞", day) for day in (2, 4, 6)]
    (text,) = [row["text"] for row in desk.json("status") if row["step"] == "problem_cluster"]
    assert f"{tickets[0]}, {tickets[1]}, …" in text and tickets[2] not in text
    (line,) = suggested(desk)
    assert [word for word in line if word in tickets] == tickets


def test_problems_go_out_and_come_back(rehearsed_copy, tmp_path):
    desk = rehearsed_copy
    desk.run("problem", "open", "--ticket", "T1", "--summary", "没有转部门的")
    for step in (("answer", "QP1", "--department", "quality", "--cause", "a", "--measure", "b"),
                 ("verify", "QP1", "--not-solved", "--note", "x"), ("send", "QP1", "--to", "设计部")):  # fmt: skip
        desk.run("problem", *step)
    other = new_ledger(InProcess(tmp_path))
    other.now = desk.now
    for table in ("staff", "customers", "contracts", "tickets", "problems", "escalations"):
        path = tmp_path / f"{table}.csv"
        path.write_text(desk.run("export", table, "--reveal").stdout, encoding="utf-8")
        other.run("import", table, path)
    for table in ("problems", "escalations"):
        assert other.run("export", table, "--reveal").stdout == (tmp_path / f"{table}.csv").read_text("utf-8")
    for number in ("QP1", "QP2"):
        assert other.json("problem", "show", number) == desk.json("problem", "show", number)
    assert other.json("problem", "show", "QP2")["departments"] == []
    other.run("ledger", "verify")
