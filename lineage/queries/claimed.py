"""What is claimed of columns, by producers and by the registry, and along which ways it goes on."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import orjson

from common.statements import fetch
from lineage.claims import Tag, described_in, of_texts, tags_in
from lineage.flowing import Claim, Column, Way
from lineage.folding.edges import Same
from lineage.folding.standing import standing
from lineage.models import ClaimKind
from lineage.naming import table_of
from lineage.openlineage.names import dataset_id
from lineage.registry_facts import table_name
from registry.choices import PERSONAL_CLASSES, VersionState
from registry.models import FeatureView
from registry.personal import MAY_CLAIM

_OF_NODES = """
SELECT node.same_as_id, jsonb_build_object('tags', node.facets -> 'tags', 'schema', node.facets -> 'schema')::text,
       (node.picture - 'inputs' - 'outputs')::text
FROM lineage_node node JOIN lineage_node one ON one.id = node.same_as_id AND one.kind IN ('dataset', 'view')
WHERE (node.facets #> '{tags,body}')::text ~* %(words)s OR (node.facets #> '{schema,body}')::text LIKE '%%[Tags: %%'
"""
# What a job writes now: its own edges say it, whether a run or a statement does.
_WRITES = """
JOIN lineage_edge edge ON edge.teller_id = job.id AND edge.source_id = job.id AND edge.is_current
JOIN lineage_node one ON one.id = edge.target_id AND one.kind IN ('dataset', 'view')
"""
_OF_JOBS = f"""
SELECT job.name, edge.target_id, jsonb_build_object('tags', job.facets -> 'tags')::text,
       (job.picture - 'inputs' - 'outputs')::text
FROM lineage_node job {_WRITES}
WHERE job.kind = 'job' AND (job.facets #> '{{tags,body}}')::text ~* %(words)s
"""  # noqa: S608  nothing of it comes from outside
# dbt puts the tags and meta of a model on its runs.
_OF_RUNS = f"""
SELECT job.name, edge.target_id, jsonb_build_object('tags', run.tags)::text, NULL
FROM lineage_node job JOIN LATERAL (
  SELECT facets -> 'tags' AS tags FROM lineage_run WHERE job_id = job.id AND moves_data
  ORDER BY job_id, is_complete DESC, started_at DESC, id DESC LIMIT 1
) run ON (run.tags -> 'body')::text ~* %(words)s {_WRITES}
WHERE job.kind = 'job'
"""  # noqa: S608
_OF_FEATURES = """
SELECT node.id, feature.name, feature.id, feature.tags FROM registry_feature feature
JOIN lineage_node node ON node.view_id = feature.view_id AND node.same_as_id = node.id
WHERE feature.gone_at IS NULL AND feature.state <> %(draft)s AND array_to_string(feature.tags, ' ') ~* %(words)s
"""
# A view's feature is its source's column, so that what is said of one is said of the other.
_CLASSES = """
SELECT edge.source_id, edge.source_column, feature.id, feature.privacy_class FROM registry_feature feature
JOIN lineage_node node ON node.view_id = feature.view_id AND node.same_as_id = node.id
JOIN lineage_columnedge edge ON edge.target_id = node.id AND edge.target_column = feature.name
  AND edge.is_direct AND edge.subtype = 'FEATURE'
WHERE feature.gone_at IS NULL AND feature.state <> %(draft)s AND feature.privacy_class = ANY(%(personal)s)
"""
_COLUMNS = """
SELECT source_id, source_column FROM lineage_columnedge WHERE source_id = ANY(%(ids)s) AND is_direct
UNION SELECT target_id, target_column FROM lineage_columnedge
WHERE target_id = ANY(%(ids)s) AND is_direct AND target_column <> ''
"""
_WAYS = """
WITH RECURSIVE reached(id, col) AS (
  SELECT * FROM unnest(%(ids)s::uuid[], %(columns)s::varchar(500)[])
  UNION
  SELECT edge.target_id, edge.target_column FROM reached
  JOIN lineage_columnedge edge ON edge.source_id = reached.id AND edge.source_column = reached.col
  WHERE edge.is_direct AND edge.target_column <> ''
)
SELECT DISTINCT edge.source_id, edge.source_column, edge.target_id, edge.target_column, edge.masking,
       edge.subtype = 'FEATURE'
FROM reached JOIN lineage_columnedge edge ON edge.source_id = reached.id AND edge.source_column = reached.col
WHERE edge.is_direct AND edge.target_column <> ''
"""
_WORDS = {"words": MAY_CLAIM, "draft": VersionState.DRAFT.value}


def claims() -> list[Claim]:
    """What tags claim, of columns and of the columns of whole tables."""
    said = [*_of_nodes(), *_of_writers(), *_of_features(), *_of_sources()]
    columns = _columns_of({node for node, tag, *_ in said if not tag.column})
    return [
        Claim((node, column), tag.privacy_class, kind, tag.said, by, feature, is_of_column=bool(tag.column))
        for node, tag, kind, by, feature in said
        for column in ([tag.column] if tag.column else columns.get(node, ()))
    ]


def classes() -> list[Claim]:
    """What the classes of features say of the columns that they come from, and so of whatever else is made of these."""
    rows = fetch(_CLASSES, {**_WORDS, "personal": [one.value for one in PERSONAL_CLASSES]})
    return [
        Claim((node, column), said, ClaimKind.FEATURE, said, feature=feature, is_of_column=False)
        for node, column, feature, said in rows
    ]


def ways_from(columns: Iterable[Column]) -> list[Way]:
    """Every direct way between columns that are reached from these."""
    starts = list(columns)
    rows = fetch(_WAYS, {"ids": [node for node, _ in starts], "columns": [column for _, column in starts]})
    return [
        Way((source, column), (target, into), masking, is_of_view)
        for source, column, target, into, masking, is_of_view in rows
    ]


_Said = tuple[UUID, Tag, str, str, int | None]  # node, tag, kind of claim, job, feature


def _of_nodes() -> Iterator[_Said]:
    for node, facets, picture in fetch(_OF_NODES, _WORDS):
        holding = _holding(facets, picture)
        for tag in tags_in(holding.get("tags")):
            yield node, tag, ClaimKind.COLUMN_TAG if tag.column else ClaimKind.TABLE_TAG, "", None
        for tag in described_in(holding.get("schema")):
            yield node, tag, ClaimKind.DESCRIPTION, "", None


def _of_writers() -> Iterator[_Said]:
    for statement, kind in ((_OF_JOBS, ClaimKind.JOB_TAG), (_OF_RUNS, ClaimKind.RUN_TAG)):
        for job, node, facets, picture in fetch(statement, _WORDS):
            for tag in tags_in(_holding(facets, picture).get("tags")):
                yield node, Tag("", tag.privacy_class, tag.said), kind, job, None


def _holding(facets: str, picture: str | None) -> dict[str, Any]:
    held = {name: one for name, one in orjson.loads(facets).items() if one}
    return standing(held, orjson.loads(picture) if picture else None)


def _of_features() -> Iterator[_Said]:
    for node, name, feature, tags in fetch(_OF_FEATURES, _WORDS):
        for tag in of_texts(name, tags):
            yield node, tag, ClaimKind.FEATURE_TAG, "", feature


def _of_sources() -> Iterator[_Said]:
    """Of the table that a source is; one of a stream says it of the table that it is kept in."""
    rows = (
        FeatureView.objects.present().filter(source__isnull=False).exclude(source__tags={}, source__batch_source=None)
    )
    said: dict[tuple[UUID, Tag], None] = {}
    for view in rows.select_related("source__batch_source", "connection").order_by("pk"):
        for source in filter(None, (view.source, table_of(view))):
            texts = [f"{key}={value}" for key, value in source.tags.items()]
            said |= {(_node_of(view), tag): None for tag in of_texts("", texts)}
    same = Same({node for node, _ in said})
    return ((same(node), tag, ClaimKind.SOURCE_TAG, "", None) for node, tag in said)


def _node_of(view: FeatureView) -> UUID:
    table = table_of(view)
    assert table is not None  # noqa: S101  the view has a source
    return dataset_id(*table_name(view, table))


def _columns_of(nodes: set[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for node, column in fetch(_COLUMNS, {"ids": list(nodes)}) if nodes else ():
        found.setdefault(node, []).append(column)
    return found
