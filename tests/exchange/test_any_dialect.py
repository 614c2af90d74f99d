"""Any table that a generator of dialects writes comes back equal; a million rows at flat memory."""

import csv
import gzip
import io
from datetime import datetime, timedelta

import pytest
from conftest import Executable, copied
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from test_beside_writers import watched

from svcdesk.errors import DeskError
from svcdesk.exchange.readers import open_source
from svcdesk.exchange.rules_file import Reader
from svcdesk.exchange.rules_toml import rules_of
from svcdesk.registers.index import exported

SHANGHAI_OFFSET = timedelta(hours=8)
WIDTH = 8
TEXTS = (
    st.text(st.sampled_from("主轴过热漏油异响报修电梯第一二三 abcXYZ,;|\t\"'#-/()=&\n０１２"), min_size=1, max_size=12)
    .map(lambda text: text.strip())
    .filter(lambda text: text and not text.startswith(("=", "合计", "填表人")))
    .filter(lambda text: max(map(text.count, ",;|\t")) < WIDTH - 1)  # else a line of it may be a row of its own
)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2026, 9, 30)).map(lambda at: at.replace(second=0, microsecond=0))
GROUPS = st.sampled_from(["江南机床", "北方重工", "A, B & C", "甲\n乙"])
RECORDS = st.lists(
    st.tuples(TIMES, st.integers(-99_999_999, 99_999_999).filter(bool), TEXTS, GROUPS), min_size=1, max_size=8
)


def chinese(at, written):
    half, hour = ("上午", at.hour) if at.hour < 12 else ("下午", at.hour - 12 or 12)
    return written.format(at=at, half=half, hour=hour)


# How times are written, by the form that the rules name; one that begins with a word of ours is of that word.
FORMS = {
    "iso": lambda at: f"{at:%Y-%m-%d %H:%M}",
    "iso T": lambda at: f"{at:%Y-%m-%dT%H:%M:%S}",
    "%d.%m.%Y %H:%M": lambda at: f"{at:%d.%m.%Y %H:%M}",
    "%m/%d/%Y %I:%M %p": lambda at: f"{at:%m/%d/%Y %I:%M %p}",
    "%Y%m%d%H%M": lambda at: f"{at:%Y%m%d%H%M}",
    "chinese": lambda at: chinese(at, "{at.year}年{at.month}月{at.day}日 {half}{hour}:{at.minute:02d}"),
    "chinese said": lambda at: chinese(at, "{at.year}年{at.month}月{at.day}号{half}{hour}点{at.minute}分"),
    "chinese dots": lambda at: f"{at.year}.{at.month}.{at.day} {at:%H:%M}",
    "chinese short": lambda at: f"{at:%y/%m/%d}（周{'一二三四五六日'[at.weekday()]}）{at:%H:%M}",
    "chinese wide": lambda at: f"{at:%Y-%m-%d %H:%M}".translate(WIDE),
    "serial": lambda at: f"{(at - datetime(1899, 12, 30)) / timedelta(days=1):.10f}",
    "unix": lambda at: str(seconds(at)),
    "unix ms": lambda at: f"{seconds(at)}000",
}  # fmt: skip
WIDE = str.maketrans("0123456789:", "０１２３４５６７８９：")


def seconds(at):
    return int((at - SHANGHAI_OFFSET - datetime(1970, 1, 1)) / timedelta(seconds=1))


# How amounts are written: what groups thousands, what begins the decimals, what stands around the figures of one below
# zero and of any.
AMOUNTS = {
    "yuan": (",", ".", "-{}", "￥{}"),
    "brackets": (",", ".", "({})", "{}"),
    "wide": (",", ".", "（{}）", "{}元"),
    "german": (".", ",", "-{}", "{} €"),
    "bare": ("", ".", "-{}", "{}"),
    "french": (" ", ",", "−{}", "{}"),
    "code": (",", ".", "-{}", "CNY {}"),
}


def amount(fen, manner):
    thousands, decimal, below, around = AMOUNTS[manner]
    whole = f"{abs(fen) // 100:,}".replace(",", thousands)
    told = around.format(f"{whole}{decimal}{abs(fen) % 100:02d}")
    told = told.translate(WIDE) if manner == "wide" else told
    return below.format(told) if fen < 0 else told


DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-be"]),
        "ending": st.sampled_from(["\n", "\r\n"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
        "packed": st.booleans(),
        "titles": st.integers(0, 2),
        "two_heads": st.booleans(),
        "merged": st.booleans(),
        "apart": st.booleans(),  # the date and the time of day in two columns
        "form": st.sampled_from(list(FORMS)),
        "amounts": st.sampled_from(list(AMOUNTS)),
        "blank_rows": st.booleans(),
        "totals": st.integers(1, 3),  # after so many records
        "footer": st.booleans(),
        "workbook": st.booleans(),
        "typed": st.booleans(),
    }
).filter(lambda told: told["encoding"] != "gbk" or told["amounts"] not in ("german", "french"))  # it has no € and no −
HEADS = ["客户", "编号", "时间", "费用/金额", "", "备注", "备注", "说明"]  # one is blank, one stands twice
UPPER = ["客户", "编号", "时间", "费用", "", "备注", "备注", "说明"]  # of two lines: 费用 is merged over two columns
LOWER = ["", "", "", "金额", "税", "", "", ""]


def table(records, dialect):
    """The rows of a table in a dialect: titles, one or two heading lines, records with totals among them, a footer."""
    heads = [UPPER, LOWER] if dialect["two_heads"] else [HEADS]
    if apart(dialect):
        heads = [[*head, "钟点" if head is not LOWER else ""] for head in heads]
    width = len(heads[0])
    rows = [["登记表"] + [""] * (width - 1)] * dialect["titles"] + heads
    above = None
    for number, (at, fen, text, group) in enumerate(records, 1):
        typed = dialect["workbook"] and dialect["typed"]
        row = ["" if dialect["merged"] and group == above else group, f"N{number}"]
        if apart(dialect):
            row += [f"{at:%Y-%m-%d}"]
        else:
            row += [at if typed else FORMS[dialect["form"]](at)]
        row += [fen / 100 if typed else amount(fen, dialect["amounts"]), "", f"x{number}", f"y {text}", text]
        rows.append(row + ([f"{at:%H:%M}"] if apart(dialect) else []))
        above = group
        if number % dialect["totals"] == 0:
            rows.append(["合计", "", "", "1"] + [""] * (width - 4))
        if dialect["blank_rows"]:
            rows.append([])
    return rows + ([["填表人：某"] + [""] * (width - 1), ["x"] + [""] * (width - 1)] if dialect["footer"] else [])


def apart(dialect):
    return dialect["apart"] and not (dialect["workbook"] and dialect["typed"])


def written(folder, rows, dialect):
    if dialect["workbook"]:
        book = Workbook()
        sheet = book.active
        for line, row in enumerate(rows, 1):
            for column, cell in enumerate(row, 1):
                if cell != "":
                    sheet.cell(line, column, cell)
        if dialect["two_heads"]:
            first = dialect["titles"] + 1
            sheet.merge_cells(start_row=first, end_row=first, start_column=4, end_column=5)
            sheet.merge_cells(start_row=first, end_row=first + 1, start_column=1, end_column=1)
        book.save(path := folder / "t.xlsx")
        return path
    out = io.StringIO()
    form = {"delimiter": dialect["delimiter"], "lineterminator": dialect["ending"], "quoting": dialect["quoting"]}
    csv.writer(out, **form).writerows(rows)
    marked = "\ufeff" if dialect["encoding"] == "utf-16-be" else ""
    data = (marked + out.getvalue()).encode(dialect["encoding"])
    path = folder / "t.csv"
    path.write_bytes(gzip.compress(data) if dialect["packed"] else data)
    return path


def rules(dialect, columns, **defaults):
    first = dialect["titles"] + 1
    options = {"header": [first, first + 1] if dialect["two_heads"] else first, "skip": ["合计*"], "stop_at": "^填表人"}
    options |= {"fill_down": ["客户"]} if dialect["merged"] else {}
    thousands, decimal, *_ = AMOUNTS[dialect["amounts"]]
    told = {
        "options": options,
        "columns": columns,
        "times": {"format": dialect["form"] if "%" in dialect["form"] else dialect["form"].split(" ")[0]},
        "numbers": {"thousands": thousands, "decimal": decimal},
        "defaults": defaults,
    }
    if apart(dialect):
        time = "received_at" if "received_at" in columns else "date"
        del columns[time], told["times"]
        told["join"] = {time: ["时间", "钟点"]}
    if not dialect["workbook"]:
        options |= {"delimiter": dialect["delimiter"]}
        options |= {"encoding": dialect["encoding"]} if dialect["encoding"].startswith("gb") else {}
    return rules_of(told, [])


