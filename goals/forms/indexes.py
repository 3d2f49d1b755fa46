"""The form of an index: its rule, and a row for each member with its weight."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput
from goals.models import Index, Measure

FREE_ROWS = 4


class IndexForm(forms.Form):
    """Members and weights in rows that need no script: filled ones first, then free ones; an emptied row goes."""

    rule = forms.ChoiceField(label=_("How the members are put together"), choices=Index.Rule)
    cap_low = forms.DecimalField(label=_("Lowest score"), initial=Decimal(0), max_digits=6, decimal_places=2)
    cap_high = forms.DecimalField(
        label=_("Highest score"),
        initial=Decimal(2),
        max_digits=6,
        decimal_places=2,
        help_text=_(
            "A score is the value against its target: 1 is on target. Caps keep one member from hiding the others."
        ),
    )
    least_fresh = forms.IntegerField(
        label=_("Least weight with fresh data, %"), initial=70, min_value=1, max_value=100,
        help_text=_("Below it no index is shown."),
    )  # fmt: skip

    def __init__(self, *args, measure=None, **kwargs):
        super().__init__(*args, **kwargs)
        present = Measure.objects.in_use().exclude(pk=getattr(measure, "pk", None)).select_related("department")
        shown = self.initial.get("members", [])
        typed = {name for name in self.data if name.startswith("member_")}
        self.places = range(max(len(shown), len(typed) - FREE_ROWS if typed else 0) + FREE_ROWS)
        for place in self.places:
            member, weight = shown[place] if place < len(shown) else (None, None)
            self.fields[f"member_{place}"] = forms.ModelChoiceField(
                present, label=_("Member %(number)s") % {"number": place + 1}, required=False, initial=member
            )
            self.fields[f"weight_{place}"] = forms.DecimalField(
                label=_("Weight %(number)s") % {"number": place + 1},
                required=False,
                initial=weight,
                max_digits=6,
                decimal_places=2,
            )
        last = [name for name in ("reason", "from_on") if name in self.fields]
        self.order_fields([name for name in self.fields if name not in last] + last)

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
