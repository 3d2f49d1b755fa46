"""The four answers of a project: where it is, what comes next, who has it, and when."""

from django.utils.translation import gettext as _

from projects.lifecycle import RUNNING, State
from workflow import clock
from workflow.templatetags.ui import day


def strip_of(project, *, lines, milestones, results):
    """All four always filled; what comes next is the line, the milestone or the test that is due first."""
    step = None
    if project.state == State.PLANNED:
        open_lines = (line for line in lines if line.is_open)
        step = _first((one.due_on, _("Settle: %(what)s"), one.get_kind_display(), one.owner) for one in open_lines)
    elif project.state == State.IN_PROGRESS:
        to_come = (one for one in milestones if one.done_on is None)
        step = _first((one.due_on, _("Milestone: %(what)s"), one.name, project.manager) for one in to_come)
    elif project.state in (State.DELIVERED, State.CLOSED):
        untested = (one for one in results if one.outcome and one.outcome.is_open)
        step = _first(
            (one.outcome.until_on, _("The test: %(what)s"), one.promise.measure.name, one.promise.measure.owner)
            for one in untested
        )
    if step:
        due_on, sentence, what, who = step
        next_step, when = sentence % {"what": what}, _due(due_on)
    else:
        next_step, who, when = _without_a_step(project, results)
    return {
        "where": (project.get_state_display(), _since(project)),
        "next": next_step,
        "who": who or _("Nobody yet"),
        "when": (when, _delivery(project)),
    }


def _first(steps):
    return min(steps, key=lambda step: step[0], default=None)


def _due(due_on):
    return (_("It was due %(day)s") if due_on < clock.today() else _("By %(day)s")) % {"day": day(due_on)}


def _without_a_step(project, results):
    if project.state == State.PLANNED:
        return _("The work begins."), project.manager, _("As soon as it is started")
    if project.state == State.IN_PROGRESS:
        planned = project.planned_end_on
        return _("It is delivered."), project.manager, _due(planned) if planned else _("No day is planned yet")
    if project.state == State.DELIVERED and not results and getattr(project, "help_answer", None) is None:
        return _("One question is open: did it help?"), project.idea.requester, _("When that is answered")
    if project.state == State.DELIVERED:
        return _("It is closed, with its lessons."), project.manager, _("When its lessons are written")
    return _("Nothing more."), _("Nobody: it is complete"), _("It is complete")


def _since(project):
    began_on = {State.IN_PROGRESS: project.started_on, State.DELIVERED: project.delivered_on}.get(project.state)
    return _("since %(day)s") % {"day": day(began_on)} if began_on else ""


def _delivery(project):
    if project.state in RUNNING and project.planned_end_on:
        return _("Delivery planned %(day)s") % {"day": day(project.planned_end_on)}
    return ""
