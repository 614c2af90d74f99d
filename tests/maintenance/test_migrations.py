"""Migrations: a ledger of every released version opens, is copied first, and is taken along once, whole or not at all."""

import json
import lzma
import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from conftest import LEDGERS, Executable, InProcess, released

from svcdesk import schema
from svcdesk.errors import StorageError
from svcdesk.maintenance import migrations
from svcdesk.store import OlderLedger, create, open_ledger

NOW = datetime(2026, 11, 3, 1, tzinfo=UTC)
OBJECTS = "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"


@pytest.fixture(scope="session")
def first(tmp_path_factory):
    """A ledger of version 1. Only copied, never written."""
    return released(InProcess(tmp_path_factory.mktemp("v1")))


@pytest.fixture
def old(first, tmp_path):
    """A desk on a ledger of version 1, driven inside this process."""
    return moved(first, InProcess(tmp_path))


@pytest.fixture
def executable(first, tmp_path):
    """A desk on a ledger of version 1, driven through the real executable."""
    return moved(first, Executable(tmp_path))


def moved(source, desk):
    shutil.copy(source.ledger, desk.ledger)
    desk.now = source.now
    return desk


def version(path):
    return int.from_bytes(path.read_bytes()[60:64], "big")


def copies(desk):
    return sorted(desk.folder.glob("ledger.db.v1-*.backup"))


def read_by_its_own_program(theirs):
    """What the program that wrote a released ledger exported of it, and its month's lines."""
    told = json.loads(lzma.decompress((LEDGERS / f"v{theirs}.exports.json.xz").read_bytes()))
    for ticket in told["tickets"]:
        if ticket["status"] == "cancelled" and not ticket["answered_at"]:
            ticket["answered_in_time"] = None  # withdrawn before an answer was due: neither late nor unanswered
    return told


def as_far_as(was, now):
    """What stands now, in the keys that an earlier program knew."""
    if isinstance(was, dict):
        return {key: as_far_as(value, now[key]) for key, value in was.items()}
    if isinstance(was, list) and len(was) == len(now):
        return [as_far_as(*pair) for pair in zip(was, now, strict=True)]
    if isinstance(now, list) and not isinstance(was, list):  # whom a complaint is about: it was one, or nobody
        return now[0] if now else None
    return now


@pytest.mark.parametrize("theirs", [1, 2, 3])
def test_every_export_is_the_same_before_and_after(tmp_path, theirs):
    desk, before = released(InProcess(tmp_path), theirs), read_by_its_own_program(theirs)
    assert version(desk.ledger) == theirs
    assert desk.run("report", "monthly", "--month", "2026-10", "-f", "csv").stdout == before.pop("monthly")
    for expense in before["expenses"]:  # the sentence beside a problem's code is Chinese in every language by now
        for problem in expense["problems"]:
            problem.pop("message")
    for name, rows in before.items():
        now = desk.json("export", name)
        assert as_far_as(rows, now) == rows, name
    assert version(desk.ledger) == schema.VERSION
    assert "CONSISTENT" in desk.run("ledger", "verify", "--full").stdout


@pytest.mark.parametrize("theirs", [1, 2, 3])
def test_a_ledger_is_verified_as_the_version_that_it_is(tmp_path, theirs):
    """An upgrade brings tables that an older ledger does not have: its copy is verified without them."""
    desk = released(InProcess(tmp_path), theirs)
    assert "CONSISTENT" in desk.run("ledger", "verify", "--full").stdout
    desk.run("ledger", "backup", desk.folder / "copy.db")
    desk.run("ticket", "list")
    assert len(list(desk.folder.glob(f"ledger.db.v{theirs}-*.backup"))) == 1


def test_it_is_said_once_and_the_copy_is_private(old):
    said = old.run("ticket", "list").stderr
    (copy,) = copies(old)
    assert copy.name == "ledger.db.v1-20261103-090000.backup"
    assert said == (
        f"the ledger {old.ledger} was upgraded from version 1 to {schema.VERSION}; a copy of what it was is {copy}\n"
    )
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert old.run("ticket", "list").stderr == ""


