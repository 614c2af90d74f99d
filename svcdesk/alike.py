"""Names that are much alike: what is left of them without legal form, spaces, width and case, and a slip of the pen."""

import re
from collections.abc import Collection
from unicodedata import normalize

_ALIKE = 0.8
_FORM = re.compile(
    r"(?:股份|集团|有限|责任|分公司|总公司|公司"
    r"|\b(?:inc|ltd|llc|co|corp|company|limited)\b|[\W_])+",
    re.I,
)


def core(name: str) -> str:
    """Return what is left of a name without its legal form, spaces, width and case."""
    plain = normalize("NFKC", name).casefold()
    return _FORM.sub("", plain) or plain


def near(core_of_one: str, cores: Collection[str], most: int = 4) -> list[str]:
    """List those of some cores that are much like one, the likest first; numbers are all alike, so only the same."""
    from difflib import get_close_matches

    if any(map(str.isdigit, core_of_one)):
        return [core_of_one] if core_of_one in cores else []
    return get_close_matches(core_of_one, cores, most, _ALIKE)


def digits(number: str) -> str:
    """Return the digits of a telephone number."""
    return "".join(character for character in normalize("NFKC", number) if character.isdigit())


def same_but_one(one: str, other: str) -> bool:
    """Return whether two numbers of some length differ in one digit at most."""
    return len(one) == len(other) > 6 and sum(a != b for a, b in zip(one, other, strict=True)) < 2
