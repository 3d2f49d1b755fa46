"""Notices, files, help and the mails of the demonstration."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.test import Client
from django.urls import reverse

from accounts.models import RestrictedGroup
from intake.models import Part
from tests.factories import IdeaFactory, UserFactory
from workflow import events
from workflow.models import Attachment, Audience, Channel, Delivery, Follower, Question, SearchTerm

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def notice_for(user, **fields):
    event = events.record("accounts.user.change", user, by=UserFactory())
    return Delivery.objects.create(
        **{"event": event, "user": user, "channel": Channel.PAGE, "subject": "News", "url": "/help/"} | fields
    )


class TestNotifications:
    def test_newest_first_and_only_the_own(self):
        user = UserFactory()
        for number in range(35):
            notice_for(user, subject=f"Notice {number:02}")
        notice_for(UserFactory(), subject="Not mine")
        client = client_of(user)

        first = client.get(reverse("notifications"))
        second = client.get(reverse("notifications") + first.context["next"])

        subjects = [notice.subject for page in (first, second) for notice in page.context["object_list"]]
        assert subjects == [f"Notice {number:02}" for number in reversed(range(35))]

    def test_reading_marks_nothing_but_the_button_does(self):
        user = UserFactory()
        notice = notice_for(user)
        client = client_of(user)

        client.get(reverse("notifications"))
        assert Delivery.objects.get(pk=notice.pk).read_at is None

        response = client.post(reverse("notification", args=[notice.pk]))
        assert response["Location"] == "/help/"
        assert Delivery.objects.get(pk=notice.pk).read_at is not None

    def test_all_that_were_shown_are_marked(self):
        user = UserFactory()
        shown, newer = notice_for(user), notice_for(user)

        client_of(user).post(reverse("notifications-read"), {"newest": shown.pk})

        assert list(Delivery.objects.unread()) == [newer]

    @pytest.mark.parametrize("newest", ["", "x", "-1", "9" * 40])
    def test_a_mark_that_we_did_not_make_changes_nothing(self, newest):
        user = UserFactory()
        notice_for(user)

        client_of(user).post(reverse("notifications-read"), {"newest": newest})

        assert Delivery.objects.unread().count() == 1

    @pytest.mark.peer("T42")
    @pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
    def test_a_notice_leads_to_our_pages_alone(self, url):
        user = UserFactory()
        notice = notice_for(user, url=url)

        response = client_of(user).post(reverse("notification", args=[notice.pk]))

        assert response["Location"] == reverse("notifications")

    @pytest.mark.peer("T20")
    def test_a_subject_is_text(self):
        user = UserFactory()
        notice_for(user, subject="<img src=x onerror=alert(1)>")

        page = client_of(user).get(reverse("notifications")).content.decode()

        assert "<img src=x" not in page and "&lt;img src=x" in page


class TestFiles:
    @pytest.fixture
    def idea(self):
        return IdeaFactory(state="triage")

    def attach(self, idea, **fields):
        attachment = Attachment(
            **{
                "target_type": ContentType.objects.get_for_model(idea),
                "target_id": idea.pk,
                "name": "plan <1>.txt",
                "content_type": "text/plain",
                "size": 4,
                "sha256": "0" * 64,
                "uploaded_by": idea.requester,
            }
            | fields
        )
        attachment.file.save("plan.txt", ContentFile(b"plan"))
        return attachment

    @pytest.mark.peer("T23")
    @pytest.mark.parametrize("content_type", ["text/plain", "text/html", "image/svg+xml", "application/pdf"])
    def test_a_file_is_only_ever_downloaded(self, idea, content_type):
        attachment = self.attach(idea, content_type=content_type)

        response = client_of(idea.requester).get(attachment.get_absolute_url())

        assert b"".join(response.streaming_content) == b"plan"
        assert response["Content-Disposition"].startswith("attachment")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert {"default-src 'none'", "sandbox"} <= set(response["Content-Security-Policy"].split("; "))
        assert "no-store" in response["Cache-Control"]

    @pytest.mark.peer("T1")
    def test_nobody_else_finds_it_and_it_has_no_other_address(self, idea):
        attachment = self.attach(idea)

        assert Client().get(attachment.get_absolute_url()).status_code == 302
        assert client_of(UserFactory()).get(attachment.get_absolute_url()).status_code == 404
        with pytest.raises(ValueError):
            assert attachment.file.url
        assert client_of(idea.requester).get(f"/media/{attachment.file.name}").status_code == 404

    @pytest.mark.peer("T2")
    def test_a_token_is_random_enough_not_to_be_guessed(self, idea):
        tokens = {self.attach(idea).token for _number in range(20)}

        assert len(tokens) == 20
        assert min(len(token) for token in tokens) >= 22

    def test_a_file_for_those_who_work_on_it_is_not_for_its_requester(self, idea):
        attachment = self.attach(idea, audience=Audience.WORKERS)

        assert client_of(idea.requester).get(attachment.get_absolute_url()).status_code == 404
        response = client_of(UserFactory(roles="triager")).get(attachment.get_absolute_url())
        assert b"".join(response.streaming_content) == b"plan"

    def test_a_file_follows_the_sight_of_its_idea(self, idea):
        attachment, colleague = self.attach(idea), UserFactory(department=idea.department)
        client = client_of(colleague)
        response = client.get(attachment.get_absolute_url())
        assert b"".join(response.streaming_content) == b"plan"

        group = RestrictedGroup.objects.create(name="Police")
        type(idea).objects.filter(pk=idea.pk).update(audience="restricted", group=group)
        assert client.get(attachment.get_absolute_url()).status_code == 404

        Part.objects.create(idea=idea, user=colleague, kind=Part.Kind.CO_AUTHOR)
        response = client.get(attachment.get_absolute_url())
        assert b"".join(response.streaming_content) == b"plan"

    def test_a_lost_file_is_not_found(self, idea):
        attachment = self.attach(idea)
        attachment.file.storage.delete(attachment.file.name)

        assert client_of(idea.requester).get(attachment.get_absolute_url()).status_code == 404


class TestDemoMail:
    @pytest.fixture
    def mails(self, settings):
        settings.DEMO = True
        for number in range(3):
            message = EmailMessage(f"Idea {number}", f"Dear <b>reader</b> {number}", to=["anna@example.org"])
            EmailBackend(file_path=settings.MAIL_DIR).send_messages([message])

    def test_mails_are_listed_and_read_as_plain_text(self, mails):
        client = client_of(UserFactory())

        page = client.get(reverse("demo-mail"))
        assert {mail["subject"] for mail in page.context["mails"]} == {"Idea 0", "Idea 1", "Idea 2"}
        chosen = next(mail for mail in page.context["mails"] if mail["subject"] == "Idea 1")
        one = client.get(reverse("demo-mail-one", args=[chosen["name"]]))

        assert "Dear &lt;b&gt;reader&lt;/b&gt; 1" in one.content.decode()
        assert "-----" not in one.context["mail"]["text"]

    @pytest.mark.parametrize("name", ["nothing", "..", "..%2F..%2Fsettings", "0"])
    def test_no_other_file_is_read(self, mails, name):
        assert client_of(UserFactory()).get(f"/demo/mail/{name}/").status_code == 404

    def test_there_are_none_outside_the_demonstration(self, mails, settings):
        settings.DEMO = False

        assert client_of(UserFactory()).get(reverse("demo-mail")).status_code == 404

    def test_an_empty_folder_says_what_to_do(self, settings):
        settings.DEMO = True

        assert "No mail yet" in client_of(UserFactory()).get(reverse("demo-mail")).content.decode()


def test_help_explains_the_six_steps_and_the_five_answers():
    page = client_of(UserFactory()).get(reverse("help")).content.decode()

    for words in ("Shared.", "First look.", "Is it possible?", "Decision.", "Delivery.", "Results.", "Another way"):
        assert words in page


def test_the_page_of_samples_shows_every_component():
    page = client_of(UserFactory()).get(reverse("components")).content.decode()

    assert [
        mark for mark in ('class="pill', 'class="path', 'class="rag', 'class="clock', "<form") if mark not in page
    ] == []


def test_every_record_of_the_engine_says_in_words_what_it_is():
    user, idea = UserFactory(name="Mei Tan"), IdeaFactory(state="triage")
    event = events.record("intake.idea.comment", idea, by=user)
    question = Question(text="Which map?")
    file = Attachment(name="plan.pdf")

    assert [str(one) for one in (event, question, file, Delivery(subject="News"), SearchTerm(term="hydrant"))] == [
        f"intake.idea.comment {idea.pk}",
        "Which map?",
        "plan.pdf",
        "News",
        "hydrant",
    ]
    assert str(Follower(user=user, target_id=7)) == "Mei Tan follows 7"


def test_a_form_that_was_open_too_long_says_how_to_go_on():
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())

    response = client.post(reverse("settings"), {"name": "X"})

    assert response.status_code == 403
    assert "open for too long" in response.content.decode()
