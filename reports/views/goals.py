"""Goals and results: the goals, one goal with its measures and its work, one measure over time."""

from collections import defaultdict
from datetime import date

from django.db.models import Prefetch
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import DetailView, ListView

from charts.spark import spark
from charts.words import measured, month_year
from goals.actions import last_whole_period
from goals.models import Goal, Measure, Measurement, Objective
from goals.reading import Happening, breaks_of, read
from intake.models import Contribution, Idea
from projects.models import Project, Promise
from workflow.exports import CSV, csv_lines
from workflow.models import Event
from workflow.templatetags.ui import day_short
from workflow.timeline import told

LAST = 12
MOST_VALUES = 400
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


def stale(measure, latest):
    """The sentence about a value that should be there and is not; "" where it is."""
    wanted = last_whole_period(measure)
    if latest and latest.period_on >= wanted:
        return ""
    return _("No value for %(period)s yet.") % {
        "period": month_year(wanted) if measure.cadence == Measure.Cadence.MONTHLY else day_short(wanted)
    }


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


class MeasurePage(GoalPages, DetailView):
    """One measure: its definition, its values over time with target and deliveries, and its work."""

    template_name = "reports/measure.html"
    queryset = Measure.objects.select_related("objective__goal", "department", "owner", "backup", "index")

    def get(self, request, *args, **kwargs):
        if request.GET.get("export") == "csv":
            return self.csv()
        return super().get(request, *args, **kwargs)

    def csv(self):
        measure = get_object_or_404(Measure, slug=self.kwargs["slug"])
        rows = measure.measurements.values_list("period_on", "value", "note").iterator(chunk_size=500)
        head = [(_("Period from"), f"{_('Value')} ({measure.unit})", _("Note"))]
        response = StreamingHttpResponse(csv_lines(row for part in (head, rows) for row in part), content_type=CSV)
        response["Content-Disposition"] = f'attachment; filename="{measure.slug}.csv"'
        return response

    def get_context_data(self, **kwargs):
        measure, user = self.object, self.request.user
        values = list(measure.measurements.order_by("-period_on").select_related("entered_by")[:MOST_VALUES])[::-1]
        seen = Promise.objects.filter(measure=measure, project__in=Project.objects.visible_to(user))
        promises = list(seen.select_related("project__idea", "outcome"))
        hoped = Contribution.objects.current().filter(measure=measure, idea__in=Idea.objects.visible_to(user))
        notes = list(measure.annotations.filter(taken_back_at=None).select_related("by"))
        reading = read(
            measure,
            [(one.period_on, one.value) for one in values],
            [*deliveries(promises), *breaks_of(measure)],
            [note for note in notes if note.kind != "steady"],
        )
        return super().get_context_data(
            finding=reading.finding,
            shown=reading.shown(),
            notes=notes,
            values=values[::-1][:LAST],
            latest=values[-1] if values else None,
            stale=stale(measure, values[-1] if values else None),
            promises=promises,
            contributions=list(hoped.select_related("idea").exclude(idea__projects__promises__measure=measure)),
            keeps=user.has_perm("goals.add_measurement", measure),
            changes=user.has_perm("goals.change_measure", measure),
            told=told(Event.objects.about(measure).newest_first()[:20]),
            **kwargs,
        )


def deliveries(promises):
    """The deliveries that divide a measure's series."""
    return [
        Happening(one.project.delivered_on, f"{one.project.title} · {day_short(one.project.delivered_on)}")
        for one in promises
        if one.project.delivered_on
    ]
