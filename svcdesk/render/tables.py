"""A result in every format. The only room that prints data."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import cache
from itertools import chain, islice
from math import isfinite
from typing import Any, Literal, NamedTuple, TextIO

from svcdesk import messages
from svcdesk.columns import EVIDENCE_TIMES, Column
from svcdesk.model import LIVE, Record
from svcdesk.periods import short

Format = Literal["table", "plain", "csv", "tsv", "json", "jsonl", "markdown"]
WriteFormat = Literal["text", "json"]

TABLE_CAP = 500  # rows that a Rich table draws; the rest is counted under it
_NARROWEST = 20  # cells of a terminal
_WIDTH_SAMPLE = 200  # rows that decide the columns' widths of a plain list; later rows stream

# What acts on a terminal, or hides in a text: controls, soft hyphens, bidi and zero width, variations, tags.
HIDDEN = (
    "\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
_ODD = f"[\x00-\x1f{HIDDEN}]"
_UNSAFE_JSON = f"[{HIDDEN}]"
_ROWS_AT_A_TIME = 500
_LONGEST_SHOWN = 100_000  # characters of one text; ten times what may be typed or imported


FOR_MACHINES = ("csv", "tsv", "json", "jsonl")


def disarm(text: str) -> str:
    """Show control and bidi characters instead of letting them act: ESC becomes the four characters \\x1b.

    What is longer than anybody reads is cut, with a mark: a page of it would take minutes to lay out.
    """
    if len(text) > _LONGEST_SHOWN:
        text = text[:_LONGEST_SHOWN] + messages.say("labels.cut_shown")
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_shown()) if re.search(_ODD, text) else text


@cache
def _shown() -> dict[int, str]:
    return {code: _escape(code) for code in (*range(32), *_hidden())}


@cache
def _bare() -> dict[int, str]:
    import json

    return {code: json.dumps(chr(code))[1:-1] for code in _hidden()}


def _hidden() -> Iterator[int]:
    """Give the codes of what hides in a text; a table of them translates ten times as fast as a pattern is replaced."""
    for first, last in re.findall("(.)(?:-(.))?", HIDDEN, re.DOTALL):
        yield from range(ord(first), ord(last or first) + 1)


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65_536 else f"\\U{code:08x}"


def dumps(value: Any, indent: int | None = None) -> str:
    """Write JSON as UTF-8 text in which no control or bidi character stands bare."""
    import json

    separators = (", ", ": ") if indent is None else None
    try:
        text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators, allow_nan=False)
    except ValueError:  # history is taken in as it was elsewhere, where 1e999 may stand
        text = json.dumps(_finite(value), ensure_ascii=False, indent=indent, separators=separators)
    return text.translate(_bare()) if re.search(_UNSAFE_JSON, text) else text


def _finite(value: Any) -> Any:
    """Return a value in which what no JSON number can say is nothing."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def chosen(form: str | None) -> str:
    """Return the format asked for; else a table on a terminal, plain text elsewhere."""
    return form or ("table" if sys.stdout.isatty() else "plain")


def records(
    rows: Iterable[Record],
    columns: Sequence[Column],
    form: str,
    zone: tzinfo,
    out: TextIO | None = None,
    headings: Mapping[str, str] | None = None,
) -> None:
    """Print records in a format; ``headings`` take the place of columns' own for people."""
    out = out or sys.stdout
    if form == "json":
        _json_array(rows, out)
    elif form == "jsonl":
        for row in rows:
            out.write(dumps(row) + "\n")
    elif form in ("csv", "tsv"):
        cells = (flattened(row, columns) for row in rows)
        separated(_blocks(cells), columns, out, tab=form == "tsv", terminal=out.isatty())
    else:
        brief = [column for column in columns if column.brief] or list(columns)
        cells = ([_styled(row, column, zone) for column in brief] for row in rows)
        _FOR_PEOPLE[form]([_head(column, (headings or {}).get(column.name)) for column in brief], cells, out)


def record(
    row: Record, columns: Sequence[Column], form: str, zone: tzinfo, extra: Sequence[tuple[str, str]] = ()
) -> None:
    """Print one record in a format; ``extra`` are further lines for people (heading, text)."""
    if form == "json":
        sys.stdout.write(dumps(row, 2) + "\n")
        return
    if form in ("jsonl", "csv", "tsv"):
        records([row], columns, form, zone)
        return
    pairs = [pair for column in columns if column.kind != "raw" for pair in _lines(row.get(column.name), column, zone)]
    pairs = [pair for pair in pairs if pair[1]] + [list(pair) for pair in extra]
    heads = [Head(messages.say("labels.field"), False, 0), Head(messages.say("labels.value"), False, 20)]
    _FOR_PEOPLE[form](heads, iter(pairs), sys.stdout)


