"""Which policy decides about what."""

from collections.abc import Collection

from governance.models import Policy, Setting, StandingApproval
from registry.models import FeatureView, Version


def current_policies() -> list[Policy]:
    """All that decide now, the most particular ones first."""
    return sorted(Policy.objects.current(), key=lambda one: (one.environment == "", one.setting == "", one.name))


def policy_for(
    policies: Collection[Policy], privacy_class: str, setting: str, environment: str
) -> Policy | None:  # fmt: skip
    """Of `current_policies`, the first that is about this; None where nothing was said about the class."""
    fits = (
        one for one in policies
        if one.privacy_class == privacy_class and one.setting in ("", setting) and one.environment in ("", environment)
    )  # fmt: skip
    return next(fits, None)


def place_of(name: str) -> tuple[str, str, str]:
    """The class, setting and environment of which a policy of this name is: `Policy.name`, taken apart."""
    privacy_class, _, rest = name.partition(".")
    setting, _, environment = rest.partition(".")
    return (privacy_class, setting, environment) if setting in Setting.values else (privacy_class, "", rest)


def policy_named(name: str) -> Policy | None:
    """The one of this name that decides now."""
    privacy_class, setting, environment = place_of(name)
    rows = Policy.objects.current().filter(privacy_class=privacy_class, setting=setting, environment=environment)
    return rows.first()


def is_agreed_beforehand(view: FeatureView) -> bool:
    """Whether the owner has agreed that what may be automatic is."""
    return StandingApproval.objects.filter(view=view, ended_at__isnull=True).exists()


def is_for(version: Version, purpose: str) -> bool:
    """Whether the contract names the purpose."""
    return purpose in version.purposes
