"""The states of records that take steps: which verb is allowed in which state, as tables.

"Late", "reopened" and "repeat" are attributes, never states.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from svcdesk.errors import Refused
from svcdesk.model import LETTERS, Record

_LIVE_TICKET = ("open", "answered", "on_hold")

# record -> verb -> (the states it is allowed in, the article that says so)
ALLOWED: Mapping[str, Mapping[str, tuple[tuple[str, ...], str]]] = {
    "ticket": {
        "answer": (_LIVE_TICKET, "3.4"),
        "escalate": (_LIVE_TICKET, "3.2"),
        "hand-over": (_LIVE_TICKET, "3.4"),
        "hold": (("open", "answered"), "3.4"),
        "resume": (("on_hold",), "3.4"),
        "appoint": (_LIVE_TICKET, "3.4"),
        "send": (("open", "answered"), "3.4"),
        "close": (("open", "answered"), "3.7"),
        "reopen": (("closed",), "3.6"),
        "cancel": (_LIVE_TICKET, "3.9"),
        "survey": (("open", "answered", "on_hold", "closed"), "3.7"),
    },
    "dispatch": {
        "step": (("sent", "travelling", "on_site", "left", "returned"), "3.9"),
        "cancel": (("sent",), "3.9"),
    },
    "complaint": {
        "assign": (("registered", "assigned"), "4.1"),
        "investigate": (("assigned", "investigating"), "4.1"),
        "decide": (("investigating",), "4.1"),
        "remedy": (("decided",), "4.2"),
        "feedback": (("decided", "remedied"), "4.1"),
        "close": (("fed_back",), "4.1"),
    },
    "expense": {
        "approve": (("submitted",), "4.3"),
        "reject": (("submitted", "approved"), "4.3"),
        "reimburse": (("approved",), "4.3"),
        "refund": (("submitted", "approved", "reimbursed"), "4.3"),
        "falsified": (("submitted", "approved", "rejected", "reimbursed"), "4.3"),
    },
    "plan": {
        "skip": (("open",), "2.4"),
        "move": (("open",), "2.4"),
        "done": (("open",), "2.4"),
        "end": (("open",), "2.4"),
        "visit": (("open",), "2.4"),
        "inspection": (("open",), "S1 18"),
    },
    "rectification": {
        "extend": (("open",), "S1 18"),
        "done": (("open",), "S1 18"),
        "verify": (("done",), "S1 18"),
        "cancel": (("open", "done"), "S1 18"),
    },
    "suggestion": {
        "send": (("open",), "S7 1.5"),
        "answer": (("sent",), "S7 1.5"),
        "tell": (("answered",), "S7 1.5"),
        "close": (("told",), "S7 1.5"),
    },
    "penalty": {
        "confirm": (("proposed", "confirmed"), "4.2-4.8"),
        "waive": (("proposed",), "4.2-4.8"),
        "appeal": (("confirmed",), "4.2-4.8"),
        "decide": (("appealed",), "4.2-4.8"),
        "settle": (("confirmed",), "4.2-4.8"),
    },
    "problem": {
        "send": (("open", "sent", "answered", "verified"), "3.8"),
        "answer": (("sent",), "3.8"),
        "join": (("open", "sent", "answered", "verified"), "3.8"),
        "verify": (("answered",), "3.8"),
        "close": (("open", "sent", "answered", "verified"), "3.8"),
    },
    "promise": {
        "keep": (("open",), "3.4"),
        "move": (("open", "kept"), "3.4"),
        "drop": (("open",), "3.4"),
    },
}


def allow(kind: str, record: Record, verb: str) -> None:
    """Refuse a verb that the record's state does not allow."""
    states, article = ALLOWED[kind][verb]
    if record["status"] not in states:
        raise Refused(
            "state",
            id=f"{LETTERS[kind]}{record['id']}", kind=kind, table=kind, status=record["status"], verb=verb,
            article=article, states=states,
        )  # fmt: skip


# The steps of a journey in their order, each with the one that must come before it.
STEPS: Mapping[str, tuple[str, str | None]] = {
    "depart": ("departed_at", None),
    "arrive": ("arrived_at", "departed_at"),
    "callback": ("callback_at", "departed_at"),
    "leave": ("left_at", "arrived_at"),
    "return": ("returned_at", "departed_at"),
}
_REACHED = (
    ("returned_at", "returned"),
    ("left_at", "left"),
    ("arrived_at", "on_site"),
    ("departed_at", "travelling"),
)
_ORDER = ("sent", "travelling", "on_site", "left", "returned")


def progress(member: Record) -> str:
    """Name how far one engineer has come."""
    return next((status for field, status in _REACHED if member[field]), "sent")


def dispatch_status(crew: Iterable[Record]) -> str:
    """Name how far a dispatch has come: as far as the last of its crew."""
    return min((progress(member) for member in crew), key=_ORDER.index)


def missing_to_close(
    ticket: Record,
    crews: Iterable[Record],
    reported: set[int],
    surveyed: bool,
    no_survey: str | None,
    survey_of: str = "dispatched",
) -> list[dict[str, Any]]:
    """List what a ticket lacks before it may be closed (3.4, 3.7): each with its code and the dispatch or engineer.

    ``crews`` are the crew rows of dispatches that were not cancelled, ``reported`` the dispatches with a report;
    ``survey_of`` says whether tickets to which nobody was sent need a survey too (S3 8.3).
    """
    missing: list[dict[str, Any]] = []
    if not ticket["answered_at"]:
        missing.append({"code": "answer", "ticket": ticket["id"]})
    went: dict[int, list[Record]] = {}
    for member in crews:
        went.setdefault(member["dispatch_id"], []).append(member)
    for dispatch, members in went.items():
        for member in members:
            if not member["returned_at"]:
                missing.append({"code": "return", "dispatch": dispatch, "engineer": member["code"]})
        if any(member["departed_at"] for member in members) and dispatch not in reported:
            missing.append({"code": "report", "dispatch": dispatch, "engineer": members[0]["code"]})
    if (went or survey_of == "all") and not surveyed and not no_survey:
        missing.append({"code": "survey", "ticket": ticket["id"]})
    return missing


def after_feedback(satisfied: bool, round_: int) -> dict[str, Any]:
    """Say where a complaint stands after its feedback: an unsatisfied complainant opens another round."""
    if satisfied:
        return {"status": "fed_back"}
    return {"status": "assigned", "round": round_ + 1}


def moves_target(asked_by: str, at: Any, previous: Any) -> bool:
    """Return whether an appointment moves the target (3.4): the customer's own, made before the old time passed."""
    return asked_by == "customer" and (previous is None or at <= previous)
