"""What happened to a ticket, with a customer, to one of the staff: a time line each, and what stands beside it."""

import json
from collections.abc import Iterator
from datetime import date, tzinfo
from typing import NamedTuple

from svcdesk.desk import roster
from svcdesk.model import Fen, Record
from svcdesk.regulation.states import STEPS
from svcdesk.store import Ledger

_NEWEST = 100  # events of a customer or of somebody of the staff; a ticket has all of its own
_NEWEST_OF = f"SELECT * FROM ({{}}) ORDER BY at DESC, length(record) DESC, record DESC LIMIT {_NEWEST}"


def of_ticket(ledger: Ledger, ticket: Record) -> list[Record]:
    """Return what happened to a ticket from its receipt on, each event with at, record, kind, who, text, due."""
    happened = ledger.rows(_OF_TICKET, {"id": ticket["id"]})
    return sorted([*happened, *_notes(ticket, happened)], key=lambda one: str(one["at"]))


def of_customer(ledger: Ledger, customer: Record) -> list[Record]:
    """Return the newest events with a customer, the oldest of them first."""
    return ledger.rows(_NEWEST_OF.format(_OF_CUSTOMER), {"id": customer["id"]})[::-1]


def of_person(ledger: Ledger, person: Record) -> list[Record]:
    """Return the newest events of somebody of the staff, the oldest of them first."""
    known = {"id": person["id"], "code": person["code"]}
    return ledger.rows(_NEWEST_OF.format(_OF_PERSON), known)[::-1]


def _notes(ticket: Record, happened: list[Record]) -> Iterator[Record]:
    """Say the note of a step with the step, which may have been before it was typed; a note alone is its own event."""
    for note in json.loads(ticket["notes"]):
        kind, said = note.get("verb") or "note", note["text"]
        steps = [one for one in happened if one["kind"] == kind and one["at"] <= note["at"]]
        step = max(steps, key=lambda one: str(one["at"]), default=None)
        if step is None:
            record = f"T{ticket['id']}"
            yield {"at": note["at"], "record": record, "kind": kind, "who": note.get("by"), "text": said, "due": None}
        elif said != step["text"]:
            step["text"] = f"{step['text']} {said}" if step["text"] else said


class _Event(NamedTuple):
    """One kind of event: when it was, the id that it is of, the rows that it is read from, and what it tells."""

    at: str
    record: str
    kind: str
    rows: str
    who: str = "NULL"
    text: str = "NULL"
    due: str = "NULL"


def _read(*events: _Event) -> str:
    return "\nUNION ALL ".join(
        f"SELECT {one.at} AS at, {one.record} AS record, '{one.kind}' AS kind, {one.who} AS who, {one.text} AS text,"
        f" {one.due} AS due FROM {one.rows} AND {one.at} IS NOT NULL"
        for one in events
    )


_CREW = "live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id JOIN live_staff e ON e.id = w.engineer_id"
_VISITS = "live_visit v JOIN live_staff e ON e.id = v.by_id"
_D, _C, _PM, _QP, _T, _OF = "'D' || d.id", "'C' || id", "'PM' || id", "'QP' || p.id", "'T' || id", "'T' || ticket_id"


def _complained(of: str) -> tuple[_Event, ...]:
    return (
        _Event("at", _C, "complaint", f"live_complaint r WHERE ({of})", text="summary"),
        _Event("decided_at", _C, "decide", f"live_complaint r WHERE ({of})", "decided_by", "finding"),
    )


def _promised(of: str) -> tuple[_Event, ...]:
    rows = f"live_promise r WHERE ({of})"
    return (
        _Event("at", _PM, "promise", rows, "kind", "text", "first_due"),
        _Event("kept_at", _PM, "keep", rows, "kept_by"),
        _Event("dropped_at", _PM, "drop", rows, "dropped_by", "drop_reason"),
    )


def _problems(tickets: str) -> tuple[_Event, ...]:
    """Write what reads the quality problems of tickets, and what the departments answered (3.8)."""
    of = f"EXISTS (SELECT 1 FROM json_each(p.tickets) j WHERE j.value IN ({tickets}))"
    asked = f"live_problem_department w JOIN live_problem p ON p.id = w.problem_id WHERE {of}"
    return (
        _Event("p.opened_at", _QP, "problem", f"live_problem p WHERE {of}", text="p.summary"),
        _Event("w.answered_at", _QP, "answer", asked, "w.department", "coalesce(w.measure, w.cause)"),
    )


