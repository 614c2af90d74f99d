"""report late-entries: everything of a month that was typed late, with both times, who, and what it changed."""

from conftest import open_ticket, send, travel


def late(desk, *columns, month="2026-10"):
    rows = desk.json("report", "late-entries", "--month", month)
    return [tuple(row[name] for name in columns) for row in rows]


def test_what_is_typed_in_time_is_not_listed(desk):
    desk.now = "2026-10-06T09:00:00+08:00"
    ticket = open_ticket(desk, at="2026-10-05 09:00:00")  # 24 hours, to the second
    desk.run("ticket", "answer", ticket, "--at", "2026-10-05 10:00")
    assert late(desk, "fact") == []
    open_ticket(desk, at="2026-10-05 08:59:59")
    assert late(desk, "record", "fact", "happened_at", "recorded_at", "actor", "command") == [
        ("T2", "received_at", "2026-10-05T08:59:59+08:00", "2026-10-06T09:00:00+08:00", "tester", "ticket open")
    ]


def test_what_is_typed_after_its_deadline_is_listed_within_the_hours_too(desk):
    desk.now = "2026-10-05T09:00:00+08:00"
    open_ticket(desk)
    desk.now = "2026-10-06T09:30:00+08:00"
    desk.run("ticket", "answer", "T1", "--at", "2026-10-06 09:00", "--by", "A01")
    (row,) = desk.json("report", "late-entries", "--month", "2026-10")
    assert (row["record"], row["fact"], row["deadline"]) == ("T1", "answered_at", "2026-10-06T09:00:00+08:00")
    assert row["findings"] == [{"clause": "answer_overdue", "subject": "T1", "engineer": None}]


def test_each_late_entry_names_the_finding_that_it_defeats(desk):
    desk.now = "2026-10-05T08:00:00+08:00"
    ticket = open_ticket(desk, on_site_by="2026-10-05 13:00")
    desk.run("ticket", "answer", ticket, "--by", "A01")
    dispatch = send(desk, ticket, "W01")
    desk.now = "2026-10-08T08:00:00+08:00"
    travel(desk, dispatch, depart="2026-10-05 09:00", arrive="2026-10-05 12:00", leave="2026-10-05 17:00")
    travel(desk, dispatch, callback="2026-10-05 16:00")
    assert late(desk, "record", "engineer", "fact", "findings") == [
        ("D1", "W01", "departed_at", []),
        ("D1", "W01", "arrived_at", [{"clause": "late_on_site", "subject": "D1", "engineer": "W01"}]),
        ("D1", "W01", "left_at", []),
        ("D1", "W01", "callback_at", [{"clause": "no_callback", "subject": "D1", "engineer": "W01"}]),
    ]
    said = desk.run("report", "late-entries", "--month", "2026-10", "-f", "plain").stdout
    assert "2026-10-05 16:00" in said and "2026-10-08 08:00" in said and "no callback" in said


def test_what_moved_figures_that_were_handed_in_says_which(desk):
    desk.now = "2026-10-05T09:00:00+08:00"
    open_ticket(desk)
    desk.run("ticket", "answer", "T1", "--by", "A01")
    desk.now = "2026-11-02T09:00:00+08:00"
    desk.run("report", "submit", "monthly", "--month", "2026-10", "--to", "企管室")
    desk.run(
        "contact", "log", "--customer", "江南机床", "--channel", "call", "--summary", "x", "--at", "2026-10-30 09:00"
    )
    ((fact, figures, accepted),) = late(desk, "fact", "figures", "accepted")
    assert (fact, figures, accepted) == ("contact", [["service", "contacts"]], False)


def test_it_is_of_the_month_in_which_the_fact_happened(desk):
    desk.now = "2026-11-02T09:00:00+08:00"
    open_ticket(desk, at="2026-10-31 23:59:59")
    open_ticket(desk, at="2026-11-01 00:00:00")
    assert late(desk, "record") == [("T1",)]
    assert late(desk, "record", month="2026-11") == [("T2",)]
