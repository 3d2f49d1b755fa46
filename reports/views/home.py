"""The home of everyone: the first sentence of an idea, one's own ideas, the city's ideas, and what waits."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.models import Role
from accounts.policy import current_policy
from intake.forms.share import StartForm
from intake.lifecycle import BEFORE_DECISION, State
from intake.models import Idea, Support
from intake.views.page import hear_by
from projects.models import Project, Promise
from projects.results import result_of
from reports.views.work import backings_for, check_ins_for, unanswered_helps
from workflow import clock
from workflow.models import Question

MOST_MINE, MOST_AROUND, MOST_DELIVERED, MOST_WAITING = 12, 4, 3, 10
OVER = (State.WITHDRAWN, State.JOINED)


class Home(TemplateView):
    template_name = "reports/home.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        mine = list(mine_of(user)[: MOST_MINE + 1])
        questions = questions_to(user, mine)
        others = others_for(user)
        return super().get_context_data(
            form=StartForm(),
            answer_by=clock.due_after(current_policy().first_answer_days),
            drafts=[idea for idea in mine if idea.is_draft][:MOST_MINE],
            tracked=[
                {"idea": idea, "turn": turn, "hear_by": hear_by(idea, turn)[0], "question": questions.get(idea.pk)}
                for idea in mine[:MOST_MINE]
                if not idea.is_draft
                for turn in [idea.turn]
            ],
            has_more=len(mine) > MOST_MINE,
            around=[idea for idea in others if idea.is_before_decision],
            delivered=with_results([idea for idea in others if not idea.is_before_decision]),
            waiting=waiting_for(user),
            **kwargs,
        )


def mine_of(user):
    """The ideas that the person writes or wrote, the newest first, without what is over."""
    return Idea.objects.visible_to(user).authored_by(user).exclude(state__in=OVER).listed().order_by("-pk")


def questions_to(user, ideas):
    """The open questions that this person may answer on these ideas, by idea."""
    kind = ContentType.objects.get_for_model(Idea)
    found = Question.objects.open().filter(target_type=kind, target_id__in=[idea.pk for idea in ideas])
    requesters = {idea.pk: idea.requester_id for idea in ideas}
    return {
        one.target_id: one
        for one in found.select_related("asked_by").order_by("-asked_at")
        if one.asked_of_id in (user.pk, requesters[one.target_id])
    }


def others_for(user):
    """Open ideas of others that the person may need too and has not said so yet, then those delivered lately."""
    said = Support.objects.filter(idea=OuterRef("pk"), user=user)
    visible = Idea.objects.visible_to(user)
    mine = Idea.objects.authored_by(user).values("pk")
    around = visible.unrestricted().filter(~Exists(said), state__in=BEFORE_DECISION).exclude(pk__in=mine)
    delivered = visible.filter(state__in=(State.DELIVERED, State.EVALUATED), delivered_at__isnull=False)
    shown = Idea.objects.filter(
        Q(pk__in=around.order_by("-number").values("pk")[:MOST_AROUND])
        | Q(pk__in=delivered.order_by("-delivered_at").values("pk")[:MOST_DELIVERED])
    )
    ideas = shown.select_related("department", "requester").order_by("-delivered_at", "-number")
    return sorted(ideas, key=lambda idea: not idea.is_before_decision)


def with_results(ideas):
    """Each idea with what came of its promises, the tested ones first."""
    running = Project.objects.not_cancelled().filter(idea__in=ideas)
    promises = Promise.objects.filter(project__in=running).select_related("measure", "project", "outcome")
    results = sorted((result_of(one) for one in promises), key=lambda one: not one.is_found)
    for idea in ideas:
        idea.results = [one for one in results if one.promise.project.idea_id == idea.pk]
    return ideas


def waiting_for(user):
    """What somebody waits for from this person: a sentence, the idea, the day, and the page that does it."""
    asked = backings_for(user).filter(idea=OuterRef("pk"))
    in_use = check_ins_for(user).filter(project__idea=OuterRef("pk")).order_by("due_at")
    helped = unanswered_helps(user).filter(idea=OuterRef("pk"))
    ideas = (
        Idea.objects.visible_to(user)
        .annotate(
            backing_due=Subquery(asked.values("due_at")[:1]),
            check_in=Subquery(in_use.values("pk")[:1]),
            check_in_due=Subquery(in_use.values("due_at")[:1]),
            check_in_of=Subquery(in_use.values("project__number")[:1]),
            helped=Subquery(helped.values("number")[:1]),
        )
        .filter(
            Q(backing_due__isnull=False, state__in=BEFORE_DECISION)
            | Q(check_in__isnull=False)
            | Q(helped__isnull=False)
        )
        .order_by("pk")
    )
    return [row for idea in ideas[:MOST_WAITING] for row in rows_of(idea, user)]


def rows_of(idea, user):
    if idea.backing_due and idea.is_before_decision and user.holds(Role.Kind.SPONSOR, department=idea.department_id):
        yield {
            "text": _("Does your department back this?"),
            "idea": idea,
            "due_at": idea.backing_due,
            "url": reverse("idea-back", args=[idea.number]),
            "button": _("Back it or hold it"),
        }
    if idea.check_in:
        yield {
            "text": _("Is it in use?"),
            "idea": idea,
            "due_at": idea.check_in_due,
            "url": reverse("check-in", args=[idea.check_in_of, idea.check_in]),
            "button": _("Answer"),
        }
    if idea.helped:
        yield {
            "text": _("Did it help?"),
            "idea": idea,
            "due_at": None,
            "url": reverse("project-helped", args=[idea.helped]),
            "button": _("Tell us"),
        }
