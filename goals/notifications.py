"""Who is told of what happens to goals and measures, and how it is told in a history."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from goals.models import Action, Agreement, DataRequest, Measure, Meeting
from workflow import timeline
from workflow.notifications import notify
from workflow.templatetags.ui import number


def keepers(measure: Measure, event: Any) -> Iterable[User | None]:
    """The owner; asked again, the backup as well."""
    return [measure.owner, measure.backup] if event.data["again"] else [measure.owner]


def the_one_named(obj: Any, event: Any) -> Iterable[User]:
    return User.objects.filter(pk=event.data.get("of"))


def speakers(agreement: Agreement, event: Any) -> Iterable[User]:
    return [one.speaker for one in agreement.positions.select_related("speaker")]


def keeper(agreement: Agreement, event: Any) -> Iterable[User | None]:
    return [agreement.kept_by, agreement.backup]


def data_owner(asked: DataRequest, event: Any) -> Iterable[User]:
    return [asked.element.owner]


def who_asked(asked: DataRequest, event: Any) -> Iterable[User]:
    return [asked.asked_by]


def invited(meeting: Meeting, event: Any) -> Iterable[User]:
    return meeting.people.all()


def newly_invited(meeting: Meeting, event: Any) -> Iterable[User]:
    return meeting.people.filter(pk__in=event.data.get("of", ()))


def action_owner(action: Action, event: Any) -> Iterable[User]:
    return [action.owner]


def meeting_keeper(action: Action, event: Any) -> Iterable[User]:
    return [action.meeting.kept_by]


AGREEMENT, REQUEST = "goals/email/agreement.txt", "goals/email/data_request.txt"
notify("goals.agreement.ask", to=[keeper], template=AGREEMENT)
notify("goals.agreement.invite", to=[the_one_named], template=AGREEMENT)
notify("goals.agreement.name_measures", to=[speakers], template=AGREEMENT)
notify("goals.agreement.agree", to=[speakers, keeper], template=AGREEMENT)
notify("goals.agreement.state", to=[keeper], template=AGREEMENT, email=False)
notify("goals.agreement.remark", to=[keeper, speakers], template=AGREEMENT, email=False)
notify("goals.agreement.settle", to=[keeper], template=AGREEMENT, email=False)
notify("goals.agreement.sign", to=[keeper], template=AGREEMENT, email=False)
notify("goals.datarequest.ask", to=[data_owner], template=REQUEST)
notify("goals.datarequest.remind", to=[data_owner], template=REQUEST)
notify("goals.datarequest.answer", to=[who_asked], template=REQUEST)
notify("goals.datarequest.take_back", to=[data_owner], template=REQUEST)

MEETING, ACTION = "goals/email/meeting.txt", "goals/email/action.txt"
notify("goals.meeting.plan", to=[invited], template=MEETING)
notify("goals.meeting.invite", to=[newly_invited], template=MEETING)
notify("goals.meeting.move", to=[invited], template=MEETING)
notify("goals.meeting.cancel", to=[invited], template=MEETING)
notify("goals.meeting.close", to=[invited], template="goals/email/minutes.txt")
notify("goals.action.agree", to=[action_owner], template=ACTION)
notify("goals.action.remind", to=[action_owner], template=ACTION)
notify("goals.action.report", to=[meeting_keeper], template=ACTION, email=False)
notify("goals.measure.ask_value", to=[keepers], template="goals/email/ask_value.txt")


timeline.say("goals.measure.record", _("A value was entered: %(value)s for the period from %(period)s."), "chart-line")
timeline.say("goals.measure.correct", _("A value was corrected, for the period from %(period)s."), "pencil")
timeline.say(
    "goals.measure.bring", _("Values were brought: %(count)s entered, %(corrected)s corrected. %(name)s"), "upload"
)
timeline.say("goals.measure.add", _("The measure was added."), "plus")
timeline.say("goals.measure.edit", _("The definition was changed."), "pencil")
timeline.say("goals.measurement.correct", _("The value was corrected."), "pencil")
timeline.say("goals.measure.ask_value", _("The value for the period from %(period)s was asked for."), "bell")
timeline.say("goals.measure.end", _("It is no longer measured."), "archive")
timeline.say("goals.measure.redefine", _("The definition has a new version."), "split")
timeline.say("goals.measure.annotate", _("Something was noted for %(on)s."), "flag")
timeline.say("goals.measure.take_back_annotation", _("A note was taken back."), "minus")
timeline.say("goals.index.make", _("It was made an index of other measures."), "layers")
timeline.say("goals.index.recalculated", _("Recalculated for the period from %(period)s."), "refresh-cw")
timeline.say("goals.index.withdrawn", _("No index for the period from %(period)s: too little data."), "minus")
timeline.say("goals.plan.add", _("The plan was added."), "plus")
timeline.say("goals.plan.edit", _("The plan was changed."), "pencil")
timeline.say("goals.goal.move", _("Its place among the goals changed."), "list")
timeline.say("goals.goal.change_objective", _("An objective was changed: %(name)s."), "pencil")
timeline.say("goals.objective.edit", _("The objective was changed."), "pencil")
timeline.say("goals.goal.add", _("The goal was added."), "plus")
timeline.say("goals.goal.edit", _("The goal was changed."), "pencil")
timeline.say("goals.goal.add_objective", _("An objective was added: %(name)s."), "plus")
timeline.say("goals.agreement.ask", _("The question was asked."), "circle-help")
timeline.say("goals.agreement.edit", _("What is agreed was changed."), "pencil")
timeline.say("goals.agreement.invite", _("%(department)s was invited."), "user-plus")
timeline.say("goals.agreement.state", _("%(department)s stated its position."), "message-square")
timeline.say("goals.agreement.remark", _("Put on record: %(title)s."), "flag")
timeline.say("goals.agreement.settle", _("Settled: %(title)s."), "circle-check")
timeline.say("goals.agreement.sign", _("%(department)s signed: %(part)s."), "handshake")
timeline.say("goals.agreement.agree", _("All departments signed definition %(number)s."), "circle-check")
timeline.say("goals.agreement.name_measures", _("The measures were named."), "target")
timeline.say("goals.position.edit", _("The position was changed."), "pencil")
timeline.say("goals.dataelement.add", _("The data was listed."), "plus")
timeline.say("goals.dataelement.edit", _("The data entry was changed."), "pencil")
timeline.say("goals.datarequest.ask", _("The data was asked for."), "circle-help")
timeline.say("goals.datarequest.remind", _("The owner of the data was reminded."), "bell")
timeline.say("goals.datarequest.answer", _("The request was answered."), "message-square-reply")
timeline.say("goals.datarequest.hand_over", _("Somebody else asks now."), "arrow-right")
timeline.say("goals.datarequest.take_back", _("The request was taken back."), "undo-2")
timeline.say("goals.meeting.plan", _("The meeting was planned."), "calendar")
timeline.say("goals.meeting.invite", _("More people were invited."), "user-plus")
timeline.say("goals.meeting.edit", _("The meeting was changed."), "pencil")
timeline.say("goals.meeting.move", _("Another time or place was set."), "calendar-clock")
timeline.say("goals.meeting.cancel", _("The meeting was cancelled."), "ban")
timeline.say("goals.meeting.look_again", _("Topics that proposed themselves: %(count)s."), "eye")
timeline.say("goals.meeting.add_topic", _("A topic was added: %(title)s."), "plus")
timeline.say("goals.meeting.move_topic", _("A topic has another place: %(title)s."), "list")
timeline.say("goals.meeting.take_off", _("A topic was taken off: %(title)s."), "minus")
timeline.say("goals.meeting.put_back", _("A topic was put back: %(title)s."), "undo-2")
timeline.say("goals.meeting.minutes", _("The minutes were written."), "file-text")
timeline.say("goals.meeting.close", _("The meeting was closed, and its minutes sent."), "circle-check")
timeline.say("goals.agendaitem.edit", _("The topic was changed."), "pencil")
timeline.say("goals.action.agree", _("An action was agreed."), "list-checks")
timeline.say("goals.action.edit", _("The action was changed."), "pencil")
timeline.say("goals.action.status", _("How it stands was changed."), "pencil")
timeline.say("goals.action.report", _("Reported: %(status)s."), "message-square-reply")
timeline.say("goals.action.remind", _("The owner was reminded."), "bell")
timeline.call_fields(
    "goals.measure",
    {
        "value": _("Value"),
        "name": _("Name"),
        "meaning": _("What it means"),
        "kind": _("Kind"),
        "owner": _("Owner"),
        "backup": _("Backup"),
        "department": _("Department"),
        "unit": _("Unit"),
        "direction": _("Direction"),
        "cadence": _("How often a value comes"),
        "source": _("Source"),
        "baseline": _("Baseline"),
        "baseline_period": _("Period of the baseline"),
        "target": _("Target"),
        "target_on": _("Target date"),
        "tolerance": _("Tolerance"),
        "range_low": _("Lower end of the range"),
        "range_high": _("Upper end of the range"),
        "formula": _("Formula"),
        "numerator": _("Numerator"),
        "denominator": _("Denominator"),
        "population": _("What is counted"),
        "exclusions": _("What is left out"),
        "limits": _("What it cannot tell"),
        "steward": _("Data steward"),
        "lag_days": _("Days until a value is known"),
        "benchmark": _("Benchmark"),
        "benchmark_source": _("Source of the benchmark"),
        "broken_down_by": _("Broken down by"),
        "parts_add_up": _("The parts add up to the value"),
        "quality": _("Quality of the data"),
        "audited_on": _("Last audit"),
        "is_rare": _("Counts rare events"),
        "is_public": _("May be published"),
        "ended_on": _("Ended on"),
    },
)
for figure in ("baseline", "target", "tolerance", "range_low", "range_high"):
    timeline.call_values(f"goals.measure.{figure}", number)
