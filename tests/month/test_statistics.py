"""The month (part 5): person days as a pure function, and its figures on a real ledger."""

from datetime import date, timedelta

import pytest
from conftest import SHANGHAI, Desk, InProcess, at, copied, open_ticket, send, travel
from hypothesis import given, settings
from hypothesis import strategies as st

from svcdesk import reports
from svcdesk.periods import month_from, read_period
from svcdesk.reports import Assignment, Travel, person_days
from svcdesk.store import open_ledger


def assignment(number, engineer, first, last, line="dispatch", departed=None, starts_here=True):
    return Assignment(departed or f"{first:02d}", number, number, engineer, line, first, last, starts_here)


@pytest.mark.parametrize(
    ("assignments", "dispatch", "installation"),
    [
        ([], (0, 0, 0), (0, 0, 0)),
        ([assignment(1, 1, 3, 3)], (1, 1, 1), (0, 0, 0)),
        ([assignment(1, 1, 3, 5)], (1, 1, 3), (0, 0, 0)),
        ([assignment(1, 1, 0, 5, starts_here=False)], (1, 0, 6), (0, 0, 0)),  # began in the month before
        (
            [assignment(1, 1, 3, 5), assignment(2, 1, 3, 5, departed="03x")],
            (1, 2, 3),
            (0, 0, 0),
        ),  # one journey, two orders
        ([assignment(1, 1, 3, 5), assignment(2, 1, 5, 6)], (1, 2, 4), (0, 0, 0)),  # they share a day
        ([assignment(1, 1, 3, 5), assignment(2, 1, 6, 6)], (1, 2, 4), (0, 0, 0)),
        ([assignment(1, 1, 3, 9), assignment(2, 1, 5, 6)], (1, 2, 7), (0, 0, 0)),  # one within the other
        ([assignment(1, 1, 3, 5), assignment(2, 2, 3, 5)], (2, 2, 6), (0, 0, 0)),  # two people
        ([assignment(1, 1, 3, 5, "installation"), assignment(2, 1, 5, 6)], (1, 1, 1), (1, 1, 3)),
        ([assignment(2, 1, 3, 5), assignment(1, 1, 5, 6, "installation")], (1, 1, 3), (1, 1, 1)),
        ([assignment(1, 1, 3, 5, "installation"), assignment(2, 1, 4, 5)], (1, 1, 0), (1, 1, 3)),
        ([assignment(1, 1, 3, 2)], (1, 1, 0), (0, 0, 0)),  # departs later than today's last day
    ],
)
def test_person_days(assignments, dispatch, installation):
    for order in (assignments, assignments[::-1]):
        assert person_days(order) == {"installation": Travel(*installation), "dispatch": Travel(*dispatch)}


def slow_person_days(trips, first, last):
    """Each day of each person once, with the journey that departed first: a set of (engineer, day), slowly."""
    taken, found = set(), {"installation": (set(), 0, set()), "dispatch": (set(), 0, set())}
    for _departed, _, engineer, line, start, end in sorted(trips):
        persons, count, days = found[line]
        mine = {(engineer, day) for day in range(start, end + 1)} - taken
        taken |= mine
        here = {(who, day) for who, day in mine if first <= day <= last}
        began = first <= start <= last
        found[line] = (
            persons | {who for who, _ in here} | ({engineer} if began else set()),
            count + began,
            days | here,
        )
    return {line: Travel(len(persons), count, len(days)) for line, (persons, count, days) in found.items()}


trips = st.lists(
    st.builds(
        lambda start, length, hour, engineer, line: (start, hour, engineer, line, start + length),
        st.integers(0, 59), st.integers(0, 40), st.integers(0, 23), st.integers(1, 3),
        st.sampled_from(["installation", "dispatch"]),
    ),
    max_size=9,
).map(
    lambda made: [
        (f"{start:03d}T{hour:02d}", number, engineer, line, start, end)
        for number, (start, hour, engineer, line, end) in enumerate(made)
    ]
)  # fmt: skip

