"""Features and versions of a store. Those of new views are copied straight in; those of known views go into a
temporary table first and are merged by a few statements.

What a person has set here (class, description, owner, tags) stays where the store is silent.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.db import connection as database
from django.utils import timezone

from connectors.records import Definitions, FeatureRecord, ViewRecord
from registry.actions.bulk import array, copy_rows, new_ids
from registry.actions.definitions.feature_views import ViewRows
from registry.actions.definitions.sources import ByName
from registry.actions.pulls import Progress
from registry.choices import Health, VersionState
from registry.models import Connection, Feature, FeatureView, Version
from registry.personal import class_from_tags, looks_personal

# Earlier content of views, where the store keeps it: {(project, view): {number: {feature: record}}}.
History = Mapping[tuple[str, str], Mapping[int, Mapping[str, FeatureRecord]]]
# How many models the store says read a feature: {(project, view, feature): number}.
Models = Mapping[tuple[str, str, str], int]
# What the store says of one feature: _FACTS of the feature, and _CONTRACT that only its versions keep.
Incoming = tuple[tuple[Any, ...], tuple[Any, ...]]
# Earlier content of one view, newest first.
Past = Sequence[tuple[int, Mapping[str, FeatureRecord]]]

_FACTS = (
    "project_id", "view_id", "name", "key", "description", "owner_id", "number", "dtype", "privacy_class",
    "looks_personal", "entity_names", "store", "is_online", "tags", "models_count", "keywords", "context",
)  # fmt: skip
_NUMBER, _DTYPE, _PRIVACY_CLASS = (_FACTS.index(name) for name in ("number", "dtype", "privacy_class"))
_CONTRACT = ("vector_dimension", "vector_metric", "entity_keys", "definition")
_DEFINITION = _CONTRACT.index("definition")  # also of the feature, where the search reads it
_NEW_FEATURE = {
    "state": VersionState.ACTIVE.value, "unit": "", "has_default": False, "health": Health.UNKNOWN.value,
}  # fmt: skip
_NEW_VERSION = {
    "state": VersionState.ACTIVE.value, "unit": "", "default_policy": "none", "purposes": "{}",
    "managed_by": "connector", "note": "",
}  # fmt: skip
_EARLIER_COLUMNS = ("view_id", "name", "number", "dtype", "vector_dimension", "vector_metric")
_STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS incoming_feature (
  project_id bigint, view_id bigint, name text, key text, description text, owner_id bigint, number integer,
  dtype text, vector_dimension integer, vector_metric text, entity_keys text[], definition text, privacy_class text,
  looks_personal boolean, entity_names text[], store text, is_online boolean, tags text[], models_count integer,
  keywords text, context text);
CREATE TEMPORARY TABLE IF NOT EXISTS earlier_version (
  view_id bigint, name text, number integer, dtype text, vector_dimension integer, vector_metric text);
TRUNCATE incoming_feature, earlier_version
"""
# New features come with their first version in the same statement.
_MERGE = """
WITH merged AS (
  INSERT INTO registry_feature AS held (
    project_id, view_id, name, key, description, owner_id, number, state, dtype, unit, has_default, privacy_class,
    looks_personal, entity_names, store, is_online, tags, health, models_count, keywords, context, definition,
    created_at, changed_at)
  SELECT project_id, view_id, name, key, description, owner_id, coalesce(number, 1), 'active', dtype, '', false,
         privacy_class, looks_personal, entity_names, store, is_online, tags, 'unknown', models_count, keywords,
         context, definition, now(), now()
  FROM incoming_feature
  ON CONFLICT (view_id, name) DO UPDATE SET
    description = CASE WHEN held.managers ? 'description' THEN held.description
                       ELSE coalesce(nullif(excluded.description, ''), held.description) END,
    owner_id = CASE WHEN held.managers ? 'owner' THEN held.owner_id
                    ELSE coalesce(excluded.owner_id, held.owner_id) END,
    dtype = excluded.dtype,
    privacy_class = coalesce(nullif(held.privacy_class, ''), excluded.privacy_class),
    looks_personal = excluded.looks_personal,
    entity_names = excluded.entity_names,
    store = excluded.store,
    is_online = excluded.is_online,
    tags = excluded.tags || array(SELECT CASE WHEN value = '' THEN tag.key ELSE tag.key || '=' || value END
                                  FROM registry_tag tag WHERE tag.feature_id = held.id),
    keywords = excluded.keywords,
    context = excluded.context,
    definition = excluded.definition,
    gone_at = NULL,
    changed_at = now()
  WHERE held.gone_at IS NOT NULL
     OR (held.dtype, held.looks_personal, held.entity_names, held.store, held.is_online, held.keywords, held.context,
         held.definition)
        IS DISTINCT FROM (excluded.dtype, excluded.looks_personal, excluded.entity_names, excluded.store,
                          excluded.is_online, excluded.keywords, excluded.context, excluded.definition)
     OR (excluded.description <> '' AND excluded.description <> held.description
         AND NOT held.managers ? 'description')
     OR (excluded.owner_id IS NOT NULL AND excluded.owner_id IS DISTINCT FROM held.owner_id
         AND NOT held.managers ? 'owner')
     OR (held.privacy_class = '' AND excluded.privacy_class <> '')
     OR NOT held.tags @> excluded.tags
  RETURNING held.id, held.view_id, held.name, held.number, held.privacy_class, xmax = 0 AS is_new),
first AS (
  INSERT INTO registry_version (
    feature_id, number, state, dtype, unit, entity_keys, default_policy, definition, vector_dimension, vector_metric,
    privacy_class, purposes, managed_by, note, created_at, activated_at)
  SELECT merged.id, merged.number, 'active', seen.dtype, '', seen.entity_keys, 'none', seen.definition,
         seen.vector_dimension, seen.vector_metric, merged.privacy_class, '{}', 'connector', '', now(), now()
  FROM merged JOIN incoming_feature seen ON seen.view_id = merged.view_id AND seen.name = merged.name
  WHERE merged.is_new)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged
"""
# A known feature whose contract differs from its current version gets a new one; the old one stays beside it. What
# people said of values is still true while the type is the same.
_ADD_VERSIONS = """
WITH added AS (
  INSERT INTO registry_version (
    feature_id, number, state, dtype, entity_keys, definition, vector_dimension, vector_metric, unit, "default",
    default_policy, default_measured_at, is_nullable, minimum, maximum, allowed_values, purposes, privacy_class,
    managed_by, note, created_at, activated_at)
  SELECT held.id,
         CASE WHEN newest.number IS NULL THEN coalesce(seen.number, 1)
              ELSE greatest(newest.number + 1, coalesce(seen.number, 0)) END,
         'active', seen.dtype, seen.entity_keys, seen.definition, seen.vector_dimension, seen.vector_metric,
         coalesce(said.unit, ''), said."default", coalesce(said.default_policy, 'none'), said.default_measured_at,
         said.is_nullable, said.minimum, said.maximum, said.allowed_values, coalesce(said.purposes, '{}'),
         held.privacy_class, 'connector', '', now(), now()
  FROM incoming_feature seen
  JOIN registry_feature held ON held.view_id = seen.view_id AND held.name = seen.name
  LEFT JOIN registry_version current ON current.feature_id = held.id AND current.number = held.number
  LEFT JOIN registry_version said ON said.id = current.id AND said.dtype = seen.dtype
  LEFT JOIN LATERAL (SELECT max(number) AS number FROM registry_version WHERE feature_id = held.id) newest ON true
  WHERE current.id IS NULL OR current.state = 'draft'
     OR (current.dtype, current.entity_keys, current.definition, current.vector_dimension, current.vector_metric)
        IS DISTINCT FROM
        (seen.dtype, seen.entity_keys::varchar[], seen.definition, seen.vector_dimension, seen.vector_metric)
  RETURNING feature_id, number, unit, "default")
UPDATE registry_feature held
SET number = added.number, state = 'active', sunset_on = NULL, unit = added.unit,
    has_default = added."default" IS NOT NULL
FROM added WHERE added.feature_id = held.id AND held.number <> added.number
"""
_ADD_EARLIER = """
INSERT INTO registry_version (
  feature_id, number, state, dtype, unit, entity_keys, default_policy, definition, vector_dimension, vector_metric,
  privacy_class, purposes, managed_by, note, created_at, activated_at)
SELECT held.id, earlier.number, 'active', earlier.dtype, '', current.entity_keys, 'none', '', earlier.vector_dimension,
       earlier.vector_metric, held.privacy_class, '{}', 'connector', '', now(), now()
FROM earlier_version earlier
JOIN registry_feature held ON held.view_id = earlier.view_id AND held.name = earlier.name
JOIN registry_version current ON current.feature_id = held.id AND current.number = held.number
ON CONFLICT (feature_id, number) DO NOTHING
"""
_MARK_GONE = """
UPDATE registry_feature held SET gone_at = now(), changed_at = now()
WHERE held.view_id = ANY(%s) AND held.gone_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM incoming_feature seen WHERE seen.view_id = held.view_id AND seen.name = held.name)
  AND EXISTS (SELECT 1 FROM registry_version v WHERE v.feature_id = held.id AND v.managed_by = 'connector')
"""


