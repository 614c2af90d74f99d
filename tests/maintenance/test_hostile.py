"""Hundreds of ledgers that somebody prepared: no reading verb deletes, runs or waits for what was planted in one."""

import os
import random
import signal
import sqlite3
import time

import pytest
from conftest import InProcess, copied, open_ticket
from test_trust import FOR_EVER, READING, plant, super_journal

from svcdesk.schema import tables

pytestmark = [pytest.mark.slow, pytest.mark.case(28, 29, 42)]

LONGEST = 5  # seconds that a reading verb may take on any of them
VERBS = (*READING, ("customer", "list"), ("export", "customers", "-f", "json"), ("penalty", "check", "--month", "2026-09"), ("ledger", "doctor"))  # fmt: skip
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
    made["blob"] = sql("UPDATE ticket SET summary = CAST(zeroblob(30000000) AS TEXT)")
    made["long"] = sql("UPDATE ticket SET summary = replace(hex(zeroblob(5000000)), '0', 'x')")
    made["latin"] = sql("UPDATE ticket SET summary = CAST(x'ff80fe' AS TEXT)")
    return made


CORPUS = corpus()


@pytest.fixture(scope="module")
def prepared(hired, tmp_path_factory):
    desk = copied(hired, tmp_path_factory.mktemp("prepared"))
    open_ticket(desk)
    return desk


def test_there_are_enough_of_them():
    assert len(CORPUS) >= 200


@pytest.mark.parametrize("name", CORPUS)
def test_a_prepared_ledger_is_read_or_refused(prepared, tmp_path, name):
    desk = copied(prepared, tmp_path, InProcess)
    keep = tmp_path / "keep.txt"
    keep.write_text("keep me")
    CORPUS[name](desk.ledger)
    before, links = desk.ledger.read_bytes(), keep.stat().st_nlink
    for verb in VERBS:
        signal.alarm(2 * LONGEST)
        began = time.monotonic()
        done = desk.finished(list(verb))
        took = time.monotonic() - began
        signal.alarm(0)
        assert took < LONGEST, verb
        assert done.returncode in (0, 1, 2, 4, 5), (verb, done.stderr)
        assert "Traceback" not in done.stderr
    assert desk.ledger.read_bytes() == before
    assert (keep.read_text(), keep.stat().st_nlink) == ("keep me", links)
