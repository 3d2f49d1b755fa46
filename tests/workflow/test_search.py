"""Search: stems, rarity, rank, the same words shown and marked, and nothing from rows outside the queryset."""

import pytest
from django.contrib.auth.models import Group
from hypothesis import given
from hypothesis import strategies as st

from workflow import search
from workflow.models import SearchTerm


@pytest.mark.parametrize(
    "family",
    [
        ["inspect", "inspects", "inspected", "inspecting", "inspection", "inspections", "inspector", "inspectors"],
        ["manage", "managed", "managing", "manager", "management"],
        ["permit", "permits", "permitted", "permitting"],
        ["city", "cities"],
        ["study", "studies"],
        ["digital", "digitise", "digitising", "digitization"],
        ["process", "processes", "processed", "processing"],
        ["fire", "fires", "fired", "firing"],
        ["use", "used", "using", "uses"],
        ["approve", "approval", "approvals"],
        ["box", "boxes"],
    ],
)
def test_stem_brings_a_family_together(family):
    assert len({search.stem(word) for word in family}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("water", "wate"), ("bus", "bu"), ("status", "state"), ("speed", "spe"), ("sting", "st"), ("311", "31")],
)
def test_stem_keeps_strangers_apart(one, other):
    assert search.stem(one) != search.stem(other)


def test_tokens_fold_case_accents_hyphens_and_leave_out_stop_words():
    assert search.tokens("The Café’s E-mail, and e-Procurement of 3 HYDRANTS") == [
        "caf",
        "email",
        "eprocur",
        "3",
        "hydrant",
    ]


def test_tokens_of_nothing():
    assert search.tokens(" ... the of 's ") == ["s"]


def test_a_word_of_the_title_weighs_more():
    weights = search.term_weights([("hydrant map", 3), ("crews carry paper", 1)])

    assert weights["hydrant"] == weights["map"] > weights["crew"] == weights["paper"]


def test_a_longer_text_says_less_with_each_word():
    short, long = (search.term_weights([("hydrant", 1), (filler, 1)]) for filler in ("map", "map " * 200))

    assert short["hydrant"] > long["hydrant"]


def test_a_rare_word_counts_more_and_an_unknown_one_nothing():
    assert search.asked_weights([("hydrant map unicorn", 1)], {"hydrant": 1, "map": 99}) == {"hydrant": 794, "map": 215}


def test_term_weights_keep_no_more_than_the_heaviest():
    weights = search.term_weights([(" ".join(f"w{n}" for n in range(1000)) + " w5 w5", 1)])

    assert (len(weights), next(iter(weights))) == (search.MOST_TERMS, "w5")


def test_matching_words_stand_as_they_were_written():
    assert search.matching_words("Crews inspect a hydrant", "Hydrant inspection by two crews. Hydrants!") == [
        "hydrant",
        "inspection",
        "crews",
    ]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Map of hydrants", "Map of <mark>hydrants</mark>"),
        ("<b>hydrant</b> & map", "&lt;b&gt;<mark>hydrant</mark>&lt;/b&gt; &amp; map"),
        ("<hydrant onload=x>", "&lt;<mark>hydrant</mark> onload=x&gt;"),
        ("Hydrant's map", "<mark>Hydrant&#x27;s</mark> map"),
    ],
)
def test_highlight_marks_words_and_escapes_everything(text, marked):
    assert search.highlight(text, "the hydrant") == marked


@pytest.mark.peer("T20")
@given(st.text(), st.text())
def test_highlight_never_lets_markup_through(text, query):
    marked = search.highlight(text, query)

    assert "<" not in marked.replace("<mark>", "").replace("</mark>", "")


def group(name, text=""):
    made = Group.objects.create(name=name)
    search.index(made, (name, 3), (text, 1))
    return made


@pytest.fixture
def library(db):
    return [
        group("Hydrant inspections on a tablet", "Fire crews write hydrant checks on paper."),
        group("Fleet maintenance", "Trucks of the fire crews wait for parts."),
        group("Library cards online", "Residents come in person to renew a card."),
        group("Paper forms online", "Residents fill in paper."),
    ]


def test_ranked_puts_the_nearest_first(library):
    found = search.ranked(Group.objects.all(), ("Inspecting hydrants without paper", 3), ("The crew needs a tablet", 1))

    assert found == [library[0], library[3], library[1]]


def test_ranked_asks_for_words_in_common(library):
    found = search.ranked(Group.objects.all(), ("Inspecting hydrants without paper", 3), at_least=2)

    assert found == [library[0]]


@pytest.mark.peer("T8")
def test_ranked_never_looks_at_rows_that_the_reader_may_not_see(library):
    seen = Group.objects.exclude(pk=library[0].pk)
    before = search.ranked(seen, ("hydrant paper crew", 1))
    for n in range(5):
        group(f"hidden {n}", "crew crew crew")

    assert search.ranked(seen.exclude(name__startswith="hidden"), ("hydrant paper crew", 1)) == before


@pytest.mark.parametrize("text", ["", "the of", "unicorn"])
def test_ranked_finds_nothing_where_nothing_is_asked_or_known(library, text):
    assert search.ranked(Group.objects.all(), (text, 1)) == []


def test_ranked_takes_three_queries(library, django_assert_num_queries):
    search.ranked(Group.objects.all(), ("paper", 1))

    with django_assert_num_queries(3):
        search.ranked(Group.objects.all(), ("hydrant paper", 3), ("crew", 1), limit=2)


def test_ranked_equals_the_same_sum_in_python(library):
    parts = [("paper for fire crews", 3), ("cards and tablets of residents", 1)]
    texts = {row.pk: dict(SearchTerm.objects.filter(target_id=row.pk).values_list("term", "weight")) for row in library}
    frequencies = {}
    for terms in texts.values():
        for term in terms:
            frequencies[term] = frequencies.get(term, 0) + 1
    asked = search.asked_weights(parts, frequencies)
    scores = {key: sum(n * terms.get(term, 0) for term, n in asked.items()) for key, terms in texts.items()}
    expected = sorted((key for key in scores if scores[key]), key=lambda key: (-scores[key], -key))

    assert [row.pk for row in search.ranked(Group.objects.all(), *parts, limit=9)] == expected


def test_containing_wants_every_word(library):
    assert list(search.containing(Group.objects.order_by("pk"), "paper crews")) == [library[0]]
    assert list(search.containing(Group.objects.order_by("pk"), "the")) == library


def test_index_replaces_what_was_kept(library):
    search.index(library[0], ("Parking meters", 3))

    assert list(SearchTerm.objects.about(library[0]).order_by("term").values_list("term", flat=True)) == [
        "meter",
        "park",
    ]