def test_an_upgraded_ledger_has_the_schema_of_a_new_one(old):
    old.now = None  # what came from before is no rehearsal
    old.run("customer", "add", "甲")
    create(old.folder / "new.db")
    found = []
    for path in (old.ledger, old.folder / "new.db"):
        con = sqlite3.connect(path)
        found.append(con.execute(OBJECTS).fetchall())
        con.close()
    assert found[0] == found[1]


def test_an_old_backup_restores_and_is_upgraded_in_its_turn(old):
    old.now = None  # what came from before is no rehearsal
    old.run("customer", "add", "甲")
    (copy,) = copies(old)
    before = copy.read_bytes()
    old.run("ledger", "restore", copy, "--to", old.folder / "again.db", "--accept-loss", "1")
    assert version(old.folder / "again.db") == 1
    old.ledger = old.folder / "again.db"
    assert "CONSISTENT" in old.run("ledger", "verify").stdout
    assert "upgraded from version 1" in old.run("ticket", "list").stderr
    assert copy.read_bytes() == before


@pytest.mark.parametrize(
    "args",
    [("ledger", "verify"), ("ledger", "doctor"), ("ledger", "backup", "copy.db"), ("ledger", "anchor", "--to", "a")],
)
def test_what_looks_at_the_file_or_copies_it_leaves_it_as_it_is(executable, args):
    before = executable.ledger.read_bytes()
    executable.run(*args)
    assert executable.ledger.read_bytes() == before
    assert copies(executable) == []


def test_a_broken_ledger_is_not_upgraded_and_can_be_verified(old):
    con = sqlite3.connect(old.ledger)
    con.execute("UPDATE expense SET amount_fen = amount_fen + 1 WHERE id = 2")
    con.commit()
    con.close()
    before = old.ledger.read_bytes()
    assert "ledger verify" in old.run("ticket", "list", code=5).stderr
    assert "E2" in old.run("ledger", "verify", code=1).stdout
    assert old.ledger.read_bytes() == before
    assert copies(old) == []


def test_a_schema_that_is_not_its_versions_is_not_upgraded(old):
    con = sqlite3.connect(old.ledger)
    con.execute("CREATE INDEX hold_by_at ON hold (at)")
    con.close()
    old.run("ticket", "list", code=5)
    assert [row["kind"] for row in old.json("ledger", "verify", code=1)] == ["schema_added"]


@pytest.mark.parametrize("theirs", [0, schema.VERSION + 1])
def test_a_version_that_was_never_released_is_left_alone(old, theirs):
    con = sqlite3.connect(old.ledger)
    con.execute(f"PRAGMA user_version = {theirs}")
    con.close()
    before = old.ledger.read_bytes()
    for args in (("ticket", "list"), ("ticket", "note", "T1", "x"), ("ledger", "verify")):
        old.run(*args, code=5)
    assert old.ledger.read_bytes() == before


def test_a_ledger_upgraded_by_a_newer_program_meanwhile_takes_no_write(old):
    old.run("ticket", "list")
    ledger = open_ledger(old.ledger, write=True)
    con = sqlite3.connect(old.ledger)
    con.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    con.close()
    with pytest.raises(StorageError) as raised, ledger.command(at=NOW, actor="x", command="ticket note"):
        pass
    ledger.close()
    assert raised.value.key == "newer"


def test_an_old_ledger_on_a_read_only_disk_says_that_it_must_be_upgraded(old, small_disk):
    shutil.copy(old.ledger, small_disk / "ledger.db")
    old.ledger = small_disk / "ledger.db"
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for args in (("ticket", "list"), ("ticket", "note", "T1", "x")):
        said = old.run(*args, code=5).stderr
        assert "version 1" in said and "upgraded first" in said and f"--ledger {old.ledger} ledger info" in said
    assert "CONSISTENT" in old.run("ledger", "verify").stdout


def test_a_read_only_file_makes_no_copies(old, monkeypatch):
    """SQLite takes the write lock on a file that it can only read; the first write is what fails."""

    def read_only(path, *, write):
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)

    monkeypatch.setattr(migrations, "connect", read_only)
    assert "upgraded first" in old.run("ticket", "list", code=5).stderr
    assert copies(old) == []


