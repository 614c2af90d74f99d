"""What an import insists on, table by table: times in order, states that agree with their times, records that exist.

Values are those that mapping reads, as the ledger stores them. History is accepted as it was; what cannot be is not.
"""

from collections.abc import Callable
from typing import Any

from svcdesk.desk import expenses
from svcdesk.desk.dispatches import kind_of
from svcdesk.errors import BadInput, DeskError, NotFound, Refused
from svcdesk.model import LETTERS, Record
from svcdesk.periods import midnight, read_date, stored, today
from svcdesk.regulation.policy import Basis, read_value
from svcdesk.regulation.states import STEPS, dispatch_status, moves_target
from svcdesk.rules import ARTICLES
from svcdesk.store import Ledger

# What a column holds where the file says nothing.
DEFAULTS: dict[str, Record] = {
    "customer": {"key": 0},
    "contract": {"includes_installation": 0},
    "ticket": {"reopen_count": 0, "notes": "[]"},
    "dispatch": {"transit": "[]"},
    "service_report": {"parts": "[]", "no_parts": 0, "versions": "[]"},
    "complaint": {"status": "registered", "round": 1, "steps": "[]"},
    "expense": {"status": "submitted", "refer_legal": 0},
    "penalty": {"status": "proposed", "evidence": "{}", "facts": "", "history": "[]"},
    "escalation": {"major_quality": 0},
}

# Times that must not run backwards, by table: each pair as (earlier, later).
_ORDER: dict[str, tuple[tuple[str, str], ...]] = {
    "ticket": (
        ("received_at", "answered_at"), ("received_at", "on_site_by"), ("received_at", "first_closed_at"),
        ("received_at", "closed_at"), ("first_closed_at", "closed_at"), ("received_at", "cancelled_at"),
    ),
    "dispatch": (("sent_at", "cancelled_at"),),
    "crew": (
        ("departed_at", "arrived_at"), ("departed_at", "callback_at"), ("arrived_at", "left_at"),
        ("departed_at", "returned_at"), ("left_at", "returned_at"),
    ),
    "complaint": (("at", "decided_at"),),
    "expense": (("decided_at", "reimbursed_at"),),
    "penalty": (("at", "decided_at"), ("decided_at", "settled_at")),
    "appointment": (("at", "on_site_by"),),
    "escalation": (("at", "settled_at"),),
    "hold": (("at", "resumed_at"),),
}  # fmt: skip
# Which column of a table must not lie before its ticket was received.
_AFTER_TICKET = {
    "dispatch": "sent_at", "survey": "at", "complaint": "at", "appointment": "at", "escalation": "at", "hold": "at",
}  # fmt: skip
_MAY_LIE_AHEAD = ("on_site_by", "due_at", "previous")
# What must be there where something else is: table, column, its values (None: any), the columns it needs.
_NEEDS: dict[str, tuple[tuple[str, tuple[str, ...] | None, tuple[str, ...]], ...]] = {
    "complaint": (
        ("finding", None, ("decided_at",)), ("finding", ("upheld", "partly"), ("cause",)),
        ("finding", ("upheld",), ("about_id",)), ("cause", None, ("finding",)),
    ),
    "expense": (("status", ("falsified",), ("falsified_at", "sanction")), ("falsified_at", None, ("sanction",))),
    "penalty": (("sanction", ("fine",), ("amount_fen",)),),
    "crew": tuple((field, None, (before,)) for field, before in STEPS.values() if before),
}  # fmt: skip
_LINKS = (("ticket_id", "ticket"), ("repeat_of", "ticket"), ("dispatch_id", "dispatch"), ("complaint_id", "complaint"))
_FACTS = {
    "ticket": "SELECT id, kind, contract_id, customer_id, received_at, reopen_count FROM live_ticket",
    "dispatch": "SELECT id, kind, ticket_id, sent_at FROM live_dispatch",
    "complaint": "SELECT id FROM live_complaint",
    "contract": "SELECT id, customer_id, includes_installation FROM live_contract",
    "customer": "SELECT id FROM live_customer",
    "staff": "SELECT id, retired_at FROM live_staff",
}
_KEPT = 5000  # facts remembered at a time


