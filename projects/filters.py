"""Filters of the list of projects; every one of them stands in the address."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from goals.models import Goal
from intake.filters import departments
from projects.lifecycle import State
from projects.models import Health, Project


def managers():
    roles = Role.objects.in_force().filter(kind=Role.Kind.PROJECT_MANAGER)
    return list(User.objects.filter(pk__in=roles.values("user")).order_by("name").values_list("pk", "name"))


def goals():
    return list(Goal.objects.filter(is_open=True, position__lt=1000).values_list("pk", "name"))


class ProjectFilter(filters.FilterSet):
    state = filters.ChoiceFilter(label=_("State"), choices=State.choices, empty_label=_("All"))
    health = filters.ChoiceFilter(label=_("Health"), choices=Health.choices, empty_label=_("All"))
    manager = filters.ChoiceFilter(label=_("Manager"), choices=managers, empty_label=_("All"))
    department = filters.ChoiceFilter(
        label=_("Department"), field_name="idea__department", choices=departments, empty_label=_("All")
    )
    goal = filters.ChoiceFilter(label=_("Goal"), field_name="idea__goal", choices=goals, empty_label=_("All"))

    class Meta:
        model = Project
        fields = ()
