"""Queries, time and weight of the page of a goal with 200 measures of ten years of months: at most 15, and 250 kB.

`python bench/goals.py [--measures 200] [--months 120]`. It uses a database of its own (SQLite in a temporary folder, or
the empty one named in DATABASE_URL) and leaves nothing behind. Exit code 1 where the page is over a limit.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
LIMIT = 15
HEAVIEST = 250  # kB


def grow(measures: int, months: int) -> str:
    """Make a goal with so many measures in eight objectives, each with a value a month; returns its page."""
    from goals import periods
    from goals.models import Measurement
    from tests.factories import DepartmentFactory, GoalFactory, MeasureFactory, ObjectiveFactory, UserFactory
    from workflow import clock

    chance = random.Random(2024)
    goal, owner = GoalFactory(owner=UserFactory()), UserFactory()
    objectives = [ObjectiveFactory(goal=goal, position=place) for place in range(8)]
    departments = [DepartmentFactory() for _ in range(10)]
    last = periods.last_whole_period(periods.MONTHLY, clock.today())
    starts: list[date] = [periods.later(periods.MONTHLY, last, -back) for back in range(months)]
    rows = []
    for number in range(measures):
        measure = MeasureFactory(
            objective=objectives[number % 8], department=departments[number % 10], owner=owner, last_on=last
        )
        rows += [
            Measurement(measure=measure, period_on=on, value=Decimal(f"{chance.gauss(60, 5):.1f}"), entered_by=owner)
            for on in starts
        ]
    Measurement.objects.bulk_create(rows, batch_size=2000)
    return goal.get_absolute_url()


def run(measures: int, months: int) -> int:
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.factories import UserFactory

    call_command("migrate", verbosity=0)
    page, client = grow(measures, months), Client()
    client.force_login(UserFactory(roles="leadership"), backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get(page)
    times, counts = [], []
    for _ in range(5):
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page)
        times.append(1000 * (time.perf_counter() - begun))
        counts.append(len(queries))
        if answer.status_code != 200:
            raise SystemExit(f"{page} answered {answer.status_code}.")
    asked, size = min(counts), len(answer.content) / 1000
    print(
        f"goal page, {measures} measures of {months} months: {asked} queries (limit {LIMIT}), "
        f"{statistics.median(times):.0f} ms, {size:.0f} kB (limit {HEAVIEST})"
    )
    return int(asked > LIMIT or size > HEAVIEST)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measures", type=int, default=200)
    parser.add_argument("--months", type=int, default=120)
    options = parser.parse_args()
    import django

    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        os.environ |= {"VAR_DIR": folder, "CELERY_BROKER_URL": "memory://", "ALLOWED_HOSTS": "testserver"}
        django.setup()
        return run(options.measures, options.months)


if __name__ == "__main__":
    sys.exit(main())
