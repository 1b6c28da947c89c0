"""How far an item of a request has come: pure rules over its policy and what was said about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from governance.models import Decision, RequestItem, Slot


class Stage(StrEnum):
    """Whom an item waits for. The owner comes first: what the owner refuses the committee need not read."""

    OWNER = "owner"
    COMMITTEE = "committee"
    APPROVED = "approved"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes that count for one item, and those it needs. `quorum` is the committee's."""

    owner: bool
    needs_owner: bool
    votes: int
    needs_votes: int
    officer: bool
    needs_officer: bool
    is_denied: bool
    is_automatic: bool = False

    @property
    def stage(self) -> Stage:
        if self.is_denied:
            return Stage.DENIED
        if self.is_automatic:
            return Stage.APPROVED
        if self.needs_owner and not self.owner:
            return Stage.OWNER
        if self.votes < self.needs_votes or (self.needs_officer and not self.officer):
            return Stage.COMMITTEE
        return Stage.APPROVED

    @property
    def said(self) -> str:
        """Such as "1 of 3 approvals"."""
        have = self.needs_owner * self.owner + min(self.votes, self.needs_votes)
        return f"{have} of {self.needs_owner + self.needs_votes} approvals"


def tally(item: RequestItem, decisions: Sequence[Decision], officers: Iterable[int], quorum: int) -> Tally:
    """Count `decisions` of the current round that were not taken back. `officers` are the users who are data protection
    officers; where no owner can decide, one more of the committee does."""
    policy = item.policy
    assert policy is not None  # noqa: S101  every item that was sent has one
    mine = [one for one in decisions if item.pk in one.approved]
    committee = [one for one in mine if one.slot == Slot.COMMITTEE]
    instead = bool(policy.owner_votes and item.owner_skipped)
    wanted = policy.committee_votes + instead
    said = {one.on_behalf_of_id or one.voter_id for one in committee}
    return Tally(
        owner=any(one.slot == Slot.OWNER and one.team_id == item.owner_id for one in mine),
        needs_owner=bool(policy.owner_votes) and not instead,
        votes=len(said),
        needs_votes=max(wanted, quorum) if wanted else 0,
        officer=bool(said & set(officers)),
        needs_officer=policy.needs_officer,
        is_denied=any(item.pk in one.denied for one in decisions),
        is_automatic=any(one.slot == Slot.AUTOMATIC for one in mine),
    )
