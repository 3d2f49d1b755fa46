"""The tabs of an idea's page, and what people do there besides moves."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts.models import User
from accounts.policy import ANSWERS, current_policy
from intake import actions, rules
from intake.forms import idea as forms
from intake.lifecycle import State
from intake.models import Backing, Idea
from intake.views.act import IdeaForm
from intake.views.page import IdeaPage, find, head_of
from intake.yardsticks import tell_results
from workflow import conversation, timeline
from workflow.lifecycle import MoveRefused
from workflow.models import Attachment, Event, Question
from workflow.templatetags.ui import day
from workflow.views import CursorList

SAID = ("comment", "ask", "answer")
ANSWERED = (State.DECLINED, State.REDIRECTED, State.NOT_YET)


class IdeaOverview(IdeaPage):
    template_name = "intake/overview.html"

    def get_context_data(self, **kwargs):
        idea, user, policy = self.object, self.request.user, current_policy()
        supports = list(idea.supports.select_related("user", "department").order_by("said_at"))
        contributions = list(idea.contributions.current().select_related("measure"))
        if idea.state in (State.DELIVERED, State.EVALUATED):
            tell_results(contributions)
        return super().get_context_data(
            supports=supports,
            sharing=sum(one.would_share_cost for one in supports),
            joined=idea.joined_ideas.visible_to(user).select_related("requester", "department")
            if idea.has_joined_ideas
            else [],
            contributions=contributions,
            reviews=[(policy.discipline_name(one.discipline), one) for one in idea.review_list],
            backing=idea.backing_or_none if idea.is_held else None,
            sees_value=idea.value and user.has_perm("intake.see_value", idea),
            answers=[ANSWERS[code] for code in idea.answers if code in ANSWERS],
            attachments=Attachment.objects.about(idea)
            .filter(audience__in=idea.audiences_of(user))
            .order_by("uploaded_at"),
            **kwargs,
        )


class Told(CursorList):
    """The events of an idea that the person may read, newest first."""

    order = ("at", "pk")
    falls = True
    page_size = 50
    tab = ""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.idea = find(request.user, kwargs["number"])

    def get_queryset(self):
        heard = Event.objects.about(self.idea).heard_by(self.idea.audiences_of(self.request.user))
        self.queryset = heard.select_related("actor", "on_behalf_of")
        return super().get_queryset()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**head_of(self.idea, self.request.user, self.tab), **kwargs)
        return context | {"told": timeline.told(context["object_list"])}


class IdeaHistory(Told):
    template_name = "intake/history.html"
    tab = "idea-history"


class IdeaDiscussion(Told):
    """What was said, questions with their answers, and the form to say something."""

    template_name = "intake/discussion.html"
    tab = "idea-discussion"

    def get_queryset(self):
        return super().get_queryset().filter(verb__in=[f"intake.idea.{name}" for name in SAID])

    def get_context_data(self, **kwargs):
        user = self.request.user
        questions = Question.objects.about(self.idea).open().select_related("asked_by", "asked_of").order_by("asked_at")
        return super().get_context_data(
            questions=[(one, actions.may_answer_question(one, user)) for one in questions],
            form=kwargs.pop("form", None) or forms.CommentForm(idea=self.idea, user=user),
            answer_form=kwargs.pop("answer_form", None) or forms.AnswerForm(prefix="answer"),
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        form = forms.CommentForm(request.POST, idea=self.idea, user=request.user)
        if form.is_valid():
            try:
                actions.comment(self.idea, by=request.user, **form.cleaned_data)
            except MoveRefused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("Your message stands on %(idea)s.") % {"idea": self.idea.label})
                return HttpResponseRedirect(reverse("idea-discussion", args=[self.idea.number]))
        return self.show(form=form)

    def show(self, status=422, **context):
        self.object_list = self.get_queryset()
        return self.render_to_response(self.get_context_data(**context), status=status)


class QuestionAnswer(IdeaDiscussion):
    """The answer to one question; what is refused stands on the discussion."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        question = get_object_or_404(Question.objects.about(self.idea).select_related("target_type"), pk=kwargs["pk"])
        if not actions.may_answer_question(question, request.user):
            raise PermissionDenied
        form = forms.AnswerForm(request.POST, prefix="answer")
        if not form.is_valid():
            return self.show(answer_form=form)
        try:
            actions.answer_question(question, by=request.user, text=form.cleaned_data["text"])
        except MoveRefused as refused:
            form.add_error(None, str(refused))
            return self.show(answer_form=form, status=409)
        messages.success(request, _("Thank you. Your answer is with %(person)s.") % {"person": question.asked_by})
        return HttpResponseRedirect(reverse("idea-discussion", args=[self.idea.number]))


