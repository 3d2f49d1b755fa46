"""The city's policy: thresholds, clocks, working calendar, disciplines; a versioned row, never a setting."""

import time
from dataclasses import asdict, dataclass, fields
from datetime import date
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import PolicyVersion
from workflow.worktime import WorkCalendar


class Size(models.TextChoices):
    SMALL = "small", _("Small")
    MEDIUM = "medium", _("Medium")
    LARGE = "large", _("Large")


class Preset(models.TextChoices):
    FULL = "full", _("Full: every role is a person of its own")
    SMALL_CITY = "small_city", _("Small city: staff, IT lead, city manager")


class Silence(models.TextChoices):
    GO_ON = "go_on", _("goes on, marked “not yet backed”")
    REST = "rest", _("rests until the sponsor answers")


# The answers of the form that ask for a discipline; the words are what the requester ticks.
ANSWERS = {
    "personal_data": _("It holds personal data of residents or staff."),
    "criminal_justice": _("It touches criminal justice information."),
    "health_data": _("It touches health or emergency medical data."),
    "payments": _("People pay through it."),
    "public_facing": _("Residents use it."),
    "buy": _("Something has to be bought or a contract signed."),
    "connects": _("It connects to a system that we have."),
    "replaces": _("It replaces a system that we have."),
    "on_map": _("It needs maps or locations."),
    "records": _("It makes documents that we must keep."),
    "watches": _("It uses cameras, sensors or licence plates."),
    "legal": _("A law, contract or court asks for it."),
}
SENSITIVE = {"personal_data", "criminal_justice", "health_data", "payments"}


@dataclass(frozen=True)
class Discipline:
    """One kind of review: its code, its name, and the answers that ask for it ("always" for every idea)."""

    code: str
    name: str
    asked_by: tuple[str, ...] = ()


DISCIPLINES = (
    Discipline("architecture", "Architecture", ("connects", "replaces")),
    Discipline("security", "Security", ("criminal_justice", "payments", "public_facing", "personal_data")),
    Discipline("privacy", "Privacy and data", ("personal_data", "health_data", "criminal_justice", "watches")),
    Discipline("procurement", "Procurement", ("buy",)),
    Discipline("finance", "Finance", ("buy", "payments")),
    Discipline("accessibility", "Accessibility", ("public_facing",)),
    Discipline("records", "Records", ("records",)),
    Discipline("legal", "Legal", ("legal", "watches")),
    Discipline("operations", "Operations", ("always",)),
    Discipline("gis", "GIS", ("on_map",)),
)


# What each value is called on the pages. Days are working days.
LABELS = {
    "preset": _("How many people share the roles"),
    "silence": _("When a sponsor stays silent, an idea"),
    "small_cost": _("Small: below this cost over five years, in dollars"),
    "small_hours": _("Small: below this effort of IT, in hours"),
    "medium_cost": _("Medium: up to this cost over five years, in dollars"),
    "medium_hours": _("Medium: up to this effort of IT, in hours"),
    "large_departments": _("Large: more departments than"),
    "first_answer_days": _("First answer to the requester"),
    "triage_days": _("First look"),
    "review_days": _("Each review"),
    "decision_days": _("Decision"),
    "question_days": _("Answer to a question"),
    "backing_days": _("The sponsor backs"),
    "liaison_call_days": _("The liaison calls"),
    "ready_days": _("Getting ready"),
    "report_days": _("Between two status reports"),
    "checkin_days": _("Until we ask whether it is in use"),
    "time_zone": _("Time zone"),
    "country": _("Country"),
    "subdivision": _("State"),
    "opens": _("Opens at"),
    "closes": _("Closes at"),
    "closing_days": _("Closing days"),
    "funds": _("Funds"),
}
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("Roles"), ("preset", "silence")),
    (_("Sizes"), ("small_cost", "small_hours", "medium_cost", "medium_hours", "large_departments")),
    (_("Clocks, in working days"), tuple(name for name in LABELS if name.endswith("_days") and name != "closing_days")),
    (_("Working calendar"), ("time_zone", "country", "subdivision", "opens", "closes", "closing_days")),
    (_("Money"), ("funds",)),
)


