"""Changes of a project that are more than one move."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policy import Size, current_policy
from goals.models import Measure
from intake import actions as intake_actions
from intake.lifecycle import Lane
from intake.lifecycle import State as IdeaState
from intake.models import Idea, Part
from projects.models import (
    BudgetLine,
    Cause,
    CheckIn,
    Health,
    HelpAnswer,
    Hold,
    Lesson,
    Milestone,
    Outcome,
    Project,
    Promise,
    ReadyLine,
    StatusReport,
)
from workflow import clock, events, notifications
from workflow.editing import edit
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove, perform

PHASE_IN = timedelta(days=30)
POINTS_AFTER = 8
LONG_STOP = timedelta(days=730)
DAYS_OF_CADENCE = {"weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}
AMBER, RED = 0.05, 0.10


def require(by: User, permission: str, obj: Any) -> None:
    if not by.has_perm(permission, obj):
        raise NotYourMove


def tell(
    verb: str, project: Project, *, by: User, note: str = "", extra: dict[str, Any] | None = None, **data: Any
) -> Any:
    """Record an event of a project and tell the people of its table."""
    event = events.record(f"projects.project.{verb}", project, by=by, note=note, data=data)
    notifications.tell(event, project, extra=extra)
    return event


# Opening


def open_project(idea: Idea, *, by: User, manager: User | None) -> Project:
    """Open the project of an approved idea with its frozen baseline: scope, cost, dates, contributions."""
    contributions = list(idea.contributions.current().select_related("measure"))
    end_on = min((one.by_on for one in contributions), default=idea.wanted_by)
    project = Project.objects.create(
        number=intake_actions.take_number("project"),
        idea=idea,
        title=idea.heading,
        scope=idea.problem if not idea.better else f"{idea.problem}\n\n{idea.better}",
        manager=manager,
        fund=idea.fund,
        baseline_cost_start=idea.cost_start,
        baseline_cost_yearly=idea.cost_yearly,
        baseline_hours=idea.hours,
        baseline_start_on=idea.earliest_start_on,
        baseline_end_on=end_on,
        planned_end_on=end_on,
        report_due_at=_next_report(idea),
    )
    Promise.objects.bulk_create(
        Promise(project=project, contribution=one, measure=one.measure, expected=one.expected, by_on=one.by_on)
        for one in contributions
    )
    if manager:
        intake_actions.involve(idea, manager, Part.Kind.PROJECT_MANAGER)
    if idea.lane != Lane.TAKEN_OVER:
        _add_ready_lines(project)
    event = events.record("projects.project.open", project, by=by, data={"idea": idea.number})
    notifications.tell(event, project)
    return project


def _next_report(idea: Idea) -> datetime | None:
    """When the next status report is due; what was taken over and what is small owes none."""
    if idea.lane == Lane.TAKEN_OVER or idea.size == Size.SMALL:
        return None
    return clock.due_after(current_policy().report_days)


def _add_ready_lines(project: Project) -> None:
    """Which lines there are follows from size and answers; small work has none."""
    idea = project.idea
    if idea.size == Size.SMALL:
        return
    due_on = clock.calendar().add_workdays(clock.today(), current_policy().ready_days)
    wanted = [ReadyLine.Kind.MONEY]
    if "buy" in idea.answers:
        wanted.append(ReadyLine.Kind.PURCHASE)
    if idea.size == Size.LARGE:
        wanted.append(ReadyLine.Kind.COUNCIL)
    wanted.append(ReadyLine.Kind.PEOPLE)
    for kind in wanted:
        funded = kind == ReadyLine.Kind.MONEY and idea.is_funded
        ReadyLine.objects.create(
            project=project,
            kind=kind,
            owner=project.manager,
            due_on=due_on,
            note=idea.fund if kind == ReadyLine.Kind.MONEY else "",
            closed_at=clock.now() if funded else None,
        )


@transaction.atomic
def name_manager(project: Project, *, by: User, manager: User) -> None:
    """Hand the project to another project manager."""
    require(by, "projects.name_manager", project)
    intake_actions.release(project.idea, Part.Kind.PROJECT_MANAGER)
    intake_actions.involve(project.idea, manager, Part.Kind.PROJECT_MANAGER)
    edit(project, by=by, version=None, verb="name_manager", manager=manager)


# Getting ready


@transaction.atomic
def plan_line(line: ReadyLine, *, by: User, owner: User, due_on: date, note: str = "") -> None:
    """Say whose move a getting-ready line is, and until when."""
    require(by, "projects.lead_project", line.project)
    line.owner, line.due_on, line.note = owner, due_on, note
    line.save()
    intake_actions.involve(line.project.idea, owner, Part.Kind.READY_OWNER)
    tell("plan_line", line.project, by=by, note=note, line=line.kind, owner=owner.pk, due_on=due_on.isoformat())


@transaction.atomic
def close_line(line: ReadyLine, *, by: User, note: str = "") -> None:
    """A getting-ready line is done."""
    require(by, "projects.close_line", line)
    line = ReadyLine.objects.select_for_update(of=("self",)).select_related("project__idea").get(pk=line.pk)
    if not line.is_open:
        raise Conflict(_("This line was closed already."))
    line.closed_at = clock.now()
    line.note = note or line.note
    line.save()
    tell("close_line", line.project, by=by, note=note, line=line.kind)


@transaction.atomic
def waive_line(line: ReadyLine, *, by: User, reason: str) -> None:
    """A getting-ready line is not needed, with the reason."""
    require(by, "projects.lead_project", line.project)
    if not reason.strip():
        raise MoveRefused(_("Write why this is not needed."))
    line = ReadyLine.objects.select_for_update(of=("self",)).select_related("project__idea").get(pk=line.pk)
    if not line.is_open:
        raise Conflict(_("This line was closed already."))
    line.waived_at, line.waived_because = clock.now(), reason.strip()
    line.save()
    tell("waive_line", line.project, by=by, note=reason, line=line.kind)


# Plan and money


@transaction.atomic
def add_milestone(project: Project, *, by: User, name: str, due_on: date) -> Milestone:
    require(by, "projects.lead_project", project)
    milestone = Milestone.objects.create(project=project, name=name, due_on=due_on, baseline_on=due_on)
    tell("add_milestone", project, by=by, name=name, due_on=due_on.isoformat())
    return milestone


@transaction.atomic
def change_milestone(
    milestone: Milestone, *, by: User, name: str, due_on: date, done_on: date | None, reason: str = ""
) -> None:
    """Move or finish a milestone; a later date wants a reason."""
    project = milestone.project
    require(by, "projects.lead_project", project)
    if due_on > milestone.due_on and not reason.strip():
        raise MoveRefused(_("Write why the date moves."))
    if done_on and done_on > clock.today():
        raise MoveRefused(_("Enter the day on which it was done; it cannot be in the future."))
    was = milestone.due_on
    milestone.name, milestone.due_on, milestone.done_on = name, due_on, done_on
    milestone.version += 1
    milestone.save()
    tell(
        "change_milestone",
        project,
        by=by,
        note=reason,
        name=name,
        changes={
            "due_on": [was.isoformat(), due_on.isoformat()],
            "done_on": [None, done_on.isoformat() if done_on else None],
        },
    )


@transaction.atomic
def plan_end(project: Project, *, by: User, planned_end_on: date, reason: str) -> None:
    """Plan another delivery day; everyone who asked hears of it with the reason."""
    require(by, "projects.lead_project", project)
    if not reason.strip():
        raise MoveRefused(_("Write why the date moves."))
    event = edit(project, by=by, version=None, verb="plan_end", note=reason, planned_end_on=planned_end_on)
    if event:
        notifications.tell(event, project)


@transaction.atomic
def set_budget(
    project: Project,
    *,
    by: User,
    name: str,
    fiscal_year: int,
    planned: int,
    spent: int,
    kind: str = BudgetLine.Kind.ONE_TIME,
) -> BudgetLine:
    """Write what one purpose in one fiscal year is planned and spent (whole dollars); a change keeps the difference."""
    require(by, "projects.lead_project", project)
    line, created = BudgetLine.objects.get_or_create(
        project=project, name=name, fiscal_year=fiscal_year, defaults={"planned": planned, "spent": spent, "kind": kind}
    )
    before = None if created else [line.planned, line.spent]
    if not created:
        line.planned, line.spent, line.kind = planned, spent, kind
        line.version += 1
        line.save()
    tell(
        "set_budget",
        project,
        by=by,
        name=name,
        year=fiscal_year,
        changes={"planned and spent": [before, [planned, spent]]},
    )
    return line


# Reports


@dataclass(frozen=True)
class Signal:
    """What the figures say beside the manager's word: a colour, and the sentences that explain it."""

    health: str
    sentences: tuple[str, ...]

    @property
    def label(self) -> str:
        return str(Health(self.health).label)


