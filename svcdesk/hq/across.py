"""What only headquarters can see: an invoice claimed twice, customers and people of several centres, who sent what."""

from collections.abc import Iterator
from datetime import date, timedelta

from svcdesk.hq.lakes import Centre, Lake
from svcdesk.hq.recount import Ask, Recount, since_epoch
from svcdesk.hq.spans import Span
from svcdesk.model import Record, yuan
from svcdesk.periods import local


def centres(lake: Lake) -> Iterator[Record]:
    """Yield every centre that should send: what stands of it, when it was taken, from which entry."""
    sent = {centre.code: centre for centre in lake.centres}
    for code in lake.expected:
        yield _centre(lake, code, sent.get(code))


def _centre(lake: Lake, code: str, centre: Centre | None) -> Record:
    if centre is None:
        return {"centre": code, "missing": True}
    manifest = centre.manifest
    return {
        "centre": code,
        "name": manifest["name"],
        "timezone": manifest["timezone"],
        "entry": manifest["entry"],
        "hash": manifest["hash"],
        "at": local(since_epoch(manifest["at"]), centre.zone),
        "taken_at": local(since_epoch(centre.taken_at), centre.zone),
        "feeds": len(lake.feeds_of(code)),
        "rows": sum(file["rows"] for file in manifest["files"]),
        "origin": manifest["origin"],
        "missing": False,
    }


def duplicates(recount: Recount, span: Span) -> list[Record]:
    """Return the claims whose invoice another centre claimed first, with both."""
    recount.ask([Ask(span, "all", ())])
    return [
        {
            "invoice": row["invoice"],
            "centre": row["first_centre"],
            "id": f"E{row['first_id']}",
            "date": _date(row["first_day"]),
            "amount": yuan(row["first_amount_fen"]),
            "other_centre": row["centre"],
            "other_id": f"E{row['id']}",
            "other_date": _date(row["spent_day"]),
            "other_amount": yuan(row["amount_fen"]),
        }
        for row in recount.view("duplicate_invoice")
    ]


def customers(recount: Recount, span: Span, least: int) -> list[Record]:
    """Return the customers that at least so many centres serve, by name."""
    recount.ask([Ask(span, "all", ())])
    served: dict[str, list[Record]] = {}
    for row in recount.view("served_customer"):
        served.setdefault(row["name_key"], []).append(row)
    return [
        {
            "customer": rows[0]["name"],
            "centres": [row["centre"] for row in rows],
            "tickets": sum(row["tickets"] for row in rows),
            "cost": yuan(sum(row["amount_fen"] for row in rows)),
        }
        for rows in served.values()
        if len(rows) >= least
    ]


def people(recount: Recount, span: Span) -> list[Record]:
    """Return who travelled in the span: trips and days over all centres, and the days that two of them both counted."""
    codes = tuple(centre.code for centre in recount.centres)
    recount.ask([Ask(span, "all", codes), Ask(span, "centre", codes)])
    rows = recount.view("person_travel")
    in_centre = {(row["centre"], row["code"]): row["days"] for row in rows if row["ask"] == 1}
    of_person: dict[str, list[Record]] = {}
    for row in rows:
        if row["ask"] == 0:
            of_person.setdefault(row["person"], []).append(row)
    return [_person(parts, in_centre) for parts in of_person.values()]


def _person(parts: list[Record], in_centre: dict[tuple[str, str], int]) -> Record:
    days = sum(part["days"] for part in parts)
    return {
        "company_no": parts[0]["company_no"],
        "centres": [part["centre"] for part in parts],
        "codes": [part["code"] for part in parts],
        "trips": sum(part["trips"] for part in parts),
        "days": days,
        "counted_twice": sum(in_centre.get((part["centre"], part["code"]), 0) for part in parts) - days,
    }


def _date(day: int) -> str:
    return (_FIRST + timedelta(days=day)).isoformat()


_FIRST = date(1970, 1, 1)
