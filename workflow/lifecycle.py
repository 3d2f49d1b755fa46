"""Lifecycles: how a state is declared, who may move it, and the one function that moves it."""

import inspect
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.translation import gettext as _
from django_fsm import FSMModelMixin, transition

from workflow import clock, events, notifications, reactions

_order = itertools.count()
Predicate = Callable[..., bool]


class MoveRefused(Exception):
    """A move that cannot be made now; `sentences` say what to do."""

    def __init__(self, *sentences: object) -> None:
        self.sentences = [str(sentence) for sentence in sentences]
        super().__init__(" ".join(self.sentences))


class Conflict(MoveRefused):
    """Somebody else was faster: the object is no longer in the state from which the move starts."""


class NotYourMove(PermissionDenied):
    """The person may not make this move."""


@dataclass(frozen=True)
class Need:
    """A fact that must hold before a move: `check(obj)` and the sentence that says what to do."""

    check: Callable[[Any], bool]
    sentence: Any


@dataclass(frozen=True)
class Ask:
    """A value that the person gives with the move; asked only where `when(obj)` holds."""

    name: str
    sentence: Any
    when: Callable[[Any], bool] = lambda obj: True


@dataclass(frozen=True)
class Move:
    """One declared move of a lifecycle."""

    name: str
    label: Any
    sources: tuple[str, ...]
    target: str
    who: Predicate
    needs: tuple[Need, ...]
    asks: tuple[Ask, ...]
    follows: bool
    order: int
    doc: str

    def unmet(self, obj: "Lifecycle") -> list[str]:
        return [str(need.sentence) for need in self.needs if not need.check(obj)]


@dataclass(frozen=True)
class Offer:
    """A move that a person may make: enabled, or shown with the sentences that say what is missing."""

    move: Move
    unmet: list[str] = field(default_factory=list)

    @property
    def enabled(self) -> bool:
        return not self.unmet


@dataclass
class Made:
    """A move that was just made, as reactions and notifications see it."""

    obj: Any
    move: Move
    event: Any
    by: Any
    on_behalf_of: Any
    data: dict[str, Any]
    before: str


def move(
    *,
    source: str | Iterable[str],
    target: str,
    label: Any,
    who: Predicate,
    needs: Iterable[Need] = (),
    asks: Iterable[Ask] = (),
    follows: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a move. `follows` marks one that follows another object: people are never offered it."""
    sources = (source,) if isinstance(source, str) else tuple(source)

    def declare(method: Callable[..., None]) -> Callable[..., None]:
        declared = Move(
            name=method.__name__,
            label=label,
            sources=tuple(str(one) for one in sources),
            target=str(target),
            who=who,
            needs=tuple(needs),
            asks=tuple(asks),
            follows=follows,
            order=next(_order),
            doc=inspect.getdoc(method) or "",
        )
        return transition(field="state", source=list(sources), target=target, custom={"move": declared})(method)

    return declare


class Lifecycle(FSMModelMixin, models.Model):
    """Base of everything that has a life. A subclass declares `state` and its moves."""

    state: Any
    get_state_display: Any
    state_since = models.DateTimeField(default=clock.now, editable=False)
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def moves(cls) -> dict[str, Move]:
        """Every move by name, in the order of declaration."""
        found: dict[str, Move] | None = cls.__dict__.get("_moves")
        if found is None:
            declared = (
                getattr(attribute, "_django_fsm", None) for _name, attribute in inspect.getmembers(cls, callable)
            )
            moves = {
                one.custom["move"].name: one.custom["move"]
                for meta in declared
                if meta
                for one in meta.transitions.values()
            }
            found = dict(sorted(moves.items(), key=lambda item: item[1].order))
            setattr(cls, "_moves", found)  # noqa: B010 - kept on the class itself, not on the base
        return found

    def waives_needs(self, by: Any) -> bool:
        """Whether needs and asks are met by the way the object came in (an import); never for people."""
        return False

    def hearing(self) -> dict[str, Any]:
        """What an event of this object carries besides its target: department and audience."""
        return {"department_id": getattr(self, "department_id", None)}

    def may_be_seen_by(self, user: Any) -> bool:
        return user.has_perm(f"{self._meta.app_label}.view_{self._meta.model_name}", self)

    def audiences_of(self, user: Any) -> set[str]:
        """Which audiences of product.md the person belongs to on this object."""
        return {"viewers"} if self.may_be_seen_by(user) else set()

    def after_move(self, made: Made) -> None:
        """Set what every move sets (a due date); runs before the row is saved."""


def verb_of(obj: models.Model, name: str) -> str:
    """`intake.idea.approve` for an Idea and "approve"."""
    return f"{obj._meta.label_lower}.{name}"


def moves_for(obj: Lifecycle, user: Any) -> list[Offer]:
    """The moves that this person may make now, in declared order; those with unmet needs carry the sentences."""
    return [
        Offer(one, one.unmet(obj))
        for one in obj.moves().values()
        if obj.state in one.sources and not one.follows and one.who(user, obj)
    ]


def perform(
    obj: Any,
    name: str,
    *,
    by: Any,
    on_behalf_of: Any = None,
    note: str = "",
    at: datetime | None = None,
    quiet: bool = False,
    **data: Any,
) -> Any:
    """Make the move `name` on `obj`: lock, re-read, check, move, record, react, save: all or nothing; the Event.

    Raises NotYourMove where the person may not, Conflict where the state has changed meanwhile, and MoveRefused with
    the sentences where something is missing. `obj` is refreshed to what was saved. `at` and `quiet` are for imports
    and the demonstration: dated in the past, without notices.
    """
    declared = type(obj).moves().get(name)
    if declared is None:
        raise MoveRefused(_("There is no move of this name. Choose one of the moves on the page."))
    with clock.at(at), notifications.muted(quiet), transaction.atomic():
        locked = type(obj)._base_manager.select_for_update(of=("self",)).get(pk=obj.pk)
        _check(locked, declared, by, data)
        before = locked.state
        method = getattr(locked, name)
        accepted = inspect.signature(method).parameters
        method(by=by, **{key: value for key, value in data.items() if key in accepted})
        locked.version += 1
        locked.state_since = clock.now()
        event = events.record(
            verb_of(locked, name),
            locked,
            by=by,
            on_behalf_of=on_behalf_of,
            note=note,
            data={"from": before, "to": locked.state},
        )
        made = Made(locked, declared, event, by, on_behalf_of, data, before)
        locked.after_move(made)
        reactions.run_before_save(event.verb, made)
        locked.save()
        reactions.run(event.verb, made)
        notifications.tell(event, locked, made=made)
    obj.refresh_from_db()
    return event


def _check(obj: Lifecycle, declared: Move, by: Any, data: dict[str, Any]) -> None:
    if not by.is_active:
        raise NotYourMove
    if obj.state not in declared.sources:
        raise Conflict(
            _("This is at “%(state)s” now, so “%(move)s” is no longer open. Reload the page to see what happened.")
            % {"state": obj.get_state_display(), "move": declared.label}
        )
    if not declared.who(by, obj):
        raise NotYourMove
    if obj.waives_needs(by):
        return
    missing = declared.unmet(obj) + [
        str(ask.sentence) for ask in declared.asks if ask.when(obj) and data.get(ask.name) in (None, "", [], ())
    ]
    if missing:
        raise MoveRefused(*missing)
