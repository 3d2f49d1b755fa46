"""How charts say values, changes and periods, and the room that texts take."""

from datetime import date
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from charts.words import WIDTHS, changed, clean, end_of, fitted, measured, namer, periods, places_of, span, width_of

FONT = Path(__file__).resolve().parents[2] / "static" / "fonts" / "public-sans-latin-wght-normal.woff2"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (-7, "days", "−7.0 days"),
        (0.26, "days", "+0.26 days"),
        (0, "%", "0.00%"),
        (-46000, "$", "−$46,000"),
        (3, "", "+3.0"),
    ],
)
def test_a_change_has_its_sign(value, unit, said):
    assert changed(value, unit) == said


def test_changes_side_by_side_have_the_same_decimals():
    places = places_of(-7, -0.05)

    assert [changed(value, "", places) for value in (-7, -0.05, 0.01)] == ["−7.0", "−0.1", "0.0"]


def test_a_value_is_said_with_its_unit():
    assert [measured(12.54, "days"), measured(95, "%"), measured(-46000, "$")] == ["12.5 days", "95%", "-$46,000"]


@pytest.mark.parametrize(
    ("cadence", "on", "said", "end"),
    [
        ("daily", date(2026, 10, 5), "Oct 5, 2026", date(2026, 10, 6)),
        ("weekly", date(2026, 10, 5), "Week of Oct 5, 2026", date(2026, 10, 12)),
        ("monthly", date(2026, 12, 1), "Dec 2026", date(2027, 1, 1)),
        ("monthly", date(2027, 1, 31), "Jan 2027", date(2027, 2, 28)),
        ("quarterly", date(2026, 10, 1), "Oct–Dec 2026", date(2027, 1, 1)),
        ("yearly", date(2026, 1, 1), "2026", date(2027, 1, 1)),
        ("yearly", date(2025, 7, 1), "Jul 2025–Jun 2026", date(2026, 7, 1)),
        ("monthly", date(9999, 12, 1), "Dec 9999", date.max),
    ],
)
def test_periods_are_named_by_their_cadence(cadence, on, said, end):
    assert (namer(cadence)(on), end_of(on, cadence)) == (said, end)


def test_spans_name_the_year_once():
    assert span(date(2026, 2, 1), date(2026, 9, 1)) == "Feb–Sep 2026"
    assert span(date(2024, 10, 1), date(2026, 1, 31)) == "Oct 2024–Jan 2026"
    assert span(date(2026, 2, 1), date(2026, 2, 28)) == "Feb 2026"
    assert periods(1, "monthly") == "1 month"


@pytest.mark.parametrize("weight", [400, 640])
def test_widths_are_those_of_the_typeface(weight):
    font = instantiateVariableFont(TTFont(FONT), {"wght": weight})
    names, metrics, em = font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm
    real = {letter: metrics[names[ord(letter)]][0] / em * 100 for letter in WIDTHS}

    assert [letter for letter, width in WIDTHS.items() if real[letter] > width + 2] == []
    assert [letter for letter, width in WIDTHS.items() if width > real[letter] + 17] == []


def test_a_text_that_is_too_long_is_cut_to_its_room():
    assert fitted("Short", 100) == "Short"
    assert fitted("A long name of a project", 86) == "A long name…"
    assert width_of(fitted("A long name of a project", 86)) <= 86
    assert fitted("A long name", 3) == ""


def test_room_is_kept_for_letters_that_we_do_not_know():
    assert width_of("東京", 10) == 20
    assert width_of("ń", 10) == width_of("n", 10)
    assert width_of("\u200b", 10) == 0


def test_what_xml_cannot_hold_is_left_out():
    assert clean("a\x00b\ud800c\ufffed\n") == "abcd\n"
