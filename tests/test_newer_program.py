"""A ledger that a newer program of the same schema wrote in: what this one does not know is shown by its id."""

import pytest
from conftest import at, open_ticket

from svcdesk.store import open_ledger

CLAUSE, KEY, DEPARTMENT = "minutes_overdue", "meeting.days", "lab_9"


@pytest.fixture
def newer(desk):
    """A desk whose ledger holds a clause, a policy key and a word of a later program."""
    open_ticket(desk)
    ledger = open_ledger(desk.ledger, write=True)
    moment = at("2026-10-20 08:30")
    with ledger.command(at=moment, actor="newer", command="penalty check"):
        ledger.insert(
            "penalty", clause=CLAUSE, subject="MT3", natural_key="MT3", engineer_id=1, at=moment, sanction="none",
            status="proposed", evidence="{}", facts="x",
        )  # fmt: skip
        ledger.insert("policy", key=KEY, value="3", from_on="2026-01-01", reason="x", set_at=moment)
        ledger.insert("escalation", ticket_id=1, to=DEPARTMENT, at=moment)
    ledger.close()
    return desk


@pytest.mark.parametrize(
    ("command", "shown", "warned"),
    [
        ("penalty list", CLAUSE, CLAUSE),
        ("penalty show P1", CLAUSE, CLAUSE),
        ("export penalties", CLAUSE, CLAUSE),
        ("policy list", KEY, KEY),
        (f"policy history {KEY}", "2026-01-01", KEY),
        ("export policy", KEY, None),
        ("status", DEPARTMENT, None),
        ("report monthly --month 2026-10", "2026", None),
        ("report staff --month 2026-10", "W01", None),
        ("ledger verify --full", "CONSISTENT", None),
    ],
)
def test_it_is_shown_by_its_id_with_a_warning(newer, command, shown, warned):
    done = newer.run(*command.split())
    assert shown in done.stdout
    assert (f"warning: the ledger holds what a newer svcdesk wrote, shown as it stands: {warned}" in done.stderr) is (
        warned is not None
    )


def test_whether_its_facts_changed_is_not_guessed(newer):
    (penalty,) = newer.json("penalty", "list")
    assert (penalty["article"], penalty["facts_changed"]) == (None, None)


def test_a_key_that_nobody_ever_set_is_still_no_such_key(newer):
    assert "no policy key" in newer.run("policy", "history", "meeting.hours", code=4).stderr


def test_nobody_decides_on_a_clause_that_this_program_does_not_know(newer):
    assert CLAUSE in newer.run("penalty", "confirm", "P1", code=3).stderr
