"""My work: everything that waits for one person, from every app, the one due first on top."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, DateField, DateTimeField, Exists, F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from accounts.models import Role
from accounts.policy import current_policy
from goals.actions import last_whole_period, period_of
from goals.models import Action, Measure
from intake import rules
from intake.lifecycle import BEFORE_DECISION, State
from intake.models import Backing, Condition, Idea, Part, ProposedNo, Review, SecondLook, know_holdings
from intake.views.page import SECOND_LOOKED
from projects.lifecycle import RUNNING
from projects.models import CheckIn, Outcome, Project, ReadyLine
from workflow import clock
from workflow.models import Question

MOST = 50
IN_HAND = {
    State.SUBMITTED: gettext_lazy("Read it and take it up"),
    State.TRIAGE: gettext_lazy("Say where it goes"),
    State.FEASIBILITY: gettext_lazy("See that the reviews come in"),
    State.DECISION: gettext_lazy("See that it is decided"),
}
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
            *of_measures(user),
        ]
        tasks.sort(key=lambda task: (task.when, task.day or date.max, task.label))
        groups = [(WHEN[when], [task for task in tasks if task.when == when]) for when in WHEN]
        return super().get_context_data(groups=[one for one in groups if one[1]], **kwargs)


def backings_for(user):
    """The unanswered questions to back of which this person was asked, as sponsor or as substitute."""
    asked = Part.objects.filter(idea=OuterRef("idea"), user=user, kind=Part.Kind.ASKED_TO_BACK, ended_at=None)
    return Backing.objects.filter(Exists(asked), answered_at=None, waived_at=None).order_by("-id")


def of_ideas(user):
    """Ideas in hand, to decide, to back, to watch, and questions to answer."""
    kind = ContentType.objects.get_for_model(Idea)
    questions = Question.objects.open().filter(target_type=kind, target_id=OuterRef("pk"), asked_of=user)
    backings = backings_for(user).filter(idea=OuterRef("pk"))
    ideas = (
        Idea.objects.visible_to(user)
        .listed()
        .with_parts()
        .annotate(
            question_due=Subquery(questions.order_by("due_at").values("due_at")[:1]),
            backing_due=Subquery(backings.values("due_at")[:1]),
            no_proposed_by=Subquery(ProposedNo.objects.open().filter(idea=OuterRef("pk")).values("proposed_by")[:1]),
            second_look_due=Subquery(SecondLook.objects.filter(idea=OuterRef("pk"), taken_at=None).values("due_at")),
        )
        .filter(
            Q(question_due__isnull=False)
            | Q(backing_due__isnull=False, state__in=BEFORE_DECISION)
            | Q(assignee=user, state__in=BEFORE_DECISION)
            | Q(state=State.NOT_YET, current_decision__trigger_owner=user)
            | Q(state=State.DECISION) & may_decide(user)
            | Q(second_look_due__isnull=False, state__in=SECOND_LOOKED) & may_decide(user)
        )
        .order_by("due_at", "pk")[: 2 * MOST]
    )
    know_holdings(ideas)
    for idea in ideas:
        yield from of_idea(idea, user)


def of_idea(idea, user):
    def task(what, url, due, paused=False):
        return Task(what, idea.heading, idea.label, url, due, paused)

    page, decides = idea.get_absolute_url(), reverse("idea-decision", args=[idea.number])
    if idea.question_due:
        yield task(_("Answer a question"), reverse("idea-discussion", args=[idea.number]), idea.question_due)
    if idea.backing_due and idea.is_before_decision and user.has_perm("intake.back_idea", idea):
        yield task(_("Back it or hold it"), reverse("idea-back", args=[idea.number]), idea.backing_due)
    if idea.state == State.DECISION and idea.no_proposed_by and rules.is_second_decider(user, idea):
        yield task(_("Confirm the “No”, or give another answer"), decides, idea.due_at)
    elif idea.state == State.DECISION and not idea.no_proposed_by and user.has_perm("intake.judge_idea", idea):
        yield task(_("Decide"), decides, idea.due_at, idea.has_open_question)
    elif idea.assignee_id == user.pk and idea.is_before_decision:
        look = idea.state in (State.SUBMITTED, State.TRIAGE) and user.has_perm("intake.work_on_idea", idea)
        url = reverse("idea-triage", args=[idea.number]) if look else page
        yield task(IN_HAND[State(idea.state)], url, idea.answer_due_at, idea.has_open_question)
    if idea.second_look_due and idea.state in SECOND_LOOKED and rules.is_fresh_decider(user, idea):
        yield task(_("Take a second look"), decides, idea.second_look_due)
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


def check_ins_for(user):
    return CheckIn.objects.filter(asked_of=user, answered_at=None, asked_at__isnull=False, skipped_because="")


def unanswered_helps(user):
    """Projects delivered for this person without a promise: only the requester's word says whether they helped."""
    return Project.objects.filter(
        idea__requester=user, idea__state=State.DELIVERED, promises=None, help_answer=None, delivered_on__isnull=False
    )


