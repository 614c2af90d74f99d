"""dispatch: engineers sent to a customer, step by step (3.4, 4.4, 4.5)."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from svcdesk import messages
from svcdesk.commands.context import Read, Write
from svcdesk.commands.noun import Noun, Text
from svcdesk.commands.receipts import Receipt
from svcdesk.errors import BadInput, NotFound, Refused
from svcdesk.model import LateCause, Record
from svcdesk.periods import instant, short
from svcdesk.registers.declarations import DISPATCHES
from svcdesk.regulation.clock import minutes_late
from svcdesk.regulation.states import STEPS, allow, dispatch_status

noun = Noun("dispatch")
Dispatch = Annotated[str, typer.Argument()]
Engineers = Annotated[list[str], typer.Option("--engineer")]
Cities = Annotated[list[str] | None, typer.Option("--transit")]


@noun.write("send")
def send(
    w: Write,
    ticket: Annotated[str, typer.Argument()],
    engineer: Engineers,
    place: Annotated[str, typer.Option()],
    transit: Cities = None,
    due: Text = None,
) -> Receipt:
    asked = w.ledger.named("ticket", ticket)
    allow("ticket", asked, "send")
    at = w.at(after=asked["received_at"])
    crew = [_fit_to_go(w, code) for code in dict.fromkeys(engineer)]
    wanted = w.time(due) if due else None
    if wanted is not None and wanted < at:
        raise BadInput("before_step", at=wanted, after=at)
    wanted = wanted or _asked_for(w, asked)
    number = w.ledger.insert(
        "dispatch", ticket_id=asked["id"], kind="installation" if asked["kind"] == "installation" else "service",
        place=place, transit=list(transit or []), sent_at=at, due_at=wanted, status="sent", note=w.note,
    )  # fmt: skip
    for person in crew:
        w.ledger.insert("crew", dispatch_id=number, engineer_id=person["id"], due_at=wanted)
    names = [person["code"] for person in crew]
    key = "dispatch_sent" if wanted else "dispatch_sent_open"
    return Receipt(key, "dispatch", number, {"engineers": names, "place": place, "due": wanted})


def _fit_to_go(w: Write, code: str) -> Record:
    person = w.ledger.staff(code)
    if person["retired_at"]:
        raise Refused("staff_retired", code=person["code"])
    return person


def _asked_for(w: Write, asked: Record) -> datetime | None:
    """Return the customer's time while no crew of the ticket has arrived yet (3.4)."""
    arrived = w.ledger.value(
        "SELECT 1 FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id"
        " WHERE d.ticket_id = ? AND w.arrived_at IS NOT NULL",
        (asked["id"],),
    )
    return None if arrived else _when(asked["on_site_by"])


def _crew(w: Write, dispatch_id: int, code: str | None = None) -> list[Record]:
    crew = w.ledger.rows(
        "SELECT w.*, e.code FROM live_crew w JOIN live_staff e ON e.id = w.engineer_id"
        " WHERE w.dispatch_id = ? ORDER BY w.id",
        (dispatch_id,),
    )
    if code is None:
        return crew
    named = [member for member in crew if member["code"] == w.ledger.staff(code)["code"]]
    if not named:
        raise NotFound("not_in_crew", id=f"D{dispatch_id}", code=code, near=[member["code"] for member in crew])
    return named


def _step(w: Write, dispatch: str, verb: str, engineer: str | None, also: Record | None = None) -> Receipt:
    """Record a step of the journey for one engineer, else for all of the crew that have not taken it yet."""
    field, before = STEPS[verb]
    sent = w.ledger.named("dispatch", dispatch)
    allow("dispatch", sent, "step")
    crew = _crew(w, sent["id"], engineer)
    going = [member for member in crew if not member[field]]
    if not going:
        raise Refused("step_taken", id=f"D{sent['id']}", step=f"{verb}", at=instant(crew[0][field]), article="3.9")
    behind = [member["code"] for member in going if before and not member[before]]
    if behind:
        raise Refused("step_missing", id=f"D{sent['id']}", verb=verb, codes=behind, before=before, article="3.9")
    _ended(w, going, verb, sent)
    for member in going:
        at = w.at(after=_latest(sent, member, verb))
        if verb == "arrive" and member["left_at"]:
            raise Refused("step_taken", id=f"D{sent['id']}", step="leave", at=instant(member["left_at"]), article="3.9")
        w.ledger.update("crew", member["id"], **{field: at}, **(also or {}))
    status = dispatch_status(_crew(w, sent["id"]))
    w.ledger.update("dispatch", sent["id"], status=status)
    codes = [member["code"] for member in going]
    if verb == "arrive":
        _answer_by_arrival(w, sent["ticket_id"], at, codes[0])
    late = (
        max((minutes_late(_when(member["due_at"]), at) or 0 for member in going), default=0) if verb == "arrive" else 0
    )
    key = f"dispatch_{verb}_late" if late and not (also or {}).get("late_cause") else f"dispatch_{verb}"
    return Receipt(key, "dispatch", sent["id"], {"codes": codes, "at": at, "minutes": late, "code": codes[0]})


