"""What the past says to who makes or weighs a new promise; apps above register how they know."""

from collections.abc import Callable
from typing import Any

from intake.models import Idea

Teller = Callable[[Idea, Any], list[str]]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Let `teller(idea, user)` say sentences beside new promises."""
    _tellers.append(teller)


def yardsticks_of(idea: Idea, user: Any) -> list[str]:
    return [sentence for teller in _tellers for sentence in teller(idea, user)]
