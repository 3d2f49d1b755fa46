"""Takes over a portfolio of investments that another system held: through the real moves, whole or not at all."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.policy import Size
from goals.models import Goal
from intake import actions as intake_actions
from intake.lifecycle import Lane
from intake.models import FirstSight, Idea
from projects import actions
from projects.models import Health, Project
from workflow import clock, events, notifications
from workflow.imports import Fault, Faults, Row, read_rows
from workflow.lifecycle import perform

AS_OF = datetime(2016, 9, 30, 19, tzinfo=UTC)
ID, AGENCY, TITLE, SUMMARY = (
    "Unique Investment Identifier",
    "Agency Name",
    "Investment Title (IT Portfolio)",
    "Brief Summary",
)
OBJECTIVES = "Agency Strategic Objectives / Agency Priority Goals"
START, END = "Investment Start Year", "Investment End Year"
COLOR, COMMENT = "CIO Evaluation Color", "CIO Evaluation Comments"
# The budget year of the file is 2017; what came before the past year is kept under the year that it ends with.
FUNDING = {
    "Funding PY1 and Prior ($ M)": 2014,
    "Funding PY ($ M)": 2015,
    "Funding CY ($ M)": 2016,
    "Funding BY ($ M)": 2017,
}
HEALTH = {"Green": Health.GREEN, "Yellow": Health.AMBER, "Red": Health.RED}
LAST_YEAR_DELIVERED, FIRST_YEAR_APPROVED = 2015, 2017
CUT = 500
NEW_CODE = re.compile(r",\s*(?=\d{2,6} - )")
CODED = re.compile(r"(\d{2,6}) - (.+)", re.DOTALL)


@dataclass(frozen=True)
class Investment:
    """One row of the file, checked."""

    line: int
    source: str
    agency: str
    title: str
    summary: str
    goals: tuple[tuple[str, str], ...]
    funding: dict[int, int]
    start_year: int
    end_year: int
    health: str
    comment: str


@dataclass
class Takeover:
    """What was found in a file and what was done with it."""

    faults: Faults = field(default_factory=Faults)
    cut: list[Fault] = field(default_factory=list)
    taken: int = 0
    known: int = 0
    set_aside: int = 0


def goals_in(cell: str) -> list[tuple[str, str]]:
    """The goals of a cell as (code, name), the main one first; split only where a new code starts."""
    found = []
    for part in NEW_CODE.split(cell):
        coded = CODED.fullmatch(part.strip())
        if coded:
            found.append((coded[1], coded[2].strip()))
        elif part.strip():
            found.append((slugify(part)[:60], part.strip()))
    return found


def dollars(millions: str) -> int:
    """Whole dollars from a figure in millions; raises InvalidOperation where it is none."""
    return int((Decimal(millions.replace(",", "") or "0") * 1_000_000).to_integral_value())


def check(row: Row, takeover: Takeover) -> Investment | None:
    """One row as an Investment; what is wrong with it is added to the takeover's faults."""
    faults = takeover.faults
    before = len(faults.found)
    for column in (ID, AGENCY, TITLE, SUMMARY):
        if not row[column]:
            faults.add(row, column, _("Write a value."))
    funding = {}
    for column, year in FUNDING.items():
        try:
            funding[year] = dollars(row[column])
        except InvalidOperation:
            faults.add(row, column, _("Write a number in millions of dollars."))
    years = {}
    for column in (START, END):
        if re.fullmatch(r"(19|20)\d\d", row[column]):
            years[column] = int(row[column])
        else:
            faults.add(row, column, _("Write a year of four digits."))
    if len(years) == 2 and years[END] < years[START]:
        faults.add(row, END, _("Write an end year that is not before the start year."))
    if row[COLOR] not in HEALTH:
        faults.add(row, COLOR, _("Write Green, Yellow or Red."))
    if len(row[OBJECTIVES]) >= CUT:
        takeover.cut.append(Fault(row.line, OBJECTIVES, _("Cut at 500 characters: the last goal is incomplete.")))
    if len(faults.found) > before:
        return None
    return Investment(
        line=row.line,
        source=f"investment {row[ID]}",
        agency=row[AGENCY],
        title=row[TITLE][:160],
        summary=row[SUMMARY],
        goals=tuple(goals_in(row[OBJECTIVES])),
        funding=funding,
        start_year=years[START],
        end_year=years[END],
        health=HEALTH[row[COLOR]],
        comment=row[COMMENT],
    )


