"""The catalogue of errors: for every key of svcdesk/messages/errors.py the least that brings it about.

A case is what is typed on the rehearsed desk (tests/rehearsal.txt), the last line being the one that fails; with files
that lie in the desk's folder, or a condition of the machine that holds while the last line runs.
"""

import gzip
import io
import os
import sqlite3
import sys
import zipfile
from types import SimpleNamespace
from typing import Any, NamedTuple

from conftest import at, released
from openpyxl import Workbook

from svcdesk.errors import StorageError
from svcdesk.exchange.delimited import LARGEST_FIELD
from svcdesk.hq.lakes import STATE
from svcdesk.store import Ledger, open_ledger


class Case(NamedTuple):
    """What is typed, the files that lie there, and the condition: a function of the desk and a monkeypatch."""

    lines: tuple[str, ...]
    files: dict[str, bytes | str]
    given: Any


def case(*lines, files=None, given=None):
    return Case(lines, files or {}, given)


def rows(table, *lines, options="", rules=None):
    """Import a register of a few lines, by rules where there are some."""
    files = {"rows.csv": "".join(f"{line}\n" for line in lines)}
    if rules is not None:
        files["rules.toml"] = rules
        options += " --rules rules.toml"
    return case(f"import {table} rows.csv{options}", files=files)


def file(name, content, options=""):
    """Import people from a file that is no such register."""
    return case(f"import staff {name}{options}", files={name: content})


def book(fill, **parts):
    """A workbook whose first sheet somebody filled; ``parts`` are further files in it."""
    made, held = Workbook(), io.BytesIO()
    fill(made.active)
    made.save(held)
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in parts.items():
            zipped.writestr(name, content)
    return held.getvalue()


def _people(cell):
    """A sheet of people with one cell of our choice."""

    def fill(sheet):
        sheet.append(["code", "name", "role"])
        sheet.append(["W09", cell, "engineer"])

    return fill


def two_sheets():
    """A workbook whose second sheet has other headings."""
    made, held = Workbook(), io.BytesIO()
    _people("周九")(made.active)
    second = made.create_sheet("客户")
    second.append(["name"])
    second.append(["江南机床"])
    made.save(held)
    return held.getvalue()


FAULTY_PEOPLE = [
    "code,name,role,department,home,active,retired_at,phone,wage", ",周,engineer,,,,,,", "W10,,engineer,,,,,,", "W11,吴,cook,,,,,,",
    "W12,郑,engineer,,,maybe,,,", "W13,王,engineer,,,,某时,,", "W14,冯,engineer,,,,,1.2E+10,", "W15,陈,engineer,,,,,,许多",
    "W16,褚,engineer", "W17,卫\0,engineer,,,,,,", "W18,蒋,engineer,,,,2027-01-01 09:00,,",
]  # fmt: skip
OLD_BOOK = b"\xd0\xcf\x11\xe0 an old workbook"


SPINDLE = "equipment add ZX-1 --product 主轴 --customer 江南机床"
PROBLEM = "problem open --ticket T1 --ticket T5 --summary 主轴反复报警"
ANSWER = "problem answer QP2 --department 制造部 --cause 装配 --measure 返工"

# Conditions of the machine


def with_module(name, module):
    """Have something else in a package's place."""
    return lambda desk, monkeypatch: monkeypatch.setitem(sys.modules, name, module)


def without_module(name):
    """Have a package not installed."""
    return with_module(name, None)


def no_reader():
    """A reader of old workbooks that can read none."""

    class CalamineError(Exception):
        pass

    return SimpleNamespace(
        CalamineError=CalamineError, CalamineWorkbook=SimpleNamespace(from_filelike=raising(CalamineError()))
    )


def patched(target, value):
    """Have something else in the program's place."""
    return lambda desk, monkeypatch: monkeypatch.setattr(target, value)


def _usage_error():
    """A usage error of the grammar's own, of none of the kinds that we have words for."""
    error = RuntimeError()
    error.format_message = lambda: "two commands at once"
    return error


def failing(name):
    """Have SQLite fail as the command takes its lock."""

    def begin(_):
        error = sqlite3.OperationalError(name)
        error.sqlite_errorname = name
        raise error

    return patched("svcdesk.store.Ledger.begin", begin)


def raising(error):
    def fail(*_, **__):
        raise error

    return fail


def at_a_terminal(room):
    """Have a command believe that its output is a terminal."""
    return patched(f"{room}.sys", SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True)))


def head(place, content):
    """Have other bytes at a place of the ledger's file."""

    def spoil(desk, _):
        spoilt = bytearray(desk.ledger.read_bytes())
        spoilt[place : place + len(content)] = content
        desk.ledger.write_bytes(spoilt)

    return spoil


def forged(desk, _):
    """Somebody changed the journal behind the program's back."""
    con = sqlite3.connect(desk.ledger)
    guard = con.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_keep_update'").fetchone()[0]
    con.execute("DROP TRIGGER entry_keep_update")
    con.execute("UPDATE entry SET actor = 'somebody' WHERE seq = 3")
    con.execute(guard)
    con.commit()
    con.close()