MONTHS = ((0, 30), (31, 59), (60, 99))  # days of a quarter and what comes after


def cut(trips, first, last):
    """The journeys that touch a month, cut at its ends, as the ledger gives them."""
    return [
        Assignment(
            departed, number, number, engineer, line, max(0, start - first), min(last, end) - first, start >= first
        )
        for departed, number, engineer, line, start, end in trips
        if start <= last and end >= first
    ]


@given(trips)
def test_person_days_agree_with_counting_each_day(trips):
    for first, last in MONTHS:
        assert person_days(cut(trips, first, last)) == slow_person_days(trips, first, last)


@given(trips)
def test_the_days_of_the_months_add_up_to_the_days_of_the_whole(trips):
    months = [person_days(cut(trips, first, last)) for first, last in MONTHS]
    whole = person_days(cut(trips, 0, 99))
    for line in whole:
        assert sum(month[line].days for month in months) == whole[line].days
        assert sum(month[line].trips for month in months) == whole[line].trips


@given(trips)
def test_a_person_has_no_more_days_than_the_month(trips):
    first, last = MONTHS[0]
    for engineer in (1, 2, 3):
        mine = [trip for trip in trips if trip[2] == engineer]
        found = person_days(cut(mine, first, last))
        assert sum(line.days for line in found.values()) <= last - first + 1


# On a ledger


def lines_of(desk, month):
    return {line.pop("line"): line for line in desk.json("report", "monthly", "--month", month)["lines"]}


def test_a_trip_over_the_months_end_and_one_not_back(desk):
    desk.now = "2026-11-10T09:00:00+08:00"
    ticket = open_ticket(desk, at="2026-10-20 09:00")
    first = send(desk, ticket, "W01", at="2026-10-20 10:00")
    second = send(desk, ticket, "W02", at="2026-10-20 10:00")
    travel(desk, first, depart="2026-10-31 23:59:59", return_="2026-11-01 00:00:00")
    travel(desk, second, depart="2026-11-01 00:00:00")
    october, november = (lines_of(desk, month)["dispatch"] for month in ("2026-10", "2026-11"))
    assert (october["persons"], october["trips"], october["days"]) == (1, 1, 1)
    assert (november["persons"], november["trips"], november["days"]) == (2, 1, 1 + 10)  # to this very day
    desk.now = "2026-12-05T09:00:00+08:00"
    assert lines_of(desk, "2026-11")["dispatch"]["days"] == 1 + 30  # to the month's end
    assert lines_of(desk, "2026-12")["dispatch"] == {"persons": 1, "trips": 0, "days": 5, "cost": "0.00"}


def test_a_dispatch_cancelled_or_not_departed_counts_nothing(desk):
    ticket = open_ticket(desk)
    send(desk, ticket, "W01")
    cancelled = send(desk, ticket, "W02")
    desk.run("dispatch", "cancel", cancelled, "--reason", "改期")
    assert lines_of(desk, "2026-10")["dispatch"] == {"persons": 0, "trips": 0, "days": 0, "cost": "0.00"}


def test_of_two_that_departed_in_one_second_the_lower_dispatch_has_the_day():
    one = Assignment("2026-10-06T00:00:00Z", 1, 2, 1, "dispatch", 5, 6, True)
    other = Assignment("2026-10-06T00:00:00Z", 2, 1, 1, "installation", 5, 6, True)  # its crew was entered first
    assert person_days([other, one]) == {"installation": Travel(1, 1, 0), "dispatch": Travel(1, 1, 2)}


def test_days_are_the_centres(desk, tmp_path):
    """00:30 at the centre on the 1st is still the 31st in UTC."""
    desk.now = "2026-11-02T09:00:00+08:00"
    ticket = open_ticket(desk, at="2026-10-20 09:00")
    dispatch = send(desk, ticket, "W01", at="2026-10-20 10:00")
    travel(desk, dispatch, depart="2026-11-01 00:30", return_="2026-11-01 07:59")
    assert lines_of(desk, "2026-10")["dispatch"]["trips"] == 0
    assert lines_of(desk, "2026-11")["dispatch"]["days"] == 1


