"""Reads that services report: counted by day, each report once. Evidence like a measurement, so nothing to audit."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from registry.actions.definitions.consumers import count_models
from registry.choices import ConsumerKind, VersionState
from registry.models import Consumer, Feature, User, Version
from registry.references import split_number

LATEST, EARLIEST = timedelta(minutes=5), timedelta(days=31)
MOST_EVENTS = 5_000
MOST_READS = 10**12
LONGEST_NAME = 300
# A feature's reads a day are the mean of these many days.
WINDOW = 7

_COUNT_ONCE = """
INSERT INTO registry_seenevent (id, received_on) SELECT id, %s FROM unnest(%s::uuid[]) AS sent(id) ORDER BY id
ON CONFLICT DO NOTHING RETURNING id
"""
# In one order everywhere, so that two reports at once wait for each other and never lock each other out.
_ADD = """
INSERT INTO registry_readday AS held (consumer_id, feature_id, number, day, reads, last_at, token_name)
SELECT consumer, feature, number, day, reads, last_at, %s
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::date[], %s::bigint[], %s::timestamptz[])
  AS sent(consumer, feature, number, day, reads, last_at)
ORDER BY feature, day, consumer, number
ON CONFLICT (feature_id, day, consumer_id, number) DO UPDATE SET
  reads = held.reads + excluded.reads, last_at = greatest(held.last_at, excluded.last_at),
  token_name = excluded.token_name
"""
_NOTE_USAGE = """
INSERT INTO registry_usage AS held (consumer_id, feature_id, number, evidence, last_seen_at, created_at)
SELECT consumer, feature, number, 'observed', max(last_at), now()
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::timestamptz[]) AS sent(consumer, feature, number, last_at)
GROUP BY consumer, feature, number ORDER BY consumer, feature, number
ON CONFLICT (consumer_id, feature_id, number, evidence) DO UPDATE SET
  last_seen_at = greatest(held.last_seen_at, excluded.last_seen_at), gone_at = NULL
RETURNING feature_id, xmax = 0 AS is_new
"""
_READS_A_DAY = f"""
UPDATE registry_feature held SET reads_per_day = counted.reads
FROM (SELECT feature_id, sum(reads)::float8 / {WINDOW} AS reads FROM registry_readday
      WHERE day > %(today)s - {WINDOW} AND (%(features)s::bigint[] IS NULL OR feature_id = ANY(%(features)s))
      GROUP BY feature_id) counted
WHERE counted.feature_id = held.id AND held.reads_per_day IS DISTINCT FROM counted.reads
"""  # noqa: S608  a number of ours
_NO_READS = f"""
UPDATE registry_feature held SET reads_per_day = 0 WHERE held.reads_per_day > 0 AND NOT EXISTS (
  SELECT 1 FROM registry_readday seen WHERE seen.feature_id = held.id AND seen.day > %(today)s - {WINDOW})
