"""Rules files: how the columns, times and words of somebody else's register become ours.

A reader gives values as the ledger stores them: instants in UTC, money in fen, flags as 0 and 1, lists as JSON text.
"""

import json
import re
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from svcdesk import messages, periods
from svcdesk.columns import Column
from svcdesk.errors import BadInput
from svcdesk.exchange.readers import Source, disarmed
from svcdesk.model import LONGEST_TEXT, WORDS, bounded, fen, invoice, number_of, unmarked, unmasked, whole
from svcdesk.registers.declaring import Register

Parse = Callable[[str], Any]

_OPTIONS: dict[str, type] = {
    "missing": list,
    "new_customers": bool,
    "new_staff": bool,
    "last_row_wins": bool,
    "round": str,
    "encoding": str,
    "sheet": str,
}
_TIMES: dict[str, type] = {"format": str, "zone": str}
_SECTIONS = ("columns", "times", "values", "defaults", "options")

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", re.ASCII)
_SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?", re.ASCII)  # 1954 to 2091
_MOST_DIGITS = 9
_DAYS_KEPT = 5000


class RulesFile(NamedTuple):
    """A rules file, read. ``columns`` is our field -> their heading; ``foreign`` is false for our own headings."""

    columns: dict[str, str]
    foreign: bool
    time_format: str | None
    zone: tzinfo | None
    values: dict[str, dict[str, str]]
    defaults: dict[str, str]
    missing: frozenset[str]
    new_customers: bool
    new_staff: bool
    last_row_wins: bool
    half_up: bool
    encoding: str | None
    sheet: str | None


def read_rules(path: Path | None, maps: list[str]) -> RulesFile:
    """Read a rules file and the --map options. Raises BadInput that names what is not understood."""
    told = _toml(path) if path is not None else {}
    columns = dict(told.get("columns", {}))
    for text in maps:
        field, equals, heading = text.partition("=")
        if not equals or not field.strip() or not heading.strip():
            raise BadInput("map", text=text)
        columns[field.strip()] = heading.strip()
    options, times = told.get("options", {}), told.get("times", {})
    return RulesFile(
        columns,
        bool(told.get("columns")),
        times.get("format"),
        periods.zone(times["zone"]) if "zone" in times else None,
        {field: {key: _plain(word) for key, word in words.items()} for field, words in told.get("values", {}).items()},
        {field: _plain(value) for field, value in told.get("defaults", {}).items()},
        frozenset(options.get("missing", ())) | {""},
        options.get("new_customers", False),
        options.get("new_staff", False),
        options.get("last_row_wins", False),
        options.get("round") == "half_up",
        options.get("encoding"),
        options.get("sheet"),
    )


