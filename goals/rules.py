"""Who may see and keep goals and measures."""

from typing import Any

import rules

from accounts.rules import is_administrator, is_leadership, is_sponsor, is_staff_member


@rules.predicate
def keeps(user: Any, measure: Any) -> bool:
    """The measure's owner, or the backup."""
    return user.pk in (measure.owner_id, measure.backup_id)


rules.add_perm("goals.view_goal", is_staff_member)
rules.add_perm("goals.view_objective", is_staff_member)
rules.add_perm("goals.view_measure", is_staff_member)
rules.add_perm("goals.change_goal", is_leadership | is_administrator)
rules.add_perm("goals.change_measure", keeps | is_leadership | is_administrator)
rules.add_perm("goals.add_measurement", keeps)

rules.add_perm("goals.change_index", keeps | is_leadership | is_administrator)
rules.add_perm("goals.annotate_measure", is_staff_member)


@rules.predicate
def noted_it(user: Any, annotation: Any) -> bool:
    return user.pk == annotation.by_id


rules.add_perm("goals.take_back_annotation", noted_it)


# Defining together


@rules.predicate
def keeps_agreement(user: Any, agreement: Any) -> bool:
    return user.pk in (agreement.kept_by_id, agreement.backup_id)


@rules.predicate
def speaks_for(user: Any, position: Any) -> bool:
    return user.pk == position.speaker_id


@rules.predicate
def takes_part(user: Any, agreement: Any) -> bool:
    return any(user.pk == one.speaker_id for one in agreement.positions.all())


@rules.predicate
def put_it_on_record(user: Any, remark: Any) -> bool:
    return user.pk == remark.by_id


@rules.predicate
def keeps_its_agreement(user: Any, remark: Any) -> bool:
    return remark.kind == "gap" and keeps_agreement(user, remark.agreement)


@rules.predicate
def works_in(user: Any, department: Any) -> bool:
    return department is not None and user.department_id == department.pk


@rules.predicate
def owns_data(user: Any, element: Any) -> bool:
    return user.pk == element.owner_id


@rules.predicate
def owns_data_asked_for(user: Any, asked: Any) -> bool:
    return owns_data(user, asked.element)


@rules.predicate
def heads_the_department_asked(user: Any, asked: Any) -> bool:
    return is_sponsor(user, asked.element)


@rules.predicate
def asked_for_it(user: Any, asked: Any) -> bool:
    return user.pk == asked.asked_by_id


rules.add_perm("goals.ask_question", is_leadership | is_administrator)
rules.add_perm("goals.view_agreement", is_staff_member)
rules.add_perm("goals.change_agreement", keeps_agreement | is_leadership)
rules.add_perm("goals.state_position", speaks_for | is_sponsor)
rules.add_perm("goals.sign_agreement", speaks_for | is_sponsor)
rules.add_perm("goals.put_on_record", takes_part | keeps_agreement)
rules.add_perm("goals.settle_remark", put_it_on_record | keeps_its_agreement)
rules.add_perm("goals.add_element", works_in)
rules.add_perm("goals.change_element", owns_data | is_sponsor)
rules.add_perm("goals.ask_for_data", is_staff_member)
rules.add_perm("goals.view_data_request", is_staff_member)
rules.add_perm("goals.answer_data_request", owns_data_asked_for | heads_the_department_asked)
rules.add_perm("goals.take_back_data_request", asked_for_it)


# Review meetings


@rules.predicate
def keeps_meeting(user: Any, meeting: Any) -> bool:
    return user.pk == meeting.kept_by_id


@rules.predicate
def is_invited(user: Any, meeting: Any) -> bool:
    return any(user.pk == one.pk for one in meeting.people.all())


@rules.predicate
def has_an_action(user: Any, meeting: Any) -> bool:
    return any(user.pk == one.owner_id for one in meeting.actions.all())


@rules.predicate
def owns_action(user: Any, action: Any) -> bool:
    return user.pk == action.owner_id


@rules.predicate
def keeps_its_meeting(user: Any, action: Any) -> bool:
    return keeps_meeting(user, action.meeting)


rules.add_perm("goals.plan_meeting", is_leadership | is_administrator)
rules.add_perm("goals.keep_meeting", is_staff_member & (keeps_meeting | is_leadership | is_administrator))
rules.add_perm(
    "goals.view_meeting",
    is_staff_member & (keeps_meeting | is_leadership | is_administrator | is_invited | has_an_action),
)
rules.add_perm("goals.say_worth", is_staff_member & is_invited)
rules.add_perm("goals.report_action", is_staff_member & (owns_action | keeps_its_meeting))
