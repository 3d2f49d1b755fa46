"""Forms of people: settings, invitations, roles, groups, departments, and every value of the policy."""

from dataclasses import fields, replace
from datetime import date
from zoneinfo import available_timezones

import holidays
from allauth.account.forms import LoginForm, ResetPasswordForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from accounts.models import Absence, Department, Membership, RestrictedGroup, Role, User
from accounts.policy import ANSWERS, LABELS, Discipline, Policy, Preset, Silence, current_policy

LONGEST = 254


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class PersonField(forms.CharField):
    """A person, by e-mail address or by the full name where only one person has it."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})

    def __init__(self, **kwargs):
        kwargs.setdefault("help_text", _("The e-mail address, or the full name."))
        super().__init__(**kwargs)

    def prepare_value(self, value):
        return value.email if isinstance(value, User) else value

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        active = User.objects.filter(is_active=True, kind=User.Kind.PERSON)
        if len(text) > LONGEST:  # no address is longer, and SQLite compares no longer text
            active = active.none()
        found = list(active.filter(email__iexact=text)[:1]) or list(active.filter(name__iexact=text)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(_("Several people have this name. Write the e-mail address."))
        raise forms.ValidationError(_("We know nobody by this. Look the person up under People and try again."))


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ForgottenPasswordForm(ResetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].widget.attrs.pop("placeholder", None)


class SettingsForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "theme", "language", "wants_email"]
        labels = {
            "name": _("Your name, as others see it"),
            "theme": _("Light or dark"),
            "language": _("Language"),
            "wants_email": _("Send me an e-mail when something waits for me or moves"),
        }
        help_texts = {"wants_email": _("The notices on the page stay in any case.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class AbsenceForm(forms.ModelForm):
    class Meta:
        model = Absence
        fields = ["from_on", "to_on"]
        labels = {"from_on": _("First day away"), "to_on": _("Last day away")}
        widgets = {"from_on": DayInput, "to_on": DayInput}

    def _post_clean(self):
        """What the days must be like is said by the action, once."""


class ChoosePasswordForm(SetPasswordForm):
    """The first password of an invited person."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("Your password")
        self.fields["new_password1"].help_text = _("At least 15 characters. Several plain words in a row are good.")
        self.fields["new_password2"].label = _("The same once more")
        self.fields["new_password2"].help_text = ""


class InviteForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "email", "title", "extension", "department"]
        labels = {
            "name": _("Name"),
            "email": _("E-mail address"),
            "title": _("Title"),
            "extension": _("Telephone extension"),
            "department": _("Department"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.filter(is_active=True)
        self.fields["department"].required = True

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("Somebody has this address already. Look the person up under People."))
        return email


class PersonForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "title", "extension", "department"]
        labels = {
            "name": _("Name"),
            "title": _("Title"),
            "extension": _("Telephone extension"),
            "department": _("Department"),
        }


