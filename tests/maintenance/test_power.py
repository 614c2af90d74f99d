"""The power fails at any moment: what was acknowledged is there, and the ledger is sound.

The model. Commands run under strace, which records their system calls with the data; the calls are replayed on a disk
that exists only here, and the power is cut after any of them. At the cut

- what was written to a file since its last sync is there in any subset of its writes, a write of several sectors perhaps
  only as far as some sector; a change of length may be there or not;
- what changed about a name in the folder (made, removed, renamed) since the folder's last sync may be there or not, each
  name standing at any point of its own history since; syncing a file does not make its name durable;
- what was synced is there.

The model can fail: with ``synchronous = FULL``, which does not sync the folder after the journal's removal, it loses
acknowledged commands, and with ``OFF`` it finds corrupt ledgers. ``POWER_SEED`` draws other subsets.
"""

import os
import random
import re
import shlex
from typing import NamedTuple

import pytest
from conftest import Executable, copied, open_ticket
from scenes import ON_THE_DEMO, SESSIONS
from tracing import CALLS, needs_strace, traced
from transcripts import steps

from svcdesk import journal
from svcdesk.commands.grammar import NOUNS
from svcdesk.errors import DeskError
from svcdesk.maintenance import verify
from svcdesk.store import open_ledger

pytestmark = needs_strace

SECTOR = 512
PHONE, ERASED = b"13812345678", "erased .* 华北钢厂"  # of the customer that is redacted
BACKED_UP = r"backed up and verified: \S*?([^/\s,]+\.db),"
COMMANDS = (
    "expense add --engineer W01 --category other --amount 19.99 --date 2026-10-01 --invoice F1",
    "amend T1 summary=漏油 --reason 听错",
    "ticket hand-over T1 --to A01 --note 下班",
    "ticket close T1 --resolution x --no-survey x",
    "import staff rows.csv",
    "import tickets tickets.csv",
    "customer rename 江南机床 江南机床集团",
    "undo --yes",
    "ledger redact 华北钢厂 --reason x --yes",
    "ledger backup {folder}/copy.db",
)
ROWS = "code,name,role\n" + "".join(f"X{n},甲{n},engineer\n" for n in range(120))
TICKETS = "reference,customer,kind,channel,summary,received_at\n" + "".join(
    f"R{n},江南机床,repair,call,过热{n},2026-10-01 09:00\n" for n in range(60)
)
SYNCHRONOUS = """
from svcdesk import store
from svcdesk.cli import main
store._WRITE["synchronous"] = {}
main()
"""
RECEIPT = r"\[#(\d+) ([0-9a-f]{12})\]"
SEED, SHARE = int(os.environ.get("POWER_SEED", "1")), float(os.environ.get("POWER_SHARE", "1"))


class Call(NamedTuple):
    """One call as the disk sees it: what it does, to which file or name, and with what."""

    do: str
    what: object = None
    data: object = None
    at: int | None = None


def typed(desk):
    """The commands, on a desk where each has something to do."""
    (desk.folder / "rows.csv").write_text(ROWS, encoding="utf-8")
    (desk.folder / "tickets.csv").write_text(TICKETS, encoding="utf-8")
    return (command.format(folder=desk.folder).split() for command in COMMANDS)


def session_of(noun):
    """The golden session of a noun, line by line as the desk goes through it."""

    def lines(desk):
        script = (SESSIONS / f"{noun}.txt").read_text(encoding="utf-8")
        return (shlex.split(line) for line, is_typed in steps(desk, script) if is_typed)

    return lines


def recorded(desk, synchronous, lines):
    """Type the lines; give the files as they were, and every call that touched the folder or said something."""
    files = {path.name: n for n, path in enumerate(sorted(desk.folder.iterdir()))}
    start = {n: (desk.folder / name).read_bytes() for name, n in files.items()}
    program = ("-m", "svcdesk") if synchronous is None else ("-c", SYNCHRONOUS.format(synchronous))
    names, calls, fresh = dict(files), [], iter(range(len(files), 10_000))
    for line in lines:
        options = ("-xx", "-s", "2000000")
        done, log = traced(desk, line, *options, trace=("openat", "close", *CALLS), program=program)
        assert "Traceback" not in done.stderr, done
        calls += _calls(log, str(desk.folder), names, fresh)
    return files, start, calls


