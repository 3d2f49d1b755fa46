"""Pages of people: what administrators, and everyone for themselves, can do there."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Absence, Department, PolicyVersion, RestrictedGroup, Role, User
from accounts.policy import forget_policy
from tests.factories import DepartmentFactory, RoleFactory, UserFactory
from workflow.models import Delivery, Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return UserFactory(name="Erik", email="erik@example.org", roles="administrator")


@pytest.fixture
def office(administrator):
    client = Client()
    client.force_login(administrator)
    return client


@pytest.fixture(autouse=True)
def fresh_policy():
    forget_policy()
    yield
    forget_policy()


def text(response):
    return response.content.decode()


def test_settings_change_the_own_account_only(office, administrator):
    other = UserFactory(name="Somebody")

    office.post(
        reverse("settings"),
        {
            "name": "Erik L.",
            "theme": "dark",
            "language": "en",
            "is_superuser": "on",
            "email": "x@example.org",
            "pk": other.pk,
        },
    )

    administrator.refresh_from_db()
    assert (administrator.name, administrator.theme, administrator.wants_email) == ("Erik L.", "dark", False)
    assert (administrator.is_superuser, administrator.email) == (False, "erik@example.org")
    assert 'data-theme="dark"' in text(office.get(reverse("settings")))


def test_days_away_are_recorded_and_taken_back(office, administrator):
    office.post(reverse("absence-add", args=[administrator.pk]), {"from_on": "2030-01-07", "to_on": "2030-01-11"})
    absence = Absence.objects.get()
    assert "January 7" in text(office.get(reverse("settings")))

    office.post(reverse("absence-end", args=[absence.pk]))

    assert not Absence.objects.ahead().exists()


def test_days_in_the_wrong_order_are_asked_again(office, administrator):
    response = office.post(
        reverse("absence-add", args=[administrator.pk]), {"from_on": "2030-01-11", "to_on": "2030-01-07"}
    )

    assert "Choose a last day that is not before the first." in text(response)


def test_invitation_makes_an_account_and_sends_a_link(office):
    department = DepartmentFactory()

    response = office.post(
        reverse("person-invite"), {"name": "Anna Berg", "email": "Anna@example.org", "department": department.pk}
    )

    person = User.objects.get(email="anna@example.org")
    assert response["Location"] == person.get_absolute_url()
    assert Delivery.objects.filter(address="anna@example.org", is_secret=True).count() == 1
    assert "Invited" in text(office.get(person.get_absolute_url()))


def test_an_address_is_invited_once(office, administrator):
    response = office.post(
        reverse("person-invite"), {"name": "X", "email": "ERIK@example.org", "department": administrator.department_id}
    )

    assert "Somebody has this address already." in text(response)


def test_people_are_found_by_word_and_paged(office):
    for number in range(35):
        UserFactory(name=f"Miller {number:02}")

    first = office.get(reverse("people"), {"q": "miller"})
    second = office.get(reverse("people") + first.context["next"])

    names = [person.name for page in (first, second) for person in page.context["object_list"]]
    assert names == [f"Miller {number:02}" for number in range(35)]
    assert second.context["next"] == ""


def test_people_list_asks_the_same_questions_for_one_and_thirty(office, django_assert_max_num_queries):
    for number in range(30):
        RoleFactory(user__name=f"Miller {number:02}")

    with django_assert_max_num_queries(8):
        office.get(reverse("people"))


@pytest.mark.peer("T19")
@pytest.mark.parametrize("after", ["x", "-1", "1e9", "9" * 30, "1 OR 1=1"])
def test_page_marks_that_we_did_not_make_are_refused(office, after):
    assert office.get(reverse("people"), {"after": after}).status_code == 400


def test_person_is_changed_with_history(office):
    person = UserFactory(name="Anna Berg", title="Clerk")

    office.post(
        person.get_absolute_url(), {"name": "Anna Berg", "title": "Chief clerk", "department": person.department_id}
    )

    assert User.objects.get(pk=person.pk).title == "Chief clerk"
    page = text(office.get(person.get_absolute_url()))
    assert "<del>Clerk</del>" in page and "<ins>Chief clerk</ins>" in page


def test_role_is_given_by_name_of_the_substitute_and_ended(office):
    person, substitute = UserFactory(), UserFactory(name="Ben Sawyer")
    url = reverse("role-give", args=[person.pk])

    office.post(url, {"kind": "triager", "substitute": "ben sawyer"})

    role = person.roles.get()
    assert (role.kind, role.substitute, role.department) == ("triager", substitute, None)
    office.post(reverse("role-end", args=[role.pk]))
    assert not Role.objects.current().filter(user=person).exists()


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("nobody at all", "We know nobody by this."),
        ("Twin", "Several people have this name."),
        ("long words " * 90_000, "We know nobody by this."),
    ],
    ids=["unknown", "several", "a megabyte"],
)
def test_person_field_says_what_to_write(office, written, sentence):
    UserFactory(name="Twin")
    UserFactory(name="Twin")

    response = office.post(reverse("role-give", args=[UserFactory().pk]), {"kind": "triager", "substitute": written})

    assert sentence in text(response)


def test_administrator_stays_signed_in_when_the_own_roles_change(office, administrator):
    office.post(reverse("role-give", args=[administrator.pk]), {"kind": "triager"})

    response = office.get(reverse("administration"))

    assert response.status_code == 200
    assert "wait for a second person" in text(response)


def test_second_person_confirms_on_a_page_of_its_own(office, administrator):
    office.post(reverse("role-give", args=[administrator.pk]), {"kind": "triager"})
    role = administrator.roles.get(kind="triager")
    director = Client()
    director.force_login(UserFactory(roles="director"))

    assert "Erik as Triager" in text(director.get(reverse("confirmations")))
    assert "Erik as Triager" not in text(office.get(reverse("confirmations")))
    director.post(reverse("role-confirm", args=[role.pk]))

    assert not Role.objects.get(pk=role.pk).needs_second


def test_closing_an_account_says_what_ends(office):
    person = UserFactory(name="Anna Berg", roles="triager")

    assert "Triager" in text(office.get(reverse("person-close", args=[person.pk])))
    office.post(reverse("person-close", args=[person.pk]), {"successor": ""})

    assert not User.objects.get(pk=person.pk).is_active
    office.post(reverse("person-open", args=[person.pk]))
    assert User.objects.get(pk=person.pk).is_active


def test_machine_accounts_have_no_page(office):
    assert office.get(reverse("person", args=[User.objects.system().pk])).status_code == 404


def test_department_is_added_and_changed(office):
    office.post(reverse("departments"), {"name": "Library", "code": "library", "first_sight": "city"})
    library = Department.objects.get(code="library")

    office.post(
        library.get_absolute_url(),
        {"name": "Libraries", "code": "other", "first_sight": "department", "is_active": "on"},
    )

    library.refresh_from_db()
    assert (library.code, library.name, library.first_sight) == ("library", "Libraries", "department")
    assert "Libraries" in text(office.get(library.get_absolute_url()))


def test_group_gets_a_member_who_waits(office):
    office.post(reverse("groups"), {"name": "Police restricted"})
    group = RestrictedGroup.objects.get()
    person = UserFactory(email="carol@example.org", name="Carol Weber")

    office.post(group.get_absolute_url(), {"user": "carol@example.org"})

    assert "waits for a second person" in text(office.get(group.get_absolute_url()))
    office.post(reverse("member-remove", args=[person.memberships.get().pk]))
    assert not person.memberships.present().exists()


def posted(form_page):
    """Every value of the policy's form as the page shows it."""
    form, disciplines = form_page.context["form"], form_page.context["disciplines"]
    bound = [*form, *disciplines.management_form, *(one for row in disciplines for one in row)]
    data = {}
    for one in bound:
        value = one.value()
        if isinstance(value, tuple) and one.name != "asked_by":
            value = "\n".join(value)
        if one.name == "asked_by":
            value = value or ()
        data[one.html_name] = "" if value is None else value
    return data


