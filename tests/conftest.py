"""Desks to drive: one ledger and one fixed clock each, through the real executable or inside this process."""

import csv
import io
import json
import lzma
import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings

from svcdesk import session
from svcdesk.cli import run
from svcdesk.regulation.policy import Basis, Policy

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job; what it starts would ignore it too
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine draws an example slowly: that says nothing of what is tested.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("desk")


def pytest_xdist_auto_num_workers():
    """One worker more than there are processors: many tests wait for a child, a terminal or the disk."""
    return (os.cpu_count() or 1) + 1


SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


def at(text, zone=SHANGHAI):
    """An instant from a wall-clock time at the centre."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def basis_at(now, *policy, zone=SHANGHAI):
    """A basis at a time, under (key, value, from) rows in the order in which they were recorded."""
    return Basis(Policy(policy), at(now, zone), zone)


class Done(NamedTuple):
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


class Desk:
    """A desk with a ledger of its own. ``run`` insists on the exit code."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.ledger = self.folder / "ledger.db"
        self.now = "2026-10-20T09:00:00+08:00"
        self.language = "en"

    def env(self, **more):
        return {
            "SVCDESK_LEDGER": str(self.ledger),
            **({"SVCDESK_NOW": self.now} if self.now else {}),  # without it, the real clock
            "SVCDESK_LANG": self.language,
            "SVCDESK_ACTOR": "tester",
            "NO_COLOR": "1",
            "COLUMNS": "200",
            **more,
        }

    def full_env(self, **more):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SVCDESK_", "_SVCDESK"))}
        return {**kept, **self.env(**more)}

    def run(self, *args, code=0):
        done = self.finished([str(arg) for arg in args])
        said = f"svcdesk {' '.join(map(str, args))}\nexit {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == code, said
        assert "Traceback" not in done.stderr
        return done

    def json(self, *args, **options):
        return json.loads(self.run(*args, "-f", "json", **options).stdout)

    def csv(self, *args, **options):
        return list(csv.DictReader(io.StringIO(self.run(*args, "-f", "csv", **options).stdout)))

    def findings(self, clause=None, month="2026-10"):
        found = self.json("penalty", "check", "--month", month)
        return [finding for finding in found if clause in (None, finding["clause"])]


