"""Filters of the lists of ideas; every one of them stands in the address."""

from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from accounts.policy import Size
from goals.models import Goal
from intake.lifecycle import FACES, PLAIN_STEPS
from intake.models import Decision
from workflow import search


def departments() -> list[tuple[int, str]]:
    return list(Department.objects.filter(is_active=True).values_list("pk", "name"))


class QueueFilter(filters.FilterSet):
    """What a triager narrows the queue by; the view of the queue is kept."""

    view = filters.CharFilter(method="keep", widget=forms.HiddenInput)
    q = filters.CharFilter(
        label=_("Words or a number"),
        method="find",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Words or a number")}),
    )
    department = filters.ChoiceFilter(label=_("Department"), choices=departments, empty_label=_("All"))
    size = filters.ChoiceFilter(label=_("Size"), choices=Size.choices, empty_label=_("All"))

    def keep(self, ideas: Any, name: str, value: Any) -> Any:
        return ideas

    def find(self, ideas: Any, name: str, value: str) -> Any:
        return found(ideas, value)


class BoardFilter(filters.FilterSet):
    department = filters.ChoiceFilter(label=_("Department"), choices=departments, empty_label=_("All"))
    size = filters.ChoiceFilter(label=_("Size"), choices=Size.choices, empty_label=_("All"))


def found(ideas: Any, text: str) -> Any:
    """By number where one was typed ("412", "ID-0412"), else by words."""
    number = text.strip().upper().removeprefix("ID-")
    if number.isdecimal() and len(number) < 10:
        return ideas.filter(number=int(number))
    return search.containing(ideas, text)


def chips(filtered: Any) -> list[dict[str, str]]:
    """The filters in force as sentences, each with the address without it."""
    said = []
    for name, field in filtered.form.fields.items():
        value = filtered.form.cleaned_data.get(name) if filtered.form.is_valid() else None
        if not value or isinstance(field.widget, forms.HiddenInput):
            continue
        rest = filtered.data.copy()
        rest.pop(name, None)
        rest.pop("after", None)
        shown = dict(getattr(field, "choices", ())).get(value) or {
            str(key): label for key, label in getattr(field, "choices", ())
        }.get(str(value), value)
        said.append({"label": field.label, "value": shown, "url": f"?{rest.urlencode()}"})
    return said


def goals() -> list[tuple[int, str]]:
    return list(Goal.objects.filter(is_open=True).values_list("pk", "name"))


class IdeaFilter(filters.FilterSet):
    """What everyone narrows the list of ideas by."""

    q = filters.CharFilter(
        label=_("Words or a number"),
        method="find",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Words or a number")}),
    )
    state = filters.ChoiceFilter(
        label=_("Where it is"),
        choices=[(key, face.plain) for key, face in FACES.items() if key != "draft"],
        empty_label=_("Anywhere"),
    )
    step = filters.ChoiceFilter(
        label=_("Step"), choices=[(str(at), label) for at, label in enumerate(PLAIN_STEPS)][1:], empty_label=_("All")
    )
    answer = filters.ChoiceFilter(
        label=_("Answer"), field_name="current_decision__answer", choices=Decision.Answer.choices, empty_label=_("All")
    )
    department = filters.ChoiceFilter(label=_("Department"), choices=departments, empty_label=_("All"))
    goal = filters.ChoiceFilter(label=_("City goal"), choices=goals, empty_label=_("All"))
    size = filters.ChoiceFilter(label=_("Size"), choices=Size.choices, empty_label=_("All"))
    mine = filters.ChoiceFilter(label=_("Whose"), choices=[("1", _("Mine"))], method="own", empty_label=_("All"))

    def find(self, ideas: Any, name: str, value: str) -> Any:
        return found(ideas, value)

    def own(self, ideas: Any, name: str, value: str) -> Any:
        return ideas.authored_by(self.request.user)
