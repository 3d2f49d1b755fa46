"""Who is told of what happens to an idea, and how its history tells it."""

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User, holders_of
from accounts.policy import ANSWERS, current_policy
from intake import duties, rules
from intake.lifecycle import State
from intake.models import Idea, Part, Review
from workflow import conversation, timeline
from workflow.notifications import followers, notify

VERB = "intake.idea."


def authors(idea: Idea, event: Any) -> list[User]:
    return idea.people_as("requester", "co_author", "drafter")


def joined_people(idea: Idea, event: Any) -> list[User]:
    return idea.people_as("joined")


def supporters(idea: Idea, event: Any) -> list[User]:
    return [said.user for said in idea.supports.select_related("user")]


def everyone_who_asked(idea: Idea, event: Any) -> list[User]:
    """Authors, those of joined ideas, backing sponsor, and all who said “we need this too”."""
    return [*authors(idea, event), *joined_people(idea, event), *idea.people_as("sponsor"), *supporters(idea, event)]


def first_free(idea: Idea, *kinds: str, but: Collection[int | None] = ()) -> list[User]:
    """The holders of the first of these roles in which somebody has no stake in the idea."""
    for kind in kinds:
        people = [one for one in holders_of(kind, idea.department_id) if one.pk not in but]
        if free := [one for one in people if not rules.has_stake(one, idea)]:
            return free
    return []


def triagers(idea: Idea, event: Any) -> list[User]:
    """Who has it in hand, else those who triage it: the director and the stand-in where every triager has a stake."""
    if idea.assignee and idea.assignee.is_active:
        return [idea.assignee]
    return first_free(idea, Role.Kind.TRIAGER, Role.Kind.DIRECTOR, Role.Kind.STAND_IN)


def sponsors(idea: Idea, event: Any) -> list[User]:
    return holders_of(Role.Kind.SPONSOR, idea.department_id)


def liaisons(idea: Idea, event: Any) -> list[User]:
    return holders_of(Role.Kind.LIAISON, idea.department_id)


def deciders(idea: Idea, event: Any) -> list[User]:
    """Those whose move the decision is: who decides the size, else who decides a larger one, else the stand-in."""
    return first_free(idea, *rules.DECIDING.get(idea.size, (Role.Kind.CHAIR,)), Role.Kind.STAND_IN)


def second_deciders(idea: Idea, event: Any) -> list[User]:
    """Those who confirm a “No” or take the second look: never who proposed it or gave the first answer."""
    first = idea.current_decision.decided_by_id if idea.current_decision and idea.state != State.DECISION else None
    kinds = rules.DECIDING.get(idea.size, (Role.Kind.CHAIR,))[1:]
    return first_free(idea, *kinds, Role.Kind.STAND_IN, but=(event.actor_id, first))


def assigned(idea: Idea, event: Any) -> Iterable[User | None]:
    return [idea.assignee]


def reviewers(idea: Idea, event: Any) -> list[User]:
    return [review.reviewer for review in idea.review_list if review.reviewer and review.sent_at is None]


def the_reviewer(idea: Idea, event: Any) -> Iterable[User]:
    return User.objects.filter(pk=event.data.get("to"))


def the_one_asked(idea: Idea, event: Any) -> Iterable[User]:
    asked = list(User.objects.filter(pk=event.data.get("of") or event.data.get("asked")))
    return [*asked, *authors(idea, event)] if idea.requester in asked else asked


def the_asker(idea: Idea, event: Any) -> Iterable[User]:
    return User.objects.filter(pk=event.data.get("asked_by"))


def asker_of_answer(idea: Idea, event: Any) -> Iterable[User]:
    return User.objects.filter(questions_asked=event.data.get("question"))


def condition_owner(idea: Idea, event: Any) -> Iterable[User]:
    return User.objects.filter(pk=event.data.get("owner"))


def trigger_owner(idea: Idea, event: Any) -> list[User]:
    return idea.people_as(Part.Kind.TRIGGER_OWNER)


