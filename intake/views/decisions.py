"""Decisions: what waits for one and what it still needs, the packet on paper, and a “No” that somebody proposes."""

from datetime import date
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import DateField, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.policy import Size, current_policy
from goals.outlook import look_ahead
from intake import actions
from intake.forms.workspace import PlannedDayForm, ProposeNoForm
from intake.lifecycle import State
from intake.models import Idea, Review, know_holdings
from intake.views.act import IdeaForm
from intake.views.feasibility import OfPart
from intake.views.page import IdeaPage
from intake.yardsticks import yardsticks_of
from workflow import clock
from workflow.views import CursorList


class Decisions(PermissionRequiredMixin, CursorList):
    """Ideas that wait for their decision, by the day planned for it; without a day last."""

    permission_required = "intake.see_decisions"
    raise_exception = True
    template_name = "intake/decisions.html"
    order = ("decides_on", "pk")

    def computed(self) -> dict[str, Any]:
        return {"decides_on": Coalesce("planned_decision_on", Value(date.max), output_field=DateField())}

    def get_queryset(self) -> Any:
        visible = Idea.objects.visible_to(self.request.user).filter(state=State.DECISION)
        self.queryset = visible.listed().with_work()
        return super().get_queryset()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(today=clock.today(), **kwargs)
        user, approve = self.request.user, Idea.moves()["approve"]
        know_holdings(context["object_list"])
        people = User.objects.in_bulk({pk for idea in context["object_list"] for pk in idea.deciders[1]})
        for idea in context["object_list"]:
            idea.decided_as, deciding = idea.deciders
            idea.decided_by = [people[pk] for pk in deciding]
            idea.is_yours = user.has_perm("intake.judge_idea", idea)
            idea.still_needs = approve.unmet(idea)
            idea.may_plan = user.has_perm("intake.triage_idea", idea)
            idea.waits_for_second = bool(idea.no_proposed_by) and "deciders" in idea.audiences_of(user)
        return context


class PlanDecision(IdeaForm):
    """Set the day on which an idea is to be decided."""

    template_name = "intake/planned_day.html"
    permission = "intake.triage_idea"
    tab = "idea-decision"
    form_class = PlannedDayForm
    done = _("The planned day of the decision on %(idea)s is saved.")

    def get_initial(self) -> dict[str, Any]:
        return {"planned_decision_on": self.object.planned_decision_on}

    def act(self, form: Any) -> None:
        actions.triage(self.object, by=self.request.user, version=None, **form.cleaned_data)

    def get_success_url(self) -> str:
        return reverse("decisions")


class Packet(IdeaPage):
    """Two pages on paper with all that a decision needs; only what everyone who sees the idea may read."""

    template_name = "intake/packet.html"
    tab = "idea-decision"

    def get_object(self, queryset: Any = None) -> Idea:
        if not self.request.user.has_perm("intake.see_decisions"):
            raise Http404
        return super().get_object(queryset)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        idea, policy = self.object, current_policy()
        reviews = [review for review in idea.review_list if review.sent_at]
        conditions = list(idea.conditions.filter(dropped_at=None).select_related("owner", "review"))
        contributions = list(idea.contributions.current().select_related("measure"))
        look_ahead(contributions)
        return super().get_context_data(
            reviews=[(policy.discipline_name(review.discipline), review) for review in reviews],
            missing=[policy.discipline_name(review.discipline) for review in idea.reviews_missing],
            conditions=[one for one in conditions if one.is_shared],
            contributions=contributions,
            yardsticks=yardsticks_of(idea, self.request.user) if contributions else [],
            supports=list(idea.supports.select_related("department").order_by("id")),
            joined=list(idea.joined_ideas.unrestricted().select_related("department").order_by("number")),
            yearly_five=5 * (idea.cost_yearly or 0),
            recommendation=recommendation(idea, reviews, [one for one in conditions if one.met_at is None]),
            needs_review=idea.size != Size.SMALL,
            printed_at=clock.now(),
            **kwargs,
        )


def recommendation(idea: Idea, reviews: list[Review], open_conditions: list[Any]) -> Any:
    """What the reviews point to, in a sentence; the decider says otherwise where there is reason to."""
    concerns = sum(1 for review in reviews if review.answer == Review.Answer.CONCERN)
    if idea.reviews_missing:
        return _("Not every required review is in yet.")
    if concerns:
        return ngettext(
            "%(count)s of %(all)s reviews raises a concern. Read the way forward first.",
            "%(count)s of %(all)s reviews raise a concern. Read the ways forward first.",
            concerns,
        ) % {"count": concerns, "all": len(reviews)}
    if open_conditions:
        return ngettext(
            "The reviews point to: Yes, if the open condition is met.",
            "The reviews point to: Yes, if the %(count)s open conditions are met.",
            len(open_conditions),
        ) % {"count": len(open_conditions)}
    return _("The reviews point to: Yes.") if reviews else _("No review was asked for.")


class ProposeNo(IdeaForm):
    """Propose a “No”; a second person reads it in full and confirms it, or does not."""

    template_name = "intake/propose_no.html"
    tab = "idea-decision"
    permission = "intake.propose_no"
    form_class = ProposeNoForm
    done = _("The “No” to %(idea)s is proposed. It waits for a second person.")

    def act(self, form: Any) -> None:
        actions.propose_no(self.object, by=self.request.user, **form.cleaned_data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(proposed=self.object.open_no, **kwargs)


class TakeBackNo(OfPart):
    """Take a proposed “No” back."""

    permission = "intake.judge_idea"
    done = _("The proposed “No” to %(idea)s is taken back.")

    def get_part(self) -> Idea:
        return self.object

    def do(self, part: Idea) -> None:
        actions.take_back_no(part, by=self.request.user)

    def get_success_url(self) -> str:
        return self.object.get_absolute_url()
