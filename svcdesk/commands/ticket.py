"""ticket: what a customer asked for, from receipt to closing (3.2 to 3.9)."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from svcdesk import messages
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import Flag, Noun, Text
from svcdesk.commands.receipts import Receipt, formatted
from svcdesk.errors import BadInput, Refused
from svcdesk.model import AskedBy, Channel, Record, TicketKind, whole
from svcdesk.periods import instant, short, stored
from svcdesk.registers.declarations import TICKETS
from svcdesk.regulation import states
from svcdesk.regulation.clock import answer_clock, answered_in_time, minutes_late
from svcdesk.regulation.states import allow

noun = Noun("ticket")
Ticket = Annotated[str, typer.Argument()]
Reason = Annotated[str, typer.Option()]


@noun.write("open")
def open_(
    w: Write,
    customer: Annotated[str, typer.Option()],
    kind: Annotated[TicketKind, typer.Option()],
    channel: Annotated[Channel, typer.Option()],
    summary: Annotated[str, typer.Option()],
    contract: Text = None,
    product: Text = None,
    serial: Text = None,
    on_site_by: Text = None,
    repeat_of: Text = None,
    taken_by: Text = None,
) -> Receipt:
    if not summary.strip():
        raise BadInput("empty", name="--summary")
    serial = whole("serial", serial) if serial else serial
    caller, at, wanted = w.ledger.customer(customer), w.at(), w.time(on_site_by)
    if wanted is not None and wanted < at:
        raise BadInput("before_step", at=wanted, after=at)
    agreed = w.ledger.contract(contract) if contract else None
    if agreed and agreed["customer_id"] != caller["id"]:
        raise BadInput("contract_of_other", no=agreed["no"], customer=caller["name"])
    earlier = w.ledger.named("ticket", repeat_of) if repeat_of else None
    number = w.ledger.insert(
        "ticket", customer_id=caller["id"], kind=kind, channel=channel, summary=summary, status="open", received_at=at,
        contract_id=agreed["id"] if agreed else None, product=product, serial=serial, on_site_by=wanted,
        repeat_of=earlier["id"] if earlier else None, taken_by=w.staff_id(taken_by), notes=_noted(w, "open"),
    )  # fmt: skip
    w.ledger.insert(
        "contact", at=at, customer_id=caller["id"], channel=channel, summary=summary, taken_by=w.staff_id(taken_by),
        ticket_id=number,
    )  # fmt: skip
    if wanted:
        w.ledger.insert(
            "appointment", ticket_id=number, at=at, on_site_by=wanted, asked_by="customer", moved=True, by=w.by
        )
    if not earlier:
        _suggest_repeat(w, number, caller["id"], product, serial, kind)
    clock = answer_clock(at, w.ledger.policy, w.zone)
    if clock.unknown_year:
        w.warn("calendar_unknown", year=clock.unknown_year)
    return Receipt("ticket_opened", "ticket", number, {"customer": caller["name"], "due": clock.due})


def _suggest_repeat(
    w: Write, number: int, customer_id: int, product: str | None, serial: str | None, kind: str
) -> None:
    """Suggest the ticket that a repair may repeat: same customer and serial, else product, closed within the window."""
    column, same = ("serial", serial) if serial else ("product", product)
    if kind != "repair" or not same:
        return
    since = w.now - timedelta(days=w.basis.value("repeat.window_days", w.now))
    earlier = w.ledger.one(
        f"SELECT id, closed_at FROM live_ticket WHERE customer_id = ? AND closed_at >= ? AND {column} = ?"
        " ORDER BY closed_at DESC LIMIT 1",
        (customer_id, stored(since), same),
    )
    if earlier:
        w.warn("repeat", id=f"T{number}", earlier=f"T{earlier['id']}", closed=instant(earlier["closed_at"]), same=same)


def _noted(w: Write, verb: str, ticket: Record | None = None, text: str | None = None) -> list[Record]:
    """Return the ticket's notes with the one that came with this command."""
    import json

    notes: list[Record] = json.loads(ticket["notes"]) if ticket else []
    said = text or w.note
    return [*notes, {"at": stored(w.now), "by": w.by, "verb": verb, "text": said}] if said else notes


# An arrival is an answer too (3.4); a reply before it, entered later, was the first.
_ARRIVED_THEN = """
    SELECT 1 FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
    WHERE d.ticket_id = ? AND w.arrived_at = ?"""


