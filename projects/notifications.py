"""Who is told of what happens to a project."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from intake import notifications as intake_people
from projects.models import CheckIn, Health, Outcome, Project, ReadyLine
from projects.results import result_of
from workflow import pictures, timeline
from workflow.notifications import followers, notify
from workflow.pictures import Picture
from workflow.templatetags.ui import money

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


def keepers(project: Project, event: Any) -> Iterable[User | None]:
    """Owner and backup of the measure that an outcome is about."""
    found = project.promises.filter(outcome=event.data.get("outcome"))
    measures = [one.measure for one in found.select_related("measure__owner", "measure__backup")]
    return [person for one in measures for person in (one.owner, one.backup)]


def line_owner(project: Project, event: Any) -> Iterable[User]:
    return User.objects.filter(pk=event.data.get("owner"))


def chart_of_outcome(event: Any) -> Picture | None:
    """The chart of an outcome, for its mail."""
    outcome = Outcome.objects.select_related("promise__measure", "promise__project").get(pk=event.data["outcome"])
    png = result_of(outcome.promise).png
    return None if png is None else ("before-and-after.png", png)


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
_mail("check_in", manager, everyone_who_asked, followers, email=False)
_mail("plan_check_in", the_one_asked)
_mail("find_outcome", keepers, manager, everyone_who_asked, followers)
pictures.draw(VERB + "find_outcome", chart_of_outcome)
_mail("tell_what_else", manager, everyone_who_asked, email=False)
_mail("read_outcome", keepers, manager, everyone_who_asked, followers, email=False)


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
    "plan_check_in": (_("Another question was planned."), "message-square"),
    "find_outcome": (_("The outcome was found: %(measure)s. %(verdict)s."), "target"),
    "tell_what_else": (_("What else changed was said: %(measure)s."), "message-square"),
    "read_outcome": (_("Somebody said how they read the outcome: %(measure)s."), "message-square"),
    "promise_benefit": (_("A benefit was promised: %(name)s, %(year)s."), "hand-coins"),
    "confirm_benefit": (_("What a benefit brought was said: %(name)s, %(year)s."), "hand-coins"),
    "add_lesson": (_("A lesson was written down."), "book-open"),
    "did_it_help": (_("The question “did it help?” was answered."), "heart-handshake"),
    "not_measurable": (_("Nobody said whether it helped: not measurable."), "hourglass"),
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
        "planned": _("Planned"),
        "spent": _("Spent"),
        "realised": _("Realised"),
    },
)
timeline.call_values("projects.project.planned", money)
timeline.call_values("projects.project.spent", money)
timeline.call_values("projects.project.line", lambda code: dict(ReadyLine.Kind.choices).get(code, code))
timeline.call_values("projects.project.answer", lambda code: dict(CheckIn.Answer.choices).get(code, code))
timeline.call_values("projects.project.health", lambda code: dict(Health.choices).get(code, code))
timeline.call_values("projects.project.verdict", lambda code: dict(Outcome.Verdict.choices).get(code, code))
