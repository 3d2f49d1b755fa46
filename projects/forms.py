"""Forms of projects: getting ready, plan and money, reports, hold, close, and the looks after delivery."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PersonField
from accounts.models import Role, User, holders_of
from projects.models import Benefit, BudgetLine, CauseCode, CheckIn, Health, HelpAnswer, Lesson
from workflow import clock

CAUSES = (_("The main cause"), _("Another cause"), _("One more cause"))


def long_text(rows=3):
    return forms.Textarea(attrs={"rows": rows})


class PlanLineForm(forms.Form):
    owner = PersonField(label=_("Whose move is it?"))
    due_on = forms.DateField(label=_("Until when?"), widget=DayInput)
    note = forms.CharField(label=_("What is still missing?"), required=False, max_length=300)


class CloseLineForm(forms.Form):
    note = forms.CharField(label=_("What was settled?"), required=False, max_length=300)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why, in plain words"), widget=long_text())


class ManagerForm(forms.Form):
    manager = forms.ModelChoiceField(label=_("Project manager"), queryset=User.objects.none())

    def __init__(self, *args, project, **kwargs):
        super().__init__(*args, **kwargs)
        managers = holders_of(Role.Kind.PROJECT_MANAGER, project.idea.department_id)
        self.fields["manager"].queryset = User.objects.filter(pk__in=[one.pk for one in managers]).exclude(
            pk=project.manager_id
        )


class MilestoneForm(forms.Form):
    name = forms.CharField(label=_("Milestone"), max_length=200)
    due_on = forms.DateField(label=_("Planned for"), widget=DayInput)


class MilestoneChangeForm(MilestoneForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    done_on = forms.DateField(label=_("Done on"), required=False, widget=DayInput)
    reason = forms.CharField(
        label=_("Why the date moves"), help_text=_("Needed for a later date."), required=False, widget=long_text(2)
    )


class PlanEndForm(forms.Form):
    planned_end_on = forms.DateField(label=_("Planned day of delivery"), widget=DayInput)
    reason = forms.CharField(
        label=_("Why the date moves"), help_text=_("Everyone who asked reads this."), widget=long_text()
    )


class BudgetForm(forms.Form):
    """What one purpose costs in one fiscal year; the same purpose and year change the line that is there."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Purpose"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=BudgetLine.Kind.choices)
    fiscal_year = forms.IntegerField(
        label=_("Fiscal year"), help_text=_("The year in which it ends."), min_value=2000, max_value=2100
    )
    planned = forms.IntegerField(label=_("Planned, whole dollars"), min_value=0, max_value=10**12)
    spent = forms.IntegerField(label=_("Spent so far, whole dollars"), min_value=0, max_value=10**12)


def colour(label):
    return forms.ChoiceField(label=label, choices=Health.choices)


class ReportForm(forms.Form):
    scope = colour(_("Scope"))
    schedule = colour(_("Schedule"))
    budget = colour(_("Budget"))
    benefit = colour(_("Benefit"))
    sentence = forms.CharField(label=_("How does it stand, in a sentence?"), widget=long_text(2))
    would_help = forms.CharField(
        label=_("What would help?"),
        help_text=_("Needed where something is not on track."),
        required=False,
        widget=long_text(2),
    )


class HoldForm(ReasonForm):
    until_on = forms.DateField(label=_("Until which day?"), widget=DayInput)


class CloseForm(forms.Form):
    """Lessons, and up to three coded causes, the main one first."""

    went_well = forms.CharField(label=_("What went well?"), widget=long_text())
    went_wrong = forms.CharField(label=_("What went wrong?"), help_text=_("Or that nothing did."), widget=long_text())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for at, label in enumerate(CAUSES):
            self.fields[f"cause_{at}"] = forms.ChoiceField(
                label=label, choices=[("", _("None")), *CauseCode.choices], required=False
            )
            self.fields[f"evidence_{at}"] = forms.CharField(
                label=_("What shows it?"), required=False, widget=long_text(2)
            )

    def clean(self):
        data = super().clean()
        causes = []
        for at in range(len(CAUSES)):
            code, evidence = data.pop(f"cause_{at}", ""), data.pop(f"evidence_{at}", "")
            if code and not evidence:
                self.add_error(f"evidence_{at}", _("Write what shows this cause."))
            if evidence and not code:
                self.add_error(f"cause_{at}", _("Choose the cause that this shows."))
            if code in [one["code"] for one in causes]:
                self.add_error(f"cause_{at}", _("This cause is named already. Choose another one."))
            elif code:
                causes.append({"code": code, "evidence": evidence, "is_primary": not causes})
        return {**data, "causes": causes}


class CheckInForm(forms.Form):
    answer = forms.ChoiceField(label=_("Is it in use?"), choices=CheckIn.Answer.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("In a sentence"),
        help_text=_("Needed for “partly” and “no”: what is missing?"),
        required=False,
        widget=long_text(2),
    )

    def __init__(self, *args, question="", **kwargs):
        super().__init__(*args, **kwargs)
        if question:
            self.fields["answer"].label = question


class CheckInNewForm(forms.Form):
    question = forms.CharField(
        label=_("The question"),
        help_text=_("One that can be answered with yes, partly or no."),
        max_length=300,
        widget=long_text(2),
    )
    asked_of = PersonField(label=_("Who answers"))
    due_on = forms.DateField(label=_("On which day?"), widget=DayInput)


class BenefitForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Benefit.Kind.choices)
    name = forms.CharField(
        label=_("What it brings"), help_text=_("“Overtime that is not paid”, “calls answered”."), max_length=160
    )
    unit = forms.CharField(
        label=_("Counted in"), help_text=_("For “other, not money” only."), required=False, max_length=40
    )
    fiscal_year = forms.IntegerField(
        label=_("Fiscal year"), help_text=_("The year in which it ends."), min_value=2000, max_value=2100
    )
    promised = forms.DecimalField(
        label=_("Promised"), help_text=_("Whole dollars for money."), min_value=0, max_digits=16, decimal_places=2
    )


class ConfirmForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    realised = forms.DecimalField(
        label=_("What it brought"), help_text=_("0 where it brought nothing."), max_digits=16, decimal_places=2
    )
    evidence = forms.CharField(label=_("What shows it?"), widget=long_text(2))


class TellForm(forms.Form):
    what_else_changed = forms.CharField(
        label=_("What else changed in that time?"),
        help_text=_("A new station, a hard winter, other projects. Or that nothing did."),
        widget=long_text(),
    )


class ReadingForm(forms.Form):
    text = forms.CharField(
        label=_("How do you read it?"), help_text=_("One sentence. The verdict stays as it was found."), max_length=300
    )
    because = forms.CharField(label=_("Why"), widget=long_text())


class LessonForm(forms.Form):
    kind = forms.ChoiceField(label=_("What kind"), choices=Lesson.Kind.choices, widget=forms.RadioSelect)
    text = forms.CharField(label=_("What should the next project know?"), widget=long_text())


class HelpForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("Did it help?"),
        choices=[one for one in HelpAnswer.Answer.choices if one[0] != HelpAnswer.Answer.NOT_KNOWN],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(label=_("In a sentence"), required=False, widget=long_text(2))


MOVE_FORMS = {"close": CloseForm}


def this_fiscal_year():
    """The fiscal year of today; it begins on July 1 and is named after the year in which it ends."""
    today = clock.today()
    return today.year + (today.month >= 7)
