"""Complaints: registered, assigned, investigated, decided, remedied, fed back, closed (4.1, 4.2)."""

from collections.abc import Collection
from datetime import date
from typing import Any

from svcdesk.desk import rectifications
from svcdesk.desk.act import Act, Receipt
from svcdesk.desk.entitled import entitlement
from svcdesk.desk.rectifications import Fault
from svcdesk.desk.steps import Taken
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Record
from svcdesk.regulation import states


def open_(
    act: Act,
    channel: str,
    complainant: str | None,
    summary: str,
    about: Collection[str] = (),
    ticket: str | None = None,
) -> Receipt:
    """Register a complaint and the contact that it came with."""
    concerned = act.ledger.named("ticket", ticket) if ticket else None
    at = act.at(after=concerned["received_at"] if concerned else None)
    personal = act.ledger.keep_personal(complainant)
    number = act.ledger.insert(
        "complaint", at=at, channel=channel, summary=summary, about=codes(act, about) or None, status="registered",
        ticket_id=concerned["id"] if concerned else None, steps=[], **personal,
    )  # fmt: skip
    act.ledger.insert(
        "contact", at=at, channel=channel, summary=summary, complaint_id=number,
        customer_id=concerned["customer_id"] if concerned else None, ticket_id=concerned["id"] if concerned else None,
        **personal,
    )  # fmt: skip
    return Receipt("complaint_opened", "complaint", number)


def codes(act: Act, named: Collection[str]) -> list[str]:
    """Return the codes of people who were named, each once. Raises NotFound."""
    return list(dict.fromkeys(str(act.ledger.staff(code)["code"]) for code in named))


def about_of(act: Act, complaint: Record) -> list[str]:
    """List by code whom a complaint is about."""
    sql = "SELECT e.code FROM live_complaint_person p JOIN live_staff e ON e.id = p.staff_id WHERE p.complaint_id = ?"
    return [row["code"] for row in act.ledger.rows(sql, (complaint["id"],))]


class _Step(Taken):
    """A step of a complaint; each is kept with the round that it belongs to."""

    def __init__(self, act: Act, text: str, verb: str) -> None:
        super().__init__(act, "complaint", text, verb)
        self.of = {"round": self.record["round"]}

    def take(self, values: Record, note: str | None = None, **further: Any) -> None:
        """Record the step, with what it says, and what the complaint becomes by it."""
        super().take(values, note=note or self.act.note, **further)


def _not_the_accused(act: Act, complaint: Record, accused: Collection[str]) -> None:
    """Refuse whoever is complained of as investigator or judge (4.1)."""
    for code in accused:
        if code in (act.by, act.actor):
            raise Refused("accused", id=f"C{complaint['id']}", code=code, article="4.1")


def assign(act: Act, text: str, department: str) -> Receipt:
    """Assign a complaint to a department, as the director does."""
    step = _Step(act, text, "assign")
    _not_the_accused(act, step.record, about_of(act, step.record))
    entitled = entitlement(act, f"C{step.record['id']}")
    step.take({"status": "assigned", "department": department}, department=department, entitled=entitled)
    return step.receipt("complaint_assigned", department=department)


def investigate(act: Act, text: str, note: str, about: Collection[str] = ()) -> Receipt:
    """Record what an investigation found out, and whom the complaint turned out to be about as well."""
    step = _Step(act, text, "investigate")
    known = codes(act, [*about_of(act, step.record), *about])
    _not_the_accused(act, step.record, known)
    step.take({"status": "investigating", "about": known or None}, note)
    return step.receipt("complaint_investigated")


def decide(
    act: Act,
    text: str,
    finding: str,
    cause: str | None = None,
    about: Collection[str] = (),
    against: Collection[str] = (),
) -> Receipt:
    """Decide a complaint, against all whom it is about or some; upheld needs somebody, and a cause as partly does."""
    step = _Step(act, text, "decide")
    opened, known = step.record, codes(act, [*about_of(act, step.record), *about])
    _not_the_accused(act, opened, known)
    if finding == "upheld" and not known:
        raise Refused("nobody_named", id=f"C{opened['id']}", article="4.2")
    if (finding in _HELD) != (cause is not None):
        raise BadInput("cause_needed" if cause is None else "cause_not_wanted", finding=finding, id=f"C{opened['id']}")
    entitled = entitlement(act, f"C{opened['id']}")
    decided = {
        "status": "decided", "finding": finding, "cause": cause, "about": known or None,
        "against": _against(act, opened, finding, known, against), "entitled": entitled,
    }  # fmt: skip
    decision: dict[str, Any] = {name: decided[name] for name in ("finding", "cause", "against", "entitled")}
    step.take({**decided, "decided_at": step.at, "decided_by": act.by}, **decision)
    return step.receipt("complaint_upheld" if finding == "upheld" else "complaint_decided", finding=finding)


_HELD = ("upheld", "partly")


def _against(
    act: Act, complaint: Record, finding: str, known: Collection[str], named: Collection[str]
) -> list[str] | None:
    """Return the codes of those against whom it is decided; None where that is everybody it is about."""
    if not named:
        return None
    chosen, name = codes(act, named), f"C{complaint['id']}"
    if finding not in _HELD:
        raise BadInput("against_not_wanted", finding=finding, id=name)
    if others := [code for code in chosen if code not in known]:
        raise BadInput("against_other", codes=others, id=name, about=list(known))
    return chosen


def remedy(act: Act, text: str, note: str) -> Receipt:
    """Record what was done to make it good."""
    step = _Step(act, text, "remedy")
    step.take({"status": "remedied"}, note)
    return step.receipt("complaint_remedied")


def remedy_by_rectification(act: Act, text: str, note: str, owner: str, due: date) -> Receipt:
    """Have somebody make it good by a day: the remedy is a rectification of its own (S3 10)."""
    step = _Step(act, text, "remedy")
    fault = Fault(note, due, owner=owner, source=f"C{step.record['id']}")
    made = f"RC{rectifications.make(act, fault, step.at)}"
    step.take({"status": "remedied"}, note, rectification=made)
    return step.receipt("complaint_to_rectify", made=made, due=due)


def feed_back(act: Act, text: str, *, satisfied: bool | None, score: int | None = None) -> Receipt:
    """Record that the complainant was told, and whether that was enough; if not, another round begins.

    Where only a score was given, one above policy followup.score is content: our reading.
    """
    if satisfied is None:
        satisfied = score is not None and score > act.basis.value("followup.score", act.now)
    decided = act.ledger.named("complaint", text)
    if decided["finding"] == "upheld" and decided["status"] == "decided":  # the missing step goes before a wrong time
        raise Refused("no_remedy", id=f"C{decided['id']}", article="4.2")
    step = _Step(act, text, "feedback")
    step.take(
        states.after_feedback(satisfied, step.record["round"]) | {"score": score}, satisfied=satisfied, score=score
    )
    key = "complaint_satisfied" if satisfied else "complaint_unsatisfied"
    return step.receipt(key, round=step.record["round"] + 1)


def close(act: Act, text: str) -> Receipt:
    """Close a complaint whose complainant is satisfied."""
    step = _Step(act, text, "close")
    rectifications.gate(act, f"C{step.record['id']}")
    step.take({"status": "closed"})
    return step.receipt("complaint_closed")
