"""The main job with JavaScript switched off, on a phone: everything is links, forms and full pages."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.demo import PASSWORD, create_people
from intake.lifecycle import State
from intake.models import Idea
from projects.models import Project
from tests.factories import GoalFactory, MeasureFactory, ObjectiveFactory
from workflow import clock
from workflow.models import Channel, Delivery

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIGHT = "Nobody knows which hydrants are out of service before the crew arrives."


@pytest.fixture
def plain(chromium):
    """A page on a phone that runs no script."""
    context = chromium.new_context(viewport={"width": 375, "height": 800}, locale="en-US", java_script_enabled=False)
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


class Person:
    """Somebody of the demonstration city at a browser without scripts, who follows what the pages offer."""

    def __init__(self, page, site, key):
        self.page, self.site = page, site
        page.context.clear_cookies()
        page.goto(f"{site}/sign-in/")
        page.fill("input[name=login]", f"{key}@alder-springs.example")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "sign-in" not in url)

    def goes(self, path):
        response = self.page.goto(self.site + path)
        assert response.status == 200, path
        return self

    def follows(self, name):
        self.page.locator("main").get_by_role("link", name=name).first.click()
        return self

    def opens(self, name):
        self.page.locator("main summary").filter(has_text=name).first.click()
        return self

    def presses(self, name):
        self.page.locator("main").get_by_role("button", name=name).first.click()
        return self

    def chooses(self, name):
        self.page.locator("main").get_by_label(name, exact=True).first.check()
        return self

    def leaves_out(self, name, but):
        for box in self.page.locator(f"main [name={name}]").all():
            box.set_checked(box.get_attribute("value") == but)
        return self

    def fills(self, **texts):
        for name, text in texts.items():
            self.page.locator(f'main [name="{name}"], main [name$="-{name}"]').first.fill(text)
        return self

    def selects(self, name, label):
        chosen = self.page.locator(f"main select[name={name}]").first
        chosen.select_option(value=chosen.locator("option").filter(has_text=label).first.get_attribute("value"))
        return self

    def reads(self, *texts):
        seen = self.page.inner_text("main")
        assert [text for text in texts if text not in seen] == [], seen
        return self


def test_an_idea_is_shared_answered_delivered_and_its_promise_tested_without_javascript(plain, live_server, settings):
    settings.DEMO = True
    create_people()
    MeasureFactory(name="Hydrants out of service", objective=ObjectiveFactory(goal=GoalFactory(name="Safe community")))
    day = (clock.today() + timedelta(days=30)).isoformat()

    def person(key):
        return Person(plain, live_server.url, key)

    requester = person("requester").goes("/").fills(problem=SIGHT).presses("Share an idea")
    requester.fills(title="Know which hydrants work", better="We know it on the way.").selects("goal", "Safe community")
    requester.presses("Check and send").reads(SIGHT, "Safe community").presses("Send my idea")
    idea = Idea.objects.get()
    requester.reads(idea.label, "What happens next", "Priya Raman")

    person("sponsor").goes(f"/ideas/{idea.number}/").follows("Back it or hold it").chooses("We back it")
    requester.presses("Send the answer of the department").reads("Backed by")

    triager = person("triager").goes("/queue/").presses("Take it up")
    triager.goes("/queue/").follows("Know which hydrants work").follows("First look")
    triager.chooses("Medium").presses("Set the size")
    triager.goes("/board/").opens("Move to").follows("Send to feasibility")
    triager.leaves_out("disciplines", but="operations").presses("Send to feasibility")
    triager.follows("Feasibility").opens("Name a measure")
    triager.selects("measure", "Hydrants out of service").fills(expected="-3", by_on=day).presses("Promise this")
    triager.reads("Hydrants out of service", "−3")

    reviewer = person("reviewer-operations").goes("/feasibility/mine/").follows("Know which hydrants work")
    reviewer.chooses("Yes, if …").opens("Condition 1").presses("Send my answer").reads("Please look at this again.")
    reviewer.opens("Condition 1").fills(**{"0-text": "Train two people.", "0-owner": "Marcus Bell"})
    reviewer.fills(**{"0-due_on": day}).presses("Send my answer").reads("Train two people.", "Yes, if")

    director = person("director").goes("/decisions/").follows("Know which hydrants work").follows("Yes")
    director.selects("fund", "General Fund").selects("project_manager", "Marcus Bell")
    director.fills(reason="Crews lose minutes that matter.").presses("Read the letter first")
    director.reads("This is the letter. It is not sent yet.", "Train two people.").presses("Yes")
    director.follows("Decision").reads("Yes, if", "Crews lose minutes that matter.")

    person("requester").goes("/").follows("Know which hydrants work").follows("Decision")
    requester.reads("Crews lose minutes that matter.", "Train two people.", "Victor Lane")
    idea.refresh_from_db()
    assert (idea.state, idea.current_decision.answer) == (State.APPROVED, "yes_if")

    requester.goes("/ideas/").selects("state", "Yes: getting ready").presses("Show").reads(idea.label, "Where it is:")
    requester.selects("goal", "No goal").presses("Show").reads("Nothing matches this").follows("City goal: No goal")
    requester.reads(idea.label)

    manager = person("pm").goes(f"/ideas/{idea.number}/feasibility/").opens("It is met").presses("Mark it as met")
    project = Project.objects.get()
    manager.goes(f"/projects/{project.number}/").reads("Getting ready", "What’s next?")
    while plain.locator("main").get_by_role("link", name="Not needed").count():
        manager.follows("Not needed").fills(reason="The tablets are there.").presses("Waive the line")
    manager.follows("Start").presses("Start")
    manager.follows("Report").fills(sentence="The map is drawn.").presses("Send the report").reads("The map is drawn.")
    manager.presses("Nothing changed").follows("Deliver").presses("Deliver").reads("Delivered")

    call_command("run_due", at=clock.today() + timedelta(days=45), stdout=StringIO())
    sponsor = person("sponsor").goes("/").follows("Answer")
    sponsor.chooses("Yes").fills(text="Both crews look at it.").presses("Send the answer")
    sponsor.reads("Both crews look at it.", "Cannot tell yet, until")

    call_command("run_due", at=clock.today() + timedelta(days=800), stdout=StringIO())
    idea.refresh_from_db()
    assert idea.state == State.EVALUATED
    person("requester").goes(f"/ideas/{idea.number}/").reads("Not measurable")
    mails = Delivery.objects.filter(user=idea.requester, channel=Channel.EMAIL).values_list("subject", flat=True)
    assert [one for one in mails if "Not measurable" in one] != []
