"""Looks at every outcome whose day has come, with progress; the scheduler does the same by itself each day."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import User
from projects import actions

EVERY = 25


class Command(BaseCommand):
    help = "Find the verdict of every outcome whose day has come."

    def handle(self, *args: Any, **options: Any) -> None:
        found = actions.evaluate_all(by=User.objects.system(), progress=self.progress)
        self.stdout.write(f"{found} verdicts found.")

    def progress(self, done: int, of: int) -> None:
        if done == of or done % EVERY == 0:
            self.stderr.write(f"{done} of {of} looked at.")
