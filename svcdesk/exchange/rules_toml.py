"""Rules files as they are written: TOML, bounded, every key and type known, so that a slip of the pen is named."""

import re
import tomllib
from collections.abc import Callable
from datetime import date, time, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

from svcdesk import periods
from svcdesk.errors import BadInput
from svcdesk.exchange.dialect import Dialect, Matches, pattern
from svcdesk.exchange.numbers import Signs
from svcdesk.exchange.times import HALVES, Forms, forms_of

_LARGEST = 1 << 20  # bytes of a rules file
_BARE_KEY = re.compile(r"""((?:^|[{,])\s*)([^\s"'#=\[\]{},.]*[^\x00-\x7f\s"'#=\[\]{},.][^\s"'#=\[\]{},.]*)(\s*=)""")
_LONGEST_SHOWN = 80  # characters of a value that is not understood


Section = dict[str, Any]


class Take(NamedTuple):
    """Which of the rows of one record a field is taken from: the first or last whose cells match."""

    last: bool
    when: tuple[tuple[str, Matches], ...] = ()


class Split(NamedTuple):
    """A column that holds several things: what stands between them, and what they are."""

    heading: str
    by: str
    to: tuple[str, ...]


class RulesFile(NamedTuple):
    """A rules file, read. ``columns`` is our field -> their heading; ``foreign`` is false for our own headings."""

    columns: dict[str, str]
    foreign: bool
    forms: Forms
    zone: tzinfo | None
    values: dict[str, dict[str, str]]
    dropped: dict[str, frozenset[str]]  # words of a field whose rows are no records
    defaults: dict[str, str]
    missing: frozenset[str]
    new_customers: bool
    new_staff: bool
    last_row_wins: bool
    half_up: bool
    dialect: Dialect
    signs: Signs
    by_name: frozenset[str]  # fields that name people by name
    joins: dict[str, tuple[tuple[str, ...], str]]  # field -> headings, and what goes between them
    splits: tuple[Split, ...]
    cleans: dict[str, str]  # heading -> what is dropped from its cells
    takes: dict[str, Take]
    records: tuple[dict[str, str], ...]

    @property
    def folds(self) -> bool:
        """Whether one record is made of many rows."""
        return bool(self.takes)


def read_rules(path: Path | None, maps: list[str]) -> RulesFile:
    """Read a rules file and the --map options. Raises BadInput that names what is not understood."""
    return rules_of(_toml(path) if path is not None else {}, maps)


def rules_of(document: Section, maps: list[str]) -> RulesFile:
    """Make rules of what a rules file and the --map options say. Raises BadInput."""
    columns = dict(document.get("columns", {}))
    for text in maps:
        field, equals, heading = text.partition("=")
        if not equals or not field.strip() or not heading.strip():
            raise BadInput("map", text=text)
        columns[field.strip()] = heading.strip()
    options, times, values = document.get("options", {}), document.get("times", {}), document.get("values", {})
    takes = {field: _take(which) for field, which in columns.items() if isinstance(which, dict)}
    joins = {field: (tuple(which), "-") for field, which in columns.items() if isinstance(which, list)}
    joins |= {field: (tuple(which), " ") for field, which in document.get("join", {}).items()}
    plain = {field: which for field, which in columns.items() if isinstance(which, str)}
    plain |= {field: which["column"] for field, which in columns.items() if isinstance(which, dict)}
    return RulesFile(
        plain,
        any(name in document for name in ("columns", "join", "split", "record")),
        Forms(forms_of(times.get("format"), options.get("dates") == "serial"), _halves(times.get("halves"))),
        periods.zone(times["zone"]) if "zone" in times else None,
        {field: {key: _plain(word) for key, word in words.items() if not isinstance(word, list)}
         for field, words in values.items()},
        {field: frozenset(words["skip"]) for field, words in values.items() if isinstance(words.get("skip"), list)},
        {field: _plain(value) for field, value in document.get("defaults", {}).items()},
        frozenset(options.get("missing", ())) | {""},
        options.get("new_customers", False),
        options.get("new_staff", False),
        options.get("last_row_wins", False),
        options.get("round") == "half_up",
        _dialect(options, document.get("where", {})),
        Signs(**document["numbers"]) if document.get("numbers") else Signs(),
        frozenset(document.get("match", {})),
        joins,
        _splits(document.get("split", {})),
        {heading: how["drop"] for heading, how in document.get("clean", {}).items()},
        takes,
        tuple({field: _plain(value) for field, value in record.items()} for record in document.get("record", ())),
    )  # fmt: skip


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _take(which: Section) -> Take:
    return Take(which.get("take") == "last", _conditions(which.get("when", {})))


