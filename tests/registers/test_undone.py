"""What was typed is taken back step by step, each verb of it: the ledger then holds what it held before, and verifies."""

from pathlib import Path

import pytest
from conftest import copied
from transcripts import session

from svcdesk.registers import index

SESSIONS = Path(__file__).parents[1] / "golden" / "sessions"
NOUNS = ("plan", "rectify", "inspection", "visit", "suggestion", "promise", "conduct", "contact", "complaint")


def everything(desk):
    """What every register holds, with nothing masked."""
    return {name: desk.run("export", name, "--reveal").stdout for name in index.exported()}


@pytest.mark.parametrize("noun", NOUNS)
def test_every_step_of_a_session_is_taken_back(rehearsed, tmp_path, noun, monkeypatch):
    desk = copied(rehearsed, tmp_path)
    monkeypatch.chdir(tmp_path)
    before, start = everything(desk), newest(desk)
    session(desk, (SESSIONS / f"{noun}.txt").read_text(encoding="utf-8"))
    made = [entry for entry in desk.json("ledger", "log") if entry["entry"] > start and entry["changes"]]
    assert made
    for entry in sorted(made, key=lambda entry: -entry["entry"]):
        desk.run("--actor", entry["actor"], "undo", "--yes")
        assert "CONSISTENT" in desk.run("ledger", "verify").stdout, entry["command"]
    assert everything(desk) == before


def newest(desk):
    """The number of the newest entry."""
    [entry] = desk.json("ledger", "log", "--limit", "1")
    return entry["entry"]
