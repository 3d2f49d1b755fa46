"""Filters of the list of projects; every one of them stands in the address."""

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from intake.filters import departments, for_goal, goals, without_restricted
from projects.lifecycle import RUNNING, State
from projects.models import Health, Outcome, Project


def managers():
    roles = Role.objects.in_force().filter(kind=Role.Kind.PROJECT_MANAGER)
    return list(User.objects.filter(pk__in=roles.values("user")).order_by("name").values_list("pk", "name"))


class ProjectFilter(filters.FilterSet):
    state = filters.ChoiceFilter(
        label=_("State"), method="at", choices=[("running", _("Running")), *State.choices], empty_label=_("All")
    )
    health = filters.ChoiceFilter(
        label=_("Health"),
        method="reported",
        choices=[*Health.choices, ("none", _("No report yet"))],
        empty_label=_("All"),
    )
    manager = filters.ChoiceFilter(label=_("Manager"), choices=managers, empty_label=_("All"))
    department = filters.ChoiceFilter(
        label=_("Department"), field_name="idea__department", choices=departments, empty_label=_("All")
    )
    goal = filters.ChoiceFilter(label=_("Goal"), method="towards", choices=goals, empty_label=_("All"))
    funded = filters.ChoiceFilter(
        label=_("Its money"),
        method="has_money",
        choices=[("yes", _("found")), ("no", _("not found yet"))],
        widget=forms.HiddenInput,
    )
    verdict = filters.ChoiceFilter(
        label=_("Its test says"),
        method="tested",
        choices=[*Outcome.Verdict.choices, ("waits", _("not tested yet"))],
        widget=forms.HiddenInput,
    )
    without = without_restricted("idea__audience")

    class Meta:
        model = Project
        fields = ()

    def at(self, projects, name, value):
        return projects.filter(state__in=RUNNING if value == "running" else [value])

    def reported(self, projects, name, value):
        """A project that never reported has no health yet."""
        if value == "none":
            return projects.filter(last_report_at=None)
        return projects.filter(health=value).exclude(last_report_at=None)

    def towards(self, projects, name, value):
        return for_goal(projects, "idea__goal", value)

    def has_money(self, projects, name, value):
        return projects.filter(idea__is_funded=value == "yes")

    def tested(self, projects, name, value):
        found = Outcome.objects.filter(verdict="" if value == "waits" else value)
        return projects.filter(pk__in=found.values("promise__project"))
