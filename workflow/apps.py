"""The engine: finds each app's rules, duties, reactions, notices and scheduled work."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from workflow.forms import speak_plainly


class WorkflowConfig(AppConfig):
    name = "workflow"

    def ready(self) -> None:
        speak_plainly()
        autodiscover_modules("rules", "duties", "reactions", "notifications", "tasks")
