"""Behaviour charts: gaps stay gaps, signals are told in words and by shape, labels keep apart."""

import math
import re
from datetime import date, timedelta
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charts.behaviour import (
    NARROW,
    WIDE,
    Chart,
    Dot,
    Mark,
    Remark,
    Segment,
    draw,
    draw_both,
    key,
    legend,
    moving_ranges,
    moving_ranges_both,
    numbers,
    remarks,
    told,
)
from charts.words import TEXT, end_of, width_of

PERMITS = [18.1, 19.0, 17.2, 18.8, 17.9, 19.6, 18.4, 17.5, 18.9, 20.1, 18.2, 17.6, 18.7, 19.3, 17.8, 18.5]
AFTER = [12.6, 11.8, 12.0, 11.2, 11.8, 10.9, 11.3, 10.4]

heights = st.one_of(st.none(), st.floats(min_value=-1e12, max_value=1e12, allow_nan=False, allow_infinity=False))
levels = st.one_of(st.none(), st.floats(min_value=-1e9, max_value=1e9, allow_nan=False))
kinds = st.sampled_from(["routine", "good", "bad", "high", "low", "plain"])


def months(count, start=date(2024, 10, 1)):
    found = [start]
    while len(found) < count:
        found.append(end_of(found[-1], "monthly"))
    return found


def chart_of(values, kind="routine", cadence="monthly", **more):
    days = [date(2024, 10, 1)]
    while len(days) < len(values):
        days.append(end_of(days[-1], cadence))
    dots = [Dot(on, value, kind) for on, value in zip(days, values, strict=False)]
    return Chart(points=dots, finding="It is shorter since February.", cadence=cadence, **more)


def permits(**more):
    on = months(24)
    dots = [Dot(day, value) for day, value in zip(on, PERMITS, strict=False)]
    dots += [Dot(day, value, "good", (1, 2)) for day, value in zip(on[16:], AFTER, strict=True)]
    told = {
        "title": "Days to first permit review",
        "finding": "A first review takes 11.5 days since February.",
        "unit": "days",
        "segments": [
            Segment(on[0], on[15], 18.5, 15.3, 21.7, label="Before"),
            Segment(on[16], on[23], 11.5, 9.8, 13.2, provisional=True, label="After", tone="good"),
        ],
        "target": 10,
        "target_by": date(2027, 6, 30),
        "marks": [Mark(date(2026, 2, 2), "Online plan check live · Feb 2, 2026")],
    }
    return Chart(points=dots, **{**told, **more})


def text_boxes(svg):
    """The room of each text in a drawing: left, top, right, bottom, and the text."""
    narrow = "chart narrow" in svg
    boxes = []
    for node in ElementTree.fromstring(svg).iter("text"):
        css = node.get("class", "")
        size = TEXT if "flag" in css else 11 if "remark" in css else 12.5 if narrow else TEXT
        # Texts at a tick or a label are regular or bold; the estimate is for bold, so regular ones are narrower still.
        width, x, y = width_of(node.text, size) * 0.95, float(node.get("x")), float(node.get("y"))
        left = {"end": x - width, "middle": x - width / 2}.get(node.get("text-anchor"), x)
        boxes.append((left, y - size * 0.72, left + width, y + size * 0.18, node.text))
    return boxes


def overlapping(svg):
    return [
        (one[4], other[4])
        for one, other in combinations(text_boxes(svg), 2)
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]


def lines(svg):
    return re.findall(r'class="series[^"]*" d="([^"]+)"', svg)


