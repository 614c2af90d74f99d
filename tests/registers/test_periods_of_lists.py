"""What counts in a period, told in two ways: by the few that do, or of one without a beginning by each record."""

from contextlib import closing

import pytest

from svcdesk.registers.index import exported
from svcdesk.store import open_ledger

SPANS = [
    ("2026-09-25T16:00:00Z", "2026-10-02T16:00:00Z"),
    ("2026-09-30T16:00:00Z", "2026-10-31T16:00:00Z"),
    ("2026-10-10T03:00:00Z", "2026-10-10T03:00:01Z"),
    ("", "2026-10-15T16:00:00Z"),
    ("2026-10-15T16:00:00Z", "2099-01-01T00:00:00Z"),
]


def told_of_each():
    return [register for register in exported().values() if register.during]


def test_whoever_says_what_counts_in_a_month_says_it_of_a_period_without_a_beginning_too():
    assert all(register.from_the_first for register in told_of_each())


@pytest.mark.parametrize("register", told_of_each(), ids=lambda register: register.name)
@pytest.mark.parametrize(("start", "end"), SPANS)
def test_both_ways_count_the_same(demo_month, register, start, end):
    with closing(open_ledger(demo_month.ledger)) as ledger:
        by_the_few, by_each = (
            [row["id"] for row in ledger.rows(f"SELECT DISTINCT r.id FROM {register.source} WHERE {told} ORDER BY r.id",
                                              {"start": start, "end": end})]
            for told in (register.during, register.from_the_first)
        )  # fmt: skip
    assert by_the_few == by_each and (by_each or end < "2026-10-05")
