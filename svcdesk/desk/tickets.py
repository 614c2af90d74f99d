"""Tickets: what a customer asked for, from receipt to closing (3.2 to 3.9)."""

from datetime import datetime, timedelta
from typing import NamedTuple

from svcdesk.desk import assignments, equipment, problems
from svcdesk.desk.act import Act, Phrase, Receipt, Step, Word, not_before
from svcdesk.desk.settle import latest_reopening, settling, status_of
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Record, whole
from svcdesk.periods import instant, stored
from svcdesk.registers.computed import loads
from svcdesk.regulation import states
from svcdesk.regulation.clock import AnswerClock, answer_clock, answered_in_time
from svcdesk.regulation.policy import Basis
from svcdesk.regulation.states import allow
from svcdesk.store import Ledger


class Call(NamedTuple):
    """What a customer asks for, as it was taken down."""

    customer: str
    kind: str
    channel: str
    summary: str
    contract: str | None = None
    product: str | None = None
    serial: str | None = None
    on_site_by: datetime | None = None
    repeat_of: str | None = None
    taken_by: str | None = None


def open_(act: Act, call: Call) -> Receipt:
    """Open a ticket and register the contact that it came with (3.9)."""
    if not call.summary.strip():
        raise BadInput("empty", name="--summary")
    serial = whole("serial", call.serial) if call.serial else call.serial
    caller, at = act.ledger.customer(call.customer), act.at()
    wanted = not_before(call.on_site_by, at) if call.on_site_by else None
    contract_id = _contract_of(act, call.contract, caller)
    earlier, taken_by = act.id_of("ticket", call.repeat_of), act.staff_id(call.taken_by)
    equipment.tell(act, serial, caller)
    number = act.ledger.insert(
        "ticket", customer_id=caller["id"], kind=call.kind, channel=call.channel, summary=call.summary, status="open",
        received_at=at, contract_id=contract_id, product=call.product, serial=serial, on_site_by=wanted,
        repeat_of=earlier, taken_by=taken_by, notes=_noted(act, "open"),
    )  # fmt: skip
    act.ledger.insert(
        "contact", at=at, customer_id=caller["id"], channel=call.channel, summary=call.summary, taken_by=taken_by,
        ticket_id=number,
    )  # fmt: skip
    _first_asked(act, f"T{number}", call.taken_by)
    if wanted:
        act.ledger.insert(
            "appointment", ticket_id=number, at=at, on_site_by=wanted, asked_by="customer", moved=True, by=act.by
        )
    if not earlier:
        _suggest_repeat(act, act.ledger.get("ticket", number))
    clock = clock_of(act, call.kind, stored(at))
    if clock.unknown_year:
        act.warn("calendar_unknown", year=clock.unknown_year)
    return Receipt("ticket_opened", "ticket", number, {"customer": caller["name"], "due": clock.due})


def _first_asked(act: Act, subject: str, taken_by: str | None) -> None:
    """Insist, as policy taken_by.required says, that who was asked first is named."""
    check = "off" if taken_by else act.basis.value("taken_by.required", act.now)
    if check == "refuse":
        raise Refused("not_taken", article="3.4")
    if check == "warn":
        act.warn("not_taken", id=subject)


def _contract_of(act: Act, no: str | None, caller: Record) -> int | None:
    """Find the customer's contract. Raises BadInput for one of somebody else."""
    if not no:
        return None
    agreed = act.ledger.contract(no)
    if agreed["customer_id"] != caller["id"]:
        raise BadInput("contract_of_other", no=agreed["no"], customer=caller["name"])
    return int(agreed["id"])


def _suggest_repeat(act: Act, ticket: Record) -> None:
    """Suggest the ticket that a repair may repeat: same customer and serial, else product, closed within the window."""
    column = "serial" if ticket["serial"] else "product"
    if ticket["kind"] != "repair" or not ticket[column]:
        return
    since = act.now - timedelta(days=act.basis.value("repeat.window_days", act.now))
    still = act.ledger.value(
        f"SELECT id FROM live_ticket WHERE customer_id = ? AND {column} = ? AND id <> ? AND closed_at IS NULL"
        " AND cancelled_at IS NULL ORDER BY id DESC",
        (ticket["customer_id"], ticket[column], ticket["id"]),
    )
    if still and column == "serial":
        act.warn("serial_open", id=f"T{ticket['id']}", other=f"T{still}", same=ticket[column])
    earlier = act.ledger.one(
        f"SELECT id, closed_at FROM live_ticket WHERE customer_id = ? AND closed_at >= ? AND {column} = ?"
        " ORDER BY closed_at DESC LIMIT 1",
        (ticket["customer_id"], stored(since), ticket[column]),
    )
    if earlier:
        values = {"closed": instant(earlier["closed_at"]), "same": ticket[column]}
        act.warn("repeat", id=f"T{ticket['id']}", earlier=f"T{earlier['id']}", **values)