class Executable(Desk):
    """Drives the real executable, a process a command."""

    def finished(self, args, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("env", self.full_env())
        return subprocess.run(
            [sys.executable, "-m", "svcdesk", *args],
            cwd=self.folder,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            **options,
        )


def written(stream):
    """What was written to a stream; a workbook has bytes that are no text."""
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8", "replace")


class InProcess(Desk):
    """Drives the same front door inside this process, twenty times as fast: for properties and long walks."""

    def finished(self, args):
        before = {name: os.environ.get(name) for name in self.env()}
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        vars(session.current).update(vars(session.Session()))
        os.environ.update(self.env())
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = run(args)
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
        return Done(code, written(out), written(err))


def new_ledger(desk, timezone="Asia/Shanghai"):
    """Make the ledger."""
    desk.run("init", "--centre", "北方客服支撑中心", "--timezone", timezone, "--home", "北京")
    return desk


def hire(desk):
    """Three engineers, an agent, a director; two customers; a contract with and one without installation."""
    add = ("staff", "add")
    desk.run(*add, "W01", "--name", "张伟", "--home", "北京", "--wage", "8000")
    desk.run(*add, "W02", "--name", "李娜", "--home", "北京")
    desk.run(*add, "W03", "--name", "王强", "--home", "上海", "--wage", "200")
    desk.run(*add, "A01", "--name", "赵敏", "--role", "agent")
    desk.run(*add, "M01", "--name", "钱主任", "--role", "director")
    desk.run("customer", "add", "华北钢厂", "--city", "唐山", "--person", "孙工", "--phone", "13812345678")
    desk.run("customer", "add", "江南机床", "--city", "南京", "--person", "周工", "--phone", "13987654321")
    desk.run("contract", "add", "HT-1", "--customer", "华北钢厂", "--includes-installation")
    desk.run("contract", "add", "HT-2", "--customer", "江南机床")
    return desk


@cache
def with_people():
    """The bytes of a ledger with people in it, made once a process."""
    with tempfile.TemporaryDirectory() as folder:
        return hire(new_ledger(InProcess(folder))).ledger.read_bytes()


def open_ticket(desk, kind="repair", customer="江南机床", **options):
    """Open a ticket and give its id."""
    named = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
    args = ("--customer", customer, "--kind", kind, "--channel", "call", "--summary", "急停", *named)
    return desk.json("ticket", "open", *args)["id"]


def send(desk, ticket, *engineers, place="南京", **options):
    """Send engineers and give the dispatch's id."""
    named = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
    crew = [part for code in engineers for part in ("--engineer", code)]
    return desk.json("dispatch", "send", ticket, *crew, "--place", place, *named)["id"]


def travel(desk, dispatch, engineer=None, **steps):
    """Record steps of a journey by their times: depart="2026-10-09 07:00"."""
    whose = ("--engineer", engineer) if engineer else ()
    for step, when in steps.items():
        desk.run("dispatch", step.rstrip("_"), dispatch, "--at", when, *whose)


def copied(source, folder, kind=None):
    """A desk on a copy of a closed ledger, which a test may change."""
    desk = (kind or type(source))(folder)
    desk.ledger.write_bytes(source.ledger.read_bytes())
    desk.ledger.chmod(0o600)
    desk.now = source.now
    return desk


LEDGERS = Path(__file__).parent / "ledgers"


def released(desk, version=1):
    """Put the ledger of a released version in a desk's place: a month of the demo as that version wrote it."""
    kept = LEDGERS / f"v{version}.db.xz"  # from version 3 on: the words behind search cannot be dumped as SQL
    if kept.exists():
        desk.ledger.write_bytes(lzma.decompress(kept.read_bytes()))
    else:
        with lzma.open(LEDGERS / f"v{version}.sql.xz", "rt", encoding="utf-8") as dump:
            con = sqlite3.connect(desk.ledger)
            con.executescript(dump.read())
            con.close()
    desk.ledger.chmod(0o600)
    desk.now = "2026-11-03T09:00:00+08:00"
    return desk


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte, where this machine lets us mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True)
    if not made or made.returncode:
        pytest.skip("no small file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture(scope="session")
def hired(tmp_path_factory):
    """A ledger with people, customers and contracts. Only copied, never written."""
    return hire(new_ledger(InProcess(tmp_path_factory.mktemp("hired"))))


@pytest.fixture
def desk(hired, tmp_path):
    """A desk with people, driven inside this process."""
    return copied(hired, tmp_path)


@pytest.fixture
def executable(hired, tmp_path):
    """A desk with people, driven through the real executable."""
    return copied(hired, tmp_path, Executable)


@pytest.fixture(scope="session")
def demo_month(tmp_path_factory):
    """The demo's ledger on 3 November: a whole October and two days. Only copied or read, never written."""
    desk = InProcess(tmp_path_factory.mktemp("demo_month"))
    desk.now = "2026-11-03T09:00:00+08:00"
    desk.run("demo", "--into", desk.ledger)
    return desk


def crash(path):
    """Die in the middle of a write, with pages of it in the file and a rollback journal beside it."""
    code = (
        "import os, sys; from pathlib import Path; from svcdesk.store import open_ledger\n"
        "ledger = open_ledger(Path(sys.argv[1]), write=True)\n"
        "ledger.con.execute('PRAGMA cache_size = 1'); ledger.con.execute('BEGIN IMMEDIATE')\n"
        "ledger.con.executemany('INSERT INTO customer (name) VALUES (?)', ((f'c{n}' * 50,) for n in range(2000)))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)


def pytest_addoption(parser):
    """``--update`` writes the golden files anew instead of comparing with them; read the diff before you commit it."""
    parser.addoption("--update", action="store_true", help="write the golden files anew")


@pytest.fixture
def update(request):
    """Whether golden files are written anew."""
    return request.config.getoption("--update")


@pytest.fixture(scope="session")
def rehearsed(hired, tmp_path_factory):
    """A small desk on 20 October with records of every kind, as tests/rehearsal.txt tells. Only copied, never written."""
    return rehearse(copied(hired, tmp_path_factory.mktemp("rehearsed")))


def rehearse(desk):
    """Play tests/rehearsal.txt on a desk with people."""
    for line in (Path(__file__).parent / "rehearsal.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            desk.now = f"{line[2:].replace(' ', 'T')}:00+08:00"
        elif line and not line.startswith("#"):
            desk.run(*shlex.split(line))
    return desk


@pytest.fixture
def rehearsed_copy(rehearsed, tmp_path):
    """The rehearsed desk, to be written on."""
    (tmp_path / "rehearsed").mkdir()
    return copied(rehearsed, tmp_path / "rehearsed")
