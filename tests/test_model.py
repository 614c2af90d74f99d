"""Amounts, ids, invoice numbers, cities: what is read, and what is refused."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from svcdesk.errors import BadInput
from svcdesk.model import LETTERS, STATIONS, WORDS, city, fen, invoice, number_of, yuan


@pytest.mark.case(21)
@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", 0),
        ("0.01", 1),
        ("0.1", 10),
        ("5", 500),
        ("19.99", 1999),  # int(19.99 * 100) is 1998
        ("553.5", 55350),
        ("1.10", 110),
        ("007", 700),
        ("999999999.99", 99999999999),
        ("￥1,286.00", 128600),
        ("¥5", 500),
        ("1286元", 128600),
        ("１２８６", 128600),
        ("１，２８６．５０元", 128650),
        ("999,999,999.99", 99999999999),
    ],
)
def test_amounts(text, amount):
    assert fen(text) == amount


@pytest.mark.case(21)
@pytest.mark.parametrize(
    "text",
    [
        "0.1+0.2", "1e5", "1E5", "NaN", "nan", "inf", "Infinity", "1_000", "٣", "-0", "-1", "+1", "1,28", "1,0000",
        "1286,000", ",100", "1,000,00", "1,,000", "￥", "元", "￥￥5", "5元元", "1,000,000,000",
        "19.999", "10000000000000000000", "1000000000", "", " ", " 5", "5 ", "5\n", ".5", "5.", "5..0", "1.2.3",
        "0x10",
        "$5", "5 元", "5 00", "1\u00a0000", "½", "²",
    ],
)  # fmt: skip
def test_amounts_refused(text):
    with pytest.raises(BadInput) as refused:
        fen(text)
    assert (refused.value.key, refused.value.exit_code) == ("amount", 2)


@given(st.integers(0, 99999999999))
def test_an_amount_written_is_read_back(amount_fen):
    assert fen(yuan(amount_fen)) == amount_fen


@given(st.text(max_size=14))
def test_only_plain_decimals_pass(text):
    assume(not set(text) & set("￥¥元,，．０１２３４５６７８９"))
    plain = text.isascii() and text.replace(".", "", 1).isdigit() and not text.startswith(".")
    whole, point, cents = text.partition(".")
    plain = plain and len(whole) <= 9 and (len(cents) in (1, 2) if point else True)
    try:
        fen(text)
        assert plain
    except BadInput:
        assert not plain


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "0.00"), (5, "0.05"), (55350, "553.50"), (-5, "-0.05"), (-12345, "-123.45")]
)
def test_amounts_written(amount, text):
    assert yuan(amount) == text


@pytest.mark.parametrize("text", ["T12", "t12", "12", "T012"])
def test_ids(text):
    assert number_of("ticket", text) == 12


@pytest.mark.parametrize(
    "text",
    [
        "",
        "T",
        "D12",
        "TT12",
        "T-1",
        "-1",
        "T1.0",
        "1e3",
        "T１２",
        "１２",
        "T 12",
        " 12",
        "12 ",
        "T12\n",
        "٣",
        "1" * 13,
        "12T",
    ],
)
def test_ids_refused(text):
    with pytest.raises(BadInput):
        number_of("ticket", text)


def test_every_record_has_its_own_letter():
    assert LETTERS == {
        "contact": "L", "ticket": "T", "dispatch": "D", "service_report": "R", "survey": "S", "complaint": "C",
        "expense": "E", "penalty": "P", "phone_check": "H", "conduct": "B",
        "plan": "PL", "inspection": "IN", "rectification": "RC", "promise": "PM", "problem": "QP", "visit": "VS",
        "suggestion": "SG",
    }  # fmt: skip
    for table, letter in LETTERS.items():
        assert number_of(table, f"{letter}7") == number_of(table, f"{letter.lower()}7") == 7


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        (" F0001 ", "F0001"),
        ("24112000000012345678", "24112000000012345678"),
        ("E19", "E19"),
        ("2E", "2E"),
        ("发票 12", "发票 12"),
    ],
)
def test_invoices(text, number):
    assert invoice(text) == number


@pytest.mark.parametrize("text", ["2.4112E+19", "2.4112e+19", "2.4112E19", "2E+19", " 2.4E+07 "])
def test_invoices_that_a_spreadsheet_destroyed(text):
    with pytest.raises(BadInput) as refused:
        invoice(text)
    assert refused.value.key == "invoice_destroyed"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("唐山市", "唐山"),
        ("唐山", "唐山"),
        (" 唐山 ", "唐山"),
        ("汉口", "武汉"),
        ("汉口站", "武汉"),
        ("武昌", "武汉"),
        ("武汉", "武汉"),
        ("北京南", "北京"),
        ("北京南站", "北京"),
        ("北京市", "北京"),
        ("南京南", "南京"),
        ("南京", "南京"),
        ("济南", "济南"),
        ("海南", "海南"),
        ("西安北", "西安"),
        ("上海虹桥", "上海"),
        ("虹桥", "上海"),
        ("Hamburg", "Hamburg"),
    ],
)
def test_cities_as_they_are_compared(name, short):
    assert city(name) == short


def test_no_station_leads_to_another_station():
    assert {name: place for name, place in STATIONS.items() if city(place) != place} == {}


def test_the_values_are_those_of_the_contract():
    assert WORDS["dispatch_status"] == ("sent", "travelling", "on_site", "left", "returned", "cancelled")
    assert WORDS["late_cause"] == ("personal", "transport", "weather", "customer", "company", "other")
    assert WORDS["category"] == ("fare", "lodging", "allowance", "local", "material", "freight", "other")
    assert WORDS["sanction"] == ("warning", "fine", "demerit", "major_demerit", "dismissal", "notice", "open", "none")