def _noted(act: Act, verb: str, ticket: Record | None = None, text: str | None = None) -> list[Record]:
    """Return the ticket's notes with the one that came with this deed."""
    notes: list[Record] = loads(ticket["notes"]) if ticket else []
    said = text or act.note
    if said:
        notes.append({"at": stored(act.now), "by": act.by, "verb": verb, "text": said})
    return notes


def _taken(act: Act, text: str, verb: str) -> Record:
    """Load a ticket whose state allows the verb."""
    ticket = act.ledger.named("ticket", text)
    allow("ticket", ticket, verb)
    return ticket


def answer(act: Act, text: str) -> Receipt:
    """Record a reply of substance (3.4): the first of a ticket, or the first since it was reopened."""
    ticket = _taken(act, text, "answer")
    asked = _asked_again(act, ticket) or ticket
    answered = asked["answered_at"]
    if answered and act.when >= instant(answered):
        raise Refused("answered_already", id=f"T{ticket['id']}", at=instant(answered), article="3.4")
    at = act.at(after=ticket["received_at"], of=Step(f"T{ticket['id']}", "received_at"))
    reply = {"replied_at": at, "replied_by": act.by}
    with settling(act.ledger, ticket["id"]):
        again = reply if asked is ticket else {}
        act.ledger.update("ticket", ticket["id"], **again, notes=_noted(act, "answer", ticket))
        if asked is not ticket:
            act.ledger.update("reopening", asked["id"], **reply)
    due = clock_of(act, ticket["kind"], asked.get("received_at") or asked["at"]).due
    late = answered_in_time(due, at, act.now) is False
    key = "ticket_answered_late" if late else "ticket_answered"
    return Receipt(key, "ticket", ticket["id"], {"at": at, "due": due})


def _asked_again(act: Act, ticket: Record) -> Record | None:
    """Return the reopening that a reply at the deed's time answers: the latest one before it."""
    sql = "SELECT * FROM live_reopening WHERE ticket_id = ? AND at <= ? ORDER BY at DESC, id DESC LIMIT 1"
    return act.ledger.one(sql, (ticket["id"], stored(act.when)))


def clock_of(act: Act, kind: str, since: str) -> AnswerClock:
    """Work out the answer clock of a ticket of a kind from when it was received, or asked again."""
    return answer_clock(instant(since), act.ledger.policy, act.zone, kind)


def escalate(act: Act, text: str, to: str, *, major_quality: bool = False, problem: str | None = None) -> Receipt:
    """Hand on what the desk cannot answer, or a major quality problem (3.2, 3.8)."""
    ticket = _taken(act, text, "escalate")
    at = act.at(after=ticket["received_at"], of=Step(f"T{ticket['id']}", "received_at"))
    if problem and not major_quality:
        raise BadInput("problem_not_major", problem=problem)
    act.ledger.update("ticket", ticket["id"], notes=_noted(act, "escalate", ticket))
    number = problems.escalated(act, ticket, to, problem) if major_quality else None
    act.ledger.insert(
        "escalation", ticket_id=ticket["id"], at=at, to=to, major_quality=major_quality, by=act.by, note=act.note,
        problem_id=number,
    )  # fmt: skip
    if number:
        values = {"to": Word("escalation", to), "problem": f"QP{number}"}
        return Receipt("ticket_escalated_major", "ticket", ticket["id"], values)
    return Receipt("ticket_escalated", "ticket", ticket["id"], {"to": Word("escalation", to)})


