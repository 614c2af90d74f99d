"""What headquarters asks of its lake: who is missing, what differs from what was handed in, what stands in two centres."""

import csv
import io
import shutil
import sqlite3
from importlib.util import find_spec

import openpyxl
import pytest
from conftest import InProcess, copied, open_ticket, send, travel
from desks import NOW, ZONES, random_desk, sent

from svcdesk.hq import intake, lakes, recount, spans

MONTH = ("--month", "2026-10")
AFTER = "2026-11-03T09:00:00+08:00"


def october(desk, code, number, invoice):
    """Play a month at a centre and hand it in: a journey of three days, and a claim."""
    desk.run("centre", "set", "--code", code)
    desk.run("staff", "add", "W09", "--name", "韩同一", "--company-no", "G9")
    ticket = open_ticket(desk, at="2026-10-05 09:00", product="甲型")
    dispatch = send(desk, ticket, "W09", at="2026-10-05 10:00")
    travel(desk, dispatch, depart=f"2026-10-{number:02d} 08:00", arrive=f"2026-10-{number:02d} 12:00",
           callback=f"2026-10-{number:02d} 13:00", leave=f"2026-10-{number:02d} 14:00", return_=f"2026-10-{number + 2:02d} 18:00")  # fmt: skip
    claim(desk, "10.00", invoice, dispatch)
    desk.run("report", "submit", "monthly", *MONTH, "--to", "企管室")
    desk.run("feed", desk.folder / "feed")
    return desk


def claim(desk, amount, invoice, dispatch="D1"):
    desk.run("expense", "add", "--engineer", "W09", "--category", "fare", "--amount", amount, "--date", "2026-10-07",
             "--dispatch", dispatch, "--from", "北京", "--to", "南京", "--invoice", invoice)  # fmt: skip


@pytest.fixture(scope="module")
def two(hired, tmp_path_factory):
    """Two centres of one customer, for whom one person travels on days that they share, and their lake."""
    folder = tmp_path_factory.mktemp("two")
    desks = {}
    for code, number, invoice in (("BJ01", 6, "F 88"), ("SH02", 8, "ｆ８８")):
        (folder / code).mkdir()
        desk = copied(hired, folder / code)
        with sqlite3.connect(desk.ledger) as con:  # two ledgers, not one twice
            guard = con.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_keep_update'").fetchone()[0]
            con.execute("DROP TRIGGER entry_keep_update")
            con.execute("UPDATE entry SET hash = ? WHERE seq = 1", (code.lower().ljust(64, "0"),))
            con.execute(guard)
        desk.now = AFTER
        desks[code] = october(desk, code, number, invoice)
    hq = InProcess(folder)
    hq.now = AFTER
    hq.run("hq", "take", *(desk.folder / "feed" for desk in desks.values()), "--into", folder / "lake")
    hq.desks = desks
    return hq


@pytest.fixture
def hq(two, tmp_path):
    """A lake of its own that a test may change."""
    shutil.copytree(two.folder / "lake", tmp_path / "lake")
    desk = InProcess(tmp_path)
    desk.now = AFTER
    return desk


def common(desk, engine="sqlite"):
    return ("--lake", desk.folder / "lake", "--engine", engine)


def retaken(hq, source, tmp_path, change):
    """Change a copy of a centre's ledger, and take its feed."""
    (tmp_path / "changed").mkdir()
    desk = copied(source, tmp_path / "changed")
    change(desk)
    desk.run("feed", tmp_path / "feed")
    hq.run("hq", "take", tmp_path / "feed", "--into", hq.folder / "lake")


# Who sent, and who did not


def test_the_centres_are_listed_with_the_entry_that_they_sent(two):
    rows = two.json("hq", "centres", *common(two))
    assert [(row["centre"], row["missing"], row["feeds"]) for row in rows] == [("BJ01", False, 1), ("SH02", False, 1)]
    assert all(row["entry"] > 10 and len(row["hash"]) == 64 for row in rows)


