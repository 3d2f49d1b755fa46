"""Time and size of process behaviour charts: ten years by month, and 4,000 days.

`python bench/charts.py [--times 40]`. Each chart is drawn for wide and for small screens together, from values that are
made anew each time. The time is the median. Exit code 1 where a chart takes 5 ms or more, or one drawing 120 kB.
"""

import argparse
import math
import os
import statistics
import sys
import time
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
MOST_MS = 5.0
MOST_KB = 120.0
FIRST = date(2015, 1, 1)


def values(count: int):
    """A series with its ups and downs, one value in eleven worth a look, and a stretch without values."""
    for at in range(count):
        height = 20 + 3 * math.sin(at * 1.7) + 2 * math.sin(at * 0.37) + (at * 7919 % 13) / 4
        kind = "routine" if at % 11 else "good" if at % 2 else "bad"
        yield None if count * 0.3 < at < count * 0.32 else height, kind


def chart(cadence: str, count: int):
    from charts.behaviour import Chart, Dot, Mark, Segment
    from charts.words import end_of

    days = [FIRST]
    while len(days) < count:
        days.append(end_of(days[-1], cadence))
    dots = [
        Dot(on, value, kind, () if kind == "routine" else (1, 2))
        for on, (value, kind) in zip(days, values(count), strict=True)
    ]
    half = days[count // 2]
    return Chart(
        dots,
        title="Days to first permit review",
        finding="A first review takes 21.5 days on average.",
        unit="days",
        cadence=cadence,
        segments=[
            Segment(FIRST, days[count // 2 - 1], 21.5, 14, 29, label="Before"),
            Segment(half, days[-1], 20.5, 13, 28, provisional=True, label="After"),
        ],
        target=15,
        target_by=days[-1] + timedelta(days=300),
        marks=[Mark(half, "Online plan check live")],
    )


def main() -> int:
    import django

    django.setup()
    from charts.behaviour import draw_both

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--times", type=int, default=40)
    times = asked.parse_args().times
    worst = 0
    print(f"{'chart':24}{'ms, both':>10}{'wide kB':>10}{'small kB':>10}")
    for name, cadence, count in (("120 months", "monthly", 120), ("4,000 days", "daily", 4000)):
        took, drawn = [], ""
        for _turn in range(times):
            made = chart(cadence, count)
            start = time.perf_counter()
            drawn = draw_both(made)
            took.append((time.perf_counter() - start) * 1000)
        sizes = [len(part.encode()) / 1000 for part in drawn.split('<div class="only-narrow">')]
        typical = statistics.median(took)
        worst |= typical >= MOST_MS or max(sizes) >= MOST_KB
        print(f"{name:24}{typical:10.2f}{sizes[0]:10.1f}{sizes[1]:10.1f}")
    return int(worst)


if __name__ == "__main__":
    sys.exit(main())
