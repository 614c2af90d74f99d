"""complaint: registered, assigned, investigated, decided, remedied, fed back, closed (4.1, 4.2)."""

import json
from typing import Annotated, Any

import typer

from svcdesk.commands.context import Write
from svcdesk.commands.noun import Noun, Text, one_of
from svcdesk.commands.prompts import personal_text
from svcdesk.commands.receipts import Receipt
from svcdesk.errors import BadInput, Refused
from svcdesk.model import ComplaintCause, ComplaintChannel, ComplaintFinding, Record
from svcdesk.periods import stored
from svcdesk.registers.declarations import COMPLAINTS
from svcdesk.regulation import states
from svcdesk.regulation.states import allow
from svcdesk.session import current

noun = Noun("complaint")
Complaint = Annotated[str, typer.Argument()]
Note = Annotated[str, typer.Option("--note")]


@noun.write("open")
def open_(
    w: Write,
    channel: Annotated[ComplaintChannel, typer.Option()],
    complainant: Annotated[str, typer.Option()],
    summary: Annotated[str, typer.Option()],
    about: Text = None,
    ticket: Text = None,
) -> Receipt:
    concerned = w.ledger.named("ticket", ticket) if ticket else None
    at = w.at(after=concerned["received_at"] if concerned else None)
    personal = w.ledger.keep_personal(personal_text(complainant))
    number = w.ledger.insert(
        "complaint", at=at, channel=channel, summary=summary, about_id=w.staff_id(about), status="registered",
        ticket_id=concerned["id"] if concerned else None, steps=[], **personal,
    )  # fmt: skip
    w.ledger.insert(
        "contact", at=at, channel=channel, summary=summary, complaint_id=number,
        customer_id=concerned["customer_id"] if concerned else None, ticket_id=concerned["id"] if concerned else None,
        **personal,
    )  # fmt: skip
    return Receipt("complaint_opened", "complaint", number)


def _take(w: Write, text: str, verb: str) -> tuple[Record, Any, list[Record]]:
    """Load a complaint whose state allows the verb; give it, the time of the step, and the steps so far."""
    complaint = w.ledger.named("complaint", text)
    allow("complaint", complaint, verb)
    steps: list[Record] = json.loads(complaint["steps"])
    at = w.at(after=steps[-1]["at"] if steps else complaint["at"])
    return complaint, at, steps


def _steps(w: Write, steps: list[Record], step: str, at: Any, complaint: Record, **told: Any) -> list[Record]:
    entry = {"round": complaint["round"], "step": step, "at": stored(at), "by": w.by, "note": w.note, **told}
    return [*steps, {name: value for name, value in entry.items() if value is not None}]


def _not_the_accused(w: Write, complaint: Record, about_id: int | None) -> None:
    """Refuse the person complained of as investigator or judge (4.1)."""
    if about_id is None:
        return
    accused = w.ledger.get("staff", about_id)["code"]
    if accused in (w.by, current.actor):
        raise Refused("accused", id=f"C{complaint['id']}", code=accused, article="4.1")


@noun.write("assign")
def assign(
    w: Write,
    complaint: Complaint,
    department: Annotated[str, typer.Option()],
    by: Annotated[str, typer.Option("--by")],
) -> Receipt:
    opened, at, steps = _take(w, complaint, "assign")
    _not_the_accused(w, opened, opened["about_id"])
    steps = _steps(w, steps, "assign", at, opened, department=department)
    w.ledger.update("complaint", opened["id"], status="assigned", department=department, steps=steps)
    return Receipt("complaint_assigned", "complaint", opened["id"], {"department": department})


@noun.write("investigate")
def investigate(w: Write, complaint: Complaint, note: Note, about: Text = None) -> Receipt:
    opened, at, steps = _take(w, complaint, "investigate")
    about_id = w.staff_id(about) or opened["about_id"]
    _not_the_accused(w, opened, about_id)
    steps = _steps(w, steps, "investigate", at, opened, note=note)
    w.ledger.update("complaint", opened["id"], status="investigating", about_id=about_id, steps=steps)
    return Receipt("complaint_investigated", "complaint", opened["id"])


@noun.write("decide")
def decide(
    w: Write,
    complaint: Complaint,
    finding: Annotated[ComplaintFinding, typer.Option()],
    cause: Annotated[ComplaintCause | None, typer.Option()] = None,
    about: Text = None,
) -> Receipt:
    opened, at, steps = _take(w, complaint, "decide")
    about_id = w.staff_id(about) or opened["about_id"]
    _not_the_accused(w, opened, about_id)
    if finding == "upheld" and about_id is None:
        raise Refused("nobody_named", id=f"C{opened['id']}", article="4.2")
    if (finding in ("upheld", "partly")) != (cause is not None):
        raise BadInput("cause_needed" if cause is None else "cause_not_wanted", finding=finding, id=f"C{opened['id']}")
    steps = _steps(w, steps, "decide", at, opened, finding=finding, cause=cause)
    w.ledger.update(
        "complaint", opened["id"], status="decided", finding=finding, cause=cause, about_id=about_id, decided_at=at,
        decided_by=w.by, steps=steps,
    )  # fmt: skip
    key = "complaint_upheld" if finding == "upheld" else "complaint_decided"
    return Receipt(key, "complaint", opened["id"], {"finding": finding})


@noun.write("remedy")
def remedy(w: Write, complaint: Complaint, note: Note) -> Receipt:
    opened, at, steps = _take(w, complaint, "remedy")
    w.ledger.update(
        "complaint", opened["id"], status="remedied", steps=_steps(w, steps, "remedy", at, opened, note=note)
    )
    return Receipt("complaint_remedied", "complaint", opened["id"])


@noun.write("feedback")
def feedback(
    w: Write,
    complaint: Complaint,
    satisfied: Annotated[bool, typer.Option("--satisfied")] = False,
    unsatisfied: Annotated[bool, typer.Option("--unsatisfied")] = False,
) -> Receipt:
    one_of(("--satisfied", satisfied), ("--unsatisfied", unsatisfied))
    decided = w.ledger.named("complaint", complaint)
    if decided["finding"] == "upheld" and decided["status"] == "decided":  # the missing step goes before a wrong time
        raise Refused("no_remedy", id=f"C{decided['id']}", article="4.2")
    opened, at, steps = _take(w, complaint, "feedback")
    steps = _steps(w, steps, "feedback", at, opened, satisfied=satisfied)
    after = states.after_feedback(satisfied, opened["round"])
    w.ledger.update("complaint", opened["id"], steps=steps, **after)
    return Receipt(
        "complaint_satisfied" if satisfied else "complaint_unsatisfied", "complaint", opened["id"],
        {"round": opened["round"] + 1},
    )  # fmt: skip


@noun.write("close")
def close(w: Write, complaint: Complaint) -> Receipt:
    opened, at, steps = _take(w, complaint, "close")
    w.ledger.update("complaint", opened["id"], status="closed", steps=_steps(w, steps, "close", at, opened))
    return Receipt("complaint_closed", "complaint", opened["id"])


noun.list_of(COMPLAINTS)
noun.show_of(COMPLAINTS, lambda ledger, text: ledger.named("complaint", text))
