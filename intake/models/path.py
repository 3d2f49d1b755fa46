"""Where an idea stands on its path, and whose move it is."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from intake.lifecycle import FACES, WAYS_OUT, State
from workflow.templatetags.ui import day_short


@dataclass(frozen=True)
class Turn:
    """Whose move it is: the role, the person or the name where one is known, until when, and what comes next."""

    role: Any
    person: Any
    due_at: Any
    paused: bool
    sentence: Any
    name: str = ""

    @property
    def who(self) -> str:
        """In one line: the person where one is known, else the role."""
        return str(self.person or self.name or self.role or "")


NEXT = {
    State.DRAFT: _("Finish it and share it."),
    State.SUBMITTED: _("Somebody of IT reads it and answers."),
    State.TRIAGE: _("IT says where it goes from here."),
    State.FEASIBILITY: _("The reviewers say whether and how it is possible."),
    State.DECISION: _("The answer is given, with its reason."),
    State.APPROVED: _("Money, purchase, council date and people are made ready."),
    State.DELIVERING: _("The project is being delivered."),
    State.DELIVERED: _("We look whether it is in use and whether it helped."),
    State.EVALUATED: _("Nothing more: the results are known."),
    State.NOT_YET: _("It comes back by itself."),
    State.REDIRECTED: _("Take the other way, or ask once for a second look."),
    State.DECLINED: _("Read why, or ask once for a second look."),
    State.WITHDRAWN: _("Nothing more; a new draft can be started from it."),
    State.JOINED: _("It goes on as part of the other idea."),
}


def path_of(idea: Any, labels: tuple[Any, ...]) -> list[dict[str, Any]]:
    """The steps of these labels: done / now / paused / todo, and the date walked or expected."""
    ended = idea.state in WAYS_OUT
    complete = idea.state == State.EVALUATED
    steps = []
    for at, label in enumerate(labels):
        if at < idea.step or complete:
            state, when = "done", _walked(idea, at)
        elif at == idea.step:
            state, when = ("paused", _left(idea)) if ended else ("now", _expected(idea))
            label = idea.face.plain if ended else label
        else:
            state, when = "todo", ""
        steps.append({"label": label, "state": state, "when": when, "ready": idea.state == State.APPROVED})
        if state == "paused" and idea.state != State.NOT_YET:
            steps[-1]["icon"] = idea.face.icon
    return steps


def _walked(idea: Any, step: int) -> str:
    """The day on which a step was done: when the next one began."""
    days = [day for state, day in idea.walked.items() if FACES[state].step == step + 1 and state not in WAYS_OUT]
    if step == 0 and idea.submitted_at:
        return day_short(idea.submitted_at)
    return day_short(date.fromisoformat(min(days))) if days else ""


def _left(idea: Any) -> str:
    if idea.state == State.NOT_YET and idea.return_on:
        return _("back %(day)s") % {"day": day_short(idea.return_on)}
    return day_short(idea.state_since)


def _expected(idea: Any) -> str:
    if not idea.due_at:
        return ""
    return (_("was due %(day)s") if idea.is_late else _("by %(day)s")) % {"day": day_short(idea.due_at)}


def turn_of(idea: Any) -> Turn:
    """Whose move it is, and by when; asks for nothing but what `listed()` brings along."""
    if getattr(idea, "has_open_question", False):
        return Turn(
            _("Requester"), idea.requester, None, True, _("A question waits for an answer; our clock waits too.")
        )
    person: Any = {
        State.DRAFT: idea.requester,
        State.SUBMITTED: idea.assignee,
        State.TRIAGE: idea.assignee,
        State.FEASIBILITY: idea.assignee,
        State.REDIRECTED: idea.requester,
        State.DECLINED: idea.requester,
    }.get(State(idea.state))
    if idea.state == State.DELIVERED and not idea.has_contribution:
        return Turn(_("Requester"), idea.requester, None, False, _("One question is open: did it help?"))
    if idea.state == State.NOT_YET and idea.current_decision:
        person = idea.current_decision.trigger_owner
    who = idea.decider_label if idea.state == State.DECISION else idea.face.turn
    name = "" if person else getattr(idea, "holder_name", None) or ""
    return Turn(who, person, idea.answer_due_at, False, NEXT[idea.state], name)
