"""A column of a register or a report: its name, the kind of its values, and where people are shown it."""

from typing import NamedTuple


class Column(NamedTuple):
    """One column of a register.

    ``kind`` says how the stored value is written and read back: text, int, flag, money, instant, date, json, word,
    id:TABLE, personal (name, phone, address), or raw (text that only machines read). ``sql`` is None where views works
    the value out.
    """

    name: str
    sql: str | None = None
    kind: str = "text"
    brief: bool = False  # in the lists that people read
    detail: bool = False  # only in show and export
    derived: bool = False  # import reads past it
    need: bool = False  # import insists on it
    keys: tuple[str, ...] = ()  # the keys of a nested value, joined with _ in CSV
