"""Words and amounts as lists show them, beside the English ones of machines: in options, filters and imports."""

import pytest
from conftest import open_ticket

OPEN = ("ticket", "open", "--customer", "江南机床", "--summary", "主轴过热")


@pytest.mark.parametrize(("kind", "channel"), [("维修", "来电"), ("repair", "call"), ("Repair", "电话")])
def test_an_option_takes_the_word_that_is_shown(desk, kind, channel):
    made = desk.json(*OPEN, "--kind", kind, "--channel", channel)
    assert (made["kind"], made["channel"]) == ("repair", "call")


def test_a_word_of_another_kind_is_refused(desk):
    assert "repair" in desk.run(*OPEN, "--kind", "来电", "--channel", "call", code=2).stderr


def test_a_filter_takes_the_word_that_is_shown(desk):
    open_ticket(desk, kind="repair")
    open_ticket(desk, kind="consultation")
    assert [row["id"] for row in desk.json("ticket", "list", "--kind", "维修")] == ["T1"]
    assert [row["id"] for row in desk.json("ticket", "list", "--status", "未答复")] == ["T1", "T2"]
    desk.run("ticket", "list", "--status", "维修", code=2)


def test_an_import_takes_words_and_amounts_as_they_are_shown(desk, tmp_path):
    open_ticket(desk)
    claims = tmp_path / "claims.csv"
    claims.write_text('engineer,category,amount,date,ticket,invoice\nW01,材料,"￥1,286.00",2026-10-01,T1,F1\n', "utf-8")
    desk.run("import", "expenses", claims)
    assert [(row["category"], row["amount"]) for row in desk.json("expense", "list")] == [("material", "1286.00")]


def test_what_an_inspection_found_is_typed_as_it_is_shown(desk):
    found = "灭火器过期：A01:2026-12-20：重大"
    desk.run(
        "inspection", "make", "--kind", "安全", "--area", "备件库", "--by", "M01", "--found", found, "--item", "通道:是"
    )
    assert desk.json("rectify", "show", "RC1")["level"] == "major"
    assert desk.json("inspection", "show", "IN1")["items"] == [{"text": "通道", "result": "yes"}]
