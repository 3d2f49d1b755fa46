"""Pages that keep goals, objectives and measures, enter a value and correct one."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from goals import actions
from goals.forms import measures as forms
from goals.models import Annotation, Goal, Measure, Measurement, MeasurementPart, Objective, Plan
from goals.views.act import ActForm, values_of


class PlanNew(ActForm):
    permission = "goals.change_goal"
    form_class = forms.PlanForm
    heading = _("Add a plan")
    done = _("The plan “%(name)s” is added.")

    def act(self, **data):
        return actions.add_plan(by=self.request.user, **data)


class PlanChange(ActForm):
    permission = "goals.change_goal"
    form_class = forms.PlanChangeForm
    heading = _("Change the plan")
    done = _("The plan “%(name)s” is saved.")

    def get_about(self):
        return get_object_or_404(Plan, pk=self.kwargs["pk"])

    def get_initial(self):
        return values_of(self.about, self.form_class)

    def act(self, **data):
        actions.change_plan(self.about, by=self.request.user, **data)
        return self.about


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


class ObjectiveChange(ActForm):
    permission = "goals.change_goal"
    form_class = forms.ObjectiveChangeForm
    heading = _("Change the objective")
    done = _("The objective “%(name)s” is saved.")

    def get_about(self):
        return get_object_or_404(Objective.objects.select_related("goal"), pk=self.kwargs["pk"])

    def get_initial(self):
        return values_of(self.about, self.form_class)

    def act(self, **data):
        actions.change_objective(self.about, by=self.request.user, **data)
        return self.about


class GoalMove(AboutGoal):
    """One place up or down in the list."""

    form_class = forms.MoveForm
    heading = _("Move the goal in the list")
    done = _("“%(name)s” has another place.")

    def act(self, direction):
        actions.move_goal(self.about, by=self.request.user, up=direction == "up")
        return self.about


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
        """The period whose value is missing; once all are there, the one that ended last."""
        return {"period_on": min(self.about.wanted_on, actions.last_whole_period(self.about))}

    def get_form_kwargs(self):
        parts = MeasurementPart.objects.filter(
            measurement__measure=self.about, measurement__period_on=self.about.last_on
        )
        return super().get_form_kwargs() | {
            "measure": self.about,
            "parts": list(parts.values_list("name", flat=True)) if self.about.broken_down_by else [],
        }

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


class MeasureEnd(AboutMeasure):
    permission = "goals.change_measure"
    form_class = forms.EndForm
    heading = _("Stop measuring")
    done = _("“%(name)s” is no longer measured; its values stay.")

    def get_initial(self):
        return {"version": self.about.version}

    def act(self, **data):
        actions.end_measure(self.about, by=self.request.user, **data)
        return self.about


class AnnotationNew(AboutMeasure):
    permission = "goals.annotate_measure"
    form_class = forms.AnnotationForm
    heading = _("Say what else changed")
    done = _("It stands beside the chart of “%(name)s”.")

    def act(self, **data):
        return actions.annotate(self.about, by=self.request.user, **data).measure


class AnnotationTakeBack(ActForm):
    permission = "goals.take_back_annotation"
    form_class = forms.forms.Form
    heading = _("Take the note back")
    done = _("The note on “%(name)s” is taken back.")

    def get_about(self):
        notes = Annotation.objects.select_related("measure", "by")
        self.annotation = get_object_or_404(notes, measure__slug=self.kwargs["slug"], pk=self.kwargs["pk"])
        return self.annotation.measure

    def judged(self):
        return self.annotation

    def act(self, **data):
        actions.take_back_annotation(self.annotation, by=self.request.user)
        return self.about
