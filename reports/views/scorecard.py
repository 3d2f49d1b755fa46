"""Is the set of measures alive, and how one department stands: its measures, ideas, projects and requests for data."""

from collections import defaultdict

from django.db.models import Count, F, Prefetch, Q
from django.views.generic import DetailView, TemplateView

from accounts.models import Department, Role
from goals.models import DataRequest, Measure, Meeting
from goals.reading import read
from goals.views.act import SeesGoals
from intake.lifecycle import BEFORE_DECISION, OPEN
from intake.models import Decision, Idea
from projects.models import Project, Promise
from projects.results import result_of
from reports.views.goals import family_of, in_family, read_all

MOST = 100
MOST_WORK = 12


class MeasuresAlive(SeesGoals, TemplateView):
    """What share of the measures has an owner and its newest value, by department; and whose move it is elsewhere."""

    template_name = "reports/alive.html"

    def get_context_data(self, **kwargs):
        rows = list(shares())
        count, alive = sum(row.count for row in rows), sum(row.alive for row in rows)
        return super().get_context_data(
            rows=rows,
            count=count,
            alive=alive,
            share=round(100 * alive / count) if count else None,
            waiting=list(waiting()),
            **kwargs,
        )


def shares():
    """The departments with measures in use: how many, and how many of them are alive."""
    in_use, alive = Measure.objects.in_use().values("pk"), Measure.objects.alive().values("pk")
    counted = Department.objects.annotate(
        count=Count("measures", filter=Q(measures__in=in_use)), alive=Count("measures", filter=Q(measures__in=alive))
    )
    return counted.filter(count__gt=0).order_by("name")


def waiting():
    """The measures that are not alive, the longest overdue first, each with what is missing and whose move it is."""
    found = (
        Measure.objects.in_use()
        .exclude(pk__in=Measure.objects.alive().values("pk"))
        .select_related("department", "owner__department", "backup__department")
        .order_by(F("due_on").asc(nulls_last=True), "name")[:MOST]
    )
    heads = {
        role.department_id: role.user
        for role in Role.objects.in_force().filter(kind=Role.Kind.SPONSOR, user__is_active=True).select_related("user")
    }
    for measure in found:
        measure.missing = read(measure, ()).missing
        measure.move = next(
            (one for one in (measure.owner, measure.backup, heads.get(measure.department_id)) if one and one.is_active),
            None,
        )
        yield measure


class Scorecard(SeesGoals, DetailView):
    """One department: its measures by goal, what it asked for and what came of it, and data that is waited for."""

    template_name = "reports/scorecard.html"
    model = Department
    slug_field = slug_url_kwarg = "code"
    context_object_name = "department"

    def get_context_data(self, **kwargs):
        user, department = self.request.user, self.object
        measures = list(
            Measure.objects.in_use()
            .filter(department=department)
            .select_related("department", "objective__goal", "index")
        )
        read_all(measures, user)
        goals = defaultdict(list)
        for one in sorted(measures, key=in_family):
            goals[one.objective.goal].append(one)
        ideas = Idea.objects.visible_to(user).shared().unrestricted().filter(department=department)
        delivered = (
            Project.objects.visible_to(user)
            .unrestricted()
            .filter(idea__department=department, delivered_on__isnull=False)
        )
        requests = DataRequest.objects.waiting().filter(Q(department=department) | Q(element__department=department))
        return super().get_context_data(
            goals=sorted(goals.items(), key=lambda row: (row[0].position, row[0].name)),
            family=family_of(measures) if measures else [],
            measures=len(measures),
            alive=sum(not one.is_overdue for one in measures),
            looks=sum(one.reading.state in ("good", "bad") for one in measures),
            **standing_of(ideas),
            delivered=with_results(delivered.order_by("-delivered_on").select_related("idea")[:MOST_WORK]),
            requests=list(requests.select_related("element__department", "element__owner", "department", "asked_by")),
            meetings=list(Meeting.objects.visible_to(user).filter(department=department)[:3]),
            plans=user.has_perm("goals.plan_meeting"),
            **kwargs,
        )


def with_results(projects):
    """Each project with what came of its promises, in one more query."""
    promises = Promise.objects.select_related("measure", "outcome").order_by("pk")
    projects = list(projects.prefetch_related(Prefetch("promises", promises)))
    for project in projects:
        for promise in project.promises.all():
            promise.project = project
        project.results = [result_of(one) for one in project.promises.all()]
    return projects


def standing_of(ideas):
    """How many of these ideas wait for an answer, are under way, and how the others were answered."""
    by_state = dict(ideas.order_by().values_list("state").annotate(Count("pk")))
    answered = ideas.exclude(state__in=BEFORE_DECISION).filter(current_decision__isnull=False)
    by_answer = dict(answered.order_by().values_list("current_decision__answer").annotate(Count("pk")))
    return {
        "before": sum(by_state.get(state, 0) for state in BEFORE_DECISION),
        "under_way": sum(by_state.get(state, 0) for state in OPEN if state not in BEFORE_DECISION),
        "answers": [(label, by_answer.get(answer, 0)) for answer, label in Decision.Answer.choices],
        "shared": sum(by_state.values()),
    }
