"""How what happens to goals and measures is told in a history."""

from django.utils.translation import gettext_lazy as _

from workflow import timeline
from workflow.templatetags.ui import number

timeline.say("goals.measure.record", _("A value was entered: %(value)s for the period from %(period)s."), "chart-line")
timeline.say("goals.measure.correct", _("A value was corrected, for the period from %(period)s."), "pencil")
timeline.say("goals.measure.add", _("The measure was added."), "plus")
timeline.say("goals.measure.edit", _("The definition was changed."), "pencil")
timeline.say("goals.measurement.correct", _("The value was corrected."), "pencil")
timeline.say("goals.goal.add", _("The goal was added."), "plus")
timeline.say("goals.goal.edit", _("The goal was changed."), "pencil")
timeline.say("goals.goal.add_objective", _("An objective was added: %(name)s."), "plus")
timeline.call_fields(
    "goals.measure",
    {
        "value": _("Value"),
        "name": _("Name"),
        "meaning": _("What it means"),
        "kind": _("Kind"),
        "owner": _("Owner"),
        "backup": _("Backup"),
        "department": _("Department"),
        "unit": _("Unit"),
        "direction": _("Direction"),
        "cadence": _("How often a value comes"),
        "source": _("Source"),
        "baseline": _("Baseline"),
        "baseline_period": _("Period of the baseline"),
        "target": _("Target"),
        "target_on": _("Target date"),
    },
)
for figure in ("baseline", "target"):
    timeline.call_values(f"goals.measure.{figure}", number)
