"""Nothing that is worked out depends on the order in which the facts were typed (3.4)."""

import json

from conftest import InProcess, copied, open_ticket, send
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def test_an_arrival_typed_after_a_later_reply_is_the_answer(desk):
    ticket = open_ticket(desk, at="2026-10-01 09:00")
    dispatch = send(desk, ticket, "W01", at="2026-10-01 10:00")
    desk.run("dispatch", "depart", dispatch, "--at", "2026-10-01 11:00")
    desk.run("ticket", "answer", ticket, "--at", "2026-10-02 15:00")
    desk.run("dispatch", "arrive", dispatch, "--at", "2026-10-01 18:00")
    shown = desk.json("ticket", "show", ticket)
    assert (shown["answered_at"][5:16], shown["answered_by"], shown["answered_in_time"]) == ("10-01T18:00", "W01", True)
    assert desk.findings("answer_overdue") == []
    desk.run("undo", "--yes")
    assert desk.json("ticket", "show", ticket)["answered_at"][5:16] == "10-02T15:00"


def test_an_arrival_answers_again_once_the_earlier_reply_is_taken_back(desk):
    ticket = open_ticket(desk, at="2026-10-05 09:00")
    desk.run("ticket", "answer", ticket, "--at", "2026-10-06 08:00", "--by", "A01")
    entry = desk.json("ledger", "log")[-1]["entry"]
    dispatch = send(desk, ticket, "W01", "W02", at="2026-10-05 10:00")
    desk.run("dispatch", "depart", dispatch, "--at", "2026-10-05 11:00")
    desk.run("dispatch", "arrive", dispatch, "--engineer", "W01", "--at", "2026-10-07 12:00")
    desk.run("dispatch", "arrive", dispatch, "--engineer", "W02", "--at", "2026-10-07 10:00")
    desk.run("undo", entry, "--yes")
    shown = desk.json("ticket", "show", ticket)
    assert (shown["status"], shown["answered_at"][5:16], shown["answered_by"]) == ("answered", "10-07T10:00", "W02")


def test_a_reply_taken_back_leaves_an_arrival_that_was_put_right_meanwhile(desk):
    ticket = open_ticket(desk, at="2026-10-05 09:00")
    dispatch = send(desk, ticket, "W01", at="2026-10-05 10:00")
    desk.run("dispatch", "depart", dispatch, "--at", "2026-10-05 11:00")
    desk.run("dispatch", "arrive", dispatch, "--at", "2026-10-06 12:00")
    desk.run("ticket", "answer", ticket, "--at", "2026-10-05 12:00", "--by", "A01")
    entry = desk.json("ledger", "log")[-1]["entry"]
    desk.run("amend", dispatch, "arrived_at=2026-10-06 15:00", "--reason", "听错")
    desk.run("undo", entry, "--yes")
    assert desk.json("ticket", "show", ticket)["answered_at"][5:16] == "10-06T15:00"


def test_an_appointment_made_earlier_never_replaces_a_later_one(desk):
    ticket = open_ticket(desk, at="2026-10-05 09:00", on_site_by="2026-10-08 09:00")
    appoint = ("ticket", "appoint", ticket, "--asked-by", "customer")
    desk.run(*appoint, "--on-site-by", "2026-10-10 09:00", "--at", "2026-10-07 09:00")
    said = desk.run(*appoint, "--on-site-by", "2026-10-09 09:00", "--at", "2026-10-06 09:00").stderr
    assert "2026-10-10 09:00" in said
    assert desk.json("ticket", "show", ticket)["on_site_by"][5:16] == "10-10T09:00"
    made = [(row["on_site_by"][5:10], row["previous"][5:10]) for row in desk.csv("export", "appointments")[1:]]
    assert made == [("10-10", "10-09"), ("10-09", "10-08")]


