"""Scheduled work: each app registers functions that do whatever is due now."""

import logging
from collections.abc import Callable
from datetime import datetime

from workflow import clock

logger = logging.getLogger(__name__)
DueWork = Callable[[], int]
_works: list[DueWork] = []


def due(function: DueWork) -> DueWork:
    """Register `function()`: it does what is due at `clock.now()`, says how much, and may run twice."""
    _works.append(function)
    return function


def run(moment: datetime | None = None) -> dict[str, int]:
    """Run all scheduled work, as of `moment`; one that fails is logged and does not stop the others."""
    done = {}
    with clock.at(moment):
        for work in _works:
            try:
                done[f"{work.__module__}.{work.__name__}"] = work()
            except Exception:
                logger.exception("Scheduled work %s.%s failed.", work.__module__, work.__name__)
    return done
