"""The deliveries that divide the series of a measure."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from goals.happenings import Happening
from goals.models import Measure
from intake.models import FirstSight
from projects.models import Project, Promise
from workflow.templatetags.ui import day_short


def deliveries_of(measures: Sequence[Measure], user: Any) -> dict[int, list[Happening]]:
    """What was delivered for each measure that the user sees; without a user what everyone sees."""
    seen = Project.objects.visible_to(user) if user else Project.objects.filter(idea__audience=FirstSight.CITY)
    promises = Promise.objects.filter(measure__in=measures, project__in=seen)
    found = defaultdict[int, list[Happening]](list)
    for pk, title, on in promises.order_by("pk").values_list("measure", "project__title", "project__delivered_on"):
        if on:
            found[pk].append(Happening(on, f"{title} · {day_short(on)}"))
    return found