def _answer_by_arrival(w: Write, ticket_id: int, at: datetime, code: str) -> None:
    """Take an arrival as the answer of a ticket that has none yet (3.4: a plan, a solution or an arrival)."""
    asked = w.ledger.get("ticket", ticket_id)
    if asked["answered_at"] is None:
        status = "answered" if asked["status"] == "open" else asked["status"]
        w.ledger.update("ticket", ticket_id, answered_at=at, answered_by=code, status=status)


def _ended(w: Write, going: list[Record], verb: str, sent: Record) -> None:
    """Refuse a step on site once an engineer has returned."""
    if verb in ("arrive", "leave"):
        back = [member for member in going if member["returned_at"]]
        if back:
            at = instant(back[0]["returned_at"])
            raise Refused("step_taken", id=f"D{sent['id']}", step="return", at=at, article="3.9")


_BEFORE: dict[str, tuple[str, ...]] = {
    "depart": ("sent_at",),
    "arrive": ("sent_at", "departed_at"),
    "callback": ("departed_at", "arrived_at"),
    "leave": ("departed_at", "arrived_at"),
    "return": ("departed_at", "arrived_at", "left_at"),
}


def _latest(sent: Record, member: Record, verb: str) -> str:
    times: list[str] = [({**sent, **member}).get(name) or "" for name in _BEFORE[verb]]
    return max(times)


def _when(text: str | None) -> datetime | None:
    return instant(text) if text else None


Engineer = Annotated[str | None, typer.Option("--engineer")]


def _simple(verb: str) -> Callable[..., Receipt]:
    def step(w: Write, dispatch: Dispatch, engineer: Engineer = None) -> Receipt:
        return _step(w, dispatch, verb, engineer)

    step.__name__ = verb
    return step


noun.write("depart")(_simple("depart"))


@noun.write("arrive")
def arrive(
    w: Write,
    dispatch: Dispatch,
    engineer: Engineer = None,
    late_cause: Annotated[LateCause | None, typer.Option()] = None,
) -> Receipt:
    also: Record = {name: value for name, value in (("late_cause", late_cause), ("note", w.note)) if value is not None}
    return _step(w, dispatch, "arrive", engineer, also)


noun.write("callback")(_simple("callback"))
noun.write("leave")(_simple("leave"))
noun.write("return")(_simple("return"))


@noun.write("cause")
def cause(
    w: Write,
    dispatch: Dispatch,
    engineer: Annotated[str, typer.Option()],
    late_cause: Annotated[LateCause, typer.Option()],
) -> Receipt:
    sent = w.ledger.named("dispatch", dispatch)
    allow("dispatch", sent, "step")
    (member,) = _crew(w, sent["id"], engineer)
    due = instant(member["due_at"]) if member["due_at"] else None
    arrived = instant(member["arrived_at"]) if member["arrived_at"] else w.now
    if due is None or arrived <= due:
        raise Refused("not_late", id=f"D{sent['id']}", code=member["code"], due=due, article="4.5")
    said = {"note": w.note} if w.note else {}
    w.ledger.update("crew", member["id"], late_cause=late_cause, **said)
    return Receipt("cause_stated", "dispatch", sent["id"], {"code": member["code"], "cause": late_cause})


@noun.write("cancel")
def cancel(w: Write, dispatch: Dispatch, reason: Annotated[str, typer.Option()]) -> Receipt:
    sent = w.ledger.named("dispatch", dispatch)
    allow("dispatch", sent, "cancel")
    crew = _crew(w, sent["id"])
    gone = [member["code"] for member in crew if member["departed_at"]]
    if gone:
        raise Refused("departed_already", id=f"D{sent['id']}", codes=gone, article="3.9")
    at = w.at(after=sent["sent_at"])
    w.ledger.update("dispatch", sent["id"], status="cancelled", cancelled_at=at, cancel_reason=reason)
    return Receipt("dispatch_cancelled", "dispatch", sent["id"])


def _crew_lines(r: Read, stored_row: Record, shown: Record) -> list[tuple[str, str]]:
    """Tell each engineer's journey in a line."""
    dash = "-"
    due = {
        row["code"]: row["due_at"]
        for row in r.ledger.rows(
            "SELECT e.code, w.due_at FROM live_crew w JOIN live_staff e ON e.id = w.engineer_id"
            " WHERE w.dispatch_id = ?",
            (stored_row["id"],),
        )
    }
    lines = []
    for member in shown["crew"]:
        times = {
            name: short(datetime.fromisoformat(member[f"{name}_at"]), r.zone) if member[f"{name}_at"] else dash
            for name in ("departed", "arrived", "callback", "left", "returned")
        }
        wanted = due[member["engineer"]]
        text = messages.say(
            "labels.crew_line",
            **times,
            due=short(instant(wanted), r.zone) if wanted else dash,
            days=member["days"] or 0,
            late=dash if member["late_minutes"] is None else member["late_minutes"],
            cause=messages.word("late_cause", member["late_cause"]) if member["late_cause"] else "",
        )
        lines.append((member["engineer"], text.rstrip()))
    return lines


noun.list_of(DISPATCHES)
noun.show_of(DISPATCHES, lambda ledger, text: ledger.named("dispatch", text), _crew_lines)
