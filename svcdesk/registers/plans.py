"""What is to be done again and again, and what is to be put right: plans, inspections, rectifications (2.4; S1 18)."""

from svcdesk.columns import NOW, Column
from svcdesk.penalties.fulfilled import FULFILLED
from svcdesk.registers import computed
from svcdesk.registers.declaring import (
    BY,
    PERSON,
    REFERENCE,
    Decision,
    Derivation,
    Need,
    Register,
    Step,
    numbered,
    staff_link,
)

PLANS = Register(
    "plan", "plans",
    "live_plan r LEFT JOIN live_customer c ON c.id = r.customer_id LEFT JOIN live_staff s ON s.id = r.by_id", "r.at",
    (
        numbered("plan"),
        Column("kind", "r.kind", "word:plan_kind", brief=True, need=True),
        Column("title", "r.title", brief=True, need=True),
        Column("every", "r.every", "word:every", brief=True, need=True),
        Column("from", "r.from_on", "date", need=True, ahead=True, said="from_on"),
        Column("anchor", "r.anchor", "word:anchor", default="done"),
        Column("target", "coalesce(c.name, r.region, r.area, r.department)", brief=True, derived=True),
        staff_link("by", "by_id", brief=True),
        Column("due", None, "date", brief=True, derived=True, said="due_day"),
        Column("last_done", None, "date", brief=True, derived=True),
        Column("status", None, "word:plan_status", brief=True, derived=True),
        Column("at", "r.at", "instant", detail=True, need=True, default=NOW),
        Column("customer", "c.name", detail=True, link="customer_id", refers="customer"),
        Column("region", "r.region", detail=True),
        Column("area", "r.area", detail=True),
        Column("department", "r.department", detail=True),
        Column("for_key", "r.for_key", "flag", detail=True, default=0),
        Column("ended_at", "r.ended_at", "instant", detail=True),
        Column("steps", "r.steps", "json", detail=True, default="[]", steps=("at", "step"), quiet=True),
        Column("occurrences", None, "json", detail=True, derived=True),
        Column("note", "r.note", detail=True),
        Column("_fulfilled", FULFILLED),
    ),
    filters=("kind", "customer", "region", "area", "department", "by"),
    derivation=Derivation(
        ("every", "from", "anchor", "steps", "ended_at", "_fulfilled"),
        ("due", "last_done", "status", "occurrences"),
        computed.plan,
    ),
    decided=(Decision(("steps",), ("plan skip", "plan move"), "2.4", imported=True),),
    stamps={"ended_at": "plan end"},
    sequence=(("at", "ended_at"),),
)  # fmt: skip

_FOUND = (
    "(SELECT json_group_array('RC' || f.id) FROM (SELECT id FROM live_rectification WHERE source = 'IN' || r.id"
    " ORDER BY id) f)"
)
INSPECTIONS = Register(
    "inspection", "inspections",
    "live_inspection r JOIN live_staff s ON s.id = r.by_id LEFT JOIN live_staff q ON q.id = r.person_id " + PERSON,
    "r.at",
    (
        numbered("inspection"),
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("kind", "r.kind", "word:inspection_kind", brief=True, need=True),
        Column("area", "r.area", brief=True, need=True),
        staff_link("by", "by_id", brief=True, need=True),
        Column("plan", "r.plan_id", "id:plan", brief=True),
        Column("clean", "r.clean", "flag", brief=True, default=0),
        Column("found", _FOUND, "json", brief=True, derived=True),
        Column("items", "r.items", "json", detail=True, default="[]"),
        staff_link("person", "person_id", "q", said="inspected"),
        Column("score", "p.name", "personal:score"),
        Column("ticket", "r.ticket_id", "id:ticket"),
        Column("note", "r.note", detail=True),
        REFERENCE,
    ),
    filters=("kind", "area", "by", "plan", "person", "ticket"),
    since_ticket="at",
)  # fmt: skip

_CLOSING = ("rectify done", "rectify verify", "rectify cancel")
RECTIFICATIONS = Register(
    "rectification", "rectifications", "live_rectification r LEFT JOIN live_staff s ON s.id = r.owner_id",
    "r.opened_at",
    (
        numbered("rectification"),
        Column("source", "r.source", brief=True, whole=True),
        Column("summary", "r.summary", brief=True, need=True, said="to_mend"),
        staff_link("owner", "owner_id", brief=True),
        Column("department", "r.department", brief=True),
        Column("level", "r.level", "word:level", brief=True),
        Column("measure", "r.measure"),
        Column("opened_at", "r.opened_at", "instant", brief=True, need=True),
        Column("due", "r.due_on", "date", brief=True, need=True, ahead=True, said="due_day"),
        Column("dues", "r.dues", "json", default="[]", steps=("at", "due")),
        Column("done_at", "r.done_at", "instant"),
        Column("verified_at", "r.verified_at", "instant"),
        Column("verified_by", "r.verified_by"),
        Column("round", "r.round", "int", default=1, least=1),
        Column("status", "r.status", "word:rectification_status", brief=True, default="open"),
        Column("cancelled_at", "r.cancelled_at", "instant", detail=True),
        Column("steps", "r.steps", "json", detail=True, default="[]", steps=("at", "step"), quiet=True),
        BY,
        REFERENCE,
    ),
    filters=("source", "owner", "department", "level", "status"),
    steps=(Step("done", "rectification_done", "done", stamps=("done_at",), needs_note=True),),
    decided=(
        Decision(("status", "round", "done_at", "cancelled_at", "steps"), _CLOSING, "S1 18", imported=True),
        Decision(("verified_at", "verified_by"), ("rectify verify",), "S1 18", ("closed",)),
        Decision(("dues",), ("rectify extend",), "S1 18", imported=True),
    ),
    sequence=(("opened_at", "done_at"), ("done_at", "verified_at"), ("opened_at", "cancelled_at")),
    needs=(Need("verified_at", (), ("done_at",)),),
    never=(
        ("status = 'done' AND done_at IS NULL", "status, done_at"),
        ("status = 'open' AND done_at IS NOT NULL", "status, done_at"),
        ("status <> 'closed' AND verified_at IS NOT NULL", "status, verified_at"),
        ("(status = 'cancelled') <> (cancelled_at IS NOT NULL)", "status, cancelled_at"),
    ),
)  # fmt: skip
