"""Search and similar texts: one tokeniser and stemmer, one table of terms, the same answer on every database."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Case, Count, F, IntegerField, QuerySet, Sum, Value, When
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

from workflow.models import SearchTerm

M = TypeVar("M", bound=models.Model)
Part = tuple[str, int]
"""A text and how much a word in it counts, for example (title, 3), (problem, 1)."""

MOST_TERMS = 400
MOST_ASKED = 40
LONGEST_TERM = 40
SATURATION = 1.5
LENGTH_SHARE = 0.6
USUAL_LENGTH = 55

WORD = re.compile(r"(?<![^\W_])[^\W_]-[^\W_]{2,}|[^\W_]+(?:['\u2019][^\W_]+)*")
VOWEL = re.compile("[aeiouy]")
STOP_WORDS = frozenset(
    "a about all also am an and any are as at be because been being both but by can cannot could did do does each for "
    "from had has have he her here hers him his how i if in into is it its just may me might more most must my no nor "
    "not now of on one only or other our out over per shall she should so some such than that the their them then "
    "there these they this those through to too under until up upon us very via was we were what when where which "
    "while who whom why will with would you your".split()
)
# Longest first; the number is how many letters must stay.
ENDINGS = (
    ("izations", 3), ("isations", 3), ("ization", 3), ("isation", 3), ("ational", 4), ("ements", 4), ("ement", 4),
    ("ation", 4), ("izing", 3), ("ising", 3), ("ized", 3), ("ised", 3), ("ment", 4), ("ness", 4), ("ible", 4),
    ("able", 4), ("ize", 3), ("ise", 3), ("ing", 2), ("ion", 4), ("ive", 4), ("al", 4), ("ed", 2), ("er", 4),
    ("or", 4), ("ly", 4), ("e", 2),
)  # fmt: skip


def tokens(text: str) -> list[str]:
    """The stems of a text's words, in order, without stop words."""
    return [stem for _word, stem in _stems(text)]


def stem(word: str) -> str:
    """A light stem of a lower-case English word: one plural and one ending less."""
    if len(word) < 3 or not word.isalpha():
        return word
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") else word[:-2] if word.endswith("sses") else word[:-1]
    for ending, stays in ENDINGS:
        root = word.removesuffix(ending)
        if root != word and len(root) >= stays and VOWEL.search(root) and not word.endswith("eed"):
            word = root
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouslz":
        word = word[:-1]
    if len(word) > 2 and word[-1] == "y" and word[-2] not in "aeiou":
        word = word[:-1] + "i"
    return word


def term_weights(parts: Iterable[Part]) -> dict[str, int]:
    """How much each term says about a text, in thousandths: Okapi BM25's term frequency (k1 1.5, b 0.6).

    Frequencies are counted over the parts with their weights before they are saturated (BM25F, Robertson and
    Zaragoza 2004). Whole numbers, because their sums are the same in every database.
    """
    counts: defaultdict[str, int] = defaultdict(int)
    for text, weight in parts:
        for term in tokens(text):
            counts[term] += weight
    scale = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * sum(counts.values()) / USUAL_LENGTH)
    weighed = {term: round(1000 * (SATURATION + 1) * n / (n + scale)) for term, n in counts.items()}
    return dict(islice(sorted(weighed.items(), key=lambda item: (-item[1], item[0])), MOST_TERMS))


def asked_weights(parts: Iterable[Part], frequencies: dict[str, int]) -> dict[str, int]:
    """What each term of a question counts: its weight times its rarity, in thousandths.

    `frequencies` says in how many texts a term occurs. Rarity is the inverse cube root of it: close to BM25's
    logarithm, but without the number of all texts, which nobody has to count.
    """
    asked: defaultdict[str, int] = defaultdict(int)
    for text, weight in parts:
        for term in set(tokens(text)):
            asked[term] += weight
    known = {t: round(1000 * n * (1 + frequencies[t]) ** (-1 / 3)) for t, n in asked.items() if frequencies.get(t)}
    return dict(islice(sorted(known.items(), key=lambda item: (-item[1], item[0])), MOST_ASKED))


def index(obj: models.Model, *parts: Part) -> None:
    """Keep the terms of an object, in place of those kept before."""
    kind = ContentType.objects.get_for_model(obj)
    with transaction.atomic():
        SearchTerm.objects.filter(target_type=kind, target_id=obj.pk).delete()
        SearchTerm.objects.bulk_create(
            SearchTerm(target_type=kind, target_id=obj.pk, term=term, weight=weight)
            for term, weight in term_weights(parts).items()
        )


def ranked(objects: QuerySet[M], *parts: Part, limit: int = 5, at_least: int = 1) -> list[M]:
    """The objects nearest to a text, best first, with `at_least` so many terms in common: three queries.

    Only rows of `objects` count, in the rarity of a term too: start from `visible_to(user)`.
    """
    terms = {term for text, _weight in parts for term in tokens(text)}
    rows = SearchTerm.objects.filter(
        target_type=ContentType.objects.get_for_model(objects.model), target_id__in=objects.order_by().values("pk")
    )
    frequencies = dict(rows.filter(term__in=terms).values_list("term").annotate(Count("id"))) if terms else {}
    asked = asked_weights(parts, frequencies)
    if not asked:
        return []
    rarity = Case(*(When(term=term, then=Value(n)) for term, n in asked.items()), output_field=IntegerField())
    best = (
        rows.filter(term__in=asked)
        .values("target_id")
        .annotate(score=Sum(rarity * F("weight")), shared=Count("id"))
        .filter(shared__gte=at_least)
        .order_by("-score", "-target_id")
        .values_list("target_id", flat=True)[:limit]
    )
    found = {obj.pk: obj for obj in objects.filter(pk__in=list(best))}
    return [found[key] for key in best if key in found]


def containing(objects: QuerySet[M], text: str) -> QuerySet[M]:
    """The objects that hold every word of a text, in their own order; all of them when the text holds no word."""
    kind = ContentType.objects.get_for_model(objects.model)
    for term in dict.fromkeys(tokens(text)):
        objects = objects.filter(pk__in=SearchTerm.objects.filter(target_type=kind, term=term).values("target_id"))
    return objects


def matching_words(query: str, text: str) -> list[str]:
    """The words of `text` that `query` has too, as they stand there, each once: "Same words: hydrant, crew"."""
    wanted = set(tokens(query))
    found: dict[str, str] = {}
    for word, its_stem in _stems(text):
        if its_stem in wanted:
            found.setdefault(its_stem, word.lower())
    return list(found.values())


def highlight(text: str, query: str) -> SafeString:
    """The text, escaped, with the words of the query in <mark>."""
    wanted = set(tokens(query))
    text = unicodedata.normalize("NFC", str(text))
    pieces, end = [], 0
    for match in WORD.finditer(text):
        if _stem_of(match.group()) in wanted:
            pieces += [escape(text[end : match.start()]), format_html("<mark>{}</mark>", match.group())]
            end = match.end()
    return mark_safe("".join([*pieces, conditional_escape(text[end:])]))


def _stems(text: str) -> Iterable[tuple[str, str]]:
    for match in WORD.finditer(unicodedata.normalize("NFC", text)):
        its_stem = _stem_of(match.group())
        if its_stem:
            yield match.group(), its_stem


def _stem_of(word: str) -> str:
    """Lower case, without accents, hyphen of "e-mail", apostrophe and what follows it; empty for a stop word."""
    folded = unicodedata.normalize("NFKD", re.split("['\u2019]", word)[0].replace("-", "").casefold())
    folded = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return "" if folded in STOP_WORDS else stem(folded)[:LONGEST_TERM]
