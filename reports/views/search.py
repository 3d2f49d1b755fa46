"""Search over everything that one may see: ideas, projects, goals and measures, the nearest first."""

import re

from django.db.models import Q
from django.views.generic import TemplateView

from goals.models import Goal, Measure
from intake.models import Idea
from projects.models import Project
from workflow.search import highlight, matching_words, ranked, tokens

MOST = 20
LONGEST = 200
NUMBER = re.compile(r"(?i)^\s*(id|p)?-?0*(\d{1,9})\s*$")
SENTENCE = re.compile(r"(?<=[.?!])\s+")


class Search(TemplateView):
    template_name = "reports/search.html"

    def get_context_data(self, **kwargs):
        query = self.request.GET.get("q", "").strip()[:LONGEST]
        found = results(query, self.request.user) if query else {}
        return super().get_context_data(
            query=query, found=found, is_empty=bool(query) and not any(found.values()), **kwargs
        )


def results(query, user):
    """What was found by kind: rows of the object, its name and a sentence with the words marked."""
    ideas, projects = by_number(query, user)
    ideas += [one for one in ranked_ideas(query, user) if one not in ideas]
    projects += [one for one in of_ideas(ideas, query, user) if one not in projects]
    return {
        "ideas": [row(one, one.heading, words_of(one), query) for one in ideas],
        "projects": [row(one, one.title, one.scope, query) for one in projects],
        "goals": [row(one, one.name, one.sentence, query) for one in nearest(Goal.objects.all(), "sentence", query)],
        "measures": [
            row(one, one.name, one.meaning, query)
            for one in nearest(Measure.objects.select_related("department"), "meaning", query)
        ],
    }


def words_of(idea):
    return " ".join(filter(None, (idea.problem, idea.who_has_it, idea.better, idea.solution)))


def row(obj, name, text, query):
    return {"obj": obj, "name": highlight(name, query), "text": highlight(said(text, query), query)}


def said(text, query):
    """The sentence of a text that has most of the words, cut to a length that can be read at a glance."""
    sentences = SENTENCE.split(text.strip())
    best = max(sentences, key=lambda one: len(matching_words(query, one)))
    return best if len(best) <= LONGEST else f"{best[:LONGEST].rpartition(' ')[0]}…"


def by_number(query, user):
    """What the query names by its number: "412" and "ID-0412" an idea, "P-031" a project."""
    match = NUMBER.match(query)
    if match is None:
        return [], []
    kind, number = (match[1] or "").lower(), int(match[2])
    ideas = [] if kind == "p" else list(visible_ideas(user).filter(number=number))
    projects = [] if kind == "id" else list(visible_projects(user).filter(number=number))
    return ideas, projects


def visible_ideas(user):
    return Idea.objects.visible_to(user).shared().select_related("department", "requester")


def visible_projects(user):
    return Project.objects.visible_to(user).select_related("idea__department", "manager")


def ranked_ideas(query, user):
    return ranked(visible_ideas(user), (query, 1), limit=MOST)


def of_ideas(ideas, query, user):
    """Projects of the ideas found, in their order, and those whose title says it."""
    place = {idea.pk: at for at, idea in enumerate(ideas)}
    found = visible_projects(user).filter(Q(idea__in=place) | Q(title__icontains=query)).not_cancelled()[: 2 * MOST]
    return sorted(found, key=lambda one: (place.get(one.idea_id, len(place)), one.number))[:MOST]


def nearest(objects, text, query):
    """Those with most of the words in name or text; goals and measures are few enough to be read whole."""
    wanted = len(set(tokens(query)))
    counted = [(len(matching_words(query, f"{one.name} {getattr(one, text)}")), one) for one in objects]
    good = [(count, one) for count, one in counted if count and 2 * count >= wanted]
    return [one for _count, one in sorted(good, key=lambda pair: (-pair[0], pair[1].name))[:MOST]]
