"""Amounts in Chinese financial capitals, as cheques and forms carry them.

The rules are those of 正确填写票据和结算凭证的基本规定. Where they leave the choice, a zero between figures is written,
because a gap could be filled in, and none stands before jiao: 107000.53 is 壹拾万零柒仟元伍角叁分.
"""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_MYRIADS = ("", "万", "亿", "万")  # 万亿: the sign of 亿 is written once, under both


def capitals(fen: int) -> str:
    """Write an amount in fen in Chinese capitals. Raises ValueError from 10^16 yuan on."""
    if fen < 0:
        return f"负{capitals(-fen)}"
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    text = f"{_whole(yuan)}元" if yuan or not rest else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif yuan and cents:
        text += "零"
    return text + (f"{_DIGITS[cents]}分" if cents else "" if jiao else "整")


def _whole(number: int) -> str:
    """Write a whole number: each run of zeros between figures is one 零, zeros at the end are none."""
    if not number:
        return _DIGITS[0]
    digits = str(number)
    if len(digits) > 16:
        raise ValueError(number)
    text, is_gap = "", False
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit != "0":
            text += ("零" if is_gap else "") + _DIGITS[int(digit)] + _PLACES[place % 4]
        is_gap = digit == "0"
        if place % 4 == 0 and place and _is_named(number, place):
            text += _MYRIADS[place // 4]
    return text


def _is_named(number: int, place: int) -> bool:
    """Return whether a group of four has its sign: 亿 covers both groups above it."""
    above = number // 10**place
    return bool(above if place == 8 else above % 10_000)
