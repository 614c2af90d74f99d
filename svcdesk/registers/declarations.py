"""The registers: which columns each record has in JSON, CSV, lists and exports, and where they come from.

One entry here adds a column everywhere: lists, shows, exports, imports and headings read these tables.
"""

from typing import NamedTuple

from svcdesk.columns import Column


class Register(NamedTuple):
    """One register: its table, its export name, the join that reads it and its columns in order."""

    table: str
    name: str
    source: str
    at: str
    columns: tuple[Column, ...]
    order: str = "r.id"
    filters: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """Find a column by its name."""
        return next((column for column in self.columns if column.name == name), None)


def _personal(*columns: tuple[str, bool]) -> tuple[Column, ...]:
    return tuple(
        Column(name, f"p.{_PERSONAL[name]}", f"personal:{_PERSONAL[name]}", brief=brief) for name, brief in columns
    )


_PERSONAL = {"person": "name", "complainant": "name", "phone": "phone", "address": "address"}
_PERSON_JOIN = "LEFT JOIN personal p ON p.id = r.personal_id"
_ID = {
    letter: Column("id", "r.id", f"id:{table}", brief=True)
    for table, letter in {
        "ticket": "T", "dispatch": "D", "service_report": "R", "survey": "S", "complaint": "C", "contact": "L",
        "expense": "E", "penalty": "P", "phone_check": "H", "conduct": "B",
    }.items()
}  # fmt: skip
_NUMBER = Column("id", "r.id", "int")
_REFERENCE = Column("reference", "r.reference", detail=True)
_TICKET = Column("ticket", "r.ticket_id", "id:ticket", brief=True)
_DISPATCH = Column("dispatch", "r.dispatch_id", "id:dispatch", brief=True)
_ENGINEER = Column("engineer", "e.code", brief=True, need=True)
_ENGINEER_JOIN = "JOIN live_staff e ON e.id = r.engineer_id"

STAFF = Register(
    "staff", "staff", f"live_staff r {_PERSON_JOIN}", "",
    (
        Column("code", "r.code", brief=True, need=True),
        Column("name", "r.name", brief=True, need=True),
        Column("department", "r.department", brief=True),
        Column("role", "r.role", "word:role", brief=True, need=True),
        Column("home", "r.home", brief=True),
        Column("active", "r.retired_at IS NULL", "flag", brief=True),
        Column("retired_at", "r.retired_at", "instant", detail=True),
        Column("phone", "p.phone", "personal:phone", detail=True),
        Column("wage", "r.wage_fen", "personal:wage", detail=True),
    ),
    filters=("role", "department"),
)  # fmt: skip

CUSTOMERS = Register(
    "customer", "customers", f"live_customer r {_PERSON_JOIN}", "",
    (
        Column("name", "r.name", brief=True, need=True),
        Column("region", "r.region", brief=True),
        Column("city", "r.city", brief=True),
        *_personal(("person", True), ("phone", True), ("address", False)),
        Column("key", "r.key", "flag", brief=True),
    ),
    filters=("region", "city"),
)  # fmt: skip

CONTRACTS = Register(
    "contract", "contracts", "live_contract r JOIN live_customer c ON c.id = r.customer_id", "",
    (
        Column("no", "r.no", brief=True, need=True),
        Column("customer", "c.name", brief=True, need=True),
        Column("project", "r.project", brief=True),
        Column("includes_installation", "r.includes_installation", "flag", brief=True),
        Column("warranty_until", "r.warranty_until", "date", brief=True),
    ),
    filters=("customer",),
)  # fmt: skip

CONTACTS = Register(
    "contact", "contacts",
    f"live_contact r LEFT JOIN live_customer c ON c.id = r.customer_id LEFT"
    f" JOIN live_staff s ON s.id = r.taken_by {_PERSON_JOIN}",
    "r.at",
    (
        _ID["L"],
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("customer", "c.name", brief=True),
        Column("channel", "r.channel", "word:channel", brief=True, need=True),
        *_personal(("person", False)),
        Column("summary", "r.summary", brief=True, need=True),
        Column("taken_by", "s.code", brief=True),
        _TICKET,
        Column("complaint", "r.complaint_id", "id:complaint", brief=True),
        _REFERENCE,
    ),
    filters=("customer", "channel", "taken_by", "ticket"),
)  # fmt: skip

