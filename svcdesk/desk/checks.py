"""What every record must be, typed, imported or amended: times in order, states that agree with their times, records
that exist; and what somebody decided, which changes only by its own verb.

Values are as the ledger stores them. History is accepted as it was; what cannot be is not.
"""

import json
import re
from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from svcdesk.columns import NOW, Column
from svcdesk.desk import expenses
from svcdesk.desk.act import Word
from svcdesk.desk.assignments import kind_of
from svcdesk.errors import BadInput, DeskError, NotFound, Refused
from svcdesk.model import LETTERS, Record, yuan
from svcdesk.periods import midnight, read_date, stored, today
from svcdesk.registers.declaring import Need, Pairs, Register
from svcdesk.regulation.dues import day_in_force
from svcdesk.regulation.occurrences import read_every
from svcdesk.regulation.policy import Basis, read_value
from svcdesk.regulation.states import dispatch_status, moves_target
from svcdesk.rules import ARTICLES
from svcdesk.store import Ledger, as_stored

_KEPT = 5000  # facts remembered at a time


class _Insists:
    """What a declaration insists on of one row: times that may not lie ahead, bounds, their order, what needs what."""

    def __init__(self, columns: list[Column], sequence: Pairs, needs: tuple[Need, ...]) -> None:
        stored = {column.name: column.stored for column in columns}
        self._times = [c.stored for c in columns if c.kind == "instant" and not c.ahead]
        self._bounded = [c for c in columns if c.least is not None or c.most is not None]
        self._sequence = [(stored[before], stored[after]) for before, after in sequence]
        self._needs = [(need, stored[need.column], [(name, stored[name]) for name in need.needed]) for need in needs]

    def check(self, row: Record, now: str) -> None:
        """Check a row. Raises BadInput with the first thing that cannot be."""
        for name in self._times:
            value = row.get(name)
            if value is not None and value > now:
                raise BadInput("row_future", name=name, at=_instant(value))
        for column in self._bounded:
            number = row.get(column.stored)
            if number is not None and not (column.least or 0) <= number <= (column.most or number):
                raise BadInput("cell", name=column.name, text=number)
        for before, after in self._sequence:
            earlier, later = row.get(before), row.get(after)
            if earlier is not None and later is not None and later < earlier:
                raise _before(after, later, before, earlier)
        for need, column_name, needed in self._needs:
            value = row.get(column_name)
            if value is not None and (not need.values or value in need.values):
                for field, there in needed:
                    if row.get(there) is None:
                        raise BadInput("cell_needed", name=field, by=f"{need.column} {_shown(value)}")


class _Never:
    """What no record may say of itself: the conditions that verify holds the ledger against, asked of one row."""

    def __init__(self, ledger: Ledger, register: Register) -> None:
        self._con, self._contradictions = ledger.con, [columns for _, columns in register.never]
        conditions = " ".join(condition for condition, _ in register.never)
        self._columns = register.stored_in(conditions)
        self._compared = set(register.stored_in(re.sub(r"\w+ IS (NOT )?NULL", "", conditions)))  # beyond being there
        self._found: dict[tuple[Any, ...], int | None] = {}
        row = ", ".join(f'? AS "{name}"' for name in self._columns)
        cases = " ".join(f"WHEN {condition} THEN {at}" for at, (condition, _) in enumerate(register.never))
        self._sql = f"SELECT CASE {cases} END FROM (SELECT {row})"

    def check(self, row: Record) -> None:
        """Check a row. Raises BadInput with the columns that contradict one another."""
        if not self._contradictions:
            return
        case = tuple([row.get(name) if name in self._compared else row.get(name) is None for name in self._columns])
        if case not in self._found:
            if len(self._found) >= _KEPT:
                self._found.clear()
            self._found[case] = self._ask(row)
        if (at := self._found[case]) is not None:
            raise BadInput("contradicts", names=self._contradictions[at].split(", "))

    def _ask(self, row: Record) -> int | None:
        found: int | None = self._con.execute(self._sql, [row.get(name) for name in self._columns]).fetchone()[0]
        return found


