"""Looking at an open page with axe: at both widths and in both themes, without loading it more than once."""

from axe_playwright_python.sync_playwright import Axe

EVERY_LOOK = ((1440, "light"), (1440, "dark"), (375, "light"), (375, "dark"))
TWO_LOOKS = ((1440, "light"), (375, "dark"))
LOOK = "options => axe.run({resultTypes: ['violations'], ...options}).then(found => found.violations)"
OF_COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
SCRIPT = Axe().axe_script


def faults_of(page, looks=EVERY_LOOK) -> list[str]:
    """What axe says of the open page, and whether it is wider than the screen; the theme alone changes only colours."""
    found, last = [], None
    page.evaluate(SCRIPT)
    for width, theme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        options = OF_COLOUR if width == last else {}
        found += [f"{width} {theme}: {one['id']}: {one['help']}" for one in page.evaluate(LOOK, options)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{width} {theme}: {wide} px wide")
        last = width
    return found
