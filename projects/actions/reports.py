"""How a project stands: the manager's word, and what the figures say beside it."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from projects.actions.base import next_report, require, tell
from projects.models import Health, Project, StatusReport
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused

AMBER, RED = 0.05, 0.10


@dataclass(frozen=True)
class Signal:
    """What the figures say beside the manager's word: a colour, and the sentences that explain it."""

    health: str
    sentences: tuple[str, ...]

    @property
    def label(self) -> str:
        return str(Health(self.health).label)


def signal_of(project: Project) -> Signal:
    """Compare with the baseline: more than 5 % of cost or time over is amber, more than 10 % red (the FITARA bands)."""
    sentences = []
    worst = 0.0
    lines = list(project.budget_lines.all())
    planned, spent = sum(line.planned for line in lines), sum(line.spent for line in lines)
    base = project.baseline_cost
    if base and max(planned, spent) > base:
        over = max(planned, spent) / base - 1
        worst = max(worst, over)
        sentences.append(_("Money is %(percent)d%% over what was approved.") % {"percent": round(100 * over)})
    if project.planned_end_on and project.baseline_end_on and project.planned_end_on > project.baseline_end_on:
        start = project.started_on or project.baseline_start_on or project.created_at.date()
        length = max((project.baseline_end_on - start).days, 1)
        slip = (project.planned_end_on - project.baseline_end_on).days
        worst = max(worst, slip / length)
        sentences.append(_("Delivery is planned %(days)d days later than approved.") % {"days": slip})
    late = [
        one for one in project.milestones.all() if not one.done_on and not one.dropped_at and one.due_on < clock.today()
    ]
    if late:
        worst = max(worst, AMBER + 0.001)
        sentences.append(_("Milestone “%(name)s” is past its date.") % {"name": late[0].name})
    health = Health.RED if worst > RED else Health.AMBER if worst > AMBER else Health.GREEN
    return Signal(health, tuple(sentences))


@transaction.atomic
def report(project: Project, *, by: User, nothing_changed: bool = False, **said: Any) -> StatusReport:
    """Report how the project stands; “nothing changed” repeats the last report in one click."""
    require(by, "projects.lead_project", project)
    if not project.is_running:
        raise Conflict(_("This project needs no more reports."))
    last = project.reports.first()
    if nothing_changed:
        if last is None:
            raise MoveRefused(_("Write the first report: the four colours and a sentence."))
        said = {
            name: getattr(last, name) for name in ("scope", "schedule", "budget", "benefit", "sentence", "would_help")
        }
    worst = {said.get(name) for name in ("scope", "schedule", "budget", "benefit")}
    if not str(said.get("sentence", "")).strip():
        raise MoveRefused(_("Write in a sentence how it stands."))
    if worst & {Health.RED, Health.AMBER} and not str(said.get("would_help", "")).strip():
        raise MoveRefused(_("Write what would help."))
    signal = signal_of(project)
    made = StatusReport.objects.create(
        project=project,
        reported_by=by,
        reported_at=clock.now(),
        nothing_changed=nothing_changed,
        signal=signal.health,
        signal_says=" ".join(signal.sentences),
        **said,
    )
    project.health, project.last_report_at = made.worst, made.reported_at
    project.report_due_at = next_report(project.idea)
    project.save(update_fields=["health", "last_report_at", "report_due_at"])
    tell(
        "report",
        project,
        by=by,
        note=made.sentence,
        health=made.worst,
        nothing_changed=nothing_changed,
        extra={"report": made},
    )
    return made
