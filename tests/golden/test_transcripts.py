"""Every verb as a session: what is typed, and what comes back in both languages, is held to a text that can be read.

tests/golden/sessions says what is typed; ``pytest tests/golden --update`` writes anew what comes back.
"""

import shlex
from pathlib import Path

import pytest
from conftest import copied
from transcripts import LANGUAGES, agree, session, told

from svcdesk.commands.demo import Player
from svcdesk.commands.grammar import NOUNS, SINGLE, build

HERE = Path(__file__).parent
VERBS = {noun: [] if noun in SINGLE else build().get_command(None, noun).list_commands(None) for noun in NOUNS}
DAYS_LATER = ("report", "demo")  # sessions with the demo's month, on 3 November


def script(noun):
    return (HERE / "sessions" / f"{noun}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("noun", NOUNS)
def test_session(noun, language, rehearsed, demo_month, tmp_path, monkeypatch, update):
    desk = copied(demo_month if noun in DAYS_LATER else rehearsed, tmp_path)
    desk.language = language
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(Player, "play", lambda player, _: player.path.write_bytes(desk.ledger.read_bytes()) * 0 + 600)
    helps = [f"{noun} --help", *(f"{noun} {verb} --help" for verb in VERBS[noun])]
    text = "\n".join([*(told(desk, line) for line in helps), session(desk, script(noun))])
    agree(HERE / f"{noun}.{language}.txt", text, update)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_of_all(language, rehearsed, tmp_path, update):
    desk = copied(rehearsed, tmp_path)
    desk.language = language
    agree(HERE / f"svcdesk.{language}.txt", told(desk, "--help") + told(desk, "--version"), update)


@pytest.mark.parametrize("noun", NOUNS)
def test_every_verb_is_typed_in_its_session(noun):
    typed = [shlex.split(line) for line in script(noun).splitlines() if line and line[0] not in "#@>|"]
    wanted = [[noun, verb] for verb in VERBS[noun]] or [[noun]]
    assert [verb for verb in wanted if not any(" ".join(verb) in " ".join(line) for line in typed)] == []


def test_no_transcript_is_of_a_noun_that_is_gone():
    assert {path.name.split(".")[0] for path in HERE.glob("*.??.txt")} == {*NOUNS, "svcdesk"}
    assert {path.stem for path in HERE.glob("sessions/*.txt")} == set(NOUNS)