def signal_of(project: Project) -> Signal:
    """Compare with the baseline: more than 5 % of cost or time over is amber, more than 10 % red (the FITARA bands)."""
    sentences = []
    worst = 0.0
    lines = list(project.budget_lines.all())
    planned, spent = sum(line.planned for line in lines), sum(line.spent for line in lines)
    base = project.baseline_cost
    if base and max(planned, spent) > base:
        over = max(planned, spent) / base - 1
        worst = max(worst, over)
        sentences.append(_("Money is %(percent)d %% over what was approved.") % {"percent": round(100 * over)})
    if project.planned_end_on and project.baseline_end_on and project.planned_end_on > project.baseline_end_on:
        start = project.started_on or project.baseline_start_on or project.created_at.date()
        length = max((project.baseline_end_on - start).days, 1)
        slip = (project.planned_end_on - project.baseline_end_on).days
        worst = max(worst, slip / length)
        sentences.append(_("Delivery is planned %(days)d days later than approved.") % {"days": slip})
    late = [
        one for one in project.milestones.all() if not one.done_on and not one.dropped_at and one.due_on < clock.today()
    ]
    if late:
        worst = max(worst, AMBER + 0.001)
        sentences.append(_("Milestone “%(name)s” is past its date.") % {"name": late[0].name})
    health = Health.RED if worst > RED else Health.AMBER if worst > AMBER else Health.GREEN
    return Signal(health, tuple(sentences))


