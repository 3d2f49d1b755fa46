"""The app of people: its working calendar is the city's."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.policy import current_policy
        from workflow import clock

        clock.use_calendar(lambda: current_policy().calendar)
