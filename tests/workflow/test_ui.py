"""The tags of the design: dates, money, Markdown, paths and answers, as they are read."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.template import engines

from workflow import clock
from workflow.gallery import PATH, PAUSED, SampleForm
from workflow.templatetags import ui

pytestmark = pytest.mark.django_db

HOUSE = Path(settings.BASE_DIR)
NOON = datetime(2026, 10, 13, 12, 0)


@dataclass
class Somebody:
    name: str = "Maria Delgado"
    title: str = "Public Safety liaison"
    extension: str = "4412"
    initials: str = "MD"


@pytest.fixture(autouse=True)
def noon():
    with clock.at(at(NOON)):
        yield


def at(naive):
    return naive.replace(tzinfo=ZoneInfo(str(clock.calendar().zone))).astimezone(UTC)


def rendered(page, **context):
    return engines["django"].from_string("{% load ui %}" + page).render(context)


@pytest.mark.parametrize(
    ("value", "prose", "table"),
    [
        (date(2026, 10, 21), "Wed, October 21", "Oct 21"),
        (date(2027, 7, 1), "Thu, July 1, 2027", "Jul 1, 2027"),
        (None, "", ""),
    ],
)
def test_day_names_the_year_only_when_it_is_another(value, prose, table):
    assert (ui.day(value), ui.day_short(value)) == (prose, table)


def test_day_is_the_day_in_the_city():
    late_in_the_evening = at(datetime(2026, 10, 12, 23, 30))

    assert ui.day_short(late_in_the_evening) == "Oct 12"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NOON, "just now"),
        (NOON - timedelta(minutes=20), "20 min ago"),
        (NOON + timedelta(hours=3), "in 3 h"),
        (NOON - timedelta(hours=20), "yesterday, 4:00 pm"),
        (NOON + timedelta(hours=21), "tomorrow, 9:00 am"),
        (NOON + timedelta(hours=40), "Oct 15, 4:00 am"),
        (NOON - timedelta(days=2), "Oct 11"),
        (NOON + timedelta(days=300), "Aug 9, 2027"),
    ],
)
def test_when_is_relative_only_under_two_days(value, text):
    assert ui.when(at(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 10, 13), "today"),
        (date(2026, 10, 14), "tomorrow"),
        (date(2026, 10, 12), "yesterday"),
        (date(2026, 10, 20), "Oct 20"),
        (None, ""),
    ],
)
def test_when_of_a_date_has_no_hours(value, text):
    assert ui.when(value) == text


def test_moment_and_time_of_day():
    assert ui.moment(at(datetime(2026, 10, 12, 14, 10))) == "Oct 12, 2:10 pm"
    assert ui.time_of_day(at(datetime(2026, 10, 12, 9, 42))) == "9:42 am"
    assert (ui.moment(None), ui.time_of_day(None)) == ("", "")


@pytest.mark.parametrize(
    ("value", "prose", "table"),
    [
        (46000, "$46,000", "$46k"),
        (950, "$950", "$950"),
        ("1250000.00", "$1,250,000", "$1.3M"),
        (1200000, "$1,200,000", "$1.2M"),
        (999600, "$999,600", "$1M"),
        (10_000_000, "$10,000,000", "$10M"),
        (123_400_000, "$123,400,000", "$123M"),
        (3_000_000_000, "$3,000,000,000", "$3B"),
        (-46000, "-$46,000", "-$46k"),
        (0, "$0", "$0"),
        (None, "", ""),
        ("much", "", ""),
        (float("nan"), "", ""),
    ],
)
def test_money_in_prose_and_in_tables(value, prose, table):
    assert (ui.money(value), ui.money_short(value)) == (prose, table)


@pytest.mark.parametrize(
    ("value", "text"), [(1234567, "1,234,567"), ("12.50", "12.5"), (100, "100"), (0.3, "0.3"), (None, "")]
)
def test_number_groups_thousands(value, text):
    assert ui.number(value) == text


@pytest.mark.parametrize(
    "nasty",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://example.org/x.png)",
        '<a href="https://example.org" onclick="x()">x</a>',
        "<style>p { color: red }</style>",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
    ],
)
def test_markdown_lets_nothing_active_through(nasty):
    html = ui.markdown(nasty)

    assert not re.search(r"<(script|style|img)|href=\"(javascript|data)|<[^>]* on\w+=", html)


def test_markdown_keeps_what_people_mean():
    html = ui.markdown("# Why\n**soon**\nnow\n\n- a\n\n[us](https://example.org)")

    assert html == (
        "<h3>Why</h3>\n<p><strong>soon</strong><br>\nnow</p>\n<ul>\n<li>a</li>\n</ul>\n"
        '<p><a href="https://example.org" rel="nofollow noopener">us</a></p>\n'
    )
    assert ui.markdown(None) == ""


def test_pill_has_icon_and_word_and_escapes():
    html = rendered('{% pill "late" "clock" text %}', text="<b>8 h late</b>")

    assert html.startswith('<span class="pill late"><svg class="i" aria-hidden="true"><use href="')
    assert "#i-clock" in html and "&lt;b&gt;8 h late" in html


def test_person_says_name_title_and_extension():
    html = rendered("{% person one %}", one=Somebody())

    assert re.sub("<[^>]+>", "", html).strip() == "Maria Delgado Public Safety liaison, ext. 4412"
    assert "Nobody yet" in rendered("{% person one %}", one=None)
    assert ui.card(Somebody(title="")) == "Maria Delgado, ext. 4412"
    assert ui.card(None) == ""


def test_initials_of_nobody_is_a_dashed_mark():
    assert "none" in ui.initials(None)
    assert ">MD<" in ui.initials(Somebody(), "it")


def test_path_marks_the_present_step_once():
    html = rendered("{% path_steps steps %}", steps=PATH)

    assert html.count('aria-current="step"') == 1
    assert html.count("<li") == 6
    assert "is-paused" not in html


def test_path_of_not_yet_is_paused_and_not_progress():
    html = rendered("{% path_steps steps %}", steps=PAUSED)

    assert 'class="path is-paused"' in html
    assert "#i-pause" in html


def test_mini_path_says_the_step_in_words():
    assert "Step 3 of 6 · Feasibility" in rendered("{% mini_path steps %}", steps=PATH)
    assert 'class="mini paused"' in rendered('{% mini_path steps "Paused" %}', steps=PAUSED)
    assert "<span>" not in rendered("{% mini_path steps %}", steps=[{"label": "Shared", "state": "done"}])


def test_answers_stand_in_order():
    html = rendered(
        '{% answers where "Reviews end" one "By Wed" %}', where=("Feasibility", "since Sep 29"), one=Somebody()
    )

    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html)).strip()
    assert text == (
        "Where is it? Feasibility since Sep 29 What’s next? Reviews end "
        "Who has it? Maria Delgado Public Safety liaison, ext. 4412 When will I hear? By Wed"
    )


def test_answers_take_a_role_where_there_is_no_person():
    html = rendered('{% answers "First look" "A triager reads it" "The triagers" "By Friday" %}')

    assert "<dd>The triagers</dd>" in html


@pytest.mark.parametrize(("used", "filled"), [(-1, "0.0"), (0.5, "28.2"), (7, "56.5")])
def test_clock_ring_fills_at_most_once(used, filled):
    assert f'stroke-dasharray="{filled} 56.5"' in ui.clock_ring(used, "3 h left", "soon")


def test_health_differs_in_shape():
    shapes = {
        re.search(r"<(circle|path d|path class=\"\w\" d)=?\"?([^\"]*)", ui.health(c, c)).group() for c in ui.HEALTH
    }

    assert len(shapes) == 3
    assert "<svg" not in ui.health("", "No report yet")


@pytest.mark.parametrize(
    ("value", "of", "width"), [(62, 100, "62.0%"), (150, 100, "100.0%"), (1, 0, "0.0%"), (None, 5, "0.0%")]
)
def test_bar_never_leaves_its_frame(value, of, width):
    assert f' width="{width}" height="100%"/></svg>' in ui.bar(value, of)


def test_bar_shows_what_is_beyond():
    assert 'class="over"' in ui.bar(150, 100)
    assert 'class="over"' not in ui.bar(50, 100)


def test_state_and_icon_support_a_word():
    assert ui.state("fwd", "eye", "First look").endswith("First look</span>")
    assert ui.icon("eye", "pz").startswith('<svg class="i pz" aria-hidden="true">')


def test_every_icon_that_a_page_uses_is_in_the_sprite():
    known = set(re.findall(r'id="i-([\w-]+)"', (HOUSE / "static/icons/sprite.svg").read_text()))
    used = set()
    for page in (HOUSE / "templates").rglob("*.html"):
        text = page.read_text()
        used |= set(re.findall(r'{% icon "([\w-]+)"', text))
        used |= set(re.findall(r'{% (?:pill|state) "\w+" "([\w-]+)"', text))

    assert used - known == set()


def test_no_page_carries_style_or_script_inline():
    for page in (HOUSE / "templates").rglob("*.html"):
        text = page.read_text()
        assert not re.search(r"\sstyle=|\son\w+=[\"']|<style|<script(?![^>]* src=)", text), page


def test_form_shows_the_error_at_its_field_and_above():
    html = rendered("{{ form }}", form=SampleForm({"audience": "city"}))

    assert 'href="#id_problem">What problem do you run into?: Fill this in, even roughly.</a>' in html
    assert re.search(
        r'<textarea[^>]*aria-invalid="true"[^>]*aria-describedby="id_problem_helptext id_problem_error"', html
    )
    assert 'id="id_problem_error"' in html and 'id="id_problem_helptext"' in html


def test_form_group_of_choices_has_a_legend():
    html = rendered("{{ form.audience.as_field_group }}", form=SampleForm())

    assert "<legend>Who sees it first?</legend>" in html
    assert html.count('class="choice"') == 2
