"""Documents as PDF, tagged so that screen readers can follow them; made of our own text and static files only."""

import logging
import mimetypes
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# Making one document logs a hundred lines: on its fonts, its steps, and the properties that paper has no use for.
for name, level in (
    ("fontTools", logging.WARNING),
    ("weasyprint", logging.ERROR),
    ("weasyprint.progress", logging.ERROR),
):
    logging.getLogger(name).setLevel(level)

ICON = re.compile(r'<svg class="(i[^"]*)" aria-hidden="true"><use href="[^"]*#(i-[\w-]+)"></use></svg>')
SYMBOL = re.compile(r'<symbol id="([^"]+)" viewBox="0 0 24 24">(.*?)</symbol>', re.DOTALL)
INK = "#3d4650"

# Weights between the hundreds, which browsers know and WeasyPrint does not.
WEIGHT = re.compile(rb"(font-weight:\s*)(\d{3})\b")


class PdfMissing(Exception):
    """This machine makes no PDF: show the page that prints instead, with the sentence."""


def pdf(html: str, *, title: str) -> bytes:
    """The document as tagged PDF (PDF/UA-1) with that title, in light colours.

    `html` is a whole page of ours; its icons are drawn where they stand. Styles, fonts and pictures are read from our
    static files; any other address is left out. A chart has to bring its styles with it. `PdfMissing` where WeasyPrint
    or its system library Pango is missing.
    """
    weasyprint = _weasyprint()
    page = weasyprint.HTML(string=with_icons(html), base_url=settings.SITE_URL, url_fetcher=_static_only(weasyprint))
    document = page.render(pdf_variant="pdf/ua-1", pdf_tags=True)
    document.metadata.title = title
    document.metadata.lang = document.metadata.lang or get_language()
    return bytes(document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True))


def with_icons(html: str) -> str:
    """The page with the shape of each icon in its place: WeasyPrint takes none out of the sprite, nor styles any."""
    shapes = _shapes()
    return ICON.sub(lambda found: _drawn(found[1], shapes.get(found[2], "")), html)


def _drawn(css: str, shape: str) -> str:
    line = f'fill="none" stroke="{INK}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    return f'<svg class="{css}" aria-hidden="true" viewBox="0 0 24 24"><g {line}>{shape}</g></svg>'


@cache
def _shapes() -> dict[str, str]:
    sprite = finders.find("icons/sprite.svg")
    return dict(SYMBOL.findall(Path(str(sprite)).read_text())) if sprite else {}


def _weasyprint() -> Any:
    try:
        # Asked for here and not above: importing it loads Pango, and a machine without Pango runs everything else.
        return import_module("weasyprint")
    except (ImportError, OSError) as missing:
        raise PdfMissing(
            _("This server cannot make PDF files yet. Print the page instead, or ask for the library Pango.")
        ) from missing


def _static_only(weasyprint: Any) -> Any:
    """A reader of addresses that knows our static files and nothing else: no network, no other file of the machine."""
    root = urljoin(settings.SITE_URL, f"/{settings.STATIC_URL.strip('/')}/")

    class StaticOnly(weasyprint.urls.URLFetcher):
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            bare = urlsplit(url)._replace(query="", fragment="").geturl()
            path = _static_file(unquote(bare.removeprefix(root))) if bare.startswith(root) else None
            if path is None:
                raise ValueError(f"Not a static file of ours: {url}")
            kind, body = mimetypes.guess_type(path.name)[0] or "application/octet-stream", path.read_bytes()
            if kind == "text/css":
                body = WEIGHT.sub(lambda found: found[1] + str(round(int(found[2]), -2)).encode(), body)
            return weasyprint.urls.URLFetcherResponse(url, body, {"Content-Type": kind})

    return StaticOnly()


def _static_file(name: str) -> Path | None:
    """The file behind a name of a page: as collected (with its hash) in production, else as in the source."""
    try:
        if settings.STATIC_ROOT and (path := Path(settings.STATIC_ROOT).resolve() / name).is_file():
            return path if path.resolve().is_relative_to(Path(settings.STATIC_ROOT).resolve()) else None
        found = finders.find(name)
    except (SuspiciousFileOperation, ValueError):
        return None
    return Path(str(found)) if found else None