@transaction.atomic
def report(project: Project, *, by: User, nothing_changed: bool = False, **said: Any) -> StatusReport:
    """Report how the project stands; “nothing changed” repeats the last report in one click."""
    require(by, "projects.lead_project", project)
    if not project.is_running:
        raise Conflict(_("This project needs no more reports."))
    last = project.reports.first()
    if nothing_changed:
        if last is None:
            raise MoveRefused(_("Write the first report: the four colours and a sentence."))
        said = {
            name: getattr(last, name) for name in ("scope", "schedule", "budget", "benefit", "sentence", "would_help")
        }
    worst = {said.get(name) for name in ("scope", "schedule", "budget", "benefit")}
    if not str(said.get("sentence", "")).strip():
        raise MoveRefused(_("Write in a sentence how it stands."))
    if worst & {Health.RED, Health.AMBER} and not str(said.get("would_help", "")).strip():
        raise MoveRefused(_("Write what would help."))
    signal = signal_of(project)
    made = StatusReport.objects.create(
        project=project,
        reported_by=by,
        reported_at=clock.now(),
        nothing_changed=nothing_changed,
        signal=signal.health,
        signal_says=" ".join(signal.sentences),
        **said,
    )
    project.health, project.last_report_at = made.worst, made.reported_at
    project.report_due_at = _next_report(project.idea)
    project.save(update_fields=["health", "last_report_at", "report_due_at"])
    tell(
        "report",
        project,
        by=by,
        note=made.sentence,
        health=made.worst,
        nothing_changed=nothing_changed,
        extra={"report": made},
    )
    return made


# Hold, cancel, close


@transaction.atomic
def hold(project: Project, *, by: User, reason: str, until_on: date) -> Hold:
    require(by, "projects.lead_project", project)
    if not project.is_running:
        raise Conflict(_("Only a running project can be put on hold."))
    if not reason.strip() or until_on <= clock.today():
        raise MoveRefused(_("Write why it rests, and until which coming day."))
    if project.current_hold:
        raise Conflict(_("This project is on hold already."))
    made = Hold.objects.create(project=project, reason=reason.strip(), held_by=by, until_on=until_on)
    tell("hold", project, by=by, note=reason, until=until_on.isoformat())
    project.refresh_from_db()
    return made