def _calls(lines, folder, names, fresh):
    open_files = {}

    def full(text):
        return os.path.normpath(os.path.join(folder, text.decode("utf-8", "surrogateescape")))

    def name_of(text):
        path = full(text)
        return os.path.basename(path) if os.path.dirname(path) == folder else None

    for line in lines:
        shape = re.match(r"\d+ +(\w+)\((.*)\) += (-?\d+)", line)
        if not shape or int(shape[3]) < 0:
            continue
        call, result = shape[1], int(shape[3])
        texts = [bytes.fromhex(text.replace("\\x", "")) for text in re.findall(r'"((?:\\x[0-9a-f]{2})*)"', shape[2])]
        numbers = [int(number) for number in re.findall(r"(?:^|, )(\d+)(?=,|$)", re.sub(r'"[^"]*"', '""', shape[2]))]
        if call == "openat":
            name = name_of(texts[0])
            if full(texts[0]) == folder:
                open_files[result] = "folder"
            elif name in names:
                open_files[result] = names[name]
            elif name is not None and "O_CREAT" in shape[2]:
                names[name] = open_files[result] = next(fresh)
                yield Call("name", name, names[name])
        elif call == "close":
            open_files.pop(numbers[0], None)
        elif call == "unlink" and name_of(texts[0]) in names:
            del names[name_of(texts[0])]
            yield Call("name", name_of(texts[0]), None)
        elif call in ("rename", "link") and name_of(texts[0]) in names:
            names[name_of(texts[1])] = names[name_of(texts[0])]
            yield Call("name", name_of(texts[1]), names[name_of(texts[1])])
            if call == "rename":
                del names[name_of(texts[0])]
                yield Call("name", name_of(texts[0]), None)
        elif call == "write" and numbers[0] == 1:
            yield Call("say", None, texts[0].decode())
        elif numbers and numbers[0] in open_files:
            file = open_files[numbers[0]]
            if call == "pwrite64":
                yield Call("write", file, texts[0], numbers[-1])
            elif call == "write":
                yield Call("write", file, texts[0])  # to a file that is only added to
            elif call == "ftruncate":
                yield Call("truncate", file, None, numbers[-1])
            elif call in ("fsync", "fdatasync"):
                yield Call("sync", file)
            else:
                raise AssertionError(f"a call that the model does not know: {line[:200]}")


class Disk:
    """What is durable, and what is only on its way."""

    def __init__(self, files, start):
        self.names = dict(files)
        self.data = dict(start)
        self.writes = {}  # file: its calls since its last sync
        self.moves = {}  # name: what it stood for since the folder's last sync

    def take(self, call):
        if call.do == "name":
            self.moves.setdefault(call.what, []).append(call.data)
        elif call.do in ("write", "truncate"):
            self.writes.setdefault(call.what, []).append(call)
        elif call.do == "sync" and call.what == "folder":
            for name, history in self.moves.items():
                self.names[name] = history[-1]
            self.moves = {}
        elif call.do == "sync":
            self.data[call.what] = written(self.data.get(call.what, b""), self.writes.pop(call.what, []))

    def after_a_cut(self, chance):
        """Give the folder as it may stand when the power is back."""
        names = dict(self.names)
        for name, history in self.moves.items():
            names[name] = chance.choice([names.get(name), *history])
        data = {}
        for name, file in names.items():
            if file is not None:
                pending = self.writes.get(file, [])
                share = chance.choice((0, 0.1, 0.5, 0.9, 1))
                kept = [torn(call, chance) for call in pending if chance.random() < share]
                data[name] = written(self.data.get(file, b""), kept)
        return data


