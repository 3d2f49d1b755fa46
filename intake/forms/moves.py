"""Forms of the moves that ask something."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PersonField
from accounts.models import Role, User, holders_of
from accounts.policy import Size, current_policy
from intake.forms.idea import long_text
from intake.forms.workspace import ConditionFormSet
from intake.models import Decision, Idea


class AboutIdea(forms.Form):
    """A form that knows its idea and the person who fills it in."""

    knows_its_object = True

    def __init__(self, *args, obj, user, **kwargs):
        self.idea, self.user = obj, user
        super().__init__(*args, **kwargs)


def next_step_field(**kwargs):
    return forms.CharField(
        label=_("What can the requester do next?"), widget=long_text(2), **{"required": True, **kwargs}
    )


class NotYetForm(AboutIdea):
    reason = forms.CharField(label=_("Why not yet, in plain words"), widget=long_text())
    until_then = forms.CharField(label=_("What can be used until then?"), widget=long_text(2))
    next_step = next_step_field()
    return_on = forms.DateField(label=_("It comes back on"), required=False, widget=DayInput)
    return_condition = forms.CharField(
        label=_("Or it comes back when this has happened"), required=False, widget=long_text(2)
    )
    trigger_owner = PersonField(label=_("Who watches the date or the condition"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["trigger_owner"].initial = self.user.email


class RedirectForm(AboutIdea):
    other_way_kind = forms.ChoiceField(
        label=_("Which other way?"), choices=Decision.OtherWay.choices, widget=forms.RadioSelect
    )
    other_way = forms.CharField(
        label=_("The other way"),
        help_text=_("Name what we own, the guardrails, or the different solution."),
        widget=long_text(),
    )
    reason = forms.CharField(label=_("Why this way, in plain words"), widget=long_text())
    next_step = next_step_field()


class ApproveForm(AboutIdea):
    """Yes; with a row of conditions it becomes “Yes, if”."""

    fund = forms.ChoiceField(label=_("Which fund pays?"))
    is_funded = forms.BooleanField(label=_("The money is there already"), required=False)
    earliest_start_on = forms.DateField(label=_("Earliest start"), required=False, widget=DayInput)
    project_manager = forms.ModelChoiceField(label=_("Project manager"), queryset=User.objects.none())
    reason = forms.CharField(
        label=_("Why, in plain words"), help_text=_("Needed for “yes, if”."), required=False, widget=long_text()
    )
    next_step = next_step_field(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["fund"].choices = [("", _("Choose a fund")), *((fund, fund) for fund in current_policy().funds)]
        managers = holders_of(Role.Kind.PROJECT_MANAGER, self.idea.department_id)
        self.fields["project_manager"].queryset = User.objects.filter(pk__in=[one.pk for one in managers])
        if self.idea.size == Size.SMALL:
            self.fields["project_manager"].required = False
            self.fields["project_manager"].empty_label = _("I do it myself")
        else:
            self.fields["project_manager"].empty_label = _("Choose who leads the project")
        self.conditions = ConditionFormSet(self.data if self.is_bound else None, prefix="conditions")

    def is_valid(self):
        return self.conditions.is_valid() and super().is_valid()

    def clean(self):
        return self.cleaned_data | {"conditions": self.conditions.asked() if self.conditions.is_valid() else []}


class JoinForm(AboutIdea):
    into = forms.CharField(
        label=_("Number of the idea that it joins"),
        help_text=_("For example 412."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def clean_into(self):
        number = self.cleaned_data["into"].strip().upper().removeprefix("ID-")
        found = None
        if number.isdecimal() and len(number) < 10:
            found = (
                Idea.objects.visible_to(self.user).open().filter(number=int(number)).exclude(pk=self.idea.pk).first()
            )
        if found is None:
            raise forms.ValidationError(_("There is no open idea of this number that you may see. Look it up."))
        return found


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why, in plain words"), widget=long_text())


class FeasibilityForm(AboutIdea):
    disciplines = forms.MultipleChoiceField(
        label=_("Who reviews it?"),
        help_text=_("Ticked is what the answers ask for. They work side by side."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one discipline that reviews it.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        policy = current_policy()
        reviewers = Role.objects.in_force().filter(kind=Role.Kind.REVIEWER, user__is_active=True)
        names = {}
        for code, name in reviewers.covering(self.idea.department_id).values_list("discipline", "user__name"):
            names.setdefault(code, []).append(name)
        self.fields["disciplines"].choices = [
            (one.code, f"{one.name} ({', '.join(names.get(one.code, [])) or _('nobody yet')})")
            for one in policy.disciplines
        ]
        self.fields["disciplines"].initial = policy.disciplines_for(set(self.idea.answers))


MOVE_FORMS = {
    "answer_not_yet": NotYetForm,
    "redirect": RedirectForm,
    "approve": ApproveForm,
    "join": JoinForm,
    "withdraw": ReasonForm,
    "send_to_feasibility": FeasibilityForm,
}
