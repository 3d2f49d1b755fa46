"""Lines and what they would become as values of a measure, with the questions that only a person can answer."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as lazy

from goals.incoming.columns import Columns

Part = tuple[str, Decimal, int | None]


class State(StrEnum):
    NEW = "new"
    CORRECTION = "correction"
    SAME = "same"
    LEFT_OUT = "left_out"
    UNREADABLE = "unreadable"
    ASKED = "asked"


STATES = {
    State.NEW: (lazy("New"), "done", "plus"),
    State.CORRECTION: (lazy("Corrects"), "attn", "pencil"),
    State.SAME: (lazy("Stands already"), "wait", "check"),
    State.LEFT_OUT: (lazy("Left out"), "wait", "minus"),
    State.UNREADABLE: (lazy("Cannot be taken"), "late", "triangle-alert"),
    State.ASKED: (lazy("Waits for your answer"), "attn", "circle-help"),
}


@dataclass(frozen=True)
class Standing:
    """The value that a period has already, with its break-down."""

    pk: int
    value: Decimal
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Question:
    """Something that only a person can tell; `answer` is the code of the choice made, or ""."""

    key: str
    text: str
    choices: tuple[tuple[str, str], ...]
    answer: str = ""


@dataclass
class Coming:
    """One line and what it would become."""

    line: int
    period: str
    written: str
    note: str = ""
    period_on: date | None = None
    named: str = ""
    value: Decimal | None = None
    parts: tuple[Part, ...] = ()
    stands: Standing | None = None
    state: State = State.NEW
    said: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.state not in (State.LEFT_OUT, State.UNREADABLE)

    @property
    def is_read_otherwise(self) -> bool:
        """Whether the value is another number than the one that is written there."""
        return self.value is not None and f"{self.value.normalize():f}" != self.written

    @property
    def label(self) -> str:
        return str(STATES[self.state][0])

    @property
    def tone(self) -> str:
        return STATES[self.state][1]

    @property
    def icon(self) -> str:
        return STATES[self.state][2]

    def refuse(self, sentence: str) -> None:
        self.state = State.UNREADABLE
        self.said.append(str(sentence))

    def leave_out(self, sentence: str = "") -> None:
        self.state = State.LEFT_OUT
        if sentence:
            self.said.append(sentence)


@dataclass
class Plan:
    """What taking a table over would do; `seen` changes when anything of it changes."""

    columns: Columns
    rows: list[Coming]
    questions: list[Question]
    remarks: list[str]
    asks_columns: bool = False
    columns_fault: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether nothing is left to ask; rows exist once the columns are known."""
        return bool(self.rows) and all(one.answer for one in self.questions)

    @property
    def new(self) -> list[Coming]:
        return [row for row in self.rows if row.state == State.NEW]

    @property
    def corrections(self) -> list[Coming]:
        return [row for row in self.rows if row.state == State.CORRECTION]

    @property
    def taken(self) -> int:
        return len(self.new) + len(self.corrections)

    @property
    def counts(self) -> list[tuple[str, str, str, int]]:
        """(words, tone, icon, number of lines) of each state that occurs."""
        found = Counter(row.state for row in self.rows)
        return [(str(label), tone, icon, found[state]) for state, (label, tone, icon) in STATES.items() if found[state]]

    @property
    def seen(self) -> str:
        told = [
            (row.state, str(row.period_on), str(row.value), str(row.parts), row.note, str(row.stands))
            for row in self.rows
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]
