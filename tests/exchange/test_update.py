"""Import with --update: rows of known records take the file's values; a dispatch is updated with its crew."""

import csv
import json
import sqlite3

import pytest
from conftest import at, copied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svcdesk.exchange.importer import Importer
from svcdesk.exchange.updating import Updating
from svcdesk.registers.index import exported
from svcdesk.store import Ledger, open_ledger

HEAD = "id,ticket,place,sent_at,engineer,departed_at,arrived_at,returned_at"
W01 = "D1,T1,{place},2026-10-05 09:30,W01,2026-10-06 06:00,{arrived},2026-10-06 22:00"
W02 = "D1,T1,{place},2026-10-05 09:30,W02,2026-10-06 06:00,2026-10-06 10:40,2026-10-06 22:00"


@pytest.fixture
def taking(rehearsed, tmp_path):
    desk = copied(rehearsed, tmp_path)

    def take(*rows, code=0, place="南京", arrived="2026-10-06 10:40"):
        lines = [HEAD, *(row.format(place=place, arrived=arrived) for row in rows)]
        (desk.folder / "trips.csv").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return desk.run("import", "dispatches", desk.folder / "trips.csv", "--update", code=code)

    return desk, take


def crew(desk):
    return {member["engineer"]: member["arrived_at"] for member in desk.json("dispatch", "show", "D1")["crew"]}


def test_the_changed_journey_of_one_of_the_crew_is_taken(taking):
    desk, take = taking
    assert "2 updated" in take(W01, W02, arrived="2026-10-06 09:50").stdout
    assert crew(desk) == {"W01": "2026-10-06T09:50:00+08:00", "W02": "2026-10-06T10:40:00+08:00"}
    assert desk.json("dispatch", "show", "D1")["status"] == "returned"
    assert [found["engineer"] for found in desk.findings("late_on_site")] == []


def test_what_would_change_is_shown_of_each_of_the_crew(taking):
    _, take = taking
    said = take(W01, W02, arrived="2026-10-06 09:50", place="无锡").stderr
    assert "place would change on 1 records" in said and "arrived_at would change on 1 records" in said
    assert "line 2, D1 W01: arrived_at 2026-10-06 10:40 -> 2026-10-06 09:50" in said
    assert "W02" not in said


def test_who_would_change_is_shown_by_code(taking):
    desk, _ = taking
    write_rows(desk, [desk.csv("export", "tickets")[0] | {"taken_by": "M01"}])
    said = desk.run("import", "tickets", desk.folder / "t.csv", "--update", "--dry-run").stderr
    assert "T1: taken_by" in said and said.rstrip().endswith("-> M01")


def test_what_all_of_the_crew_share_is_taken_once(taking):
    desk, take = taking
    take(W01, W02, place="无锡")
    assert desk.json("dispatch", "show", "D1")["place"] == "无锡"
    assert "CONSISTENT" in desk.run("ledger", "verify").stdout


def test_what_is_the_same_is_skipped_and_leaves_no_entry(taking):
    desk, take = taking
    before = desk.json("ledger", "info")["entry"]
    take(W01, W02)
    assert desk.json("ledger", "info")["entry"] == before


def test_a_crew_that_is_not_all_in_the_file_is_not_updated(taking):
    desk, take = taking
    assert "crew member who is not in the file" in take(W01, code=2, arrived="2026-10-06 09:50").stderr
    assert crew(desk)["W01"] == "2026-10-06T10:40:00+08:00"


def test_somebody_in_the_file_joins_the_crew(taking):
    desk, take = taking
    take(W01, W02, W02.replace("W02", "W03"))
    assert set(crew(desk)) == {"W01", "W02", "W03"}


# What is written at once is what would be written one by one.

