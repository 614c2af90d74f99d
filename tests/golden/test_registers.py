"""Every register in the machines' formats, which are the same in every language."""

from pathlib import Path

import pytest
from conftest import copied
from transcripts import agree, told

from svcdesk.registers.index import exported

WITH_MESSAGES = ("expenses",)  # the problems of a claim carry a sentence beside their code
FOLDER = Path(__file__).parent / "registers"


@pytest.mark.parametrize("register", exported())
def test_register(register, rehearsed, tmp_path, update):
    desk = copied(rehearsed, tmp_path)
    text = "\n".join(told(desk, f"export {register} -f {form}") for form in ("csv", "json"))
    agree(FOLDER / f"{register}.txt", text, update)
    if register not in WITH_MESSAGES:
        desk.language = "zh"
        assert "\n".join(told(desk, f"export {register} -f {form}") for form in ("csv", "json")) == text


def test_no_transcript_is_of_a_register_that_is_gone():
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(exported())
