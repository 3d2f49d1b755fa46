"""What divides a series: changes of definition, and deliveries that apps above know of and register how."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from goals.models import Measure


@dataclass(frozen=True)
class Happening:
    """What divides a series: a delivery or a change of definition, on a day, with its words."""

    on: date
    label: str
    is_delivery: bool = True


Teller = Callable[[Sequence[Measure], Any], Mapping[int, Iterable[Happening]]]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Let `teller(measures, user)` say what was delivered for each measure, by key.

    Without a user only what everyone who works here sees: for sentences that are kept and sent.
    """
    _tellers.append(teller)


def told_of(measures: Sequence[Measure], user: Any) -> dict[int, list[Happening]]:
    """What was delivered for these measures and the user sees, by measure; one query for each teller."""
    found = defaultdict[int, list[Happening]](list)
    for teller in _tellers:
        for pk, happenings in teller(measures, user).items():
            found[pk] += happenings
    return found


def redefined(number: int, on: date) -> Happening:
    """The day from which another definition of a measure counts."""
    return Happening(on, _("Definition %(number)s") % {"number": number}, is_delivery=False)


def happenings_of(measure: Measure, user: Any) -> list[Happening]:
    """All that divides the series of one measure and that the user sees."""
    changed = [redefined(one.number, one.from_on) for one in measure.definitions.all() if one.from_on]
    return [*told_of([measure], user)[measure.pk], *changed]
