"""The form of an index: its rule, and a row for each member with its weight."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput
from goals.forms.measures import FigureField
from goals.models import Index, Measure

FREE_ROWS = 4


class MemberField(forms.ModelChoiceField):
    """A measure with the department that keeps it."""

    def label_from_instance(self, obj):
        return f"{obj.name} ({obj.department})"


class IndexForm(forms.Form):
    """Members and weights in rows that need no script: filled ones first, then free ones; an emptied row goes."""

    template_name = "goals/index_form.html"

    rule = forms.ChoiceField(label=_("How the members are put together"), choices=Index.Rule)
    cap_low = FigureField(max_digits=6, decimal_places=2, label=_("Lowest score"), initial=Decimal(0))
    cap_high = FigureField(max_digits=6, decimal_places=2, label=_("Highest score"), initial=Decimal(2))
    least_fresh = forms.IntegerField(label=_("Least weight with fresh data, %"), initial=70, min_value=1, max_value=100)

    def __init__(self, *args, measure=None, **kwargs):
        super().__init__(*args, **kwargs)
        present = Measure.objects.in_use().exclude(pk=getattr(measure, "pk", None)).select_related("department")
        shown = self.initial.get("members", [])
        typed = {name for name in self.data if name.startswith("member_")}
        self.places = range(max(len(shown), len(typed) - FREE_ROWS if typed else 0) + FREE_ROWS)
        for place in self.places:
            member, weight = shown[place] if place < len(shown) else (None, None)
            self.fields[f"member_{place}"] = MemberField(
                present, label=_("Member %(number)s") % {"number": place + 1}, required=False, initial=member
            )
            self.fields[f"weight_{place}"] = FigureField(
                label=_("Weight %(number)s") % {"number": place + 1},
                required=False,
                initial=weight,
                max_digits=6,
                decimal_places=2,
            )
        last = [name for name in ("reason", "from_on") if name in self.fields]
        self.order_fields([name for name in self.fields if name not in last] + last)

    def rows(self):
        """Each member beside its weight."""
        return [(self[f"member_{place}"], self[f"weight_{place}"]) for place in self.places]

    def how(self):
        return [self[name] for name in ("cap_low", "cap_high", "least_fresh")]

    def why(self):
        return [self[name] for name in ("reason", "from_on") if name in self.fields]

    def clean(self):
        data = super().clean()
        members = []
        for place in self.places:
            measure, weight = data.pop(f"member_{place}", None), data.pop(f"weight_{place}", None)
            if measure and weight is None and f"weight_{place}" not in self.errors:
                self.add_error(f"weight_{place}", _("Give this member its weight, or leave the row empty."))
            elif weight is not None and not measure and f"member_{place}" not in self.errors:
                self.add_error(f"member_{place}", _("Choose the measure that has this weight, or empty the weight."))
            elif measure:
                members.append((measure, weight))
        data["members"] = members
        return data


class IndexChangeForm(IndexForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Why it changes"), widget=forms.Textarea(attrs={"rows": 2}))
    from_on = forms.DateField(label=_("Counts from"), widget=DayInput, help_text=_("The series breaks there, visibly."))
