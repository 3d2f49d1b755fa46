"""Defining a measure together: positions, data, gaps and dissent on record, and who signed which version."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from goals.actions.plans import free_slug, require
from goals.models import Agreement, DataElement, DataRequest, Goal, Measure, Position, Remark, SignOff
from workflow import clock, events, notifications
from workflow.editing import edit
from workflow.lifecycle import Conflict, MoveRefused

ANSWER_DAYS = 10
MEANING = ("question", "meaning", "counts", "leaves_out")


def tell(verb: str, agreement: Agreement, *, by: User, note: str = "", **data: Any) -> Any:
    event = events.record(f"goals.agreement.{verb}", agreement, by=by, note=note, data=data)
    notifications.tell(event, agreement)
    return event


@transaction.atomic
def ask_question(
    *, by: User, goal: Goal, name: str, question: str, kept_by: User, backup: User | None = None
) -> Agreement:
    """Put a question that several departments share."""
    require(by, "goals.ask_question", None)
    if backup == kept_by:
        raise MoveRefused(_("Name somebody other than the keeper as the backup, or leave it empty."))
    agreement = Agreement.objects.create(
        slug=free_slug(Agreement, name),
        name=name,
        question=question,
        goal=goal,
        asked_by=by,
        kept_by=kept_by,
        backup=backup,
    )
    tell("ask", agreement, by=by)
    return agreement


@transaction.atomic
def change_agreement(agreement: Agreement, *, by: User, version: int | None, **fields: Any) -> Any:
    """Change what was agreed; other words for its meaning are a new version, which every department signs anew."""
    require(by, "goals.change_agreement", agreement)
    keeper, backup = fields.get("kept_by", agreement.kept_by), fields.get("backup", agreement.backup)
    if backup is not None and backup == keeper:
        raise MoveRefused(_("Name somebody other than the keeper as the backup, or leave it empty."))
    locked = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    means_else = any(name in fields and fields[name] != getattr(locked, name) for name in MEANING)
    if means_else and version in (None, locked.version):
        fields |= _anew(locked)
    return edit(agreement, by=by, version=version, **fields)


def _anew(agreement: Agreement) -> dict[str, Any]:
    """The fields of a version that nobody has signed yet; the same version while nobody had signed it."""
    if not agreement.sign_offs.filter(number=agreement.number).exists():
        return {}
    return {"number": agreement.number + 1, "agreed_at": None}


@transaction.atomic
def name_measures(
    agreement: Agreement, *, by: User, version: int | None, measures: list[Measure], index: Measure | None = None
) -> None:
    """Say which measures, and which index of them, answer the question: a new version to be signed."""
    require(by, "goals.change_agreement", agreement)
    locked = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if version is not None and version != locked.version:
        raise Conflict(
            _("Somebody else saved a change while you wrote. Your text is still here: compare and save again.")
        )
    if index is not None and not hasattr(index, "index"):
        raise MoveRefused(_("“%(name)s” is not an index yet. Give it members first.") % {"name": index.name})
    before = set(locked.measures.values_list("pk", flat=True))
    if before == {one.pk for one in measures} and locked.index_id == getattr(index, "pk", None):
        return
    for field, value in ({"index": index, "version": locked.version + 1} | _anew(locked)).items():
        setattr(locked, field, value)
    locked.save()
    locked.measures.set(measures)
    agreement.refresh_from_db()
    tell("name_measures", agreement, by=by, names=[one.name for one in measures])


@transaction.atomic
def invite(
    agreement: Agreement, *, by: User, department: Department, speaker: User, sign_by_on: date | None = None
) -> Position:
    """Ask a department for its position; `speaker` speaks and signs for it."""
    require(by, "goals.change_agreement", agreement)
    if Position.objects.filter(agreement=agreement, department=department).exists():
        raise Conflict(_("This department takes part already."))
    if not speaker.is_active:
        raise MoveRefused(_("This account is closed. Name somebody who can sign in."))
    made = Position.objects.create(agreement=agreement, department=department, speaker=speaker, sign_by_on=sign_by_on)
    tell("invite", agreement, by=by, department=department.name, of=speaker.pk)
    return made


@transaction.atomic
def state_position(position: Position, *, by: User, version: int | None, words: str, waits_for: str = "") -> None:
    """Say in the department's own words what it means by the question, and what it waits for before it signs."""
    require(by, "goals.state_position", position)
    if not words.strip():
        raise MoveRefused(_("Write what your department means by the question, in your own words."))
    words, waits_for = words.strip(), waits_for.strip()
    if waits_for and _has_signed(position):
        raise MoveRefused(_("Your department has signed this definition, so leave empty what it waits for."))
    new_words: dict[str, Any] = {"words": words, "said_at": clock.now()} if words != position.words else {}
    if edit(position, by=by, version=version, waits_for=waits_for, **new_words) is not None:
        waits = _("Waits for %(what)s") % {"what": waits_for} if waits_for else ""
        note = "\n\n".join(filter(None, [words, waits]))
        tell("state", position.agreement, by=by, note=note, department=position.department.name)


