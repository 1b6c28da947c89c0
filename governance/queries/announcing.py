"""What an owner looks at before the end of a version is announced: what could replace it, and who reads it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import F, Sum
from django.utils import timezone

from registry.choices import Evidence, VersionState
from registry.models import Consumer, ReadDay, User, Version
from registry.outbox.addressing import is_reachable
from registry.queries.alike import alike, facts_of
from registry.queries.readers import is_declared, reads_a_day
from registry.queries.retirement import readers_of, still_reads

PICTURED, MOST_ALIKE = 30, 6


@dataclass(slots=True)
class Affected:
    """A consumer that reads the version now, by any evidence. `by_day` are its reads of the last 30 days."""

    consumer: Consumer
    is_declared: bool
    is_reachable: bool
    evidence: list[str] = field(default_factory=list)
    last_seen_at: datetime | None = None
    reads_a_day: float | None = None
    by_day: list[int] = field(default_factory=list)


def affected_by(version: Version, actor: User) -> tuple[list[Affected], int]:
    """Consumers that the actor sees, those that nobody can tell first, and how many others there are."""
    now = timezone.now()
    rows = readers_of(version).annotate(is_declared=is_declared(), reads_a_day=reads_a_day())
    held = [one for one in rows if still_reads(one, now)]
    numbers = {one.consumer_id for one in held}
    seen = set(Consumer.objects.visible_to(actor).filter(pk__in=numbers).values_list("pk", flat=True))
    found: dict[int, Affected] = {}
    for usage in held:
        if usage.consumer_id not in seen:
            continue
        one = found.get(usage.consumer_id)
        if one is None:
            team = usage.consumer.team
            one = Affected(usage.consumer, usage.is_declared, team is not None and is_reachable(team))
            found[usage.consumer_id] = one
        one.evidence.append(Evidence(usage.evidence).label)
        if usage.evidence == Evidence.OBSERVED:
            one.last_seen_at, one.reads_a_day = usage.last_seen_at, usage.reads_a_day
    _count_days(version, found, now.date())
    return sorted(found.values(), key=lambda one: (one.is_reachable, str(one.consumer))), len(numbers - seen)


def _count_days(version: Version, found: dict[int, Affected], today: date) -> None:
    days = [today - timedelta(days=at) for at in reversed(range(PICTURED))]
    held = ReadDay.objects.filter(feature=version.feature_id, number=version.number, day__gte=days[0])
    counted = held.filter(consumer__in=found).values_list("consumer", "day").annotate(Sum("reads"))
    reads = {(consumer, day): count for consumer, day, count in counted}
    for number, one in found.items():
        if one.last_seen_at is not None:
            one.by_day = [reads.get((number, day), 0) for day in days]


def replacements_for(version: Version, actor: User) -> list[Version]:
    """Active versions that could replace it: newer ones of the same feature, then of features called much the same."""
    active = Version.objects.visible_to(actor).filter(state=VersionState.ACTIVE).exclude(pk=version.pk)
    own = active.filter(feature=version.feature_id).order_by("-number")
    near = [one.feature for one in alike(actor, facts_of(version.feature), but=version.feature_id, limit=MOST_ALIKE)]
    held = {one.feature_id: one for one in active.filter(feature__in=near, number=F("feature__number"))}
    others = [held[feature.pk] for feature in near if feature.pk in held]
    return [*own.select_related("feature"), *others][:MOST_ALIKE]