def _lines(value: Any, column: Column, zone: tzinfo) -> list[list[str]]:
    """Return a value's lines: what happened several times stands on a line each."""
    several = value if isinstance(value, list) and value and isinstance(value[0], dict) else [value]
    return [[heading(column), cell([item] if several is value else item, column, zone)] for item in several]


class Styled(str):
    """A cell that stands out."""

    style = "bold red"


# When a cell says that something is overdue, or was late.
_OVERDUE: Mapping[str, Callable[[Record], bool]] = {
    "answer_due": lambda row: row.get("answered_in_time") is False,
    "answered_in_time": lambda row: row.get("answered_in_time") is False,
    "left": lambda row: (row.get("left_minutes") or 0) < 0,
    "waiting": lambda row: (row.get("left_minutes") or 0) < 0,
    "late_minutes": lambda row: (row.get("late_minutes") or 0) > 0,
    "status": lambda row: row.get("status") == "overdue",
    "days_left": lambda row: row.get("status") == "overdue",
}


def _styled(row: Record, column: Column, zone: tzinfo) -> str:
    text = cell(row.get(column.name), column, zone)
    overdue = _OVERDUE.get(column.name)
    return Styled(text) if overdue and overdue(row) else text


class Head(NamedTuple):
    """A column as people see it: its heading, whether it stands to the right, and the least cells it can fold to."""

    text: str
    right: bool
    least: int  # 0 where it never folds
    weight: int = 1  # what a narrow terminal leaves out first is what weighs least
    styles: Mapping[str, str] = {}


# What may fold on a narrow terminal, and to how few cells: an instant to its date, text to a few words.
_FOLDS = {"instant": 10, "text": 8, "evidence": 24, "json": 16}


_TO_THE_RIGHT = ("money", "int", "rate", "number")


_STANDS_OUT = {"difference": {"unexplained": "bold red"}}


def _head(column: Column, title: str | None) -> Head:
    kind, _, rest = column.kind.partition(":")
    styles = {messages.word(rest, value): style for value, style in _STANDS_OUT.get(rest, {}).items()}
    return Head(title or heading(column), kind in _TO_THE_RIGHT, _FOLDS.get(column.kind, 0), _weight(column), styles)


# Never left out; what carries a list; what the rest of a line nearly says. All else weighs 2.
_ALWAYS, _LIGHT = 9, 1
_WEIGHTS = {
    **dict.fromkeys(("id", "code", "no", "name", "key", "status", "evidence", "amount", "text", "value"), _ALWAYS),
    **dict.fromkeys(("customer", "summary", "engineer", "answer_due", "due", "date", "clause", "subject", "left"), 3),
    **dict.fromkeys(
        ("kind", "channel", "region", "on_site_by", "answered_in_time", "complaint", "article", "month", "by", "round",
         "sent_at", "days", "late_cause", "reference", "project", "department", "complete", "unit", "numerator"),
        _LIGHT,
    ),
}  # fmt: skip


def _weight(column: Column) -> int:
    return _WEIGHTS.get(column.name, 2)


def heading(column: Column) -> str:
    """Name a column in the reader's language."""
    return messages.find(f"columns.{column.said or column.name}") or column.name


def cell(value: Any, column: Column, zone: tzinfo) -> str:
    """Write a value for people."""
    kind, _, rest = column.kind.partition(":")
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return messages.say("labels.yes" if value else "labels.no")
    if kind == "instant":
        return short(_instant(value), zone)
    if kind == "word":
        return messages.word(rest, value)
    if kind == "rate":
        return f"{value:.1%}"
    if kind == "number":
        return f"{float(value):.{rest or 1}f}"
    if kind == "sanction":
        amount = f" {value['amount']}" if value["amount"] is not None else ""
        return messages.word("sanction", value["kind"]) + amount
    if kind == "evidence" or isinstance(value, dict):
        return disarm(evidence(value, zone))
    if isinstance(value, list):
        return disarm(messages.comma(_item(item, zone) for item in value))
    return disarm(str(value))


def _instant(value: datetime | str) -> datetime:
    """Return an instant; what a penalty or a history was recorded with stands as text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _item(item: Any, zone: tzinfo) -> str:
    """Write one item of a list: a problem's words, a part, or what somebody did and when."""
    if not isinstance(item, dict):
        return messages.word("missing", item)
    if "message" in item:
        message = item["message"]
        return message.here() if isinstance(message, messages.Sentence) else str(message)
    if "quantity" in item:
        serials = [item.get(name) or "-" for name in ("old_serial", "new_serial")] if "old_serial" in item else []
        return " ".join(filter(None, (f"{item['name']} x{item['quantity']}", " → ".join(serials))))
    facts = [_fact(name, value, zone) for name, value in item.items() if value not in (None, [], False)]
    return "  ".join(facts)