def test_a_centre_that_never_sent_is_a_row_and_not_nought(hq):
    (hq.folder / "lake" / "centres.txt").write_text("BJ01 SH02 GZ03\n")
    assert [row["centre"] for row in hq.json("hq", "centres", *common(hq)) if row["missing"]] == ["GZ03"]
    told = hq.json("hq", "report", *MONTH, "--by", "centre", *common(hq))
    assert (told["centres"], told["of"], told["missing"], told["complete"]) == (2, 3, ["GZ03"], False)
    assert next(row for row in told["by"] if row["centre"] == "GZ03")["lines"] is None
    shown = hq.run("hq", "report", *MONTH, "--by", "centre", *common(hq))
    assert "2 of 3 centres" in shown.stdout and "GZ03 (missing)" in shown.stdout and "GZ03" in shown.stderr


def test_a_feed_from_before_the_month_ended_leaves_its_centre_out(hq):
    hq.now = "2026-12-05T09:00:00+08:00"
    told = hq.json("hq", "report", "--month", "2026-11", *common(hq))
    assert told["missing"] == ["BJ01", "SH02"] and told["lines"] is None
    assert "-" in hq.run("hq", "report", "--month", "2026-11", *common(hq)).stdout


def test_a_column_that_an_older_feed_lacks_is_not_available(hq):
    for manifest in (hq.folder / "lake" / "feeds").rglob("manifest.json"):
        manifest.write_text(manifest.read_text("utf-8").replace('"cancelled_at"', '"some_other"'), encoding="utf-8")
    told = hq.json("hq", "report", *MONTH, *common(hq))
    assert told["service"]["withdrawn"] == "n/a" and told["service"]["contacts"] == 2


# The report


def test_persons_and_days_of_all_centres_are_recounted_not_added(two):
    """W09 was on the road for BJ01 from the 6th to the 8th and for SH02 from the 8th to the 10th."""
    told = two.json("hq", "report", *MONTH, "--by", "centre", *common(two))
    line = next(line for line in told["lines"] if line["line"] == "dispatch")
    assert (line["persons"], line["trips"], line["days"], line["cost"]) == (1, 2, 5, "20.00")
    assert [row["lines"][1]["days"] for row in told["by"]] == [3, 3]
    (person,) = two.json("hq", "people", *MONTH, *common(two))
    assert person == {
        "company_no": "G9",
        "centres": ["BJ01", "SH02"],
        "codes": ["W09", "W09"],
        "trips": 2,
        "days": 5,
        "counted_twice": 1,
    }


@pytest.mark.parametrize(("option", "value"), [("--quarter", "2026-Q4"), ("--year", "2026"), ("--quarter", "this")])
def test_a_quarter_and_a_year_hold_their_months(two, option, value):
    told = two.json("hq", "report", option, value, "--by", "product", *common(two))
    assert told["lines"][-1]["cost"] == "20.00"
    assert [row["product"] for row in told["by"]] == [None, "甲型"] or [row["product"] for row in told["by"]] == [
        "甲型"
    ]


@pytest.mark.parametrize("args", [("--quarter", "2026-Q5"), ("--year", "26"), ("--year", "2026", "--month", "2026-10")])
def test_what_is_no_period_is_refused(two, args):
    two.run("hq", "report", *args, *common(two), code=2)


def test_the_report_is_a_table_a_page_and_a_workbook(two, tmp_path):
    rows = list(
        csv.DictReader(io.StringIO(two.run("hq", "report", *MONTH, "--by", "centre", "-f", "csv", *common(two)).stdout))
    )
    assert [row["centre"] for row in rows] == [""] * 5 + ["BJ01"] * 5 + ["SH02"] * 5
    for name in ("all.html", "all.xlsx", "again.xlsx"):
        two.run("hq", "report", *MONTH, "--by", "centre", *common(two), "-o", tmp_path / name)
    assert "2 of 2 centres" in (tmp_path / "all.html").read_text("utf-8")
    assert (tmp_path / "all.xlsx").read_bytes() == (tmp_path / "again.xlsx").read_bytes()
    cells = {cell.value for row in openpyxl.load_workbook(tmp_path / "all.xlsx").active for cell in row}
    assert {"BJ01", "SH02"} <= cells
    two.language = "zh"
    assert "2 个中心中的 2 个" in two.run("hq", "report", *MONTH, *common(two)).stdout
    two.language = "en"


