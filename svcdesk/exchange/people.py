"""Who and what rows name: found by key or by name, or new, with those that look like a slip of the pen."""

from collections.abc import Iterator
from typing import NamedTuple

from svcdesk import alike
from svcdesk.columns import Column
from svcdesk.errors import BadInput, NotFound
from svcdesk.exchange.rules_toml import RulesFile
from svcdesk.finder.index import learn, ready
from svcdesk.registers.index import register_of
from svcdesk.store import Ledger

_MOST_COMPARED = 300  # new names held against all others letter by letter


class New(NamedTuple):
    """Somebody or some customer that the rules allow to be made, when the rows are written."""

    table: str
    name: str
    role: str


class Names:
    """Looks names up in the ledger, each once. Who is new stands as a negative number until the rows are written."""

    def __init__(self, ledger: Ledger, rules: RulesFile) -> None:
        self.ledger, self._rules = ledger, rules
        self.looked_at: set[str] = set()
        self._may_be_new = {"customer": rules.new_customers, "staff": rules.new_staff}
        self._found: dict[tuple[str, str, bool], int | None] = {}
        self._numbers: dict[tuple[str, str], int] = {}  # by a field and what it says
        self._new: dict[tuple[str, str], int] = {}
        self._listed: list[New] = []
        self._made: dict[int, int] = {}

    def look_up(self, column: Column, text: str) -> int:
        """Find who or what a row names. Raises NotFound, or BadInput where two people have the name."""
        if (number := self._numbers.get((column.name, text))) is None:
            number = self._numbers[column.name, text] = self._looked_up(column, text)
        return number

    def _looked_up(self, column: Column, text: str) -> int:
        table = column.refers
        by_name = column.name in self._rules.by_name and table == "staff"
        key = (table, text, by_name)
        if key not in self._found:
            self.looked_at.add(table)
            self._found[key] = self._named(text) if by_name else self._keyed(table, text)
        number = self._found[key]
        if number is not None:
            return number
        if not self._may_be_new.get(table) or not text.strip():
            raise NotFound("unknown_name" if by_name else f"unknown_{table}", text=text)
        return self._add(New(table, text.strip(), "agent" if column.name == "taken_by" else "engineer"))

    def _keyed(self, table: str, text: str) -> int | None:
        return self._numbered(table, text) or self._numbered(table, text.strip())

    def _numbered(self, table: str, name: str) -> int | None:
        """Find a record by its key; a customer by a former name too, so that a renamed one is never made again."""
        if table == "customer":
            return self.ledger.number_of_customer(name)
        sql = f'SELECT id FROM "live_{table}" WHERE "{register_of(table).key_column}" = ?'
        found: int | None = self.ledger.value(sql, (name,))
        return found

    def _named(self, text: str) -> int | None:
        people = self.ledger.rows("SELECT id, code FROM live_staff WHERE name = ? ORDER BY code", (text.strip(),))
        if len(people) > 1:
            raise BadInput("name_of_two", text=text.strip(), codes=[person["code"] for person in people])
        return int(people[0]["id"]) if people else self._keyed("staff", text)

    def _add(self, new: New) -> int:
        key = (new.table, new.name)
        if key not in self._new:
            self._listed.append(new)
            self._new[key] = -len(self._listed)
        return self._new[key]

    def foreseen(self, numbers: list[int]) -> dict[int, int]:
        """Return for negative numbers those that they will have in the ledger, unless others are made meanwhile."""
        last: dict[str, int] = {}
        found = {}
        learn(
            new.name for new in self._listed if new.table == "customer"
        )  # loads what spells names, which takes a while
        for number in numbers:
            new = self._listed[-number - 1]
            ready(new.table, {"name": new.name})  # spelt once, and remembered
            there = self._keyed(new.table, new.name)
            if there is None:
                there = last[new.table] = last.get(new.table, self.ledger.greatest(new.table)) + 1
            found[number] = there
        return found

    def make(self, number: int) -> int:
        """Make whoever a negative number stands for, once; return the number in the ledger."""
        if number not in self._made:
            new = self._listed[-number - 1]
            further = {"code": new.name, "role": new.role} if new.table == "staff" else {}
            there = self._keyed(new.table, new.name)  # somebody else may have made it meanwhile
            self._made[number] = there or self.ledger.insert(
                new.table, **self.ledger.apart(new.table, {"name": new.name, **further})
            )
        return self._made[number]

    def new(self, numbers: list[int]) -> list[New]:
        """List whoever would be made."""
        return [self._listed[-number - 1] for number in numbers]

    def called(self, table: str, number: int) -> str:
        """Return the key by which people know whom or what a number stands for."""
        if number < 0:
            return self._listed[-number - 1].name
        return str(self.ledger.get(table, number)[register_of(table).key_column])

    def near(self, new: list[New]) -> Iterator[tuple[New, list[str]]]:
        """Name for each that is new what it may be meant to be: known already, or new beside it."""
        for table in dict.fromkeys(each.table for each in new):
            names = [each for each in new if each.table == table]
            known = [row["name"] for row in self.ledger.rows(f'SELECT name FROM "live_{table}" ORDER BY id')]
            yield from _near(names, known)


def _near(new: list[New], known: list[str]) -> Iterator[tuple[New, list[str]]]:
    by_core: dict[str, list[str]] = {}
    for name in dict.fromkeys([*known, *(each.name for each in new)]):
        by_core.setdefault(alike.core(name), []).append(name)
    cores = list(by_core)
    for place, each in enumerate(new):
        core = alike.core(each.name)
        likest = [core] if place >= _MOST_COMPARED else alike.near(core, cores)
        near = [name for other in likest for name in by_core[other] if name != each.name]
        if near:
            yield each, near