@settings(max_examples=150)
@given(
    values=st.lists(st.tuples(heights, kinds), max_size=30),
    target=levels,
    mean=levels,
    text=st.text(max_size=80),
    away=st.integers(-40, 40),
    cadence=st.sampled_from(["daily", "weekly", "monthly", "quarterly", "yearly"]),
    width=st.sampled_from([NARROW, WIDE]),
)
def test_any_chart_is_well_formed_and_finite(values, target, mean, text, away, cadence, width):
    chart = chart_of([value for value, _kind in values], cadence=cadence)
    on = date(2025, 6, 1) + timedelta(days=away * 30)
    dots = [Dot(dot.on, dot.value, kind, (1, 2, 3, 4)) for dot, (_v, kind) in zip(chart.points, values, strict=True)]
    segments = [Segment(dots[0].on, dots[-1].on, mean, mean - 1, mean + 1, label=text)] if dots and mean else []
    svg = draw(
        Chart(
            dots,
            title=text,
            finding=text,
            unit=text,
            cadence=cadence,
            segments=segments,
            target=target,
            marks=[Mark(on, text), Mark(on, text, "definition")],
            remarks=[Remark(on, text)],
        ),
        width,
    )

    if not svg:
        assert all(value is None for value, _kind in values)
        return
    for node in ElementTree.fromstring(svg).iter():
        assert "style" not in node.attrib
        for name in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height", "d"):
            assert not re.search("nan|inf|e[+-]", node.get(name, ""))


def test_no_line_crosses_a_gap():
    svg = draw(chart_of([1, 2, 3, 4, None, 5, 6, 7, 8]))

    assert [path.count("L") + 1 for path in lines(svg)] == [4, 4]


def test_no_line_crosses_a_month_that_is_not_there():
    on = months(10)
    svg = draw(Chart([Dot(day, at) for at, day in enumerate(on) if at != 5]))

    assert [path.count("L") + 1 for path in lines(svg)] == [5, 4]


def test_a_weekend_without_values_is_no_gap():
    days = [date(2026, 8, 3) + timedelta(days=at) for at in range(28)]
    svg = draw(Chart([Dot(day, 5.0 + day.day % 3) for day in days if day.weekday() < 5], cadence="daily"))

    assert len(lines(svg)) == 1


def test_no_line_crosses_a_gap_where_days_stand_close():
    dots = [Dot(date(2016, 1, 1) + timedelta(days=at), None if 500 <= at < 600 else at % 7) for at in range(1500)]

    ends = [
        (float(path[1:].split()[0]), float(path.split("L")[-1].split()[0]))
        for path in lines(draw(Chart(dots, cadence="daily")))
    ]
    assert len(ends) == 2
    assert ends[1][0] - ends[0][1] > 30


def test_below_eight_values_there_are_dots_only():
    svg = draw(chart_of([1, 2, None, 3, 4, 5, 6, 7]))

    assert lines(svg) == []
    assert svg.count("<circle") == 7


def test_a_signal_differs_by_shape_and_is_told_in_words():
    chart = permits()
    tree = ElementTree.fromstring(draw(chart))

    diamonds = [node for node in tree.iter("path") if node.get("class") == "pt good"]
    assert len(diamonds) == 8
    assert diamonds[0].find("title").text == (
        "Feb 2026: 12.6 days. Worth a look, wanted direction: outside a limit, 7 in a row on one side of the average."
    )
    assert len([node for node in tree.iter("circle") if node.get("class") == "pt"]) == 16


def test_each_kind_of_mark_has_a_shape_of_its_own():
    shapes = {
        re.sub(r"[\d.\s-]+", "", re.search(r' d="([^"]+)"', key(kind))[1])
        for kind in ("routine", "good", "bad", "high")
    }

    assert len(shapes) == 4


def test_the_description_tells_averages_target_delivery_and_signals():
    assert told(permits()) == (
        "A first review takes 11.5 days since February. Before: average 18.5 days, 16 months. "
        "Normal from 15.3 days to 21.7 days. After: average 11.5 days, 8 months. "
        "Normal from 9.8 days to 13.2 days, provisional. Target 10 days by Jun 2027. "
        "Online plan check live · Feb 2, 2026. Feb 2026 to Sep 2026, 8 values: Worth a look, wanted direction: "
        "outside a limit, 7 in a row on one side of the average."
    )


