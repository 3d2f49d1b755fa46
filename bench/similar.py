"""How often is the same project, years later and often renamed, found first and among the first five?

Data: two snapshots of large government IT projects with 100 known pairs (see README.md of the folder of real data).
Baseline: trigram Jaccard on titles, 86 first and 95 in the first five.
Usage: python bench/similar.py [FOLDER]; default: YESIF_SHARED_DATA, else ../shared/data beside the project.
"""

import csv
import os
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from workflow.search import asked_weights, term_weights  # noqa: E402

TITLE, DESCRIPTION = 3, 1


def parts(row):
    return [(row["projectName"], TITLE), (row["description"], DESCRIPTION)]


def recall(folder: Path) -> tuple[int, int, int]:
    """Pairs found first, found in the first five, and all pairs."""
    older, newer = (
        list(csv.DictReader((folder / f"gc-it-projects-{year}.csv").open(encoding="utf-8-sig")))
        for year in (2016, 2019)
    )
    texts = {row["uniqueId"]: term_weights(parts(row)) for row in older}
    frequencies = Counter(term for terms in texts.values() for term in terms)
    ranks = []
    for row in newer:
        if row["uniqueId"] in texts:
            asked = asked_weights(parts(row), frequencies)
            score = {key: sum(n * terms.get(term, 0) for term, n in asked.items()) for key, terms in texts.items()}
            ranks.append(sorted(score, key=lambda key: (-score[key], key)).index(row["uniqueId"]))
    return sum(rank == 0 for rank in ranks), sum(rank < 5 for rank in ranks), len(ranks)


def main() -> int:
    data = Path(sys.argv[1] if sys.argv[1:] else os.environ.get("YESIF_SHARED_DATA") or ROOT.parent / "shared" / "data")
    folder = next(
        (f for f in (data / "canada-large-it-projects", data) if (f / "gc-it-projects-2016.csv").is_file()), None
    )
    if folder is None:
        print(f"Left out: {data} holds no gc-it-projects-2016.csv. Name the folder as an argument.")
        return 0
    first, five, pairs = recall(folder)
    print(f"{pairs} pairs: found first {first} (baseline 86), in the first five {five} (baseline 95)")
    return 0 if first > 86 and five > 95 else 1


if __name__ == "__main__":
    sys.exit(main())
