"""The finder: what an index of words holds, whom a text names, and what one search finds."""

import sqlite3

import pytest
from conftest import open_ticket
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.finder import index, names
from svcdesk.store import open_ledger


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("主轴过热", ["主轴", "轴过", "过热"]),
        ("VMC-8801", ["vmc", "880", "801"]),
        ("ＣＫ6140主轴", ["ck6", "k61", "614", "140", "主轴"]),
        ("轴", ["轴"]),
        ("x9，急停！", ["x9", "急停"]),
        ("", []),
    ],
)
def test_terms(text, terms):
    assert index.terms(text) == terms


@given(st.text(st.sampled_from("0a主轴ꀀ힣-") | st.characters(), max_size=30), st.data())
def test_any_part_of_a_text_asks_for_terms_that_the_text_has(text, data):
    start = data.draw(st.integers(0, len(text)))
    part = text[start : data.draw(st.integers(start, len(text)))]
    asked = index.query(part)
    if asked and index.folded(part) in index.folded(text):
        con = sqlite3.connect(":memory:")
        con.execute("CREATE VIRTUAL TABLE search_word USING fts5 (words, content='', tokenize='ascii')")
        con.execute("INSERT INTO search_word (rowid, words) VALUES (8, ?)", (" ".join(index.terms(text)),))
        assert index.matches(con, asked, 9) == [("ticket", 1)]


@pytest.fixture
def callers(desk):
    desk.run("customer", "add", "江南重工", "--city", "镇江", "--person", "郑工", "--phone", "136-1111-2222")
    return desk


def hits(desk, text):
    return [(hit["kind"], hit["id"]) for hit in desk.json("search", text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("13987654321", ["江南机床"]), ("4321", ["江南机床"]), ("+86 139 8765 4321", ["江南机床"]), ("2222", ["江南重工"]),
        ("周工", ["江南机床"]), ("机床", ["江南机床"]), ("江南", ["江南机床", "江南重工"]), ("镇江", ["江南重工"]),
        ("jnjc", ["江南机床"]), ("JN", ["江南机床", "江南重工"]), ("jichuang", ["江南机床"]), ("j", []), ("321", []), ("周", []), ("没有", []),
    ],
)  # fmt: skip
def test_a_caller_is_found_by_what_one_has_of_them(callers, text, found):
    assert [id for kind, id in hits(callers, text) if kind == "customer"] == found


def test_personal_data_is_found_but_not_shown(callers):
    shown = callers.run("search", "周工").stdout + callers.run("search", "13987654321", "-f", "json").stdout
    assert "江南机床" in shown and "8765" not in shown


def test_words_are_found_where_they_stand(desk):
    open_ticket(desk, serial="VMC-8801", product="数控机床")
    desk.run("ticket", "note", "T1", "客户说冷却泵异响")
    assert hits(desk, "急停") == [("ticket", "T1")]
    assert hits(desk, "vmc-88") == hits(desk, "8801") == hits(desk, "冷却泵") == [("ticket", "T1")]
    assert hits(desk, "冷热") == []
    [hit] = desk.json("search", "异响")
    assert hit == {"kind": "ticket", "id": "T1", "where": "notes", "text": "客户说冷却泵异响", "command": "svcdesk ticket show T1"}  # fmt: skip


def test_what_was_taken_back_or_written_over_is_not_found(desk):
    open_ticket(desk)
    desk.run("ticket", "note", "T1", "漏油")
    desk.run("undo", "--yes")
    assert hits(desk, "漏油") == []
    assert hits(desk, "急停") == [("ticket", "T1")]
    desk.run("undo", "--yes")
    assert hits(desk, "急停") == []


def test_what_was_imported_is_found(desk, tmp_path):
    register = tmp_path / "tickets.csv"
    register.write_text(
        "customer,kind,channel,summary,received_at\n江南机床,repair,call,主轴过热,2026-10-01T09:00\n", "utf-8"
    )
    desk.run("import", "tickets", register)
    assert hits(desk, "过热") == [("ticket", "T1")]


def test_an_invoice_is_found_whole(desk):
    open_ticket(desk)
    claim = ("expense", "add", "--engineer", "W01", "--category", "other", "--amount", "5", "--date", "today")
    desk.run(*claim, "--ticket", "T1", "--invoice", "AB 2431")
    assert hits(desk, "ab2431") == [("expense", "E1")]


# What an option names


