"""What is known beside promises: how earlier ones held, what came of this one; apps above register how they know."""

from collections.abc import Callable
from typing import Any

from intake.models import Contribution, Idea

Teller = Callable[[Idea, Any], list[str]]
ResultTeller = Callable[[list[Contribution]], None]
_tellers: list[Teller] = []
_result_tellers: list[ResultTeller] = []


def register(teller: Teller) -> None:
    """Let `teller(idea, user)` say sentences beside new promises."""
    _tellers.append(teller)


def yardsticks_of(idea: Idea, user: Any) -> list[str]:
    return [sentence for teller in _tellers for sentence in teller(idea, user)]


def register_results(teller: ResultTeller) -> None:
    """Let `teller(contributions)` give each a `result` (label, tone, icon, url), where there is one."""
    _result_tellers.append(teller)


def tell_results(contributions: list[Contribution]) -> None:
    for teller in _result_tellers:
        teller(contributions)