def _conditions(section: Section) -> tuple[tuple[str, Matches], ...]:
    return tuple((heading, _any_of(wanted)) for heading, wanted in section.items())


def _any_of(wanted: str | list[str]) -> Matches:
    tests = [pattern(text) for text in ([wanted] if isinstance(wanted, str) else wanted)]
    return lambda cell: any(matches(cell) for matches in tests)


def _halves(section: Any) -> dict[str, time]:
    """Read what the halves of a day are called, and where they begin: midnight and noon unless clocks are given."""
    if isinstance(section, list):
        return HALVES | dict(zip(section, (time(0), time(12)), strict=True))
    return HALVES | {name: _clock(clock) for name, clock in (section or {}).items()}


def _clock(text: Any) -> time:
    try:
        return text if isinstance(text, time) else time.fromisoformat(text.rjust(5, "0"))
    except ValueError:
        raise BadInput("time", text=text) from None


def _splits(section: Section) -> tuple[Split, ...]:
    each = {section["from"]: section} if "from" in section else section
    return tuple(Split(heading, how["by"], tuple(how["to"])) for heading, how in each.items())


def _dialect(options: Section, where: Section) -> Dialect:
    header, sheet = options.get("header", ()), options.get("sheet", ())
    return Dialect(
        options.get("encoding"),
        options.get("delimiter"),
        (header,) if isinstance(header, int) else tuple(header),
        (sheet,) if isinstance(sheet, str) else tuple(sheet),
        tuple(options.get("fill_down", ())),
        tuple(options.get("skip", ())),
        options.get("stop_at"),
        _conditions(where),
    )


# What may stand in a rules file

Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _clock_like(value: Any) -> bool:
    return isinstance(value, str | time)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_text, value))


def _text_or_texts(value: Any) -> bool:
    return _text(value) or _texts(value)


def _line(value: Any) -> bool:
    return type(value) is int and 0 < value < 1000


def _lines(value: Any) -> bool:
    return _line(value) or (isinstance(value, list) and bool(value) and all(map(_line, value)))


def _table_of(check: Check) -> Check:
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def _known(**keys: Check) -> Check:
    """Accept a table that has these keys alone, each of its kind."""
    return lambda value: isinstance(value, dict) and all(name in keys and keys[name](v) for name, v in value.items())


def _needing(check: Check, *needed: str) -> Check:
    return lambda value: check(value) and set(needed) <= value.keys()


_SPLIT = _needing(_known(**{"from": _text, "by": _text, "to": _texts}), "by", "to")
_TAKE = _needing(
    _known(column=_text, take=lambda v: v in ("first", "last"), when=_table_of(_text_or_texts)), "column", "take"
)
_SCALAR: Check = lambda value: isinstance(value, str | bool | int | float | date)  # noqa: E731

