"""What is refused says what to do, and changes nothing."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import RestrictedGroup, User
from intake import actions
from intake.lifecycle import Lane, State
from intake.models import Contribution, Idea, Part, ProposedNo, Review
from tests.factories import IdeaFactory, MeasureFactory, UserFactory
from workflow import clock
from workflow.lifecycle import MoveRefused, NotYourMove, perform
from workflow.models import Attachment

pytestmark = pytest.mark.django_db
NO = {"reason": "Too dear.", "what_would_change": "Half the price.", "next_step": "Ask again in May."}


def at(state, **fields):
    return IdeaFactory(state=state, **fields)


def triager(**fields):
    return UserFactory(roles="triager", **fields)


def review_of(idea, **fields):
    reviewer = UserFactory(reviews="security")
    Part.objects.create(idea=idea, user=reviewer, kind=Part.Kind.REVIEWER)
    return Review.objects.create(
        idea=idea, discipline="security", reviewer=reviewer, due_at=clock.due_after(10), **fields
    )


def sent_review():
    return review_of(at(State.FEASIBILITY), sent_at=clock.now(), answer="yes")


def late_review():
    """One that is still open when the idea has gone another way."""
    return review_of(at(State.REDIRECTED))


def condition(**fields):
    director = UserFactory(roles="director")
    idea = at(State.DECISION)
    given = {"text": "Sign it.", "owner": director, "due_on": clock.today(), "gate": "start"} | fields
    return idea, director, given


def without_department():
    return UserFactory(department=None)


def said_no_meanwhile(idea):
    """Somebody proposes a “No” after this page was read."""
    assert idea.open_no is None
    ProposedNo.objects.create(idea=idea, proposed_by=UserFactory(), **NO)


def no_twice():
    idea, director = at(State.DECISION), UserFactory(roles="director")
    said_no_meanwhile(idea)
    actions.propose_no(idea, by=director, **NO)


def meet_twice():
    idea, director, given = condition()
    made = actions.add_condition(idea, by=director, **given)
    actions.meet_condition(made, by=director)
    actions.meet_condition(made, by=director)


def second_look_twice():
    idea = at(State.REDIRECTED)
    for _time in range(2):
        actions.ask_second_look(idea, by=User.objects.get(pk=idea.requester_id), reason="The price fell.")


def back_when_decided():
    idea = at(State.APPROVED)
    actions.answer_backing(idea, by=UserFactory(roles="sponsor"), answer="backs")


def promised(idea, **fields):
    measure = fields.pop("measure", None) or MeasureFactory(direction="down")
    wanted = {"measure": measure, "expected": Decimal(-3), "by_on": clock.today()} | fields
    return actions.promise(idea, by=triager(), **wanted)


def promised_before():
    idea = at(State.APPROVED)
    return Contribution.objects.create(
        idea=idea, measure=MeasureFactory(), expected=-3, by_on=clock.today(), added_by=idea.requester
    )


def restricted():
    group = RestrictedGroup.objects.create(name="Police")
    return at(State.TRIAGE, audience="restricted", group=group)


def joined_to_itself():
    idea = at(State.TRIAGE)
    perform(idea, "join", by=triager(), into=idea)


def draft_saved_late():
    idea = at(State.SUBMITTED)
    actions.save_draft(idea, by=idea.requester, version=idea.version, problem="Another one.")


def not_yet(**data):
    given = {"reason": "Money first.", "until_then": "The paper form.", "next_step": "Ask in May."}
    director = UserFactory(roles="director")
    perform(at(State.DECISION), "answer_not_yet", by=director, trigger_owner=director, **given, **data)


REFUSED = {
    "a draft of somebody without a department": (
        lambda: actions.start_draft(by=without_department(), problem="No key."),
        "You belong to no department yet",
    ),
    "needing it too without a department": (
        lambda: actions.support(at(State.TRIAGE, audience="city"), by=without_department()),
        "You belong to no department yet",
    ),
    "a lane that only an import gives": (
        lambda: actions.triage(at(State.TRIAGE), by=triager(), version=None, lane=Lane.TAKEN_OVER),
        "Only an import",
    ),
    "making it smaller without the director": (
        lambda: actions.set_size(at(State.TRIAGE, size="large"), by=triager(), size="small"),
        "Only the director",
    ),
    "making it smaller without a reason": (
        lambda: actions.set_size(at(State.TRIAGE, size="large"), by=UserFactory(roles="director"), size="small"),
        "Write why it is smaller",
    ),
    "a value without a reason": (
        lambda: actions.set_value(at(State.TRIAGE), by=triager(), value="high", value_reason=" "),
        "why the value is so",
    ),
    "a question when it is answered": (
        lambda: actions.ask_requester(at(State.APPROVED), by=triager(), text="Which station?"),
        "answered already",
    ),
    "an empty question": (
        lambda: actions.ask_requester(at(State.TRIAGE), by=triager(), text=" "),
        "Write your question",
    ),
    "an empty comment": (lambda: actions.comment(at(State.TRIAGE), by=triager(), text=" "), "Write"),
    "backing after the decision": (back_when_decided, "past the point where backing counts"),
    "no discipline at all": (
        lambda: actions.change_disciplines(at(State.FEASIBILITY), by=triager(), disciplines=[]),
        "at least one discipline",
    ),
    "disciplines out of feasibility": (
        lambda: actions.change_disciplines(at(State.TRIAGE), by=triager(), disciplines=["security"]),
        "while it is in feasibility",
    ),
    "a review that was sent": (
        lambda: actions.save_review((review := sent_review()), by=review.reviewer, version=None, text="More."),
        "sent already",
    ),
    "a review that is not needed any more": (
        lambda: actions.send_review((review := late_review()), by=review.reviewer, version=None, answer="yes"),
        "no longer in feasibility",
    ),
    "a review by somebody with a stake": (
        lambda: actions.give_review((review := sent_review()), by=triager(), to=review.idea.requester),
        "has a stake in this idea",
    ),
    "a condition without words": (
        lambda: actions.add_condition((made := condition(text=" "))[0], by=made[1], **made[2]),
        "what the condition asks for",
    ),
    "a condition that is met": (meet_twice, "met already"),
    "a “No” before its time": (
        lambda: actions.propose_no(at(State.TRIAGE), by=UserFactory(roles="director"), **NO),
        "while the idea waits for its decision",
    ),
    "a “No” without its reasons": (
        lambda: actions.propose_no(at(State.DECISION), by=UserFactory(roles="director"), **NO | {"next_step": " "}),
        "what would change the answer",
    ),
    "a “No” that somebody proposed meanwhile": (no_twice, "It waits for a second person"),
    "taking back a “No” that is not there": (
        lambda: actions.take_back_no(at(State.DECISION), by=UserFactory(roles="director")),
        "no proposed “No” any more",
    ),
    "a second look at what is open": (
        lambda: actions.ask_second_look((idea := at(State.TRIAGE)), by=idea.requester, reason="It fell."),
        "after a “no”, “another way” or “not yet”",
    ),
    "a second look without a reason": (
        lambda: actions.ask_second_look((idea := at(State.REDIRECTED)), by=idea.requester, reason=" "),
        "what should be looked at again",
    ),
    "a second look twice": (second_look_twice, "can be asked for once"),
    "a promise of nothing": (lambda: promised(at(State.TRIAGE), expected=Decimal(0)), "nothing is no promise"),
    "a promise for the worse": (lambda: promised(at(State.TRIAGE), expected=Decimal(3)), "with that sign"),
    "a promise after the decision": (
        lambda: promised(at(State.APPROVED, requester=UserFactory())),
        "frozen with the decision",
    ),
    "ending a promise after the decision": (
        lambda: actions.end_promise(promised_before(), by=triager()),
        "frozen with the decision",
    ),
    "opening by one side alone": (
        lambda: actions.widen((idea := restricted()), by=idea.requester, audience="city", agreed_by=idea.requester),
        "have to agree",
    ),
    "opening what is open": (
        lambda: actions.ask_to_widen((idea := at(State.TRIAGE)), by=idea.requester, audience="city"),
        "not restricted any more",
    ),
    "joining itself": (joined_to_itself, "another open idea"),
    "saving a draft that was shared": (draft_saved_late, "shared already"),
    "coming back on a day that has passed": (lambda: not_yet(return_on=clock.today()), "a coming day"),
    "coming back without day or condition": (lambda: not_yet(), "Name the day"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_says_what_to_do(what):
    act, sentence = REFUSED[what]

    with pytest.raises(MoveRefused) as refused:
        act()

    assert sentence in str(refused.value)


NOT_YOURS = {
    "a draft for somebody else": lambda: actions.start_draft(
        by=UserFactory(), requester=UserFactory(), problem="No key."
    ),
    "a question for others": lambda: actions.answer_question(
        actions.ask_requester(at(State.TRIAGE), by=triager(), text="Which?"), by=UserFactory(), text="The third."
    ),
    "a condition of others": lambda: actions.meet_condition(
        actions.add_condition((made := condition())[0], by=made[1], **made[2]), by=UserFactory()
    ),
    "a promise for others": lambda: actions.promise(
        at(State.TRIAGE), by=UserFactory(), measure=MeasureFactory(), expected=Decimal(-3), by_on=clock.today()
    ),
    "ending a promise of others": lambda: actions.end_promise(promised_before(), by=UserFactory()),
    "a file for an audience that one is not of": lambda: actions.attach(
        (idea := at(State.TRIAGE)), by=idea.requester, file=SimpleUploadedFile("a.txt", b"A"), audience="deciders"
    ),
    "a size of others": lambda: actions.set_size(at(State.TRIAGE), by=UserFactory(), size="large"),
}


@pytest.mark.parametrize("what", NOT_YOURS)
def test_what_is_not_mine_is_not_mine_to_do(what):
    before = Attachment.objects.count(), Contribution.objects.exclude(ended_at=None).count()

    with pytest.raises(NotYourMove):
        NOT_YOURS[what]()

    assert (Attachment.objects.count(), Contribution.objects.exclude(ended_at=None).count()) == before


def test_who_did_not_ask_cannot_pass_on_an_idea_that_others_joined():
    idea, other = at(State.TRIAGE), at(State.TRIAGE)
    perform(other, "join", by=triager(), into=idea)

    with pytest.raises(NotYourMove):
        actions.withdraw_or_pass_on(idea, by=other.requester, reason="We moved.")
    assert Idea.objects.get(pk=idea.pk).state == State.TRIAGE


@pytest.mark.parametrize("expected", [Decimal(3), Decimal(-3)])
def test_a_measure_that_is_best_within_a_range_may_be_moved_either_way(expected):
    calm = MeasureFactory(direction="within", range_low=2, range_high=4)

    assert promised(at(State.TRIAGE), measure=calm, expected=expected).expected == expected
