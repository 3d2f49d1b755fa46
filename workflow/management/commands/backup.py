"""Writes the database and the attachments into one file."""

from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand, CommandParser

from workflow.backups import NotPossible, write_backup


class Command(BaseCommand):
    help = "Writes the database and the attachments into one new .tar.gz, while the site runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        target = options["file"].absolute()
        try:
            manifest = write_backup(target)
        except NotPossible as trouble:
            raise CommandError(str(trouble)) from trouble
        megabytes = target.stat().st_size / 1024**2
        self.stdout.write(f"{target}: database and {len(manifest['attachments'])} attachments, {megabytes:.1f} MB.")