def _has_signed(position: Position) -> bool:
    """Its signature stands under the joint total of the present definition."""
    agreement = Agreement.objects.get(pk=position.agreement_id)
    signed = agreement.sign_offs.filter(number=agreement.number, part=SignOff.Part.JOINT)
    return signed.filter(department=position.department_id).exists()


@transaction.atomic
def put_on_record(
    agreement: Agreement, *, by: User, kind: str, title: str, text: str, look_again_on: date | None = None
) -> Remark:
    """Put a gap or a dissent on record; both are shown until they are settled."""
    require(by, "goals.put_on_record", agreement)
    position = agreement.positions.filter(speaker=by).first()
    department = position.department if position else by.department
    made = Remark.objects.create(
        agreement=agreement,
        kind=kind,
        title=title,
        text=text,
        department=department,
        by=by,
        look_again_on=look_again_on,
        at=clock.now(),
    )
    tell("remark", agreement, by=by, note=text, kind=kind, title=title)
    return made


@transaction.atomic
def settle(remark: Remark, *, by: User, how: str) -> None:
    """Whoever put it on record, or the keeper for a gap, says how it was settled; it stays in the history."""
    require(by, "goals.settle_remark", remark)
    if not how.strip():
        raise MoveRefused(_("Write how it was settled."))
    locked = Remark.objects.select_for_update(of=("self",)).get(pk=remark.pk)
    if locked.settled_at:
        raise Conflict(_("This was settled already."))
    locked.settled_at, locked.settled_how = clock.now(), how.strip()
    locked.save()
    tell("settle", remark.agreement, by=by, note=how, title=remark.title)


@transaction.atomic
def sign(
    position: Position, *, by: User, number: int, part: str, with_dissent: bool = False, dissent: str = ""
) -> SignOff:
    """A department signs its own members or the joint total of version `number`; dissent goes on record with it.

    What signs the joint total waits for nothing more. With the last joint signature the version is agreed.
    """
    require(by, "goals.sign_agreement", position)
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=position.agreement_id)
    if number != agreement.number:
        raise Conflict(
            _("It was changed while you read: this is version %(number)s now. Read it, then sign.")
            % {"number": agreement.number}
        )
    sentences = []
    if not agreement.meaning.strip():
        sentences.append(_("Nothing is agreed yet: the keeper writes first what it means."))
    if not position.words.strip():
        sentences.append(_("Write your department’s position first."))
    if with_dissent and not dissent.strip():
        sentences.append(_("Write what your department dissents from. It is printed wherever the index appears."))
    if sentences:
        raise MoveRefused(*sentences)
    made, is_new = SignOff.objects.get_or_create(
        agreement=agreement,
        number=number,
        department=position.department,
        part=part,
        defaults={"by": by, "at": clock.now(), "with_dissent": with_dissent},
    )
    if not is_new:
        raise Conflict(_("Your department signed this already."))
    if part == SignOff.Part.JOINT and position.waits_for:
        edit(position, by=by, version=None, waits_for="")
    if with_dissent:
        title, _line, rest = dissent.strip().partition("\n")
        text = rest.strip() if len(title) <= 120 and rest.strip() else dissent.strip()
        put_on_record(agreement, by=by, kind=Remark.Kind.DISSENT, title=title[:120], text=text)
    tell("sign", agreement, by=by, department=position.department.name, part=str(SignOff.Part(part).label))
    _agree_when_all_signed(agreement, by=by)
    return made


def _agree_when_all_signed(agreement: Agreement, *, by: User) -> None:
    departments = set(agreement.positions.values_list("department", flat=True))
    for part in SignOff.Part.values:
        signed = agreement.sign_offs.filter(number=agreement.number, part=part)
        if set(signed.values_list("department", flat=True)) != departments:
            return
    agreement.agreed_at = clock.now()
    agreement.save(update_fields=["agreed_at"])
    tell("agree", agreement, by=by, number=agreement.number)