def planted(desk, _):
    con = sqlite3.connect(desk.ledger)
    con.execute("CREATE TRIGGER helper AFTER INSERT ON expense BEGIN SELECT 1; END")
    con.close()


def no_rehearsal(_, monkeypatch):
    monkeypatch.setattr(Ledger, "rehearses", False)


def emptied_files(desk, _):
    """Somebody tidied up where the ledger keeps what is attached."""
    for kept in desk.folder.glob("ledger.db.files/**/*"):
        if kept.is_file():
            kept.unlink()


def second_name(desk, _):
    os.link(desk.ledger, desk.folder / "second.db")


def locked(desk, monkeypatch):
    """Somebody else holds the write lock, and nobody waits."""
    monkeypatch.setattr("svcdesk.store.BUSY_SECONDS", 0)
    desk.other = sqlite3.connect(desk.ledger, isolation_level=None)
    desk.other.execute("BEGIN IMMEDIATE")


def sync_fails(_, monkeypatch):
    """The disk fails once the entry is in the file."""
    real = Ledger.patiently

    def patiently(ledger, statement, *rest):
        real(ledger, statement, *rest)
        if statement == "COMMIT":
            raise StorageError("io", path=ledger.path)

    monkeypatch.setattr(Ledger, "patiently", patiently)


def old_and_unwritable(desk, monkeypatch):
    """A ledger of the first version, where nothing can be written."""
    desk.ledger.unlink()
    released(desk)
    monkeypatch.setattr("svcdesk.maintenance.migrations.connect", raising(StorageError("readonly", path=desk.ledger)))


def of_a_newer_program(desk, _):
    """A newer program recorded a penalty, by a clause of its own."""
    ledger = open_ledger(desk.ledger, write=True)
    moment = at("2026-10-20 08:30")
    with ledger.command(at=moment, actor="newer", command="penalty check"):
        ledger.insert(
            "penalty", clause="minutes_overdue", subject="MT3", natural_key="MT3", engineer_id=1, at=moment,
            sanction="none", status="proposed", evidence="{}", facts="x",
        )  # fmt: skip
    ledger.close()


def somebody_writes(desk, monkeypatch):
    """Somebody writes while the question whether to undo stands."""

    def meanwhile(*_):
        ledger = open_ledger(desk.ledger, write=True)
        with ledger.command(at=at("2026-10-20 08:30"), actor="tester", command="customer add"):
            ledger.insert("customer", name="他人")
        ledger.close()

    monkeypatch.setattr("svcdesk.commands.undo.confirm", meanwhile)


def name_of_copy_taken(desk, monkeypatch):
    """What is not ours has the name of the day's copy, on a day that is no rehearsal."""
    folder = desk.folder / "ledger.db.backups"
    folder.mkdir()
    (folder / "ledger-2026-10-20.db").write_text("照片", encoding="utf-8")
    monkeypatch.setattr("svcdesk.session.Session.written", lambda _: desk.ledger)
    monkeypatch.setattr("svcdesk.maintenance.daily_backup._detached", raising(AssertionError("a copy was started")))


LOG = "contact log --customer 江南机床 --channel call --summary 询价"
OPEN = "ticket open --customer 江南机床 --kind repair --channel call --summary 急停"
OFF_POST = "conduct record W02 off_post --note 离岗 --at '2026-10-20 08:30'"
PROPOSE = "penalty propose misconduct B2 --engineer W02 --reason 首次 --by M01"
CLAIM = "expense add --engineer W01 --category other --amount 12.50 --date today"
ADD = "staff add W09 --name 周九"
NEW_YORK = "init --centre 纽约站 --timezone America/New_York"
CALLS = "customer,kind,channel,summary,received_at"
TRIPS = "id,ticket,place,sent_at,engineer,departed_at,arrived_at"
CLAIMS = "engineer,category,amount,date,dispatch,ticket"
HAND_OVER = "ticket hand-over T7 --to A01 --note 下班"
PLAN = "plan add --kind training --title 新机型 --from today"
VISIT = "visit make --by W01 --way on_site --summary 走访"
UPHELD = "complaint decide C2 --finding upheld --by M01"

