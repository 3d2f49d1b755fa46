"""How promises held: fact divided by promise, for benefit, cost and time, of the projects that a person may see."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.policy import ANSWERS, Size
from charts.interval import Turnout
from intake.models import Idea
from projects.models import BudgetLine, Outcome, Project

# Fewer than this are told as what they are, a few single cases.
ENOUGH = 3
# What was delivered longer ago says little about how promises are made today, and a page must not grow for ever.
MOST = 500
TOLD = (Outcome.Verdict.BETTER, Outcome.Verdict.NO_CHANGE, Outcome.Verdict.WORSE)

BENEFIT, COST, TIME = "benefit", "cost", "time"
KINDS = {
    BENEFIT: lazy("Benefit: the change measured, by the change promised"),
    COST: lazy("Cost: dollars spent to start, by dollars approved to start"),
    TIME: lazy("Time: days from start to delivery, by days planned"),
}


@dataclass(frozen=True)
class Held:
    """What one delivered project promised and what came of it: fact by promise (1 is as promised), by kind.

    `untold`: promises of a benefit of which nobody can tell what came of them.
    """

    project: Project
    ratios: dict[str, tuple[float, ...]]
    untold: int


def held(projects: Iterable[Project]) -> list[Held]:
    """What each of the delivered projects promised and kept, in three queries for all of them."""
    projects = [one for one in projects if one.delivered_on]
    benefits: dict[int, list[float]] = defaultdict(list)
    untold: dict[int, int] = defaultdict(int)
    outcomes = Outcome.objects.filter(promise__project__in=projects, found_at__isnull=False)
    for key, verdict, shift, expected in outcomes.values_list(
        "promise__project", "verdict", "shift", "promise__expected"
    ):
        if verdict in TOLD and shift is not None and expected:
            benefits[key].append(float(shift / expected))
        else:
            untold[key] += 1
    lines = BudgetLine.objects.filter(project__in=projects, kind=BudgetLine.Kind.ONE_TIME)
    spent = dict(lines.order_by().values_list("project").annotate(Sum("spent")))
    return [
        Held(
            one,
            {
                BENEFIT: tuple(benefits[one.pk]),
                COST: _ratio(spent.get(one.pk, 0), one.baseline_cost_start or 0),
                TIME: _time(one),
            },
            untold[one.pk],
        )
        for one in projects
    ]


def _ratio(fact: float, promise: float) -> tuple[float, ...]:
    return (fact / promise,) if fact > 0 and promise > 0 else ()


def _time(project: Project) -> tuple[float, ...]:
    """Days of work by days planned, both from the start that the work really had."""
    if not (project.started_on and project.delivered_on and project.baseline_end_on):
        return ()
    planned_from = project.baseline_start_on or project.started_on
    return _ratio((project.delivered_on - project.started_on).days, (project.baseline_end_on - planned_from).days)


def delivered(user: Any) -> list[Project]:
    """The newest `MOST` delivered projects that a person may see, without those that were taken over from a file."""
    seen = Project.objects.visible_to(user).not_cancelled().filter(delivered_on__isnull=False)
    return list(
        seen.exclude(idea__lane="taken_over").select_related("idea__department").order_by("-delivered_on")[:MOST]
    )


@dataclass(frozen=True)
class Spread:
    """How promises of one group held: the middle one and the middle half of `count` ratios of fact by promise."""

    label: str
    low: float
    median: float
    high: float
    count: int

    @property
    def sentence(self) -> str:
        return _("%(median)d%% in the middle, half of them between %(low)d%% and %(high)d%% (%(count)s)") % {
            "median": round(100 * self.median),
            "low": round(100 * self.low),
            "high": round(100 * self.high),
            "count": self.count,
        }

    @property
    def turnout(self) -> Turnout:
        return Turnout(self.label, self.low, self.median, self.high, self.count)


def spread(label: str, ratios: Iterable[float]) -> Spread | None:
    """Median and quartiles (inclusive method) of ratios; None of fewer than `ENOUGH`."""
    found = sorted(ratios)
    if len(found) < ENOUGH:
        return None
    low, median, high = statistics.quantiles(found, n=4, method="inclusive")
    return Spread(label, low, median, high, len(found))


GROUPS: dict[str, Callable[[Project], list[str]]] = {
    "department": lambda one: [str(one.idea.department)],
    "size": lambda one: [str(Size(one.idea.size).label)] if one.idea.size else [],
    "kind": lambda one: [str(ANSWERS[answer]) for answer in one.idea.answers if answer in ANSWERS],
}


def by_group(found: Iterable[Held], kind: str, group: str) -> list[Spread]:
    """How promises of one kind held in each group that has enough of them, the most often promised first."""
    ratios: dict[str, list[float]] = defaultdict(list)
    for one in found:
        for label in GROUPS[group](one.project):
            ratios[label] += one.ratios[kind]
    spreads = [spread(label, ones) for label, ones in ratios.items()]
    return sorted((one for one in spreads if one), key=lambda one: (-one.count, one.label))


def over_all(found: Iterable[Held], kind: str) -> Spread | None:
    return spread(str(_("All")), [ratio for one in found for ratio in one.ratios[kind]])


def yardsticks(idea: Idea, user: Any) -> list[str]:
    """How promises like those of this idea held before, for who makes or weighs a new one.

    Like it: of the same size, or of the same department; where those are too few, all that the person may see.
    """
    every = held(delivered(user))
    near = [one for one in every if _is_like(one.project.idea, idea)]
    said = []
    for kind, told in TELLING.items():
        found = over_all(near, kind) or over_all(every, kind)
        if found:
            said.append(str(told) % {"spread": found.sentence})
    return said


def _is_like(other: Idea, idea: Idea) -> bool:
    return bool(idea.size and other.size == idea.size) or other.department_id == idea.department_id


TELLING = {
    BENEFIT: lazy("Benefit, of what was promised: %(spread)s."),
    COST: lazy("Cost to start, of what was approved: %(spread)s."),
    TIME: lazy("Time to delivery, of what was planned: %(spread)s."),
}
