"""Which tickets need a survey (policy survey.of), calls about a complaint, and how content the complainant is (S3 7, 8.3)."""

import pytest
from conftest import open_ticket, send, travel


def coverage(desk):
    quality = desk.json("report", "monthly", "--month", "2026-10")["quality"]
    [row] = [row for row in quality if row["figure"] == "survey_coverage"]
    return row["numerator"], row["denominator"]


def on_the_telephone(desk, **options):
    ticket = open_ticket(desk, "consultation", at="2026-10-10 09:00")
    desk.run("ticket", "answer", ticket, "--at", "2026-10-10 09:05")
    return ticket


@pytest.mark.parametrize(("since", "code"), [("2026-10-20", 3), ("2026-10-21", 0)])
def test_every_ticket_needs_a_survey_from_the_day_on_which_the_policy_says_so(desk, since, code):
    ticket = on_the_telephone(desk)
    desk.run("policy", "set", "survey.of", "all", "--from", since, "--reason", "S3 8.3")
    done = desk.run("ticket", "close", ticket, "--resolution", "x", "--at", "2026-10-20 09:00", code=code)
    assert ("3.7" in done.stderr) == (code == 3)


@pytest.mark.parametrize("mended", [("survey", "add", "{}", "--score", "5"), None])
def test_a_survey_or_a_reason_closes_it(desk, mended):
    desk.run("policy", "set", "survey.of", "all", "--from", "2026-10-01", "--reason", "x")
    ticket = on_the_telephone(desk)
    if mended:
        desk.run(*(word.format(ticket) for word in mended), "--at", "2026-10-11 09:00")
    why = () if mended else ("--no-survey", "客户不愿填写")
    desk.run("ticket", "close", ticket, "--resolution", "x", *why, "--at", "2026-10-12 09:00")
    assert coverage(desk) == ((1, 1) if mended else (0, 1))


def test_the_share_counts_what_needed_one_when_it_was_closed(desk):
    for day in ("11", "13"):
        ticket = on_the_telephone(desk)
        desk.run("survey", "add", ticket, "--score", "5", "--at", f"2026-10-{day} 08:00")
        desk.run("ticket", "close", ticket, "--resolution", "x", "--at", f"2026-10-{day} 09:00")
    visited = open_ticket(desk, at="2026-10-10 09:00")
    desk.run("ticket", "answer", visited, "--at", "2026-10-10 09:05")
    travel(desk, send(desk, visited, "W01", at="2026-10-10 10:00"), depart="2026-10-10 11:00", arrive="2026-10-10 15:00",
           callback="2026-10-10 16:00", leave="2026-10-10 16:30", return_="2026-10-10 20:00")  # fmt: skip
    desk.run("service-report", "file", "D1", "--by", "W01", "--fault-cause", "a", "--solution", "b", "--no-parts",
             "--customer-opinion", "c", "--at", "2026-10-11 09:00")  # fmt: skip
    desk.run("ticket", "close", visited, "--resolution", "x", "--no-survey", "拒填", "--at", "2026-10-12 09:00")
    assert coverage(desk) == (0, 1)
    desk.run("policy", "set", "survey.of", "all", "--from", "2026-10-12", "--reason", "x")
    assert coverage(desk) == (1, 2)
    desk.run("policy", "set", "survey.of", "all", "--from", "2026-10-01", "--reason", "x")
    assert coverage(desk) == (2, 3)


def told(desk, cause="other"):
    """A complaint that was decided and made good, to be fed back."""
    desk.run(
        "complaint", "open", "--channel", "call", "--complainant", "周工", "--summary", "x", "--at", "2026-10-10 09:00"
    )
    desk.run("complaint", "assign", "C1", "--department", "技术支持部", "--by", "M01", "--at", "2026-10-10 10:00")
    desk.run("complaint", "investigate", "C1", "--note", "x", "--at", "2026-10-11 10:00")
    desk.run("complaint", "decide", "C1", "--finding", "not_upheld", "--at", "2026-10-12 10:00")
    return desk


@pytest.mark.parametrize(
    ("given", "status", "round_", "score"),
    [
        (("--satisfied", "--score", "5"), "fed_back", 1, 5),
        (("--satisfied", "--score", "1"), "fed_back", 1, 1),  # what somebody says goes before the number
        (("--unsatisfied", "--score", "4"), "assigned", 2, 4),
        (("--satisfied",), "fed_back", 1, None),
        (("--score", "3"), "fed_back", 1, 3),  # followup.score is 2
        (("--score", "2"), "assigned", 2, 2),
    ],
)
def test_how_content_the_complainant_is(desk, given, status, round_, score):
    told(desk).run("complaint", "feedback", "C1", *given, "--at", "2026-10-13 10:00")
    shown = desk.json("complaint", "show", "C1")
    assert (shown["status"], shown["round"], shown["score"]) == (status, round_, score)
    assert shown["steps"][-1].get("score") == score


@pytest.mark.parametrize(
    "given", [(), ("--satisfied", "--unsatisfied", "--score", "3"), ("--score", "0"), ("--score", "6")]
)
def test_feedback_that_says_nothing_or_too_much(desk, given):
    told(desk).run("complaint", "feedback", "C1", *given, code=2)


def test_a_call_about_a_complaint_is_found_by_it(desk):
    told(desk)
    desk.run("contact", "log", "--customer", "江南机床", "--channel", "call", "--summary", "追问", "--complaint", "c1")
    assert [row["summary"] for row in desk.json("contact", "list", "--complaint", "C1")] == ["x", "追问"]
    desk.run(
        "contact",
        "log",
        "--customer",
        "江南机床",
        "--channel",
        "call",
        "--summary",
        "追问",
        "--complaint",
        "C9",
        code=4,
    )
