"""The portfolio: what the city has asked for, answered, and is delivering; no figure counts a restricted idea."""

from collections import Counter
from datetime import timedelta

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Count as CountOf
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from charts.bars import stacked_both
from intake.lifecycle import FACES, OPEN, STEPS, WAYS_OUT, State
from intake.models import Count, Decision, Idea
from projects.lifecycle import State as ProjectState
from projects.models import BudgetLine, Health, Project
from workflow import clock
from workflow.exports import CSV, csv_lines

YEAR = timedelta(days=365)


class Portfolio(PermissionRequiredMixin, TemplateView):
    permission_required = "reports.see_portfolio"
    raise_exception = True
    template_name = "reports/portfolio.html"

    def get(self, request, *args, **kwargs):
        if request.GET.get("export") == "csv":
            response = StreamingHttpResponse(csv_lines(as_rows(figures())), content_type=CSV)
            response["Content-Disposition"] = 'attachment; filename="portfolio.csv"'
            return response
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        restricted = restricted_line() if self.request.user.has_perm("intake.see_restricted_line") else None
        return super().get_context_data(restricted=restricted, **figures(), **kwargs)


def figures():
    kept = Count.objects.values("department__name", "state").annotate(number=Sum("delta")).order_by("department__name")
    by_state, by_department = Counter(), {}
    for row in kept:
        by_state[row["state"]] += row["number"]
        if row["state"] in OPEN and row["number"]:
            parts = by_department.setdefault(row["department__name"], [0, 0, 0])
            parts[0 if FACES[row["state"]].step < 4 else FACES[row["state"]].step - 3] += row["number"]
    unrestricted = Project.objects.running().unrestricted()
    running = list(unrestricted.select_related("idea", "idea__goal", "manager").order_by("number"))
    money = BudgetLine.objects.filter(project__in=unrestricted).aggregate(planned=Sum("planned"), spent=Sum("spent"))
    waiting = [one for one in running if one.state == ProjectState.PLANNED]
    decided = Decision.objects.filter(decided_at__gte=clock.now() - YEAR).exclude(idea__audience="restricted")
    given = dict(decided.values_list("answer").annotate(CountOf("id")).order_by())
    said = Counter(one.health if one.last_report_at else "" for one in running)
    goals = Counter(one.idea.goal for one in running)
    total = sum(by_state[state] for state in OPEN)
    finding = _(
        "%(open)s ideas are open and %(running)s projects are running; %(waiting)s of them have not started."
    ) % {
        "open": total,
        "running": len(running),
        "waiting": len(waiting),
    }
    return {
        "finding": finding,
        "open": total,
        "steps": [
            (label, sum(by_state[state] for state in OPEN if FACES[state].step == at))
            for at, label in enumerate(STEPS)
            if at
        ],
        "ends": [(State(state).label, by_state[state]) for state in (*WAYS_OUT, State.EVALUATED)],
        "answers": [(answer.label, given.get(answer.value, 0)) for answer in Decision.Answer],
        "departments": list(by_department.items()),
        "chart": stacked_both([(name or "", parts) for name, parts in by_department.items()], finding),
        "healths": [(one.value, one.label, said[one.value]) for one in Health],
        "unreported": said[""],
        "goals": sorted(((goal, number) for goal, number in goals.items() if goal), key=lambda pair: -pair[1]),
        "without_goal": goals[None],
        "help": [one for one in running if one.last_report_at and one.health != Health.GREEN],
        "running": len(running),
        "approved": sum(one.baseline_cost or 0 for one in running),
        "planned": money["planned"] or 0,
        "spent": money["spent"] or 0,
        "waiting": len(waiting),
        "waiting_money": sum(one.baseline_cost or 0 for one in waiting),
        "waiting_funded": sum(one.idea.is_funded for one in waiting),
    }


def restricted_line():
    """One line of restricted work, so that the totals of leadership agree: number, money over five years, hours."""
    return (
        Idea.objects.restricted()
        .filter(state__in=OPEN)
        .aggregate(
            number=CountOf("id"),
            money=Coalesce(Sum(Coalesce(F("cost_start"), 0) + 5 * Coalesce(F("cost_yearly"), 0)), 0),
            hours=Coalesce(Sum("hours"), 0),
        )
    )


def as_rows(found):
    yield _("Figure"), _("Of"), _("Number")
    for name, key in ((_("Ideas by step"), "steps"), (_("Ended ideas"), "ends"), (_("Answers, 12 months"), "answers")):
        for label, number in found[key]:
            yield name, label, number
    for name, parts in found["departments"]:
        yield _("Open ideas by department"), name, sum(parts)
    for _code, label, number in found["healths"]:
        yield _("Running projects by health"), label, number
    for key, label in (("approved", _("Approved over five years")), ("planned", _("Planned")), ("spent", _("Spent"))):
        yield _("Money of running projects"), label, found[key]
