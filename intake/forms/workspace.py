"""Forms of the workspace: first look, reviews with their conditions, promises, a proposed “No”."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PersonField
from accounts.models import Role, User
from accounts.policy import ANSWERS, Size, current_policy
from goals.models import Goal, Measure
from intake.lifecycle import Lane
from intake.models import Condition, Contribution, Idea, Review, Value

ASSIGNED_AS = (Role.Kind.TRIAGER, Role.Kind.LIAISON, Role.Kind.DIRECTOR, Role.Kind.PROJECT_MANAGER)


def assignable() -> Any:
    """The people who may have an idea in hand, by name."""
    roles = Role.objects.in_force().filter(kind__in=ASSIGNED_AS)
    return User.objects.filter(is_active=True, pk__in=roles.values("user")).order_by("name")


class AssignForm(forms.Form):
    """Who has the idea in hand; nobody is an answer too."""

    assignee = forms.ModelChoiceField(
        label=_("Person"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = assignable()


class SizeForm(forms.Form):
    size = forms.ChoiceField(label=_("Set it to"), choices=Size.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Why it is smaller than its figures say"),
        help_text=_("Only the director makes an idea smaller, and says why."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ValueForm(forms.Form):
    LEVELS = [(Value.HIGH.value, _("High")), (Value.MEDIUM.value, _("Medium")), (Value.LOW.value, _("Low"))]

    value = forms.ChoiceField(label=_("How much it helps"), choices=LEVELS, widget=forms.RadioSelect)
    value_reason = forms.CharField(label=_("Why, in a sentence"), widget=forms.Textarea(attrs={"rows": 2}))


class TriageForm(forms.ModelForm):
    """What a triager may set right: title, goal, lane, answers, figures, the planned day of the decision."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    lane = forms.ChoiceField(label=_("Lane"), choices=[one for one in Lane.choices if one[0] != Lane.TAKEN_OVER])
    answers = forms.MultipleChoiceField(
        label=_("What applies"), choices=list(ANSWERS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Idea
        fields = [
            *("title", "goal", "lane", "answers", "hours", "cost_start", "cost_yearly", "cost_note"),
            "planned_decision_on",
        ]
        labels = {
            "title": _("Title"),
            "goal": _("City goal"),
            "hours": _("Hours of IT"),
            "cost_start": _("Start cost, dollars"),
            "cost_yearly": _("Yearly cost, dollars"),
            "cost_note": _("Where the cost comes from"),
            "planned_decision_on": _("Planned day of the decision"),
        }
        help_texts = {"title": _("The problem or the outcome, not a product.")}
        widgets = {"planned_decision_on": DayInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = True
        self.fields["goal"].queryset = Goal.objects.filter(is_open=True)
        self.fields["goal"].empty_label = _("Not sure")
        if self.instance.lane == Lane.TAKEN_OVER:
            del self.fields["lane"]


class PlannedDayForm(forms.Form):
    planned_decision_on = forms.DateField(label=_("Planned day of the decision"), required=False, widget=DayInput)


class DisciplinesForm(forms.Form):
    """Which disciplines review an idea; those that answered already stay."""

    disciplines = forms.MultipleChoiceField(
        label=_("Disciplines that review it"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["disciplines"].choices = [(one.code, one.name) for one in current_policy().disciplines]


class ReviewForm(forms.ModelForm):
    """One discipline's answer; what an answer needs is asked when it is sent."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(label=_("Your answer"), choices=Review.Answer.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, sends: bool = True, **kwargs: Any) -> None:
        """A draft may still lack its answer."""
        super().__init__(*args, **kwargs)
        self.fields["answer"].required = sends

    class Meta:
        model = Review
        fields = ["answer", "text", "way_forward", "none_known", "whom_asked"]
        labels = {
            "text": _("What should the decision makers know?"),
            "way_forward": _("A way forward"),
            "none_known": _("None that we know"),
            "whom_asked": _("Whom you asked"),
        }
        help_texts = {
            "way_forward": _("With a concern: what would make it possible?"),
            "whom_asked": _("Only where you know no way forward."),
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 4}), "way_forward": forms.Textarea(attrs={"rows": 2})}


class ConditionForm(forms.Form):
    """What has to be done, by whom, until when, and what it holds up."""

    text = forms.CharField(label=_("Condition"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    owner = PersonField(label=_("Who meets it"), required=False)
    due_on = forms.DateField(label=_("By when"), required=False, widget=DayInput)
    gate = forms.ChoiceField(
        label=_("Needed"), required=False, choices=Condition.Gate.choices, initial=Condition.Gate.START
    )

    def as_draft(self) -> dict[str, str]:
        """The row as typed, to be kept with the draft."""
        return {name: self[name].value() or "" for name in self.fields}

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.is_blank:
            return data
        for name, sentence in (
            ("text", _("Write what the condition asks for.")),
            ("owner", _("Name the person who meets it.")),
            ("due_on", _("Choose a day.")),
        ):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        data["gate"] = data.get("gate") or Condition.Gate.START
        return data

    @property
    def is_blank(self) -> bool:
        return not any((self[name].value() or "").strip() for name in ("text", "owner", "due_on"))


class BaseConditions(forms.BaseFormSet):
    """The conditions of one review; blank rows ask for nothing."""

    @property
    def written(self) -> list[Any]:
        return [form for form in self.forms if not form.is_blank]

    def as_drafts(self) -> list[dict[str, str]]:
        return [form.as_draft() for form in self.written]

    def asked(self) -> list[dict[str, Any]]:
        return [form.cleaned_data for form in self.written]


ConditionFormSet = forms.formset_factory(ConditionForm, formset=BaseConditions, extra=3, max_num=12)


class MetForm(forms.Form):
    note = forms.CharField(label=_("How it was met"), required=False, max_length=500)


class PromiseForm(forms.ModelForm):
    """The measure that the idea will move, by how much in its unit, and until when."""

    class Meta:
        model = Contribution
        fields = ["measure", "expected", "by_on", "why"]
        labels = {
            "measure": _("Measure"),
            "expected": _("Change that you expect, in its unit"),
            "by_on": _("By when"),
            "why": _("Why you expect it"),
        }
        help_texts = {"expected": _("With its sign: -2.5 where lower is better.")}
        widgets = {"by_on": DayInput, "why": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].queryset = Measure.objects.select_related("objective__goal").order_by("name")
        self.fields["measure"].label_from_instance = lambda one: f"{one.name} ({one.unit})"

    def _post_clean(self) -> None:
        """The action makes the row; its own checks speak in sentences."""


class NoPromiseForm(forms.Form):
    no_contribution_reason = forms.CharField(
        label=_("Why no measure can be named"), widget=forms.Textarea(attrs={"rows": 2})
    )


class ProposeNoForm(forms.Form):
    """A “No” in full, as a second person will read it."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("In plain words: the requester reads exactly this."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    what_would_change = forms.CharField(
        label=_("What would change the answer"), widget=forms.Textarea(attrs={"rows": 3})
    )
    next_step = forms.CharField(label=_("What the requester can do next"), widget=forms.Textarea(attrs={"rows": 3}))
