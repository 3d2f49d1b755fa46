"""The page that tells how the outcome test works, and how often it is right."""

import json
import re
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.generic import TemplateView

from goals import analysis
from goals.evaluation import RULES
from goals.models import Measure
from goals.outlook import PERIODS
from goals.views.act import SeesGoals

FIGURES = Path(analysis.__file__).parent / "operating.json"
LAYOUT = re.compile(r"(\d+)\+(\d+), gap (\d+), (?:no season in the model|(season in the model))")
CASES = {
    "no change": lazy("Nothing changed"),
    "shift of 2 sd": lazy("A shift of two standard deviations"),
    "trend 0.10 sd": lazy("No change, a steady trend of 0.10 standard deviations a month"),
    "trend 0.05 sd": lazy("No change, a slow trend of 0.05 standard deviations a month"),
}


class Method(SeesGoals, TemplateView):
    template_name = "reports/method.html"

    def get_context_data(self, **kwargs):
        figures = json.loads(FIGURES.read_text())
        return super().get_context_data(
            series=figures["series"],
            layouts=[(named(name), tables_of(cases)) for name, cases in figures["layouts"].items()],
            rules=[
                (
                    Measure.Cadence(cadence).label,
                    *(PERIODS[cadence](count) for count in (rule.before, rule.after, rule.gap)),
                    rule.long_stop,
                )
                for cadence, rule in RULES.items()
            ],
            **kwargs,
        )


def named(layout):
    """ "36+18, gap 0, season in the model" in words."""
    before, after, gap, season = LAYOUT.fullmatch(layout).groups()
    said = _("%(before)s months before, %(after)s after, %(gap)s of phase-in")
    if not season:
        said = _("%(before)s months before, %(after)s after, %(gap)s of phase-in, without a season")
    return said % {"before": before, "after": after, "gap": gap}


def tables_of(cases):
    """Rows of (case, autocorrelation, better, worse, already moving), in per cent of the simulated series."""
    return [
        (CASES.get(case, case), memory, found["better"], found["worse"], found["already moving"])
        for case, by_memory in cases.items()
        for memory, found in by_memory.items()
    ]
