"""Consumers that a store declares: Feast calls them feature services, and they stand for models."""

from collections import Counter, defaultdict
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from django.db import connection as database
from django.utils import timezone

from connectors.records import Definitions, ServiceRecord
from registry.actions.bulk import copy_rows, insert
from registry.actions.definitions.owners import known_owners, team_of
from registry.actions.definitions.projects import KnownProjects
from registry.actions.pulls import Progress
from registry.choices import ConsumerKind, Evidence
from registry.models import Connection, Consumer, Usage

_COUNT_MODELS = """
UPDATE registry_feature held SET models_count = counted.models
FROM (
  SELECT feature.id, count(DISTINCT consumer.id) FILTER (WHERE consumer.kind = 'model') AS models
  FROM registry_feature feature
  LEFT JOIN registry_usage usage ON usage.feature_id = feature.id AND usage.gone_at IS NULL
  LEFT JOIN registry_consumer consumer ON consumer.id = usage.consumer_id AND consumer.gone_at IS NULL
  WHERE feature.id = ANY(%(features)s) AND feature.created_at < %(before)s
  GROUP BY feature.id) counted
WHERE counted.id = held.id AND held.models_count <> counted.models
"""

_FEATURES = """
SELECT view.project_id, view.name, feature.name, feature.id
FROM registry_featureview view JOIN registry_feature feature ON feature.view_id = view.id
WHERE view.project_id = ANY(%s) AND view.name = ANY(%s)
"""
_KEEP_DIGESTS = """
UPDATE registry_consumer held SET digest = seen.digest FROM unnest(%s::bigint[], %s::bytea[]) AS seen(id, digest)
WHERE held.id = seen.id
"""

# Declared consumers by project id and name.
Held = dict[tuple[int, str], Consumer]


class Read(NamedTuple):
    """One feature as one consumer reads it."""

    consumer_id: int
    feature_id: int
    number: int | None


def merge(connection: Connection, known: KnownProjects, found: Definitions, progress: Progress) -> None:
    """Take over services and exactly the features each one reads. A service that reads what it read is passed over."""
    services = [service for service in found.services if service.project in known]
    declared = Consumer.objects.filter(connection=connection, project__isnull=False)
    held: Held = {(row.project_id or 0, row.name): row for row in declared}
    _adopt(connection, known, services, held)
    kinds = {row.pk: row.kind for row in held.values()}
    _save(connection, known, services, held)
    listed = {(known[service.project].pk, service.name) for service in services}
    gone = [row.pk for key, row in held.items() if key not in listed and row.gone_at is None]
    Consumer.objects.filter(pk__in=gone).update(gone_at=timezone.now(), digest=b"")
    anew = [
        service
        for service in services
        if bytes(held[known[service.project].pk, service.name].digest) != _digest(service)
    ]
    touched = _merge_usages(known, anew, held, gone, progress)
    other = [row.pk for row in held.values() if kinds.get(row.pk, row.kind) != row.kind]
    touched |= set(Usage.objects.filter(consumer__in=other).values_list("feature_id", flat=True))
    count_models(touched, before=progress.pull.started_at or timezone.now())


def _adopt(connection: Connection, known: KnownProjects, services: list[ServiceRecord], held: Held) -> None:
    """Consumers that people declared under the names of these services: from now on the store says what they read."""
    wanted = {(known[one.project].pk, one.name): _kind(one) for one in services}
    rows = Consumer.objects.filter(connection=None, project__isnull=False, name__in={name for _, name in wanted})
    for row in rows:
        key = (row.project_id or 0, row.name)
        if key not in held and wanted.get(key) == row.kind:
            row.connection = connection
            row.save(update_fields=["connection"])
            held[key] = row


def models_reading(found: Definitions) -> Counter[tuple[str, str, str]]:
    """How many models the store says read each (project, view, feature), so that new ones start with their number."""
    return Counter(
        (service.project, view, feature)
        for service in found.services
        if _kind(service) == ConsumerKind.MODEL
        for view, feature in {(read.view, name) for read in service.reads for name in read.features}
    )


