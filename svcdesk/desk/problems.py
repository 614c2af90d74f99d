"""Quality problems: opened from tickets, sent to departments, answered, verified, closed (3.8); fault causes."""

import json
from collections.abc import Sequence
from datetime import date, timedelta

from svcdesk.desk.act import Act, Receipt
from svcdesk.errors import BadInput, NotFound, Refused
from svcdesk.finder.index import folded
from svcdesk.model import Record
from svcdesk.periods import day_of, stored
from svcdesk.regulation import problems
from svcdesk.regulation.states import allow
from svcdesk.store import Ledger


def open_(
    act: Act, tickets: Sequence[str], summary: str, product: str | None = None, fault_cause: str | None = None
) -> Receipt:
    """Open a quality problem from the tickets that show it."""
    shown = [act.ledger.named("ticket", ticket) for ticket in dict.fromkeys(tickets)]
    return Receipt("problem_opened", "problem", _opened(act, shown, summary, product, fault_cause))


def _opened(
    act: Act, tickets: Sequence[Record], summary: str, product: str | None = None, fault_cause: str | None = None
) -> int:
    products = {ticket["product"] for ticket in tickets}
    return act.ledger.insert(
        "problem", opened_at=act.at(after=max(ticket["received_at"] for ticket in tickets)), summary=summary,
        product=product or (products.pop() if len(products) == 1 else None), fault_cause=fault_cause,
        tickets=[f"T{ticket['id']}" for ticket in tickets], by=act.by, note=act.note,
    )  # fmt: skip


def departments(ledger: Ledger, problem_id: int) -> list[Record]:
    """List what each department was asked and answered, in the order in which they were asked."""
    return ledger.rows("SELECT * FROM live_problem_department WHERE problem_id = ? ORDER BY id", (problem_id,))


def _taken(act: Act, text: str, verb: str) -> tuple[Record, list[Record]]:
    """Load a problem that may take a step, with its departments."""
    problem = act.ledger.named("problem", text)
    asked = departments(act.ledger, problem["id"])
    answers = [one["answered_at"] for one in asked]
    solved = problems.verified(answers, json.loads(problem["verifications"]))
    allow("problem", {**problem, "status": problems.status(problem["closed_at"], answers, solved)}, verb)
    return {**problem, "solved": solved}, asked


def send(act: Act, text: str, to: str, due: date | None = None) -> Receipt:
    """Ask a department for the cause and a measure; without a day within the days of the policy. Raises Refused."""
    problem, asked = _taken(act, text, "send")
    at = act.at(after=problem["opened_at"])
    if any(one["department"] == to for one in asked):
        raise Refused("department_asked", id=f"QP{problem['id']}", department=to, article="3.8")
    day = day_of(at, act.zone)
    due = due or _usual(act, day)
    if due < day:
        raise BadInput("due_before", due=due, day=day)
    act.ledger.insert("problem_department", problem_id=problem["id"], department=to, sent_at=at, due_on=due)
    return Receipt("problem_sent", "problem", problem["id"], {"department": to, "due": due})


def _usual(act: Act, day: date) -> date:
    return day + timedelta(days=act.basis.value("problem.due_days", act.when))


def answer(
    act: Act, text: str, department: str, cause: str, measure: str, from_serial: str | None = None
) -> Receipt:  # fmt: skip
    """Record what a department found to be the cause, and what it does about it. Raises NotFound or Refused."""
    problem, asked = _taken(act, text, "answer")
    one = next((one for one in asked if one["department"] == department), None)
    if one is None:
        names = [one["department"] for one in asked]
        raise NotFound("department_not_asked", id=f"QP{problem['id']}", department=department, near=names)
    if one["answered_at"]:
        raise Refused("department_answered", id=f"QP{problem['id']}", department=department, article="3.8")
    said = {"cause": cause, "measure": measure, "from_serial": from_serial}
    act.ledger.update(
        "problem_department", one["id"], answered_at=act.at(after=one["sent_at"]), answered_by=act.by, **said
    )
    waits = [other["department"] for other in asked if not (other["answered_at"] or other is one)]
    key = "problem_answered_partly" if waits else "problem_answered"
    return Receipt(key, "problem", problem["id"], {"department": department, "waits": waits})