TYPED = {
    "paper_mark": case("ledger check-paper 第二页"),
    "amount": case(CLAIM.replace("12.50", "12.345")),
    "fine_amount": case(OFF_POST, f"{PROPOSE} --sanction fine"),
    "amount_not_wanted": case(OFF_POST, f"{PROPOSE} --sanction warning --amount 20"),
    "not_open": case("penalty propose no_callback D1 --engineer W02 --sanction warning --reason x"),
    "no_finding": case("penalty propose misconduct B1 --engineer W01 --sanction warning --reason x"),
    "proposed_already": case(OFF_POST, f"{PROPOSE} --sanction warning", f"{PROPOSE} --sanction notice"),
    "amount_zero": case(CLAIM.replace("12.50", "0")),
    "dated_already": case("staff set W01 --role head --from 2026-10-01", "amend W01 role=agent --reason 录错"),
    "against_not_wanted": case("complaint decide C2 --finding not_upheld --against W02 --by M01"),
    "against_other": case(f"{UPHELD} --cause quarrel --about W02 --against W03"),
    "amount_sign": rows("expenses", CLAIMS, "W01,other,-9.00,2026-10-19,,"),
    "share_differs": case(f"{CLAIM} --invoice 7 --shared-with E1"),
    "share_of_none": case(f"{CLAIM} --shared-with E2"),
    "refund_before": case("expense refund E1 --amount 5 --date 2026-10-05 --reason 退票"),
    "id_of_other": case("ticket show D1"),
    "id": case("ticket show 七号"),
    "invoice_destroyed": case(f"{CLAIM} --invoice 2.4112E+19"),
    "timezone": case("--ledger new.db init --timezone 北京"),
    "time": case(f"{LOG} --at 03/10/2026"),
    "time_no_hour": case(f"{LOG} --at 昨天"),
    "time_skipped": case(f"--ledger ny.db {NEW_YORK}", "--ledger ny.db customer add A", f"--ledger ny.db {LOG.replace('江南机床', 'A')} --at '2026-03-08 02:30'"),
    "time_twice": case(f"--ledger ny.db {NEW_YORK}", "--ledger ny.db customer add A", f"--ledger ny.db {LOG.replace('江南机床', 'A')} --at '2025-11-02 01:30'"),
    "date": case("expense list --since 2026-02-30"),
    "age": case("ledger retention --older-than 三年"),
    "month": case("report monthly --month 2026-13"),
    "one_period": case("ticket list --month 2026-10 --since 2026-10-01"),
    "month_ahead": case("report monthly --month 2026-11"),
    "month_not_over": case("report submit monthly --month 2026-10 --to 钱主任"),
    "output_ending": case("report monthly -o october.doc"),
    "check_format": case("report monthly --check -f xlsx"),
    "range_reversed": case("ticket list --since 2026-10-09 --until 2026-10-01"),
    "future": case(f"{LOG} --at '2026-10-20 09:01'"),
    "future_date": case(CLAIM.replace("today", "2026-10-21")),
    "before_step": case("complaint assign C4 --department 质量部 --by M01 --at '2026-10-19 13:59'"),
    "before_step_of": case("ticket answer T7 --at '2026-10-19 12:59'"),
    "one_of": case("penalty decide P2 --reason 话单为证"),
    "empty": case("ticket close T2 --resolution ' '"),
    "every": case(f"{PLAN} --every 3d"),
    "every_missing": case(PLAN),
    "one_target": case(f"{PLAN} --every 1m --customer 江南机床 --area 机房"),
    "due_before": case("rectify open --summary 通道堵塞 --owner A01 --due 2026-10-19"),
    "plan_of_kind": case(f"{VISIT} --customer 江南机床 --plan PL2"),
    "plan_of_other": case(f"{VISIT} --customer 华北钢厂 --plan PL1"),
    "one_without": case("inspection make --kind safety --area 机房 --by M01 --clean --person A01"),
    "found_form": case("inspection make --kind safety --area 机房 --by M01 --found 电线老化"),
    "item_form": case("inspection make --kind safety --area 机房 --by M01 --clean --item 地面:可以"),
    "opinion_form": case(f"{VISIT} --customer 江南机床 --opinion 面板太高"),
    "ticket_of_other": case(f"{VISIT} --customer 江南机床 --ticket T2"),
    "declined_why": case("suggestion answer SG1 --declined --by M01"),
    "sort": case("ticket list --sort weather"),
    "not_a_word": case("ticket list --kind cooking"),
    "contract_of_other": case(f"{OPEN} --contract HT-1"),
    "dispatch_of_other": case(f"{CLAIM} --dispatch D1 --ticket T2"),
    "not_on_dispatch": case(f"{CLAIM} --dispatch D2"),
    "journey_step": case("dispatch log D4 出发"),
    "part": case("service-report amend R1 --part 滤网:0"),
    "parts_and_none": case("service-report file D2 --part 滤网 --no-parts"),
    "nothing_amended": case("service-report amend R1"),
    "amends_nothing": case("amend T5 --reason 听错"),
    "not_a_pair": case("amend T5 summary --reason 听错"),
    "amended_twice": case("amend T5 summary=一 summary=二 --reason 听错"),
    "amend_unknown": case("amend S1 colour=red --reason 听错"),
    "derived": case("amend T5 answered_in_time=true --reason 听错"),
    "which_engineer": case("amend D1 arrived_at=9:58 --reason 听错"),
    "only_new_customer": case(f"{OPEN} --city 南京"),
    "limit_and_last": case("ticket list --limit 1 --last 1"),
    "no_column": case("ticket list --columns id,colour"),
    "columns_setting": case("config set columns id,customer"),
    "sets_nothing": case("staff set W01"),
    "not_dated": case("staff set W01 --department 维修部 --from today"),
    "renamed_to_itself": case("customer rename 江南机床 江南机床"),
    "merged_with_itself": case("customer merge 江南机床 江南机床 --reason 同一家 --yes"),
    "cause_needed": case(f"{UPHELD} --about W02"),
    "cause_not_wanted": case("complaint decide C2 --finding not_upheld --cause quarrel --by M01"),
    "policy_value": case("policy set answer.hours 一天 --from today --reason 试"),
    "policy_order": case("policy set phone.from 23:00 --from today --reason 试"),
    "policy_bounds": case("policy set wage.share 101 --from today --reason 试"),
    "not_utf8": case(f"{ADD} --home \udcff"),
    "language": case("--lang fr staff list"),
    "file": case("customer add 新厂 --person @missing.txt"),
    "settings": case("config set actor A01", files={"config/svcdesk/config.toml": "actor = 3\n"}),
    "setting_unknown": case("config set colour red"),
    "not_a_file": case("attach E1 /dev/null"),
    "needs_yes": case("undo"),
    "integrity": case(ADD, given=patched("svcdesk.store.Ledger.insert", raising(sqlite3.IntegrityError("CHECK constraint failed: wage_fen >= 0")))),
    "line": rows("staff", "code,name,role", "W09,,engineer"),
    "lines": rows("staff", "code,name,role", "W09,,engineer", "W10,,engineer"),
    "and_the_like": rows("staff", "code,name,role", "W09,周九,cook", "W10,吴十,driver"),
    "more_reasons": rows("staff", *FAULTY_PEOPLE),
    "masked": case("customer add 新厂 --phone 138****5678"),
    "number_destroyed": case("customer add 新厂 --phone 1.38E+10"),
    "no_time": case("export staff --month 2026-10"),
    "anchors_empty": case("ledger verify --anchors none.txt", files={"none.txt": "\n"}),
    "anchor": case("ledger verify --anchors bad.txt", files={"bad.txt": "1 abcdefabcdef\n第二条\n"}),
    "excel_and_json": case("export staff -f json --excel"),
    "needs_output": case("export staff -f xlsx", given=at_a_terminal("svcdesk.commands.export")),
    "sheet_full": case("export staff -o staff.xlsx", given=patched("svcdesk.render.sheets.MOST_ROWS", 3)),
    "too_long": case("customer add 新厂 --person " + "长" * 2001),
    "sort_masked": case("customer list --sort phone"),
    "redact_reason": case("ledger redact 江南机床 --reason 周工要求 --yes"),
    "file_long": case("ledger verify --anchors long.txt", files={"long.txt": "1 abcdefabcdef\n"}, given=patched("svcdesk.guards.given_text.__defaults__", (5,))),
}  # fmt: skip

