"""Is it possible: the reviews side by side, their conditions, the cost and the promise; and a reviewer's own list."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from accounts.policy import current_policy
from goals.outlook import look_ahead
from intake import actions
from intake.forms.workspace import (
    ConditionFormSet,
    DisciplinesForm,
    MetForm,
    NoPromiseForm,
    PromiseForm,
    ReviewForm,
)
from intake.lifecycle import State
from intake.models import Condition, Idea, Review
from intake.views.act import REFUSED, TOO_LATE, IdeaForm, show_newest
from intake.yardsticks import yardsticks_of
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused
from workflow.models import Question
from workflow.views import CursorList

MOST_OPEN = 100


@dataclass
class Card:
    """One review as this person may see it: the answer, or the own form, or that it is still a draft."""

    review: Review
    name: str
    is_mine: bool
    may_write: bool
    may_take: bool = False
    form: Any = None
    conditions_form: Any = None
    conditions: list[Condition] = field(default_factory=list)

    @property
    def is_late(self) -> bool:
        return self.review.due_at < clock.now()

    @property
    def shows_words(self) -> bool:
        return self.review.is_open_to_viewers or self.is_mine

    @property
    def drafts(self) -> list[dict[str, str]]:
        """Conditions of a draft that was shared early."""
        return self.review.condition_drafts if self.review.shared_at and not self.review.sent_at else []


class Feasibility(IdeaForm):
    """The tab of an idea that says whether and how it is possible."""

    template_name = "intake/feasibility.html"
    http_method_names = ["get"]
    tab = "idea-feasibility"
    bound = ""
    form_class: Any = DisciplinesForm

    def get_context_data(self, form: Any = None, **kwargs: Any) -> dict[str, Any]:
        idea, user = self.object, self.request.user
        conditions = list(idea.conditions.filter(dropped_at=None).select_related("owner", "review", "met_by"))
        contributions = list(idea.contributions.current().select_related("measure"))
        look_ahead(contributions)
        promises = actions.may_promise(idea, user)
        triages = user.has_perm("intake.triage_idea", idea)
        shown = {self.bound: form} if form is not None else {}
        if promises and "promise_form" not in shown:
            shown["promise_form"] = PromiseForm(auto_id="promise_%s")
        if user.has_perm("intake.change_case", idea) and "no_promise_form" not in shown:
            reason = {"no_contribution_reason": idea.no_contribution_reason}
            shown["no_promise_form"] = NoPromiseForm(initial=reason, auto_id="no_promise_%s")
        if triages and idea.state == State.FEASIBILITY and "disciplines_form" not in shown:
            asked = [review.discipline for review in idea.review_list]
            shown["disciplines_form"] = DisciplinesForm(initial={"disciplines": asked}, auto_id="disciplines_%s")
        cards = kwargs.pop("cards", None) or self.cards(conditions)
        return super().get_context_data(
            form=form,
            cards=cards,
            sent=sum(1 for card in cards if card.review.sent_at),
            conditions=[(one, self.met_form(one)) for one in conditions if self.is_seen(one)],
            open_conditions=sum(1 for one in conditions if one.met_at is None),
            contributions=contributions,
            yardsticks=yardsticks_of(idea, user) if promises or contributions else [],
            may_promise=promises,
            may_write_case=user.has_perm("intake.change_case", idea),
            may_see_packet=user.has_perm("intake.see_decisions"),
            yearly_five=5 * (idea.cost_yearly or 0),
            **shown,
            **kwargs,
        )

    def is_seen(self, condition: Condition) -> bool:
        return condition.is_shared or condition.review.reviewer_id == self.request.user.pk

    def met_form(self, condition: Condition) -> Any:
        """The form by which this person may say that the condition is met."""
        if condition.met_at or not actions.may_meet(condition, self.request.user):
            return None
        return MetForm(auto_id=f"met{condition.pk}_%s")

    def cards(self, conditions: list[Condition]) -> list[Card]:
        policy, user = current_policy(), self.request.user
        cards = []
        for review in self.object.review_list:
            review.idea = self.object
            is_mine = review.reviewer_id == user.pk
            may_write = review.sent_at is None and self.is_reviewed and user.has_perm("intake.send_review", review)
            card = Card(review, policy.discipline_name(review.discipline), is_mine, may_write and is_mine)
            card.conditions = [one for one in conditions if one.review_id == review.pk]
            if card.may_write:
                card.form, card.conditions_form = self.review_forms(review)
            card.may_take = may_write and review.reviewer_id is None
            cards.append(card)
        return sorted(cards, key=lambda card: not card.may_write)

    @property
    def is_reviewed(self) -> bool:
        """A review may come after an emergency was approved."""
        return self.object.state in (State.FEASIBILITY, State.DECISION, State.APPROVED, State.DELIVERING)

    @staticmethod
    def review_forms(review: Review, data: Any = None, sends: bool = True) -> tuple[Any, Any]:
        own = Review.objects.get(pk=review.pk) if data is not None else review
        form = ReviewForm(data, instance=own, initial={"version": review.version}, prefix=f"r{review.pk}", sends=sends)
        rows = ConditionFormSet(data, initial=review.condition_drafts, prefix=f"c{review.pk}")
        return form, rows

    def get_success_url(self) -> str:
        return reverse("idea-feasibility", args=[self.object.number])


class Disciplines(Feasibility):
    """Add or end reviews."""

    http_method_names = ["post"]
    bound = "disciplines_form"
    done = _("The disciplines that review %(idea)s are changed.")

    def act(self, form: Any) -> None:
        actions.change_disciplines(self.object, by=self.request.user, **form.cleaned_data)


class NamePromise(Feasibility):
    http_method_names = ["post"]
    bound = "promise_form"
    form_class = PromiseForm
    done = _("The promise of %(idea)s is written down.")

    def get_object(self, queryset: Any = None) -> Idea:
        idea = super().get_object(queryset)
        if not actions.may_promise(idea, self.request.user):
            raise Http404
        return idea

    def act(self, form: Any) -> None:
        actions.promise(self.object, by=self.request.user, **form.cleaned_data)


class NoPromise(Feasibility):
    http_method_names = ["post"]
    permission = "intake.change_case"
    bound = "no_promise_form"
    form_class = NoPromiseForm
    done = _("The reason why no measure can be named is saved.")

    def act(self, form: Any) -> None:
        actions.edit_case(self.object, by=self.request.user, version=None, **form.cleaned_data)


class OfPart(Feasibility):
    """A button on the tab about one row of the idea; what is refused is said on the tab."""

    http_method_names = ["post"]

    def get_part(self) -> Any:
        raise NotImplementedError

    def do(self, part: Any) -> None:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        self.part = self.get_part()
        try:
            self.do(self.part)
        except MoveRefused as refused:
            status = TOO_LATE if isinstance(refused, Conflict) else REFUSED
            return self.render_to_response(self.get_context_data(sentences=refused.sentences), status=status)
        return self.leave()


class EndPromise(OfPart):
    done = _("The promise is taken out of %(idea)s.")

    def get_part(self) -> Any:
        return get_object_or_404(self.object.contributions.current(), pk=self.kwargs["pk"])

    def do(self, part: Any) -> None:
        actions.end_promise(part, by=self.request.user)


class MeetCondition(OfPart):
    done = _("A condition of %(idea)s is met.")

    def get_part(self) -> Any:
        conditions = self.object.conditions.filter(dropped_at=None).select_related("owner", "review")
        condition = get_object_or_404(conditions, pk=self.kwargs["pk"])
        if not self.is_seen(condition):
            raise Http404
        return condition

    def do(self, part: Any) -> None:
        note = self.request.POST.get("note", "").replace("\0", "")  # which PostgreSQL takes in no text
        actions.meet_condition(part, by=self.request.user, note=note[:500].strip())


class TakeReview(OfPart):
    done = _("The review of %(idea)s is yours.")

    def get_part(self) -> Any:
        return get_object_or_404(self.object.reviews.waiting(), pk=self.kwargs["pk"])

    def do(self, part: Any) -> None:
        actions.take_review(part, by=self.request.user)


class WriteReview(Feasibility):
    """Save, share early or send the own review; what is refused stands on the card, with all that was typed."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        self.review = get_object_or_404(self.object.reviews.filter(ended_at=None), pk=kwargs["pk"])
        self.review.idea = self.object
        if not request.user.has_perm("intake.send_review", self.review):
            raise Http404
        sends = request.POST.get("do") == "send"
        form, rows = self.review_forms(self.review, request.POST, sends)
        if not rows.management_form.is_valid():
            raise BadRequest
        if not form.is_valid() or (sends and not rows.is_valid()):
            return self.again(form, rows, REFUSED)
        try:
            self.write(form, rows)
        except MoveRefused as refused:
            for sentence in refused.sentences:
                form.add_error(None, sentence)
            is_conflict = isinstance(refused, Conflict)
            if is_conflict:
                show_newest(form)
            return self.again(form, rows, TOO_LATE if is_conflict else REFUSED)
        return HttpResponseRedirect(self.get_success_url())

    def write(self, form: Any, rows: Any) -> None:
        user, said, done = self.request.user, form.cleaned_data, self.request.POST.get("do")
        name = {"idea": self.object.label}
        if done == "send":
            actions.send_review(self.review, by=user, conditions=rows.asked(), **said)
            messages.success(self.request, _("Your answer to %(idea)s is sent.") % name)
        else:
            drafts = rows.as_drafts()
            actions.save_review(self.review, by=user, share=done == "share", condition_drafts=drafts, **said)
            shared = _("Your draft on %(idea)s is shared.")
            messages.success(
                self.request, (shared if done == "share" else _("Your draft on %(idea)s is saved.")) % name
            )

    def again(self, form: Any, rows: Any, status: int) -> HttpResponse:
        self.object.forget()
        conditions = list(self.object.conditions.filter(dropped_at=None).select_related("owner", "review", "met_by"))
        cards = self.cards(conditions)
        for card in cards:
            if card.review.pk == self.review.pk:
                card.form, card.conditions_form, card.may_write = form, rows, True
        return self.render_to_response(self.get_context_data(cards=cards, failed=form), status=status)


