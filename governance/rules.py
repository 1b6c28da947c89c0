"""May this actor do this verb to this object?"""

import rules

from governance.models import ClassSuggestion, Reader
from registry import roles
from registry.models import User
from registry.rules import is_admin, is_in_a_team, is_owner


@rules.predicate
def has_something_to_audit(user: User, _thing: object = None) -> bool:
    """A role, or a team that can own things. Which entries one then sees is `visible_audit`."""
    return user.is_active and (user.is_superuser or bool(user.role_names & frozenset(roles.ALL)) or bool(user.team_ids))


@rules.predicate
def answers_for_it(user: User, reader: Reader) -> bool:
    """A living member of the team that runs the consumer."""
    return user.is_active and reader.consumer.team_id in user.team_ids


@rules.predicate
def is_unclaimed(_user: User, reader: Reader) -> bool:
    return reader.consumer.team_id is None


@rules.predicate
def is_of_the_committee(user: User, _thing: object = None) -> bool:
    return user.is_active and bool(user.role_names & {roles.COMMITTEE, roles.CHAIR})


@rules.predicate
def is_party(user: User, reader: Reader) -> bool:
    """Of the team that ends it, or of the team that reads it: neither decides for the committee."""
    return bool({reader.deprecation.owner_id, reader.consumer.team_id} & user.team_ids)


@rules.predicate
def lowers_a_class(_user: User, suggestion: ClassSuggestion) -> bool:
    return suggestion.is_lowering


@rules.predicate
def has_no_owner(_user: User, suggestion: ClassSuggestion) -> bool:
    return suggestion.owner_id is None


# Rules of one project are its team's; those of all projects are the committee's.
for _verb in ("create_naming_rule", "change_naming_rule", "waive_name"):
    rules.add_perm(f"governance.{_verb}", is_owner | is_of_the_committee | is_admin)
rules.add_perm("governance.decide_name", is_of_the_committee)
# More care is the owner's to take. Less is the committee's, and nobody on it decides about features of the own team.
for _verb in ("accept_class", "decline_class"):
    rules.add_perm(
        f"governance.{_verb}",
        (~lowers_a_class & is_owner)
        | (has_no_owner & is_of_the_committee)
        | (lowers_a_class & is_of_the_committee & ~is_owner),
    )
rules.add_perm("governance.draft_deprecation", is_owner)
rules.add_perm("governance.announce_deprecation", is_owner)
rules.add_perm("governance.decide_extension", is_owner)
rules.add_perm("governance.remind_readers", is_owner)
rules.add_perm("governance.answer_deprecation", answers_for_it | is_admin | (is_unclaimed & is_in_a_team))
rules.add_perm("governance.waive_reader", is_of_the_committee & ~is_party)
rules.add_perm("governance.read_audit", has_something_to_audit)
