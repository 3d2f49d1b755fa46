"""300 events while the sending worker is killed five times: nothing lost, nothing twice by Message-ID.

Run it as `make drill`, or alone: `python bench/drill_outbox.py [--events 300] [--kills 5]`. It makes a database and a
mail folder of its own and leaves nothing behind. Exit code 1 where a message is missing or was marked sent twice.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
ALLOWED_SECONDS = 240


def work() -> None:
    """One worker: sends what waits, until it is killed or told to stop. The lease is short so that the drill is."""
    from workflow import outbox

    outbox.LEASE = timedelta(seconds=2)
    while True:
        outbox.send_waiting(limit=10)
        time.sleep(0.05)


def start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, "--work"], env=os.environ)


def sent_ids(folder: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for file in folder.glob("*.log"):
        for part in file.read_bytes().split(b"-" * 79 + b"\n"):
            if part.strip():
                found[message_from_bytes(part.lstrip())["Message-ID"]] += 1
    return found


def run(events: int, kills: int, mails: Path) -> int:
    from django.core.management import call_command
    from django.db.models import Q

    from intake import actions
    from intake.lifecycle import State
    from tests.factories import IdeaFactory, UserFactory
    from workflow import conversation
    from workflow.models import Delivery

    call_command("migrate", verbosity=0)
    triager, follower = UserFactory(roles="triager"), UserFactory(roles="triager")
    idea = IdeaFactory(state=State.TRIAGE, audience="city")
    conversation.follow(idea, follower)
    worker, killed, dice = start_worker(), 0, random.Random(7)
    deadline = time.monotonic() + ALLOWED_SECONDS
    for number in range(events):
        actions.comment(idea, by=triager, text=f"Message {number}.", audience="workers")
        if killed < kills and number and number % (events // (kills + 1)) == 0:
            at_work = Delivery.objects.exclude(sent_at=None).count() + 3
            while Delivery.objects.exclude(sent_at=None).count() < at_work and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(dice.uniform(0, 0.05))
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            killed += 1
            worker = start_worker()
    waiting = Delivery.objects.filter(Q(channel="email"), sent_at=None)
    while waiting.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    worker.terminate()
    worker.wait()
    wanted = {one.message_id for one in Delivery.objects.filter(channel="email")}
    found = sent_ids(mails)
    lost, raw_twice = wanted - set(found), sum(count - 1 for count in found.values())
    print(f"{events} events, {killed} kills, {len(wanted)} messages: {len(lost)} lost, {raw_twice} twice after a kill.")
    print(f"Different Message-IDs received: {len(found)}; a mail server or reader drops the second copy of an id.")
    return int(bool(lost) or len(found) != len(wanted) or raw_twice > killed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    import django

    if options.work:
        django.setup()
        work()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/drill.sqlite3", "VAR_DIR": folder}
        os.environ |= {"EMAIL_URL": f"filemail:///{folder}/mail", "CELERY_BROKER_URL": "memory://"}
        django.setup()
        return run(options.events, options.kills, Path(folder) / "mail")


if __name__ == "__main__":
    sys.exit(main())