def count_models(features: set[int], *, before: datetime) -> None:
    """Say on each of these features how many models read it. Those made since `before` started with their number."""
    with database.cursor() as cursor:
        cursor.execute(_COUNT_MODELS, {"features": list(features), "before": before})


def _digest(service: ServiceRecord) -> bytes:
    return blake2b(repr(service.reads).encode(), digest_size=16).digest()


def _kind(service: ServiceRecord) -> str:
    """What kind of consumer a service says it is; a model unless it says otherwise."""
    said = service.tags.get("consumer", service.tags.get("consumer_kind", "")).lower()
    return said if said in ConsumerKind.values else ConsumerKind.MODEL


def _save(connection: Connection, known: KnownProjects, services: list[ServiceRecord], held: Held) -> None:
    """Insert new services into `held` and the database, and update what differs."""
    owners = known_owners()
    new = []
    for service in services:
        key = known[service.project].pk, service.name
        fields = {
            "kind": _kind(service), "team_id": team_of(service.owner, owners), "description": service.description,
            "upstream_owner": service.owner, "tags": service.tags, "gone_at": None,
            "environment": service.tags.get("environment", service.tags.get("stage", ""))[:40],
        }  # fmt: skip
        row = held.get(key)
        if row is None:
            held[key] = Consumer(connection=connection, project_id=key[0], name=key[1], **fields)
            new.append(held[key])
        elif any(getattr(row, field) != value for field, value in fields.items()):
            for field, value in fields.items():
                setattr(row, field, value)
            row.save(update_fields=[*fields])
    insert(new)


def _merge_usages(
    known: KnownProjects, services: list[ServiceRecord], held: Held, gone: list[int], progress: Progress
) -> set[int]:
    """What these services read, and what those that are gone read no more. Returns the features it touched."""
    wanted, complete = _wanted(known, services, held, progress)
    readers = [held[known[service.project].pk, service.name].pk for service in services]
    declared = Usage.objects.filter(consumer__in=[*readers, *gone], evidence=Evidence.DECLARED)
    rows = {Read(*key): (pk, gone_at) for *key, pk, gone_at in declared.values_list(*Read._fields, "pk", "gone_at")}
    new = wanted - rows.keys()
    back = {read: pk for read, (pk, gone_at) in rows.items() if gone_at and read in wanted}
    left = {read: pk for read, (pk, gone_at) in rows.items() if not gone_at and read not in wanted}
    now = timezone.now()
    with database.cursor() as cursor:
        columns = (*Read._fields, "evidence", "created_at")
        copy_rows(cursor, Usage, columns, ((*read, Evidence.DECLARED.value, now) for read in new))
        cursor.execute(_KEEP_DIGESTS, [[*complete], [*complete.values()]])
    Usage.objects.filter(pk__in=back.values()).update(gone_at=None)
    Usage.objects.filter(pk__in=left.values()).update(gone_at=now)
    return {read.feature_id for read in (*new, *back, *left)}


def _wanted(
    known: KnownProjects, services: list[ServiceRecord], held: Held, progress: Progress
) -> tuple[set[Read], dict[int, bytes]]:
    """Each declared read, and the digests of services whose every read is here: the others are tried again."""
    ids = _features(known, {read.view for service in services for read in service.reads})
    wanted: set[Read] = set()
    complete: dict[int, bytes] = {}
    for service in services:
        project = known[service.project].pk
        consumer = held[project, service.name].pk
        complete[consumer] = _digest(service)
        for read in service.reads:
            features = ids[project, read.view]
            wanted |= {Read(consumer, features[name], read.version) for name in read.features if name in features}
            missing = set(read.features) - features.keys()
            if missing:
                progress.warn(f"Service {service.name} names {read.view}:{sorted(missing)[0]}, which the store lacks.")
                complete.pop(consumer, None)
    return wanted, complete


def _features(known: KnownProjects, views: set[str]) -> dict[tuple[int, str], dict[str, int]]:
    """Ids of the features of these views, by project id and view, and by name."""
    ids: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    with database.cursor() as cursor:
        cursor.execute(_FEATURES, [[project.pk for project in known.values()], list(views)])
        for project, view, name, pk in cursor.fetchall():
            ids[project, view][name] = pk
    return ids
