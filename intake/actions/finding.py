"""The words by which an idea is found, and ideas that are like a text."""

from accounts.models import User
from intake.models import Idea
from workflow import search

TITLE_WEIGHT = 3


def index(idea: Idea) -> None:
    """Make the idea findable by its words; a title weighs more than the rest."""
    words = " ".join([idea.problem, idea.who_has_it, idea.better, idea.solution])
    search.index(idea, (idea.heading, TITLE_WEIGHT), (words, 1))


def similar_to(text: str, *, user: User, but: Idea | None = None, limit: int = 3) -> list[Idea]:
    """Ideas with at least two words in common that this person may see, best first; restricted ones never."""
    ideas = Idea.objects.visible_to(user).shared().unrestricted()
    if but is not None and but.pk:
        ideas = ideas.exclude(pk=but.pk)
    return search.ranked(ideas.select_related("department", "requester"), (text, 1), limit=limit, at_least=2)
