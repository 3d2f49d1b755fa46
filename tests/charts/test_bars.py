"""Bars start at zero, stay inside the drawing and escape their labels."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.bars import bars, budget_bar, stacked, stacked_both
from charts.templatetags.charts import budget_bar as budget_bar_tag

amounts = st.floats(min_value=0, max_value=1e12, allow_nan=False)
labels = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"), max_size=60)
rows = st.lists(st.tuples(labels, st.lists(amounts, max_size=5)), max_size=12)


@given(rows, st.sampled_from([340, 640]))
def test_stacked_stays_inside_and_is_finite(given_rows, width):
    svg = stacked(given_rows, "The finding.", width)

    if not given_rows:
        assert svg == ""
        return
    tree = ElementTree.fromstring(svg)
    for rect in tree.iter("rect"):
        assert float(rect.get("width")) >= 0
        assert float(rect.get("x")) + float(rect.get("width")) <= max(width, 640)


def test_bars_lengths_are_in_proportion():
    svg = bars([("Fire", 50), ("Parks", 100)], "Parks has twice as much as Fire.")

    short, long = (float(width) for width in re.findall(r'<rect class="f1"[^>]* width="([\d.]+)"', svg))
    assert short * 2 == pytest.approx(long, abs=0.2)


def test_stacked_both_has_two_drawings():
    svg = stacked_both([("Fire", [1, 2])], "Fire.")

    assert svg.count("<svg") == 2
    assert stacked_both([], "Nothing.") == ""


def test_stacked_escapes_labels():
    assert "<b>" not in stacked([("<b>Fire</b>", [1])], '<b>"</b>')


@pytest.mark.parametrize("parts", [[-1], [float("nan")], [1, 1, 1, 1, 1, 1]])
def test_stacked_refuses_what_is_no_bar(parts):
    with pytest.raises(ValueError):
        stacked([("Fire", parts)], "Fire.")


@given(amounts, amounts)
def test_budget_bar_is_finite_and_shows_what_is_beyond(budget, spent):
    svg = budget_bar(budget, spent, "Spent against budget.")

    ElementTree.fromstring(svg)
    assert "nan" not in svg and "inf" not in svg
    assert ('class="fb"' in svg) == (spent > budget)


def test_budget_bar_refuses_a_negative_amount():
    with pytest.raises(ValueError):
        budget_bar(-1, 0, "No.")


def test_budget_bar_tag_takes_an_unknown_amount_as_nothing():
    assert budget_bar_tag(None, None, "No budget yet.") == budget_bar(0, 0, "No budget yet.")
