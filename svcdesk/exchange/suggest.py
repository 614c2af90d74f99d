"""A first rules file for a register that somebody else keeps: by what its rows hold, then by what its headings mean."""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from svcdesk import messages
from svcdesk.columns import Column
from svcdesk.errors import BadInput, DeskError
from svcdesk.exchange import dialect, evidence, guessed_dialect, guessed_shapes
from svcdesk.exchange.dialect import Dialect
from svcdesk.exchange.evidence import Field, Known
from svcdesk.exchange.guessed_shapes import Split
from svcdesk.exchange.guessed_times import Guessed, guess_forms, is_iso
from svcdesk.exchange.numbers import Signs
from svcdesk.exchange.readers import open_raw
from svcdesk.exchange.rows import Row, Source
from svcdesk.exchange.rules_file import Reader
from svcdesk.exchange.rules_toml import rules_of
from svcdesk.exchange.synonyms import folded, kinds_of, meanings
from svcdesk.model import WORDS, fen
from svcdesk.periods import instant, short
from svcdesk.registers.declaring import Register

SAMPLE = 500  # rows looked at
_SHOWN = 30  # words listed at most
_PREVIEWED = 5  # rows given as they would come in
_FLAGS = ("true", "false")
_NOTHING = ("?", "N/A", "n/a", "NA", "NULL", "null", "None", "#N/A", "-", "--", "—", "/", "无", "未填")
_WITHDRAWN = ("已撤回", "撤回", "已撤销", "终止", "已终止", "已拒绝", "拒绝", "withdrawn", "cancelled", "canceled")
_MADE = {"customer": "new_customers", "staff": "new_staff"}
_SIGNS = (Signs(), Signs(".", ","), Signs(" ", ","), Signs("'", "."))


class Draft(NamedTuple):
    """A rules file: its text, the fields recognised, those to fill in, and rows as they would come in."""

    text: str
    found: list[str]
    lacking: list[str]
    rows: list[str]


class Place(NamedTuple):
    """Where and when a draft is made: the ledger's zone, where there is a ledger, and now."""

    zone: tzinfo | None
    now: datetime


def suggest(register: Register, file: Path, encoding: str | None, command: str, place: Place, known: Known) -> Draft:
    """Write the rules. ``known`` says whether the ledger holds who or what a field names."""
    raw = open_raw(file, Dialect(encoding=encoding))
    guess = guessed_dialect.guess(raw, encoding, evidence.knows(register))
    plain = dialect.read(file, raw, Dialect(encoding=encoding))
    if _is_ours(register, plain):
        return Draft("\n".join([*_head(file.name, command, "suggest.ours"), ""]), plain.headings, [], [])
    source = dialect.read(file, raw, guess.dialect)
    rows = [row for row in islice(source.rows(), SAMPLE) if not row.fault]
    if filled := guessed_shapes.merged(register, source.headings, rows):
        guess = guess.filled(filled)
        source = dialect.read(file, raw, guess.dialect)
        rows = [row for row in islice(source.rows(), SAMPLE) if not row.fault]
    cells, missing = _columns_of(source, rows)
    fields = evidence.fields(register, cells, known)
    splits = list(guessed_shapes.splits(register, cells, fields, known))
    if splits:
        fields = evidence.fields(register, _split(cells, splits), known)
    live, set_aside = _sorted_out(fields, known)
    lacking = [column for column in register.fields() if column.need and column.name not in live]
    repeated = _repeated(live, cells)
    times, time_lines = _times(live, str(place.zone) if place.zone else None)
    parts = [
        [*_head(file.name, command, "suggest.head"), *_what_it_is(register, source)],
        ["[columns]", *_columns(live, repeated, splits), *set_aside, *_unused(source.headings, fields, splits)],
        ["[join]", *_joins(live)],
        ["[split]", *_splits(splits)],
        ["[times]", *time_lines] if times else [],
        ["[numbers]", *_numbers(live)],
        ["[match]", *(f'{name} = "name"' for name, field in live.items() if field.by_name)],
        *(_values(field) for field in live.values()),
        ["[where]", *_where(cells, live)],
        ["[defaults]", *_defaults(lacking, live, len(rows))],
        ["[options]", *_dialect_lines(guess, source), *_options(live, source, missing, known, repeated)],
    ]
    text = "\n\n".join("\n".join(part) for part in parts if len(part) > 1) + "\n"
    return Draft(text, list(live), [column.name for column in lacking], _preview(register, source, rows, text, place))


