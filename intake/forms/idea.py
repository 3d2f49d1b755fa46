"""Small forms on the page of one idea: what people say, back, ask for and attach."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PersonField
from accounts.models import RestrictedGroup
from accounts.policy import current_policy
from intake.models import Backing, FirstSight, Idea
from workflow.models import Audience

WIDER = [choice for choice in FirstSight.choices if choice[0] != FirstSight.RESTRICTED]


def long_text(rows=3):
    return forms.Textarea(attrs={"rows": rows})


class AudienceForm(forms.Form):
    """A form whose author chooses among the audiences that he or she belongs to."""

    audience = forms.ChoiceField(label=_("Who reads it"))

    def __init__(self, *args, idea, user, **kwargs):
        super().__init__(*args, **kwargs)
        mine = idea.audiences_of(user)
        self.fields["audience"].choices = [choice for choice in Audience.choices if choice[0] in mine]
        self.fields["audience"].initial = Audience.VIEWERS
        if len(mine) < 2:
            self.fields["audience"].widget = forms.HiddenInput()


class CommentForm(AudienceForm):
    field_order = ["text", "audience"]
    text = forms.CharField(
        label=_("Write a message"),
        help_text=_("Name a colleague as @first.last, the beginning of the address, and the colleague hears of it."),
        widget=long_text(),
    )


class AttachForm(AudienceForm):
    field_order = ["file", "audience"]
    file = forms.FileField(label=_("File"), help_text=_("No security details and no personal data: it is a record."))


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Your answer"), widget=long_text())


class AskForm(forms.Form):
    text = forms.CharField(label=_("Your question"), widget=long_text())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = _(
            "The clock stands still until it is answered. We remind after %(days)s working days, then it is your turn."
        ) % {"days": current_policy().question_days}


class SupportForm(forms.Form):
    volume = forms.CharField(
        label=_("How much would you use it?"),
        help_text=_("For example: 20 calls a week."),
        required=False,
        max_length=200,
    )
    would_share_cost = forms.BooleanField(label=_("We would share the cost"), required=False)
    note = forms.CharField(label=_("What is different with you?"), required=False, widget=long_text())


class BackForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("Does the department back it?"), choices=Backing.Answer.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Needed when you hold it: the requester reads it."),
        required=False,
        widget=long_text(),
    )
    hold_until = forms.DateField(label=_("Hold it until"), required=False, widget=DayInput)


class SecondLookForm(forms.Form):
    reason = forms.CharField(label=_("What should be looked at again?"), widget=long_text())


class RestrictForm(forms.Form):
    group = forms.ModelChoiceField(label=_("Who may see it"), queryset=RestrictedGroup.objects.all())
    reason = forms.CharField(label=_("Why"), required=False, widget=long_text(2))


class WidenForm(forms.Form):
    audience = forms.ChoiceField(label=_("Who may see it"), choices=WIDER, widget=forms.RadioSelect)


class ConflictForm(forms.Form):
    note = forms.CharField(
        label=_("What ties you to it?"), help_text=_("Read by those who work on it."), widget=long_text(2)
    )


class CoAuthorForm(forms.Form):
    person = PersonField(label=_("Who writes along"))


class CaseForm(forms.ModelForm):
    """The business case."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Idea
        fields = ["options", "risks", "cost_start", "cost_yearly", "cost_note", "hours", "no_contribution_reason"]
        labels = {
            "options": _("What else could be done?"),
            "risks": _("What could go wrong?"),
            "cost_start": _("Cost at the start, in dollars"),
            "cost_yearly": _("Cost each year after that, in dollars"),
            "cost_note": _("Where the figures come from"),
            "hours": _("Hours of IT"),
            "no_contribution_reason": _("Why no measure can be named, if none can"),
        }
        help_texts = {"options": _("Doing nothing is one of them.")}
        widgets = {name: long_text() for name in ("options", "risks", "no_contribution_reason")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
