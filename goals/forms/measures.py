"""Forms of goals: a goal, an objective, a measure, a value and its correction."""

from decimal import Decimal

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PersonField
from accounts.models import Department
from goals.models import Annotation, Goal, Measure, Plan

FREE_PARTS = 4


class FigureField(forms.DecimalField):
    """A number in the unit of the measure, shown without trailing zeros."""

    def __init__(self, *, max_digits=16, decimal_places=4, **kwargs):
        super().__init__(max_digits=max_digits, decimal_places=decimal_places, **kwargs)

    def prepare_value(self, value):
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class ValueField(FigureField):
    """A measured value, kept with more decimals than a target is set with."""

    def __init__(self, **kwargs):
        super().__init__(max_digits=20, decimal_places=8, **kwargs)


class PartsMixin:
    """Rows for the parts of a break-down, where the measure has one: name, value, and how many were counted."""

    def add_parts(self, measure, shown=()):
        self.places = range(len(shown) + FREE_PARTS) if measure.broken_down_by else range(0)
        for place in self.places:
            name = shown[place] if place < len(shown) else ""
            number = {"by": measure.broken_down_by, "number": place + 1}
            self.fields[f"part_{place}"] = forms.CharField(
                label=_("%(by)s %(number)s") % number, required=False, max_length=80, initial=name
            )
            self.fields[f"part_value_{place}"] = ValueField(label=_("Value %(number)s") % number, required=False)
            self.fields[f"part_count_{place}"] = forms.IntegerField(
                label=_("Counted %(number)s") % number, required=False, min_value=0
            )

    def clean_parts(self, data):
        parts = []
        for place in self.places:
            name, value, count = (data.pop(f"{key}_{place}", None) for key in ("part", "part_value", "part_count"))
            if name and value is not None:
                parts.append((name, value, count))
            elif value is not None:
                self.add_error(f"part_{place}", _("Name the part that has this value, or empty the value."))
        return parts


