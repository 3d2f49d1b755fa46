"""What every page of one idea shares: it is found among those that the person may see, with its head, path and tabs."""

from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from accounts.context import shell_of
from accounts.policy import current_policy
from intake import rules
from intake.lifecycle import WAYS_OUT, State
from intake.models import Idea, Part, SecondLook, Turn
from workflow import clock
from workflow.lifecycle import moves_for
from workflow.models import Follower
from workflow.templatetags.ui import day

QUIET_MOVES = ("withdraw", "join")
SECOND_LOOKED = (State.DECLINED, State.REDIRECTED, State.NOT_YET)
LEADING = (Part.Kind.PROJECT_MANAGER, Part.Kind.MEASURE_OWNER)
FINAL = (State.JOINED, State.WITHDRAWN)


@dataclass(frozen=True)
class Act:
    """Something that a person may do on the page of an idea besides its moves."""

    label: Any
    url: str
    icon: str
    is_first: bool = False

    @property
    def is_awaited(self) -> bool:
        """It is this person's turn; a question may always be asked, and nobody waits for it."""
        return self.is_first and self.icon != "message-square"

    @property
    def is_button(self) -> bool:
        """One press does it; everything else has a page."""
        return self.icon == "plus"


def find(user: Any, number: int, ideas: Any = None) -> Idea:
    """The shared idea of this number that the person may see, with all that its moves ask."""
    ideas = Idea.objects.all() if ideas is None else ideas
    following = Follower.objects.filter(
        target_type=ContentType.objects.get_for_model(Idea), target_id=OuterRef("pk"), user=user
    )
    seen = ideas.visible_to(user).shared().listed().with_work().annotate(is_following=Exists(following))
    return get_object_or_404(seen, number=number)