TICKETS = Register(
    "ticket", "tickets",
    "live_ticket r JOIN live_customer c ON c.id = r.customer_id LEFT JOIN live_contract k ON k.id = r.contract_id"
    " LEFT JOIN live_staff s ON s.id = r.taken_by", "r.received_at",
    (
        _ID["T"],
        Column("customer", "c.name", brief=True, need=True),
        Column("kind", "r.kind", "word:ticket_kind", brief=True, need=True),
        Column("channel", "r.channel", "word:channel", need=True),
        Column("summary", "r.summary", brief=True, need=True),
        Column("status", "r.status", "word:ticket_status", brief=True),
        Column("contract", "k.no"),
        Column("product", "r.product"),
        Column("serial", "r.serial"),
        Column("received_at", "r.received_at", "instant", brief=True, need=True),
        Column("answer_due", None, "instant", brief=True, derived=True),
        Column("answered_at", "r.answered_at", "instant"),
        Column("answered_in_time", None, "flag", brief=True, derived=True),
        Column("on_site_by", "r.on_site_by", "instant", brief=True),
        Column("closed_at", "r.closed_at", "instant"),
        Column("first_closed_at", "r.first_closed_at", "instant"),
        Column("reopen_count", "r.reopen_count", "int"),
        Column("repeat_of", "r.repeat_of", "id:ticket"),
        Column("taken_by", "s.code"),
        Column("answered_by", "r.answered_by", detail=True),
        Column("resolution", "r.resolution", detail=True),
        Column("no_survey", "r.no_survey", detail=True),
        Column("cancelled_at", "r.cancelled_at", "instant", detail=True),
        Column("cancel_reason", "r.cancel_reason", detail=True),
        Column("notes", "r.notes", "json", detail=True),
        _REFERENCE,
    ),
    filters=("customer", "kind", "channel", "status", "contract", "product", "serial", "taken_by"),
)  # fmt: skip

# A row of the dispatch register is one engineer's; the JSON record gathers them into its crew.
ASSIGNMENT_COLUMNS = (
    _ENGINEER,
    Column("departed_at", "w.departed_at", "instant"),
    Column("arrived_at", "w.arrived_at", "instant"),
    Column("callback_at", "w.callback_at", "instant"),
    Column("left_at", "w.left_at", "instant"),
    Column("returned_at", "w.returned_at", "instant"),
    Column("late_minutes", None, "int", brief=True, derived=True),
    Column("late_cause", "w.late_cause", "word:late_cause", brief=True),
    Column("days", None, "int", brief=True, derived=True),
    Column("late_note", "w.note", detail=True),
)

DISPATCHES = Register(
    "dispatch", "dispatches",
    "live_dispatch r JOIN live_crew w ON w.dispatch_id = r.id JOIN live_staff e ON e.id = w.engineer_id", "r.sent_at",
    (
        _ID["D"],
        Column("ticket", "r.ticket_id", "id:ticket", brief=True, need=True),
        Column("kind", "r.kind", "word:dispatch_kind", brief=True),
        Column("place", "r.place", brief=True, need=True),
        Column("sent_at", "r.sent_at", "instant", brief=True, need=True),
        Column("due", "w.due_at", "instant", brief=True),
        Column("status", "r.status", "word:dispatch_status", brief=True),
        Column("transit", "r.transit", "json", detail=True),
        Column("cancelled_at", "r.cancelled_at", "instant", detail=True),
        Column("cancel_reason", "r.cancel_reason", detail=True),
        Column("note", "r.note", detail=True),
        _REFERENCE,
        *ASSIGNMENT_COLUMNS,
    ),
    order="r.id, w.id",
    filters=("ticket", "kind", "place", "status"),
)  # fmt: skip

SERVICE_REPORTS = Register(
    "service_report", "service-reports",
    "live_service_report r JOIN live_staff s ON s.id = r.filed_by"
    " JOIN live_dispatch d ON d.id = r.dispatch_id", "r.filed_at",
    (
        _ID["R"],
        Column("dispatch", "r.dispatch_id", "id:dispatch", brief=True, need=True),
        Column("filed_by", "s.code", brief=True, need=True),
        Column("filed_at", "r.filed_at", "instant", brief=True, need=True),
        Column("fault_cause", "r.fault_cause", brief=True),
        Column("solution", "r.solution", brief=True),
        Column("parts", "r.parts", "json"),
        Column("no_parts", "r.no_parts", "flag"),
        Column("customer_opinion", "r.customer_opinion"),
        Column("complete", None, "flag", brief=True, derived=True),
        Column("missing", None, "json", brief=True, derived=True),
        Column("versions", "r.versions", "json", detail=True),
        Column("_kind", "d.kind"),
    ),
    filters=("dispatch", "filed_by"),
)  # fmt: skip

SURVEYS = Register(
    "survey", "surveys", "live_survey r", "r.at",
    (
        _ID["S"],
        Column("ticket", "r.ticket_id", "id:ticket", brief=True, need=True),
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("score", "r.score", "int", brief=True, need=True),
        Column("comment", "r.comment", brief=True),
        Column("via", "r.via", "word:survey_via", brief=True),
    ),
    filters=("ticket", "score", "via"),
)  # fmt: skip

