"""Who is free on a day, and who is away where until when. Facts, no score."""

from collections.abc import Iterable
from datetime import date, timedelta, tzinfo
from typing import NamedTuple

from svcdesk.model import Record, city
from svcdesk.periods import day_of, instant, local, midnight, stored
from svcdesk.provinces import province
from svcdesk.registers.dated import in_force
from svcdesk.store import Ledger

_PEOPLE = "SELECT id, code, name, home, role FROM live_staff WHERE retired_at IS NULL ORDER BY code"
# Journeys that touch the time from the month's first day on, and those not yet over.
_JOURNEYS = """
    SELECT w.engineer_id, 'D' || d.id AS dispatch, d.place, w.due_at, w.departed_at, w.returned_at
    FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
    WHERE d.status <> 'cancelled' AND w.id IN
      (SELECT id FROM live_crew WHERE returned_at IS NULL UNION ALL SELECT id FROM live_crew WHERE returned_at >= ?)
    ORDER BY w.departed_at IS NULL, w.departed_at, d.id"""
_LAST_PLACE = """
    SELECT d.place FROM live_crew w JOIN live_dispatch d ON d.id = w.dispatch_id
    WHERE w.engineer_id = ? AND w.departed_at < ? AND d.status <> 'cancelled'
    ORDER BY w.departed_at DESC LIMIT 1"""
_MENDED = """
    SELECT w.engineer_id, count(DISTINCT t.id) FROM live_ticket t JOIN live_dispatch d ON d.ticket_id = t.id
    JOIN live_crew w ON w.dispatch_id = d.id
    WHERE t.product = ? AND t.kind = 'repair' AND w.left_at IS NOT NULL GROUP BY w.engineer_id"""


class Job(NamedTuple):
    """What somebody is looked for: the city where it is, and the product that is to be mended."""

    city: str | None = None
    product: str | None = None


def free(ledger: Ledger, day: date, zone: tzinfo, job: Job) -> list[Record]:
    """List the engineers on a day: free ones first, then those near the city, then the least on the road this month.

    Near is whose home, or place of the last journey, is the city itself, then whose is in its province.
    """
    journeys: dict[int, list[Record]] = {}
    for journey in ledger.rows(_JOURNEYS, (stored(midnight(day.replace(day=1), zone)),)):
        journeys.setdefault(journey["engineer_id"], []).append(journey)
    mended = dict(ledger.con.execute(_MENDED, (job.product,)).fetchall()) if job.product else {}
    rows = [
        _row(ledger, person, journeys.get(person["id"], ()), day, zone)
        | {"near": None, "mended": mended.get(person["id"], 0) if job.product else None}
        for person in _engineers(ledger, day)
    ]
    for row in rows:
        row["near"] = nearness(job.city, row["home"], row["last_place"])
    return sorted(rows, key=lambda row: (not row["free"], _NEARNESS.index(row["near"]), row["days_this_month"]))


_NEARNESS = ("city", "province", None)


def nearness(wanted: str | None, *places: str | None) -> str | None:
    """Return whether one of the places is the city wanted, or in its province; None where none is."""
    if not wanted:
        return None
    if any(place and city(place).startswith(city(wanted)) for place in places):
        return "city"
    return "province" if (there := province(wanted)) and there in map(province, places) else None


def days_this_month(ledger: Ledger, engineer_id: int, day: date, zone: tzinfo) -> int:
    """Return on how many days of the month, up to the day, somebody was on a journey."""
    journeys = ledger.rows(_JOURNEYS, (stored(midnight(day.replace(day=1), zone)),))
    return len(_on_the_road([one for one in journeys if one["engineer_id"] == engineer_id], day, zone))


def _engineers(ledger: Ledger, day: date) -> list[Record]:
    """Read who is an engineer on a day, each with the home in force then."""
    values = in_force(ledger, day)
    people = [person | values.get(person["code"], {}) for person in ledger.rows(_PEOPLE)]
    return [person for person in people if person["role"] == "engineer"]


def _row(ledger: Ledger, person: Record, journeys: Iterable[Record], day: date, zone: tzinfo) -> Record:
    taken = next((journey for journey in journeys if _holds(journey, day, zone)), None)
    over = stored(midnight(day + timedelta(days=1), zone))
    return {
        "engineer": person["code"], "name": person["name"], "free": taken is None,
        "dispatch": taken and taken["dispatch"], "place": taken and taken["place"],
        "until": local(instant(taken["returned_at"]), zone) if taken and taken["returned_at"] else None,
        "home": person["home"], "last_place": ledger.value(_LAST_PLACE, (person["id"], over)),
        "open_dispatches": sum(journey["returned_at"] is None for journey in journeys),
        "days_this_month": len(_on_the_road(journeys, day, zone)),
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