def test_an_option_takes_what_names_one(callers):
    made = callers.json("ticket", "open", "--customer", "机床", "--kind", "repair", "--channel", "call", "--summary", "x",
                        "--taken-by", "赵敏")  # fmt: skip
    assert (made["customer"], made["taken_by"]) == ("江南机床", "A01")
    assert callers.json("ticket", "list", "--customer", "4321", "--taken-by", "a01") == callers.json("ticket", "list")


@pytest.mark.parametrize("text", ["江南", "江难机床", "", "321"])
def test_an_option_refuses_what_names_several_or_nothing(callers, text):
    callers.run("ticket", "list", "--customer", text, code=4)


def test_candidates_are_named_as_they_are_typed(callers):
    refused = callers.run("customer", "show", "江南", code=4)
    assert "江南机床 (南京)" in refused.stderr and "江南重工 (镇江)" in refused.stderr


def test_an_exact_name_is_that_though_others_have_it_as_a_part(desk):
    desk.run("customer", "add", "江南机床二厂")
    assert desk.json("customer", "show", "江南机床")["name"] == "江南机床"


def test_a_serial_filter_takes_any_part(desk):
    open_ticket(desk, serial="VMC-8801")
    assert [row["id"] for row in desk.json("ticket", "list", "--serial", "vmc-88")] == ["T1"]
    assert desk.json("ticket", "list", "--serial", "X") == []


def test_what_erases_takes_exact_names_alone(desk):
    desk.run("ledger", "redact", "机床", "--reason", "x", "--yes", code=4)
    desk.run("staff", "retire", "w01", code=4)


# The index in the ledger


def test_a_spelling_that_is_wrong_is_found_and_made_anew(desk):
    con = sqlite3.connect(desk.ledger)
    con.execute("UPDATE spelling SET name = '江北' WHERE customer_id = 2")
    con.commit()
    con.close()
    assert "customer 2" in desk.run("ledger", "verify", code=1).stdout
    desk.run("ledger", "reindex")
    desk.run("ledger", "verify")


def test_verify_names_a_text_that_is_not_in_the_index_and_it_can_be_made_anew(desk):
    open_ticket(desk)
    con = sqlite3.connect(desk.ledger)
    con.execute("INSERT INTO search_word (search_word) VALUES ('delete-all')")
    con.commit()
    con.close()
    assert "T1" in desk.run("ledger", "verify", code=1).stdout
    assert hits(desk, "急停") == []
    desk.run("ledger", "reindex")
    desk.run("ledger", "verify")
    assert hits(desk, "急停") == [("ticket", "T1")]


def test_no_search_reads_a_register_through(desk):
    """What said something is looked up by its number; the few registers of names are read whole."""
    ledger = open_ledger(desk.ledger)
    asked = "SELECT rowid FROM search_word WHERE search_word MATCH ? ORDER BY rowid DESC LIMIT ?"
    plan = [row[3] for row in ledger.con.execute(f"EXPLAIN QUERY PLAN {asked}", ('"急停"', 9))]
    assert all("VIRTUAL TABLE INDEX" in step for step in plan)
    assert names.serials(ledger, "VMC") == []


@pytest.mark.parametrize("said", ["SZ-7", "sz-7", "SZ 7"])
def test_a_serial_of_short_pieces_is_found(rehearsed, said):
    found = rehearsed.json("search", said)
    assert [hit["id"] for hit in found] == (["T1"] if "-" in said else [])
    if "-" in said:
        assert [row["id"] for row in rehearsed.json("ticket", "list", "--serial", said)] == ["T1"]


def test_a_serial_that_was_cut_off_is_found(desk):
    open_ticket(desk, serial="SN-701", product="ZK-300")
    for text in ("SN-7", "sn-70", "SN", "ZK-3", "zk"):
        assert hits(desk, text) == [("ticket", "T1")], text
    assert hits(desk, "SN-8") == hits(desk, "KZ-3") == []


def test_a_machine_is_found_by_serial_and_by_its_parts(desk):
    desk.run("equipment", "add", "SN-701", "--product", "加工中心", "--customer", "江南机床")
    desk.run("equipment", "add", "BP-11", "--product", "变频器", "--customer", "江南机床", "--part-of", "SN-701")
    [hit] = desk.json("search", "sn-7")
    assert hit["command"] == "svcdesk equipment show SN-701" and hit["where"] == "serial"
    assert hits(desk, "变频器") == [("equipment", "BP-11")]
    assert desk.json("equipment", "show", "bp")["serial"] == "BP-11"  # what names one alone
    desk.run("equipment", "retire", "bp", code=4)  # but never where something ends
    desk.run("ledger", "verify", "--full")
