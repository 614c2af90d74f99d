"""Fines that stand are one definition for the month and the staff report."""

from conftest import open_ticket, send, travel


def fines(desk):
    month = desk.json("report", "monthly", "--month", "2026-10")["penalties"]["fines"]
    staff = {row["engineer"]: row["fines"] for row in desk.json("report", "staff", "--month", "2026-10")["staff"]}
    return month, staff.get("W01")


def test_a_fine_whose_facts_changed_stands_nowhere_until_somebody_confirms_it(desk):
    dispatch = send(desk, open_ticket(desk, at="2026-10-05 09:00"), "W01", at="2026-10-05 10:00")
    travel(desk, dispatch, depart="2026-10-05 11:00", arrive="2026-10-05 15:00", leave="2026-10-05 18:00")
    assert fines(desk) == ("0.00", "0.00")  # found, and not recorded yet
    desk.run("penalty", "check", "--month", "2026-10", "--record")
    assert fines(desk) == ("50.00", "50.00")
    desk.run("dispatch", "callback", dispatch, "--at", "2026-10-05 17:30")
    assert fines(desk) == ("0.00", "0.00")
    desk.run("penalty", "confirm", "P1")
    assert fines(desk) == ("50.00", "50.00")
    desk.run("undo", "--yes")
    desk.run("penalty", "waive", "P1", "--reason", "补记了来电")
    assert fines(desk) == ("0.00", "0.00")


def test_an_honest_fare_of_a_long_journey_matches(desk):
    """4.3: however long ago the journey began, its place is one of the fare's."""
    desk.now = "2026-10-20T09:00:00+08:00"
    for place, sent, customer in (("南京", "2026-06-01 10:00", "江南机床"), ("唐山", "2026-10-10 10:00", "江南机床")):
        ticket = open_ticket(desk, customer=customer, at="2026-06-01 09:00")
        desk.run("ticket", "answer", ticket, "--at", "2026-06-01 09:30")
        travel(desk, send(desk, ticket, "W01", place=place, at=sent), depart=sent)
    claim = ("expense", "add", "--engineer", "W01", "--category", "fare", "--date", "2026-10-12", "--dispatch", "D2")
    made = desk.json(*claim, "--amount", "100", "--from", "南京", "--to", "唐山", "--invoice", "F1")
    assert made["problems"] == []
    assert "0.00" in desk.run(*claim, "--amount", "0.00", "--invoice", "F2", code=2).stderr
