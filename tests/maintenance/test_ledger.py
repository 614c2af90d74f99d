"""What the ledger file promises: it notices what was changed behind its back, and loses nothing that it said it had."""

import os
import random
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from conftest import Executable, copied, hire, new_ledger, open_ticket

from svcdesk import journal, schema, store
from svcdesk.maintenance import doctor, verify
from svcdesk.store import open_ledger


@pytest.fixture(scope="session")
def busy(tmp_path_factory, hired):
    """A ledger with tickets, notes and expenses. Only copied, never written."""
    desk = copied(hired, tmp_path_factory.mktemp("busy"))
    for n in range(4):
        open_ticket(desk)
        desk.run("ticket", "answer", f"T{n + 1}", "--note", f"answered {n}")
    for n in range(4):
        args = ("--engineer", "W01", "--category", "other", "--amount", f"{n}9.90", "--date", "2026-10-19")
        desk.run("expense", "add", *args, "--invoice", f"X{n}")
    return desk


@pytest.fixture
def desk(busy, tmp_path):
    """A desk on a copy of the busy ledger, driven inside this process."""
    return copied(busy, tmp_path)


@pytest.fixture
def executable(busy, tmp_path):
    """A desk on a copy of the busy ledger, driven through the real executable."""
    return copied(busy, tmp_path, Executable)


@contextmanager
def meddling(desk, guards=False):
    """A plain SQLite connection that goes past every guard; the guards are put back unless they are the point."""
    con = sqlite3.connect(desk.ledger, isolation_level=None)
    triggers = con.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    if not guards:
        for name, _ in triggers:
            con.execute(f"DROP TRIGGER {name}")
    yield con
    if not guards:
        for _, sql in triggers:
            con.execute(sql)
    con.close()


def faults(desk):
    """Verify in this process and give the faults."""
    ledger = open_ledger(desk.ledger)
    try:
        return verify.verify(ledger)
    finally:
        ledger.close()


def rehash(con, since=1):
    """Hash the chain anew from an entry on, as somebody with the source at hand could."""
    prev = con.execute("SELECT hash FROM entry WHERE seq = ?", (since - 1,)).fetchone()
    prev = prev[0] if prev else journal.GENESIS
    for entry in list(journal.entries(con, since)):
        sealed = journal.seal(entry.head(None), con.execute(journal.CHANGES, (entry.seq,)), prev)
        con.execute("UPDATE entry SET prev = ?, hash = ? WHERE seq = ?", (prev, sealed, entry.seq))
        prev = sealed


def flip(path, text):
    """Flip the lowest bit of the last byte of every place in the file where the text stands."""
    data = bytearray(path.read_bytes())
    places = [match.end() - 1 for match in re.finditer(re.escape(text), bytes(data))]
    assert places
    for place in places:
        data[place] ^= 1
    path.write_bytes(data)


# Verify


def test_an_honest_ledger_is_consistent(desk):
    assert desk.run("ledger", "verify").stdout.startswith("CONSISTENT: ")
    said = desk.run("ledger", "verify", "--full").stdout
    assert "not checked" not in said
    assert "tamper" not in said
    assert desk.json("ledger", "verify") == []


def test_verify_leaves_the_file_as_it_is(desk):
    before = desk.ledger.read_bytes()
    desk.run("ledger", "verify", "--full")
    desk.run("ledger", "doctor")
    desk.run("ledger", "info")
    assert desk.ledger.read_bytes() == before


@pytest.mark.case(19)
def test_an_edited_row_is_named_with_its_entry(desk):
    """The sqlite3 shell edits a row."""
    with meddling(desk) as con:
        con.execute("UPDATE expense SET amount_fen = amount_fen + 1 WHERE id = 2")
        entry = con.execute("SELECT max(entry) FROM change WHERE \"table\" = 'expense' AND row = 2").fetchone()[0]
    done = desk.run("ledger", "verify", code=1)
    assert f"BROKEN at entry {entry}:" in done.stdout
    assert "E2 differs from the journal (amount_fen: 1990 -> 1991)" in done.stdout
    assert "svcdesk ledger log --record E2" in done.stdout
    assert [row["subject"] for row in desk.json("ledger", "verify", code=1)] == ["E2"]


