"""Consumers that a store declares: Feast calls them feature services, and they stand for models."""

from collections import Counter, defaultdict
from typing import Any

from django.db import connection as database
from django.utils import timezone

from connectors.records import Definitions, ServiceFeature, ServiceRecord
from registry.actions.definitions.bulk import insert
from registry.actions.definitions.owners import known_owners, team_of
from registry.actions.definitions.projects import KnownProjects
from registry.actions.pulls import Progress
from registry.choices import ConsumerKind, Evidence
from registry.models import Connection, Consumer, Feature, Usage

_COUNT_MODELS = """
UPDATE registry_feature held SET models_count = counted.models
FROM (
  SELECT feature.id, count(DISTINCT consumer.id) FILTER (WHERE consumer.kind = 'model') AS models
  FROM registry_feature feature
  LEFT JOIN registry_usage usage ON usage.feature_id = feature.id AND usage.gone_at IS NULL
  LEFT JOIN registry_consumer consumer ON consumer.id = usage.consumer_id AND consumer.gone_at IS NULL
  WHERE feature.project_id = ANY(%s)
  GROUP BY feature.id) counted
WHERE counted.id = held.id AND held.models_count <> counted.models
"""


def merge(connection: Connection, known: KnownProjects, found: Definitions, progress: Progress) -> None:
    """Take over services and exactly the features each one reads."""
    owners = known_owners()
    declared = Consumer.objects.filter(connection=connection, project__isnull=False)
    held = {(row.project_id or 0, row.name): row for row in declared}
    seen = set()
    for service in found.services:
        if service.project not in known:
            continue
        project = known[service.project].pk
        fields = {
            "kind": _kind(service), "team_id": team_of(service.owner, owners), "description": service.description,
            "upstream_owner": service.owner, "tags": service.tags, "gone_at": None,
            "environment": service.tags.get("environment", service.tags.get("stage", ""))[:40],
        }  # fmt: skip
        held[project, service.name] = _save(
            connection, project, service.name, held.get((project, service.name)), fields
        )
        seen.add((project, service.name))
    gone = [row.pk for key, row in held.items() if key not in seen and row.gone_at is None]
    Consumer.objects.filter(pk__in=gone).update(gone_at=timezone.now())
    services = [service for service in found.services if service.project in known]
    _merge_usages(known, services, held, gone, progress)
    count_models([project.pk for project in known.values()])


def models_reading(found: Definitions) -> Counter[tuple[str, str, str]]:
    """How many models the store says read each (project, view, feature), so that new ones start with their number."""
    return Counter(
        (service.project, view, feature)
        for service in found.services
        if _kind(service) == ConsumerKind.MODEL
        for view, feature in {(read.view, name) for read in service.reads for name in read.features}
    )


def count_models(projects: list[int]) -> None:
    """Say on each feature of these projects how many models read it."""
    with database.cursor() as cursor:
        cursor.execute(_COUNT_MODELS, [projects])


def _kind(service: ServiceRecord) -> str:
    """What kind of consumer a service says it is; a model unless it says otherwise."""
    said = service.tags.get("consumer", service.tags.get("consumer_kind", "")).lower()
    return said if said in ConsumerKind.values else ConsumerKind.MODEL


def _save(connection: Connection, project: int, name: str, row: Consumer | None, fields: dict[str, Any]) -> Consumer:
    if row is None:
        return Consumer.objects.create(connection=connection, project_id=project, name=name, **fields)
    if any(getattr(row, field) != value for field, value in fields.items()):
        for field, value in fields.items():
            setattr(row, field, value)
        row.save(update_fields=[*fields])
    return row


def _merge_usages(
    known: KnownProjects, services: list[ServiceRecord], held: dict[tuple[int, str], Consumer], gone: list[int],
    progress: Progress,
) -> None:  # fmt: skip
    wanted = _wanted(known, services, held, progress)
    declared = Usage.objects.filter(consumer__in=[row.pk for row in held.values()], evidence=Evidence.DECLARED)
    rows = {(row.consumer_id, row.feature_id, row.number): row for row in declared}
    insert(
        [
            Usage(consumer_id=consumer, feature_id=feature, number=number, evidence=Evidence.DECLARED)
            for consumer, feature, number in wanted - rows.keys()
        ]
    )
    back = [row.pk for key, row in rows.items() if key in wanted and row.gone_at]
    left = [row.pk for key, row in rows.items() if (key not in wanted or key[0] in gone) and not row.gone_at]
    Usage.objects.filter(pk__in=back).update(gone_at=None)
    Usage.objects.filter(pk__in=left).update(gone_at=timezone.now())


def _wanted(
    known: KnownProjects, services: list[ServiceRecord], held: dict[tuple[int, str], Consumer], progress: Progress
) -> set[tuple[int, int, int | None]]:
    """(consumer, feature, version) for each declared read."""
    ids: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    views = {read.view for service in services for read in service.reads}
    rows = Feature.objects.filter(project__in=[project.pk for project in known.values()], view__name__in=views)
    for project, view, name, pk in rows.values_list("project_id", "view__name", "name", "pk"):
        ids[project, view][name] = pk
    wanted: set[tuple[int, int, int | None]] = set()
    for service in services:
        project = known[service.project].pk
        for read in service.reads:
            wanted |= {
                (held[project, service.name].pk, pk, read.version) for pk in _read(ids[project, read.view], read)
            }
            missing = set(read.features) - ids[project, read.view].keys()
            if missing:
                progress.warn(f"Service {service.name} names {read.view}:{sorted(missing)[0]}, which the store lacks.")
    return wanted


def _read(features: dict[str, int], read: ServiceFeature) -> list[int]:
    return [features[name] for name in read.features if name in features]