GRAMMAR = {
    "no_verb": case("ticket"),
    "no_command": case("ticket opne"),
    "usage_missing": case("ticket answer"),
    "usage_no_option": case("ticket list --zzz red"),
    "usage_near_option": case("ticket list --stauts open"),
    "no_topic": case("help tims"),
    "usage_choice": case("ticket open --kind cooking"),
    "usage_value": case("report submit monthly --month 2026-09 --to 钱主任 --file 'a\0b'"),
    "usage_number": case("survey add T2 --score 6"),
    "usage_no_argument": case("ticket list --kind"),
    "usage_no_value": case("customer list --reveal=yes"),
    "option_twice": case("ticket list --kind repair --kind visit"),
    "usage_extra": case("ticket note T1 已 补寄 发票"),
    "usage": case("staff list", given=patched("svcdesk.commands.grammar.Verb.parse_args", raising(_usage_error()))),
}

IMPORTS = {
    "bad_rows": rows("staff", "code,name,role", "W09,周九,engineer", "W10,,engineer", "W11,吴,cook"),
    "encoding": file("rows.csv", "工号".encode("shift-jis") + b"\xff\xff"),
    "encoding_unknown": rows("staff", "code,name,role", options=" --encoding latin-9x"),
    "encoding_other": rows("staff", "工号,name,role", options=" --encoding ascii"),
    "encoding_doubtful": case(
        "import staff rows.csv", files={"rows.csv": "code,name,role\nW09,Caféé Brûlée solicitação,engineer\n".encode("latin-1")},
        given=patched("svcdesk.exchange.encodings._opinion", lambda _: "cp1250"),
    ),
    "file_xls": case("import staff rows.xls", files={"rows.xls": OLD_BOOK}, given=without_module("python_calamine")),
    "file_xls_locked": case("import staff rows.xls", files={"rows.xls": OLD_BOOK}, given=with_module("python_calamine", no_reader())),
    "file_gzip": file("rows.csv.gz", gzip.compress(b"code,name,role\n", mtime=0)[:-9]),
    "file_large": case("import staff rows.csv.gz", files={"rows.csv.gz": gzip.compress(b"code,name,role\n", mtime=0)}, given=patched("svcdesk.exchange.sources._MOST_UNPACKED", 3)),
    "file_html": file("rows.csv", "<html><table></table></html>"),
    "no_rows": file("rows.csv", "\n"),
    "no_file": case("import staff /dev/null"),
    "csv_open": rows("staff", "code,name,role", 'W09,"周九,engineer'),
    "csv_quote": rows("staff", "code,name,role", 'W09,"周"九,engineer'),
    "csv_swallowed": rows("staff", "code,name,role", 'W09,"周九,engineer', "W10,吴十,engineer", 'W11,郑一",engineer'),
    "csv_long": rows("staff", "code,name,role", f"W09,{'周' * (LARGEST_FIELD + 1)},engineer"),
    "csv": case("import staff rows.csv", files={"rows.csv": 'code,name,role\nW09,"周"九,engineer\n'}, given=patched("svcdesk.exchange.delimited._FAULTS", {})),
    "heading_twice": rows("staff", "code,name,name", "W09,周九,周久"),
    "header_missing": rows("staff", "code,name,role", "", "W09,周九,engineer", rules="[options]\nheader = 2\n"),
    "sheet_differs": case("import staff rows.xlsx --rules rules.toml", files={"rows.xlsx": two_sheets(), "rules.toml": '[options]\nsheet = "*"\n'}),
    "rules_pattern": rows("staff", "code,name,role", rules="[where]\nname = '~('\n"),
    "rules_when": rows("expenses", "who,n", rules='[columns]\nengineer = "who"\n[[record]]\namount = "n"\nwhen = "n is there"\n'),
    "rules_large": case("import staff rows.csv --rules rules.toml", files={"rows.csv": "code,name,role\n", "rules.toml": b"#" * (1 << 21)}),
    "name_of_two": case("staff add W09 --name 张伟", "import expenses rows.csv --rules rules.toml", files={"rows.csv": f"{CLAIMS}\n张伟,other,9.00,2026-10-19,,\n", "rules.toml": '[match]\nengineer = "name"\n'}),
    "known_in_file": rows("staff", "code,name,role", "W01,张大伟,engineer", "W01,张小伟,engineer", options=" --update"),
    "ragged": rows("staff", "code,name,role", "W09,周九"),
    "nul": rows("staff", "code,name,role", "W09,周\0九,engineer"),
    "workbook": file("rows.xlsx", "code,name,role\n"),
    "workbook_wide": case("import staff rows.xlsx", files={"rows.xlsx": book(_people("周九"))}, given=patched("svcdesk.exchange.workbooks._MOST_CELLS", 2)),
    "workbook_slow": case("import staff rows.xlsx", files={"rows.xlsx": book(lambda sheet: [sheet.append(["code", "name", "role"]) for _ in range(100)])}, given=patched("svcdesk.exchange.workbooks.clock.monotonic", iter(range(0, 10**9, 10**6)).__next__)),
    "workbook_bomb": case("import staff rows.xlsx", files={"rows.xlsx": book(_people("周九"), blank=bytes(3 << 20))}, given=patched("svcdesk.exchange.workbooks._LARGEST_PART", 1 << 20)),
    "cell_error": file("rows.xlsx", book(_people("#REF!"))),
    "cell_formula": file("rows.xlsx", book(_people('=A2&"号"'))),
    "sheet": case("import staff rows.xlsx --rules rules.toml", files={"rows.xlsx": book(_people("周九")), "rules.toml": '[options]\nsheet = "人员"\n'}),
    "rules": rows("staff", "code,name,role", rules="columns: 工号\n"),
    "rules_unknown": rows("staff", "code,name,role", rules='[option]\nsheet = "人员"\n'),
    "map": rows("staff", "code,name,role", options=" --map code"),
    "fields_missing": rows("staff", "code,name", "W09,周九"),
    "field_unknown": rows("staff", "code,name,role,hobby", "W09,周九,engineer,钓鱼"),
    "heading_missing": rows("staff", "工号,name,role", options=" --map code=编号"),
    "cell_empty": rows("staff", "code,name,role", "W09,,engineer"),
    "cell": rows("surveys", "ticket,at,score,via", "T2,2026-10-19 09:00,九,paper"),
    "time_format": rows("contacts", "at,channel,summary", "2026-10-19 09:00,call,询价", rules='[times]\nformat = "%d.%m.%Y %H:%M"\n'),
    "date_serial": rows("contacts", "at,channel,summary", "46331,call,询价"),
    "row_future": rows("contacts", "at,channel,summary", "2026-10-21 09:00,call,询价"),
    "row_order": rows("tickets", f"{CALLS},answered_at", "江南机床,repair,call,急停,2026-10-19 09:00,2026-10-19 08:00"),
    "known_differs": rows("staff", "code,name,role", "W01,张大伟,engineer"),
    "taken_back": case(OPEN, "export tickets -o rows.csv", "undo --yes", "import tickets rows.csv"),
    "row_twice": rows("expenses", "id,engineer,category,amount,date,reference", "E8,W01,other,9.00,2026-10-19,F-1", "E9,W01,other,9.00,2026-10-19,F-1"),
    "cell_needed": rows("dispatches", TRIPS, "D9,T7,南京,2026-10-19 14:00,W03,,2026-10-19 18:00"),
    "status_differs": rows("tickets", f"{CALLS},status", "江南机床,repair,call,急停,2026-10-19 09:00,closed"),
    "contradicts": rows("rectifications", "source,summary,owner,opened_at,due,done_at", ",灭火器过期,W01,2026-10-12 09:00,2026-10-19,2026-10-14 09:00"),
    "contract_not_theirs": rows("tickets", f"{CALLS},contract", "江南机床,repair,call,急停,2026-10-19 09:00,HT-1"),
    "engineer_not_on_dispatch": rows("expenses", CLAIMS, "W01,other,9.00,2026-10-19,D2,"),
    "crew_differs": rows("dispatches", TRIPS, "D9,T7,南京,2026-10-19 14:00,W02,,", "D9,T7,无锡,2026-10-19 14:00,W03,,"),
    "crew_missing": case("import dispatches rows.csv --update", files={"rows.csv": "id,ticket,place,sent_at,engineer\nD1,T1,南京,2026-10-05 09:30,W01\n"}),
    "sibling_bad": rows("dispatches", TRIPS, "D9,T7,南京,2026-10-19 14:00,W02,,", "D9,T7,南京,2026-10-19 14:00,W03,某时,"),
    "engineer_twice": rows("dispatches", TRIPS, "D9,T7,南京,2026-10-19 14:00,W03,,", "D9,T7,南京,2026-10-19 14:00,W03,,"),
    "errors_onto_file": rows("staff", "code,name,role", options=" --skip-bad --errors rows.csv"),
}  # fmt: skip

