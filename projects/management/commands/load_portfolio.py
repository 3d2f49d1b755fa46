"""Takes over a portfolio file of investments: `manage.py load_portfolio FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects.takeover import take_over
from workflow.imports import Unreadable


class Command(BaseCommand):
    help = (
        "Take over every investment of a CSV file through the real moves, whole or not at all; twice changes nothing."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--set-aside", action="store_true", help="leave faulty rows out instead of stopping")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            takeover = take_over(options["file"], set_aside=options["set_aside"], progress=self.show)
        except (Unreadable, OSError) as trouble:
            raise CommandError(str(trouble)) from trouble
        for fault in [*takeover.cut, *takeover.faults]:
            self.stdout.write(str(fault))
        if takeover.faults and not options["set_aside"]:
            raise CommandError(
                f"{takeover.set_aside} rows need repair, so nothing was taken over. "
                "Repair them, or add --set-aside to leave them out."
            )
        self.stdout.write(
            f"{takeover.taken} taken over, {takeover.known} were here already, {takeover.set_aside} set aside; "
            f"{len(takeover.cut)} cells were cut at 500 characters."
        )

    def show(self, done: int, of: int) -> None:
        if done % 50 == 0 or done == of:
            self.stdout.write(f"{done} of {of}", ending="\n")
            self.stdout.flush()