def take_over(
    path: Path, *, set_aside: bool = False, progress: Callable[[int, int], None] = lambda done, of: None
) -> Takeover:
    """Take over every row of a file, whole or not at all; a second time changes nothing.

    Faulty rows stop it before anything is written, unless `set_aside`. Raises workflow.imports.Unreadable where the
    file is no such table.
    """
    takeover = Takeover()
    required = (ID, AGENCY, TITLE, SUMMARY, OBJECTIVES, START, END, COLOR, COMMENT, *FUNDING)
    found = [check(row, takeover) for row in read_rows(path, required)]
    investments = [one for one in found if one]
    takeover.set_aside = len(found) - len(investments)
    if takeover.faults and not set_aside:
        return takeover
    with transaction.atomic():
        known = set(Idea.objects.filter(lane=Lane.TAKEN_OVER).values_list("source", flat=True))
        new = [one for one in investments if one.source not in known]
        takeover.known = len(investments) - len(new)
        with clock.at(AS_OF):
            _take(new, path.name, progress)
        takeover.taken = len(new)
    return takeover


def _take(investments: Iterable[Investment], name: str, progress: Callable[[int, int], None]) -> None:
    importer = User.objects.importer()
    investments = list(investments)
    departments: dict[str, Department] = {}
    goals: dict[str, Goal] = {}
    for done, one in enumerate(investments, start=1):
        department = (
            departments.get(one.agency)
            or Department.objects.get_or_create(
                name=one.agency, defaults={"code": slugify(one.agency)[:40], "first_sight": Department.FirstSight.CITY}
            )[0]
        )
        departments[one.agency] = department
        named = [
            goals.setdefault(code, _goal(code, text)) if code not in goals else goals[code] for code, text in one.goals
        ]
        origin = _("Taken over from %(file)s, line %(line)s.") % {"file": name, "line": one.line}
        with events.taken_from(origin), notifications.muted():
            _take_one(one, origin, department, named, importer)
        progress(done, len(investments))


def _goal(code: str, text: str) -> Goal:
    return Goal.objects.get_or_create(slug=f"goal-{code}", defaults={"name": text[:500], "position": Goal.TAKEN_OVER})[
        0
    ]


def _take_one(one: Investment, origin: str, department: Department, goals: list[Goal], importer: User) -> None:
    idea = intake_actions.start_draft(
        by=importer,
        department=department,
        title=one.title,
        problem=one.summary,
        size=Size.LARGE,
        lane=Lane.TAKEN_OVER,
        audience=FirstSight.CITY,
        goal=goals[0] if goals else None,
        source=one.source,
    )
    idea.other_goals.set(dict.fromkeys(goals[1:]))
    for move in ("submit", "take_up", "send_to_decision", "approve"):
        perform(idea, move, by=importer, reason=origin)
    project = Project.objects.get(idea=idea)
    for year, planned in one.funding.items():
        actions.set_budget(project, by=importer, name=_("Funding"), fiscal_year=year, planned=planned, spent=0)
    colours: dict[str, Any] = dict.fromkeys(("scope", "schedule", "budget", "benefit"), one.health)
    actions.report(project, by=importer, sentence=one.comment or origin, would_help=origin, **colours)
    if one.start_year < FIRST_YEAR_APPROVED:
        perform(project, "start", by=importer)
        if one.end_year <= LAST_YEAR_DELIVERED:
            perform(project, "deliver", by=importer)