def _columns_of(source: Source, rows: list[Row]) -> tuple[dict[str, list[str]], list[str]]:
    """Return the cells of each column without those that say nothing, and the words that say it."""
    cells = {heading: [row.cells[place] for row in rows] for place, heading in enumerate(source.headings)}
    missing = [word for word in _NOTHING if any(word == cell.strip() for column in cells.values() for cell in column)]
    nothing = {"", *missing}
    return {heading: [c for c in column if c.strip() not in nothing] for heading, column in cells.items()}, missing


def _preview(register: Register, source: Source, rows: list[Row], text: str, place: Place) -> list[str]:
    """Give the first rows as they would come in under the draft; personal data is not shown."""
    try:
        zone = place.zone or place.now.tzinfo
        assert zone is not None
        reader = Reader(register, rules_of(tomllib.loads(text), []), source, place.now, zone, draft=True)
        first = list(islice((row for row in reader.source.rows() if not row.fault), _PREVIEWED))
    except DeskError:
        return []
    return [messages.say("errors.line", line=row.place, reason=_told(reader, row, zone)) for row in first]


def _told(reader: Reader, row: Row, zone: tzinfo) -> str:
    found = []
    for name, value in reader.preview(row.cells).items():
        kind = reader.kind(name)
        if value is None or kind.startswith("personal"):
            continue
        if kind == "instant":
            value = short(instant(value), zone)
        found.append(f"{name}={f'{value / 100:.2f}' if kind == 'money' else _quoted(value)[1:-1]}")
    return " · ".join(found)


def _what_it_is(register: Register, source: Source) -> list[str]:
    """Say what kind of register this is where its headings tell, and which of ours it belongs to."""
    said = []
    for kind, words, table in kinds_of(source.headings):
        if table != register.name:
            key = "suggest.belongs" if table else "suggest.kept_nowhere"
            what = messages.say(f"suggest.kind_{kind}")
            said.append(f"# {messages.say(key, kind=what, words=messages.comma(words), table=table)}")
    return said


def _is_ours(register: Register, source: Source) -> bool:
    """Return whether this is an export of our own, which needs no rules."""
    names = {column.name for column in register.columns} | {column.name for column in register.fields()}
    return set(source.headings) <= names and {c.name for c in register.fields() if c.need} <= set(source.headings)


def _head(name: str, command: str, key: str) -> list[str]:
    return [f"# {line}" for line in (messages.say(key, file=_quoted(name)), command)]


def _sorted_out(fields: dict[str, Field], known: Known) -> tuple[dict[str, Field], list[str]]:
    """Keep the columns that will do as they stand; write the others as comments with the reason."""
    live, aside = {}, []
    for name, field in fields.items():
        why = None
        if field.column.follows:
            why = "suggest.follows"
        elif (
            field.column.refers
            and not field.column.need
            and not all(known("name" if field.by_name else name, cell) for cell in set(field.cells))
        ):
            why = "suggest.not_known"
        if why:
            aside.append(f"# {name} = {_quoted(field.heading)}  # {messages.say(why)}")
        else:
            live[name] = field
    return live, aside


def _split(cells: dict[str, list[str]], splits: list[Split]) -> dict[str, list[str]]:
    """Return the cells of each column with those of two things split, each under the name it gets."""
    found = {heading: values for heading, values in cells.items() if heading not in {one.heading for one in splits}}
    for one in splits:
        pairs = [[*map(str.strip, cell.split(one.by, 1)), ""][:2] for cell in cells[one.heading]]
        found |= {name: [pair[place] for pair in pairs if pair[place]] for place, name in enumerate(one.to)}
    return found