@noun.write("answer")
def answer(w: Write, ticket: Ticket) -> Receipt:
    asked = w.ledger.named("ticket", ticket)
    allow("ticket", asked, "answer")
    by_arrival = asked["answered_at"] and w.ledger.value(_ARRIVED_THEN, (asked["id"], asked["answered_at"]))
    if asked["answered_at"] and not (by_arrival and w.at() < instant(asked["answered_at"])):
        raise Refused("answered_already", id=f"T{asked['id']}", at=instant(asked["answered_at"]), article="3.4")
    at = w.at(after=asked["received_at"])
    status = "answered" if asked["status"] == "open" else asked["status"]
    w.ledger.update(
        "ticket", asked["id"], answered_at=at, answered_by=w.by, status=status, notes=_noted(w, "answer", asked)
    )
    due = answer_clock(instant(asked["received_at"]), w.ledger.policy, w.zone).due
    late = answered_in_time(due, at, w.now) is False
    return Receipt("ticket_answered_late" if late else "ticket_answered", "ticket", asked["id"], {"at": at, "due": due})


@noun.write("escalate")
def escalate(w: Write, ticket: Ticket, to: Annotated[str, typer.Option()], major_quality: Flag = False) -> Receipt:
    asked = w.ledger.named("ticket", ticket)
    allow("ticket", asked, "escalate")
    at = w.at(after=asked["received_at"])
    w.ledger.update("ticket", asked["id"], notes=_noted(w, "escalate", asked))
    w.ledger.insert(
        "escalation", ticket_id=asked["id"], at=at, to=to, major_quality=major_quality, by=w.by, note=w.note
    )
    return Receipt("ticket_escalated", "ticket", asked["id"], {"to": messages.word("escalation", to)})


@noun.write("settle-escalation")
def settle_escalation(w: Write, ticket: Ticket, note: Annotated[str, typer.Option()]) -> Receipt:
    asked = w.ledger.named("ticket", ticket)
    pending = w.ledger.one(
        "SELECT * FROM live_escalation WHERE ticket_id = ? AND settled_at IS NULL ORDER BY id",
        (asked["id"],),
    )
    if pending is None:
        raise Refused("no_escalation", id=f"T{asked['id']}", article="3.2")
    w.ledger.update(
        "escalation", pending["id"], settled_at=w.at(after=pending["at"]), settled_by=w.by, settled_note=note
    )
    return Receipt("escalation_settled", "ticket", asked["id"], {"to": messages.word("escalation", pending["to"])})


@noun.write("hold")
def hold(w: Write, ticket: Ticket, reason: Reason) -> Receipt:
    asked = w.ledger.named("ticket", ticket)
    allow("ticket", asked, "hold")
    w.ledger.insert("hold", ticket_id=asked["id"], at=w.at(after=asked["received_at"]), reason=reason, by=w.by)
    w.ledger.update("ticket", asked["id"], status="on_hold", notes=_noted(w, "hold", asked))
    due = answer_clock(instant(asked["received_at"]), w.ledger.policy, w.zone).due
    return Receipt("ticket_held", "ticket", asked["id"], {"due": due})


@noun.write("resume")
def resume(w: Write, ticket: Ticket) -> Receipt:
    asked = w.ledger.named("ticket", ticket)
    allow("ticket", asked, "resume")
    held = w.ledger.one(
        "SELECT * FROM live_hold WHERE ticket_id = ? AND resumed_at IS NULL ORDER BY id DESC",
        (asked["id"],),
    )
    at = w.at(after=held["at"] if held else asked["received_at"])
    if held:
        w.ledger.update("hold", held["id"], resumed_at=at)
    status = "answered" if asked["answered_at"] else "open"
    w.ledger.update("ticket", asked["id"], status=status, notes=_noted(w, "resume", asked))
    return Receipt("ticket_resumed", "ticket", asked["id"])


@noun.write("appoint")
def appoint(
    w: Write, ticket: Ticket, on_site_by: Annotated[str, typer.Option()], asked_by: Annotated[AskedBy, typer.Option()]
) -> Receipt:
    asked = w.ledger.named("ticket", ticket)
    allow("ticket", asked, "appoint")
    at, wanted = w.at(after=asked["received_at"]), w.time(on_site_by)
    assert wanted is not None
    if wanted < at:
        raise BadInput("before_step", at=wanted, after=at)
    previous = instant(asked["on_site_by"]) if asked["on_site_by"] else None
    moved = states.moves_target(asked_by, at, previous)
    w.ledger.insert(
        "appointment", ticket_id=asked["id"], at=at, on_site_by=wanted, asked_by=asked_by, moved=moved,
        previous=previous, by=w.by, note=w.note,
    )  # fmt: skip
    w.ledger.update("ticket", asked["id"], on_site_by=wanted if moved else previous, notes=_noted(w, "appoint", asked))
    if moved:
        _move_due(w, asked["id"], at, wanted)
    key = "appointed" if moved else "appointed_by_us" if asked_by == "us" else "appointed_too_late"
    return Receipt(key, "ticket", asked["id"], {"at": wanted, "previous": previous})