_OPTIONS: dict[str, Check] = {
    "missing": lambda value: isinstance(value, list) and all(map(_text, value)),
    "new_customers": _flag, "new_staff": _flag, "last_row_wins": _flag,
    "round": lambda value: value == "half_up", "dates": lambda value: value == "serial",
    "encoding": _text, "delimiter": lambda value: _text(value) and len(value) == 1 and value not in '"\r\n',
    "header": _lines, "sheet": _text_or_texts, "fill_down": _texts, "skip": _texts, "stop_at": _text,
}  # fmt: skip
_TIMES: dict[str, Check] = {
    "format": _text_or_texts,
    "zone": _text,
    "halves": lambda value: (_texts(value) and len(value) == 2) or _table_of(_clock_like)(value),
}
_SIGN: Check = lambda value: _text(value) and len(value) <= 1  # noqa: E731
_NUMBERS: dict[str, Check] = {"thousands": _SIGN, "decimal": lambda value: _SIGN(value) and bool(value)}
# Sections whose keys are known, and sections whose keys are headings or fields and whose values are of one kind.
FIXED = {"options": _OPTIONS, "times": _TIMES, "numbers": _NUMBERS}
_OPEN: dict[str, Check] = {
    "columns": lambda value: _text_or_texts(value) or _TAKE(value),
    "defaults": _SCALAR,
    "values": lambda value: isinstance(value, dict) and all(
        _texts(word) if key == "skip" and isinstance(word, list) else isinstance(word, str | bool | int)
        for key, word in value.items()
    ),
    "where": _text_or_texts,
    "join": _texts,
    "split": _SPLIT,
    "clean": _needing(_known(drop=_text), "drop"),
    "match": lambda value: value == "name",
}  # fmt: skip
SECTIONS = (*FIXED, *_OPEN, "record")


def _toml(path: Path) -> Section:
    """Read a rules file whose every key and type is known. Raises BadInput."""
    try:
        document = _parsed(_read(path))
        _check(path, document)
    except OSError as error:
        raise BadInput("file", path=path, detail=error) from None
    except UnicodeDecodeError as error:
        raise BadInput("rules", path=path, detail=error) from None
    except (ValueError, RecursionError, OverflowError, MemoryError) as error:  # of TOML; or too deep, or too large
        raise BadInput("rules", path=path, detail=_short(error)) from None
    return document


def _parsed(text: str) -> Section:
    """Read TOML; a heading in Chinese may stand as a key without quotes, which TOML itself does not allow."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        quoted = "\n".join(_BARE_KEY.sub(r'\1"\2"\3', line) for line in text.split("\n"))
        if quoted == text:
            raise
        return tomllib.loads(quoted)


def _read(path: Path) -> str:
    if not path.is_file() and path.exists() and not path.is_dir():
        raise BadInput("no_file", path=path)
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise BadInput("rules_large", path=path, size=_LARGEST >> 10)
    return content.decode("utf-8-sig")


def _check(path: Path, document: Section) -> None:
    for section, keys in document.items():
        if section == "record":
            good = isinstance(keys, list) and all(isinstance(each, dict) and _table_of(_SCALAR)(each) for each in keys)
            _insist(good and bool(keys), path, section, keys)
        elif section not in SECTIONS or not isinstance(keys, dict):
            raise BadInput("rules_unknown", path=path, name=f"[{_short(section)}]", names=list(SECTIONS))
        elif section == "split" and "from" in keys:
            _insist(_needing(_SPLIT, "from")(keys), path, section, keys)
        else:
            for name, value in keys.items():
                _check_key(path, section, name, value)


def _check_key(path: Path, section: str, name: str, value: Any) -> None:
    known = FIXED.get(section)
    if known is not None and name not in known:
        raise BadInput("rules_unknown", path=path, name=f"{section}.{_short(name)}", names=list(known))
    _insist((known[name] if known is not None else _OPEN[section])(value), path, f"{section}.{name}", value)


def _insist(good: bool, path: Path, name: str, value: Any) -> None:
    if not good:
        raise BadInput("rules", path=path, detail=f"{_short(name)} = {_short(value)}")


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value) if not isinstance(value, Exception) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