@pytest.mark.case(19)
@pytest.mark.parametrize(
    ("sql", "kind", "subject"),
    [
        ("DROP TRIGGER entry_keep_update", "schema_missing", "trigger entry_keep_update"),
        ("DROP INDEX change_by_row", "schema_missing", "index change_by_row"),
        ("CREATE TABLE extra (a)", "schema_added", "table extra"),
        ("CREATE TABLE sqlitex_extra (a)", "schema_added", "table sqlitex_extra"),
        ("ALTER TABLE expense ADD COLUMN extra TEXT", "schema_changed", "table expense"),
    ],
)
def test_a_changed_schema_is_named(desk, sql, kind, subject):
    """A trigger is dropped, a table added."""
    with meddling(desk, guards=True) as con:
        con.execute(sql)
    assert (kind, subject) in [fault[:2] for fault in faults(desk)]


@pytest.mark.case(19)
def test_a_removed_check_is_named(desk):
    """A CHECK is removed, which no integrity check notices."""
    with meddling(desk, guards=True) as con:
        con.execute("PRAGMA writable_schema = ON")
        clause = " CHECK (amount_fen BETWEEN -99999999999 AND 99999999999)"
        con.execute("UPDATE sqlite_master SET sql = replace(sql, ?, '') WHERE name = 'expense'", (clause,))
    assert [fault[:2] for fault in faults(desk)] == [("schema_changed", "table expense")]


OF_A_CUSTOMER = "id = (SELECT personal_id FROM customer WHERE id = 1)"


@pytest.mark.parametrize(
    ("sql", "kind", "subject"),
    [
        ("DELETE FROM survey", None, None),
        ("DELETE FROM expense WHERE id = 3", "vanished", "E3"),
        ("DELETE FROM change WHERE \"table\" = 'expense' AND row = 3", "unjournaled", "E3"),
        ("UPDATE ticket SET status = 'closed' WHERE id = 2", "invariant", "T2"),
        ("UPDATE expense SET line = 'material' WHERE id = 1", "invariant", "E1"),
        ("UPDATE expense SET engineer_id = 99 WHERE id = 1", "dangling", "E1"),
        (f"UPDATE personal SET phone = '13800000000' WHERE {OF_A_CUSTOMER}", "personal", "customer 1"),
        (f"UPDATE personal SET name = NULL, phone = NULL, salt = NULL WHERE {OF_A_CUSTOMER}", "erased", "customer 1"),
        ("INSERT INTO personal (id, name) VALUES (99, 'x')", "unjournaled", "personal 99"),
        ("DELETE FROM entry WHERE seq = 5", "gap", "#5"),
        ("UPDATE entry SET actor = 'somebody' WHERE seq = 5", "hash", "#5"),
    ],
)
def test_each_kind_of_damage_has_its_words(desk, sql, kind, subject):
    with meddling(desk) as con:
        con.execute(sql)
    kinds = [fault[:2] for fault in faults(desk)]
    if kind is None:
        assert kinds == []
        return
    assert (kind, subject) in kinds
    assert "BROKEN" in desk.run("ledger", "verify", code=1).stdout


@pytest.mark.case(17)
@pytest.mark.parametrize("what", ["note", "amount", "hash"])
def test_a_flipped_bit_breaks_the_right_entry(desk, what):
    """One bit in a note, an amount, a hash."""
    con = sqlite3.connect(desk.ledger)
    entry, sealed = con.execute("SELECT seq, hash FROM entry WHERE note = 'answered 2'").fetchone()
    if what == "amount":
        sql = "SELECT entry FROM change WHERE \"table\" = 'expense' AND row = 3"
        entry = con.execute(sql).fetchone()[0]
    con.close()
    flip(desk.ledger, {"note": b"answered 2", "amount": b'"amount_fen":2990', "hash": sealed.encode()}[what])
    assert f"BROKEN at entry {entry}:" in desk.run("ledger", "verify", code=1).stdout


def test_another_escaping_of_the_same_json_is_no_damage(desk):
    open_ticket(desk, serial='A"1\\2')
    assert faults(desk) == []
    with meddling(desk) as con:
        spaced = "replace(after, '\",\"', '\", \"')"
        con.execute(f"UPDATE change SET after = {spaced}")
        rehash(con)
    assert faults(desk) == []