def torn(call, chance):
    """Give a write as it is, or one time in eight cut off at some sector."""
    if call.do == "write" and len(call.data) > SECTOR and chance.random() < 1 / 8:
        return call._replace(data=call.data[: chance.randrange(1, len(call.data) // SECTOR) * SECTOR])
    return call


def written(data, calls):
    """Give a file's bytes after some calls."""
    content = bytearray(data)
    for call in calls:
        if call.do == "truncate":
            del content[call.at :]
            content.extend(bytes(call.at - len(content)))
        else:
            at = len(content) if call.at is None else call.at
            content.extend(bytes(max(0, at - len(content))))
            content[at : at + len(call.data)] = call.data
    return bytes(content)


class Outcome(NamedTuple):
    """How many cuts were tried, after which ones the ledger was corrupt, and after which ones a receipt was lost."""

    cuts: int
    corrupt: list
    lost: list


def cut_everywhere(ready, tmp_path, synchronous=None, *, times=1.0, lines=typed):
    """Cut the power after every call so many times, or after a random share of the calls."""
    (tmp_path / "desk").mkdir()
    (tmp_path / "after").mkdir()
    desk, after = copied(ready, tmp_path / "desk", Executable), tmp_path / "after"
    lines = iter(lines(desk))
    files, start, calls = recorded(desk, synchronous, lines)
    final = standing(desk.ledger)  # some sessions make other ledgers beside it
    chance, disk, said, done, outcome = random.Random(SEED), Disk(files, start), "", 0, Outcome(0, [], [])
    places = list(range(1, len(calls) + 1)) * max(1, int(times))
    places = sorted(chance.sample(places, int(len(calls) * times)))
    for place in places:
        for call in calls[done:place]:
            disk.take(call)
            said += call.data if call.do == "say" else ""
        done = place
        for path in after.iterdir():
            path.unlink()
        for name, data in disk.after_a_cut(chance).items():
            (after / name).write_bytes(data)
        receipts = {seq: short for seq, short in re.findall(RECEIPT, said) if final.get(seq) == short}
        try:
            there = standing(after / "ledger.db")
        except (DeskError, AssertionError):
            outcome.corrupt.append(place)
        else:
            lost = any(there.get(seq) != short for seq, short in receipts.items())
            lost |= bool(re.search(ERASED, said)) and PHONE in (after / "ledger.db").read_bytes()
            copies = re.findall(BACKED_UP, said)
            if lost or not all(is_sound(after / copy) for copy in copies):
                outcome.lost.append(place)
    return outcome._replace(cuts=len(places))


def standing(path):
    """Open a ledger as a reader does, which rolls a journal back; verify it; give the hashes of its entries."""
    ledger = open_ledger(path)
    try:
        assert verify.verify(ledger) == []
        return {str(entry.seq): entry.hash[:12] for entry in journal.entries(ledger.con)}
    finally:
        ledger.close()


def is_sound(path):
    try:
        return bool(standing(path))
    except (DeskError, AssertionError):
        return False


@pytest.fixture(scope="module")
def ready(tmp_path_factory, hired):
    """A ledger in which each command has something to do. Only copied, never written."""
    desk = copied(hired, tmp_path_factory.mktemp("ready"))
    desk.run("ticket", "answer", open_ticket(desk))
    return desk


def test_a_power_cut_loses_nothing(ready, tmp_path):
    """A thin sample."""
    outcome = cut_everywhere(ready, tmp_path, times=0.4)
    assert outcome == (outcome.cuts, [], [])


@pytest.mark.slow
def test_the_model_can_lose_what_was_acknowledged(ready, tmp_path):
    assert cut_everywhere(ready, tmp_path, 2, times=0.3).lost


@pytest.mark.slow
@pytest.mark.parametrize(
    ("synchronous", "times", "corrupt", "lost"),
    [(None, 20, False, False), (2, 4, False, True), (0, 2, True, True)],
    ids=["as it is", "FULL", "OFF"],
)
def test_power_cuts_everywhere(ready, tmp_path, capsys, request, synchronous, times, corrupt, lost):
    """Every call cut many times; the figures are printed."""
    outcome = cut_everywhere(ready, tmp_path, synchronous, times=times)
    with capsys.disabled():
        print(
            f"\n{request.node.callspec.id}: {outcome.cuts} power cuts, corrupt {len(outcome.corrupt)}, "
            f"an acknowledged command lost in {len(outcome.lost)}"
        )
    assert (bool(outcome.corrupt), bool(outcome.lost)) == (corrupt, lost)


@pytest.mark.slow
@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun != "demo"])  # which types a month of all the others
def test_power_cuts_in_every_golden_session(noun, rehearsed, demo_month, tmp_path, capsys):
    """A share of all calls (``POWER_SHARE``) cut once, of whatever a noun's session types."""
    source = demo_month if noun in ON_THE_DEMO else rehearsed
    outcome = cut_everywhere(source, tmp_path, times=SHARE, lines=session_of(noun))
    with capsys.disabled():
        print(f"\n{noun}: {outcome.cuts} power cuts, corrupt 0, an acknowledged command lost in 0", end="")
    assert outcome == (outcome.cuts, [], [])