def test_policy_is_changed_in_the_browser(office, django_capture_on_commit_callbacks):
    data = posted(office.get(reverse("policy-change")))
    assert data["disciplines-1-asked_by"] == ("criminal_justice", "payments", "public_facing", "personal_data")
    data |= {"reason": "The board asked for it.", "triage_days": 7, "closing_days": "2027-12-27\n2027-12-24"}
    data |= {"disciplines-10-name": "Climate", "disciplines-10-asked_by": ["buy"]}

    with django_capture_on_commit_callbacks(execute=True):
        response = office.post(reverse("policy-change"), data)

    assert response.status_code == 302
    values = PolicyVersion.objects.get().values
    assert (values["triage_days"], values["closing_days"]) == (7, ["2027-12-24", "2027-12-27"])
    assert values["disciplines"][-1] == {"code": "climate", "name": "Climate", "asked_by": ["buy"]}
    page = text(office.get(reverse("policy-version", args=[1])))
    assert "<del>5</del>" in page and "<ins>7</ins>" in page
    assert "The board asked for it." in text(office.get(reverse("policy")))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("closes", "07:00", "Choose a time after the opening."),
        ("medium_cost", "1", "Choose a number that is not below the one for small ideas."),
        ("time_zone", "Moon/Base", "Write the name of a time zone"),
        ("country", "XX", "We know no holidays of this country"),
        ("closing_days", "Christmas", "Write one date on each line"),
        ("triage_days", "0", "greater than or equal to 1"),
        ("reason", "", "Fill this in"),
        ("based_on", "9", "Somebody else changed the policy"),
        ("disciplines-0-name", "Security", "Give every discipline a name of its own."),
    ],
)
def test_policy_form_says_what_to_do(office, name, value, sentence):
    data = posted(office.get(reverse("policy-change"))) | {"reason": "So.", "triage_days": 7}
    if name == "disciplines-0-name":
        data["disciplines-0-code"] = "security"

    response = office.post(reverse("policy-change"), data | {name: value})

    assert sentence in text(response)
    assert PolicyVersion.objects.count() == 0


