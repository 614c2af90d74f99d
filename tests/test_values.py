"""Values as they are handed about: means rounded half up from integers, the median of an even number, JSON."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from statistics import median as by_the_book

import pytest
from conftest import SHANGHAI
from hypothesis import given
from hypothesis import strategies as st

from svcdesk.model import Fen
from svcdesk.values import median, rounded, to_json


@pytest.mark.parametrize(
    ("numerator", "denominator", "places", "shown"),
    [
        (17, 8, 2, "2.13"),  # 2.125: half to even on floats gave 2.12
        (1, 3, 2, "0.33"),
        (2, 3, 2, "0.67"),
        (1, 2, 0, "1"),
        (5, 1, 2, "5.00"),
        (0, 7, 2, "0.00"),
        (1001, 2000, 4, "0.5005"),
        (10001, 200000, 4, "0.0500"),
        (3, 0, 2, None),
    ],
)
def test_a_quotient_is_rounded_half_up(numerator, denominator, places, shown):
    found = rounded(numerator, denominator, places)
    assert (found if found is None else str(found)) == shown


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.integers(0, 6))
def test_no_quotient_is_further_off_than_half_a_place(numerator, denominator, places):
    off = Fraction(rounded(numerator, denominator, places)) - Fraction(numerator, denominator)
    assert -Fraction(1, 2 * 10**places) < off <= Fraction(1, 2 * 10**places)


@given(st.lists(st.integers(0, 10**7), min_size=1))
def test_the_median_of_an_even_number_is_the_mean_of_the_two_middle_ones(values):
    assert Fraction(*median(values)) == Fraction(by_the_book(map(Fraction, values)))


def test_there_is_no_median_of_none():
    assert median([]) is None


def test_machines_read_money_and_means_as_text_and_times_in_centre_time():
    at = datetime(2026, 10, 3, 1, 12, tzinfo=UTC)
    told = {"a": Fen(55350), "b": [Decimal("2.13"), {"at": at}], "on": date(2026, 10, 3), "n": 3, "no": None, "f": True}
    assert to_json(told, SHANGHAI) == {
        "a": "553.50", "b": ["2.13", {"at": "2026-10-03T09:12:00+08:00"}], "on": "2026-10-03", "n": 3, "no": None,
        "f": True,
    }  # fmt: skip


def test_an_amount_reads_as_people_write_it_and_counts_as_an_integer():
    assert f"{Fen(200_000_000_000)}" == "2000000000.00"
    assert Fen(5) + Fen(7) == 12
