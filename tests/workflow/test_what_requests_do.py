"""What a request may not do: side doors, counts that betray, mail that tells, and text that runs or keeps us busy."""

import re
from time import process_time

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import RestrictedGroup, User
from intake import actions
from intake.lifecycle import State
from intake.models import Idea, Part
from tests.factories import IdeaFactory, UserFactory
from tests.pages import bare, client_of, send
from workflow import outbox
from workflow.models import Delivery, Event

pytestmark = pytest.mark.django_db


# Side doors into what one may not see


def restricted_idea(**fields):
    group = RestrictedGroup.objects.create(name="Police")
    return IdeaFactory(state=State.TRIAGE, audience="restricted", group=group, **{"title": "Kestrelnight"} | fields)


@pytest.mark.peer("T7")
def test_joining_opens_no_idea_that_the_triager_may_not_see():
    hidden, shown, moved = restricted_idea(), IdeaFactory(state=State.TRIAGE), IdeaFactory(state=State.TRIAGE)
    triager = client_of(UserFactory(roles="triager"))
    url = reverse("idea-move", args=[moved.number, "join"])

    refused = triager.post(url, {"into": hidden.number})
    unknown = triager.post(url, {"into": 99_999})

    assert (refused.status_code, unknown.status_code) == (422, 422)
    assert "Kestrelnight" not in refused.content.decode()
    assert Idea.objects.get(pk=moved.pk).state == State.TRIAGE
    assert triager.post(url, {"into": shown.number}).status_code == 302
    assert Idea.objects.get(pk=moved.pk).joined_into == shown


@pytest.mark.peer("T7")
@pytest.mark.parametrize("name", ["idea-assign", "idea-ask", "idea-discussion"])
def test_no_duty_question_or_mention_opens_a_restricted_idea_to_an_outsider(name):
    idea = restricted_idea()
    outsider = UserFactory(email="out.sider@example.org", roles="triager")
    requester = client_of(idea.requester)

    answer = requester.post(
        reverse(name, args=[idea.number]), {"to": outsider.pk, "text": "Look, @out.sider!", "audience": "viewers"}
    )

    assert answer.status_code in (302, 403, 404, 422)
    assert not idea.may_be_seen_by(User.objects.get(pk=outsider.pk))
    assert not Delivery.objects.filter(user=outsider).exists()
    open_one = IdeaFactory(state=State.TRIAGE, audience="city")
    said = {"text": "Look, @out.sider!", "audience": "viewers"}
    client_of(open_one.requester).post(reverse("idea-discussion", args=[open_one.number]), said)
    assert Delivery.objects.filter(user=outsider).exists()


@pytest.mark.peer("T29")
def test_mail_about_restricted_work_holds_its_number_and_none_of_its_words():
    idea = restricted_idea(problem="Kestrelnight again")
    other = IdeaFactory(state=State.TRIAGE, title="Openly told", requester=idea.requester)
    for one in (idea, other):
        colleague = UserFactory()
        Part.objects.create(idea=one, user=colleague, kind=Part.Kind.CO_AUTHOR)
        actions.comment(one, by=colleague, text=f"About {one.title}: the secret is out.")

    outbox.send_waiting()

    mails = {mailed.subject + mailed.body for mailed in mail.outbox if mailed.to == [idea.requester.email]}
    about = {text for text in mails if idea.label in text}
    assert about and not any("Kestrel" in text or "secret" in text for text in about)
    assert any("the secret is out" in text for text in mails - about)


@pytest.mark.peer("T32")
def test_nobody_makes_us_write_to_addresses_that_are_not_ours(client):
    known = UserFactory(email="known@example.org")
    known.set_password("correct horse battery")
    known.save()

    for number in range(12):
        client.post(reverse("account_reset_password"), {"email": f"victim-{number}@elsewhere.example"})
    assert [one.to for one in mail.outbox] == [] and not Delivery.objects.exists()

    for _again in range(12):
        Client().post(reverse("account_reset_password"), {"email": known.email})
    outbox.send_waiting()
    assert 1 <= len([one for one in mail.outbox if one.to == [known.email]]) <= 5


# What numbers and filters tell


@pytest.mark.peer("T10")
@pytest.mark.parametrize(
    "address",
    [
        "ideas?q=kestrelnight", "ideas?q=5000", "ideas?state=triage", "ideas?size=large", "ideas?without=restricted",
        "search?q=kestrelnight", "search?q=ID-5000", "similar-ideas?problem=kestrelnight+comes+at+dusk+again", "home?",
        "queue?q=kestrelnight", "queue?size=large", "board?size=large", "portfolio?", "portfolio?export=csv", "goals?",
        "decisions?", "ideas?export=csv", "my-work?", "ideas?goal=none", "projects?q=kestrelnight",
    ],
)  # fmt: skip
def test_no_count_filter_or_order_betrays_hidden_work(address):
    name, _mark, query = address.partition("?")
    shown = IdeaFactory(state=State.TRIAGE, audience="city")
    reader = client_of(UserFactory(roles="triager director"))
    hidden = {"title": "Kestrelnight comes at dusk", "problem": "Kestrelnight again.", "size": "large"}
    before = bare(send(reader, "GET", f"{reverse(name)}?{query}"))

    secret = restricted_idea(**hidden, requester=shown.requester)
    Idea.objects.filter(pk=secret.pk).update(number=5000)
    actions.index(Idea.objects.get(pk=secret.pk))
    assert bare(send(reader, "GET", f"{reverse(name)}?{query}")) == before

    if name in ("ideas", "search", "queue") and "without" not in query and "state" not in query:
        Idea.objects.filter(pk=secret.pk).update(audience="city", group=None)
        assert bare(send(reader, "GET", f"{reverse(name)}?{query}")) != before