def test_the_description_stays_short_with_many_signals():
    dots = [Dot(on, 5.0, "bad" if at % 2 else "routine") for at, on in enumerate(months(60))]

    assert told(Chart(dots)).count("Worth a look") == 12
    assert told(Chart(dots)).endswith("18 earlier are in the table.")


def test_the_description_counts_missing_values():
    assert told(chart_of([1, None, 2, None])) == "It is shorter since February. 2 periods have no value."


def test_the_table_says_how_each_value_reads():
    dots = [
        Dot(date(2024, 10, 1), 18.25),
        Dot(date(2024, 11, 1), None),
        Dot(date(2024, 12, 1), 9, "bad", (4,)),
        Dot(date(2025, 1, 1), 9, "plain", label="Winter"),
    ]

    assert numbers(Chart(dots, unit="days")) == [
        ("Oct 2024", "18.2 days", "Normal variation"),
        ("Nov 2024", "no value", ""),
        ("Dec 2024", "9 days", "Worth a look, wrong direction: 2 of 3 near a limit"),
        ("Winter", "9 days", ""),
    ]


def test_the_legend_names_only_what_is_shown():
    assert legend(permits()) == [("good", "Worth a look, wanted direction"), ("routine", "Normal variation")]


def crowd():
    """Everything at once: four deliveries within months, remarks side by side, a range to keep, two averages."""
    on = months(48, date(2022, 1, 1))
    dots = [Dot(day, 95 + math.sin(at * 2.1) * 3 - (2 if at > 35 else 0)) for at, day in enumerate(on)]
    return Chart(
        dots,
        unit="%",
        segments=[
            Segment(on[0], on[23], 95, 91, 99, until=on[40], label="Before"),
            Segment(on[24], on[47], 93, 89, 97, True, "After"),
        ],
        within=(94, 98),
        marks=[
            Mark(date(2023, 12, 20), "Definition changed: whole days", "definition"),
            Mark(date(2024, 1, 8), "Work orders on tablets"),
            Mark(date(2024, 6, 1), "Second crew"),
            Mark(date(2025, 1, 1), "A new vendor for asphalt and for everything that comes with it"),
        ],
        remarks=[Remark(date(2025, 3, day), "Something else") for day in (1, 5, 9)],
    )


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize(
    "chart",
    [
        permits(),
        permits(remarks=[Remark(date(2026, 5, 1), "One technician joined")]),
        crowd(),
        permits(target=11.5),
        chart_of([46000, 52000, 39000, 41000] * 4, cadence="quarterly", unit="$", target=40000),
        chart_of([60.0, 61, 62] * 5, cadence="yearly", unit="%", target=62),
        chart_of([3, 5, 4] * 10, cadence="weekly", target=1),
        chart_of([3, 5, 4] * 10, cadence="daily", target=1),
        chart_of([5, 5, 5]),
    ],
    ids=["permits", "remark", "crowd", "level target", "quarters", "years", "weeks", "days", "same"],
)
def test_labels_do_not_overlap_and_stay_inside(chart, width):
    svg = draw(chart, width)

    assert overlapping(svg) == []
    assert [box for box in text_boxes(svg) if box[0] < -1 or box[2] > width + 1 or box[1] < 0] == []


@settings(max_examples=60)
@given(
    st.lists(st.floats(0, 100), min_size=8, max_size=60),
    st.floats(-50, 150),
    st.lists(st.integers(0, 59), max_size=5),
    st.sampled_from([NARROW, WIDE]),
)
def test_labels_never_overlap(values, target, at, width):
    on = months(60)
    mean = sum(values) / len(values)
    half = len(values) // 2
    svg = draw(
        chart_of(
            values,
            unit="days",
            segments=[
                Segment(on[0], on[half - 1], mean, mean - 8, mean + 8, label="Before"),
                Segment(on[half], on[len(values) - 1], mean + 5, mean - 1, mean + 12, True, "After"),
            ],
            target=target,
            marks=[Mark(on[place], "Delivered on time") for place in at],
        ),
        width,
    )

    assert overlapping(svg) == []


