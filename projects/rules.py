"""Who may see and lead a project: it is seen exactly as its idea is."""

from typing import Any

import rules

from accounts.models import Role
from accounts.rules import holds, is_import, is_project_manager, named
from intake.rules import has_stake, is_decider, is_requester, is_sponsor, sees


@rules.predicate
def sees_its_idea(user: Any, obj: Any) -> bool:
    return bool(sees(user, obj.idea))


@rules.predicate
def is_manager(user: Any, project: Any) -> bool:
    """The named project manager; while there is none, whoever holds the role."""
    if project.manager_id is None:
        return bool(is_project_manager(user, project))
    return bool(project.manager_id == user.pk)


@rules.predicate
def decides_its_idea(user: Any, project: Any) -> bool:
    return bool(is_decider(user, project.idea))


@rules.predicate(name="the import account, for what it takes over")
def is_taken_over(user: Any, project: Any) -> bool:
    return bool(is_import(user) and project.idea.lane == "taken_over")


@rules.predicate
def owns_line(user: Any, line: Any) -> bool:
    return bool(line.owner_id == user.pk)


@rules.predicate
def manages_project_of(user: Any, part: Any) -> bool:
    return bool(is_manager(user, part.project))


@rules.predicate
def keeps_the_measure(user: Any, outcome: Any) -> bool:
    return user.pk in (outcome.promise.measure.owner_id, outcome.promise.measure.backup_id)


@rules.predicate
def is_asked(user: Any, check_in: Any) -> bool:
    """The person to whom the check-in was given; the requester and the sponsor may answer as well."""
    idea = check_in.project.idea
    return bool(check_in.asked_of_id == user.pk or is_requester(user, idea) or is_sponsor(user, idea))


@rules.predicate
def asked_for_it(user: Any, project: Any) -> bool:
    return bool(is_requester(user, project.idea) or is_sponsor(user, project.idea))


@rules.predicate
def asks_for_its_project(user: Any, part: Any) -> bool:
    return bool(asked_for_it(user, part.project))


@rules.predicate
def sees_the_project_of(user: Any, part: Any) -> bool:
    return bool(sees(user, part.project.idea))


leads = named("project manager", sees_its_idea & is_manager)
may_cancel = named("decider of its idea", sees_its_idea & decides_its_idea)
names_managers = sees_its_idea & (decides_its_idea | holds(Role.Kind.DIRECTOR))
no_stake = ~rules.predicate(lambda user, project: has_stake(user, project.idea), "has a stake in its idea")

rules.add_perm("projects.view_project", sees_its_idea)
rules.add_perm("projects.lead_project", leads | is_taken_over)
rules.add_perm("projects.name_manager", names_managers)
rules.add_perm("projects.cancel_project", sees_its_idea & decides_its_idea & no_stake)
rules.add_perm("projects.close_line", sees_the_project_of & (owns_line | manages_project_of))
rules.add_perm("projects.answer_check_in", sees_the_project_of & is_asked)
rules.add_perm("projects.skip_check_in", sees_the_project_of & manages_project_of)
rules.add_perm("projects.tell_what_else", sees_the_project_of & keeps_the_measure)
rules.add_perm("projects.read_outcome", sees_the_project_of)
rules.add_perm("projects.add_check_in", sees_its_idea & (is_manager | asked_for_it | decides_its_idea))
rules.add_perm("projects.confirm_benefit", sees_the_project_of & asks_for_its_project)
rules.add_perm("projects.add_lesson", sees_its_idea & (is_manager | asked_for_it))
rules.add_perm("projects.say_whether_it_helped", sees_its_idea & asked_for_it)
