"""Which encoding a text is in: found strictly, and then held against what the language looks like."""

import codecs
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from svcdesk.errors import BadInput

Opener = Callable[[], BinaryIO]

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_STRICT = ("utf-8", "gb18030")
_NO_TEXTS = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf_7", "mbcs", "oem"}
_CHUNK = 1 << 20
_MOST_FOREIGN = 0.15  # of the characters beside ASCII: Chinese has one rare name among many, mistaken Latin-1 a third
_FEW_FOREIGN = 2  # in a short text one rare name may be more than that
_BESIDE_ASCII = re.compile(r"[^\x00-\x7f]")


def find_encoding(path: Path, opened: Opener) -> str:
    """Find the encoding of the whole file: a BOM, else UTF-8, else GB18030 that looks like Chinese. Raises BadInput."""
    with opened() as file:
        head = file.read(4)
    if marked := next((name for bom, name in _BOMS if head.startswith(bom)), None):
        return marked
    for name in _STRICT:
        foreign, all_of_them = 0, 0
        decoder = codecs.getincrementaldecoder(name)()
        try:
            with opened() as file:
                while chunk := file.read(_CHUNK):
                    if name == "gb18030":
                        strange, seen = _strange(decoder.decode(chunk))
                        foreign, all_of_them = foreign + strange, all_of_them + seen
                    else:
                        decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        if _is_doubtful(foreign, all_of_them):
            raise BadInput("encoding_doubtful", path=path, guess=_opinion(opened) or "latin-1")
        return name
    raise BadInput("encoding", path=path)


def _strange(text: str) -> tuple[int, int]:
    """Count the characters beside ASCII that GB2312 does not have, and all that are beside ASCII."""
    seen = "".join(_BESIDE_ASCII.findall(text))
    return len(seen) - len(seen.encode("gb2312", "ignore")) // 2, len(seen)


def _is_doubtful(foreign: int, seen: int) -> bool:
    if foreign <= _FEW_FOREIGN and seen > 4 * foreign:
        return False
    return foreign > seen * _MOST_FOREIGN


def _opinion(opened: Opener) -> str | None:
    """Ask charset-normalizer, where it is installed: a hint for a person, never what decides."""
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        return None
    with opened() as file:
        best = from_bytes(file.read(_CHUNK // 4)).best()
    return best.encoding if best and best.encoding not in ("gb18030", "ascii") else None


def checked_encoding(name: str) -> str:
    """Return an encoding that was told. Raises BadInput where there is no such one, or it holds no plain text."""
    try:
        known = codecs.lookup(name)
    except (LookupError, ValueError, TypeError):
        raise BadInput("encoding_unknown", text=name) from None
    is_text = getattr(known, "_is_text_encoding", True)
    if not is_text or known.name.replace("-", "_") in _NO_TEXTS:
        raise BadInput("encoding_unknown", text=name)
    return name


def with_mark(encoding: str, opened: Opener) -> str:
    """Return the encoding that was told, with the byte-order mark that the file begins with."""
    with opened() as file:
        marked = file.read(3) == codecs.BOM_UTF8
    return "utf-8-sig" if marked and codecs.lookup(encoding).name == "utf-8" else encoding
