"""Benefits of a project by fiscal year: promised before delivery, realised with evidence after it."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from projects.actions.base import require, tell
from projects.models import Benefit, Project
from workflow import clock
from workflow.lifecycle import Conflict, MoveRefused


@transaction.atomic
def promise_benefit(
    project: Project, *, by: User, kind: str, name: str, fiscal_year: int, promised: Decimal, unit: str = ""
) -> Benefit:
    """Write down what the project should bring in one fiscal year, in whole dollars, hours, or `unit` for another kind.

    Only before the delivery: a promise that is written afterwards is none.
    """
    require(by, "projects.lead_project", project)
    if not project.is_running:
        raise Conflict(_("The project is delivered or ended: benefits are promised before that."))
    if promised <= 0:
        raise MoveRefused(_("Write how much it should bring, more than 0."))
    if kind == Benefit.Kind.OTHER and not unit.strip():
        raise MoveRefused(_("Write what it is counted in, such as “calls”."))
    if Benefit.objects.filter(project=project, name=name.strip(), fiscal_year=fiscal_year).exists():
        raise Conflict(_("This benefit is promised for %(year)s already.") % {"year": fiscal_year})
    made = Benefit.objects.create(
        project=project,
        kind=kind,
        name=name.strip(),
        unit=unit.strip() if kind == Benefit.Kind.OTHER else "",
        fiscal_year=fiscal_year,
        promised=promised,
    )
    tell("promise_benefit", project, by=by, name=made.name, year=fiscal_year, promised=str(promised))
    return made


@transaction.atomic
def confirm_benefit(
    benefit: Benefit, *, by: User, realised: Decimal, evidence: str, version: int | None = None
) -> None:
    """Those who asked for the project say what it brought, with the evidence; what it was stays in the history."""
    require(by, "projects.confirm_benefit", benefit)
    benefit = Benefit.objects.select_for_update(of=("self",)).select_related("project__idea").get(pk=benefit.pk)
    if benefit.project.delivered_on is None:
        raise Conflict(_("This can be said once the project is delivered."))
    if version not in (None, benefit.version):
        raise Conflict(
            _("Somebody said %(realised)s meanwhile. Save again to change it.") % {"realised": benefit.realised}
        )
    if realised < 0:
        raise MoveRefused(_("Write what it brought: 0 or more."))
    if not evidence.strip():
        raise MoveRefused(_("Write what shows it: a ledger line, a count, a report."))
    before, benefit.realised, benefit.evidence = benefit.realised, realised, evidence.strip()
    benefit.confirmed_by, benefit.confirmed_at = by, clock.now()
    benefit.version += 1
    benefit.save()
    tell(
        "confirm_benefit",
        benefit.project,
        by=by,
        note=benefit.evidence,
        name=benefit.name,
        year=benefit.fiscal_year,
        changes={"realised": [None if before is None else str(before), str(realised)]},
    )
