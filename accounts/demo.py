"""The people of the fictional City of Alder Springs: those whom one can play, and those who make the city alive."""

from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.models import Department, Membership, RestrictedGroup, Role, User
from workflow import clock

PASSWORD = "alder-springs-demo"  # noqa: S105 - published on purpose, and only for the demonstration
DOMAIN = "alder-springs.example"
RESTRICTED = "Police restricted"

DEPARTMENTS = {
    "police": "Police",
    "fire": "Fire",
    "ems": "Emergency Medical Services",
    "public-works": "Public Works",
    "utilities": "Utilities",
    "library": "Library",
    "parks": "Parks and Recreation",
    "community-development": "Community Development",
    "finance": "Finance",
    "human-resources": "Human Resources",
    "city-clerk": "City Clerk",
    "city-manager": "City Manager's Office",
    "it": "Information Technology",
    "fleet": "Fleet Services",
}
OPEN_BY_DEFAULT = ("library", "parks", "public-works", "fleet")


@dataclass(frozen=True)
class Part:
    """A role in the demonstration: its kind, its department (empty: citywide), its discipline."""

    kind: str
    department: str = ""
    discipline: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody of the demonstration; with a key one can sign in as this person, and `does` says what there is to do."""

    key: str
    name: str
    title: str
    department: str
    extension: str
    does: object = ""
    parts: tuple[Part, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"

    @property
    def role(self) -> object:
        """What the sign-in page says about the person."""
        return self.does


K = Role.Kind


def reviewer(discipline: str, name: str, title: str, department: str, extension: str, does: object) -> Person:
    return Person(
        f"reviewer-{discipline}", name, title, department, extension, does, (Part(K.REVIEWER, discipline=discipline),)
    )


PEOPLE = (
    Person("requester", "Daniel Okafor", "Fire battalion chief", "fire", "5120", _("Shares ideas for Fire")),
    Person("requester2", "Joan Petrov", "Customer service lead", "utilities", "6205", _("Shares ideas for Utilities")),
    Person("coauthor", "Irene Novak", "Dispatch manager", "fire", "5240", _("Writes ideas together with others")),
    Person(
        "sponsor",
        "Rosa Alvarez",
        "Fire chief",
        "fire",
        "5100",
        _("Backs ideas of Fire and EMS"),
        (Part(K.SPONSOR, "fire"), Part(K.SPONSOR, "ems")),
    ),
    Person(
        "liaison",
        "Maria Delgado",
        "Public Safety liaison",
        "it",
        "4412",
        _("Helps Fire, Police and EMS write"),
        (Part(K.LIAISON, "fire"), Part(K.LIAISON, "police"), Part(K.LIAISON, "ems")),
    ),
    Person("triager", "Priya Raman", "Triager", "it", "4405", _("Answers first, sizes and routes"), (Part(K.TRIAGER),)),
    Person(
        "triager2",
        "Owen Bradley",
        "Triager",
        "it",
        "4406",
        _("Second triager, in the Police group"),
        (Part(K.TRIAGER),),
    ),
    reviewer("architecture", "Anil Desai", "Integration architect", "it", "4446", _("Reviews architecture")),
    reviewer("security", "Kate Moreau", "Security officer", "it", "4449", _("Reviews security")),
    reviewer("privacy", "Wei Chen", "Data and privacy officer", "it", "4431", _("Reviews privacy and data")),
    reviewer("procurement", "Luis Ortega", "Purchasing manager", "finance", "4207", _("Reviews procurement")),
    reviewer("finance", "Grace Kim", "Budget manager", "finance", "4215", _("Reviews finance")),
    reviewer("accessibility", "Nadia Haddad", "Accessibility lead", "it", "4438", _("Reviews accessibility")),
    reviewer("records", "Alan Pike", "Records manager", "city-clerk", "4310", _("Reviews records")),
    reviewer("legal", "Claire Dubois", "Deputy city attorney", "city-manager", "4120", _("Reviews legal questions")),
    reviewer("operations", "Sam Whitaker", "Operations manager", "it", "4460", _("Reviews operations")),
    reviewer("gis", "Tomasz Zielinski", "GIS coordinator", "public-works", "6130", _("Reviews maps and locations")),
    Person(
        "director",
        "Victor Lane",
        "Chief information officer",
        "it",
        "4401",
        _("Decides medium ideas, confirms a “No”"),
        (Part(K.DIRECTOR),),
    ),
    Person(
        "chair",
        "Helen Bauer",
        "Assistant city manager",
        "city-manager",
        "4102",
        _("Chairs the board, decides large ideas"),
        (Part(K.CHAIR), Part(K.BOARD_MEMBER)),
    ),
    Person(
        "member",
        "Lucia Nunez",
        "Parks and Recreation director",
        "parks",
        "5300",
        _("Stands in for the board chair"),
        (Part(K.BOARD_MEMBER), Part(K.STAND_IN), Part(K.SPONSOR, "parks")),
    ),
    Person(
        "pm",
        "Marcus Bell",
        "Project manager",
        "it",
        "4421",
        _("Plans, reports and delivers projects"),
        (Part(K.PROJECT_MANAGER),),
    ),
    Person(
        "owner",
        "Kevin Park",
        "Performance analyst",
        "finance",
        "4219",
        _("Keeps measures current"),
        (Part(K.MEASURE_OWNER),),
    ),
    Person(
        "leader",
        "Judith Ames",
        "City manager",
        "city-manager",
        "4100",
        _("Reads the portfolio"),
        (Part(K.LEADERSHIP), Part(K.SPONSOR, "city-manager")),
    ),
    Person(
        "admin",
        "Erik Lindqvist",
        "Systems administrator",
        "it",
        "4470",
        _("Keeps people, roles and the policy"),
        (Part(K.ADMINISTRATOR),),
    ),
    Person(
        "police-group",
        "Carol Weber",
        "Police chief",
        "police",
        "5200",
        _("Sponsor of Police, in its group"),
        (Part(K.SPONSOR, "police"),),
    ),
)
OTHERS = (
    Person(
        "hannah.cole",
        "Hannah Cole",
        "HR liaison",
        "it",
        "4414",
        "",
        (Part(K.LIAISON, "human-resources"), Part(K.LIAISON, "finance"), Part(K.LIAISON, "city-clerk")),
    ),
    Person(
        "ben.sawyer",
        "Ben Sawyer",
        "Public Works liaison",
        "it",
        "4415",
        "",
        (Part(K.LIAISON, "public-works"), Part(K.LIAISON, "utilities"), Part(K.LIAISON, "fleet")),
    ),
    Person(
        "amara.diallo",
        "Amara Diallo",
        "Community liaison",
        "it",
        "4416",
        "",
        (
            Part(K.LIAISON, "library"),
            Part(K.LIAISON, "parks"),
            Part(K.LIAISON, "community-development"),
            Part(K.LIAISON, "city-manager"),
        ),
    ),
    Person(
        "greg.tanaka",
        "Greg Tanaka",
        "Public Works director",
        "public-works",
        "6122",
        "",
        (Part(K.SPONSOR, "public-works"),),
    ),
    Person(
        "tom.reyes", "Tom Reyes", "Water operations manager", "utilities", "6231", "", (Part(K.SPONSOR, "utilities"),)
    ),
    Person("ellen.brandt", "Ellen Brandt", "Street superintendent", "public-works", "6118"),
    Person("carl.jensen", "Carl Jensen", "Fleet manager", "fleet", "6140", "", (Part(K.SPONSOR, "fleet"),)),
    Person("miguel.santos", "Miguel Santos", "Recreation supervisor", "parks", "5310"),
    Person("ruth.adeyemi", "Ruth Adeyemi", "Accounts payable lead", "finance", "4222"),
    Person(
        "farah.siddiqui",
        "Farah Siddiqui",
        "Finance director",
        "finance",
        "4200",
        "",
        (Part(K.SPONSOR, "finance"), Part(K.BOARD_MEMBER)),
    ),
    Person("patrick.doyle", "Patrick Doyle", "Library director", "library", "5400", "", (Part(K.SPONSOR, "library"),)),
    Person("mei.tan", "Mei Tan", "Branch librarian", "library", "5412"),
    Person(
        "sofia.marin",
        "Sofia Marin",
        "Community Development director",
        "community-development",
        "5500",
        "",
        (Part(K.SPONSOR, "community-development"), Part(K.BOARD_MEMBER)),
    ),
    Person("jacob.ostrow", "Jacob Ostrow", "Permit counter supervisor", "community-development", "5514"),
    Person(
        "linda.harper",
        "Linda Harper",
        "Human Resources director",
        "human-resources",
        "4300",
        "",
        (Part(K.SPONSOR, "human-resources"),),
    ),
    Person("yusuf.karaman", "Yusuf Karaman", "Payroll specialist", "human-resources", "4318"),
    Person("beatrice.holt", "Beatrice Holt", "City clerk", "city-clerk", "4301", "", (Part(K.SPONSOR, "city-clerk"),)),
    Person("noah.feldman", "Noah Feldman", "Deputy city clerk", "city-clerk", "4303"),
    Person("angela.ruiz", "Angela Ruiz", "EMS division chief", "ems", "5150"),
    Person("trevor.quinn", "Trevor Quinn", "Paramedic captain", "ems", "5156"),
    Person("denise.fowler", "Denise Fowler", "Police records supervisor", "police", "5231"),
    Person("raymond.cho", "Raymond Cho", "Police lieutenant", "police", "5212"),
    Person("karen.osei", "Karen Osei", "Fire prevention inspector", "fire", "5133"),
    Person("dmitri.volkov", "Dmitri Volkov", "Meter shop supervisor", "utilities", "6244"),
    Person("olivia.grant", "Olivia Grant", "Park maintenance supervisor", "parks", "5333"),
    Person(
        "stefan.meyer", "Stefan Meyer", "Applications project manager", "it", "4422", "", (Part(K.PROJECT_MANAGER),)
    ),
)
RESTRICTED_MEMBERS = (
    "police-group",
    "triager2",
    "reviewer-security",
    "reviewer-privacy",
    "reviewer-operations",
    "director",
    "chair",
    "pm",
)


@transaction.atomic
def create_people() -> dict[str, User]:
    """Make departments, people, roles and the restricted group, once; returns the people by key."""
    if not settings.DEMO:
        raise ImproperlyConfigured("The demonstration people have a published password. Set DEMO=1 to make them.")
    departments = {code: _department(code, name) for code, name in DEPARTMENTS.items()}
    password = make_password(PASSWORD)
    people = {one.key: _person(one, departments, password) for one in PEOPLE}
    people |= {one.key: _person(one, departments, make_password(None)) for one in OTHERS}
    substitutes = {"triager": "triager2", "sponsor": "angela.ruiz", "chair": "member", "pm": "stefan.meyer"}
    for key, substitute in substitutes.items():
        Role.objects.filter(user=people[key], substitute=None).update(substitute=people[substitute])
    _restricted_group(people)
    return people


def _department(code: str, name: str) -> Department:
    sight = Department.FirstSight.CITY if code in OPEN_BY_DEFAULT else Department.FirstSight.DEPARTMENT
    return Department.objects.get_or_create(code=code, defaults={"name": name, "first_sight": sight})[0]


def _person(one: Person, departments: dict[str, Department], password: str) -> User:
    user, is_new = User.objects.get_or_create(
        email=one.email,
        defaults={
            "name": one.name,
            "title": one.title,
            "extension": one.extension,
            "department": departments[one.department],
            "password": password,
        },
    )
    if is_new:
        by = User.objects.system()
        give = partial(actions.give_role, user, by=by, quiet=True, from_on=clock.today().replace(month=1, day=1))
        for part in one.parts:
            give(part.kind, department=departments.get(part.department), discipline=part.discipline)
    return user


def _restricted_group(people: dict[str, User]) -> None:
    """Members as if each had been confirmed by a decider who is not the one who proposed."""
    group, is_new = RestrictedGroup.objects.get_or_create(name=RESTRICTED)
    if is_new:
        now = clock.now()
        Membership.objects.bulk_create(
            Membership(
                group=group,
                user=people[key],
                added_by=people["admin"],
                confirmed_by=people["director" if key != "director" else "chair"],
                confirmed_at=now,
            )
            for key in RESTRICTED_MEMBERS
        )
