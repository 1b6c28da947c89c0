"""Who will decide about what is asked for, how long it usually takes: told before anything is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from governance.models import Policy
from governance.queries.pace import usual_time
from governance.queries.policies import current_policies, is_agreed_beforehand, policy_for
from registry.models import Version


@dataclass(frozen=True, slots=True)
class Line:
    """One version: its policy, and whether it is granted at once."""

    version: Version
    policy: Policy | None
    is_automatic: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """`usual` is the median of the last decisions; None while there are none."""

    lines: list[Line]
    most_days: int | None
    usual: timedelta | None


def expected(versions: Sequence[Version], setting: str, environment: str) -> Expected:
    """What asking for these would mean, as the policies are now."""
    policies = current_policies()
    lines = [_line(version, policies, setting, environment) for version in versions]
    days = [line.policy.most_days for line in lines if line.policy]
    return Expected(lines, min(days, default=None), usual_time())


def _line(version: Version, policies: list[Policy], setting: str, environment: str) -> Line:
    policy = policy_for(policies, version.privacy_class, setting, environment)
    is_automatic = bool(policy and policy.is_automatic and is_agreed_beforehand(version.feature.view))
    return Line(version, policy, is_automatic)