def settle_escalation(act: Act, text: str, note: str) -> Receipt:
    """Record how the oldest open escalation of a ticket ended."""
    ticket = act.ledger.named("ticket", text)
    pending = act.ledger.one(
        "SELECT * FROM live_escalation WHERE ticket_id = ? AND settled_at IS NULL ORDER BY id", (ticket["id"],)
    )
    if pending is None:
        raise Refused("no_escalation", id=f"T{ticket['id']}", article="3.2")
    at = act.at(after=pending["at"])
    act.ledger.update("escalation", pending["id"], settled_at=at, settled_by=act.by, settled_note=note)
    if pending["problem_id"]:
        problems.settled(act, pending, note)
    return Receipt("escalation_settled", "ticket", ticket["id"], {"to": Word("escalation", pending["to"])})


def hold(act: Act, text: str, reason: str) -> Receipt:
    """Put a ticket on hold; that does not stop the answer clock (3.4)."""
    ticket = _taken(act, text, "hold")
    at = act.at(after=ticket["received_at"], of=Step(f"T{ticket['id']}", "received_at"))
    act.ledger.insert("hold", ticket_id=ticket["id"], at=at, reason=reason, by=act.by)
    act.ledger.update("ticket", ticket["id"], status="on_hold", notes=_noted(act, "hold", ticket))
    return Receipt(
        "ticket_held", "ticket", ticket["id"], {"due": clock_of(act, ticket["kind"], _asked_at(act, ticket)).due}
    )


def resume(act: Act, text: str) -> Receipt:
    """Go on with a ticket that was on hold."""
    ticket = _taken(act, text, "resume")
    held = act.ledger.one(
        "SELECT * FROM live_hold WHERE ticket_id = ? AND resumed_at IS NULL ORDER BY id DESC", (ticket["id"],)
    )
    at = act.at(after=held["at"] if held else ticket["received_at"])
    if held:
        act.ledger.update("hold", held["id"], resumed_at=at)
    status = status_of(act.ledger, ticket)
    act.ledger.update("ticket", ticket["id"], status=status, notes=_noted(act, "resume", ticket))
    return Receipt("ticket_resumed", "ticket", ticket["id"])


def appoint(act: Act, text: str, wanted: datetime, asked_by: str) -> Receipt:
    """Keep an appointment; the customer's own, made before the old time passed, moves the target (3.4)."""
    ticket = _taken(act, text, "appoint")
    at = act.at(after=ticket["received_at"], of=Step(f"T{ticket['id']}", "received_at"))
    not_before(wanted, at)
    with settling(act.ledger, ticket["id"]):
        number = act.ledger.insert(
            "appointment", ticket_id=ticket["id"], at=at, on_site_by=wanted, asked_by=asked_by, by=act.by,
            note=act.note,
        )  # fmt: skip
        act.ledger.update("ticket", ticket["id"], notes=_noted(act, "appoint", ticket))
    made = act.ledger.get("appointment", number)
    _warn_out_of_order(act, ticket, made)
    previous = instant(made["previous"]) if made["previous"] else None
    key = "appointed" if made["moved"] else "appointed_by_us" if asked_by == "us" else "appointed_too_late"
    return Receipt(key, "ticket", ticket["id"], {"at": wanted, "previous": previous})


def _warn_out_of_order(act: Act, ticket: Record, made: Record) -> None:
    """Say where an appointment was made before one that is known: the latest made counts."""
    sql = (
        "SELECT at, on_site_by FROM live_appointment WHERE ticket_id = ? AND at > ? AND moved ORDER BY at DESC, id DESC"
    )
    later = act.ledger.one(sql, (ticket["id"], made["at"]))
    if later and made["moved"]:
        counts = instant(later["on_site_by"])
        act.warn("appointed_out_of_order", id=f"T{ticket['id']}", later=instant(later["at"]), counts=counts)


def close(act: Act, text: str, resolution: str, no_survey: str | None = None) -> Receipt:
    """Close a ticket that lacks nothing (3.7)."""
    ticket = _taken(act, text, "close")
    if missing := lacking(act.ledger, act.basis._replace(now=act.when), ticket, no_survey):
        said = [Phrase(f"missing.to_close_{item['code']}", item) for item in missing]
        raise Refused("cannot_close", id=f"T{ticket['id']}", missing=said, article="3.7")
    at = act.at(after=_last_step(act.ledger, ticket))
    act.ledger.update(
        "ticket", ticket["id"], status="closed", closed_at=at, first_closed_at=ticket["first_closed_at"] or at,
        resolution=resolution, no_survey=no_survey, notes=_noted(act, "close", ticket),
    )  # fmt: skip
    return Receipt("ticket_closed", "ticket", ticket["id"], {"at": at})