def refuse_decided(register: Register, before: Record, changed: Collection[str], *, importing: bool) -> None:
    """Refuse to change by stored columns what somebody decided of a record (4). Raises Refused, with its verbs."""
    stored = {column.stored: column.name for column in register.fields() if column.stored in changed}
    for decision in register.decided:
        if (importing and decision.imported) or (decision.states and before["status"] not in decision.states):
            continue
        for name in stored.values():
            if name in decision.fields:
                raise Refused(
                    "decided", id=f"{register.letter}{before['id']}", name=name, article=decision.article,
                    verbs=[f"svcdesk {verb}" for verb in decision.verbs],
                )  # fmt: skip


class Checks:
    """Checks the columns of one record and fills in what follows from them. ``coming`` are numbers not yet written."""

    def __init__(self, ledger: Ledger, register: Register, basis: Basis) -> None:
        self.ledger, self.register, self.table, self.basis = ledger, register, register.table, basis
        self.coming: set[int] = set()
        self.looked_at: set[str] = set()  # tables whose records this rests on
        self._now, self._today = stored(basis.now), today(basis.now, basis.zone).isoformat()
        self._facts: dict[tuple[Any, ...], Any] = {}
        self._surveys: dict[int, int] = {}
        members, own = register.members, register.own()
        theirs = [column for column in register.fields() if members and members.holds(column)]
        self._own = _Insists(own, register.sequence, register.needs)
        self._theirs = _Insists(theirs, members.sequence if members else (), members.needs if members else ())
        self._links = [(column.stored, column.target) for column in own if column.kind == f"id:{column.target}"]
        self._stamps = [column.stored for column in own if column.default == NOW]
        self._fill: Callable[[Record, Record], None] | None = getattr(self, f"_{self.table}", None)
        self._never = _Never(ledger, register)

    def record(self, columns: Record, values: Record, members: list[Record]) -> None:
        """Check a record, with its members. Raises DeskError with the reason."""
        for name, table in self._links:
            if columns.get(name) is not None:
                self._exists(table, columns[name])
        for name in self._stamps:
            columns[name] = columns.get(name) or self._now
        if self._fill:
            self._fill(columns, values)
        self._own.check(columns, self._now)
        self._never.check(columns)
        if since := self.register.since_ticket:
            asked = self.fact("ticket", columns.get("ticket_id"))
            if asked and columns[since] < asked["received_at"]:
                raise _before(since, columns[since], "received_at", asked["received_at"])
        for member in members:
            self._theirs.check(member, self._now)
        if self.table == "dispatch":
            self._crew(columns, members)

    def _exists(self, table: str, number: int) -> None:
        if self.fact(table, number) is None and not (table == self.table and number in self.coming):
            raise NotFound("record", table=table, id=f"{LETTERS[table]}{number}")

    def fact(self, table: str, number: int | None) -> Record | None:
        """Return what is known of another record, or None where there is none."""
        if number is None:
            return None
        self.looked_at.add(table)
        key = (table, number)
        if key not in self._facts:
            found = self.ledger.one(f'SELECT * FROM "live_{table}" WHERE id = ?', (number,))
            if found is None and table == self.table:
                return None  # it may still come
            self._remember(key, found)
        found_before: Record | None = self._facts[key]
        return found_before

    def _remember(self, key: tuple[Any, ...], value: Any) -> None:
        if len(self._facts) >= _KEPT:
            self._facts.clear()
        self._facts[key] = value

    # What a table works out or insists on.

    def _staff(self, columns: Record, values: Record) -> None:
        if values.get("active") == 0 and not columns.get("retired_at"):
            columns["retired_at"] = self._now
        if values.get("active") == 1 and columns.get("retired_at"):
            raise BadInput("status_differs", status="active", derived="retired_at")

    def _ticket(self, columns: Record, _: Record) -> None:
        closed, answered, status = columns.get("closed_at"), columns.get("answered_at"), columns.get("status")
        derived = "closed" if closed else "answered" if answered else "open"
        asked_again = (status, derived) == ("open", "answered") and columns["reopen_count"]
        if columns.get("cancelled_at"):
            derived = "cancelled"
        if status is None:
            columns["status"] = derived
        elif status != derived and not (status == "on_hold" and derived in ("open", "answered")) and not asked_again:
            raise BadInput("status_differs", status=status, derived=derived)
        if columns.get("first_closed_at") is None:
            columns["first_closed_at"] = closed
        agreed = self.fact("contract", columns.get("contract_id"))
        if agreed and agreed["customer_id"] != columns["customer_id"]:
            raise BadInput("contract_not_theirs")
        if columns.get("repeat_of") is not None and columns["repeat_of"] == columns.get("id"):
            raise BadInput("cell", name="repeat_of", text=f"T{columns['repeat_of']}")

    def _dispatch(self, columns: Record, _: Record) -> None:
        asked = self.fact("ticket", columns["ticket_id"])
        kind = kind_of(asked["kind"] if asked else None)
        if columns.get("kind") not in (None, kind):
            raise BadInput("status_differs", status=columns["kind"], derived=kind)
        columns["kind"] = kind

    def _crew(self, columns: Record, crew: list[Record]) -> None:
        if len({member["engineer_id"] for member in crew}) < len(crew):
            raise BadInput("engineer_twice")
        for member in crew:
            departed = member.get("departed_at")
            if departed is not None and departed < columns["sent_at"]:
                raise _before("departed_at", departed, "sent_at", columns["sent_at"])
        columns["due_at"] = max((member["due_at"] for member in crew if member["due_at"]), default=None)
        steps = ("departed_at", "arrived_at", "left_at", "returned_at")
        derived = dispatch_status({step: member.get(step) for step in steps} for member in crew) if crew else ""
        if columns.get("cancelled_at") or not crew:
            derived = "cancelled"
        if columns.get("status") not in (None, derived):
            raise BadInput("status_differs", status=columns["status"], derived=derived)
        columns["status"] = derived

    def _service_report(self, columns: Record, _: Record) -> None:
        sent = self.fact("dispatch", columns["dispatch_id"])
        if sent and columns["filed_at"] < sent["sent_at"]:
            raise _before("filed_at", columns["filed_at"], "sent_at", sent["sent_at"])

    def once_more(self, columns: Record) -> None:
        """Refuse a new survey where the ticket has all that it can have: one for each time it was closed."""
        if self.table != "survey":
            return
        ticket_id, sql = columns["ticket_id"], "SELECT count(*) FROM live_survey WHERE ticket_id = ?"
        asked = self.fact("ticket", ticket_id)
        before = self._surveys.get(ticket_id) or self.ledger.value(sql, (ticket_id,))
        if asked and before > asked["reopen_count"]:
            newest = self.ledger.value("SELECT max(id) FROM live_survey WHERE ticket_id = ?", (ticket_id,))
            raise Refused("surveyed", id=f"T{ticket_id}", survey=f"S{newest or 1}", article="3.7")
        self._surveys[ticket_id] = before + 1

    def _expense(self, columns: Record, _: Record) -> None:
        if columns["spent_on"] > self._today:
            raise BadInput("future_date", date=columns["spent_on"])
        ticket_id = columns.get("ticket_id")
        if sent := self.fact("dispatch", columns.get("dispatch_id")):
            if ticket_id not in (None, sent["ticket_id"]):
                raise BadInput("dispatch_of_other", dispatch=f"D{sent['id']}", ticket=f"T{ticket_id}")
            if not self._went(sent["id"], columns["engineer_id"]):
                raise BadInput("engineer_not_on_dispatch", id=f"D{sent['id']}")
            ticket_id = sent["ticket_id"]
        asked = self.fact("ticket", ticket_id)
        agreed = self.fact("contract", asked["contract_id"]) if asked else None
        spent_on = date.fromisoformat(columns["spent_on"])
        columns |= expenses.placed(self.basis.policy, columns["category"], spent_on, asked, agreed)
        self._money_back(columns)
        if columns.get("decided_at"):
            day = read_date(columns["spent_on"], self.basis.now, self.basis.zone)
            spent = stored(midnight(day, self.basis.zone))
            if columns["decided_at"] < spent:
                raise _before("decided_at", columns["decided_at"], "date", spent)

    def _money_back(self, columns: Record) -> None:
        """Insist that what is below zero came back of a claim, never more than was claimed; shares name the first."""
        if (columns["amount_fen"] < 0) is (columns.get("refund_of") is None):
            raise BadInput("amount_sign", amount=yuan(columns["amount_fen"]))
        whole = self.fact("expense", columns.get("shared_with"))
        if whole:
            columns["shared_with"] = expenses.share(self.ledger, whole, columns.get("invoice"))
        of, number = self.fact("expense", columns.get("refund_of")), columns.get("id") or 0
        claimed = of or (columns if columns["amount_fen"] > 0 else None)  # of one to come verify tells
        if claimed and (of or number):
            others = expenses.refunds(self.ledger, of["id"] if of else number)
            back = -sum(row["amount_fen"] for row in others if row["id"] != number)
            expenses.refuse_excess(claimed, back - columns["amount_fen"] if of else back)

    def _complaint(self, columns: Record, _: Record) -> None:
        """Look up everybody named; one of an earlier version, who is named by number, is named by code from now on."""
        if columns.get("about_id") is not None and columns.get("about") is None:
            columns["about"] = json.dumps([self.ledger.get("staff", columns["about_id"])["code"]])
        for name in ("about", "against"):
            named = json.loads(columns.get(name) or "[]")
            columns[name] = columns.get(name) if named else None
            for code in named:
                if self.ledger.value("SELECT 1 FROM live_staff WHERE code = ?", (code,)) is None:
                    raise NotFound("unknown_staff", text=code)
        columns["about_id"] = None

    def _contract(self, columns: Record, _: Record) -> None:
        if columns.get("excludes") is not None:
            columns["excludes"] = read_value("excluded.categories", columns["excludes"])

    def _went(self, dispatch_id: int, engineer_id: Any) -> bool:
        key = ("crew", dispatch_id, engineer_id)
        if key not in self._facts:
            sql = "SELECT 1 FROM live_crew WHERE dispatch_id = ? AND engineer_id = ?"
            known = isinstance(engineer_id, int)  # somebody new has gone nowhere yet
            self._remember(key, known and self.ledger.value(sql, (dispatch_id, engineer_id)) is not None)
        return bool(self._facts[key])

    def _appointment(self, columns: Record, _: Record) -> None:
        if columns.get("moved") is None:
            times = (columns["asked_by"], columns["at"], columns.get("previous"))
            columns["moved"] = int(moves_target(*times))

    def _penalty(self, columns: Record, _: Record) -> None:
        if columns["clause"] not in ARTICLES:
            raise BadInput("not_a_word", name="clause", text=columns["clause"], words=list(ARTICLES))
        if columns.get("sanction") is None:
            columns["sanction"] = "none" if columns.get("amount_fen") is None else "fine"
        if columns.get("natural_key") is None:
            columns["natural_key"] = columns["subject"]

    def _plan(self, columns: Record, _: Record) -> None:
        read_every(columns["every"])
        targets = [name for name in ("customer_id", "region", "area", "department") if columns.get(name) is not None]
        if len(targets) > 1:
            raise BadInput("one_target", names=targets)

    def _rectification(self, columns: Record, _: Record) -> None:
        """Work out the due day in force; a record that tells of one due day alone has it from its opening."""
        if (columns.get("owner_id") is None) == (columns.get("department") is None):
            raise BadInput("one_of", names=["owner", "department"])
        dues: list[Record] = json.loads(columns.get("dues") or "[]")
        if len(dues) < 2:
            first = dues[0] if dues else {"at": columns["opened_at"]}
            dues = [{**first, "due": columns["due_on"]}]
        force = day_in_force(dues, self.basis.zone).isoformat()
        if columns["due_on"] != force:
            raise BadInput("status_differs", status=columns["due_on"], derived=force)
        columns["dues"] = as_stored(dues)

    def _inspection(self, columns: Record, _: Record) -> None:
        if columns.get("plan_id") is not None:
            self._plan_of(columns["plan_id"], "inspection")

    def _visit(self, columns: Record, _: Record) -> None:
        if columns.get("plan_id") is not None:
            self._plan_of(columns["plan_id"], "visit")

    def _plan_of(self, number: int, kind: str) -> None:
        plan = self.fact("plan", number)
        if plan and plan["kind"] != kind:
            raise BadInput("plan_of_kind", id=f"PL{number}", of=Word("plan_kind", plan["kind"]))

    def _suggestion(self, columns: Record, _: Record) -> None:
        if (columns.get("customer_id") is None) == (columns.get("person_id") is None):
            raise BadInput("one_of", names=["customer", "person"])

    def _policy(self, columns: Record, _: Record) -> None:
        columns["value"] = read_value(columns["key"], columns["value"])


def _instant(text: str) -> Any:
    from svcdesk.periods import instant

    return instant(text)


def _before(name: str, value: str, earlier: str, after: str) -> DeskError:
    return BadInput("row_order", name=name, at=_instant(value), earlier=earlier, after=_instant(after))


def _shown(value: Any) -> str:
    return str(value) if not (isinstance(value, str) and value[-1:] == "Z") else ""
