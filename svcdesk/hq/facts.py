"""What headquarters may see of a ledger: an allow-list, table by table. What does not stand here never leaves a centre.

No free text, no names of staff, no wages, nothing personal. An instant is sent as UTC seconds and, beside it, as the
number of its day at the centre (days since 1970-01-01), so that no reader needs a time zone.
"""

from collections.abc import Iterator
from typing import NamedTuple

FORMAT = 1  # of a feed; a change that an older program would misread counts it up

FIRST_DAY, LAST_DAY = -9_999_999, 9_999_999  # day numbers before and after all


class Field(NamedTuple):
    """One column of a feed.

    ``sql`` reads it of a row ``r``; ``refers`` is the table whose id it holds.
    """

    name: str
    sql: str
    is_number: bool = True
    refers: str | None = None


class Fact(NamedTuple):
    """One table of a feed: the rows come from ``table`` and are sent in the order of their ids."""

    table: str
    fields: tuple[Field, ...]


def _number(*names: str) -> Iterator[Field]:
    for name in names:
        yield Field(name, f'r."{name}"')


def _text(*names: str) -> Iterator[Field]:
    for name in names:
        yield Field(name, f'r."{name}"', is_number=False)


def _id(table: str, name: str | None = None) -> Iterator[Field]:
    name = name or f"{table}_id"
    yield Field(name, f'r."{name}"', refers=table)


def _instant(*names: str) -> Iterator[Field]:
    """Send an instant twice. ``at`` is sent as happened_at: some engines keep that word for themselves."""
    for name in names:
        stem = "happened" if name == "at" else name.removesuffix("_at").removesuffix("_by")
        yield Field(f"{stem}_at", f"CAST(strftime('%s', r.\"{name}\") AS INTEGER)")
        yield Field(f"{stem}_day", f'centre_day(r."{name}")')


def _date(name: str) -> Iterator[Field]:
    yield Field(name.removesuffix("_on").removesuffix("_until") + "_day", f'day_number(r."{name}")')


def _table(table: str, *fields: Iterator[Field]) -> Fact:
    own = Field("id", 'r."id"')
    return Fact(table, (own, *(field for several in fields for field in several)))


FACTS = {
    fact.table: fact
    for fact in (
        _table("staff", _text("code", "role", "home", "company_no"), _instant("retired_at")),
        _table(
            "customer", _text("region", "city"), _number("key"),
            iter((
                Field("name", 'customer_name(r."name")', is_number=False),
                Field("name_key", 'customer_key(r."name")', is_number=False),
            )),
        ),
        _table(
            "contract", _text("no"), _id("customer"), _number("includes_installation"), _text("excludes"),
            _date("warranty_until"),
        ),
        _table(
            "ticket", _id("customer"), _id("contract"), _text("kind", "channel", "status", "product", "serial"),
            _instant("received_at", "answered_at", "on_site_by", "closed_at", "first_closed_at", "cancelled_at"),
            _number("reopen_count"), _id("ticket", "repeat_of"), _id("staff", "taken_by"),
        ),
        _table("appointment", _id("ticket"), _instant("at", "on_site_by"), _text("asked_by"), _number("moved")),
        _table("escalation", _id("ticket"), _instant("at", "settled_at"), _number("major_quality")),
        _table("hold", _id("ticket"), _instant("at", "resumed_at")),
        _table(
            "dispatch", _id("ticket"), _text("kind", "place", "status"),
            _instant("sent_at", "due_at", "cancelled_at"),
        ),
        _table(
            "crew", _id("dispatch"), _id("staff", "engineer_id"), _text("late_cause"),
            _instant("due_at", "departed_at", "arrived_at", "callback_at", "left_at", "returned_at"),
        ),
        _table("service_report", _id("dispatch"), _id("staff", "filed_by"), _instant("filed_at"), _number("no_parts")),
        _table("survey", _id("ticket"), _instant("at"), _number("score"), _text("via")),
        _table(
            "complaint", _instant("at", "decided_at"), _text("channel", "status", "finding", "cause"),
            _id("ticket"), _number("round"),
        ),
        _table(
            "contact", _instant("at"), _text("channel"), _id("customer"), _id("staff", "taken_by"), _id("ticket"),
            _id("complaint"),
        ),
        _table("phone_check", _instant("at"), _id("staff", "engineer_id"), _text("result")),
        _table("conduct", _instant("at"), _id("staff", "engineer_id"), _text("rule"), _id("ticket"), _id("dispatch")),
        _table(
            "expense", _id("staff", "engineer_id"), _text("category", "status", "line"), _number("amount_fen"),
            _date("spent_on"), _id("dispatch"), _id("ticket"), _text("from_city", "to_city", "place", "invoice"),
            iter((Field("invoice_key", 'invoice_key(r."invoice")', is_number=False),)),
            _number("excluded"), _id("expense", "refund_of"), _id("expense", "shared_with"),
        ),
        _table(
            "penalty", _id("staff", "engineer_id"), _instant("at"), _text("clause", "sanction", "status"),
            _number("amount_fen"),
        ),
    )
}  # fmt: skip

# What is sent beside the rows of the ledger: the policy with its first values, what was handed in, and what came after.
_KEPT = {
    "policy": ("policy_key", "policy_value", "policy_number", "from_day"),
    "handed_in": ("submission", "month", "figure", "number"),
    "later_entry": ("submission", "month", "entry", "happened_at"),
}
_TEXTS = ("policy_key", "policy_value", "month", "figure")

# Every table of a feed with its columns as (name, is a number), the centre's code first.
COLUMNS: dict[str, tuple[tuple[str, bool], ...]] = {
    name: (("centre", False), *((field.name, field.is_number) for field in fact.fields)) for name, fact in FACTS.items()
} | {
    name: (("centre", False), ("id", True), *((column, column not in _TEXTS) for column in columns))
    for name, columns in _KEPT.items()
}

# The keys of the policy by which figures are counted.
POLICY_KEYS = ("answer.", "excluded.", "late.grace", "repeat.window", "survey.", "work.")
