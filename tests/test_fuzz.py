"""Anything typed, anything imported: an exit code of the contract, no traceback, nothing half done, a sound ledger."""

import csv
import io
import json
import os
import re
import sqlite3
from contextlib import chdir
from functools import cache

import openpyxl
import pytest
from conftest import InProcess, copied, open_ticket, send, travel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svcdesk.commands.grammar import NOUNS, SINGLE, build
from svcdesk.maintenance import verify
from svcdesk.registers.index import exported
from svcdesk.store import open_ledger

THOROUGH = int(os.environ.get("FUZZ_EXAMPLES", "3000"))
quick = settings(
    max_examples=int(os.environ.get("QUICK", "40")),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
thorough = settings(quick, max_examples=THOROUGH, derandomize=False)

LIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@pytest.fixture(scope="module")
def filled(tmp_path_factory, hired):
    """A ledger with one of everything. Only copied, never written."""
    desk = copied(hired, tmp_path_factory.mktemp("filled"))
    ticket = open_ticket(desk, at="2026-10-08 09:00", on_site_by="2026-10-09 10:00", contract="HT-2")
    desk.run("ticket", "answer", ticket, "--at", "2026-10-08 10:00")
    dispatch = send(desk, ticket, "W01", "W02", at="2026-10-08 11:00")
    travel(desk, dispatch, depart="2026-10-09 07:00", arrive="2026-10-09 11:00", leave="2026-10-09 12:00")
    travel(desk, dispatch, "W01", return_="2026-10-09 20:00")
    desk.run("service-report", "file", dispatch, "--solution", "x")
    desk.run("survey", "add", ticket, "--score", "3", "--at", "2026-10-10 09:00")
    desk.run("complaint", "open", "--channel", "call", "--complainant", "周工", "--summary", "慢", "--about", "W01")
    desk.run("complaint", "assign", "C1", "--department", "技术部", "--by", "M01")
    desk.run("phone-check", "log", "W01", "--result", "off")
    desk.run("conduct", "record", "W01", "disobedience", "--note", "x")
    for _ in range(2):
        desk.run(
            "expense", "add", "--engineer", "W01", "--category", "fare", "--amount", "10", "--date", "2026-10-09",
            "--dispatch", dispatch, "--invoice", "F1", "--from", "北京", "--to", "南京",
        )  # fmt: skip
    desk.run("penalty", "check", "--month", "2026-10", "--record")
    desk.run("penalty", "confirm", "P1")
    open_ticket(desk)
    return desk


# What people, scripts and attackers type

ODD = (
    "", " ", "\t", "\n", "\r\n", "a\nb", "-", "--", "-1", "-f", "--help", "0", "00", "１２", "٣", "1e5", "NaN", "inf", "1_000", "0x10",
    "99999999999", "99999999999999999999999", "-99999999999999999999", "9" * 400, "1.005", "0.1", "1,000", "½",
    "=1+1", "+1", "@x", "'", '"', "''", "\\", "`id`", "$(id)", "%s%n", "{0}", "{x}", "{", "}", "[/foo]", "[bold]", "[link=x]",
    "; DROP TABLE entry; --", "' OR 1=1 --", "\x1b[2J", "\x07", "\x7f", "\x85", "\u202e", "\u2066x", "\u200b", "\ufeff", "\u2028",
    "e\u0301", "👩‍🔧", "𠮷", "ﷺ", "A" * 5000, "长" * 5000, "@/nonexistent", "@.", "@/dev/null",
    "T0", "T999999999999", "T9999999999999", "t1", "D１", "E1E5", "P-1", "Z1", "2026-02-30", "0001-01-01", "9999-12-31", "2026-13",
    "0000-00", "2026-10-20 24:00", "0001-01-01 00:00", "9999-12-31T23:59:59-23:59", "2026-10-20T09:00+99:99", "-9999d", "-0m", "25:61",
    "now", "today", "yesterday 14:00", "昨天 14:00", "this", "last", "1969-12-31 23:59", "2026-10-20T09:00:00Z", "CON", "..", "/", "~", "~root",
)  # fmt: skip
LIKELY = {
    "engineer": ("W01", "W02", "W03"), "about": ("W01", "W03"), "by": ("W01", "M01", "A01"), "taken_by": ("A01",),
    "customer": ("江南机床", "华北钢厂"), "contract": ("HT-1", "HT-2"), "ticket": ("T1", "T2"), "dispatch": ("D1",),
    "repeat_of": ("T1",), "at": ("2026-10-19 09:00", "2026-10-20 08:00", "-1h"), "on_site_by": ("2026-10-21 09:00",),
    "due": ("2026-10-21 09:00",), "date": ("2026-10-09", "today"), "since": ("2026-10-01",), "until": ("2026-10-31",),
    "month": ("2026-10", "this"), "amount": ("19.99", "5"), "wage": ("8000",), "place": ("南京",), "report": ("R1",),
    "complaint": ("C1",), "expense": ("E1", "E2"), "expenses": ("E1", "E2"), "penalty": ("P1", "P2"), "penalties": ("P1", "P2", "P3"),
    "code": ("W01", "W09"), "no": ("HT-1", "HT-9"), "name": ("江南机床", "新厂"), "key": ("answer.hours", "same_fact", "wage.minimum"),
    "value": ("24", "5.00", "absorb"), "from_": ("北京", "2026-10-01"), "record": ("T1", "D1", "R1", "S1", "C1", "E1", "P1", "W01", "江南机床"),
    "table": ("staff", "tickets", "expenses"), "timezone": ("Asia/Shanghai",), "sort": ("id", "-at", "engineer"), "limit": ("1", "0"),
    "part": ("滤网:1", "x:0", ":"), "score": ("3",), "via": ("call", "payroll"), "cause": ("quarrel",), "late_cause": ("personal",),
}  # fmt: skip
TIMES = (
    "0001-01-01", "9999-12-31", "9999-12", "0001-01", "2026-02-30", "0001-01-01 00:00", "9999-12-31T23:59:59Z", "9998-12-31 23:59",
    "0999-12-31 23:59", "1000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-10-20T09:00+99:99", "-9999d", "-0m", "25:61", "now",
    "yesterday 14:00", "昨天 14:00", "2026-10-20T09:00:00Z", "2026-10-20 09:00:01", "2027-01-01 00:00", "last", "２０２６-10-01",
)  # fmt: skip
TIMED = {"at", "on_site_by", "due", "date", "since", "until", "month", "from_", "warranty_until"}
# What writes elsewhere, fills a ledger for seconds or never ends is not typed at random.
LEFT_OUT = {("demo",), ("init",), ("ledger", "restore"), ("ledger", "backup"), ("ledger", "anchor"), ("import",)}
NEVER = {"output", "errors", "into", "to_file", "man", "watch", "help", "accept_loss"}


@cache
def verbs():
    """Every verb of the command line with its parameters."""
    root, found = build(), []
    for noun in NOUNS:
        command = root.get_command(None, noun)
        for path in [(noun,)] if noun in SINGLE else [(noun, verb) for verb in command.list_commands(None)]:
            if path not in LEFT_OUT:
                verb = command if noun in SINGLE else command.get_command(None, path[1])
                found.append((path, [param for param in verb.params if param.name not in NEVER]))
    return found


typed = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
odd = st.one_of(st.sampled_from(ODD), typed)


def value_of(param):
    """What may be typed for a parameter: mostly what belongs there, so that the command gets somewhere."""
    if hasattr(param.type, "min"):
        return st.sampled_from(["1", "3", "0", "-1", "20", "9" * 19, "9" * 30, "x"])
    choices = getattr(param.type, "choices", None)
    unlikely = st.one_of(odd, st.sampled_from(TIMES)) if param.name in TIMED else odd
    likely = tuple(choices) if choices else LIKELY.get(param.name, ("一", "W01", "T1"))
    right = st.sampled_from([str(getattr(choice, "value", choice)) for choice in likely])
    return st.one_of(right, right, right, unlikely)


@st.composite
def command_lines(draw):
    """A command of the desk, its options in some order, some of them left out, some given twice."""
    path, params = draw(st.sampled_from(verbs()))
    words, arguments = list(path), []
    for param in params:
        if param.param_type_name == "argument":
            several = draw(st.integers(1, 3)) if param.nargs == -1 else 1
            arguments += [draw(value_of(param)) for _ in range(several)]
        elif param.is_flag:
            if draw(st.integers(0, 3)) == 0 or param.name == "yes":
                words.append(draw(st.sampled_from([*param.opts, *param.secondary_opts])))
        elif draw(st.integers(0, 9)) < (9 if param.required else 2):
            text = draw(value_of(param))
            words += draw(st.sampled_from([[param.opts[0], text], [f"{param.opts[0]}={text}"]]))
    if draw(st.booleans()):
        arguments = [argument for argument in arguments if not argument.startswith("-")]
    if draw(st.integers(0, 19)) == 0:
        words = [draw(st.sampled_from(["--actor", "--lang", "--ledger"])), draw(odd), *words]
    return words + arguments


def typed_at(filled, folder, commands):
    """Type commands one after another and hold each to the contract."""
    desk = copied(filled, folder, InProcess)
    for args in commands:
        before = desk.ledger.read_bytes()
        with chdir(folder):
            done = desk.finished(args)
        said = f"{args}\n{done}"[:3000]
        assert done.returncode in (0, 1, 2, 3, 4, 5), said
        assert "Traceback" not in done.stderr and not LIVE.search(done.stderr), said
        if done.returncode > 1:
            assert done.stderr.startswith("error: ") and done.stdout == "", said
            assert desk.ledger.read_bytes() == before, said
        forms = [args[n + 1] for n, arg in enumerate(args[:-1]) if arg in ("-f", "--format")]
        if done.returncode == 0 and forms == ["json"] and "--help" not in args:
            json.loads(done.stdout)
        if not {"csv", "tsv", "xlsx"} & set(re.split("[ =]", " ".join(args))) and "export" not in args:
            assert not LIVE.search(done.stdout), said
    ledger = open_ledger(desk.ledger)
    assert verify.verify(ledger) == []
    ledger.close()


several = st.lists(command_lines(), min_size=1, max_size=12)


@pytest.mark.case(24)
@quick
@given(commands=several)
def test_anything_typed(filled, tmp_path_factory, commands):
    typed_at(filled, tmp_path_factory.mktemp("typed"), commands)


@pytest.mark.case(24)
@pytest.mark.slow
@thorough
@given(commands=several)
def test_anything_typed_at_length(filled, tmp_path_factory, commands):
    typed_at(filled, tmp_path_factory.mktemp("typed"), commands)


# Files that were damaged


@st.composite
def damages(draw):
    """A damage of a file of some size: where it lies as a share of the file, what it is, and with which bytes."""
    kind = draw(st.sampled_from(["flip", "zero", "noise", "cut", "swap", "long"]))
    return kind, draw(st.floats(0, 1)), draw(st.floats(0, 1)), draw(st.binary(min_size=1, max_size=64))


PAGE = 4096


def damaged(data, kind, place, other, noise):
    """Damage a file: a bit, a page, its end, two pages exchanged."""
    data = bytearray(data)
    at = min(int(place * len(data)), len(data) - 1)
    page, further = at // PAGE * PAGE, int(other * (len(data) - 1)) // PAGE * PAGE
    if kind == "flip":
        data[at] ^= 1 << noise[0] % 8
    elif kind == "zero":
        data[page : page + PAGE] = bytes(len(data[page : page + PAGE]))
    elif kind == "noise":
        data[at : at + len(noise)] = noise
    elif kind == "cut":
        del data[at:]
    elif kind == "swap":
        data[page : page + PAGE], data[further : further + PAGE] = (
            data[further : further + PAGE],
            data[page : page + PAGE],
        )
    else:
        data += noise * 100
    return bytes(data)


LOOKS = (
    "ledger verify", "ledger verify --full -f json", "ledger log", "ledger info", "ledger doctor", "status", "ticket list -f json",
    "ticket show T1", "dispatch list", "penalty check --month 2026-10", "report monthly --month 2026-10", "export customers",
    "ledger backup copy.db", "ticket note T1 x", "undo --yes", "ledger verify",
)  # fmt: skip


def look_at(filled, folder, hurts):
    """Damage a ledger and use it: never a bug; what verify calls sound is what was there."""
    desk = copied(filled, folder, InProcess)
    data = desk.ledger.read_bytes()
    for hurt in hurts:
        data = damaged(data, *hurt) if data else data
    desk.ledger.write_bytes(data)
    for n, look in enumerate(LOOKS):
        done = desk.finished([word if word != "copy.db" else str(folder / "copy.db") for word in look.split()])
        assert done.returncode in (0, 1, 2, 3, 4, 5) and "Traceback" not in done.stderr, f"{look}: {done}"[:3000]
        if n == 0 and done.returncode == 0:
            assert contents(desk.ledger) == contents(filled.ledger)


def contents(path):
    """All that a ledger holds; the index of words is derived from it."""
    con = sqlite3.connect(path)
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'search_word*' ORDER BY name"
    tables = [name for (name,) in con.execute(named)]
    rows = {table: sorted(map(repr, con.execute(f'SELECT * FROM "{table}"'))) for table in tables}
    con.close()
    return rows


@quick
@given(hurts=st.lists(damages(), min_size=1, max_size=3))
def test_any_damage_is_no_bug(filled, tmp_path_factory, hurts):
    look_at(filled, tmp_path_factory.mktemp("damaged"), hurts)


@pytest.mark.slow
@thorough
@given(hurts=st.lists(damages(), min_size=1, max_size=3))
def test_any_damage_is_no_bug_at_length(filled, tmp_path_factory, hurts):
    look_at(filled, tmp_path_factory.mktemp("damaged"), hurts)


# Files that somebody else keeps

TABLES = list(exported())
AFTER = (
    "status", "report monthly --month 2026-10", "penalty check --month 2026-10", "ticket list --overdue -f json",
    "ticket show T1", "dispatch show D1", "service-report show R1", "complaint show C1", "penalty show P1", "expense show E1",
    "expense check", "dispatch list -f json", "complaint list -f json", "service-report list -f json",
)  # fmt: skip


@pytest.fixture(scope="module")
def exported(filled, tmp_path_factory):
    """Every register of the filled ledger as rows of cells, the headings first."""
    desk = copied(filled, tmp_path_factory.mktemp("exported"))
    told = {table: desk.run("export", table, "--reveal").stdout for table in TABLES}
    return Exported((table, list(csv.reader(io.StringIO(text)))) for table, text in told.items())


class Exported(dict):
    """Registers, of which a failing example prints only the name."""

    __repr__ = object.__repr__


@st.composite
def registers(draw):
    """A register and what is done to it: rows, cells, headings, then the bytes, and how it is imported."""
    table = draw(st.sampled_from(TABLES))
    cells = draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30), odd_cells), max_size=4))
    rows = draw(st.lists(st.sampled_from(["copy", "drop", "short", "long", "new"]), max_size=3))
    heads = draw(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["drop", "twice", "odd"])), max_size=1))
    form = draw(st.sampled_from(["csv", "csv", "csv", "tsv", "xlsx"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16", "cp1252"]))
    bytes_ = draw(st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3), st.integers(0, 3)), max_size=2))
    options = draw(st.sets(st.sampled_from(["--skip-bad", "--dry-run", "--update", "--errors=bad.csv"])))
    return table, cells, rows, heads, form, encoding, bytes_, sorted(options)