def _fact(name: str, value: Any, zone: tzinfo) -> str:
    if name in ("at", "until") or (name == "due" and "T" in str(value)):
        return short(_instant(value), zone)
    if name == "round":
        return messages.say("labels.round", n=value)
    if isinstance(value, list):
        return messages.comma(_item(item, zone) for item in value)
    return messages.word("yes" if value is True else name, name if value is True else value)


def evidence(facts: Record, zone: tzinfo) -> str:
    """Write a finding's evidence as a sentence that a person can check; what we have no words for, as it stands."""
    parts: list[str] = []
    for name, value in facts.items():
        try:
            parts += _told(name, value, zone)
        except (KeyError, TypeError, ValueError):  # history is taken in as it was elsewhere
            parts.append(f"{name}: {dumps(value)}")
    return messages.say("labels.evidence_joint").join(parts)


# The facts of a finding that have a word, by its kind.
_WORDED = {"cause": "cause", "result": "result", "reading": "reading", "rule": "conduct_rule"}


def _told(name: str, value: Any, zone: tzinfo) -> Iterator[str]:
    """Tell one fact, or nothing where there is nothing to tell."""
    if name == "policy":
        key = "labels.policy" if value["from"] else "labels.policy_always"
        named = messages.find(f"policy.short.{value['key']}") or value["key"]
        yield messages.say(key, key_word=named, value=value["value"], since=value["from"])
    elif name == "days":
        return
    elif name == "entered_late":
        for entry in value:
            words = {part: short(_instant(entry[part]), zone) for part in ("happened_at", "recorded_at")}
            words["fact"] = messages.word("fact", entry["fact"])
            yield messages.say("labels.entered_late", **{**entry, **words})
    elif name == "appointments_entered_late":
        yield messages.say("labels.appointments_entered_late", n=len(value))
    elif value is None:
        if name in (
            "callback_at",
            "arrived_at",
            "answered_at",
            "kept_at",
            "cause",
            "done_on",
            "closed_at",
            "followed_at",
        ):
            yield messages.say(f"evidence.no_{name}")
    elif isinstance(value, bool):
        if value or name == "filed":
            yield messages.say(f"evidence.{name}" if value else f"evidence.not_{name}")
    else:
        if name in EVIDENCE_TIMES:
            value = short(_instant(value), zone)
        elif isinstance(value, list):
            value = messages.comma(messages.word("missing", item) for item in value)
        elif name in _WORDED:
            value = messages.word(_WORDED[name], value)
        yield messages.say(f"evidence.{name}", value=value)


def _json_array(rows: Iterable[Record], out: TextIO) -> None:
    out.write("[")
    lead = "\n "
    for row in rows:
        out.write(lead + dumps(row))
        lead = ",\n "
    out.write("\n]\n" if lead[0] == "," else "]\n")


def flattened(row: Record, columns: Sequence[Column]) -> list[str]:
    """Write a record as CSV cells: nothing is empty, true and false, nested keys joined, lists as JSON text."""
    cells = []
    for column in columns:
        value = row.get(column.name)
        for part in (
            [value[key] for key in column.keys] if column.keys and value else [value] * max(1, len(column.keys))
        ):
            cells.append("" if part is None else str(csv_cell(part)))
    return cells


def csv_cell(value: Any) -> Any:
    """Return a value as a CSV cell: true and false, lists and objects as JSON text; else as it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        if value == []:  # which most are
            return "[]"
        import json

        return json.dumps(value, ensure_ascii=False)
    return value


def csv_header(columns: Sequence[Column]) -> list[str]:
    """Name the CSV columns: nested keys join with _ (sanction_amount)."""
    return [name for column in columns for name in ([f"{column.name}_{key}" for key in column.keys] or [column.name])]


Block = Sequence[Sequence[Any]]  # rows of cells, column by column


def separated(
    blocks: Iterable[Block],
    columns: Sequence[Column],
    out: TextIO,
    *,
    tab: bool = False,
    excel: bool = False,
    terminal: bool = False,
) -> None:
    """Write CSV cells as CSV or TSV; whole columns at a time, which is several times as fast as the csv module.

    ``excel`` writes for spreadsheets: a BOM, CRLF, and disarms text that would be a formula; ``terminal`` shows control
    characters instead of letting them act.
    """
    between, end = "\t" if tab else ",", "\r\n" if excel else "\n"
    marks = (between, '"', "\r", "\n")
    numeric = [column.kind in ("money", "int") for column in columns for _ in column.keys or ("",)]
    out.write(("\ufeff" if excel else "") + between.join(csv_header(columns)) + end)
    for block in blocks:
        cells = [
            _quoted(values, marks, terminal=terminal, tame=excel and not number)
            for values, number in zip(block, numeric, strict=True)
        ]
        out.write(end.join(map(between.join, zip(*cells, strict=True))) + end)


def _quoted(values: Sequence[Any], marks: tuple[str, ...], *, terminal: bool, tame: bool) -> Sequence[str]:
    """Write a column's cells; those that hold one of the marks stand in quotes."""
    try:
        joined = "".join(values)
    except TypeError:  # some are nothing, or numbers
        values = ["" if value is None else str(value) for value in values]
        joined = "".join(values)
    if not joined:
        return values
    if tame:
        values = [*map(inert, values)]
    if terminal:
        values = [disarm(text) for text in values]
        joined = "".join(values)
    if any(mark in joined for mark in marks):
        values = [_in_quotes(text) if any(mark in text for mark in marks) else text for text in values]
    return values


