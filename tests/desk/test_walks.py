"""Any walk of commands, legal or not: each open ticket on the board once, a ledger that verifies, and undo that leaves the rest
as if what was taken back had never been."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from conftest import copied, open_ticket
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

TABLES = (
    "staff", "customers", "contracts", "contacts", "tickets", "dispatches", "service-reports", "surveys", "complaints",
    "phone-checks", "conduct", "expenses", "penalties", "policy", "appointments", "escalations", "holds", "reopenings",
    "hand-overs",
)  # fmt: skip
START = datetime.fromisoformat("2026-10-12T09:00:00+08:00")


def commands(n):
    """What may be typed about the nth of each kind of record."""
    ticket, dispatch, person, claim = f"T{n}", f"D{n}", f"W0{n}", f"E{n}"
    report = ("--by", person, "--fault-cause", "x", "--solution", "x", "--no-parts", "--customer-opinion", "x")
    spend = ("expense", "add", "--engineer", person, "--category", "other", "--amount", "9", "--date", "today")
    return {
        "open": ("ticket", "open", "--customer", "江南机床", "--kind", "repair", "--channel", "call", "--summary", "x"),
        "answer": ("ticket", "answer", ticket), "answered": ("ticket", "answer", ticket, "--at", "-30h"),
        "hold": ("ticket", "hold", ticket, "--reason", "x"), "resume": ("ticket", "resume", ticket),
        "appoint": ("ticket", "appoint", ticket, "--on-site-by", "2026-10-14 09:00", "--asked-by", "customer"),
        "appointed": ("ticket", "appoint", ticket, "--on-site-by", "2026-10-13", "--asked-by", "us", "--at", "-1h"),
        "escalate": ("ticket", "escalate", ticket, "--to", "hq"), "settle": ("ticket", "settle-escalation", ticket, "--note", "x"),
        "hand": ("ticket", "hand-over", ticket, "--to", "A01", "--note", "x"), "accept": ("ticket", "accept", ticket, "--by", "A01"),
        "send": ("dispatch", "send", ticket, "--engineer", person, "--engineer", "W01", "--place", "南京"),
        "due": ("dispatch", "send", ticket, "--engineer", person, "--place", "唐山", "--due", "+3h"),
        "depart": ("dispatch", "depart", dispatch), "arrive": ("dispatch", "arrive", dispatch),
        "arrived": ("dispatch", "arrive", dispatch, "--at", "-2h"), "callback": ("dispatch", "callback", dispatch),
        "leave": ("dispatch", "leave", dispatch), "return": ("dispatch", "return", dispatch),
        "one": ("dispatch", "cancel", dispatch, "--engineer", "W01", "--reason", "x"),
        "none": ("dispatch", "cancel", dispatch, "--reason", "x"), "report": ("service-report", "file", dispatch, *report),
        "survey": ("survey", "add", ticket, "--score", "4"),
        "close": ("ticket", "close", ticket, "--resolution", "x", "--no-survey", "x"),
        "reopen": ("ticket", "reopen", ticket, "--reason", "x"), "cancel": ("ticket", "cancel", ticket, "--reason", "x"),
        "spend": (*spend, "--invoice", "F1", "--ticket", ticket), "share": (*spend, "--shared-with", claim),
        "refund": ("expense", "refund", claim, "--amount", "4", "--date", "today", "--reason", "x"),
        "approve": ("expense", "approve", claim, "--override", "x"), "reject": ("expense", "reject", claim, "--reason", "x"),
        "complain": ("complaint", "open", "--channel", "call", "--complainant", "x", "--summary", "x", "--about", person),
        "disobey": ("conduct", "record", person, "disobedience", "--note", "x"), "record": ("penalty", "check", "--record"),
        "confirm": ("penalty", "confirm", f"P{n}"), "waive": ("penalty", "waive", f"P{n}", "--reason", "x"),
        "earlier": ("amend", ticket, "received_at=08:00", "--reason", "x"), "kind": ("amend", ticket, "kind=installation", "--reason", "x"),
        "contract": ("amend", ticket, "contract=HT-2", "--reason", "x"),
        "came": ("amend", dispatch, "arrived_at=12:00", "--engineer", person, "--reason", "x"),
        "post": ("staff", "set", person, "--role", "head", "--from", "today"),
        "policy": ("policy", "set", "answer.hours", "4", "--from", "today", "--reason", "x"),
        "undo": ("undo", "--yes"),
    }  # fmt: skip


VERBS = st.sampled_from(sorted(commands(1)))
WALKS = st.lists(st.tuples(VERBS, st.integers(1, 3)), max_size=30)
COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def walked(hired, folder, walk, taken_back=None):
    """Type a walk, an hour a command; the command of a place is taken back at once where one is named.

    Return the desk, the exit code of each command, and the entry that each wrote, if any.
    """
    desk, codes, entries = copied(hired, folder), [], []
    desk.now = START.isoformat()
    for kind in ("repair", "installation", "consultation"):
        open_ticket(desk, kind, on_site_by="2026-10-13 09:00", at="2026-10-10 09:00")
    for place, (verb, n) in enumerate(walk):
        desk.now = (START + timedelta(hours=place)).isoformat()
        before = newest(desk)
        codes.append(desk.finished(list(commands(n)[verb])).returncode)
        entries.append(newest(desk) if newest(desk) != before else None)
        if place == taken_back:
            desk.run("undo", "--yes")
    desk.now = (START + timedelta(hours=60)).isoformat()
    return desk, codes, entries


def newest(desk):
    with closing(sqlite3.connect(desk.ledger)) as con:
        return con.execute("SELECT max(seq) FROM entry").fetchone()[0]


def everything(desk):
    """All that stands in the ledger, and what the board and the reports make of it."""
    told = {table: desk.run("export", table).stdout for table in TABLES}
    told |= {"board": desk.json("status", "--all"), "found": desk.json("penalty", "check", "--month", "2026-10")}
    for report in ("monthly", "projects", "staff"):
        made = desk.json("report", report, "--month", "2026-10")
        told[report] = {name: part for name, part in made.items() if name not in ("entry", "ledger_hash")}
    told["monthly"]["quality"] = told["monthly"]["quality"][:-2]  # how long typing took
    return told


def holds(hired, folder, walk):
    desk, _, _ = walked(hired, folder, walk)
    alive = [row["id"] for row in desk.json("ticket", "list") if row["status"] not in ("closed", "cancelled")]
    lines = [row["ticket"] for row in desk.json("status", "--all") if row["kind"] == "ticket"]
    assert sorted(lines) == sorted(alive)
    desk.run("ledger", "verify", "--full")


def leaves_the_rest(hired, make, walk, choice):
    """Hold an entry taken back at the end against the same one taken back at once."""
    walk = [(verb, n) for verb, n in walk if verb != "undo"]
    desk, codes, entries = walked(hired, make("later"), walk)
    done = [place for place, entry in enumerate(entries) if entry]
    if not done:
        return
    place = done[choice % len(done)]
    if desk.finished(["undo", str(entries[place]), "--yes"]).returncode:
        return  # something depends on it
    if walk[place][0] == "record" and "record" in [verb for verb, _ in walk[place + 1 :]]:
        return  # had this one not been, the next would have recorded what it did
    other, again, _ = walked(hired, make("at_once"), walk, place)
    recorded, anyway = (each.json("penalty", "list") for each in (desk, other))
    if len(recorded) != len(anyway):  # a penalty was recorded of it: that one stays, and says that its facts changed
        assert any(row["facts_changed"] for row in recorded)
        return
    if again == codes:  # nothing after it was taken only because of it
        now, then = everything(desk), everything(other)
        for part in then:
            assert now[part] == then[part], (part, walk, walk[place])
    desk.run("ledger", "verify", "--full")


@given(WALKS)
@settings(max_examples=8, **COMMON)
def test_after_any_walk_each_open_ticket_is_on_the_board_once(hired, tmp_path_factory, walk):
    holds(hired, tmp_path_factory.mktemp("walk"), walk)


@example([("disobey", 1), ("record", 1)], 0)
@given(WALKS, st.integers(0, 99))
@settings(max_examples=8, **COMMON)
def test_what_is_taken_back_leaves_the_rest(hired, tmp_path_factory, walk, choice):
    leaves_the_rest(hired, tmp_path_factory.mktemp, walk, choice)


@pytest.mark.slow
@given(WALKS)
@settings(max_examples=400, **COMMON)
def test_after_many_walks_each_open_ticket_is_on_the_board_once(hired, tmp_path_factory, walk):
    holds(hired, tmp_path_factory.mktemp("walk"), walk)


@pytest.mark.slow
@given(WALKS, st.integers(0, 99))
@settings(max_examples=400, **COMMON)
def test_what_is_taken_back_many_times_leaves_the_rest(hired, tmp_path_factory, walk, choice):
    leaves_the_rest(hired, tmp_path_factory.mktemp, walk, choice)


def test_what_a_recording_taken_back_had_recorded_is_recorded_by_the_next(desk):
    desk.run("conduct", "record", "W01", "disobedience", "--note", "x", "--at", "2026-10-08 09:00")
    check = ("penalty", "check", "--month", "2026-10", "--record")
    desk.run(*check)
    first = desk.json("penalty", "list")
    desk.run(*check)
    assert desk.json("penalty", "list") == first != []
    desk.run("undo", "--yes")
    assert desk.json("penalty", "list") == []
    desk.run(*check)
    assert [row["subject"] for row in desk.json("penalty", "list")] == [row["subject"] for row in first]
