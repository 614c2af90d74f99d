"""Through a real pseudo-terminal: questions as they are drawn, what a shell completes, and the pager."""

import os
import re
import shutil
import sys

import pexpect
import pytest
from conftest import Executable, copied, open_ticket
from terminals import CTRL_C, ENTER, TAB, Terminal, command, svcdesk

from svcdesk import messages

WIDE = pytest.mark.slow  # what differs on a wide terminal is held by the board and the month
SIZES = ((80, "zh"), (80, "en"), *(pytest.param(200, language, marks=WIDE) for language in ("zh", "en")))


@pytest.fixture
def desk(hired, tmp_path):
    made = copied(hired, tmp_path, Executable)
    open_ticket(made, serial="SN-7", product="VMC")
    return made


def width(line):
    from svcdesk.render.tables import width

    return width(line)


@pytest.fixture
def home(tmp_path):
    return {"XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config")}


@pytest.mark.parametrize(("columns", "language"), SIZES)
def test_a_call_by_questions(desk, home, columns, language):
    desk.language = language
    at = svcdesk(desk, "ticket", "open", columns=columns, **home)
    messages.speak(language)
    at.until(messages.say("asking.ticket.open.customer")).type(f"jnjc{ENTER}").until("T1")  # their open ticket is told
    at.until(messages.say("asking.ticket.open.summary")).type(f"主轴过热{ENTER}").until("1 SN-7")
    at.type(f"1{ENTER}").until(messages.word("channel", "call") + " · ").until("SN-7 ·")
    assert at.keys <= 12
    at.type(ENTER).until("T2")
    assert at.end() == 0
    assert all(width(line) <= columns for line in at.lines())
    ticket = desk.json("ticket", "show", "T2")
    assert (ticket["customer"], ticket["summary"], ticket["serial"]) == ("江南机床", "主轴过热", "SN-7")
    assert (ticket["kind"], ticket["channel"], ticket["contract"]) == ("repair", "call", "HT-2")


@pytest.mark.parametrize(("columns", "language"), SIZES)
def test_the_choices_are_numbered_and_none_is_torn(desk, home, columns, language):
    desk.language = language
    at = svcdesk(desk, "ticket", "open", "--customer", "江南机床", "--summary", "x", columns=columns, **home)
    messages.speak(language)
    at.until("SN-7 VMC").type(f"{messages.say('columns.kind')}{ENTER}")
    words = [messages.word("ticket_kind", kind) for kind in ("repair", "installation", "training", "consultation")]
    at.until(f"1 {words[0]}")
    lines = at.lines()
    assert all(any(f"{number} {word}" in line for line in lines) for number, word in enumerate(words, 1))
    assert at.type(CTRL_C).end() == 130


def test_a_wrong_answer_is_said_at_once_and_goes_nowhere(desk, home):
    at = svcdesk(desk, "ticket", "open", **home)
    at.until("customer").type(f"9999{ENTER}").until("there is no customer")
    at.type("\x15", f"<{ENTER}").until("customer").type("\x15", f"江南{ENTER}").until("what it is about")
    at.type(f"x{ENTER}").until("1 SN-7").type(f"nonsense{ENTER}").until("no “nonsense”")
    assert at.type(CTRL_C).end() == 130
    assert len(desk.json("ticket", "list")) == 1


def test_what_was_stopped_goes_on(desk, home):
    at = svcdesk(desk, "ticket", "open", **home).until("customer").type(f"江南{ENTER}").until("what it is about")
    at.type(f"培训{ENTER}").until("1 SN-7").type(f"training{ENTER}").until("training ·").type(CTRL_C)
    assert at.end() == 130 and "--resume" in at.text()
    at = svcdesk(desk, "ticket", "open", "--resume", **home).until("training ·")
    at.type(ENTER).until("T2")
    assert at.end() == 0
    assert desk.json("ticket", "show", "T2")["kind"] == "training"


def test_back_asks_once_more(desk, home):
    at = svcdesk(desk, "ticket", "open", "--customer", "江南", **home).until("what it is about")
    at.type(f"主轴{ENTER}").until("1 SN-7").type(f"<{ENTER}").type(f"尾座{ENTER}")
    at.read(1.0)
    at.type(ENTER).until("T2")
    assert desk.json("ticket", "show", "T2")["summary"] == "尾座"


def test_at_a_terminal_a_few_letters_are_enough_and_what_erases_is_written_out(desk, home):
    at = svcdesk(desk, "t", "an", "T1", **home).until("answered T1")
    assert at.end() == 0
    assert desk.json("ledger", "log", "--limit", "1")[0]["command"].startswith("ticket answer")
    for words, near in ((("t", "c", "T1"), "close"), (("cus", "ren", "江南机床", "江南"), "rename")):
        at = svcdesk(desk, *words, **home).until(near)
        assert at.end() == 2
    desk.run("t", "show", "T1", code=2)  # no terminal: a script writes them out


def test_tab_completes_inside_a_question(desk, home):
    if not pytest.importorskip("questionary"):
        return
    at = svcdesk(desk, "ticket", "answer", **home).until("the ticket").type("T", TAB).until("T1")
    at.type(ENTER).until("answered T1")
    assert at.end() == 0


def test_without_colours_nothing_is_coloured(desk, home):
    at = svcdesk(desk, "ticket", "open", **home)  # NO_COLOR is set for every desk of a test
    at.until("customer").type(CTRL_C)
    assert at.end() == 130