def test_service_figures_go_by_their_own_times(desk):
    desk.now = "2026-11-05T09:00:00+08:00"
    for received, answered, closed in (
        ("2026-09-30 23:59:59", "2026-10-01 00:00:00", "2026-10-31 23:59:59"),  # received before, closed within
        ("2026-10-01 00:00:00", "2026-10-02 00:00:00", "2026-11-01 00:00:00"),  # answered at the last second
        ("2026-10-05 10:00:00", "2026-10-06 10:00:01", None),
        ("2026-10-31 23:59:59", None, None),
        ("2026-11-01 00:00:00", None, None),
    ):
        ticket = open_ticket(desk, "consultation", at=received)
        if answered:
            desk.run("ticket", "answer", ticket, "--at", answered)
        if closed:
            desk.run("ticket", "close", ticket, "--resolution", "x", "--at", closed)
    desk.run("survey", "add", "T1", "--score", "4", "--at", "2026-10-31 23:59:59")
    desk.run("survey", "add", "T2", "--score", "1", "--at", "2026-11-01 00:00")
    assert desk.json("report", "monthly", "--month", "2026-10")["service"] == {
        "contacts": 3, "tickets_opened": 3, "answered_in_time": 1, "answered_late": 1, "unanswered": 1, "closed": 1,
        "surveys": 1, "mean_score": "4.00", "withdrawn": 0,
    }  # fmt: skip


def test_the_due_days_are_of_the_next_month(desk):
    due = desk.json("report", "monthly", "--month", "2026-10")["due"]
    assert due == {"statistics": "2026-11-04", "projects": "2026-11-05"}
    desk.run("policy", "set", "statistics.due_day", "6", "--from", "2026-11-01", "--reason", "x")
    assert desk.json("report", "monthly", "--month", "2026-09")["due"]["statistics"] == "2026-10-04"
    assert desk.json("report", "monthly", "--month", "2026-10")["due"]["statistics"] == "2026-11-06"


def test_a_month_that_has_not_begun_is_refused(desk):
    desk.run("report", "monthly", "--month", "2026-11", code=2)
    desk.now = "2026-11-01T00:00:00+08:00"
    desk.run("report", "monthly", "--month", "2026-11")


def test_without_a_month_it_is_the_one_before(desk):
    desk.now = "2027-01-03T06:00:00+08:00"
    assert desk.json("report", "monthly")["month"] == "2026-12"


CATEGORIES = ("fare", "lodging", "allowance", "local", "material", "freight", "other")
expenses = st.lists(
    st.tuples(
        st.sampled_from(CATEGORIES),
        st.integers(1, 99999),
        st.sampled_from(["2026-09-30", "2026-10-01", "2026-10-15", "2026-10-31"]),
        st.sampled_from(["T1", "T2", "T3", None]),  # installation included, installation not included, repair
        st.sampled_from(["submitted", "approved", "rejected", "falsified"]),
    ),
    max_size=12,
)


@pytest.fixture(scope="session")
def three_tickets(hired, tmp_path_factory):
    desk = copied(hired, tmp_path_factory.mktemp("three"))
    desk.now = "2026-11-02T09:00:00+08:00"
    open_ticket(desk, "installation", "华北钢厂", contract="HT-1", at="2026-09-01 09:00")
    open_ticket(desk, "installation", contract="HT-2", at="2026-09-01 09:00")
    open_ticket(desk, "repair", "华北钢厂", contract="HT-1", at="2026-09-01 09:00")
    return desk


