"""Charts as files: they stand by themselves, look like the page's, and a PNG shows text without any font installed."""

import io
import re
import tempfile
from datetime import date
from xml.etree import ElementTree

import pytest
from django.conf import settings as site
from PIL import Image

from charts import picture as pictures
from charts.behaviour import NARROW, Chart, Dot, Mark, Segment, draw, draw_both
from charts.picture import picture, printed, standalone
from charts.words import end_of

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    pictures._font.cache_clear()
    yield
    pictures._font.cache_clear()


def chart(title="Days to first review"):
    on = [date(2025, 1, 1)]
    while len(on) < 12:
        on.append(end_of(on[-1], "monthly"))
    dots = [Dot(day, 18.0 + at % 3, "good" if at > 9 else "routine") for at, day in enumerate(on)]
    segments = [Segment(on[0], on[-1], 19, 16, 22, label="Before")]
    return Chart(
        dots, title=title, unit="days", segments=segments, target=12, marks=[Mark(on[6], "Live · Jul 1, 2025")]
    )


def colours(png):
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return {colour for count, colour in image.getcolors(1 << 24) if count > 20}


def test_a_file_has_its_size_its_styles_and_its_words():
    tree = ElementTree.fromstring(standalone(draw(chart())))

    assert (tree.tag, tree.get("width"), tree.get("height")) == (f"{SVG}svg", "780.0", "351.0")
    assert tree.find(f"{SVG}title").text == "Days to first review"
    sheet = tree.find(f"{SVG}style").text
    assert ".chart .pt.good{fill:#1a66b8}" in sheet
    assert re.findall(r"var\(|light-dark|url\(|@", sheet) == []


def test_every_class_of_a_drawing_has_a_rule_in_the_file():
    tree = ElementTree.fromstring(standalone(draw(chart())))
    sheet = tree.find(f"{SVG}style").text

    used = {css for node in tree.iter() for css in node.get("class", "").split()} - {"chart"}
    assert {css for css in used if f".{css}" not in sheet} == set()


def test_a_picture_has_the_promised_size_and_our_colours():
    png = picture(draw(chart()))

    assert Image.open(io.BytesIO(png)).size == (1560, 702)
    assert {(255, 255, 255), (0x1A, 0x66, 0xB8), (0xF3, 0xF1, 0xEC), (0x17, 0x50, 0x9A)} <= colours(png)


def test_a_picture_of_both_sizes_is_the_wide_one():
    assert Image.open(io.BytesIO(picture(draw_both(chart()), zoom=1))).size == (780, 351)
    assert Image.open(io.BytesIO(picture(draw(chart(), NARROW), zoom=3))).size == (1020, 858)


def test_text_is_drawn_with_our_own_font():
    """The same picture without its texts differs: text was there, and no font of the system was asked."""
    svg = draw(chart())

    with_text = Image.open(io.BytesIO(picture(svg))).convert("L")
    without = Image.open(io.BytesIO(picture(re.sub("<text.*?</text>", "", svg)))).convert("L")
    changed = sum(one != other for one, other in zip(with_text.tobytes(), without.tobytes(), strict=True))
    assert changed > 5000


def test_fonts_are_made_once_and_kept():
    picture(draw(chart()))
    made = sorted((site.VAR_DIR / "fonts").iterdir())
    before = [one.stat().st_mtime_ns for one in made]
    pictures._font.cache_clear()
    picture(draw(chart()))

    assert [one.name for one in made] == ["public-sans-400.ttf", "public-sans-640.ttf"]
    assert [one.stat().st_mtime_ns for one in sorted((site.VAR_DIR / "fonts").iterdir())] == before


def test_a_folder_that_cannot_be_written_does_not_stop_pictures(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.VAR_DIR = tmp_path / "file"

    assert picture(draw(chart()))[1:4] == b"PNG"


def test_a_hostile_title_stays_text():
    tree = ElementTree.fromstring(standalone(draw(chart('</title><script>x</script>"'))))

    assert tree.find(f"{SVG}title").text == '</title><script>x</script>"'
    assert picture(draw(chart('</title><script>x</script>"')))[1:4] == b"PNG"


def test_what_is_no_chart_is_refused():
    with pytest.raises(ValueError, match="no chart"):
        picture("<p>Nothing here</p>")


def test_a_printed_page_has_charts_that_stand_by_themselves():
    page = printed(f"<h1>Report</h1><figure>{draw_both(chart())}</figure><p>End</p>")

    assert (page.count("<style>"), page[:15], page[-10:]) == (1, "<h1>Report</h1>", "<p>End</p>")


def test_where_no_folder_can_be_written_it_says_which_one_should(settings, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    settings.VAR_DIR = tmp_path / "file"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))

    with pytest.raises(OSError, match="make VAR_DIR writable"):
        picture(draw(chart()))


def test_a_style_sheet_that_is_missing_is_named():
    with pytest.raises(FileNotFoundError, match=r"nothing\.css is missing"):
        pictures._static("nothing.css")
