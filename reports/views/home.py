"""The home of everyone: the first sentence of an idea, one's own ideas, the city's ideas, and what waits."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Prefetch
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.models import Role
from accounts.policy import current_policy
from intake.forms.share import StartForm
from intake.lifecycle import BEFORE_DECISION, State
from intake.models import Backing, Idea, Review, Support
from intake.views.page import strip_of
from projects.models import CheckIn
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
        return super().get_context_data(
            form=StartForm(),
            answer_by=clock.due_after(current_policy().first_answer_days),
            drafts=[idea for idea in mine if idea.is_draft][:MOST_MINE],
            tracked=[
                {"idea": idea, "strip": strip_of(idea, True), "question": questions.get(idea.pk)}
                for idea in mine[:MOST_MINE]
                if not idea.is_draft
            ],
            has_more=len(mine) > MOST_MINE,
            around=around(user)[:MOST_AROUND],
            delivered=Idea.objects.visible_to(user)
            .filter(state__in=(State.DELIVERED, State.EVALUATED), delivered_at__isnull=False)
            .select_related("department", "requester")
            .order_by("-delivered_at")[:MOST_DELIVERED],
            waiting=waiting_for(user, questions),
            **kwargs,
        )


def mine_of(user):
    """The ideas that the person writes or wrote, the newest first, without what is over."""
    ideas = Idea.objects.visible_to(user).authored_by(user).exclude(state__in=OVER)
    reviews = Prefetch("reviews", Review.objects.current(), to_attr="review_list")
    return ideas.listed().prefetch_related(reviews).order_by("-pk")


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


def around(user):
    """Open ideas of others that the person may need too and has not said so yet."""
    said = Support.objects.filter(idea=OuterRef("pk"), user=user)
    ideas = Idea.objects.visible_to(user).unrestricted().filter(state__in=BEFORE_DECISION)
    mine = Idea.objects.authored_by(user).values("pk")
    return (
        ideas.exclude(pk__in=mine).filter(~Exists(said)).select_related("department", "requester").order_by("-number")
    )


def waiting_for(user, questions):
    """What somebody waits for from this person: a sentence, the idea, the day, and the page that does it."""
    rows = []
    if user.holds(Role.Kind.SPONSOR, anywhere=True):
        asked = Backing.objects.filter(asked_of=user, answered_at=None, waived_at=None, idea__state__in=BEFORE_DECISION)
        rows += [
            {
                "text": _("Does your department back this?"),
                "idea": one.idea,
                "due_at": one.due_at,
                "url": f"{one.idea.get_absolute_url()}back/",
                "button": _("Back it or hold it"),
            }
            for one in asked.select_related("idea").order_by("due_at")[:MOST_WAITING]
            if one.idea.may_be_seen_by(user)
        ]
    asked = CheckIn.objects.filter(asked_of=user, answered_at=None, asked_at__isnull=False)
    rows += [
        {
            "text": _("Is it in use?"),
            "idea": one.project.idea,
            "due_at": one.due_at,
            "url": one.project.get_absolute_url(),
            "button": _("Answer"),
        }
        for one in asked.select_related("project__idea").order_by("due_at")[:MOST_WAITING]
    ]
    return rows