def lacking(ledger: Ledger, basis: Basis, ticket: Record, no_survey: str | None = None) -> list[Record]:
    """List what a ticket lacks before it may be closed (3.4, 3.7)."""
    reported = ledger.rows(
        "SELECT r.dispatch_id FROM live_service_report r JOIN live_dispatch d ON d.id = r.dispatch_id"
        " WHERE d.ticket_id = ?",
        (ticket["id"],),
    )
    surveyed = ledger.value("SELECT 1 FROM live_survey WHERE ticket_id = ?", (ticket["id"],))
    crews, asked = assignments.of_ticket(ledger, ticket["id"]), latest_reopening(ledger, ticket["id"]) or ticket
    answered = {**ticket, "answered_at": asked["answered_at"]}
    reports, survey_of = {row["dispatch_id"] for row in reported}, basis.value("survey.of", basis.now)
    return states.missing_to_close(answered, crews, reports, bool(surveyed), no_survey, survey_of)


def _last_step(ledger: Ledger, ticket: Record) -> datetime:
    """Return the latest thing that a closing must follow: receipt, answer, return, report, survey."""
    latest = ledger.value(
        "SELECT max(at) FROM ("
        " SELECT w.returned_at AS at FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id"
        " WHERE d.ticket_id = :ticket"
        " UNION ALL SELECT r.filed_at FROM live_service_report r JOIN live_dispatch d ON d.id = r.dispatch_id"
        " WHERE d.ticket_id = :ticket"
        " UNION ALL SELECT at FROM live_survey WHERE ticket_id = :ticket"
        " UNION ALL SELECT coalesce(answered_at, at) FROM live_reopening WHERE ticket_id = :ticket)",
        {"ticket": ticket["id"]},
    )
    return instant(max(filter(None, (ticket["received_at"], ticket["answered_at"], latest))))


def reopen(act: Act, text: str, reason: str, channel: str | None = None) -> Receipt:
    """Open a closed ticket again: it is asked anew, so a further answer clock runs, and the contact is registered."""
    ticket = _taken(act, text, "reopen")
    at, channel = act.at(after=ticket["closed_at"]), channel or ticket["channel"]
    times = ticket["reopen_count"] + 1
    with settling(act.ledger, ticket["id"]):
        act.ledger.update(
            "ticket", ticket["id"], status="open", closed_at=None, reopen_count=times, no_survey=None,
            notes=_noted(act, "reopen", ticket, reason),
        )  # fmt: skip
        act.ledger.insert("reopening", ticket_id=ticket["id"], at=at, channel=channel, reason=reason, by=act.by)
        act.ledger.insert(
            "contact", at=at, customer_id=ticket["customer_id"], channel=channel, summary=reason, ticket_id=ticket["id"]
        )
    due = clock_of(act, ticket["kind"], stored(at)).due
    return Receipt("ticket_reopened", "ticket", ticket["id"], {"times": times, "due": due})


def _asked_at(act: Act, ticket: Record) -> str:
    """Return when a ticket was last asked: received, or reopened."""
    again = latest_reopening(act.ledger, ticket["id"])
    return str(again["at"] if again else ticket["received_at"])


def cancel(act: Act, text: str, reason: str) -> Receipt:
    """Cancel a ticket that the customer withdrew; nobody may be on the road for it."""
    ticket = _taken(act, text, "cancel")
    away = act.ledger.value(
        "SELECT id FROM live_dispatch WHERE ticket_id = ? AND status NOT IN ('returned', 'cancelled')",
        (ticket["id"],),
    )
    if away:
        raise Refused("dispatch_away", id=f"T{ticket['id']}", dispatch=f"D{away}", article="3.9")
    at, notes = (
        act.at(after=ticket["received_at"], of=Step(f"T{ticket['id']}", "received_at")),
        _noted(act, "cancel", ticket),
    )
    act.ledger.update("ticket", ticket["id"], status="cancelled", cancelled_at=at, cancel_reason=reason, notes=notes)
    return Receipt("ticket_cancelled", "ticket", ticket["id"])


def note(act: Act, text: str, said: str) -> Receipt:
    """Add a note to a ticket in any state."""
    ticket = act.ledger.named("ticket", text)
    act.ledger.update("ticket", ticket["id"], notes=_noted(act, "note", ticket, said))
    return Receipt("ticket_noted", "ticket", ticket["id"])