class IdeaPage(DetailView):
    """One tab of an idea's page; `tab` is the URL name of the tab shown."""

    model = Idea
    context_object_name = "idea"
    tab = "idea"

    def get_object(self, queryset: Any = None) -> Idea:
        return find(self.request.user, self.kwargs["number"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{**head_of(self.object, self.request.user, self.tab), **kwargs})


def head_of(idea: Idea, user: Any, tab: str) -> dict[str, Any]:
    """What the shell of an idea's page shows: path, answers, tabs, moves, acts."""
    plain = shell_of(user) == "portal"
    offers = moves_for(idea, user)
    here = address_of(tab, idea.number)
    acts = [act for act in acts_of(idea, user) if act.url != here]
    shown = [offer for offer in offers if offer.move.name not in QUIET_MOVES]
    onward = next((offer for offer in shown if offer.enabled and offer.move.target not in WAYS_OUT), None)
    return {
        "idea": idea,
        "tab": tab,
        "is_plain": plain,
        "state_label": idea.face.plain if plain else idea.get_state_display(),
        "steps": idea.plain_path if plain else idea.path,
        "turn": idea.turn,
        "strip": strip_of(idea, plain),
        "offers": offers,
        "first_offer": onward,
        "first_act": None if onward else next((act for act in acts if act.is_awaited), None),
        "shown_offers": shown,
        "quiet_offers": [offer for offer in offers if offer.move.name in QUIET_MOVES],
        "acts": acts,
        "has_more": any(not act.is_first for act in acts),
        "tabs": tabs_of(idea, plain),
        "is_following": idea.is_following,
        "may_support": user.has_perm("intake.support_idea", idea),
        "is_asked": idea.has_open_question and rules.is_author(user, idea),
        "parts": parts_of(idea),
    }


def strip_of(idea: Idea, plain: bool) -> dict[str, Any]:
    """Where is it, what's next, who has it, when will I hear: all four always filled."""
    turn = idea.turn
    where = idea.face.plain if plain else idea.get_state_display()
    return {
        "where": (where, _("since %(day)s") % {"day": day(idea.state_since)}),
        "next": (turn.sentence, _still_reviewing(idea)),
        "who": turn.person or _named(idea, turn) or turn.role,
        "when": hear_by(idea, turn),
    }


def _named(idea: Idea, turn: Turn) -> Any:
    """Who leads or measures it, as a person where the idea's people are at hand; else the name above the role."""
    people = (part.user for part in idea.parts_at_hand if part.user.name == turn.name and part.kind in LEADING)
    return next(people, (turn.name, turn.role) if turn.name else None)


def _still_reviewing(idea: Idea) -> str:
    if idea.state != State.FEASIBILITY or not idea.review_list:
        return ""
    policy = current_policy()
    sent = sum(1 for review in idea.review_list if review.sent_at)
    names = ", ".join(policy.discipline_name(review.discipline) for review in idea.reviews_missing)
    done = _("%(sent)s of %(all)s answers are in.") % {"sent": sent, "all": len(idea.review_list)}
    return f"{done} {_('Still looking: %(names)s.') % {'names': names}}" if names else done


def hear_by(idea: Idea, turn: Turn) -> tuple[Any, Any]:
    """When somebody hears of it again, and a line below that says why."""
    if turn.paused:
        return _("When the question is answered"), _("Our clock stands still until then.")
    if idea.state == State.NOT_YET:
        decision = idea.current_decision
        if idea.return_on:
            return day(idea.return_on), _("It comes back by itself.")
        return _("When this has happened"), decision.return_condition if decision else ""
    if idea.is_late:
        return _("It was due %(day)s") % {"day": day(turn.due_at)}, _("We are late. You hear from us first thing.")
    if turn.due_at:
        return _("By %(day)s") % {"day": day(turn.due_at)}, ""
    if idea.state in (State.APPROVED, State.DELIVERING, State.DELIVERED):
        start = idea.earliest_start_on
        if idea.state == State.APPROVED and start and start >= clock.today():
            return _("Earliest start %(day)s") % {"day": day(start)}, _("Dates stand on the project’s page.")
        if idea.state == State.DELIVERED:
            return _("When the result is known"), _("Its day stands on the project’s page.")
        return _("With each report of the project"), _("Dates stand on the project’s page.")
    if idea.is_open:
        return _("At its next step"), ""
    return _("It is answered"), _("since %(day)s") % {"day": day(idea.state_since)}


def tabs_of(idea: Idea, plain: bool) -> list[dict[str, Any]]:
    """The tabs with addresses of their own; one whose page is missing is left out."""
    wanted = (
        ("idea", _("Overview")),
        ("idea-discussion", _("Discussion")),
        ("idea-feasibility", _("Is it possible?") if plain else _("Feasibility")),
        ("idea-decision", _("Decision")),
        ("idea-project", _("Project")),
        ("idea-history", _("History")),
    )
    return [
        {"name": name, "label": label, "url": url} for name, label in wanted if (url := address_of(name, idea.number))
    ]


def address_of(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def parts_of(idea: Idea) -> dict[str, list[Any]]:
    """The people of an idea by their part."""
    found: dict[str, list[Any]] = {}
    for part in idea.parts_at_hand:
        found.setdefault(part.kind, []).append(part)
    return found


def acts_of(idea: Idea, user: Any) -> list[Act]:
    """What this person may do here besides the moves, the pressing ones first."""
    before = idea.is_before_decision
    looked = idea.state in SECOND_LOOKED and user.has_perm("intake.ask_second_look", idea)
    is_author = rules.is_author(user, idea)
    wanted = (
        (before and user.has_perm("intake.back_idea", idea), _("Back it or hold it"), "idea-back", "handshake", True),
        (
            looked and not SecondLook.objects.filter(idea=idea).exists(),
            _("Ask for a second look"),
            "idea-second-look",
            "rotate-ccw",
            True,
        ),
        (idea.state in FINAL and is_author, _("Start a new draft from this"), "idea-again", "plus", True),
        (
            idea.state in (State.SUBMITTED, State.TRIAGE) and user.has_perm("intake.triage_idea", idea),
            _("First look"),
            "idea-triage",
            "eye",
            True,
        ),
        (
            before and user.has_perm("intake.ask_on_idea", idea),
            _("Ask the requester"),
            "idea-ask",
            "message-square",
            True,
        ),
        (user.has_perm("intake.change_idea", idea), _("Correct it"), "idea-edit", "pencil", False),
        (user.has_perm("intake.change_case", idea), _("Write the business case"), "idea-case", "file-text", False),
        (
            idea.state == State.DECISION and not idea.no_proposed_by and user.has_perm("intake.propose_no", idea),
            _("Propose a “No”"),
            "idea-no",
            "circle-x",
            False,
        ),
        (user.has_perm("intake.change_idea", idea), _("Co-authors"), "idea-co-authors", "user-plus", False),
        (
            is_author or user.has_perm("intake.work_on_idea", idea),
            _("Attach a file"),
            "idea-attach",
            "paperclip",
            False,
        ),
        (
            idea.is_open and not idea.is_restricted and user.has_perm("intake.restrict_idea", idea),
            _("Restrict it to named people"),
            "idea-restrict",
            "lock",
            False,
        ),
        (
            idea.is_restricted and user.has_perm("intake.widen_idea", idea),
            _("Let more people see it"),
            "idea-widen",
            "lock-open",
            False,
        ),
        (
            idea.is_open and user.has_perm("intake.work_on_idea", idea),
            _("Declare a conflict of interest"),
            "idea-conflict",
            "ban",
            False,
        ),
    )
    return [
        Act(label, url, icon, first)
        for may, label, name, icon, first in wanted
        if may and (url := address_of(name, idea.number))
    ]
