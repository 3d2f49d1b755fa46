"""Ideas as a reader may see them, and with what their lists and moves need."""

from typing import Any, Self

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Case, Exists, OuterRef, Prefetch, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Absence, Membership, Role
from intake import rules
from intake.lifecycle import OPEN, State
from intake.models.contributions import Contribution
from intake.models.decisions import ProposedNo, SecondLook
from intake.models.parts import BACKED, HOLDING, Backing, Part
from intake.models.reviews import Condition, Review
from workflow import clock
from workflow.models import Question


class FirstSight(models.TextChoices):
    DEPARTMENT = "department", _("IT and my department")
    CITY = "city", _("Everyone in the city")
    RESTRICTED = "restricted", _("Restricted to named people")


def holder_name() -> Case:
    """The name of who has it where the idea itself does not say: who decides, who leads, who measures."""
    parts = Part.objects.filter(idea=OuterRef("pk"), ended_at=None).order_by("-id")
    leads = parts.filter(kind=Part.Kind.PROJECT_MANAGER).values("user__name")[:1]
    measures = parts.filter(kind=Part.Kind.MEASURE_OWNER).values("user__name")[:1]
    return Case(
        When(state__in=(State.APPROVED, State.DELIVERING), then=Subquery(leads)),
        When(state=State.DELIVERED, then=Subquery(measures)),
        *(When(state=State.DECISION, size=size, then=_decides(roles[0])) for size, roles in rules.DECIDING.items()),
        output_field=models.CharField(),
    )


def _decides(kind: str) -> Case:
    """The first holder of the role who is here, may see it and has no stake, the assignee before others."""
    stakes = Part.objects.filter(
        idea=OuterRef(OuterRef("pk")), user=OuterRef("user"), kind__in=rules.STAKES, ended_at=None
    )
    away = Absence.objects.under_way().filter(user=OuterRef("user"))
    covering = Q(department=None) | Q(department=OuterRef("department"))
    members = Membership.objects.in_force().filter(user=OuterRef("user"), group=OuterRef(OuterRef("group")))
    free = Role.objects.in_force().filter(~Exists(stakes), ~Exists(away), covering, kind=kind, user__is_active=True)
    names, trusted = (one.order_by("id").values("user__name") for one in (free, free.filter(Exists(members))))
    return Case(
        When(audience=FirstSight.RESTRICTED, then=Subquery(trusted[:1])),
        default=Coalesce(Subquery(names.filter(user=OuterRef("assignee"))[:1]), Subquery(names[:1])),
    )


class IdeaQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The list form of the view rule `intake.view_idea`."""
        if not rules.is_staff_member(user):
            return self.none()
        mine = Part.objects.filter(idea=OuterRef("pk"), user=user, ended_at=None)
        by_part = Exists(mine.filter(kind__in=rules.WITH_SIGHT))
        by_authorship = Exists(mine.filter(kind__in=rules.AUTHORS))
        open_to = Q(audience=FirstSight.CITY)
        if user.department_id:
            open_to |= Q(department=user.department_id)
        for one in user.held:
            if one.kind in rules.CITYWIDE_ROLES or (
                one.kind in (*rules.IT_ROLES, Role.Kind.SPONSOR) and one.department_id is None
            ):
                open_to = Q(pk__isnull=False)
                break
            if one.kind in (*rules.IT_ROLES, Role.Kind.SPONSOR):
                open_to |= Q(department=one.department_id)
        shared = Q(number__isnull=False)
        unrestricted = ~Q(audience=FirstSight.RESTRICTED)
        in_group = Q(audience=FirstSight.RESTRICTED, group__in=user.group_ids)
        return self.filter(shared & (unrestricted & open_to | in_group | by_part) | ~shared & by_authorship)

    def shared(self) -> Self:
        """What was submitted once; a discarded draft never was, and stays its authors' own."""
        return self.filter(number__isnull=False)

    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def unrestricted(self) -> Self:
        return self.exclude(audience=FirstSight.RESTRICTED)

    def restricted(self) -> Self:
        return self.filter(audience=FirstSight.RESTRICTED).shared()

    def authored_by(self, user: Any) -> Self:
        return self.filter(
            Exists(Part.objects.filter(idea=OuterRef("pk"), user=user, kind__in=rules.AUTHORS, ended_at=None))
        )

    def listed(self) -> Self:
        """With all that one row of a list shows, in one query."""
        return self.select_related(
            "department", "requester", "assignee", "goal", "current_decision__trigger_owner"
        ).annotate(
            has_open_question=has_open_question(),
            has_contribution=Exists(Contribution.objects.current().filter(idea=OuterRef("pk"))),
            holder_name=holder_name(),
        )

    def with_parts(self) -> Self:
        """With the people of each idea, which is what the predicates about an idea and a person ask."""
        people = Part.objects.filter(ended_at=None).select_related("user")
        return self.prefetch_related(Prefetch("parts", people, to_attr="parts_at_hand"))

    def with_work(self) -> Self:
        """With all that an idea's moves ask, so that `moves_for` asks no more: two queries for any number of ideas.

        The annotations fill the cached properties of these names.
        """
        of_idea = {"idea": OuterRef("pk")}
        last_backing = Backing.objects.filter(idea=OuterRef(OuterRef("pk"))).order_by("-id").values("pk")[:1]
        backing = Backing.objects.filter(pk=Subquery(last_backing))
        reviews = Prefetch("reviews", Review.objects.current(), to_attr="review_list")
        return (
            self.with_parts()
            .prefetch_related(reviews)
            .annotate(
                is_held=Exists(backing.filter(HOLDING, Q(hold_until=None) | Q(hold_until__gt=clock.today()))),
                is_backed_or_waived=Exists(backing.filter(BACKED | ~Q(waived_at=None))),
                has_contribution=Exists(Contribution.objects.current().filter(**of_idea)),
                is_blocked_before_decision=Exists(
                    Condition.objects.open().filter(gate=Condition.Gate.DECISION, **of_idea)
                ),
                has_joined_ideas=Exists(self.model._default_manager.filter(joined_into=OuterRef("pk"))),
                second_look_open=Exists(SecondLook.objects.filter(taken_at=None, **of_idea)),
                no_proposed_by=Subquery(ProposedNo.objects.open().filter(**of_idea).values("proposed_by")[:1]),
            )
        )


def has_open_question() -> Exists:
    """Whether a question stands open that pauses the clock of an idea."""
    kind = ContentType.objects.get_by_natural_key("intake", "idea")
    open_ones = Question.objects.open().filter(target_type=kind, clock_type=kind)
    return Exists(open_ones.filter(target_id=OuterRef("pk"), clock_id=OuterRef("pk")))
