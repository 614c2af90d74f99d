"""How the columns, times and words of somebody else's register become ours, by a rules file.

A reader gives values as the ledger stores them: instants in UTC, money in fen, flags as 0 and 1, lists as JSON text.
"""

import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any

from svcdesk import messages, periods
from svcdesk.columns import Column
from svcdesk.errors import BadInput, DeskError
from svcdesk.exchange import records
from svcdesk.exchange.derived import derive, place_of
from svcdesk.exchange.dialect import Matches, doubled, pattern
from svcdesk.exchange.readers import disarmed
from svcdesk.exchange.rows import Source, Typed
from svcdesk.exchange.rules_toml import RulesFile
from svcdesk.exchange.times import Unread, next_day
from svcdesk.model import LONGEST_TEXT, WORDS, bounded, invoice, number_of, unmasked, whole
from svcdesk.registers.declaring import Register

Parse = Callable[[str], Any]
# For each field: its cell, how it is read, what it is where the cell is empty, and which other cells must match.
Plan = list[tuple[str, int | None, Parse, Any, list[tuple[int, Matches]]]]

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", re.ASCII)
_SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?", re.ASCII)  # 1954 to 2091
_MOST_DIGITS = 9
_DAYS_KEPT = 5000
_HOURS_KEPT = 20_000
_PLAIN = re.compile(r"(\d{4}-\d{2}-\d{2}[T ]\d{2})(:[0-5]\d)(:[0-5]\d)?", re.ASCII)


class Dropped(Exception):
    """A row whose word says that it is no record (withdrawn, refused): left out and counted."""