@transaction.atomic
def add_element(*, by: User, agreement: Agreement | None = None, **fields: Any) -> DataElement:
    """Write down data that a department holds."""
    require(by, "goals.add_element", fields["department"])
    if DataElement.objects.filter(department=fields["department"], name__iexact=fields["name"]).exists():
        raise MoveRefused(_("Your department has an entry of this name. Change that one, or give this another name."))
    element = DataElement.objects.create(**fields)
    if agreement is not None:
        element.agreements.add(agreement)
    events.record("goals.dataelement.add", element, by=by)
    return element


@transaction.atomic
def change_element(element: DataElement, *, by: User, version: int | None, **fields: Any) -> Any:
    require(by, "goals.change_element", element)
    twin = DataElement.objects.filter(
        department=fields.get("department", element.department), name__iexact=fields.get("name", element.name)
    ).exclude(pk=element.pk)
    if twin.exists():
        raise MoveRefused(_("Your department has an entry of this name. Change that one, or give this another name."))
    return edit(element, by=by, version=version, **fields)


@transaction.atomic
def ask_for_data(
    element: DataElement,
    *,
    by: User,
    what_for: str,
    how_fine: str,
    who_sees: str,
    until_on: date,
    agreement: Agreement | None = None,
) -> DataRequest:
    """“May we use your data?”: asked by a person for their department, answered by the owner of the data."""
    require(by, "goals.ask_for_data", element)
    if by.department is None:
        raise MoveRefused(_("Your account names no department, so nobody knows who asks. Ask IT to enter it."))
    if by.department_id == element.department_id:
        raise MoveRefused(_("This is your own department’s data: agree with its owner directly."))
    if until_on <= clock.today():
        raise MoveRefused(_("Write a day to come until which you need the data."))
    waiting = DataRequest.objects.waiting().filter(element=element, department=by.department)
    if waiting.exists():
        raise Conflict(_("Your department asked for this already, and the answer is still to come."))
    made = DataRequest.objects.create(
        element=element,
        agreement=agreement,
        department=by.department,
        asked_by=by,
        asked_at=clock.now(),
        what_for=what_for.strip(),
        how_fine=how_fine.strip(),
        who_sees=who_sees.strip(),
        until_on=until_on,
        due_at=clock.due_after(ANSWER_DAYS),
    )
    event = events.record("goals.datarequest.ask", made, by=by, note=what_for.strip())
    notifications.tell(event, made)
    return made


@transaction.atomic
def answer_data_request(asked: DataRequest, *, by: User, answer: str, condition: str = "") -> None:
    """Yes, yes with a condition, or another way; the answer is kept as a sharing note for both departments."""
    require(by, "goals.answer_data_request", asked)
    locked = DataRequest.objects.select_for_update(of=("self",)).select_related("element__department").get(pk=asked.pk)
    if locked.answered_at or locked.taken_back_at:
        raise Conflict(_("This request is closed already."))
    if answer != DataRequest.Answer.YES and not condition.strip():
        raise MoveRefused(
            _("Write the condition.") if answer == DataRequest.Answer.YES_IF else _("Write what would work instead.")
        )
    locked.answer, locked.condition = answer, condition.strip()
    locked.answered_by, locked.answered_at = by, clock.now()
    locked.save()
    event = events.record("goals.datarequest.answer", locked, by=by, note=condition.strip(), data={"answer": answer})
    notifications.tell(event, locked)


@transaction.atomic
def take_back_data_request(asked: DataRequest, *, by: User) -> None:
    require(by, "goals.take_back_data_request", asked)
    locked = DataRequest.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if locked.answered_at or locked.taken_back_at:
        raise Conflict(_("This request is closed already."))
    locked.taken_back_at = clock.now()
    locked.save(update_fields=["taken_back_at"])
    notifications.tell(events.record("goals.datarequest.take_back", locked, by=by), locked)


@transaction.atomic
def remind_of_data_request(asked: DataRequest, *, by: User) -> bool:
    """Ask the owner of the data once more, after the day on which the answer was due."""
    locked = DataRequest.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if locked.answered_at or locked.taken_back_at or locked.reminded_at or locked.due_at > clock.now():
        return False
    locked.reminded_at = clock.now()
    locked.save(update_fields=["reminded_at"])
    notifications.tell(events.record("goals.datarequest.remind", locked, by=by), locked)
    return True
