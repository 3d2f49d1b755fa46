"""What a person has open in other apps: each app says it, and hands it over to a successor."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Duty:
    """One open duty of a person: what it is, and where."""

    label: Any
    url: str


Listing = Callable[[Any], Iterable[Duty]]
_sources: list[tuple[Listing, Callable[[Any, Any, Any], None]]] = []


def register(listing: Listing, *, handover: Callable[[Any, Any, Any], None]) -> None:
    """`listing(user)` returns the open duties; `handover(user, successor, by)` gives them all to the successor."""
    if (listing, handover) not in _sources:
        _sources.append((listing, handover))


def open_duties(user: Any) -> list[Duty]:
    return [duty for listing, _handover in _sources for duty in listing(user)]


def hand_over(user: Any, successor: Any, *, by: Any) -> None:
    for _listing, handover in _sources:
        handover(user, successor, by)