class Reader:
    """Reads a row's cells into the stored values of a register, by the rules."""

    def __init__(
        self, register: Register, rules: RulesFile, source: Source, now: datetime, zone: tzinfo, *, draft: bool = False
    ) -> None:
        self.register, self.rules, self.now = register, rules, now
        self.centre, self.zone = zone, rules.zone or zone
        self._fields = fields = {column.name: column for column in register.fields()}
        derived = derive(source, rules, fields)
        self.source = derived.source
        self._offsets: dict[int, timedelta | None] = {}
        self._hours: dict[str, str] = {}  # hours of the register as the ledger stores them
        self._armed = source.armed and not rules.foreign
        wanted = self._wanted(derived.columns)
        shapes = records.shapes(derived, rules, fields, {c.name: self._words(c) for c in fields.values()})
        mapped = [wanted | shape.columns for shape in shapes]
        given = set(rules.defaults).union(*mapped, *(shape.constants for shape in shapes))
        self.given = [name for name in fields if name in given]
        lacking = [name for name, column in fields.items() if column.need and name not in self.given]
        if lacking and not draft:
            raise BadInput("fields_missing", names=lacking)
        self._plans = [
            (shape, self._plan(columns, shape.constants)) for shape, columns in zip(shapes, mapped, strict=True)
        ]
        self._dropped = [(place_of(self.source.headings, wanted[field]), words)
                         for field, words in rules.dropped.items() if field in wanted]  # fmt: skip
        self._pairs = [(name, other) for name, other in records.same_day(rules, self.given)]

    def _plan(self, columns: dict[str, str], constants: dict[str, str]) -> Plan:
        plan: Plan = []
        for name in self.given:
            place = place_of(self.source.headings, columns[name]) if name in columns else None
            parse = self._parser(self._fields[name], self._armed)
            otherwise = self._when_missing(self._fields[name], parse)
            if name in constants:
                otherwise = parse(constants[name])
            take = self.rules.takes.get(name)
            conditions = [(place_of(self.source.headings, h), matches) for h, matches in take.when] if take else []
            plan.append((name, place, parse, otherwise, conditions))
        return plan

    def _wanted(self, columns: dict[str, str]) -> dict[str, str]:
        """Say which heading each field is read from. Raises BadInput for names that are not there."""
        fields, headings = self._fields, self.source.headings
        named: list[Iterable[str]] = [columns, self.rules.defaults, self.rules.values, self.rules.by_name]
        for field in (name for names in named for name in names):
            if field not in fields:
                raise BadInput("field_unknown", text=field, names=list(fields))
        for heading in columns.values():
            place_of(headings, heading)
        if self.rules.foreign:
            return columns
        if twice := [name for name in fields if doubled(headings, name)]:
            raise BadInput("heading_twice", names=twice)
        own = {name: name for name in fields if name in headings} | columns
        past = fields.keys() | {column.name for column in self.register.columns if column.derived}
        unknown = [heading for heading in headings if heading not in past]
        if unknown and not columns:
            raise BadInput("field_unknown", text=unknown[0], names=list(fields))
        return own

    def kind(self, field: str) -> str:
        """Say of what kind a field's values are."""
        return self._fields[field].kind

    def place(self, field: str) -> int | None:
        """Say in which cell a field stands."""
        return next((place for name, place, *_ in self._plans[0][1] if name == field), None)

    def records(self, cells: list[str]) -> list[dict[str, Any]]:
        """Read a row as the records that it holds: one, or as many as the rules say. Raises BadInput, Dropped."""
        for place, words in self._dropped:
            if cells[place].strip() in words:
                raise Dropped
        return [self._values(plan, cells) for shape, plan in self._plans if shape.stands(cells, self._is_missing)]

    def preview(self, cells: list[str]) -> dict[str, Any]:
        """Read what can be read of a row, under rules that may lack something; None for the rest."""
        found = {}
        for name, place, parse, otherwise, _ in self._plans[0][1]:
            found[name] = None if otherwise is _NEEDED else otherwise
            if place is not None and not self._is_missing(cells[place]):
                with suppress(DeskError, ValueError, OverflowError, RecursionError):
                    found[name] = parse(cells[place])
        return found

    def _is_missing(self, text: str) -> bool:
        return not text.strip() or text.strip() in self.rules.missing

    def _values(self, plan: Plan, cells: list[str]) -> dict[str, Any]:
        """Read a record. Raises BadInput for the first cell that cannot be read."""
        if cells and len(max(cells, key=len)) > LONGEST_TEXT:
            self._refuse_long(plan, cells)
        missing = self.rules.missing if len(self.rules.missing) > 1 else None
        found = {}
        for name, place, parse, otherwise, conditions in plan:
            text = "" if place is None else cells[place]
            if (
                not text
                or (missing and text.strip() in missing)
                or (conditions and not all(matches(cells[at]) for at, matches in conditions))
            ):
                if otherwise is _NEEDED and not self.rules.folds:
                    raise BadInput("cell_empty", name=name)
                found[name] = None if otherwise is _NEEDED else otherwise
                continue
            try:
                found[name] = parse(text)
            except (ValueError, OverflowError, RecursionError):
                raise BadInput("cell", name=name, text=text) from None
        for earlier, later in self._pairs:
            found[later] = _on_the_next_day(found[earlier], found[later])
        return found

    def folded(self, group: list[dict[str, Any]]) -> dict[str, Any]:
        """Make one record of the values of its rows. Raises BadInput where a needed one stands in none of them."""
        found = records.folded(self.rules, {name: self._fields[name].kind for name in self.given}, group)
        for name, value in found.items():
            if value is None and self._fields[name].need:
                raise BadInput("cell_empty", name=name)
        return found

    def _refuse_long(self, plan: Plan, cells: list[str]) -> None:
        for name, place, *_ in plan:
            if place is not None and self._fields[name].kind not in ("json", "raw"):
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
            parse = self._word(column, self._words(column))
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
                "instant": self._instant, "date": self._date, "money": self._signed if column.signed else self._money,
                "flag": _flag, "int": _int,
                "json": self._steps(column) if column.steps else _json(column.name),
            }.get(kind, str)  # fmt: skip
        if column.need and kind == "text":
            parse = _filled(column.name, parse)
        if armed and kind in ("text", "personal", "raw"):
            parse = _unquoted(parse)
        words = self.rules.values.get(column.name)
        return _translated(words, parse) if words and kind != "word" else parse

    def _words(self, column: Column) -> tuple[str, ...] | None:
        kind, _, rest = column.kind.partition(":")
        return (column.words or WORDS.get(rest)) if kind == "word" else None

    def _word(self, column: Column, known: tuple[str, ...] | None) -> Parse:
        theirs = dict(self.rules.values.get(column.name, {}))
        for word in theirs.values() if known is not None else ():
            if word not in (known or ()):
                raise BadInput("not_a_word", name=f"values.{column.name}", text=word, words=known)
        shown = messages.shown_words(column.kind.partition(":")[2], known or ())
        look_up = _first_match(shown | {word: word for word in known or ()} | theirs)

        def parse(text: str) -> str:
            word = look_up(text)
            if word is None and known is not None:
                raise BadInput("not_a_word", name=column.name, text=text, words=known)
            return text if word is None else word

        return parse

    def _personal(self, kind: str) -> Parse:
        if kind == "wage":
            return lambda text: self._money(unmasked(kind, text))
        return partial(unmasked, kind)

    def _time(self, text: str) -> datetime:
        """Read a time in the forms of the rules, or as ISO where they name none; a typed cell needs no form."""
        forms = self.rules.forms
        if not forms.forms and not (isinstance(text, Typed) and not _SERIAL.fullmatch(text)):
            return _iso(text)
        try:
            return forms.read(text, self.now)
        except Unread:
            if not forms.forms:
                raise BadInput("time", text=text) from None
            raise BadInput("time_format", text=text, format=list(forms.forms)) from None

    def _instant(self, text: str) -> str:
        """Read an instant; those of an hour that was met before differ from it by their minutes alone."""
        shape = None if self.rules.forms.forms else _PLAIN.fullmatch(text)
        if not shape:
            return self._stored(self._time(text), text)
        if hour := self._hours.get(shape[1]):
            return f"{hour}{shape[2]}{shape[3] or ':00'}Z"
        at = self._time(text)
        found = self._stored(at, text)
        if found[13:19] == shape[2] + (shape[3] or ":00") and self._offsets.get(at.toordinal()) is not None:
            if len(self._hours) >= _HOURS_KEPT:
                self._hours.clear()
            self._hours[shape[1]] = found[:13]
        return found

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
                for name in (moment, *(["due"] if "T" in str(step.get("due", "")) else [])):
                    step[name] = self._stored(_iso(step[name]), step[name])
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
        forms, typed = self.rules.forms, isinstance(text, Typed) and not _SERIAL.fullmatch(text)
        if forms.forms or typed:
            at = self._time(text)
            if not at.tzinfo and (not forms.holds_clock(text)):
                return periods.in_calendar(at.replace(tzinfo=UTC), text).date().isoformat()
        elif len(text := text.strip()) > 10:
            at = _iso(text)
        else:
            _refuse_serial(text)
            return periods.iso_date(text).isoformat()  # a register holds dates, never "yesterday"
        return periods.day_of(self._utc(at, text).replace(tzinfo=UTC), self.centre).isoformat()

    def _money(self, text: str) -> int:
        return self.rules.signs.read_fen(text, self.rules.half_up)

    def _signed(self, text: str) -> int:
        return self.rules.signs.read_fen(text, self.rules.half_up, signed=True)


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
    look_up = _first_match(words)

    def translated(text: str) -> Any:
        word = look_up(text)
        text = text if word is None else word
        return parse(text) if text else None

    return translated


