"""Hundreds of ledgers that somebody prepared: no reading verb deletes, runs or waits for what was planted in one."""

import os
import random
import shlex
import shutil
import signal
import sqlite3
import time

import pytest
from conftest import InProcess, copied
from scenes import verbs_that_read
from test_trust import FOR_EVER, plant, super_journal

from svcdesk.commands.examples import EXAMPLES
from svcdesk.maintenance import attachments
from svcdesk.schema import tables

pytestmark = [pytest.mark.slow, pytest.mark.case(28, 29, 42)]

LONGEST = 5  # seconds of work that a reading verb may take on any of them
OPEN_NO_LEDGER = {"init", "demo", "config show", "config set", "completion", "help"}
OPEN_A_LAKE = {"hq centres", "hq report", "hq check", "hq duplicates", "hq customers", "hq people", "hq quality"}
WRITE_THOUGH = {"undo", "ledger redact", "ledger reindex"}  # without a request id
OTHERWISE = {
    "customer list": "customer list -f json",  # of what a row holds, more than the example shows
    "equipment show": "equipment show SZ-7",
    "problem show": "problem show QP1",
    "report monthly": "report monthly -o month.html",
    "ledger verify": "ledger verify --full",
    "ledger backup": "ledger backup --append-only kept",
    "ledger restore": "ledger restore {ledger} --to again.db",
    "ledger check-paper": "ledger check-paper 'T1 #12 000000000000'",
    "hq take": "hq take {folder}/sent --into lake --audit {ledger}",
}  # the line to type where the first example would not read the ledger, or less of it
SPOILS = "BEGIN UPDATE ticket SET summary = 'spoilt'; DELETE FROM request; END"
EVIL = "evil TEXT AS (hex(zeroblob(100000000)))"
HEAVY = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 99999999) SELECT max(i) AS id FROM n"


def sql(*statements):
    def meddle(path):
        con = sqlite3.connect(path)
        con.create_function("pinyin", 1, lambda text: text)
        for statement in statements:
            con.execute(statement)
        con.commit()
        con.close()

    return meddle


def planted(kind, name, table, statement):
    return lambda path: plant(path, kind, name, table, statement)


def beside(ending, make):
    return lambda path: make(path.with_name(path.name + ending), path.with_name("keep.txt"))


