"""status: the board, worst first; each line ends with the command that moves it on."""

import shlex
import sys
import time
from collections import Counter
from datetime import datetime
from io import StringIO
from shutil import get_terminal_size
from typing import Annotated, TextIO

import typer

from svcdesk import messages, periods
from svcdesk.columns import Column
from svcdesk.commands.context import Read
from svcdesk.commands.noun import Flag, Noun, Text
from svcdesk.commands.receipts import formatted
from svcdesk.model import Record
from svcdesk.month import board
from svcdesk.month.waiting import Item
from svcdesk.render import tables
from svcdesk.session import current

noun = Noun("status")

_COLUMNS = (
    Column("kind"),
    Column("step"),
    Column("ticket"),
    Column("dispatch"),
    Column("subject"),
    Column("due_at", kind="instant"),
    Column("left_minutes", kind="int"),
    Column("text"),
    Column("next", kind="json"),
)
_FOR_PEOPLE = (Column("left", brief=True), Column("text", brief=True), Column("next", brief=True))
_ON_A_NARROW_TERMINAL = (Column("waiting", brief=True, said="text"), Column("next", brief=True))
_NARROW = 100  # cells; below, a column of times that mostly stands empty would halve the room of the sentences
_COUNTS = (Column("step", kind="word:section", brief=True), Column("count", kind="int", brief=True))
# Lines of one section that people are shown, where its first has a time and where none of it has; the rest is counted.
# A board that is longer than the terminal folds further, until it is one screen; at 0 what has no time is one line.
_FOLDS = ((8, 3), (8, 1), (4, 1), (2, 1), (2, 0), (1, 0))
_DAYS_ALONE = 3  # days; from then on nobody asks for the hours
_SECONDS = 5  # between two looks of --watch


@noun.read("status")
def status(
    r: Read,
    all: Flag = False,
    mine: Text = None,
    brief: Flag = False,
    watch: Annotated[bool, typer.Option("--watch")] = False,
) -> None:
    try:
        _show(r, all, mine, brief)
        while watch:
            r.ledger.close()
            time.sleep(_SECONDS)
            current.look_again()
            r = Read(current.open(), r.form)
            print("\033[H\033[2J", end="")
            _show(r, all, mine, brief)
    except KeyboardInterrupt:
        if not watch:
            raise


def _show(r: Read, unfolded: bool, mine: str | None, brief: bool) -> None:
    """Print the board once: counted, or a line each."""
    items = board.items(r.ledger, r.basis)
    if mine:
        code = r.ledger.staff(mine)["code"]
        items = [item for item in items if code in item.people]
    if brief:
        counts = [{"step": step, "count": count} for step, count in Counter(item.step for item in items).items()]
        tables.records(counts, _COUNTS, r.form, r.zone)
    elif r.form in tables.FOR_MACHINES:
        tables.records((row_of(r, item) for item in items), _COLUMNS, r.form, r.zone)
    elif not items:
        print(messages.say("board.nothing"))
    else:
        rows = [for_people(r, item) for item in items]
        _draw(r, rows if unfolded else _one_screen(r, rows), sys.stdout)


def _draw(r: Read, rows: list[Record], out: TextIO) -> None:
    """Draw the board: a column of times, or on a narrow terminal sentences that begin with the time."""
    if r.form == "table" and get_terminal_size().columns < _NARROW:
        tables.records(map(_in_one_sentence, rows), _ON_A_NARROW_TERMINAL, r.form, r.zone, out)
    else:
        tables.records(rows, _FOR_PEOPLE, r.form, r.zone, out)


def row_of(r: Read, item: Item) -> Record:
    """Return one thing that waits as a record, its sentence in the reader's language."""
    values = {"id": item.subject, **item.values}
    return {
        "kind": item.kind,
        "step": item.step,
        "ticket": item.ticket,
        "dispatch": item.dispatch,
        "subject": item.subject,
        "due_at": periods.local(item.due, r.zone) if item.due else None,
        "left_minutes": int((item.due - r.now).total_seconds() // 60) if item.due else None,
        "text": messages.say(f"board.{item.step}", **formatted(_named(values))),
        "next": list(item.next),
    }


def for_people(r: Read, item: Item) -> Record:
    """Return one thing that waits as people read it: how long there is left, what it is, the command as it is typed."""
    left = time_left(item.due, r.now) if item.due else None
    return {**row_of(r, item), "left": left, "next": shlex.join(item.next)}


def _in_one_sentence(row: Record) -> Record:
    """Return a row whose sentence begins with the time left."""
    text = row["text"]
    return {**row, "waiting": messages.say("board.waiting", left=row["left"], text=text) if row["left"] else text}


def _named(values: Record) -> Record:
    """Put words for the values that have one."""
    named = dict(values)
    if "clause" in named:
        named["clause"] = messages.word("clause", named["clause"])
    if "missing" in named:
        named["missing"] = [messages.word("missing", field) for field in named["missing"]]
    if "to" in named:
        named["to"] = messages.word("escalation", named["to"])
    return named


def time_left(due: datetime, now: datetime) -> str:
    """Write the time until or since an instant in its two greatest units, from three days on in days: 2 d 4 h, 5 d."""
    minutes = abs(int((due - now).total_seconds())) // 60
    parts = (("days", minutes // 1440), ("hours", minutes // 60 % 24), ("minutes", minutes % 60))
    units = 2 if minutes < _DAYS_ALONE * 1440 else 1
    said = [messages.say(f"board.{unit}", n=count) for unit, count in parts if count][:units]
    span = " ".join(said or [messages.say("board.minutes", n=0)])
    return messages.say("board.left" if due >= now else "board.over", time=span)


def _one_screen(r: Read, rows: list[Record]) -> list[Record]:
    """Fold the board's sections until it is one screen; what is not drawn on a terminal as its first folding says."""
    folded = _folded(rows, *_FOLDS[0])
    for timed, untimed in _FOLDS[1:] if r.form == "table" else ():
        drawn = StringIO()
        _draw(r, folded, drawn)
        if drawn.getvalue().count("\n") < get_terminal_size().lines:
            break
        folded = _folded(rows, timed, untimed)
    return folded


def _folded(rows: list[Record], timed: int, untimed: int) -> list[Record]:
    """Keep of a section of more lines than it may have its worst, and a line that counts the rest."""
    sections: dict[str, list[Record]] = {}
    for row in rows:
        sections.setdefault(row["step"], []).append(row)
    kept, places = [], {id(row): place for place, row in enumerate(rows)}
    for step, found in sections.items():
        most = timed if found[0]["left"] else untimed
        shown = found if len(found) <= most else found[: max(most - 1, 0)]
        kept += shown
        if (rest := found[len(shown) :]) and most:
            line = _counted(rest, "more" if shown else "folded", section=messages.word("section", step))
            places[id(line)] = places[id(rest[0])]
            kept.append(line)
    kept.sort(key=lambda row: places[id(row)])
    if not untimed and (rest := [row for row in rows if not sections[row["step"]][0]["left"]]):
        counts = Counter(messages.word("section", row["step"]) for row in rest)
        parts = messages.comma(messages.say("board.folded", section=name, n=n) for name, n in counts.items())
        kept.append(_counted(rest, "untimed", parts=parts))
    return kept


def _counted(rows: list[Record], key: str, **values: str) -> Record:
    """Return the line that stands for rows which are not shown."""
    text = messages.say(f"board.{key}", n=len(rows), **values)
    return {**rows[0], "left": None, "left_minutes": None, "text": text, "next": "svcdesk status --all"}
