"""What a command reads does not grow with the years behind it: every list, every filter, show, search and report.

SQLite counts its own steps. The two ledgers hold the same months at the same density, one of them four times as many.
"""

import sqlite3

import pytest
from conftest import InProcess
from ledgers import history
from scenes import verbs_that_read

from svcdesk.commands.grammar import SINGLE, build
from svcdesk.model import WORDS
from svcdesk.registers import records

MONTH = "2026-09"
A_MONTH, SHORT, LONG = 30, 24, 96  # tickets; months behind the short ledger and the long one
EVERY = 10  # steps of SQLite between two counts

# What the options of a list are given, where it is not a word of the register's own.
SAMPLES = {
    "month": MONTH, "quarter": "2026-Q3", "year": "2026", "since": "2026-09-10", "until": "2026-09-30", "last": "20",
    "customer": "客户001", "contract": "HT-001", "engineer": "W01", "by": "W01", "owner": "W01", "person": "W01",
    "about": "W01", "taken_by": "W01", "filed_by": "W01", "ticket": "T700", "dispatch": "D700", "complaint": "C1",
    "product": "CNC3", "serial": "S1", "invoice": "F000007000", "place": "北京", "city": "北京", "region": "华北",
    "department": "技术部", "area": "北京", "score": "4", "plan": "PL1", "due_by": "2026-12-31", "record": "T700",
    "source": "inspection", "from_": "W01", "part_of": "S1", "warranty_ends_by": "2026-12-31", "subject": "D700",
    "clause": "no_callback", "at": "2026-09-30", "cause": "untimely", "via": "call", "level": "minor",
}  # fmt: skip
FORMS = ("format", "columns", "sort", "limit", "reveal")  # what is revealed is read alike, and put on record

OTHERS = (
    ("status",), ("status", "--mine", "W01"), ("search", "故障 700"), ("search", "F000007000"), ("search", "13800000001"),
    ("staff", "free"), ("ticket", "show", "T700"), ("customer", "show", "客户001"), ("staff", "show", "W01"),
    ("contract", "show", "HT-001"), ("dispatch", "show", "D700"), ("expense", "show", "E700"),
    ("complaint", "show", "C1"), ("penalty", "show", "P1"), ("penalty", "check", "--month", MONTH),
    ("report", "monthly", "--month", MONTH), ("suggestion", "gather"),
    ("report", "monthly", "--month", MONTH, "--check"), ("report", "projects", "--month", MONTH),
    ("report", "staff", "--month", MONTH), ("report", "deadlines"), ("report", "late-entries", "--month", MONTH),
    ("report", "promises"), ("visit", "due"), ("form", "register", "--month", MONTH), ("form", "ticket", "T700"),
    ("expense", "check", "--month", MONTH), ("export", "tickets", "--month", MONTH),
    ("export", "expenses", "--month", MONTH), ("ledger", "info"),
)  # fmt: skip


class Counted(sqlite3.Connection):
    """A connection that counts what SQLite does."""

    steps = 0

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        super().set_progress_handler(self._count, EVERY)

    def set_progress_handler(self, *_):
        """Leave the count in its place."""

    @staticmethod
    def _count():
        Counted.steps += EVERY
        return 0


def lists():
    """Every list by itself, and with each of its options."""
    root = build()
    for noun in (noun for noun in root.list_commands(None) if noun not in SINGLE):
        verbs = root.get_command(None, noun)
        if "list" in verbs.list_commands(None):
            options = [each for each in verbs.get_command(None, "list").params if each.param_type_name == "option"]
            limit = ("--limit", "20") if "limit" in {option.name for option in options} else ()
            yield (noun, "list", *limit)
            for option in (each for each in options if each.name not in FORMS):
                given = () if option.is_flag else (sample(noun, option.name),)
                yield (noun, "list", option.opts[0], *given, *(limit if option.name != "last" else ()))


def sample(noun, option):
    table = noun.replace("-", "_").replace("rectify", "rectification")
    for name in (f"{table}_{option}", f"{table.partition('_')[0]}_{option}", option):
        if name in WORDS:
            return WORDS[name][0]
    return SAMPLES[option]


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    made = []
    for months in (SHORT, LONG):
        desk = InProcess(tmp_path_factory.mktemp(f"of-{months}-months"))
        history(desk.ledger, A_MONTH * months, months)
        desk.now = "2026-10-01T02:00:00+08:00"
        made.append(desk)
    return made


def steps(desk, args, monkeypatch):
    real = sqlite3.connect
    with monkeypatch.context() as patched:
        patched.setattr(records, "_NEAR", 100)  # how many of the first are looked through, whatever is asked for
        patched.setattr(sqlite3, "connect", lambda *given, **options: real(*given, factory=Counted, **options))
        Counted.steps = 0
        done = desk.finished([*args, "-f", "json"] if args[0] != "form" else [*args])
    assert done.returncode in (0, 1), (args, done.stderr)
    return Counted.steps


# What reads on through the years, and why.
GROWING = {
    ("ticket", "list", "--taken-by"): "no index: one table is read",
    ("contact", "list", "--taken-by"): "no index: one table is read",
    ("survey", "list", "--via"): "no index: one table is read",
    ("complaint", "list", "--about"): "no index: a list in each of them",
    ("staff", "show", "W01"): "the time line is the newest of all that somebody ever did",
    ("ledger", "info"): "it counts",
}


@pytest.mark.parametrize("args", [*lists(), *OTHERS], ids=" ".join)
def test_the_work_of_a_command_does_not_grow_with_the_years(desks, args, monkeypatch):
    short, long = (steps(desk, args, monkeypatch) for desk in desks)
    assert short > 1000  # it did count
    assert (long > short * 1.3 + 1000) is (args[:3] in GROWING), (short, long)


# What is no daily look at the desk: it reads the whole ledger, or another file, or asks about nothing that grows.
NOT_DAILY = {
    "init", "demo", "undo", "completion", "feed", "help", "policy history", "equipment adopt", "penalty notice",
    "report submissions", "ledger", "form", "attachment", "config", "hq",
}  # fmt: skip


def test_every_verb_that_reads_is_measured():
    measured = {" ".join(args[: 1 if args[0] in SINGLE else 2]) for args in (*lists(), *OTHERS)}
    left = {verb for verb in verbs_that_read() - measured if not {verb, verb.partition(" ")[0]} & NOT_DAILY}
    assert {verb for verb in left if not verb.endswith(" show")} == set()  # of a register without rows here
