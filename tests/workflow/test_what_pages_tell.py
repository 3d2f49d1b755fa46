"""Every page of every person: what one may not see stands on none of them, and no text becomes markup or a secret."""

import secrets

import pytest
from django.apps import apps
from django.db.models import CharField, F, TextField, Value
from django.db.models.functions import Concat

from accounts.models import Invitation, User
from intake.actions.finding import index
from intake.models import Idea, Review
from projects.models import Project
from tests import matrix
from tests.pages import client_of, places_of, send, whole_world
from workflow import clock, events
from workflow.models import Attachment, Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.crawl]
MARKUP, AS_TEXT = '"><q x>', "&lt;q x&gt;"
DRAFT, RESTRICTED = "Dodoshadow", "Kestrelnight"
VALUE, WORKERS, DECIDERS, REVIEW = "Falconworth", "Heronworks", "Ibisdecides", "Lapwingdraft"
EXPORTS = dict.fromkeys(("ideas", "projects", "queue", "portfolio", "benefits"), ("?export=csv",))
EXPORTS["measure"] = ("?export=csv", "?export=svg")
# In small letters: a page repeats what was asked for.
ASKED = {
    "search": (f"?q={RESTRICTED.lower()}", f"?q={DRAFT.lower()}"),
    "ideas": (f"?q={RESTRICTED.lower()}", f"?q={DRAFT.lower()}"),
    "queue": (f"?q={RESTRICTED.lower()}",),
    "similar-ideas": (f"?problem={RESTRICTED.lower()}+is+what+I+ask+for", f"?problem={DRAFT.lower()}+is+what+I+ask"),
}
# Told apart by a choice, a pattern or a code: what people write freely is long.
SHORTEST = 60


def spoil_texts():
    """Markup in every text that somebody could write: titles, names, units, reasons, file names."""
    for model in apps.get_models():
        if model._meta.app_label not in ("accounts", "goals", "intake", "projects") and model is not Attachment:
            continue
        free = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, CharField | TextField)
            and type(field).__name__ in ("CharField", "TextField")
            and not field.choices
            and (field.max_length or SHORTEST) >= SHORTEST
            and field.name not in ("email", "password", "token", "token_hash", "sha256", "content_type")
        ]
        for name in free:
            written = model._base_manager.exclude(**{name: ""})
            written.update(**{name: Concat(Value(MARKUP), F(name))})


def hide_words(world):
    """Words of their own in drafts, in restricted work, and in what is said to some; searched for like all others."""
    for idea in Idea.objects.all():
        word = DRAFT if idea.is_draft else RESTRICTED if idea.is_restricted else "Open"
        Idea.objects.filter(pk=idea.pk).update(title=f"{word} {idea.title}", problem=f"{word} {idea.problem}")
        index(Idea.objects.get(pk=idea.pk))
    Project.objects.filter(idea__audience="restricted").update(title=f"{RESTRICTED} project", scope=RESTRICTED)
    idea = Idea.objects.get(number=world.places["an idea for the city"]["idea"]["number"])
    Idea.objects.filter(pk=idea.pk).update(value="high", value_reason=VALUE)
    for audience, word in (("workers", WORKERS), ("deciders", DECIDERS)):
        events.record("intake.idea.comment", idea, by=world["director"], note=word, audience=audience)
    Review.objects.filter(reviewer=world["reviewer"]).update(text=REVIEW, saved_at=clock.now())


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory):
    """What every address answers to every person: ((address, person), kind, text); and the secrets of the site."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        media = tmp_path_factory.mktemp("media")
        patch.setattr("django.conf.settings.MEDIA_ROOT", media)
        with whole_world(media) as world:
            for user in User.objects.all():
                User.objects.filter(pk=user.pk).update(password=f"md5$salt${secrets.token_hex(16)}")
            spoil_texts()
            hide_words(world)
            reviewed = world.places["an idea in feasibility"]
            pages = ("idea", "idea-feasibility", "idea-discussion", "idea-history", "idea-packet")
            reviewed |= dict.fromkeys(pages, reviewed["idea-disciplines"])
            world.clients = {
                name: client_of(user and User.objects.get(pk=user.pk)) for name, user in world.people.items()
            }
            hidden = [
                *User.objects.values_list("password", flat=True),
                *Delivery.objects.values_list("reply_token", flat=True),
                *Invitation.objects.values_list("token_hash", flat=True),
            ]
            yield list(answers(world)), hidden


def answers(world):
    for name in matrix.RULES:
        for _situation, url in places_of(world, name):
            for query in ("", *EXPORTS.get(name, ()), *ASKED.get(name, ())):
                for person, client in world.clients.items():
                    response = send(client, "GET", url + query)
                    yield (name + query, person), response.get("Content-Type", ""), response.told


def persons_who_read(told, word):
    return {person for (_address, person), _kind, text in told[0] if word in text}


@pytest.mark.peer("T8")
@pytest.mark.peer("T9")
@pytest.mark.peer("T11")
def test_no_page_file_or_search_names_a_restricted_idea_to_others(told):
    may = matrix.SEES_IDEA["a restricted idea"] | matrix.SEES_PROJECT["a restricted project"]

    assert persons_who_read(told, RESTRICTED) == may


@pytest.mark.peer("T8")
@pytest.mark.peer("T9")
def test_no_page_names_a_draft_to_others(told):
    assert persons_who_read(told, DRAFT) == matrix.AUTHORS


@pytest.mark.peer("T12")
@pytest.mark.parametrize(
    ("word", "readers"),
    [
        (REVIEW, {"reviewer"}),
        (WORKERS, {"triager", "project_manager", "director", "chair", "stand_in"}),
        (DECIDERS, {"director", "chair", "stand_in"}),
    ],
)
def test_what_is_said_to_some_is_read_by_no_other(told, word, readers):
    assert persons_who_read(told, word) == readers


@pytest.mark.peer("T12")
def test_what_an_idea_is_worth_is_not_told_to_those_who_only_read_it(told):
    readers = persons_who_read(told, VALUE)

    assert {"triager", "director"} <= readers
    assert readers.isdisjoint({"colleague", "stranger", "leader", "administrator", "superuser", "anonymous"})


@pytest.mark.peer("T5")
@pytest.mark.peer("T6")
def test_no_answer_holds_a_password_or_a_token_of_somebody(told):
    answered, hidden = told
    everything = "\n".join(text for _key, _kind, text in answered)

    assert [secret for secret in hidden if secret in everything] == []
    assert len(hidden) > len(matrix.STAFF)


@pytest.mark.peer("T11")
def test_without_signing_in_nothing_that_people_wrote_is_read(told):
    written = {address for (address, person), _kind, text in told[0] if person == "anonymous" and AS_TEXT in text}

    assert written <= {"invitation"}  # the name of the one who was invited
    assert {person for (_address, person), _kind, text in told[0] if AS_TEXT in text} >= matrix.STAFF


@pytest.mark.peer("T20")
@pytest.mark.peer("T22")
def test_no_title_name_or_reason_becomes_markup(told):
    pages = [(key, text) for key, kind, text in told[0] if "html" in kind or "svg" in kind]

    assert {key for key, text in pages if "<q x" in text} == set()
    assert len({address for (address, _person), text in pages if AS_TEXT in text}) > 80