def _move_due(w: Write, ticket_id: int, at: datetime, wanted: datetime) -> None:
    """Move the due time of every crew that had not arrived when the customer asked (3.4)."""
    crews = w.ledger.rows(
        "SELECT w.id, w.dispatch_id FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id WHERE d.ticket_id = ?"
        " AND d.status <> 'cancelled' AND (w.arrived_at IS NULL OR w.arrived_at > ?)",
        (ticket_id, stored(at)),
    )
    for member in crews:
        w.ledger.update("crew", member["id"], due_at=wanted)
    for dispatch_id in {member["dispatch_id"] for member in crews}:
        w.ledger.update("dispatch", dispatch_id, due_at=wanted)


@noun.write("close")
def close(w: Write, ticket: Ticket, resolution: Annotated[str, typer.Option()], no_survey: Text = None) -> Receipt:
    asked = w.ledger.named("ticket", ticket)
    allow("ticket", asked, "close")
    missing = _missing(w, asked, no_survey)
    if missing:
        said = [messages.say(f"missing.to_close_{item['code']}", **item) for item in missing]
        raise Refused("cannot_close", id=f"T{asked['id']}", missing=said, article="3.7")
    at = w.at(after=_last_step(w, asked))
    w.ledger.update(
        "ticket", asked["id"], status="closed", closed_at=at, first_closed_at=asked["first_closed_at"] or at,
        resolution=resolution, no_survey=no_survey, notes=_noted(w, "close", asked),
    )  # fmt: skip
    return Receipt("ticket_closed", "ticket", asked["id"], {"at": at})


def _missing(w: Write, asked: Record, no_survey: str | None) -> list[Record]:
    crews = w.ledger.rows(
        "SELECT w.*, e.code FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id"
        " JOIN live_staff e ON e.id = w.engineer_id"
        " WHERE d.ticket_id = ? AND d.status <> 'cancelled' ORDER BY w.id",
        (asked["id"],),
    )
    reported = w.ledger.rows(
        "SELECT r.dispatch_id FROM live_service_report r JOIN live_dispatch d ON d.id = r.dispatch_id"
        " WHERE d.ticket_id = ?",
        (asked["id"],),
    )
    surveyed = w.ledger.value("SELECT 1 FROM live_survey WHERE ticket_id = ?", (asked["id"],))
    return states.missing_to_close(asked, crews, {row["dispatch_id"] for row in reported}, bool(surveyed), no_survey)


def _last_step(w: Write, asked: Record) -> datetime:
    """Return the latest thing that a closing must follow: receipt, answer, return, report, survey."""
    latest = w.ledger.value(
        "SELECT max(at) FROM ("
        " SELECT w.returned_at AS at FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id"
        " WHERE d.ticket_id = :ticket"
        " UNION ALL SELECT r.filed_at FROM live_service_report r JOIN live_dispatch d ON d.id = r.dispatch_id"
        " WHERE d.ticket_id = :ticket"
        " UNION ALL SELECT at FROM live_survey WHERE ticket_id = :ticket)",
        {"ticket": asked["id"]},
    )
    return instant(max(filter(None, (asked["received_at"], asked["answered_at"], latest))))


@noun.write("reopen")
def reopen(w: Write, ticket: Ticket, reason: Reason) -> Receipt:
    asked = w.ledger.named("ticket", ticket)
    allow("ticket", asked, "reopen")
    w.at(after=asked["closed_at"])
    w.ledger.update(
        "ticket", asked["id"], status="answered" if asked["answered_at"] else "open", closed_at=None,
        reopen_count=asked["reopen_count"] + 1, no_survey=None, notes=_noted(w, "reopen", asked, reason),
    )  # fmt: skip
    return Receipt("ticket_reopened", "ticket", asked["id"], {"times": asked["reopen_count"] + 1})


