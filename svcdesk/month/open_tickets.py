"""The tickets that are neither closed nor cancelled: for each exactly one line, the most urgent that holds."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from svcdesk.model import Record
from svcdesk.month.waiting import Item, argv
from svcdesk.periods import instant
from svcdesk.registers.computed import loads
from svcdesk.regulation.clock import answer_clock
from svcdesk.regulation.policy import Basis
from svcdesk.rules import missing_fields, report_deadline
from svcdesk.store import Ledger


class OpenTicket(NamedTuple):
    """A ticket with all that decides what it waits for; ``assignments`` are those of dispatches not cancelled."""

    row: Record
    asked_again_at: datetime | None  # a reopening that was not answered yet
    assignments: list[Record]
    reports: dict[int, Record]  # by dispatch
    surveyed: bool
    held: Record | None

    @property
    def name(self) -> str:
        """The ticket's id."""
        return f"T{self.row['id']}"

    def item(self, step: str, line: str, due: datetime | None = None, **values: Any) -> Item:
        """Make the ticket's line."""
        dispatch = values.pop("dispatch", None)
        if dispatch:
            values.setdefault("id", f"{self.name} {dispatch}")
        people = {row["code"] for row in self.assignments if not row["returned_at"]} | {self.row["taken_by"] or ""}
        facts = {"customer": self.row["customer"], **values}
        return Item("ticket", step, self.name, argv(line), due, facts, self.name, dispatch, frozenset(people - {""}))


def lines(ledger: Ledger, basis: Basis) -> Iterator[Item]:
    """Return one line for each ticket that is open, answered or on hold."""
    for ticket in gathered(ledger):
        yield line_of(ticket, basis)


def line_of(ticket: OpenTicket, basis: Basis) -> Item:
    """Return a ticket's one line: the first of the steps that holds."""
    return next(item for step in STEPS if (item := step(ticket, basis)) is not None)


def _to_answer(ticket: OpenTicket, basis: Basis) -> Item | None:
    if ticket.asked_again_at is None and ticket.row["answered_at"] is not None:
        return None
    asked = ticket.asked_again_at or instant(ticket.row["received_at"])
    due = answer_clock(asked, basis.policy, basis.zone, ticket.row["kind"]).due
    step = "answer" if ticket.asked_again_at is None else "answer_again"
    return ticket.item(step, f"ticket answer {ticket.name}", due)


def _appointment_missed(ticket: OpenTicket, basis: Basis) -> Item | None:
    wanted = _wanted(ticket)
    if wanted is None or wanted >= basis.now or _arrived(ticket):
        return None
    if not ticket.assignments:
        return ticket.item("missed_unsent", _send(ticket), wanted)
    first = _most_behind(ticket.assignments)
    step = "arrive" if first["departed_at"] else "depart"
    line = f"dispatch {step} D{first['dispatch_id']} --engineer {first['code']}"
    return ticket.item("missed", line, wanted, dispatch=f"D{first['dispatch_id']}", code=first["code"])


def _nobody_sent(ticket: OpenTicket, _: Basis) -> Item | None:
    wanted = _wanted(ticket)
    return ticket.item("send", _send(ticket), wanted) if wanted and not ticket.assignments else None


def _away(ticket: OpenTicket, _: Basis) -> Item | None:
    """Say of a crew that is not back what its next step is; of several the one that is most behind."""
    away = [row for row in ticket.assignments if not row["returned_at"]]
    if not away:
        return None
    row = _most_behind(away)
    step, verb = _next_step(row)
    due = instant(row["due_at"]) if row["due_at"] and not row["arrived_at"] else None
    dispatch, values = f"D{row['dispatch_id']}", {"code": row["code"], "place": row["place"], "since": _latest(row)}
    return ticket.item(step, f"dispatch {verb} {dispatch} --engineer {row['code']}", due, dispatch=dispatch, **values)


def _next_step(row: Record) -> tuple[str, str]:
    """Name how far an engineer has come, and the verb of the next step."""
    if not row["departed_at"]:
        return "sent", "depart"
    if not row["arrived_at"]:
        return "travelling", "arrive"
    if not row["left_at"]:
        return "on_site", "leave" if row["callback_at"] else "callback"
    return "away", "return"


def _paper_missing(ticket: OpenTicket, basis: Basis) -> Item | None:
    """Ask for the service report of each dispatch that went (4.6), then for the survey (3.7)."""
    went: dict[int, list[Record]] = defaultdict(list)
    for row in ticket.assignments:
        if row["returned_at"]:
            went[row["dispatch_id"]].append(row)
    for number, rows in went.items():
        due = report_deadline(instant(max(row["returned_at"] for row in rows)), basis)
        step, line, values = report_step(f"D{number}", rows[0]["code"], rows[0]["kind"], ticket.reports.get(number))
        if step:
            named = {**values, "id": f"{ticket.name} {values['id']}"}
            return ticket.item(step, line, due, dispatch=f"D{number}", **named)
    if went and not ticket.surveyed:
        return ticket.item("survey", f"survey add {ticket.name} --score SCORE")
    return None


def report_step(dispatch: str, code: str, kind: str, report: Record | None) -> tuple[str, str, dict[str, Any]]:
    """Say what a dispatch's service report waits for: the step, the command, its values; ("", …) where it is whole."""
    if report is None:
        return "report", f"service-report file {dispatch} --by {code}", {"id": dispatch, "code": code}
    if lacking := missing_fields({**report, "parts": loads(report["parts"])}, kind):
        line = " ".join([f"service-report amend R{report['id']}", *(_ASKED_FOR[field] for field in lacking)])
        return "report_lacking", line, {"id": f"R{report['id']}", "missing": lacking}
    return "", "", {}


