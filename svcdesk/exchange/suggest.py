"""A first rules file for a register that somebody else keeps: from its headings, and from what its first rows hold."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import islice, product
from typing import Any, NamedTuple

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.errors import DeskError
from svcdesk.exchange.readers import Source
from svcdesk.exchange.synonyms import folded, headings, meanings
from svcdesk.model import LETTERS, WORDS, fen
from svcdesk.registers.declaring import Register

SAMPLE = 500  # rows looked at
_SHOWN = 30  # words listed at most
_FLAGS = ("true", "false")
_NOTHING = ("?", "N/A", "n/a", "NA", "NULL", "null", "None", "#N/A", "-", "--", "—", "/", "无", "未填")
_MADE = {"customer": "new_customers", "staff": "new_staff"}
_READ = ("text", "word", "instant", "date", "money", "int", "flag", "personal", "id")

Known = Callable[[str, str], bool]


class Draft(NamedTuple):
    """A rules file: its text, the fields recognised, and those that somebody must fill in."""

    text: str
    found: list[str]
    lacking: list[str]


class _Field(NamedTuple):
    column: Column
    heading: str
    cells: list[str]
    others: list[str]


def suggest(register: Register, source: Source, name: str, command: str, zone: str | None, known: Known) -> Draft:
    """Write the rules. ``known`` says whether the ledger holds who or what a field names."""
    rows = [row.cells for row in islice(source.rows(), SAMPLE) if not row.fault]
    if _is_ours(register, source):
        return Draft("\n".join([*_head(name, command, "suggest.ours"), ""]), source.headings, [])
    cells = {heading: [row[place].strip() for row in rows] for place, heading in enumerate(source.headings)}
    missing = [word for word in _NOTHING if any(word in column for column in cells.values())]
    cells = {heading: [cell for cell in column if cell and cell not in missing] for heading, column in cells.items()}
    fields = _recognised(register, cells)
    reference = fields.get("reference") or _reference(register, cells, fields)
    if reference:
        fields = {"reference": reference} | fields
    live, set_aside = _sorted_out(fields, known)
    lacking = [column for column in register.fields() if column.need and column.name not in live]
    times, time_lines = _times(live, zone)
    parts = [
        _head(name, command, "suggest.head"),
        ["[columns]", *_columns(live), *set_aside, *_unused(source.headings, fields)],
        ["[times]", *time_lines] if times else [],
        *(_values(field) for field in live.values()),
        ["[defaults]", *_defaults(lacking, live, len(rows))],
        ["[options]", *_options(live, source, missing, known)],
    ]
    text = "\n\n".join("\n".join(part) for part in parts if len(part) > 1)
    return Draft(f"{text}\n", list(live), [column.name for column in lacking])


def _is_ours(register: Register, source: Source) -> bool:
    """Return whether this is an export of our own, which needs no rules."""
    names = {column.name for column in register.columns} | {column.name for column in register.fields()}
    return set(source.headings) <= names and {c.name for c in register.fields() if c.need} <= set(source.headings)


def _head(name: str, command: str, key: str) -> list[str]:
    return [f"# {line}" for line in (messages.say(key, file=_quoted(name)), command)]


# Which column is which


def _recognised(register: Register, cells: dict[str, list[str]]) -> dict[str, _Field]:
    """Return each field the heading that means it best; a heading serves one field, needed fields choose first."""
    by_fold: dict[str, list[str]] = {}
    for heading in cells:
        by_fold.setdefault(folded(heading), []).append(heading)
    columns = [column for column in register.fields() if column.kind.partition(":")[0] in _READ]
    wanted = {column.name: _names(register, column) for column in columns}
    found: dict[str, _Field] = {}
    taken: set[str] = set()
    choices = sorted(
        (rank, not column.need, place, column, heading)
        for place, column in enumerate(columns)
        for rank, name in enumerate(wanted[column.name])
        for heading in by_fold.get(name, ())
        if _may_be(column, cells[heading])
    )
    for needed in (True, False):
        for _, optional, _, column, heading in choices:
            if needed is optional or heading in taken or column.name in found:
                continue
            others = [other for _, _, _, same, other in choices if same is column and other != heading]
            found[column.name] = _Field(column, heading, cells[heading], others)
            taken.add(heading)
    kept = {}
    for column in columns:
        if column.name in found:
            others = [name for name in dict.fromkeys(found[column.name].others) if name not in taken]
            kept[column.name] = found[column.name]._replace(others=others)
    return kept


def _names(register: Register, column: Column) -> list[str]:
    from svcdesk.messages.columns import TEXTS

    return list(dict.fromkeys([*headings(register.table, column.name), *map(folded, TEXTS.get(column.name, ()))]))


def _may_be(column: Column, cells: list[str]) -> bool:
    """Rule out a column by its values: ids are ours, instants and dates hold digits, numbers are numbers."""
    kind, _, rest = column.kind.partition(":")
    if kind == "id":
        letter = LETTERS.get(rest, "")
        return bool(cells) and all(re.fullmatch(rf"{letter}\d+", cell, re.ASCII) for cell in cells)
    if kind in ("instant", "date"):
        return not cells or sum(any(digit.isdigit() for digit in cell) for cell in cells) > len(cells) / 2
    if kind == "int":
        return all(cell.isascii() and cell.isdigit() for cell in cells)
    if column.name == "phone":
        return not cells or any(digit.isdigit() for digit in cells[0])
    return True


def _reference(register: Register, cells: dict[str, list[str]], fields: dict[str, _Field]) -> _Field | None:
    """Find a column whose values stand once each and look like numbers of another system."""
    column = register.column("reference")
    taken = {field.heading for field in fields.values()}
    for heading, values in cells.items():
        if column is None or heading in taken or len(values) < 3 or len(set(values)) < len(values):
            continue
        plain = [re.fullmatch(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9_/.-]{2,39}", value) for value in values]
        counted = all(value.isdigit() and int(value) <= len(values) + 1 for value in values)  # rows, numbered
        if all(plain) and not counted and not any(_read_time(value) for value in values[:20]):
            return _Field(column, heading, values, [])
    return None


def _sorted_out(fields: dict[str, _Field], known: Known) -> tuple[dict[str, _Field], list[str]]:
    """Keep the columns that will do as they stand; write the others as comments with the reason."""
    live, aside = {}, []
    for name, field in fields.items():
        why = None
        if field.column.follows:
            why = "suggest.follows"
        elif field.column.refers and not field.column.need and not all(known(name, cell) for cell in set(field.cells)):
            why = "suggest.not_known"
        if why:
            aside.append(f"# {name} = {_quoted(field.heading)}  # {messages.say(why)}")
        else:
            live[name] = field
    return live, aside


def _columns(fields: dict[str, _Field]) -> Iterator[str]:
    for name, field in fields.items():
        yield f"{name} = {_quoted(field.heading)}"
        for other in field.others[:3]:
            yield f"# {name} = {_quoted(other)}  # {messages.say('suggest.or')}"


def _unused(given: Sequence[str], fields: dict[str, _Field]) -> list[str]:
    taken = {field.heading for field in fields.values()}
    left = [_quoted(heading) for heading in given if heading not in taken]
    return [f"# {messages.say('suggest.unused', names=messages.comma(left))}"] if left else []


# What the values say

_DATES = [
    between.join(order)
    for order in (("%Y", "%m", "%d"), ("%d", "%m", "%Y"), ("%m", "%d", "%Y"))
    for between in ("-", "/", ".")
] + ["%Y年%m月%d日", "%Y%m%d", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y"]
_CLOCKS = [
    f"{clock}{fraction}{offset}"
    for clock, fraction, offset in product(("%H:%M:%S", "%H:%M"), ("", ".%f"), ("", "%z", " %z"))
    if not (fraction and clock == "%H:%M")
] + ["%I:%M:%S %p", "%I:%M %p", "%H时%M分%S秒", "%H时%M分", "%H点%M分", "%H%M%S", "%H%M"]
_FORMATS = _DATES + [f"{day}{between}{clock}" for day, between, clock in product(_DATES, (" ", "T", ""), _CLOCKS)]


def _read_time(text: str) -> bool:
    """Return whether the import reads a time without being told its form."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return bool(re.match(r"\d{4}-\d{2}-\d{2}", text))


