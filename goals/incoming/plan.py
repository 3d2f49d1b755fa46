"""What the lines of a table would become as values of a measure; what can be read in two ways is a question."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from charts.words import measured
from goals import periods
from goals.analysis import quality
from goals.incoming.columns import PART, ROLES, columns_of, fault_of
from goals.incoming.reader import Reader
from goals.incoming.rows import Coming, Plan, Standing, State
from goals.incoming.sheets import Line
from goals.models import Measure

EIGHT = Decimal("0.00000001")
MOST_TWICE = 20
NAMED = 5  # lines that a sentence names


def plan(
    lines: Sequence[Line],
    measure: Measure,
    answers: Mapping[str, Any],
    standing: Mapping[date, Standing],
    today: date,
    defined_from: date | None = None,
) -> Plan:
    """What `lines` become under the answers given so far, beside the values that stand; nothing is changed."""
    names = {name for one in standing.values() for name, _value, _count in one.parts}
    columns = columns_of(lines, measure, sorted(names))
    asks = not columns.are_plain
    roles: tuple[str, ...] = columns.roles
    if asks:
        given = answers.get("columns") or []
        if len(given) != len(roles) or not set(given) <= set(ROLES):
            return Plan(columns, [], [], [], asks_columns=True)
        roles = tuple(given)
    if fault := fault_of(roles, [column.heading for column in columns.columns]):
        return Plan(columns, [], [], [], asks_columns=True, columns_fault=fault)
    made = _Questions(columns, roles, measure, answers, standing, today, defined_from)
    made.read()
    return Plan(columns, made.rows, made.questions, made.remarks, asks_columns=asks)


class _Questions(Reader):
    """The steps in their order, each with what only a person can tell."""

    def read(self) -> None:
        self.read_lines()
        if any(not question.answer for question in self.questions):
            return  # what the numbers are decides what is odd about them
        self._ask_unit()
        self._ask_factor()
        self._ask_opposite()
        self._ask_twice()
        self._ask_before()
        self._compare()
        self._ask_unreadable()
        self._tell_gaps()

    def _with_value(self) -> list[Coming]:
        return [row for row in self.rows if row.is_open and row.value is not None]

    def _not_standing(self) -> list[Coming]:
        """The rows that bring something else than what stands: only they need a second look."""
        found = []
        for row in self._with_value():
            stands = self.standing.get(row.period_on) if row.period_on else None
            if stands is None or stands.value != row.value:
                found.append(row)
        return found

    @property
    def _history(self) -> list[float]:
        return [float(one.value) for one in self.standing.values()]

    def _ask_unit(self) -> None:
        signs = {"%": "%", "$": "$"}
        for sign, unit in signs.items():
            carried = [row for row in self._with_value() if sign in row.written]
            if not carried or self.measure.unit.strip() == unit:
                continue
            answer = self.ask(
                f"unit_{'percent' if sign == '%' else 'dollar'}",
                ngettext(
                    "%(count)s value carries the sign %(sign)s, and this measure is in %(unit)s (%(lines)s). "
                    "What are they?",
                    "%(count)s values carry the sign %(sign)s, and this measure is in %(unit)s (%(lines)s). "
                    "What are they?",
                    len(carried),
                )
                % {"count": len(carried), "sign": sign, "unit": self.measure.unit, "lines": _lines(carried)},
                ("as_is", _("In %(unit)s: take them as they stand") % {"unit": self.measure.unit}),
                *([("hundredth", _("Shares: divide them by 100"))] if sign == "%" else []),
                ("leave", _("Something else: leave them out")),
            )
            self.apply(carried, answer, {"hundredth": _scaled(Decimal("0.01")), "leave": _left_out})

    def _ask_factor(self) -> None:
        rows = self._not_standing()
        history = self._history if len(self.standing) >= quality.LEAST else None
        found = quality.factor_jumps([row.value for row in rows], history)
        by_factor = defaultdict(list)
        for one in found:
            by_factor[one.values["factor"]].append(one)
        for factor, its in sorted(by_factor.items()):
            out = [rows[one.position] for one in its]
            number = _plain(factor if factor > 1 else 1 / factor)
            told = {
                "count": len(out),
                "number": number,
                "lines": _lines(out),
                "usual": self._say(its[0].values["usual"]),
            }
            large = ngettext(
                "%(count)s value looks too large by a factor of %(number)s, beside %(usual)s as usual (%(lines)s).",
                "%(count)s values look too large by a factor of %(number)s, beside %(usual)s as usual (%(lines)s).",
                len(out),
            )
            small = ngettext(
                "%(count)s value looks too small by a factor of %(number)s, beside %(usual)s as usual (%(lines)s).",
                "%(count)s values look too small by a factor of %(number)s, beside %(usual)s as usual (%(lines)s).",
                len(out),
            )
            answer = self.ask(
                f"factor_{factor:g}",
                (large if factor > 1 else small) % told,
                ("scale", (_("Divide by %(number)s") if factor > 1 else _("Multiply by %(number)s")) % told),
                ("as_is", _("Take as they stand: they are right")),
                ("leave", _("Leave them out")),
            )
            by = 1 / Decimal(repr(factor))
            self.apply(out, answer, {"scale": _scaled(by), "leave": _left_out})
        if history is None and not found and self._are_shares(rows):
            answer = self.ask(
                "shares",
                _("This measure is in %, and every value lies between 0 and 1. What are they?"),
                ("scale", _("Shares of 1: multiply by 100")),
                ("as_is", _("Per cent: take them as they stand")),
            )
            self.apply(rows, answer, {"scale": _scaled(Decimal(100))})

    def _are_shares(self, rows: Sequence[Coming]) -> bool:
        """Whether values of a measure in per cent look like shares of 1."""
        values = [row.value for row in rows if row.value is not None]
        signed = any("%" in row.written for row in rows)
        return self.measure.unit == "%" and not signed and any(values) and all(0 <= one <= 1 for one in values)

    def _ask_opposite(self) -> None:
        rows = [row for row in self._not_standing() if row.state != State.ASKED]
        history = self._history
        whole = 100 if self.measure.unit == "%" else 1 if history and min(history) >= 0 and max(history) <= 1 else None
        if whole is None:
            return
        found = quality.mirrored([row.value for row in rows], history, whole)
        out = [rows[one.position] for one in found]
        if not out:
            return
        first = found[0].values
        answer = self.ask(
            "opposite",
            ngettext(
                "%(count)s value looks like the share of the opposite (%(lines)s): %(value)s is far from the values "
                "before, and %(rest)s is among them.",
                "%(count)s values look like the share of the opposite (%(lines)s): %(value)s is far from the values "
                "before, and %(rest)s is among them.",
                len(out),
            )
            % {
                "count": len(out),
                "lines": _lines(out),
                "value": self._say(first["value"]),
                "rest": self._say(first["rest"]),
            },
            *(
                [("turn", _("Turn them: %(whole)s less the value") % {"whole": whole})]
                if PART not in self.roles
                else []
            ),
            ("as_is", _("Take as they stand: they are right")),
            ("leave", _("Leave them out")),
        )

        def turn(row: Coming) -> None:
            assert row.value is not None
            row.value = whole - row.value

        self.apply(out, answer, {"turn": turn, "leave": _left_out})

    def _ask_twice(self) -> None:
        by_period = defaultdict(list)
        for row in self._with_value():
            if row.period_on is not None:
                by_period[row.period_on].append(row)
        several = {on: rows for on, rows in by_period.items() if len(rows) > 1}
        for on, rows in several.items():
            if len({(row.value, row.parts) for row in rows}) == 1:
                for row in rows[1:]:
                    row.leave_out(_("The same stands on line %(line)s.") % {"line": rows[0].line})
            elif len(several) > MOST_TWICE:
                for row in rows:
                    row.refuse(
                        _("%(period)s stands there more than once. Bring one value for each period.")
                        % {"period": self.name(on)}
                    )
            else:
                answer = self.ask(
                    f"twice_{on.isoformat()}",
                    _("%(period)s stands there more than once. Which value is right?") % {"period": self.name(on)},
                    *(
                        (str(row.line), _("Line %(line)s: %(value)s") % {"line": row.line, "value": row.written})
                        for row in rows
                    ),
                    ("none", _("None of them: leave the period out")),
                )
                for row in rows:
                    if not answer:
                        row.state = State.ASKED
                    elif answer != str(row.line):
                        row.leave_out()

    def _ask_before(self) -> None:
        fresh = [row for row in self._with_value() if row.period_on is not None and row.period_on not in self.standing]
        older = [row for row in fresh if self.defined_from and row.period_on and row.period_on < self.defined_from]
        if older and self.defined_from:
            answer = self.ask(
                "definition",
                _("The definition changed on %(day)s, and %(count)s of the periods lie before (%(lines)s).")
                % {"day": date_format(self.defined_from), "count": len(older), "lines": _lines(older)},
                ("take", _("They were counted by the definition of their time: take them over")),
                ("leave", _("They were not: leave them out")),
            )
            self.apply(older, answer, {"leave": _left_out})
        first = min(self.standing, default=None)
        before = [row for row in fresh if first and row.is_open and row.period_on and row.period_on < first]
        if before and first:
            answer = self.ask(
                "before",
                _(
                    "%(count)s of the periods lie before the first value that stands, %(period)s (%(lines)s). "
                    "They change what is normal."
                )
                % {"count": len(before), "period": self.name(first), "lines": _lines(before)},
                ("take", _("Take them over")),
                ("leave", _("Leave them out")),
            )
            self.apply(before, answer, {"leave": _left_out})

    def _compare(self) -> None:
        """Beside the values that stand: the same changes nothing, another one is a correction if a person says so."""
        differ = []
        for row in self._with_value():
            assert row.value is not None
            row.value = row.value.quantize(EIGHT)
            row.parts = tuple((name, value.quantize(EIGHT), count) for name, value, count in row.parts)
            row.stands = self.standing.get(row.period_on) if row.period_on else None
            self._refuse_unfit_parts(row)
            if not row.is_open or row.stands is None or row.state == State.ASKED:
                continue
            same = row.value == row.stands.value and (not row.parts or set(row.parts) == set(row.stands.parts))
            row.state = State.SAME if same else State.CORRECTION
            if not same:
                differ.append(row)
        if not differ:
            return
        answer = self.ask(
            "differ",
            ngettext(
                "%(count)s value differs from the one that stands (%(lines)s).",
                "%(count)s values differ from those that stand (%(lines)s).",
                len(differ),
            )
            % {"count": len(differ), "lines": _lines(differ)},
            ("correct", _("Correct what stands; the old values stay in the history")),
            ("keep", _("Keep what stands")),
        )
        self.apply(differ, answer, {"keep": _left_out})

    def _refuse_unfit_parts(self, row: Coming) -> None:
        if not self.measure.parts_add_up or row.value is None:
            return
        parts = row.parts or (row.stands.parts if row.stands else ())
        total = sum((value for _name, value, _count in parts), Decimal(0))
        if parts and total != row.value:
            row.refuse(
                _("The parts add up to %(total)s, the value is %(value)s. Correct the part or the value.")
                % {"total": _plain(total), "value": _plain(row.value)}
            )

    def _ask_unreadable(self) -> None:
        faulty = [row for row in self.rows if row.state == State.UNREADABLE]
        if faulty:
            self.ask(
                "unreadable",
                ngettext(
                    "%(count)s line cannot be taken (%(lines)s). Repair it and bring the table again, or leave it out.",
                    "%(count)s lines cannot be taken (%(lines)s). "
                    "Repair them and bring the table again, or leave them out.",
                    len(faulty),
                )
                % {"count": len(faulty), "lines": _lines(faulty)},
                ("leave", _("Leave out what cannot be taken")),
            )

    def _tell_gaps(self) -> None:
        coming = {row.period_on for row in self.rows if row.is_open and row.period_on}
        known = sorted(coming | set(self.standing))
        if not coming:
            return
        steps = [periods.steps(self.measure.cadence, known[0], on) for on in known]
        found = [one for one in quality.gaps(steps) if {known[one.position], known[one.position - 1]} & coming]
        if found:
            missing = sum(one.values["missing"] for one in found)
            self.remarks.append(
                ngettext(
                    "%(count)s period has no value, before %(period)s. It stays a gap.",
                    "%(count)s periods have no value, the first before %(period)s. They stay gaps.",
                    missing,
                )
                % {"count": missing, "period": self.name(known[found[0].position])}
            )

    def _say(self, value: float) -> str:
        return measured(value, self.measure.unit)


def _scaled(by: Decimal) -> Callable[[Coming], None]:
    def scale(row: Coming) -> None:
        assert row.value is not None
        row.value *= by
        row.parts = tuple((name, value * by, count) for name, value, count in row.parts)

    return scale


def _left_out(row: Coming) -> None:
    row.leave_out()


def _plain(number: Any) -> str:
    return number_format(f"{Decimal(repr(number) if isinstance(number, float) else number).normalize():f}")


def _lines(rows: Sequence[Coming]) -> str:
    """ "line 4", "lines 4, 5, 6, 7, 8 and more"."""
    first = ", ".join(str(row.line) for row in rows[:NAMED])
    more = {"lines": first}
    if len(rows) > NAMED:
        return _("lines %(lines)s and more") % more
    return ngettext("line %(lines)s", "lines %(lines)s", len(rows)) % more
