"""What an idea says: the draft, its correction, the business case, the triager's edits, its files."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, Role, User
from intake import rules
from intake.actions.finding import index
from intake.actions.parts import involve, require
from intake.actions.sizes import derive_size
from intake.lifecycle import Lane
from intake.models import Idea, Part
from workflow import events
from workflow.attachments import inspect
from workflow.editing import edit
from workflow.lifecycle import Conflict, MoveRefused, NotYourMove, perform
from workflow.models import Attachment, Audience

SHORT_FORM = ("title", "problem", "who_has_it", "better", "solution", "answers", "wanted_by", "wanted_why", "goal")
BUSINESS_CASE = ("options", "risks", "cost_start", "cost_yearly", "cost_note", "hours", "no_contribution_reason")


@transaction.atomic
def start_draft(
    *,
    by: User,
    department: Department | None = None,
    requester: User | None = None,
    started_from: Idea | None = None,
    **form: Any,
) -> Idea:
    """Begin a draft; a liaison may begin one for somebody else, and is then its drafter."""
    requester = requester or by
    department = department or requester.department
    if department is None:
        raise MoveRefused(_("You belong to no department yet. Ask IT to add you to one, then share the idea."))
    if requester != by and not (by.holds(Role.Kind.LIAISON, department=department.pk)):
        raise NotYourMove
    form.setdefault("audience", department.first_sight)
    idea = Idea.objects.create(requester=requester, department=department, started_from=started_from, **form)
    involve(idea, requester, Part.Kind.REQUESTER)
    if requester != by:
        involve(idea, by, Part.Kind.DRAFTER)
    events.record("intake.idea.start", idea, by=by)
    return idea


def save_draft(idea: Idea, *, by: User, version: int | None, **form: Any) -> None:
    """Save what was typed so far; nothing is asked for and no history is written of a draft."""
    require(by, "intake.change_idea", idea)
    with transaction.atomic():
        locked = Idea.objects.select_for_update(of=("self",)).get(pk=idea.pk)
        if not rules.is_open_to_edits(by, locked) or not locked.is_draft:
            raise Conflict(_("This idea was shared already. Open it to see where it is."))
        if version is not None and version != locked.version:
            raise Conflict(
                _("Somebody else saved this draft while you wrote. Your text is still here: compare and save again.")
            )
        for name, value in form.items():
            setattr(locked, name, value)
        locked.version += 1
        locked.save()
    idea.refresh_from_db()


def discard_draft(idea: Idea, *, by: User) -> None:
    """Throw a draft away: it is withdrawn without a number."""
    require(by, "intake.discard_idea", idea)
    perform(idea, "withdraw", by=by if by == idea.requester else idea.requester, reason=_("Discarded as a draft."))


def correct(idea: Idea, *, by: User, version: int | None, **form: Any) -> Any:
    """Correct the short form of a shared idea before a triager takes it up."""
    require(by, "intake.change_idea", idea)
    return _edited(idea, edit(idea, by=by, version=version, verb="correct", **form))


def edit_case(idea: Idea, *, by: User, version: int | None, **form: Any) -> Any:
    """Write the business case: options, risks, hours, the start and yearly cost."""
    require(by, "intake.change_case", idea)
    changed = edit(idea, by=by, version=version, verb="edit_case", **form)
    derive_size(idea, by=by)
    return changed


def triage(idea: Idea, *, by: User, version: int | None, **form: Any) -> Any:
    """The triager's edits: title, main goal, lane, answers, figures."""
    require(by, "intake.triage_idea", idea)
    if form.get("lane") == Lane.TAKEN_OVER:
        raise MoveRefused(_("Only an import makes ideas of this lane. Choose another lane."))
    event = _edited(idea, edit(idea, by=by, version=version, verb="triage", **form))
    derive_size(idea, by=by)
    return event


def _edited(idea: Idea, event: Any) -> Any:
    if event and {"title", "problem", "who_has_it", "better"} & set(event.data["changes"]):
        index(idea)
    return event


@transaction.atomic
def attach(idea: Idea, *, by: User, file: Any, audience: str = Audience.VIEWERS) -> Attachment:
    """Keep a file with the idea, for an audience that the person belongs to."""
    if idea.is_draft:
        require(by, "intake.change_idea", idea)
    elif audience not in idea.audiences_of(by):
        raise NotYourMove
    found = inspect(file.name, file)
    kept = Attachment(
        target_type=ContentType.objects.get_for_model(idea),
        target_id=idea.pk,
        name=found.name,
        content_type=found.content_type,
        size=found.size,
        sha256=found.sha256,
        audience=audience,
        uploaded_by=by,
    )
    kept.file.save(found.name, file)
    if not idea.is_draft:
        events.record("intake.idea.attach", idea, by=by, audience=audience, data={"name": found.name})
    return kept
