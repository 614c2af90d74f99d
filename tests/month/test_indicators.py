"""The figures of service: each with its numerator and denominator, edges included."""

import re

import pytest
from conftest import at, basis_at, open_ticket, send, travel
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.month.indicators import percentile
from svcdesk.rules import is_repeat

HAN = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [
        ([], 50, None), ([3], 50, 3), ([3], 90, 3), ([1, 2], 50, 1), ([1, 2, 3], 50, 2), ([1, 2, 3, 4], 50, 2),
        (range(1, 11), 90, 9), (range(1, 12), 90, 10), ([5, 1, 9], 90, 9), (range(1, 101), 90, 90), ([2, 2, 2], 50, 2),
    ],
)  # fmt: skip
def test_percentile_is_the_nearest_rank(values, percent, found):
    assert percentile(list(values), percent) == found


@given(st.lists(st.integers(0, 10**6), min_size=1), st.sampled_from([50, 90]))
def test_so_many_do_not_exceed_it_and_fewer_would_not_do(values, percent):
    found = percentile(values, percent)
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)


@pytest.mark.parametrize(
    ("received", "policy", "repeat"),
    [
        ("2026-12-30 12:00:00", (), True),  # 90 days to the second
        ("2026-12-30 12:00:01", (), False),
        ("2026-10-01 12:00:00", (), True),
        ("2026-10-11 12:00:00", ("repeat.window_days", "10", "2026-01-01"), True),
        ("2026-10-11 12:00:01", ("repeat.window_days", "10", "2026-01-01"), False),
        ("2026-10-11 12:00:01", ("repeat.window_days", "10", "2026-10-02"), True),  # the closing's own policy counts
    ],
)
def test_a_repeat_falls_in_the_window_after_the_closing(received, policy, repeat):
    from datetime import date

    rows = [(policy[0], policy[1], date.fromisoformat(policy[2]))] if policy else []
    basis = basis_at("2027-06-01 09:00", *rows)
    assert is_repeat(at(received), at("2026-10-01 12:00:00"), basis) is repeat


def test_a_repair_not_closed_yet_is_repeated_all_the_same():
    assert is_repeat(at("2026-10-01 12:00:00"), None, basis_at("2026-10-02 09:00"))


def figures(desk, month="2026-10"):
    return {row["figure"]: row for row in desk.json("report", "monthly", "--month", month)["quality"]}


def counts(figure):
    return figure["numerator"], figure["denominator"]


def test_a_month_without_anything_divides_by_nothing(desk):
    desk.now = "2026-11-03T09:00:00+08:00"
    found = figures(desk)
    assert {row["value"] for row in found.values()} == {None}
    assert {row["denominator"] for row in found.values()} == {0}


def test_answers_and_their_times(desk):
    desk.now = "2026-11-01T12:00:00+08:00"
    for received, answered in (
        ("2026-10-01 00:00:00", "2026-10-02 00:00:00"),  # in time to the second
        ("2026-10-02 08:00:00", "2026-10-03 08:00:01"),
        ("2026-10-03 08:00:00", "2026-10-03 09:00:00"),
        ("2026-10-31 11:59:59", None),  # overdue by a second
        ("2026-10-31 12:00:00", None),  # can still be answered
    ):
        ticket = open_ticket(desk, at=received)
        if answered:
            desk.run("ticket", "answer", ticket, "--at", answered)
    desk.run("ticket", "cancel", open_ticket(desk, at="2026-10-05 09:00"), "--reason", "x", "--at", "2026-10-05 10:00")
    found = figures(desk)
    assert counts(found["answered_in_time"]) == (2, 4)
    assert (found["response_median"]["value"], found["response_median"]["denominator"]) == (24.0, 3)
    assert found["response_p90"]["value"] == round(24 + 1 / 3600, 4)


def test_arrivals_are_judged_by_the_customers_time(desk):
    desk.now = "2026-11-03T09:00:00+08:00"
    for due, arrived in (
        ("2026-10-06 12:00", "2026-10-06 12:00:00"),
        ("2026-10-06 12:00", "2026-10-06 12:00:01"),
        ("2026-10-31 23:00", "2026-11-01 00:00:00"),  # a finding of November, and so counted there
        ("2026-10-20 12:00", None),
        ("2026-11-20 12:00", None),  # not due yet
        (None, "2026-10-06 12:00"),  # no time was set
    ):
        ticket = open_ticket(desk, at="2026-10-05 09:00", **({"on_site_by": due} if due else {}))
        dispatch = send(desk, ticket, "W01", at="2026-10-05 10:00")
        if arrived:
            travel(desk, dispatch, depart="2026-10-06 08:00", arrive=arrived)
    assert counts(figures(desk)["on_time_arrival"]) == (1, 3)
    assert counts(figures(desk, "2026-11")["on_time_arrival"]) == (0, 1)


def test_first_time_fix_is_provisional_until_the_window_ends(desk):
    desk.now = "2026-11-03T09:00:00+08:00"
    for _ in range(3):
        ticket = open_ticket(desk, at="2026-10-05 09:00")
        desk.run("ticket", "answer", ticket, "--at", "2026-10-05 10:00")
        desk.run("ticket", "close", ticket, "--resolution", "x", "--at", "2026-10-06 09:00")
    open_ticket(desk, "consultation", at="2026-10-05 09:00")
    found = figures(desk)
    assert counts(found["first_time_fix"]) == (3, 3)
    assert found["first_time_fix"]["provisional_until"] == "2027-01-04"
    desk.run("ticket", "reopen", "T1", "--reason", "x")
    open_ticket(desk, at="2026-11-01 09:00", repeat_of="T2")
    assert counts(figures(desk)["first_time_fix"]) == (1, 3)
    assert counts(figures(desk, "2026-11")["repeat_repairs"]) == (1, 1)
    desk.now = "2027-02-03T09:00:00+08:00"
    assert figures(desk)["first_time_fix"]["provisional_until"] is None


