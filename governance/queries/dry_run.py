"""What a change of a policy would have meant for what was asked before: tried on it, and nothing kept."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from governance.models import AccessRequest, Outcome, Policy, RequestItem
from governance.queries.policies import current_policies, policy_for

LOOKED_AT = 200  # requests
_DECIDED = (Outcome.APPROVED, Outcome.DENIED, Outcome.PENDING)


@dataclass(frozen=True, slots=True)
class Effect:
    """What would have been otherwise: a code for programs and a sentence."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Altered:
    """A feature of a request about which it would have been decided otherwise."""

    item: RequestItem
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """`looked_at` counts requests."""

    looked_at: int
    altered: list[Altered]

    @property
    def requests(self) -> list[AccessRequest]:
        """Those that it would have altered, the newest first."""
        return list(dict.fromkeys(one.item.request for one in self.altered))


def dry_run(changed: Policy) -> DryRun:
    """Try a version of a policy that was not saved, on the newest requests. One of them is altered where this policy
    would have decided about a feature of it, and by other terms than those that it was sent under."""
    newest = list(AccessRequest.objects.sent().order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT])
    policies = with_change(current_policies(), changed)
    return DryRun(len(newest), list(_altered(_items_of(newest), policies, changed)))


def dry_run_without(policy: Policy) -> DryRun:
    """Try the end of a policy: a less particular one would have decided."""
    newest = list(AccessRequest.objects.sent().order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT])
    rest = [one for one in current_policies() if one.name != policy.name]
    return DryRun(len(newest), list(_altered_without(_items_of(newest), rest, policy)))


def _altered_without(items: Iterable[RequestItem], rest: list[Policy], policy: Policy) -> Iterator[Altered]:
    for item in items:
        said = (item.privacy_class, item.setting, item.request.environment)
        instead = policy_for(rest, *said)
        is_decided_by_it = policy_for(with_change(rest, policy), *said) is policy
        if instead and is_decided_by_it and (effects := tuple(_effects(item, instead))):
            yield Altered(item, effects)


def _items_of(requests: Sequence[int]) -> QuerySet[RequestItem]:
    items = RequestItem.objects.filter(request__in=requests, outcome__in=_DECIDED, policy__isnull=False)
    rows = items.select_related("request__requester", "request__consumer", "policy", "version__feature")
    return rows.order_by("-request_id", "pk")


def with_change(policies: Sequence[Policy], changed: Policy) -> list[Policy]:
    """The current policies as they would be, the most particular ones first."""
    kept = [one for one in policies if one.name != changed.name]
    return sorted([*kept, changed], key=lambda one: (one.environment == "", one.setting == "", one.name))


def _altered(items: Iterable[RequestItem], policies: list[Policy], changed: Policy) -> Iterator[Altered]:
    for item in items:
        if policy_for(policies, item.privacy_class, item.setting, item.request.environment) is changed:
            effects = tuple(_effects(item, changed))
            if effects:
                yield Altered(item, effects)


def _effects(item: RequestItem, new: Policy) -> Iterator[Effect]:
    old, asked = item.policy, item.request
    assert old is not None  # noqa: S101  items without one were left out
    if asked.is_emergency:
        yield from _of_emergency(old, new)
        return
    if old.is_automatic != new.is_automatic:
        yield Effect("automatic", "It could be granted at once." if new.is_automatic else "Somebody would decide.")
    if old.owner_votes != new.owner_votes:
        yield Effect("owner", "The owner would decide too." if new.owner_votes else "The owner would not decide.")
    if old.committee_votes != new.committee_votes:
        yield Effect("committee", f"{new.committee_votes} of the committee, not {old.committee_votes}.")
    if old.needs_officer != new.needs_officer:
        said = "would have to" if new.needs_officer else "would not have to"
        yield Effect("officer", f"The data protection officer {said} be among them.")
    if asked.days > new.most_days:
        yield Effect("days", f"It was for {asked.days} days, and {new.most_days} would be the most.")
    if more := [one for one in new.conditions if one not in old.conditions]:
        yield Effect("conditions", f"Also: {' · '.join(more)}")


def _of_emergency(old: Policy, new: Policy) -> Iterator[Effect]:
    if old.emergency_hours != new.emergency_hours:
        said = f"It would last {new.emergency_hours} hours, not {old.emergency_hours}."
        yield Effect("hours", said if new.emergency_hours else "There would be no break-glass access.")
