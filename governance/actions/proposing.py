"""Four eyes on policies: a change is proposed by one member of the committee and takes effect when others have read it.
The change itself is made by `policies.change_policy` and `policies.end_policy`, which nobody may do alone."""

from typing import Any

from django.utils import timezone

from common.locks import wait_for_lock
from governance.actions.policies import SAID, change_policy, check_end, end_policy, next_version
from governance.actions.reasons import require_reason
from governance.models import Policy, PolicyProposal, PolicyVote, ProposalState
from governance.queries.policies import policy_named
from governance.queries.proposals import is_alone, readers_needed, readers_of
from registry.actions.action import Note, action, decided_by, invalid, lock
from registry.models import User

ALONE = "Nobody else is on the committee, so nobody else has read it."


@action("governance.propose_policy")
def propose_policy(
    _parent: None, note: Note, *, actor: User, privacy_class: str, setting: str = "", environment: str = "",
    reason: str = "", **said: Any,
) -> PolicyProposal:  # fmt: skip
    """Propose the next version of the policy for a class, in a setting and an environment where these are named. What
    is left out is as it was. Where nobody else is on the committee it takes effect at once, and says so."""
    made = next_version(privacy_class, setting, environment, said)
    terms = {name: getattr(made, name) for name in SAID}
    former = policy_named(made.name)
    for name in SAID:
        note.change(name, getattr(former, name) if former else None, terms[name])
    return _proposed(made, former, note, actor, reason, terms=terms)


@action("governance.propose_policy")
def propose_end(policy: Policy, note: Note, *, actor: User, reason: str) -> PolicyProposal:
    """Propose to take a policy away that a less particular one stands behind."""
    check_end(policy)
    note.change("is_end", False, True)
    return _proposed(policy, policy, note, actor, reason, is_end=True)


def _proposed(
    about: Policy, former: Policy | None, note: Note, actor: User, reason: str, **said: Any
) -> PolicyProposal:  # fmt: skip
    require_reason(reason)
    place = {name: getattr(about, name) for name in ("privacy_class", "setting", "environment")}
    _wait_for(place)
    if other := PolicyProposal.objects.open().filter(**place).first():
        raise invalid(policy=f"{other} waits for a second reader already. Decide about it first, or withdraw it.")
    row = PolicyProposal.objects.create(**place, former=former, reason=reason.strip(), proposed_by=actor, **said)
    note.subject = row
    if is_alone(actor):
        note.change("read_by_nobody_else", False, ALONE)
        row.is_alone = True
        _take_effect(row, actor)
    return row


@action("governance.agree_policy")
def agree_policy(proposal: PolicyProposal, note: Note, *, actor: User) -> PolicyProposal:
    """Say that one has read it and agrees. With the last reader that is needed, it takes effect."""
    row = _open(proposal)
    if row.proposed_by_id == actor.pk:
        raise invalid(proposal=f"You have proposed {row}, so somebody else reads it.")
    if row.votes.filter(voter=actor).exists():
        raise invalid(proposal=f"You have agreed to {row} already.")
    current = policy_named(row.name)
    if (current and current.pk) != row.former_id:
        raise invalid(proposal=f"Another version decides since {row} was proposed. Reject it, and propose it anew.")
    PolicyVote.objects.create(proposal=row, voter=actor)
    readers, needed = len(readers_of(row)), readers_needed()
    note.change("readers", readers - 1, readers)
    if readers >= needed:
        _take_effect(row, actor)
        note.change("state", ProposalState.OPEN, row.state)
    return row


@action("governance.reject_policy")
def reject_policy(proposal: PolicyProposal, note: Note, *, actor: User, reason: str) -> PolicyProposal:
    """The policy stays as it is."""
    row = _open(proposal)
    require_reason(reason)
    return _close(row, ProposalState.REJECTED, note, actor, reason)


@action("governance.withdraw_policy")
def withdraw_policy(proposal: PolicyProposal, note: Note, *, actor: User, reason: str) -> PolicyProposal:
    """Who has proposed it wants it no longer."""
    row = _open(proposal)
    require_reason(reason)
    return _close(row, ProposalState.WITHDRAWN, note, actor, reason)


def _open(proposal: PolicyProposal) -> PolicyProposal:
    """The place first and then the row, in the order of whoever proposes."""
    _wait_for(proposal.place)
    row: PolicyProposal = lock(proposal)
    if row.state != ProposalState.OPEN:
        raise invalid(proposal=f"{row} is decided: {row.get_state_display().lower()}.")
    return row


def _wait_for(place: dict[str, str]) -> None:
    wait_for_lock("policy:{privacy_class}.{setting}.{environment}".format(**place))


def _take_effect(row: PolicyProposal, actor: User) -> None:
    with decided_by(row.public_id):
        if row.is_end and row.former:
            end_policy(row.former, actor=actor, reason=row.reason)
        else:
            about = {**row.place, **row.terms}
            row.made = change_policy(None, actor=actor, proposed_by=row.proposed_by, reason=row.reason, **about)
    row.state, row.decided_by, row.decided_at = ProposalState.TAKEN, actor, timezone.now()
    row.save(update_fields=["state", "is_alone", "made", "decided_by", "decided_at"])


def _close(row: PolicyProposal, state: ProposalState, note: Note, actor: User, reason: str) -> PolicyProposal:
    note.change("state", row.state, state.value)
    row.state, row.decided_by, row.decided_at, row.why = state, actor, timezone.now(), reason.strip()
    row.save(update_fields=["state", "decided_by", "decided_at", "why"])
    return row