def _splits(splits: list[Split]) -> Iterator[str]:
    for one in splits:
        meant = f"{{by = {_quoted(one.by)}, to = {json.dumps(one.to, ensure_ascii=False)}}}"
        yield f"{_quoted(one.heading)} = {meant}  # {messages.say('suggest.split')}"


def _columns(fields: dict[str, Field], repeated: bool, splits: list[Split]) -> Iterator[str]:
    made = {name for one in splits for name in one.to}
    for name, field in fields.items():
        if field.joined or (name == field.heading and name in made):
            continue
        takes = {"received_at": "first", "answered_at": "first", "closed_at": "last"}.get(name) if repeated else None
        meant = f'{{column = {_quoted(field.heading)}, take = "{takes}"}}' if takes else _quoted(field.heading)
        key = "suggest.events" if takes and name == "received_at" else field.why
        why = messages.say(key) if key else ""
        yield f"{name} = {meant}" + (f"  # {why}" if why else "")
        for other in field.others[:3]:
            yield f"# {name} = {_quoted(other)}  # {messages.say('suggest.or')}"


def _joins(fields: dict[str, Field]) -> Iterator[str]:
    for name, field in fields.items():
        if field.joined:
            yield f"{name} = {json.dumps(field.joined, ensure_ascii=False)}  # {messages.say('suggest.joined')}"


def _repeated(fields: dict[str, Field], cells: dict[str, list[str]]) -> bool:
    """Return whether a reference stands on rows of different times: one record is made of many rows."""
    reference, when = fields.get("reference"), fields.get("received_at")
    if not reference or not when or when.joined or len(reference.cells) != len(when.cells):
        return False
    times: dict[str, set[str]] = {}
    for number, time in zip(reference.cells, when.cells, strict=True):
        times.setdefault(number, set()).add(time)
    return any(len(each) > 1 for each in times.values())


def _unused(given: Sequence[str], fields: dict[str, Field], splits: list[Split]) -> list[str]:
    taken = {name for field in fields.values() for name in (field.heading, *field.joined)}
    taken |= {one.heading for one in splits}
    left = [_quoted(heading) for heading in given if heading not in taken]
    return [f"# {messages.say('suggest.unused', names=messages.comma(left))}"] if left else []


# What the values say


def _times(fields: dict[str, Field], zone: str | None) -> tuple[bool, list[str]]:
    """Find the forms that the times have; where day and month could change places, give both readings."""
    timed = {name: field for name, field in fields.items() if field.column.kind in ("instant", "date")}
    lines: list[str] = []
    values = list(dict.fromkeys(value for field in timed.values() for value in field.cells))
    if values and not all(_plain_time(field, value) for field in timed.values() for value in field.cells):
        lines += _format_lines(values)
    if any(field.column.kind == "instant" for field in timed.values()):
        line = f"zone = {_quoted(zone)}" if zone else '# zone = "Asia/Shanghai"'
        lines.append(f"{line}  # {messages.say('suggest.zone')}")
    return bool(lines), lines


def _plain_time(field: Field, value: str) -> bool:
    return is_iso(value) and (field.column.kind == "date" or len(value) > 10)


def _format_lines(values: list[str]) -> Iterator[str]:
    guessed: Guessed = guess_forms(values)
    if guessed.rivals:
        yield f"# {messages.say('suggest.ambiguous')}"
        for form, at in guessed.rivals:
            both = json.dumps([*guessed.forms, form], ensure_ascii=False) if guessed.forms else _quoted(form)
            yield f"# format = {both}  # {values[0]} = {at:%Y-%m-%d %H:%M}"
    elif guessed.forms:
        line = _quoted(guessed.forms[0]) if len(guessed.forms) == 1 else json.dumps(guessed.forms, ensure_ascii=False)
        yield f"format = {line}"
    if guessed.outliers:
        first = messages.comma(_quoted(value) for value in guessed.outliers[:3])
        yield f"# {messages.say('suggest.outliers', n=len(guessed.outliers), of=len(values), first=first)}"


