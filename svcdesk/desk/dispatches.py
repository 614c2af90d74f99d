"""Dispatches: engineers sent to a customer, step by step (3.4, 4.4, 4.5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from svcdesk.desk import assignments, promises
from svcdesk.desk.act import Act, Receipt, Step, not_before
from svcdesk.desk.settle import settling
from svcdesk.errors import Refused
from svcdesk.model import Record
from svcdesk.periods import instant
from svcdesk.regulation.clock import minutes_late
from svcdesk.regulation.states import STEPS, allow


def send(
    act: Act,
    ticket: str,
    engineers: Sequence[str],
    place: str,
    transit: Sequence[str] = (),
    due: datetime | None = None,
) -> Receipt:
    """Send engineers to a customer."""
    asked = act.ledger.named("ticket", ticket)
    allow("ticket", asked, "send")
    at = act.at(after=asked["received_at"])
    crew = [_fit_to_go(act, code) for code in dict.fromkeys(engineers)]
    own_due = not_before(due, at) if due else None
    for person in crew:
        _warn_held_elsewhere(act, person["id"], at)
    with settling(act.ledger, asked["id"]):
        number = act.ledger.insert(
            "dispatch", ticket_id=asked["id"], kind=assignments.kind_of(asked["kind"]), place=place,
            transit=list(transit), sent_at=at, own_due_at=own_due, status="sent", note=act.note,
        )  # fmt: skip
        for person in crew:
            act.ledger.insert("crew", dispatch_id=number, engineer_id=person["id"])
    wanted = _when(act.ledger.get("dispatch", number)["due_at"])
    names = [person["code"] for person in crew]
    key = "dispatch_sent" if wanted else "dispatch_sent_open"
    return Receipt(key, "dispatch", number, {"engineers": names, "place": place, "due": wanted})


def _fit_to_go(act: Act, code: str) -> Record:
    person = act.ledger.staff(code)
    if person["retired_at"]:
        raise Refused("staff_retired", code=person["code"])
    return person


def _warn_held_elsewhere(act: Act, engineer_id: int, at: datetime, dispatch_id: int | None = None) -> None:
    """Say where an engineer is on the road on another dispatch."""
    here = f"D{dispatch_id}" if dispatch_id else None
    for other in assignments.away(act.ledger, engineer_id, at):
        if other["dispatch_id"] != dispatch_id:
            values = {"code": other["code"], "other": f"D{other['dispatch_id']}", "place": other["place"]}
            act.warn("held_elsewhere_too" if here else "held_elsewhere", **values, id=here)


def _when(text: str | None) -> datetime | None:
    return instant(text) if text else None


def step(
    act: Act,
    dispatch: str,
    verb: str,
    engineer: str | None = None,
    *,
    late_cause: str | None = None,
    note: str | None = None,
    when: datetime | None = None,
) -> Receipt:
    """Record a step of the journey for one engineer, else for all who have not taken it yet."""
    field, _ = STEPS[verb]
    sent = act.ledger.named("dispatch", dispatch)
    allow("dispatch", sent, "step")
    going = _going(assignments.of_dispatch(act.ledger, sent["id"], engineer), sent, verb)
    also = {name: value for name, value in (("late_cause", late_cause), ("note", note)) if value is not None}
    with settling(act.ledger, sent["ticket_id"]):
        for assignment in going:
            earlier, of = _latest(sent, assignment, verb)
            at = act.checked(when, after=earlier, of=of) if when else act.at(after=earlier, of=of)
            if verb == "arrive" and assignment["left_at"]:
                raise _taken(sent, "leave", assignment)
            act.ledger.update("crew", assignment["id"], **{field: at}, **also)
    codes, late = [assignment["code"] for assignment in going], 0
    silent = [assignment["code"] for assignment in going if not assignment["callback_at"]]
    if verb == "leave" and silent:
        act.warn("left_without_callback", id=f"D{sent['id']}", codes=silent)
    if verb == "arrive":
        for assignment in going:
            _warn_held_elsewhere(act, assignment["engineer_id"], at, sent["id"])
        now = assignments.of_dispatch(act.ledger, sent["id"])
        late = max(minutes_late(_when(one["due_at"]), at) or 0 for one in now if one["code"] in codes)
    if verb == "return":
        promises.offer(act, sent["id"])
    key = f"dispatch_{verb}_late" if late and not late_cause else f"dispatch_{verb}"
    return Receipt(key, "dispatch", sent["id"], {"codes": codes, "at": at, "minutes": late, "code": codes[0]})


def _going(crew: list[Record], sent: Record, verb: str) -> list[Record]:
    """List whose step it is. Raises Refused where all have taken it, or somebody has not come so far or is back."""
    field, before = STEPS[verb]
    going = [assignment for assignment in crew if not assignment[field]]
    if not going:
        raise _taken(sent, verb, crew[0])
    behind = [assignment["code"] for assignment in going if before and not assignment[before]]
    if behind:
        raise Refused("step_missing", id=f"D{sent['id']}", verb=verb, codes=behind, before=before, article="3.9")
    back = [assignment for assignment in going if verb in ("arrive", "leave") and assignment["returned_at"]]
    if back:
        raise _taken(sent, "return", back[0])
    return going


def _taken(sent: Record, step: str, assignment: Record) -> Refused:
    field, _ = STEPS[step]
    return Refused(
        "step_taken", id=f"D{sent['id']}", step=step, at=instant(assignment[field]), field=field,
        code=assignment["code"], article="3.9",
    )  # fmt: skip


_BEFORE: dict[str, tuple[str, ...]] = {
    "depart": ("sent_at",),
    "arrive": ("sent_at", "departed_at"),
    "callback": ("departed_at", "arrived_at"),
    "leave": ("departed_at", "arrived_at"),
    "return": ("departed_at", "arrived_at", "left_at"),
}


def _latest(sent: Record, assignment: Record, verb: str) -> tuple[str, Step]:
    """Return the latest time that a step must follow, and where it stands."""
    times = {name: ({**sent, **assignment}).get(name) or "" for name in _BEFORE[verb]}
    field = max(times, key=lambda name: times[name])
    return times[field], Step(f"D{sent['id']}", field, assignment["code"] if field != "sent_at" else None)


def log(
    act: Act,
    dispatch: str,
    times: Mapping[str, datetime],
    engineer: str | None = None,
    late_cause: str | None = None,
) -> Receipt:
    """Record the steps of a journey that an engineer tells in one call, in the order of the journey."""
    late = 0
    for verb in filter(times.__contains__, STEPS):
        cause = late_cause if verb == "arrive" else None
        done = step(act, dispatch, verb, engineer, late_cause=cause, when=times[verb])
        late = late or (0 if cause else done.values["minutes"])
    key = "dispatch_logged_late" if late else "dispatch_logged"
    return Receipt(key, "dispatch", done.id, {**done.values, "minutes": late, "count": len(times)})


def departed_on(act: Act, dispatch: str, engineer: str | None) -> datetime | None:
    """Return when the journey began, for the one engineer or the first of the crew; None before it did."""
    sent = act.ledger.named("dispatch", dispatch)
    crew = assignments.of_dispatch(act.ledger, sent["id"], engineer)
    return _when(min((one["departed_at"] for one in crew if one["departed_at"]), default=None))


def state_cause(act: Act, dispatch: str, engineer: str, late_cause: str) -> Receipt:
    """State why an engineer was late (4.5)."""
    sent = act.ledger.named("dispatch", dispatch)
    allow("dispatch", sent, "step")
    (assignment,) = assignments.of_dispatch(act.ledger, sent["id"], engineer)
    due = _when(assignment["due_at"])
    if due is None or (_when(assignment["arrived_at"]) or act.now) <= due:
        raise Refused("not_late", id=f"D{sent['id']}", code=assignment["code"], due=due, article="4.5")
    said = {"note": act.note} if act.note else {}
    act.ledger.update("crew", assignment["id"], late_cause=late_cause, **said)
    return Receipt("cause_stated", "dispatch", sent["id"], {"code": assignment["code"], "cause": late_cause})


def cancel(act: Act, dispatch: str, reason: str, engineer: str | None = None) -> Receipt:
    """Cancel a dispatch that nobody has departed on, or the assignment of one engineer who has not."""
    sent = act.ledger.named("dispatch", dispatch)
    allow("dispatch", sent, "step" if engineer else "cancel")
    crew = assignments.of_dispatch(act.ledger, sent["id"], engineer)
    gone = [assignment["code"] for assignment in crew if assignment["departed_at"]]
    if gone:
        raise Refused("departed_already", id=f"D{sent['id']}", codes=gone, article="3.9")
    at = act.at(after=sent["sent_at"])
    if engineer and len(assignments.of_dispatch(act.ledger, sent["id"])) > 1:
        with settling(act.ledger, sent["ticket_id"]):
            act.ledger.update("crew", crew[0]["id"], cancelled_at=at, cancel_reason=reason)
        return Receipt("assignment_cancelled", "dispatch", sent["id"], {"code": crew[0]["code"]})
    act.ledger.update("dispatch", sent["id"], status="cancelled", cancelled_at=at, cancel_reason=reason)
    return Receipt("dispatch_cancelled", "dispatch", sent["id"])
