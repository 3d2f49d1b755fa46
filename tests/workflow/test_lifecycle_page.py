"""The page of lifecycles is written from the code, so the policy and the code cannot disagree."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.rules import is_triager
from intake.lifecycle import State
from intake.models import Idea
from intake.rules import has_stake
from projects.models import Project
from tests.factories import IdeaFactory, UserFactory
from workflow.lifecycle import Lifecycle, MoveRefused, perform
from workflow.management.commands import draw_lifecycles
from workflow.models import Event


def test_the_page_that_is_kept_is_current():
    call_command("draw_lifecycles", check=True)


def test_a_page_that_is_not_current_is_named_with_the_way_out(tmp_path, monkeypatch):
    page = tmp_path / "docs" / "lifecycles.md"
    monkeypatch.setattr(draw_lifecycles, "PAGE", page)

    with pytest.raises(CommandError, match=r"Run manage\.py draw_lifecycles"):
        call_command("draw_lifecycles", check=True)


def test_the_page_is_written_whole(tmp_path, monkeypatch, settings, capsys):
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(draw_lifecycles, "PAGE", tmp_path / "docs" / "lifecycles.md")

    call_command("draw_lifecycles")

    assert (tmp_path / "docs" / "lifecycles.md").read_text() == draw_lifecycles.drawn()
    assert capsys.readouterr().out == "Wrote docs/lifecycles.md.\n"


@pytest.mark.parametrize("model", [Idea, Project])
def test_the_page_tells_every_state_and_every_move(model):
    page = draw_lifecycles.drawn()

    states = [f"| `{value}` |" for value, _label in model._meta.get_field("state").choices]
    moves = [f"### {move.name}: {move.label}" for move in model.moves().values()]
    needs = [f"- Needs: {need.sentence}" for move in model.moves().values() for need in move.needs]
    assert [text for text in states + moves + needs if text not in page] == []


def test_who_may_is_told_as_a_sentence():
    triager = draw_lifecycles.in_words(is_triager)

    assert draw_lifecycles.in_words(is_triager & ~has_stake) == f"{triager} and not has stake"
    assert draw_lifecycles.in_words(is_triager | has_stake) == f"{triager}; or has stake"
    either = (is_triager & has_stake) | (is_triager & ~has_stake)
    assert draw_lifecycles.in_words(either) == f"(({triager} and has stake) or ({triager} and not has stake))"


@pytest.mark.django_db
def test_what_says_nothing_else_waives_no_need_and_is_heard_by_its_viewers():
    idea = IdeaFactory(state=State.TRIAGE)

    assert not Lifecycle.waives_needs(idea, User.objects.importer())
    assert Lifecycle.audiences_of(idea, idea.requester) == {"viewers"}
    assert Lifecycle.audiences_of(idea, UserFactory()) == set()


@pytest.mark.django_db
def test_a_move_of_no_such_name_changes_nothing():
    idea = IdeaFactory(state=State.TRIAGE)

    with pytest.raises(MoveRefused, match="no move of this name"):
        perform(idea, "paint_it_blue", by=UserFactory(roles="triager"))
    assert not Event.objects.about(idea).exists()
