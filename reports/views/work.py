"""My work: everything that waits for one person, from every app, the one due first on top."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, Max, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from accounts.models import Role
from accounts.policy import current_policy
from goals.actions import last_whole_period, period_of
from goals.models import Measure
from intake import rules
from intake.lifecycle import BEFORE_DECISION, State
from intake.models import Backing, Condition, Idea, Review, know_holdings
from projects.models import CheckIn, Outcome, Project, ReadyLine
from workflow import clock
from workflow.models import Question

MOST = 50
LATE, THIS_WEEK, LATER, SOMETIME = range(4)
WHEN = {
    LATE: gettext_lazy("Late"),
    THIS_WEEK: gettext_lazy("In the next seven days"),
    LATER: gettext_lazy("Later"),
    SOMETIME: gettext_lazy("Without a date"),
}


@dataclass(frozen=True)
class Task:
    """One thing that waits: what to do, on what, until when, and the page that does it."""

    what: Any
    subject: Any
    label: str
    url: str
    due: date | datetime | None = None
    paused: bool = False

    @property
    def day(self) -> date | None:
        if isinstance(self.due, datetime):
            return self.due.astimezone(clock.calendar().zone).date()
        return self.due

    @property
    def is_late(self) -> bool:
        if self.due is None or self.paused:
            return False
        return self.due < clock.now() if isinstance(self.due, datetime) else self.due < clock.today()

    @property
    def when(self) -> int:
        if self.day is None or self.paused:
            return SOMETIME
        if self.is_late:
            return LATE
        return THIS_WEEK if self.day <= clock.today() + timedelta(days=7) else LATER


class MyWork(TemplateView):
    template_name = "reports/my_work.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        tasks = [
            *of_ideas(user),
            *of_reviews(user),
            *of_conditions(user),
            *of_projects(user),
            *of_lines(user),
            *of_check_ins(user),
            *of_outcomes(user),
            *of_measures(user),
        ]
        tasks.sort(key=lambda task: (task.when, task.day or date.max, task.label))
        groups = [(WHEN[when], [task for task in tasks if task.when == when]) for when in WHEN]
        return super().get_context_data(groups=[one for one in groups if one[1]], **kwargs)


def of_ideas(user):
    """Ideas in hand, to decide, to back, to watch, and questions to answer."""
    kind = ContentType.objects.get_for_model(Idea)
    questions = Question.objects.open().filter(target_type=kind, target_id=OuterRef("pk"), asked_of=user)
    backings = Backing.objects.filter(idea=OuterRef("pk"), asked_of=user, answered_at=None, waived_at=None)
    ideas = (
        Idea.objects.visible_to(user)
        .listed()
        .with_work()
        .annotate(
            question_due=Subquery(questions.order_by("due_at").values("due_at")[:1]),
            backing_due=Subquery(backings.order_by("-id").values("due_at")[:1]),
        )
        .filter(
            Q(question_due__isnull=False)
            | Q(backing_due__isnull=False, state__in=BEFORE_DECISION)
            | Q(assignee=user, state__in=BEFORE_DECISION)
            | Q(state=State.NOT_YET, current_decision__trigger_owner=user)
            | Q(state=State.DECISION) & may_decide(user)
        )
        .order_by("due_at", "pk")[: 2 * MOST]
    )
    know_holdings(ideas)
    for idea in ideas:
        yield from of_idea(idea, user)


def of_idea(idea, user):
    def task(what, url, due, paused=False):
        return Task(what, idea.heading, idea.label, url, due, paused)

    page = idea.get_absolute_url()
    if idea.question_due:
        yield task(_("Answer a question"), reverse("idea-discussion", args=[idea.number]), idea.question_due)
    if idea.backing_due and idea.is_before_decision:
        yield task(_("Back it or hold it"), reverse("idea-back", args=[idea.number]), idea.backing_due)
    if idea.state == State.DECISION and user.has_perm("intake.judge_idea", idea):
        yield task(_("Decide"), reverse("idea-decision", args=[idea.number]), idea.due_at, idea.has_open_question)
    elif idea.assignee_id == user.pk and idea.is_before_decision:
        look = idea.state in (State.SUBMITTED, State.TRIAGE) and user.has_perm("intake.work_on_idea", idea)
        url = reverse("idea-triage", args=[idea.number]) if look else page
        yield task(_("You have it in hand"), url, idea.answer_due_at, idea.has_open_question)
    decision = idea.current_decision
    if idea.state == State.NOT_YET and decision and decision.trigger_owner_id == user.pk:
        yield task(_("Watch when it can come back"), page, idea.return_on)


def may_decide(user):
    """The sizes and departments for which the person decides."""
    found = Q(pk__in=[])
    for one in user.held:
        sizes = [size for size, kinds in rules.DECIDING.items() if one.kind in kinds]
        if one.kind == Role.Kind.STAND_IN:
            sizes = list(rules.DECIDING)
        if sizes:
            found |= Q(size__in=sizes) & (Q(department=one.department_id) if one.department_id else Q())
    return found


def of_reviews(user):
    kind = ContentType.objects.get_for_model(Review)
    asked = Question.objects.open().filter(clock_type=kind, clock_id=OuterRef("pk"))
    reviews = (
        Review.objects.waiting()
        .filter(reviewer=user, idea__in=Idea.objects.visible_to(user))
        .annotate(is_paused=Exists(asked))
        .select_related("idea")
        .order_by("due_at")
    )
    policy = current_policy()
    for one in reviews[:MOST]:
        what = _("Review: %(discipline)s") % {"discipline": policy.discipline_name(one.discipline)}
        url = f"{reverse('idea-feasibility', args=[one.idea.number])}#review-{one.pk}"
        yield Task(what, one.idea.heading, one.idea.label, url, one.due_at, one.is_paused)


def of_conditions(user):
    conditions = Condition.objects.open().filter(owner=user, idea__in=Idea.objects.visible_to(user).open())
    for one in conditions.select_related("idea").order_by("due_on")[:MOST]:
        what = _("Meet a condition: %(text)s") % {"text": one.text}
        url = f"{reverse('idea-feasibility', args=[one.idea.number])}#conditions"
        yield Task(what, one.idea.heading, one.idea.label, url, one.due_on)


def of_projects(user):
    """Projects that the person manages: the next report, or the start."""
    projects = Project.objects.visible_to(user).running().filter(manager=user)
    for one in projects.select_related("idea").order_by("report_due_at")[:MOST]:
        if one.report_due_at:
            yield Task(
                _("Report how it stands"),
                one.title,
                one.label,
                reverse("project-report", args=[one.number]),
                one.report_due_at,
            )
        else:
            yield Task(_("You manage it"), one.title, one.label, one.get_absolute_url())


def of_lines(user):
    lines = ReadyLine.objects.filter(
        owner=user, closed_at=None, waived_at=None, project__in=Project.objects.visible_to(user).running()
    )
    for one in lines.select_related("project").order_by("due_on")[:MOST]:
        what = _("Make ready: %(line)s") % {"line": one.get_kind_display()}
        yield Task(what, one.project.title, one.project.label, one.project.get_absolute_url(), one.due_on)


def of_check_ins(user):
    asked = CheckIn.objects.filter(asked_of=user, answered_at=None, asked_at__isnull=False, skipped_because="")
    visible = asked.filter(project__in=Project.objects.visible_to(user))
    for one in visible.select_related("project").order_by("due_at")[:MOST]:
        url = reverse("check-in", args=[one.project.number, one.pk])
        yield Task(_("Say whether it is in use"), one.project.title, one.project.label, url, one.due_at)


def of_outcomes(user):
    due = Outcome.objects.filter(
        Q(promise__measure__owner=user) | Q(promise__measure__backup=user),
        recorded_at=None,
        not_measurable_because="",
        test_on__lte=clock.today(),
        promise__project__in=Project.objects.visible_to(user),
    )
    for one in due.select_related("promise__project", "promise__measure").order_by("test_on")[:MOST]:
        what = _("Record the outcome: %(measure)s") % {"measure": one.promise.measure.name}
        url = reverse("outcome", args=[one.project.number, one.pk])
        yield Task(what, one.project.title, one.project.label, url, one.test_on)


def of_measures(user):
    """Measures of the person whose last whole period has no value yet."""
    kept = Measure.objects.kept_by(user).annotate(latest_on=Max("measurements__period_on"))
    for one in kept.order_by("name")[:MOST]:
        wanted = last_whole_period(one)
        if one.latest_on is None or one.latest_on < wanted:
            url = reverse("measurement-new", args=[one.slug])
            yield Task(_("Enter the missing value"), one.name, _("Measure"), url, period_of(one, clock.today()))
