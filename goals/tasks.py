"""Scheduled work on measures: values that are missing are asked for."""

from datetime import timedelta

from django.db.models import Q

from accounts.models import User
from goals import actions
from goals.models import Measure
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
