"""Rules files: how the columns, times and words of somebody else's register become ours."""

import tomllib
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from svcdesk import periods
from svcdesk.errors import BadInput
from svcdesk.model import WORDS, fen, invoice, number_of
from svcdesk.registers import Column, Register

_SECTIONS = {
    "columns": None,
    "times": {"format", "zone"},
    "values": None,
    "defaults": None,
    "options": {"missing", "new_customers", "new_staff", "last_row_wins", "round", "encoding", "sheet"},
}


class Rules(NamedTuple):
    """A rules file, read. ``columns`` is our field -> their heading; empty where the file is our own export."""

    columns: dict[str, str]
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


def read_rules(path: Path | None, maps: list[str]) -> Rules:
    """Read a rules file and the --map options. Raises BadInput that names what is not understood."""
    told: dict[str, Any] = {}
    if path is not None:
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise BadInput("file", path=path, detail=error.strerror) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadInput("rules", path=path, detail=str(error)) from None
    _refuse_unknown(told, path)
    columns = dict(told.get("columns", {}))
    for text in maps:
        field, equals, heading = text.partition("=")
        if not equals or not field.strip() or not heading.strip():
            raise BadInput("map", text=text)
        columns[field.strip()] = heading.strip()
    options, times = told.get("options", {}), told.get("times", {})
    if options.get("round") not in (None, "half_up"):
        raise BadInput("rules", path=path, detail=f"options.round = {options['round']!r}")
    return Rules(
        columns,
        times.get("format"),
        periods.zone(times["zone"]) if "zone" in times else None,
        {field: {str(k): str(v) for k, v in words.items()} for field, words in told.get("values", {}).items()},
        {field: _text(value) for field, value in told.get("defaults", {}).items()},
        frozenset(options.get("missing", ())) | {""},
        bool(options.get("new_customers")),
        bool(options.get("new_staff")),
        bool(options.get("last_row_wins")),
        options.get("round") == "half_up",
        options.get("encoding"),
        options.get("sheet"),
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refuse_unknown(told: dict[str, Any], path: Path | None) -> None:
    for section, keys in told.items():
        if section not in _SECTIONS or not isinstance(keys, dict):
            raise BadInput("rules", path=path, detail=f"[{section}]")
        allowed = _SECTIONS[section]
        unknown = sorted(keys.keys() - allowed) if allowed is not None else []
        if unknown:
            raise BadInput("rules", path=path, detail=f"{section}.{unknown[0]}")


class Reader:
    """Reads a row's cells into the typed values of a register, by the rules."""

    def __init__(self, register: Register, rules: Rules, headings: list[str], now: datetime, zone: tzinfo) -> None:
        self.rules, self.now, self.zone = rules, now, rules.zone or zone
        self._places: list[tuple[Column, int | None]] = []
        fields = {column.name: column for column in importable(register)}
        wanted = self._wanted(register, fields, headings)
        for name, column in fields.items():
            place = headings.index(wanted[name]) if name in wanted else None
            if place is not None or name in rules.defaults:
                self._places.append((column, place))
        given = {column.name for column, _ in self._places}
        lacking = [column.name for column in fields.values() if column.need and column.name not in given]
        if lacking:
            raise BadInput("fields_missing", names=lacking)

    def _wanted(self, register: Register, fields: dict[str, Column], headings: list[str]) -> dict[str, str]:
        """Say which heading each field is read from. Raises BadInput for names that are not there."""
        for field, heading in self.rules.columns.items():
            if field not in fields:
                raise BadInput("field_unknown", text=field, names=list(fields))
            if heading not in headings:
                raise BadInput("heading_missing", text=heading, names=headings)
        for field in self.rules.defaults.keys() | self.rules.values.keys():
            if field not in fields:
                raise BadInput("field_unknown", text=field, names=list(fields))
        if self.rules.columns:
            return self.rules.columns
        past = {name for column in register.columns for name in (column.name, *_nested(column))}
        unknown = [heading for heading in headings if heading not in past]
        if unknown:
            raise BadInput("field_unknown", text=unknown[0], names=list(fields))
        return {name: name for name in fields if name in headings}

    def values(self, cells: list[str]) -> dict[str, Any]:
        """Read a row. Raises BadInput for the first cell that cannot be read."""
        return {column.name: self._value(column, place, cells) for column, place in self._places}

    def _value(self, column: Column, place: int | None, cells: list[str]) -> Any:
        text = cells[place] if place is not None else ""
        if text.strip() in self.rules.missing:
            text = self.rules.defaults.get(column.name, "")
        elif words := self.rules.values.get(column.name):
            text = words.get(text.strip(), words.get("*", text))
        if text == "" and column.need:
            raise BadInput("cell_empty", name=column.name)
        if text == "":
            return None
        kind, _, rest = column.kind.partition(":")
        if kind == "word" and rest in WORDS and text not in WORDS[rest]:
            raise BadInput("not_a_word", name=column.name, text=text, words=WORDS[rest])
        read = getattr(self, f"_{rest if rest == 'wage' else kind}", None)
        try:
            value: Any = read(text) if read else number_of(rest, text) if kind == "id" else text
        except (ValueError, OverflowError):
            raise BadInput("cell", name=column.name, text=text) from None
        return invoice(value) if column.name == "invoice" else value

    def _instant(self, text: str) -> datetime:
        if not self.rules.time_format:
            if not text[:4].isdigit() or len(text) < 16:  # a register holds whole times, never "yesterday" or "-2h"
                raise BadInput("time", text=text)
            return periods.read_time(text.partition(".")[0] if text[19:20] == "." else text, self.now, self.zone)
        try:
            parsed = datetime.strptime(text.strip(), self.rules.time_format)
        except ValueError:
            raise BadInput("time_format", text=text, format=self.rules.time_format) from None
        return parsed.astimezone(UTC) if parsed.tzinfo else periods.placed(parsed, self.zone, text)

    def _date(self, text: str) -> date:
        if self.rules.time_format and text.strip()[4:5] != "-":
            return periods.day_of(self._instant(text), self.zone)
        return periods.read_date(text.strip()[:10] if len(text.strip()) > 10 else text, self.now, self.zone)

    def _money(self, text: str) -> int:
        if not self.rules.half_up:
            return fen(text.strip())
        try:
            amount = Decimal(text.strip())
        except InvalidOperation:
            raise BadInput("amount", text=text) from None
        if not amount.is_finite() or (amount.is_signed() and amount) or "e" in text.lower():
            raise BadInput("amount", text=text)
        return fen(str(abs(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)))

    _wage = _money

    def _flag(self, text: str) -> bool:
        words = {"true": True, "false": False}
        if text not in words:
            raise BadInput("not_a_word", name="", text=text, words=list(words))
        return words[text]

    def _int(self, text: str) -> int:
        if not (text.isascii() and text.isdigit()):
            raise ValueError(text)
        return int(text)

    def _json(self, text: str) -> Any:
        import json

        return json.loads(text)


def importable(register: Register) -> list[Column]:
    """List the columns that an import reads: all that are stored, and the parts of nested ones."""
    found = []
    for column in register.columns:
        if column.keys:
            found += [Column(name, kind="money" if name.endswith("amount") else "text") for name in _nested(column)]
        elif not column.derived and column.name[0] != "_":
            found.append(column)
    return found


def _nested(column: Column) -> list[str]:
    return [f"{column.name}_{key}" for key in column.keys]
