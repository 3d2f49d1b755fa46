"""Takes over a file of measurements: `manage.py load_measurements FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from goals.takeover import take_over
from workflow.imports import Unreadable


class Command(BaseCommand):
    help = (
        "Take over every value of a CSV file, whole or not at all; twice changes nothing. The columns are measure, "
        "period, value and perhaps note, or those of Boston's CityScore summary, whose measures are added."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--set-aside", action="store_true", help="leave faulty lines out instead of stopping")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            takeover = take_over(options["file"], set_aside=options["set_aside"], progress=self.show)
        except (Unreadable, OSError) as trouble:
            raise CommandError(str(trouble)) from trouble
        for said in [*takeover.faults, *takeover.remarks]:
            self.stdout.write(str(said))
        if takeover.faults and not options["set_aside"]:
            raise CommandError(
                f"{takeover.set_aside} of {takeover.rows} lines need repair, so nothing was taken over. "
                "Repair them, or add --set-aside to leave them out."
            )
        self.stdout.write(
            f"Lines: {takeover.rows:,}. Taken over: {takeover.taken:,}, for {takeover.measures} of the measures. "
            f"Here already: {takeover.known:,}. Blank, they stay gaps: {takeover.blank:,}. "
            f"Set aside: {takeover.set_aside:,}."
        )

    def show(self, what: str, done: int, of: int | None) -> None:
        self.stderr.write(f"{done:,} of {of:,} {what}" if of else f"{done:,} {what}")
        self.stderr.flush()
