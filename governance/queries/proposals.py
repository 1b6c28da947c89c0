"""Proposed changes of policies: how many have read them, for whom they wait, and what they would change."""

from dataclasses import dataclass
from typing import Any

from governance.models import Policy, PolicyProposal, PolicyProposalQuerySet
from governance.queries.committee import committee, members
from governance.queries.dry_run import DryRun, dry_run, dry_run_without
from registry import roles
from registry.models import User

FEWEST = 2  # whatever the quorum: who proposes, and who reads it
_LABELS = {
    "owner_votes": "Owner decides", "committee_votes": "Votes of the committee", "needs_officer": "With the officer",
    "is_automatic": "Automatic", "most_days": "Days at most", "emergency_hours": "Hours of break-glass access",
    "silence": "Silence in a review", "conditions": "Conditions",
}  # fmt: skip


def readers_needed() -> int:
    """How many members have to stand behind a change, who proposes it among them."""
    return max(FEWEST, committee().quorum)


def is_alone(user: User) -> bool:
    """Whether nobody else is on the committee today, and its quorum asks for nobody else."""
    return committee().quorum < FEWEST and list(members().values_list("pk", flat=True)) == [user.pk]


def readers_of(proposal: PolicyProposal) -> list[User]:
    """Who stands behind it and is on the committee today, who proposes it first."""
    votes = [proposal.proposed_by_id, *proposal.votes.values_list("voter", flat=True)]
    return sorted(members().filter(pk__in=votes), key=lambda one: votes.index(one.pk))


def waiting_proposals(actor: User) -> PolicyProposalQuerySet:
    """Those that the actor has neither proposed nor read, for who is on the committee today."""
    rows = PolicyProposal.objects.open().exclude(proposed_by=actor).exclude(votes__voter=actor)
    has_role = bool(actor.role_names & {roles.COMMITTEE, roles.CHAIR})
    return rows if has_role and members().filter(pk=actor.pk).exists() else rows.none()


@dataclass(frozen=True, slots=True)
class Difference:
    """What one of the terms is, and would be, in words."""

    label: str
    old: str
    new: str


def differences(proposal: PolicyProposal) -> list[Difference]:
    """The terms that would change; none for the end of a policy."""
    former, new = proposal.former, proposal.terms
    held = {name: getattr(former, name) if former else None for name in _LABELS}
    changed = [name for name in _LABELS if not proposal.is_end and held[name] != new[name]]
    return [Difference(_LABELS[name], _in_words(held[name]), _in_words(new[name])) for name in changed]


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(value) or "none"
    return "not said" if value is None else str(value)


def tried(proposal: PolicyProposal) -> DryRun:
    """What it would have altered of what was asked, as things are now."""
    if proposal.is_end and proposal.former:
        return dry_run_without(proposal.former)
    return dry_run(Policy(**proposal.place, **proposal.terms))