@pytest.mark.case(20)
def test_a_cut_tail_shows_against_an_anchor(desk):
    """Ten entries cut off the end, with all that they wrote."""
    desk.run("ledger", "anchor", "--to", desk.folder / "anchors.txt")
    with meddling(desk) as con:
        last = con.execute("SELECT max(seq) FROM entry").fetchone()[0] - 10
        for table, row in con.execute('SELECT "table", row FROM change WHERE entry > ?', (last,)).fetchall():
            con.execute(f"DELETE FROM {table} WHERE id = ?", (row,))
        con.execute("DELETE FROM change WHERE entry > ?", (last,))
        con.execute("DELETE FROM entry WHERE seq > ?", (last,))
    desk.ledger.with_name("ledger.db.copies").unlink()
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
    done = desk.run("ledger", "verify", "--anchors", desk.folder / "anchors.txt", code=1)
    assert f"BROKEN at entry {last + 10}" in done.stdout


@pytest.mark.case(20)
def test_a_rehashed_chain_shows_against_an_anchor(desk):
    """An edit in row, image and every hash after it."""
    desk.run("ledger", "anchor", "--to", desk.folder / "anchors.txt")
    anchored = desk.run("ledger", "verify", "--anchors", desk.folder / "anchors.txt").stdout
    assert anchored.startswith("ANCHORED up to entry ")
    with meddling(desk) as con:
        con.execute("UPDATE expense SET amount_fen = 1 WHERE id = 1")
        con.execute(
            "UPDATE change SET after = json_set(after, '$.amount_fen', 1) WHERE \"table\" = 'expense' AND row = 1"
        )
        rehash(con)
    desk.ledger.with_name("ledger.db.copies").unlink()
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
    assert "BROKEN" in desk.run("ledger", "verify", "--anchors", desk.folder / "anchors.txt", code=1).stdout


def test_the_short_hash_of_a_receipt_is_an_anchor(desk):
    receipt = desk.run("ticket", "note", "T1", "seen").stdout
    line = re.search(r"\[(#\d+ [0-9a-f]{12})\]", receipt)[1]
    (desk.folder / "anchors.txt").write_text(f"{line}\n")
    assert "ANCHORED" in desk.run("ledger", "verify", "--anchors", desk.folder / "anchors.txt").stdout


@pytest.mark.parametrize("text", ["", "\n", "hello\n", "1 xyz\n"])
def test_an_anchors_file_without_anchors_is_bad_input(desk, text):
    (desk.folder / "anchors.txt").write_text(text)
    desk.run("ledger", "verify", "--anchors", desk.folder / "anchors.txt", code=2)


# Files that are no ledger, or no longer a sound one


@pytest.mark.case(13)
def test_a_mistyped_path_makes_no_file(executable):
    executable.ledger = executable.folder / "typo" / "ledger.db"
    assert str(executable.ledger) in executable.run("ticket", "list", code=5).stderr
    assert not executable.ledger.parent.exists()


@pytest.mark.case(14)
@pytest.mark.parametrize("kind", ["folder", "fifo", "null", "text", "png", "empty", "foreign", "below"])
def test_what_is_no_ledger_is_left_alone(desk, kind):
    path = desk.folder / kind
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "foreign":
        con = sqlite3.connect(path)
        con.execute("CREATE TABLE t (a)")
        con.close()
    elif kind == "null":
        path = path.__class__(os.devnull)
    elif kind == "below":
        path = desk.ledger / "ledger.db"
    else:
        path.write_bytes({"text": b"hello, no database" * 20, "png": b"\x89PNG\r\n\x1a\n" * 40, "empty": b""}[kind])
    before = path.read_bytes() if path.is_file() else None
    desk.ledger = path
    for args in (("ticket", "list"), ("staff", "add", "X", "--name", "X"), ("ledger", "verify"), ("ledger", "doctor")):
        done = desk.run(*args, code=5)
        assert done.stderr.count("error: ") == 1
        assert "hint: " in done.stderr
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.case(15)
def test_a_newer_ledger_is_left_alone(desk):
    with meddling(desk, guards=True) as con:
        con.execute("PRAGMA user_version = 9999")
    before = desk.ledger.read_bytes()
    done = desk.run("undo", "--yes", code=5)
    assert "9999" in done.stderr
    assert f"this program knows {schema.VERSION};" in done.stderr
    assert desk.ledger.read_bytes() == before


