"""Expenses (4.3): in which line of the month each counts, and what is wrong with it. Pure functions over facts."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from svcdesk.model import Fen, city
from svcdesk.regulation.policy import Policy, categories

_OWN_LINE = {"material": "material", "freight": "transport"}
_NEEDS_NO_INVOICE = ("allowance",)


def line_of(category: str, installation: bool) -> str:
    """Name the one line of the month that an expense counts in (part 5)."""
    return _OWN_LINE.get(category, "installation" if installation else "dispatch")


def is_excluded(category: str, included: bool, excludes: Collection[str]) -> bool:
    """Return whether an expense leaves the total (part 5): of some categories, on an installation that is included."""
    return included and category in excludes


def excluded_categories(contract: str | None, policy: Policy, spent_on: date) -> Collection[str]:
    """Return the categories that an included installation leaves out: the contract's own, else those of the policy."""
    if contract is None:
        return frozenset(policy.at("excluded.categories", spent_on).value)
    return categories(contract)


class Assignment(NamedTuple):
    """Where a dispatch of an engineer went and on which centre dates; ``returned`` is None while on the road.

    ``cancelled`` says that the assignment will never be made.
    """

    place: str
    departed: date | None
    returned: date | None
    transit: tuple[str, ...] = ()
    cancelled: bool = False


class Claim(NamedTuple):
    """An expense with the facts that its check needs. ``earlier`` is the expense that already carries the invoice.

    ``others`` are the engineer's other journeys; they are gone through once at most, and only where they matter.
    """

    category: str
    amount_fen: int
    spent_on: date
    from_city: str | None
    to_city: str | None
    place: str | None
    invoice: str | None
    home: str | None
    role: str
    assignment: Assignment | None
    others: Iterable[Assignment]
    earlier: int | None
    is_refund: bool = False


class Problem(NamedTuple):
    """One problem with an expense; ``values`` fill the words that tell the engineer."""

    code: str
    values: dict[str, Any]


def problems(claim: Claim, policy: Policy) -> list[Problem]:
    """List what is wrong with an expense, by the policy in force on its date (4.3); what came back needs none."""
    if claim.is_refund:
        return []
    return [problem for check in _CHECKS for problem in check(claim, policy)]


def _no_invoice(claim: Claim, _: Policy) -> Iterator[Problem]:
    if claim.category not in _NEEDS_NO_INVOICE and not claim.invoice:
        yield Problem("no_invoice", {})


def _duplicate_invoice(claim: Claim, _: Policy) -> Iterator[Problem]:
    if claim.invoice and claim.earlier is not None:
        yield Problem("duplicate_invoice", {"invoice": claim.invoice, "earlier": f"E{claim.earlier}"})


def _place_mismatch(claim: Claim, _: Policy) -> Iterator[Problem]:
    if claim.category == "fare":
        ends = [(end, city(end) if end else "") for end in (claim.from_city, claim.to_city)]
        allowed = _own_places(claim)
        if all(place in allowed for _, place in ends if place) and all(place for _, place in ends):
            return
        allowed |= {city(other.place) for other in claim.others if _within_a_day(other, claim)}
        wrong = [end or "?" for end, place in ends if place not in allowed]
        if wrong:
            yield Problem("place_mismatch", {"wrong": wrong, "allowed": sorted(allowed)})
    elif (
        claim.category == "lodging"
        and claim.assignment
        and (not claim.place or city(claim.place) != city(claim.assignment.place))
    ):
        yield Problem("place_mismatch", {"wrong": [claim.place or "?"], "allowed": [city(claim.assignment.place)]})


def _own_places(claim: Claim) -> set[str]:
    places = {city(claim.home)} if claim.home else set()
    if claim.assignment:
        places |= {city(claim.assignment.place), *map(city, claim.assignment.transit)}
    return places


def _within_a_day(other: Assignment, claim: Claim) -> bool:
    """Return whether another assignment had the engineer on the road within a day of the fare's date."""
    if other.departed is None:
        return False
    day = timedelta(days=1)
    return other.departed - day <= claim.spent_on and (other.returned is None or other.returned + day >= claim.spent_on)


def _outside_trip(claim: Claim, _: Policy) -> Iterator[Problem]:
    assignment = claim.assignment
    if assignment is None:
        return
    if assignment.departed is None:  # while it may still begin, no date lies before or after it
        if assignment.cancelled:
            yield Problem("outside_trip", {"date": claim.spent_on, "departed": None, "returned": None})
        return
    if claim.spent_on < assignment.departed or (
        assignment.returned is not None and claim.spent_on > assignment.returned
    ):
        yield Problem(
            "outside_trip", {"date": claim.spent_on, "departed": assignment.departed, "returned": assignment.returned}
        )


def _over_limit(claim: Claim, policy: Policy) -> Iterator[Problem]:
    limit, key, since = limit_of(claim.category, claim.role, claim.spent_on, policy)
    if limit is not None and claim.amount_fen > limit:
        yield Problem("over_limit", {"limit": Fen(limit), "key": key, "since": since})


def limit_of(category: str, role: str, on: date, policy: Policy) -> tuple[int | None, str, date | None]:
    """Return the most that a category may cost a role on a date, in fen, by which key and since when; None: any."""
    key = ""
    for key in (f"expense.limit.{category}.{role}", f"expense.limit.{category}"):
        limit, since = policy.at(key, on)
        if limit is not None:
            return limit, key, since
    return None, key, None


class StoredClaim(NamedTuple):
    """A claim as it is stored, its dates those of the centre: what most claims are seen to be right by."""

    category: str
    spent_on: str
    from_city: str | None
    to_city: str | None
    place: str | None
    invoice: str | None
    home: str | None
    trip_place: str | None
    departed: str | None
    returned: str | None
    cancelled: int
    earlier: int | None


def is_surely_right(claim: StoredClaim) -> bool:
    """Return whether ``problems`` surely finds nothing but perhaps a limit; of some that are right it says no."""
    has_invoice = claim.earlier is None if claim.invoice else claim.category in _NEEDS_NO_INVOICE
    return has_invoice and _is_surely_there(claim) and (not claim.trip_place or _is_surely_within(claim))


def _is_surely_there(claim: StoredClaim) -> bool:
    """Hold the names of the places against each other as they are spelt: what is spelt alike is the same place."""
    if claim.category == "fare":
        own = (claim.home, claim.trip_place)
        return bool(claim.from_city and claim.to_city and claim.from_city in own and claim.to_city in own)
    if claim.category == "lodging":
        return not claim.trip_place or claim.place == claim.trip_place
    return True


def _is_surely_within(claim: StoredClaim) -> bool:
    if claim.departed is None:
        return not claim.cancelled
    return claim.departed <= claim.spent_on and (claim.returned is None or claim.spent_on <= claim.returned)


_CHECKS = (_no_invoice, _duplicate_invoice, _place_mismatch, _outside_trip, _over_limit)