def _first_match(words: dict[str, str]) -> Callable[[str], str | None]:
    """Make the function that translates a word: as it stands, else by the first ~pattern, else by *."""
    plain = {word: ours for word, ours in words.items() if not word.startswith("~") and word != "*"}
    patterns = [(pattern(word), ours) for word, ours in words.items() if word.startswith("~")]
    rest = words.get("*")

    def look_up(text: str) -> str | None:
        bare = text.strip()
        if (found := plain.get(bare)) is not None:
            return found
        return next((ours for matches, ours in patterns if matches(bare)), rest)

    return look_up


def _on_the_next_day(earlier: str | None, later: str | None) -> str | None:
    """Move a stored time to the next day where it only shares the earlier one's date."""
    if not earlier or not later:
        return later
    begun, ended = datetime.fromisoformat(earlier), datetime.fromisoformat(later)
    return periods.stored(next_day(begun, ended))


def _json(name: str) -> Parse:
    """Make the reader of JSON text: evidence is an object, all else are lists, of texts or of objects."""
    whole, item = (dict, object) if name == "evidence" else (list, str if name in _TEXTS else dict)

    def parse(text: str) -> str:
        if name in _CODES and not text.startswith("["):  # as exports of earlier versions have it: one code
            text = json.dumps([text.strip()], ensure_ascii=False)
        value = json.loads(text, parse_constant=_refuse)
        if not isinstance(value, whole) or not all(isinstance(part, item) for part in value):
            raise ValueError(text)
        if name == "parts" and not _are_parts(value):
            raise ValueError(text)
        packed = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        packed.encode()  # a lone surrogate is no text
        return packed

    return parse


_CODES = ("about", "against")
_TEXTS = ("tickets", "transit", *_CODES)


def _are_parts(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(part, dict) and isinstance(part.get("name"), str) and type(part.get("quantity")) is int
        for part in value
    )


def _is_content(version: dict[str, Any]) -> bool:
    texts = (version[name] for name in ("fault_cause", "solution", "customer_opinion"))
    return all(text is None or isinstance(text, str) for text in texts) and _are_parts(version["parts"])


def _refuse(text: str) -> Any:
    raise ValueError(text)