_ASKED_FOR = {
    "fault_cause": "--fault-cause TEXT",
    "solution": "--solution TEXT",
    "parts": "--part PART",
    "customer_opinion": "--customer-opinion TEXT",
}


def _on_hold(ticket: OpenTicket, _: Basis) -> Item | None:
    if ticket.row["status"] != "on_hold":
        return None
    held = ticket.held or {"at": ticket.row["received_at"], "reason": ""}
    line = f"ticket resume {ticket.name}"
    return ticket.item("on_hold", line, since=instant(held["at"]), reason=held["reason"])


def _answered(ticket: OpenTicket, _: Basis) -> Item | None:
    """A ticket that was answered while nobody was sent is closed, or somebody is sent, or an appointment made."""
    return None if ticket.assignments else ticket.item("answered", f"ticket close {ticket.name} --resolution TEXT")


def _complete(ticket: OpenTicket, _: Basis) -> Item:
    return ticket.item("close", f"ticket close {ticket.name} --resolution TEXT")


# From the most urgent on; the last one always holds.
STEPS: tuple[Callable[[OpenTicket, Basis], Item | None], ...] = (
    _to_answer,
    _appointment_missed,
    _nobody_sent,
    _away,
    _paper_missing,
    _on_hold,
    _answered,
    _complete,
)


def _wanted(ticket: OpenTicket) -> datetime | None:
    return instant(ticket.row["on_site_by"]) if ticket.row["on_site_by"] else None


def _arrived(ticket: OpenTicket) -> bool:
    return any(row["arrived_at"] for row in ticket.assignments)


def _send(ticket: OpenTicket) -> str:
    return f"dispatch send {ticket.name} --engineer CODE --place CITY"


_PROGRESS = ("departed_at", "arrived_at", "left_at")


def _most_behind(rows: list[Record]) -> Record:
    return min(rows, key=lambda row: (sum(bool(row[name]) for name in _PROGRESS), row["due_at"] or "9", row["id"]))


def _latest(row: Record) -> datetime | None:
    times = [row[name] for name in _PROGRESS if row[name]]
    return instant(max(times)) if times else None


def gathered(ledger: Ledger) -> list[OpenTicket]:
    """Read every open ticket with its assignments, reports, surveys, holds and reopenings: one query each."""
    assignments: dict[int, list[Record]] = defaultdict(list)
    for row in ledger.stream(_ASSIGNMENTS):
        assignments[row["ticket_id"]].append(row)
    reports: dict[int, dict[int, Record]] = defaultdict(dict)
    for row in ledger.stream(_REPORTS):
        reports[row["ticket_id"]][row["dispatch_id"]] = row
    surveyed = {row["ticket_id"] for row in ledger.stream(_SURVEYS)}
    held = {row["ticket_id"]: row for row in ledger.stream(_HOLDS)}
    again = {row["ticket_id"]: instant(row["at"]) for row in ledger.stream(_ASKED_AGAIN)}
    return [
        OpenTicket(
            row, again.get(row["id"]), assignments[row["id"]], reports[row["id"]], row["id"] in surveyed,
            held.get(row["id"]),
        )
        for row in ledger.stream(_TICKETS)
    ]  # fmt: skip


_OPEN = "t.status IN ('open', 'answered', 'on_hold')"
_TICKETS = f"""
    SELECT t.id, t.kind, t.status, t.received_at, t.answered_at, t.on_site_by, c.name AS customer, s.code AS taken_by
    FROM live_ticket t JOIN live_customer c ON c.id = t.customer_id LEFT JOIN live_staff s ON s.id = t.taken_by
    WHERE {_OPEN} ORDER BY t.id"""
_ASSIGNMENTS = f"""
    SELECT w.*, d.ticket_id, d.place, d.kind, e.code
    FROM live_ticket t CROSS JOIN live_dispatch d ON d.ticket_id = t.id CROSS JOIN live_crew w ON w.dispatch_id = d.id
    JOIN live_staff e ON e.id = w.engineer_id
    WHERE {_OPEN} AND d.status <> 'cancelled' ORDER BY w.id"""
_REPORTS = f"""
    SELECT r.*, d.ticket_id
    FROM live_ticket t CROSS JOIN live_dispatch d ON d.ticket_id = t.id
    CROSS JOIN live_service_report r ON r.dispatch_id = d.id WHERE {_OPEN}"""
_SURVEYS = f"SELECT v.ticket_id FROM live_ticket t CROSS JOIN live_survey v ON v.ticket_id = t.id WHERE {_OPEN}"
_HOLDS = """
    SELECT h.ticket_id, h.at, h.reason FROM live_ticket t CROSS JOIN live_hold h ON h.ticket_id = t.id
    WHERE t.status = 'on_hold' AND h.resumed_at IS NULL ORDER BY h.at, h.id"""
# The last time a ticket was asked again, as long as neither a reply nor an arrival followed.
_ASKED_AGAIN = f"""
    SELECT ticket_id, at FROM (
      SELECT o.ticket_id, max(o.at) AS at FROM live_ticket t CROSS JOIN live_reopening o ON o.ticket_id = t.id
      WHERE {_OPEN} GROUP BY o.ticket_id) last
    WHERE NOT EXISTS (SELECT 1 FROM live_reopening l WHERE l.ticket_id = last.ticket_id AND l.replied_at >= last.at)
      AND NOT EXISTS (SELECT 1 FROM live_dispatch d JOIN live_crew w ON w.dispatch_id = d.id
        WHERE d.ticket_id = last.ticket_id AND w.arrived_at >= last.at)"""
