"""Goals and results: the plans with their goals, and one goal with its family of measures and its work."""

from collections import Counter, defaultdict

from django.db.models import Prefetch
from django.views.generic import DetailView, ListView

from charts.words import measured, namer
from goals.models import Goal, Measure, Meeting, Objective, Plan
from goals.reading import readings_of
from goals.views.act import SeesGoals
from intake.models import Idea
from projects.models import Project
from reports.verdicts import by_goal
from workflow import clock

MOST_WORK = 50


class GoalList(SeesGoals, ListView):
    """The open goals by plan: what is current first, what is past folded."""

    template_name = "reports/goals.html"
    context_object_name = "goals"

    def get_queryset(self):
        fields = ("slug", "name", "objective", "unit", "cadence", "last_on", "due_on", "ended_on")
        measures = Measure.objects.in_use().only(*fields).with_newest()
        return (
            Goal.objects.listed()
            .filter(is_open=True)
            .select_related("owner__department", "plan")
            .prefetch_related(Prefetch("objectives__measures", measures))
        )

    def get_context_data(self, **kwargs):
        changes = self.request.user.has_perm("goals.change_goal")
        closed = list(Goal.objects.listed().filter(is_open=False)) if changes else []
        by_plan, verdicts = defaultdict(list), by_goal(self.request.user)
        for goal in self.object_list:
            goal.measures = [one for objective in goal.objectives.all() for one in objective.measures.all()]
            goal.verdicts = verdicts.get(goal.pk, [])
            for one in goal.measures:
                if one.newest is not None:
                    one.stands_at = measured(float(one.newest), one.unit)
                    one.stands_in = namer(one.cadence)(one.last_on)
            goal.overdue = sum(one.is_overdue for one in goal.measures)
            by_plan[goal.plan].append(goal)
        if changes:
            for plan in Plan.objects.filter(goals=None):
                by_plan[plan] = []
        today = clock.today()
        return super().get_context_data(
            plans=sorted(((plan, goals) for plan, goals in by_plan.items() if not is_past(plan, today)), key=in_order),
            past=sorted(((plan, goals) for plan, goals in by_plan.items() if is_past(plan, today)), key=in_order),
            asked_for=self.request.GET.get("plan"),
            changes=changes,
            closed=closed,
            **kwargs,
        )


def is_past(plan, today):
    return plan is not None and plan.ends_on < today


def in_order(row):
    """Plans by their end, the goals of no plan behind them."""
    plan, _goals = row
    return (plan is None, plan and plan.ends_on)


class GoalPage(SeesGoals, DetailView):
    """Objectives with their families of measures, and the work for this goal that the person may see."""

    template_name = "reports/goal.html"
    queryset = Goal.objects.select_related("plan", "owner__department")

    def get_context_data(self, **kwargs):
        goal, user = self.object, self.request.user
        measures = Measure.objects.select_related("department", "index")
        objectives = list(Objective.objects.filter(goal=goal).prefetch_related(Prefetch("measures", measures)))
        for objective in objectives:
            objective.family = sorted((one for one in objective.measures.all() if not one.ended_on), key=in_family)
            objective.ended = [one for one in objective.measures.all() if one.ended_on]
        found = [one for objective in objectives for one in objective.family]
        read_all(found, user)
        ideas = list(Idea.objects.visible_to(user).shared().filter(goal=goal).listed()[: MOST_WORK + 1])
        running = Project.objects.visible_to(user).not_cancelled().filter(idea__goal=goal).listed()
        return super().get_context_data(
            objectives=objectives,
            family=family_of(found) if found else [],
            ideas=ideas[:MOST_WORK],
            has_more=len(ideas) > MOST_WORK,
            projects=list(running[:MOST_WORK]),
            agreements=list(goal.agreements.all()),
            meetings=list(Meeting.objects.visible_to(user).filter(goal=goal)[:3]),
            changes=user.has_perm("goals.change_goal"),
            plans=user.has_perm("goals.plan_meeting"),
            **kwargs,
        )


def read_all(measures, user):
    """Give each measure its reading."""
    readings = readings_of(measures, user)
    for measure in measures:
        measure.reading = readings[measure.pk]


def in_family(measure):
    """Input, output, efficiency, quality, outcome; an index stands behind what it is made of."""
    return (hasattr(measure, "index"), Measure.Kind.values.index(measure.kind), measure.name)


def family_of(measures):
    """One row a kind of measure: how many there are, how many are worth a look, how many overdue."""
    by_kind = defaultdict(Counter)
    for one in measures:
        by_kind[one.kind] += Counter(
            count=1, looks=int(one.reading.state in ("good", "bad")), overdue=int(one.is_overdue)
        )
    return [(label, by_kind[kind]) for kind, label in Measure.Kind.choices]