def test_no_room_for_the_copy_leaves_the_old_version(old, small_disk):
    shutil.copy(old.ledger, small_disk / "ledger.db")
    old.ledger = small_disk / "ledger.db"
    before = old.ledger.read_bytes()
    assert "disk is full" in old.run("ticket", "list", code=5).stderr
    assert old.ledger.read_bytes() == before
    assert [path.name for path in small_disk.iterdir()] == ["ledger.db"]


@pytest.mark.case(10)
def test_eight_processes_that_start_together_upgrade_once(executable):
    """Case 10: reads and writes mixed; all succeed."""
    executable.now = None  # what came from before is no rehearsal
    commands = [("customer", "add", f"甲{n}") if n % 2 else ("ticket", "list", "--limit", "1") for n in range(8)]
    env = executable.full_env()
    running = [
        subprocess.Popen([sys.executable, "-m", "svcdesk", *args], env=env, stdout=subprocess.DEVNULL, stderr=-1)
        for args in commands
    ]
    said = [process.communicate(timeout=60)[1].decode() for process in running]
    assert [process.returncode for process in running] == [0] * 8, said
    assert sum("upgraded" in line for line in said) == 1
    assert len(copies(executable)) == 1
    assert "CONSISTENT" in executable.run("ledger", "verify").stdout


def test_a_failure_on_the_way_leaves_the_old_version(old, monkeypatch):
    def broken(number):
        yield "CREATE TABLE half (a) STRICT"
        raise sqlite3.OperationalError("disk I/O error")

    before = old.ledger.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(schema, "statements", broken)
        with pytest.raises(StorageError):
            migrations.migrate(old.ledger, NOW)
    assert old.ledger.read_bytes() == before
    with pytest.raises(OlderLedger):
        open_ledger(old.ledger)
    assert "upgraded" in old.run("ticket", "list").stderr
    assert [path.name for path in copies(old)] == [
        "ledger.db.v1-20261103-090000-2.backup",
        "ledger.db.v1-20261103-090000.backup",
    ]


KILLED = """
import os, sys, threading, time
from datetime import UTC, datetime
from pathlib import Path
from svcdesk.maintenance import migrations
print("ready", flush=True)
migrations.migrate(Path(sys.argv[1]), datetime.now(UTC))
print("done", flush=True)
"""


def killed(first, folder, seconds):
    """Kill a migration after a time; the ledger is of the old version or of the new one, and sound."""
    desk = moved(first, InProcess(folder))
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(desk.ledger)], stdout=subprocess.PIPE)
    process.stdout.readline()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    done = b"done" in process.communicate()[0]
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
    assert version(desk.ledger) == schema.VERSION or not done
    desk.now = None  # what came from before is no rehearsal
    desk.run("customer", "add", "甲")
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir() if path.is_file())
    for path in folder.glob("*.backup"):
        assert open_ledger(path, as_found=True).close() is None
    return version(desk.ledger)


def test_a_killed_migration_leaves_one_version_or_the_other(first, tmp_path):
    chance = random.Random(1)
    for n in range(4):
        (tmp_path / str(n)).mkdir()
        killed(first, tmp_path / str(n), chance.uniform(0, 0.12))


@pytest.mark.slow
def test_forty_killed_migrations_leave_one_version_or_the_other(first, tmp_path):
    chance = random.Random(2)
    for n in range(40):
        (tmp_path / str(n)).mkdir()
        killed(first, tmp_path / str(n), chance.uniform(0, 0.15))


def test_a_crash_after_the_new_version_reached_the_file_rolls_back(old):
    """A hot journal: the file's head says version 2, what it rolls back to is version 1."""
    script = (
        "import os, sqlite3, sys; con = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "con.execute('PRAGMA cache_size = 1'); con.execute('BEGIN IMMEDIATE');"
        f"con.execute('PRAGMA user_version = {schema.VERSION}');"
        'con.execute("UPDATE ticket SET summary = hex(zeroblob(200000))"); os.kill(os.getpid(), 9)'
    )
    subprocess.run([sys.executable, "-c", script, str(old.ledger)], check=False)
    assert old.ledger.with_name("ledger.db-journal").exists()
    assert "upgraded" in old.run("ticket", "list").stderr
    assert "CONSISTENT" in old.run("ledger", "verify").stdout
    assert os.path.getsize(copies(old)[0]) > 0
