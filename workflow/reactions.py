"""What follows a move, in the same transaction and in a fixed order."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Reaction = Callable[[Any], None]
_after: dict[str, list[Reaction]] = defaultdict(list)
_before_save: dict[str, list[Reaction]] = defaultdict(list)


def after(verb: str, function: Reaction) -> None:
    """Run `function(made)` after the moved row was saved."""
    if function not in _after[verb]:
        _after[verb].append(function)


def before_save(verb: str, function: Reaction) -> None:
    """Run `function(made)` before the moved row is saved, so that it can point to a record made by the reaction."""
    if function not in _before_save[verb]:
        _before_save[verb].append(function)


def run(verb: str, made: Any) -> None:
    for function in _after.get(verb, ()):
        function(made)


def run_before_save(verb: str, made: Any) -> None:
    for function in _before_save.get(verb, ()):
        function(made)


def listed(verb: str) -> list[Reaction]:
    """Every reaction to a verb, in the order in which they run."""
    return [*_before_save.get(verb, ()), *_after.get(verb, ())]
