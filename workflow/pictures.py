"""What a mail carries beside its words: a picture drawn from its event when it is sent."""

from collections.abc import Callable
from typing import Any

from django.utils import translation

# The name of the file, and its content as PNG.
Picture = tuple[str, bytes]
_drawn: dict[str, Callable[[Any], Picture | None]] = {}


def draw(verb: str, by: Callable[[Any], Picture | None]) -> None:
    """Let the mails about a verb carry what `by(event)` draws, if anything."""
    _drawn[verb] = by


def picture_of(delivery: Any) -> Picture | None:
    """The picture of a delivery in its language; none about what is restricted."""
    event = delivery.event
    if event.verb not in _drawn or getattr(event.target, "is_restricted", False):
        return None
    with translation.override(delivery.language):
        return _drawn[event.verb](event)
