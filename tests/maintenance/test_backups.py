"""Copies: one a day without anybody waiting, verified before it counts; where they are is known and told."""

import fcntl
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from conftest import SHANGHAI, Executable, InProcess, at, new_ledger

from svcdesk.errors import StorageError
from svcdesk.maintenance import backup, catalogue, daily_backup
from svcdesk.maintenance.anchors import Anchor
from svcdesk.store import open_ledger

WHEN = at("2026-10-21T10:00")


class Today(Executable):
    """A desk by the real clock: SVCDESK_NOW would be a rehearsal."""

    def env(self, **more):
        kept = super().env(**more)
        del kept["SVCDESK_NOW"]
        return kept

    @property
    def folder_of_copies(self):
        return self.folder / "ledger.db.backups"

    @property
    def copies(self):
        return sorted(path.name for path in self.folder_of_copies.iterdir()) if self.folder_of_copies.exists() else []

    def add(self, code, **options):
        return self.run("staff", "add", code, "--name", "x", **options)

    def wait(self):
        """Wait until today's copy is made, or has failed."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if catalogue.lines(self.ledger):
                return catalogue.lines(self.ledger)[-1]
            time.sleep(0.02)
        raise AssertionError("no copy was made")


@pytest.fixture
def today(tmp_path):
    return new_ledger(Today(tmp_path))


def day():
    return datetime.now(SHANGHAI).date()


# The copy of the day


def test_the_first_write_of_a_day_is_copied_and_no_other(today):
    assert today.copies == []
    done = today.add("W01")
    assert done.stderr == ""
    line = today.wait()
    assert (line.kind, line.seq) == ("daily", 2)
    assert today.copies == [f"ledger-{day()}.db"]
    assert line.path == today.folder_of_copies / today.copies[0]
    assert oct(stat.S_IMODE(line.path.stat().st_mode)) == "0o600"
    assert oct(stat.S_IMODE(today.folder_of_copies.stat().st_mode)) == "0o700"
    assert oct(stat.S_IMODE(catalogue.file_of(today.ledger).stat().st_mode)) == "0o600"
    made = line.path.read_bytes()
    assert today.add("W02").stderr == ""
    time.sleep(0.3)
    assert len(catalogue.lines(today.ledger)) == 1
    assert line.path.read_bytes() == made
    today.ledger = line.path
    assert "CONSISTENT" in today.run("ledger", "verify").stdout


def test_a_write_that_finds_the_copy_made_loads_nothing_for_it(today):
    today.add("W01")
    today.wait()
    script = "import sys; from svcdesk.cli import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script, "staff", "add", "W02", "--name", "x"],
        env=today.full_env(), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    loaded = set(done.stderr.split())
    assert "svcdesk.maintenance.catalogue" in loaded
    assert (
        loaded
        & {
            "svcdesk.maintenance.daily_backup",
            "svcdesk.maintenance.backup",
            "svcdesk.maintenance.verify",
            "svcdesk.maintenance.anchors",
        }
        == set()
    )


def test_reading_makes_no_copy(today):
    today.run("staff", "list")
    today.run("ledger", "verify")
    assert sorted(path.name for path in today.folder.iterdir()) == ["ledger.db"]


def test_the_reader_of_a_pipe_does_not_wait_for_the_copy(today):
    """The child holds neither the pipe nor anything else that its parent was handed."""
    started = "import os, sys, time; from svcdesk.maintenance import daily_backup as daily; daily.make = lambda *_: time.sleep(20)"
    script = f"{started}; from svcdesk.cli import main; sys.argv[1:] = ['staff', 'add', 'W01', '--name', 'x']; main()"
    read, write = os.pipe()
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=today.full_env(), capture_output=True, text=True, timeout=30, check=True, pass_fds=[write],
    )  # fmt: skip
    os.close(write)
    assert os.read(read, 1) == b""
    os.close(read)
    assert time.monotonic() - began < 10
    assert "W01" in done.stdout
    with pytest.raises(BlockingIOError), held(today.folder_of_copies):
        pass


@contextmanager
def held(folder):
    """Hold the folder of the copies as one who makes a copy does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def test_who_finds_a_copy_under_way_leaves_it_to_that(today):
    today.folder_of_copies.mkdir(mode=0o700)
    with held(today.folder_of_copies):
        assert today.add("W01").stderr == ""
        time.sleep(0.3)
        assert today.copies == []
    today.add("W02")
    assert today.wait().seq == 3


