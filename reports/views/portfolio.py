"""The portfolio: what the city has asked for, answered, and is delivering; every number opens the list that it counts.

No number counts a restricted idea, whoever reads it: leadership reads one line of them, so that totals agree.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Case, F, OuterRef, Prefetch, Q, Subquery, Sum, When, Window
from django.db.models import Count as CountOf
from django.db.models.functions import Coalesce, RowNumber
from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from goals.models import Goal
from intake.lifecycle import BEFORE_DECISION, OPEN, STEPS, State
from intake.models import Count, Decision, FirstSight, Idea
from projects.lifecycle import State as ProjectState
from projects.models import BudgetLine, Health, Outcome, Project, ReadyLine, StatusReport
from reports.verdicts import FACES, counted
from workflow.exports import CSV, csv_lines

MOST_ROWS = 8
RESTRICTED = FirstSight.RESTRICTED
# The steps of an open idea, with the filter that lists it there.
ON_THE_PATH = (
    (STEPS[1], (State.SUBMITTED, State.TRIAGE), {"state": "open", "step": 1}),
    (STEPS[2], (State.FEASIBILITY,), {"state": State.FEASIBILITY}),
    (STEPS[3], (State.DECISION,), {"state": State.DECISION}),
    (lazy("Yes, getting ready"), (State.APPROVED,), {"state": State.APPROVED}),
    (STEPS[4], (State.DELIVERING,), {"state": State.DELIVERING}),
    (STEPS[5], (State.DELIVERED,), {"state": State.DELIVERED}),
)
ENDED = (
    (State.EVALUATED, lazy("Results known")),
    (State.NOT_YET, lazy("Not yet, paused")),
    (State.REDIRECTED, lazy("Another way")),
    (State.DECLINED, lazy("No")),
    (State.JOINED, lazy("Joined with another idea")),
    (State.WITHDRAWN, lazy("Withdrawn by the requester")),
)


@dataclass(frozen=True)
class Figure:
    """A number, and the address of the list that has exactly so many rows."""

    number: int
    url: str


@dataclass
class Work:
    """Running projects added up: how many, and whole dollars over five years as approved, planned and spent."""

    by_state: Counter = field(default_factory=Counter)
    by_health: Counter = field(default_factory=Counter)
    by_money: dict = field(default_factory=lambda: {True: [0, 0], False: [0, 0]})
    approved: int = 0
    planned: int = 0
    spent: int = 0

    def add(self, row):
        self.by_state[row["state"]] += row["number"]
        self.by_health[row["health"] if row["has_reported"] else "none"] += row["number"]
        if row["state"] == ProjectState.PLANNED:
            self.by_money[row["idea__is_funded"]][0] += row["number"]
            self.by_money[row["idea__is_funded"]][1] += row["approved"]
        self.approved += row["approved"]
        self.planned += row["planned"]
        self.spent += row["spent"]


def ideas(number, **narrowed):
    return Figure(number, f"{reverse('ideas')}?{urlencode({**narrowed, 'without': RESTRICTED.value})}")


def projects(number, **narrowed):
    return Figure(number, f"{reverse('projects')}?{urlencode({**narrowed, 'without': RESTRICTED.value})}")


class Portfolio(PermissionRequiredMixin, TemplateView):
    permission_required = "reports.see_portfolio"
    raise_exception = True
    template_name = "reports/portfolio.html"

    def get(self, request, *args, **kwargs):
        if request.GET.get("export") == "csv":
            response = StreamingHttpResponse(csv_lines(as_rows(self.figures())), content_type=CSV)
            response["Content-Disposition"] = 'attachment; filename="portfolio.csv"'
            return response
        return super().get(request, *args, **kwargs)

    def figures(self):
        return figures(self.request.user.has_perm("intake.see_restricted_line"))

    def get_context_data(self, **kwargs):
        waiting, troubled = at_hand()
        return super().get_context_data(
            **self.figures(), waiting_rows=waiting, troubled=troubled, kinds=ReadyLine.Kind.labels, **kwargs
        )


def figures(with_restricted):
    """Every number of the page; `restricted` is None for those who read no line of it."""
    by_state, by_department = open_and_ended()
    of_goal, restricted = ideas_by_goal()
    work, by_goal, in_department, restricted["money"] = running_work()
    opened = sum(by_state[state] for state in OPEN)
    given = Decision.objects.lately().exclude(idea__audience=RESTRICTED).values("answer").order_by()
    answers = dict(given.annotate(number=CountOf("idea", distinct=True)).values_list("answer", "number"))
    shown = restricted if with_restricted else None
    everything = sum(by_state.values()) + (restricted["number"] if shown else 0)
    running = work.by_state.total()
    return {
        "finding": finding(opened, running, work),
        "open": ideas(opened, state="open"),
        "open_in_all": opened + (restricted["open"] if shown else 0),
        "everything": everything,
        "steps": [
            (label, ideas(sum(by_state[one] for one in states), **narrowed)) for label, states, narrowed in ON_THE_PATH
        ],
        "ends": [(label, ideas(by_state[state], state=state)) for state, label in ENDED],
        "answers": [given_row(one, answers.get(one.value, 0)) for one in Decision.Answer],
        "answered": sum(answers.values()),
        "verdicts": verdict_figures(),
        "departments": department_rows(by_department, in_department),
        "goals": goal_rows(of_goal, by_goal),
        "restricted": shown,
        "running": projects(running, state="running"),
        "waiting": projects(work.by_state[ProjectState.PLANNED], state=ProjectState.PLANNED),
        "delivering": projects(work.by_state[ProjectState.IN_PROGRESS], state=ProjectState.IN_PROGRESS),
        "healths": [
            (code, label, projects(work.by_health[code], state="running", health=code))
            for code, label in (*Health.choices, ("none", _("No report yet")))
        ],
        "money_found": waiting_money(work, True),
        "money_missing": waiting_money(work, False),
        "waiting_money": work.by_money[True][1] + work.by_money[False][1],
        "approved": work.approved,
        "approved_in_all": work.approved + (restricted["money"] if shown else 0),
        "planned": work.planned,
        "spent": work.spent,
    }


def finding(opened, running, work):
    """What a leader should know first, in a few sentences."""
    waiting = work.by_state[ProjectState.PLANNED]
    in_need = work.by_health[Health.AMBER] + work.by_health[Health.RED]
    said = [
        ngettext("%(count)s idea is open.", "%(count)s ideas are open.", opened) % {"count": opened},
        ngettext("%(count)s project is running", "%(count)s projects are running", running) % {"count": running}
        + (", " + _("%(count)s of them not started yet.") % {"count": waiting} if waiting else "."),
    ]
    if in_need:
        said.append(ngettext("%(count)s needs help.", "%(count)s need help.", in_need) % {"count": in_need})
    return " ".join(said)


def given_row(answer, number):
    label = _("%(answer)s %(number)s") % {"answer": answer.label, "number": number}
    return answer.value, label, ideas(number, given=answer.value)


def verdict_figures():
    """Projects by what the test of their promise says, each with the list that it counts."""
    found = dict(counted(Outcome.objects.exclude(promise__project__idea__audience=RESTRICTED)))
    return [(*face, projects(found.get(verdict, 0), verdict=verdict or "waits")) for verdict, face in FACES.items()]


def waiting_money(work, is_found):
    number, money = work.by_money[is_found]
    return projects(number, state=ProjectState.PLANNED, funded="yes" if is_found else "no"), money


def open_and_ended():
    """From the kept counts: ideas by state, and by department and state."""
    kept = Count.objects.values("department", "department__name", "state").annotate(number=Sum("delta"))
    by_state, by_department = Counter(), defaultdict(Counter)
    for row in kept.order_by("department__name"):
        by_state[row["state"]] += row["number"]
        by_department[row["department"], row["department__name"]][row["state"]] += row["number"]
    return by_state, by_department


def ideas_by_goal():
    """Open ideas by the key of their goal, and of restricted ones the number in all, the open ones and their hours."""
    counted = Idea.objects.shared().filter(Q(state__in=OPEN) | Q(audience=RESTRICTED))
    rows = counted.values("goal", is_hidden=Q(audience=RESTRICTED), is_open=Q(state__in=OPEN)).order_by()
    of_goal, restricted = Counter(), {"number": 0, "open": 0, "hours": 0}
    for row in rows.annotate(number=CountOf("pk"), hours=Coalesce(Sum("hours"), 0)):
        if not row["is_hidden"]:
            of_goal[row["goal"]] += row["number"]
            continue
        restricted["number"] += row["number"]
        if row["is_open"]:
            restricted["open"] += row["number"]
            restricted["hours"] += row["hours"]
    return of_goal, restricted


def running_work():
    """Running projects: in all, by the key of their goal, by the key of their department, and money of restricted."""
    lines = BudgetLine.objects.filter(project=OuterRef("pk")).order_by().values("project")
    groups = Project.objects.running().annotate(
        planned_here=Subquery(lines.annotate(sum=Sum("planned")).values("sum")),
        spent_here=Subquery(lines.annotate(sum=Sum("spent")).values("sum")),
    )
    rows = groups.values(
        "idea__goal",
        "idea__department",
        "idea__is_funded",
        "state",
        "health",
        has_reported=Q(last_report_at__isnull=False),
        is_hidden=Q(idea__audience=RESTRICTED),
    ).order_by()
    in_all, by_goal, by_department, hidden = Work(), defaultdict(Work), defaultdict(Work), 0
    five_years = Coalesce(F("baseline_cost_start"), 0) + 5 * Coalesce(F("baseline_cost_yearly"), 0)
    for row in rows.annotate(
        number=CountOf("pk"),
        approved=Sum(five_years),
        planned=Coalesce(Sum("planned_here"), 0),
        spent=Coalesce(Sum("spent_here"), 0),
    ):
        if row["is_hidden"]:
            hidden += row["approved"]
            continue
        for work in (in_all, by_goal[row["idea__goal"]], by_department[row["idea__department"]]):
            work.add(row)
    return in_all, by_goal, by_department, hidden


def goal_rows(of_goal, by_goal):
    """A row for each goal that the city has or works for, one for goals taken over, one for work without a goal."""
    listed = list(Goal.objects.listed())
    named = {goal.pk for goal in listed}
    others = [key for key in {*of_goal, *by_goal} if key is not None and key not in named]
    rows = [goal_row(goal.name, goal.pk, [goal.pk], of_goal, by_goal, goal) for goal in listed]
    rows += [
        goal_row(_("Goals taken over from elsewhere"), "taken_over", others, of_goal, by_goal),
        goal_row(_("Without a goal"), "none", [None], of_goal, by_goal),
    ]
    return [row for row in rows if (row["goal"] and row["goal"].is_open) or row["has_work"]]


def goal_row(name, key, keys, of_goal, by_goal, goal=None):
    number = sum(of_goal[one] for one in keys)
    works = [by_goal[one] for one in keys if one in by_goal]
    states = sum((work.by_state for work in works), Counter())
    return {
        "name": name,
        "goal": goal,
        "ideas": ideas(number, state="open", goal=key),
        "waiting": projects(states[ProjectState.PLANNED], state=ProjectState.PLANNED, goal=key),
        "delivering": projects(states[ProjectState.IN_PROGRESS], state=ProjectState.IN_PROGRESS, goal=key),
        "running": projects(sum(states.values()), state="running", goal=key),
        "approved": sum(work.approved for work in works),
        "planned": sum(work.planned for work in works),
        "spent": sum(work.spent for work in works),
        "has_work": bool(number or works),
    }


def department_rows(by_department, in_department):
    """A row for each department with open ideas or running projects; shares are per cent of the longest bar."""
    rows = []
    for (key, name), states in by_department.items():
        work = in_department[key]
        before = sum(states[one] for one in BEFORE_DECISION)
        delivery = states[State.APPROVED] + states[State.DELIVERING]
        results = states[State.DELIVERED]
        if not (before or delivery or results or work.by_state.total()):
            continue
        rows.append(
            {
                "name": name,
                "parts": (before, delivery, results),
                "before": ideas(before, state="before", department=key),
                "delivery": ideas(delivery, state="open", step=4, department=key),
                "results": ideas(results, state=State.DELIVERED, department=key),
                "open": ideas(before + delivery + results, state="open", department=key),
                "running": projects(work.by_state.total(), state="running", department=key),
                "approved": work.approved,
            }
        )
    longest = max((sum(row["parts"]) for row in rows), default=0) or 1
    for row in rows:
        row["bars"] = bars(row["parts"], longest)
    return rows


def bars(parts: Iterable[int], longest: int) -> list[tuple[str, str]]:
    """Where each part begins and how wide it is, in per cent of the longest row."""
    begun, drawn = 0.0, []
    for part in parts:
        width = 100 * part / longest
        drawn.append((f"{begun:.2f}%", f"{width:.2f}%"))
        begun += width
    return drawn


def at_hand():
    """Projects that wait for their start, with their lines, and those that need help: the most pressing of each."""
    last = StatusReport.objects.filter(project=OuterRef("pk")).order_by("-reported_at", "-id")
    pressing = Case(
        When(last_report_at=None, then=2), When(health=Health.RED, then=0), When(health=Health.AMBER, then=1), default=2
    )
    needs_help = Q(last_report_at__isnull=False) & ~Q(health=Health.GREEN)
    rows = (
        Project.objects.running()
        .unrestricted()
        .filter(Q(state=ProjectState.PLANNED) | needs_help)
        .listed()
        .annotate(
            pressing=pressing,
            sentence=Subquery(last.values("sentence")[:1]),
            would_help=Subquery(last.values("would_help")[:1]),
            place=Window(RowNumber(), partition_by="state", order_by=("pressing", "baseline_start_on", "number")),
        )
        .filter(place__lte=MOST_ROWS)
        .order_by("pressing", "baseline_start_on", "number")
        .prefetch_related(Prefetch("ready_lines", ReadyLine.objects.select_related("owner")))
    )
    rows = list(rows)
    for project in rows:
        lines = {line.kind: line for line in project.ready_lines.all()}
        project.lines = [(kind.label, lines.get(kind)) for kind in ReadyLine.Kind]
    waiting = [one for one in rows if one.state == ProjectState.PLANNED]
    return waiting, [one for one in rows if one.pressing < 2][:MOST_ROWS]


def as_rows(found):
    yield _("Figure"), _("Of"), _("Number")
    for name, key in ((_("Ideas by step"), "steps"), (_("Ideas that left the path"), "ends")):
        for label, figure in found[key]:
            yield name, label, figure.number
    for code, _label, figure in found["answers"]:
        yield _("Answers, 12 months"), Decision.Answer(code).label, figure.number
    for label, _tone, _icon, figure in found["verdicts"]:
        yield _("Projects by what their test says"), label, figure.number
    for row in found["goals"]:
        yield _("Open ideas by goal"), row["name"], row["ideas"].number
        yield _("Running projects by goal"), row["name"], row["running"].number
        yield _("Approved over five years by goal"), row["name"], row["approved"]
    for row in found["departments"]:
        yield _("Open ideas by department"), row["name"], row["open"].number
        yield _("Running projects by department"), row["name"], row["running"].number
    for _code, label, figure in found["healths"]:
        yield _("Running projects by health"), label, figure.number
    for key, label in (("approved", _("Approved over five years")), ("planned", _("Planned")), ("spent", _("Spent"))):
        yield _("Money of running projects"), label, found[key]
