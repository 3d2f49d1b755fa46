"""Effects against promise and zero, and how promises turn out: told in words, drawn at their place, labels apart."""

import math
import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charts.interval import (
    CARD,
    NARROW,
    WIDE,
    Effect,
    Turnout,
    bounds,
    effect,
    effect_row,
    said,
    turnouts,
    turnouts_both,
)
from charts.words import TEXT, width_of

PERMITS = Effect(-7.0, -7.7, -6.3, promised=-6.0, unit="days", tone="good")
KINDS = [
    Turnout("Cost against estimate", 0.9, 1.2, 1.7, 14),
    Turnout("Days until live, from the answer to the first day of use", 1.1, 1.5, 2.4, 14),
    Turnout("Effect on the measure", 0.2, 0.7, 1.0, 1),
]

size = st.floats(-1e6, 1e6, allow_nan=False)


def overlapping(svg):
    boxes = []
    for node in ElementTree.fromstring(svg).iter("text"):
        letters = 12.5 if "chart narrow" in svg else TEXT
        width, x, y = width_of(node.text, letters) * 0.95, float(node.get("x")), float(node.get("y"))
        left = {"middle": x - width / 2}.get(node.get("text-anchor"), x)
        boxes.append((left, y - letters * 0.72, left + width, y + letters * 0.18, node.text))
    return [
        (one[4], other[4])
        for one, other in combinations(boxes, 2)
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (PERMITS, "−7.0 days, 95% range −7.7 to −6.3, promised −6.0"),
        (Effect(0.3, -0.6, 1.2, -2.0, "days"), "+0.3 days, 95% range −0.6 to +1.2, promised −2.0"),
        (Effect(promised=-1.5, unit="days"), "Not measured yet, promised −1.5 days"),
        (Effect(-52000, -80000, -20000, None, "$"), "−$52,000, 95% range −80,000 to −20,000"),
        (Effect(0.02, unit="%"), "+0.02%"),
    ],
)
def test_an_effect_is_told_in_words(one, words):
    assert said(one) == words
    assert ElementTree.fromstring(effect(one)).get("aria-label") == words


def test_an_effect_is_drawn_where_it_is():
    tree = ElementTree.fromstring(effect(PERMITS))

    dot = float(next(tree.iter("circle")).get("cx"))
    first, last = map(
        float, re.search(r"M([\d.]+) .*H([\d.]+)", tree.find("path[@class='reach good']").get("d")).groups()
    )
    promise = float(tree.find("path[@class='promised']").get("d")[1:].split()[0])
    zero = float(tree.find("path[@class='zero']").get("d")[1:].split()[0])
    assert first < dot < last < promise < zero
    assert (dot - first) / (zero - dot) == pytest.approx(0.7 / 7, abs=0.01)


@given(value=size, below=st.floats(0, 1e5), above=st.floats(0, 1e5), promised=st.one_of(st.none(), size))
def test_labels_of_an_effect_do_not_overlap(value, below, above, promised):
    svg = effect(Effect(value, value - below, value + above, promised, "days"))

    assert overlapping(svg) == []
    assert [node for node in ElementTree.fromstring(svg).iter() if re.search("nan|inf", str(node.attrib))] == []


def test_rows_of_one_table_share_a_scale():
    other = Effect(0.3, -0.6, 1.2, -2.0, "days")
    scale = bounds([PERMITS, other])

    zeros = [re.search(r'class="zero" d="M([\d.]+)', effect_row(one, scale))[1] for one in (PERMITS, other)]
    assert zeros[0] == zeros[1]
    assert "<text" not in effect_row(other, scale)


def test_a_row_needs_a_scale_with_a_length():
    with pytest.raises(ValueError, match="length"):
        effect_row(PERMITS, (1, 1))


def test_without_numbers_there_is_no_drawing():
    assert effect(Effect()) == ""
    assert turnouts_both([], "x") == ""
    assert bounds([]) == (-1.0, 1.0)


@pytest.mark.parametrize("bad", [math.nan, math.inf, 1e16])
def test_what_is_not_a_finite_number_is_refused(bad):
    with pytest.raises(ValueError, match="finite"):
        Effect(bad)
    with pytest.raises(ValueError, match="finite"):
        Turnout("x", 1, 1, bad, 3)


def test_a_value_outside_its_range_is_refused():
    with pytest.raises(ValueError, match="outside its own range"):
        Effect(5, 6, 7)
    with pytest.raises(ValueError, match="outside its own range"):
        Turnout("x", 2, 1, 3, 3)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_turnouts_are_told_and_do_not_overlap(width):
    svg = turnouts(KINDS, "Costs run a fifth above the estimate.", width)
    tree = ElementTree.fromstring(svg)

    assert overlapping(svg) == []
    assert tree.get("aria-label") == "Costs run a fifth above the estimate."
    assert tree.find("desc").text == (
        "Cost against estimate: 120% (90% to 170%, 14 projects). "
        "Days until live, from the answer to the first day of use: 150% (110% to 240%, 14 projects). "
        "Effect on the measure: 70% (20% to 100%, 1 project)."
    )


def test_turnouts_stand_on_one_scale_with_the_promise():
    tree = ElementTree.fromstring(turnouts(KINDS, "x"))

    promise = float(re.match(r"M([\d.]+)", tree.find("path[@class='target']").get("d"))[1])
    medians = [float(node.get("cx")) for node in tree.iter("circle")]
    assert [median > promise for median in medians] == [True, True, False]
    assert float(tree.findall("path[@class='reach']")[2].get("d").split("H")[1]) == promise


def test_a_hostile_label_stays_text():
    svg = turnouts([Turnout('<b onload="x">\x00', 1, 1, 1, 2)], '"><script>')

    assert ElementTree.fromstring(svg).get("aria-label") == '"><script>'
    assert "<b" not in svg


def test_small_screens_get_a_drawing_of_their_own():
    assert re.findall(r'viewBox="0 0 (\d+)', turnouts_both(KINDS, "x")) == ["780", "340"]
    assert re.findall(r'viewBox="0 0 (\d+)', effect(PERMITS)) == [str(CARD)]
