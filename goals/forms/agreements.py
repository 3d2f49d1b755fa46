"""Forms of defining together: a question, a position, data, a gap or dissent, a signature, a request for data."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput, PersonField
from accounts.models import Department
from goals.models import DataElement, DataRequest, Goal, Measure, Remark, SignOff


def lines(rows=2):
    return forms.Textarea(attrs={"rows": rows})


def departments():
    return Department.objects.filter(is_active=True)


class AgreementForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Short, for lists: for example Public Safety index.")
    )
    question = forms.CharField(
        label=_("The question that departments share"),
        max_length=300,
        widget=lines(),
        help_text=_("One that no department can answer alone."),
    )
    goal = forms.ModelChoiceField(Goal.objects.none(), label=_("Goal"))
    kept_by = PersonField(label=_("Kept by"), help_text=_("Who brings the departments together."))
    backup = PersonField(label=_("Backup"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["goal"].queryset = Goal.objects.listed().filter(is_open=True)


class AgreementChangeForm(AgreementForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    meaning = forms.CharField(label=_("What we agreed it means"), required=False, widget=lines(3))
    counts = forms.CharField(label=_("Counts"), required=False, widget=lines())
    leaves_out = forms.CharField(label=_("Leaves out"), required=False, widget=lines())


class MeasuresField(forms.ModelMultipleChoiceField):
    """Measures, each with the department that keeps it."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "column"})

    def clean(self, value):
        for key in value or ():
            if len(key) > 18:  # no database takes so long a key
                raise forms.ValidationError(self.error_messages["invalid_pk_value"] % {"pk": key[:18]})
        return super().clean(value)

    def label_from_instance(self, obj):
        return f"{obj.name} ({obj.department})"


class MeasuresForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    measures = MeasuresField(Measure.objects.none(), label=_("Measures"), required=False)
    index = forms.ModelChoiceField(
        Measure.objects.none(), label=_("Index of them"), required=False, help_text=_("Where one number is wanted.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        in_use = Measure.objects.in_use().select_related("department")
        self.fields["measures"].queryset = in_use.filter(index=None)
        self.fields["index"].queryset = in_use.filter(index__isnull=False)


class InviteForm(forms.Form):
    department = forms.ModelChoiceField(Department.objects.none(), label=_("Department"))
    speaker = PersonField(label=_("Who speaks and signs for it"))
    sign_by_on = forms.DateField(label=_("Sign by"), required=False, widget=DayInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = departments()


class PositionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("What does your department mean by the question?"),
        widget=lines(3),
        help_text=_("In your own words, a sentence or two. It stands on the page as a quotation."),
    )
    waits_for = forms.CharField(
        label=_("We wait with our signature for"),
        required=False,
        max_length=200,
        help_text=_("What has to happen first, and by when: for example the crash form, due December 1."),
    )


class RemarkForm(forms.Form):
    kind = forms.ChoiceField(label=_("What it is"), choices=Remark.Kind, widget=forms.RadioSelect)
    title = forms.CharField(label=_("In a few words"), max_length=120)
    text = forms.CharField(label=_("What it is about"), widget=lines(3))
    look_again_on = forms.DateField(label=_("Look at it again on"), required=False, widget=DayInput)


class SettleForm(forms.Form):
    how = forms.CharField(label=_("How it was settled"), widget=lines())


class SignForm(forms.Form):
    number = forms.IntegerField(widget=forms.HiddenInput)
    part = forms.ChoiceField(label=_("What you sign"), choices=SignOff.Part, widget=forms.RadioSelect)
    with_dissent = forms.BooleanField(label=_("We sign with a dissent"), required=False)
    dissent = forms.CharField(
        label=_("What we dissent from"),
        required=False,
        widget=lines(),
        help_text=_("It is printed wherever the index appears."),
    )


class ElementForm(forms.Form):
    name = forms.CharField(label=_("Data"), max_length=200, help_text=_("What it is, as people know it."))
    owner = PersonField(label=_("Owner"), help_text=_("Who answers when somebody asks to use it."))
    system = forms.CharField(label=_("System"), max_length=120)
    refreshed = forms.CharField(label=_("Refreshed"), max_length=80, help_text=_("For example every night."))
    sensitivity = forms.ChoiceField(label=_("Sensitivity"), choices=DataElement.Sensitivity)
    may_use = forms.CharField(label=_("Who may use it"), max_length=200)
    use = forms.CharField(label=_("For this question"), max_length=200, required=False)


class ElementChangeForm(ElementForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class AskForDataForm(forms.Form):
    what_for = forms.CharField(label=_("What for"), widget=lines())
    how_fine = forms.CharField(
        label=_("How fine"), max_length=300, help_text=_("For example monthly totals, no names, no case numbers.")
    )
    who_sees = forms.CharField(label=_("Who sees it"), max_length=300)
    until_on = forms.DateField(label=_("Until"), widget=DayInput, help_text=_("After that day you ask again."))


class AnswerDataForm(forms.Form):
    answer = forms.ChoiceField(label=_("Your answer"), choices=DataRequest.Answer, widget=forms.RadioSelect)
    condition = forms.CharField(
        label=_("Condition, or what to try instead"),
        required=False,
        widget=lines(),
        help_text=_("Not for a plain yes."),
    )
