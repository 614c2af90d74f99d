"""The house: which way imports go, what a daily command loads, and that no monthly query reads a table through."""

import ast
import graphlib
import hashlib
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from conftest import Executable, copied, open_ticket, send, travel

import svcdesk
from svcdesk import periods, reports
from svcdesk.hashes import for_much, sha256
from svcdesk.month import contents, late_entries, staff
from svcdesk.penalties import findings
from svcdesk.penalties.facts import SOURCES
from svcdesk.registers import records
from svcdesk.registers.index import exported
from svcdesk.regulation.policy import Basis, Policy
from svcdesk.schema import tables
from svcdesk.store import open_ledger

ROOT = Path(svcdesk.__file__).parent


def imported(path):
    """The modules of ours that a file imports when it is loaded or later, but not those for types alone."""
    tree = ast.parse(path.read_text("utf-8"))
    typed = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and getattr(block.test, "id", "") == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    names = set()
    for node in ast.walk(tree):
        if id(node) in typed:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if alias.name.startswith("svcdesk")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("svcdesk"):
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "later":
            names.add(node.args[0].value)
    return {name.removeprefix("svcdesk.") for name in names}


MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(ROOT.rglob("*.py"))
}
GRAPH = {name: imported(path) & MODULES.keys() for name, path in MODULES.items()}

# The house from the top floor down: a room imports only from the floors below its own.
FLOORS = (
    ("__main__",),
    ("cli",),
    ("commands",),
    ("session", "demo", "hq"),
    ("exchange", "month", "papers"),
    ("desk", "maintenance", "reports"),
    ("registers",),
    ("penalties",),
    ("rules", "store", "render"),
    ("guards",),
    ("regulation", "journal", "messages", "schema", "finder"),
    ("values",),
    ("periods", "columns", "spool", "durable", "hashes", "alike", "provinces"),
    ("model",),
    ("errors", "later"),
)  # fmt: skip
FLOOR = {room: height for height, rooms in enumerate(reversed(FLOORS)) for room in rooms}


def room_of(module):
    return module.partition(".")[0]


def test_every_room_stands_on_a_floor():
    assert {room_of(name) for name in MODULES} - FLOOR.keys() == {"__init__"}


def test_no_floor_is_without_its_rooms_and_the_page_of_the_house_names_each():
    there = {room_of(name) for name in MODULES}
    assert FLOOR.keys() - there == set()
    page = (Path(__file__).parents[1] / "docs/explanation/house.md").read_text(encoding="utf-8")
    assert [room for room in FLOOR if f"`{room}/`" not in page and f"`{room}.py`" not in page] == []


def arrows():
    """Every import that leads from one room to another, as (module, imported module)."""
    return [(one, other) for one, others in GRAPH.items() for other in others if room_of(one) != room_of(other)]


def test_the_graph_sees_imports_at_all():
    assert {("cli", "commands.grammar"), ("rules", "regulation.clock"), ("store", "journal")} <= set(arrows())


def test_calls_go_one_way_down():
    up = [
        (one, other) for one, other in arrows() if other != "__init__" and FLOOR[room_of(other)] >= FLOOR[room_of(one)]
    ]
    assert up == []


def test_within_a_package_no_imports_circle():
    order = graphlib.TopologicalSorter({one: {o for o in others if o != one} for one, others in GRAPH.items()})
    order.prepare()


ADAPTERS = ("commands", "session", "cli", "render", "maintenance", "demo")


@pytest.mark.parametrize("module", [name for name in MODULES if room_of(name) not in ADAPTERS])
def test_below_the_front_door_nobody_reads_the_clock(module):
    source = MODULES[module].read_text("utf-8")
    assert re.findall(r"\b(?:datetime|date)\.(?:now|today)\(|time\.time\(|getenv|environ", source) == []


@pytest.mark.parametrize(
    "module", [name for name in MODULES if room_of(name) in ("regulation", "rules", "model", "periods")]
)
def test_what_the_regulation_says_needs_no_ledger(module):
    assert not {room_of(name) for name in GRAPH[module]} & {"store", "journal", "messages", "render", "session"}


# Commands that only write columns, until they are declared with their registers.
ONLY_WRITE = {"commands.survey"}


@pytest.mark.parametrize("module", [name for name in MODULES if room_of(name) == "commands" and name not in ONLY_WRITE])
def test_commands_hold_no_sql(module):
    assert "SELECT " not in MODULES[module].read_text("utf-8")


@pytest.mark.parametrize("module", [name for name in MODULES if room_of(name) == "desk"])
def test_what_happens_at_the_desk_is_told_as_data(module):
    assert not GRAPH[module] & {"messages", "render", "session"}
    assert not re.findall(r"\bprint\(|\btyper\b", MODULES[module].read_text("utf-8"))