def the_person(idea: Idea, event: Any) -> Iterable[User]:
    return User.objects.filter(pk=event.data.get("person"))


def who_agrees(idea: Idea, event: Any) -> list[User]:
    """The other side of a widening: the deciders where the requester asks, else the requester."""
    return deciders(idea, event) if event.actor_id == idea.requester_id else [idea.requester]


def mentioned(idea: Idea, event: Any) -> list[User]:
    return conversation.mentioned(idea, event)


def decided_people(idea: Idea, event: Any) -> list[User]:
    return deciders(idea, event) if idea.state == State.DECISION else []


def _mail(name: str, *to: Any, email: bool = True) -> None:
    notify(VERB + name, to=to, template=f"intake/email/{name}.txt", email=email)


_mail("submit", triagers, sponsors, authors)
_mail("take_up", authors, email=False)
_mail("assign", assigned)
_mail("back", authors, triagers)
_mail("hold", authors, triagers)
_mail("backing_waits", the_one_asked, triagers)
_mail("support", authors, triagers, email=False)
_mail("ask", the_one_asked)
_mail("answer", asker_of_answer)
_mail("remind", the_one_asked)
_mail("return_turn", the_asker)
_mail("comment", mentioned, authors, assigned, followers)
_mail("add_co_author", the_person)
_mail("send_to_feasibility", authors, joined_people, supporters)
_mail("give_review", the_reviewer)
_mail("send_review", triagers, email=False)
_mail("add_condition", condition_owner)
_mail("meet_condition", triagers, decided_people)
_mail("send_to_decision", deciders, authors)
_mail("propose_no", second_deciders)
_mail("approve", everyone_who_asked, followers)
_mail("answer_not_yet", everyone_who_asked, trigger_owner, followers)
_mail("redirect", everyone_who_asked, followers)
_mail("decline", everyone_who_asked, followers)
_mail("join", authors, followers)
_mail("withdraw", triagers, reviewers, supporters)
_mail("resume", everyone_who_asked, triagers, followers)
_mail("ask_second_look", second_deciders, triagers)
_mail("ask_to_widen", who_agrees)
_mail("reconsider", authors, deciders)
_mail("reconsider_from_start", authors, triagers)
_mail("pass_on", authors)
_mail("hand_over", the_person)
_mail("start_delivery", everyone_who_asked, followers)
_mail("deliver", everyone_who_asked, followers)
_mail("return_to_decision", everyone_who_asked, deciders, followers)
_mail("evaluate", everyone_who_asked, followers)