STEPS = [
    '{"policy": {}}', '{"policy": 5}', '{"arrived_at": "x"}', '{"due": 5}', '{"missing": 5, "cause": []}', '{"x\\u001b": "\\u202e"}',
    "[]", "{}", "[1]", '[{"at": 1}]', "true", "null", "[" * 3000, '[{"at": "2026-10-09T12:00:00+08:00"}]',
    '[{"at": "2026-02-30T12:00:00Z", "step": "confirm", "by": "x", "round": 1, "text": "x"}]',
    '[{"at": "2026-10-09 12:00", "step": {"a": [1]}, "by": null, "round": 1, "text": [1]}]',
    '[{"until": "2026-10-09 12:00", "parts": [], "no_parts": 0, "solution": 5, "fault_cause": [], "customer_opinion": null}]',
    '[{"until": "2026-10-09 12:00", "parts": [], "no_parts": [], "solution": "x", "fault_cause": null, "customer_opinion": null}]',
]  # fmt: skip
odd_cells = st.one_of(
    odd,
    st.sampled_from([text for texts in LIKELY.values() for text in texts] + STEPS),
)


def file_of(exported, told):
    """Build the file: its name and its bytes."""
    table, cells, rows, heads, form, encoding, bytes_, _ = told
    head, *body = [list(row) for row in exported[table]]
    body = body or [["" for _ in head]]
    for change in rows:
        if change == "drop":
            body = body[1:]
        elif change == "copy":
            body.append(list(body[0]) if body else [])
        elif body:
            new = [re.sub(r"^([A-Z])\d+$", r"\g<1>99", cell) for cell in body[-1]]
            body.append({"short": new[:-1], "long": [*new, "x"], "new": new}[change])
    for row, column, text in cells:
        if body and body[row % len(body)]:
            body[row % len(body)][column % len(body[row % len(body)])] = text
    for column, change in heads:
        place = column % len(head)
        if change == "drop":
            head.pop(place)
            body = [row[:place] + row[place + 1 :] for row in body]
        else:
            head[place] = head[0] if change == "twice" else "x\x1b"
    if form == "xlsx":
        data = workbook([head, *body])
    else:
        out = io.StringIO()
        csv.writer(out, delimiter="\t" if form == "tsv" else ",").writerows([head, *body])
        data = out.getvalue().encode(encoding, "replace")
    for place, text, gone in bytes_:
        at = int(place * len(data))
        data = data[:at] + text + data[at + gone :]
    return f"{table}.{form}", data


def workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", cell)[:32000] for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def imported(filled, exported, folder, told):
    """Import a file and hold that to the contract; whatever went in must not trouble any report."""
    desk = copied(filled, folder, InProcess)
    name, data = file_of(exported, told)
    (folder / name).write_bytes(data)
    before = desk.ledger.read_bytes()
    options = [option.replace("bad.csv", str(folder / "bad.csv")) for option in told[-1]]
    done = desk.finished(["import", told[0], str(folder / name), *options])
    said = f"{told}\n{data[:1500]}\n{done}"[:5000]
    assert done.returncode in (0, 2, 3) and "Traceback" not in done.stderr, said
    assert not LIVE.search(done.stderr + done.stdout), said
    lines = done.stderr.splitlines()
    if done.returncode:
        assert desk.ledger.read_bytes() == before, said
        assert done.stdout == "" and sum(line.startswith("error: ") for line in lines) >= 1, said
        if headline := re.match(r"error: (\d+) of the \d+ rows", done.stderr):
            counts = (
                re.match(r"error: (?:line \d+: |(\d+) rows: |\d+ further reasons, (\d+) rows)", line) for line in lines
            )
            assert sum(int(count[1] or count[2] or 1) for count in counts if count) == int(headline[1]), said
    elif "--dry-run" in options:
        assert desk.ledger.read_bytes() == before, said
    for command in (*AFTER, f"export {told[0]}"):
        after = desk.finished(command.split())
        assert after.returncode in (0, 1), f"{command}: {after}\n{said}"
    ledger = open_ledger(desk.ledger)
    assert verify.verify(ledger) == [], said
    ledger.close()


@pytest.mark.case(23)
@quick
@given(told=registers())
def test_anything_imported(filled, exported, tmp_path_factory, told):
    imported(filled, exported, tmp_path_factory.mktemp("imported"), told)


@pytest.mark.case(23)
@pytest.mark.slow
@thorough
@given(told=registers())
def test_anything_imported_at_length(filled, exported, tmp_path_factory, told):
    imported(filled, exported, tmp_path_factory.mktemp("imported"), told)