def _numbers(fields: dict[str, Field]) -> Iterator[str]:
    """Find which signs the amounts have, where they are not those of a CNY amount."""
    cells = [cell for field in fields.values() if field.column.kind == "money" for cell in field.cells]
    reads = {signs: sum(_reads(signs, cell) for cell in cells) for signs in _SIGNS}
    best = max(_SIGNS, key=lambda signs: reads[signs])
    if cells and reads[best] > reads[_SIGNS[0]]:
        yield f"thousands = {_quoted(best.thousands)}  # {messages.say('suggest.signs', n=reads[best], of=len(cells))}"
        yield f"decimal = {_quoted(best.decimal)}"


def _reads(signs: Signs, cell: str) -> bool:
    try:
        return bool(signs.plain(cell))
    except BadInput:
        return False


def _where(cells: dict[str, list[str]], live: dict[str, Field]) -> Iterator[str]:
    """Leave rows out that were withdrawn, by a column of few words that is not a field of ours already."""
    taken = {field.heading for name, field in live.items() if name == "status"}
    for heading, column in cells.items():
        words = Counter(column)
        gone = [word for word in words if word in _WITHDRAWN]
        if gone and heading not in taken and len(words) <= _SHOWN:
            kept = [word for word in words if word not in _WITHDRAWN]
            n = sum(words[word] for word in gone)
            why = messages.say("suggest.withdrawn", n=n, words=messages.comma(gone))
            if kept:
                yield f"{_quoted(heading)} = {json.dumps(kept, ensure_ascii=False)}  # {why}"
                return


def _dialect_lines(guess: guessed_dialect.Guess, source: Source) -> Iterator[str]:
    using = guess.dialect
    header = using.header[0] if len(using.header) == 1 else list(using.header)
    for name, value in (
        ("header", header),
        ("delimiter", using.delimiter),
        ("skip", list(using.skip)),
        ("stop_at", using.stop_at),
        ("fill_down", list(using.fill_down)),
    ):
        if value:
            why = f"  # {messages.say(f'suggest.why_{name}', **guess.reasons[name])}" if name in guess.reasons else ""
            yield f"{name} = {json.dumps(value, ensure_ascii=False)}{why}"
    if using.sheets:
        why = f"  # {messages.say('suggest.why_sheet', **guess.reasons['sheet'])}" if "sheet" in guess.reasons else ""
        yield f"sheet = {_quoted(using.sheets[0])}{why}"
    elif not source.is_workbook and source.encoding.removesuffix("-sig") != "utf-8":
        yield f"encoding = {_quoted(source.encoding)}"


def _values(field: Field) -> list[str]:
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


def _defaults(lacking: list[Column], live: dict[str, Field], rows: int) -> Iterator[str]:
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


def _options(live: dict[str, Field], source: Source, missing: list[str], known: Known, repeated: bool) -> Iterator[str]:
    if missing:
        yield f"missing = {json.dumps(['', *missing], ensure_ascii=False)}"
    unknown = {
        field.column.refers
        for name, field in live.items()
        if field.column.refers in _MADE
        and not all(known("name" if field.by_name else name, cell) for cell in set(field.cells))
    }
    for option in sorted(_MADE[table] for table in unknown):
        yield f"{option} = true  # {messages.say('suggest.made')}"
    if (
        not repeated
        and "reference" in live
        and "departed_at" not in live
        and len(set(live["reference"].cells)) < len(live["reference"].cells)
    ):
        yield f"last_row_wins = true  # {messages.say('suggest.last_row')}"
    if any(_needs_rounding(cell) for field in live.values() if field.column.kind == "money" for cell in field.cells):
        yield f'round = "half_up"  # {messages.say("suggest.round")}'


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
