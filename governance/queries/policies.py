"""Which policy decides about what."""

from collections.abc import Collection, Iterable

from governance.models import Policy, StandingApproval
from registry.models import FeatureView, Version


def current_policies() -> list[Policy]:
    """All that decide now, the most particular ones first."""
    return particular_first(Policy.objects.current())


def particular_first(policies: Iterable[Policy]) -> list[Policy]:
    """In the order in which they are asked."""
    return sorted(policies, key=lambda one: (one.environment == "", one.setting == "", one.name))


def policy_for(
    policies: Collection[Policy], privacy_class: str, setting: str, environment: str
) -> Policy | None:  # fmt: skip
    """Of `current_policies`, the first that is about this; None where nothing was said about the class."""
    fits = (
        one for one in policies
        if one.privacy_class == privacy_class and one.setting in ("", setting) and one.environment in ("", environment)
    )  # fmt: skip
    return next(fits, None)


def is_agreed_beforehand(view: FeatureView) -> bool:
    """Whether the owner has agreed that what may be automatic is."""
    return StandingApproval.objects.filter(view=view, ended_at__isnull=True).exists()


def is_for(version: Version, purpose: str) -> bool:
    """Whether the contract names the purpose."""
    return purpose in version.purposes


def with_instead(policy: Policy) -> list[Policy]:
    """All that would decide if this one were saved: it stands in the place of its former version."""
    others = (one for one in Policy.objects.current() if one.name != policy.name)
    return particular_first([policy, *others])
