"""The store: one way to open a ledger, one way to write it, one transaction a command, and the way back."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing

import pytest
from conftest import Executable, crash, new_ledger, open_ticket

from svcdesk import journal, reports, schema, store
from svcdesk.errors import StorageError
from svcdesk.store import open_ledger

# Opening


@pytest.mark.case(14)
@pytest.mark.parametrize(
    "content",
    [b"", b"SQ", b"hello there, not a database", b"\x89PNG\r\n\x1a\n" + bytes(200), b"SQLite format 3\0" + bytes(200)],
)
def test_what_is_no_ledger_is_left_alone(desk, content):
    """An empty, short, text, picture or half-right file."""
    desk.ledger.write_bytes(content)
    for args in (["status"], ["contact", "log", "--customer", "x", "--channel", "call", "--summary", "x"]):
        desk.run(*args, code=5)
    assert desk.ledger.read_bytes() == content


@pytest.mark.case(13, 14)
def test_other_things_than_files_are_refused(desk, tmp_path):
    """A mistyped path, a folder, /dev/null, a FIFO: no hang, nothing made."""
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "typo.db", tmp_path, "/dev/null", tmp_path / "fifo"):
        assert "error: " in desk.run("--ledger", path, "ticket", "list", code=5).stderr
    assert not (tmp_path / "typo.db").exists()


@pytest.mark.case(14)
def test_another_programs_database_is_refused(desk):
    other = desk.folder / "other.db"
    con = sqlite3.connect(other)
    con.execute("CREATE TABLE centre (name, timezone, home)")
    con.commit()
    con.close()
    before = other.read_bytes()
    desk.run("--ledger", other, "status", code=5)
    assert other.read_bytes() == before


@pytest.mark.case(15)
def test_a_newer_ledger_is_left_alone(desk):
    """Both versions are named."""
    con = sqlite3.connect(desk.ledger)
    con.execute("PRAGMA user_version = 7777")
    con.close()
    before = desk.ledger.read_bytes()
    done = desk.run("ticket", "list", code=5)
    assert "7777" in done.stderr and f" {schema.VERSION};" in done.stderr
    assert desk.ledger.read_bytes() == before


def test_the_safeguards_are_on(desk):
    ledger = open_ledger(desk.ledger, write=True)
    told = {name: ledger.value(f"PRAGMA {name}") for name in (*store._WRITE, "journal_mode")}
    ledger.close()
    assert told == {**store._WRITE, "journal_mode": "delete"}
    ledger = open_ledger(desk.ledger)
    with pytest.raises(sqlite3.OperationalError):
        ledger.con.execute("DELETE FROM personal")
    ledger.close()


def test_the_journal_cannot_be_edited_through_sqlite(desk):
    ledger = open_ledger(desk.ledger, write=True)
    for statement in (
        "UPDATE entry SET actor = 'x'",
        "DELETE FROM entry",
        "UPDATE change SET after = '{}'",
        "DELETE FROM change",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry",
        "DELETE FROM staff",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            ledger.con.execute(statement)
    ledger.close()


@pytest.mark.case(27)
def test_every_file_is_private(tmp_path):
    """Under umask 022."""
    desk = Executable(tmp_path)
    old = os.umask(0o022)
    try:
        new_ledger(desk)
    finally:
        os.umask(old)
    assert stat.S_IMODE(desk.ledger.stat().st_mode) == 0o600


def test_init_never_writes_over_a_file(desk):
    before = desk.ledger.read_bytes()
    desk.run("init", code=5)
    assert desk.ledger.read_bytes() == before


# Writing


def test_a_failed_command_writes_nothing(desk):
    before = desk.ledger.read_bytes()
    for args in (
        ("ticket", "open", "--customer", "江南机床", "--kind", "repair", "--channel", "call", "--summary", " "),
        ("ticket", "answer", "T1"),
        ("expense", "add", "--engineer", "W01", "--category", "other", "--amount", "5", "--date", "2026-02-30"),
    ):
        assert desk.finished(list(args)).returncode in (2, 4)
    assert desk.ledger.read_bytes() == before


@pytest.mark.case(7)
def test_a_second_writer_gives_up_after_the_stated_wait(desk, monkeypatch):
    """Somebody holds the lock."""
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.3)
    holder = sqlite3.connect(desk.ledger, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    ledger = open_ledger(desk.ledger, write=True)
    with pytest.raises(StorageError) as error:
        ledger.begin()
    assert error.value.key == "busy" and time.monotonic() - begun < 5
    ledger.close()
    assert desk.json("ticket", "list") == []  # reading goes on
    holder.close()


def test_parallel_writers_all_get_their_turn(executable):
    command = [
        sys.executable,
        "-m",
        "svcdesk",
        "contact",
        "log",
        "--customer",
        "江南机床",
        "--channel",
        "call",
        "--summary",
    ]
    env = executable.full_env()
    running = [subprocess.Popen([*command, f"n{n}"], env=env, stdout=subprocess.DEVNULL) for n in range(16)]
    assert [process.wait(60) for process in running] == [0] * 16
    assert len(executable.json("contact", "list")) == 16
    executable.run("ledger", "verify")


@pytest.mark.case(6)
@pytest.mark.slow
def test_fifty_processes_write_a_hundred_times_each(desk):
    """5,000 rows, a contiguous chain."""
    code = (
        "import sys; from datetime import datetime, UTC; from pathlib import Path\n"
        "from svcdesk.store import open_ledger\n"
        "for n in range(100):\n"
        "    ledger = open_ledger(Path(sys.argv[1]), write=True)\n"
        "    with ledger.command(at=datetime.now(UTC), actor='p', command='contact log'):\n"
        "        ledger.insert('contact', at=datetime.now(UTC), customer_id=1, channel='call', summary='x')\n"
        "    ledger.close()\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(desk.ledger)]) for _ in range(50)]
    assert {process.wait(300) for process in running} == {0}
    assert len(desk.json("contact", "list")) == 5000
    desk.run("ledger", "verify")


def importing(desk, rows):
    """Start an import of many rows, and come back once it writes: its rollback journal stands beside the ledger."""
    path = desk.folder / "many.csv"
    path.write_text("code,name,role\n" + "".join(f"X{n},甲,engineer\n" for n in range(rows)), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "svcdesk", "import", "staff", str(path)],
        env=desk.full_env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    while process.poll() is None and not desk.ledger.with_name("ledger.db-journal").exists():
        time.sleep(0.005)
    return process


@pytest.mark.case(1)
def test_a_killed_import_leaves_all_or_nothing(executable):
    """SIGKILL at moments of an import; the ledger opens, and verifies."""
    for moment in range(8):
        process = importing(executable, 4000)
        time.sleep(moment * 0.03)
        process.kill()
        process.communicate()
        people = len(executable.json("staff", "list"))
        assert people in (5, 4005)
        executable.run("ledger", "verify")
        if people > 5:
            break  # whole


@pytest.mark.case(11)
def test_an_interrupted_import_is_rolled_back(executable):
    """SIGINT is exit 130."""
    process = importing(executable, 60_000)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and b"Traceback" not in said
    assert len(executable.json("staff", "list")) == 5


@pytest.mark.case(18)
@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_ledger_can_be_read(executable):
    executable.ledger.chmod(0o400)
    executable.run("staff", "list")
    executable.run("staff", "retire", "W01", code=5)


# Undo, requests, log


def test_undo_takes_back_what_the_last_command_did(desk):
    open_ticket(desk)
    before = desk.json("ticket", "show", "T1")
    desk.run("ticket", "answer", "T1")
    desk.run("undo", "--yes")
    assert desk.json("ticket", "show", "T1") == before
    desk.run("undo", "--yes")
    desk.run("ticket", "show", "T1", code=4)
    assert desk.json("ticket", "list") == desk.json("contact", "list") == []
    assert open_ticket(desk) == "T2"  # an id is never used again
    desk.run("ledger", "verify")


def test_undo_passes_over_a_look_at_personal_data(desk):
    open_ticket(desk)
    desk.run("export", "customers", "--reveal")
    desk.run("undo", "--yes")
    assert desk.json("ticket", "list") == []


def test_undo_goes_back_to_the_beginning_and_no_further(desk):
    for _ in range(9):
        desk.run("undo", "--yes")
    desk.run("undo", "--yes", code=3)
    assert desk.json("staff", "list") == []
    desk.run("ledger", "verify")


def test_undo_off_a_terminal_needs_yes(executable):
    assert "--yes" in executable.run("undo", code=2).stderr


@pytest.mark.case(12)
def test_a_request_is_recorded_once(desk):
    """The same again is harmless; other content under its id is refused."""
    add = ("expense", "add", "--engineer", "W01", "--category", "other", "--amount", "5", "--date", "2026-10-01")
    desk.run(*add, "--request-id", "r1")
    assert "already" in desk.run(*add, "--request-id", "r1").stdout
    assert desk.json(*add, "--request-id", "r1")["id"] == "E1"
    desk.run(*add, "--note", "x", "--request-id", "r1", code=3)
    assert len(desk.json("expense", "list")) == 1
    desk.run("undo", "--yes")
    desk.run(*add, "--request-id", "r1", code=3)


def test_the_log_tells_what_changed(desk):
    open_ticket(desk)
    desk.run("ticket", "answer", "T1", "--note", "已回电")
    entries = desk.json("ledger", "log", "--record", "T1")
    assert [entry["command"] for entry in entries] == ["ticket open", "ticket answer T1"]
    (change,) = entries[-1]["changes"]
    assert change["record"] == "T1" and change["changed"]["status"] == ["open", "answered"]


def test_the_log_tells_people_of_a_few_rows_of_an_import_and_scripts_of_all(desk):
    rows = "".join(f"X{n},甲,engineer\n" for n in range(40))
    (desk.folder / "many.csv").write_text(f"code,name,role\n{rows}", encoding="utf-8")
    desk.run("import", "staff", desk.folder / "many.csv")
    said = desk.run("ledger", "log", "--limit", "1").stdout
    assert "X4" in said and "X5" not in said and "35 more rows" in said
    assert len(desk.json("ledger", "log", "--limit", "1")[0]["changes"]) == 40


def test_no_personal_data_stands_in_the_journal(desk):
    secrets = ("--person", "许某某", "--phone", "13611112222", "--address", "长安街一号")
    desk.run("customer", "add", "新厂", *secrets, "--request-id", "q")
    con = sqlite3.connect(desk.ledger)
    told = [str(row) for table in ("entry", "change", "request") for row in con.execute(f"SELECT * FROM {table}")]
    con.close()
    assert not [secret for secret in secrets[1::2] if secret in "".join(told)]


def test_the_chain_is_what_it_says(desk):
    con = sqlite3.connect(desk.ledger)
    prev = journal.GENESIS
    for entry in journal.entries(con):
        assert entry.prev == prev
        prev = journal.seal(entry.head(None), journal.changes_of(con, entry.seq), prev)
        assert entry.hash == prev
    con.close()


def test_a_hot_journal_is_rolled_back_by_a_reader(executable):
    """A crash left a rollback journal: the next read heals it and reads the last committed state."""
    crash(executable.ledger)
    assert executable.ledger.with_name("ledger.db-journal").exists()
    assert len(executable.json("customer", "list")) == 2
    executable.run("ledger", "verify")


# What is asked of one snapshot is answered once


def test_what_was_worked_out_in_a_snapshot_is_forgotten_with_it(desk):
    open_ticket(desk)
    asked = []

    @store.once_a_snapshot
    def tickets(ledger, above):
        asked.append(above)
        return ledger.value("SELECT count(*) FROM live_ticket WHERE id > ?", (above,))

    with closing(open_ledger(desk.ledger)) as ledger:
        with reports.snapshot(ledger):
            assert [tickets(ledger, 0), tickets(ledger, 0), tickets(ledger, 1)] == [1, 1, 0]
        assert asked == [0, 1]
        open_ticket(desk)
        assert [tickets(ledger, 0), tickets(ledger, 0)] == [2, 2] and asked == [0, 1, 0, 0]
        with reports.snapshot(ledger):
            assert tickets(ledger, 0) == 2 and asked == [0, 1, 0, 0, 0]
