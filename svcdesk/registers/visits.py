"""Visits and follow-ups, and what was suggested in them or elsewhere (2.4, 2.5; S7 1.5, 1.6)."""

from svcdesk.columns import Column
from svcdesk.registers.declaring import (
    BY,
    DISPATCH,
    REFERENCE,
    TICKET,
    Add,
    Decision,
    Need,
    Register,
    Step,
    numbered,
    staff_link,
)

_OPINIONS = (
    "(SELECT json_group_array(json_object('suggestion', 'SG' || o.id, 'aspect', o.aspect, 'text', o.text)) FROM"
    " (SELECT id, aspect, text FROM live_suggestion WHERE source = 'VS' || r.id ORDER BY id) o)"
)
VISITS = Register(
    "visit", "visits",
    "live_visit r JOIN live_customer c ON c.id = r.customer_id JOIN live_staff s ON s.id = r.by_id", "r.at",
    (
        numbered("visit"),
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("customer", "c.name", brief=True, need=True, link="customer_id", refers="customer"),
        staff_link("by", "by_id", brief=True, need=True),
        Column("way", "r.way", "word:way", brief=True, need=True),
        Column("plan", "r.plan_id", "id:plan", brief=True),
        DISPATCH._replace(brief=False),
        TICKET,
        Column("summary", "r.summary", brief=True, need=True),
        Column("use", "r.use"),
        Column("opinions", _OPINIONS, "json", derived=True, said="said"),
        Column("introduced", "r.introduced"),
        Column("score", "r.score", "int", brief=True, least=1, most=5),
        Column("note", "r.note", detail=True),
        REFERENCE,
    ),
    filters=("customer", "by", "way", "plan", "dispatch", "ticket", "score"),
    since_ticket="at",
)  # fmt: skip

_ANSWERED = ("suggestion send", "suggestion answer", "suggestion tell", "suggestion close")
SUGGESTIONS = Register(
    "suggestion", "suggestions",
    "live_suggestion r LEFT JOIN live_customer c ON c.id = r.customer_id LEFT JOIN live_staff s ON s.id = r.person_id",
    "r.at",
    (
        numbered("suggestion"),
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("customer", "c.name", brief=True, link="customer_id", refers="customer"),
        staff_link("person", "person_id", said="suggested_by"),
        Column("aspect", "r.aspect", "word:aspect", brief=True, need=True),
        Column("product", "r.product"),
        Column("serial", "r.serial", whole=True),
        Column("text", "r.text", brief=True, need=True),
        Column("from", "r.source", whole=True, said="source"),
        Column("department", "r.department", brief=True),
        Column("sent_at", "r.sent_at", "instant", said="handed_on"),
        Column("due", "r.due_on", "date", brief=True, ahead=True, said="due_day"),
        Column("answer", "r.answer", "word:suggestion_answer", brief=True),
        Column("answered_at", "r.answered_at", "instant"),
        Column("told_at", "r.told_at", "instant"),
        Column("status", "r.status", "word:suggestion_status", brief=True, default="open"),
        Column("closed_at", "r.closed_at", "instant", detail=True),
        Column("steps", "r.steps", "json", detail=True, default="[]", steps=("at", "step"), quiet=True),
        BY,
        REFERENCE,
    ),
    filters=("customer", "person", "aspect", "product", "serial", "from", "department", "answer", "status"),
    add=Add(
        "add", "suggestion_added", asks=("aspect", "text"), takes=("customer", "person", "product", "serial", "from"),
    ),
    steps=(
        Step("send", "suggestion_sent", "sent", stamps=("sent_at",), asks=("to=department",), takes=("due",)),
        Step("tell", "suggestion_told", "told", stamps=("told_at",)),
        Step("close", "suggestion_closed", "closed", stamps=("closed_at",)),
    ),
    decided=(
        Decision(
            ("status", "steps", "sent_at", "department", "told_at", "closed_at"), _ANSWERED, "S7 1.5", imported=True,
        ),
        Decision(("answer", "answered_at"), ("suggestion answer",), "S7 1.5", ("answered", "told", "closed")),
    ),
    sequence=(
        ("at", "sent_at"), ("sent_at", "answered_at"), ("answered_at", "told_at"), ("told_at", "closed_at"),
    ),
    needs=(
        Need("sent_at", (), ("department",)), Need("answer", (), ("answered_at",)),
        Need("answered_at", (), ("answer",)),
    ),
    never=(
        ("status <> 'open' AND sent_at IS NULL", "status, sent_at"),
        ("(status IN ('answered', 'told', 'closed')) <> (answered_at IS NOT NULL)", "status, answered_at"),
        ("(status IN ('told', 'closed')) <> (told_at IS NOT NULL)", "status, told_at"),
        ("(status = 'closed') <> (closed_at IS NOT NULL)", "status, closed_at"),
    ),
)  # fmt: skip
