"""Small charts: finite, with gaps that break the line."""

import re
from itertools import accumulate
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.spark import Band, card_spark, spark

number = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)


@given(
    st.lists(st.one_of(st.none(), number), max_size=24),
    st.one_of(st.none(), number),
    st.one_of(st.none(), st.integers(-3, 30)),
)
def test_spark_is_well_formed_and_finite(values, target, mark):
    svg = spark(values, "The finding.", target, mark)

    if all(value is None for value in values):
        assert svg == ""
        return
    ElementTree.fromstring(svg)
    assert "nan" not in svg and "inf" not in svg


def test_spark_breaks_the_line_at_a_gap():
    paths = re.findall(r'class="series" d="([^"]+)"', spark([1, 2, None, 3, 4, 5, 6, 7, None, 8], "x"))

    assert [len(re.findall(r"-?\d+[ -]\d+", path)) for path in paths] == [2, 5]


def test_spark_is_dots_only_below_eight_values():
    svg = spark([1, 2, 3, 4, 5, 6, 7], "x")

    assert "series" not in svg
    assert (svg.count("h0"), svg.count("<circle")) == (6, 1)


def test_the_line_passes_where_the_values_are_and_a_value_alone_is_a_dot():
    svg = spark([1, 5, 2, 2, None, 9, None, 4, 0, 3, 7], "x")

    lines = [[int(one) for one in re.findall(r"-?\d+", path)] for path in re.findall(r'series" d="([^"]+)"', svg)]
    (dot,) = re.findall(r'class="dots" d="M(\d+) (\d+)h0"', svg)
    height = {value: round(50 - 44 * value / 9) for value in range(10)}
    for numbers, values in zip(lines, ([1, 5, 2, 2], [4, 0, 3, 7]), strict=True):
        assert list(accumulate(numbers[1::2])) == [height[value] for value in values]
    assert list(accumulate(lines[0][::2])) == [6, 27, 48, 68]
    assert (int(dot[0]), int(dot[1])) == (110, height[9])


def test_spark_draws_target_and_delivery():
    svg = spark([1, 2, 3], "x", target=2, mark=1)

    assert svg.count('class="target"') == 1
    assert svg.count('class="mark"') == 1


def test_spark_escapes_the_finding():
    assert "<b>" not in spark([1], "<b>")


def test_the_band_and_the_average_of_each_stretch_are_drawn():
    tree = ElementTree.fromstring(
        card_spark([1, 2, 1, 2, 5, 6], "x", 9, 4, [Band(0, 3, 1.5, 0, 3), Band(4, 5, 5.5, 4, 7, provisional=True)])
    )

    assert [node.get("class") for node in tree.iter("rect")] == ["band", "band prov"]
    ends = [float(node.get("x")) + float(node.get("width")) for node in tree.iter("rect")]
    assert float(list(tree.iter("rect"))[1].get("x")) == ends[0]
    assert (tree.get("viewBox"), ends[1]) == ("0 0 260 72", 258.0)


def test_the_last_value_stands_out_in_a_colour_without_a_verdict():
    marks = [
        node.get("class")
        for node in ElementTree.fromstring(spark([1, 2, 3, None], "x", kinds=["routine", "bad", "bad", "bad"])).iter()
        if (node.get("class") or "").startswith(("pt", "dots"))
    ]

    assert marks == ["dots", "pt bad", "pt now"]


def test_a_band_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="finite"):
        spark([1, 2], "x", bands=[Band(0, 1, float("nan"))])


def test_a_stretch_without_limits_is_drawn_as_its_average_alone():
    tree = ElementTree.fromstring(spark([1, 2, 1, 2], "x", bands=[Band(0, 3, 1.5)]))

    assert ([*tree.iter("rect")], next(node.get("class") for node in tree.iter("path"))) == ([], "mean")