_DISPATCHES = "SELECT id FROM live_dispatch WHERE ticket_id = :id"
_SOLVED = "trim(coalesce(r.fault_cause, '') || ' → ' || coalesce(r.solution, ''), ' →')"
_SCORED = "trim(score || ' ' || coalesce(comment, ''))"
# What a penalty is about begins with the id of the ticket, or of one of its dispatches: T4, T4@1, D7.
_SUBJECTS = "(SELECT 'T' || :id AS begins UNION ALL SELECT 'D' || id FROM live_dispatch WHERE ticket_id = :id)"
_FINED = f"""
    live_penalty r JOIN live_staff e ON e.id = r.engineer_id WHERE r.id IN
      (SELECT p.id FROM {_SUBJECTS} CROSS JOIN live_penalty p ON p.subject = begins
       UNION ALL SELECT p.id FROM {_SUBJECTS} CROSS JOIN live_penalty p
         ON p.subject >= begins || '@' AND p.subject < begins || 'A')"""
_FILES = f"""
    SELECT 'T' || :id UNION ALL SELECT 'D' || id FROM live_dispatch WHERE ticket_id = :id
    UNION ALL SELECT 'R' || id FROM live_service_report WHERE dispatch_id IN ({_DISPATCHES})
    UNION ALL SELECT 'S' || id FROM live_survey WHERE ticket_id = :id"""
_TICKET = "live_ticket WHERE id = :id"
_APPOINTMENT, _HOLD, _ESCALATION, _HAND_OVER, _REOPENING = (
    f"live_{table} WHERE ticket_id = :id" for table in ("appointment", "hold", "escalation", "hand_over", "reopening")
)
_OF_TICKET = _read(
    _Event("received_at", _T, "open", _TICKET, text="summary"),
    _Event("answered_at", _T, "answer", _TICKET, "answered_by"),
    _Event(
        "first_closed_at", _T, "close", f"{_TICKET} AND first_closed_at IS NOT closed_at",
        text="iif(closed_at IS NULL, resolution, NULL)",
    ),
    _Event("closed_at", _T, "close", _TICKET, text="resolution"),
    _Event("cancelled_at", _T, "cancel", _TICKET, text="cancel_reason"),
    _Event("at", _OF, "appoint", f"{_APPOINTMENT} AND moved = 1", "asked_by", "note", "on_site_by"),
    _Event("at", _OF, "propose", f"{_APPOINTMENT} AND moved = 0", "asked_by", "note", "on_site_by"),
    _Event("at", _OF, "hold", _HOLD, '"by"', "reason"),
    _Event("resumed_at", _OF, "resume", _HOLD),
    _Event("at", _OF, "escalate", _ESCALATION, '"to"', "note"),
    _Event("settled_at", _OF, "settle-escalation", _ESCALATION, "settled_by", "settled_note"),
    _Event(
        "h.at", "'T' || h.ticket_id", "hand-over",
        "live_hand_over h JOIN live_staff e ON e.id = h.to_id WHERE h.ticket_id = :id", "e.code", "h.note",
    ),
    _Event("accepted_at", _OF, "accept", _HAND_OVER),
    _Event("declined_at", _OF, "decline", _HAND_OVER, text="reason"),
    _Event("at", _OF, "reopen", _REOPENING, '"by"', "reason"),
    _Event("answered_at", _OF, "answer", _REOPENING, "answered_by"),
    _Event("d.sent_at", _D, "send", f"{_CREW} WHERE d.ticket_id = :id", "e.code", "d.place", "w.due_at"),
    *(_Event(f"w.{at}", _D, verb, f"{_CREW} WHERE d.ticket_id = :id", "e.code") for verb, (at, _) in STEPS.items()),
    _Event("d.cancelled_at", _D, "cancel", "live_dispatch d WHERE d.ticket_id = :id", text="d.cancel_reason"),
    _Event(
        "r.filed_at", "'R' || r.id", "service_report",
        f"live_service_report r JOIN live_staff e ON e.id = r.filed_by WHERE r.dispatch_id IN ({_DISPATCHES})",
        "e.code", _SOLVED,
    ),
    _Event("at", "'S' || id", "survey", "live_survey WHERE ticket_id = :id", text=_SCORED),
    *_complained("ticket_id = :id"),
    _Event(
        "v.at", "'VS' || v.id", "visit", f"{_VISITS} WHERE (v.ticket_id = :id OR v.dispatch_id IN ({_DISPATCHES}))",
        "e.code", "v.summary",
    ),
    *_promised("ticket_id = :id"),
    *_problems("SELECT 'T' || :id"),
    _Event("r.at", "'P' || r.id", "penalty", _FINED, "e.code", "r.clause"),
    _Event("at", "record", "attach", f"live_attachment WHERE record IN ({_FILES})", '"by"', "name"),
)  # fmt: skip

