"""Scheduled work on projects: check-ins, outcomes, holds that end, the long stop."""

from accounts.models import User
from intake.lifecycle import State as IdeaState
from projects import actions
from projects.models import CheckIn, Outcome, Project
from workflow import clock
from workflow.due import due


@due
def ask_check_ins() -> int:
    waiting = CheckIn.objects.filter(answered_at=None, asked_at=None, due_at__lte=clock.now())
    for check_in in waiting:
        actions.ask_check_in(check_in, by=User.objects.system())
    return len(waiting)


@due
def ask_outcomes() -> int:
    waiting = Outcome.objects.filter(recorded_at=None, asked_at=None, test_on__lte=clock.today())
    for outcome in waiting:
        actions.ask_outcome(outcome, by=User.objects.system())
    return len(waiting)


@due
def close_at_the_long_stop() -> int:
    last_day = clock.today() - actions.LONG_STOP
    silent = Project.objects.filter(idea__state=IdeaState.DELIVERED, delivered_on__lte=last_day).exclude(
        idea__lane="taken_over"
    )
    for project in silent:
        actions.close_as_not_measurable(project, by=User.objects.system())
    return len(silent)