def test_surveys_complaints_and_reports(desk):
    desk.now = "2026-11-08T09:00:00+08:00"
    for day in (5, 6):
        ticket = open_ticket(desk, at=f"2026-10-0{day} 09:00")
        dispatch = send(desk, ticket, "W01", at=f"2026-10-0{day} 10:00")
        travel(desk, dispatch, depart=f"2026-10-0{day} 10:00", arrive=f"2026-10-0{day} 12:00",
               callback=f"2026-10-0{day} 13:00", leave=f"2026-10-0{day} 14:00", return_=f"2026-10-0{day} 20:00")  # fmt: skip
    told = ("--fault-cause", "x", "--solution", "x", "--no-parts", "--customer-opinion", "x")
    desk.run("service-report", "file", "D1", "--by", "W01", *told, "--at", "2026-10-08 23:59:59")
    desk.run("service-report", "file", "D2", "--by", "W01", *told, "--at", "2026-10-10 00:00:00")  # a second late
    desk.run("survey", "add", "T1", "--score", "4", "--at", "2026-10-09 09:00")
    desk.run("ticket", "close", "T1", "--resolution", "x", "--at", "2026-10-12 09:00")
    desk.run("ticket", "close", "T2", "--resolution", "x", "--no-survey", "拒填", "--at", "2026-10-12 09:00")
    for finding in (("upheld", "--cause", "other"), ("not_upheld",)):
        number = desk.json("complaint", "open", "--channel", "call", "--complainant", "孙工", "--summary", "x",
                           "--about", "W01", "--at", "2026-10-15 09:00")["id"]  # fmt: skip
        desk.run("complaint", "assign", number, "--department", "质量", "--by", "M01", "--at", "2026-10-15 10:00")
        desk.run("complaint", "investigate", number, "--note", "x", "--at", "2026-10-16 10:00")
        desk.run("complaint", "decide", number, "--finding", *finding, "--by", "M01", "--at", "2026-10-17 10:00")
    found = figures(desk)
    assert counts(found["reports_complete"]) == (1, 2)
    assert counts(found["survey_coverage"]) == (1, 2)
    assert (counts(found["mean_score"]), found["mean_score"]["value"]) == ((4, 1), 4.0)
    assert (counts(found["complaints"]), found["complaints"]["value"]) == ((2, 2), 100.0)
    assert counts(found["complaints_upheld"]) == (1, 2)


def test_the_backlog_is_by_age_at_the_months_end(desk):
    desk.now = "2026-11-20T09:00:00+08:00"
    for received in ("2026-10-31 00:00:01", "2026-10-31 00:00:00", "2026-10-25 00:00:01", "2026-10-02 00:00:01",
                     "2026-10-02 00:00:00", "2026-11-01 00:00:00"):  # fmt: skip
        open_ticket(desk, at=received)
    gone = open_ticket(desk, at="2026-10-20 09:00")
    desk.run("ticket", "cancel", gone, "--reason", "x", "--at", "2026-11-01 00:00:00")  # open at the month's end
    desk.run("ticket", "cancel", open_ticket(desk, at="2026-10-20 09:00"), "--reason", "x", "--at", "2026-10-31 23:59")
    backlog = {row["age"]: row["tickets"] for row in desk.json("report", "monthly", "--month", "2026-10")["backlog"]}
    assert backlog == {"day": 1, "week": 2, "month": 2, "older": 1}


def test_entry_lag_is_from_receipt_to_typing(desk):
    desk.now = "2026-10-10T09:00:00+08:00"
    open_ticket(desk, at="2026-10-10 08:00")
    open_ticket(desk, at="2026-10-09 09:00")
    open_ticket(desk, at="2026-10-09 08:59:59")
    desk.now = "2026-10-20T09:00:00+08:00"
    desk.run("ticket", "note", "T1", "later changes are no entry of it")
    found = figures(desk)
    assert counts(found["entered_within_day"]) == (2, 3)
    assert found["entry_lag_median"]["value"] == 24.0


def test_the_median_of_two_is_their_mean(desk):
    for ticket, hours in (("T1", "10:00"), ("T2", "2026-10-06 08:00")):
        open_ticket(desk, at="2026-10-05 09:00")
        desk.run("ticket", "answer", ticket, "--at", f"2026-10-05 {hours}" if len(hours) == 5 else hours)
    rows = {row["figure"]: row for row in desk.json("report", "monthly", "--month", "2026-10")["quality"]}
    assert rows["response_median"]["value"] == 12.0  # of 1 h and 23 h
    assert rows["response_p90"]["value"] == 23.0


def test_every_figure_says_how_it_is_worked_out_in_both_languages(desk):
    desk.language = "zh"
    for row in desk.json("report", "monthly", "--month", "2026-10")["quality"]:
        assert HAN.search(row["definition"]["zh"]) and not HAN.search(row["definition"]["en"])


def test_a_month_before_the_ledger_began_has_no_figures(desk):
    open_ticket(desk, at="2026-10-05 09:00")
    report = desk.json("report", "monthly", "--month", "2026-10")
    assert (report["previous"], report["last_year"]) == (None, None)
    desk.now = "2026-12-03T09:00:00+08:00"
    report = desk.json("report", "monthly", "--month", "2026-12")  # a quiet November lies within the ledger
    assert report["previous"]["lines"][0]["cost"] == "0.00"
