"""Killed at random moments of what takes long, and twenty processes at once: nothing acknowledged is lost.

``KILLS`` says how often each is killed, ``KILL_SEED`` draws other moments, ``MIXED_SECONDS`` how long the many write.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import Executable, InProcess, copied, open_ticket, released

from svcdesk import journal
from svcdesk.maintenance import attachments, verify
from svcdesk.store import open_ledger, version_of

pytestmark = [pytest.mark.slow, pytest.mark.case(1)]

KILLS, SEED = int(os.environ.get("KILLS", "20")), int(os.environ.get("KILL_SEED", "1"))
SECONDS = float(os.environ.get("MIXED_SECONDS", "80"))
RECEIPT = r"\[#(\d+) ([0-9a-f]{12})\]"
LONGEST = 60  # seconds that no command may take; a writer waits 30 for others


def entries(path):
    """Verify a ledger; give its entries' short hashes by number."""
    ledger = open_ledger(path, as_found=True)
    try:
        assert verify.verify(ledger) == []
        return {entry.seq: entry.hash[:12] for entry in journal.entries(ledger.con)}
    finally:
        ledger.close()


def hurt(desk, args, seconds):
    """Start a command and kill it after a time; give all that it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "svcdesk", *args],
        cwd=desk.folder, env=desk.full_env(TMPDIR=str(desk.folder)), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        said, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        said, errors = process.communicate()
    assert "Traceback" not in errors and "error" not in errors
    return said + errors


def killed(make, folder, args, made, capsys, said=RECEIPT, kills=KILLS):
    """Kill a command again and again; of what it makes all is there or nothing, and what it said it made is.

    ``made`` verifies a desk and gives what stands of it by its key, ``said`` finds key and value in what was said. The
    moments are drawn from a time that shrinks with each command that was done and grows with each that was not, so that
    some of them fall before it is done and some after.
    """
    chance, outcomes = random.Random(SEED), []
    (folder / "whole").mkdir()
    desk = make(folder / "whole")
    before = made(desk)
    began = time.monotonic()
    receipts = dict(re.findall(said, hurt(desk, args, 900)))
    first = long = time.monotonic() - began
    whole = made(desk)
    assert receipts and receipts.items() <= whole.items() and whole != before
    for n in range(kills):
        (folder / str(n)).mkdir()
        desk = make(folder / str(n))
        before = made(desk)
        receipts = dict(re.findall(said, hurt(desk, args, chance.uniform(0.1, 1.1) * long)))
        after = made(desk)
        assert receipts.items() <= after.items()
        assert after == before or after.keys() == whole.keys()
        outcomes.append((after != before, bool(receipts.keys() - before.keys())))
        long *= 0.95 if after != before else 1.05
        desk.run("customer", "add", "下一条")
        made(desk)
        yield desk
    done, acknowledged = (sum(each) for each in zip(*outcomes, strict=True))
    assert 0 < done < kills and acknowledged <= done
    with capsys.disabled():
        moments = f"{kills} kills of what takes {first:.1f} s, {kills - done} before it was done, {done} after"
        print(f"\n{args[0]} {args[1]}: {moments}, {acknowledged} acknowledged, corrupt 0, lost 0", end="")


def journal_of(desk):
    """The entries of a desk's ledger as receipts name them."""
    return {str(seq): short for seq, short in entries(desk.ledger).items()}


def test_an_import_of_a_hundred_thousand(hired, tmp_path, capsys):
    head = "reference,customer,kind,channel,summary,received_at\n"
    rows = "".join(f"R{n},江南机床,repair,call,过热{n},2026-10-01 09:00\n" for n in range(100_000))
    (tmp_path / "t.csv").write_text(head + rows, encoding="utf-8")

    def make(folder):
        return copied(hired, folder, Executable)

    args = ("import", "tickets", str(tmp_path / "t.csv"))
    for desk in killed(make, tmp_path, args, journal_of, capsys, kills=min(KILLS, 10)):
        left = {path.name for path in desk.folder.iterdir()} - {"ledger.db", "ledger.db-journal"}
        assert not left
        desk.ledger.unlink()


def test_an_upgrade(tmp_path, capsys):
    """Wholly of the version before, or wholly of this one with the verified copy of what it was."""

    def make(folder):
        return released(Executable(folder), 3)

    def made(desk):
        ledger = open_ledger(desk.ledger, as_found=True)
        version = version_of(ledger.con)
        ledger.close()
        entries(desk.ledger)
        if version == 3:
            return {}
        copy = max(desk.folder.glob("*.backup"))
        assert entries(copy).items() <= entries(desk.ledger).items()
        return {str(version): str(copy)}

    said = r"from version 3 to (\d+); a copy of what it was is (\S+)"
    for _ in killed(make, tmp_path, ("ticket", "list"), made, capsys, said):
        pass


