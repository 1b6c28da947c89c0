"""How somebody stands to a version: may they read it, have they asked, what would they have to do?"""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.models import AccessRequest, Grant, Policy, Setting, StandingApproval
from governance.queries.asking import why_no_access_needed
from governance.queries.living import why_not_now
from governance.queries.policies import current_policies, policy_for
from registry.choices import PERSONAL_CLASSES, VersionState
from registry.models import User, Version


@dataclass(frozen=True, slots=True)
class AccessOf:
    """`state` is open (nobody has to ask), unclassified, granted, pending or none; `url` is where to go next."""

    state: str
    text: str = ""
    url: str = ""
    label: str = ""


def access_of(version: Version, actor: User) -> AccessOf:
    """For the one button that a feature's page has for it."""
    if why := why_no_access_needed(version):
        is_unsaid = version.privacy_class not in PERSONAL_CLASSES and version.feature.is_personal
        return AccessOf("unclassified" if is_unsaid else "open", why)
    grant = _grant(version, actor)
    if grant is not None:
        return AccessOf("granted", f"until {grant.ends_at:%-d %b %Y}", grant.get_absolute_url(), "Your access")
    asked = _asked(version, actor)
    if asked is not None:
        return AccessOf("pending", f"due {asked.due_at:%a %-d %b}", asked.get_absolute_url(), "Requested")
    if version.state != VersionState.ACTIVE or not actor.has_perm("governance.request_access", None):
        return AccessOf("none", "Nobody new may read it." if version.state != VersionState.ACTIVE else "")
    return AccessOf("none", "", f"/requests/new?f={version}", "Request access")


def _grant(version: Version, actor: User) -> Grant | None:
    """What lets the actor, or something of the actor's teams, read it now."""
    rows = Grant.objects.active().filter(version=version).with_names()
    mine = rows.filter(user=actor) | rows.filter(consumer__team__in=actor.team_ids)
    return next((one for one in mine.order_by("-ends_at") if not why_not_now(one)), None)


def _asked(version: Version, actor: User) -> AccessRequest | None:
    rows = AccessRequest.objects.open().filter(items__version=version)
    return (rows.filter(requester=actor) | rows.filter(team__in=actor.team_ids)).order_by("due_at").first()


def policies_about(version: Version) -> list[tuple[str, Policy]]:
    """(where, policy) for each setting."""
    policies = current_policies()
    found = [(one.label, policy_for(policies, version.privacy_class, one.value, "")) for one in Setting]
    return [(label, policy) for label, policy in found if policy is not None]


@dataclass(frozen=True, slots=True)
class Beforehand:
    """What the owner has agreed to beforehand for the view, and whether the actor may change it. `is_of_use` where a
    policy about the version lets something be automatic."""

    approval: StandingApproval | None
    may_change: bool
    is_of_use: bool


def beforehand(version: Version, actor: User, policies: Sequence[tuple[str, Policy]]) -> Beforehand:
    """`policies` are those about the version."""
    view = version.feature.view
    given = StandingApproval.objects.filter(view=view, ended_at__isnull=True).select_related("given_by").first()
    is_of_use = any(policy.is_automatic for _, policy in policies)
    return Beforehand(given, actor.has_perm("governance.approve_beforehand", view), is_of_use)