class IdeaDecision(IdeaPage):
    template_name = "intake/decision.html"
    tab = "idea-decision"

    def get_context_data(self, **kwargs):
        idea = self.object
        people = ("decided_by", "proposed_by", "trigger_owner", "project_manager")
        decisions = list(idea.decisions.select_related(*people))
        is_decider = "deciders" in idea.audiences_of(self.request.user)
        conditions = idea.conditions.filter(dropped_at=None).select_related("owner", "review", "met_by")
        return super().get_context_data(
            current=next((one for one in decisions if one.pk == idea.current_decision_id), None),
            earlier=[one for one in decisions if one.pk != idea.current_decision_id],
            conditions=[one for one in conditions if one.is_shared],
            proposed_no=idea.open_no if is_decider and idea.no_proposed_by else None,
            second_look=getattr(idea, "second_look", None) if idea.state in ANSWERED or idea.is_second_look else None,
            **kwargs,
        )


class Act(IdeaForm):
    """A form on a page of its own, below the head of the idea."""

    template_name = "intake/act.html"
    heading = lead = button = ""
    tab = ""

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            act_heading=self.heading, act_lead=self.lead, act_button=self.button or self.heading, **kwargs
        )


class IdeaSupport(Act):
    permission = "intake.support_idea"
    form_class = forms.SupportForm
    heading = gettext_lazy("We need this too")
    lead = gettext_lazy("Your department stands on the idea with its need. You hear of every step from now on.")
    done = gettext_lazy("Your department stands on %(idea)s now.")

    def get_initial(self):
        user = self.request.user
        said = self.object.supports.filter(user=user).first()
        if said:
            return {name: getattr(said, name) for name in ("volume", "would_share_cost", "note")}
        draft = Idea.objects.visible_to(user).filter(key=self.request.GET.get("draft", "")[:32]).first()
        return {"note": draft.problem} if draft else {}

    def act(self, form):
        actions.support(self.object, by=self.request.user, **form.cleaned_data)


class IdeaBack(Act):
    permission = "intake.back_idea"
    form_class = forms.BackForm
    heading = gettext_lazy("Does the department back it?")
    lead = gettext_lazy("Backing says that the department wants it and answers for its benefits. It is no approval.")
    button = gettext_lazy("Send the answer of the department")
    done = gettext_lazy("The requester of %(idea)s reads your answer.")

    def get_initial(self):
        backing = self.object.backing_or_none
        wanted = self.request.GET.get("answer")
        answer = backing.answer if backing and backing.answer else wanted if wanted in Backing.Answer.values else ""
        return {"answer": answer, "reason": backing.reason, "hold_until": backing.hold_until} if backing else {}

    def act(self, form):
        actions.answer_backing(self.object, by=self.request.user, **form.cleaned_data)


class IdeaAsk(Act):
    permission = "intake.ask_on_idea"
    form_class = forms.AskForm
    heading = gettext_lazy("Ask the requester")
    button = gettext_lazy("Send the question")
    done = gettext_lazy("The question about %(idea)s is on its way.")

    def act(self, form):
        actions.ask_requester(self.object, by=self.request.user, text=form.cleaned_data["text"])

    def get_success_url(self):
        return reverse("idea-discussion", args=[self.object.number])


class IdeaSecondLook(Act):
    permission = "intake.ask_second_look"
    form_class = forms.SecondLookForm
    heading = gettext_lazy("Ask for a second look")
    lead = gettext_lazy("Once, somebody who did not give the first answer looks at it again.")
    done = gettext_lazy("The second look at %(idea)s is asked for.")

    def act(self, form):
        actions.ask_second_look(self.object, by=self.request.user, reason=form.cleaned_data["reason"])


