"""May a version retire? One list of what stands in the way, for page, API, command line and the action itself."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from registry.choices import Evidence, VersionState
from registry.models import Actor, Consumer, Feature, Usage, Version

# How long nobody may have read it: what is read by nightly and monthly jobs is silent for longer.
QUIET_ONLINE, QUIET_OFFLINE = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Blocker:
    """What stands in the way. `code` is for programs, `detail` a sentence; `consumer` is kind:name, or empty where
    there is none or it is hidden; `consumer_id` is known even then. `evidence` says how we know that somebody reads."""

    code: str
    detail: str
    consumer: str = ""
    consumer_id: int | None = None
    evidence: str = ""


def blockers_of(version: Version, actor: Actor | None) -> list[Blocker]:
    """Everything that keeps the version from retiring; empty when nothing does. Readers that `actor` does not see are
    told without their names; the system (None) sees all.

    Higher apps add what they know, or take away what was decided: CHARTER_BLOCKERS names their functions.
    """
    found = [*_of_state(version), *_of_replacement(version), *_of_readers(version, actor)]
    for path in settings.CHARTER_BLOCKERS:
        found = import_string(path)(version, found, actor)
    return found


def readers_of(version: Version) -> QuerySet[Usage]:
    """Evidence that somebody reads this version: it names the version, or none while this is the current one."""
    named = Q(number=version.number)
    if version.number == version.feature.number:
        named |= Q(number__isnull=True)
    held = Usage.objects.filter(named, feature=version.feature_id, gone_at__isnull=True)
    return held.select_related("consumer__team", "feature").order_by("consumer__kind", "consumer__name", "evidence")


def readers_now(versions: Collection[Version]) -> dict[int, list[Usage]]:
    """By version, the evidence that somebody reads it now: for many versions at once."""
    now = timezone.now()
    held = Usage.objects.filter(feature__in={one.feature_id for one in versions}, gone_at__isnull=True)
    of_feature: dict[int, list[Usage]] = defaultdict(list)
    for usage in held.select_related("consumer__team", "feature").order_by("consumer__kind", "consumer__name"):
        if still_reads(usage, now):
            of_feature[usage.feature_id].append(usage)
    return {one.pk: [usage for usage in of_feature[one.feature_id] if _is_of(usage, one)] for one in versions}


def _is_of(usage: Usage, version: Version) -> bool:
    is_current = version.number == version.feature.number
    return usage.number == version.number or (is_current and usage.number is None)


def still_reads(usage: Usage, now: datetime) -> bool:
    """Whether this evidence says that somebody reads it now: a read that was observed fades after a while."""
    if usage.evidence != Evidence.OBSERVED:
        return True
    return usage.last_seen_at is not None and usage.last_seen_at > now - quiet_of(usage.feature)


def quiet_of(feature: Feature) -> timedelta:
    """How long nobody may have read it."""
    return QUIET_ONLINE if feature.is_online else QUIET_OFFLINE


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
    quiet, now = quiet_of(version.feature), timezone.now()
    found = []
    for usage in readers_of(version):
        reader = str(usage.consumer) if usage.consumer_id in named else ""
        who = reader or "Somebody in a restricted project"
        if not still_reads(usage, now):
            continue
        if usage.evidence != Evidence.OBSERVED:
            said = f"{who} reads it ({Evidence(usage.evidence).label.lower()})."
            found.append(Blocker("reader", said, reader, usage.consumer_id, usage.evidence))
        else:
            said = f"{who} read it on {usage.last_seen_at:%Y-%m-%d}, less than {quiet.days} days ago."
            found.append(Blocker("recent_read", said, reader, usage.consumer_id))
    return found