EDITS = {
    "summary": ["改过", "VMC-8801 again", ""],
    "product": ["DNC5", ""],
    "serial": ["SZ-701"],
    "kind": ["repair", "training"],
    "received_at": ["2026-10-02 08:00", "2026-10-19 08:00"],
    "answered_at": ["2026-10-20 08:00", ""],
    "closed_at": ["2026-11-20 18:00", "2026-09-01 09:00", ""],
    "status": ["", "on_hold", "closed"],
    "reopen_count": ["0", "2"],
    "customer": ["新客户", "江南机床"],
    "reference": ["R1", "R2", ""],
    "repeat_of": ["T1", "T9999", ""],
}
OTHERS = {
    "expenses": {
        "amount": ["12.50", "99999", "-3", ""], "category": ["fare", "meal", "lodging"], "date": ["2026-10-09", "2027-01-01"],
        "note": ["改过", ""], "from": ["北京", ""], "status": ["submitted", "approved"],
    },
    "surveys": {"score": ["1", "5", "9"], "comment": ["很好", ""], "via": ["call", "email"]},
    "contacts": {"summary": ["问进度", ""], "channel": ["call", "letter"], "ticket": ["T1", "", "T9999"]},
    "phone-checks": {"note": ["改过"], "result": ["answered", "off"]},
}  # fmt: skip
edits = st.lists(st.tuples(*[st.integers(0, 10_000)] * 3), min_size=1, max_size=30)


def write_rows(desk, rows):
    with (desk.folder / "t.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def updated(desk, rows, *options, table="tickets"):
    """Take rows in as an update: the exit code, what was said, and the images that its entry holds."""
    write_rows(desk, rows)
    (desk.folder / "r.toml").write_text("[options]\nnew_customers = true\n", encoding="utf-8")
    args = ("import", table, desk.folder / "t.csv", "--rules", desk.folder / "r.toml", "--update", *options)
    before = desk.ledger.read_bytes()
    done = desk.finished([str(arg) for arg in args])
    con = sqlite3.connect(desk.ledger)
    newest = con.execute("SELECT max(seq) FROM entry").fetchone()[0]
    written = con.execute('SELECT "table", row, after FROM change WHERE entry = ? ORDER BY 1, 2', (newest,)).fetchall()
    con.close()
    said = done.stdout.partition(" [#")[0], done.stderr
    desk.run("ledger", "verify", "--full")
    desk.ledger.write_bytes(before)
    return done.returncode, said, written


@pytest.mark.parametrize("table", ["tickets", *OTHERS])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=edits, fresh=st.booleans())
def test_what_is_written_at_once_is_what_would_be_written_one_by_one(demo_month, tmp_path_factory, table, edits, fresh):
    desk = copied(demo_month, tmp_path_factory.mktemp("update"))
    kept, choices = exported()[table].fields(), OTHERS.get(table, EDITS)
    names = [column.name for column in kept if not column.part]
    rows = [{name: row[name] for name in row if name in names} for row in desk.csv("export", table)]
    for place, which, choice in edits:
        name = sorted(choices)[which % len(choices)]
        rows[place % len(rows)][name] = choices[name][choice % len(choices[name])]
    if fresh and table == "tickets":
        rows.append(dict(rows[0], id="", reference="R-new", summary="新的一张", repeat_of=""))
    at_once = updated(desk, rows, "--skip-bad", table=table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Updating, "alone", lambda *_: None)
        assert updated(desk, rows, "--skip-bad", table=table) == at_once


def simple(desk, count):
    """Take in tickets of which nothing more is known than they say; return their rows as exported."""
    lines = (f"R{n},江南机床,repair,call,主轴过热{n},2026-10-{n % 9 + 1:02d} 09:00\n" for n in range(count))
    path = desk.folder / "first.csv"
    path.write_text("reference,customer,kind,channel,summary,received_at\n" + "".join(lines), encoding="utf-8")
    desk.run("import", "tickets", path)
    return desk.csv("export", "tickets")