@transaction.atomic
def resume(project: Project, *, by: User) -> None:
    require(by, "projects.lead_project", project)
    held = Hold.objects.select_for_update().filter(project=project, ended_at=None).first()
    if held is None:
        raise Conflict(_("This project is not on hold."))
    held.ended_at = clock.now()
    held.save()
    tell("resume", project, by=by)
    project.refresh_from_db()


@transaction.atomic
def ask_to_cancel(project: Project, *, by: User, reason: str) -> None:
    """The project manager asks the idea's decider to cancel, with the reason."""
    require(by, "projects.lead_project", project)
    if not project.is_running:
        raise Conflict(_("Only a running project can be cancelled."))
    if not reason.strip():
        raise MoveRefused(_("Write why the project should be cancelled."))
    project.cancel_reason, project.cancel_asked_by = reason.strip(), by
    project.save(update_fields=["cancel_reason", "cancel_asked_by"])
    tell("ask_to_cancel", project, by=by, note=reason)


def write_lessons(
    project: Project, *, by: User, went_well: str, went_wrong: str, causes: Iterable[dict[str, Any]] = ()
) -> None:
    """Keep the lessons and coded causes of the close; each cause is a dict of code, is_primary and evidence."""
    for kind, text in ((Lesson.Kind.WENT_WELL, went_well), (Lesson.Kind.WENT_WRONG, went_wrong)):
        Lesson.objects.create(project=project, kind=kind, text=text.strip(), written_by=by)
    causes = list(causes)
    if causes and sum(bool(cause.get("is_primary")) for cause in causes) != 1:
        raise MoveRefused(_("Mark one of the causes as the primary one."))
    if any(not str(cause.get("evidence", "")).strip() for cause in causes):
        raise MoveRefused(_("Write the evidence for each cause."))
    Cause.objects.bulk_create(Cause(project=project, **cause) for cause in causes)


# After delivery


def plan_after_delivery(project: Project, *, by: User) -> None:
    """Plan the “is it in use?” check-in and the day on which each promise is looked at."""
    days = timedelta(days=current_policy().checkin_days)
    calendar = clock.calendar()
    asked_of = next(iter(project.idea.people_as(Part.Kind.SPONSOR)), project.idea.requester)
    if project.idea.size == Size.SMALL or not asked_of.is_active:
        asked_of = project.idea.requester
    CheckIn.objects.create(project=project, asked_of=asked_of, due_at=calendar.due_after(clock.now() + days, 1))
    for promise in project.promises.select_related("measure__owner"):
        Outcome.objects.create(promise=promise, test_on=test_date(promise.measure, clock.today()))
        intake_actions.involve(project.idea, promise.measure.owner, Part.Kind.MEASURE_OWNER)


def test_date(measure: Measure, delivered_on: date) -> date:
    """The day on which the outcome is looked at: phase-in, then enough points, at the latest the long stop."""
    after = PHASE_IN + POINTS_AFTER * timedelta(days=DAYS_OF_CADENCE[measure.cadence])
    return delivered_on + min(after, LONG_STOP)


@transaction.atomic
def answer_check_in(check_in: CheckIn, *, by: User, answer: str, text: str = "") -> None:
    """Say whether it is in use; “partly” and “no” want a sentence."""
    require(by, "projects.answer_check_in", check_in)
    check_in = CheckIn.objects.select_for_update(of=("self",)).select_related("project__idea").get(pk=check_in.pk)
    if check_in.answered_at:
        raise Conflict(_("This check-in was answered already."))
    if answer != CheckIn.Answer.YES and not text.strip():
        raise MoveRefused(_("Write what keeps people from using it."))
    check_in.answer, check_in.text = answer, text.strip()
    check_in.answered_by, check_in.answered_at = by, clock.now()
    check_in.save()
    tell("check_in", check_in.project, by=by, note=text, answer=answer)


@transaction.atomic
def skip_check_in(check_in: CheckIn, *, by: User, reason: str) -> None:
    require(by, "projects.skip_check_in", check_in)
    if not reason.strip():
        raise MoveRefused(_("Write why the check-in is skipped."))
    check_in.skipped_because, check_in.answered_at, check_in.answered_by = reason.strip(), clock.now(), by
    check_in.save()
    tell("skip_check_in", check_in.project, by=by, note=reason)