def test_a_reopened_ticket_keeps_its_first_answer_and_is_answered_again(desk):
    ticket = open_ticket(desk, "consultation", at="2026-10-05 09:00")
    desk.run("ticket", "answer", ticket, "--at", "2026-10-05 10:00")
    desk.run("ticket", "close", ticket, "--resolution", "x", "--at", "2026-10-05 11:00")
    before = desk.json("report", "monthly", "--month", "2026-10")["service"]["contacts"]
    desk.run("ticket", "reopen", ticket, "--reason", "又问", "--channel", "letter", "--at", "2026-10-06 09:00")
    assert desk.json("report", "monthly", "--month", "2026-10")["service"]["contacts"] == before + 1
    assert desk.json("contact", "list")[-1]["channel"] == "letter"
    shown = desk.json("ticket", "show", ticket)
    assert (shown["status"], shown["answered_at"][5:16]) == ("open", "10-05T10:00")
    desk.run("ticket", "close", ticket, "--resolution", "x", code=3)
    assert [finding["subject"] for finding in desk.findings("answer_overdue")] == [f"{ticket}@1"]
    desk.run("ticket", "answer", ticket, "--at", "2026-10-07 08:00")
    (again,) = desk.json("ticket", "show", ticket)["reanswers"]
    assert (again["due"][5:16], again["answered_at"][5:16], again["in_time"]) == ("10-07T09:00", "10-07T08:00", True)
    assert desk.findings("answer_overdue") == []
    desk.run("ticket", "close", ticket, "--resolution", "x", "--at", "2026-10-07 09:00")


def test_a_dispatch_moved_by_the_customer_is_the_same_whatever_was_typed_first(desk):
    ticket = open_ticket(desk, at="2026-10-05 09:00", on_site_by="2026-10-06 10:00")
    dispatch = send(desk, ticket, "W01", at="2026-10-05 12:00")
    desk.run("dispatch", "depart", dispatch, "--at", "2026-10-05 13:00")
    desk.run("dispatch", "arrive", dispatch, "--at", "2026-10-06 12:00")
    assert desk.json("dispatch", "show", dispatch)["crew"][0]["late_minutes"] == 120
    desk.run("ticket", "appoint", ticket, "--on-site-by", "2026-10-06 14:00", "--asked-by", "customer",
             "--at", "2026-10-06 09:00")  # fmt: skip
    assert desk.json("dispatch", "show", dispatch)["crew"][0]["late_minutes"] == 0


# One desk: every fact with its own time, and which must have been typed before it.
FACTS = {
    "reply": ("ticket answer T1 --at 2026-10-06T15:00",),
    "earlier reply": ("ticket answer T1 --at 2026-10-05T22:00",),
    "appoint": ("ticket appoint T1 --on-site-by 2026-10-07T10:00 --asked-by customer --at 2026-10-05T11:00",),
    "appoint again": ("ticket appoint T1 --on-site-by 2026-10-07T12:00 --asked-by customer --at 2026-10-06T09:00",),
    "we ask": ("ticket appoint T1 --on-site-by 2026-10-09T10:00 --asked-by us --at 2026-10-05T20:00",),
    "steps": (
        "dispatch depart D1 --at 2026-10-05T19:00",
        "dispatch arrive D1 --engineer W01 --at 2026-10-05T23:00",
        "dispatch arrive D1 --engineer W02 --at 2026-10-06T11:00",
        "dispatch callback D1 --at 2026-10-06T16:00", "dispatch leave D1 --at 2026-10-06T17:00",
    ),
    "second": ("dispatch depart D2 --at 2026-10-06T20:00", "dispatch arrive D2 --at 2026-10-07T11:30"),
}  # fmt: skip
TELLING = ("status", "answered_at", "answered_by", "answered_in_time", "on_site_by")


def told(desk):
    ticket = desk.json("ticket", "show", "T1")
    dispatches = [{**row, "crew": row["crew"]} for row in desk.json("dispatch", "list")]
    appointments = sorted(
        (row["at"], row["on_site_by"], row["moved"], row["previous"]) for row in desk.csv("export", "appointments")
    )
    month = desk.json("report", "monthly", "--month", "2026-10")
    return json.dumps(
        [
            {name: ticket[name] for name in TELLING}, dispatches, appointments, desk.findings(),
            [month["lines"], month["service"], month["penalties"]],
        ],
        ensure_ascii=False,
    )  # fmt: skip


def play(hired, folder, order):
    desk = copied(hired, folder, InProcess)
    open_ticket(desk, at="2026-10-05 09:00", on_site_by="2026-10-06 10:00")
    send(desk, "T1", "W01", "W02", at="2026-10-05 12:00")
    send(desk, "T1", "W03", at="2026-10-06 13:00", due="2026-10-07 09:00")
    for name in order:
        for line in FACTS[name]:
            assert desk.finished(line.split()).returncode in (0, 3)  # a reply after the first is none
    return desk


@given(st.permutations(list(FACTS)))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_typing_changes_nothing(hired, tmp_path_factory, order):
    first = play(hired, tmp_path_factory.mktemp("first"), FACTS)
    other = play(hired, tmp_path_factory.mktemp("other"), order)
    assert told(other) == told(first)
    other.run("ledger", "verify")