def _toml(path: Path) -> dict[str, Any]:
    """Read a rules file whose every key and type is known. Raises BadInput."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput("file", path=path, detail=error) from None
    except UnicodeDecodeError as error:
        raise BadInput("rules", path=path, detail=error) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput("rules", path=path, detail=str(error)) from None
    for section, keys in told.items():
        if section not in _SECTIONS or not isinstance(keys, dict):
            raise BadInput("rules_unknown", path=path, name=f"[{section}]", names=_SECTIONS)
        for name, value in keys.items():
            _check_key(path, section, name, value)
    return told


def _check_key(path: Path, section: str, name: str, value: Any) -> None:
    known = {"options": _OPTIONS, "times": _TIMES}.get(section)
    if known is not None and name not in known:
        raise BadInput("rules_unknown", path=path, name=f"{section}.{name}", names=list(known))
    good: bool
    if known is not None:
        good = isinstance(value, known[name])
        if name == "missing":
            good = good and all(isinstance(item, str) for item in value)
        if name == "round":
            good = value == "half_up"
    elif section == "values":
        good = isinstance(value, dict) and all(isinstance(word, str | bool | int) for word in value.values())
    else:
        good = isinstance(value, str) or (section == "defaults" and isinstance(value, bool | int | float | date))
    if not good:
        raise BadInput("rules", path=path, detail=f"{section}.{name} = {value!r}")


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class Reader:
    """Reads a row's cells into the stored values of a register, by the rules."""

    def __init__(self, register: Register, rules: RulesFile, source: Source, now: datetime, zone: tzinfo) -> None:
        self.register, self.rules, self.now = register, rules, now
        self.centre, self.zone = zone, rules.zone or zone
        fields = {column.name: column for column in register.fields()}
        wanted = self._wanted(fields, source.headings)
        self._offsets: dict[int, timedelta | None] = {}
        self.given = [name for name in fields if name in wanted or name in rules.defaults]
        lacking = [name for name, column in fields.items() if column.need and name not in self.given]
        if lacking:
            raise BadInput("fields_missing", names=lacking)
        armed = source.armed and not rules.foreign
        self._kinds = {name: column.kind for name, column in fields.items()}
        self._plan: list[tuple[str, int | None, Parse, Any]] = []
        for name in self.given:
            place = source.headings.index(wanted[name]) if name in wanted else None
            parse = self._parser(fields[name], armed)
            self._plan.append((name, place, parse, self._when_missing(fields[name], parse)))

    def _wanted(self, fields: dict[str, Column], headings: list[str]) -> dict[str, str]:
        """Say which heading each field is read from. Raises BadInput for names that are not there."""
        for field in self.rules.columns.keys() | self.rules.defaults.keys() | self.rules.values.keys():
            if field not in fields:
                raise BadInput("field_unknown", text=field, names=list(fields))
        for heading in self.rules.columns.values():
            if heading not in headings:
                raise BadInput("heading_missing", text=heading, names=headings)
        if self.rules.foreign:
            return self.rules.columns
        own = {name: name for name in fields if name in headings} | self.rules.columns
        past = fields.keys() | {column.name for column in self.register.columns if column.derived}
        unknown = [heading for heading in headings if heading not in past]
        if unknown and not self.rules.columns:
            raise BadInput("field_unknown", text=unknown[0], names=list(fields))
        return own

    def place(self, field: str) -> int | None:
        """Say in which cell a field stands."""
        return next((place for name, place, _, _ in self._plan if name == field), None)

    def values(self, cells: list[str]) -> dict[str, Any]:
        """Read a row. Raises BadInput for the first cell that cannot be read."""
        if cells and len(max(cells, key=len)) > LONGEST_TEXT:
            self._refuse_long(cells)
        missing = self.rules.missing if len(self.rules.missing) > 1 else None
        found = {}
        for name, place, parse, otherwise in self._plan:
            text = "" if place is None else cells[place]
            if not text or (missing and text.strip() in missing):
                if otherwise is _NEEDED:
                    raise BadInput("cell_empty", name=name)
                found[name] = otherwise
                continue
            try:
                found[name] = parse(text)
            except (ValueError, OverflowError, RecursionError):
                raise BadInput("cell", name=name, text=text) from None
        return found

    def _refuse_long(self, cells: list[str]) -> None:
        for name, place, *_ in self._plan:
            if place is not None and self._kinds[name] not in ("json", "raw"):
                bounded(name, cells[place])

    def _when_missing(self, column: Column, parse: Parse) -> Any:
        default = self.rules.defaults.get(column.name, "")
        if not default:
            return _NEEDED if column.need else None
        try:
            return parse(default)
        except ValueError:
            raise BadInput("cell", name=f"defaults.{column.name}", text=default) from None

    def _parser(self, column: Column, armed: bool) -> Parse:
        """Make the function that reads one field's texts."""
        kind, _, rest = column.kind.partition(":")
        if kind == "word":
            parse = self._word(column, column.words or WORDS.get(rest))
        elif kind == "personal":
            parse = self._personal(rest)
        elif kind == "id":
            parse = lambda text: number_of(rest, text.strip())  # noqa: E731
        elif column.name == "invoice":
            parse = invoice
        elif column.whole:
            parse = partial(whole, column.name)
        else:
            parse = {
                "instant": self._instant, "date": self._date, "money": self._money, "flag": _flag, "int": _int,
                "json": self._steps(column) if column.steps else _json(column.name),
            }.get(kind, str)  # fmt: skip
        if column.need and kind == "text":
            parse = _filled(column.name, parse)
        if armed and kind in ("text", "personal", "raw"):
            parse = _unquoted(parse)
        words = self.rules.values.get(column.name)
        return _translated(words, parse) if words and kind != "word" else parse

    def _word(self, column: Column, known: tuple[str, ...] | None) -> Parse:
        theirs = dict(self.rules.values.get(column.name, {}))
        if known is None:
            return lambda text: theirs.get(text.strip(), theirs.get("*", text))
        for word in theirs.values():
            if word not in known:
                raise BadInput("not_a_word", name=f"values.{column.name}", text=word, words=known)
        rest = theirs.pop("*", None)
        table = messages.shown_words(column.kind.partition(":")[2], known) | {word: word for word in known} | theirs

        def parse(text: str) -> str:
            word = table.get(text) or table.get(text.strip()) or rest
            if word is None:
                raise BadInput("not_a_word", name=column.name, text=text, words=known)
            return word

        return parse

    def _personal(self, kind: str) -> Parse:
        if kind == "wage":
            return lambda text: self._money(unmasked(kind, text))
        return partial(unmasked, kind)

    def _instant(self, text: str) -> str:
        if self.rules.time_format:
            try:
                at = datetime.strptime(text.strip(), self.rules.time_format)
            except ValueError:
                raise BadInput("time_format", text=text, format=self.rules.time_format) from None
        else:
            at = _iso(text)
        return self._stored(at, text)

    def _stored(self, at: datetime, text: str) -> str:
        return periods.in_calendar(self._utc(at, text), text).isoformat()[:19] + "Z"

    def _steps(self, column: Column) -> Parse:
        """Make the reader of a record's steps so far; each has its time, and what is read from it later."""
        read = _json(column.name)
        moment, *needed = column.steps

        def parse(text: str) -> str:
            steps = json.loads(read(text))
            for step in steps:
                if not isinstance(step.get(moment), str) or not step.keys() >= set(needed):
                    raise ValueError(text)
                if "parts" in needed and not _is_content(step):
                    raise ValueError(text)
                step[moment] = self._stored(_iso(step[moment]), step[moment])
            return json.dumps(steps, ensure_ascii=False, separators=(",", ":"))

        return parse

    def _utc(self, at: datetime, text: str) -> datetime:
        """Return a time in UTC; without an offset it is the register's. Raises BadInput where the clocks change."""
        if at.tzinfo:
            return at.astimezone(UTC)
        day = at.toordinal()
        if day not in self._offsets:
            if len(self._offsets) > _DAYS_KEPT:
                self._offsets.clear()
            self._offsets[day] = _steady(at, self.zone)
        offset = self._offsets[day]
        return at - offset if offset is not None else periods.placed(at.replace(microsecond=0), self.zone, text)

    def _date(self, text: str) -> str:
        """Read a date; of a time, the date that it falls on in the centre's zone."""
        text = text.strip()
        if self.rules.time_format:
            try:
                at = datetime.strptime(text, self.rules.time_format)
            except ValueError:
                raise BadInput("time_format", text=text, format=self.rules.time_format) from None
            if not re.search("%[HIcXsT]", self.rules.time_format):
                return at.date().isoformat()
        elif len(text) > 10:
            at = _iso(text)
        else:
            _refuse_serial(text)
            return periods.iso_date(text).isoformat()  # a register holds dates, never "yesterday"
        return periods.day_of(self._utc(at, text).replace(tzinfo=UTC), self.centre).isoformat()

    def _money(self, text: str) -> int:
        text = text.strip()
        if not self.rules.half_up:
            return fen(text)
        text = unmarked(text)
        try:
            amount = Decimal(text) if text.isascii() and "_" not in text and "e" not in text.lower() else None
        except InvalidOperation:
            amount = None
        if amount is None or not amount.is_finite() or amount < 0:
            raise BadInput("amount", text=text)
        try:
            return fen(str(abs(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)))
        except InvalidOperation:
            raise BadInput("amount", text=text) from None