RULES = {
    "submitted_already": case("report submit monthly --month 2026-09 --to 钱主任"),
    "nothing_to_correct": case("report submit monthly --month 2026-08 --to 钱主任 --corrects 漏计一单"),
    "state": case("ticket close T4 --resolution 已好"),
    "plan_by_record": case("plan done PL1 --note 已访"),
    "no_key_customer": case(f"{PLAN.replace('training', 'visit')} --key-customers"),
    "nobody_arrived": case("visit from-dispatch D3"),
    "visit_recorded": case("visit from-dispatch D1", "visit from-dispatch D1"),
    "rectifications_left": case(
        "policy set rectify.gate refuse --from today --reason 试", "complaint remedy C1 --note 登门道歉",
        "complaint feedback C1 --satisfied", "complaint close C1",
    ),
    "staff_exists": case("staff add W01 --name 张伟"),
    "staff_active": case("ledger redact --staff W01 --reason 离职 --yes"),
    "no_rehearsal": case(ADD, given=no_rehearsal),
    "staff_retired": case("staff retire W03", "dispatch send T7 --engineer W03 --place 南京"),
    "customer_exists": case("customer add 江南机床"),
    "unknown_equipment": case("equipment show SZ-1"),
    "several_equipment": case(SPINDLE, "equipment add ZX-2 --product 主轴 --customer 江南机床", "equipment show zx"),
    "equipment_exists": case(SPINDLE, SPINDLE),
    "equipment_retired": case(SPINDLE, "equipment retire ZX-1", "equipment retire ZX-1"),
    "part_of_itself": case(SPINDLE, "equipment add SZ-1 --product 加工中心 --customer 江南机床 --part-of ZX-1", "equipment move ZX-1 --part-of SZ-1"),
    "problem_not_major": case("ticket escalate T7 --to 质量部 --problem QP1"),
    "not_an_alias": case("cause alias 滤网堵 滤网堵塞"),
    "alias_of_itself": case("cause alias 滤网堵 = 滤网堵"),
    "department_not_asked": case(PROBLEM, "problem send QP2 --to 制造部", "problem answer QP2 --department 设计部 --cause 选型 --measure 换型"),
    "department_asked": case(PROBLEM, "problem send QP2 --to 制造部", "problem send QP2 --to 制造部"),
    "department_answered": case(PROBLEM, "problem send QP2 --to 制造部", "problem send QP2 --to 设计部", ANSWER, ANSWER),
    "which_department": case(PROBLEM, "problem send QP2 --to 制造部", "problem send QP2 --to 设计部", ANSWER, "amend QP2 measure=返厂 --reason 听错"),
    "ticket_joined": case(PROBLEM, "problem join QP2 --ticket T1"),
    "problem_unanswered": case(PROBLEM, "problem send QP2 --to 制造部", "problem close QP2"),
    "problem_unverified": case(PROBLEM, "problem send QP2 --to 制造部", ANSWER, "problem close QP2"),
    "promise_open": case("contract set HT-2 --commission-by 2026-11-01", "contract set HT-2 --commission-by 2026-12-01"),
    "contract_exists": case("contract add HT-1 --customer 华北钢厂"),
    "answered_already": case("ticket answer T5"),
    "no_escalation": case("ticket settle-escalation T1 --note 已了结"),
    "cannot_close": case("ticket close T2 --resolution 安装完毕"),
    "dispatch_away": case("ticket cancel T5 --reason 客户自修"),
    "step_taken": case("dispatch depart D3"),
    "step_missing": case("dispatch leave D3"),
    "not_late": case("dispatch arrive D3", "dispatch cause D3 --engineer W01 --late-cause weather"),
    "clause_unknown": case("penalty confirm P9", given=of_a_newer_program),
    "departed_already": case("dispatch send T7 --engineer W02 --engineer W03 --place 南京", "dispatch depart D6 --engineer W02", "dispatch cancel D6 --reason 客户改期"),
    "report_filed": case("service-report file D1"),
    "report_cancelled": case("service-report file D5"),
    "report_not_departed": case("service-report file D4"),
    "surveyed": case("survey add T1 --score 5"),
    "own_case": case("penalty confirm P4 --by W02"),
    "decided": case("amend P4 status=waived --reason 听错"),
    "own_verb": case("amend T5 closed_at=9:00 --reason 听错"),
    "not_entitled": case("policy set roles.check refuse --from today --reason 试", "penalty confirm P4 --by A01"),
    "not_on_staff": case("policy set roles.check refuse --from today --reason 试", "penalty confirm P4"),
    "entry_accepted": case("--actor M01 penalty accept-entry 40 --reason 属实", "--actor M01 penalty accept-entry 40 --reason 属实"),
    "staff_away": case("staff retire W01"),
    "not_taken": case("policy set taken_by.required refuse --from today --reason 试", OPEN),
    "hand_over_waits": case(HAND_OVER, HAND_OVER.replace("A01", "M01")),
    "hand_over_to_self": case("ticket hand-over T2 --to A01 --note 下班"),
    "no_hand_over": case("ticket accept T7"),
    "hand_over_of_other": case(HAND_OVER, "ticket accept T7 --by M01"),
    "accused": case("complaint assign C4 --department 技术支持部 --by W01"),
    "nobody_named": case(f"{UPHELD} --cause other"),
    "no_remedy": case("complaint feedback C1 --satisfied"),
    "refund_exceeds": case("expense refund E1 --amount 500 --date today --reason 退票", "expense refund E1 --amount 54 --date today --reason 退票"),
    "refund_of_refund": case("expense refund E1 --amount 5 --date today --reason 退票", "expense refund E7 --amount 1 --date today --reason 退票"),
    "problems": case("expense approve E2"),
    "facts_changed": case("penalty settle P1"),
    "allowance_only_phone": case("penalty settle P3 --via allowance"),
    "request_differs": case("customer add 甲厂 --request-id r1", "customer add 乙厂 --request-id r1"),
    "request_undone": case("customer add 甲厂 --request-id r1", "undo --yes", "customer add 甲厂 --request-id r1"),
    "restore_loses": case("ledger backup before.db", "customer add 甲厂", "ledger restore before.db --to after.db"),
    "nothing_to_undo": case("--ledger new.db init", "--ledger new.db undo --yes"),
    "undo_submitted": case("report submit projects --month 2026-09 --to 钱主任", "undo --yes"),
    "undo_erased": case("customer add 甲厂 --phone 13800000000", "ledger redact 甲厂 --reason 客户要求 --yes", "undo --yes"),
    "undo_built_on": case("ticket answer T7", "ticket hold T7 --reason 等货", "undo 95 --yes"),
    "undo_of_other": case("--actor 他人 customer add 甲厂", "undo --yes"),
    "undone_already": case("customer add 甲厂", "undo --yes", "undo 95 --yes"),
    "not_undoable": case("undo 1 --yes"),
    "undo_overtaken": case(LOG, "undo", given=somebody_writes),
}  # fmt: skip

