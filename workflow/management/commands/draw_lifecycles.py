"""Writes docs/lifecycles.md from the code: diagram, who, needs and what follows, in words."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from workflow import notifications, reactions
from workflow.lifecycle import Lifecycle, Move

PAGE = Path(settings.BASE_DIR) / "docs" / "lifecycles.md"
INTRODUCTION = """# Lifecycles

This page is written by `manage.py draw_lifecycles` from the code that runs, so the two cannot disagree. Change
`lifecycle.py`, `rules.py` or `notifications.py` of an app, and run it again.
"""


def drawn() -> str:
    """The whole page."""
    with translation.override("en"):
        lives = [model for model in apps.get_models() if issubclass(model, Lifecycle)]
        return "\n".join([INTRODUCTION, *(_life(model) for model in sorted(lives, key=lambda one: one._meta.label))])


def _life(model: Any) -> str:
    moves = model.moves().values()
    lines = [f"## {str(model._meta.verbose_name).capitalize()}", "", "```mermaid", "stateDiagram-v2"]
    lines.append(f"    [*] --> {model._meta.get_field('state').get_default()}")
    lines += [f"    {source} --> {move.target}: {move.name}" for move in moves for source in move.sources]
    lines += ["```", "", "| state | on the page |", "| --- | --- |"]
    lines += [f"| `{value}` | {label} |" for value, label in model._meta.get_field("state").choices]
    lines += ["", *(text for move in moves for text in _move(model, move))]
    return "\n".join(lines)


def _move(model: type[Lifecycle], move: Move) -> list[str]:
    verb = f"{model._meta.label_lower}.{move.name}"
    lines = [f"### {move.name}: {move.label}", "", move.doc, "", f"- From {', '.join(move.sources)} to {move.target}."]
    lines.append(f"- Who: {in_words(move.who)}." + (" Never offered to people." if move.follows else ""))
    lines += [f"- Needs: {need.sentence}" for need in move.needs]
    lines += [f"- Asks for {ask.name.replace('_', ' ')}: {ask.sentence}" for ask in move.asks]
    for follows in reactions.listed(verb):
        lines.append(f"- Then ({follows.__module__.partition('.')[0]}): {(follows.__doc__ or '').strip()}")
    for notice in notifications.notified_verbs().get(verb, []):
        told = ", ".join(one.__name__.replace("_", " ") for one in notice.to)
        lines.append(f"- Told {'on the page and by e-mail' if notice.email else 'on the page'}: {told}.")
    return [*lines, ""]


def in_words(predicate: Any) -> str:
    """A predicate as a sentence: `(is_triager & ~has_stake)` reads "is triager and not has stake"."""
    text = predicate.name
    if "&" not in text:
        text = text.replace("(", "").replace(")", "").replace(" |", "; or")
    elif text.startswith("(") and ")" not in text[:-1]:
        text = text[1:-1]
    for mark, word in (("&", "and"), ("|", "or"), ("~", "not ")):
        text = text.replace(mark, word)
    return text.replace("_", " ").strip()


class Command(BaseCommand):
    help = "Write docs/lifecycles.md from the code; with --check only say whether it is current."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        page = drawn()
        if options["check"]:
            if not PAGE.exists() or PAGE.read_text() != page:
                raise CommandError("docs/lifecycles.md is not current. Run manage.py draw_lifecycles.")
            return
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page)
        self.stdout.write(f"Wrote {PAGE.relative_to(settings.BASE_DIR)}.")
