"""What the documents tell a reader to type exists: every noun, verb and option."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from svcdesk.commands.grammar import NOUNS, SINGLE, build

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
DOCUMENTS += [page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name != "reference"]


def typed():
    """Each command that a document shows in a block or between backticks: the document, and its words."""
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        blocks = "\n".join(re.findall(r"^ *```\w*\n(.*?)```", text, re.DOTALL | re.MULTILINE))
        shown = re.findall(r"(?:^|[\s/(])svcdesk ([^#)\n]+)", blocks) + re.findall(r"`svcdesk ([^`]+)`", text)
        for line in shown:
            words = line.split()
            yield document.name, words[2:] if words[0] in ("--ledger", "--lang") else words


COMMANDS = [pytest.param(words, id=f"{name}: {' '.join(words[:3])}") for name, words in typed()]


@pytest.mark.parametrize("words", COMMANDS)
def test_what_is_told_to_be_typed_exists(words):
    noun, *rest = words
    if noun == "--help" or noun.isupper():
        return  # svcdesk NOUN --help
    assert noun in NOUNS
    command = build().get_command(None, noun)
    if noun not in SINGLE:
        verb = rest.pop(0)
        command = command.get_command(None, verb)
        assert command is not None, verb
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {"--help"}
    given = {word.split("=")[0].rstrip("],") for word in rest if re.match(r"\[?--?[a-z]", word)}
    assert {word.lstrip("[") for word in given} <= known


def test_the_documents_show_commands():
    assert len(COMMANDS) > 30


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_has_its_words_in_the_help(noun):
    from svcdesk import messages

    messages.speak("en")
    assert messages.find(f"help.{noun}")
    if noun not in SINGLE:
        group = build().get_command(None, noun)
        assert all(messages.find(f"help.{noun}.{verb}") for verb in group.list_commands(None))
    messages.speak("zh")


def test_the_reference_is_what_the_code_says():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "build_reference.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
