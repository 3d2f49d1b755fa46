"""Pages of review meetings: the agenda in the order of the memo, one form for each thing, and the minutes as PDF."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.generic import DetailView, ListView, View

from accounts.models import Department
from charts import behaviour
from charts.picture import printed
from goals import agenda
from goals.actions import meetings as acts
from goals.forms import meetings as forms
from goals.models import Action, AgendaItem, Goal, Meeting
from goals.reading import readings_of
from goals.views.act import ActForm, SeesGoals, values_of
from workflow import clock
from workflow.lifecycle import MoveRefused
from workflow.pdf import PdfMissing, pdf
from workflow.templatetags.ui import day

AGAIN = timedelta(days=28)
MOST = 50
BESIDE = (460, 240)  # the size of a chart beside its topic, in pixels


class MeetingList(SeesGoals, ListView):
    """Coming and past meetings that the person may see, and what is still open from them."""

    template_name = "goals/meetings.html"
    context_object_name = "meetings"

    def get_queryset(self):
        still_open = Count("actions", filter=Q(actions__status__in=Action.OPEN))
        seen = Meeting.objects.visible_to(self.request.user).select_related("goal", "department", "kept_by")
        return seen.annotate(open_actions=still_open)[:MOST]

    def get_context_data(self, **kwargs):
        user = self.request.user
        meetings = list(self.object_list)
        actions = Action.objects.still_open().filter(meeting__in=Meeting.objects.visible_to(user))
        return super().get_context_data(
            coming=[one for one in meetings if one.is_open][::-1],
            past=[one for one in meetings if not one.is_open],
            actions=actions.select_related("owner", "meeting")[:MOST],
            plans=user.has_perm("goals.plan_meeting"),
            **kwargs,
        )


def meetings_seen_by(user):
    return (
        Meeting.objects.visible_to(user)
        .select_related("goal", "department", "kept_by", "cancelled_by")
        .prefetch_related(
            "people__department",
            Prefetch("items", AgendaItem.objects.select_related("measure__department", "measure__objective")),
            Prefetch("actions", Action.objects.select_related("owner__department", "item")),
        )
    )


class MeetingPage(DetailView):
    template_name = "goals/meeting.html"
    context_object_name = "meeting"

    def get_queryset(self):
        return meetings_seen_by(self.request.user)

    def get_context_data(self, **kwargs):
        user, meeting = self.request.user, self.object
        keeps = user.has_perm("goals.keep_meeting", meeting)
        items = list(meeting.items.all())
        return super().get_context_data(
            **agenda_context(meeting, user),
            keeps=keeps,
            writes=keeps and meeting.is_open,
            taken_off=[one for one in items if one.taken_off_at] if keeps and meeting.is_open else [],
            worth=worth_of(meeting, user) if meeting.was_held else None,
            **kwargs,
        )


def agenda_context(meeting, user):
    """The topics in the order of the memo with their charts, and the actions carried to it and agreed at it."""
    items = [one for one in meeting.items.all() if one.taken_off_at is None]
    readings = readings_of(
        [one.measure for one in items if one.measure], None if meeting.over_at else user, meeting.over_at
    )
    agreed = list(meeting.actions.all())
    carried = list(agenda.carried_to(meeting))
    for action in [*agreed, *carried]:
        if action in agreed:
            action.meeting = meeting
        action.reports = user.has_perm("goals.report_action", action)
    for item in items:
        item.agreed = [one for one in agreed if one.item_id == item.pk]
        item.reading = readings.get(item.measure_id)
        if item.reading:
            item.chart = behaviour.draw(item.reading.chart(), *BESIDE)
            item.finding = item.finding if meeting.closed_at else agenda.said_of(item.reading)
    return {
        "sections": [
            (AgendaItem.Section(section).label, section, topics, carried if section == 1 else [])
            for section in AgendaItem.Section.values
            for topics in [[one for one in items if one.section == section]]
            if topics or (section == 1 and carried)
        ],
        "agreed": agreed,
    }


def worth_of(meeting, user):
    """How many said that it was worth their time, their words without names, and the person's own answer."""
    said = list(meeting.worth_it.values())
    return {
        "counts": [
            (label, sum(one["worth"] == key for one in said))
            for key, label in forms.WorthForm.base_fields["worth"].choices
        ],
        "words": sorted(one["word"] for one in said if one["word"]),
        "own": meeting.worth_it.get(str(user.pk)),
        "asked": user.has_perm("goals.say_worth", meeting),
    }


