"""Who may see an idea, who has a stake in it, and who decides it."""

from typing import Any

import rules

from accounts.models import Role
from accounts.policy import Size
from accounts.rules import holds, is_director, is_liaison, is_sponsor, is_staff_member, is_triager, named

IT_ROLES = (Role.Kind.TRIAGER, Role.Kind.LIAISON, Role.Kind.REVIEWER, Role.Kind.DIRECTOR, Role.Kind.PROJECT_MANAGER)
CITYWIDE_ROLES = (Role.Kind.CHAIR, Role.Kind.STAND_IN, Role.Kind.BOARD_MEMBER, Role.Kind.LEADERSHIP)
DECIDING: dict[str, tuple[Role.Kind, ...]] = {
    Size.SMALL: (Role.Kind.TRIAGER, Role.Kind.DIRECTOR, Role.Kind.CHAIR),
    Size.MEDIUM: (Role.Kind.DIRECTOR, Role.Kind.CHAIR),
    Size.LARGE: (Role.Kind.CHAIR,),
}

# The parts that a person can have in an idea. A stake bars from judging it; all but a declared conflict give sight.
AUTHORS = ("requester", "co_author", "drafter")
STAKES = (*AUTHORS, "sponsor", "joined", "conflict")
DUTIES = (
    "assignee",
    "reviewer",
    "condition_owner",
    "asked",
    "trigger_owner",
    "project_manager",
    "measure_owner",
    "ready_owner",
)
WITH_SIGHT = (*AUTHORS, "sponsor", "joined", "asked_to_back", *DUTIES)


@rules.predicate
def has_part(user: Any, idea: Any) -> bool:
    return any(user.pk == user_id for user_id, kind in idea.current_parts if kind in WITH_SIGHT)


@rules.predicate
def has_stake(user: Any, idea: Any) -> bool:
    """Requester, co-author, drafting liaison, backing sponsor, those of joined ideas, or a declared conflict."""
    return any(user.pk == user_id for user_id, kind in idea.current_parts if kind in STAKES)


@rules.predicate
def is_author(user: Any, idea: Any) -> bool:
    return any(user.pk == user_id for user_id, kind in idea.current_parts if kind in AUTHORS)


@rules.predicate(name="requester")
def is_requester(user: Any, idea: Any) -> bool:
    return bool(user.pk == idea.requester_id)


@rules.predicate
def is_draft(user: Any, idea: Any) -> bool:
    return bool(idea.is_draft)


@rules.predicate
def is_unshared(user: Any, idea: Any) -> bool:
    """A draft, also a discarded one: it has no number."""
    return idea.number is None


@rules.predicate
def is_restricted(user: Any, idea: Any) -> bool:
    return bool(idea.is_restricted)


@rules.predicate
def is_in_group(user: Any, idea: Any) -> bool:
    return bool(idea.group_id and idea.group_id in user.group_ids)


@rules.predicate
def is_shared_with_city(user: Any, idea: Any) -> bool:
    return bool(idea.audience == "city")


@rules.predicate
def is_of_department(user: Any, idea: Any) -> bool:
    return bool(user.department_id and user.department_id == idea.department_id)


covers_it = holds(*IT_ROLES, Role.Kind.SPONSOR)


@rules.predicate
def sees_citywide(user: Any, idea: Any) -> bool:
    return bool(user.is_authenticated and any(one.kind in CITYWIDE_ROLES for one in user.held))


sees_submitted = is_shared_with_city | is_of_department | covers_it | sees_citywide
sees = named(
    "sees it",
    is_staff_member
    & (
        has_part & (~is_unshared | is_author)
        | ~is_unshared & (is_restricted & is_in_group | ~is_restricted & sees_submitted)
    ),
)

may_send = named("requester, co-author or drafting liaison", is_author & sees)
is_taking_over = rules.predicate(
    lambda user, idea: bool(user.kind == "import" and idea.lane == "taken_over"),
    "the import account, for what it takes over",
)


@rules.predicate
def decides_this_size(user: Any, idea: Any) -> bool:
    return user.holds(*DECIDING.get(idea.size, ()), department=idea.department_id)


@rules.predicate
def stands_in(user: Any, idea: Any) -> bool:
    return user.holds(Role.Kind.STAND_IN, department=idea.department_id)


@rules.predicate
def regular_decider_has_stake(user: Any, idea: Any) -> bool:
    """Everyone who decides this size by role has a stake: then the stand-in acts."""
    return bool(idea.all_have_stake(*DECIDING.get(idea.size, ())))


@rules.predicate
def every_triager_has_stake(user: Any, idea: Any) -> bool:
    return bool(idea.all_have_stake(Role.Kind.TRIAGER))


@rules.predicate
def every_director_has_stake(user: Any, idea: Any) -> bool:
    return bool(idea.all_have_stake(Role.Kind.DIRECTOR))


@rules.predicate
def gave_the_answer(user: Any, idea: Any) -> bool:
    return bool(idea.current_decision_id and idea.current_decision.decided_by_id == user.pk)


