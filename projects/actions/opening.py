"""How a project begins: what the approval froze, who leads it, what has to be ready."""

from django.db import transaction

from accounts.models import User
from accounts.policy import Size, current_policy
from goals.outlook import outlooks
from intake import actions as intake_actions
from intake.lifecycle import Lane
from intake.models import Contribution, Idea, Part
from projects.actions.base import next_report, require
from projects.models import Project, Promise, ReadyLine
from workflow import clock, events, notifications
from workflow.editing import edit


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
        report_due_at=next_report(idea),
    )
    _freeze_promises(project, contributions)
    if manager:
        intake_actions.involve(idea, manager, Part.Kind.PROJECT_MANAGER)
    if idea.lane != Lane.TAKEN_OVER:
        _add_ready_lines(project)
    event = events.record("projects.project.open", project, by=by, data={"idea": idea.number})
    notifications.tell(event, project)
    return project


def _freeze_promises(project: Project, contributions: list[Contribution]) -> None:
    """Each contribution with the rule by which its outcome will be judged, and the day on which that is expected."""
    promises = [(one.measure, float(one.expected), project.baseline_end_on) for one in contributions]
    for one, outlook in zip(contributions, outlooks(promises), strict=True):
        rule = outlook.rule
        Promise.objects.create(
            project=project,
            contribution=one,
            measure=one.measure,
            expected=one.expected,
            by_on=one.by_on,
            definition=one.measure.definitions.last(),
            points_before=rule.before,
            points_after=rule.after,
            gap_points=rule.gap,
            long_stop_months=rule.long_stop,
            expected_on=outlook.test_on,
        )


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
