"""A column of a register or a report: its name, the kind of its values, where they are stored, who is shown them."""

from functools import cache
from typing import Any, NamedTuple

NOW = "now"  # the default of an instant: when the row is written

# The facts of a finding that are times: a penalty keeps them as JSON, which does not say what they were.
EVIDENCE_TIMES = frozenset(
    {
        "answer_due", "answered_at", "arrived_at", "callback_at", "deadline", "decided_at", "due", "left_at",
        "received_at", "reopened_at", "returned_at", "closed_at", "done_at", "dropped_at", "followed_at", "kept_at",
    }
)  # fmt: skip

# Where two columns, or a column and what is typed, hold one invoice: spaces and case aside, as its index has it.
ONE_INVOICE = "replace({}, ' ', '') = replace({}, ' ', '') COLLATE NOCASE"


class Column(NamedTuple):
    """One column of a register.

    ``kind`` says how the stored value is written and read back: text, int, flag, money, instant, date, json, word,
    id:TABLE, personal (name, phone, address), or raw (text that only machines read). ``sql`` is None where the value is
    worked out.
    """

    name: str
    sql: str | None = None
    kind: str = "text"
    brief: bool = False  # in the lists that people read
    detail: bool = False  # only in show and export
    derived: bool = False  # import reads past it
    need: bool = False  # a record cannot be without it
    keys: tuple[str, ...] = ()  # the keys of a nested value, joined with _ in CSV
    link: str = ""  # where ``sql`` reads the name of another record: the column that points at it
    refers: str = ""  # and the table of that record
    default: Any = None  # what is stored where nothing is given
    least: int | None = None  # the least value of a number
    most: int | None = None
    words: tuple[str, ...] = ()  # the words that may be given, where those are fewer than the kind's
    steps: tuple[str, ...] = ()  # what each step of a history holds, its time first
    ahead: bool = False  # a time that may lie in the future
    follows: bool = False  # where it is not given, it follows from the rest of the record
    whole: bool = False  # a number that is a name: never a quantity
    signed: bool = False  # an amount that may be below zero: money that came back
    quiet: bool = False  # not told among what an entry changed
    said: str = ""  # the heading, where that is not the name's own
    alike: str = ""  # the condition by which a list finds a value, where it is not to be spelt the same

    @property
    def stored(self) -> str:
        """The column of the table in which the value stands; empty where it is another table's or worked out."""
        return self.link or _stored(self.sql or "")

    @property
    def target(self) -> str:
        """The table of the record that the value names; empty where it names none."""
        kind, _, rest = self.kind.partition(":")
        return self.refers or (rest if kind == "id" and self.name != "id" else "")

    @property
    def part(self) -> str:
        """The part of a person's data that the value is: name, phone or address; empty where it is none."""
        alias, _, name = (self.sql or "").partition(".")
        return name if alias == "p" else ""


@cache
def _stored(sql: str) -> str:
    alias, _, name = sql.partition(".")
    name = name.strip('"')
    return name if alias in ("r", "w") and name.isidentifier() else ""
