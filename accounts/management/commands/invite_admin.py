"""Print a one-time link with which the first administrator chooses a password."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from accounts import actions
from accounts.models import Role, User
from workflow.lifecycle import MoveRefused


class Command(BaseCommand):
    help = "Print a one-time link with which the first administrator chooses a password."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="The person's name; without it the part before the @.")

    @transaction.atomic
    def handle(self, *args, **options):
        email = options["email"].lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError("Write an e-mail address, for example: invite_admin anna@example.org") from None
        by = User.objects.system()
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email, name=options["name"] or email.partition("@")[0])
        if not user.roles.current().filter(kind=Role.Kind.ADMINISTRATOR).exists():
            actions.give_role(user, Role.Kind.ADMINISTRATOR, by=by, quiet=True)
        try:
            token = actions.send_invitation(user, by=by)
        except MoveRefused as refused:
            raise CommandError(" ".join(refused.sentences)) from None
        self.stdout.write(settings.SITE_URL + reverse("invitation", args=[token]))
