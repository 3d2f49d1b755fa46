"""Scheduled work on ideas: each finds what is due and calls one action."""

from accounts.models import User
from intake import actions
from intake.models import Backing, Idea
from workflow import clock
from workflow.due import due
from workflow.lifecycle import MoveRefused, perform
from workflow.models import Question


@due
def bring_back_not_yet() -> int:
    """“Not yet” returns by itself on its day."""
    done = 0
    for idea in actions.due_back(clock.today()):
        try:
            perform(idea, "resume", by=User.objects.system())
            done += 1
        except MoveRefused:
            continue  # somebody moved it in the meantime
    return done


@due
def pass_silence_of_sponsors() -> int:
    waiting = Backing.objects.filter(answered_at=None, waived_at=None, due_at__lte=clock.now()).exclude(
        stage=Backing.Stage.OVER
    )
    for backing in waiting:
        actions.pass_silence(backing, by=User.objects.system())
    return len(waiting)


@due
def remind_of_questions() -> int:
    late = [one for one in Question.objects.open().filter(due_at__lte=clock.now()) if isinstance(one.target, Idea)]
    for question in late:
        actions.remind(question, by=User.objects.system())
    return len(late)


@due
def fold_counts() -> int:
    return actions.fold_counts()
