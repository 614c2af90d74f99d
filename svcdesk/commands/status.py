"""status: the board, worst first; each line ends with the command that moves it on."""

from datetime import datetime
from itertools import groupby

from svcdesk import messages, periods
from svcdesk.columns import Column
from svcdesk.commands.context import Read
from svcdesk.commands.noun import Flag, Noun
from svcdesk.commands.receipts import formatted
from svcdesk.model import Record
from svcdesk.month import board
from svcdesk.render import tables

noun = Noun("status")

_COLUMNS = (
    Column("section", kind="word:section"),
    Column("subject"),
    Column("due", kind="instant"),
    Column("overdue", kind="flag"),
    Column("left", brief=True),
    Column("what", brief=True),
    Column("next", brief=True),
)
_A_SCREEN = 6  # lines of one section that people are shown; the rest is counted


@noun.read("status")
def status(r: Read, all: Flag = False) -> None:
    rows = [row_of(r, item) for item in board.items(r.ledger, r.basis)]
    if r.form in ("table", "plain", "markdown"):
        rows = rows if all else list(_one_screen(rows))
        if not rows:
            print(messages.say("board.nothing"))
            return
    tables.records(rows, _COLUMNS, r.form, r.zone)


def row_of(r: Read, item: board.Item) -> Record:
    """Return one thing that waits as a record, its sentence in the reader's language."""
    sentence = messages.say(f"board.{item.section}", id=item.subject, **formatted(_named(item.values)))
    return {
        "section": item.section,
        "subject": item.subject,
        "due": periods.local(item.due, r.zone) if item.due else None,
        "overdue": item.due is not None and item.due < r.now,
        "left": time_left(item.due, r.now) if item.due else None,
        "what": sentence,
        "next": item.command,
    }


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
    """Write the time until or since an instant, in its two greatest units: 2d 4h, 35m."""
    minutes = abs(int((due - now).total_seconds())) // 60
    parts = [(minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "m")]
    formatted = [f"{count}{unit}" for count, unit in parts if count][:2] or ["0m"]
    return messages.say("board.left" if due >= now else "board.over", time=" ".join(formatted))


def _one_screen(rows: list[Record]) -> list[Record]:
    """Keep a screenful: of each section the worst few, and a line that counts the rest."""
    kept: list[Record] = []
    places = {id(row): place for place, row in enumerate(rows)}
    for section, found in groupby(sorted(rows, key=lambda row: str(row["section"])), lambda row: row["section"]):
        group = list(found)
        kept += group[:_A_SCREEN]
        if len(group) > _A_SCREEN:
            what = messages.say("board.more", n=len(group) - _A_SCREEN, section=messages.word("section", section))
            rest = {**group[_A_SCREEN], "left": None, "what": what, "next": "svcdesk status --all"}
            places[id(rest)] = places[id(group[_A_SCREEN - 1])]
            kept.append(rest)
    return sorted(kept, key=lambda row: places[id(row)])