@pytest.mark.case(16)
@pytest.mark.parametrize("damage", ["truncated", "zeroed"])
def test_damaged_pages_ask_for_a_backup(desk, damage):
    data = desk.ledger.read_bytes()
    con = sqlite3.connect(desk.ledger)
    page = con.execute("SELECT rootpage FROM sqlite_master WHERE name = 'expense'").fetchone()[0]
    con.close()
    size = int.from_bytes(data[16:18], "big")
    kept, rest = data[: (page - 1) * size], data[page * size :]
    desk.ledger.write_bytes(kept + (bytes(size) + rest if damage == "zeroed" else b""))
    for args in (("ledger", "verify"), ("expense", "list"), ("ledger", "backup", desk.folder / "copy.db")):
        done = desk.run(*args, code=5)
        assert "ledger restore" in done.stderr
    assert not (desk.folder / "copy.db").exists()


@pytest.mark.case(18)
@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_read_only_storage_can_be_read(desk, what):
    (desk.ledger if what == "file" else desk.folder).chmod(0o500)
    try:
        assert len(desk.json("ticket", "list")) == 4
        desk.run("ledger", "verify")
        desk.run("ticket", "note", "T1", "x", code=5)
    finally:
        desk.folder.chmod(0o700)


@pytest.mark.case(18)
def test_a_crash_in_a_write_is_rolled_back_by_the_next_read(desk):
    """A hot journal, left by a writer that was killed after its pages reached the file."""
    script = (
        "import os, sqlite3, sys; con = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "con.execute('PRAGMA cache_size = 1'); con.execute('BEGIN IMMEDIATE');"
        'con.execute("UPDATE ticket SET summary = hex(zeroblob(200000))"); os.kill(os.getpid(), 9)'
    )
    subprocess.run([sys.executable, "-c", script, str(desk.ledger)], check=False)
    assert desk.ledger.with_name("ledger.db-journal").exists()
    assert "journal_left" in [row["kind"] for row in desk.json("ledger", "doctor")]
    assert [row["summary"] for row in desk.json("ticket", "list")] == ["急停"] * 4
    assert faults(desk) == []


# Writing: one at a time, once, and all or nothing


@pytest.mark.case(12)
def test_a_request_id_makes_a_retry_safe(desk):
    args = ("customer", "add", "新客户", "--request-id", "r1")
    desk.run(*args)
    assert "already recorded" in desk.run(*args).stdout
    desk.run("customer", "add", "别的客户", "--request-id", "r1", code=3)
    assert faults(desk) == []


def test_undo_leaves_a_sound_ledger(desk):
    for _ in range(3):
        desk.run("undo", "--yes")
        assert faults(desk) == []
    assert len(desk.json("expense", "list")) == 1
    assert len(desk.json("ledger", "log", "--record", "E4")) == 2


@pytest.mark.case(7)
def test_a_stopped_writer_is_waited_for_and_then_named(desk, monkeypatch):
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.4)
    with meddling(desk, guards=True) as con:
        con.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        done = desk.run("ticket", "note", "T1", "x", code=5)
        assert 0.4 <= time.monotonic() - started < 5
        assert str(desk.ledger) in done.stderr
        assert len(desk.json("ticket", "list")) == 4
        con.execute("ROLLBACK")
    desk.run("ticket", "note", "T1", "x")


@pytest.mark.case(8)
def test_a_report_beside_writers_is_one_committed_state(desk):
    """Each entry pays one yuan of material and logs one contact: whatever state a report shows, the three agree."""
    beside_writers(desk, writers=3, reports=6)


@pytest.mark.case(8)
@pytest.mark.slow
def test_reports_beside_fifty_writers_are_committed_states(desk):
    beside_writers(desk, writers=50, reports=20)


PAYER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from svcdesk.store import open_ledger
while True:
    ledger = open_ledger(Path(sys.argv[1]), write=True)
    at = datetime(2026, 10, 15, tzinfo=UTC)
    with ledger.command(at=at, actor="p", command="expense add"):
        ledger.insert("expense", engineer_id=1, category="material", amount_fen=100, spent_on="2026-10-15",
                      status="approved", line="material", excluded=False)
        ledger.insert("contact", at=at, customer_id=1, channel="call", summary="x")
    ledger.close()
