"""First asked, first responsible (首问负责): a ticket stays with who took it until the next one accepts it."""

from svcdesk.desk.act import Act, Receipt
from svcdesk.desk.entitled import decider
from svcdesk.errors import Refused
from svcdesk.model import Record
from svcdesk.regulation.states import allow


def hand_over(act: Act, text: str, to: str, note: str) -> Receipt:
    """Ask somebody else to take a ticket over."""
    ticket, person = act.ledger.named("ticket", text), act.ledger.staff(to)
    allow("ticket", ticket, "hand-over")
    if person["retired_at"]:
        raise Refused("staff_retired", code=person["code"])
    if pending := _pending(act, ticket):
        asked = act.ledger.get("staff", pending["to_id"])["code"]
        raise Refused("hand_over_waits", id=f"T{ticket['id']}", code=asked, article="3.4")
    if person["id"] == ticket["taken_by"]:
        raise Refused("hand_over_to_self", id=f"T{ticket['id']}", code=person["code"], article="3.4")
    at = act.at(after=ticket["received_at"])
    act.ledger.insert(
        "hand_over", ticket_id=ticket["id"], at=at, from_id=ticket["taken_by"], to_id=person["id"], note=note, by=act.by
    )
    return Receipt("handed_over", "ticket", ticket["id"], {"code": person["code"]})


def accept(act: Act, text: str) -> Receipt:
    """Accept a ticket: from now on it is theirs."""
    ticket, pending, code = _asked(act, text)
    act.ledger.update("hand_over", pending["id"], accepted_at=act.at(after=pending["at"]))
    act.ledger.update("ticket", ticket["id"], taken_by=pending["to_id"])
    return Receipt("hand_over_accepted", "ticket", ticket["id"], {"code": code})


def decline(act: Act, text: str, reason: str) -> Receipt:
    """Decline a ticket: it stays with who has it."""
    ticket, pending, code = _asked(act, text)
    act.ledger.update("hand_over", pending["id"], declined_at=act.at(after=pending["at"]), reason=reason)
    return Receipt("hand_over_declined", "ticket", ticket["id"], {"code": code})


def _asked(act: Act, text: str) -> tuple[Record, Record, str]:
    """Load a ticket that waits to be taken over, the hand-over, and who is to answer. Raises Refused for another."""
    ticket = act.ledger.named("ticket", text)
    pending = _pending(act, ticket)
    if pending is None:
        raise Refused("no_hand_over", id=f"T{ticket['id']}", article="3.4")
    code, who = act.ledger.get("staff", pending["to_id"])["code"], decider(act)
    if who is not None and who["id"] != pending["to_id"]:
        raise Refused("hand_over_of_other", id=f"T{ticket['id']}", code=code, article="3.4")
    return ticket, pending, code


def _pending(act: Act, ticket: Record) -> Record | None:
    sql = "SELECT * FROM live_hand_over WHERE ticket_id = ? AND accepted_at IS NULL AND declined_at IS NULL"
    return act.ledger.one(sql, (ticket["id"],))
