"""What the service cost: the expenses."""

from typing import get_args

from svcdesk.columns import ONE_INVOICE, Column
from svcdesk.model import FraudSanction
from svcdesk.registers import computed
from svcdesk.registers.declaring import DISPATCH, ENGINEER, REFERENCE, Decision, Derivation, Need, Register, numbered

_CLAIM_FACTS = (
    "live_expense r JOIN live_staff e ON e.id = r.engineer_id LEFT JOIN live_dispatch d ON d.id = r.dispatch_id"
    " LEFT JOIN live_crew w ON w.dispatch_id = r.dispatch_id AND w.engineer_id = r.engineer_id"
)
_EARLIER_INVOICE = (
    f"(SELECT min(x.id) FROM live_expense x WHERE {ONE_INVOICE.format('x.invoice', 'r.invoice')} AND x.id < r.id"
    " AND x.status <> 'rejected' AND x.refund_of IS NULL"
    " AND coalesce(x.shared_with, x.id) <> coalesce(r.shared_with, r.id))"
)
# Neither the whole dispatch will be made, nor this engineer's part of it.
_WILL_NOT_GO = "(d.status = 'cancelled' OR (d.id IS NOT NULL AND w.id IS NULL))"
EXPENSES = Register(
    "expense", "expenses", _CLAIM_FACTS, "r.spent_on",
    (
        numbered("expense"),
        ENGINEER._replace(said="claimant"),
        Column("category", "r.category", "word:category", brief=True, need=True),
        Column("amount", "r.amount_fen", "money", brief=True, need=True, signed=True),
        Column("date", "r.spent_on", "date", brief=True, need=True),
        DISPATCH,
        Column("ticket", "r.ticket_id", "id:ticket"),
        Column("from", "r.from_city"),
        Column("to", "r.to_city"),
        Column("place", "r.place"),
        Column("invoice", "r.invoice", alike=ONE_INVOICE.format("r.invoice", "?")),
        Column("shared_with", "r.shared_with", "id:expense", detail=True),
        Column("refund_of", "r.refund_of", "id:expense", detail=True),
        Column("status", "r.status", "word:expense_status", brief=True, default="submitted"),
        Column("line", "r.line", "word:line", derived=True),
        Column("excluded", "r.excluded", "flag", derived=True),
        Column("problems", None, "json", brief=True, derived=True),
        Column("note", "r.note", detail=True),
        Column("decided_at", "r.decided_at", "instant", detail=True, said="decided_on"),
        Column("decided_by", "r.decided_by", detail=True, said="decider"),
        Column("override", 'r."override"', detail=True),
        Column("reason", "r.reason", detail=True),
        Column("sanction", "r.sanction", "word:sanction", detail=True, words=get_args(FraudSanction)),
        Column("refer_legal", "r.refer_legal", "flag", detail=True, default=0),
        Column("evidence", "r.evidence", detail=True),
        Column("falsified_at", "r.falsified_at", "instant", detail=True),
        Column("falsified_by", "r.falsified_by", detail=True),
        Column("reimbursed_at", "r.reimbursed_at", "instant", detail=True),
        REFERENCE,
        Column("_engineer", "r.engineer_id"),
        Column("_home", "e.home"),
        Column("_role", "e.role"),
        Column("_trip_place", "d.place"),
        Column("_transit", "d.transit"),
        Column("_will_not_go", _WILL_NOT_GO),
        Column("_departed_at", "w.departed_at"),
        Column("_returned_at", "w.returned_at"),
        Column("_earlier", _EARLIER_INVOICE),
    ),
    filters=("engineer", "category", "status", "line", "dispatch", "ticket", "invoice"),
    derivation=Derivation(
        ("amount", "category", "date", "from", "to", "place", "invoice", "_engineer", "dispatch", "_home", "_role",
         "_trip_place", "_transit", "_will_not_go", "_departed_at", "_returned_at", "_earlier", "refund_of"),
        ("problems",),
        computed.expense,
    ),
    decided=(
        Decision(
            ("status", "decided_at", "decided_by", "override", "reason"), ("expense approve", "expense reject"), "4.3"
        ),
        Decision(("reimbursed_at",), ("expense reimburse",), "4.3"),
        Decision(
            ("sanction", "refer_legal", "evidence", "falsified_at", "falsified_by"), ("expense falsified",), "4.3"
        ),
        Decision(
            ("engineer", "category", "amount", "date", "dispatch", "ticket", "invoice", "shared_with", "refund_of"),
            ("expense reject",), "4.3",
            ("approved", "reimbursed", "falsified"),
        ),
    ),
    sequence=(("decided_at", "reimbursed_at"),),
    needs=(
        Need("status", ("falsified",), ("falsified_at", "sanction")), Need("falsified_at", (), ("sanction",)),
    ),
    never=(
        ("(status = 'falsified') <> (falsified_at IS NOT NULL)", "status, falsified_at"),
        ("status = 'falsified' AND sanction IS NULL", "status, sanction"),
    ),
)  # fmt: skip
