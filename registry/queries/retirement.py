"""May a version retire? One list of what stands in the way, for page, API, command line and the action itself."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from registry.choices import Evidence, VersionState
from registry.models import Actor, Consumer, Usage, Version

# How long nobody may have read it: what is read by nightly and monthly jobs is silent for longer.
QUIET_ONLINE, QUIET_OFFLINE = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Blocker:
    """What stands in the way. `code` is for programs, `detail` a sentence; `consumer` is kind:name, or empty."""

    code: str
    detail: str
    consumer: str = ""


def blockers_of(version: Version, actor: Actor | None) -> list[Blocker]:
    """Everything that keeps the version from retiring; empty when nothing does. Readers that `actor` does not see are
    told without their names; the system (None) sees all."""
    return [*_of_state(version), *_of_replacement(version), *_of_readers(version, actor)]


def readers_of(version: Version) -> QuerySet[Usage]:
    """Evidence that somebody reads this version: it names the version, or none while this is the current one."""
    named = Q(number=version.number)
    if version.number == version.feature.number:
        named |= Q(number__isnull=True)
    held = Usage.objects.filter(named, feature=version.feature_id, gone_at__isnull=True)
    return held.select_related("consumer__team").order_by("consumer__kind", "consumer__name", "evidence")


def _of_state(version: Version) -> list[Blocker]:
    if version.state == VersionState.RETIRED:
        return [Blocker("retired", f"{version} is retired already.")]
    if version.state in (VersionState.DRAFT, VersionState.ACTIVE):
        return [Blocker("not_deprecated", f"{version} is {version.state}. Deprecate it first.")]
    if version.sunset_on is None:
        return [Blocker("no_sunset", f"{version} has no sunset. Deprecate it with one.")]
    days = (version.sunset_on - timezone.now().date()).days
    if days > 0:
        said = f"The sunset, {version.sunset_on:%Y-%m-%d}, is {days} day{'s' * (days > 1)} away."
        return [Blocker("before_sunset", said)]
    return []


def _of_replacement(version: Version) -> list[Blocker]:
    replacement = version.replacement
    if replacement is None or replacement.state == VersionState.ACTIVE:
        return []
    return [Blocker("replacement_not_active", f"Its replacement {replacement} is {replacement.state}.")]


def _of_readers(version: Version, actor: Actor | None) -> list[Blocker]:
    seen = Consumer.objects.all() if actor is None else Consumer.objects.visible_to(actor)
    named = set(seen.filter(usages__feature=version.feature_id).values_list("pk", flat=True))
    quiet = QUIET_ONLINE if version.feature.is_online else QUIET_OFFLINE
    since = timezone.now() - quiet
    found = []
    for usage in readers_of(version):
        reader = str(usage.consumer) if usage.consumer_id in named else ""
        who = reader or "Somebody in a restricted project"
        if usage.evidence != Evidence.OBSERVED:
            said = f"{who} reads it ({Evidence(usage.evidence).label.lower()})."
            found.append(Blocker("reader", said, reader))
        elif usage.last_seen_at and usage.last_seen_at > since:
            said = f"{who} read it on {usage.last_seen_at:%Y-%m-%d}, less than {quiet.days} days ago."
            found.append(Blocker("recent_read", said, reader))
    return found
