"""Any table that a generator of dialects writes comes back equal; a million rows at flat memory."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from conftest import Executable, copied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from test_beside_writers import beside_another

from svcdesk.exchange.derived import derive
from svcdesk.exchange.readers import open_source
from svcdesk.exchange.rules_file import Reader
from svcdesk.exchange.rules_toml import rules_of
from svcdesk.registers.index import exported

SHANGHAI_OFFSET = timedelta(hours=8)
TEXTS = (
    st.text(st.sampled_from("主轴过热漏油异响报修电梯第一二三 abcXYZ,;|\t\"'#-/()=&\n０１２"), min_size=1, max_size=12)
    .map(lambda text: text.strip())
    .filter(lambda text: text and not text.startswith(("=", "合计", "填表人")))
)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2026, 9, 30)).map(lambda at: at.replace(second=0, microsecond=0))
RECORDS = st.lists(st.tuples(TIMES, st.integers(1, 99_999_999), TEXTS), min_size=1, max_size=8)
FORMS = {
    "iso": lambda at: f"{at:%Y-%m-%d %H:%M}",
    "%d.%m.%Y %H:%M": lambda at: f"{at:%d.%m.%Y %H:%M}",
    "%m/%d/%Y %I:%M %p": lambda at: f"{at:%m/%d/%Y %I:%M %p}",
    "chinese": lambda at: f"{at.year}年{at.month}月{at.day}日 {'上午' if at.hour < 12 else '下午'}{(at.hour % 12) or (0 if at.hour < 12 else 12)}:{at.minute:02d}",
    "serial": lambda at: f"{(at - datetime(1899, 12, 30)) / timedelta(days=1):.10f}",
    "unix": lambda at: str(int((at - SHANGHAI_OFFSET - datetime(1970, 1, 1)) / timedelta(seconds=1))),
}  # fmt: skip
AMOUNTS = {
    (",", "."): lambda fen: f"￥{fen // 100:,}.{fen % 100:02d}",
    (".", ","): lambda fen: f"{fen // 100:,}".replace(",", ".") + f",{fen % 100:02d}元",
    ("", "."): lambda fen: f"{fen // 100}.{fen % 100:02d}",
    (" ", ","): lambda fen: f"{fen // 100:,}".replace(",", " ") + f",{fen % 100:02d}",
}
DIALECTS = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from(",;\t|"),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
        "ending": st.sampled_from(["\n", "\r\n"]),
        "titles": st.integers(0, 2),
        "two_heads": st.booleans(),
        "form": st.sampled_from(list(FORMS)),
        "signs": st.sampled_from(list(AMOUNTS)),
        "footer": st.booleans(),
        "workbook": st.booleans(),
        "typed": st.booleans(),
    }
)


def table(records, dialect):
    """The rows of a table in a dialect: titles, one or two heading lines, records with a total among them, a footer."""
    upper = ["编号", "时间", "费用", "", "说明"] if dialect["two_heads"] else []
    lower = ["", "", "金额", "备注", ""] if dialect["two_heads"] else ["编号", "时间", "费用/金额", "备注", "说明"]
    rows = [["登记表", "", "", "", ""]] * dialect["titles"] + ([upper] if upper else []) + [lower]
    typed = dialect["workbook"] and dialect["typed"]
    for number, (at, fen, text) in enumerate(records):
        rows.append([
            f"N{number}", at if typed else FORMS[dialect["form"]](at),
            fen / 100 if typed else AMOUNTS[dialect["signs"]](fen), "", text,
        ])  # fmt: skip
        if number == 0:
            rows.append(["合计", "", "1", "", ""])
    return rows + ([["填表人：某", "", "", "", ""], ["x", "", "", "", ""]] if dialect["footer"] else [])


def written(folder, rows, dialect):
    if dialect["workbook"]:
        book = Workbook()
        for row in rows:
            book.active.append([cell if cell != "" else None for cell in row])
        book.save(path := folder / "t.xlsx")
        return path
    out = io.StringIO()
    csv.writer(out, delimiter=dialect["delimiter"], lineterminator=dialect["ending"]).writerows(rows)
    (path := folder / "t.csv").write_bytes(out.getvalue().encode(dialect["encoding"]))
    return path


def rules(dialect):
    first = dialect["titles"] + 1
    options = {"header": [first, first + 1] if dialect["two_heads"] else first, "skip": ["合计*"], "stop_at": "^填表人"}
    if dialect["encoding"] == "gb18030":
        options["encoding"] = "gb18030"
    told = {
        "options": options if dialect["workbook"] else options | {"delimiter": dialect["delimiter"]},
        "columns": {"reference": "编号", "date": "时间", "amount": "费用/金额", "note": "说明"},
        "times": {"format": dialect["form"]},
        "numbers": dict(zip(("thousands", "decimal"), dialect["signs"], strict=True)),
        "defaults": {"engineer": "W01", "category": "other"},
    }
    if dialect["workbook"]:
        told["options"].pop("encoding", None)
    return rules_of(told, [])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=RECORDS, dialect=DIALECTS)
def test_any_table_comes_back_equal(tmp_path, records, dialect):
    from conftest import SHANGHAI, at

    told = rules(dialect)
    source = open_source(written(tmp_path, table(records, dialect), dialect), told.dialect)
    reader = Reader(exported()["expenses"], told, source, at("2026-10-20 09:00"), SHANGHAI)
    rows = list(reader.source.rows())
    assert [row.fault for row in rows] == [None] * len(records)
    read = [record for row in rows for record in reader.records(row.cells)]
    assert [(record["date"], record["amount"], record["note"]) for record in read] == [
        (f"{when:%Y-%m-%d}", fen, text) for when, fen, text in records
    ]
    tally = source.tally
    assert tally.lines == tally.rows + sum(tally.aside.values()) and tally.skipped == 1
    assert derive(source, told, {}).source.headings == source.headings


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
    took, waited, peak = beside_another(desk, "import", "tickets", path, "--rules", tmp_path / "r.toml")
    print(f"{took:.0f} s, {waited:.1f} s, {peak} MB")
    assert len(desk.run("ticket", "list", "--limit", "1", "-f", "csv").stdout.splitlines()) == 2 and peak < 80
