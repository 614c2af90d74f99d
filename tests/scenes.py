"""Every verb that writes, as the golden sessions type it, with the desk as it stood just before.

Derived from the sessions: a new verb has a line there, so no sweep over all verbs can forget one.
"""

import os
import shlex
import shutil
from contextlib import chdir
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from conftest import InProcess, copied
from transcripts import steps

from svcdesk import journal
from svcdesk.commands.grammar import NOUNS, SINGLE, build
from svcdesk.store import open_ledger

SESSIONS = Path(__file__).parent / "golden" / "sessions"
ON_THE_DEMO = ("report",)  # what a whole month is needed for


class Scene(NamedTuple):
    """A line that writes an entry, the folder as it stood before, and the desk's clock."""

    verb: str
    args: list[str]
    folder: Path
    now: str

    def set_up(self, folder, kind):
        """Return a desk in a folder, where the line can be typed."""
        shutil.copytree(self.folder, folder)
        desk = kind(folder)
        desk.now = self.now
        return desk


def verbs_of(noun, *, write):
    """The verbs of a noun that take a request id, or those that take none."""
    command = build().get_command(None, noun)
    verbs = {noun: command}
    if noun not in SINGLE:
        verbs = {f"{noun} {verb}": command.get_command(None, verb) for verb in command.list_commands(None)}
    return {verb for verb, made in verbs.items() if ("request_id" in {each.name for each in made.params}) == write}


def verbs_that_write(noun):
    """The verbs of a noun that take a request id."""
    return verbs_of(noun, write=True)


def verbs_that_read():
    """The verbs of all nouns that take no request id."""
    return {verb for noun in NOUNS for verb in verbs_of(noun, write=False)}


def last(path):
    """The number of a ledger's newest entry."""
    ledger = open_ledger(path)
    try:
        return journal.last(ledger.con)[0]
    finally:
        ledger.close()


def scenes(noun, source, folder):
    """Play a noun's session on a copy of a desk; give the first line of each verb that wrote an entry."""
    (folder / "played").mkdir()
    desk, seen = copied(source, folder / "played", InProcess), set()
    with chdir(desk.folder), patch.dict(os.environ, XDG_CONFIG_HOME=str(folder / "config")):
        for line, is_typed in steps(desk, (SESSIONS / f"{noun}.txt").read_text(encoding="utf-8")):
            if is_typed:
                yield from _played(desk, noun, shlex.split(line), seen, folder)


def _played(desk, noun, args, seen, folder):
    words = args[2:] if args[0] == "--actor" else args
    verb = noun if noun in SINGLE else " ".join(words[:2])
    if words[0] != noun or verb in seen:
        desk.finished(args)
        return
    kept = folder / f"before-{len(seen)}"
    shutil.copytree(desk.folder, kept)
    before, done = last(desk.ledger), desk.finished(args)
    if done.returncode == 0 and last(desk.ledger) == before + 1:
        seen.add(verb)
        yield Scene(verb, args, kept, desk.now)
    else:
        shutil.rmtree(kept)