MISSING = {
    "no_record_named": case("amend 没有的厂 city=北京 --reason 听错"),
    "unknown_name": rows("expenses", CLAIMS, "无此人,other,9.00,2026-10-19,,", rules='[match]\nengineer = "name"\n'),
    "record": case("ticket show T99"),
    "no_entry": case("undo 999 --yes"),
    "unknown_staff": case("staff show W09"),
    "several_staff": case("staff add W09 --name 周大伟", "staff add W10 --name 周小伟", "staff show 周"),
    "several_customer": case("customer add 江南泵业", "customer show 江南"),
    "several_contract": case("contract show HT"),
    "several_serial": case(f"{OPEN} --serial SZ2026-1", f"{OPEN} --serial SZ2026-2", "ticket list --serial SZ2026"),
    "unknown_serial": case("ticket list --serial SZ-99", given=patched("svcdesk.finder.names.serials", lambda *_: ["SZ-7"])),
    "unknown_customer": case("customer show 江南机厂"),
    "unknown_contract": case("contract show HT-9"),
    "not_in_crew": case("dispatch arrive D3 --engineer W02"),
    "policy_key": case("policy history answer.hour"),
}  # fmt: skip

STORAGE = {
    "onto_ledger": case("export staff -o ledger.db"),
    "no_ledger": case("--ledger none.db staff list"),
    "restore_no_ledger": case("ledger restore none.db --to new.db"),
    "restore_not_a_ledger": case("ledger restore photo.jpg --to new.db", files={"photo.jpg": "照片"}),
    "attachment_lost": case(
        "attach E1 fare.pdf", "attachment export 1 -o again.pdf", files={"fare.pdf": "车票"}, given=emptied_files
    ),
    "exists": case("ledger backup kept.db", files={"kept.db": "上月的"}),
    "copy_name_taken": case(ADD, given=name_of_copy_taken),
    "unreadable": case("--ledger notes.txt/ledger.db staff list", files={"notes.txt": "便条"}),
    "not_a_ledger": case("--ledger notes.txt staff list", files={"notes.txt": "便条"}),
    "newer": case("staff list", given=head(60, b"\x00\x00\x00\x63")),
    "wal": case("staff list", given=head(18, b"\x02\x02")),
    "beside": case("staff list", files={"ledger.db-wal": ""}),
    "strange": case(ADD, given=planted),
    "written_otherwise": case(
        ADD,
        given=patched(
            "svcdesk.store.Ledger._read_again",
            raising(StorageError("written_otherwise", path="ledger.db", table="customer", id=8)),
        ),
    ),
    "no_ssh_keygen": case(
        "ledger anchor --to anchors.txt --sign key",
        given=patched("svcdesk.maintenance.signatures.subprocess.run", raising(FileNotFoundError())),
    ),
    "not_signed": case("ledger anchor --to anchors.txt --sign nokey"),
    "older": case("staff list", given=old_and_unwritable),
    "pragma": case("staff list", given=patched("svcdesk.store._READ", {"query_only": 2})),
    "busy": case(ADD, given=locked),
    "linked": case(ADD, given=second_name),
    "readonly": case(ADD, given=failing("SQLITE_READONLY")),
    "full": case(ADD, given=failing("SQLITE_FULL")),
    "io": case(ADD, given=failing("SQLITE_IOERR_WRITE")),
    "unconfirmed": case(ADD, given=sync_fails),
    "damaged": case("staff list", given=head(100, b"\xff" * 4000)),
    "backup_broken": case("ledger backup new.db", given=forged),
    "sqlite_old": case("--ledger new.db init", given=patched("sqlite_utils.db.Table.strict", False)),
    "os": case("ledger anchor --to missing/anchors.txt"),
}