@dataclass(frozen=True)
class Policy:
    """One version of the policy. Days are working days, money is whole dollars over five years, hours are of IT."""

    number: int = 0
    preset: str = Preset.FULL
    time_zone: str = "America/Los_Angeles"
    country: str = "US"
    subdivision: str = "CA"
    opens: str = "08:00"
    closes: str = "17:00"
    closing_days: tuple[str, ...] = ()
    first_answer_days: int = 2
    triage_days: int = 5
    review_days: int = 10
    decision_days: int = 10
    question_days: int = 5
    backing_days: int = 5
    liaison_call_days: int = 5
    ready_days: int = 10
    report_days: int = 20
    checkin_days: int = 30
    silence: str = Silence.GO_ON
    small_cost: int = 10_000
    small_hours: int = 40
    medium_cost: int = 100_000
    medium_hours: int = 1_000
    large_departments: int = 3
    disciplines: tuple[Discipline, ...] = DISCIPLINES
    funds: tuple[str, ...] = (
        "General Fund",
        "Technology Replacement Fund",
        "Capital Improvement Fund",
        "Water Fund",
        "Public Safety Grant",
    )

    @property
    def calendar(self) -> WorkCalendar:
        return WorkCalendar(
            tz=self.time_zone,
            country=self.country,
            subdivision=self.subdivision,
            closed=frozenset(date.fromisoformat(day) for day in self.closing_days),
            opens=clock_time.fromisoformat(self.opens),
            closes=clock_time.fromisoformat(self.closes),
        )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def size_of(self, *, cost: int | None, hours: int | None, departments: int, answers: set[str]) -> str:
        """The size of an idea: `cost` is dollars over five years, `hours` of IT; unknown figures count as nothing."""
        cost, hours = cost or 0, hours or 0
        if (
            cost > self.medium_cost
            or hours > self.medium_hours
            or departments > self.large_departments
            or answers & SENSITIVE
        ):
            return Size.LARGE
        if cost >= self.small_cost or hours >= self.small_hours or "buy" in answers:
            return Size.MEDIUM
        return Size.SMALL

    def size_because(self, *, cost: int | None, hours: int | None, departments: int, answers: set[str]) -> list[str]:
        """Why `size_of` says what it says, in sentences; the figures that decided, or that nothing made it larger."""
        cost, hours = cost or 0, hours or 0
        figures = {
            "cost": f"{cost:,}", "hours": f"{hours:,}", "departments": departments, "most": self.large_departments,
            "medium_cost": f"{self.medium_cost:,}", "medium_hours": f"{self.medium_hours:,}",
            "small_cost": f"{self.small_cost:,}", "small_hours": f"{self.small_hours:,}",
        }  # fmt: skip
        large = [
            (cost > self.medium_cost, _("It costs $%(cost)s over five years, more than $%(medium_cost)s.")),
            (hours > self.medium_hours, _("It takes %(hours)s hours of IT, more than %(medium_hours)s.")),
            (departments > self.large_departments, _("%(departments)s departments take part, more than %(most)s.")),
            (bool(answers & SENSITIVE), _("It holds sensitive data or takes payments.")),
        ]
        medium = [
            (cost >= self.small_cost, _("It costs $%(cost)s over five years, at least $%(small_cost)s.")),
            (hours >= self.small_hours, _("It takes %(hours)s hours of IT, at least %(small_hours)s.")),
            ("buy" in answers, _("Something has to be bought or a contract signed.")),
        ]
        for facts in (large, medium):
            if said := [str(sentence) % figures for holds, sentence in facts if holds]:
                return said
        return [str(_("It stays below $%(small_cost)s over five years and %(small_hours)s hours of IT.")) % figures]

    def disciplines_for(self, answers: set[str]) -> list[str]:
        """The codes of the disciplines that these answers ask for, in the policy's order."""
        return [one.code for one in self.disciplines if "always" in one.asked_by or answers & set(one.asked_by)]

    def discipline_name(self, code: str) -> str:
        return next((one.name for one in self.disciplines if one.code == code), code)

    @staticmethod
    def sections() -> tuple[tuple[Any, tuple[str, ...]], ...]:
        """The headings of the policy's pages, and the values below each."""
        return SECTIONS

    def described(self) -> list[tuple[Any, list[tuple[str, str]]]]:
        """The policy in words: headings, and below each the pairs of a label and a value."""
        plain = [(heading, [(str(LABELS[name]), self._said(name)) for name in names]) for heading, names in SECTIONS]
        answers = {"always": _("Every idea."), **ANSWERS}
        asked = [
            (
                one.name,
                " ".join(str(answers[answer]) for answer in one.asked_by if answer in answers)
                or str(_("Chosen by hand.")),
            )
            for one in self.disciplines
        ]
        return [*plain, (_("Disciplines, and what asks for them"), asked)]

    def differences(self, before: "Policy") -> list[tuple[str, str, str]]:
        """What this version changed: label, what was, what is; "" stands for nothing."""
        was, now = (
            {label: value for _heading, pairs in policy.described() for label, value in pairs}
            for policy in (before, self)
        )
        return [
            (label, was.get(label, ""), now.get(label, ""))
            for label in {**was, **now}
            if was.get(label) != now.get(label)
        ]

    def _said(self, name: str) -> str:
        value = getattr(self, name)
        if name == "preset":
            return str(Preset(value).label)
        if name == "silence":
            return str(Silence(value).label)
        if isinstance(value, tuple):
            return ", ".join(value)
        return f"{value:,}" if isinstance(value, int) else str(value)

    def as_values(self) -> dict[str, Any]:
        """The policy as JSON keeps it."""
        values = asdict(self)
        del values["number"]
        return values

    @classmethod
    def from_values(cls, number: int, values: dict[str, Any]) -> "Policy":
        known = {one.name for one in fields(cls)}
        kept: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if name in known
        }
        if "disciplines" in kept:
            kept["disciplines"] = tuple(
                Discipline(one["code"], one["name"], tuple(one["asked_by"])) for one in kept["disciplines"]
            )
        return cls(**(kept | {"number": number}))


_cached: tuple[float, Policy] | None = None
_SECONDS = 5.0


def current_policy() -> Policy:
    """The policy in force. Read again after a few seconds, so that every process follows a change soon."""
    global _cached
    if _cached is None or time.monotonic() - _cached[0] > _SECONDS:
        latest = PolicyVersion.objects.order_by("-number").first()
        _cached = (time.monotonic(), Policy.from_values(latest.number, latest.values) if latest else Policy())
    return _cached[1]


def forget_policy() -> None:
    """Read the policy from the database at the next question (after a change, between tests)."""
    global _cached
    _cached = None
