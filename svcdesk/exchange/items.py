"""What an import carries from a reader into the ledger: which columns are given, and the records made of rows."""

from typing import Any, NamedTuple

from svcdesk.exchange.rows import Row
from svcdesk.exchange.rules_file import Reader
from svcdesk.exchange.rules_toml import RulesFile
from svcdesk.model import Record
from svcdesk.registers.declaring import Register


class Item(NamedTuple):
    """One record on its way in: its rows, the values of the first, its columns, its members, fingerprint and key."""

    rows: list[Row]
    values: Record
    columns: Record
    members: list[Record]
    digest: str | None
    key: tuple[str, Any] | None
    size: int  # rows of members, else one


class Given:
    """The columns that a file gives, by where they go: the record, its members, personal data."""

    def __init__(self, register: Register, rules: RulesFile, reader: Reader) -> None:
        members = self.members = register.members
        given = [column for column in register.fields() if column.name in reader.given]
        self.names = set(reader.given)
        self.theirs = [column for column in given if members and members.holds(column)]
        self.personal = [column for column in given if column.part]
        self.own = [column for column in given if column.stored and column not in self.theirs]
        self.open = sorted(self.names - {column.name for column in self.personal})
        self.stored = {column.stored for column in self.own if column.name != "id"}
        # For each row anew: its own fields and its members', each with the column that it is stored in.
        self.own_fields = [(column.name, column.stored, column) for column in self.own]
        self.their_fields = [(column.name, column.stored, column) for column in self.theirs]
        may_make = {"customer": rules.new_customers, "staff": rules.new_staff}
        self.waiting = {c.stored for c in (*self.own, *self.theirs) if may_make.get(c.refers)}
        stored = {column.name: column.stored for column in register.columns}
        # The stored columns that name a member's record, that tell members apart, and that stand with each.
        self.parent = members.parent if members else ""
        self.who = stored[members.who] if members else ""
        self.latest = [stored[name] for name in members.latest] if members else []