def _times(fields: dict[str, _Field], zone: str | None) -> tuple[bool, list[str]]:
    """Find the one form that all times have; where day and month could change places, give both readings."""
    timed = {name: field for name, field in fields.items() if field.column.kind in ("instant", "date")}
    lines: list[str] = []
    values = list(dict.fromkeys(value for field in timed.values() for value in field.cells))
    if values and not all(_plain_time(field, value) for field in timed.values() for value in field.cells):
        lines += _format_lines(timed, values)
    if any(field.column.kind == "instant" for field in timed.values()):
        told = f"zone = {_quoted(zone)}" if zone else '# zone = "Asia/Shanghai"'
        lines.append(f"{told}  # {messages.say('suggest.zone')}")
    return bool(lines), lines


def _plain_time(field: _Field, value: str) -> bool:
    return _read_time(value) and (field.column.kind == "date" or len(value) > 10)


def _format_lines(timed: dict[str, _Field], values: list[str]) -> Iterator[str]:
    readings: dict[tuple[datetime, ...], str] = {}
    for form in _FORMATS:
        if (read := _read_all(values, form)) is not None:
            readings.setdefault(read, form)
    if len(readings) == 1:
        yield f"format = {_quoted(next(iter(readings.values())))}"
    elif readings:
        yield f"# {messages.say('suggest.ambiguous')}"
        for read, form in readings.items():
            yield f"# format = {_quoted(form)}  # {values[0]} = {read[0]:%Y-%m-%d %H:%M}"
    else:
        yield f"# {messages.say('suggest.no_format')}"
        for name, field in timed.items():
            if field.cells:
                forms = [form for form in _FORMATS if _read_all(field.cells, form) is not None][:2]
                yield f"# {name}: {_quoted(field.cells[0])} {messages.comma(map(_quoted, forms))}".rstrip()


