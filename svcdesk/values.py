"""Values as they are handed about, and as machines read them: money, means, instants."""

from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from svcdesk.model import Fen
from svcdesk.periods import local


def to_json(value: Any, zone: tzinfo) -> Any:
    """Return a value as JSON carries it: money and means as text, instants in centre time with offset, dates as ISO."""
    if isinstance(value, Fen | Decimal):
        return str(value)
    if isinstance(value, datetime):
        return local(value, zone)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: to_json(item, zone) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item, zone) for item in value]
    return value


def rounded(numerator: int, denominator: int, places: int) -> Decimal | None:
    """Return a quotient of integers rounded half up to so many places; None where the denominator is 0."""
    if denominator == 0:
        return None
    scaled = (2 * numerator * 10**places + denominator) // (2 * denominator)
    return Decimal(scaled).scaleb(-places)


def median(values: list[int]) -> tuple[int, int] | None:
    """Return the median as a quotient: of an even number the mean of the two middle ones; None of none."""
    if not values:
        return None
    ranked, half = sorted(values), len(values) // 2
    return (ranked[half], 1) if len(ranked) % 2 else (ranked[half - 1] + ranked[half], 2)