def test_small_city_is_set_up_in_the_browser(office):
    for name in ("Lead", "Manager", "Second"):
        UserFactory(name=name)

    response = office.post(reverse("small-city"), {"it_lead": "Lead", "city_manager": "Manager", "second": "Second"})

    assert response["Location"] == reverse("roles")
    assert "Lead" in text(office.get(reverse("roles")))


def test_every_change_left_its_event(office):
    before = Event.objects.count()

    office.post(reverse("departments"), {"name": "Library", "code": "library", "first_sight": "city"})

    assert list(Event.objects.values_list("verb", flat=True))[before:] == ["accounts.department.add"]


def test_people_are_asked_for_in_a_few_words_however_much_is_typed(office, administrator):
    assert "Erik" in text(office.get(reverse("people"), {"q": "eri"}))
    assert "Erik" not in text(office.get(reverse("people"), {"q": "x" * 100_000})).partition("<tbody>")[2]


def test_closed_accounts_are_listed_when_asked_for(office):
    UserFactory(name="Long gone", is_active=False)

    assert "Long gone" not in text(office.get(reverse("people")))
    assert "Long gone" in text(office.get(reverse("people"), {"closed": "1"}))


def test_a_closed_account_is_not_invited_and_says_why(office):
    gone = UserFactory(is_active=False)

    answer = office.post(reverse("person-invite-again", args=[gone.pk]), follow=True)

    assert "This account is closed. Open it again before you invite the person." in text(answer)
    office.post(reverse("person-open", args=[gone.pk]))
    sent = office.post(reverse("person-invite-again", args=[gone.pk]), follow=True)
    assert "A new invitation is on its way." in text(sent)


def test_substitute_of_a_role_is_named_on_a_page_of_its_own(office):
    role, ben = RoleFactory(user=UserFactory()), UserFactory(name="Ben Sawyer")
    url = reverse("role-substitute", args=[role.pk])
    assert role.user.name in text(office.get(url))

    office.post(url, {"substitute": "Ben Sawyer"})

    role.refresh_from_db()
    assert role.substitute == ben
    assert ben.email in text(office.get(url))


def test_department_saved_as_it_was_leaves_no_event(office):
    fire = DepartmentFactory(name="Fire", code="fire")
    url = reverse("department", args=["fire"])

    office.post(url, {"name": "Fire", "first_sight": fire.first_sight, "is_active": "on"})
    assert not Event.objects.filter(verb="accounts.department.change").exists()

    office.post(url, {"name": "Fire & Rescue", "first_sight": fire.first_sight, "is_active": "on"})
    assert Event.objects.get(verb="accounts.department.change").data["changes"] == {"name": ["Fire", "Fire & Rescue"]}


@pytest.mark.peer("T13")
def test_a_confirmation_is_not_given_by_the_address_alone(office, administrator):
    own = RoleFactory(user=administrator, given_by=administrator, kind="director", needs_second=True)
    stranger = Client()
    stranger.force_login(UserFactory())

    assert stranger.post(reverse("role-confirm", args=[own.pk])).status_code == 403
    assert Role.objects.get(pk=own.pk).needs_second
    second = Client()
    second.force_login(UserFactory(roles="chair"))
    second.post(reverse("role-confirm", args=[own.pk]))
    assert not Role.objects.get(pk=own.pk).needs_second


@pytest.mark.parametrize("name", ["people", "search", "ideas", "similar-ideas"])
def test_a_nul_in_an_address_is_refused_on_every_database(office, name):
    url = reverse(name)

    assert office.get(f"{url}?q=hydrant&problem=hydrant").status_code == 200
    assert office.get(f"{url}?q=hydrant%00&problem=%00").status_code == 400
