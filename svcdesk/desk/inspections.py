"""Inspections: an area is looked at, and each thing that is found makes a rectification (S1 6, 16, 18; S3 9; S4 3)."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, get_args

from svcdesk.desk import plans, rectifications
from svcdesk.desk.act import Act, Receipt
from svcdesk.desk.entitled import not_own
from svcdesk.desk.rectifications import Fault
from svcdesk.errors import BadInput
from svcdesk.model import Level, Record

_ANSWERS = ("yes", "no", "na")


class Look(NamedTuple):
    """An inspection as it was typed: of what, for which plan, and the person who was rated by it, if one was."""

    kind: str
    area: str
    by: str
    plan: str | None = None
    ticket: str | None = None
    person: str | None = None
    score: int | None = None


def make(act: Act, look: Look, found: Sequence[Fault], items: Sequence[Record], *, clean: bool) -> Receipt:
    """Record an inspection, with a rectification for each thing found. Raises BadInput, NotFound or Refused."""
    if clean == bool(found):
        raise BadInput("one_of", names=["--clean", "--found"])
    if (look.person is None) != (look.score is None):
        raise BadInput("one_without", names=["--person", "--score"])
    plan = plans.of_record(act, look.plan, "inspection")
    if plan and plan["area"] not in (None, look.area):
        raise BadInput("plan_of_other", id=f"PL{plan['id']}", target=plan["area"])
    if look.person:
        not_own(act, look.area, [act.ledger.staff(look.person)["code"]], "S4 3")
    asked = act.ledger.named("ticket", look.ticket) if look.ticket else None
    at = act.at(after=asked["received_at"] if asked else None)
    number = act.ledger.insert(
        "inspection", at=at, kind=look.kind, area=look.area, by_id=act.staff_id(look.by),
        plan_id=plan["id"] if plan else None, clean=clean, items=list(items), person_id=act.staff_id(look.person),
        ticket_id=asked["id"] if asked else None, note=act.note,
        **act.ledger.keep_personal(str(look.score) if look.score else None),
    )  # fmt: skip
    made = [rectifications.make(act, fault._replace(source=f"IN{number}"), at) for fault in found]
    values = {"area": look.area, "made": [f"RC{one}" for one in made]}
    return Receipt("inspection_found" if made else "inspection_clean", "inspection", number, values)


def read_fault(act: Act, text: str) -> Fault:
    """Read TEXT:OWNER:DUE[:LEVEL]. Raises BadInput or NotFound."""
    parts = [part.strip() for part in text.replace("：", ":").split(":")]
    level = parts.pop() if len(parts) > 3 and parts[-1] in get_args(Level) else None
    if len(parts) < 3 or not all(parts):
        raise BadInput("found_form", text=text)
    *said, owner, due = parts
    return Fault(":".join(said), _day(act, due), owner=str(act.ledger.staff(owner)["code"]), level=level)


def _day(act: Act, text: str) -> date:
    from svcdesk.periods import read_date

    return read_date(text, act.now, act.zone, ahead=True)


def read_item(text: str) -> Record:
    """Read TEXT:yes|no|na. Raises BadInput."""
    said, _, result = text.replace("：", ":").rpartition(":")
    if not said.strip() or result.strip() not in _ANSWERS:
        raise BadInput("item_form", text=text)
    return {"text": said.strip(), "result": result.strip()}