class MyFeasibility(PermissionRequiredMixin, CursorList):
    """What a reviewer has to answer, what nobody of the discipline has taken, and what was sent."""

    permission_required = "intake.see_my_feasibility"
    raise_exception = True
    template_name = "intake/my_feasibility.html"
    order = ("sent_at", "pk")
    falls = True
    page_size = 20

    def get_queryset(self) -> Any:
        self.queryset = self.reviews().filter(reviewer=self.request.user).exclude(sent_at=None)
        return super().get_queryset()

    def reviews(self) -> Any:
        visible = Idea.objects.visible_to(self.request.user).shared()
        return Review.objects.filter(ended_at=None, idea__in=visible).select_related(
            "idea__department", "idea__requester"
        )

    def waiting(self) -> Any:
        kind = ContentType.objects.get_for_model(Review)
        asked = Question.objects.open().filter(clock_type=kind, clock_id=OuterRef("pk"))
        return self.reviews().waiting().annotate(is_paused=Exists(asked)).order_by("due_at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mine, to_take = [], []
        if not self.request.GET.get("after"):
            mine = list(self.waiting().filter(reviewer=self.request.user)[:MOST_OPEN])
            to_take = list(self.waiting().filter(self.of_my_disciplines(), reviewer=None)[:MOST_OPEN])
        policy = current_policy()
        context = super().get_context_data(mine=mine, to_take=to_take, **kwargs)
        for review in (*mine, *to_take, *context["object_list"]):
            review.name = policy.discipline_name(review.discipline)
        return context

    def of_my_disciplines(self) -> Q:
        mine = Q(pk__in=[])
        for one in self.request.user.held:
            if one.kind == Role.Kind.REVIEWER:
                where = Q(idea__department=one.department_id) if one.department_id else Q()
                mine |= Q(discipline=one.discipline) & where
        return mine
