"""Forms of goals: a goal, an objective, a measure, a value and its correction."""

from decimal import Decimal

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PersonField
from accounts.models import Department
from goals.models import Measure


class FigureField(forms.DecimalField):
    """A number in the unit of the measure, shown without trailing zeros."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=16, decimal_places=4, **kwargs)

    def prepare_value(self, value):
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class MeasurementForm(forms.Form):
    period_on = forms.DateField(
        label=_("A day of the period"), help_text=_("The value counts for the whole period."), widget=DayInput
    )
    value = FigureField(label=_("Value"))
    note = forms.CharField(label=_("Note"), required=False, max_length=300)


class CorrectForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    value = FigureField(label=_("Corrected value"))
    reason = forms.CharField(label=_("Why it is corrected"), widget=forms.Textarea(attrs={"rows": 2}))


class GoalForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=500)
    sentence = forms.CharField(
        label=_("What the city wants to reach, in a sentence"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    owner = PersonField(label=_("Owner"), required=False)


class GoalChangeForm(GoalForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    is_open = forms.BooleanField(label=_("Ideas and projects can work for it"), required=False)


class ObjectiveForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=300, help_text=_("A part of the goal that can be worked on."))


class DefinitionForm(forms.Form):
    """What a measure is, who keeps it, and where it should go."""

    name = forms.CharField(label=_("Name"), max_length=200)
    meaning = forms.CharField(label=_("What it means"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(label=_("Kind"), choices=Measure.Kind, initial=Measure.Kind.OUTCOME)
    owner = PersonField(label=_("Owner"), help_text=_("Who enters the values: the e-mail address, or the full name."))
    backup = PersonField(label=_("Backup"), required=False)
    department = forms.ModelChoiceField(Department.objects.none(), label=_("Department"))
    unit = forms.CharField(label=_("Unit"), max_length=40, help_text=_("For example minutes, % or $."))
    direction = forms.ChoiceField(label=_("Direction"), choices=Measure.Direction)
    cadence = forms.ChoiceField(
        label=_("How often a value comes"), choices=Measure.Cadence, initial=Measure.Cadence.MONTHLY
    )
    source = forms.CharField(label=_("Source"), required=False, max_length=200)
    baseline = FigureField(label=_("Baseline"), required=False)
    baseline_period = forms.CharField(label=_("Period of the baseline"), required=False, max_length=80)
    target = FigureField(label=_("Target"), required=False, help_text=_("A target needs its date."))
    target_on = forms.DateField(label=_("Target date"), required=False, widget=DayInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        present = Q(is_active=True)
        if department := self.initial.get("department"):
            present |= Q(pk=department.pk)
        self.fields["department"].queryset = Department.objects.filter(present)


class DefinitionChangeForm(DefinitionForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why it changes"), required=False, max_length=300, help_text=_("It stands in the history.")
    )
