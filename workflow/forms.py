"""How forms look and speak: the renderer of our templates, and plain words for what is missing."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

PLAIN_WORDS: dict[Any, dict[str, Any]] = {
    forms.Field: {"required": _("Fill this in, even roughly.")},
    forms.ChoiceField: {"invalid_choice": _("Choose one from the list.")},
    forms.ModelChoiceField: {"invalid_choice": _("Choose one from the list.")},
    forms.DateField: {"invalid": _("Write a date, for example 2027-03-31.")},
    forms.DateTimeField: {"invalid": _("Write a date and a time, for example 2027-03-31 14:00.")},
    forms.IntegerField: {"invalid": _("Write a whole number in digits.")},
    forms.DecimalField: {"invalid": _("Write a number in digits.")},
    forms.FloatField: {"invalid": _("Write a number in digits.")},
}


class Renderer(TemplatesSetting):
    """Forms and fields in the markup of the design."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


def speak_plainly() -> None:
    """Say what to do where Django says what went wrong; before any form is made."""
    for field, messages in PLAIN_WORDS.items():
        field.default_error_messages = {**field.default_error_messages, **messages}
