"""How long does one outcome take, and five hundred in one go?

`python bench/outcomes.py [--outcomes 500]`. It makes that many delivered projects, each with a measure of five years of
months, and finds every verdict with `manage.py evaluate_outcomes`, mails to those who asked among it. It uses a
database of its own (SQLite in a temporary folder, or the empty PostgreSQL one named in DATABASE_URL).
Exit code 1 where one outcome takes 200 ms or more in the middle, or a verdict is missing.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
LIMIT = 0.2
MONTHS, SINCE = 60, 14


def make(count: int) -> None:
    from goals import periods
    from goals.models import Measurement
    from tests.factories import OutcomeFactory
    from workflow import clock

    drawn = random.Random(1)
    this = clock.today().replace(day=1)
    delivered_on = periods.later("monthly", this, -SINCE) + timedelta(days=9)
    for _at in range(count):
        measure = OutcomeFactory(delivered_on=delivered_on).promise.measure
        Measurement.objects.bulk_create(
            Measurement(
                measure=measure,
                period_on=periods.later("monthly", this, -back),
                value=Decimal(str(round(drawn.gauss(14 if back < SINCE else 18, 1.5), 1))),
                entered_by=measure.owner,
            )
            for back in range(MONTHS, 0, -1)
        )


def run(count: int) -> bool:
    from django.core.management import call_command

    from accounts.models import User
    from projects import actions
    from projects.models import Outcome

    call_command("migrate", verbosity=0)
    make(count + 20)
    singles = []
    for outcome in Outcome.objects.all()[:20]:
        started = time.perf_counter()
        actions.evaluate(outcome, by=User.objects.system())
        singles.append(time.perf_counter() - started)
    middle = statistics.median(singles)
    print(f"one outcome: {1000 * middle:.0f} ms in the middle of {len(singles)}, {1000 * max(singles):.0f} ms at most")
    started = time.perf_counter()
    call_command("evaluate_outcomes")
    took = time.perf_counter() - started
    found = Outcome.objects.exclude(verdict="").count() - len(singles)
    print(f"{found} of {count} outcomes: {took:.1f} s, {1000 * took / count:.0f} ms each")
    return middle < LIMIT and found == count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--outcomes", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        os.environ.setdefault("MEDIA_ROOT", folder)
        import django

        django.setup()
        kept = run(options.outcomes)
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
