"""Scheduled work on projects: check-ins, outcomes, the long stop."""

from django.db.models import Q

from accounts.models import User
from intake.lifecycle import State as IdeaState
from projects import actions
from projects.models import CheckIn, Project
from workflow import clock
from workflow.due import due


@due
def ask_check_ins() -> int:
    now = clock.now()
    waiting = CheckIn.objects.filter(answered_at=None, due_at__lte=now).filter(
        Q(asked_at=None) | Q(reminded_at=None, asked_at__lte=now - actions.ASK_AGAIN)
    )
    for check_in in waiting:
        actions.ask_check_in(check_in, by=User.objects.system())
    return len(waiting)


@due
def evaluate_outcomes() -> int:
    return actions.evaluate_all(by=User.objects.system())


@due
def close_at_the_long_stop() -> int:
    """A project without promises of which nobody said whether it helped is closed after the usual long stop."""
    silent = Project.objects.filter(
        idea__state=IdeaState.DELIVERED, delivered_on__lte=clock.today() - actions.LONG_STOP, promises=None
    ).exclude(idea__lane="taken_over")
    for project in silent:
        actions.close_unanswered(project, by=User.objects.system())
    return len(silent)
