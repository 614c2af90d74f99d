"""Rows are not records: several records in one row ([[record]]), and one record made of many rows (an event log)."""

import re
from collections.abc import Callable, Collection, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from svcdesk.errors import BadInput
from svcdesk.exchange.derived import Derived, place_of
from svcdesk.exchange.rules_toml import RulesFile

_CONDITION = re.compile(r"\s*(?P<heading>.+?)\s*(?P<sign><=|>=|!=|=|<|>)\s*(?P<value>.*?)\s*")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip

Condition = Callable[[list[str]], bool]


class Shape(NamedTuple):
    """One kind of record that a row holds: the headings of its own fields, what is constant, when it stands at all."""

    columns: dict[str, str]
    constants: dict[str, str]
    condition: Condition | None = None
    amount: int | None = None  # the cell without which there is no such record

    def stands(self, cells: list[str], is_missing: Callable[[str], bool]) -> bool:
        """Return whether a row holds this record."""
        if self.amount is not None and is_missing(cells[self.amount]):
            return False
        return self.condition is None or self.condition(cells)


def shapes(
    derived: Derived, rules: RulesFile, fields: Collection[str], words: dict[str, tuple[str, ...] | None]
) -> list[Shape]:
    """List the records that a row holds: one of the columns alone, or as many as there are [[record]]s."""
    if not derived.records:
        return [Shape({}, {})]
    return [_shape(derived.source.headings, record, rules, fields, words) for record in derived.records]


def _shape(
    headings: list[str],
    record: dict[str, str],
    rules: RulesFile,
    fields: Collection[str],
    words: dict[str, tuple[str, ...] | None],
) -> Shape:
    """Read one [[record]]: a word of ours is a constant, all else a heading. Raises BadInput."""
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}
    for field, text in record.items():
        if field == "when":
            continue
        if field not in fields:
            raise BadInput("field_unknown", text=field, names=list(fields))
        (constants if text in (words[field] or ()) else columns)[field] = text
    amount = place_of(headings, columns["amount"]) if "amount" in columns else None
    for text in columns.values():
        place_of(headings, text)
    return Shape(columns, constants, _condition(headings, rules, record.get("when")), amount)


def _condition(headings: list[str], rules: RulesFile, text: str | None) -> Condition | None:
    """Read when a record stands: ``airfare > 0``, ``状态 = 已批``. Raises BadInput."""
    if text is None:
        return None
    condition = _CONDITION.fullmatch(text)
    if not condition:
        raise BadInput("rules_when", text=text)
    place, compare, value = place_of(headings, condition["heading"]), _COMPARE[condition["sign"]], condition["value"]
    wanted = _number(value, rules)

    def holds(cells: list[str]) -> bool:
        number = _number(cells[place], rules)
        if wanted is not None:
            return number is not None and compare(number, wanted)
        return compare(cells[place].strip(), value)

    return holds


def _number(text: str, rules: RulesFile) -> Decimal | None:
    try:
        return Decimal(rules.signs.plain(text))
    except (BadInput, ArithmeticError):
        return None


# One record of many rows


def folded(rules: RulesFile, kinds: dict[str, str], group: list[dict[str, Any]]) -> dict[str, Any]:
    """Make one record of its rows: times are the earliest or latest that stand, all else the first or last."""
    found: dict[str, Any] = {}
    for name, kind in kinds.items():
        take = rules.takes.get(name)
        last = take.last if take else rules.last_row_wins
        values = [values[name] for values in group if values[name] is not None]
        if not values:
            found[name] = None
        elif take and kind in ("instant", "date"):
            found[name] = max(values) if last else min(values)
        else:
            found[name] = values[-1 if last else 0]
    return found


def same_day(rules: RulesFile, given: Collection[str]) -> Iterator[tuple[str, str]]:
    """Pair the times that are joined of the same column of dates: the later may be after midnight."""
    joined = [(field, parts) for field, (parts, _) in rules.joins.items() if field in given and len(parts) > 1]
    for (earlier, day), (later, same) in pairwise(joined):
        if day[0] == same[0]:
            yield earlier, later
