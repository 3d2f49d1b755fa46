"""The page of one project, its place on the page of its idea, and its moves."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from charts.bars import stacked_both
from goals.outlook import outlooks
from intake.models import Condition
from intake.views.page import IdeaPage
from projects import actions
from projects.forms import MOVE_FORMS
from projects.lifecycle import State
from projects.models import Project, Promise, StatusReport
from projects.results import result_of
from projects.views.strip import strip_of
from workflow import clock, timeline
from workflow.lifecycle import moves_for
from workflow.models import Event
from workflow.moves import MoveView
from workflow.templatetags.ui import day_short, money_short

MOST_EVENTS = 50
MOST_REPORTS = 6


def find(user, number):
    """The project of this number that the person may see."""
    seen = Project.objects.visible_to(user).listed().select_related("idea__current_decision", "idea__requester")
    return get_object_or_404(seen, number=number)


def with_parts(projects):
    """With all that the page shows: lines, milestones, money, promises with their outcomes, looks, lessons."""
    promises = Promise.objects.select_related("measure__owner", "outcome").order_by("id")
    return projects.prefetch_related(
        "ready_lines__owner",
        "milestones",
        "budget_lines",
        "benefits__confirmed_by",
        Prefetch("promises", promises),
        "check_ins__asked_of",
        "check_ins__answered_by",
        "lessons",
        "causes",
    )


class ProjectPage(DetailView):
    """One project: what was promised, how it stands, and what became of it."""

    template_name = "projects/project.html"
    context_object_name = "project"

    def get_queryset(self):
        seen = Project.objects.visible_to(self.request.user).listed()
        return with_parts(seen.select_related("idea__current_decision", "idea__requester"))

    def get_object(self, queryset=None):
        return get_object_or_404(self.get_queryset(), number=self.kwargs["number"])

    def get_context_data(self, **kwargs):
        project, user = self.object, self.request.user
        heard = Event.objects.filter(
            target_type=ContentType.objects.get_for_model(Project), target_id=project.pk
        ).heard_by(project.audiences_of(user))
        parts = parts_of(project, user)
        due = {name: parts[name] for name in ("lines", "milestones", "results")}
        return super().get_context_data(
            **parts,
            strip=strip_of(project, **due),
            offers=[
                offer for offer in moves_for(project, user) if offer.move.name != "cancel" or project.cancel_reason
            ],
            told=timeline.told(heard.newest_first()[:MOST_EVENTS]),
            **kwargs,
        )


def parts_of(project, user):
    """What the page of a project and the project's tab of the idea both show."""
    leads = user.has_perm("projects.lead_project", project)
    reports = list(StatusReport.objects.filter(project=project).select_related("reported_by")[:MOST_REPORTS])
    signal = actions.signal_of(project) if project.is_running else None
    report = reports[0] if reports else None
    results = results_of(project, user)
    check_ins = list(project.check_ins.all())
    for check_in in check_ins:
        check_in.is_yours = check_in.answered_at is None and user.has_perm("projects.answer_check_in", check_in)
        check_in.is_skippable = check_in.answered_at is None and user.has_perm("projects.skip_check_in", check_in)
    lines = list(project.ready_lines.all())
    for line in lines:
        line.is_yours = line.is_open and user.has_perm("projects.close_line", line)
    help_answer = getattr(project, "help_answer", None)
    return {
        "steps": steps_of(project),
        "leads": leads and project.is_running,
        "names_manager": project.is_running and user.has_perm("projects.name_manager", project),
        "lines": lines,
        "milestones": milestones_of(project),
        "money": money_of(project),
        "reports": reports,
        "report": report,
        "signal": signal,
        "disagrees": bool(report and signal and report.worst != signal.health),
        "conditions": conditions_of(project),
        "check_ins": check_ins,
        "results": results,
        "benefits": benefits_of(project, user),
        "adds_check_in": bool(project.delivered_on) and user.has_perm("projects.add_check_in", project),
        "adds_lesson": bool(project.delivered_on) and user.has_perm("projects.add_lesson", project),
        "help_answer": help_answer,
        "asks_help": bool(
            project.delivered_on
            and not results
            and help_answer is None
            and user.has_perm("projects.say_whether_it_helped", project)
        ),
    }


