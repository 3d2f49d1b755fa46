"""How promises held, the reasons of what went wrong, and the lessons: read where the next promise is made."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.generic import TemplateView

from charts.bars import stacked_both
from charts.interval import turnouts_both
from goals.views.act import SeesGoals
from projects import learning
from projects.models import Cause, CauseCode, Lesson

MOST_LESSONS = 30
BY = {"department": lazy("By department"), "size": lazy("By size"), "kind": lazy("By kind")}


class Learning(SeesGoals, TemplateView):
    """Fact by promise for benefit, cost and time, by department, size or kind; causes; lessons."""

    template_name = "reports/learning.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        by = self.request.GET.get("by", "")
        by = by if by in BY else "department"
        projects = learning.delivered(user)
        found = learning.held(projects)
        return super().get_context_data(
            by=by,
            choices=BY.items(),
            count=len(found),
            untold=sum(one.untold for one in found),
            kinds=[kind_of(found, kind, label, by) for kind, label in learning.KINDS.items()],
            enough=learning.ENOUGH,
            causes=causes_of(projects),
            lessons=list(
                Lesson.objects.filter(project__in=projects)
                .select_related("project", "written_by")
                .order_by("-written_at", "-pk")[:MOST_LESSONS]
            ),
            **kwargs,
        )


def kind_of(found, kind, label, by):
    """How promises of one kind held: over all in a sentence, and each group as a bar."""
    whole = learning.over_all(found, kind)
    spreads = learning.by_group(found, kind, by)
    rows = [one.turnout for one in (*spreads, *([whole] if whole else []))]
    finding = (
        whole.sentence
        if whole
        else _("Fewer than %(count)s delivered projects say anything about this.") % {"count": learning.ENOUGH}
    )
    return {"name": kind, "label": label, "finding": finding, "chart": turnouts_both(rows, finding), "spreads": rows}


def causes_of(projects):
    """How often each main cause was named, with its chart."""
    counts = Counter(Cause.objects.filter(project__in=projects, is_primary=True).values_list("code", flat=True))
    rows = [(str(CauseCode(code).label), [float(count)]) for code, count in counts.most_common()]
    finding = _("The main causes of what went wrong, by how often they were named.")
    return {"count": counts.total(), "chart": stacked_both(rows, finding) if rows else ""}
