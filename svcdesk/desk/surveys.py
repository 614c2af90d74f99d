"""Surveys: what the customer thought of the job (3.7)."""

from svcdesk.desk.act import Act
from svcdesk.errors import Refused
from svcdesk.model import Record
from svcdesk.regulation.states import allow


def check(act: Act, survey: Record) -> None:
    """Refuse a survey of a ticket that has all it can have: one for each time it was closed, and the one to come."""
    asked = act.ledger.get("ticket", survey["ticket_id"])
    allow("ticket", asked, "survey")
    earlier = act.ledger.rows("SELECT id FROM live_survey WHERE ticket_id = ? ORDER BY id", (asked["id"],))
    if len(earlier) > asked["reopen_count"]:
        raise Refused("surveyed", id=f"T{asked['id']}", survey=f"S{earlier[-1]['id']}", article="3.7")
    survey["comment"] = survey.get("comment") or act.note