def results_of(project, user):
    """What became of each promise; before the delivery, whether anybody will be able to tell."""
    promises = list(project.promises.all())
    for promise in promises:
        promise.project = project
    results = [result_of(promise) for promise in promises]
    waiting = [one for one in results if one.outcome is None]
    planned_on = project.planned_end_on
    ahead = outlooks([(one.promise.measure, float(one.promise.expected), planned_on) for one in waiting])
    for one, outlook in zip(waiting, ahead, strict=True):
        one.outlook = outlook
    for one in results:
        one.owes_word = bool(
            one.outcome and one.outcome.wants_a_word and user.has_perm("projects.tell_what_else", one.outcome)
        )
    return results


def benefits_of(project, user):
    """The benefits by fiscal year; which of them the person may confirm."""
    benefits = list(project.benefits.all())
    for one in benefits:
        one.project = project
        one.is_yours = bool(project.delivered_on) and user.has_perm("projects.confirm_benefit", one)
    return benefits


def steps_of(project):
    """The path of the idea; while it is made ready, with the lines of getting ready."""
    steps = project.idea.path
    if project.state == State.PLANNED:
        steps[4]["subs"] = [
            {
                "text": str(line.get_kind_display())
                if not line.is_open
                else f"{line.get_kind_display()}, {day_short(line.due_on)}",
                "done": not line.is_open,
            }
            for line in project.ready_lines.all()
        ]
    return steps


def milestones_of(project):
    milestones = [one for one in project.milestones.all() if one.dropped_at is None]
    for one in milestones:
        one.is_late = one.done_on is None and one.due_on < clock.today()
        one.slipped = (one.due_on - one.baseline_on).days
    return milestones


def money_of(project):
    """Planned and spent by fiscal year, with the sums and the chart."""
    years = {}
    for line in project.budget_lines.all():
        planned, spent = years.get(line.fiscal_year, (0, 0))
        years[line.fiscal_year] = (planned + line.planned, spent + line.spent)
    planned, spent = (sum(pair[at] for pair in years.values()) for at in (0, 1))
    finding = _("%(spent)s spent of %(planned)s planned.") % {
        "spent": money_short(spent),
        "planned": money_short(planned),
    }
    rows = [
        (f"FY{year % 100:02d}", (float(done), float(max(wanted - done, 0)))) for year, (wanted, done) in years.items()
    ]
    chart = stacked_both(rows, finding, say=money_short) if any(sum(parts) for _year, parts in rows) else ""
    return {"lines": list(project.budget_lines.all()), "planned": planned, "spent": spent, "chart": chart}


def conditions_of(project):
    """The conditions of the idea, by the gate that they block."""
    conditions = project.idea.conditions.filter(dropped_at=None).select_related("owner", "review")
    shown = [one for one in conditions if one.is_shared]
    by_gate = {gate: [one for one in shown if one.gate == gate] for gate in Condition.Gate}
    return [(gate.label, ones) for gate, ones in by_gate.items() if ones]


class ProjectMove(MoveView):
    template_name = "projects/move.html"
    move_forms = MOVE_FORMS

    def get_object(self):
        return find(self.request.user, self.kwargs["number"])

    def make(self, **data):
        if self.move.name == "cancel":
            data["reason"] = self.object.cancel_reason
        super().make(**data)


class IdeaProject(IdeaPage):
    """The project on the page of its idea; before the yes, what a project would be."""

    template_name = "projects/idea_project.html"
    tab = "idea-project"

    def get_context_data(self, **kwargs):
        idea = self.object
        projects = list(with_parts(Project.objects.filter(idea=idea).select_related("manager")).order_by("-number"))
        for project in projects:
            project.idea = idea
        current = projects[0] if projects else None
        context = super().get_context_data(**kwargs)
        if current:
            steps = context["steps"]
            context |= parts_of(current, self.request.user) | {"project": current, "earlier": projects[1:]}
            context["steps"] = steps
        return context
