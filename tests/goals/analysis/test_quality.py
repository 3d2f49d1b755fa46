"""Incoming data: what is read, what is refused, and what looks wrong; nothing is guessed in silence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals.analysis import quality
from goals.analysis.aim import Aim, Direction
from goals.analysis.quality import Finding, Kind, parse_day, parse_number

UP, DOWN = Aim(Direction.UP), Aim(Direction.DOWN)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("12", 12, ""),
        (" 1,234.5 ", 1234.5, ""),
        ("1,234", 1234, ""),
        ("1234567", 1234567, ""),
        ("-0.5", -0.5, ""),
        ("\u22120.5", -0.5, ""),
        (".5", 0.5, ""),
        ("+3", 3, ""),
        ("95%", 95, "%"),
        ("95.5 %", 95.5, "%"),
        ("$46,000", 46000, "$"),
        ("-$46,000.10", -46000.10, "$"),
        ("(12.50)", -12.5, ""),
        ("($1,200)", -1200, "$"),
        ("1.2e3", 1200, ""),
        ("\u00a07", 7, ""),
    ],
)
def test_number_is_read_as_americans_write_it(text, value, unit):
    parsed = parse_number(text)

    assert (parsed.value, parsed.fault, parsed.unit) == (value, None, unit)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Kind.MISSING),
        (" n/a ", Kind.MISSING),
        ("-", Kind.MISSING),
        ("12,5", Kind.OTHER_COMMA),
        ("1.234,5", Kind.OTHER_COMMA),
        ("1,23", Kind.OTHER_COMMA),
        ("twelve", Kind.NOT_A_NUMBER),
        ("12 days", Kind.NOT_A_NUMBER),
        ("1,2,3", Kind.NOT_A_NUMBER),
        ("1.2.3", Kind.NOT_A_NUMBER),
        ("%", Kind.NOT_A_NUMBER),
        ("inf", Kind.NOT_A_NUMBER),
        ("1e999", Kind.NOT_A_NUMBER),
        ("--5", Kind.NOT_A_NUMBER),
        ("()", Kind.NOT_A_NUMBER),
    ],
)
def test_text_that_is_no_number_says_why(text, fault):
    parsed = parse_number(text)

    assert (parsed.value, parsed.fault) == (None, fault)


@pytest.mark.parametrize(
    ("text", "value", "fault"),
    [("12,5", 12.5, None), ("1.234,5", 1234.5, None), ("1.234", 1234, None), ("12.5", None, Kind.OTHER_COMMA)],
)
def test_decimal_comma_is_read_where_it_is_said(text, value, fault):
    parsed = parse_number(text, decimal=",")

    assert (parsed.value, parsed.fault) == (value, fault)


def test_decimal_sign_is_a_point_or_a_comma():
    with pytest.raises(ValueError, match="point or a comma"):
        parse_number("1", decimal=";")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_is_written_out_is_read_again(number):
    assert parse_number(repr(number)).value == number


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-31",
        "2024-1-31",
        "2024-01-31T08:30:00Z",
        "2024-01-31 00:00:00",
        "1/31/2024",
        "01/31/24",
        "1-31-2024",
        "1/31/2024 8:30 AM",
        "Jan 31, 2024",
        "January 31st, 2024",
        "31 Jan. 2024",
        " 31  January 2024 ",
    ],
)
def test_day_is_read_in_the_usual_spellings(text):
    assert parse_day(text).value == date(2024, 1, 31)


def test_two_digit_year_lies_between_1969_and_2068():
    assert [parse_day(text).value.year for text in ("1/1/69", "1/1/68")] == [1969, 2068]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Kind.MISSING),
        ("31/1/2024", Kind.NO_SUCH_DAY),
        ("2/30/2024", Kind.NO_SUCH_DAY),
        ("2024-00-10", Kind.NO_SUCH_DAY),
        ("0/10/2024", Kind.NO_SUCH_DAY),
        ("Foo 3, 2024", Kind.NOT_A_DAY),
        ("3 Foo 2024", Kind.NOT_A_DAY),
        ("Feb 30, 2024", Kind.NO_SUCH_DAY),
        ("yesterday", Kind.NOT_A_DAY),
        ("45322", Kind.NOT_A_DAY),
    ],
)
def test_text_that_is_no_day_says_why(text, fault):
    parsed = parse_day(text)

    assert (parsed.value, parsed.fault) == (None, fault)


def test_cells_become_numbers_and_empty_ones_gaps():
    assert quality.texts(["1", "", "2.5"]) == ([1, None, 2.5], [])


def test_text_in_numbers_is_found_where_it_stands():
    values, findings = quality.texts(["1", "about 3", "2"])

    assert (values, findings) == ([1, None, 2], [Finding(1, Kind.NOT_A_NUMBER, {"text": "about 3"})])


def test_one_decimal_comma_puts_every_comma_in_doubt():
    _values, findings = quality.texts(["1,234", "12,5", "7"])

    assert [(found.position, found.kind) for found in findings] == [(0, Kind.OTHER_COMMA), (1, Kind.OTHER_COMMA)]


def test_one_decimal_point_puts_every_point_in_doubt_where_commas_are_decimal():
    _values, findings = quality.texts(["1.234", "12.5", "7,1"], decimal=",")

    assert [found.position for found in findings] == [0, 1]


def test_days_to_come_are_found():
    days = [date(2026, 5, 1), date(2026, 5, 3), date(2026, 5, 2)]

    assert quality.future(days, date(2026, 5, 2)) == [Finding(1, Kind.FUTURE, {"day": date(2026, 5, 3)})]


def test_period_that_stands_there_twice_is_found():
    assert quality.twice(["a", "b", "a", "a"]) == [
        Finding(2, Kind.TWICE, {"period": "a", "first": 0}),
        Finding(3, Kind.TWICE, {"period": "a", "first": 0}),
    ]


def test_missing_periods_are_found_in_any_order():
    assert quality.gaps([5, 1, 2, 9]) == [Finding(0, Kind.GAP, {"missing": 2}), Finding(3, Kind.GAP, {"missing": 3})]
    assert (quality.gaps([]), quality.gaps([3, 3])) == ([], [])


@pytest.mark.parametrize(("wrong", "factor"), [(92.0, 100), (9.1, 10), (930.0, 1000), (0.0093, 0.01), (-91, 100)])
def test_value_out_of_size_by_a_factor_is_found(wrong, factor):
    values = [0.91, 0.93, None, 0.9, 0.95, 0.92, wrong, 0.94]

    assert quality.factor_jumps(values) == [
        Finding(6, Kind.FACTOR, {"value": wrong, "factor": factor, "usual": pytest.approx(0.925, abs=0.006)})
    ]


@pytest.mark.parametrize(
    "values",
    [
        [],
        [None, 0, 0],
        [0.9, 0.9, 90],
        [0.91, 0.93, 0.9, 0.95, 0.92, 3.5],
        [0.91, 0.93, 0.9, 0.95, 0.92, 50],
        [1, 20, 300, 4, 50, 600, 7, 80, 1000, 3, 30, 2],
        [1, 1, 1, 1, 1, 1, 1e5],
    ],
)
def test_what_only_varies_is_no_factor(values):
    assert quality.factor_jumps(values) == []


def test_score_the_wrong_way_round_is_found():
    rows = [(1.5, 3, 2), (2 / 3, 3, 2), (None, 3, 2), (1, None, 2), (1, 2, 2), (1, 3, None)]

    assert quality.inverted(rows, UP) == [Finding(1, Kind.INVERTED, {"score": 2 / 3, "ours": 1.5})]
    assert [found.position for found in quality.inverted(rows, DOWN)] == [0]