def test_an_update_of_what_stands_alone_is_written_at_once_and_found(desk, monkeypatch):
    monkeypatch.setattr(Updating, "update", lambda *_: pytest.fail("one by one"))
    rows = [dict(row, summary=f"改过{n}") for n, row in enumerate(simple(desk, 30))]
    write_rows(desk, rows)
    assert "30 updated" in desk.run("import", "tickets", desk.folder / "t.csv", "--update").stdout
    assert rows[17]["id"] in desk.run("search", "改过17").stdout
    assert rows[17]["id"] not in desk.run("search", "主轴过热17").stdout
    assert "CONSISTENT" in desk.run("ledger", "verify", "--full").stdout
    desk.run("undo", "--yes")
    assert {row["summary"] for row in desk.csv("export", "tickets")} == {f"主轴过热{n}" for n in range(30)}


@pytest.mark.parametrize("times", [1, 5], ids=["once", "again and again"])
def test_somebody_sent_meanwhile_has_what_follows_worked_out(desk, monkeypatch, times):
    rows, prepare, wrote = simple(desk, 12), Importer.prepare, []

    def overtaken(self):
        prepare(self)
        if len(wrote) < times and not self.ledger.con.in_transaction:
            ledger = open_ledger(desk.ledger, write=True)
            with ledger.command(at=at("2026-10-19 09:00"), actor="other", command="other"):
                sent = ledger.insert(
                    "dispatch", ticket_id=len(wrote) + 1, place="南京", kind="service", status="sent",
                    sent_at=at("2026-10-18 09:00"),
                )  # fmt: skip
                ledger.insert("crew", dispatch_id=sent, engineer_id=1)
            ledger.close()
            wrote.append(1)

    one_by_one, update = [], Updating.update
    monkeypatch.setattr(Updating, "update", lambda *args: (one_by_one.append(1), update(*args))[1])
    monkeypatch.setattr(Importer, "prepare", overtaken)
    rows = [dict(row, kind="installation") for row in rows]
    code, said, written = updated(desk, rows)
    assert code == 0 and "12 updated" in said[0], said
    assert len(wrote) == len(one_by_one) == min(times, 3)
    followed = [json.loads(after)["kind"] for table, _, after in written if table == "dispatch"]
    assert followed == ["installation"] * len(wrote)


def test_what_clashes_under_the_lock_alone_is_written_one_by_one(desk):
    """A reference goes from one ticket to another: at once both would bear it for a moment."""
    rows = simple(desk, 6)
    rows[2]["reference"], rows[3]["reference"] = "", "R2"
    code, said, written = updated(desk, rows)
    assert code == 0 and "2 updated" in said[0] and len(written) == 2


BEHIND = {  # what a trigger, planted behind our back, makes of what is written
    "new rows": "CREATE TRIGGER late AFTER INSERT ON ticket BEGIN UPDATE ticket SET summary = 'x' WHERE id = NEW.id; END",
    "changed rows": "CREATE TRIGGER late AFTER UPDATE ON ticket WHEN NEW.product <> 'x'"
    " BEGIN UPDATE ticket SET product = 'x' WHERE id = NEW.id; END",
    "images": "CREATE TRIGGER late AFTER INSERT ON change WHEN NEW.\"table\" = 'ticket'"
    " BEGIN UPDATE change SET after = '{}' WHERE entry = NEW.entry AND n = NEW.n; END",
}  # fmt: skip


@pytest.mark.case(28)
@pytest.mark.parametrize("what", BEHIND)
def test_what_is_written_at_once_is_read_again_before_it_counts(desk, monkeypatch, what):
    rows = [dict(row, product="DNC5") for row in simple(desk, 20)]
    rows.append(dict(rows[0], id="", reference="R-new"))
    con = sqlite3.connect(desk.ledger)
    con.execute("DROP TRIGGER change_keep_update")
    con.execute(BEHIND[what])
    con.commit()
    con.close()
    monkeypatch.setattr(Ledger, "compare", lambda _: None)  # as if it had come in between
    monkeypatch.setattr(Updating, "update", lambda *_: pytest.fail("one by one"))
    before = desk.json("ledger", "info")["entry"]
    write_rows(desk, rows)
    said = desk.run("import", "tickets", desk.folder / "t.csv", "--update", code=5).stderr
    assert "otherwise than it was given" in said
    assert desk.json("ledger", "info")["entry"] == before
