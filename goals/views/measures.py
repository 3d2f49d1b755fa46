"""Pages that keep goals, objectives and measures, enter a value and correct one."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from goals import actions
from goals.forms import measures as forms
from goals.models import Goal, Measure, Measurement, Objective
from goals.views.act import ActForm, values_of


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