def _in_quotes(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _blocks(rows: Iterator[Sequence[Any]]) -> Iterator[Block]:
    while block := [*zip(*islice(rows, _ROWS_AT_A_TIME), strict=True)]:
        yield block


def width(text: str) -> int:
    """Count the terminal cells of a text: a Chinese character stands on two."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, cells: int, right: bool = False) -> str:
    """Fill a text up with blanks to a width in terminal cells."""
    blank = " " * max(0, cells - width(text))
    return blank + text if right else text + blank


def _plain(heads: list[Head], rows: Iterator[list[str]], out: TextIO) -> None:
    """Print aligned columns without lines. Only the first rows decide the widths; the rest streams."""
    sample = list(islice(rows, _WIDTH_SAMPLE))
    titles = [head.text for head in heads]
    widths = [max(width(row[place]) for row in [titles, *sample]) for place in range(len(heads))]
    for row in chain([titles], sample, rows):
        padded = [pad(text, cells, head.right) for text, cells, head in zip(row, widths, heads, strict=True)]
        out.write("  ".join(padded).rstrip() + "\n")


def inert(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(LIVE) else text


def literal(text: str) -> str:
    """Escape what would act in markdown: a name is no column, no tag and no link."""
    return re.sub(r"\\|\||<|\](?=\()", r"\\\g<0>", text)


def _markdown(heads: list[Head], rows: Iterator[list[str]], out: TextIO) -> None:
    from tabulate import tabulate

    safe = [[literal(text) for text in row] for row in rows]
    align = ["right" if head.right else "left" for head in heads] if safe else None
    titles = [head.text for head in heads]
    out.write(tabulate(safe, titles, "pipe", disable_numparse=True, colalign=align) + "\n")


def _table(heads: list[Head], rows: Iterator[list[str]], out: TextIO) -> None:
    """Draw a table with Rich: at most TABLE_CAP rows, and only as many columns as the terminal holds; it says so."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=out, highlight=False)
    console.width = max(console.width, _NARROWEST)  # some say 0, and Rich would then draw nothing
    drawn = list(islice(rows, TABLE_CAP))
    left = sum(1 for _ in rows)
    least = [_least(head, [row[place] for row in drawn]) for place, head in enumerate(heads)]
    kept = _columns_that_fit(least, heads, console.width)
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for head, room in ((heads[place], least[place]) for place in kept):
        justify: Literal["left", "right"] = "right" if head.right else "left"
        table.add_column(Text(head.text), justify=justify, no_wrap=not head.least, min_width=room, overflow="fold")
    for row in drawn:
        cells = ((row[place], heads[place]) for place in kept)
        table.add_row(*(Text(text, getattr(text, "style", head.styles.get(text, ""))) for text, head in cells))
    console.print(table)
    if left:
        console.print(Text(messages.say("labels.more_rows", n=left, cap=TABLE_CAP)), style="dim")
    if len(kept) < len(heads):
        hidden = messages.comma(head.text for place, head in enumerate(heads) if place not in kept)
        console.print(Text(messages.say("labels.more_columns", names=hidden)), style="dim")


def _least(head: Head, cells: list[str]) -> int:
    """Return the least cells a column can stand on: its own width, or what it can fold to."""
    widest = max([width(head.text), *map(width, cells)])
    return min(widest, max(width(head.text), head.least)) if head.least else widest


def _columns_that_fit(least: list[int], heads: Sequence[Head], room: int) -> list[int]:
    """Return the places of the columns that a terminal holds, three cells between two: the lightest goes first.

    Two columns stay at least, and none that always stands is left out: it folds.
    """
    kept = list(range(len(least)))
    while len(kept) > 2 and sum(least[place] for place in kept) + 3 * len(kept) - 1 > room:
        lightest = min(kept[1:], key=lambda place: (heads[place].weight, -place))
        if heads[lightest].weight == _ALWAYS:
            break
        kept.remove(lightest)
    return kept


_FOR_PEOPLE = {"table": _table, "plain": _plain, "markdown": _markdown}