def test_a_flag_that_was_cut_says_the_whole_on_asking():
    label = "A new vendor for asphalt and for everything that comes with it"
    tree = ElementTree.fromstring(draw(permits(marks=[Mark(date(2025, 2, 1), label)]), NARROW))

    shown = next(node.text for node in tree.iter("text") if node.get("class") == "flag")
    assert (shown[:13], shown[-1]) == ("A new vendor ", "…")
    assert [node.find("title").text for node in tree.iter("rect") if node.get("class") == "flagbox"] == [label]


def test_more_marks_than_room_become_pennants_with_words():
    marks = [Mark(date(2025, 2, day), f"Delivery number {day} of them all") for day in range(1, 9)]
    tree = ElementTree.fromstring(draw(permits(marks=marks), NARROW))

    assert len([node for node in tree.iter("line") if node.get("class") == "mark"]) == 8
    assert len([node for node in tree.iter("text") if node.get("class") == "flag"]) == 3


def test_hostile_names_are_text_and_nothing_else():
    bad = '"><script>alert(1)</script>\x00\ufffe&amp;'
    chart = permits(
        title=bad, finding=bad, unit=bad, marks=[Mark(date(2025, 2, 1), bad)], remarks=[Remark(date(2025, 2, 1), bad)]
    )
    svg = draw_both(chart) + moving_ranges_both(chart, 1.2, 3.9)

    tree = ElementTree.fromstring(f"<div>{svg}</div>")
    assert {node.tag for node in tree.iter()} & {"script"} == set()
    assert "<script" not in svg
    assert tree.find(".//title").text == '"><script>alert(1)</script>&amp;'


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e16])
def test_what_is_not_a_finite_number_is_refused(bad):
    with pytest.raises(ValueError, match="finite"):
        chart_of([1, bad, 2])
    with pytest.raises(ValueError, match="finite"):
        chart_of([1, 2], target=bad)
    with pytest.raises(ValueError, match="finite"):
        chart_of([1, 2], segments=[Segment(date(2024, 10, 1), date(2024, 11, 1), 1, bad, 3)])
    with pytest.raises(ValueError, match="finite"):
        moving_ranges(chart_of([1, 2, 3]), 1.0, bad)


def test_without_a_value_there_is_no_chart():
    assert draw_both(chart_of([None, None])) == ""
    assert draw(Chart([])) == ""
    assert moving_ranges_both(chart_of([1, None, 2]), 1, 3) == ""


def test_order_of_points_does_not_matter():
    chart = permits()

    assert draw(Chart(list(reversed(chart.points)), title=chart.title)) == draw(Chart(chart.points, title=chart.title))


def test_four_thousand_days_stay_light():
    first = date(2015, 1, 1)
    dots = [
        Dot(
            first + timedelta(days=at),
            math.sin(at * 1.7) * 40 + at % 13,
            ("good", "bad")[at % 2] if at % 3 else "routine",
            (1,),
        )
        for at in range(4000)
    ]
    chart = Chart(dots, cadence="daily", segments=[Segment(first, dots[-1].on, 5, -30, 40)])

    assert len(draw(chart)) < 120_000
    assert len(draw_both(chart)) < 120_000


def test_the_line_of_many_days_keeps_its_extremes():
    dots = [Dot(date(2015, 1, 1) + timedelta(days=at), 500.0 if at == 2001 else at % 5) for at in range(4000)]
    svg = draw(Chart(dots, cadence="daily"))

    heights = [float(value) for value in re.findall(r"(?:V| )(\d+\.\d)", lines(svg)[0])]
    assert sum(height < min(heights) + 1 for height in heights) <= 2
    assert min(heights) < 40


