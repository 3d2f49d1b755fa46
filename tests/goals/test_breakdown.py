"""Break-downs: small counts are hidden, and cannot be told from what is shown beside them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.breakdown import break_down
from goals.models import Measure

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def shown(parts, adds_up=True):
    made = break_down([(MAY, name, Decimal(value), count) for name, value, count in parts], adds_up)
    return {name: None if cells[0].is_hidden else float(cells[0].value) for name, cells in made.rows}


@pytest.mark.parametrize(
    ("parts", "adds_up", "expected"),
    [
        ([("North", 12, 12), ("South", 30, 30)], True, {"North": 12, "South": 30}),
        # The average of three people is theirs alone; a mean cannot be told from the other means.
        ([("North", 9, 3), ("South", 8, 40)], False, {"North": None, "South": 8}),
        # What is missing to the total would be North: the smallest of the others is hidden with it.
        ([("North", 3, 3), ("South", 40, 40), ("East", 20, 20)], True, {"North": None, "South": 40, "East": None}),
        # Whole numbers that add up are counts, with or without a count of their own.
        (
            [("North", 3, None), ("South", 40, None), ("East", 20, None)],
            True,
            {"North": None, "South": 40, "East": None},
        ),
        # Two hidden parts of two together would still tell of a handful.
        (
            [("North", 1, 1), ("South", 1, 1), ("East", 20, 20), ("West", 50, 50)],
            True,
            {"North": None, "South": None, "East": None, "West": 50},
        ),
        ([("North", 0, 0), ("South", 30, 30)], True, {"North": 0, "South": 30}),
        ([("North", 2, 2)], True, {"North": None}),
    ],
)
def test_small_counts_are_hidden_with_what_would_tell_them(parts, adds_up, expected):
    assert shown(parts, adds_up) == expected


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 30), min_size=2))
def test_no_small_count_can_be_told_from_the_total(counts):
    told = shown([(name, count, count) for name, count in counts.items()])

    hidden = [counts[name] for name, value in told.items() if value is None]
    assert not [
        count for name, count in counts.items() if 0 < count < Measure.SMALLEST_COUNT and told[name] is not None
    ]
    if hidden and len(hidden) < len(counts):
        assert len(hidden) >= 2
        assert sum(hidden) >= Measure.SMALLEST_COUNT


def test_parts_stand_under_their_periods():
    made = break_down([(JUNE, "South", Decimal(7), None), (MAY, "North", Decimal("5.5"), None)], adds_up=False)

    assert made.starts == [MAY, JUNE]
    assert [(name, [cell.value for cell in cells]) for name, cells in made.rows] == [
        ("South", [None, Decimal(7)]),
        ("North", [Decimal("5.5"), None]),
    ]
    assert not made.hides
