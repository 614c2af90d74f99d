"""The catalogue of errors: each key is brought about, and says what tests/errors/golden tells in both languages.

``pytest tests/errors --update`` writes the golden files anew.
"""

import shlex
from pathlib import Path

import pytest
from catalogue import AREA_OF, AREAS, CASES, UNRAISED
from conftest import copied
from transcripts import LANGUAGES, even

from svcdesk import messages
from svcdesk.messages import errors, registers

OF_REGISTERS = [key.removeprefix("errors.") for key in registers.TEXTS if key.startswith("errors.")]
GOLDEN = Path(__file__).parent / "golden"


def test_every_error_has_a_case_and_every_case_an_error():
    assert sorted([*CASES, *UNRAISED]) == sorted([*errors.TEXTS, *OF_REGISTERS])


@pytest.mark.parametrize("key", CASES)
def test_error(key, rehearsed, tmp_path, monkeypatch, update):
    told, codes = typed(CASES[key]), set()
    for language in LANGUAGES:
        with monkeypatch.context() as patch:
            (tmp_path / language).mkdir()
            desk = copied(rehearsed, tmp_path / language)
            keys, done = brought_about(CASES[key], desk, language, patch)
            told += even(done.stderr, desk)
        assert key in keys
        codes.add(done.returncode)
    (code,) = codes
    told += f"[exit {code}]\n"
    path = GOLDEN / f"{AREA_OF[key]}.txt"
    if update:
        write(path, key, told)
    assert told == read(path).get(key)


def typed(case):
    """Write down the files of a case as far as they are text, and its commands."""
    texts = [content for content in case.files.values() if isinstance(content, str)]
    lines = [f"| {line}" for text in texts for line in text.splitlines()] + [f"$ svcdesk {line}" for line in case.lines]
    shown = "".join(f"{line if len(line) < 200 else line[:20] + '…'}\n" for line in lines)
    return shown.replace("\0", "␀").encode("utf-8", "backslashreplace").decode()


def brought_about(case, desk, language, monkeypatch):
    """Bring an error about; give the keys of the errors that were told, and what the command left behind."""
    monkeypatch.chdir(desk.folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(desk.folder / "config"))
    for name, content in case.files.items():
        (desk.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (desk.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    *before, last = map(shlex.split, case.lines)
    for line in before:
        desk.run(*line)
    if case.given:
        case.given(desk, monkeypatch)
    desk.language, keys = language, said(monkeypatch)
    return keys, desk.finished(last)


def said(monkeypatch):
    """Gather the keys of the errors that are told."""
    keys, real = [], messages.say

    def say(text, /, **values):
        if text.startswith("errors."):
            keys.append(text.removeprefix("errors."))
        return real(text, **values)

    monkeypatch.setattr(messages, "say", say)
    return keys


def read(path):
    """Read a golden file: the text of each key."""
    if not path.exists():
        return {}
    parts = path.read_text(encoding="utf-8").split("\n## ")
    return {part.partition("\n")[0].removeprefix("## "): part.partition("\n")[2].strip("\n") + "\n" for part in parts}


def write(path, key, text):
    """Put the text of a key into a golden file, in the order of the catalogue."""
    path.parent.mkdir(exist_ok=True)
    texts = read(path) | {key: text}
    kept = [f"## {name}\n{texts[name]}" for name in AREAS[AREA_OF[key]] if name in texts]
    path.write_text("\n".join(kept), encoding="utf-8")


def test_the_golden_files_hold_every_case_once_and_no_other():
    assert {path.stem: list(read(path)) for path in GOLDEN.glob("*.txt")} == {
        area: list(cases) for area, cases in AREAS.items()
    }
