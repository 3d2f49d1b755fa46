"""What a review meeting looks at: topics that propose themselves, and what is carried from the meetings before."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charts.words import namer
from goals.models import Action, AgendaItem, Agreement, DataRequest, Measure, Meeting, Remark, SignOff
from goals.reading import MeasureReading, readings_of
from workflow import clock
from workflow.templatetags.ui import day_short

SIGNALS = ("bad", "good")


@dataclass(frozen=True)
class Topic:
    """A topic as it is proposed: what the numbers say, and what to ask; never why."""

    section: int
    title: str
    finding: str
    ask: str
    measure: Measure | None = None

    @property
    def key(self) -> int | str:
        """By what it is known again on an agenda."""
        return self.measure.pk if self.measure else self.title


def measures_of(meeting: Meeting) -> QuerySet[Measure]:
    """The measures in use that the meeting is about."""
    about = Q()
    if meeting.goal_id:
        about &= Q(objective__goal=meeting.goal_id)
    if meeting.department_id:
        about &= Q(department=meeting.department_id)
    return Measure.objects.in_use().filter(about).select_related("department", "owner")


def carried_to(meeting: Meeting) -> QuerySet[Action]:
    """What was agreed earlier and is not closed, or was closed since the meeting before.

    Of a meeting that was cancelled in time as well, whatever its day was.
    """
    kept, before = Q(status__in=Action.OPEN), meeting.before
    if before:
        kept |= Q(done_on__gte=before.held_at.astimezone(clock.calendar().zone).date())
    earlier = Q(held_at__lt=meeting.held_at) | Q(cancelled_at__lt=meeting.held_at)
    meetings = Meeting.objects.about_the_same(meeting).filter(earlier)
    return Action.objects.filter(kept, meeting__in=meetings).select_related("owner", "meeting")


def propose(meeting: Meeting) -> Iterator[Topic]:
    """The topics in the order of the agenda: signals the wrong way first, then missing values, then good signals."""
    readings = readings_of(list(measures_of(meeting)), None, clock.now()).values()
    worth_a_look = [one for one in readings if one.state in SIGNALS or one.measure.is_overdue]
    worth_a_look.sort(key=lambda one: (one.state != "bad", not one.measure.is_overdue, one.measure.name))
    for one in worth_a_look:
        yield Topic(AgendaItem.Section.GOALS, one.measure.name, said_of(one), asked_of(one), one.measure)
    yield from _unsigned(meeting)
    yield from _unanswered(meeting)


def said_of(reading: MeasureReading) -> str:
    """What the values of a measure say, and whether one is missing."""
    return " ".join(filter(None, (reading.finding, reading.target_finding, reading.missing)))


def asked_of(reading: MeasureReading) -> str:
    """The questions that lead the talk; they suppose no cause."""
    questions = []
    if reading.state in SIGNALS:
        period = namer(reading.cadence)(reading.starts[reading.recent_signals[-1]])
        questions.append(
            _("Who saw it at first hand? What else changed around %(period)s? Who takes a closer look?")
            % {"period": period}
        )
    if reading.measure.is_overdue:
        questions.append(_("What stands in the way of the value, and who enters it by when?"))
    return " ".join(questions)


def _agreements(meeting: Meeting) -> QuerySet[Agreement]:
    about = Q(pk__in=[])
    if meeting.goal_id:
        about |= Q(goal=meeting.goal_id)
    if meeting.department_id:
        about |= Q(positions__department=meeting.department_id)
    return Agreement.objects.filter(about).distinct()


def _unsigned(meeting: Meeting) -> Iterator[Topic]:
    waiting = (
        _agreements(meeting).filter(agreed_at=None).prefetch_related("positions__department", "sign_offs", "remarks")
    )
    for one in waiting:
        count = len(one.positions.all())
        signed = sum(by.part == SignOff.Part.JOINT and by.number == one.number for by in one.sign_offs.all())
        finding = ngettext(
            "%(signed)s of %(count)s department has signed definition %(number)s.",
            "%(signed)s of %(count)s departments have signed definition %(number)s.",
            count,
        ) % {"signed": signed, "count": count, "number": one.number}
        for by in one.positions.all():
            if by.waits_for:
                finding += " " + _("%(department)s waits for %(what)s.") % {
                    "department": by.department,
                    "what": by.waits_for.rstrip("."),
                }
        open_words = [by.title for by in one.remarks.all() if by.kind == Remark.Kind.DISSENT and not by.settled_at]
        if open_words:
            finding += " " + _("Dissent on record: %(titles)s.") % {"titles": "; ".join(open_words).rstrip(".")}
        yield Topic(AgendaItem.Section.OVERLAPS, one.name, finding, _("What does each department still need to sign?"))


def _unanswered(meeting: Meeting) -> Iterator[Topic]:
    late = DataRequest.objects.waiting().filter(due_at__lt=clock.now(), agreement__in=_agreements(meeting))
    for one in late.select_related("element__department", "department"):
        yield Topic(
            AgendaItem.Section.OVERLAPS,
            _("May we use your data? %(name)s") % {"name": one.element.name},
            _("%(department)s asked %(owner)s; the answer was due on %(day)s.")
            % {"department": one.department, "owner": one.element.department, "day": day_short(one.due_at)},
            _("What would make a yes possible?"),
        )