class MeasurementForm(PartsMixin, forms.Form):
    period_on = forms.DateField(
        label=_("A day of the period"), help_text=_("The value counts for the whole period."), widget=DayInput
    )
    value = ValueField(label=_("Value"))
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def __init__(self, *args, measure, parts=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.add_parts(measure, parts)

    def clean(self):
        data = super().clean()
        return data | {"parts": self.clean_parts(data)}


class CorrectForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    value = ValueField(label=_("Corrected value"))
    reason = forms.CharField(label=_("Why it is corrected"), widget=forms.Textarea(attrs={"rows": 2}))


class PlanForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("For example Strategic Plan 2026 to 2030."))
    sentence = forms.CharField(
        label=_("What it is for, in a sentence"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    starts_on = forms.DateField(label=_("Starts"), widget=DayInput)
    ends_on = forms.DateField(label=_("Ends"), widget=DayInput)
    is_public = forms.BooleanField(label=_("May be published"), required=False)


class PlanChangeForm(PlanForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class GoalForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=500)
    sentence = forms.CharField(
        label=_("What the city wants to reach, in a sentence"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    owner = PersonField(label=_("Owner"), required=False)
    plan = forms.ModelChoiceField(Plan.objects.all(), label=_("Plan"), required=False)
    starts_on = forms.DateField(label=_("Starts"), required=False, widget=DayInput)
    ends_on = forms.DateField(label=_("Should be reached by"), required=False, widget=DayInput)


class GoalChangeForm(GoalForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    is_open = forms.BooleanField(label=_("Ideas and projects can work for it"), required=False)


class MoveForm(forms.Form):
    direction = forms.ChoiceField(
        label=_("Where to"),
        choices=[("up", _("One place up")), ("down", _("One place down"))],
        widget=forms.RadioSelect,
    )


class ObjectiveForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=300, help_text=_("A part of the goal that can be worked on."))
    ends_on = forms.DateField(label=_("Should be reached by"), required=False, widget=DayInput)


class ObjectiveChangeForm(ObjectiveForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    goal = forms.ModelChoiceField(Goal.objects.none(), label=_("Goal"), help_text=_("Its measures go with it."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["goal"].queryset = Goal.objects.listed()


class AnnotationForm(forms.Form):
    on = forms.DateField(label=_("Day"), widget=DayInput)
    kind = forms.ChoiceField(
        label=_("What it is"), choices=Annotation.Kind, widget=forms.RadioSelect, initial="changed"
    )
    text = forms.CharField(
        label=_("What else changed?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What you saw, not what you think it did."),
    )


class EndForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why it is no longer measured"), widget=forms.Textarea(attrs={"rows": 2}))


class DefinitionForm(forms.Form):
    """The definition sheet of a measure: what it is, how it is counted, who keeps it, and where it should go."""

    SECTIONS = (
        (_("What it is"), ("name", "meaning", "kind", "unit", "direction", "range_low", "range_high")),
        (_("How it is counted"), ("formula", "numerator", "denominator", "population", "exclusions", "limits")),
        (_("Who keeps it"), ("owner", "backup", "department", "steward", "cadence", "lag_days", "source")),
        (_("Where it should go"), ("baseline", "baseline_period", "target", "target_on", "tolerance")),
        (
            _("More about it"),
            (
                "benchmark",
                "benchmark_source",
                "broken_down_by",
                "parts_add_up",
                "quality",
                "audited_on",
                "is_rare",
                "is_public",
            ),
        ),
    )

    name = forms.CharField(label=_("Name"), max_length=200)
    meaning = forms.CharField(label=_("What it means"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(label=_("Kind"), choices=Measure.Kind, initial=Measure.Kind.OUTCOME)
    unit = forms.CharField(label=_("Unit"), max_length=40, help_text=_("For example minutes, % or $."))
    direction = forms.ChoiceField(label=_("Direction"), choices=Measure.Direction)
    range_low = FigureField(
        label=_("Lower end of the range"), required=False, help_text=_("Only for “Best within a range”.")
    )
    range_high = FigureField(label=_("Upper end of the range"), required=False)
    formula = forms.CharField(
        label=_("Formula"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("How a value is made, for example the median of all first reviews of the month."),
    )
    numerator = forms.CharField(label=_("Numerator"), required=False, max_length=300)
    denominator = forms.CharField(label=_("Denominator"), required=False, max_length=300)
    population = forms.CharField(label=_("What is counted"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    exclusions = forms.CharField(label=_("What is left out"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    limits = forms.CharField(label=_("What it cannot tell"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    owner = PersonField(label=_("Owner"), help_text=_("Who enters the values: the e-mail address, or the full name."))
    backup = PersonField(label=_("Backup"), required=False)
    department = forms.ModelChoiceField(Department.objects.none(), label=_("Department"))
    steward = PersonField(
        label=_("Data steward"), required=False, help_text=_("Who knows the source system, where it is somebody else.")
    )
    cadence = forms.ChoiceField(
        label=_("How often a value comes"), choices=Measure.Cadence, initial=Measure.Cadence.MONTHLY
    )
    lag_days = forms.IntegerField(
        label=_("Days until a value is known"),
        min_value=0,
        max_value=400,
        initial=10,
        required=False,
        help_text=_("Counted from the end of the period. After that day the value is overdue."),
    )
    source = forms.CharField(label=_("Source system"), required=False, max_length=200)
    baseline = FigureField(label=_("Baseline"), required=False)
    baseline_period = forms.CharField(label=_("Period of the baseline"), required=False, max_length=80)
    target = FigureField(label=_("Target"), required=False, help_text=_("A target needs its date."))
    target_on = forms.DateField(label=_("Target date"), required=False, widget=DayInput)
    tolerance = FigureField(
        label=_("Tolerance"),
        required=False,
        min_value=0,
        help_text=_("How far from the target still counts as reached, in the unit."),
    )
    benchmark = forms.CharField(label=_("Benchmark"), required=False, max_length=200)
    benchmark_source = forms.CharField(label=_("Source of the benchmark"), required=False, max_length=200)
    broken_down_by = forms.CharField(
        label=_("Broken down by"), required=False, max_length=80, help_text=_("For example council district.")
    )
    parts_add_up = forms.BooleanField(label=_("The parts add up to the value"), required=False)
    quality = forms.ChoiceField(
        label=_("Quality of the data"), required=False, choices=[("", _("Not graded")), *Measure.Quality.choices]
    )
    audited_on = forms.DateField(label=_("Last audit"), required=False, widget=DayInput)
    is_rare = forms.BooleanField(
        label=_("Counts rare events"),
        required=False,
        help_text=_("Such as homicides or structure fires: the chart shows the days between them."),
    )
    is_public = forms.BooleanField(label=_("May be published"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        present = Q(is_active=True)
        if department := self.initial.get("department"):
            present |= Q(pk=department.pk)
        self.fields["department"].queryset = Department.objects.filter(present)

    def clean_tolerance(self):
        return self.cleaned_data["tolerance"] or Decimal(0)

    def clean_lag_days(self):
        days = self.cleaned_data["lag_days"]
        return self.fields["lag_days"].initial if days is None else days

    def sections(self):
        """The fields under their headings, in the order of the sheet."""
        return [(heading, [self[name] for name in names]) for heading, names in self.SECTIONS]


class DefinitionChangeForm(DefinitionForm):
    SECTIONS = (*DefinitionForm.SECTIONS, (_("What changes"), ("reason", "from_on")))

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why it changes"), required=False, max_length=300, help_text=_("It stands in the history.")
    )
    from_on = forms.DateField(
        label=_("Counts from"),
        required=False,
        widget=DayInput,
        help_text=_("Only when unit, direction or formula change: the series breaks there, visibly."),
    )
