"""Parts of an index: they add up to it, the missing ones are named, nobody's name gets lost or out of hand."""

import math
import re
from xml.etree import ElementTree

import pytest

from charts.parts import NARROW, WIDE, Part, parts, parts_both

SAFETY = [
    Part("First unit on scene within 4 minutes", 0.31, 0.333),
    Part("Priority 1 calls within 6 minutes", 0.25, 0.278),
    Part("Violent crimes per 1,000 residents", 0.21, 0.222),
    Part("Injury crashes on city streets", 0.14, 0.167),
    Part("Feel safe walking alone after dark", None, 0.1, "Survey of Mar 2025, too old"),
]


def widths(tree, css):
    return [float(node.get("width")) for node in tree.iter("rect") if node.get("class") in css]


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_parts_add_up_to_the_index(width):
    tree = ElementTree.fromstring(parts(SAFETY, "Index 0.91.", width))

    bars = [float(node.get("width")) for node in tree.iter("rect") if node.get("height") == "24"]
    rows = [float(node.get("width")) for node in tree.iter("rect") if node.get("height") == "12"]
    assert bars == pytest.approx(rows, abs=0.2)
    assert [round(bar / sum(bars), 2) for bar in bars] == [0.34, 0.27, 0.23, 0.15]
    starts = [float(node.get("x")) for node in tree.iter("rect") if node.get("height") == "24"]
    assert starts[1:] == pytest.approx([start + bar for start, bar in zip(starts, bars, strict=True)][:-1], abs=0.2)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_every_member_is_named_and_the_missing_one_says_why(width):
    tree = ElementTree.fromstring(parts(SAFETY, "Index 0.91.", width))

    said = [node.text for node in tree.iter("text")]
    assert said[:2] == ["Index 0.91", "All on target 1.00"]
    assert [text for text in said if re.match(r"\d\. ", text)] == [
        f"{at}. {one.name}" for at, one in enumerate(SAFETY, 1)
    ]
    assert "left out: Survey of Mar 2025, too old" in said
    assert tree.find("desc").text.endswith("Feel safe walking alone after dark: left out: Survey of Mar 2025, too old.")
    assert len([node for node in tree.iter("rect") if node.get("class") == "share missing"]) == 1


def test_the_line_says_where_all_are_on_target():
    tree = ElementTree.fromstring(parts(SAFETY, "x"))

    line = float(re.match(r"M([\d.]+)", tree.find("path[@class='target']").get("d"))[1])
    bars = [node for node in tree.iter("rect") if node.get("height") == "24"]
    start, end = float(bars[0].get("x")), float(bars[-1].get("x")) + float(bars[-1].get("width"))
    assert (end - start) / (line - start) == pytest.approx(0.91, abs=0.002)


def test_everything_stays_inside_whatever_the_size():
    long = [Part("A" * 300, 5.0, 0.2), Part("B", 0.0, 0.0), Part("C", None, 0.4)]
    for width in (NARROW, WIDE):
        for node in ElementTree.fromstring(parts(long, "x", width)).iter("rect"):
            assert float(node.get("x")) + float(node.get("width")) <= width


def test_without_members_there_is_no_drawing():
    assert parts_both([], "x") == ""


def test_all_missing_is_drawn_too():
    tree = ElementTree.fromstring(parts([Part("A", None, 0.5, "no value"), Part("B", None, 0.5)], "No index."))

    said = [node.text for node in tree.iter("text")]
    assert said == ["No index", "1. A", "left out: no value", "2. B", "left out"]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1])
def test_a_number_that_cannot_be_a_part_is_refused(bad):
    with pytest.raises(ValueError, match=r"finite|0 or more"):
        Part("A", bad, 0.5)
    with pytest.raises(ValueError, match=r"finite|0 or more"):
        Part("A", 0.5, bad)


def test_a_missing_member_has_no_value():
    with pytest.raises(ValueError, match="not both"):
        Part("A", 0.5, 0.5, "too old")


def test_a_hostile_name_stays_text():
    svg = parts_both([Part('<script>"\x07', 0.5, 0.6)], "x")

    assert "<script" not in svg
    assert ElementTree.fromstring(f"<div>{svg}</div>").find(".//rect/title").text == '<script>": 0.50 of 0.60'


def test_a_part_too_small_for_its_number_is_drawn_without_it():
    said = [
        node.text
        for node in ElementTree.fromstring(parts([Part("A", 0.9, 0.9), Part("B", 0.002, 0.1)], "x")).iter("text")
    ]

    assert (said.count("1"), said.count("2")) == (1, 0)