def test_eight_writers_at_once_make_one_copy(today):
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "svcdesk", "staff", "add", f"W{n}", "--name", "x"],
            env=today.full_env(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        for n in range(8)
    ]  # fmt: skip
    assert [process.communicate(timeout=60)[1] for process in running] == [b""] * 8
    today.wait()
    time.sleep(0.3)
    assert today.copies == [f"ledger-{day()}.db"]
    assert [line.kind for line in catalogue.lines(today.ledger)] == ["daily"]


def test_a_copy_that_cannot_be_made_is_a_warning_and_tried_again_later(today):
    today.run("policy", "set", "backup.folder", "/nowhere/below", "--from", "2026-01-01", "--reason", "x")
    catalogue.file_of(today.ledger).unlink(missing_ok=True)
    done = today.add("W01")
    assert "W01" in done.stdout
    assert done.stderr.startswith("warning: today's copy of the ledger was not made: cannot open /nowhere/below: ")
    assert " → " in done.stderr
    assert today.wait().kind == "failed"
    assert today.add("W02").stderr == ""


def test_a_failure_nobody_saw_is_told_when_it_is_tried_again(today):
    hours_ago = datetime.now(SHANGHAI) - timedelta(hours=2)
    catalogue.fail(today.ledger, hours_ago)
    assert "svcdesk ledger backup FILE tells why" in today.add("W01").stderr
    until = time.monotonic() + 30
    while catalogue.last_failure(today.ledger) and time.monotonic() < until:
        time.sleep(0.02)
    assert catalogue.last_failure(today.ledger) is None


def test_the_policy_turns_it_off_and_says_where(today):
    """The folder is read from the ledger's own."""
    today.run("policy", "set", "backup.daily", "off", "--from", "2026-01-01", "--reason", "x")
    today.add("W01")
    time.sleep(0.3)
    assert catalogue.lines(today.ledger) == []
    today.run("policy", "set", "backup.folder", "kept", "--from", "2026-01-01", "--reason", "x")
    today.run("policy", "set", "backup.daily", "on", "--from", "2026-01-01", "--reason", "x")
    assert today.wait().path == today.folder / "kept" / f"ledger-{day()}.db"


@pytest.mark.parametrize(
    ("key", "value"), [("backup.daily", "yes"), ("backup.keep", "0"), ("backup.keep", "x"), ("backup.folder", "a\nb")]
)
def test_the_policy_takes_only_what_it_understands(desk, key, value):
    desk.run("policy", "set", key, value, "--from", "2026-01-01", "--reason", "x", code=2)


