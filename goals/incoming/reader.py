"""Reading the periods and numbers of lines that somebody brings for a measure: nothing is guessed in silence."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext as _

from charts.words import Cadence, namer
from goals import periods
from goals.analysis import quality
from goals.incoming.columns import COUNT, NOTE, PART, PERIOD, VALUE, Columns, cell_at
from goals.incoming.rows import Coming, Part, Question, Standing, State
from goals.incoming.sheets import Cell, Line
from goals.models import Measure
from goals.seriesfile import DAY, period_named
from goals.words import say_finding

LARGEST = Decimal(10) ** 12
EARLIEST = 1900


class Reader:
    """Reads periods and numbers; what it cannot know it asks, and goes on with what is known."""

    def __init__(
        self,
        columns: Columns,
        roles: tuple[str, ...],
        measure: Measure,
        answers: Mapping[str, Any],
        standing: Mapping[date, Standing],
        today: date,
        defined_from: date | None,
    ) -> None:
        self.columns, self.roles, self.measure, self.answers = columns, roles, measure, answers
        self.standing, self.today, self.defined_from = standing, today, defined_from
        self.questions: list[Question] = []
        self.remarks: list[str] = []
        self.rows: list[Coming] = []
        self.name = namer(cast(Cadence, measure.cadence))

    def read_lines(self) -> None:
        """A row for each line, with its period and its numbers, or the sentence of what is wrong with it."""
        period, value = self.roles.index(PERIOD), self.roles.index(VALUE)
        note = self.roles.index(NOTE) if NOTE in self.roles else None
        for line in self.columns.lines:
            self.rows.append(
                Coming(
                    line.number,
                    str(cell_at(line, period)),
                    str(cell_at(line, value)),
                    "" if note is None else str(cell_at(line, note)),
                )
            )
        self._read_periods()
        self._read_values()
        self._refuse_unfit()

    # Asking

    def ask(self, key: str, text: str, *choices: tuple[str, str]) -> str:
        """The answer to a question, or "" while there is none."""
        given = self.answers.get(key, "")
        answer = given if given in [code for code, _label in choices] else ""
        self.questions.append(Question(key, text, choices, answer))
        return answer

    def apply(self, rows: Sequence[Coming], answer: str, doing: Mapping[str, Callable[[Coming], None]]) -> None:
        """Do to the rows what was answered; without an answer they wait for it."""
        for row in rows:
            if not answer:
                row.state = State.ASKED
            elif answer in doing:
                doing[answer](row)

    # Reading

    def _read_periods(self) -> None:
        day_first = self._day_first([row.period for row in self.rows])
        for row in self.rows:
            form, day, fault = period_named(row.period, day_first is True)
            if day is None:
                row.refuse(fault if row.period else _("There is no period. Write it, or leave the line out."))
            elif form not in (DAY, self.measure.cadence):
                row.refuse(
                    _('A value is wanted here: %(cadence)s. "%(text)s" names another period.')
                    % {"cadence": self.measure.get_cadence_display().lower(), "text": row.period}
                )
            elif day_first is None and _is_two_days(row.period):
                row.state = State.ASKED
            else:
                row.period_on = periods.period_of(self.measure.cadence, day)
                row.named = self.name(row.period_on)

    def _day_first(self, texts: Sequence[str]) -> bool | None:
        """Whether the day stands before the month; None while a person has to tell."""
        american, european, differ = [], [], False
        for text in texts:
            first, second = period_named(text, False)[1], period_named(text, True)[1]
            if first and not second:
                american.append(text)
            elif second and not first:
                european.append(text)
            elif first and second:
                of = [periods.period_of(self.measure.cadence, day) for day in (first, second)]
                differ = differ or of[0] != of[1]
        if european and not american:
            self.remarks.append(
                _('The day stands before the month: "%(text)s" can be read in no other way.') % {"text": european[0]}
            )
            return True
        if (american and not european) or not (differ or european):
            return False
        some = next(text for text in texts if _is_two_days(text)) if differ else european[0]
        answer = self.ask(
            "order",
            _('Which stands first in days such as "%(text)s"?') % {"text": some},
            ("month", _("The month, as in 1/31/2026")),
            ("day", _("The day, as in 31/1/2026")),
        )
        return {"month": False, "day": True}.get(answer)

    def _read_values(self) -> None:
        figures = [at for at, role in enumerate(self.roles) if role in (VALUE, PART)]
        cells = [cell_at(line, at) for line in self.columns.lines for at in figures]
        decimal = self._decimal([cell for cell in cells if isinstance(cell, str)])
        value = self.roles.index(VALUE)
        for row, line in zip(self.rows, self.columns.lines, strict=True):
            if not row.is_open:
                continue
            if decimal is None and _is_two_numbers(cell_at(line, value)):
                row.state = State.ASKED
                continue
            number, fault = _number(cell_at(line, value), decimal or ".")
            if number is None:
                row.refuse(fault)
                continue
            row.value = number
            row.parts = self._parts(row, line, decimal or ".")

    def _parts(self, row: Coming, line: Line, decimal: str) -> tuple[Part, ...]:
        parts: list[Part] = []
        for at, role in enumerate(self.roles):
            if role != PART or cell_at(line, at) == "":
                continue
            name = self.columns.columns[at].heading[:80]
            number, fault = _number(cell_at(line, at), decimal)
            count: int | None = None
            if at + 1 < len(self.roles) and self.roles[at + 1] == COUNT and cell_at(line, at + 1) != "":
                counted, _fault = _number(cell_at(line, at + 1), decimal)
                if counted is None or counted < 0 or counted != int(counted):
                    row.refuse(_("How many were counted in “%(name)s” is a whole number.") % {"name": name})
                    continue
                count = int(counted)
            if number is None:
                row.refuse(f"{name}: {fault}")
            else:
                parts.append((name, number, count))
        return tuple(parts)

    def _decimal(self, texts: Sequence[str]) -> str | None:
        """The decimal sign; None while a person has to tell."""
        point = [quality.parse_number(text, decimal=".") for text in texts]
        comma = [quality.parse_number(text, decimal=",") for text in texts]
        only_point = [text for text, one in zip(texts, comma, strict=True) if one.fault == quality.Kind.OTHER_COMMA]
        only_comma = [text for text, one in zip(texts, point, strict=True) if one.fault == quality.Kind.OTHER_COMMA]
        both = [text for text, one, other in zip(texts, point, comma, strict=True) if one.value != other.value]
        if only_comma and not only_point:
            self.remarks.append(
                _('The comma is the decimal sign: "%(text)s" can be read in no other way.') % {"text": only_comma[0]}
            )
            return ","
        if (only_point and not only_comma) or not both:
            return "."
        mixed = _('Which is the decimal sign? Some numbers have a point, "%(point)s", others a comma, "%(comma)s".')
        answer = self.ask(
            "decimal",
            mixed % {"point": only_point[0], "comma": only_comma[0]}
            if only_point and only_comma
            else _('Which is the decimal sign in numbers such as "%(text)s"?') % {"text": both[0]},
            ("point", _("The point: 1,234.5")),
            ("comma", _("The comma: 1.234,5")),
        )
        return {"point": ".", "comma": ","}.get(answer)

    def _refuse_unfit(self) -> None:
        """What can be no value of this measure, whatever anybody answers."""
        for row in self.rows:
            if row.is_open and row.period_on is not None:
                if row.period_on > self.today:
                    row.refuse(say_finding(quality.Finding(0, quality.Kind.FUTURE, {"day": self.name(row.period_on)})))
                elif row.period_on.year < EARLIEST:
                    row.refuse(_("This is very long ago. Check the year."))
                elif self.measure.ended_on and row.period_on > self.measure.ended_on:
                    row.refuse(_("This measure had ended by then. Leave the line out."))
            if row.is_open and row.value is not None and abs(row.value) >= LARGEST:
                row.refuse(_("This number is too large to be kept. Choose a larger unit."))


def _is_two_days(text: str) -> bool:
    first, second = period_named(text, False)[1], period_named(text, True)[1]
    return first is not None and second is not None and first != second


def _is_two_numbers(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return False
    return quality.parse_number(cell).value != quality.parse_number(cell, decimal=",").value


def _number(cell: Cell, decimal: str) -> tuple[Decimal | None, str]:
    """The number of a cell, or the sentence of what is wrong with it."""
    if not isinstance(cell, str):
        return Decimal(repr(cell)), ""
    parsed = quality.parse_number(cell, decimal=decimal)
    if parsed.value is None:
        assert parsed.fault is not None
        return None, say_finding(quality.Finding(0, parsed.fault, {"text": cell}))
    return Decimal(repr(parsed.value)), ""
