"""Pages that keep goals, objectives and measures, enter a value and correct one."""

from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from goals import actions, forms
from goals.models import Goal, Measure, Measurement, Objective
from workflow.lifecycle import Conflict, MoveRefused
from workflow.templatetags.ui import number


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
        messages.success(self.request, self.done % {"name": made.name})
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
            if name != "version" and name in typed and value != typed[name]
        ]

    def in_words(self, name, value):
        """A value that stands in a field, as a person reads it."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, Decimal):
            return number(value)
        display = getattr(self.about, f"get_{name}_display", None)
        return display() if display else value

    def form_invalid(self, form):
        return self.answer(form, 422)

    def answer(self, form, status):
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def get_context_data(self, **kwargs):
        return super().get_context_data(about=self.about, heading=self.heading, **kwargs)


class GoalNew(ActForm):
    permission = "goals.change_goal"
    form_class = forms.GoalForm
    heading = _("Add a goal")
    done = _("The goal “%(name)s” is added.")

    def act(self, **data):
        return actions.add_goal(by=self.request.user, **data)


class AboutGoal(ActForm):
    """A form about one goal."""

    permission = "goals.change_goal"

    def get_about(self):
        return get_object_or_404(Goal.objects.select_related("owner"), slug=self.kwargs["slug"])


class GoalChange(AboutGoal):
    form_class = forms.GoalChangeForm
    heading = _("Change the goal")
    done = _("The goal “%(name)s” is saved.")

    def get_initial(self):
        return values_of(self.about, self.form_class) | {"version": actions.edits_of(self.about)}

    def act(self, **data):
        actions.change_goal(self.about, by=self.request.user, **data)
        return self.about


class ObjectiveNew(AboutGoal):
    form_class = forms.ObjectiveForm
    heading = _("Add an objective")
    done = _("“%(name)s” has a new objective.")

    def act(self, **data):
        return actions.add_objective(self.about, by=self.request.user, **data).goal


class MeasureNew(ActForm):
    permission = "goals.change_goal"
    form_class = forms.DefinitionForm
    heading = _("Add a measure")
    done = _("The measure “%(name)s” is added.")

    def get_about(self):
        return get_object_or_404(Objective.objects.select_related("goal"), pk=self.kwargs["pk"])

    def act(self, **data):
        return actions.add_measure(self.about, by=self.request.user, **data)


class AboutMeasure(ActForm):
    """A form about one measure, for those who keep it."""

    permission = "goals.add_measurement"

    def get_about(self):
        measures = Measure.objects.select_related("owner", "backup", "department")
        return get_object_or_404(measures, slug=self.kwargs["slug"])

    def judged(self):
        return self.about

    def get_context_data(self, **kwargs):
        return super().get_context_data(measure=self.about, **kwargs)


class MeasureChange(AboutMeasure):
    permission = "goals.change_measure"
    form_class = forms.DefinitionChangeForm
    heading = _("Change the measure")
    done = _("The measure “%(name)s” is saved.")

    def get_initial(self):
        return values_of(self.about, self.form_class)

    def act(self, **data):
        actions.change_measure(self.about, by=self.request.user, **data)
        return self.about


def values_of(obj, form_class):
    """What stands in the fields of a form that the object has."""
    return {name: getattr(obj, name) for name in form_class.base_fields if hasattr(obj, name)}


class MeasurementNew(AboutMeasure):
    form_class = forms.MeasurementForm
    heading = _("Enter a value")
    done = _("The value of “%(name)s” is entered.")

    def get_initial(self):
        return {"period_on": actions.last_whole_period(self.about)}

    def act(self, **data):
        return actions.record_measurement(self.about, by=self.request.user, **data).measure


class MeasurementCorrect(AboutMeasure):
    form_class = forms.CorrectForm
    heading = _("Correct a value")
    done = _("The value of “%(name)s” is corrected; the old one stays in its history.")

    def get_about(self):
        measurements = Measurement.objects.select_related("measure", "entered_by")
        self.measurement = get_object_or_404(measurements, measure__slug=self.kwargs["slug"], pk=self.kwargs["pk"])
        return self.measurement.measure

    def get_initial(self):
        return {"value": self.measurement.value, "version": self.measurement.version}

    def get_context_data(self, **kwargs):
        return super().get_context_data(measurement=self.measurement, **kwargs)

    def act(self, **data):
        actions.correct_measurement(self.measurement, by=self.request.user, **data)
        return self.about