@noun.write("cancel")
def cancel(w: Write, ticket: Ticket, reason: Reason) -> Receipt:
    asked = w.ledger.named("ticket", ticket)
    allow("ticket", asked, "cancel")
    away = w.ledger.value(
        "SELECT id FROM live_dispatch WHERE ticket_id = ? AND status NOT IN ('returned', 'cancelled')",
        (asked["id"],),
    )
    if away:
        raise Refused("dispatch_away", id=f"T{asked['id']}", dispatch=f"D{away}", article="3.9")
    at = w.at(after=asked["received_at"])
    w.ledger.update(
        "ticket",
        asked["id"],
        status="cancelled",
        cancelled_at=at,
        cancel_reason=reason,
        notes=_noted(w, "cancel", asked),
    )
    return Receipt("ticket_cancelled", "ticket", asked["id"])


@noun.write("note")
def note(w: Write, ticket: Ticket, text: Annotated[str, typer.Argument()]) -> Receipt:
    asked = w.ledger.named("ticket", ticket)
    w.ledger.update("ticket", asked["id"], notes=_noted(w, "note", asked, text))
    return Receipt("ticket_noted", "ticket", asked["id"])


def _explained(r: Read, stored_row: Record, _: Record) -> list[tuple[str, str]]:
    """Explain both clocks, each with due, verdict and the arithmetic; then the appointments."""
    return [_answer_line(r, stored_row), *_on_site_lines(r, stored_row["id"]), *_appointment_lines(r, stored_row["id"])]


def _answer_line(r: Read, ticket: Record) -> tuple[str, str]:
    clock = answer_clock(instant(ticket["received_at"]), r.ledger.policy, r.zone)
    answered = instant(ticket["answered_at"]) if ticket["answered_at"] else None
    verdict = {True: "in_time", False: "late", None: "open"}[answered_in_time(clock.due, answered, r.now)]
    text = messages.say(
        "labels.clock_unknown" if clock.unknown_year else "labels.clock",
        year=clock.unknown_year,
        **formatted({"received": instant(ticket["received_at"]), "due": clock.due}),
        hours=clock.hours,
        reading=messages.word("reading", clock.reading),
        since=clock.since or messages.say("labels.always"),
        verdict=messages.say(f"labels.verdict_{verdict}"),
    )
    return messages.say("labels.answer_clock"), text


def _on_site_lines(r: Read, ticket_id: int) -> list[tuple[str, str]]:
    """Tell for each engineer sent when to be on site, when there, and the minutes between (3.4, 4.5)."""
    lines = []
    for row in r.ledger.rows(
        "SELECT w.dispatch_id, w.due_at, w.arrived_at, w.late_cause, e.code FROM live_crew w"
        " JOIN live_dispatch d ON d.id = w.dispatch_id JOIN live_staff e ON e.id = w.engineer_id"
        " WHERE d.ticket_id = ? AND d.status <> 'cancelled' ORDER BY w.id",
        (ticket_id,),
    ):
        due, arrived = (instant(row[name]) if row[name] else None for name in ("due_at", "arrived_at"))
        minutes = minutes_late(due, arrived or r.now)
        grace = r.basis.value("late.grace_minutes", arrived or r.now)
        verdict = "no_due" if minutes is None else "late" if minutes > grace else "in_time" if arrived else "open"
        cause = (
            messages.word("late_cause", row["late_cause"]) if row["late_cause"] else messages.say("evidence.no_cause")
        )
        text = messages.say(
            f"labels.on_site_{verdict}",
            **formatted({"due": due, "arrived": arrived or messages.say("labels.not_yet")}),
            minutes=minutes, grace=grace, cause=cause, id=f"D{row['dispatch_id']}", code=row["code"],
        )  # fmt: skip
        lines.append((messages.say("labels.on_site_clock"), text))
    return lines


def _appointment_lines(r: Read, ticket_id: int) -> list[tuple[str, str]]:
    lines = []
    for row in r.ledger.rows("SELECT * FROM live_appointment WHERE ticket_id = ? ORDER BY id", (ticket_id,)):
        text = messages.say(
            "labels.appointment_moved" if row["moved"] else "labels.appointment_kept",
            at=short(instant(row["at"]), r.zone), wanted=short(instant(row["on_site_by"]), r.zone),
            asked_by=messages.word("asked_by", row["asked_by"]),
        )  # fmt: skip
        lines.append((messages.say("labels.appointment"), text))
    return lines


noun.list_of(
    TICKETS,
    {"overdue": ("r.answered_at IS NULL AND r.status <> 'cancelled'", lambda row: row["answered_in_time"] is False)},
)
noun.show_of(TICKETS, lambda ledger, text: ledger.named("ticket", text), _explained)
