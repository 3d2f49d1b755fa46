"""Puts a backup in the place of the present database and attachments."""

from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser

from workflow.backups import NotPossible, restore_backup


class Command(BaseCommand):
    help = "Replaces the database and the attachments by those of a backup. Stop the site first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["yes"] and not self.is_meant():
            raise CommandError("Nothing was changed. Where nobody can be asked, say --yes.")
        try:
            manifest = restore_backup(options["file"].absolute())
        except NotPossible as trouble:
            raise CommandError(str(trouble)) from trouble
        call_command("migrate", verbosity=0, interactive=False)
        self.stdout.write(f"Back to {manifest['made_at']}: database and {len(manifest['attachments'])} attachments.")

    def is_meant(self) -> bool:
        try:
            answer = input("This replaces everything that the site holds now. Write yes to go on: ")
        except EOFError:
            return False
        return answer.strip().lower() == "yes"
