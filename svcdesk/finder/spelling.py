"""How a name is written in pinyin, by pypinyin: 江南机床 is jiangnanjichuang, and jnjc by its initials.

Of its phrases, which tell 重庆 from 重量, those alone are loaded that some name may hold: all of them take 45 MB.
"""

import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_PHRASES, _MODULE = "phrases_dict.json", "pypinyin.phrases_dict"

_asked_for: set[str] = set()  # pairs of signs with which phrases begin: those are all loaded


def of(name: str) -> tuple[str, str]:
    """Return a name in pinyin, in full and by its initials."""
    learn([name])
    syllables = _library().lazy_pinyin(name)
    return "".join(syllables), "".join(syllable[0] for syllable in syllables if syllable)


def learn(names: Iterable[str]) -> None:
    """Load the phrases that names may hold, in one reading: those whose first two signs stand together in one."""
    if not (phrases := _file()):
        return
    pairs = {name[at : at + 2] for name in names if not name.isascii() for at in range(len(name) - 1)}
    if wanted := {pair for pair in pairs if pair > "\u3400"} - _asked_for:
        _library().load_phrases_dict(dict(_found(phrases.read_text(encoding="utf-8"), wanted)))
        _asked_for.update(wanted)


def _found(text: str, wanted: set[str]) -> Iterable[tuple[str, Any]]:
    from json import JSONDecoder

    read = JSONDecoder().raw_decode
    signs = "".join({pair[0] for pair in wanted})
    for phrase in re.finditer(rf'"([{re.escape(signs)}][^"]*)": ', text):
        if phrase[1][:2] in wanted:
            yield phrase[1], read(text, phrase.end())[0]


@cache
def _file() -> Path | None:
    """Return the file of phrases, without importing pypinyin; None where it has no such file, and loads them all."""
    spec = find_spec("pypinyin")
    places = (Path(place) / _PHRASES for place in spec.submodule_search_locations or ()) if spec else iter(())
    return next(filter(Path.is_file, places), None)


@cache
def _library() -> Any:
    """Import pypinyin; in place of its module of phrases one that has none yet, where they can be read one by one."""
    if _file():
        none = ModuleType(_MODULE)
        none.phrases_dict = {}  # type: ignore[attr-defined]
        sys.modules.setdefault(_MODULE, none)
    import pypinyin

    return pypinyin