COMPLAINTS = Register(
    "complaint", "complaints", f"live_complaint r LEFT JOIN live_staff s ON s.id = r.about_id {_PERSON_JOIN}", "r.at",
    (
        _ID["C"],
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("channel", "r.channel", "word:channel", brief=True, need=True),
        *_personal(("complainant", True)),
        Column("about", "s.code", brief=True),
        _TICKET,
        Column("summary", "r.summary", brief=True, need=True),
        Column("department", "r.department"),
        Column("finding", "r.finding", "word:complaint_finding", brief=True),
        Column("cause", "r.cause", "word:complaint_cause", brief=True),
        Column("status", "r.status", "word:complaint_status", brief=True),
        Column("round", "r.round", "int", brief=True),
        Column("decided_at", "r.decided_at", "instant", detail=True),
        Column("decided_by", "r.decided_by", detail=True),
        Column("steps", "r.steps", "json", detail=True),
        _REFERENCE,
    ),
    filters=("about", "ticket", "status", "finding", "cause", "department"),
)  # fmt: skip

PHONE_CHECKS = Register(
    "phone_check", "phone-checks", f"live_phone_check r {_ENGINEER_JOIN}", "r.at",
    (
        _ID["H"],
        Column("at", "r.at", "instant", brief=True, need=True),
        _ENGINEER,
        Column("result", "r.result", "word:phone_result", brief=True, need=True),
        Column("excused", "r.excused", brief=True),
        Column("by", 'r."by"', detail=True),
        Column("note", "r.note", detail=True),
    ),
    filters=("engineer", "result"),
)  # fmt: skip

CONDUCT = Register(
    "conduct", "conduct", f"live_conduct r {_ENGINEER_JOIN}", "r.at",
    (
        _ID["B"],
        Column("at", "r.at", "instant", brief=True, need=True),
        _ENGINEER,
        Column("rule", "r.rule", "word:conduct_rule", brief=True, need=True),
        Column("note", "r.note", brief=True, need=True),
        _TICKET,
        _DISPATCH,
        Column("by", 'r."by"', detail=True),
    ),
    filters=("engineer", "rule"),
)  # fmt: skip

_CLAIM_FACTS = (
    "live_expense r JOIN live_staff e ON e.id = r.engineer_id LEFT JOIN live_dispatch d ON d.id = r.dispatch_id"
    " LEFT JOIN live_crew w ON w.dispatch_id = r.dispatch_id AND w.engineer_id = r.engineer_id"
)
_EARLIER_INVOICE = (
    "(SELECT min(x.id) FROM live_expense x"
    " WHERE replace(x.invoice, ' ', '') = replace(r.invoice, ' ', '') COLLATE NOCASE AND x.id < r.id"
    " AND x.status <> 'rejected')"
)
EXPENSES = Register(
    "expense", "expenses", _CLAIM_FACTS, "r.spent_on",
    (
        _ID["E"],
        _ENGINEER,
        Column("category", "r.category", "word:category", brief=True, need=True),
        Column("amount", "r.amount_fen", "money", brief=True, need=True),
        Column("date", "r.spent_on", "date", brief=True, need=True),
        _DISPATCH,
        Column("ticket", "r.ticket_id", "id:ticket"),
        Column("from", "r.from_city"),
        Column("to", "r.to_city"),
        Column("place", "r.place"),
        Column("invoice", "r.invoice"),
        Column("status", "r.status", "word:expense_status", brief=True),
        Column("line", "r.line", "word:line", derived=True),
        Column("excluded", "r.excluded", "flag", derived=True),
        Column("problems", None, "json", brief=True, derived=True),
        Column("note", "r.note", detail=True),
        Column("decided_at", "r.decided_at", "instant", detail=True),
        Column("decided_by", "r.decided_by", detail=True),
        Column("override", 'r."override"', detail=True),
        Column("reason", "r.reason", detail=True),
        Column("sanction", "r.sanction", "word:sanction", detail=True),
        Column("refer_legal", "r.refer_legal", "flag", detail=True),
        Column("evidence", "r.evidence", detail=True),
        Column("falsified_at", "r.falsified_at", "instant", detail=True),
        Column("falsified_by", "r.falsified_by", detail=True),
        Column("reimbursed_at", "r.reimbursed_at", "instant", detail=True),
        _REFERENCE,
        Column("_engineer", "r.engineer_id"),
        Column("_home", "e.home"),
        Column("_role", "e.role"),
        Column("_trip_place", "d.place"),
        Column("_transit", "d.transit"),
        Column("_cancelled_at", "d.cancelled_at"),
        Column("_departed_at", "w.departed_at"),
        Column("_returned_at", "w.returned_at"),
        Column("_earlier", _EARLIER_INVOICE),
    ),
    filters=("engineer", "category", "status", "line", "dispatch", "ticket", "invoice"),
)  # fmt: skip

