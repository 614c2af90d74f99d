"""Amounts as people and spreadsheets write them: ￥1,234.50, １２０元, 1.234,50, (12.00)."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from unicodedata import normalize

from svcdesk.errors import BadInput
from svcdesk.exchange.rows import Typed
from svcdesk.model import fen

_CURRENCY = re.compile(r"^(?:CNY|RMB|人民币|[￥¥$€])\s*|\s*(?:CNY|RMB|元整?|圆|[￥¥€])$", re.IGNORECASE)
_DESTROYED = re.compile(r".*\d[eE][+-]?\d+")


class Signs(NamedTuple):
    """What groups thousands and what begins the decimals. Without rules, commas group rightly or not at all."""

    thousands: str = ","
    decimal: str = "."

    def plain(self, text: str) -> str:
        """Return a number as digits with a decimal point, with a minus where it is negative. Raises BadInput."""
        if isinstance(text, Typed):
            return str(text)
        bare = normalize("NFKC", text).replace("￥", "¥").strip()
        negative = bare.startswith("(") and bare.endswith(")")
        bare = bare[1:-1].strip() if negative else bare
        minus = bare.startswith(("-", "−"))
        bare = _CURRENCY.sub("", _CURRENCY.sub("", bare.lstrip("-−").strip())).strip()
        minus, bare = (True, bare[1:]) if bare.startswith(("-", "−")) else (minus, bare)
        whole, point, rest = bare.rpartition(self.decimal) if self.decimal in bare else (bare, "", "")
        if self.thousands and self.thousands in whole:
            if not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(self.thousands)}\d{{3}})+", whole, re.ASCII):
                raise BadInput("amount", text=text)
            whole = whole.replace(self.thousands, "")
        number = f"{whole}.{rest}" if point else whole
        if not re.fullmatch(r"\d+(?:\.\d+)?", number, re.ASCII):
            raise BadInput("amount", text=text)
        return f"-{number}" if minus or negative else number

    def read_fen(self, text: str, half_up: bool, *, signed: bool = False) -> int:
        """Read an amount as fen; ``half_up`` rounds more than two decimals. Raises BadInput, below zero too unless
        ``signed``."""
        number = self.plain(text)
        if signed and number.startswith("-"):
            return -self.read_fen(number[1:].replace(".", self.decimal), half_up)
        if number.startswith("-") or _DESTROYED.fullmatch(number):
            raise BadInput("amount", text=text)
        if half_up and re.fullmatch(r"\d{1,15}(?:\.\d+)?", number, re.ASCII):
            number = str(Decimal(number).quantize(Decimal("0.01"), ROUND_HALF_UP))
        try:
            return fen(number)
        except BadInput:
            raise BadInput("amount", text=text) from None

    def written(self, text: str) -> str:
        """Write a typed number with these signs, so that a text file of it comes back by the same rules."""
        return text.replace(".", self.decimal) if isinstance(text, Typed) and _is_number(text) else text


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII) is not None
