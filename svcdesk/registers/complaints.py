"""What people did or are said to have done: complaints, phone checks, conduct."""

from typing import get_args

from svcdesk.columns import Column
from svcdesk.model import ComplaintChannel
from svcdesk.registers import computed
from svcdesk.registers.declaring import (
    BY,
    DISPATCH,
    ENGINEER,
    ENGINEER_JOIN,
    PERSON,
    REFERENCE,
    TICKET,
    Add,
    Decision,
    Derivation,
    Need,
    Register,
    numbered,
)

_STEPS = (
    "complaint assign", "complaint investigate", "complaint decide", "complaint remedy", "complaint feedback",
    "complaint close",
)  # fmt: skip
# The codes of everybody whom a complaint is about; one of an earlier version names one, by number.
_ABOUT = "coalesce(r.about, iif(s.code IS NULL, '[]', json_array(s.code)))"
COMPLAINTS = Register(
    "complaint", "complaints", f"live_complaint r LEFT JOIN live_staff s ON s.id = r.about_id {PERSON}", "r.at",
    (
        numbered("complaint"),
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("channel", "r.channel", "word:channel", brief=True, need=True, words=get_args(ComplaintChannel)),
        Column("complainant", "p.name", "personal:name", brief=True),
        Column("about", _ABOUT, "json", brief=True, link="about"),
        TICKET,
        Column("summary", "r.summary", brief=True, need=True),
        Column("department", "r.department"),
        Column("finding", "r.finding", "word:complaint_finding", brief=True),
        Column("cause", "r.cause", "word:complaint_cause", brief=True),
        Column("status", "r.status", "word:complaint_status", brief=True, default="registered"),
        Column("round", "r.round", "int", brief=True, default=1, least=1),
        Column("decided_at", "r.decided_at", "instant", detail=True),
        Column("decided_by", "r.decided_by", detail=True),
        Column("against", "r.against", "json", detail=True),
        Column("score", "r.score", "int", detail=True, least=1, most=5),
        Column("steps", "r.steps", "json", detail=True, default="[]", steps=("at", "round", "step"), quiet=True),
        REFERENCE,
    ),
    filters=("about", "ticket", "status", "finding", "cause", "department"),
    decided=(
        Decision(("finding", "cause", "decided_at", "decided_by", "against"), ("complaint decide",), "4.1"),
        Decision(("about",), ("complaint decide",), "4.1", ("decided", "remedied", "fed_back", "closed")),
        Decision(("status", "round", "steps"), _STEPS, "4.1"),
        Decision(("department",), ("complaint assign",), "4.1"),
        Decision(("score",), ("complaint feedback",), "4.1"),
    ),
    sequence=(("at", "decided_at"),),
    since_ticket="at",
    needs=(
        Need("finding", (), ("decided_at",)), Need("finding", ("upheld", "partly"), ("cause",)),
        Need("finding", ("upheld",), ("about",)), Need("cause", (), ("finding",)),
    ),
    never=(
        ("(finding IS NULL) <> (decided_at IS NULL)", "finding, decided_at"),
        ("status IN ('decided', 'remedied', 'fed_back', 'closed') AND finding IS NULL", "status, finding"),
    ),
)  # fmt: skip

PHONE_CHECKS = Register(
    "phone_check", "phone-checks", f"live_phone_check r {ENGINEER_JOIN}", "r.at",
    (
        numbered("phone_check"),
        Column("at", "r.at", "instant", brief=True, need=True),
        ENGINEER._replace(said="concerned"),
        Column("result", "r.result", "word:phone_result", brief=True, need=True),
        Column("excused", "r.excused", brief=True),
        BY,
        Column("note", "r.note", detail=True),
    ),
    filters=("engineer", "result"),
    add=Add("log", "phone_checked", asks=("engineer", "result"), takes=("excused",), by_place=("engineer",)),
)  # fmt: skip

CONDUCT = Register(
    "conduct", "conduct", f"live_conduct r {ENGINEER_JOIN}", "r.at",
    (
        numbered("conduct"),
        Column("at", "r.at", "instant", brief=True, need=True),
        ENGINEER._replace(said="concerned"),
        Column("rule", "r.rule", "word:conduct_rule", brief=True, need=True),
        Column("article", None, derived=True),
        Column("note", "r.note", brief=True, need=True),
        TICKET,
        DISPATCH,
        BY,
    ),
    filters=("engineer", "rule"),
    derivation=Derivation(("rule",), ("article",), computed.conduct),
    add=Add(
        "record", "conduct_recorded", asks=("engineer", "rule", "note"), takes=("dispatch", "ticket"),
        by_place=("engineer", "rule"),
    ),
)  # fmt: skip
