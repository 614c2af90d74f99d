"""Every sentence that people read, in Chinese and English, side by side.

A key is ``area.name``; the area is the module that holds it (``errors.amount`` stands in messages/errors.py), loaded when
first asked for. Each area has one table ``TEXTS``: name -> (Chinese, English). Machine formats never come here.
A flat register has all its own texts in messages/registers.py, under their whole keys.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

LANGUAGES = ("zh", "en")

_language = 0
_areas: dict[str, Mapping[str, tuple[str, str]]] = {}


def speak(language: str) -> None:
    """Choose the language of everything said from now on."""
    global _language
    _language = LANGUAGES.index(language)


def language() -> str:
    """Name the language in use."""
    return LANGUAGES[_language]


def pair(key: str) -> tuple[str, str]:
    """Return the Chinese and the English text of a key. Raises KeyError where there is none."""
    found = _pair(key)
    if found is None:
        raise KeyError(key)
    return found


def _pair(key: str) -> tuple[str, str] | None:
    area, _, name = key.partition(".")
    return _area(area).get(name) or _area("registers").get(key)


def pair_of(key: str) -> dict[str, str]:
    """Return a text in both languages by their names, for machines: what they read never changes with the language."""
    return dict(zip(LANGUAGES, pair(key), strict=True))


def _area(area: str) -> Mapping[str, tuple[str, str]]:
    if area not in _areas:
        _areas[area] = import_module(f"svcdesk.messages.{area}").TEXTS
    return _areas[area]


def find(key: str) -> str | None:
    """Return the text of a key in the language in use, or None where there is none."""
    found = _pair(key)
    return found[_language] if found else None


def say(key: str, /, **values: Any) -> str:
    """Return the text of a key, its places filled. A key without a text is a bug and raises KeyError."""
    text = find(key)
    if text is None:
        raise KeyError(key)
    return text.format_map(_Values(values)) if values else text


def word(kind: str, value: Any) -> str:
    """Return the word for a value of a kind (ticket kind, status, cause …); the value itself where it has none."""
    return find(f"values.{kind}.{value}") or find(f"values.{value}") or str(value)


def clause(name: str) -> str:
    """Return a clause in words; one of a newer program by its id."""
    return find(f"clauses.{name}") or name


def shown_words(kind: str, values: Iterable[str]) -> dict[str, str]:
    """Return the values of a kind by the words that are shown for them, in both languages and small letters."""
    values = tuple(values)
    find(f"values.{kind}")  # loads them
    shown = _areas["values"]
    return {
        word.lower(): value for value in values for name in (value, f"{kind}.{value}") for word in shown.get(name, ())
    }


class Sentence(str):
    """A sentence kept in a record: machines read it in Chinese whatever the language, people in theirs."""

    make: Callable[[], str]

    def __new__(cls, make: Callable[[], str]) -> "Sentence":
        """Make the sentence in Chinese, and keep how it is made."""
        global _language
        spoken, _language = _language, 0
        try:
            sentence = super().__new__(cls, make())
        finally:
            _language = spoken
        sentence.make = make
        return sentence

    def here(self) -> str:
        """Return the sentence in the language in use."""
        return self.make()


def heading(name: str) -> str:
    """Name a column in a sentence: by its heading in Chinese; in English as it is typed."""
    return find(f"columns.{name}") or name if _language == 0 else name


def choice(value: str, kinds: Iterable[str]) -> str:
    """Name a value that may be typed: in Chinese by its word, which is taken too; in English as it is typed."""
    return (
        next((found for kind in kinds if (found := find(f"values.{kind}.{value}"))), None)
        or find(f"values.{value}")
        or value
        if _language == 0
        else value
    )


def comma(items: Any) -> str:
    """Join what is listed in a sentence."""
    return ("、", ", ")[_language].join(str(item) for item in items)


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
