"""Documents as PDF: tagged, titled, of our own files only, and an honest answer where they cannot be made."""

import re
import sys
import zlib

import pytest

from workflow.pdf import PdfMissing, _static_only, pdf, with_icons
from workflow.templatetags.ui import icon

weasyprint = pytest.importorskip("weasyprint", exc_type=OSError, reason="Pango is missing.")

PAGE = """<!doctype html><html lang="en"><head><title>x</title><link rel="stylesheet" href="/static/tokens.css">
<link rel="stylesheet" href="/static/app.css"></head><body><main><h1>Minutes of the board</h1><p>{}</p>
<a href="/ideas/ID-0412/">ID-0412</a></main></body></html>"""


def inside(document):
    """The PDF with its packed parts unpacked, for reading what it declares."""
    parts = [document]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL):
        try:
            parts.append(zlib.decompress(packed))
        except zlib.error:
            parts.append(packed)
    return b"\n".join(parts)


def test_a_document_is_tagged_and_says_its_title_and_language():
    made = pdf(PAGE.format("We said yes."), title="Minutes, October 21")
    text = inside(made)

    assert made[:5] == b"%PDF-"
    assert b"pdfuaid:part>1<" in text or b'pdfuaid:part="1"' in text
    assert re.search(rb"/MarkInfo\s*<<\s*/Marked true", text)
    assert b"/Lang (en)" in text
    assert "Minutes, October 21" in text.decode("utf-8", "replace") or "Minutes, October 21".encode("utf-16-be") in text


def test_a_document_uses_our_typeface():
    assert b"Public-Sans" in inside(pdf(PAGE.format("We said yes."), title="Minutes"))


def test_the_shape_of_an_icon_stands_in_its_place():
    drawn = with_icons(PAGE.format(icon("circle-check") + icon("circle-check", "lg")))

    assert "<use" not in drawn
    assert drawn.count('<path d="m16 9-5.5 5.5L8 12"/>') == 2
    assert '<svg class="i lg" aria-hidden="true" viewBox="0 0 24 24">' in drawn


def test_links_lead_back_to_the_site(settings):
    settings.SITE_URL = "https://ideas.example.org"

    assert b"https://ideas.example.org/ideas/ID-0412/" in inside(pdf(PAGE.format("x"), title="Minutes"))


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:8000/static/../manage.py",
        "http://169.254.169.254/latest/meta-data/",
        "https://example.org/static/app.css",
        "data:text/css,body{}",
        "/static/%2e%2e/manage.py",
        "/static/no-such.css",
        "/ideas/ID-0412/",
    ],
)
def test_nothing_but_our_static_files_is_read(url, settings):
    read = _static_only(weasyprint)

    with pytest.raises(ValueError, match="Not a static file"):
        read(url if ":" in url else f"{settings.SITE_URL}{url}")


def test_our_static_files_are_read(settings):
    answer = _static_only(weasyprint)(f"{settings.SITE_URL}/static/tokens.css?v=1")

    assert b"--accent" in answer.read()


def test_collected_files_are_read_by_the_name_that_pages_use(settings, tmp_path):
    (tmp_path / "app.0123456789ab.css").write_text("body { color: red }")
    settings.STATIC_ROOT = str(tmp_path)

    assert _static_only(weasyprint)(f"{settings.SITE_URL}/static/app.0123456789ab.css").read() == b"body { color: red }"
    with pytest.raises(ValueError, match="Not a static file"):
        _static_only(weasyprint)(f"{settings.SITE_URL}/static/..%2f{tmp_path.name}.css")


def test_a_document_with_a_foreign_picture_is_made_without_it():
    made = pdf(PAGE.format('We said yes. <img src="file:///etc/hostname" alt="">'), title="Minutes")

    assert b"/Subtype /Image" not in inside(made)


@pytest.mark.parametrize("error", ["ImportError('no module')", "OSError('cannot load library libpango-1.0-0')"])
def test_without_the_library_it_says_what_to_do(error, monkeypatch, tmp_path):
    (tmp_path / "weasyprint.py").write_text(f"raise {error}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)

    with pytest.raises(PdfMissing, match="Print the page instead"):
        pdf(PAGE.format("x"), title="Minutes")
