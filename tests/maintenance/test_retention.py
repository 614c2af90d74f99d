"""Retention: personal data that nobody has needed for long is proposed, and erased in one entry once confirmed."""

import pytest
from conftest import Executable, copied, open_ticket, send, travel
from test_cli import talk

from svcdesk import periods
from svcdesk.errors import BadInput
from svcdesk.maintenance.verify import verify
from svcdesk.store import open_ledger

LATER = "2030-01-10T09:00:00+08:00"
LIST = ("ledger", "retention", "--older-than", "36m")
SECRETS = ("孙工", "13812345678", "周工", "13987654321", "李投诉", "13500001111")


def proposed(desk, age="36m"):
    return desk.json("ledger", "retention", "--older-than", age)


def names(desk, age="36m"):
    return [row["customer"] or row["record"] for row in proposed(desk, age)]


@pytest.fixture
def years(desk):
    """Two customers with a closed ticket in October 2026, and a complaint of nobody's customer, decided."""
    for customer in ("华北钢厂", "江南机床"):
        ticket = open_ticket(desk, customer=customer, at="2026-10-05 09:00")
        desk.run("ticket", "cancel", ticket, "--reason", "x", "--at", "2026-10-06 09:00")
    desk.run(
        "complaint",
        "open",
        "--channel",
        "call",
        "--complainant",
        "李投诉",
        "--summary",
        "慢",
        "--at",
        "2026-10-07 09:00",
    )
    desk.now = LATER
    return desk


def decide(desk, complaint):
    for verb, *more in (
        ("assign", "--department", "x"),
        ("investigate", "--note", "x"),
        ("decide", "--finding", "unverifiable"),
    ):
        desk.run("complaint", verb, complaint, *more, "--by", "M01", "--at", "2026-10-09 09:00")


def test_who_has_not_been_heard_of_is_proposed_longest_first(years):
    decide(years, "C1")
    assert proposed(years) == [
        {"customer": "华北钢厂", "record": None, "last_activity": "2026-10-06T09:00:00+08:00", "rows": 1},
        {"customer": "江南机床", "record": None, "last_activity": "2026-10-06T09:00:00+08:00", "rows": 1},
        {"customer": None, "record": "C1", "last_activity": "2026-10-09T09:00:00+08:00", "rows": 2},
    ]
    assert names(years, "40m") == []
    assert names(years, "3y") == names(years)
    head, first, *_ = years.run(*LIST).stdout.splitlines()
    assert head.split() == ["customer", "record", "last", "activity", "rows", "with", "personal", "data"]
    assert first.split() == ["华北钢厂", "2026-10-06", "09:00", "1"]


def test_what_is_open_keeps_a_customer_out(years):
    assert names(years) == ["华北钢厂", "江南机床"]  # C1 is not decided
    open_ticket(years, customer="江南机床", at="2026-10-07 09:00")
    assert names(years) == ["华北钢厂"]
    opened = ("complaint", "open", "--channel", "call", "--complainant", "赵某", "--summary", "慢", "--ticket", "T1")
    years.run(*opened, "--at", "2026-10-07 09:00")
    assert names(years) == []


@pytest.mark.parametrize("what", ["contact", "dispatch", "complaint"])
def test_every_kind_of_activity_counts(years, what):
    when = "2029-05-05 09:00"
    if what == "contact":
        years.run("contact", "log", "--customer", "华北钢厂", "--channel", "call", "--summary", "x", "--at", when)
    elif what == "dispatch":
        ticket = open_ticket(years, customer="华北钢厂", at="2026-10-07 09:00")
        dispatch = send(years, ticket, "W01", at="2026-10-07 10:00")
        travel(years, dispatch, depart="2026-10-08 09:00", arrive="2026-10-09 09:00", callback="2026-10-09 10:00")
        travel(years, dispatch, leave="2026-10-09 11:00", return_=when)
        years.run("ticket", "cancel", ticket, "--reason", "x", "--at", "2029-05-05 10:00")
    else:
        opened = (
            "complaint",
            "open",
            "--channel",
            "call",
            "--complainant",
            "赵某",
            "--summary",
            "慢",
            "--ticket",
            "T1",
        )
        years.run(*opened, "--at", "2026-10-08 09:00")
        decide(years, "C2")
        years.run("complaint", "feedback", "C2", "--satisfied", "--by", "M01", "--at", when)
    assert names(years) == ["江南机床"]