"""


def beside_writers(desk, writers, reports):
    """Ask for reports while others write; hold each against the number of the entry that it names."""
    month = ("report", "monthly", "--month", "2026-10")
    before = desk.json(*month)
    running = [subprocess.Popen([sys.executable, "-c", PAYER, str(desk.ledger)]) for _ in range(writers)]
    try:
        wait_for_entry(desk, before["entry"] + 1)
        told = [desk.json(*month) for _ in range(reports)]
    finally:
        for process in running:
            process.kill()
            process.wait()
    for report in told:
        written = report["entry"] - before["entry"]
        (was,), (now,) = ([line["cost"] for line in r["lines"] if line["line"] == "material"] for r in (before, report))
        assert float(now) - float(was) == written
        assert report["service"]["contacts"] - before["service"]["contacts"] == written
    assert len({report["entry"] for report in told}) > reports // 3
    assert faults(desk) == []


def wait_for_entry(desk, seq):
    until = time.monotonic() + 30
    while desk.json("ledger", "info")["entry"] < seq:
        assert time.monotonic() < until
        time.sleep(0.01)


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from svcdesk.store import open_ledger
ledger = open_ledger(Path(sys.argv[1]), write=True)
for n in range(int(sys.argv[2])):
    with ledger.command(at=datetime.now(UTC), actor="w", command="contact log"):
        for _ in range(int(sys.argv[3])):
            ledger.insert("contact", at=datetime.now(UTC), customer_id=1, channel="call", summary="x" * 500)
    print(ledger.entry.seq, flush=True)
"""


def writer(desk, commands, rows):
    """Start a process that writes, and prints the number of each entry once it is committed."""
    args = [sys.executable, "-c", WRITER, str(desk.ledger), str(commands), str(rows)]
    return subprocess.Popen(args, stdout=subprocess.PIPE, text=True)


def kill_and_check(desk, chance, rows):
    """Kill a writer at a random moment; whatever it said is recorded is there, all of it or nothing."""
    process = writer(desk, 10_000, rows)
    first = process.stdout.readline()
    time.sleep(chance.uniform(0, 0.08))
    process.kill()
    said = [int(line) for line in [first, *process.stdout] if line.endswith("\n")]
    process.wait()
    assert faults(desk) == []
    ledger = open_ledger(desk.ledger)
    assert journal.last(ledger.con)[0] in (said[-1], said[-1] + 1)
    assert ledger.value("SELECT count(*) % ? FROM contact WHERE summary LIKE 'xxx%'", (rows,)) == 0
    ledger.close()


@pytest.mark.case(1)
def test_a_killed_writer_leaves_all_or_nothing(desk):
    """Through the store: kill -9 at random moments of a write of 200 rows."""
    chance = random.Random(1)
    for _ in range(5):
        kill_and_check(desk, chance, 200)


@pytest.mark.case(1)
@pytest.mark.slow
def test_sixty_killed_writers_leave_all_or_nothing(desk):
    """Through the store, sixty times."""
    chance = random.Random(2)
    for _ in range(60):
        kill_and_check(desk, chance, 1000)


@pytest.mark.case(6)
def test_parallel_writers_make_one_chain(desk):
    """Small: 4 processes, each writing 25 times through the store."""
    parallel(desk, 4, 25)


@pytest.mark.case(6)
@pytest.mark.slow
def test_fifty_parallel_writers_make_one_chain(desk, capsys):
    """50 processes, each writing 100 times through the store, in less than 30 seconds."""
    seconds = parallel(desk, 50, 100)
    with capsys.disabled():
        print(f"\n50 processes x 100 writes: {seconds:.1f} s")
    assert seconds < 30


def parallel(desk, processes, times):
    before = len(desk.json("ledger", "log", "--limit", "100000"))
    begun = time.monotonic()
    running = [writer(desk, times, 1) for _ in range(processes)]
    assert [process.communicate() and process.returncode for process in running] == [0] * processes
    seconds = time.monotonic() - begun
    ledger = open_ledger(desk.ledger)
    assert journal.last(ledger.con)[0] == before + processes * times
    ledger.close()
    assert faults(desk) == []
    return seconds


# Personal data


