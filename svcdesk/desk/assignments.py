"""Assignments: the engineers on a dispatch or on a ticket's dispatches, as the desk sees them."""

from datetime import datetime

from svcdesk.errors import NotFound
from svcdesk.model import Record
from svcdesk.periods import stored
from svcdesk.store import Ledger


def kind_of(ticket_kind: str | None) -> str:
    """Name the kind of a ticket's dispatches: installation and commissioning, else service."""
    return "installation" if ticket_kind == "installation" else "service"


def of_dispatch(ledger: Ledger, dispatch_id: int, code: str | None = None) -> list[Record]:
    """List the assignments of a dispatch in order; of one engineer where named. Raises NotFound."""
    crew = ledger.rows(
        "SELECT w.*, e.code FROM live_crew w JOIN live_staff e ON e.id = w.engineer_id"
        " WHERE w.dispatch_id = ? ORDER BY w.id",
        (dispatch_id,),
    )
    if code is None:
        return crew
    named = [assignment for assignment in crew if assignment["code"] == ledger.staff(code)["code"]]
    if not named:
        near = [assignment["code"] for assignment in crew]
        raise NotFound("not_in_crew", id=f"D{dispatch_id}", code=code, near=near)
    return named


def of_ticket(ledger: Ledger, ticket_id: int) -> list[Record]:
    """List the assignments of a ticket's dispatches in order, but for dispatches that were cancelled."""
    return ledger.rows(
        "SELECT w.*, e.code FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id"
        " JOIN live_staff e ON e.id = w.engineer_id"
        " WHERE d.ticket_id = ? AND d.status <> 'cancelled' ORDER BY w.id",
        (ticket_id,),
    )


def is_on(ledger: Ledger, dispatch_id: int, engineer_id: int) -> bool:
    """Return whether an engineer is on a dispatch."""
    sql = "SELECT 1 FROM live_crew WHERE dispatch_id = ? AND engineer_id = ?"
    return ledger.value(sql, (dispatch_id, engineer_id)) is not None


def latest_return(ledger: Ledger, dispatch_id: int) -> str | None:
    """Return when the last of a dispatch's engineers came back, as stored; None while nobody has."""
    found: str | None = ledger.value("SELECT max(returned_at) FROM live_crew WHERE dispatch_id = ?", (dispatch_id,))
    return found


def away(ledger: Ledger, engineer_id: int, at: datetime) -> list[Record]:
    """List the assignments that hold an engineer on the road at an instant, each with its place."""
    return ledger.rows(
        "SELECT w.*, e.code, d.place FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id"
        " JOIN live_staff e ON e.id = w.engineer_id WHERE w.engineer_id = ? AND w.departed_at <= ?"
        " AND (w.returned_at IS NULL OR w.returned_at > ?) AND d.status <> 'cancelled' ORDER BY w.id",
        (engineer_id, stored(at), stored(at)),
    )