def test_a_backup_with_attachments(hired, tmp_path, capsys):
    """A backup that stands under its name holds the whole ledger, with every file that is attached."""
    (tmp_path / "source").mkdir()
    source = copied(hired, tmp_path / "source", InProcess)
    open_ticket(source)
    (source.folder / "photo.bin").write_bytes(random.Random(SEED).randbytes(8_000_000))
    for n in range(4):
        with (source.folder / "photo.bin").open("ab") as photo:
            photo.write(b"%d" % n)
        source.run("attach", "T1", source.folder / "photo.bin")

    def make(folder):
        shutil.copytree(attachments.folder(source.ledger), attachments.folder(folder / "ledger.db"))
        return copied(source, folder, Executable)

    def made(desk):
        desk.run("ledger", "verify", "--full")
        copy = InProcess(desk.folder)
        copy.ledger = desk.folder / "copy.db"
        if not copy.ledger.exists():
            return {}
        assert "CONSISTENT" in copy.run("ledger", "verify", "--full").stdout
        assert len(copy.json("attachment", "list")) == 4
        return journal_of(copy)

    said = r"up to #(\d+) ([0-9a-f]{12})"
    for desk in killed(make, tmp_path, ("ledger", "backup", "copy.db"), made, capsys, said):
        shutil.rmtree(desk.folder)


def test_a_redaction(hired, tmp_path, capsys):
    (tmp_path / "source").mkdir()
    source = copied(hired, tmp_path / "source", InProcess)
    head = "reference,customer,channel,at,summary,person\n"
    rows = "".join(f"L{n},华北钢厂,call,2026-10-01 09:00,催货{n},孙工{n:05d}号\n" for n in range(20_000))
    (source.folder / "contacts.csv").write_text(head + rows, encoding="utf-8")
    source.run("import", "contacts", source.folder / "contacts.csv")

    def make(folder):
        return copied(source, folder, Executable)

    args = ("ledger", "redact", "华北钢厂", "--reason", "本人要求", "--yes")
    for desk in killed(make, tmp_path, args, journal_of, capsys):
        ledger = open_ledger(desk.ledger)
        erased = ledger.value("SELECT 1 FROM entry WHERE command = 'ledger redact'") is not None
        left = ledger.value("SELECT count(*) FROM personal WHERE name LIKE '孙工%'")
        ledger.close()
        assert left == (0 if erased else 20_001)
        assert not erased or "孙工0".encode() not in desk.ledger.read_bytes()
        desk.ledger.unlink()


MIXED = (
    "ticket open --customer 江南机床 --kind repair --channel call --summary 过热",
    "ticket open --customer 华北钢厂 --kind installation --channel email --summary 安装",
    "contact log --customer 江南机床 --channel call --summary 询价",
    "expense add --engineer W01 --category other --amount 19.99 --date 2026-10-01 --invoice F{n}",
    "staff add X{n} --name 甲{n} --wage 5000 --home 南京",
    "staff set W02 --home 天津",
    "customer add 客户{n} --person 王工 --phone 13800000000",
    "amend T1 summary=漏油{n} --reason 听错",
    "rectify open --summary 通道堵塞 --owner A01 --due 2026-11-16",
    "plan add --kind visit --title 走访{n} --every 3m --from 2026-10-01 --customer 江南机床",
    "suggestion add --customer 江南机床 --aspect design --text 面板太高",
    "undo --yes",
    "ledger backup copy-{n}.db",
    "ledger anchor --to anchors.txt",
    "ledger verify",
    "attach T1 photo.bin",
    "report monthly --month 2026-10",
    "export tickets -f csv",
    "customer list --reveal",
    "ticket list",
    "status",
)


def test_twenty_processes_at_once(hired, tmp_path, capsys):
    """Each types commands of all kinds for as long as it lasts."""
    desk = copied(hired, tmp_path, Executable)
    desk.run(*MIXED[0].split())
    (tmp_path / "photo.bin").write_bytes(b"photo")
    until = time.monotonic() + SECONDS

    def types(who):
        chance, done = random.Random(f"{SEED} {who}"), []
        while time.monotonic() < until:
            line = chance.choice(MIXED).format(n=f"{who}-{len(done)}")
            began = time.monotonic()
            process = desk.finished(line.split(), env=desk.full_env(SVCDESK_ACTOR=f"P{who}"))
            done.append((line, process, time.monotonic() - began))
        return done

    with ThreadPoolExecutor(20) as pool:
        done = [one for several in pool.map(types, range(20)) for one in several]
    for line, process, took in done:
        waited = process.returncode == 5 and "waited 30 s" in process.stderr  # the machine is slow: nothing was written
        assert waited or process.returncode in (0, 3), (line, process)
        assert "Traceback" not in process.stderr and took < LONGEST, (line, process, took)
    after = entries(desk.ledger)
    receipts = dict(receipt for _, process, _ in done for receipt in re.findall(RECEIPT, process.stdout))
    assert {int(seq): short for seq, short in receipts.items()}.items() <= after.items()
    for copy in tmp_path.glob("copy-*.db"):
        assert entries(copy).items() <= after.items()
    with capsys.disabled():
        refused = sum(process.returncode != 0 for _, process, _ in done)
        longest = max(took for _, _, took in done)
        print(
            f"\n20 processes, {SECONDS:.0f} s: {len(done)} commands, {len(receipts)} receipts, {refused} refused,"
            f" the longest {longest:.1f} s, corrupt 0, acknowledged and lost 0, hangs 0",
            end="",
        )
