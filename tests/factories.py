"""Factories: people with roles, ideas in any state, goals and measures."""

from datetime import date, timedelta
from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Department, Role, User
from goals.models import Definition, Goal, Measure, Measurement, Objective
from intake.lifecycle import FACES, WAYS_OUT, WITH_DECISION, State
from intake.models import Contribution, Decision, Idea, NumberSequence, Part
from projects.models import Outcome, Project, Promise
from workflow import clock


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = Department

    code = factory.Sequence(lambda n: f"department-{n}")
    name = factory.Sequence(lambda n: f"Department {n}")


class UserFactory(DjangoModelFactory):
    """A person; `roles="triager director"` gives citywide roles, `reviews="security"` makes a reviewer."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person-{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    department = factory.SubFactory(DepartmentFactory)
    password = "!"

    @factory.post_generation
    def roles(self, create, kinds, **kwargs):
        for kind in (kinds or "").split():
            RoleFactory(user=self, kind=kind)

    @factory.post_generation
    def reviews(self, create, discipline, **kwargs):
        if discipline:
            RoleFactory(user=self, kind=Role.Kind.REVIEWER, discipline=discipline)


class RoleFactory(DjangoModelFactory):
    class Meta:
        model = Role

    user = factory.SubFactory(UserFactory)
    kind = Role.Kind.TRIAGER
    from_on = date(2020, 1, 1)


class GoalFactory(DjangoModelFactory):
    class Meta:
        model = Goal

    slug = factory.Sequence(lambda n: f"goal-{n}")
    name = factory.Sequence(lambda n: f"Goal {n}")


class ObjectiveFactory(DjangoModelFactory):
    class Meta:
        model = Objective

    goal = factory.SubFactory(GoalFactory)
    name = "Crews arrive sooner"


class MeasureFactory(DjangoModelFactory):
    class Meta:
        model = Measure
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"measure-{n}")
    objective = factory.SubFactory(ObjectiveFactory)
    name = factory.Sequence(lambda n: f"Measure {n}")
    unit = "minutes"
    direction = Measure.Direction.DOWN
    department = factory.SubFactory(DepartmentFactory)
    owner = factory.SubFactory(UserFactory)

    @factory.post_generation
    def definition(self, create, extracted, **kwargs):
        if create:
            Definition.objects.create(
                measure=self, number=1, unit=self.unit, direction=self.direction, made_by=self.owner
            )


class MeasurementFactory(DjangoModelFactory):
    class Meta:
        model = Measurement

    measure = factory.SubFactory(MeasureFactory)
    period_on = factory.Sequence(lambda n: date(2024, 1, 1) + timedelta(days=31 * n))
    value = Decimal("6.1")
    entered_by = factory.SelfAttribute("measure.owner")


def number_of(kind):
    """The next number, taken from the same sequence as the product's own."""
    sequence, _created = NumberSequence.objects.get_or_create(kind=kind)
    sequence.next_number += 1
    sequence.save()
    return sequence.next_number - 1


class IdeaFactory(DjangoModelFactory):
    """An idea in any state (`state=`), with its requester's part, its number and where needed its decision."""

    class Meta:
        model = Idea

    title = factory.Sequence(lambda n: f"Know which hydrants are out of service {n}")
    problem = "Crews find out on arrival that a hydrant is out of service."
    requester = factory.SubFactory(UserFactory)
    department = factory.SelfAttribute("requester.department")
    size = "medium"

    @classmethod
    def _create(cls, model_class, *args, state=State.DRAFT, answer=None, **kwargs):
        idea = model_class(*args, **kwargs)
        idea.save()
        Part.objects.create(idea=idea, user=idea.requester, kind=Part.Kind.REQUESTER)
        if state == State.DRAFT:
            return idea
        idea.number = number_of("idea")
        idea.submitted_at = timezone.now()
        if state in WITH_DECISION:
            idea.current_decision = Decision.objects.create(
                idea=idea,
                answer=answer or ANSWER_OF.get(state, Decision.Answer.YES),
                reason="Because it helps.",
                decided_by=UserFactory(),
                proposed_by=UserFactory() if state == State.DECLINED else None,
            )
        if state == State.JOINED:
            idea.joined_into = IdeaFactory(state=State.TRIAGE)
        if state not in WAYS_OUT:
            idea.step = FACES[state].step
        idea.__dict__["state"] = str(state)  # a factory may set what only moves may change
        idea.save()
        return Idea.objects.get(pk=idea.pk)


ANSWER_OF = {
    State.NOT_YET: Decision.Answer.NOT_YET,
    State.REDIRECTED: Decision.Answer.ANOTHER_WAY,
    State.DECLINED: Decision.Answer.NO,
}


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = Project

    number = factory.LazyFunction(lambda: number_of("project"))
    idea = factory.SubFactory(IdeaFactory, state=State.APPROVED)
    title = factory.SelfAttribute("idea.title")
    scope = "Crews see which hydrants work."
    manager = factory.SubFactory(UserFactory, roles="project_manager")
    baseline_cost_start = 40_000
    baseline_end_on = date(2027, 3, 31)
    planned_end_on = date(2027, 3, 31)


class PromiseFactory(DjangoModelFactory):
    class Meta:
        model = Promise

    project = factory.SubFactory(ProjectFactory)
    measure = factory.SubFactory(MeasureFactory)
    expected = Decimal(-2)
    by_on = date(2027, 3, 31)
    definition = factory.LazyAttribute(lambda made: made.measure.definitions.last())
    contribution = factory.LazyAttribute(
        lambda made: Contribution.objects.create(
            idea=made.project.idea,
            measure=made.measure,
            expected=made.expected,
            by_on=made.by_on,
            added_by=made.project.idea.requester,
        )
    )


class OutcomeFactory(DjangoModelFactory):
    """What a delivered project promised: by default not tested yet, and due today."""

    class Meta:
        model = Outcome
        exclude = ("idea", "delivered_on")
        skip_postgeneration_save = True

    idea = factory.SubFactory(IdeaFactory, state=State.DELIVERED)
    delivered_on = factory.LazyFunction(lambda: clock.today() - timedelta(days=420))
    promise = factory.SubFactory(
        PromiseFactory,
        project__idea=factory.SelfAttribute("...idea"),
        project__state="delivered",
        project__started_on=factory.SelfAttribute("...delivered_on"),
        project__delivered_on=factory.SelfAttribute("...delivered_on"),
    )
    test_on = factory.LazyFunction(clock.today)
    until_on = factory.SelfAttribute("test_on")
    long_stop_on = factory.LazyAttribute(lambda made: made.test_on + timedelta(days=300))

    @factory.post_generation
    def people(self, create, extracted, **kwargs):
        project = self.project
        for user, kind in (
            (project.manager, Part.Kind.PROJECT_MANAGER),
            (self.promise.measure.owner, Part.Kind.MEASURE_OWNER),
        ):
            Part.objects.get_or_create(idea=project.idea, user=user, kind=kind)
