"""Scheduled work on goals: what is late is asked for."""

from datetime import timedelta

from django.db.models import Q

from accounts.models import User
from goals import actions
from goals.actions.agreements import remind_of_data_request
from goals.actions.meetings import remind_of_action
from goals.models import Action, DataRequest, Measure, Upload
from workflow import clock
from workflow.due import due


@due
def ask_for_values() -> int:
    """Ask the owner on the day after the due day; a week later, and for eight weeks, the backup as well."""
    today = clock.today()
    waiting = (
        Measure.objects.overdue()
        .filter(Q(reminded_on=None) | Q(reminded_on__lte=today - actions.ASK_AGAIN))
        .filter(due_on__gte=today - timedelta(days=56))
    )
    done = [measure for measure in waiting if actions.ask_for_value(measure, by=User.objects.system())]
    return len(done)


@due
def remind_of_data_requests() -> int:
    """Remind the owner of the data once, after the day on which the answer was due."""
    late = DataRequest.objects.waiting().filter(reminded_at=None, due_at__lte=clock.now())
    return sum(remind_of_data_request(asked, by=User.objects.system()) for asked in late)


@due
def remind_of_actions() -> int:
    """Remind the owner of an action from a meeting once, after the day by which it should have been done."""
    late = Action.objects.still_open().filter(reminded_on=None, due_on__lt=clock.today())
    return sum(remind_of_action(one, by=User.objects.system()) for one in late.exclude(status=Action.Status.ON_HOLD))


@due
def forget_old_uploads() -> int:
    """Lines that were brought a month ago and neither taken over nor dropped are forgotten."""
    old = Upload.objects.filter(applied_at=None, dropped_at=None, at__lt=clock.now() - timedelta(days=30))
    return old.update(rows=[], sheets=[], answers={}, dropped_at=clock.now())
