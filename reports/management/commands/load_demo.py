"""Loads the demonstration city, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reports.demonstration import city


class Command(BaseCommand):
    help = "Make the fictional City of Alder Springs with its people, ideas, projects and measures, once."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demonstration has a published password. Set DEMO=1 to load it.")
        made = city.load()
        self.stdout.write(
            "The City of Alder Springs is ready." if made else "The City of Alder Springs was here already."
        )