def read_back(path, register, told):
    from conftest import SHANGHAI, at

    source = open_source(path, told.dialect)
    reader = Reader(exported()[register], told, source, at("2026-10-20 09:00"), SHANGHAI)
    rows = list(reader.source.rows())
    assert [row.fault for row in rows] == [None] * len(rows)
    tally = source.tally
    assert tally.lines == tally.rows + sum(tally.aside.values())
    return [record for row in rows for record in reader.records(row.cells)], tally


@example(
    records=[(datetime(2026, 1, 5), 1, ";\n;", "甲\n乙")],  # the first cell and the last go on: the middle looks like a row
    dialect={
        "delimiter": ";", "encoding": "utf-8", "ending": "\n", "quoting": csv.QUOTE_MINIMAL, "packed": False, "titles": 0,
        "two_heads": False, "merged": False, "apart": False, "form": "iso", "amounts": "yuan", "blank_rows": False,
        "totals": 1, "footer": False, "workbook": False, "typed": False,
    },
)  # fmt: skip
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS, dialect=DIALECTS)
def test_any_table_comes_back_equal(tmp_path, records, dialect):
    path = written(tmp_path, table(records, dialect), dialect)
    claims = {"reference": "编号", "date": "时间", "amount": "费用/金额", "note": "说明", "place": "备注#2"}
    read, tally = read_back(path, "expenses", rules(dialect, claims, engineer="W01", category="other"))
    assert [(record["reference"], record["date"], record["amount"], record["note"], record["place"]) for record in read] == [
        (f"N{n}", f"{at:%Y-%m-%d}", fen, text, f"y {text}") for n, (at, fen, text, _) in enumerate(records, 1)
    ]  # fmt: skip
    assert tally.rows == len(records) and tally.skipped == len(records) // dialect["totals"]
    calls = {"reference": "编号", "received_at": "时间", "customer": "客户", "summary": "说明"}
    read, _ = read_back(path, "tickets", rules(dialect, calls, kind="repair", channel="call"))
    assert [(record["received_at"], record["customer"], record["summary"]) for record in read] == [
        (f"{at - SHANGHAI_OFFSET:%Y-%m-%dT%H:%M:%SZ}", group, text) for at, _, text, group in records
    ]


ZONES = st.sampled_from(["Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    zone=ZONES, first=st.datetimes(datetime(1890, 1, 1), datetime(2026, 9, 30)), steps=st.lists(st.integers(0, 5000))
)
def test_a_time_is_read_alike_whatever_was_read_before_it(tmp_path, zone, first, steps):
    """Times of an hour that was met are not worked out again: on no day, where no clock, changes."""
    from conftest import at

    (path := tmp_path / "t.csv").write_text("time\n", encoding="utf-8")
    calls = {"columns": {"received_at": "time"}, "times": {"zone": zone}}
    calls["defaults"] = {"customer": "x", "kind": "repair", "channel": "call", "summary": "x"}
    told = rules_of(calls, [])

    def reader():
        return Reader(exported()["tickets"], told, open_source(path, told.dialect), at("2026-10-20 09:00"), told.zone)

    def outcome(reader, text):
        try:
            return reader.records([text])
        except DeskError as error:
            return error.key

    same = reader()
    for step in steps:
        text = f"{first + timedelta(seconds=step * 7):%Y-%m-%d %H:%M:%S}"
        assert outcome(same, text) == outcome(reader(), text)


MILLION = 1_000_000


@pytest.mark.slow
def test_a_million_rows_at_flat_memory(hired, tmp_path):
    desk = copied(hired, tmp_path, Executable)
    path = tmp_path / "t.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write("no,time,text\n")
        out.writelines(f"A{n},2025-{n % 12 + 1:02d}-{n % 28 + 1:02d} 09:{n % 60:02d},过热{n}\n" for n in range(MILLION))
    (tmp_path / "r.toml").write_text(
        '[columns]\nreference = "no"\nreceived_at = "time"\nsummary = "text"\n'
        '[defaults]\nkind = "repair"\nchannel = "call"\ncustomer = "江南机床"\n', encoding="utf-8",
    )  # fmt: skip
    took, waited, peak = watched(desk, "import", "tickets", path, "--rules", tmp_path / "r.toml")
    print(f"{took:.0f} s, {waited:.1f} s, {peak} MB")
    assert len(desk.run("ticket", "list", "--limit", "1", "-f", "csv").stdout.splitlines()) == 2 and peak < 80
