"""What a change of a policy would have meant for what was decided: asked before it is saved."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from governance.models import Decision, Outcome, Policy, RequestItem, Slot
from governance.queries.committee import committee, officers
from governance.queries.policies import policy_for, with_instead
from governance.tallying import Stage, tally

LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Altered:
    """A decided item that the policy would have made something else of; `said` says what, in sentences."""

    item: RequestItem
    said: str


def decided(most: int = LOOKED_AT) -> QuerySet[RequestItem]:
    """The last items that were approved or denied, the newest first; without break-glass access, which no vote
    precedes."""
    rows = RequestItem.objects.filter(outcome__in=[Outcome.APPROVED, Outcome.DENIED], request__is_emergency=False)
    return rows.order_by("-request__decided_at", "-pk")[:most]


def altered_by(policy: Policy, *, most: int = LOOKED_AT) -> list[Altered]:
    """Of the last `most` decisions, those that `policy`, saved or not, would have altered if it had been there."""
    policies, people, quorum = with_instead(policy), officers(), committee().quorum
    said = Decision.objects.filter(undone_at__isnull=True)
    rows = decided(most).select_related(
        "policy", "owner", "request__consumer", "request__requester", "version__feature__view"
    )
    found = []
    for item in rows.prefetch_related(Prefetch("request__decisions", said, to_attr="said")):
        request = item.request
        if policy_for(policies, item.privacy_class, item.setting, request.environment) is not policy:
            continue
        votes = [one for one in request.said if one.round == request.round]  # type: ignore[attr-defined]  # prefetched
        if texts := list(_differences(item, policy, votes, people, quorum)):
            found.append(Altered(item, " ".join(texts)))
    return found


def _differences(
    item: RequestItem, policy: Policy, votes: list[Decision], people: list[int], quorum: int
) -> Iterator[str]:  # fmt: skip
    if item.outcome != Outcome.APPROVED:
        return
    former = item.policy
    by_policy = any(one.slot == Slot.AUTOMATIC for one in votes)
    yield from _of_votes(item, policy, [one for one in votes if one.slot != Slot.AUTOMATIC], people, quorum, by_policy)
    if former is not None and policy.committee_votes < former.committee_votes:
        yield f"Decided by {policy.path} alone."
    if item.request.days > policy.most_days:
        yield f"Asked for {item.request.days} days, and {policy.most_days} at most could have been."


def _of_votes(
    item: RequestItem, policy: Policy, votes: list[Decision], people: list[int], quorum: int, by_policy: bool
) -> Iterator[str]:  # fmt: skip
    if by_policy:
        if not policy.is_automatic:
            yield f"Granted at once; {policy.path} would have decided."
        return
    counted = tally(_under(item, policy), votes, people, quorum)
    if counted.stage == Stage.OWNER:
        yield "Approved without the owner, whose vote it would have needed."
    elif counted.stage == Stage.COMMITTEE:
        lacking = counted.needs_votes - counted.votes
        yield f"Approved with {_votes(lacking)} too few." if lacking > 0 else "Approved without the officer's vote."


def _votes(count: int) -> str:
    return f"{count} vote{'s' if count > 1 else ''} of the committee"


def _under(item: RequestItem, policy: Policy) -> RequestItem:
    """The same item as if the policy had been the one it was sent under."""
    return RequestItem(pk=item.pk, owner_id=item.owner_id, owner_skipped=item.owner_skipped, policy=policy)
