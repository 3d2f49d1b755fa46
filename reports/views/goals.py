"""Goals and results: the goals, and one goal with its measures and its work."""

from collections import defaultdict
from datetime import date

from django.db.models import Prefetch
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import DetailView, ListView

from charts.spark import spark
from charts.words import measured
from goals.actions import last_whole_period
from goals.models import Goal, Measure, Measurement, Objective
from intake.models import Idea
from projects.models import Project
from reports.views.measure import stale

LAST = 12
MOST_WORK = 50


class GoalPages:
    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("goals.view_goal"):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class GoalList(GoalPages, ListView):
    template_name = "reports/goals.html"
    context_object_name = "goals"

    def get_queryset(self):
        measures = Measure.objects.only("slug", "name", "objective")
        return (
            Goal.objects.listed()
            .filter(is_open=True)
            .select_related("owner", "plan")
            .prefetch_related(Prefetch("objectives__measures", measures))
        )

    def get_context_data(self, **kwargs):
        changes = self.request.user.has_perm("goals.change_goal")
        closed = list(Goal.objects.listed().filter(is_open=False)) if changes else []
        return super().get_context_data(changes=changes, closed=closed, **kwargs)


class GoalPage(GoalPages, DetailView):
    """Objectives with their measures, and the work for this goal that the person may see."""

    template_name = "reports/goal.html"
    model = Goal

    def get_context_data(self, **kwargs):
        goal, user = self.object, self.request.user
        objectives = list(Objective.objects.filter(goal=goal).prefetch_related("measures__owner"))
        measures = [one for objective in objectives for one in objective.measures.all()]
        with_latest(measures)
        ideas = list(Idea.objects.visible_to(user).shared().filter(goal=goal).listed()[: MOST_WORK + 1])
        running = Project.objects.visible_to(user).not_cancelled().filter(idea__goal=goal).listed()
        return super().get_context_data(
            objectives=objectives,
            ideas=ideas[:MOST_WORK],
            has_more=len(ideas) > MOST_WORK,
            projects=list(running[:MOST_WORK]),
            changes=user.has_perm("goals.change_goal"),
            **kwargs,
        )


def with_latest(measures):
    """Give each measure its latest value and a small chart, in one query for all of them."""
    values = defaultdict(list)
    since = date(last_year(measures), 1, 1) if measures else None
    found = Measurement.objects.filter(measure__in=measures, period_on__gte=since) if measures else ()
    for one in found:
        values[one.measure_id].append(one)
    for measure in measures:
        known = values[measure.pk]
        measure.latest = known[-1] if known else None
        measure.stale = stale(measure, measure.latest)
        target = float(measure.target) if measure.target is not None else None
        measure.chart = spark([float(one.value) for one in known], finding_of(measure, known), target)


def last_year(measures):
    return min(last_whole_period(one).year for one in measures) - 2


def finding_of(measure, values):
    """What the last values say, without a verdict."""
    last = values[-LAST:]
    if not last:
        return _("No value yet.")
    average = measured(float(sum(one.value for one in last) / len(last)), measure.unit)
    count = len(last)
    said = ngettext(
        "%(average)s (%(count)s value).", "%(average)s on average over the last %(count)s values.", count
    ) % {"average": average, "count": count}
    if measure.target is None:
        return said
    target = measured(float(measure.target), measure.unit)
    return f"{said} {_('The target is %(target)s.') % {'target': target}}"