def test_no_desk_command_imports_headquarters():
    assert {one for one, other in arrows() if room_of(other) == "hq"} == {"commands.feed", "commands.hq"}


READS_FEEDS = {"hq.recount"}  # whose tables are those of the lake
SEES_WHAT_WAS_TAKEN_BACK = {
    "store", "journal", "maintenance.verify", "maintenance.redaction", "maintenance.migrations", "registers.changes", "maintenance.attachments", "finder.index",
    "registers.settings",  # a submission that was corrected stays on the list
}  # fmt: skip


@pytest.mark.parametrize("module", [name for name in MODULES if name not in SEES_WHAT_WAS_TAKEN_BACK | READS_FEEDS])
def test_what_reads_records_asks_the_live_views(module):
    source = MODULES[module].read_text("utf-8")
    bare = rf"\b(?:FROM|JOIN)\s+\"?(?:{'|'.join(tables())})\"?\b"
    assert re.findall(bare, source) == []
    assert "undone_at IS NULL" not in source


HEAVY = {
    "rich", "tabulate", "wcwidth", "sqlite_utils", "dateutil", "xlsxwriter", "openpyxl", "platformdirs",
    "chinese_calendar", "pypinyin", "importlib.metadata", "tomllib", "asyncio", "email", "http", "xml",
    "duckdb", "pyspark", "svcdesk.hq",
}  # fmt: skip
SHOW_MODULES = """
import sys
from svcdesk.cli import run
code = run(sys.argv[1:])
sys.stdout.flush()
print("\\n".join(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture(scope="module")
def filled(hired, tmp_path_factory):
    """A ledger with a few of everything that the monthly queries read."""
    desk = copied(hired, tmp_path_factory.mktemp("filled"))
    for number in range(3):
        ticket = open_ticket(desk, at="2026-10-05 09:00", on_site_by="2026-10-07 09:00")
        dispatch = send(desk, ticket, "W01", "W02", at="2026-10-05 10:00")
        travel(desk, dispatch, depart="2026-10-06 08:00", arrive="2026-10-07 10:00")
        desk.run(
            "expense", "add", "--engineer", "W01", "--category", "fare", "--amount", "10", "--date", "2026-10-06",
            "--dispatch", dispatch, "--invoice", f"F{number}", "--from", "北京", "--to", "南京",
        )  # fmt: skip
    desk.run("phone-check", "log", "W01", "--result", "off")
    desk.run("conduct", "record", "W01", "disobedience", "--note", "x")
    return desk


@pytest.mark.parametrize(
    "command",
    [
        "ticket list -f csv",
        "ticket list -f json",
        "ticket list -f plain",
        "ticket list",
        "ticket show T1 -f json",
        "dispatch list -f csv",
        "expense list -f jsonl",
        "penalty check --month 2026-10 -f csv",
        "report monthly --month 2026-10 -f csv",
        "ticket note T1 x",
        "contact log --customer 江南机床 --channel call --summary x",
    ],
)
def test_a_daily_command_loads_nothing_heavy(filled, tmp_path, command):
    desk = copied(filled, tmp_path, Executable)
    done = subprocess.run(
        [sys.executable, "-c", SHOW_MODULES, *command.split()],
        env=desk.full_env(), cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    loaded = set(done.stderr.split())
    assert "svcdesk.cli" in loaded
    assert loaded & HEAVY == set()


NOT_FOR_LISTS = {"json", "hashlib", "_hashlib", "tempfile", "random", "decimal", "svcdesk.journal", "svcdesk.finder"}


@pytest.mark.parametrize(
    "noun", ["ticket", "dispatch", "contact", "survey", "complaint", "customer", "staff", "contract"]
)
def test_a_list_loads_no_deed_and_nothing_that_only_writing_needs(filled, tmp_path, noun):
    desk = copied(filled, tmp_path, Executable)
    done = subprocess.run(
        [sys.executable, "-c", SHOW_MODULES, noun, "list", "--limit", "20", "-f", "csv"],
        env=desk.full_env(), cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    loaded = set(done.stderr.split())
    deeds = {name for name in loaded if name.startswith("svcdesk.desk.")} - {"svcdesk.desk.act"}
    assert (deeds, loaded & NOT_FOR_LISTS) == (set(), set())


COLLECTOR = """
import gc, sys
from svcdesk.__main__ import main
sys.argv = ["svcdesk", "staff", "list"]
try:
    main()
except SystemExit as done:
    print(done.code, gc.isenabled(), gc.get_freeze_count() > len(gc.get_objects()), file=sys.stderr)
