"""Tab: what a shell is given for a half-typed word, from the grammar and from the ledger."""

import shutil
import subprocess
import sys

import pytest
from conftest import Executable, copied, open_ticket


@pytest.fixture(scope="module")
def asked(hired, tmp_path_factory):
    desk = copied(hired, tmp_path_factory.mktemp("asked"), Executable)
    open_ticket(desk)
    open_ticket(desk, customer="华北钢厂")
    for serial in ("SN-7", "ZX-1"):
        desk.run("equipment", "add", serial, "--product", "VMC", "--customer", "江南机床")
    return desk


def completions(desk, line):
    words = line.split()
    env = desk.full_env(
        _SVCDESK_COMPLETE="complete_bash",
        COMP_WORDS=line,
        COMP_CWORD=str(len(words) if line.endswith(" ") else len(words) - 1),
    )
    return desk.finished([], env=env).stdout.split()


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("svcdesk tic", ["ticket"]),
        ("svcdesk ticket re", ["resume", "reopen"]),
        ("svcdesk ticket show ", ["T2", "T1"]),
        ("svcdesk ticket answer t1", ["T1"]),
        ("svcdesk ticket show T9", []),
        ("svcdesk ticket open --kind r", ["repair"]),
        ("svcdesk ticket list --status c", ["closed", "cancelled"]),
        ("svcdesk ticket list --customer 江", ["江南机床"]),
        ("svcdesk dispatch send T1 --engineer w0", ["W01", "W02", "W03"]),
        ("svcdesk customer show 华", ["华北钢厂"]),
        ("svcdesk staff show A", ["A01"]),
        ("svcdesk ticket open --contract ht", ["HT-1", "HT-2"]),
        ("svcdesk equipment show s", ["SN-7"]),
        ("svcdesk equipment show ", ["SN-7", "ZX-1"]),
        ("svcdesk ticket open --serial sn", ["SN-7"]),
        ("svcdesk equipment add ZX-2 --part-of ZX", ["ZX-1"]),
        ("svcdesk policy set answer.ho", ["answer.hours"]),
        ("svcdesk report monthly --month 2026-1", ["2026-10"]),
        ("svcdesk penalty confirm P", []),
        ("svcdesk ticket list --since ", []),
    ],
)
def test_what_a_word_may_become(asked, line, given):
    found = completions(asked, line)
    assert found[: len(given)] == given and (given or not found)


def test_without_a_ledger_a_shell_is_told_nothing(asked, tmp_path):
    empty = Executable(tmp_path)
    assert completions(empty, "svcdesk ticket show ") == []


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_bash_completes_by_the_script(asked, tmp_path):
    command = tmp_path / "svcdesk"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m svcdesk "$@"\n')
    command.chmod(0o755)
    typed = "COMP_WORDS=(svcdesk ticket show ''); COMP_CWORD=3; _svcdesk_completion svcdesk; echo ${COMPREPLY[@]}"
    line = f'PATH={tmp_path}:$PATH; eval "$(svcdesk completion bash)"; {typed}'
    done = subprocess.run(["bash", "-c", line], env=asked.full_env(), capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == ["T2", "T1"], done.stderr
