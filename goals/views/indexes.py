"""Pages that make a measure an index of others, and change its members from a day on."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from goals import actions
from goals.forms import indexes as forms
from goals.models import Index, Measure
from goals.views.act import ActForm, values_of
from workflow.templatetags.ui import number


class AboutIndex(ActForm):
    permission = "goals.change_index"

    def get_about(self):
        measures = Measure.objects.select_related("department", "owner", "backup")
        return get_object_or_404(measures, slug=self.kwargs["slug"])

    def judged(self):
        return self.about

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"measure": self.about}


class IndexMake(AboutIndex):
    form_class = forms.IndexForm
    heading = _("Make it an index")
    done = _("“%(name)s” is an index of other measures now.")

    def act(self, **data):
        return actions.make_index(self.about, by=self.request.user, **data)


class IndexChange(AboutIndex):
    form_class = forms.IndexChangeForm
    heading = _("Change the index")
    done = _("“%(name)s” is saved, and calculated anew from that day.")

    def get_about(self):
        self.index = get_object_or_404(Index.objects.select_related("measure"), measure__slug=self.kwargs["slug"])
        return super().get_about()

    def get_initial(self):
        members = self.index.members.filter(until_on=None).select_related("measure")
        return values_of(self.index, self.form_class) | {"members": [(one.measure, one.weight) for one in members]}

    def show_newest(self, form):
        super().show_newest(form)
        newest, typed = told(self.get_initial()["members"]), told(form.cleaned_data["members"])
        if newest != typed:
            form.theirs.append((_("Members and weights"), ", ".join(newest)))

    def act(self, **data):
        actions.change_index(self.index, by=self.request.user, **data)
        return self.about


def told(members):
    """Each member with its weight, in the order of their names."""
    return sorted(f"{measure} {number(weight)}" for measure, weight in members)