class Checks:
    """Checks the columns of one record and fills in what follows from them. ``coming`` are numbers not yet written."""

    def __init__(self, ledger: Ledger, table: str, basis: Basis) -> None:
        self.ledger, self.table, self.basis = ledger, table, basis
        self.coming: set[int] = set()
        self._now, self._today = stored(basis.now), today(basis.now, basis.zone).isoformat()
        self._facts: dict[tuple[Any, ...], Any] = {}
        self._surveys: dict[int, int] = {}
        self._times = {
            name: [column for column in _instants(ledger, name) if column not in _MAY_LIE_AHEAD]
            for name in (table, "crew")
        }
        self._fill: Callable[[Record, Record], None] | None = getattr(self, f"_{table}", None)

    def record(self, columns: Record, values: Record, crew: list[Record]) -> None:
        """Check a record, with the crew of a dispatch. Raises DeskError with the reason."""
        for name, table in _LINKS:
            if columns.get(name) is not None:
                self._exists(table, columns[name])
        if self._fill:
            self._fill(columns, values)
        self._check(self.table, columns)
        if follows := _AFTER_TICKET.get(self.table):
            asked = self.fact("ticket", columns.get("ticket_id"))
            if asked and columns[follows] < asked["received_at"]:
                raise _before(follows, columns[follows], "received_at", asked["received_at"])
        if self.table == "dispatch":
            self._crew(columns, crew)

    def _check(self, table: str, columns: Record) -> None:
        for name in self._times[table]:
            value = columns.get(name)
            if value is not None and value > self._now:
                raise BadInput("row_future", name=name, at=_instant(value))
        for before, after in _ORDER.get(table, ()):
            earlier, later = columns.get(before), columns.get(after)
            if earlier is not None and later is not None and later < earlier:
                raise _before(after, later, before, earlier)
        for name, values, needed in _NEEDS.get(table, ()):
            value = columns.get(name)
            if value is not None and (values is None or value in values):
                for need in needed:
                    if columns.get(need) is None:
                        raise BadInput("cell_needed", name=_field(need), by=f"{_field(name)} {_shown(value)}")

    def _exists(self, table: str, number: int) -> None:
        if self.fact(table, number) is None and not (table == self.table and number in self.coming):
            raise NotFound("record", table=table, id=f"{LETTERS[table]}{number}")

    def fact(self, table: str, number: int | None) -> Record | None:
        """Return what is known of another record, or None where there is none."""
        if number is None:
            return None
        key = (table, number)
        if key not in self._facts:
            found = self.ledger.one(f"{_FACTS[table]} WHERE id = ?", (number,))
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
        if columns.get("cancelled_at"):
            derived = "cancelled"
        if status is None:
            columns["status"] = derived
        elif status != derived and not (status == "on_hold" and derived in ("open", "answered")):
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
            self._check("crew", member)
            departed = member.get("departed_at")
            if departed is not None and departed < columns["sent_at"]:
                raise _before("departed_at", departed, "sent_at", columns["sent_at"])
        columns["due_at"] = max((member["due_at"] for member in crew if member["due_at"]), default=None)
        steps = ("departed_at", "arrived_at", "left_at", "returned_at")
        derived = dispatch_status({step: member.get(step) for step in steps} for member in crew)
        if columns.get("cancelled_at"):
            derived = "cancelled"
        if columns.get("status") not in (None, derived):
            raise BadInput("status_differs", status=columns["status"], derived=derived)
        columns["status"] = derived

    def _service_report(self, columns: Record, _: Record) -> None:
        sent = self.fact("dispatch", columns["dispatch_id"])
        if sent and columns["filed_at"] < sent["sent_at"]:
            raise _before("filed_at", columns["filed_at"], "sent_at", sent["sent_at"])

    def _survey(self, columns: Record, _: Record) -> None:
        if not 1 <= columns["score"] <= 5:
            raise BadInput("cell", name="score", text=columns["score"])

    def once_more(self, columns: Record) -> None:
        """Refuse a new survey where the ticket has all that it can have: one for each time it was closed."""
        if self.table != "survey":
            return
        ticket_id, sql = columns["ticket_id"], "SELECT count(*) FROM live_survey WHERE ticket_id = ?"
        asked = self.fact("ticket", ticket_id)
        before = self._surveys.get(ticket_id) or self.ledger.value(sql, (ticket_id,))
        if asked and before > asked["reopen_count"]:
            raise Refused("surveyed", id=f"T{ticket_id}", article="3.7")
        self._surveys[ticket_id] = before + 1

    def written(self) -> None:
        """Note that all that was coming stands in the ledger now."""
        self.coming.clear()
        self._surveys.clear()

    def _complaint(self, columns: Record, _: Record) -> None:
        if columns["round"] < 1:
            raise BadInput("cell", name="round", text=columns["round"])

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
        columns |= expenses.placed(columns["category"], asked, agreed)
        if columns.get("decided_at"):
            day = read_date(columns["spent_on"], self.basis.now, self.basis.zone)
            spent = stored(midnight(day, self.basis.zone))
            if columns["decided_at"] < spent:
                raise _before("decided_at", columns["decided_at"], "date", spent)

    def _went(self, dispatch_id: int, engineer_id: Any) -> bool:
        key = ("crew", dispatch_id, engineer_id)
        if key not in self._facts:
            sql = "SELECT 1 FROM live_crew WHERE dispatch_id = ? AND engineer_id = ?"
            known = isinstance(engineer_id, int)  # somebody new has gone nowhere yet
            self._remember(key, known and self.ledger.value(sql, (dispatch_id, engineer_id)) is not None)
        return bool(self._facts[key])

    def _appointment(self, columns: Record, _: Record) -> None:
        if columns.get("moved") is None:
            told = (columns["asked_by"], columns["at"], columns.get("previous"))
            columns["moved"] = int(moves_target(*told))

    def _penalty(self, columns: Record, _: Record) -> None:
        if columns["clause"] not in ARTICLES:
            raise BadInput("not_a_word", name="clause", text=columns["clause"], words=list(ARTICLES))
        if columns.get("sanction") is None:
            columns["sanction"] = "none" if columns.get("amount_fen") is None else "fine"
        if columns.get("natural_key") is None:
            columns["natural_key"] = columns["subject"]

    def _policy(self, columns: Record, _: Record) -> None:
        columns["value"] = read_value(columns["key"], columns["value"])
        if columns.get("set_at") is None:
            columns["set_at"] = self._now


def _instants(ledger: Ledger, table: str) -> list[str]:
    rows = ledger.con.execute(f'PRAGMA table_info("{table}")')
    return [row[1] for row in rows if (row[1].endswith("_at") or row[1] == "at") and row[1] != "undone_at"]


def _instant(text: str) -> Any:
    from svcdesk.periods import instant

    return instant(text)


def _before(name: str, value: str, earlier: str, after: str) -> DeskError:
    return BadInput("row_order", name=name, at=_instant(value), earlier=earlier, after=_instant(after))


def _field(column: str) -> str:
    """Name a column as the register does."""
    return {"about_id": "about", "amount_fen": "sanction_amount"}.get(column, column)


def _shown(value: Any) -> str:
    return str(value) if not (isinstance(value, str) and value[-1:] == "Z") else ""
