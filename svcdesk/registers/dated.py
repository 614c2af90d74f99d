"""What holds of a person from a date on: a wage, a post, a home; before the first, what stands with the person."""

from datetime import date
from typing import Any

from svcdesk.store import Ledger

_SINCE = """
    SELECT value FROM live_staff_value WHERE staff_id = ? AND field = ? AND from_on <= ?
    ORDER BY from_on DESC, id DESC LIMIT 1"""


def value_on(ledger: Ledger, staff_id: int, field: str, day: date, otherwise: Any) -> Any:
    """Return what held on a day: a wage in fen, a post or a city; ``otherwise`` is what stands with the person."""
    found = ledger.value(_SINCE, (staff_id, field, day.isoformat()))
    if found is None:
        return otherwise
    return int(found) if field == "wage" else found


def all_of(ledger: Ledger, staff_id: int) -> list[tuple[str, str, str]]:
    """List what holds from dates on: the field, the date and the value as it is stored, in order."""
    sql = "SELECT field, from_on, value FROM live_staff_value WHERE staff_id = ? ORDER BY from_on, id"
    return [(row["field"], row["from_on"], row["value"]) for row in ledger.rows(sql, (staff_id,))]
