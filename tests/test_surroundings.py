"""Odd surroundings: streams closed or full, bare locales, signals, links, devices, names, clocks, narrow terminals."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from conftest import copied, crash

from svcdesk import store

PROGRAM = [sys.executable, "-m", "svcdesk"]
LOG = ("contact", "log", "--customer", "江南机床", "--channel", "call", "--summary", "x")


def shell(desk, line, *args, **env):
    """Run a shell line whose "$@" is the desk with its arguments; give the exit code and both streams, together."""
    done = subprocess.run(
        ["bash", "-c", line, "bash", *PROGRAM, *args], cwd=desk.folder, env=desk.full_env(**env), timeout=60,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode("utf-8")


# Streams


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_harm_nothing(executable, closed):
    code, said = shell(executable, f'"$@" {closed}', *LOG)
    assert code == 0 and "error" not in said
    assert shell(executable, f'"$@" {closed}', "ticket", "show", "T9")[0] == 4
    assert len(executable.json("contact", "list")) == 1
    executable.run("ledger", "verify")


@pytest.mark.parametrize("full", ["2>/dev/full", ">/dev/full 2>/dev/full"])
def test_a_full_stderr_keeps_the_exit_code(executable, full):
    assert shell(executable, f'"$@" {full}', "ticket", "show", "T9") == (4, "")


@pytest.mark.case(5)
def test_a_recorded_command_whose_receipt_cannot_be_printed_says_so(executable):
    code, said = shell(executable, '"$@" >/dev/full', *LOG)
    assert code == 5 and "the disk is full: stdout" in said and "it is recorded (#" in said
    code, said = shell(executable, '"$@" >/dev/full', "export", "customers", "--reveal")
    assert code == 5 and "recorded (#" not in said
    assert len(executable.json("contact", "list")) == 1


REVEALING = ("export customers --reveal", "customer list --reveal", "customer show 华北钢厂 --reveal")


@pytest.mark.parametrize("line", REVEALING)
def test_a_look_counts_as_one_though_nothing_of_it_could_be_shown(executable, line):
    """It stands before anything is shown: on a full disk the journal errs on the side of having been seen."""
    assert shell(executable, '"$@" >/dev/full', *line.split())[0] == 5
    (entry,) = [each for each in executable.json("ledger", "log") if each["command"].endswith("--reveal")]
    assert entry["command"] == line


@pytest.mark.parametrize("line", REVEALING)
def test_nothing_is_shown_where_the_look_could_not_be_recorded(desk, line, monkeypatch):
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.2)
    other = sqlite3.connect(desk.ledger, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = desk.run(*line.split(), code=5)
    other.close()
    assert "13812345678" not in done.stdout + done.stderr
    assert not [each for each in desk.json("ledger", "log") if each["command"].endswith("--reveal")]


# Locale and environment


def test_chinese_is_read_and_written_where_the_locale_knows_ascii_alone(executable):
    bare = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    assert shell(executable, '"$@"', *LOG, "--note", "主轴过热", **bare)[0] == 0
    assert "江南机床" in shell(executable, '"$@"', "contact", "list", **bare)[1]
    code, said = shell(executable, "\"$@\" --note $'\\xff'", *LOG, **bare)
    assert code == 2 and "not UTF-8" in said


@pytest.mark.parametrize(
    ("env", "code"),
    [
        ({"SVCDESK_NOW": "9999-12-31T23:59:59+00:00"}, 2),
        ({"SVCDESK_NOW": "0001-01-01T00:00:00+00:00"}, 2),
        ({"SVCDESK_NOW": "2026-10-20T09:00:00+99:00"}, 2),
        ({"SVCDESK_LEDGER": "~nobody-of-that-name/ledger.db"}, 5),
        ({"TZ": "Nowhere/City"}, 0),
        ({"TZ": ":"}, 0),
        ({"HOME": ""}, 0),
    ],
)
def test_an_odd_environment_is_no_bug(executable, env, code):
    for args in (LOG, ("report", "monthly"), ("status",)):
        got, said = shell(executable, '"$@"', *args, **env)
        assert got == code, said
        assert "Traceback" not in said


def test_an_actor_that_is_no_text_is_refused(executable):
    code, said = shell(executable, "SVCDESK_ACTOR=$'\\xff' \"$@\"", *LOG)
    assert code == 2 and "not UTF-8" in said
    assert executable.json("contact", "list") == []


def test_where_the_folder_is_gone(executable):
    line = 'mkdir gone && cd gone && rmdir ../gone && "$@"'
    assert shell(executable, line, "staff", "list")[0] == 0
    for args in (("export", "staff", "-o", "x.csv"), ("ledger", "backup", "x.db"), ("--ledger", "x.db", "status")):
        code, said = shell(executable, line, *args)
        assert code == 5 and "x." in said and "Traceback" not in said


@pytest.mark.parametrize("columns", ["0", "1", "20"])
def test_a_narrow_terminal_shows_something(executable, columns):
    said = shell(executable, '"$@"', "staff", "list", "-f", "table", COLUMNS=columns)[1]
    assert "W01" in said and "columns left out" in " ".join(said.split())


# Signals


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_a_signal_takes_an_import_back_and_leaves_no_file(executable, number, code):
    rows = "".join(f"X{n},甲,wizard\nY{n},甲,engineer\n" for n in range(30_000))
    (executable.folder / "many.csv").write_text(f"code,name,role\n{rows}", encoding="utf-8")
    process = subprocess.Popen(
        [*PROGRAM, "import", "staff", "many.csv", "--skip-bad", "--errors", "bad.csv"],
        cwd=executable.folder, env=executable.full_env(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    while process.poll() is None and not executable.ledger.with_name("ledger.db-journal").exists():
        time.sleep(0.005)
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == code and b"Traceback" not in said
    assert sorted(path.name for path in executable.folder.iterdir()) == ["ledger.db", "many.csv"]
    assert len(executable.json("staff", "list")) == 5


# Paths


@pytest.mark.parametrize(
    "name", ["a b", "a?b", "a#b", "a%20b", "中文", "new\nline", "-dash", "file:x", ":memory:", "a&mode=ro"]
)
def test_any_name_of_a_ledger_is_that_name(hired, tmp_path, name):
    desk = copied(hired, tmp_path)
    odd = tmp_path / name
    desk.ledger.rename(odd)
    desk.ledger = odd
    desk.run(*LOG)
    assert len(desk.json("contact", "list")) == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_crash_behind_a_symbolic_link_is_healed_under_either_name(desk):
    link = desk.folder / "link.db"
    link.symlink_to("ledger.db")
    crash(link)
    assert desk.ledger.with_name("ledger.db-journal").exists()
    assert len(desk.json("customer", "list")) == 2
    desk.run("--ledger", link, *LOG)
    desk.run("ledger", "verify")


def test_a_ledger_with_a_second_hard_link_is_read_and_not_written(desk):
    """After a crash the journal lies beside one of the names, and the other would open torn pages."""
    second = desk.folder / "second.db"
    os.link(desk.ledger, second)
    for path in (desk.ledger, second):
        assert "hard link" in desk.run("--ledger", path, *LOG, code=5).stderr
        assert len(desk.json("--ledger", path, "staff", "list")) == 5
    second.unlink()
    desk.run(*LOG)


def test_an_anchor_is_never_written_into_a_ledger(desk):
    link = desk.folder / "link.txt"
    link.symlink_to("ledger.db")
    before = desk.ledger.read_bytes()
    for path in (desk.ledger, link):
        desk.run("ledger", "anchor", "--to", path, code=5)
    assert desk.ledger.read_bytes() == before


def test_a_full_or_missing_target_is_named(executable):
    for args, said in (
        (("ledger", "anchor", "--to", "/dev/full"), "the disk is full: /dev/full"),
        (("export", "staff", "-o", "/dev/full"), "the disk is full: /dev/full"),
        (("ledger", "anchor", "--to", "."), "it is a folder"),
        (("ledger", "backup", "nowhere/copy.db"), "no such file or folder"),
    ):
        assert said in executable.run(*args, code=5).stderr


def test_an_export_may_go_to_a_pipe_by_name(executable):
    assert shell(executable, '"$@" -o /dev/stdout | cat', "export", "staff")[1].startswith("code,name,")


@pytest.mark.parametrize("source", ["/dev/zero", "/dev/null", "<(echo code,name,role)"])
def test_a_register_is_not_read_from_a_device_or_a_pipe(executable, source):
    code, said = shell(executable, f'"$@" {source}', "import", "staff")
    assert code == 2 and "pipe or a device" in said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_why_the_system_refused_is_said_in_the_readers_language(desk, language):
    desk.language = language
    for args in (
        ("ledger", "backup", desk.folder / "nowhere" / "copy.db"),
        ("ledger", "verify", "--anchors", desk.folder / "nowhere"),
        ("import", "staff", desk.folder),
        ("export", "staff", "-o", desk.folder),
    ):
        said = desk.finished([str(arg) for arg in args]).stderr.partition("\n")[0].replace(str(desk.folder), "")
        assert ("No such" in said, "directory" in said) == (False, False)
        assert any("\u4e00" <= char <= "\u9fff" for char in said) is (language == "zh")


def test_a_schema_that_is_no_text_is_damage(desk):
    con = sqlite3.connect(desk.ledger)
    con.execute("PRAGMA writable_schema = ON")
    con.execute("UPDATE sqlite_master SET sql = CAST(x'80' || sql AS TEXT) WHERE name = 'expense'")
    con.commit()
    con.close()
    for args in (("status",), ("ledger", "verify"), LOG):
        assert "damaged" in desk.run(*args, code=5).stderr


# What it is installed with

ROOT = Path(__file__).parents[1]


@pytest.mark.case(46)
def test_the_lowest_of_all_that_is_needed_is_stated_and_tried():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = [
        *project["dependencies"],
        *(each for name in ("xls", "encodings", "hq", "spark", "test") for each in extras[name]),
    ]
    assert [text for text in needed if not re.fullmatch(r"[\w.-]+>=[\d.]+(,<[\d.]+)?", text)] == []
    jobs = (ROOT / ".github/workflows/test.yml").read_text("utf-8")
    assert "--resolution lowest-direct" in jobs.partition("lowest:")[2]


@pytest.mark.case(46)
def test_what_runs_here_is_no_older_than_what_is_stated():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for text in project["dependencies"]:
        name, least = re.match(r"([\w.-]+)>=([\d.]+)", text).groups()
        assert numbers(version(name)) >= numbers(least), text


def numbers(text):
    return [int(number) for number in re.findall(r"\d+", text)[:3]]
