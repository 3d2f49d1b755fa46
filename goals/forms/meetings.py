"""Forms of review meetings: when and who, a topic, what was said, an action and how it stands, was it worth it."""

from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PersonField
from accounts.models import Department, User
from goals.models import Action, AgendaItem, Goal
from workflow import clock


def lines(rows=2):
    return forms.Textarea(attrs={"rows": rows})


class HourInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%H:%M")


class PeopleField(PersonField):
    """Several people, one a line, each by e-mail address or full name."""

    widget = forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"})

    def prepare_value(self, value):
        if isinstance(value, str) or value is None:
            return value
        return "\n".join(one.email if isinstance(one, User) else str(one) for one in value)

    def clean(self, value):
        found = []
        for line in forms.CharField(required=self.required).clean(value).splitlines():
            if not line.strip():
                continue
            try:
                found.append(super().clean(line.strip().rstrip(",;")))
            except forms.ValidationError as unknown:
                raise forms.ValidationError(f"{line.strip()}: {unknown.message}") from unknown
        return found


class WhenAndWho(forms.Form):
    """What every form of a meeting asks: its name, day, hour, place, keeper and people."""

    name = forms.CharField(label=_("Name"), max_length=160)
    held_on = forms.DateField(label=_("Day"), widget=DayInput)
    begins_at = forms.TimeField(label=_("Begins"), widget=HourInput)
    place = forms.CharField(label=_("Place"), required=False, max_length=120, help_text=_("A room, or a link."))
    kept_by = PersonField(label=_("Kept by"), help_text=_("Who prepares the agenda and writes the minutes."))
    people = PeopleField(
        label=_("Who is invited"), required=False, help_text=_("One person a line: the e-mail address or full name.")
    )

    def clean(self):
        data = super().clean()
        on, at = data.pop("held_on", None), data.pop("begins_at", None)
        if on and at:
            data["held_at"] = timezone.make_aware(datetime.combine(on, at), clock.calendar().zone)
        return data


class MeetingForm(WhenAndWho):
    goal = forms.ModelChoiceField(Goal.objects.none(), label=_("About the goal"), required=False)
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=_("About the department"),
        required=False,
        help_text=_("With a goal chosen as well: the department’s measures of this goal."),
    )
    field_order = ("name", "goal", "department")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["goal"].queryset = Goal.objects.listed().filter(is_open=True)
        self.fields["department"].queryset = Department.objects.filter(is_active=True)
        self.fields["people"].help_text = _(
            "One person a line: the e-mail address or full name. Empty: the owners of the measures."
        )


class MeetingChangeForm(WhenAndWho):
    version = forms.IntegerField(widget=forms.HiddenInput)


class TopicForm(forms.Form):
    section = forms.TypedChoiceField(
        label=_("Part of the agenda"), choices=AgendaItem.Section, coerce=int, initial=AgendaItem.Section.SUBJECT
    )
    title = forms.CharField(label=_("Topic"), max_length=200)
    finding = forms.CharField(
        label=_("What the numbers say"),
        required=False,
        widget=lines(),
        help_text=_("With the department that they come from. What was seen, not why."),
    )
    ask = forms.CharField(label=_("What to ask"), required=False, widget=lines())


class TopicChangeForm(TopicForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, item, **kwargs):
        super().__init__(*args, **kwargs)
        if item.measure_id:
            del self.fields["title"], self.fields["finding"]


class SaidForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    said = forms.CharField(label=_("What was said"), required=False, widget=lines(5))


class ActionForm(forms.Form):
    text = forms.CharField(
        label=_("What was agreed"), widget=lines(), help_text=_("One thing, so that everyone can tell when it is done.")
    )
    owner = PersonField(label=_("Who does it"))
    due_on = forms.DateField(label=_("By when"), widget=DayInput)


class ActionNewForm(ActionForm):
    item = forms.ModelChoiceField(AgendaItem.objects.none(), label=_("On the topic"), required=False)

    def __init__(self, *args, meeting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = meeting.items.filter(taken_off_at=None)


class ActionChangeForm(ActionForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReportForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    status = forms.ChoiceField(label=_("How it stands"), choices=Action.Status, widget=forms.RadioSelect)
    word = forms.CharField(
        label=_("In a few words"), widget=lines(), help_text=_("What was done, or what came in between.")
    )


class WorthForm(forms.Form):
    worth = forms.ChoiceField(
        label=_("Was it worth your time?"),
        choices=[("yes", _("Yes")), ("partly", _("Partly")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    word = forms.CharField(
        label=_("What would make it better?"),
        required=False,
        widget=lines(),
        help_text=_("It stands on the page without your name."),
    )


class CancelForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Why it is cancelled"),
        widget=lines(3),
        help_text=_(
            "Those who were invited read it. The meeting stays in the list; what was agreed and is open "
            "is carried to the next one."
        ),
    )


class CloseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    minutes = forms.CharField(
        label=_("What came of it"),
        widget=lines(4),
        help_text=_("A sentence or two on top of the minutes. They go to everyone invited."),
    )
