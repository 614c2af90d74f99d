"""An update by a file: a record becomes what the file gives, and what follows from it is worked out anew."""

from datetime import datetime
from typing import Any

from svcdesk.desk import expenses, plans, settle
from svcdesk.desk.checks import Checks, refuse_decided
from svcdesk.errors import BadInput, DeskError
from svcdesk.exchange.items import Given, Item
from svcdesk.exchange.known import Known, equal
from svcdesk.exchange.people import Names
from svcdesk.model import Record
from svcdesk.registers.declaring import Members

# The tables of records that may stand alone, so that nothing follows where one changes; and those that tell whether.
ALONE = ("ticket", "expense", "survey", "contact", "conduct", "phone_check", "inspection", "visit", "suggestion")
HANG_ON = (*settle.FACTS, "expense")


class Updating:
    """Changes the records of one register inside the open transaction."""

    def __init__(self, known: Known, given: Given, checks: Checks, names: Names, now: datetime) -> None:
        self.ledger, self.register, self.table = known.ledger, known.register, known.table
        self._known, self._given, self._checks, self._names = known, given, checks, names
        self._now = now

    def update(self, existing: Record, item: Item) -> None:
        """Change a record to what the file gives. Raises DeskError where it may not be."""
        members, changed = self.register.members, self._changed(existing, item)
        parts = {column.part: item.values[column.name] for column in self._given.personal}
        if self._known.same_personal(existing, item.values):  # or erased: what is gone is not brought back
            parts = {}
        if written := self.ledger.apart(self.table, changed, parts, existing):
            self.ledger.update(self.table, existing["id"], **written)
        if members:
            self._update_members(existing["id"], item.members, members)
        if self.table in ("ticket", "contract"):
            expenses.follow(self.ledger, self.table, existing["id"])
        if self.table == "customer":
            plans.follow_key(self.ledger, existing["id"], self._now)

    def alone(self, existing: Record, item: Item) -> Record | None:
        """Return the columns of a record that change, where nothing else follows from that; None where it may."""
        columns = item.columns
        if self._given.personal or any((columns.get(name) or 0) < 0 for name in self._given.waiting):
            return None
        if self.table == "ticket":
            if settle.has_facts(self.ledger, existing) or expenses.hang_on(self.ledger, existing["id"]):
                return None
        elif self.table == "expense" and expenses.hang_together(self.ledger, existing | columns):
            return None
        try:
            changed = self._changed(existing, item)
        except DeskError:
            return None  # which is said when the others are written
        return None if changed.get("replied_at") or changed.get("reopen_count") else changed

    def _changed(self, existing: Record, item: Item) -> Record:
        """Check what a record becomes, and return the columns that change. Raises DeskError."""
        merged = self._merged(existing, item)
        self._checks.record(merged, item.values, item.members)
        if "reference_digest" in merged:
            merged["reference_digest"] = item.digest
        changed = {name: value for name, value in merged.items() if not equal(value, existing[name])}
        refuse_decided(self.register, existing, changed, importing=True)
        return changed

    def _merged(self, existing: Record, item: Item) -> Record:
        given = {name: item.columns.get(name) for name in self._known.taken_over(existing)}
        merged = existing | given | self._made(item.columns)
        if self.table == "ticket":
            if "status" not in given:
                held = existing["status"] == "on_hold" and not (merged["closed_at"] or merged["cancelled_at"])
                merged["status"] = "on_hold" if held else None
            if "first_closed_at" not in given and (merged["closed_at"] or "9") < (merged["first_closed_at"] or ""):
                merged["first_closed_at"] = merged["closed_at"]
        if self.register.members:  # they may have gone further
            merged |= {c.stored: given.get(c.stored) for c in self.register.own() if c.follows}
        return merged

    def _made(self, columns: Record) -> dict[str, Any]:
        """Return those columns that had to wait for somebody to be made, with their numbers."""
        return {n: self._names.make(columns[n]) for n in sorted(self._given.waiting) if (columns.get(n) or 0) < 0}

    def _update_members(self, number: int, here: list[Record], members: Members) -> None:
        there = self._known.members_of(number, members)
        for member in here:
            member = member | self._made(member)
            before = there.pop(member[self._given.who], None)
            if before is None:
                self.ledger.insert(members.table, **{members.parent: number}, **member)
                continue
            given = {column.stored: member.get(column.stored) for column in self._given.theirs}
            changed = {name: value for name, value in given.items() if value != before[name]}
            if changed:
                self.ledger.update(members.table, before["id"], **changed)
        if there:
            raise BadInput("crew_missing", id=f"{self.register.letter}{number}")
