"""Visits to customers and follow-ups, each with the opinions that it brought home (2.4, 2.5; S7 1.6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, get_args

from svcdesk.desk import plans
from svcdesk.desk.act import Act, Receipt
from svcdesk.errors import BadInput, Refused
from svcdesk.model import Aspect, Record
from svcdesk.periods import instant

Opinion = tuple[str, str]  # its aspect, and what was said


class Call(NamedTuple):
    """A visit as it was typed: to whom, by whom, by which way; what it was for and what it told."""

    customer: str
    by: str
    way: str
    summary: str
    plan: str | None = None
    dispatch: str | None = None
    ticket: str | None = None
    use: str | None = None
    introduced: str | None = None
    score: int | None = None


def make(act: Act, call: Call, opinions: Sequence[Opinion]) -> Receipt:
    """Record a visit, and a suggestion for each opinion. Raises BadInput, NotFound or Refused."""
    customer = act.ledger.customer(call.customer)
    plan = plans.of_record(act, call.plan, "visit")
    if plan:
        _of_target(act, plan, customer)
    sent, asked = (
        act.ledger.named(table, text) if text else None
        for table, text in (("dispatch", call.dispatch), ("ticket", call.ticket))
    )
    for of in (asked, act.ledger.get("ticket", sent["ticket_id"]) if sent else None):
        if of and of["customer_id"] != customer["id"]:
            raise BadInput("ticket_of_other", id=f"T{of['id']}", customer=customer["name"])
    at = act.at(
        after=max((row[name] for row, name in ((sent, "sent_at"), (asked, "received_at")) if row), default=None)
    )
    number = act.ledger.insert(
        "visit", at=at, customer_id=customer["id"], by_id=act.staff_id(call.by), way=call.way,
        plan_id=plan["id"] if plan else None, dispatch_id=sent["id"] if sent else None,
        ticket_id=asked["id"] if asked else None, summary=call.summary, use=call.use, introduced=call.introduced,
        score=call.score, note=act.note,
    )  # fmt: skip
    made = [_suggest(act, at, customer, f"VS{number}", opinion) for opinion in opinions]
    values = {"customer": customer["name"], "made": [f"SG{one}" for one in made]}
    return Receipt("visit_made_opinions" if made else "visit_made", "visit", number, values)


def _of_target(act: Act, plan: Record, customer: Record) -> None:
    """Insist that a visit is to whom its plan is for. Raises BadInput."""
    is_other = plan["customer_id"] not in (None, customer["id"])
    if is_other or plan["region"] not in (None, customer["region"]):
        target = act.ledger.get("customer", plan["customer_id"])["name"] if is_other else plan["region"]
        raise BadInput("plan_of_other", id=f"PL{plan['id']}", target=target)


def _suggest(act: Act, at: datetime, customer: Record, source: str, opinion: Opinion) -> int:
    aspect, text = opinion
    return act.ledger.insert(
        "suggestion", at=at, customer_id=customer["id"], aspect=aspect, text=text, source=source, status="open",
        steps=[], by=act.by,
    )  # fmt: skip


def from_dispatch(act: Act, text: str, opinions: Sequence[Opinion], summary: str | None = None) -> Receipt:
    """Record the visit that a crew made by being on site. Raises Refused where nobody arrived, or it was recorded."""
    sent = act.ledger.named("dispatch", text)
    came = act.ledger.one(_FIRST_THERE, (sent["id"],))
    if came is None:
        raise Refused("nobody_arrived", id=f"D{sent['id']}", article="2.4")
    known = act.ledger.value("SELECT id FROM live_visit WHERE dispatch_id = ?", (sent["id"],))
    if known:
        raise Refused("visit_recorded", id=f"D{sent['id']}", visit=f"VS{known}", article="2.4")
    then = Act(act.ledger, act.now, act.actor, at=instant(came["arrived_at"]), note=act.note)
    call = Call(came["customer"], came["code"], "on_site", summary or came["summary"], dispatch=f"D{sent['id']}")
    return make(then, call, opinions)


_FIRST_THERE = """
    SELECT w.arrived_at, e.code, c.name AS customer, t.summary
    FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id JOIN live_staff e ON e.id = w.engineer_id
    JOIN live_ticket t ON t.id = d.ticket_id JOIN live_customer c ON c.id = t.customer_id
    WHERE w.dispatch_id = ? AND w.arrived_at IS NOT NULL ORDER BY w.arrived_at, w.id LIMIT 1"""


def read_opinion(text: str) -> Opinion:
    """Read ASPECT:TEXT, the aspect as it is stored. Raises BadInput."""
    aspect, _, said = text.replace("：", ":", 1).partition(":")
    if aspect.strip() not in get_args(Aspect) or not said.strip():
        raise BadInput("opinion_form", text=text, words=get_args(Aspect))
    return aspect.strip(), said.strip()
