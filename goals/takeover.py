"""Takes over the values of many measures from a file: checked line by line, whole or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Department, User
from goals.actions.indexes import recalculate
from goals.actions.measures import keep_definition, keep_due, period_of
from goals.incoming.cityscore import DAY, NAME, CitySeries, read_cityscore
from goals.incoming.series import VALUE, Progress, Series, faults_within, heading_of, read_long
from goals.models import Goal, Index, Measure, Measurement, Objective
from workflow import clock, events
from workflow.imports import Fault

AT_ONCE = 5_000
COLUMNS = ("measure_id", "period_on", "value", "note", "entered_by_id", "entered_at", "version")
EIGHT = Decimal("0.00000001")
GOAL, CITY, OBJECTIVE = "CityScore", "City of Boston", "Measures of the daily summary"


@dataclass
class Takeover:
    """What was found in a file and what was done with it."""

    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    rows: int = 0
    taken: int = 0
    known: int = 0
    blank: int = 0
    set_aside: int = 0
    measures: int = 0


def take_over(path: Path, *, set_aside: bool = False, progress: Progress = lambda what, done, of: None) -> Takeover:
    """Take over the values of a file, whole or not at all; a second time changes nothing.

    Faulty lines stop it before anything is written, unless `set_aside`. Raises workflow.imports.Unreadable where the
    file is no such table.
    """
    is_cityscore = NAME in heading_of(path)
    found = read_cityscore(path, progress) if is_cityscore else read_long(path, clock.today(), progress)
    takeover = Takeover(found.faults, found.remarks, found.rows)
    with transaction.atomic():
        for series in found.series:
            series.measure = series.measure or _kept(series)
            takeover.faults += faults_within(series, DAY if is_cityscore else VALUE)
        apart = {fault.line for fault in takeover.faults}
        fresh = [_fresh(series, apart, takeover) for series in found.series]
        takeover.faults.sort(key=lambda fault: fault.line)
        takeover.set_aside = len({fault.line for fault in takeover.faults})
        if takeover.faults and not set_aside:
            return takeover
        of = sum(map(len, fresh))
        changed: dict[int, set[date]] = {}
        for series, places in zip(found.series, fresh, strict=True):
            if places:
                measure = series.measure or _made(series, path.name)
                changed[measure.pk] = _enter(measure, series, places, path.name, takeover, progress, of)
        _recalculate(changed, progress)
    return takeover


def _kept(series: Series) -> Measure | None:
    return Measure.objects.filter(slug=_slug(series.name)).first()


def _slug(name: str) -> str:
    return f"cityscore-{slugify(name)}"[:80]


def _fresh(series: Series, apart: set[int], takeover: Takeover) -> list[int]:
    """The places of the values that are not there yet; one that stands with another value is a fault."""
    standing = dict(series.measure.measurements.values_list("period_on", "value")) if series.measure else {}
    places = []
    for place, (line, value) in enumerate(zip(series.lines, series.values, strict=True)):
        if line in apart:
            continue
        if value != value:
            takeover.blank += 1
            continue
        stands = standing.get(date.fromordinal(series.days[place]))
        if stands is None:
            places.append(place)
        elif stands == _exact(value):
            takeover.known += 1
        else:
            told = {"name": series.name, "stands": f"{stands.normalize():f}", "value": f"{value:g}"}
            reason = _(
                "%(name)s: %(stands)s stands there. Correct it on its page, with the reason, if %(value)s is right."
            )
            takeover.faults.append(Fault(line, VALUE, reason % told))
    return places


def _made(series: Series, name: str) -> Measure:
    """The measure of a CityScore series, under a goal of its own that nobody here is asked to keep."""
    assert isinstance(series, CitySeries)
    importer = User.objects.importer()
    code = slugify(CITY)
    department = Department.objects.get_or_create(
        name=CITY, defaults={"code": code, "first_sight": Department.FirstSight.CITY}
    )[0]
    goal = Goal.objects.get_or_create(slug=slugify(GOAL), defaults={"name": GOAL, "position": Goal.TAKEN_OVER})[0]
    objective = Objective.objects.get_or_create(goal=goal, name=OBJECTIVE)[0]
    measure = Measure.objects.create(
        slug=_slug(series.name),
        objective=objective,
        name=series.name,
        unit=series.unit,
        direction=str(series.direction),
        cadence=Measure.Cadence.DAILY,
        department=department,
        owner=importer,
        source=CITY,
        is_rare=series.is_rare,
        target=None if series.target is None else Decimal(repr(series.target)),
        target_on=None if series.target is None else date.fromordinal(max(series.days)),
    )
    keep_definition(measure, by=importer, number=1)
    events.record("goals.measure.add", measure, by=importer, note=_("Taken over from %(file)s.") % {"file": name})
    return measure


def _enter(
    measure: Measure, series: Series, places: list[int], name: str, takeover: Takeover, progress: Progress, of: int
) -> set[date]:
    importer, now = User.objects.importer(), clock.now()
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        _insert(
            (
                measure.pk,
                date.fromordinal(series.days[place]),
                _exact(series.values[place]),
                series.notes.get(series.lines[place], ""),
                importer.pk,
                now,
                1,
            )
            for place in some
        )
        takeover.taken += len(some)
        progress(_("values entered"), takeover.taken, of)
    lines = [series.lines[place] for place in places]
    events.record(
        "goals.measure.bring",
        measure,
        by=importer,
        note=_("Taken over from %(file)s, lines %(first)s to %(last)s.")
        % {"file": name, "first": min(lines), "last": max(lines)},
        data={"count": len(places), "corrected": 0, "name": name},
    )
    keep_due(measure)
    takeover.measures += 1
    return {date.fromordinal(series.days[place]) for place in places}


def _insert(rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows of COLUMNS; PostgreSQL takes them as a stream, in a fraction of the time of statements."""
    if connection.vendor != "postgresql":
        Measurement.objects.bulk_create(Measurement(**dict(zip(COLUMNS, row, strict=True))) for row in rows)
        return
    into = f"{Measurement._meta.db_table} ({', '.join(COLUMNS)})"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _recalculate(changed: dict[int, set[date]], progress: Progress) -> None:
    """Each index with a changed member once, for the periods that changed."""
    concerned = list(Index.objects.filter(members__measure__in=changed).select_related("measure").distinct())
    for done, index in enumerate(concerned, start=1):
        days: Iterable[date] = set().union(
            *(changed.get(pk, set()) for pk in index.members.values_list("measure_id", flat=True))
        )
        recalculate(index, only={period_of(index.measure, day) for day in days})
        progress(_("indexes calculated"), done, len(concerned))


def _exact(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(EIGHT)
