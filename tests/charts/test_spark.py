"""Small charts: finite, with gaps that break the line."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from charts.spark import spark

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
    paths = re.findall(r'class="series" d="([^"]+)"', spark([1, 2, None, 3, 4, 5, None, 6], "x"))

    assert [path.count("L") + 1 for path in paths] == [2, 3]


def test_spark_draws_target_and_delivery():
    svg = spark([1, 2, 3], "x", target=2, mark=1)

    assert svg.count('class="target"') == 1
    assert svg.count('class="mark"') == 1


def test_spark_escapes_the_finding():
    assert "<b>" not in spark([1], "<b>")
