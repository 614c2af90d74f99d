"""Quality problems fed back to the departments and solved (3.8), and which texts name one fault cause."""

from datetime import date
from typing import Any

from svcdesk.columns import Column
from svcdesk.periods import LocalHours, end_of_day, stored
from svcdesk.registers.computed import Work, loads
from svcdesk.registers.declaring import BY, NUMBER, REFERENCE, Decision, Derivation, Members, Need, Register, numbered
from svcdesk.regulation import problems
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger


def _worked_out(basis: Basis, _: Ledger, __: LocalHours) -> Work:
    """Work out how a problem stands, and whether a department answered by the end of its due day."""
    now = stored(basis.now)

    def work(due: str | None, answered: str | None, closed: str | None, tried: str, answers: str) -> tuple[Any, ...]:
        known = loads(answers)
        solved = problems.verified(known, loads(tried))
        in_time = None
        if due:
            until = stored(end_of_day(date.fromisoformat(due), basis.zone))
            in_time = answered <= until if answered else False if now > until else None
        return in_time, solved, problems.status(closed, known, solved)

    return work


_ASKED = (
    Column("department", "w.department", brief=True),
    Column("sent_at", "w.sent_at", "instant"),
    Column("due", "w.due_on", "date", ahead=True, said="due_day"),
    Column("answered_at", "w.answered_at", "instant"),
    Column("cause", "w.cause"),
    Column("measure", "w.measure"),
    Column("from_serial", "w.from_serial", whole=True),
    Column("in_time", None, "flag", brief=True, derived=True),
    Column("answered_by", "w.answered_by", detail=True),
    Column("earlier", "w.earlier", "json", detail=True, steps=("at", "due"), quiet=True),
)
_ANSWERS = (
    "(SELECT json_group_array(a.answered_at) FROM (SELECT answered_at FROM live_problem_department"
    " WHERE problem_id = r.id ORDER BY id) a)"
)
PROBLEMS = Register(
    "problem", "problems", "live_problem r LEFT JOIN live_problem_department w ON w.problem_id = r.id", "r.opened_at",
    (
        numbered("problem"),
        Column("opened_at", "r.opened_at", "instant", brief=True, need=True),
        Column("summary", "r.summary", brief=True, need=True),
        Column("product", "r.product", brief=True),
        Column("fault_cause", "r.fault_cause"),
        Column("tickets", "r.tickets", "json", brief=True, need=True, said="of_tickets"),
        Column("verified", None, "flag", derived=True),
        Column("status", None, "word:problem_status", brief=True, derived=True),
        *_ASKED,
        Column(
            "verifications", "r.verifications", "json", detail=True, default="[]", steps=("at", "solved"), quiet=True
        ),
        Column("closed_at", "r.closed_at", "instant", detail=True),
        Column("closed_by", "r.closed_by", detail=True),
        BY,
        Column("note", "r.note", detail=True),
        REFERENCE,
        Column("_answers", _ANSWERS),
    ),
    order="r.id, w.id",
    filters=("product", "status", "department"),
    members=Members(
        "departments", "problem_department", "problem_id", "department", _ASKED, optional=True,
        sequence=(("sent_at", "answered_at"),), needs=(Need("department", (), ("sent_at", "due")),),
    ),
    derivation=Derivation(
        ("due", "answered_at", "closed_at", "verifications", "_answers"), ("in_time", "verified", "status"), _worked_out
    ),
    decided=(Decision(("verifications",), ("problem verify",), "3.8", imported=True),),
    stamps={"closed_at": "problem close", "answered_at": "problem answer"},
    sequence=(("opened_at", "closed_at"),),
)  # fmt: skip

CAUSE_ALIASES = Register(
    "cause_alias", "cause-aliases", "live_cause_alias r", "r.at",
    (
        NUMBER,
        Column("at", "r.at", "instant", brief=True, need=True),
        Column("text", "r.text", brief=True, need=True, said="fault_cause"),
        Column("means", "r.means", brief=True, need=True),
        BY,
    ),
)  # fmt: skip