@rules.predicate
def proposed_the_no(user: Any, idea: Any) -> bool:
    return bool(idea.no_proposed_by == user.pk)


@rules.predicate
def had_feasibility(user: Any, idea: Any) -> bool:
    return bool(idea.had_feasibility)


@rules.predicate
def is_in_triage(user: Any, idea: Any) -> bool:
    return bool(idea.state == "triage")


@rules.predicate
def is_due_a_second_look(user: Any, idea: Any) -> bool:
    """On a second look the first decider does not decide again."""
    return bool(idea.is_second_look)


judges = named("sees it without a stake", sees & ~has_stake)
is_decider = named(
    "decider of its size without a stake",
    judges & (decides_this_size | stands_in & regular_decider_has_stake) & ~(is_due_a_second_look & gave_the_answer)
    | judges & stands_in & is_due_a_second_look & ~gave_the_answer,
)
is_second_decider = named(
    "second person who may decide, not the one who proposed it",
    judges & (decides_this_size | stands_in) & ~proposed_the_no,
)
is_fresh_decider = named(
    "decider who did not give the first answer", judges & (decides_this_size | stands_in) & ~gave_the_answer
)
triages = named(
    "triager without a stake, else the director, else the stand-in",
    judges & (is_triager | (is_director | stands_in & every_director_has_stake) & every_triager_has_stake),
)
may_reconsider = named(
    "decider who did not give the first answer, where it had a feasibility", is_fresh_decider & had_feasibility
)
may_reconsider_from_start = named(
    "decider who did not give the first answer, where it never had a feasibility", is_fresh_decider & ~had_feasibility
)
may_answer = named(
    "triager at the first look, else the decider of its size, without a stake",
    is_in_triage & triages | ~is_in_triage & is_decider,
)
works_on_it = sees & (holds(*IT_ROLES) | sees_citywide & ~holds(Role.Kind.LEADERSHIP))


@rules.predicate
def is_open_to_edits(user: Any, idea: Any) -> bool:
    return idea.state in ("draft", "submitted")


@rules.predicate
def is_before_decision(user: Any, idea: Any) -> bool:
    return idea.state in ("triage", "feasibility")


@rules.predicate
def is_reviewer_of(user: Any, review: Any) -> bool:
    """The one whom the review was given to, or while nobody has it any reviewer of the discipline."""
    if review.reviewer_id:
        return bool(review.reviewer_id == user.pk)
    return any(
        one.kind == Role.Kind.REVIEWER
        and one.discipline == review.discipline
        and one.department_id in (None, review.idea.department_id)
        for one in user.held
    )


@rules.predicate
def sees_idea_of(user: Any, part: Any) -> bool:
    return bool(sees(user, part.idea))


@rules.predicate
def has_stake_in_idea_of(user: Any, part: Any) -> bool:
    return bool(has_stake(user, part.idea))


rules.add_perm("intake.add_idea", is_staff_member)
rules.add_perm("intake.view_idea", sees)
rules.add_perm("intake.change_idea", sees & is_author & is_open_to_edits)
rules.add_perm("intake.discard_idea", sees & is_author & is_draft)
rules.add_perm("intake.change_case", sees & (is_author | is_liaison) & is_before_decision)
rules.add_perm("intake.triage_idea", triages)
rules.add_perm("intake.judge_idea", is_decider)
rules.add_perm("intake.propose_no", is_decider)
rules.add_perm("intake.work_on_idea", works_on_it & ~has_stake)
rules.add_perm("intake.see_value", sees & (works_on_it | is_author | is_sponsor))
rules.add_perm(
    "intake.ask_on_idea", sees & (triages | is_decider | holds(Role.Kind.REVIEWER, Role.Kind.LIAISON)) & ~has_stake
)
rules.add_perm("intake.comment_on_idea", sees & ~is_draft)
rules.add_perm("intake.back_idea", sees & is_sponsor & ~is_author)
rules.add_perm("intake.support_idea", sees & ~is_draft & ~is_restricted & ~is_author)
rules.add_perm("intake.ask_second_look", sees & (is_requester | is_sponsor))
rules.add_perm("intake.restrict_idea", sees & (is_requester | is_triager | is_sponsor))
rules.add_perm("intake.widen_idea", sees & (is_decider | is_requester))
rules.add_perm("intake.see_restricted_line", holds(Role.Kind.LEADERSHIP))
rules.add_perm("intake.send_review", sees_idea_of & is_reviewer_of & ~has_stake_in_idea_of)
rules.add_perm("intake.see_queue", holds(Role.Kind.TRIAGER))
rules.add_perm(
    "intake.see_decisions",
    holds(
        Role.Kind.TRIAGER,
        Role.Kind.DIRECTOR,
        Role.Kind.CHAIR,
        Role.Kind.STAND_IN,
        Role.Kind.BOARD_MEMBER,
        Role.Kind.LEADERSHIP,
    ),
)
rules.add_perm("intake.see_my_feasibility", holds(Role.Kind.REVIEWER))