def of_projects(user):
    """What waits in projects: reports, lines of getting ready, check-ins, outcomes, “did it help?”; in one question.

    The same question brings what was agreed for the person at review meetings.
    """
    running = Project.objects.running().filter(manager=user)
    lines = ReadyLine.objects.filter(owner=user, closed_at=None, waived_at=None, project__state__in=RUNNING)
    outcomes = Outcome.objects.wanting_a_word().filter(
        Q(promise__measure__owner=user) | Q(promise__measure__backup=user),
        found_at__isnull=False,
    )
    found = project_rows(user, "manage", running.filter(report_due_at=None), "")
    found = found.union(
        project_rows(user, "report", running.filter(report_due_at__isnull=False), "", at="report_due_at"),
        project_rows(user, "line", lines, "project__", detail="kind", on="due_on"),
        project_rows(user, "check_in", check_ins_for(user), "project__", detail="question", at="due_at"),
        project_rows(user, "outcome", outcomes, "promise__project__", detail="promise__measure__name", at="found_at"),
        project_rows(user, "helped", unanswered_helps(user), ""),
        agreed_rows(user),
        all=True,
    )
    for kind, number, title, pk, detail, due_on, due_at in found[: 2 * MOST]:
        what, page, args = PROJECT_TASKS[kind]
        if kind == "line":
            detail = ReadyLine.Kind(detail).label
        elif kind == "check_in":
            detail = detail or CheckIn.IN_USE
        url = reverse(page, args=[number, pk][:args])
        label = _("Meeting") if kind == "agreed" else Project(number=number).label
        yield Task(what % {"detail": detail}, title, label, url, due_at or due_on)


PROJECT_TASKS = {
    "manage": (gettext_lazy("You manage it"), "project", 1),
    "report": (gettext_lazy("Report how it stands"), "project-report", 1),
    "line": (gettext_lazy("Make ready: %(detail)s"), "project", 1),
    "check_in": (gettext_lazy("Answer: %(detail)s"), "check-in", 2),
    "outcome": (gettext_lazy("Say what else changed: %(detail)s"), "outcome-tell", 2),
    "helped": (gettext_lazy("Say whether it helped"), "project-helped", 1),
    "agreed": (gettext_lazy("Agreed: %(detail)s"), "action-report", 2),
}


def project_rows(user, kind, records, to_project, detail=None, on=None, at=None):
    """Records of projects that the person may see as rows of one shape: kind, number, title, key, detail, due."""
    seen = records.filter(**{f"{to_project}idea__in": Idea.objects.visible_to(user)})
    return seen.order_by().values_list(
        Value(kind, output_field=CharField()),
        f"{to_project}number",
        f"{to_project}title",
        "pk",
        F(detail) if detail else Value("", output_field=CharField()),
        Cast(F(on) if on else Value(None), DateField()),
        Cast(F(at) if at else Value(None), DateTimeField()),
    )


def agreed_rows(user):
    """Actions from review meetings in the same shape, by the meeting's key; what is on hold does not wait."""
    actions = Action.objects.still_open().filter(owner=user).exclude(status=Action.Status.ON_HOLD)
    return actions.order_by().values_list(
        Value("agreed", output_field=CharField()),
        "meeting",
        "meeting__name",
        "pk",
        F("text"),
        F("due_on"),
        Cast(Value(None), DateTimeField()),
    )


def of_measures(user):
    """Measures of the person whose last whole period has no value yet."""
    kept = Measure.objects.kept_by(user).annotate(latest_on=Max("measurements__period_on"))
    for one in kept.order_by("name")[:MOST]:
        wanted = last_whole_period(one)
        if one.latest_on is None or one.latest_on < wanted:
            url = reverse("measurement-new", args=[one.slug])
            yield Task(_("Enter the missing value"), one.name, _("Measure"), url, period_of(one, clock.today()))
