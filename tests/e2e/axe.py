"""Looking at an open page with axe: at both widths and in both themes, without loading it more than once."""

from axe_playwright_python.sync_playwright import Axe

WIDTHS = (1440, 375)
LOOK = "options => axe.run({resultTypes: ['violations'], ...options}).then(found => found.violations)"
OF_COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
SCRIPT = Axe().axe_script


def faults_of(page) -> list[str]:
    """What axe says of the open page, and whether it is wider than the screen; a theme changes nothing but colours."""
    found = []
    page.evaluate(SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for theme, options in (("light", {}), ("dark", OF_COLOUR)):
            page.emulate_media(color_scheme=theme)
            found += [f"{width} {theme}: {one['id']}: {one['help']}" for one in page.evaluate(LOOK, options)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{width}: {wide} px wide")
    return found