class RoleForm(forms.Form):
    kind = forms.ChoiceField(label=_("Role"), choices=Role.Kind.choices)
    department = forms.ModelChoiceField(
        Department.objects.filter(is_active=True),
        label=_("Department"),
        required=False,
        empty_label=_("All of the city"),
    )
    discipline = forms.ChoiceField(
        label=_("Discipline"), required=False, help_text=_("For reviewers: what the person judges.")
    )
    from_on = forms.DateField(
        label=_("From"), required=False, widget=DayInput, help_text=_("Leave it empty to begin today.")
    )
    to_on = forms.DateField(
        label=_("Until"), required=False, widget=DayInput, help_text=_("Leave it empty for no end.")
    )
    substitute = PersonField(label=_("Substitute"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        disciplines = [(one.code, one.name) for one in current_policy().disciplines]
        self.fields["discipline"].choices = [("", _("None")), *disciplines]

    def clean(self):
        cleaned = super().clean()
        from_on, to_on = cleaned.get("from_on"), cleaned.get("to_on")
        if from_on and to_on and to_on < from_on:
            self.add_error("to_on", _("Choose a day that is not before the first."))
        return cleaned


class SubstituteForm(forms.Form):
    substitute = PersonField(
        label=_("Substitute"), required=False, help_text=_("The e-mail address or the full name. Empty: nobody.")
    )


class CloseAccountForm(forms.Form):
    successor = PersonField(label=_("Who takes over?"), required=False)


class DepartmentForm(forms.ModelForm):
    class Meta:
        model = Department
        fields = ["name", "code", "first_sight", "is_active"]
        labels = {
            "name": _("Name"),
            "code": _("Code"),
            "first_sight": _("Who sees a new idea first, where the requester does not choose"),
            "is_active": _("People and ideas can belong to it"),
        }
        help_texts = {"code": _("Small letters, digits and hyphens. It stays as it is: links and imports use it.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]
        else:
            del self.fields["is_active"]


class GroupForm(forms.ModelForm):
    class Meta:
        model = RestrictedGroup
        fields = ["name"]
        labels = {"name": _("Name of the group")}


class MemberForm(forms.Form):
    user = PersonField(label=_("Person"))

    def __init__(self, *args, group=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.group = group

    def clean_user(self):
        user = self.cleaned_data["user"]
        if Membership.objects.present().filter(group=self.group, user=user).exists():
            raise forms.ValidationError(_("This person is a member already, or waits for confirmation."))
        return user


class LinesField(forms.CharField):
    """A list, one entry on each line."""

    widget = forms.Textarea(attrs={"rows": 5})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, (tuple, list)) else value

    def clean(self, value):
        lines = (line.strip() for line in super().clean(value).splitlines())
        return tuple(dict.fromkeys(filter(None, lines)))


class DaysField(LinesField):
    """A list of dates, one on each line, earliest first."""

    def clean(self, value):
        try:
            return tuple(sorted(date.fromisoformat(line).isoformat() for line in super().clean(value)))
        except ValueError:
            raise forms.ValidationError(_("Write one date on each line, for example 2027-12-24.")) from None


HIGHEST = 1_000_000_000
FIELD_MAKERS = {
    "preset": lambda **kw: forms.ChoiceField(choices=Preset.choices, **kw),
    "silence": lambda **kw: forms.ChoiceField(choices=Silence.choices, **kw),
    "opens": lambda **kw: forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **kw),
    "closes": lambda **kw: forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **kw),
    "closing_days": lambda **kw: DaysField(
        required=False,
        help_text=_("Days on which the city is closed besides the holidays: one date on each line."),
        **kw,
    ),
    "funds": lambda **kw: LinesField(help_text=_("One on each line."), **kw),
    "time_zone": lambda **kw: forms.CharField(help_text=_("For example America/Los_Angeles."), **kw),
    "country": lambda **kw: forms.CharField(max_length=3, help_text=_("Two letters, for the holidays."), **kw),
    "subdivision": lambda **kw: forms.CharField(
        max_length=6, required=False, help_text=_("State or province in letters, for the holidays: CA, TX."), **kw
    ),
}
REASON = forms.CharField(label=_("Why does it change?"), widget=forms.Textarea(attrs={"rows": 2}))


class PolicyForm(forms.Form):
    """Every value of the policy but its disciplines, and why it changes."""

    def __init__(self, *args, policy: Policy, **kwargs):
        self.policy = policy
        super().__init__(*args, **kwargs)
        for name in (one.name for one in fields(Policy) if one.name in LABELS):
            make = FIELD_MAKERS.get(name)
            days = name.endswith("_days")
            self.fields[name] = (
                make(label=LABELS[name])
                if make
                else forms.IntegerField(
                    label=LABELS[name], min_value=1 if days else 0, max_value=365 if days else HIGHEST
                )
            )
        self.fields["reason"] = REASON
        self.fields["based_on"] = forms.IntegerField(widget=forms.HiddenInput)

    def clean_time_zone(self):
        name = self.cleaned_data["time_zone"]
        if name not in available_timezones():
            raise forms.ValidationError(_("Write the name of a time zone, for example America/Chicago."))
        return name

    def clean(self):
        cleaned = super().clean()
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if opens and closes:
            if closes <= opens:
                self.add_error("closes", _("Choose a time after the opening."))
            cleaned["opens"], cleaned["closes"] = opens.strftime("%H:%M"), closes.strftime("%H:%M")
        for smaller, larger in (("small_cost", "medium_cost"), ("small_hours", "medium_hours")):
            if None not in (low := cleaned.get(smaller), high := cleaned.get(larger)) and high < low:
                self.add_error(larger, _("Choose a number that is not below the one for small ideas."))
        if "country" in cleaned:
            cleaned["country"] = cleaned["country"].upper()
            cleaned["subdivision"] = cleaned.get("subdivision", "").upper()
            try:
                holidays.country_holidays(cleaned["country"], subdiv=cleaned["subdivision"] or None)
            except NotImplementedError:
                self.add_error("country", _("We know no holidays of this country and state. Check the letters."))
        return cleaned

    def changed(self, disciplines: tuple[Discipline, ...]) -> Policy:
        """The policy as the form has it."""
        values = {name: value for name, value in self.cleaned_data.items() if name in LABELS}
        return replace(self.policy, **values, disciplines=disciplines)

    def sections(self):
        """The fields under the headings of the page."""
        return [(heading, [self[name] for name in names]) for heading, names in self.policy.sections()]


class DisciplineForm(forms.Form):
    """One discipline; a name that is emptied takes it out."""

    code = forms.SlugField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), required=False, max_length=60)
    asked_by = forms.MultipleChoiceField(
        label=_("Asked for by these answers"),
        required=False,
        choices=[("always", _("Every idea.")), *ANSWERS.items()],
        widget=forms.CheckboxSelectMultiple,
    )


class BaseDisciplines(forms.BaseFormSet):
    def disciplines(self) -> tuple[Discipline, ...]:
        """The disciplines that keep a name; a new one gets a code from its name."""
        kept = []
        for form in self.forms:
            cleaned = form.cleaned_data
            name = cleaned.get("name", "").strip()
            if name:
                code = cleaned.get("code") or name.lower().replace(" ", "-")
                kept.append(Discipline(code, name, tuple(cleaned.get("asked_by", ()))))
        return tuple(kept)

    def clean(self):
        if any(form.errors for form in self.forms):
            return
        codes = [one.code for one in self.disciplines()]
        if not codes:
            raise forms.ValidationError(_("Keep at least one discipline."))
        if len(set(codes)) < len(codes):
            raise forms.ValidationError(_("Give every discipline a name of its own."))


DisciplineFormSet = forms.formset_factory(DisciplineForm, formset=BaseDisciplines, extra=1, max_num=40, absolute_max=40)


class SmallCityForm(forms.Form):
    it_lead = PersonField(label=_("IT lead"))
    city_manager = PersonField(label=_("City manager"))
    second = PersonField(label=_("Second person outside"))