"""


def test_the_collector_passes_over_what_was_loaded_and_runs_for_long_commands(filled):
    env = filled.full_env()
    done = subprocess.run([sys.executable, "-c", COLLECTOR], env=env, capture_output=True, text=True, check=False)
    assert done.stderr.split() == ["0", "True", "True"]


def test_the_hash_that_is_quickly_loaded_is_the_same():
    for text in (b"", b"x" * 1000, "南京".encode()):
        assert sha256(text).hexdigest() == hashlib.sha256(text).hexdigest()
    assert for_much().hexdigest() == sha256().hexdigest()


# Query plans


def plans(ledger, work):
    """The query plan of every statement that a piece of work sends to SQLite: {statement: [steps]}."""
    sent = []
    ledger.con.set_trace_callback(sent.append)
    work()
    ledger.con.set_trace_callback(None)
    found = {}
    for statement in dict.fromkeys(sent):
        if statement.lstrip().upper().startswith("SELECT"):
            found[statement] = [row[3] for row in ledger.con.execute(f"EXPLAIN QUERY PLAN {statement}")]
    return found


def scanned(statement, steps):
    """The tables that a statement reads through, by their own names."""
    named = r"\b(?:FROM|JOIN)\s+\"?(\w+)\"?(?:\s+(?!WHERE|JOIN|LEFT|ON|ORDER|GROUP|UNION)(\w+))?"
    tables = {alias or table: table for table, alias in re.findall(named, statement)}
    scans = [re.match(r"SCAN (?:TABLE )?(\w+)", step) for step in steps]
    return {tables.get(scan[1], scan[1]).removeprefix("live_") for scan in scans if scan}


GROWING = {
    "ticket", "dispatch", "crew", "expense", "contact", "survey", "service_report", "penalty", "complaint",
    "phone_check", "conduct", "appointment", "escalation", "hold", "change", "visit", "suggestion", "rectification",
    "inspection",
}  # fmt: skip


def read_through(found):
    """The statements that read a growing table through, with those tables."""
    tables = {statement: scanned(statement, plan) & GROWING for statement, plan in found.items()}
    return {statement: names for statement, names in tables.items() if names}


@pytest.fixture(scope="module")
def ledger(filled):
    with_rows = open_ledger(filled.ledger)
    yield with_rows
    with_rows.close()


NOW = periods.instant("2026-10-20T01:00:00Z")


def test_a_scan_would_be_seen(ledger):
    steps = plans(ledger, lambda: ledger.rows("SELECT r.id FROM live_ticket r WHERE r.summary LIKE '%x%'"))
    ((statement, plan),) = steps.items()
    assert scanned(statement, plan) == {"ticket"}


@pytest.mark.parametrize("month", ["2026-10", "2026-09"])
def test_the_monthly_report_reads_no_table_through(ledger, month):
    period = periods.read_month(month, NOW, ledger.zone)
    found = plans(ledger, lambda: reports.monthly(ledger, period, NOW))
    assert len(found) >= 8
    assert read_through(found) == {}


@pytest.mark.parametrize(
    "make",
    [contents.monthly, contents.project_report, staff.staff, contents.course, contents.unfinished, late_entries.rows],
)
def test_the_whole_reports_read_no_table_through(ledger, make):
    period = periods.read_month("2026-10", NOW, ledger.zone)
    found = plans(ledger, lambda: make(ledger, period, NOW))
    assert len(found) >= 5
    assert read_through(found) == {}


ASKED_FOR = [("followup.days", "7", date(2020, 1, 1)), ("complaint.days", "15", date(2020, 1, 1))]


@pytest.mark.parametrize("source", SOURCES)
def test_the_facts_of_a_period_read_no_table_through(ledger, source, monkeypatch):
    monkeypatch.setitem(vars(ledger), "policy", Policy(ASKED_FOR))
    period = periods.read_month("2026-10", NOW, ledger.zone)
    found = plans(ledger, lambda: list(SOURCES[source].read(ledger, SOURCES[source].during(ledger, period))))
    assert found
    assert read_through(found) == {}


def test_the_check_of_a_month_reads_no_table_through(ledger):
    period = periods.read_month("2026-10", NOW, ledger.zone)
    basis = Basis(ledger.policy, NOW, ledger.zone)
    found = plans(ledger, lambda: list(findings.matched(ledger, basis, findings.check(ledger, basis, period))))
    assert read_through(found) == {}


@pytest.mark.parametrize("name", [name for name, register in exported().items() if register.at])
def test_the_list_of_a_month_reads_no_table_through(ledger, name):
    register, period = exported()[name], periods.read_month("2026-10", NOW, ledger.zone)
    selection = records.Selection().during(register, period)
    found = plans(ledger, lambda: list(records.records(ledger, register, NOW, selection)))
    assert found
    assert read_through(found) == {}
