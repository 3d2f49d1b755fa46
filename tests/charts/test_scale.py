"""Scales: ticks that cover the range and differ, and coordinates that are always numbers."""

import math
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.scale import Linear, decimals, finite, month_ticks, nice_ticks, px

numbers = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False, allow_infinity=False)
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))


@given(numbers, numbers, st.integers(min_value=2, max_value=12))
def test_nice_ticks_cover_the_range_and_rise(one, other, about):
    low, high = sorted((one, other))

    ticks = nice_ticks(low, high, about)

    nothing = (ticks[1] - ticks[0]) * 1e-9
    assert ticks[0] <= low + nothing and ticks[-1] >= high - nothing
    assert len(ticks) >= 2
    assert all(a < b for a, b in pairwise(ticks))
    assert len(ticks) <= 3 * about


@given(numbers, numbers)
def test_labels_of_ticks_differ(one, other):
    low, high = sorted((one, other))
    ticks = nice_ticks(low, high)
    span = ticks[1] - ticks[0]
    if span >= 1e-6:
        labels = [f"{tick:.{decimals(ticks)}f}" for tick in ticks]
        assert len(set(labels)) == len(ticks)


@pytest.mark.parametrize(
    ("low", "high", "about", "expected"),
    [(0, 95, 5, [0, 25, 50, 75, 100]), (10, 20.1, 6, [10, 12.5, 15, 17.5, 20, 22.5]), (7, 7, 3, [6, 7, 8])],
)
def test_nice_ticks_are_round(low, high, about, expected):
    assert nice_ticks(low, high, about) == expected


@pytest.mark.parametrize("bounds", [(math.nan, 1), (0, math.inf), (2, 1), (0, 1e16)])
def test_nice_ticks_refuse_what_has_no_range(bounds):
    with pytest.raises(ValueError):
        nice_ticks(*bounds)


@given(days, days, st.integers(min_value=2, max_value=12))
def test_month_ticks_are_firsts_inside_the_range_and_few(one, other, most):
    start, end = sorted((one, other))

    ticks = month_ticks(start, end, most)

    assert all(tick.day == 1 and start <= tick <= end for tick in ticks)
    assert len(ticks) <= most
    assert ticks == sorted(set(ticks))


def test_month_ticks_of_two_years_are_quarters():
    ticks = month_ticks(date(2024, 10, 1), date(2026, 9, 1), 8)

    assert [tick.month for tick in ticks] == [10, 1, 4, 7, 10, 1, 4, 7]


def test_linear_maps_ends_to_ends():
    scale = Linear(10, 20, 100, 0)

    assert (scale(10), scale(15), scale(20)) == (100, 50, 0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_px_refuses_what_cannot_be_drawn(value):
    with pytest.raises(ValueError):
        px(value)


def test_px_has_no_negative_zero():
    assert px(-0.04) == "0.0"


def test_finite_refuses_a_number_beyond_all_measure():
    with pytest.raises(ValueError):
        finite([1, 1e16])
