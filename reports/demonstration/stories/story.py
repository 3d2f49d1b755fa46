"""What a story of the demonstration city tells."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Story:
    """One idea: the person's key, the words, the figures, the state it has reached, and how many days ago it was shared."""

    by: str
    title: str
    problem: str
    better: str
    state: str
    ago: int
    goal: str = ""
    answers: tuple[str, ...] = ()
    cost: tuple[int, int, int] = (0, 0, 0)
    who: str = ""
    promise: tuple[str, float] | None = None
    value: str = "medium"
    words: dict[str, Any] = field(default_factory=dict)
    supports: tuple[tuple[str, str, bool], ...] = ()
    co_author: str = ""
    audience: str = ""
    lane: str = "ordinary"