_TICKETS = "SELECT id FROM live_ticket WHERE customer_id = :id"
_THEIR_CALLS = "SELECT complaint_id FROM live_contact WHERE customer_id = :id AND complaint_id IS NOT NULL"
_OF_CUSTOMER = _read(
    _Event("received_at", _T, "ticket", "live_ticket WHERE customer_id = :id", "status", "summary"),
    _Event("at", "'L' || id", "contact", "live_contact WHERE customer_id = :id AND ticket_id IS NULL", text="summary"),
    _Event("at", "'S' || id", "survey", f"live_survey WHERE ticket_id IN ({_TICKETS})", text=_SCORED),
    *_complained(f"r.ticket_id IN ({_TICKETS}) OR r.id IN ({_THEIR_CALLS})"),
    _Event("v.at", "'VS' || v.id", "visit", f"{_VISITS} WHERE v.customer_id = :id", "e.code", "v.summary"),
    _Event("at", "'SG' || id", "suggestion", "live_suggestion WHERE customer_id = :id", "status", "text"),
    *_promised(
        f"r.ticket_id IN ({_TICKETS}) OR r.contract_id IN (SELECT id FROM live_contract WHERE customer_id = :id)"
    ),
    *_problems("SELECT 'T' || id FROM live_ticket WHERE customer_id = :id"),
)  # fmt: skip

_ABOUT = "about_id = :id OR EXISTS (SELECT 1 FROM json_each(coalesce(r.about, '[]')) j WHERE j.value = :code)"
_OF_PERSON = _read(
    _Event(
        "d.sent_at", _D, "dispatch",
        "live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id WHERE w.engineer_id = :id",
        "d.status", "d.place",
    ),
    _Event("at", "'H' || id", "phone_check", "live_phone_check WHERE engineer_id = :id", "result", "excused"),
    _Event("at", "'B' || id", "conduct", "live_conduct WHERE engineer_id = :id", "rule", "note"),
    *_complained(_ABOUT),
    _Event("at", "'P' || id", "penalty", "live_penalty WHERE engineer_id = :id", "status", "clause"),
    _Event("at", "'VS' || id", "visit", "live_visit WHERE by_id = :id", text="summary"),
    _Event("at", "'SG' || id", "suggestion", "live_suggestion WHERE person_id = :id", "status", "text"),
    _Event("opened_at", "'RC' || id", "rectification", "live_rectification WHERE owner_id = :id", "status", "summary"),
)  # fmt: skip


# What stands beside a time line


def beside_ticket(ledger: Ledger, ticket: Record) -> Record:
    """Return a ticket's expenses, and what they come to without those that were rejected or found false."""
    rows = ledger.rows(_EXPENSES, {"id": ticket["id"]})
    return {"expenses": [f"E{row['id']}" for row in rows], "cost": Fen(sum(row["counts"] for row in rows))}


_EXPENSES = f"""
    SELECT id, iif(status IN ('rejected', 'falsified'), 0, amount_fen) AS counts FROM live_expense
    WHERE ticket_id = :id OR dispatch_id IN ({_DISPATCHES}) ORDER BY id"""


def beside_customer(ledger: Ledger, customer: Record) -> Record:
    """Return a customer's former names, contracts, machines, open tickets with how many there are in all, and plans."""
    known = {"id": customer["id"]}
    return {
        "former_names": [row["name"] for row in ledger.rows(_FORMER, known)],
        "contracts": ledger.rows(_CONTRACTS, known), "equipment": ledger.rows(_MACHINES, known),
        "open_tickets": ledger.rows(_OPEN, known), "tickets": ledger.value(f"SELECT count(*) FROM ({_TICKETS})", known),
        "plans": ledger.rows(_PLANS, known),
    }  # fmt: skip


_FORMER = "SELECT name FROM live_former_name WHERE customer_id = :id ORDER BY id"
_CONTRACTS = """
    SELECT no, project, includes_installation, warranty_until FROM live_contract WHERE customer_id = :id ORDER BY id"""
_MACHINES = """
    SELECT serial, product, place, warranty_until FROM live_equipment
    WHERE customer_id = :id AND part_of IS NULL AND retired_at IS NULL ORDER BY id"""
_OPEN = """
    SELECT id, kind, summary, status, received_at FROM live_ticket
    WHERE customer_id = :id AND closed_at IS NULL AND cancelled_at IS NULL ORDER BY id"""
_PLANS = "SELECT id, title FROM live_plan WHERE customer_id = :id AND ended_at IS NULL ORDER BY id"


def beside_person(ledger: Ledger, person: Record, day: date, zone: tzinfo) -> Record:
    """Return the journeys somebody is not back from, the open tickets they took, their days away this month."""
    known = {"id": person["id"]}
    return {
        "open_dispatches": ledger.rows(_AWAY, known), "open_tickets": ledger.rows(_TAKEN, known),
        "days_this_month": roster.days_this_month(ledger, person["id"], day, zone),
    }  # fmt: skip


# A plus before a column keeps SQLite from its index: who is not back is few, where somebody ever went is much.
_AWAY = """
    SELECT d.id, d.place, w.due_at, d.status FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
    WHERE +w.engineer_id = :id AND w.returned_at IS NULL AND d.status <> 'cancelled' ORDER BY d.id"""
_TAKEN = """
    SELECT id, kind, summary, status, received_at FROM live_ticket
    WHERE taken_by = :id AND status IN ('open', 'answered', 'on_hold') ORDER BY id"""
