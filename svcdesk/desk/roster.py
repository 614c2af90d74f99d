"""Who is free on a day, and who is away where until when. Facts, no score."""

from collections.abc import Iterable
from datetime import date, timedelta, tzinfo

from svcdesk.model import Record, city
from svcdesk.periods import day_of, instant, local, midnight, stored
from svcdesk.registers.dated import in_force
from svcdesk.store import Ledger

_PEOPLE = "SELECT id, code, name, home, role FROM live_staff WHERE retired_at IS NULL ORDER BY code"
# Journeys that touch the time from the month's first day on, and those not yet over.
_JOURNEYS = """
    SELECT w.engineer_id, 'D' || d.id AS dispatch, d.place, w.due_at, w.departed_at, w.returned_at
    FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
    WHERE d.status <> 'cancelled' AND (w.returned_at IS NULL OR w.returned_at >= ?)
    ORDER BY w.departed_at IS NULL, w.departed_at, d.id"""


def free(ledger: Ledger, day: date, zone: tzinfo, near: str | None = None) -> list[Record]:
    """List the engineers on a day: free ones first, then those at home in the city, then the least on the road."""
    first = day.replace(day=1)
    journeys: dict[int, list[Record]] = {}
    for journey in ledger.rows(_JOURNEYS, (stored(midnight(first, zone)),)):
        journeys.setdefault(journey["engineer_id"], []).append(journey)
    rows = [_row(person, journeys.get(person["id"], ()), day, zone) for person in _engineers(ledger, day)]
    return sorted(rows, key=lambda row: (not row["free"], not _is_near(row, near), row["days_this_month"]))


def _engineers(ledger: Ledger, day: date) -> list[Record]:
    """Read who is an engineer on a day, each with the home in force then."""
    values = in_force(ledger, day)
    people = [person | values.get(person["code"], {}) for person in ledger.rows(_PEOPLE)]
    return [person for person in people if person["role"] == "engineer"]


def _is_near(row: Record, near: str | None) -> bool:
    return bool(near and row["home"] and city(row["home"]) == city(near))


def _row(person: Record, journeys: Iterable[Record], day: date, zone: tzinfo) -> Record:
    taken = next((journey for journey in journeys if _holds(journey, day, zone)), None)
    return {
        "engineer": person["code"], "name": person["name"], "free": taken is None,
        "dispatch": taken and taken["dispatch"], "place": taken and taken["place"],
        "until": local(instant(taken["returned_at"]), zone) if taken and taken["returned_at"] else None,
        "home": person["home"], "days_this_month": len(_on_the_road(journeys, day, zone)),
    }  # fmt: skip


def _holds(journey: Record, day: date, zone: tzinfo) -> bool:
    """Return whether a journey holds somebody on a day: it has begun, or is to be on site by then, and is not over."""
    begins = journey["departed_at"] or journey["due_at"]
    over = journey["returned_at"] and day_of(instant(journey["returned_at"]), zone) < day
    return not over and (begins is None or day_of(instant(begins), zone) <= day)


def _on_the_road(journeys: Iterable[Record], day: date, zone: tzinfo) -> set[date]:
    """Return the days of the month, up to the day, on which somebody was on a journey."""
    days: set[date] = set()
    for journey in journeys:
        if journey["departed_at"]:
            start = max(day_of(instant(journey["departed_at"]), zone), day.replace(day=1))
            end = min(day_of(instant(journey["returned_at"]), zone) if journey["returned_at"] else day, day)
            days |= {start + timedelta(days=n) for n in range((end - start).days + 1)}
    return days
