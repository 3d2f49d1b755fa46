"""Values over time: nothing that is not a number is drawn, gaps stay gaps, labels are escaped."""

import re
import time
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charts.series import Mark, Point, Series, draw, draw_both, measured, monthly, numbers

values = st.one_of(st.none(), st.floats(min_value=-1e12, max_value=1e12, allow_nan=False, allow_infinity=False))
level = st.one_of(st.none(), st.floats(min_value=-1e9, max_value=1e9, allow_nan=False))
# XML cannot hold control characters; the database refuses them before they come here.
texts = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"), max_size=80)


def months(count, start=date(2024, 10, 1)):
    return [(start.replace(day=1) + timedelta(days=31 * at)).replace(day=1) for at in range(count)]


def series_of(heights, **more):
    points = [Point(on, value) for on, value in zip(months(len(heights)), heights, strict=True)]
    return Series(points=points, finding="It is shorter since February.", **more)


@settings(max_examples=150)
@given(st.lists(values, max_size=30), level, level, texts, texts, st.integers(-40, 40), st.sampled_from([340, 860]))
def test_draw_is_well_formed_and_finite(heights, target, baseline, text, unit, away, width):
    mark = Mark(date(2025, 6, 1) + timedelta(days=away * 30), text)
    svg = draw(series_of(heights, target=target, baseline=baseline, unit=unit, title=text, marks=[mark]), width)

    if not svg:
        assert all(value is None for value in [*heights, target, baseline])
        return
    tree = ElementTree.fromstring(svg)
    assert tree.get("aria-label") == "It is shorter since February."
    for node in tree.iter():
        for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height", "d"):
            assert not re.search("nan|inf|e[+-]", node.get(name, ""))
        assert "style" not in node.attrib


def test_draw_breaks_the_line_at_a_gap():
    svg = draw(series_of([1, 2, 3, 4, None, 5, 6, 7, 8]))

    paths = re.findall(r'class="series" d="([^"]+)"', svg)
    assert [path.count("L") + 1 for path in paths] == [4, 4]


def test_draw_shows_dots_only_below_eight_values():
    svg = draw(series_of([1, 2, 3, 4, 5, 6, 7]))

    assert 'class="series"' not in svg
    assert svg.count('class="pt"') == 7


def test_draw_does_not_start_at_zero():
    svg = draw(series_of([100, 101, 102]))

    assert ">0</text>" not in svg


def test_draw_escapes_every_text():
    nasty = '<script>alert("1")</script>'
    points = [Point(date(2025, 1, 1), 1.0)]
    marks = [Mark(date(2025, 1, 1), nasty)]

    svg = draw(Series(points=points, finding=nasty, title=nasty, unit=nasty, target=2, marks=marks))

    assert "<script" not in svg
    assert ElementTree.fromstring(svg).get("aria-label") == nasty


def test_draw_without_a_value_is_empty():
    assert draw(series_of([None, None])) == ""
    assert draw_both(series_of([])) == ""


def test_draw_both_has_a_wide_and_a_narrow_drawing():
    svg = draw_both(series_of([1, 2, 3]))

    assert 'class="only-wide"><svg class="chart" viewBox="0 0 860 ' in svg
    assert 'class="only-narrow"><svg class="chart" viewBox="0 0 340 ' in svg


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_series_refuses_what_is_not_a_number(bad):
    with pytest.raises(ValueError):
        series_of([1, bad])


def test_draw_marks_a_delivery_and_its_label():
    svg = draw(series_of([1, 2, 3], marks=[Mark(date(2024, 11, 15), "Online plan check live")]))

    assert svg.count('class="mark"') == 1
    assert "Online plan check live" in svg


def test_numbers_are_the_same_values_as_text():
    assert numbers(series_of([18.1, None], unit="days")) == [("Oct 2024", "18.1 days"), ("Nov 2024", "no value")]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(95, "%", "95%"), (46000, "$", "$46,000"), (-5, "$", "-$5"), (12.5, "days", "12.5 days"), (3, "", "3")],
)
def test_measured_says_value_and_unit(value, unit, text):
    assert measured(value, unit) == text


def test_monthly_keeps_a_month_without_value_as_a_gap():
    points = monthly([(date(2026, 1, 31), 3.0), (date(2026, 3, 2), 5.0), (date(2026, 1, 10), 2.0)])

    assert points == [Point(date(2026, 1, 1), 3.0), Point(date(2026, 2, 1), None), Point(date(2026, 3, 1), 5.0)]
    assert monthly([]) == []


def test_draw_takes_less_than_five_milliseconds():
    series = series_of([float(at % 7) for at in range(60)], target=3, baseline=2)
    draw(series)

    fastest = min(_timed(series) for _round in range(10))

    assert fastest < 0.005


def _timed(series):
    begin = time.perf_counter()
    draw(series)
    return time.perf_counter() - begin


def test_draw_narrow_says_the_target_beside_its_line():
    svg = draw(series_of([1, 2, 3], target=5, unit="days"), 340)

    assert svg.count("Target 5 days") == 1