# Handed in against recounted


def test_what_was_handed_in_agrees(two):
    assert two.json("hq", "check", *MONTH, "--exit-code", *common(two)) == []
    assert two.json("hq", "check", "--exit-code", *common(two)) == []


def test_a_later_fact_is_named_with_its_entry(hq, two, tmp_path):
    retaken(hq, two.desks["SH02"], tmp_path, lambda desk: claim(desk, "1.00", "F9"))
    rows = hq.json("hq", "check", *MONTH, *common(hq))
    assert {(row["centre"], row["kind"], row["difference"]) for row in rows} == {("SH02", "later_facts", "1.00")}
    assert {row["figure"] for row in rows} == {"lines.dispatch.cost", "lines.total.cost", "pending_cost"}
    assert all(len(row["entries"]) == 1 for row in rows)
    hq.run("hq", "check", *MONTH, "--exit-code", *common(hq), code=1)


def flip(sql):
    def change(desk):
        with sqlite3.connect(desk.ledger) as con:
            con.execute(sql)

    return change


def test_a_flipped_flag_is_named(hq, two, tmp_path):
    """After the hand-in nothing differs by it; it is named all the same."""
    retaken(hq, two.desks["SH02"], tmp_path, flip("UPDATE expense SET excluded = 1"))
    (row,) = hq.json("hq", "check", *MONTH, *common(hq))
    assert (row["centre"], row["figure"], row["kind"], row["records"]) == (
        "SH02",
        "lines.total.excluded",
        "flags",
        ["E1"],
    )


def test_a_flag_that_was_wrong_when_it_was_handed_in_is_named(hq, hired, tmp_path):
    desk = copied(hired, tmp_path)
    desk.now = AFTER
    claim_of = flip("UPDATE expense SET excluded = 1")
    desk.run("staff", "add", "W09", "--name", "韩同一")
    desk.run(
        "expense",
        "add",
        "--engineer",
        "W09",
        "--category",
        "other",
        "--amount",
        "5.00",
        "--date",
        "2026-10-07",
        "--invoice",
        "F1",
    )
    claim_of(desk)
    desk.run("centre", "set", "--code", "GZ03")
    desk.run("report", "submit", "monthly", *MONTH, "--to", "企管室")
    desk.run("feed", tmp_path / "feed")
    hq.run("hq", "take", tmp_path / "feed", "--into", hq.folder / "lake")
    rows = hq.json("hq", "check", *MONTH, *common(hq))
    assert {(row["figure"], row["difference"], row["kind"]) for row in rows} == {
        ("lines.total.excluded", "-5.00", "flags"), ("lines.total.cost", "5.00", "flags"),
    }  # fmt: skip


def test_what_nothing_explains_is_said_to_be_so(hq, two, tmp_path):
    retaken(hq, two.desks["SH02"], tmp_path, flip("UPDATE expense SET amount_fen = 999"))
    rows = hq.json("hq", "check", *MONTH, *common(hq))
    assert {row["kind"] for row in rows} == {"unexplained"}
    assert {row["difference"] for row in rows if row["figure"] == "lines.dispatch.cost"} == {"-0.01"}


def test_a_month_that_was_not_handed_in_is_a_row(hq, hired, tmp_path):
    desk = copied(hired, tmp_path)
    desk.now = AFTER
    desk.run("centre", "set", "--code", "GZ03")
    desk.run("feed", tmp_path / "feed")
    hq.run("hq", "take", tmp_path / "feed", "--into", hq.folder / "lake")
    (row,) = hq.json("hq", "check", *MONTH, *common(hq))
    assert (row["centre"], row["kind"], row["figure"], row["handed_in"]) == ("GZ03", "missing", None, None)


