"""What the test said of the projects, counted: the words and icons of the verdicts, and how many a goal has of each."""

from collections import defaultdict

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from projects.models import Outcome, Project

FACES = {
    Outcome.Verdict.BETTER.value: (_("Better since delivery"), "good", "trending-up"),
    Outcome.Verdict.NO_CHANGE.value: (_("No detectable change"), "flat", "minus"),
    Outcome.Verdict.WORSE.value: (_("Worse since delivery"), "bad", "trending-down"),
    Outcome.Verdict.CANNOT_TELL.value: (_("Cannot tell"), "flat", "circle"),
    "": (_("Not tested yet"), "flat", "hourglass"),
}


def counted(outcomes, *by):
    """Projects by verdict, within `by`; one with several promises counts for each verdict once."""
    rows = outcomes.values(*by, "verdict").order_by()
    return rows.annotate(number=Count("promise__project", distinct=True)).values_list(*by, "verdict", "number")


def by_goal(user):
    """For each main goal the verdicts of the projects that the user sees: label, tone, icon, number."""
    seen = Project.objects.visible_to(user).not_cancelled()
    found = defaultdict(dict)
    for goal, verdict, number in counted(
        Outcome.objects.filter(promise__project__in=seen), "promise__project__idea__goal"
    ):
        found[goal][verdict] = number
    return {
        goal: [(*face, numbers[verdict]) for verdict, face in FACES.items() if verdict in numbers]
        for goal, numbers in found.items()
    }