@dataclass(frozen=True, slots=True)
class Tags:
    """What follows from the tags of a feature; most features of a view have the same ones."""

    said: Mapping[str, str]
    listed: str  # as PostgreSQL writes an array
    words: str
    privacy_class: str

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> Self:
        """In one order: a store may list the same tags in another next time."""
        told = sorted(tags.items())
        listed = array(f"{key}={value}" if value else key for key, value in told)
        return cls(tags, listed, " ".join(f"{key} {value}" for key, value in told), class_from_tags(tags))


def earlier_versions(found: Definitions) -> History:
    """The store's version history by view and number."""
    history: dict[tuple[str, str], dict[int, dict[str, FeatureRecord]]] = {}
    for version in found.view_versions:
        numbers = history.setdefault((version.project, version.view), {})
        numbers[version.number] = {feature.name: feature for feature in version.features}
    return history


def merge(
    connection: Connection, rows: ViewRows, new: set[int], entities: ByName, chunk: Sequence[ViewRecord],
    history: History, models: Models, progress: Progress,
) -> bool:  # fmt: skip
    """Take over the chunk's features: new, changed, and gone from their view. `new` are the views just made.

    Returns whether any feature differs now.
    """

    def incoming(views: Iterable[ViewRecord]) -> Iterator[Incoming]:
        for view in views:
            yield from _incoming(connection, rows[view.project, view.name], entities, view, history, models)

    made = [view for view in chunk if rows[view.project, view.name].pk in new]
    known = [view for view in chunk if rows[view.project, view.name].pk not in new]
    counts: Counter[str] = Counter()
    with database.cursor() as cursor:
        ids = new_ids(cursor, Feature, sum(len(view.features) for view in made))
        _add(cursor, zip(ids, incoming(made), strict=True))
        counts["added_features"] += len(ids)
        cursor.execute(_STAGE)
        if known:
            _stage(cursor, "incoming_feature", _FACTS + _CONTRACT, (facts + rest for facts, rest in incoming(known)))
            cursor.execute(_MERGE)
            added, changed = cursor.fetchone()
            counts.update(added_features=added, changed_features=changed)
        if earlier := list(_earlier(rows, chunk, history)):
            _stage(cursor, "earlier_version", _EARLIER_COLUMNS, earlier)
            cursor.execute(_ADD_EARLIER)
        if known:
            cursor.execute(_ADD_VERSIONS)
            counts["new_versions"] = cursor.rowcount
            cursor.execute(_MARK_GONE, [[rows[view.project, view.name].pk for view in known]])
            counts["gone_features"] = cursor.rowcount
    for name, number in counts.items():
        if number:
            progress.count(name, number)
    return any(counts.values())


