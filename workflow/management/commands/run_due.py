"""Runs all scheduled work now, or in the demonstration as if on another day."""

from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from workflow import clock, due, outbox


class Command(BaseCommand):
    help = "Do everything that is due; --at DATE (demonstration only) acts as if it were the evening of that day."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--at", type=date.fromisoformat, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        moment = None
        if options["at"]:
            if not settings.DEMO:
                raise CommandError(
                    "Another day can be played in the demonstration only. Set DEMO=1, or leave --at out."
                )
            moment = datetime.combine(options["at"], time(18), clock.calendar().zone)
        for name, count in due.run(moment).items():
            self.stdout.write(f"{count:6d}  {name}")
        sent = 0
        while batch := outbox.send_waiting():
            sent += batch
        self.stdout.write(f"{sent:6d}  messages sent")
