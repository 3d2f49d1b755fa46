"""How fast do many measurements come in, and does an index over 60 measures stay quick as its history grows?

`python bench/measurements.py [--values 500000]`. It writes a file of that many daily values for 160 measures, loads it
with `manage.py load_measurements`, and tells seconds, values a second and the largest memory. Then an index over 60
more measures: one value is corrected with one year of days behind it and with nine, and neither time nor queries may
grow. It uses a database of its own (SQLite in a temporary folder, or the empty PostgreSQL one named in DATABASE_URL).
Exit code 1 where 500,000 values take 60 s or more on PostgreSQL, or where an entry grows with the history.
"""

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
MEASURES, MEMBERS = 160, 60
LIMIT = 60.0
LAST = date(2025, 12, 31)
TRIES = 20


def write_file(path: Path, name: str, measures: int, count: int, last: date) -> None:
    """`count` daily values up to the day `last`, for measures name-0, name-1 and so on in turn."""
    drawn = random.Random(1)
    with path.open("w") as file:
        file.write("measure,period,value\n")
        for place in range(count):
            day = last - timedelta(days=place // measures)
            file.write(f"{name}-{place % measures},{day},{drawn.gauss(20, 3):.4f}\n")


def add_measures(name: str, count: int) -> list:
    from tests.factories import MeasureFactory, ObjectiveFactory, UserFactory

    owner, objective = UserFactory(), ObjectiveFactory()
    return [
        MeasureFactory(
            slug=f"{name}-{number}",
            cadence="daily",
            owner=owner,
            objective=objective,
            department=owner.department,
            target=20,
            target_on=LAST,
        )
        for number in range(count)
    ]


def load(path: Path) -> float:
    from django.core.management import call_command

    before = time.perf_counter()
    call_command("load_measurements", str(path))
    return time.perf_counter() - before


def correct_one(measure) -> tuple[float, int]:
    """Milliseconds (the best of several, other work on the machine aside) and queries of correcting one value."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from goals.actions import correct_measurement

    took = []
    for value in measure.measurements.select_related("measure__owner").order_by("-period_on")[:TRIES]:
        with CaptureQueriesContext(connection) as seen:
            before = time.perf_counter()
            correct_measurement(
                value, by=measure.owner, value=value.value + 1, reason="Measured anew.", version=value.version
            )
            took.append((time.perf_counter() - before) * 1000)
    return min(took), len(seen)


def grow_index(folder: Path) -> bool:
    """Whether correcting a value of a member costs the same with one year of days behind it and with nine."""
    from goals.actions import make_index
    from tests.factories import MeasureFactory, UserFactory

    members = add_measures("part", MEMBERS)
    path, found = folder / "parts.csv", []
    leader = UserFactory(roles="leadership")
    index = make_index(
        MeasureFactory(cadence="daily", direction="up", unit="score"),
        by=leader,
        members=[(one, Decimal(1 if place else 100 - MEMBERS + 1)) for place, one in enumerate(members)],
    )
    for years, last in ((1, LAST), (8, LAST - timedelta(days=365))):
        write_file(path, "part", MEMBERS, MEMBERS * 365 * years, last)
        seconds = load(path)
        days = index.measure.measurements.count()
        print(f"{years} more years of days for the members of an index: {seconds:.1f} s, the index has {days:,} values")
        took, queries = correct_one(members[0])
        print(f"one value corrected, the index with it: {took:.0f} ms, {queries} queries")
        found.append((took, queries))
    (first, queries), (later, queries_later) = found
    return queries == queries_later and later <= 2 * first + 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=500_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from goals.models import Measurement

        call_command("migrate", verbosity=0)
        add_measures("wait", MEASURES)
        path = folder / "values.csv"
        write_file(path, "wait", MEASURES, args.values, LAST)
        seconds = load(path)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{connection.vendor}: {args.values:,} values in {seconds:.1f} s, {args.values / seconds:,.0f} a second; "
            f"largest memory {memory:,.0f} MB"
        )
        assert Measurement.objects.count() == args.values
        print(f"the same file again, which changes nothing: {load(path):.1f} s")
        stays = grow_index(folder)
        slow = connection.vendor == "postgresql" and seconds * 500_000 / args.values >= LIMIT
        return 1 if slow or not stays else 0


if __name__ == "__main__":
    sys.exit(main())