# Text that people write

LINKS = (
    "[a](javascript:alert(1))",
    "[a](java\nscript:alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a]( javascript:alert(1))",
    "[a](\x01javascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "<javascript:alert(1)>",
    "[a][b]\n\n[b]: javascript:alert(1)",
    "![a](javascript:alert(1))",
    "<a href='javascript:x'>a</a>",
    "<img src=x onerror=alert(1)>",
    "[a](https://b.example 'x' onclick=y)",
)
PLACEHOLDERS = "{{ settings.SECRET_KEY }}{% debug %}{0.__class__}%(password)s${user.password}"


@pytest.mark.peer("T21")
def test_no_text_makes_a_link_that_runs_something():
    idea = IdeaFactory(state=State.TRIAGE, audience="city")
    requester = client_of(idea.requester)
    for text in (*LINKS, "[good](https://city.example/page)"):
        sent = requester.post(reverse("idea-discussion", args=[idea.number]), {"text": text, "audience": "viewers"})
        assert sent.status_code == 302

    page = requester.get(reverse("idea-discussion", args=[idea.number])).content.decode()
    told = page[page.index("<article") :]
    schemes = {link.partition(":")[0].lower() for link in re.findall(r'href="([^"/][^"]*)"', told) if ":" in link}

    assert schemes <= {"https"}
    assert 'href="https://city.example/page"' in told
    assert re.findall(r"<[^>]*\son\w+=", told) == [] and "<img" not in told


@pytest.mark.peer("T26")
def test_no_text_of_people_is_read_as_a_template():
    idea = IdeaFactory(state=State.TRIAGE, audience="city", title=PLACEHOLDERS, requester__name=PLACEHOLDERS[:60])
    triager = client_of(UserFactory(roles="triager"))

    triager.post(reverse("idea-discussion", args=[idea.number]), {"text": PLACEHOLDERS, "audience": "viewers"})
    redirected = triager.post(
        reverse("idea-move", args=[idea.number, "redirect"]),
        {"kind": "system", "reason": PLACEHOLDERS, "other_way": PLACEHOLDERS, "next_step": PLACEHOLDERS},
    )
    outbox.send_waiting()

    texts = [mailed.subject + mailed.body for mailed in mail.outbox]
    assert redirected.status_code in (302, 422)
    assert any(PLACEHOLDERS in text for text in texts)
    for name in ("idea", "idea-discussion", "idea-decision"):
        shown = triager.get(reverse(name, args=[idea.number])).content.decode()
        assert "{{ settings.SECRET_KEY }}" in shown
        texts.append(shown)
    assert not any("development-only" in text or "md5$" in text for text in texts)


HEAVY = (
    *("[" * 20_000, "![](" * 4_000, "`" * 20_000, "|" * 20_000, "<" * 50_000, "> " * 5_000, "- " * 5_000),
    *("*a " * 20_000, "_a_" * 10_000, "@a." * 15_000, "a@" * 20_000, "https://" * 5_000, "ID-1 " * 10_000),
    "\u0301" * 30_000,
)


@pytest.mark.peer("T37")
@pytest.mark.parametrize("text", HEAVY, ids=lambda text: ascii(text[:6]))
def test_no_text_keeps_the_site_busy(text):
    idea = IdeaFactory(state=State.TRIAGE, audience="city")
    requester = client_of(idea.requester)
    url = reverse("idea-discussion", args=[idea.number])

    began = process_time()
    sent = requester.post(url, {"text": text, "audience": "viewers"})
    shown = requester.get(url)
    requester.get(reverse("search"), {"q": text})
    requester.get(reverse("similar-ideas"), {"problem": text})

    assert (sent.status_code, shown.status_code) == (302, 200)
    assert process_time() - began < 2
    assert Event.objects.filter(verb="intake.idea.comment", note=text.strip()).exists()


# Scheduled work


@pytest.mark.peer("T47")
def test_no_date_waits_in_the_broker(project_root):
    calls = [
        (path.name, call)
        for app in ("accounts", "goals", "intake", "projects", "reports", "workflow")
        for path in (project_root / app).rglob("*.py")
        for call in re.findall(r"\b(apply_async|countdown|eta=|expires=|send_task)\b", path.read_text())
    ]

    assert calls == [("outbox.py", "send_task")]