@pytest.mark.case(25)
def test_a_redacted_customer_is_nowhere_in_the_file(desk):
    desk.run("customer", "add", "待删客户", "--person", "张秘密", "--phone", "13511112222", "--address", "秘密路 1 号")
    open_ticket(desk, customer="待删客户")
    opened = ("complaint", "open", "--channel", "call", "--summary", "慢", "--ticket", "T5", "--request-id", "q1")
    desk.run(*opened, "--complainant", "李投诉")
    desk.run("ledger", "redact", "待删客户", "--reason", "本人要求", code=2)
    desk.run("ledger", "redact", "待删客户", "--reason", " ", "--yes", code=2)
    desk.run("ledger", "redact", "没有的客户", "--reason", "x", "--yes", code=4)
    desk.run("ledger", "redact", "待删客户", "--reason", "本人要求", "--yes")
    data = desk.ledger.read_bytes()
    for text in ("13511112222", "张秘密", "秘密路", "李投诉"):
        assert text.encode() not in data
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
    assert desk.json("ledger", "log", "--limit", "1")[0]["note"] == "本人要求"
    con = sqlite3.connect(desk.ledger)
    assert con.execute("SELECT salt FROM request").fetchall() == [(None,)]
    con.close()
    assert "already recorded" in desk.run(*opened, "--complainant", "李投诉").stdout
    assert "erased the personal data of C1" in desk.run("undo", "--yes", code=3).stderr
    assert faults(desk) == []


@pytest.mark.case(25)
def test_redaction_reaches_what_undo_took_back(desk):
    desk.run("customer", "add", "误录客户", "--phone", "13533334444")
    desk.run("undo", "--yes")
    assert b"13533334444" in desk.ledger.read_bytes()
    desk.run("ledger", "redact", "误录客户", "--reason", "误录", "--yes")
    assert b"13533334444" not in desk.ledger.read_bytes()
    assert faults(desk) == []


# Copies


def test_a_backup_is_a_whole_ledger_and_never_overwrites(desk):
    copy = desk.folder / "copy.db"
    desk.run("ledger", "backup", copy)
    before = copy.read_bytes()
    desk.run("ledger", "backup", copy, code=5)
    assert copy.read_bytes() == before
    assert sorted(path.name for path in desk.folder.iterdir()) == ["copy.db", "ledger.db", "ledger.db.copies"]
    desk.ledger = copy
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout


def test_a_broken_ledger_makes_no_backup(desk):
    with meddling(desk) as con:
        con.execute("UPDATE expense SET amount_fen = 1 WHERE id = 2")
    desk.run("ledger", "backup", desk.folder / "copy.db", code=5)
    assert [path.name for path in desk.folder.iterdir()] == ["ledger.db"]


def test_a_backup_goes_on_beside_a_writer(desk):
    process = writer(desk, 10_000, 1)
    process.stdout.readline()
    try:
        desk.run("ledger", "backup", desk.folder / "copy.db")
    finally:
        process.kill()
        process.communicate()


@pytest.mark.case(26)
def test_a_restore_names_what_would_be_lost(desk):
    copy, again = desk.folder / "copy.db", desk.folder / "again.db"
    desk.run("ledger", "backup", copy)
    desk.run("ticket", "note", "T1", "later")
    desk.run("ticket", "note", "T2", "later")
    desk.run("ledger", "anchor", "--to", desk.folder / "anchors.txt")
    refused = ("ledger", "restore", copy, "--to", again)
    assert "--accept-loss 2" in desk.run(*refused, code=3).stderr
    desk.run(*refused, "--accept-loss", "1", code=3)
    assert not again.exists()
    desk.run(*refused, "--accept-loss", "2")
    assert stat.S_IMODE(again.stat().st_mode) == 0o600
    desk.run(*refused, "--accept-loss", "2", code=5)
    desk.ledger.unlink()
    anchored = ("ledger", "restore", copy, "--to", desk.folder / "third.db", "--anchors", desk.folder / "anchors.txt")
    assert "--accept-loss 2" in desk.run(*anchored, code=3).stderr
    desk.run(*anchored, "--accept-loss", "2")


