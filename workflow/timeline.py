"""What happened, in words: every verb has its sentence and icon, every changed field its label."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from workflow.models import Event
from workflow.templatetags.ui import day


@dataclass(frozen=True)
class Saying:
    """How a verb is told; the sentence may name values of the event's data as %(name)s."""

    sentence: Any
    icon: str


@dataclass(frozen=True)
class Change:
    """One field that an edit changed: its label, what it was and what it is, as a person reads them."""

    label: Any
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """An event as a history shows it."""

    event: Event
    sentence: str
    icon: str
    changes: tuple[Change, ...]


class _Lenient(dict[str, Any]):
    """A value that an old event lacks leaves a gap instead of an error."""

    def __missing__(self, key: str) -> str:
        return "…"


_sayings: dict[str, Saying] = {}
_labels: dict[str, Mapping[str, Any]] = {}
_words: dict[str, Callable[[Any], Any]] = {}


def say(verb: str, sentence: Any, icon: str = "circle-dot") -> None:
    """Tell `verb` (`intake.idea.approve`) by this sentence."""
    _sayings[verb] = Saying(sentence, icon)


def call_fields(model: str, labels: Mapping[str, Any]) -> None:
    """Name the fields of a model (`intake.idea`) as people know them."""
    _labels[model] = {**_labels.get(model, {}), **labels}


def call_values(name: str, word: Callable[[Any], Any]) -> None:
    """Name the coded values of a field or of an event's data (`intake.idea.answers`) by `word(code)`."""
    _words[name] = word


def told(events: Iterable[Event]) -> list[Told]:
    """Events as a history shows them, in the order given."""
    return [Told(event, sentence_of(event), icon_of(event), changes_of(event)) for event in events]


def sentence_of(event: Event) -> str:
    """What happened, in a sentence; a verb without one is told by the label of its move."""
    saying = _sayings.get(event.verb)
    if saying is None:
        return _label_of_move(event)
    model = event.verb.rpartition(".")[0]
    data = {key: _value(event, model, key, value) for key, value in event.data.items() if key != "changes"}
    return str(saying.sentence) % _Lenient(data)


def icon_of(event: Event) -> str:
    saying = _sayings.get(event.verb)
    return saying.icon if saying else "circle-dot"


def changes_of(event: Event) -> tuple[Change, ...]:
    """The fields that an edit changed, in the order of their labels; what it wrote again as it was is no change."""
    model = event.verb.rpartition(".")[0]
    labels = _labels.get(model, {})
    changes = event.data.get("changes", {})
    names = [*filter(changes.__contains__, labels), *(name for name in changes if name not in labels)]
    return tuple(
        Change(
            labels.get(name, name.replace("_", " ")), _value(event, model, name, old), _value(event, model, name, new)
        )
        for name in names
        for old, new in [changes[name]]
        if old != new
    )


def _label_of_move(event: Event) -> str:
    model = _model_of(event)
    move = model.moves().get(event.verb.rpartition(".")[2]) if hasattr(model, "moves") else None
    return str(move.label) if move else event.verb.rpartition(".")[2].replace("_", " ").capitalize()


def _model_of(event: Event) -> Any:
    return ContentType.objects.get_for_id(event.target_type_id).model_class()


def _value(event: Event, model: str, name: str, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if word := _words.get(f"{model}.{name}"):
        return " ".join(str(word(one)) for one in (value if isinstance(value, list) else [value]))
    try:
        choices = dict(_model_of(event)._meta.get_field(name).flatchoices)
    except (FieldDoesNotExist, AttributeError):
        choices = {}
    return str(choices[value]) if isinstance(value, str) and value in choices else _readable(value)


def _readable(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, str) and len(value) == 10:
        try:
            return day(date.fromisoformat(value))
        except ValueError:
            return value
    return "" if value is None else str(value)
