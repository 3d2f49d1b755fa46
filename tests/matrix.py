"""Who may open and change what: every address, every person, every situation. Read it as the policy of sight.

An app adds its addresses to RULES, and where they need an object a situation that builds it and names its addresses.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Absence, Invitation, Membership, PolicyVersion, RestrictedGroup, Role, User
from accounts.policy import Policy
from goals.models import (
    Action,
    AgendaItem,
    Agreement,
    Annotation,
    DataElement,
    DataRequest,
    Index,
    Meeting,
    Plan,
    Position,
    Remark,
    Upload,
)
from intake.lifecycle import State
from intake.models import Condition, Contribution, Part, Review
from projects.models import Benefit, CheckIn, Milestone, Outcome, ReadyLine
from tests.factories import (
    DepartmentFactory,
    GoalFactory,
    IdeaFactory,
    MeasureFactory,
    MeasurementFactory,
    OutcomeFactory,
    ProjectFactory,
    RoleFactory,
    UserFactory,
)
from workflow import events
from workflow.models import Attachment, Channel, Delivery, Question

# The persons. Those below "fire" belong to the department of the ideas, all others to another one.
ANONYMOUS = "anonymous"
FIRE = ("requester", "coauthor", "colleague", "sponsor")
CITYWIDE = {
    "triager": Role.Kind.TRIAGER,
    "reviewer": Role.Kind.REVIEWER,
    "director": Role.Kind.DIRECTOR,
    "chair": Role.Kind.CHAIR,
    "stand_in": Role.Kind.STAND_IN,
    "board_member": Role.Kind.BOARD_MEMBER,
    "project_manager": Role.Kind.PROJECT_MANAGER,
    "measure_owner": Role.Kind.MEASURE_OWNER,
    "leader": Role.Kind.LEADERSHIP,
    "administrator": Role.Kind.ADMINISTRATOR,
}
ELSEWHERE = ("stranger", "member", "liaison", "triager_elsewhere", "superuser")
STAFF = frozenset({*FIRE, *CITYWIDE, *ELSEWHERE})
PERSONS = (ANONYMOUS, "deactivated", *sorted(STAFF))
EVERYONE = frozenset(PERSONS)
NOBODY: frozenset[str] = frozenset()


def only(*names: str) -> frozenset[str]:
    assert set(names) <= EVERYONE
    return frozenset(names)


ADMINISTRATOR = only("administrator")
AUTHORS = only("requester", "coauthor")
DEPARTMENT_AND_IT = AUTHORS | only(
    *("colleague", "sponsor", "liaison", "triager", "reviewer", "director", "project_manager"),
    *("chair", "stand_in", "board_member", "leader"),
)

Who = frozenset[str] | dict[str, frozenset[str]] | None


@dataclass(frozen=True)
class Rule:
    """Who may read an address and who may send to it: one set, or one for each situation. None: not offered at all."""

    get: Who = None
    post: Who = None

    def allows(self, method: str, person: str, situation: str) -> bool:
        who = self.get if method == "GET" else self.post
        if isinstance(who, dict):
            who = who[situation]
        return person in (who or NOBODY)

    def offers(self, method: str) -> bool:
        return (self.get if method == "GET" else self.post) is not None


PAGE = Rule(get=STAFF)
FORM = Rule(get=STAFF, post=STAFF)
DOOR = Rule(get=EVERYONE, post=EVERYONE)
ADMIN_PAGE = Rule(get=ADMINISTRATOR)
ADMIN_FORM = Rule(get=ADMINISTRATOR, post=ADMINISTRATOR)
ADMIN_BUTTON = Rule(post=ADMINISTRATOR)

SEES_IDEA = {
    "a draft": AUTHORS,
    "an idea for the department": DEPARTMENT_AND_IT,
    "an idea for the city": STAFF,
    "a restricted idea": AUTHORS | only("member"),
}

REQUESTER = only("requester")
TRIAGER = only("triager")
DECIDERS = only("director", "chair")
WORKERS = only("board_member", "chair", "director", "liaison", "project_manager", "reviewer", "stand_in", "triager")
MAY_ASK = only("chair", "director", "liaison", "reviewer", "triager")
MAY_RESTRICT = only("requester", "sponsor", "triager")
WRITES_CASE = AUTHORS | only("liaison")
SEES_DECISIONS = only("board_member", "chair", "director", "leader", "stand_in", "triager", "triager_elsewhere")
MAY_SUPPORT = {
    "an idea for the department": DEPARTMENT_AND_IT - AUTHORS,
    "an idea for the city": STAFF - AUTHORS,
    "a restricted idea": NOBODY,
}


def in_open(who: frozenset[str], restricted: frozenset[str] = NOBODY) -> dict[str, frozenset[str]]:
    """The same persons for an idea of the department and of the city; others for a restricted one."""
    return {
        "an idea for the department": who,
        "an idea for the city": who,
        "a restricted idea": restricted,
    }


SEES_PROJECT = {
    "a project of the department": DEPARTMENT_AND_IT | only("measure_owner"),
    "a project for the city": STAFF,
    "a restricted project": AUTHORS | only("member", "project_manager", "measure_owner"),
}
NAMES_MANAGER = {
    "a project of the department": only("director", "chair"),
    "a project for the city": only("director", "chair"),
    "a restricted project": NOBODY,
}
ASKED_FOR_IT = {
    "a project of the department": only("requester", "sponsor"),
    "a project for the city": only("requester", "sponsor"),
    "a restricted project": only("requester"),
}
WRITES_LESSONS = {name: who | only("project_manager") for name, who in ASKED_FOR_IT.items()}
ASKS_MORE = {name: who | NAMES_MANAGER[name] for name, who in WRITES_LESSONS.items()}
SEES_PORTFOLIO = only(*("leader", "director", "chair", "stand_in", "board_member", "triager", "project_manager"))

KEEPS_MEASURE = Rule(
    get=only("leader", "administrator", "measure_owner"), post=only("leader", "administrator", "measure_owner")
)
SEES_MEETING = only("leader", "administrator", "measure_owner", "colleague", "stranger")
MEETING_FORMS = (
    *("meeting-change", "meeting-next", "meeting-close", "meeting-cancel", "topic-new", "topic-change", "topic-said"),
    *("action-new", "action-change"),
)
SPEAKS = ("position", "position-sign", "element-change", "data-answer")

RULES: dict[str, Rule] = {
    # Doors
    "account_login": DOOR,
    "account_logout": DOOR,
    "account_inactive": Rule(get=EVERYONE),
    "account_change_password": FORM,
    "account_set_password": FORM,
    "account_reset_password": DOOR,
    "account_reset_password_done": Rule(get=EVERYONE),
    "account_reset_password_from_key": DOOR,
    "account_reset_password_from_key_done": Rule(get=EVERYONE),
    "invitation": DOOR,
    "livez": Rule(get=EVERYONE),
    "readyz": Rule(get=EVERYONE),
    # Everyone's own pages
    "start": PAGE,
    "settings": FORM,
    "absence-add": Rule(get=only("stranger", "administrator"), post=only("stranger", "administrator")),
    "absence-end": Rule(post=only("stranger", "administrator")),
    "confirmations": PAGE,
    "role-confirm": Rule(post={"a role that waits": only("director", "chair", "stand_in")}),
    "member-confirm": Rule(post={"a member who waits": only("member")}),
    "notifications": PAGE,
    "notifications-read": Rule(post=STAFF),
    "notification": Rule(post=only("stranger")),
    "help": PAGE,
    "components": PAGE,
    "demo-mail": Rule(get=NOBODY),
    "demo-mail-one": Rule(get=NOBODY),
    "file": Rule(get=SEES_IDEA),
    # Ideas
    "home": PAGE,
    "ideas": PAGE,
    "idea-new": FORM,
    "similar-ideas": PAGE,
    **{name: Rule(get=AUTHORS, post=AUTHORS) for name in ("idea-draft", "idea-check", "idea-discard", "idea-edit")},
    **{name: Rule(post=AUTHORS) for name in ("idea-autosave", "draft-attach", "draft-co-authors")},
    "idea-again": Rule(post=in_open(AUTHORS, AUTHORS)),
    "idea-sent": Rule(get=AUTHORS),
    "idea-co-authors": Rule(get=AUTHORS, post=AUTHORS),
    "co-author-remove": Rule(post=AUTHORS),
    "question-answer": Rule(post=AUTHORS),
    **{name: Rule(get=SEES_IDEA) for name in ("idea", "idea-decision", "idea-history", "idea-feasibility")},
    "idea-discussion": Rule(get=SEES_IDEA, post=SEES_IDEA),
    "idea-follow": Rule(post=SEES_IDEA),
    "idea-support": Rule(get=MAY_SUPPORT, post=MAY_SUPPORT),
    "idea-back": Rule(get=in_open(only("sponsor")), post=in_open(only("sponsor"))),
    "idea-ask": Rule(get=in_open(MAY_ASK), post=in_open(MAY_ASK)),
    "idea-conflict": Rule(get=in_open(WORKERS), post=in_open(WORKERS)),
    "idea-attach": Rule(get=in_open(WORKERS | AUTHORS, AUTHORS), post=in_open(WORKERS | AUTHORS, AUTHORS)),
    "idea-restrict": Rule(get=in_open(MAY_RESTRICT, REQUESTER), post=in_open(MAY_RESTRICT, REQUESTER)),
    "idea-widen": Rule(get=in_open(DECIDERS | REQUESTER, REQUESTER), post=in_open(DECIDERS | REQUESTER, REQUESTER)),
    "idea-case": Rule(get=in_open(WRITES_CASE, AUTHORS), post=in_open(WRITES_CASE, AUTHORS)),
    "idea-no-promise": Rule(post=in_open(WRITES_CASE, AUTHORS)),
    "idea-promise": Rule(post=in_open(WRITES_CASE | TRIAGER | DECIDERS, AUTHORS)),
    "idea-triage": Rule(get=in_open(WORKERS), post=in_open(TRIAGER)),
    "idea-value": Rule(post=in_open(TRIAGER)),
    "idea-assign": Rule(post=in_open(WORKERS)),
    "idea-size": Rule(post=in_open(WORKERS)),
    "idea-move": Rule(get=TRIAGER, post=TRIAGER),
    "my-work": PAGE,
    "search": PAGE,
    "queue": Rule(get=TRIAGER | only("triager_elsewhere")),
    "board": Rule(get=TRIAGER | only("triager_elsewhere")),
    "my-feasibility": Rule(get=only("reviewer")),
    "idea-disciplines": Rule(post=TRIAGER),
    "review": Rule(post=only("reviewer")),
    "review-take": Rule(post=NOBODY),
    "condition-met": Rule(post=DECIDERS | only("colleague")),
    "promise-end": Rule(post=WRITES_CASE | TRIAGER),
    "decisions": Rule(get=SEES_DECISIONS),
    "idea-packet": Rule(get=SEES_DECISIONS),
    "idea-decision-day": Rule(get=TRIAGER, post=TRIAGER),
    "idea-no": Rule(get=DECIDERS, post=DECIDERS),
    "idea-no-take-back": Rule(post=DECIDERS),
    "idea-second-look": Rule(get=only("requester", "sponsor"), post=only("requester", "sponsor")),
    # Projects
    "projects": PAGE,
    "portfolio": Rule(get=SEES_PORTFOLIO),
    "project": Rule(get=SEES_PROJECT),
    "idea-project": Rule(get=SEES_PROJECT),
    "project-manager": Rule(get=NAMES_MANAGER, post=NAMES_MANAGER),
    **{
        name: Rule(get=only("project_manager"), post=only("project_manager"))
        for name in (
            *("project-move", "ready-plan", "ready-close", "ready-waive", "project-end", "milestone-new", "milestone"),
            *("project-budget", "project-report", "project-hold", "project-ask-to-cancel", "check-in-skip"),
        )
    },
    "project-unchanged": Rule(post=only("project_manager")),
    "project-resume": Rule(post=only("project_manager")),
    "check-in": Rule(get=ASKED_FOR_IT, post=ASKED_FOR_IT),
    "project-helped": Rule(get=ASKED_FOR_IT, post=ASKED_FOR_IT),
    "benefit-new": Rule(get=only("project_manager"), post=only("project_manager")),
    "benefit": Rule(get=ASKED_FOR_IT, post=ASKED_FOR_IT),
    **dict.fromkeys(("benefits", "learning", "method"), PAGE),
    "check-in-new": Rule(get=ASKS_MORE, post=ASKS_MORE),
    "lesson-new": Rule(get=WRITES_LESSONS, post=WRITES_LESSONS),
    "outcome": Rule(get=SEES_PROJECT),
    "outcome-tell": Rule(get=only("measure_owner"), post=only("measure_owner")),
    "outcome-reading": Rule(get=SEES_PROJECT, post=SEES_PROJECT),
    # Goals
    "goals": PAGE,
    "goal": PAGE,
    "measures-alive": PAGE,
    "scorecard": PAGE,
    "measure": PAGE,
    **{
        name: Rule(get=only("leader", "administrator"), post=only("leader", "administrator"))
        for name in ("goal-new", "goal-change", "objective-new", "measure-new")
    },
    "measure-change": Rule(
        get=only("leader", "administrator", "measure_owner"), post=only("leader", "administrator", "measure_owner")
    ),
    **{
        name: Rule(get=only("leader", "administrator"), post=only("leader", "administrator"))
        for name in ("plan-new", "plan-change", "goal-move", "objective-change", "agreement-new")
    },
    "measure-end": KEEPS_MEASURE,
    "index-make": KEEPS_MEASURE,
    "index-change": KEEPS_MEASURE,
    "annotation-new": FORM,
    "annotation-take-back": Rule(get=only("stranger"), post=only("stranger")),
    "agreements": PAGE,
    "agreement": PAGE,
    **{
        name: Rule(get=only("measure_owner", "leader"), post=only("measure_owner", "leader"))
        for name in ("agreement-change", "agreement-measures", "agreement-invite")
    },
    **{name: Rule(get=only("colleague", "sponsor"), post=only("colleague", "sponsor")) for name in SPEAKS},
    "remark-new": Rule(get=only("colleague", "measure_owner"), post=only("colleague", "measure_owner")),
    "remark-settle": Rule(get=only("colleague", "measure_owner"), post=only("colleague", "measure_owner")),
    "element-new": FORM,
    "data-ask": FORM,
    "data-request": PAGE,
    "data-take-back": Rule(get=only("stranger"), post=only("stranger")),
    "meetings": PAGE,
    "meeting-new": Rule(get=only("leader", "administrator"), post=only("leader", "administrator")),
    **{name: Rule(get=SEES_MEETING) for name in ("meeting", "meeting-minutes")},
    **dict.fromkeys(MEETING_FORMS, KEEPS_MEASURE),
    **{name: Rule(post=KEEPS_MEASURE.post) for name in ("meeting-look-again", "topic-move", "topic-take-off")},
    "meeting-worth": Rule(get=only("colleague"), post=only("colleague")),
    "action-report": Rule(get=only("stranger", "measure_owner"), post=only("stranger", "measure_owner")),
    "measurement-new": Rule(get=only("measure_owner"), post=only("measure_owner")),
    "measurement-correct": Rule(get=only("measure_owner"), post=only("measure_owner")),
    "measure-bring": Rule(get=only("measure_owner"), post=only("measure_owner")),
    "measure-upload": Rule(get=only("measure_owner"), post=only("measure_owner")),
    # Administration
    "administration": ADMIN_PAGE,
    "people": ADMIN_PAGE,
    "person-invite": ADMIN_FORM,
    "person": ADMIN_FORM,
    "person-invite-again": ADMIN_BUTTON,
    "person-close": ADMIN_FORM,
    "person-open": ADMIN_BUTTON,
    "role-give": ADMIN_FORM,
    "roles": ADMIN_PAGE,
    "role-end": ADMIN_BUTTON,
    "role-substitute": ADMIN_FORM,
    "departments": ADMIN_FORM,
    "department": ADMIN_FORM,
    "groups": ADMIN_FORM,
    "group": ADMIN_FORM,
    "member-remove": ADMIN_BUTTON,
    "policy": ADMIN_PAGE,
    "policy-change": ADMIN_FORM,
    "policy-version": ADMIN_PAGE,
    "small-city": ADMIN_FORM,
}


@dataclass
class World:
    """The people and what they share; built once for all requests."""

    media: Path
    people: dict[str, User | None] = field(default_factory=dict)
    group: RestrictedGroup | None = None

    def __getitem__(self, person: str) -> User:
        user = self.people[person]
        assert user is not None
        return user


Places = dict[str, dict[str, Any]]
Builder = Callable[[World], Places]
SITUATIONS: dict[str, Builder] = {}


def situation(name: str) -> Callable[[Builder], Builder]:
    """Register a builder: it makes objects, and returns the arguments of every address that they give sense to."""

    def register(builder: Builder) -> Builder:
        SITUATIONS[name] = builder
        return builder

    return register


def build_people(media: Path) -> World:
    world = World(media)
    fire, other = DepartmentFactory(code="fire", name="Fire"), DepartmentFactory(code="other", name="Other")
    world.people = {ANONYMOUS: None}
    for name in PERSONS[1:]:
        department = fire if name in FIRE else other
        world.people[name] = UserFactory(
            email=f"{name}@example.org",
            name=name,
            department=department,
            is_active=name != "deactivated",
            is_staff=name == "superuser",
            is_superuser=name == "superuser",
        )
    for name, kind in CITYWIDE.items():
        RoleFactory(user=world[name], kind=kind, discipline="security" if name == "reviewer" else "")
    RoleFactory(user=world["deactivated"], kind=Role.Kind.ADMINISTRATOR)
    RoleFactory(user=world["sponsor"], kind=Role.Kind.SPONSOR, department=fire)
    RoleFactory(user=world["liaison"], kind=Role.Kind.LIAISON, department=fire)
    RoleFactory(user=world["triager_elsewhere"], kind=Role.Kind.TRIAGER, department=other)
    world.group = RestrictedGroup.objects.create(name="Police restricted")
    Membership.objects.create(
        group=world.group,
        user=world["member"],
        added_by=world["administrator"],
        confirmed_by=world["director"],
        confirmed_at=timezone.now(),
    )
    return world


# Situations without objects: every address that takes no argument is opened in it.
@situation("the city")
def the_city(world: World) -> Places:
    return {
        "account_reset_password_from_key": {"uidb36": "1", "key": "set-password"},
        "department": {"code": "fire"},
        "demo-mail-one": {"name": "nothing"},
    }


@situation("a person of the city")
def a_person(world: World) -> Places:
    role = RoleFactory(user=world["stranger"], kind=Role.Kind.MEASURE_OWNER)
    today = timezone.now().date()
    absence = Absence.objects.create(user=world["stranger"], from_on=today, to_on=today + timedelta(days=400))
    event = events.record("accounts.user.change", world["stranger"], by=world["administrator"])
    notice = Delivery.objects.create(
        event=event, user=world["stranger"], channel=Channel.PAGE, subject="News", url="/x/"
    )
    person = {"pk": world["stranger"].pk}
    return {
        "absence-add": person,
        "absence-end": {"pk": absence.pk},
        "notification": {"pk": notice.pk},
        "person": person,
        "person-invite-again": person,
        "person-close": person,
        "person-open": person,
        "role-give": person,
        "role-end": {"pk": role.pk},
        "role-substitute": {"pk": role.pk},
    }


@situation("an invitation")
def an_invitation(world: World) -> Places:
    token = Invitation.new_token()
    Invitation.objects.create(
        user=UserFactory(name="New here"),
        made_by=world["administrator"],
        token_hash=Invitation.hashed(token),
        expires_at=timezone.now() + timedelta(days=1),
    )
    return {"invitation": {"token": token}}


@situation("a role that waits")
def a_role_that_waits(world: World) -> Places:
    role = RoleFactory(
        user=world["administrator"], given_by=world["administrator"], kind=Role.Kind.TRIAGER, needs_second=True
    )
    return {"role-confirm": {"pk": role.pk}}


@situation("a member who waits")
def a_member_who_waits(world: World) -> Places:
    waiting = Membership.objects.create(group=world.group, user=world["stranger"], added_by=world["administrator"])
    return {
        "member-confirm": {"pk": waiting.pk},
        "member-remove": {"pk": waiting.pk},
        "group": {"pk": waiting.group_id},
    }


@situation("a changed policy")
def a_changed_policy(world: World) -> Places:
    version = PolicyVersion.objects.create(
        number=1, values=Policy().as_values(), changed_by=world["administrator"], reason="So it is."
    )
    return {"policy-version": {"number": version.number}}


def idea_in(world: World, state: str = State.TRIAGE, **fields: Any) -> Any:
    idea = IdeaFactory(requester=world["requester"], state=state, **fields)
    Part.objects.create(idea=idea, user=world["coauthor"], kind=Part.Kind.CO_AUTHOR)
    return idea


def file_on(idea: Any) -> dict[str, Any]:
    attachment = Attachment(
        target_type=ContentType.objects.get_for_model(idea),
        target_id=idea.pk,
        name="plan.txt",
        content_type="text/plain",
        size=4,
        sha256="0" * 64,
        uploaded_by=idea.requester,
    )
    attachment.file.save("plan.txt", ContentFile(b"plan"))
    return {"token": attachment.token}


def pages_of(idea: Any) -> Places:
    """What everyone who sees an idea may open or say."""
    named = (
        "idea idea-discussion idea-decision idea-history idea-feasibility idea-follow idea-support idea-conflict "
        "idea-attach idea-again idea-restrict idea-widen idea-back idea-ask idea-triage idea-assign "
        "idea-size idea-value idea-case idea-promise idea-no-promise"
    )
    return {"file": file_on(idea), **{key: {"number": idea.number} for key in named.split()}}


@situation("a draft")
def a_draft(world: World) -> Places:
    draft = idea_in(world, State.DRAFT)
    key = {"key": draft.key}
    named = "idea-draft idea-autosave idea-check idea-discard draft-attach draft-co-authors"
    return {"file": file_on(draft), **dict.fromkeys(named.split(), key)}


@situation("an idea for the department")
def an_idea_for_the_department(world: World) -> Places:
    return pages_of(idea_in(world, audience="department"))


@situation("an idea for the city")
def an_idea_for_the_city(world: World) -> Places:
    return pages_of(idea_in(world, audience="city"))


@situation("a restricted idea")
def a_restricted_idea(world: World) -> Places:
    return pages_of(idea_in(world, audience="restricted", group=world.group))


def outcome_in(world: World, **fields: Any) -> Outcome:
    """An outcome that was found, of a project that is delivered."""
    return OutcomeFactory(
        idea=idea_in(world, State.DELIVERED, **fields),
        promise__project__manager=world["project_manager"],
        promise__measure__owner=world["measure_owner"],
        verdict="cannot_tell",
        reason="already_moving",
        found_at=timezone.now(),
    )


def project_in(world: World, **fields: Any) -> Places:
    """A project that is being made ready, with a line of its manager, a milestone and what comes after delivery."""
    idea = idea_in(world, State.APPROVED, **fields)
    for person, kind in (("project_manager", Part.Kind.PROJECT_MANAGER), ("measure_owner", Part.Kind.MEASURE_OWNER)):
        Part.objects.create(idea=idea, user=world[person], kind=kind)
    project = ProjectFactory(idea=idea, manager=world["project_manager"])
    today = timezone.now().date()
    line = ReadyLine.objects.create(project=project, kind="money", owner=world["project_manager"], due_on=today)
    milestone = Milestone.objects.create(project=project, name="Test", due_on=today, baseline_on=today)
    check_in = CheckIn.objects.create(project=project, asked_of=world["requester"], due_at=timezone.now())
    number = {"number": project.number}
    delivered = outcome_in(world, **fields)
    done = {"number": delivered.project.number}
    benefit = Benefit.objects.create(
        project=delivered.project, kind="saved", name="Postage", fiscal_year=2027, promised=900
    )
    named = (
        "project project-manager project-end milestone-new project-budget project-report project-unchanged "
        "project-hold project-resume project-ask-to-cancel project-helped benefit-new"
    )
    return {
        **dict.fromkeys(named.split(), number),
        **{name: number | {"kind": line.kind} for name in ("ready-plan", "ready-close", "ready-waive")},
        "project-move": number | {"move": "start"},
        "milestone": number | {"pk": milestone.pk},
        "check-in": number | {"pk": check_in.pk},
        "check-in-skip": number | {"pk": check_in.pk},
        **dict.fromkeys(("check-in-new", "lesson-new"), done),
        "benefit": done | {"pk": benefit.pk},
        **dict.fromkeys(("outcome", "outcome-tell", "outcome-reading"), done | {"pk": delivered.pk}),
        "idea-project": {"number": idea.number},
    }


@situation("a project of the department")
def a_project_of_the_department(world: World) -> Places:
    return project_in(world, audience="department")


@situation("a project for the city")
def a_project_for_the_city(world: World) -> Places:
    return project_in(world, audience="city")


@situation("a restricted project")
def a_restricted_project(world: World) -> Places:
    """Parts give sight; a duty in it comes to nobody outside the group."""
    return project_in(world, audience="restricted", group=world.group)


@situation("a shared idea that nobody took up")
def a_shared_idea(world: World) -> Places:
    idea = idea_in(world, State.SUBMITTED, audience="city")
    number = {"number": idea.number}
    return {
        **dict.fromkeys(("idea-sent", "idea-edit", "idea-co-authors"), number),
        "co-author-remove": number | {"pk": world["coauthor"].pk},
        "idea-move": number | {"move": "take_up"},
    }


@situation("an idea in feasibility")
def an_idea_in_feasibility(world: World) -> Places:
    idea = idea_in(world, State.FEASIBILITY, audience="city")
    number = {"number": idea.number}
    now = timezone.now()
    review = Review.objects.create(idea=idea, discipline="security", reviewer=world["reviewer"], due_at=now)
    Part.objects.create(idea=idea, user=world["reviewer"], kind=Part.Kind.REVIEWER)
    unassigned = Review.objects.create(idea=idea, discipline="legal", due_at=now)
    condition = Condition.objects.create(idea=idea, text="Sign it.", owner=world["colleague"], due_on=now.date())
    promise = Contribution.objects.create(
        idea=idea, measure=MeasureFactory(), expected=-1, by_on=now.date(), added_by=world["requester"]
    )
    question = Question.objects.create(
        target_type=ContentType.objects.get_for_model(idea),
        target_id=idea.pk,
        asked_by=world["triager"],
        asked_of=world["requester"],
        text="Which map?",
        due_at=now,
    )
    return {
        "review": number | {"pk": review.pk},
        "review-take": number | {"pk": unassigned.pk},
        "condition-met": number | {"pk": condition.pk},
        "promise-end": number | {"pk": promise.pk},
        "question-answer": number | {"pk": question.pk},
        "idea-disciplines": number,
    }


@situation("an idea to decide")
def an_idea_to_decide(world: World) -> Places:
    idea = idea_in(world, State.DECISION, audience="city")
    named = ("idea-packet", "idea-decision-day", "idea-no", "idea-no-take-back")
    return {key: {"number": idea.number} for key in named}


@situation("an answered idea")
def an_answered_idea(world: World) -> Places:
    return {"idea-second-look": {"number": idea_in(world, State.REDIRECTED, audience="city").number}}


@situation("a measure with a value")
def a_measure(world: World) -> Places:
    value = MeasurementFactory(measure=MeasureFactory(owner=world["measure_owner"]))
    plan = Plan.objects.create(name="Plan", starts_on=date(2026, 1, 1), ends_on=date(2030, 1, 1))
    note = Annotation.objects.create(measure=value.measure, on=date(2026, 1, 1), text="Something", by=world["stranger"])
    upload = Upload.objects.create(measure=value.measure, by=world["measure_owner"], rows=[[1, ["2026-01", 5]]])
    index = MeasureFactory(owner=world["measure_owner"])
    Index.objects.create(measure=index)
    slug, goal = {"slug": value.measure.slug}, {"slug": value.measure.objective.goal.slug}
    return {
        "goal": goal,
        "goal-change": goal,
        "objective-new": goal,
        "goal-move": goal,
        "objective-change": {"pk": value.measure.objective_id},
        "plan-change": {"pk": plan.pk},
        "measure-new": {"pk": value.measure.objective_id},
        "measure": slug,
        "scorecard": {"code": value.measure.department.code},
        "measure-change": slug,
        "measurement-new": slug,
        "measurement-correct": slug | {"pk": value.pk},
        "measure-bring": slug,
        "measure-upload": slug | {"pk": upload.pk},
        "measure-end": slug,
        "annotation-new": slug,
        "annotation-take-back": slug | {"pk": note.pk},
        "index-make": {"slug": MeasureFactory(owner=world["measure_owner"]).slug},
        "index-change": {"slug": index.slug},
    }


@situation("a question that departments share")
def a_shared_question(world: World) -> Places:
    """Kept by the measure's owner; the colleague speaks for Fire and owns its data; the stranger asks for it."""
    fire, today = world["colleague"].department, timezone.now().date()
    agreement = Agreement.objects.create(
        slug="safety",
        name="Safety",
        question="Are we safer?",
        goal=GoalFactory(),
        asked_by=world["leader"],
        kept_by=world["measure_owner"],
    )
    position = Position.objects.create(agreement=agreement, department=fire, speaker=world["colleague"])
    element = DataElement.objects.create(
        department=fire, name="Calls", owner=world["colleague"], system="Dispatch", refreshed="daily", may_use="All"
    )
    element.agreements.add(agreement)
    remark = Remark.objects.create(agreement=agreement, kind="gap", title="Gap", text="Gap", by=world["colleague"])
    asked = DataRequest.objects.create(
        element=element,
        agreement=agreement,
        department=world["stranger"].department,
        asked_by=world["stranger"],
        what_for="Crossings",
        how_fine="Months",
        who_sees="Us",
        until_on=today + timedelta(days=90),
        due_at=timezone.now() + timedelta(days=9),
    )
    slug, data = {"slug": agreement.slug}, {"pk": asked.pk}
    named = "agreement agreement-change agreement-measures agreement-invite remark-new element-new"
    return {
        **dict.fromkeys(named.split(), slug),
        **dict.fromkeys(("position", "position-sign"), slug | {"pk": position.pk}),
        **dict.fromkeys(("element-change", "data-ask"), slug | {"pk": element.pk}),
        **dict.fromkeys(("data-request", "data-answer", "data-take-back"), data),
        "remark-settle": slug | {"pk": remark.pk},
    }


@situation("a review meeting")
def a_review_meeting(world: World) -> Places:
    """Kept by the measure's owner; the colleague is invited, the stranger has an action from it."""
    meeting = Meeting.objects.create(
        name="Review", goal=GoalFactory(), held_at=timezone.now() - timedelta(hours=1), kept_by=world["measure_owner"]
    )
    meeting.people.add(world["colleague"])
    item = AgendaItem.objects.create(meeting=meeting, title="Overtime", position=1)
    action = Action.objects.create(
        meeting=meeting, item=item, text="Count it", owner=world["stranger"], due_on=timezone.now().date()
    )
    one = {"pk": meeting.pk}
    named = "meeting meeting-minutes meeting-change meeting-next meeting-close meeting-cancel"
    return {
        **dict.fromkeys((*named.split(), "meeting-worth", "meeting-look-again", "topic-new", "action-new"), one),
        **dict.fromkeys(("topic-change", "topic-said", "topic-move", "topic-take-off"), one | {"item": item.pk}),
        **dict.fromkeys(("action-report", "action-change"), one | {"action": action.pk}),
    }
