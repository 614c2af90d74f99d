"""What the desk knows of a caller: open tickets, contracts, machines and their repairs, the last score."""

from datetime import datetime, timedelta
from typing import NamedTuple

from svcdesk.model import Record
from svcdesk.periods import stored
from svcdesk.regulation.policy import Basis
from svcdesk.store import Ledger

_MOST = 5  # of each thing: what can be read while somebody speaks
_LIKELY = timedelta(hours=24)  # a ticket of the same customer that is no older may be the same call


class Caller(NamedTuple):
    """A customer as the one at the telephone needs them."""

    id: int
    name: str
    city: str | None
    tickets: list[Record]  # neither closed nor cancelled, the newest first
    contracts: list[Record]
    machines: list[Record]  # serials that tickets named, with their product, the newest first
    score: Record | None


def caller(ledger: Ledger, name: str) -> Caller:
    """Return what is known of a customer. Raises NotFound."""
    row = ledger.customer(name)
    of = (row["id"],)
    scores = ledger.rows(_SCORE, of)
    return Caller(
        row["id"], row["name"], row["city"], ledger.rows(_OPEN, of), ledger.rows(_CONTRACTS, of),
        ledger.rows(_MACHINES, of), scores[0] if scores else None,
    )  # fmt: skip


_OPEN = f"""
    SELECT id, kind, summary, status, serial, received_at FROM live_ticket
    WHERE customer_id = ? AND closed_at IS NULL AND cancelled_at IS NULL ORDER BY id DESC LIMIT {_MOST}"""
_CONTRACTS = f"""
    SELECT no, project, includes_installation, warranty_until FROM live_contract
    WHERE customer_id = ? ORDER BY id DESC LIMIT {_MOST}"""
_MACHINES = f"""
    SELECT serial, max(product) AS product, count(*) AS tickets FROM live_ticket
    WHERE customer_id = ? AND serial IS NOT NULL GROUP BY serial ORDER BY max(id) DESC LIMIT {_MOST}"""
_SCORE = """
    SELECT s.score, s.at, s.ticket_id, s.comment FROM live_survey s JOIN live_ticket t ON t.id = s.ticket_id
    WHERE t.customer_id = ? ORDER BY s.at DESC, s.id DESC LIMIT 1"""


def repairs(ledger: Ledger, customer_id: int, serial: str) -> list[Record]:
    """List the tickets of a customer's machine, the newest first."""
    sql = f"""
        SELECT id, kind, summary, status, received_at, closed_at FROM live_ticket
        WHERE customer_id = ? AND serial = ? ORDER BY id DESC LIMIT {_MOST}"""
    return ledger.rows(sql, (customer_id, serial))


def likely_same(known: Caller, kind: str, serial: str | None, now: datetime) -> Record | None:
    """Return the open ticket that this call may be about: of the same serial, else of the same kind within a day."""
    since = stored(now - _LIKELY)
    for ticket in known.tickets:
        if serial and ticket["serial"] == serial:
            return ticket
        if not serial and ticket["kind"] == kind and ticket["received_at"] >= since:
            return ticket
    return None


def repeats(found: list[Record], basis: Basis) -> Record | None:
    """Return the closed repair within the window that a further one repeats (3.6)."""
    since = stored(basis.now - timedelta(days=basis.value("repeat.window_days", basis.now)))
    return next((row for row in found if row["kind"] == "repair" and (row["closed_at"] or "") >= since), None)


def last_call(ledger: Ledger) -> Record:
    """Return the kind and channel of the newest ticket; nothing where there is none."""
    return ledger.one("SELECT kind, channel FROM live_ticket ORDER BY id DESC LIMIT 1", ()) or {}


def last_claim(ledger: Ledger) -> Record:
    """Return the newest journey that is over, as the next expense will most often belong to it."""
    sql = """
        SELECT d.id, d.place FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
        WHERE w.returned_at IS NOT NULL ORDER BY w.returned_at DESC LIMIT 1"""
    return ledger.one(sql, ()) or {}
