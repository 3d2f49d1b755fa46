"""Forms that bring many values at once: the table, then the answers to what could not be read in one way only."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from goals.incoming.columns import ROLES
from goals.incoming.sheets import LARGEST, read_file, read_text
from workflow.imports import Unreadable


class BringForm(forms.Form):
    pasted = forms.CharField(
        label=_("Paste from a spreadsheet"),
        required=False,
        strip=False,
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("One line for each period: the period or a day of it, then the value."),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("CSV or XLSX, up to 2 MB and 5,000 lines; of several sheets you choose one."),
    )

    def clean(self):
        data = super().clean()
        pasted, file = (data.get("pasted") or "").strip("\r\n"), data.get("file")
        if self.errors:
            return data
        if bool(pasted.strip()) == bool(file):
            raise ValidationError(
                _("Paste the lines or choose a file, not both.") if file else _("Paste the lines, or choose a file.")
            )
        try:
            sheets = read_file(file.read(LARGEST + 1)) if file else [read_text(pasted)]
        except Unreadable as unreadable:
            self.add_error("file" if file else "pasted", str(unreadable))
            return data
        return {"sheets": sheets, "name": file.name if file else ""}


class AskedField(forms.ChoiceField):
    """A question that has to be answered before the values count, and can wait until then."""

    widget = forms.RadioSelect

    def validate(self, value):
        if value:
            super().validate(value)


class ReasonField(forms.CharField):
    """A reason that taking over needs, and looking does not."""

    def validate(self, value):
        """What is missing is said by the action, once."""


class PlanForm(forms.Form):
    """The questions of a plan, with the answers given so far."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.column_names = []
        if plan.asks_columns:
            for place, column in enumerate(plan.columns.columns):
                self.column_names.append(f"column_{place}")
                self.fields[f"column_{place}"] = forms.ChoiceField(
                    label=column.heading or _("Column %(number)s") % {"number": place + 1},
                    choices=list(ROLES.items()),
                    initial=column.role,
                    help_text=" · ".join(column.first),
                )
        for question in plan.questions:
            self.fields[question.key] = AskedField(
                label=question.text, choices=question.choices, initial=question.answer
            )
        if plan.corrections:
            self.fields["reason"] = ReasonField(
                label=_("Why the values are corrected"), widget=forms.Textarea(attrs={"rows": 2})
            )

    def columns(self):
        return [self[name] for name in self.column_names]

    def questions(self):
        return [self[question.key] for question in self.plan.questions]

    def answers(self):
        """What was chosen, as the upload keeps it."""
        chosen = {one.key: self.cleaned_data.get(one.key, "") for one in self.plan.questions}
        if self.column_names:
            chosen["columns"] = [self.cleaned_data[name] for name in self.column_names]
        return chosen