"""  # noqa: S608  a number of ours

Slot = tuple[int, int, int, Any]  # consumer, feature, number, day


@dataclass(frozen=True, slots=True)
class Event:
    """One report, as it was sent: `consumer` is kind:name, `feature` a key with @number or without."""

    id: str
    consumer: str
    feature: str
    reads: int
    at: datetime


@dataclass(slots=True)
class Receipt:
    """What became of a batch. `rejected` holds (index, code, detail)."""

    accepted: int
    duplicates: int
    rejected: list[tuple[int, str, str]]


class _Unfit(Exception):
    """Why one event is not counted: a code and a sentence."""


@transaction.atomic
def report_reads(events: Sequence[Event], *, actor: User, token_name: str) -> Receipt:
    """Count what can be counted. One bad report loses nothing of the others."""
    ground = _Ground.of(events, actor, token_name)
    fit: dict[UUID, tuple[Slot, Event]] = {}
    rejected = []
    repeated = 0
    for index, event in enumerate(events):
        name = _name(actor, event)
        if name in fit:
            repeated += 1
            continue
        try:
            fit[name] = ground.slot(event), event
        except _Unfit as why:
            rejected.append((index, *why.args))
    fresh = _not_seen(fit)
    _count([fit[name] for name in fresh], token_name)
    return Receipt(len(fresh), repeated + len(fit) - len(fresh), rejected)


def _name(actor: User, event: Event) -> UUID:
    """Ids are each reporter's own: nobody can use up somebody else's."""
    return UUID(bytes=hashlib.blake2b(f"{actor.pk}:{event.id}".encode(), digest_size=16).digest())


def _not_seen(fit: Iterable[UUID]) -> list[UUID]:
    with database.cursor() as cursor:
        cursor.execute(_COUNT_ONCE, [timezone.now().date(), list(fit)])
        return [name for (name,) in cursor.fetchall()]


def _count(counted: Sequence[tuple[Slot, Event]], token_name: str) -> None:
    if not counted:
        return
    reads: dict[Slot, int] = {}
    last: dict[Slot, datetime] = {}
    for slot, event in counted:
        reads[slot] = reads.get(slot, 0) + event.reads
        last[slot] = max(last.get(slot, event.at), event.at)
    consumers, features, numbers, days = (list(column) for column in zip(*reads, strict=True))
    with database.cursor() as cursor:
        cursor.execute(_ADD, [token_name, consumers, features, numbers, days, [*reads.values()], [*last.values()]])
        cursor.execute(_NOTE_USAGE, [consumers, features, numbers, [*last.values()]])
        new = {feature for feature, is_new in cursor.fetchall() if is_new}
        cursor.execute(_READS_A_DAY, {"today": timezone.now().date(), "features": list(set(features))})
    if new:
        count_models(new, before=timezone.now())


@dataclass(slots=True)
class _Ground:
    """The features and consumers that a batch names, as its reporter sees them."""

    features: dict[str, tuple[int, int, int]]  # key -> id, current number, project
    numbers: set[tuple[int, int]]
    consumers: dict[str, dict[int | None, int]]  # kind:name -> project -> id
    now: datetime
    token_name: str

    @classmethod
    def of(cls, events: Sequence[Event], actor: User, token_name: str) -> "_Ground":
        keys = {split_number(event.feature)[0] for event in events}
        seen = Feature.objects.visible_to(actor).filter(key__in=keys).exclude(state=VersionState.DRAFT).order_by()
        features = {
            key: (pk, at, project) for key, pk, at, project in seen.values_list("key", "id", "number", "project_id")
        }
        versions = Version.objects.filter(feature__in=[pk for pk, _, _ in features.values()])
        published = versions.exclude(state=VersionState.DRAFT).values_list("feature_id", "number")
        consumers: dict[str, dict[int | None, int]] = {}
        named = {event.consumer.partition(":")[2] for event in events}
        held = Consumer.objects.visible_to(actor).filter(name__in=named)
        for kind, name, project, pk in held.values_list("kind", "name", "project_id", "pk"):
            consumers.setdefault(f"{kind}:{name}", {})[project] = pk
        return cls(features, set(published), consumers, timezone.now(), token_name)

    def slot(self, event: Event) -> Slot:
        """Where an event is counted. Raises _Unfit."""
        if event.at > self.now + LATEST:
            raise _Unfit("in_the_future", f"{event.at.isoformat()} is in the future. Check the clock.")
        if event.at < self.now - EARLIEST:
            raise _Unfit("too_old", f"Reports are taken for {EARLIEST.days} days.")
        key, number = split_number(event.feature)
        if key not in self.features:
            raise _Unfit("unknown_feature", f"There is no feature {key[:200]} that you see.")
        pk, current, project = self.features[key]
        number = current if number is None else number
        if (pk, number) not in self.numbers:
            raise _Unfit("unknown_version", f"{key} has no version {number}.")
        return self._consumer(event.consumer, project), pk, number, event.at.date()

    def _consumer(self, reference: str, project: int) -> int:
        places = self.consumers.get(reference)
        if places is None:
            places = self.consumers[reference] = {None: self._discovered(reference)}
        if len(places) == 1:
            return next(iter(places.values()))
        if project in places or None in places:
            return places.get(project) or places[None]
        raise _Unfit("ambiguous_consumer", f"Several projects have a consumer {reference}. Give it another name.")

    def _discovered(self, reference: str) -> int:
        """Somebody reads whom nobody has declared."""
        kind, _, name = reference.partition(":")
        if kind not in ConsumerKind.values or not 0 < len(name) <= LONGEST_NAME:
            raise _Unfit("bad_consumer", f"Write kind:name, the kind being {', '.join(ConsumerKind.values)}.")
        made, _ = Consumer.objects.get_or_create(
            kind=kind, name=name, project=None, defaults={"seen_by": self.token_name}
        )
        return made.pk


def refresh_reads_per_day() -> int:
    """Move the window on: also features that nobody has read of late. Returns how many differ."""
    today = {"today": timezone.now().date(), "features": None}
    with database.cursor() as cursor:
        cursor.execute(_READS_A_DAY, today)
        changed = cursor.rowcount
        cursor.execute(_NO_READS, today)
        return changed + cursor.rowcount


def forget_old_events() -> int:
    """Drop the ids of reports that would be refused for their age. Returns how many."""
    with database.cursor() as cursor:
        cursor.execute(
            "DELETE FROM registry_seenevent WHERE received_on < %s",
            [timezone.now().date() - EARLIEST - timedelta(days=1)],
        )
        return cursor.rowcount
