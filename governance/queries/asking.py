"""May this be asked for? What is said at once, before anybody has to decide."""

from collections.abc import Collection, Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from governance.models import AccessRequest, Grant, Policy, RequestItem, Setting
from governance.models.requests import Outcome
from registry.choices import PERSONAL_CLASSES, PrivacyClass, VersionState
from registry.models import User, Version


class ItemFault(ValidationError):
    """What stands in the way of one version of a request, and of which."""

    def __init__(self, version: Version, code: str, text: str) -> None:
        super().__init__(text, code=code)
        self.version_id = version.pk


def as_now(versions: Collection[Version], actor: User) -> list[Version]:
    """The same versions as they are this moment, in the same order, with what decides about them. Raises
    PermissionDenied where the actor does not see one, or no longer."""
    seen = Version.objects.visible_to(actor).select_related(
        "feature__owner", "feature__view__owner", "feature__project__owner", "replacement__feature"
    )
    rows = seen.in_bulk([one.pk for one in versions])
    if len(rows) < len({one.pk for one in versions}):
        raise PermissionDenied("You do not see all of these features.")
    return [rows[one.pk] for one in versions]


def subject_of(request: AccessRequest) -> str:
    """Who will read, by a name that nobody can change."""
    return f"consumer:{request.consumer_id}" if request.consumer_id else f"person:{request.requester_id}"


def faults_of_items(
    request: AccessRequest, chosen: Mapping[Version, Policy | None]
) -> dict[str, str | list[ValidationError]]:  # fmt: skip
    """What stands in the way of asking for these versions, each with the policy that would decide. A grant that is
    renewed does not stand in its own way."""
    held, asked = _held(request, list(chosen)), _asked(request, list(chosen))
    faults: list[ValidationError] = [
        ItemFault(version, *fault)
        for version, policy in chosen.items()
        if (fault := _fault(version, policy, request, held, asked))
    ]
    found: dict[str, str | list[ValidationError]] = {"items": faults} if faults else {}
    longest = [policy for policy in chosen.values() if policy and request.days > policy.most_days]
    if longest:
        least = min(longest, key=lambda one: one.most_days)
        found["days"] = f"{least.get_privacy_class_display()} is granted for at most {least.most_days} days."
    return found


def _fault(
    version: Version, policy: Policy | None, request: AccessRequest, held: Mapping[int, Grant], asked: Mapping[int, str]
) -> tuple[str, str] | None:  # fmt: skip
    """A code for programs and a sentence."""
    if version.state == VersionState.DEPRECATED:
        instead = f" Ask for {version.replacement}." if version.replacement else ""
        return "deprecated", f"{version} goes away, so nobody new may read it.{instead}"
    if version.state != VersionState.ACTIVE:
        return "not_active", f"{version} is {version.state}, so nobody may read it."
    if why := why_no_access_needed(version):
        return "not_personal", why
    if policy is None:
        where = f"{request.setting} in {request.environment}" if request.environment else request.setting
        kind = version.get_privacy_class_display().lower()
        return "no_policy", f"No policy says who decides about {kind} {where} ({version})."
    if grant := held.get(version.pk):
        return "held", f"{grant} allows {version} for this until {grant.ends_at:%-d %b %Y} already. Renew it there."
    if other := asked.get(version.pk):
        return "asked", f"{other} asks for {version} for this already."
    return None


def why_no_access_needed(version: Version) -> str:
    """Why nobody asks for access to it; empty for personal data."""
    if version.privacy_class in PERSONAL_CLASSES:
        return ""
    if version.privacy_class == PrivacyClass.UNCLASSIFIED and version.feature.looks_personal:
        return f"Nobody has said how personal {version} is. Its owner has to classify it before it can be granted."
    return f"{version} is not personal: whoever sees it may read it without asking."


def _held(request: AccessRequest, versions: list[Version]) -> dict[int, Grant]:
    rows = Grant.objects.standing().filter(
        version__in=versions, purpose=request.purpose, consumer=request.consumer, environment=request.environment
    )
    rows = rows.filter(user=None if request.consumer_id else request.requester, ends_at__gt=timezone.now())
    enough = [Setting.ONLINE] if request.setting == Setting.ONLINE else Setting.values
    return {one.version_id: one for one in rows.filter(setting__in=enough).exclude(pk=request.renews_id or 0)}


def _asked(request: AccessRequest, versions: list[Version]) -> dict[int, str]:
    rows = RequestItem.objects.filter(
        version__in=versions, subject=subject_of(request), purpose=request.purpose, setting=request.setting,
        outcome=Outcome.PENDING,
    )  # fmt: skip
    return {one.version_id: f"AR-{one.request_id}" for one in rows.exclude(request=request.pk)}
