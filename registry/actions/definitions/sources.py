"""Entities and sources of a store."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils import timezone

from connectors.records import Definitions, EntityRecord, SourceRecord
from registry.actions.bulk import insert
from registry.actions.definitions.owners import known_owners, team_of
from registry.actions.definitions.projects import KnownProjects
from registry.actions.pulls import Progress
from registry.models import Entity, FeatureView, Source

# By project id and name.
ByName = dict[tuple[int, str], Any]


def merge_entities(known: KnownProjects, found: Definitions, progress: Progress) -> ByName:
    """Entities by (project id, name), after taking over what changed."""
    owners = known_owners()

    def fields(seen: EntityRecord) -> dict[str, Any]:
        return {
            "join_keys": list(seen.join_keys), "value_type": seen.value_type, "description": seen.description,
            "owner_id": team_of(seen.owner, owners), "upstream_owner": seen.owner, "tags": seen.tags,
        }  # fmt: skip

    rows = ((known[seen.project].pk, seen.name, fields(seen)) for seen in found.entities if seen.project in known)
    return _merge(Entity, known, rows, progress)


def merge_sources(known: KnownProjects, found: Definitions, progress: Progress) -> ByName:
    """Sources by (project id, name), after taking over what changed. What stands behind a stream is linked last."""

    def fields(seen: SourceRecord) -> dict[str, Any]:
        return {
            "kind": seen.kind, "location": seen.location, "query": seen.query, "timestamp_field": seen.timestamp_field,
            "created_field": seen.created_field, "field_mapping": seen.field_mapping, "options": seen.options,
            "description": seen.description, "upstream_owner": seen.owner, "tags": seen.tags,
        }  # fmt: skip

    rows = ((known[seen.project].pk, seen.name, fields(seen)) for seen in found.sources if seen.project in known)
    held = _merge(Source, known, rows, progress)
    for seen in found.sources:
        if seen.batch_source and seen.project in known:
            project = known[seen.project].pk
            source, behind = held[project, seen.name], held.get((project, seen.batch_source))
            if behind is not None and source.batch_source_id != behind.pk:
                source.batch_source = behind
                source.save(update_fields=["batch_source"])
    return held


def _merge(
    model: type[Model], known: KnownProjects, rows: Iterable[tuple[int, str, dict[str, Any]]], progress: Progress
) -> ByName:
    """Insert what is new, update what differs."""
    projects = [project.pk for project in known.values()]
    rows_held: Iterable[Any] = model._default_manager.filter(project__in=projects)
    held: ByName = {(row.project_id, row.name): row for row in rows_held}
    new, changed = [], []
    names: list[str] = ["gone_at"]
    for project, name, fields in rows:
        fields["gone_at"] = None
        names = list(fields)
        row = held.get((project, name))
        if row is None:
            row = held[project, name] = model(project_id=project, name=name, **fields)
            new.append(row)
        elif any(getattr(row, field) != value for field, value in fields.items()):
            for field, value in fields.items():
                setattr(row, field, value)
            changed.append(row)
    insert(new)
    model._default_manager.bulk_update(changed, names, batch_size=500)
    noun = str(model._meta.verbose_name_plural)
    for word, number in (("added", len(new)), ("changed", len(changed))):
        if number:
            progress.count(f"{word}_{noun}", number)
    return held


def mark_gone(known: KnownProjects, found: Definitions, progress: Progress) -> None:
    """Mark entities and sources that the store no longer lists and no present view names: old registries list none."""
    for model, listed in ((Entity, found.entities), (Source, found.sources)):
        names = {(known[seen.project].pk, seen.name) for seen in listed if seen.project in known}
        unused = model._default_manager.filter(project__in=known.values(), gone_at=None).exclude(
            views__in=FeatureView.objects.present()
        )
        gone = [pk for pk, project, name in unused.values_list("pk", "project", "name") if (project, name) not in names]
        if gone:
            model._default_manager.filter(pk__in=gone).update(gone_at=timezone.now())
            progress.count(f"gone_{model._meta.verbose_name_plural}", len(gone))
