"""Whatever people do in whatever order: legal states, a full history, counts that equal lists, no stake decides."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from intake import actions
from intake.lifecycle import WITH_DECISION, State
from intake.models import Count, Decision, Idea, Part
from intake.rules import STAKES
from projects import actions as projects
from projects.lifecycle import State as ProjectState
from projects.models import Project
from tests.factories import DepartmentFactory, RoleFactory, UserFactory
from workflow import clock, due
from workflow.lifecycle import MoveRefused, NotYourMove, moves_for, perform
from workflow.models import Event

ROLES = ("triager", "triager", "director", "chair", "stand_in", "project_manager")
DATA = {
    "reason": "Because of the budget.",
    "next_step": "Ask again in May.",
    "until_then": "The paper form.",
    "other_way": "The form that we own.",
    "return_condition": "The grant is given.",
    "fund": "General Fund",
    "disciplines": ["operations"],
    "went_well": "The crews.",
    "went_wrong": "Nothing.",
}
FORWARD = {"submit", "take_up", "send_to_feasibility", "send_to_decision", "approve", "resume", "decline", "reconsider"}
REACHED: set[str] = set()
DECIDING = {"approve", "answer_not_yet", "redirect", "decline"}


class AnyOrder(RuleBasedStateMachine):
    """Two departments, a dozen people, ideas and projects, and every action that changes a state."""

    def __init__(self):
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    @initialize()
    def people(self):
        departments = [DepartmentFactory(), DepartmentFactory()]
        self.staff = [UserFactory(department=departments[n % 2]) for n in range(3)]
        self.holders = [UserFactory(department=departments[0], roles=kind) for kind in ROLES]
        self.holders.append(UserFactory(department=departments[1], reviews="operations"))
        sponsor = UserFactory(department=departments[0])
        RoleFactory(user=sponsor, kind="sponsor", department=departments[0])
        self.everyone = [*self.staff, *self.holders, sponsor]
        self.moment = clock.now()
        for number, lane in enumerate(("emergency", "mandated", "ordinary", "ordinary")):
            idea = actions.start_draft(by=self.staff[number % 3], problem="Crews find out on arrival.", lane=lane)
            idea.size, idea.no_contribution_reason = ("small", "medium", "large", "small")[number], "Nobody counts it."
            idea.save()
            perform(idea, "submit", by=idea.requester)

    def person(self, number):
        """A fresh copy: roles and parts are read anew."""
        return User.objects.get(pk=self.everyone[number % len(self.everyone)].pk)

    def idea(self, number):
        ideas = list(Idea.objects.order_by("pk"))
        return ideas[number % len(ideas)]

    @rule(
        who=st.integers(0, 9),
        audience=st.sampled_from(["department", "city"]),
        lane=st.sampled_from(["ordinary", "mandated", "emergency"]),
    )
    def draft(self, who, audience, lane):
        actions.start_draft(by=self.person(who), problem="Crews find out on arrival.", audience=audience, lane=lane)

    @rule(number=st.integers(0, 20), choice=st.integers(0, 1000), other=st.integers(0, 20))
    def move(self, number, choice, other):
        """One of all the moves that anybody is offered on one idea."""
        idea = self.idea(number)
        people = [self.person(position) for position in range(len(self.everyone))]
        offers = [(user, one.move.name) for user in people for one in moves_for(idea, user) if one.enabled]
        if choice % 4:  # ways out end a life, so they are taken less often
            offers = [(user, name) for user, name in offers if name in FORWARD]
        if not offers:
            return
        user, name = offers[choice % len(offers)]
        data = DATA | {"trigger_owner": self.holders[2], "project_manager": self.holders[5], "into": self.idea(other)}
        staked = {user_id for user_id, kind in idea.current_parts if kind in STAKES}
        try:
            perform(idea, name, by=user, **data)
        except (MoveRefused, NotYourMove):
            return
        if name in DECIDING:
            assert user.pk not in staked

    @rule(number=st.integers(0, 50), size=st.sampled_from(["small", "medium", "large"]), who=st.integers(0, 9))
    def size(self, number, size, who):
        idea = self.idea(number)
        if idea and idea.state in (State.TRIAGE, State.FEASIBILITY):
            self.tried(actions.set_size, idea, by=self.person(who), size=size, note="As the director says.")
            idea.no_contribution_reason = "Nobody counts it."
            idea.save()

    @rule(number=st.integers(0, 50), who=st.integers(0, 9), answer=st.sampled_from(["backs", "holds"]))
    def back(self, number, who, answer):
        if idea := self.idea(number):
            until = clock.today() + timedelta(days=3)
            self.tried(
                actions.answer_backing, idea, by=self.person(who), answer=answer, reason="We say so.", hold_until=until
            )

    @rule(number=st.integers(0, 50), answer=st.sampled_from(["yes", "concern"]))
    def review(self, number, answer):
        idea = self.idea(number)
        for review in idea.reviews.filter(sent_at=None, ended_at=None) if idea else ():
            form = {"answer": answer, "text": "I looked at it.", "way_forward": "Smaller first."}
            self.tried(actions.send_review, review, by=User.objects.get(pk=self.holders[6].pk), version=None, **form)

    @rule(number=st.integers(0, 50), who=st.integers(0, 9))
    def propose_no(self, number, who):
        if idea := self.idea(number):
            words = {"reason": "Too dear.", "what_would_change": "Half the price.", "next_step": "Wait."}
            self.tried(actions.propose_no, idea, by=self.person(who), **words)

    @rule(number=st.integers(0, 50), who=st.integers(0, 9))
    def second_look(self, number, who):
        if idea := self.idea(number):
            self.tried(actions.ask_second_look, idea, by=self.person(who), reason="The price fell.")

    @rule(
        number=st.integers(0, 20), name=st.sampled_from(["start", "deliver", "close", "cancel"]), who=st.integers(0, 9)
    )
    def project_move(self, number, name, who):
        found = list(Project.objects.order_by("pk"))
        if not found:
            return
        project = found[number % len(found)]
        manager = User.objects.get(pk=project.manager_id)
        for line in project.ready_lines.filter(closed_at=None, waived_at=None):
            self.tried(projects.waive_line, line, by=manager, reason="Not needed.")
        if name == "cancel":
            self.tried(projects.ask_to_cancel, project, by=manager, reason="The vendor is gone.")
        self.tried(perform, Project.objects.get(pk=project.pk), name, by=self.person(who), **DATA)

    @rule(number=st.integers(0, 20), who=st.integers(0, 9))
    def did_it_help(self, number, who):
        found = list(Project.objects.order_by("pk"))
        if found:
            self.tried(projects.say_whether_it_helped, found[number % len(found)], by=self.person(who), answer="yes")

    @rule(days=st.integers(1, 200))
    def time_passes(self, days):
        self.moment += timedelta(days=days)
        due.run(self.moment)

    def tried(self, act, *args, **kwargs):
        with suppress(MoveRefused, NotYourMove):
            act(*args, **kwargs)

    @invariant()
    def states_are_remembered(self):
        REACHED.update(Idea.objects.values_list("state", flat=True))

    @invariant()
    def answered_ideas_have_their_decision(self):
        for idea in Idea.objects.filter(state__in=WITH_DECISION):
            assert idea.current_decision.idea_id == idea.pk
        assert not Decision.objects.filter(answer="no", proposed_by=None).exists()

    @invariant()
    def history_tells_every_move(self):
        for model, first in ((Idea, State.DRAFT), (Project, ProjectState.PLANNED)):
            moves = model.moves()
            for obj in model.objects.all():
                state = first
                for event in Event.objects.about(obj).order_by("id"):
                    name = event.verb.rpartition(".")[2]
                    if name in moves and "to" in event.data:
                        assert event.data["from"] == state
                        assert state in moves[name].sources
                        state = event.data["to"]
                assert obj.state == state

    @invariant()
    def kept_counts_equal_the_list(self):
        kept = {
            (row["department"], row["audience"], row["state"]): row["n"]
            for row in Count.objects.values("department", "audience", "state").annotate(n=Sum("delta"))
            if row["n"]
        }
        listed = Counter(filter(None, (idea.counted_as for idea in Idea.objects.all())))
        assert kept == listed

    @invariant()
    def one_project_runs_for_an_idea(self):
        running = Counter(Project.objects.not_cancelled().values_list("idea", flat=True))
        assert all(count == 1 for count in running.values())
        approved = Idea.objects.filter(state__in=[State.APPROVED, State.DELIVERING, State.DELIVERED, State.EVALUATED])
        assert set(approved.values_list("pk", flat=True)) == set(running)

    @invariant()
    def a_requester_is_never_without_the_part(self):
        for idea in Idea.objects.all():
            assert idea.parts.filter(user=idea.requester, kind=Part.Kind.REQUESTER, ended_at=None).exists()


@pytest.mark.django_db
def test_whatever_people_do():
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=40,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            phases=[Phase.generate],  # a failing run is told whole: making it shorter takes minutes
        ),
    )
    rare = {State.FEASIBILITY, State.DECISION, State.APPROVED}
    assert not rare - REACHED