SENTENCES = {
    "start": (_("The draft was begun."), "pencil"),
    "submit": (_("Shared."), "circle-dot"),
    "take_up": (_("Taken up for the first look."), "eye"),
    "correct": (_("The words were corrected."), "pencil"),
    "edit_case": (_("The business case was changed."), "file-text"),
    "triage": (_("First look: details were set."), "eye"),
    "size": (_("The size was set."), "scale"),
    "value": (_("The value was set."), "star"),
    "assign": (_("It was put into somebody’s hands."), "user-check"),
    "add_co_author": (_("%(name)s writes along."), "user-plus"),
    "remove_co_author": (_("%(name)s no longer writes along."), "user-x"),
    "declare_conflict": (_("A conflict of interest was declared."), "ban"),
    "back": (_("The department backs it."), "handshake"),
    "hold": (_("The department holds it until %(until)s."), "circle-pause"),
    "backing_waits": (_("The sponsor has not answered yet; the next person was asked."), "hourglass"),
    "support": (_("%(department)s needs this too."), "users"),
    "ask": (_("A question was asked."), "message-square"),
    "answer": (_("The question was answered."), "message-square-reply"),
    "remind": (_("A reminder of the open question went out."), "bell"),
    "return_turn": (_("The question stayed open; the turn went back to the asker."), "corner-up-left"),
    "comment": (_("A comment."), "message-square"),
    "send_to_feasibility": (_("First look done: it could be possible. The reviews begin."), "scale"),
    "give_review": (_("The review of %(discipline)s was given to %(person)s."), "user-check"),
    "end_review": (_("The review of %(discipline)s is not needed any more."), "minus"),
    "share_review": (_("The draft review of %(discipline)s was shared early."), "share-2"),
    "send_review": (_("The review of %(discipline)s is in: %(answer)s."), "handshake"),
    "add_condition": (_("A condition was added."), "clipboard-list"),
    "meet_condition": (_("A condition is met: %(condition)s"), "clipboard-check"),
    "promise": (_("A promise was made: %(measure)s, %(expected)s by %(by)s."), "target"),
    "end_promise": (_("A promise was taken back: %(measure)s."), "minus"),
    "send_to_decision": (_("It goes to the decision."), "gavel"),
    "propose_no": (_("A “No” was proposed; a second person has to confirm it."), "circle-x"),
    "take_back_no": (_("The proposed “No” was taken back."), "undo-2"),
    "approve": (_("The answer: yes."), "circle-check"),
    "answer_not_yet": (_("The answer: not yet."), "calendar-clock"),
    "redirect": (_("The answer: another way."), "route"),
    "decline": (_("The answer: no, confirmed by a second person."), "circle-x"),
    "join": (_("It joined another idea."), "git-merge"),
    "withdraw": (_("The requester withdrew it."), "undo-2"),
    "pass_on": (_("The requester stepped back; it passed to the next one."), "corner-down-right"),
    "hand_over": (_("%(before)s handed over to %(name)s: %(duty)s."), "user-check"),
    "resume": (_("It came back."), "rotate-ccw"),
    "ask_second_look": (_("A second look was asked for."), "rotate-ccw"),
    "reconsider": (_("The second look was taken up."), "rotate-ccw"),
    "reconsider_from_start": (_("The second look was taken up, from the first look on."), "rotate-ccw"),
    "restrict": (_("It was restricted to named people."), "lock"),
    "ask_to_widen": (_("Somebody asked that more people may see it."), "lock-open"),
    "widen": (_("More people may see it now."), "lock-open"),
    "attach": (_("A file was attached: %(name)s."), "paperclip"),
    "start_delivery": (_("Delivery started."), "rocket"),
    "deliver": (_("It was delivered."), "package"),
    "return_to_decision": (_("The project was cancelled; it goes back to the decision."), "corner-up-left"),
    "evaluate": (_("The results are known."), "activity"),
}
for _name, (_sentence, _icon) in SENTENCES.items():
    timeline.say(VERB + _name, _sentence, _icon)

timeline.call_fields(
    "intake.idea",
    {
        "title": _("Title"),
        "problem": _("The problem"),
        "who_has_it": _("Who has it"),
        "better": _("What better looks like"),
        "solution": _("A solution in mind"),
        "answers": _("What applies"),
        "wanted_by": _("Date that cannot be missed"),
        "wanted_why": _("Why that date"),
        "goal": _("City goal"),
        "lane": _("Lane"),
        "size": _("Size"),
        "value": _("Value"),
        "value_reason": _("Why this value"),
        "assignee": _("Who has it in hand"),
        "hours": _("Hours of IT"),
        "cost_start": _("Cost at the start"),
        "cost_yearly": _("Cost each year"),
        "cost_note": _("Where the cost comes from"),
        "options": _("Options"),
        "risks": _("Risks"),
        "no_contribution_reason": _("Why no measure can be named"),
        "audience": _("Who sees it"),
        "group": _("Group"),
        "planned_decision_on": _("Planned day of the decision"),
        "requester": _("Requester"),
        "department": _("Department"),
    },
)
timeline.call_values("intake.idea.answers", lambda code: ANSWERS.get(code, code))
timeline.call_values("intake.idea.answer", lambda code: dict(Review.Answer.choices).get(code, code))
timeline.call_values("intake.idea.duty", lambda code: duties.KINDS[code].label if code in duties.KINDS else code)
timeline.call_values("intake.idea.discipline", lambda code: current_policy().discipline_name(code))
