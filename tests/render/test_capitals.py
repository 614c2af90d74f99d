"""Amounts in Chinese capitals, against the examples of the rules and a reader that shares no code with the writer."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.render.capitals import capitals

# The first five are the examples that the rules themselves give.
CASES = {
    140950: "壹仟肆佰零玖元伍角", 600714: "陆仟零柒元壹角肆分", 168032: "壹仟陆佰捌拾元叁角贰分", 10700053: "壹拾万零柒仟元伍角叁分",
    1640902: "壹万陆仟肆佰零玖元零贰分", 32504: "叁佰贰拾伍元零肆分",
    0: "零元整", 1: "壹分", 5: "伍分", 10: "壹角", 56: "伍角陆分", 100: "壹元整", 1000: "壹拾元整", 1500: "壹拾伍元整", 2030: "贰拾元叁角",
    12345: "壹佰贰拾叁元肆角伍分", 100105: "壹仟零壹元零伍分", 101010: "壹仟零壹拾元壹角", 100000050: "壹佰万元伍角",
    10000000001: "壹亿元零壹分", 10000000000: "壹亿元整", 10001000000: "壹亿零壹万元整", 100001000100: "壹拾亿零壹万零壹元整",
    2000030000: "贰仟万零叁佰元整", 50500000: "伍拾万零伍仟元整", 60000300420: "陆亿零叁仟零肆元贰角", 1010000000000: "壹佰零壹亿元整",
    100000000000000: "壹万亿元整", 100000001000000: "壹万亿零壹万元整", 1234567890: "壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元玖角", -1230: "负壹拾贰元叁角",
}  # fmt: skip


@pytest.mark.parametrize(("fen", "text"), CASES.items(), ids=[str(fen) for fen in CASES])
def test_an_amount_in_capitals(fen, text):
    assert capitals(fen) == text


def test_an_amount_beyond_what_can_be_written_is_refused():
    assert capitals(10**18 - 1).endswith("玖角玖分")
    with pytest.raises(ValueError, match="1000"):
        capitals(10**18)


DIGITS = "零壹贰叁肆伍陆柒捌玖"


def read_group(text):
    return sum(
        DIGITS.index(digit) * 10 ** (" 拾佰仟".index(place) if place else 0)
        for digit, place in re.findall(r"([壹贰叁肆伍陆柒捌玖])([拾佰仟]?)", text)
    )


def read_back(text):
    sign = -1 if text.startswith("负") else 1
    whole, _, rest = text.rpartition("元")
    high, _, low = whole.rpartition("亿")
    yuan = 0
    for part in (high, low):
        above, _, below = part.rpartition("万")
        yuan = yuan * 10**8 + read_group(above) * 10**4 + read_group(below)
    coins = [re.search(f"(.){unit}", rest) for unit in "角分"]
    return sign * (yuan * 100 + sum(DIGITS.index(m[1]) * n for m, n in zip(coins, (10, 1), strict=True) if m))


@given(st.one_of(st.integers(-(10**18) + 1, 10**18 - 1), st.text("0009", min_size=1, max_size=18).map(int)))
def test_every_amount_reads_back_as_itself(fen):
    text = capitals(fen)
    assert read_back(text) == fen
    assert text == "零元整" or not re.search("零[零万亿元]", text)
    assert text.endswith("整") == (fen % 100 == 0)
