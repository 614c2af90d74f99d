"""What the clauses found: the penalties that were recorded, and the columns of findings."""

from svcdesk.columns import Column
from svcdesk.registers import computed
from svcdesk.registers.declaring import ENGINEER, ENGINEER_JOIN, Decision, Derivation, Need, Register, numbered

PENALTIES = Register(
    "penalty", "penalties", f"live_penalty r {ENGINEER_JOIN}", "r.at",
    (
        numbered("penalty"),
        Column("clause", "r.clause", "word:clause", brief=True, need=True),
        Column("article", None, derived=True, brief=True),
        ENGINEER._replace(said="concerned"),
        Column("subject", "r.subject", brief=True, need=True),
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("month", None, derived=True),
        Column("sanction", None, "sanction", brief=True, keys=("kind", "amount")),
        Column("needs", None, derived=True),
        Column("evidence", "r.evidence", "json", default="{}"),
        Column("status", "r.status", "word:penalty_status", brief=True, default="proposed"),
        Column("absorbed_by", None, derived=True),
        Column("decided_at", "r.decided_at", "instant", brief=True),
        Column("decided_by", "r.decided_by"),
        Column("reason", "r.reason"),
        Column("facts_changed", None, "flag", brief=True, derived=True),
        Column("via", "r.via", "word:settled_via", detail=True),
        Column("settled_at", "r.settled_at", "instant", detail=True),
        Column("natural_key", "r.natural_key", "raw", detail=True),
        Column("facts", "r.facts", "raw", detail=True, default=""),
        Column("history", "r.history", "json", detail=True, default="[]", steps=("at", "step", "by"), quiet=True),
        Column("_sanction_kind", "r.sanction", "word:sanction", follows=True),
        Column("_sanction_amount", "r.amount_fen", "money"),
        Column("_key", "r.natural_key"),
        Column("_facts", "r.facts"),
    ),
    filters=("clause", "engineer", "status", "subject"),
    derivation=Derivation(
        ("clause", "engineer", "at", "_sanction_kind", "_sanction_amount", "_key", "_facts"),
        ("article", "month", "sanction", "absorbed_by", "facts_changed"),
        computed.penalty,
        many=True,
    ),
    decided=(
        Decision(("via", "settled_at"), ("penalty settle",), "4.2-4.8"),
        Decision(
            ("clause", "engineer", "subject", "at", "sanction_kind", "sanction_amount", "evidence", "status",
             "decided_at", "decided_by", "reason", "natural_key", "facts", "history"),
            ("penalty confirm", "penalty waive", "penalty decide"), "4.2-4.8",
        ),
    ),
    sequence=(("at", "decided_at"), ("decided_at", "settled_at")),
    needs=(Need("sanction_kind", ("fine",), ("sanction_amount",)),),
    never=(("sanction = 'fine' AND amount_fen IS NULL", "sanction, amount_fen"),),
)  # fmt: skip

# A finding is derived, never stored; its columns stand here for its lists.
FINDING_COLUMNS = (
    Column("clause", kind="word:clause", brief=True),
    Column("article", brief=True),
    Column("engineer", brief=True, said="concerned"),
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