def _read_all(values: list[str], form: str) -> tuple[datetime, ...] | None:
    read = []
    for value in values:
        try:
            read.append(datetime.strptime(value, form))
        except ValueError:
            return None
    return tuple(read)


def _values(field: _Field) -> list[str]:
    """Map the words seen to ours; what is not known stands as a comment for somebody to fill in."""
    kind, _, rest = field.column.kind.partition(":")
    ours: tuple[str, ...]
    if kind == "flag":
        rest, ours = "flag", _FLAGS
    elif kind == "word":
        ours = _words_of(field.column)
    else:
        return []
    meant = meanings(rest, ours, {word: _shown(rest, word) for word in ours})
    lines, unknown = [], []
    for word, count in Counter(field.cells).most_common():
        if word in ours:
            continue
        if meaning := meant.get(folded(word)):
            lines.append(f"{_quoted(word)} = {_quoted(meaning)}")
        else:
            unknown.append(f'# {_quoted(word)} = ""  # {messages.say("suggest.seen", n=count)}')
    if unknown:
        unknown[_SHOWN:] = [f"# … {len(unknown) - _SHOWN}"] if len(unknown) > _SHOWN else []
        lines += [f"# {messages.say('suggest.words', words=messages.comma(ours))}", *unknown, '# "*" = ""']
    return [f"[values.{field.column.name}]", *lines] if lines else []


def _shown(kind: str, word: str) -> tuple[str, ...]:
    from svcdesk.messages.values import TEXTS

    return TEXTS.get(f"{kind}.{word}") or TEXTS.get(word) or ()


def _defaults(lacking: list[Column], live: dict[str, _Field], rows: int) -> Iterator[str]:
    for column in lacking:
        yield f"# {column.name} = {_quoted(_example(column))}  # {_what(column)}"
    for name, field in live.items():
        if field.column.need and len(field.cells) < rows:
            gaps = messages.say("suggest.gaps", n=rows - len(field.cells), rows=rows)
            yield f"# {name} = {_quoted(_example(field.column))}  # {gaps}"


def _words_of(column: Column) -> tuple[str, ...]:
    kind, _, rest = column.kind.partition(":")
    return (column.words or WORDS.get(rest, ())) if kind == "word" else ()


def _example(column: Column) -> str:
    return (_words_of(column) or ("",))[0]


def _what(column: Column) -> str:
    ours = _words_of(column)
    return messages.say("suggest.one_of", words=messages.comma(ours)) if ours else messages.say("suggest.needed")


def _options(live: dict[str, _Field], source: Source, missing: list[str], known: Known) -> Iterator[str]:
    if missing:
        yield f"missing = {json.dumps(['', *missing], ensure_ascii=False)}"
    unknown = {
        field.column.refers
        for name, field in live.items()
        if field.column.refers in _MADE and not all(known(name, cell) for cell in set(field.cells))
    }
    for option in sorted(_MADE[table] for table in unknown):
        yield f"{option} = true  # {messages.say('suggest.made')}"
    if "reference" in live and len(set(live["reference"].cells)) < len(live["reference"].cells):
        yield f"last_row_wins = true  # {messages.say('suggest.last_row')}"
    if any(_needs_rounding(cell) for field in live.values() if field.column.kind == "money" for cell in field.cells):
        yield f'round = "half_up"  # {messages.say("suggest.round")}'
    if source.sheet:
        yield f"sheet = {_quoted(source.sheet)}"
    elif source.encoding != "utf-8":
        yield f"encoding = {_quoted(source.encoding)}"


def _needs_rounding(cell: str) -> bool:
    try:
        fen(cell)
        return False
    except DeskError:
        pass
    try:
        return Decimal(cell) >= 0 and "e" not in cell.lower()
    except InvalidOperation:
        return False


def _quoted(value: Any) -> str:
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