def test_a_value_stands_on_its_side_of_the_delivery():
    """January's value covers January: it stands before a delivery on February 2, February's stands after it."""
    tree = ElementTree.fromstring(draw(permits()))

    post = float(next(node for node in tree.iter("line") if node.get("class") == "mark").get("x1"))
    january = float([node for node in tree.iter("circle") if node.get("class") == "pt"][-1].get("cx"))
    february = float(next(node for node in tree.iter("path") if node.get("class") == "pt good").get("d")[1:].split()[0])
    assert january < post < february


def test_moving_ranges_skip_gaps_and_name_the_large_change():
    on = months(9)
    values = [10, 11, 10, None, 30, 31, 30, 45, 44]
    chart = Chart([Dot(day, value) for day, value in zip(on, values, strict=True)], title="Days", unit="days")
    svg = moving_ranges(chart, 2.7, 8.8)

    tree = ElementTree.fromstring(svg)
    assert tree.get("aria-label") == "Larger than usual: May 2025."
    assert len(list(tree.iter("circle"))) == 5
    assert [node.find("title").text for node in tree.iter("path") if node.get("class") == "pt apart"] == [
        "May 2025: 15 days. Worth a look, high."
    ]


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_labels_of_moving_ranges_do_not_overlap(width):
    assert overlapping(moving_ranges(permits(), 1.2, 3.9, width)) == []


def test_remarks_are_numbered_by_day():
    chart = permits(remarks=[Remark(date(2026, 5, 1), "Later"), Remark(date(2025, 5, 1), "Earlier")])

    assert remarks(chart) == [(1, "May 1, 2025", "Earlier"), (2, "May 1, 2026", "Later")]


def test_small_screens_get_a_drawing_of_their_own():
    svg = draw_both(permits())

    assert re.findall(r'viewBox="0 0 (\d+)', svg) == ["780", "340"]
    assert re.findall(r'<div class="([^"]+)">', svg) == ["only-wide", "only-narrow"]


def test_events_on_days_of_their_own_are_each_drawn_and_joined():
    dots = [Dot(date(2024, 1, 1) + timedelta(days=40 * at), 30.0 + at % 3) for at in range(30)]

    as_days = draw(Chart(dots, cadence="daily"))
    as_events = draw(Chart(dots, cadence="daily", are_events=True))

    assert as_days.count("<circle") == 0
    assert as_events.count("<circle") == 30
    assert len(Chart(dots, cadence="daily", are_events=True).runs) == 1


def test_a_band_that_moves_has_a_piece_for_each_run_of_periods():
    dots = [Dot(date(2024, month, 1), 5.0) for month in range(1, 9)]
    limits = [(1.0, 9.0)] * 3 + [None] + [(2.0, 12.0)] * 4

    drawn = draw(Chart(dots, band=limits))

    assert drawn.count('class="band"') == 2
    assert max(Chart(dots, band=limits).levels) == 12.0
    assert "What is normal rises and falls with the season." in drawn


def test_a_stretch_too_short_for_limits_names_none_but_its_average():
    on = months(24)
    short = [Segment(on[0], on[15], 18.5, label="Before"), Segment(on[16], on[23], 11.5, words="After it: 11.5 days")]

    said = [node.text for node in ElementTree.fromstring(draw(permits(segments=short))).iter("text")]

    assert any("18.5" in text for text in said)
    assert "After it: 11.5 days" in said
    assert [text for text in said if "limit" in text.lower()] == []
    whole = [node.text for node in ElementTree.fromstring(draw(permits())).iter("text")]
    assert "Upper limit 21.7 days" in whole


def test_values_without_an_average_end_with_the_latest_one():
    on = months(4)
    dots = [Dot(day, value) for day, value in zip(on, (3.0, 4.0, 5.0, None), strict=True)]

    said = [
        node.text for node in ElementTree.fromstring(draw(Chart(points=dots, unit="days", finding="Few."))).iter("text")
    ]

    assert "Latest 5 days" in said