class IdeaRestrict(Act):
    permission = "intake.restrict_idea"
    form_class = forms.RestrictForm
    heading = gettext_lazy("Restrict it to named people")
    lead = gettext_lazy(
        "Only its authors, the backing sponsor and the members of the group see it then; duties of all others end."
    )
    done = gettext_lazy("%(idea)s is restricted now.")

    def act(self, form):
        actions.restrict(self.object, by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return self.object.get_absolute_url() if self.object.may_be_seen_by(self.request.user) else reverse("ideas")


class IdeaWiden(Act):
    permission = "intake.widen_idea"
    form_class = forms.WidenForm
    heading = gettext_lazy("Let more people see it")
    button = gettext_lazy("Ask or agree")

    @property
    def lead(self):
        wish = actions.wish_to_widen(self.object)
        if wish and wish.actor_id != self.request.user.pk:
            return _("%(person)s asks for this. Choose the same and agree.") % {"person": wish.actor}
        if wish:
            return _("You asked for this on %(day)s. The other side has to agree.") % {"day": day(wish.at)}
        return _("The requester and a decider have to agree. The other side is asked.")

    def get_initial(self):
        wish = actions.wish_to_widen(self.object)
        return {"audience": wish.data["audience"]} if wish else {}

    def act(self, form):
        actions.ask_to_widen(self.object, by=self.request.user, **form.cleaned_data)
        self.done = _("The other side is asked about %(idea)s.")
        if not self.object.is_restricted:
            self.done = _("More people may see %(idea)s now.")


class IdeaConflict(Act):
    permission = "intake.work_on_idea"
    form_class = forms.ConflictForm
    heading = gettext_lazy("Declare a conflict of interest")
    lead = gettext_lazy("You step back from judging this idea. Your open review of it goes to somebody else.")
    done = gettext_lazy("You no longer judge %(idea)s.")

    def act(self, form):
        actions.declare_conflict(self.object, by=self.request.user, note=form.cleaned_data["note"])

    def get_success_url(self):
        return self.object.get_absolute_url() if self.object.may_be_seen_by(self.request.user) else reverse("ideas")


class IdeaCoAuthors(Act):
    permission = "intake.change_idea"
    template_name = "intake/co_authors.html"
    form_class = forms.CoAuthorForm
    heading = gettext_lazy("Co-authors")
    lead = gettext_lazy("A co-author sees the idea, writes along, and hears of every answer.")
    button = gettext_lazy("Let this person write along")
    done = gettext_lazy("The co-authors of %(idea)s are changed.")

    def act(self, form):
        actions.add_co_author(self.object, by=self.request.user, person=form.cleaned_data["person"])

    def get_success_url(self):
        return reverse("idea-co-authors", args=[self.object.number])


class CoAuthorRemove(View):
    http_method_names = ["post"]

    def post(self, request, number, pk):
        idea = find(request.user, number)
        person = get_object_or_404(User, pk=pk, parts__idea=idea, parts__kind="co_author", parts__ended_at=None)
        actions.remove_co_author(idea, by=request.user, person=person)
        messages.success(request, _("%(person)s no longer writes along.") % {"person": person})
        return HttpResponseRedirect(reverse("idea-co-authors", args=[number]))


class IdeaAttach(Act):
    form_class = forms.AttachForm
    heading = gettext_lazy("Attach a file")
    done = gettext_lazy("The file is kept with %(idea)s.")

    def get_object(self, queryset=None):
        idea = super().get_object(queryset)
        user = self.request.user
        if not (rules.is_author(user, idea) or user.has_perm("intake.work_on_idea", idea)):
            raise PermissionDenied
        return idea

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"idea": self.object, "user": self.request.user}

    def act(self, form):
        try:
            actions.attach(self.object, by=self.request.user, **form.cleaned_data)
        except ValidationError as unacceptable:
            raise MoveRefused(*unacceptable.messages) from unacceptable


class IdeaCase(Act):
    permission = "intake.change_case"
    form_class = forms.CaseForm
    heading = gettext_lazy("Business case")
    lead = gettext_lazy("Rough figures are fine. What is not known yet may stay empty.")
    button = gettext_lazy("Save the business case")
    done = gettext_lazy("The business case of %(idea)s is saved.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": Idea.objects.get(pk=self.object.pk)}

    def act(self, form):
        actions.edit_case(self.object, by=self.request.user, **form.cleaned_data)


class IdeaFollow(View):
    http_method_names = ["post"]

    def post(self, request, number):
        idea = find(request.user, number)
        if request.POST.get("on") == "1":
            conversation.follow(idea, request.user)
            messages.success(request, _("You hear of every step of %(idea)s.") % {"idea": idea.label})
        else:
            conversation.unfollow(idea, request.user)
            messages.success(request, _("You no longer follow %(idea)s.") % {"idea": idea.label})
        return HttpResponseRedirect(idea.get_absolute_url())