def test_the_unexplained_is_red_on_a_terminal(hq, two, tmp_path, monkeypatch):
    retaken(hq, two.desks["SH02"], tmp_path, flip("UPDATE expense SET amount_fen = 999"))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(
        hq, "env", lambda: {name: text for name, text in InProcess.env(hq).items() if name != "NO_COLOR"}
    )
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31munexplained" in hq.run("hq", "check", *MONTH, "-f", "table", *common(hq)).stdout


# Across centres


def test_one_invoice_of_two_centres_is_found_however_it_is_typed(two):
    (row,) = two.json("hq", "duplicates", *common(two))
    assert (row["centre"], row["id"], row["other_centre"], row["other_id"]) == ("BJ01", "E1", "SH02", "E1")


def test_a_refund_and_a_rejected_claim_are_no_duplicates(hq, two, tmp_path):
    retaken(hq, two.desks["SH02"], tmp_path, lambda desk: desk.run("expense", "reject", "E1", "--reason", "重复"))
    assert hq.json("hq", "duplicates", *common(hq)) == []


def test_customers_of_two_centres_are_found_by_name(two):
    rows = two.json("hq", "customers", *common(two))
    assert [(row["customer"], row["centres"]) for row in rows] == [
        ("华北钢厂", ["BJ01", "SH02"]),
        ("江南机床", ["BJ01", "SH02"]),
    ]
    assert [(row["tickets"], row["cost"]) for row in rows] == [(0, "0.00"), (2, "20.00")]
    assert two.json("hq", "customers", "--least", "3", *common(two)) == []


def test_quality_is_told_by_product(two):
    rows = two.json("hq", "quality", "--by", "product", *MONTH, *common(two))
    answered = next(row for row in rows if row["figure"] == "answered_in_time" and row["product"] == "甲型")
    assert (answered["numerator"], answered["denominator"], answered["value"], answered["unit"]) == (0, 2, 0.0, "rate")
    assert two.json("hq", "quality", *MONTH, *common(two))


@pytest.mark.skipif(not find_spec("duckdb"), reason="duckdb is not installed")
@pytest.mark.parametrize(
    "args",
    [
        ("report", *MONTH, "--by", "region"),
        ("check",),
        ("duplicates",),
        ("customers",),
        ("people", *MONTH),
        ("quality", *MONTH),
    ],
)
def test_duckdb_gives_the_same_answer(two, args):
    said = [two.run("hq", *args, "-f", "json", *common(two, engine)).stdout for engine in ("sqlite", "duckdb")]
    assert said[0] == said[1]


# A lake, and where there is none


def test_no_lake_is_said_with_how_to_begin_one(tmp_path):
    desk = InProcess(tmp_path)
    assert "--lake" in desk.run("hq", "centres", code=2).stderr
    assert "svcdesk hq take" in desk.run("hq", "centres", "--lake", tmp_path, code=5).stderr


def test_the_lake_is_found_by_the_environment(two, monkeypatch):
    monkeypatch.setenv("SVCDESK_LAKE", str(two.folder / "lake"))
    assert len(two.json("hq", "centres")) == 2


def test_what_does_not_fit_is_asked_year_by_year(tmp_path):
    """The whole is refused for want of memory; each year's months come back at their own places."""
    path = random_desk(tmp_path / "desk.db", 3, ZONES[0])
    sent(path, tmp_path / "feed")
    lake = tmp_path / "lake"
    lakes.take(lake, [intake.read(tmp_path / "feed")], NOW)
    months = [spans.month(name) for name in ("2025-12", "2026-10", "2026-11")]
    asks = [recount.Ask(month, "centre", ("BJ01",)) for month in months]
    with recount.opened(lakes.opened(lake).centres, NOW, "sqlite", None) as counted:
        whole = counted.figures(asks)
        query, refused = counted.engine.rows, []

        def small(sql):
            if (
                "FROM cost" in sql
                and len({row[0] // 366 for row in query("SELECT first_day FROM asked")}) > 1
                and not refused
            ):
                refused.append(sql)
                raise recount.TooLarge
            return query(sql)

        counted.engine.rows = small
        assert counted.figures(asks) == whole
        assert refused
