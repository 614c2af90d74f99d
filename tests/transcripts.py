"""Sessions on a desk as text: what was typed and what came back, with all that differs by machine or by run evened out."""

import re
import shlex
import sqlite3
from pathlib import Path

import svcdesk

LANGUAGES = ("zh", "en")

# Hashes and digests are new in every ledger, and some figures are this machine's: each with what stands for it.
_VARYING = (
    (r"(#\d+) [0-9a-f]{12}\b", r"\1 …"),
    (r"\b[0-9a-f]{64}\b", "<sha256>"),
    (r"(?<=[:： (（])(?=[a-f]*\d)[0-9a-f]{12}\b", "<digest>"),
    (r"(?<=\n)(bytes|字节) +\d+", r"\1  <bytes>"),
    (r"\b\d+\.\d(?= (秒|s)\b)", "<seconds>"),
    (re.escape(sqlite3.sqlite_version), "<sqlite>"),
    (rf"(?<=svcdesk ){re.escape(svcdesk.__version__)}\b", "<version>"),
)


def even(text, desk):
    """Even out what differs by machine or by run: the desk's folder, hashes, sizes, versions."""
    for path in (desk.folder.resolve(), desk.folder):
        text = text.replace(f"{path}/", "").replace(str(path), ".")
    for varying, fixed in _VARYING:
        text = re.sub(varying, fixed, text)
    return text


def told(desk, line):
    """Type a line on a desk, and write what came back: stderr behind !, and the exit code where it is not 0."""
    done = desk.finished(shlex.split(line))
    shown = [f"$ svcdesk {line}", *done.stdout.splitlines(), *(f"! {said}" for said in done.stderr.splitlines())]
    if done.returncode:
        shown.append(f"[exit {done.returncode}]")
    return even("\n".join(text.rstrip() for text in shown) + "\n", desk)


def steps(desk, script):
    """Set a script's clock and make its files; give each line of it, and whether it is left to be typed.

    @ sets the clock, > makes a file of the lines behind |, # is a remark.
    """
    target = None
    for line in script.splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "@":
            desk.now = f"{rest.replace(' ', 'T')}:00+08:00"
        elif mark == ">":
            target = desk.folder / rest
            target.write_text("", encoding="utf-8")
        elif mark == "|":
            with target.open("a", encoding="utf-8") as file:
                file.write(f"{rest}\n")
        yield line, bool(line) and mark not in ("@", ">", "|", "#")


def session(desk, script):
    """Play a script and write it down."""
    return "".join(told(desk, line) if is_typed else f"{line}\n" for line, is_typed in steps(desk, script))


def agree(path: Path, text, update):
    """Insist that a golden file holds a text; with --update make it so."""
    if update:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing: run with --update"
    assert text == path.read_text(encoding="utf-8")