def test_a_restore_of_what_is_no_backup_says_where_backups_are(desk):
    (desk.folder / "notes.txt").write_text("hello")
    for name in ("nothing.db", "notes.txt"):
        said = desk.run("ledger", "restore", desk.folder / name, "--to", desk.folder / "new.db", code=5).stderr
        assert "svcdesk ledger doctor names the newest" in said and "init" not in said
    assert not (desk.folder / "new.db").exists()


def fill(folder):
    """Fill a file system up to its last byte."""
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass


@pytest.mark.case(3)
def test_a_full_disk_takes_no_write_and_can_be_read(desk, small_disk):
    shutil.copy(desk.ledger, small_disk / "ledger.db")
    desk.ledger = small_disk / "ledger.db"
    fill(small_disk)
    desk.run("ticket", "note", "T1", "x" * 4000, code=5)
    assert len(desk.json("ticket", "list")) == 4
    assert faults(desk) == []


@pytest.mark.case(18)
def test_a_read_only_disk_can_be_read(desk, small_disk):
    """For root too: the whole file system is read-only."""
    shutil.copy(desk.ledger, small_disk / "ledger.db")
    desk.ledger = small_disk / "ledger.db"
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert len(desk.json("ticket", "list")) == 4
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout
    desk.run("ledger", "backup", desk.folder / "copy.db")
    desk.run("ledger", "backup", small_disk / "copy.db", code=5)
    desk.run("ledger", "anchor", "--to", small_disk / "anchors.txt", code=5)
    for args in (("ticket", "note", "T1", "x"), ("undo", "--yes")):
        assert str(desk.ledger) in desk.run(*args, code=5).stderr


@pytest.mark.case(4)
def test_a_full_disk_keeps_no_part_of_a_backup(desk, small_disk):
    desk.run("ledger", "backup", small_disk / "first.db")
    before = (small_disk / "first.db").read_bytes()
    fill(small_disk)
    desk.run("ledger", "backup", small_disk / "second.db", code=5)
    assert sorted(path.name for path in small_disk.iterdir()) == ["filler", "first.db"]
    assert (small_disk / "first.db").read_bytes() == before


# What stands around the ledger


@pytest.mark.case(27)
def test_every_file_is_private_under_a_common_umask(tmp_path):
    before = os.umask(0o022)
    try:
        desk = hire(new_ledger(Executable(tmp_path)))
        desk.run("ledger", "backup", "copy.db")
        desk.run("ledger", "restore", "copy.db", "--to", "again.db")
        desk.run("ledger", "anchor", "--to", "anchors.txt")
    finally:
        os.umask(before)
    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("ledger.db", "ledger.db.copies", "copy.db", "again.db", "anchors.txt"), "0o600")


@pytest.mark.case(27)
@pytest.mark.parametrize("debug", [False, True])
def test_a_bug_tells_no_personal_data(desk, monkeypatch, debug):
    """Only what kind of bug it was; a developer's traceback shows the code, not the values in it."""

    def buggy(self, *personal):
        raise RuntimeError(personal)

    monkeypatch.setattr(store.Ledger, "keep_personal", buggy)
    if debug:
        monkeypatch.setenv("SVCDESK_DEBUG", "1")
    person, phone = "张秘密", "13511112222"
    told = str(desk.finished(["customer", "add", "新客户", "--person", person, "--phone", phone]))
    assert ("cli.py" in told) is debug
    assert phone not in told and person not in told


def test_doctor_names_a_ledger_that_others_can_read(desk):
    assert desk.json("ledger", "doctor") == []
    desk.ledger.chmod(0o644)
    done = desk.run("ledger", "doctor", "--exit-code", code=1)
    assert f"chmod 600 {desk.ledger}" in done.stdout
    desk.run("ledger", "doctor")


def test_doctor_knows_file_systems_by_the_longest_mount(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nhost:/x {tmp_path} nfs4 rw 0 0\n")
    assert doctor.file_system(tmp_path / "ledger.db", mounts) == "nfs4"
    assert doctor.file_system(tmp_path.parent, mounts) == "ext4"


def test_info_tells_the_newest_entry(desk):
    told = desk.json("ledger", "info")
    assert told["records"]["ticket"] == 4
    assert told["bytes"] == desk.ledger.stat().st_size
    ledger = open_ledger(desk.ledger)
    assert (told["entry"], told["hash"]) == journal.last(ledger.con)
    ledger.close()
