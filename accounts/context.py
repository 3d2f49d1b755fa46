"""What every page knows: the city, where one can go, how many notices wait. Nothing is asked before it is shown."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.demo import PEOPLE
from accounts.models import Role
from workflow.models import Delivery

WORKSPACE_ROLES = frozenset(Role.Kind) - {Role.Kind.SPONSOR, Role.Kind.MEASURE_OWNER}
MOST_UNREAD = 100


@dataclass(frozen=True)
class Place:
    """A page that the navigation offers; `perm` is the permission that opens it, "" stands for everyone."""

    label: Any
    name: str
    icon: str
    perm: str = ""


PORTAL = (
    (
        "",
        (
            Place(_("Home"), "home", "house"),
            Place(_("Ideas"), "ideas", "lightbulb"),
            Place(_("Goals & results"), "goals", "target"),
            Place(_("Help"), "help", "life-buoy"),
        ),
    ),
)
WORKSPACE = (
    ("", (Place(_("My work"), "my-work", "list-checks"), Place(_("Search"), "search", "search"))),
    (
        _("Intake"),
        (
            Place(_("Queue"), "queue", "inbox", "intake.see_queue"),
            Place(_("Board"), "board", "kanban", "intake.see_queue"),
            Place(_("Feasibility"), "my-feasibility", "scale", "intake.see_my_feasibility"),
            Place(_("Decisions"), "decisions", "gavel", "intake.see_decisions"),
            Place(_("Ideas"), "ideas", "lightbulb"),
        ),
    ),
    (_("Deliver"), (Place(_("Projects"), "projects", "rocket"),)),
    (
        _("Direction"),
        (
            Place(_("Portfolio"), "portfolio", "layout-dashboard", "reports.see_portfolio"),
            Place(_("Goals & results"), "goals", "target"),
        ),
    ),
    (_("City"), (Place(_("Administration"), "administration", "settings", "accounts.administer"),)),
)


def site(request: HttpRequest) -> dict[str, Any]:
    """The context of every page."""
    context = {
        "SITE_NAME": settings.SITE_NAME,
        "CITY_NAME": settings.CITY_NAME,
        "IDEAS_EMAIL": settings.IDEAS_EMAIL,
        "DEMO": settings.DEMO,
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        match = request.resolver_match
        if settings.DEMO and match and match.url_name == "account_login":
            context["demo_people"] = PEOPLE
        return context | {"shell": "portal"}
    return context | {
        "shell": SimpleLazyObject(lambda: shell_of(user)),
        "nav": SimpleLazyObject(lambda: nav_of(user, request.path)),
        "unread_notifications": SimpleLazyObject(lambda: unread_of(user)),
    }


def shell_of(user: Any) -> str:
    """Those who work on ideas have the workspace, everyone else the portal."""
    return "workspace" if any(one.kind in WORKSPACE_ROLES for one in user.held) else "portal"


def nav_of(user: Any, path: str) -> list[dict[str, Any]]:
    """The groups of the navigation: only pages that exist and that the person may open."""
    groups = WORKSPACE if shell_of(user) == "workspace" else PORTAL
    offered = [
        (label, [(place, url) for place in places if (url := address(place.name)) and may_open(user, place)])
        for label, places in groups
    ]
    here = max(
        (url for _label, places in offered for _place, url in places if is_within(path, url)), key=len, default=None
    )
    return [
        {
            "label": label,
            "items": [
                {"label": place.label, "url": url, "icon": place.icon, "current": url == here} for place, url in places
            ],
        }
        for label, places in offered
        if places
    ]


def address(name: str) -> str:
    """The address of a page by its name, or "" where there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def may_open(user: Any, place: Place) -> bool:
    return not place.perm or user.has_perm(place.perm)


def is_within(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def unread_of(user: Any) -> int:
    """How many notices wait, counted up to a hundred."""
    return len(Delivery.objects.on_page_of(user).unread().values_list("id", flat=True)[:MOST_UNREAD])
