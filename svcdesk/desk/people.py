"""The staff: who leaves, and when nobody may."""

from svcdesk.desk import assignments
from svcdesk.desk.act import Act, Receipt
from svcdesk.errors import Refused


def retire(act: Act, code: str) -> Receipt:
    """Record that somebody left; nobody does while away on a dispatch."""
    person = act.ledger.staff(code)
    if person["retired_at"]:
        raise Refused("staff_retired", code=person["code"])
    at = act.at()
    away = assignments.away(act.ledger, person["id"], at)
    if away:
        raise Refused("staff_away", code=person["code"], dispatch=f"D{away[0]['dispatch_id']}", article="3.4")
    act.ledger.update("staff", person["id"], retired_at=at)
    return Receipt("staff_retired", "staff", person["id"], {"code": person["code"], "name": person["name"]})
