"""Feature views of a store."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from connectors.records import ViewRecord
from registry.actions.bulk import insert
from registry.actions.definitions.owners import known_owners, team_of
from registry.actions.definitions.projects import KnownProjects
from registry.actions.definitions.sources import ByName
from registry.actions.pulls import Progress
from registry.models import Connection, Feature, FeatureView

# By the store's own (project, view).
ViewRows = dict[tuple[str, str], FeatureView]

_SCHEDULES = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}
_EVERY = re.compile(r"(?:every[ _-]?)?(\d{1,4})\s*(m|min|h|d)\Z")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}


def schedule_from(tags: Mapping[str, str]) -> timedelta | None:
    """How often a view is computed, where a tag says so: `schedule: hourly`, `schedule: 15m`, `every: 6h`."""
    text = (tags.get("schedule") or tags.get("every") or tags.get("frequency") or "").strip().lower().lstrip("@")
    if text in _SCHEDULES:
        return _SCHEDULES[text]
    match = _EVERY.match(text)
    return timedelta(**{_UNITS[match[2]]: int(match[1])}) if match else None


def merge(
    connection: Connection, known: KnownProjects, tables: ByName, entities: ByName, chunk: Sequence[ViewRecord],
    progress: Progress,
) -> tuple[ViewRows, set[int]]:  # fmt: skip
    """Insert or update the chunk's views with their entities. Returns their rows, and the ids of the new ones."""
    owners = known_owners()
    held = {(row.project_id, row.name): row for row in _held(known, chunk)}
    new, changed = [], []
    rows: ViewRows = {}
    fields: dict[str, Any] = {}
    for seen in chunk:
        project = known[seen.project]
        fields = _fields(seen, connection, tables, project.pk) | {"owner_id": team_of(seen.owner, owners)}
        row = held.get((project.pk, seen.name))
        if row is None:
            row = FeatureView(project=project, name=seen.name, key=f"{project.name}.{seen.name}", **fields)
            new.append(row)
        else:
            for field, value in (fields | _kept(row, fields)).items():
                setattr(row, field, value)
            changed.append(row)
        rows[seen.project, seen.name] = row
    insert(new)
    if changed:
        FeatureView.objects.bulk_update(changed, [*fields], batch_size=200)
    made = {row.pk for row in new}
    _link_entities(rows, chunk, entities, is_new=made)
    progress.count("added_views", len(new))
    progress.count("changed_views", len(changed))
    return rows, made


def _kept(row: FeatureView, fields: dict[str, Any]) -> dict[str, Any]:
    """What somebody said here, or the owner of a view whose store says nobody that we know."""
    said = {field for field in ("description", "owner") if field in row.managers}
    kept: dict[str, Any] = {"description": row.description} if "description" in said else {}
    if "owner" in said or (row.owner_id is not None and fields["owner_id"] is None):
        kept["owner_id"] = row.owner_id
    return kept


def _held(known: KnownProjects, chunk: Sequence[ViewRecord]) -> list[FeatureView]:
    projects = {known[seen.project].pk for seen in chunk}
    return list(FeatureView.objects.filter(project__in=projects, name__in=[seen.name for seen in chunk]))


def _fields(seen: ViewRecord, connection: Connection, tables: ByName, project: int) -> dict[str, Any]:
    return {
        "connection": connection,
        "kind": seen.kind,
        "source": tables.get((project, seen.source)),
        "stream_source": tables.get((project, seen.stream_source)),
        "request_fields": [{"name": field.name, "dtype": field.dtype} for field in seen.request_fields],
        "ttl": seen.ttl,
        "is_online": seen.online,
        "description": seen.description,
        "upstream_owner": seen.owner,
        "tags": seen.tags,
        "definition": seen.definition,
        "upstream_version": seen.version,
        "upstream_state": seen.state,
        "schedule_every": schedule_from(seen.tags),
        "declared_until": seen.declared_until,
        "digest": seen.digest,
        "gone_at": None,
        "changed_at": timezone.now(),
    }


def _link_entities(rows: ViewRows, chunk: Sequence[ViewRecord], entities: ByName, *, is_new: set[int]) -> None:
    link = FeatureView.entities.through
    wanted = {
        (row.pk, entity.pk)
        for seen in chunk
        if (row := rows[seen.project, seen.name])
        for name in seen.entities
        if (entity := entities.get((row.project_id, name)))
    }
    old = [row.pk for row in rows.values() if row.pk not in is_new]
    held = set(link.objects.filter(featureview__in=old).values_list("featureview_id", "entity_id"))
    for view, entity in held - wanted:
        link.objects.filter(featureview=view, entity=entity).delete()
    link.objects.bulk_create(
        [link(featureview_id=view, entity_id=entity) for view, entity in wanted - held],
        ignore_conflicts=True,
        batch_size=5_000,
    )


def link_upstream(known: KnownProjects, changed: Sequence[ViewRecord]) -> None:
    """Say which views a derived view reads. Done last, when all of them exist."""
    for seen in changed:
        if seen.upstream_views:
            view = FeatureView.objects.get(project=known[seen.project], name=seen.name)
            view.upstream_views.set(FeatureView.objects.filter(project=view.project, name__in=seen.upstream_views))


def mark_gone(connection: Connection, names: set[tuple[str, str]], now: datetime, progress: Progress) -> set[int]:
    """Mark views and their features that the store no longer has. Nothing is deleted: consumers may still name them.

    Returns the projects they were in.
    """
    held = FeatureView.objects.filter(connection=connection).present()
    gone = {
        pk: project_id
        for pk, project_id, project, name in held.values_list("pk", "project_id", "project__upstream_name", "name")
        if (project, name) not in names
    }
    if gone:
        FeatureView.objects.filter(pk__in=gone).update(gone_at=now, changed_at=now)
        Feature.objects.filter(view__in=gone).present().update(gone_at=now, changed_at=now)
        progress.count("gone_views", len(gone))
    return set(gone.values())