PENALTIES = Register(
    "penalty", "penalties", f"live_penalty r {_ENGINEER_JOIN}", "r.at",
    (
        _ID["P"],
        Column("clause", "r.clause", "word:clause", brief=True, need=True),
        Column("article", None, derived=True, brief=True),
        _ENGINEER,
        Column("subject", "r.subject", brief=True, need=True),
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("month", None, derived=True),
        Column("sanction", None, "sanction", brief=True, keys=("kind", "amount")),
        Column("needs", None, derived=True),
        Column("evidence", "r.evidence", "json"),
        Column("status", "r.status", "word:penalty_status", brief=True),
        Column("absorbed_by", None, derived=True),
        Column("decided_at", "r.decided_at", "instant", brief=True),
        Column("decided_by", "r.decided_by"),
        Column("reason", "r.reason"),
        Column("facts_changed", None, "flag", brief=True, derived=True),
        Column("via", "r.via", "word:settled_via", detail=True),
        Column("settled_at", "r.settled_at", "instant", detail=True),
        Column("natural_key", "r.natural_key", "raw", detail=True),
        Column("facts", "r.facts", "raw", detail=True),
        Column("history", "r.history", "json", detail=True),
        Column("_kind", "r.sanction"),
        Column("_amount_fen", "r.amount_fen"),
        Column("_key", "r.natural_key"),
        Column("_facts", "r.facts"),
    ),
    filters=("clause", "engineer", "status", "subject"),
)  # fmt: skip

POLICY = Register(
    "policy", "policy", "live_policy r", "r.set_at",
    (
        Column("key", 'r."key"', brief=True, need=True),
        Column("value", "r.value", brief=True, need=True),
        Column("from", "r.from_on", "date", brief=True, need=True),
        Column("reason", "r.reason", brief=True, need=True),
        Column("set_at", "r.set_at", "instant", brief=True),
        Column("by", 'r."by"', brief=True),
    ),
    filters=("key",),
)  # fmt: skip

APPOINTMENTS = Register(
    "appointment", "appointments", "live_appointment r", "r.at",
    (
        _NUMBER, _TICKET,
        Column("at", "r.at", "instant", need=True, brief=True),
        Column("on_site_by", "r.on_site_by", "instant", need=True, brief=True),
        Column("asked_by", "r.asked_by", "word:asked_by", need=True, brief=True),
        Column("moved", "r.moved", "flag", brief=True),
        Column("previous", "r.previous", "instant"),
        Column("by", 'r."by"'),
        Column("note", "r.note"),
    ),
)  # fmt: skip

ESCALATIONS = Register(
    "escalation", "escalations", "live_escalation r", "r.at",
    (
        _NUMBER, _TICKET,
        Column("at", "r.at", "instant", need=True, brief=True),
        Column("to", 'r."to"', need=True, brief=True),
        Column("major_quality", "r.major_quality", "flag", brief=True),
        Column("by", 'r."by"'),
        Column("note", "r.note", brief=True),
        Column("settled_at", "r.settled_at", "instant", brief=True),
        Column("settled_by", "r.settled_by"),
        Column("settled_note", "r.settled_note"),
    ),
)  # fmt: skip

HOLDS = Register(
    "hold", "holds", "live_hold r", "r.at",
    (
        _NUMBER, _TICKET,
        Column("at", "r.at", "instant", need=True, brief=True),
        Column("reason", "r.reason", need=True, brief=True),
        Column("by", 'r."by"'),
        Column("resumed_at", "r.resumed_at", "instant", brief=True),
    ),
)  # fmt: skip

# In the order in which an empty ledger takes them back.
REGISTERS: dict[str, Register] = {
    register.name: register
    for register in (
        STAFF, CUSTOMERS, CONTRACTS, TICKETS, DISPATCHES, SERVICE_REPORTS, SURVEYS, COMPLAINTS, CONTACTS, PHONE_CHECKS,
        CONDUCT, EXPENSES, PENALTIES, POLICY, APPOINTMENTS, ESCALATIONS, HOLDS,
    )
}  # fmt: skip
BY_TABLE = {register.table: register for register in REGISTERS.values()}

# A finding is derived, never stored; its columns stand here for its lists.
FINDING_COLUMNS = (
    Column("clause", kind="word:clause", brief=True),
    Column("article", brief=True),
    Column("engineer", brief=True),
    Column("subject", brief=True),
    Column("at", kind="instant", brief=True),
    Column("month"),
    Column("sanction", kind="sanction", brief=True, keys=("kind", "amount")),
    Column("needs", kind="word:needs", brief=True),
    Column("evidence", kind="evidence", brief=True),
    Column("penalty", brief=True),
    Column("status", kind="word:finding_status", brief=True),
    Column("absorbed_by", brief=True),
)