BUGS = {
    "bug": case("staff list", given=patched("svcdesk.registers.records.records", raising(ZeroDivisionError()))),
    "bug_recorded": case(ADD, given=patched("svcdesk.commands.noun.finish", raising(ZeroDivisionError()))),
}

CODED = "centre set --code BJ01"
FED = (CODED, "feed sent")
TAKEN = (*FED, "hq take sent --into lake")


def manifest(old, new):
    """Change the manifest of the feed that was sent."""

    def change(desk, _):
        path = desk.folder / "sent" / "manifest.json"
        path.write_text(path.read_text("utf-8").replace(old, new, 1), encoding="utf-8")

    return change


def spoilt(desk, _):
    """A file of the feed arrived cut off."""
    path = desk.folder / "sent" / "staff.csv.gz"
    path.write_bytes(path.read_bytes()[:-9])


def empty_lake(desk, _):
    (desk.folder / "lake").mkdir()
    (desk.folder / "lake" / STATE).write_text('{"format": 1, "centres": {}}', encoding="utf-8")


def unread_lake(desk, _):
    (desk.folder / "lake").mkdir()
    (desk.folder / "lake" / STATE).write_text("nothing of ours", encoding="utf-8")


HEADQUARTERS = {
    "centre_code": case("centre set --code 北京"),
    "no_centre_code": case("feed sent"),
    "mask_key": case(CODED, "feed sent --mask-customers key", files={"key": "short"}),
    "feed_folder": case(CODED, "feed mine", files={"mine/notes.txt": "便条"}),
    "feed_manifest": case("hq take nothing --into lake"),
    "feed_spoilt": case(*FED, "hq take sent --into lake", given=spoilt),
    "feed_table": case(*FED, "hq take sent --into lake", given=manifest('"table": "staff"', '"table": "stuff"')),
    "feed_newer": case(*FED, "hq take sent --into lake", given=manifest('"format": 1', '"format": 99')),
    "feed_twice": case(*FED, "hq take sent sent --into lake"),
    "feed_older": case(*FED, "ticket note T1 x", "feed later", "hq take later --into lake", "hq take sent --into lake"),
    "feed_origin": case(
        *TAKEN, "--ledger other.db init --centre 上海中心 --code BJ01", "--ledger other.db feed other",
        "hq take other --into lake",
    ),
    "audit_one": case(*FED, "hq take sent sent --into lake --audit kept.db"),
    "audit_differs": case(*FED, "ticket note T1 x", "ledger backup kept.db", "hq take sent --into lake --audit kept.db"),
    "lake_unnamed": case("hq centres"),
    "no_lake": case("hq centres --lake nothing"),
    "lake_empty": case("hq duplicates --lake lake --engine sqlite", given=empty_lake),
    "lake_unreadable": case("hq centres --lake lake", given=unread_lake),
    "no_engine": case(
        *TAKEN, "hq report --month 2026-09 --lake lake --engine spark",
        given=patched("svcdesk.hq.engines.find_spec", lambda _: None),
    ),
    "quarter": case("ticket list --quarter 2026-Q5"),
    "year": case("report monthly --year 26"),
}  # fmt: skip

AREAS = {
    "typed": TYPED, "grammar": GRAMMAR, "imports": IMPORTS, "rules": RULES, "missing": MISSING, "storage": STORAGE,
    "headquarters": HEADQUARTERS, "bugs": BUGS,
}  # fmt: skip
CASES = {key: one for area in AREAS.values() for key, one in area.items()}
AREA_OF = {key: area for area, cases in AREAS.items() for key in cases}

# Keys that nothing in the program raises any more, each with the reason why its text is kept. Best empty.
UNRAISED: dict[str, str] = {
    "interrupted": "the front door leaves on a signal without an error's sentence",
}
