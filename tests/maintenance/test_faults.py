"""Faults at every write, sync and change of a name: what was acknowledged is there, what failed left nothing."""

import os
import random
import re
import shutil

import pytest
from conftest import Executable, InProcess, copied, open_ticket
from scenes import ON_THE_DEMO, scenes, verbs_that_write
from tracing import NAMES, SYNCS, WRITES, counted, failing, needs_strace, traced

from svcdesk import journal
from svcdesk.commands.grammar import NOUNS
from svcdesk.hq import intake
from svcdesk.maintenance import anchors, attachments, verify
from svcdesk.store import open_ledger

pytestmark = needs_strace

ROWS = "code,name,role\n" + "".join(f"X{n},甲{n},engineer\n" for n in range(120))
TICKETS = "reference,customer,kind,channel,summary,received_at\n" + "".join(
    f"R{n},江南机床,repair,call,过热{n},2026-10-01 09:00\n" for n in range(60)
)
COMMANDS = {
    "expense add": "expense add --engineer W01 --category other --amount 19.99 --date 2026-10-01 --invoice F1",
    "ticket close": "ticket close T1 --resolution x --no-survey x",
    "import": "import staff rows.csv",
    "undo": "undo --yes",
    "redact": "ledger redact 华北钢厂 --reason x --yes",
    "redact staff": "ledger redact --staff W03 --reason x --yes",
    "backup": "ledger backup copy.db",
    "append-only": "ledger backup --append-only kept",
    "anchor": "ledger anchor --to anchors.txt",
    "amend": "amend T1 summary=漏油 --reason 听错",
    "customer merge": "customer merge 华北钢厂 江南机床 --reason 同一家 --yes",
    "hand-over": "ticket hand-over T1 --to A01 --note 下班",
    "attach": "attach T1 rows.csv",
    "feed": "feed sent",
    "import tickets": "import tickets tickets.csv",
    "first of the day": "contact log --customer 江南机床 --channel call --summary x",
}
SEED, SHARE = int(os.environ.get("FAULT_SEED", "1")), float(os.environ.get("FAULT_SHARE", "0.1"))
FAULTS = dict.fromkeys(WRITES, ("ENOSPC", "EIO", "SIGKILL")) | dict.fromkeys((*SYNCS, *NAMES), ("EIO", "SIGKILL"))


@pytest.fixture(scope="module")
def ready(tmp_path_factory, hired):
    """A ledger in which each command has something to do. Only copied, never written."""
    desk = copied(hired, tmp_path_factory.mktemp("ready"))
    desk.run("ticket", "answer", open_ticket(desk))
    (desk.folder / "photo.bin").write_bytes(b"photo" * 9000)
    desk.run("attach", "T1", desk.folder / "photo.bin")
    desk.run("staff", "retire", "W03")
    desk.run("centre", "set", "--code", "BJ01")
    return desk


def prepared(ready, folder, command):
    """A desk on a copy of the ledger, by the clock that the command needs."""
    folder.mkdir(exist_ok=True)
    desk = copied(ready, folder, Executable)
    shutil.copytree(attachments.folder(ready.ledger), attachments.folder(desk.ledger))
    (folder / "rows.csv").write_text(ROWS, encoding="utf-8")
    (folder / "tickets.csv").write_text(TICKETS, encoding="utf-8")
    if command == "first of the day":
        desk.now = ""  # the real clock: a rehearsed day has no copy
    return desk


def points(desk, args):
    """List every point of a command at which it can be hurt: the call, which of them, and how."""
    done, lines = traced(desk, args)
    assert done.returncode == 0, done
    return [(call, nth, how) for call, n in counted(lines).items() for nth in range(1, n + 1) for how in FAULTS[call]]


def standing(desk):
    """Verify a ledger and give its entries' short hashes by number."""
    ledger = open_ledger(desk.ledger)
    try:
        entries = {entry.seq: entry.hash[:12] for entry in journal.entries(ledger.con)}
        assert verify.verify(ledger) == []
    finally:
        ledger.close()
    return entries


def held_by_copies(pattern):
    """Read what the copies that stand hold: each whole, with every file that is attached."""

    def held(folder):
        found, copy = {}, InProcess(folder)
        for copy.ledger in folder.glob(pattern):
            found |= standing(copy)
            ledger = open_ledger(copy.ledger)
            assert list(attachments.damaged(ledger)) == [], copy.ledger
            ledger.close()
        return found

    return held


def held_by_anchors(folder):
    """Read the anchors that were written; what failed at the first may leave the file empty."""
    path = folder / "anchors.txt"
    written = path.exists() and path.stat().st_size > 0
    return {each.seq: each.hash[:12] for each in anchors.read(path)} if written else {}


def held_by_feed(folder):
    """Read a feed, if one stands under its name, which agrees with itself; give the entry up to which it tells."""
    if not (folder / "sent").exists():
        return {}
    manifest = intake.read(folder / "sent").manifest
    return {manifest["entry"]: manifest["hash"][:12]}


HELD = {
    "backup": held_by_copies("copy.db"),
    "append-only": held_by_copies("kept/[!.]*.db"),
    "anchor": held_by_anchors,
    "feed": held_by_feed,
}  # what these leave, which write no entry