# What a shell completes


SHELLS = {
    "bash": (["--norc", "--noprofile", "-i"], 'PS1="ready> "', 'eval "$(svcdesk completion bash)"'),
    "zsh": (["-f", "-i"], "PS1='ready> '", 'autoload -Uz compinit; compinit -u; eval "$(svcdesk completion zsh)"'),
    "fish": (["--no-config", "-i"], "function fish_prompt; echo 'ready> '; end", "svcdesk completion fish | source"),
}


@pytest.mark.parametrize("columns", [80, pytest.param(200, marks=WIDE)])
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_from_the_grammar_and_the_ledger(desk, tmp_path, shell, columns):
    if not shutil.which(shell):
        pytest.skip(f"no {shell} here")
    args, prompt, script = SHELLS[shell]
    env = desk.full_env(TERM="xterm", PATH=command(tmp_path), HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path))
    env.pop("COLUMNS", None)
    at = Terminal(shutil.which(shell), args, env, tmp_path, columns)
    at.read(1.0)
    at.type(f"{prompt}{ENTER}").until("ready>").type(f"{script}{ENTER}")
    at.read(2.0)
    at.type(f"echo set up{ENTER}").until("set up\n")
    at.type("svcdesk tick", TAB).until("svcdesk ticket")
    at.read(0.5)
    at.type("show T", TAB).until("svcdesk ticket show T1")
    at.type(f"{CTRL_C}", f"exit{ENTER}")


# The pager


PAGED = "sh -c 'cat > paged.txt'"


@pytest.fixture
def many(desk):
    for _ in range(8):
        open_ticket(desk)
    return desk


def listed(desk, home, *args, columns=80, lines=8, **env):
    at = svcdesk(desk, *args, columns=columns, lines=lines, PAGER=PAGED, **home, **env)
    assert at.end() == 0
    page = desk.folder / "paged.txt"
    said = page.read_text("utf-8") if page.exists() else ""
    page.unlink(missing_ok=True)
    return said


@pytest.mark.parametrize(("columns", "language"), SIZES)
def test_what_is_longer_than_the_screen_is_paged(many, home, columns, language):
    many.language = language
    said = listed(many, home, "ticket", "list", columns=columns)
    assert "T1 " in said and "T9 " in said
    assert max(width(re.sub("\x1b\\[[0-9;]*m", "", line)) for line in said.splitlines()) <= columns
    assert listed(many, home, "ticket", "list", lines=40) == ""


def test_the_pager_is_switched_off_by_a_setting(many, home):
    assert listed(many, home, "ticket", "list", SVCDESK_PAGER="off") == ""
    many.finished(["config", "set", "pager", "off"], env=many.full_env(**home))
    assert listed(many, home, "ticket", "list") == ""


def test_what_goes_on_asking_or_into_a_pipe_is_not_paged(many, home):
    many.run("ticket", "list")
    assert not (many.folder / "paged.txt").exists()


def test_who_leaves_the_pager_early_ends_the_command(many, home):
    at = svcdesk(many, "ticket", "list", lines=8, PAGER="head -n 2", **home)
    assert at.end() == 0


@pytest.mark.parametrize("columns", [80, 200])
def test_on_a_narrow_terminal_the_time_left_stands_in_the_sentence(desk, columns):
    at = svcdesk(desk, "status", "-f", "table", columns=columns)
    at.until("T1")
    assert at.end() == 0
    said = at.lines()
    (line,) = [line for line in said if re.search("(left|over).*T1 ", line)]
    assert (re.search(r"(left|over): T1", line) is not None) is (columns == 80)
    assert all(width(line) <= columns for line in said)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("columns", [80, 200])
@pytest.mark.parametrize("args", [("status",), ("report", "monthly", "--month", "2026-10")])
def test_a_whole_month_is_one_screen(demo_month, tmp_path, args, columns, language):
    """The demo's morning: whatever waits, the board and the month's form stand on a screen of fifty lines."""
    shown = drawn_on_a_terminal(demo_month, tmp_path, args, columns, language)
    assert 20 < sum(max(1, -(-width(line) // columns)) for line in shown) < 50
    assert "--all" in "".join(shown) or "-f table" in "".join(shown)  # what is folded is named


def test_what_is_asked_for_in_full_is_shown_in_full(demo_month, tmp_path):
    board = drawn_on_a_terminal(demo_month, tmp_path, ("status", "--all"), 80, "en")
    month = drawn_on_a_terminal(
        demo_month, tmp_path, ("report", "monthly", "--month", "2026-10", "-f", "table"), 80, "en"
    )
    assert min(len(board), len(month)) > 100


def drawn_on_a_terminal(desk, folder, args, columns, language):
    """The lines of a command's output on a terminal of fifty lines, without its colours."""
    env = {**os.environ, "SVCDESK_LANG": language, "SVCDESK_NOW": desk.now, "PAGER": "off", "TERM": "xterm-256color"}
    command = ["-m", "svcdesk", "--ledger", str(desk.ledger), *args]
    child = pexpect.spawn(sys.executable, command, env=env, cwd=str(folder), dimensions=(50, columns), encoding="utf-8")
    child.expect(pexpect.EOF, timeout=60)
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", child.before).replace("\r", "").splitlines()