@settings(max_examples=15, deadline=None)
@given(expenses)
def test_the_four_lines_less_the_excluded_are_the_total(three_tickets, tmp_path_factory, expenses):
    """Every expense that counts stands in exactly one line; worked out here anew from part 5."""
    desk = copied(three_tickets, tmp_path_factory.mktemp("lines"), InProcess)
    cost = dict.fromkeys(("installation", "dispatch", "material", "transport"), 0)
    excluded = pending = 0
    for number, (category, fen, day, ticket, status) in enumerate(expenses, 1):
        args = ["--engineer", "W01", "--category", category, "--amount", f"{fen // 100}.{fen % 100:02d}", "--date", day]
        desk.run("expense", "add", *args, *(["--ticket", ticket] if ticket else []))
        if status == "approved":
            desk.run("expense", "approve", f"E{number}", "--override", "x")
        elif status == "rejected":
            desk.run("expense", "reject", f"E{number}", "--reason", "x")
        elif status == "falsified":
            desk.run("expense", "falsified", f"E{number}", "--sanction", "demerit", "--evidence", "x")
        if day.startswith("2026-09") or status in ("rejected", "falsified"):
            continue
        installs = ticket in ("T1", "T2")
        line = {"material": "material", "freight": "transport"}.get(
            category, "installation" if installs else "dispatch"
        )
        cost[line] += fen
        excluded += fen if line == "installation" and ticket == "T1" else 0
        pending += fen if status == "submitted" else 0
    report = desk.json("report", "monthly", "--month", "2026-10")
    found = {line["line"]: round(float(line["cost"]) * 100) for line in report["lines"]}
    total = found.pop("total")
    assert found == cost
    assert total == sum(cost.values()) - excluded
    assert round(float(report["lines"][-1]["excluded"]) * 100) == excluded
    assert round(float(report["pending_cost"]) * 100) == pending
    rows = desk.csv("report", "monthly", "--month", "2026-10")
    assert [row["cost"] for row in rows] == [line["cost"] for line in report["lines"]]


@settings(max_examples=8, deadline=None)
@given(trips.filter(lambda made: len(made) <= 5))
def test_the_months_of_a_ledger_agree_with_counting_each_day(hired, tmp_path_factory, trips):
    """The same journeys, told to a ledger: September, October and November against the slow count."""
    desk: Desk = copied(hired, tmp_path_factory.mktemp("assignments"), InProcess)
    desk.now = "2027-03-01T09:00:00+08:00"
    start_of_all = date(2026, 9, 1)
    tickets = {
        "installation": open_ticket(desk, "installation", at="2026-08-01 09:00"),
        "dispatch": open_ticket(desk, at="2026-08-01 09:00"),
    }
    for departed, _, engineer, line, start, end in trips:
        dispatch = send(desk, tickets[line], f"W0{engineer}", at="2026-08-01 10:00")
        leaves = f"{start_of_all + timedelta(days=start)} {departed[4:]}:00"
        travel(desk, dispatch, depart=leaves, return_=f"{start_of_all + timedelta(days=end)} 23:59:59")
    firsts = (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1))
    ledger = open_ledger(desk.ledger)
    months = [month_from(first, SHANGHAI) for first in firsts]
    whole = [read_period(typed, at("2027-03-01"), SHANGHAI) for typed in ({"quarter": "2026-Q4"}, {"year": "2026"})]
    for period in (*months, *whole):
        first, after = period.first, period.after
        found = person_days(reports.assignments(ledger, period, period.end + timedelta(days=200)))
        days = (first - start_of_all).days, (after - start_of_all).days - 1
        assert found == slow_person_days(trips, *days)
    ledger.close()


def test_the_form_tells_the_year_so_far_beside_the_month(desk):
    add = ("expense", "add", "--engineer", "W01", "--category", "material", "--note", "x")
    for day, amount in (("2026-08-05", "1000"), ("2026-09-05", "250.50"), ("2025-12-31", "7")):
        desk.run(*add, "--date", day, "--amount", amount, "--invoice", day)
    said = desk.run("report", "monthly", "--month", "2026-09", "-f", "plain").stdout
    line = next(line for line in said.splitlines() if line.startswith("Material"))
    assert line.split()[1:3] == ["250.50", "1250.50"]
    page = desk.folder / "form.html"
    desk.run("report", "monthly", "--month", "2026-09", "-o", page)
    head = page.read_text("utf-8").partition('class="annex"')[0]
    assert "1,250.50" in head and "seal" in head and "CS-1" in head
