"""Which published CityScore scores does the product reproduce, and what is wrong with the others?

Data: Boston's daily summary (see README.md of the folder of real data), 22 measures, scores of day, week, month and
quarter, to 1e-6. 52 of the 10,350 daily ones were published with the direction the wrong way round, so at most 99.498 %
can agree as they stand; with that mended, which the checks of incoming data find by themselves, at least 99.5 % must.
Each other row is listed with its reason.
Usage: python bench/cityscore.py [FOLDER]; default: YESIF_SHARED_DATA, else ../shared/data beside the project.
"""

import csv
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from goals.analysis.aim import Aim, Direction  # noqa: E402
from goals.analysis.quality import factor_jumps, inverted  # noqa: E402
from goals.analysis.scores import Match, compare, historic_target  # noqa: E402

LOWER_IS_BETTER = {
    "BFD INCIDENTS",
    "EMS INCIDENTS",
    "EMS RESPONSE TIME",
    "HOMICIDES (TREND)",
    "PART 1 CRIMES",
    "SHOOTINGS (TREND)",
    "STABBINGS (TREND)",
}
# Score column, value column, columns of the historic mean and standard deviation.
SPANS = {
    "day": ("CTY_SCR_DAY", "CTY_SCR_NBR_DY_01", "CTY_SCR_AVG_01", "CTY_SCR_DEV_01"),
    "week": ("CTY_SCR_WEEK", "CTY_SCR_NBR_WK_01", "CTY_SCR_AVG_01", "CTY_SCR_DEV_01"),
    "month": ("CTY_SCR_MONTH", "CTY_SCR_NBR_MO_01", "CTY_SCR_AVG_01", "CTY_SCR_DEV_01"),
    "quarter": ("CTY_SCR_QUARTER", "CTY_SCR_NBR_QT_01", "CTY_SCR_AVG_02", "CTY_SCR_DEV_02"),
}


REASONS = {
    Match.INVERTED: "published the wrong way round",
    Match.FACTOR: "value or target is off by 10, 100 or 1,000",
    Match.UNDEFINED: "value, target or history is blank",
    Match.OTHER: "another value, target or history was used",
}


def number(text):
    return float(text) if text.strip() else None


def aim_of(row):
    return Aim(Direction.DOWN if row["CTY_SCR_NAME"] in LOWER_IS_BETTER else Direction.UP)


def target_of(row, mean, sd):
    fixed, mean, sd = number(row["CTY_SCR_TGT_01"]), number(row[mean]), number(row[sd])
    if fixed is not None or mean is None or sd is None:
        return fixed
    return historic_target(mean, sd, aim_of(row))


def read(folder: Path):
    with (folder / "cityscore_summary.csv").open(encoding="utf-8-sig") as file:
        return sorted(csv.DictReader(file), key=lambda row: (row["CTY_SCR_NAME"], row["ETL_LOAD_DATE"]))


def reproduce(rows):
    """{span: Counter of findings} and the rows that differ: (span, day, measure, finding, published, ours)."""
    counts, others = defaultdict(Counter), []
    for row in rows:
        for span, (score, value, mean, sd) in SPANS.items():
            published, given = number(row[score]), number(row[value])
            if published is None:
                continue
            found, ours = Match.UNDEFINED, None
            if given is not None:
                found, ours = compare(published, given, target_of(row, mean, sd), aim_of(row))
            counts[span][found] += 1
            if found != Match.SAME:
                others.append((span, row["ETL_LOAD_DATE"][:10], row["CTY_SCR_NAME"], found, published, ours))
    return counts, others


def main() -> int:
    data = Path(sys.argv[1] if sys.argv[1:] else os.environ.get("YESIF_SHARED_DATA") or ROOT.parent / "shared" / "data")
    folder = next((f for f in (data / "boston-cityscore", data) if (f / "cityscore_summary.csv").is_file()), None)
    if folder is None:
        print(f"Left out: {data} holds no cityscore_summary.csv. Name the folder as an argument.")
        return 0
    rows = read(folder)
    counts, others = reproduce(rows)
    for span, found in counts.items():
        total = sum(found.values())
        told = ", ".join(f"{name} {count}" for name, count in sorted(found.items()))
        as_is, mended = found[Match.SAME], found[Match.SAME] + found[Match.INVERTED]
        print(
            f"{span:8} {total:6} published, {100 * as_is / total:.2f} % the same, "
            f"{100 * mended / total:.2f} % with the direction mended: {told}"
        )
    print("\nRows that differ (span, day, measure, reason, published, computed)")
    for span, day, name, found, published, ours in others:
        print(
            f"  {span:8} {day} {name:34} {published:12.6f} "
            f"{'-' if ours is None else f'{ours:.6f}':>12}  {REASONS[found]}"
        )
    by_name = defaultdict(list)
    for row in rows:
        by_name[row["CTY_SCR_NAME"]].append(row)
    print("\nFound by the checks of incoming data")
    for name, its in by_name.items():
        targets = [number(row["CTY_SCR_TGT_01"]) for row in its]
        scored = [
            (number(row["CTY_SCR_DAY"]), number(row["CTY_SCR_NBR_DY_01"]), number(row["CTY_SCR_TGT_01"])) for row in its
        ]
        for kind, found in (
            ("inverted direction", inverted(scored, aim_of(its[0]))),
            ("target off by a factor", factor_jumps(targets)),
        ):
            if found:
                print(f"  {name}: {kind} in {len(found)} rows")
    mended = counts["day"][Match.SAME] + counts["day"][Match.INVERTED]
    return 0 if mended >= 0.995 * sum(counts["day"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
