"""What a register is declared as: its columns, how people name its records, its members, and what it insists on.

One declaration is all that list, show, add, import, export, undo, verify, headings and suggestions know of a register.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from svcdesk.columns import NOW, Column
from svcdesk.model import LETTERS

Pairs = tuple[tuple[str, str], ...]

PERSON = "LEFT JOIN personal p ON p.id = r.personal_id"
NUMBER = Column("id", "r.id", "int")
REFERENCE = Column("reference", "r.reference", detail=True, whole=True)
TICKET = Column("ticket", "r.ticket_id", "id:ticket", brief=True)
DISPATCH = Column("dispatch", "r.dispatch_id", "id:dispatch", brief=True)
ENGINEER = Column("engineer", "e.code", brief=True, need=True, link="engineer_id", refers="staff")
ENGINEER_JOIN = "JOIN live_staff e ON e.id = r.engineer_id"
BY = Column("by", 'r."by"', detail=True)


def numbered(table: str) -> Column:
    """Return the id of a table's records, a letter or two and a number."""
    return Column("id", "r.id", f"id:{table}", brief=True)


def staff_link(name: str, link: str, alias: str = "s", **more: Any) -> Column:
    """Return a column that names a member of staff by code."""
    return Column(name, f"{alias}.code", link=link, refers="staff", **more)


class Need(NamedTuple):
    """What must be there where something else is: a column, its values (none: any), the columns that it needs."""

    column: str
    values: tuple[str, ...]
    needed: tuple[str, ...]


class Add(NamedTuple):
    """The verb that makes a record and writes columns alone: its receipt, what it asks for and what else it takes.

    The time, who did it and a note are stamped where the register has them and the verb does not ask.
    """

    verb: str
    receipt: str
    asks: tuple[str, ...]
    takes: tuple[str, ...] = ()
    by_place: tuple[str, ...] = ()  # of what it asks for, what needs no option's name
    presumed: dict[str, Any] = {}  # noqa: RUF012 - never changed


class Step(NamedTuple):
    """A step of a record's life that writes columns alone: its verb, its receipt, and the state that it leads to.

    Which states allow it stands in regulation/states.py. ``stamps`` are the columns that get the time of the step;
    what it asks for and takes are columns, ``option=column`` where the option is called otherwise.
    """

    verb: str
    receipt: str
    to: str
    stamps: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    needs_note: bool = False


class Decision(NamedTuple):
    """What somebody decides of a record, by verbs of its own (4): no amendment and no import changes it.

    It holds in some states, or in all; ``imported`` says that somebody else's register may still move it.
    """

    fields: tuple[str, ...]
    verbs: tuple[str, ...]
    article: str
    states: tuple[str, ...] = ()
    imported: bool = False


class Derivation(NamedTuple):
    """What is worked out beside what is stored: from which columns, which it gives, and who makes the work.

    The work takes a row's values, or the columns of ``many`` rows.
    """

    needs: tuple[str, ...]
    gives: tuple[str, ...]
    make: Callable[..., Callable[..., Any]]
    many: bool = False


class Members(NamedTuple):
    """The rows that belong to one record: an engineer each of a dispatch. CSV has a row a member, JSON a list.

    ``latest`` are columns of the record's own that stand with each member: the record has the latest of them.
    """

    name: str
    table: str
    parent: str
    who: str
    columns: tuple[Column, ...]
    latest: tuple[str, ...] = ()
    sequence: Pairs = ()
    needs: tuple[Need, ...] = ()
    optional: bool = False  # whether a record may have none

    def holds(self, column: Column) -> bool:
        """Return whether a column stands with each member."""
        return column in self.columns or column.name in self.latest


class Register(NamedTuple):
    """One register: its table, its export name, the join that reads it and its columns in order."""

    table: str
    name: str
    source: str
    at: str
    columns: tuple[Column, ...]
    order: str = "r.id"
    filters: tuple[str, ...] = ()
    key: str = ""  # the column that names a record for people and imports alike
    called: str = ""  # the column that people name a record by where nothing names it for good
    members: Members | None = None
    add: Add | None = None
    steps: tuple[Step, ...] = ()
    dated: tuple[str, ...] = ()  # what may hold from a date on
    decided: tuple[Decision, ...] = ()
    stamps: dict[str, str] = {}  # noqa: RUF012 - never changed; times that a verb sets and another takes away
    derivation: Derivation | None = None
    during: str = ""  # what counts in a period from :start to :end, where that is not the register's own time
    from_the_first: str = ""  # the same of a period without a beginning, asked of each record: most of them count
    sequence: Pairs = ()  # times that must not run backwards: each as (earlier, later)
    since_ticket: str = ""  # the time that does not lie before its ticket was received
    needs: tuple[Need, ...] = ()
    never: Pairs = ()  # conditions that no record meets, each with the columns that contradict one another

    def column(self, name: str) -> Column | None:
        """Find a column by its name."""
        return next((column for column in self.columns if column.name == name), None)

    def seen(self, *, detail: bool) -> list[Column]:
        """List the columns that people and scripts see, in order; ``detail`` for show and export."""
        return [column for column in self.columns if column.name[0] != "_" and (detail or not column.detail)]

    def fields(self) -> list[Column]:
        """List what can be given: every column that is stored, and the parts of nested ones."""
        hidden = {column.name: column for column in self.columns if column.name[0] == "_"}
        found = []
        for column in self.columns:
            if column.keys:
                parts = (f"{column.name}_{key}" for key in column.keys)
                found += [hidden[f"_{part}"]._replace(name=part) for part in parts]
            elif not column.derived and column.name[0] != "_":
                found.append(column)
        return found

    def field(self, name: str) -> Column | None:
        """Find by its name what can be given."""
        return next((column for column in self.fields() if column.name == name), None)

    def own(self) -> list[Column]:
        """List the fields that the record itself holds, personal data aside."""
        with_members = self.members
        return [
            column for column in self.fields()
            if column.stored and not (with_members and with_members.holds(column))
        ]  # fmt: skip

    def stored_in(self, condition: str) -> list[str]:
        """List the stored columns of its own that a condition names."""
        words = set(re.findall(r"\w+", condition))
        return [column.stored for column in self.own() if column.stored in words]

    @property
    def letter(self) -> str:
        """The letters of an id; empty where a record has none."""
        return LETTERS.get(self.table, "")

    @property
    def key_column(self) -> str:
        """The stored column of the key; empty where the register has none."""
        column = self.column(self.key)
        return column.stored if column else ""

    @property
    def has_references(self) -> bool:
        """Whether a record may carry another system's number."""
        return self.column("reference") is not None

    @property
    def by_day(self) -> bool:
        """Whether its own time is a date."""
        return any(column.sql == self.at and column.kind == "date" for column in self.columns)

    def defaults(self) -> dict[str, Any]:
        """Return what its table holds where nothing is given."""
        return {c.stored: c.default for c in self.fields() if c.default is not None and c.default != NOW}
