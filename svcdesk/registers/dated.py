"""What holds of a person from a date on: a wage, a post, a home; before the first, what stands with the person."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from svcdesk.model import Record, yuan
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


# The stored value of a person ``r`` in force on a day, else what stands with the person: takes the field and the day.
IN_FORCE = """
    coalesce((SELECT v.value FROM live_staff_value v WHERE v.staff_id = r.id AND v.field = ? AND v.from_on <= ?
      ORDER BY v.from_on DESC, v.id DESC LIMIT 1), r."{field}")"""


def in_force(ledger: Ledger, day: date) -> dict[str, dict[str, str]]:
    """Return what holds of people on a day from a date on, as it is stored: by code, then by field."""
    sql = """
        SELECT e.code, v.field, v.value FROM live_staff_value v JOIN live_staff e ON e.id = v.staff_id
        WHERE v.from_on <= ? ORDER BY v.from_on, v.id"""
    found: dict[str, dict[str, str]] = {}
    for row in ledger.rows(sql, (day.isoformat(),)):
        found.setdefault(row["code"], {})[row["field"]] = row["value"]
    return found


def shown(ledger: Ledger, rows: Iterable[Record], day: date, *, reveal: bool) -> Iterator[Record]:
    """Return people's records with what holds on a day; a wage stays masked unless it is revealed."""
    values = in_force(ledger, day)
    for row in rows:
        now = {field: value for field, value in values.get(row["code"], {}).items() if field in row}
        if "wage" in now:
            now["wage"] = yuan(int(now["wage"])) if reveal else "****"
        yield row | now


def all_of(ledger: Ledger, staff_id: int) -> list[tuple[str, str, str]]:
    """List what holds from dates on: the field, the date and the value as it is stored, in order."""
    sql = "SELECT field, from_on, value FROM live_staff_value WHERE staff_id = ? ORDER BY from_on, id"
    return [(row["field"], row["from_on"], row["value"]) for row in ledger.rows(sql, (staff_id,))]
