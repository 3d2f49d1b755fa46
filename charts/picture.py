"""Charts as files: an SVG that stands by itself, and a PNG for mails and other places that show no SVG.

On a page a chart takes its colours from tokens.css and its rules from app.css. Both are read here and written into the
file, light, so that a chart looks the same everywhere and is styled in one place only.
"""

import logging
import os
import re
import tempfile
from functools import cache
from pathlib import Path

import resvg_py
from django.conf import settings
from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

# Making one font logs twenty lines.
logging.getLogger("fontTools").setLevel(logging.WARNING)

FAMILY = "Public Sans"
FONT = "fonts/public-sans-latin-wght-normal.woff2"
REGULAR, STRONG = 400, 640
# The weights by which files and the renderer ask for the two fonts: they know whole hundreds only.
CALLED = {REGULAR: 400, STRONG: 600}
DRAWN = ("fill", "stroke", "opacity", "paint-order", "font-size", "font-weight")
OPENING = re.compile(r'<svg class="(chart[^"]*)" viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>')
ONE = re.compile(r'<svg class="chart.*?</svg>', re.DOTALL)
SMALL = re.compile(r'<div class="only-narrow"><svg class="chart.*?</svg></div>', re.DOTALL)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CONDITIONAL = re.compile(r"@[\w-]+[^{;]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
RULE = re.compile(r"([^{};]+)\{([^{}]*)\}")
TOKEN = re.compile(r"--([\w-]+):\s*((?:[^;()]|\((?:[^()]|\([^()]*\))*\))+);")
LIGHT = re.compile(r"^light-dark\(\s*((?:[^,()]|\([^()]*\))+),.*\)$", re.DOTALL)


def standalone(svg: str) -> str:
    """The first chart of the text as an SVG document of its own, with its size and its styles, on a white ground.

    ValueError where the text holds no chart.
    """
    found = ONE.search(svg)
    opening = OPENING.match(found[0]) if found else None
    if found is None or opening is None:
        raise ValueError("There is no chart to be made into a file.")
    css, width, height = opening.groups()
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{css}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" {_named(opening[0])}>'
        f'<style>{_sheet()}</style><rect class="ground" width="{width}" height="{height}"/>'
    )
    return f"{head}{found[0][opening.end() :]}"


def picture(svg: str, zoom: float = 2.0) -> bytes:
    """The first chart of the text as PNG, `zoom` times its size in pixels. It needs no font of the system.

    ValueError where the text holds no chart.
    """
    return resvg_py.svg_to_bytes(
        svg_string=standalone(svg),
        zoom=zoom,
        skip_system_fonts=True,
        font_files=[str(_font(weight)) for weight in (REGULAR, STRONG)],
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )


def printed(html: str) -> str:
    """The page with each chart made to stand by itself: for printed documents, whose maker styles no drawings.

    Of a chart in two sizes the wide one stays.
    """
    return ONE.sub(lambda found: standalone(found[0]), SMALL.sub("", html))


def _named(opening: str) -> str:
    found = re.search(r'aria-label="[^"]*"', opening)
    return found[0] if found else ""


@cache
def _sheet() -> str:
    """The rules of app.css for charts, with the light values of tokens.css in place of its names."""
    tokens = {name: _light(value.strip()) for name, value in TOKEN.findall(_static("tokens.css"))}
    rules = [f'.chart{{font-family:"{FAMILY}",sans-serif}}', f".ground{{fill:{tokens['surface']}}}"]
    for selectors, body in RULE.findall(CONDITIONAL.sub("", _static("app.css"))):
        chosen = [one.strip() for one in selectors.split(",") if one.strip().startswith((".chart ", ".chart.narrow "))]
        told = [
            f"{name.strip()}:{_resolved(value, tokens)}"
            for name, value in (part.split(":", 1) for part in body.split(";") if ":" in part)
            if name.strip().startswith(DRAWN)
        ]
        if chosen and told:
            rules.append(f"{','.join(chosen)}{{{';'.join(told)}}}")
    return "".join(rules)


def _resolved(value: str, tokens: dict[str, str]) -> str:
    value = re.sub(r"var\(--([\w-]+)\)", lambda found: tokens[found[1]], value.strip())
    return str(CALLED.get(int(value), value)) if value.isdigit() and int(value) in CALLED else value


def _light(value: str) -> str:
    found = LIGHT.match(value)
    return found[1].strip() if found else value


def _static(name: str) -> str:
    path = finders.find(name)
    if not path:
        raise FileNotFoundError(f"The static file {name} is missing.")
    return COMMENT.sub("", Path(path).read_text())


@cache
def _font(weight: int) -> Path:
    """Our typeface at one weight as a file that the renderer reads, made once from the one that pages use."""
    source = Path(str(finders.find(FONT)))
    name = f"public-sans-{weight}.ttf"
    for folder in (Path(settings.VAR_DIR) / "fonts", Path(tempfile.gettempdir()) / f"yesif-fonts-{os.getuid()}"):
        made = folder / name
        if made.exists() and made.stat().st_mtime >= source.stat().st_mtime:
            return made
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Written beside and moved: two workers may do this at once, and neither may read half a font.
            with tempfile.NamedTemporaryFile(dir=folder, suffix=".ttf", delete=False) as part:
                _instance(source, weight).save(part)
            os.replace(part.name, made)
        except OSError:
            continue
        return made
    raise OSError("No folder to keep the fonts of pictures in: make VAR_DIR writable.")


def _instance(source: Path, weight: int) -> TTFont:
    font = instantiateVariableFont(TTFont(source), {"wght": weight})
    font.flavor = None
    for name_id in (1, 16):
        font["name"].setName(FAMILY, name_id, 3, 1, 0x409)
    font["OS/2"].usWeightClass = CALLED[weight]
    return font
