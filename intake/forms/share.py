"""The short form: one question that is needed, and those that help."""

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PersonField
from accounts.models import RestrictedGroup
from accounts.policy import ANSWERS
from goals.models import Goal
from intake.actions import SHORT_FORM
from intake.models import FirstSight, Idea


class StartForm(forms.Form):
    """The first sentence; a liaison may begin for somebody else."""

    problem = forms.CharField(
        label=_("Tell us the problem in a sentence or two"),
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "placeholder": _("Example: the hose list is on paper, and it is never in the right truck."),
            }
        ),
        error_messages={"required": _("Tell the problem in a sentence.")},
    )
    requester = PersonField(label=_("For whom do you write this?"), required=False)

    def __init__(self, *args, may_write_for_others=False, **kwargs):
        super().__init__(*args, **kwargs)
        if not may_write_for_others:
            del self.fields["requester"]


class WordsForm(forms.ModelForm):
    """The words of an idea; nothing is asked for until it is shared."""

    version = forms.IntegerField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    answers = forms.MultipleChoiceField(
        label=_("What applies?"),
        help_text=_("It tells us whom to ask. Leave out what you do not know."),
        choices=list(ANSWERS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Idea
        fields = list(SHORT_FORM)
        labels = {
            "title": _("Title"),
            "problem": _("What problem do you run into?"),
            "who_has_it": _("Who has it, and how often?"),
            "better": _("What would be different if it worked?"),
            "goal": _("Closest city goal"),
            "solution": _("The solution that you have in mind"),
            "wanted_by": _("Is there a date we can’t miss?"),
            "wanted_why": _("What happens on that date?"),
        }
        help_texts = {
            "title": _("Leave it empty and we take it from your words."),
            "problem": _("Say what happens, where, and what it costs you in time, money or safety."),
            "who_has_it": _("Your team, other departments, residents; every day, every week, now and then."),
            "better": _("A number helps, a rough guess is fine. We use it later to check whether we helped."),
            "wanted_by": _("A law, a grant deadline, a contract ending, a season."),
        }
        widgets = {
            "problem": forms.Textarea(attrs={"rows": 5}),
            "who_has_it": forms.Textarea(attrs={"rows": 2}),
            "better": forms.Textarea(attrs={"rows": 3}),
            "solution": forms.Textarea(attrs={"rows": 3}),
            "wanted_by": DayInput,
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.fields["problem"].required = self.needs_problem
        self.fields["problem"].error_messages["required"] = _("Tell the problem in a sentence.")
        self.fields["goal"].queryset = Goal.objects.filter(is_open=True)
        self.fields["goal"].empty_label = _("Not sure")

    needs_problem = True


class DraftForm(WordsForm):
    """The words of a draft and who sees it first; the similar ideas follow the typing."""

    needs_problem = False
    audience = forms.ChoiceField(label=_("Who sees it first?"), choices=FirstSight.choices, widget=forms.RadioSelect)

    class Meta(WordsForm.Meta):
        fields = [*SHORT_FORM, "audience", "group"]
        labels = {**WordsForm.Meta.labels, "group": _("Which people, if it is restricted?")}
        help_texts = {
            **WordsForm.Meta.help_texts,
            "audience": _(
                "Restricted is for police, personnel or security matters: only the people of the group see it."
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = RestrictedGroup.objects.all()
        self.fields["problem"].widget.attrs |= {
            "hx-get": reverse("similar-ideas") + f"?but={self.instance.key}",
            "hx-trigger": "input changed delay:500ms",
            "hx-target": "#similar",
        }

    def clean(self):
        data = super().clean()
        if data.get("audience") == FirstSight.RESTRICTED and not data.get("group"):
            self.add_error("group", _("Choose the people who may see it."))
        elif data.get("audience") and data["audience"] != FirstSight.RESTRICTED:
            data["group"] = None
        return data

    def good_part(self):
        """What can be kept as it is, whatever else still has to be mended."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in self.errors}
        if "group" in self.errors or "audience" not in data:
            data.pop("audience", None)
            data.pop("group", None)
        data.pop("version", None)
        return data
