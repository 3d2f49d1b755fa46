"""One measure over time: what its values say, the work that should move it, and its numbers as files."""

from decimal import Decimal
from itertools import chain

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from charts import behaviour
from charts.picture import standalone
from charts.words import namer
from goals.actions import last_whole_period
from goals.breakdown import break_down
from goals.composition import index_page
from goals.happenings import happenings_of
from goals.models import Measure, MeasurementPart
from goals.reading import read
from goals.views.act import SeesGoals
from intake.models import Contribution, Idea
from projects.models import Project, Promise
from projects.results import result_of, with_rows
from workflow.exports import CSV, csv_lines
from workflow.models import Event
from workflow.timeline import told

LAST = 12
MOST_VALUES = 4_000
BROKEN_DOWN = 4  # periods


class MeasurePage(SeesGoals, DetailView):
    """One measure: its definition, its values over time with target and deliveries, and its work."""

    template_name = "reports/measure.html"
    queryset = Measure.objects.select_related("objective__goal", "department", "owner", "backup", "index")

    def get(self, request, *args, **kwargs):
        if request.GET.get("export") == "csv":
            return self.csv()
        if request.GET.get("export") == "parts":
            return self.parts_csv()
        if request.GET.get("export") == "svg":
            return self.svg()
        return super().get(request, *args, **kwargs)

    def csv(self):
        measure = get_object_or_404(Measure, slug=self.kwargs["slug"])
        values = measure.measurements.values_list("period_on", "value", "note").iterator(chunk_size=500)
        rows = ((on, plain(value), note) for on, value, note in values)
        head = (_("Period from"), f"{_('Value')} ({measure.unit})", _("Note"))
        return as_file(measure.slug, head, rows)

    def parts_csv(self):
        """The break-down of all periods, one line for each part; what the page hides is hidden here."""
        measure = get_object_or_404(Measure.objects.exclude(broken_down_by=""), slug=self.kwargs["slug"])
        made = broken_down(measure, MeasurementPart.objects.filter(measurement__measure=measure))
        rows = (
            (on, name, plain(cell.value), cell.count, hidden(cell))
            for place, on in enumerate(made.starts)
            for name, cells in made.rows
            for cell in [cells[place]]
            if cell.value is not None or cell.is_hidden
        )
        head = (_("Period from"), measure.broken_down_by, f"{_('Value')} ({measure.unit})", _("Counted"), _("Note"))
        return as_file(f"{measure.slug}-parts", head, rows)

    def svg(self):
        """The chart as a drawing that stands by itself, with the deliveries that the person may see."""
        self.object = self.get_object()
        reading = self.get_context_data()["reading"]
        if not reading.known:
            raise Http404
        response = HttpResponse(standalone(behaviour.draw(reading.chart())), content_type="image/svg+xml")
        response["Content-Disposition"] = f'attachment; filename="{self.object.slug}.svg"'
        return response

    def get_context_data(self, **kwargs):
        measure, user = self.object, self.request.user
        values = list(measure.measurements.order_by("-period_on")[:MOST_VALUES])[::-1]
        seen = Promise.objects.filter(measure=measure, project__in=Project.objects.visible_to(user))
        promises = list(seen.select_related("project__idea", "outcome"))
        for promise in promises:
            promise.measure = measure
        hoped = Contribution.objects.current().filter(measure=measure, idea__in=Idea.objects.visible_to(user))
        notes = list(measure.annotations.filter(taken_back_at=None).select_related("by"))
        reading = read(
            measure,
            [(one.period_on, one.value) for one in values],
            happenings_of(measure, user),
            [note for note in notes if note.kind != "steady"],
        )
        name, keeps = namer(measure.cadence), user.has_perm("goals.add_measurement", measure)
        return super().get_context_data(
            reading=reading,
            finding=reading.finding,
            shown=reading.shown(),
            parts=parts_of(measure, values[-BROKEN_DOWN:]),
            notes=notes,
            values=[(name(one.period_on), one) for one in values[::-1][:LAST]],
            latest=values[-1] if values else None,
            stale=stale(measure, values[-1] if values else None),
            promises=promises,
            aimed=with_rows(result_of(one) for one in promises),
            contributions=list(hoped.select_related("idea").exclude(idea__projects__promises__measure=measure)),
            keeps=keeps,
            waiting=list(measure.uploads.waiting().select_related("by")) if keeps else [],
            changes=user.has_perm("goals.change_measure", measure),
            **index_page(measure),
            told=told(Event.objects.about(measure).newest_first()[:20]),
            **kwargs,
        )


def as_file(name, head, rows):
    response = StreamingHttpResponse(csv_lines(chain([head], rows)), content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def plain(value):
    """A number without the noughts behind it, or nothing."""
    return None if value is None else Decimal(f"{value.normalize():f}")


def hidden(cell):
    return _("Hidden, so that nobody is recognised") if cell.is_hidden else ""


def broken_down(measure, parts):
    rows = parts.order_by("id").values_list("measurement__period_on", "name", "value", "count")
    return break_down(rows, measure.parts_add_up)


def parts_of(measure, values):
    """The break-down of some values: names of the periods, and the rows; nothing where there is none."""
    if not measure.broken_down_by:
        return None
    made = broken_down(measure, MeasurementPart.objects.filter(measurement__in=values))
    return {"periods": [namer(measure.cadence)(on) for on in made.starts], "rows": made.rows, "hides": made.hides}


def stale(measure, latest):
    """The sentence about a value that should be there and is not; "" where it is."""
    wanted = last_whole_period(measure)
    if measure.ended_on or measure.is_taken_over or (latest and latest.period_on >= wanted):
        return ""
    return _("No value for %(period)s yet.") % {"period": namer(measure.cadence)(wanted)}