def _add(cursor: Any, made: Iterable[tuple[int, Incoming]]) -> None:
    """The features of new views, with their first versions: nothing is there yet to compare them with."""
    now = timezone.now()
    versions: list[tuple[Any, ...]] = []

    def features() -> Iterator[tuple[Any, ...]]:
        for pk, (facts, contract) in made:
            number = 1 if facts[_NUMBER] is None else facts[_NUMBER]
            versions.append(
                (pk, number, facts[_DTYPE], facts[_PRIVACY_CLASS], *contract, now, now, *_NEW_VERSION.values())
            )
            own = (*facts[:_NUMBER], number, *facts[_NUMBER + 1 :], contract[_DEFINITION])
            yield (pk, *own, now, now, *_NEW_FEATURE.values())

    copy_rows(cursor, Feature, ("id", *_FACTS, "definition", "created_at", "changed_at", *_NEW_FEATURE), features())
    columns = ("feature_id", "number", "dtype", "privacy_class", *_CONTRACT, "created_at", "activated_at")
    copy_rows(cursor, Version, (*columns, *_NEW_VERSION), versions)


def _stage(cursor: Any, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    """Fill a temporary table, and let the planner know how full it is: without that it expects next to nothing."""
    copy_rows(cursor, table, columns, rows)
    cursor.execute(f"ANALYZE {table}")


def _incoming(
    connection: Connection, row: FeatureView, entities: ByName, view: ViewRecord, history: History, models: Models
) -> Iterator[Incoming]:
    keys = array(view.join_keys or _join_keys(row, entities, view))
    names = array(view.entities)
    location = row.source.location if row.source else ""
    context = f"{view.name} {view.project} {' '.join(view.entities)} {view.source} {location}"
    past = sorted(history.get((view.project, view.name), {}).items(), reverse=True)
    seen: dict[tuple[tuple[str, str], ...], Tags] = {}
    for feature in view.features:
        own = tuple(feature.tags.items())
        tags = seen[own] if own in seen else seen.setdefault(own, Tags.of(view.tags | feature.tags))
        facts = (
            row.project_id, row.pk, feature.name, f"{row.key}.{feature.name}", feature.description, row.owner_id,
            _number(view.version, feature, past), feature.dtype, tags.privacy_class,
            looks_personal(feature.name, tags.said), names, connection.slug, view.online, tags.listed,
            models.get((view.project, view.name, feature.name), 0), tags.words, context,
        )  # fmt: skip
        yield facts, (feature.vector_dimension, feature.vector_metric, keys, view.definition)


def _join_keys(row: FeatureView, entities: ByName, view: ViewRecord) -> list[str]:
    """Of the view's entities, in their order: older registries do not repeat them on the view."""
    known = (entities.get((row.project_id, name)) for name in view.entities)
    return [key for entity in known if entity for key in entity.join_keys]


def _contract(feature: FeatureRecord | None) -> tuple[Any, ...] | None:
    return (feature.dtype, feature.vector_dimension, feature.vector_metric) if feature else None


def _number(number: int | None, feature: FeatureRecord, past: Past) -> int | None:
    """The view version in which the feature last changed: `view@v5:feature` is the newest version up to 5."""
    for earlier, content in past:
        if number is None or earlier >= number:
            continue
        if _contract(content.get(feature.name)) != _contract(feature):
            break
        number = earlier
    return number


def _earlier(rows: ViewRows, chunk: Sequence[ViewRecord], history: History) -> Iterator[tuple[Any, ...]]:
    """Versions before the current one, where the store remembers them: each content once, at its first number."""
    for view in chunk:
        past = sorted(history.get((view.project, view.name), {}).items())
        for feature in view.features if len(past) > 1 else ():
            current = _number(view.version, feature, past[::-1])
            last: tuple[Any, ...] | None = None
            for number, content in past:
                then = content.get(feature.name)
                if then and (current is None or number < current) and _contract(then) != last:
                    last = _contract(then)
                    facts = (then.dtype, then.vector_dimension, then.vector_metric)
                    yield (rows[view.project, view.name].pk, feature.name, number, *facts)
