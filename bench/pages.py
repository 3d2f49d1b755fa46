"""Queries and time of the main pages with 30 and with 10,000 ideas; the numbers of queries have to be the same.

`python bench/pages.py [--few 30] [--many 10000]`. It uses a database of its own (SQLite in a temporary folder, or the
empty one named in DATABASE_URL) and leaves nothing behind. Exit code 1 where a page asks more with more ideas, or more
than its limit.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
LIMITS = {
    ("requester", "/"): 10,
    ("requester", "/ideas/"): 8,
    ("triager", "/queue/"): 10,
    ("triager", "/board/"): 10,
    ("triager", "/ideas/{number}/"): 12,
    ("triager", "/ideas/{number}/history/"): 10,
    ("leadership", "/portfolio/"): 12,
}


def grow(to: int) -> None:
    """Make ideas in all open states until there are `to`, shared with everyone, in ten departments."""
    from accounts.models import Department
    from intake.lifecycle import FACES, State
    from intake.models import Count, Idea, NumberSequence, Part
    from tests.factories import DepartmentFactory, UserFactory
    from workflow import clock

    departments = list(Department.objects.all()) or [DepartmentFactory() for _ in range(10)]
    requester = UserFactory(department=departments[0])
    states = [State.SUBMITTED, State.TRIAGE, State.FEASIBILITY, State.DECISION]
    have = Idea.objects.count()
    ideas = []
    for number in range(have + 1, to + 1):
        state = states[number % 4]
        idea = Idea(
            number=number,
            title=f"Idea {number}",
            problem="Crews find out on arrival.",
            requester=requester,
            size="medium",
            department=departments[number % len(departments)],
            audience="city",
            submitted_at=clock.now(),
            due_at=clock.due_after(number % 9 + 1),
            first_answer_due_at=clock.due_after(2),
            step=FACES[state].step,
        )
        idea.__dict__["state"] = str(state)
        ideas.append(idea)
    Idea.objects.bulk_create(ideas, batch_size=500)
    new = Idea.objects.filter(number__gt=have)
    Part.objects.bulk_create([Part(idea=idea, user=requester, kind="requester") for idea in new], batch_size=1000)
    Count.objects.bulk_create([Count.of(idea.counted_as, 1) for idea in new], batch_size=1000)
    NumberSequence.objects.update_or_create(kind="idea", defaults={"next_number": to + 1})


def measure(people: dict, number: int) -> dict:
    """(person, page) to (queries, median milliseconds of five)."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    found = {}
    for role, page in LIMITS:
        client = Client()
        client.force_login(people[role], backend="allauth.account.auth_backends.AuthenticationBackend")
        url = page.format(number=number)
        client.get(url)
        times, counts = [], []
        for _ in range(5):
            begun = time.perf_counter()
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(url)
            times.append(1000 * (time.perf_counter() - begun))
            counts.append(len(queries))
            if answer.status_code != 200:
                raise SystemExit(f"{url} answered {answer.status_code} to {role}.")
        found[role, page] = (min(counts), statistics.median(times))  # the policy is read again every few seconds
    return found


def run(few: int, many: int) -> int:
    from django.core.management import call_command

    from intake.models import Idea
    from tests.factories import UserFactory
    from workflow import events

    call_command("migrate", verbosity=0)
    people = {
        "requester": UserFactory(),
        "triager": UserFactory(roles="triager"),
        "leadership": UserFactory(roles="leadership"),
    }
    grow(few)
    busy = Idea.objects.get(number=2)
    for number in range(50):
        events.record("intake.idea.comment", busy, by=people["triager"], note=f"Note {number}.")
    before = measure(people, busy.number)
    grow(many)
    after = measure(people, busy.number)
    wrong = 0
    heads = (f"queries {few}", f"queries {many}", f"ms {few}", f"ms {many}")
    print(f"{'page':42} {'limit':>5} {heads[0]:>12} {heads[1]:>14} {heads[2]:>8} {heads[3]:>9}")
    for key, limit in LIMITS.items():
        (a, fast), (b, slow) = before[key], after[key]
        bad = a != b or b > limit
        wrong += bad
        print(f"{key[0] + ' ' + key[1]:42} {limit:5} {a:12} {b:14} {fast:8.0f} {slow:9.0f}{'  !' if bad else ''}")
    return int(bool(wrong))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=30)
    parser.add_argument("--many", type=int, default=10_000)
    options = parser.parse_args()
    import django

    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
        os.environ |= {"VAR_DIR": folder, "CELERY_BROKER_URL": "memory://", "ALLOWED_HOSTS": "testserver"}
        django.setup()
        return run(options.few, options.many)


if __name__ == "__main__":
    sys.exit(main())
