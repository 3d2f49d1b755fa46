"""The main job in a real browser by keyboard alone, and every kind of page under axe at both widths and themes."""

import pytest

from accounts.demo import PASSWORD, create_people
from goals.models import Agreement, Index, Meeting
from intake.lifecycle import State
from intake.models import Idea
from projects.models import Outcome, Project
from reports.demonstration import city
from tests.e2e.axe import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = {
    "requester": [
        "/", "/ideas/", "/ideas/new/", "/ideas/{feasibility}/", "/ideas/{feasibility}/discussion/",
        "/ideas/{feasibility}/history/", "/notifications/", "/settings/", "/help/",
    ],
    "triager": ["/queue/", "/board/", "/ideas/{triage}/first-look/", "/ideas/{triage}/moves/redirect/", "/decisions/"],
    "reviewer-architecture": ["/feasibility/mine/", "/ideas/{feasibility}/feasibility/"],
    "chair": ["/ideas/{large}/moves/approve/", "/ideas/{large}/packet/", "/ideas/{declined}/decision/"],
    "pm": ["/projects/", "/projects/{project}/", "/projects/{project}/report/"],
    "leader": ["/portfolio/", "/goals/", "/goals/safe-community/", "/measures/first-permit-review/"],
    "owner": ["/together/", "/together/{agreement}/", "/measures/{index}/", "/meetings/", "/meetings/{meeting}/"],
    "director": [
        "/learning/", "/benefits/", "/method/", "/projects/{tested}/", "/projects/{tested}/outcomes/{outcome}/",
    ],
    "admin": ["/administration/", "/administration/people/", "/administration/policy/change/"],
}  # fmt: skip
MOST_BYTES = 250_000


def sign_in(page, site, key):
    page.context.clear_cookies()
    page.goto(f"{site}/sign-in/")
    page.fill("input[name=login]", f"{key}@alder-springs.example")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


def press(page, selector):
    """Press a button with the keyboard."""
    page.locator(selector).first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def move(page, site, path, name):
    page.goto(f"{site}{path}moves/{name}/")
    press(page, "main form[method=post] button.primary")


def test_a_sentence_becomes_a_delivered_and_evaluated_idea_by_keyboard(page, live_server, settings):
    settings.DEMO = True
    create_people()
    site = live_server.url
    sign_in(page, site, "requester")
    page.goto(site)
    page.fill("textarea[name=problem]", "Nobody knows who has the key of the tool room.")
    press(page, "main form button.primary")
    press(page, "button[name=send]")
    idea = Idea.objects.get()
    assert idea.state == State.SUBMITTED
    assert idea.label in page.inner_text("main")
    path = f"/ideas/{idea.number}/"

    sign_in(page, site, "triager")
    move(page, site, path, "take_up")
    page.goto(f"{site}{path}first-look/")
    page.check("form[action$='/size/'] input[value=small]")
    press(page, "form[action$='/size/'] button")
    move(page, site, path, "send_to_decision")
    page.goto(f"{site}{path}moves/approve/")
    page.select_option("select[name=fund]", "General Fund")
    press(page, "main form[method=post] button.primary")
    assert "The answer is yes." in page.inner_text("main")
    press(page, "main form[method=post] button.primary")
    idea.refresh_from_db()
    assert idea.state == State.APPROVED, page.inner_text("main")
    assert (idea.state, idea.current_decision.answer) == (State.APPROVED, "yes")

    project = Project.objects.get()
    for name in ("start", "deliver"):
        move(page, site, f"/projects/{project.number}/", name)
    sign_in(page, site, "requester")
    page.goto(f"{site}/projects/{project.number}/helped/")
    page.check("input[value=yes]")
    press(page, "main form[method=post] button.primary")
    idea.refresh_from_db()
    assert idea.state == State.EVALUATED
    page.goto(f"{site}{path}")
    assert "Results known" in page.inner_text("main")


@pytest.mark.parametrize("half", (0, 1))
def test_axe_finds_nothing_and_pages_are_light(chromium, live_server, settings, half):
    settings.DEMO = True
    assert city.load()
    site, wrong = live_server.url, []
    numbers = {
        state: Idea.objects.filter(state=state).first().number for state in ("feasibility", "declined", "triage")
    }
    numbers["feasibility"] = Idea.objects.get(title__startswith="Know which hydrants").number
    numbers["large"] = Idea.objects.filter(state="decision", size="large").first().number
    numbers["project"] = Project.objects.filter(state="in_progress", manager__email__startswith="pm@").first().number
    outcome = Outcome.objects.exclude(verdict="").first()
    numbers |= {"tested": outcome.project.number, "outcome": outcome.pk}
    numbers |= {"agreement": Agreement.objects.first().slug, "index": Index.objects.first().measure.slug}
    numbers["meeting"] = Meeting.objects.first().pk
    for key, paths in list(PAGES.items())[half::2]:
        page = chromium.new_page()
        sign_in(page, site, key)
        known = page.context.storage_state()
        page.context.close()
        for path in paths:
            context = chromium.new_context(storage_state=known)
            page = context.new_page()
            client = context.new_cdp_session(page)
            client.send("Network.enable")
            client.send("Network.setCacheDisabled", {"cacheDisabled": True})
            sizes = []
            client.on("Network.loadingFinished", lambda done, sizes=sizes: sizes.append(done["encodedDataLength"]))
            where = f"{key} {path}"
            response = page.goto(site + path.format(**numbers), wait_until="networkidle")
            if response.status != 200:
                wrong.append(f"{where}: {response.status}")
            if (weight := sum(sizes)) > MOST_BYTES:
                wrong.append(f"{where}: {weight:.0f} bytes")
            wrong += [f"{where} {fault}" for fault in faults_of(page)]
            context.close()
    assert not wrong, "\n".join(wrong)
