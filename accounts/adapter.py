"""How people sign in: nobody signs up alone, links carry the site's own address, mail goes through the outbox."""

from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account was closed. Ask your administrator if you need it again."),
        "email_password_mismatch": _("This address and password do not belong together. Check both and try again."),
        "enter_current_password": _("Write your present password first."),
        "incorrect_password": _("This is not your present password. Try again."),
        "invalid_login": _("This address and password do not belong together. Check both and try again."),
        "invalid_password_reset": _("This link was used or is too old. Ask for a new one."),
        "too_many_login_attempts": _("That was tried too often. Wait five minutes and try again."),
        "unknown_email": _("Check the address and try again."),
        "rate_limited": _("That was tried too often. Wait a minute and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are invited; nobody signs up."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only pages of this site are followed after signing in."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address comes from the settings, never from the request."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL + path.replace("UID-KEY", quote(key))

    def set_password(self, user: Any, password: str) -> None:
        actions.set_password(user, password, by=user)

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        actions.send_reset_link(user, context["password_reset_url"], by=User.objects.system())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail leaves by another way than the outbox."""
        raise NotImplementedError(template_prefix)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *args: Any, **kwargs: Any
    ) -> None:
        """Signing in and out says nothing; what changed a password says so."""
        if "password" in message_template:
            super().add_message(request, level, message_template, *args, **kwargs)
