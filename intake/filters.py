"""Filters of the lists of ideas; every one of them stands in the address."""

from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from accounts.policy import Size
from goals.models import Goal
from intake.lifecycle import BEFORE_DECISION, FACES, OPEN, PLAIN_STEPS
from intake.models import Decision, FirstSight
from workflow import search

SEVERAL_STATES = {"open": OPEN, "before": BEFORE_DECISION}


def departments() -> list[tuple[int, str]]:
    """Every department, those that were closed last: their ideas are still there."""
    return list(Department.objects.order_by("-is_active", "name").values_list("pk", "name"))


def goals() -> list[tuple[str, Any]]:
    """The city's goals, then what came with an import, then none."""
    listed = Goal.objects.listed().order_by("-is_open", "position", "name").values_list("pk", "name")
    return [
        *((str(pk), name) for pk, name in listed),
        ("taken_over", _("A goal taken over from elsewhere")),
        ("none", _("No goal")),
    ]


def for_goal(rows: Any, path: str, value: str) -> Any:
    """Those whose goal, found by this path, is one of `goals()`."""
    if value == "none":
        return rows.filter(**{path: None})
    if value == "taken_over":
        return rows.filter(**{f"{path}__position__gte": Goal.TAKEN_OVER})
    return rows.filter(**{path: value})


def without_restricted(path: str) -> filters.ChoiceFilter:
    """Leaves restricted work out, as every total does, also for those who may see some of it."""
    return filters.ChoiceFilter(
        label=_("Restricted work"),
        field_name=path,
        exclude=True,
        choices=[(FirstSight.RESTRICTED, _("left out"))],
        widget=forms.HiddenInput,
    )


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
        if not value or (not hasattr(field, "choices") and isinstance(field.widget, forms.HiddenInput)):
            continue
        rest = filtered.data.copy()
        rest.pop(name, None)
        rest.pop("after", None)
        shown = dict(getattr(field, "choices", ())).get(value) or {
            str(key): label for key, label in getattr(field, "choices", ())
        }.get(str(value), value)
        said.append({"label": field.label, "value": shown, "url": f"?{rest.urlencode()}"})
    return said


class IdeaFilter(filters.FilterSet):
    """What everyone narrows the list of ideas by."""

    q = filters.CharFilter(
        label=_("Words or a number"),
        method="find",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Words or a number")}),
    )
    state = filters.ChoiceFilter(
        label=_("Where it is"),
        method="at",
        choices=[
            ("open", _("Open")),
            ("before", _("Before the answer")),
            *((key, face.plain) for key, face in FACES.items() if key != "draft"),
        ],
        empty_label=_("Anywhere"),
    )
    step = filters.ChoiceFilter(
        label=_("Step"), choices=[(str(at), label) for at, label in enumerate(PLAIN_STEPS)][1:], empty_label=_("All")
    )
    answer = filters.ChoiceFilter(
        label=_("Answer"), field_name="current_decision__answer", choices=Decision.Answer.choices, empty_label=_("All")
    )
    department = filters.ChoiceFilter(label=_("Department"), choices=departments, empty_label=_("All"))
    goal = filters.ChoiceFilter(label=_("City goal"), method="towards", choices=goals, empty_label=_("All"))
    size = filters.ChoiceFilter(label=_("Size"), choices=Size.choices, empty_label=_("All"))
    mine = filters.ChoiceFilter(label=_("Whose"), choices=[("1", _("Mine"))], method="own", empty_label=_("All"))
    given = filters.ChoiceFilter(
        label=_("Answered in the last 12 months"),
        method="answered",
        choices=Decision.Answer.choices,
        widget=forms.HiddenInput,
    )
    without = without_restricted("audience")

    def find(self, ideas: Any, name: str, value: str) -> Any:
        return found(ideas, value)

    def own(self, ideas: Any, name: str, value: str) -> Any:
        return ideas.authored_by(self.request.user)

    def at(self, ideas: Any, name: str, value: str) -> Any:
        return ideas.filter(state__in=SEVERAL_STATES.get(value, [value]))

    def towards(self, ideas: Any, name: str, value: str) -> Any:
        return for_goal(ideas, "goal", value)

    def answered(self, ideas: Any, name: str, value: str) -> Any:
        return ideas.filter(pk__in=Decision.objects.lately().filter(answer=value).values("idea"))
