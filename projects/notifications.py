"""Who is told of what happens to a project."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from intake import notifications as intake_people
from projects.models import CheckIn, Health, Project, ReadyLine
from workflow import timeline
from workflow.notifications import followers, notify

VERB = "projects.project."


def manager(project: Project, event: Any) -> Iterable[User | None]:
    return [project.manager]


def authors(project: Project, event: Any) -> list[User]:
    return intake_people.authors(project.idea, event)


def everyone_who_asked(project: Project, event: Any) -> list[User]:
    return intake_people.everyone_who_asked(project.idea, event)


def deciders(project: Project, event: Any) -> list[User]:
    return intake_people.deciders(project.idea, event)


def the_one_asked(project: Project, event: Any) -> Iterable[User]:
    return User.objects.filter(pk=event.data.get("of"))


def line_owner(project: Project, event: Any) -> Iterable[User]:
    return User.objects.filter(pk=event.data.get("owner"))


def _mail(name: str, *to: Any, email: bool = True) -> None:
    notify(VERB + name, to=to, template=f"projects/email/{name}.txt", email=email)


_mail("open", manager)
_mail("name_manager", manager)
_mail("plan_line", line_owner)
_mail("close_line", manager, email=False)
_mail("plan_end", everyone_who_asked, followers)
_mail("report", followers, authors, email=False)
_mail("hold", everyone_who_asked, followers)
_mail("resume", everyone_who_asked, followers)
_mail("ask_to_cancel", deciders)
_mail("ask_check_in", the_one_asked)
_mail("check_in", manager, email=False)
_mail("ask_outcome", the_one_asked)


SENTENCES = {
    "open": (_("The project was opened."), "rocket"),
    "name_manager": (_("The project has a new manager."), "user-check"),
    "plan_line": (_("Getting ready: %(line)s is planned until %(due_on)s."), "calendar-clock"),
    "close_line": (_("Getting ready: %(line)s is settled."), "circle-check"),
    "waive_line": (_("Getting ready: %(line)s is not needed."), "minus"),
    "add_milestone": (_("A milestone was added: %(name)s, %(due_on)s."), "milestone"),
    "change_milestone": (_("A milestone was changed: %(name)s."), "milestone"),
    "plan_end": (_("Another day of delivery was planned."), "calendar-clock"),
    "set_budget": (_("Money was written down: %(name)s, %(year)s."), "banknote"),
    "report": (_("A status report: %(health)s."), "gauge"),
    "hold": (_("It was put on hold until %(until)s."), "circle-pause"),
    "resume": (_("It goes on."), "circle-play"),
    "ask_to_cancel": (_("The project manager asked to cancel it."), "octagon-alert"),
    "start": (_("Work began."), "rocket"),
    "deliver": (_("It was delivered."), "package"),
    "close": (_("It was closed; its lessons are kept."), "archive"),
    "cancel": (_("It was cancelled; the idea goes back to the decision."), "corner-up-left"),
    "ask_check_in": (_("The check-in was asked: is it in use?"), "message-square"),
    "check_in": (_("The check-in was answered: %(answer)s."), "clipboard-check"),
    "skip_check_in": (_("The check-in was skipped."), "minus"),
    "ask_outcome": (_("The outcome was asked for: %(measure)s."), "target"),
    "record_outcome": (_("The outcome was recorded: %(measure)s."), "target"),
    "did_it_help": (_("The question “did it help?” was answered."), "heart-handshake"),
    "not_measurable": (_("Nobody recorded the outcome: not measurable."), "hourglass"),
}
for _name, (_sentence, _icon) in SENTENCES.items():
    timeline.say(VERB + _name, _sentence, _icon)

timeline.call_fields(
    "projects.project",
    {
        "manager": _("Project manager"),
        "planned_end_on": _("Planned day of delivery"),
        "due_on": _("Planned for"),
        "done_on": _("Done on"),
        "planned and spent": _("Planned and spent, dollars"),
    },
)
timeline.call_values("projects.project.line", lambda code: dict(ReadyLine.Kind.choices).get(code, code))
timeline.call_values("projects.project.answer", lambda code: dict(CheckIn.Answer.choices).get(code, code))
timeline.call_values("projects.project.health", lambda code: dict(Health.choices).get(code, code))