@transaction.atomic
def record_outcome(outcome: Outcome, *, by: User, measured: Decimal, what_else_changed: str) -> None:
    """The measure's owner records what was measured and what else changed; no verdict is given here."""
    require(by, "projects.record_outcome", outcome)
    outcome = _open_outcome(outcome)
    if clock.today() < outcome.test_on:
        raise MoveRefused(
            _("It is looked at on %(day)s, the day fixed at delivery. Come back then.") % {"day": outcome.test_on}
        )
    if not what_else_changed.strip():
        raise MoveRefused(_("Write what else changed in that time, or that nothing did."))
    outcome.measured, outcome.what_else_changed = measured, what_else_changed.strip()
    outcome.recorded_by, outcome.recorded_at = by, clock.now()
    outcome.save()
    project = outcome.project
    tell(
        "record_outcome",
        project,
        by=by,
        note=what_else_changed,
        measure=str(outcome.promise.measure),
        measured=str(measured),
    )
    evaluate_when_known(project, by=by)


def _open_outcome(outcome: Outcome) -> Outcome:
    locked = (
        Outcome.objects.select_for_update(of=("self",))
        .select_related("promise__project__idea", "promise__measure")
        .get(pk=outcome.pk)
    )
    if locked.recorded_at:
        raise Conflict(_("This outcome was recorded already."))
    return locked


@transaction.atomic
def say_whether_it_helped(project: Project, *, by: User, answer: str, text: str = "") -> HelpAnswer:
    """“Did it help?” where no measure was promised."""
    require(by, "projects.say_whether_it_helped", project)
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if project.delivered_on is None:
        raise Conflict(_("This can be answered once the project is delivered."))
    if HelpAnswer.objects.filter(project=project).exists():
        raise Conflict(_("This was answered already. Thank you."))
    made = HelpAnswer.objects.create(project=project, answer=answer, text=text.strip(), answered_by=by)
    tell("did_it_help", project, by=by, note=text, answer=answer)
    evaluate_when_known(project, by=by)
    return made


def evaluate_when_known(project: Project, *, by: User) -> None:
    """The last outcome, or without promises the answer to “did it help?”, evaluates the idea."""
    idea = Idea.objects.get(pk=project.idea_id)
    outcomes = Outcome.objects.filter(promise__project=project)
    known = (
        not outcomes.filter(recorded_at=None).exists()
        if outcomes.exists()
        else HelpAnswer.objects.filter(project=project).exists()
    )
    if known and idea.state == IdeaState.DELIVERED:
        perform(idea, "evaluate", by=User.objects.system(), on_behalf_of=None if by.is_machine else by)


# What the clock does


@transaction.atomic
def close_as_not_measurable(project: Project, *, by: User) -> None:
    """At the long stop silence is closed as “not measurable”, never as success."""
    for outcome in Outcome.objects.select_for_update(of=("self",)).filter(promise__project=project, recorded_at=None):
        outcome.not_measurable_because = _("Nobody recorded it before the last day.")
        outcome.recorded_at = clock.now()
        outcome.save()
    if not project.promises.exists() and not HelpAnswer.objects.filter(project=project).exists():
        HelpAnswer.objects.create(project=project, answer=HelpAnswer.Answer.NOT_KNOWN, answered_by=by)
    tell("not_measurable", project, by=by)
    evaluate_when_known(project, by=by)


@transaction.atomic
def ask_check_in(check_in: CheckIn, *, by: User) -> None:
    """The day of the check-in has come: ask."""
    check_in = CheckIn.objects.select_for_update(of=("self",)).select_related("project__idea").get(pk=check_in.pk)
    if check_in.asked_at or check_in.answered_at:
        return
    check_in.asked_at = clock.now()
    check_in.save()
    tell("ask_check_in", check_in.project, by=by, of=check_in.asked_of_id)


@transaction.atomic
def ask_outcome(outcome: Outcome, *, by: User) -> None:
    """The day of the test has come: ask the measure's owner."""
    outcome = _open_outcome(outcome)
    if outcome.asked_at:
        return
    outcome.asked_at = clock.now()
    outcome.save()
    tell(
        "ask_outcome", outcome.project, by=by, of=outcome.promise.measure.owner_id, measure=str(outcome.promise.measure)
    )