def join(act: Act, text: str, ticket: str) -> Receipt:
    """Add a ticket that shows the same problem."""
    problem, _ = _taken(act, text, "join")
    name = f"T{act.ledger.named('ticket', ticket)['id']}"
    _join(act, problem, name)
    return Receipt("problem_joined", "problem", problem["id"], {"ticket": name})


def _join(act: Act, problem: Record, ticket: str) -> None:
    known = json.loads(problem["tickets"])
    if ticket in known:
        raise Refused("ticket_joined", id=f"QP{problem['id']}", ticket=ticket, article="3.8")
    act.ledger.update("problem", problem["id"], tickets=[*known, ticket])


def verify(act: Act, text: str, *, solved: bool) -> Receipt:
    """Record whether the measures solved it; where they did not, every department is asked anew."""
    problem, asked = _taken(act, text, "verify")
    at = act.at(after=max(one["answered_at"] for one in asked))
    tried = {"at": stored(at), "solved": solved, "by": act.by, "note": act.note}
    verifications = [*json.loads(problem["verifications"]), {k: v for k, v in tried.items() if v is not None}]
    act.ledger.update("problem", problem["id"], verifications=verifications)
    for one in asked if not solved else ():
        answered = {"at": one["answered_at"], "due": one["due_on"], "cause": one["cause"], "measure": one["measure"]}
        act.ledger.update(
            "problem_department", one["id"], earlier=[*json.loads(one["earlier"] or "[]"), answered], sent_at=at,
            due_on=_usual(act, day_of(at, act.zone)), answered_at=None, answered_by=None, cause=None, measure=None,
            from_serial=None,
        )  # fmt: skip
    names = [one["department"] for one in asked]
    return Receipt(
        "problem_solved" if solved else "problem_not_solved", "problem", problem["id"], {"departments": names}
    )


def close(act: Act, text: str) -> Receipt:
    """Close a problem whose departments have all answered and whose measures were verified (3.8). Raises Refused."""
    problem, asked = _taken(act, text, "close")
    name, waits = f"QP{problem['id']}", [one["department"] for one in asked if not one["answered_at"]]
    if waits:
        raise Refused("problem_unanswered", id=name, departments=waits, department=waits[0], article="3.8")
    if not problem["solved"] or not asked:
        raise Refused("problem_unverified", id=name, article="3.8")
    tried = json.loads(problem["verifications"])
    at = act.at(after=max(one["at"] for one in tried))
    act.ledger.update("problem", problem["id"], closed_at=at, closed_by=act.by)
    return Receipt("problem_closed", "problem", problem["id"])


# A major quality problem that is handed on from a ticket


def escalated(act: Act, ticket: Record, to: str, text: str | None) -> int:
    """Open a problem of a ticket, or have the ticket join one, and ask the department; return the problem's number."""
    if text:
        problem, _ = _taken(act, text, "join")
        number, name = int(problem["id"]), f"T{ticket['id']}"
        if name not in json.loads(problem["tickets"]):
            _join(act, problem, name)
    else:
        number = _opened(act, [ticket], ticket["summary"])
    if all(one["department"] != to for one in departments(act.ledger, number)):
        send(act, f"QP{number}", to)
    return number


def settled(act: Act, escalation: Record, note: str) -> None:
    """Take the settling of an escalation for the department's answer, where it has given none yet."""
    for one in departments(act.ledger, escalation["problem_id"]):
        if one["department"] == escalation["to"] and not one["answered_at"]:
            at = act.at(after=one["sent_at"])
            act.ledger.update("problem_department", one["id"], answered_at=at, answered_by=act.by, measure=note)


# Fault causes


def alias(act: Act, text: str, means: str) -> Receipt:
    """Note that two texts name one fault cause."""
    if folded(text) == folded(means):
        raise BadInput("alias_of_itself", text=text)
    number = act.ledger.insert("cause_alias", at=act.at(), text=text, means=means, by=act.by)
    return Receipt("cause_aliased", "cause_alias", number, {"text": text, "means": means})
