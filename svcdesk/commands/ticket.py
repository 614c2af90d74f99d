"""ticket: what a customer asked for, from receipt to closing (3.2 to 3.9)."""

from typing import TYPE_CHECKING, Annotated

import typer

from svcdesk import messages
from svcdesk.commands import finding, telling
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import Flag, Noun, Text
from svcdesk.commands.prompts import personal_text
from svcdesk.commands.receipts import formatted
from svcdesk.desk.act import Receipt
from svcdesk.errors import BadInput
from svcdesk.later import later
from svcdesk.model import AskedBy, Channel, Record, TicketKind
from svcdesk.periods import instant
from svcdesk.registers.service import TICKETS
from svcdesk.regulation.clock import answer_clock, answered_in_time, minutes_late

if TYPE_CHECKING:
    from svcdesk.desk import assignments, entries, hand_overs, tickets, timeline
    from svcdesk.registers import people, records
else:
    assignments = later("svcdesk.desk.assignments")
    entries = later("svcdesk.desk.entries")
    hand_overs = later("svcdesk.desk.hand_overs")
    people = later("svcdesk.registers.people")
    records = later("svcdesk.registers.records")
    tickets = later("svcdesk.desk.tickets")
    timeline = later("svcdesk.desk.timeline")

noun = Noun("ticket")
Ticket = Annotated[str, typer.Argument()]
Reason = Annotated[str, typer.Option()]


@noun.write("open")
def open_(
    w: Write,
    customer: Annotated[str, typer.Option("--customer", "-c")],
    kind: Annotated[TicketKind, typer.Option("--kind", "-k")],
    channel: Annotated[Channel, typer.Option("--channel", "-m")],
    summary: Annotated[str, typer.Option("--summary", "-s")],
    contract: Text = None,
    product: Text = None,
    serial: Text = None,
    on_site_by: Text = None,
    repeat_of: Text = None,
    taken_by: Text = None,
    new_customer: Annotated[bool, typer.Option("--new-customer")] = False,
    city: Text = None,
    person: Text = None,
    phone: Text = None,
) -> Receipt:
    newcomer = {"city": city, "person": personal_text(person), "phone": personal_text(phone, "phone")}
    if new_customer:
        entries.add(w, people.CUSTOMERS, {"name": customer, **newcomer})
    elif any(newcomer.values()):
        raise BadInput("only_new_customer", names=[f"--{name}" for name, value in newcomer.items() if value])
    call = tickets.Call(
        customer, kind, channel, summary, contract, product, serial, w.time(on_site_by), repeat_of, taken_by
    )
    return tickets.open_(w, call)


@noun.write("answer")
def answer(w: Write, ticket: Ticket) -> Receipt:
    return tickets.answer(w, ticket)


@noun.write("escalate")
def escalate(
    w: Write, ticket: Ticket, to: Annotated[str, typer.Option()], major_quality: Flag = False, problem: Text = None
) -> Receipt:
    return tickets.escalate(w, ticket, to, major_quality=major_quality, problem=problem)


@noun.write("settle-escalation")
def settle_escalation(w: Write, ticket: Ticket, note: Annotated[str, typer.Option()]) -> Receipt:
    return tickets.settle_escalation(w, ticket, note)


@noun.write("hold")
def hold(w: Write, ticket: Ticket, reason: Reason) -> Receipt:
    return tickets.hold(w, ticket, reason)


@noun.write("resume")
def resume(w: Write, ticket: Ticket) -> Receipt:
    return tickets.resume(w, ticket)


@noun.write("appoint")
def appoint(
    w: Write, ticket: Ticket, on_site_by: Annotated[str, typer.Option()], asked_by: Annotated[AskedBy, typer.Option()]
) -> Receipt:
    wanted = w.time(on_site_by)
    if wanted is None:
        raise BadInput("empty", name="--on-site-by")
    return tickets.appoint(w, ticket, wanted, asked_by)


@noun.write("hand-over")
def hand_over(w: Write, ticket: Ticket, to: Annotated[str, typer.Option()], note: Reason) -> Receipt:
    return hand_overs.hand_over(w, ticket, finding.one(w.ledger, "staff", to), note)


@noun.write("accept")
def accept(w: Write, ticket: Ticket) -> Receipt:
    return hand_overs.accept(w, ticket)


@noun.write("decline")
def decline(w: Write, ticket: Ticket, reason: Reason) -> Receipt:
    return hand_overs.decline(w, ticket, reason)


@noun.write("close")
def close(w: Write, ticket: Ticket, resolution: Annotated[str, typer.Option()], no_survey: Text = None) -> Receipt:
    return tickets.close(w, ticket, resolution, no_survey)


@noun.write("reopen")
def reopen(
    w: Write, ticket: Ticket, reason: Reason, channel: Annotated[Channel | None, typer.Option()] = None
) -> Receipt:
    return tickets.reopen(w, ticket, reason, channel)


@noun.write("cancel")
def cancel(w: Write, ticket: Ticket, reason: Reason) -> Receipt:
    return tickets.cancel(w, ticket, reason)


@noun.write("note")
def note(w: Write, ticket: Ticket, text: Annotated[str, typer.Argument()]) -> Receipt:
    return tickets.note(w, ticket, text)


def _told(r: Read, ticket: Record, _: Record) -> list[tuple[str, str]]:
    """Tell whom to call, both clocks with due, verdict and the arithmetic, what it cost, then the time line."""
    known, beside = _customer(r, ticket), timeline.beside_ticket(r.ledger, ticket)
    called = " ".join(known[name] for name in ("person", "phone") if known[name])
    lines = [(messages.say("columns.person"), called)] if called else []
    lines += [_answer_line(r, ticket), *_on_site_lines(r, ticket["id"])]
    if beside["expenses"]:
        spent = messages.say("labels.expenses", n=len(beside["expenses"]), **formatted({"cost": beside["cost"]}))
        lines.append((messages.word("record", "expense"), spent))
    return [*lines, *telling.events(timeline.of_ticket(r.ledger, ticket), r.zone)]


def _customer(r: Read, ticket: Record) -> Record:
    """Return the customer of a ticket, personal data masked."""
    return records.one(r.ledger, "customer", ticket["customer_id"], r.now)


# The records of a time line that JSON names, by the letters of their ids.
_NAMED = {
    "dispatches": "D", "service_reports": "R", "surveys": "S", "complaints": "C", "visits": "VS", "promises": "PM",
    "problems": "QP", "penalties": "P",
}  # fmt: skip


def _keys(r: Read, ticket: Record) -> Record:
    known, events = _customer(r, ticket), timeline.of_ticket(r.ledger, ticket)
    named = {name: telling.ids(events, letters) for name, letters in _NAMED.items()}
    beside = timeline.beside_ticket(r.ledger, ticket)
    return {
        **{name: known[name] for name in ("person", "phone")}, **named,
        **beside, "cost": str(beside["cost"]), "events": telling.for_machines(events, r.zone),
    }  # fmt: skip


def _answer_line(r: Read, ticket: Record) -> tuple[str, str]:
    clock = answer_clock(instant(ticket["received_at"]), r.ledger.policy, r.zone, ticket["kind"])
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
    for row in assignments.of_ticket(r.ledger, ticket_id):
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


noun.list_of(
    TICKETS,
    {"overdue": ("r.answered_at IS NULL AND r.status <> 'cancelled'", lambda row: row["answered_in_time"] is False)},
)
noun.show_of(TICKETS, lambda ledger, text: ledger.named("ticket", text), _told, _keys, shown=("notes",))