def hurt(ready, folder, command, point):
    """Hurt one of the commands at a point."""
    hurt_on(prepared(ready, folder, command), COMMANDS[command].split(), point, command)


def hurt_on(desk, args, point, command):
    """Hurt a command at a point; hold what it said against what the ledger then holds."""
    folder, before, copies = desk.folder, standing(desk), set(desk.folder.glob("*.backups/*.db"))
    done = failing(desk, args, *point)
    said, after = f"{command} {point}: {done}", standing(desk)
    receipts = {int(seq): short for seq, short in re.findall(r"#(\d+) ([0-9a-f]{12})\b", done.stdout)}
    assert receipts.items() <= (HELD[command](folder) if command in HELD else after).items(), said
    assert command not in HELD or after == before, said
    assert "Traceback" not in done.stderr, said
    if point[2] == "SIGKILL":
        copying = command == "first of the day" and receipts  # only the copy's own process may have been hit
        assert done.returncode == (0 if copying and not done.returncode else -9), said
        assert len(after) - len(before) in (0, 1), said
    elif done.returncode:
        assert done.returncode == 5, said
        assert done.stderr.startswith("error: ") or point[0] == "write", said
        recorded = re.search(r"#(\d+) ([0-9a-f]{12})", done.stderr)
        looked = "--reveal" in args and len(after) == len(before) + 1  # an access entry is nobody's work to lose
        assert after == before or looked or (recorded and after[int(recorded[1])] == recorded[2]), said
        assert point[0] == "unlink" or not list(folder.glob(".*.part")), said
    for path in set(folder.glob("*.backups/*.db")) - copies:
        copy = InProcess(folder)
        copy.ledger = path
        assert standing(copy) == after, said
    again = InProcess(folder)
    again.now = desk.now
    again.run("customer", "add", "下一条")
    assert len(standing(again)) == len(after) + 1, said


@pytest.mark.case(2)
@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_fault_at_any_point_loses_nothing(ready, tmp_path, command, capsys):
    """Every point of each command; the figures are printed."""
    desk = prepared(ready, tmp_path, command)
    every = points(desk, COMMANDS[command].split())
    for n, point in enumerate(every):
        hurt(ready, tmp_path / str(n), command, point)
    with capsys.disabled():
        print(f"\n{command}: {len(every)} points of failure, corrupt 0, acknowledged and lost 0")


def some(every, chance):
    """Every sync and change of a name, and a share of the writes."""
    return [point for point in every if point[0] not in WRITES or chance.random() < SHARE]


@pytest.mark.case(2)
@pytest.mark.slow
@pytest.mark.parametrize("noun", NOUNS)
def test_a_fault_in_any_verb_that_writes_loses_nothing(noun, rehearsed, demo_month, tmp_path, capsys):
    """Each verb as its golden session types it; ``FAULT_SHARE=1`` tries every write, ``FAULT_SEED`` draws others."""
    chance, tried = random.Random(f"{SEED} {noun}"), {}
    for n, scene in enumerate(scenes(noun, demo_month if noun in ON_THE_DEMO else rehearsed, tmp_path)):
        every = points(scene.set_up(tmp_path / f"traced-{n}", Executable), scene.args)
        chosen = some(every, chance)
        for at, point in enumerate(chosen):
            folder = tmp_path / f"hurt-{n}-{at}"
            hurt_on(scene.set_up(folder, Executable), scene.args, point, scene.verb)
            shutil.rmtree(folder)
        tried[scene.verb] = len(chosen), len(every)
    with capsys.disabled():
        for verb, (some_of, all_of) in tried.items():
            print(f"\n{verb}: {some_of} of {all_of} points of failure, corrupt 0, acknowledged and lost 0", end="")


@pytest.mark.parametrize("noun", NOUNS)
def test_every_verb_that_writes_is_in_the_sweep(noun, rehearsed, demo_month, tmp_path):
    played = scenes(noun, demo_month if noun in ON_THE_DEMO else rehearsed, tmp_path)
    assert verbs_that_write(noun) <= {scene.verb for scene in played}


@pytest.mark.case(2)
@pytest.mark.parametrize(
    "point",
    [
        ("pwrite64", 1, "ENOSPC"),  # the first page of the rollback journal
        ("pwrite64", 50, "EIO"),  # a page of the ledger
        ("fdatasync", 1, "EIO"),
        ("fdatasync", 4, "SIGKILL"),  # every page is in the file, the journal still beside it
        ("unlink", 1, "EIO"),
        ("fdatasync", 5, "EIO"),  # the journal is gone: recorded, though not confirmed
        ("write", 1, "ENOSPC"),  # the receipt
        ("write", 1, "SIGKILL"),
    ],
)
def test_a_fault_loses_nothing(ready, tmp_path, point):
    """A thin sample of the sweep."""
    hurt(ready, tmp_path / "hurt", "expense add", point)


def test_a_receipt_that_could_not_be_printed_is_told_on_the_other_stream(ready, tmp_path):
    desk = copied(ready, tmp_path, Executable)
    done = failing(desk, COMMANDS["expense add"].split(), "write", 1, "ENOSPC")
    assert (done.returncode, done.stdout) == (5, "")
    assert re.search(r"hint: it is recorded \(#\d+ [0-9a-f]{12}\): do not enter it again", done.stderr)