def test_a_rehearsal_and_the_demo_make_none(tmp_path):
    desk = new_ledger(Executable(tmp_path))
    desk.run("staff", "add", "W01", "--name", "x")
    Today(tmp_path).run("demo", "--into", "demo.db")
    time.sleep(0.3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.db", "ledger.db"]


def planned(desk, **changes):
    plan = daily_backup._plan(desk.ledger, WHEN)
    plan.to.parent.mkdir(mode=0o700, exist_ok=True)
    return plan._replace(**changes)


def test_the_newest_copies_of_this_ledger_are_kept_and_nothing_else_is_touched(desk):
    plan = planned(desk, keep=3)
    folder = plan.to.parent
    for number in range(1, 6):
        shutil.copy(desk.ledger, folder / f"ledger-2026-10-{number:02d}.db")
    foreign = {
        "ledger-2026-09-01.db": b"not a ledger at all",
        "ledger-2026-9-02.db": desk.ledger.read_bytes(),
        "other-2026-09-01.db": desk.ledger.read_bytes(),
        "ledger-2026-09-01.db.keep": desk.ledger.read_bytes(),
    }
    for name, content in foreign.items():
        (folder / name).write_bytes(content)
    (folder / "ledger-2026-09-03.db").symlink_to(desk.ledger)
    daily_backup.make(plan, WHEN)
    left = {path.name for path in folder.iterdir()}
    kept = {"ledger-2026-10-04.db", "ledger-2026-10-05.db", "ledger-2026-10-21.db"}
    assert left == kept | {*foreign, "ledger-2026-09-03.db"}


def test_the_copies_of_another_ledger_of_the_same_name_stay(desk, tmp_path_factory):
    other = InProcess(tmp_path_factory.mktemp("other"))
    other.now = "2026-10-19T09:00:00+08:00"
    new_ledger(other)
    plan = planned(desk, keep=1)
    theirs = plan.to.with_name("ledger-2026-10-01.db")
    shutil.copy(other.ledger, theirs)
    daily_backup.make(plan, WHEN)
    assert theirs.exists()
    assert plan.to.exists()


def test_a_copy_that_was_killed_leaves_nothing_for_long(desk):
    plan = planned(desk)
    part = plan.to.with_name(".ledger-2026-10-20.db.0123abcd.part")
    shutil.copy(desk.ledger, part)
    stranger = plan.to.with_name(".ledger-2026-10-20.db.0123abce.part")
    stranger.write_bytes(b"x" * 100)
    daily_backup.make(plan, WHEN)
    assert not part.exists()
    assert stranger.exists()


def test_a_broken_ledger_makes_no_copy(desk):
    con = sqlite3.connect(desk.ledger)
    con.execute("UPDATE staff SET name = 'x' WHERE id = 1")
    con.commit()
    con.close()
    plan = planned(desk)
    daily_backup.make(plan, WHEN)
    assert list(plan.to.parent.iterdir()) == []
    assert catalogue.last_failure(desk.ledger) is not None


def test_a_closed_standard_input_does_not_lose_the_lock(today):
    script = f"exec <&-; {sys.executable} -m svcdesk staff add W01 --name x"
    done = subprocess.run(["sh", "-c", script], env=today.full_env(), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert today.wait().kind == "daily"


def test_a_ledger_behind_a_link_is_copied_under_its_own_name(today):
    real = today.ledger.rename(today.folder / "real.db")
    today.ledger.symlink_to(real)
    today.add("W01")
    assert today.wait().path == today.folder / "real.db.backups" / f"real-{day()}.db"


def test_whatever_goes_wrong_there_the_command_has_succeeded(today, monkeypatch):
    script = "import sys; from svcdesk.maintenance import daily_backup as daily; daily._lock = lambda _: 1 / 0; from svcdesk.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, "staff", "add", "W01", "--name", "x"],
        env=today.full_env(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0
    assert "ZeroDivisionError" in done.stderr and done.stderr.startswith("warning: ")


def test_a_name_that_something_else_has_is_not_written_over(today):
    today.folder_of_copies.mkdir(mode=0o700)
    taken = today.folder_of_copies / f"ledger-{day()}.db"
    taken.write_bytes(b"mine")
    said = today.add("W01").stderr
    assert str(taken) in said and "policy set backup.folder" in said
    assert taken.read_bytes() == b"mine"


def test_no_room_is_known_before_anything_is_started(desk, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 100, 0))
    with pytest.raises(StorageError) as raised:
        daily_backup.start(desk.ledger, WHEN)
    assert raised.value.key == "full"


# Copying in steps, beside those who write


def test_a_copy_in_many_steps_is_whole_though_others_write(desk, monkeypatch):
    """Small steps that writers start over again and again end in one large one."""
    monkeypatch.setattr(backup, "_STEP", 2)
    steps = []
    monkeypatch.setattr(backup, "_PAUSE", 0)
    writer, ledger = open_ledger(desk.ledger, write=True), open_ledger(desk.ledger)

    class Watched:
        path = ledger.path

        class con:
            @staticmethod
            def backup(target, **options):
                steps.append(options.get("pages"))
                if inner := options.get("progress"):

                    def progress(*told):
                        with writer.command(at=WHEN, actor="x", command="contact log"):
                            writer.insert("contact", at=WHEN, customer_id=1, channel="call", summary="x")
                        inner(*told)

                    options["progress"] = progress
                return ledger.con.backup(target, **options)

    newest = backup.copy(Watched, desk.folder / "copy.db")
    assert steps == [2, None]
    assert newest.seq == writer.entry.seq
    writer.close()
    ledger.close()
    desk.ledger = desk.folder / "copy.db"
    assert "CONSISTENT" in desk.run("ledger", "verify", "--full").stdout


def test_a_copy_does_not_wait_for_ever_for_a_stopped_writer(desk, monkeypatch):
    monkeypatch.setattr(backup, "BUSY_SECONDS", 0.3)
    ledger = open_ledger(desk.ledger)
    ledger.con.execute("PRAGMA busy_timeout = 10")
    con = sqlite3.connect(desk.ledger, isolation_level=None)
    con.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageError) as raised:
        backup.copy(ledger, desk.folder / "copy.db")
    con.close()
    ledger.close()
    assert raised.value.key == "busy"
    assert [path.name for path in desk.folder.iterdir()] == ["ledger.db"]


# What is known of them


@pytest.mark.parametrize(
    ("kind", "when", "is_settled"),
    [
        ("daily", "2026-10-21T00:00", True),
        ("daily", "2026-10-20T23:59", False),
        ("daily", "2026-10-22T00:00", False),  # a clock that was wrong once does not stop the copies
        ("failed", "2026-10-21T09:01", True),
        ("failed", "2026-10-21T08:59", False),
        ("backup", "2026-10-21T09:30", False),
        ("anchor", "2026-10-21T09:30", False),
    ],
)
def test_what_settles_the_day(tmp_path, kind, when, is_settled):
    catalogue.remember(tmp_path / "l.db", kind, Anchor(1, "ab"), tmp_path / "c.db", at(when))
    assert catalogue.settled(tmp_path / "l.db", WHEN) == is_settled


def test_what_is_no_line_is_passed_over(tmp_path):
    path = tmp_path / "l.db"
    catalogue.file_of(path).write_bytes(b"\xff\xfe\nhello\n2026-10-21T00:00:00Z daily x y z\n\n")
    assert catalogue.lines(path) == []
    catalogue.remember(path, "daily", Anchor(1, "ab"), tmp_path / "a b", WHEN)
    assert [line.path.name for line in catalogue.lines(path)] == ["a b"]


def test_a_line_counts_only_for_the_chain_that_it_is_of(desk):
    ledger = open_ledger(desk.ledger)
    catalogue.remember(desk.ledger, "backup", Anchor(1, "0" * 64), desk.folder / "x", WHEN)
    assert catalogue.known(ledger) == []
    sealed = ledger.value("SELECT hash FROM entry WHERE seq = 1")
    catalogue.remember(desk.ledger, "backup", Anchor(1, sealed), desk.folder / "x", WHEN)
    assert len(catalogue.known(ledger)) == 1
    ledger.close()


def advice(desk):
    return [row["kind"] for row in desk.json("ledger", "doctor")]


def test_doctor_tells_how_old_the_newest_copy_and_anchor_are(desk):
    said = desk.run("ledger", "doctor").stdout
    assert "no verified copy is known" in said and "no anchor is known" in said
    assert advice(desk) == []
    desk.now = "2026-10-22T09:00:00+08:00"
    assert advice(desk) == ["no_copy"]
    desk.run("ledger", "backup", desk.folder / "copy.db")
    desk.run("ledger", "anchor", "--to", desk.folder / "anchors.txt")
    desk.now = "2026-12-01T09:00:00+08:00"
    assert advice(desk) == []  # nothing was written since
    desk.run("staff", "add", "X1", "--name", "x")
    assert advice(desk) == ["copy_old", "anchor_old"]
    said = desk.run("ledger", "doctor").stdout
    assert "2026-10-22 09:00 (40 days ago)" in said
    assert f"svcdesk ledger anchor --to {desk.folder / 'anchors.txt'}" in said
    (desk.folder / "copy.db").unlink()
    assert advice(desk) == ["no_copy", "anchor_old"]


def test_doctor_tells_of_copies_that_failed_were_cut_short_or_can_be_read(desk):
    desk.run("ledger", "backup", desk.folder / "copy.db")
    (desk.folder / "copy.db").chmod(0o640)
    part = desk.folder / ".ledger.db.v1.backup.0123abcd.part"
    part.write_bytes(b"")
    os.utime(part, (0, 0))
    attached = desk.folder / "ledger.db.files" / "ab" / ".ab12.part"  # killed while a file was attached
    attached.parent.mkdir(parents=True)
    attached.write_bytes(b"")
    os.utime(attached, (0, 0))
    catalogue.fail(desk.ledger, WHEN)
    found = desk.json("ledger", "doctor")
    assert [row["kind"] for row in found] == ["copy_failed", "readable", "part_left", "part_left"]
    assert "2026-10-21 10:00" in found[0]["what"]
    assert "chmod 600" in found[1]["what"]


def test_redact_names_the_copies_that_still_hold_what_it_erased(desk):
    def copy(name):
        desk.run("ledger", "backup", desk.folder / name)
        return str(desk.folder / name)

    before = copy("before.db")
    desk.run("customer", "add", "新客户", "--person", "张秘密", "--phone", "13511112222")
    holding, gone = copy("holding.db"), copy("gone.db")
    plan = planned(desk)
    daily_backup.make(plan, WHEN)
    shutil.copy(desk.ledger, desk.folder / "ledger.db.v1-20261001-000000.backup")
    (desk.folder / "ledger.db.v1-20261001-000001.backup").write_bytes(b"cut short")
    (desk.folder / "gone.db").unlink()
    said = desk.run("ledger", "redact", "新客户", "--reason", "x", "--yes").stderr
    assert "4 copies still hold it" in said
    for path in (holding, plan.to, "ledger.db.v1-20261001-000000.backup", "ledger.db.v1-20261001-000001.backup"):
        assert str(path) in said
    assert before not in said and gone not in said
    after = copy("after.db")
    again = desk.run("ledger", "redact", "新客户", "--reason", "x", "--yes").stderr
    assert after not in again


def test_redact_is_quiet_where_no_copy_holds_it(desk):
    desk.run("customer", "add", "新客户", "--phone", "13511112222")
    assert desk.run("ledger", "redact", "新客户", "--reason", "x", "--yes").stderr == ""