def flipped(seed):
    def flip(path):
        chance, data = random.Random(seed), bytearray(path.read_bytes())
        for _ in range(chance.randint(1, 40)):
            data[chance.randrange(100, len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)

    return flip


def column(statement):
    """Change a table's declaration in place."""

    def change(path):
        con = sqlite3.connect(path, isolation_level=None)
        con.execute("PRAGMA writable_schema = ON")
        con.execute(statement)
        con.execute(f"PRAGMA schema_version = {con.execute('PRAGMA schema_version').fetchone()[0] + 1}")
        con.close()

    return change


def corpus():
    """Every prepared ledger by a name."""
    made = {}
    for table in tables():
        for name in (f"sqlite_{table}", f"{table}_helper"):
            body = f"CREATE TRIGGER {name} AFTER INSERT ON {table} {SPOILS}"
            made[f"trigger {name}"] = planted("trigger", name, table, body)
        for query in (FOR_EVER, HEAVY):
            view = sql(f"DROP VIEW live_{table}", f"CREATE VIEW live_{table} AS {query}")
            made[f"view {table} {query is HEAVY}"] = view
        made[f"renamed {table}"] = sql(f"ALTER TABLE {table} RENAME TO was", f"CREATE VIEW {table} AS {FOR_EVER}")
        made[f"column {table}"] = column(
            f"UPDATE sqlite_master SET sql = replace(sql, 'undone_at TEXT', '{EVIL}, undone_at TEXT')"
            f" WHERE name = '{table}' AND type = 'table'"
        )
    for seed in range(30):
        made[f"flipped {seed}"] = flipped(seed)
    made |= {
        f"{what} {ending}": beside(ending, make)
        for ending in ("-journal", "-wal", "-shm", ".copies")
        for what, make in {
            "link": lambda planted, keep: planted.symlink_to(keep),
            "hard link": lambda planted, keep: planted.hardlink_to(keep),
            "fifo": lambda planted, _: os.mkfifo(planted),
            "folder": lambda planted, _: planted.mkdir(),
            "zero": lambda planted, _: planted.symlink_to("/dev/zero"),
            "super-journal": lambda planted, keep: planted.write_bytes(super_journal(keep)),
        }.items()
    }
    made["blob"] = sql("UPDATE ticket SET summary = CAST(zeroblob(30000000) AS TEXT) WHERE id = 1")
    made["long"] = sql("UPDATE ticket SET summary = replace(hex(zeroblob(5000000)), '0', 'x') WHERE id = 1")
    made["latin"] = sql("UPDATE ticket SET summary = CAST(x'ff80fe' AS TEXT) WHERE id = 1")
    return made


CORPUS = corpus()


def lines():
    """A line of each verb that reads a ledger."""
    verbs = verbs_that_read() - OPEN_NO_LEDGER - OPEN_A_LAKE - WRITE_THOUGH
    return {verb: OTHERWISE.get(verb) or EXAMPLES[verb.replace(" ", ".")][0] for verb in sorted(verbs)}


LINES = lines()


@pytest.fixture(scope="module")
def prepared(rehearsed, tmp_path_factory):
    desk = copied(rehearsed, tmp_path_factory.mktemp("prepared"))
    desk.run("centre", "set", "--code", "BJ01")
    (desk.folder / "photo.bin").write_bytes(b"photo")
    desk.run("attach", "T1", desk.folder / "photo.bin")
    desk.run("promise", "add", "--contract", "HT-2", "--kind", "other", "--text", "图纸", "--due", "2026-10-25")
    desk.run("problem", "open", "--ticket", "T1", "--summary", "主轴反复报警", "--product", "主轴")
    desk.run("equipment", "adopt", "--yes")
    desk.run("feed", desk.folder / "sent")
    return desk


def typed(desk, verb):
    """The words of a verb's line, on a desk."""
    return [word.format(ledger=desk.ledger, folder=desk.folder) for word in shlex.split(LINES[verb])]


def test_there_are_enough_of_them():
    assert len(CORPUS) >= 200


def test_every_line_is_of_its_verb_and_reads_an_honest_ledger(prepared, tmp_path, monkeypatch):
    """Every verb that is not named above as one that reads none: a new verb is in the sweep."""
    desk = stood(prepared, tmp_path, monkeypatch)
    for verb in LINES:
        words = typed(desk, verb)
        assert " ".join(words).startswith(verb)
        done = desk.finished(words)
        assert done.returncode in (0, 1), (words, done.stderr)


def stood(prepared, folder, monkeypatch):
    """A desk on a copy, typing in a folder of its own."""
    (folder / "out").mkdir()
    monkeypatch.chdir(folder / "out")
    shutil.copytree(attachments.folder(prepared.ledger), attachments.folder(folder / "ledger.db"))
    shutil.copytree(prepared.folder / "sent", folder / "sent")
    return copied(prepared, folder, InProcess)


@pytest.mark.parametrize("name", CORPUS)
def test_a_prepared_ledger_is_read_or_refused(prepared, tmp_path, name, monkeypatch):
    desk = stood(prepared, tmp_path, monkeypatch)
    keep = tmp_path / "keep.txt"
    keep.write_text("keep me")
    CORPUS[name](desk.ledger)
    before, beside, links = desk.ledger.read_bytes(), names(tmp_path), keep.stat().st_nlink
    for verb in LINES:
        signal.alarm(12 * LONGEST)  # for what waits, whatever else the machine does
        began = time.process_time()
        done = desk.finished(typed(desk, verb))
        took = time.process_time() - began
        signal.alarm(0)
        assert took < LONGEST, (verb, took)
        assert done.returncode in (0, 1, 2, 3, 4, 5), (verb, done.stderr)
        assert "Traceback" not in done.stderr
        shutil.rmtree(tmp_path / "out")  # a copy may take a name once
        (tmp_path / "out").mkdir()
        os.chdir(tmp_path / "out")
    assert desk.ledger.read_bytes() == before
    assert names(tmp_path) >= beside
    assert (keep.read_text(), keep.stat().st_nlink) == ("keep me", links)


def names(folder):
    """Everything that stands in a folder, but for what a verb was told to make."""
    return {str(path) for path in folder.rglob("*") if "out" not in path.parts}