def test_who_was_registered_lately_and_never_called_is_kept(years):
    years.run("customer", "add", "新客户", "--person", "钱某")
    assert "新客户" not in names(years)
    years.now = "2033-02-01T09:00:00+08:00"
    assert "新客户" in names(years)


def test_who_holds_no_personal_data_is_not_proposed(years):
    years.run("customer", "add", "无人客户")
    years.now = "2034-01-01T09:00:00+08:00"
    assert "无人客户" not in names(years)


def test_off_a_terminal_it_only_proposes(years):
    before = years.ledger.read_bytes()
    done = years.run(*LIST)
    assert "华北钢厂" in done.stdout
    assert "--yes" in done.stderr
    assert years.ledger.read_bytes() == before


def test_confirmed_it_erases_all_in_one_entry(years):
    decide(years, "C1")
    entries = len(years.json("ledger", "log", "--limit", "1000"))
    done = years.run(*LIST, "--yes", "--reason", "三年已到")
    assert "erased the personal data of 3 not active since 2027-01-10 09:00 (4 rows)" in done.stdout
    log = years.json("ledger", "log", "--limit", "1000")
    assert len(log) == entries + 1
    assert (log[-1]["command"], log[-1]["note"]) == ("ledger retention", "三年已到")
    data = years.ledger.read_bytes()
    assert [secret for secret in SECRETS if secret.encode() in data] == []
    assert "CONSISTENT" in years.run("ledger", "verify").stdout
    assert proposed(years) == []
    assert "C1: personal data erased" in years.run("ledger", "log", "--limit", "1").stdout
    years.run(*LIST, "--yes")
    assert len(years.json("ledger", "log", "--limit", "1000")) == entries + 1


def test_with_yes_the_list_stays_machine_readable_and_the_copies_are_named(years):
    years.run("ledger", "backup", years.folder / "copy.db")
    done = years.run(*LIST, "--yes", "-f", "json")
    assert '"customer": "华北钢厂"' in done.stdout
    assert "erased" not in done.stdout
    assert "1 copies still hold it" in done.stderr
    (entry,) = years.json("ledger", "log", "--limit", "1")
    assert entry["note"] == "--older-than 36m"


def test_undo_does_not_bring_it_back(years):
    years.run(*LIST, "--yes")
    done = years.run("undo", "--yes")
    assert "complaint open" in done.stdout and "ledger retention" in done.stderr
    ledger = years.ledger.read_bytes()
    assert b"13812345678" not in ledger


def test_on_a_terminal_it_asks(hired, tmp_path):
    desk = copied(hired, tmp_path, Executable)
    desk.now = LATER
    code, said = talk(desk, list(LIST), ["n"])
    assert code == 1 and "Erase the person, phone and address of these 2?" in said
    assert len(proposed(desk)) == 2
    code, said = talk(desk, list(LIST), ["y"])
    assert code == 0 and "erased the personal data of 2" in said
    assert proposed(desk) == []


@pytest.mark.parametrize("text", ["36", "0m", "m", "３m", "-1m", "1d", "1201m", "101y", "1.5y", ""])
def test_what_is_no_age_is_refused(desk, text):
    desk.run("ledger", "retention", f"--older-than={text}", code=2)


def test_an_age_is_counted_in_months_of_the_calendar():
    now = periods.instant("2028-02-29T01:00:00Z")
    assert periods.read_age("1y", now, periods.zone("Asia/Shanghai")).isoformat() == "2027-02-28T09:00:00+08:00"
    with pytest.raises(BadInput):
        periods.read_age("x", now, periods.zone("Asia/Shanghai"))


def test_a_reason_must_say_something(years):
    years.run(*LIST, "--yes", "--reason", " ", code=2)


def test_the_ledger_stays_sound(years):
    years.run(*LIST, "--yes")
    ledger = open_ledger(years.ledger)
    assert verify(ledger, full=True) == []
    ledger.close()
