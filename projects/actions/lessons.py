"""What a project teaches: lessons and coded causes."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from projects.actions.base import require, tell
from projects.models import Cause, Lesson, Project
from workflow.lifecycle import Conflict, MoveRefused


def write_lessons(
    project: Project, *, by: User, went_well: str, went_wrong: str, causes: Iterable[dict[str, Any]] = ()
) -> None:
    """Keep the lessons and coded causes of the close; each cause is a dict of code, is_primary and evidence."""
    for kind, text in ((Lesson.Kind.WENT_WELL, went_well), (Lesson.Kind.WENT_WRONG, went_wrong)):
        Lesson.objects.create(project=project, kind=kind, text=text.strip(), written_by=by)
    causes = list(causes)
    if causes and sum(bool(cause.get("is_primary")) for cause in causes) != 1:
        raise MoveRefused(_("Mark one of the causes as the primary one."))
    if any(not str(cause.get("evidence", "")).strip() for cause in causes):
        raise MoveRefused(_("Write the evidence for each cause."))
    Cause.objects.bulk_create(Cause(project=project, **cause) for cause in causes)


@transaction.atomic
def add_lesson(project: Project, *, by: User, kind: str, text: str) -> Lesson:
    """Write down what the next project should know, once this one is delivered."""
    require(by, "projects.add_lesson", project)
    if project.delivered_on is None:
        raise Conflict(_("Lessons are written once the project is delivered."))
    if not text.strip():
        raise MoveRefused(_("Write what the next project should know."))
    lesson = Lesson.objects.create(project=project, kind=kind, text=text.strip(), written_by=by)
    tell("add_lesson", project, by=by, note=lesson.text)
    return lesson