_NEEDED = object()


def _steady(at: datetime, zone: tzinfo) -> timedelta | None:
    """Return the offset of a day on which the clocks do not change, else None. Asking each time is slow."""
    begin = datetime.combine(at.date(), time(), zone)
    try:
        ends = (begin, begin.replace(fold=1), begin + timedelta(days=1), (begin + timedelta(days=1)).replace(fold=1))
    except OverflowError:
        return None
    offsets = {end.utcoffset() for end in ends}
    return offsets.pop() if len(offsets) == 1 else None


def _iso(text: str) -> datetime:
    text = text.strip()
    _refuse_serial(text)
    if not _ISO.fullmatch(text):  # a register holds whole times, never "yesterday" or "-2h"
        raise BadInput("time", text=text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("time", text=text) from None


def _refuse_serial(text: str) -> None:
    """Refuse a date that a spreadsheet wrote as its number: 46331 may be 2026-11-05, but may be something else."""
    if _SERIAL.fullmatch(text):
        day = date(1899, 12, 30) + timedelta(days=int(text.partition(".")[0]))
        raise BadInput("date_serial", text=text, date=day.isoformat())


def _flag(text: str) -> int:
    try:
        return {"true": 1, "false": 0}[text.strip().lower()]
    except KeyError:
        raise ValueError(text) from None


def _int(text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise ValueError(text)
    return int(text)


def _filled(name: str, parse: Parse) -> Parse:
    def filled(text: str) -> Any:
        if text.isspace():
            raise BadInput("cell_empty", name=name)
        return parse(text)

    return filled


def _unquoted(parse: Parse) -> Parse:
    return lambda text: parse(disarmed(text))


def _translated(words: dict[str, str], parse: Parse) -> Parse:
    def translated(text: str) -> Any:
        text = words.get(text.strip(), words.get("*", text))
        return parse(text) if text else None

    return translated


def _json(name: str) -> Parse:
    """Make the reader of JSON text: evidence is an object, all else are lists, of texts or of objects."""
    whole, item = (dict, object) if name == "evidence" else (list, str if name == "transit" else dict)

    def parse(text: str) -> str:
        value = json.loads(text, parse_constant=_refuse)
        if not isinstance(value, whole) or not all(isinstance(part, item) for part in value):
            raise ValueError(text)
        if name == "parts" and not _are_parts(value):
            raise ValueError(text)
        told = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        told.encode()  # a lone surrogate is no text
        return told

    return parse


def _are_parts(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(part, dict) and isinstance(part.get("name"), str) and type(part.get("quantity")) is int
        for part in value
    )


def _is_content(version: dict[str, Any]) -> bool:
    told = (version[name] for name in ("fault_cause", "solution", "customer_opinion"))
    return all(text is None or isinstance(text, str) for text in told) and _are_parts(version["parts"])


def _refuse(text: str) -> Any:
    raise ValueError(text)
