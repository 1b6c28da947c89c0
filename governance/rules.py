"""May this actor do this verb to this object?"""

import rules

from governance.models import (
    AccessRequest,
    AccessTask,
    ClassSuggestion,
    Decision,
    Grant,
    Opening,
    PolicyProposal,
    Reader,
    Recertification,
)
from governance.queries import committee
from registry import roles
from registry.models import User
from registry.rules import is_active, is_admin, is_auditor, is_in_a_team, is_owner, is_self, is_service


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
    """With the role, and within the term: asked of the database only for who has the role."""
    has_role = user.is_active and bool(user.role_names & {roles.COMMITTEE, roles.CHAIR})
    return has_role and committee.members().filter(pk=user.pk).exists()


@rules.predicate
def is_chair(user: User, _thing: object = None) -> bool:
    return is_of_the_committee(user) and roles.CHAIR in user.role_names


@rules.predicate
def is_person(user: User, _thing: object = None) -> bool:
    return user.is_active and not user.is_service


@rules.predicate
def sees_everything(user: User, _thing: object = None) -> bool:
    """With a role for which nothing is hidden."""
    return user.sees_everything


@rules.predicate
def leads_a_team(user: User, _thing: object = None) -> bool:
    return user.memberships.filter(is_lead=True).exists()


@rules.predicate
def is_requester(user: User, request: AccessRequest) -> bool:
    return user.is_active and request.requester_id == user.pk


@rules.predicate
def is_asker(user: User, task: AccessTask) -> bool:
    return user.is_active and task.asker_id == user.pk


@rules.predicate
def has_a_say(user: User, request: AccessRequest) -> bool:
    """As owner or on the committee, and not a party to it. The action asks again once it holds the request."""
    return committee.standing(user, request, list(request.items.all())).may


@rules.predicate
def sees_request(user: User, request: AccessRequest) -> bool:
    return AccessRequest.objects.visible_to(user).filter(pk=request.pk).exists()


@rules.predicate
def is_own_decision(user: User, decision: Decision) -> bool:
    return user.is_active and decision.voter_id == user.pk


@rules.predicate
def holds_it(user: User, grant: Grant) -> bool:
    """The person who may read, or who asked for it, or a living member of the team whose consumer may."""
    mine = user.pk in (grant.user_id, grant.item.request.requester_id)
    theirs = grant.consumer is not None and grant.consumer.team_id in user.team_ids
    return user.is_active and (mine or theirs)


@rules.predicate
def has_a_say_in(user: User, review: Recertification) -> bool:
    """On the committee, or in a team that answers for some of it. Which grants that are the action asks of each."""
    if is_of_the_committee(user):
        return True
    return is_person(user) and review.owners_decide and review.items.filter(owner__in=user.team_ids).exists()


@rules.predicate
def has_started(user: User, review: Recertification) -> bool:
    return user.is_active and review.started_by_id == user.pk


@rules.predicate
def owns_what_is_asked_for(user: User, opening: Opening) -> bool:
    return user.is_active and Opening.objects.waiting_for(user).filter(pk=opening.pk).exists()


@rules.predicate
def has_proposed(user: User, proposal: PolicyProposal) -> bool:
    return user.is_active and proposal.proposed_by_id == user.pk


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
# Whoever audits or runs a service asks for nothing; a consumer is asked for by its own team, which the action checks.
rules.add_perm("governance.request_access", is_person & ~is_auditor)
for _verb in ("fill_request", "send_request", "withdraw_request"):
    rules.add_perm(f"governance.{_verb}", is_requester)
rules.add_perm("governance.comment_request", is_person & sees_request)
rules.add_perm("governance.decide_request", has_a_say)
rules.add_perm("governance.undo_decision", is_own_decision)
rules.add_perm("governance.review_emergency", is_of_the_committee & ~is_requester)
rules.add_perm("governance.break_glass", is_person & leads_a_team)
rules.add_perm("governance.revoke_grant", holds_it | is_owner | is_of_the_committee | is_admin)
rules.add_perm("governance.renew_grant", holds_it & is_person)
# Done by the system when their time has come, so by nobody.
for _verb in (
    "activate_grant", "fail_grant", "expire_grant", "remind_grant", "end_request", "escalate_request", "remind_review",
    "complete_review", "announce_revocations", "carry_out_revocation",
):  # fmt: skip
    rules.add_perm(f"governance.{_verb}", rules.always_deny)
for _verb in ("register_purpose", "change_purpose", "end_purpose", "propose_policy", "change_committee"):
    rules.add_perm(f"governance.{_verb}", is_of_the_committee)
rules.add_perm("governance.ask_to_open", is_person & ~is_auditor)
rules.add_perm("governance.answer_opening", is_person & owns_what_is_asked_for)
# Two of the committee change a policy. Nobody does it alone: only a proposal that was agreed to.
rules.add_perm("governance.change_policy", rules.always_deny)
for _verb in ("agree_policy", "reject_policy"):
    rules.add_perm(f"governance.{_verb}", is_of_the_committee & ~has_proposed)
rules.add_perm("governance.withdraw_policy", has_proposed)
rules.add_perm("governance.start_review", is_of_the_committee)
rules.add_perm("governance.answer_review", has_a_say_in)
rules.add_perm("governance.cancel_review", is_chair | (has_started & is_of_the_committee))
for _verb in ("name_account", "remove_account", "switch_enforcement"):
    rules.add_perm(f"governance.{_verb}", is_owner | is_admin)
# A login goes into an address that administrators have approved, and may name secrets of the installation.
rules.add_perm("governance.set_granting_login", is_admin)
rules.add_perm("governance.inspect_rights", is_owner | is_admin | is_auditor | is_of_the_committee)
rules.add_perm("governance.verify_rights", is_admin | is_auditor | is_of_the_committee | is_in_a_team)
for _verb in ("attest_check", "withdraw_attestation"):
    rules.add_perm(f"governance.{_verb}", (is_admin | is_of_the_committee) & is_person)
for _verb in ("give_right", "take_right", "note_failed_right"):
    rules.add_perm(f"governance.{_verb}", rules.always_deny)
rules.add_perm("governance.approve_beforehand", is_owner)
rules.add_perm("governance.read_minutes", sees_everything)
rules.add_perm("governance.change_seat", (is_chair | is_admin) & ~is_self)
rules.add_perm("governance.name_delegate", is_of_the_committee & is_self)
rules.add_perm("governance.declare_conflict", is_active & ~is_service)
rules.add_perm("governance.remove_conflict", is_chair | is_admin)
rules.add_perm("governance.withdraw_task", is_asker)
