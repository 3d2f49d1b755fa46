"""A form that does one thing and shows what stands in the way with everything typed."""

from decimal import Decimal

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from workflow.lifecycle import Conflict, MoveRefused
from workflow.templatetags.ui import number


class SeesGoals:
    """A page for everyone who works here."""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("goals.view_goal"):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class ActForm(FormView):
    """A form that does one thing to `about`, and shows what stands in the way with everything typed."""

    template_name = "goals/act.html"
    permission = ""
    heading = ""
    done = ""

    def dispatch(self, request, *args, **kwargs):
        self.about = self.get_about()
        if not request.user.has_perm(self.permission, self.judged()):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_about(self):
        """What the form is about, read anew; nothing where it adds the first."""

    def judged(self):
        """What the permission is asked for; nothing: the goals as a whole."""

    def act(self, **data):
        """Do it; returns the object whose page comes next."""
        raise NotImplementedError

    def form_valid(self, form):
        try:
            made = self.act(**form.cleaned_data)
        except MoveRefused as refused:
            for sentence in refused.sentences:
                form.add_error(None, sentence)
            if not isinstance(refused, Conflict):
                return self.answer(form, 422)
            self.show_newest(form)
            return self.answer(form, 409)
        messages.success(self.request, self.done % {"name": str(made)})
        return HttpResponseRedirect(made.get_absolute_url())

    def show_newest(self, form):
        """Let the form save again over what somebody else saved, which it shows beside the text typed."""
        if "version" not in form.fields:
            return
        self.about = self.get_about()
        newest, typed = self.get_initial(), form.cleaned_data
        form.data = form.data.copy()
        form.data["version"] = newest["version"]
        form.theirs = [
            (form.fields[name].label, self.in_words(name, value))
            for name, value in newest.items()
            if name in typed.keys() & form.fields.keys() - {"version"} and told_apart(value) != told_apart(typed[name])
        ]

    def in_words(self, name, value):
        """A value that stands in a field, as a person reads it."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, Decimal):
            return number(value)
        if isinstance(value, list):
            return ", ".join(map(str, value))
        display = getattr(self.about, f"get_{name}_display", None)
        return display() if display else value

    def form_invalid(self, form):
        return self.answer(form, 422)

    def answer(self, form, status):
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def get_context_data(self, **kwargs):
        return super().get_context_data(about=self.about, heading=self.heading, **kwargs)


def told_apart(value):
    """A value as it is compared: of several things the names, in any order."""
    return sorted(map(str, value)) if isinstance(value, list | QuerySet) else value


def values_of(obj, form_class):
    """What stands in the fields of a form that the object has."""
    return {name: getattr(obj, name) for name in form_class.base_fields if hasattr(obj, name)}