class MeetingMinutes(MeetingPage):
    """The minutes as PDF; where this machine makes none, the page that prints, with a sentence."""

    def render_to_response(self, context, **kwargs):
        meeting = self.object
        title = f"{meeting.name}, {day(meeting.held_at)}"
        html = printed(
            render_to_string("goals/minutes.html", context | {"title": title, "printed_at": clock.now()}, self.request)
        )
        try:
            document = pdf(html, title=title)
        except PdfMissing as missing:
            messages.error(self.request, str(missing))
            return HttpResponseRedirect(meeting.get_absolute_url())
        response = HttpResponse(document, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="minutes-{meeting.held_at:%Y-%m-%d}.pdf"'
        return response


def at_first(meeting):
    """What stands in the form of a meeting that is there."""
    begins = meeting.held_at.astimezone(clock.calendar().zone)
    return values_of(meeting, forms.MeetingChangeForm) | {
        "held_on": begins.date(),
        "begins_at": begins.time(),
        "people": list(meeting.people.all()),
    }


class MeetingNew(ActForm):
    permission = "goals.plan_meeting"
    form_class = forms.MeetingForm
    heading = _("Plan a review meeting")
    done = _("“%(name)s” is planned, and those invited are told.")

    def get_initial(self):
        goal = Goal.objects.listed().filter(slug=self.request.GET.get("goal", "")).first()
        department = Department.objects.filter(code=self.request.GET.get("department", "")).first()
        about = goal or department
        name = _now("Review: %(about)s") % {"about": about} if about else ""
        return {"goal": goal, "department": department, "name": name[:160], "kept_by": self.request.user}

    def act(self, **data):
        return acts.plan_meeting(by=self.request.user, **data)


class AboutMeeting(ActForm):
    """A form of the keeper about one meeting."""

    permission = "goals.keep_meeting"

    def get_about(self):
        return get_object_or_404(meetings_seen_by(self.request.user), pk=self.kwargs["pk"])

    def judged(self):
        return self.about


class MeetingNext(AboutMeeting):
    """The next one about the same, four weeks on, with the same people."""

    form_class = forms.WhenAndWho
    heading = _("Plan the next one")
    done = _("“%(name)s” is planned, and those invited are told.")

    def get_initial(self):
        first = at_first(self.about)
        return first | {"held_on": max(first["held_on"] + AGAIN, clock.today() + timedelta(days=1))}

    def act(self, **data):
        about = {"goal": self.about.goal, "department": self.about.department}
        return acts.plan_meeting(by=self.request.user, **data | about)


class MeetingChange(AboutMeeting):
    form_class = forms.MeetingChangeForm
    heading = _("Move or change the meeting")
    done = _("“%(name)s” is saved; with another time or place, those invited are told.")

    def get_initial(self):
        return at_first(self.about)

    def act(self, **data):
        acts.change_meeting(self.about, by=self.request.user, **data)
        return self.about


class MeetingClose(AboutMeeting):
    form_class = forms.CloseForm
    heading = _("Close it and send the minutes")
    done = _("“%(name)s” is closed; everyone invited gets the minutes.")

    def get_initial(self):
        return {"version": self.about.version}

    def act(self, **data):
        acts.close_meeting(self.about, by=self.request.user, **data)
        return self.about


class MeetingCancel(AboutMeeting):
    form_class = forms.CancelForm
    heading = _("Cancel the meeting")
    done = _("“%(name)s” is cancelled, and those invited are told.")

    def get_initial(self):
        return {"version": self.about.version}

    def act(self, **data):
        acts.cancel_meeting(self.about, by=self.request.user, **data)
        return self.about


class MeetingWorth(AboutMeeting):
    permission = "goals.say_worth"
    form_class = forms.WorthForm
    heading = _("Was it worth your time?")
    done = _("Thank you. Your answer on “%(name)s” is kept.")

    def get_initial(self):
        return self.about.worth_it.get(str(self.request.user.pk), {})

    def act(self, **data):
        acts.say_worth(self.about, by=self.request.user, **data)
        return self.about


class TopicNew(AboutMeeting):
    form_class = forms.TopicForm
    heading = _("Add a topic")
    done = _("The topic stands on the agenda of “%(name)s”.")

    def act(self, **data):
        acts.add_topic(self.about, by=self.request.user, **data)
        return self.about


class AboutTopic(AboutMeeting):
    def get_about(self):
        meeting = super().get_about()
        topics = AgendaItem.objects.select_related("meeting", "measure")
        self.item = get_object_or_404(topics, meeting=meeting, pk=self.kwargs["item"])
        return meeting

    def get_context_data(self, **kwargs):
        return super().get_context_data(topic=self.item, **kwargs)

    def get_initial(self):
        return values_of(self.item, self.form_class)


class TopicChange(AboutTopic):
    form_class = forms.TopicChangeForm
    heading = _("Change the topic")
    done = _("The topic of “%(name)s” is saved.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"item": self.item}

    def act(self, **data):
        acts.change_topic(self.item, by=self.request.user, **data)
        return self.about


class TopicSaid(AboutTopic):
    form_class = forms.SaidForm
    heading = _("Write down what was said")
    done = _("It stands in the minutes of “%(name)s”.")

    def act(self, **data):
        acts.change_topic(self.item, by=self.request.user, **data)
        return self.about


class ActionNew(AboutMeeting):
    form_class = forms.ActionNewForm
    heading = _("Write down an action")
    done = _("The action of “%(name)s” is written down, and its owner is told.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"meeting": self.about}

    def get_initial(self):
        return {"item": self.request.GET.get("topic")}

    def act(self, **data):
        acts.agree_action(self.about, by=self.request.user, **data)
        return self.about


class AboutAction(AboutMeeting):
    def get_about(self):
        meeting = super().get_about()
        actions = Action.objects.select_related("meeting", "owner")
        self.action = get_object_or_404(actions, meeting=meeting, pk=self.kwargs["action"])
        return meeting

    def get_context_data(self, **kwargs):
        return super().get_context_data(action=self.action, **kwargs)

    def get_initial(self):
        return values_of(self.action, self.form_class)


class ActionChange(AboutAction):
    form_class = forms.ActionChangeForm
    heading = _("Change the action")
    done = _("The action of “%(name)s” is saved.")

    def act(self, **data):
        acts.change_action(self.action, by=self.request.user, **data)
        return self.about


class ActionReport(AboutAction):
    permission = "goals.report_action"
    form_class = forms.ReportForm
    heading = _("Say how it stands")
    done = _("It is noted for “%(name)s”, and the keeper sees it.")

    def judged(self):
        return self.action

    def act(self, **data):
        acts.report_action(self.action, by=self.request.user, **data)
        return self.about


class MeetingButton(View):
    """A change of one click; what is refused is said on the meeting's page."""

    http_method_names = ["post"]

    def post(self, request, pk, item=None):
        self.meeting = get_object_or_404(Meeting.objects.visible_to(request.user), pk=pk)
        if not request.user.has_perm("goals.keep_meeting", self.meeting):
            raise Http404
        self.item = get_object_or_404(self.meeting.items.select_related("meeting"), pk=item) if item else None
        try:
            messages.success(request, self.act())
        except MoveRefused as refused:
            messages.error(request, str(refused))
        anchor = f"#topic-{item}" if item else ""
        return HttpResponseRedirect(self.meeting.get_absolute_url() + anchor)


class LookAgain(MeetingButton):
    def act(self):
        count = acts.look_again(self.meeting, by=self.request.user)
        if not count:
            return _now("Nothing new: the agenda holds everything that proposes itself.")
        return ngettext("%(count)s new topic is on the agenda.", "%(count)s new topics are on the agenda.", count) % {
            "count": count
        }


class TopicMove(MeetingButton):
    def act(self):
        acts.move_topic(self.item, by=self.request.user, up=self.request.POST.get("direction") == "up")
        return _now("“%(title)s” has another place.") % {"title": self.item.title}


class TopicTakeOff(MeetingButton):
    def act(self):
        back = self.item.taken_off_at is not None
        acts.take_off(self.item, by=self.request.user, back=back)
        said = _now("“%(title)s” is back on the agenda.") if back else _now("“%(title)s” is taken off the agenda.")
        return said % {"title": self.item.title}
