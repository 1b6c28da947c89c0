"""The registry and the events become one graph: views, tables and consumers get nodes, and what Feast calls them is the
same. Done anew for a project whenever what the registry knows of it has changed.
"""

from uuid import UUID

from common.statements import execute_many, fetch
from lineage.actions.folding import alone
from lineage.actions.handing import hand_on_again
from lineage.folding import aliases, edges, sayings
from lineage.folding.changes import note_change
from lineage.folding.edges import EdgeRow
from lineage.models import AliasOrigin
from lineage.registry_facts import Facts, Told, facts_of
from registry.models import Project

# Everything that lineage is told of a project, as one number: whoever changed it, and however.
_FINGERPRINTS = """
SELECT project.id, concat_ws(' ',
  project.upstream_name, project.connection_id, md5(connection.settings::text),
  (SELECT sum(hashtextextended(concat_ws('|', id, key, source_id, kind, gone_at IS NULL,
      CASE WHEN kind = 'on_demand' THEN md5(definition) END), 0)) FROM registry_featureview
    WHERE project_id = project.id),
  (SELECT sum(hashtextextended(concat_ws('|', id, name, state = 'draft', gone_at IS NULL), 0)) FROM registry_feature
    WHERE project_id = project.id),
  (SELECT sum(hashtextextended(concat_ws('|', id, name, kind, location, field_mapping, batch_source_id), 0))
    FROM registry_source WHERE project_id = project.id),
  (SELECT sum(hashtextextended(concat_ws('|', use.id, use.gone_at IS NULL), 0)) FROM registry_usage use
    JOIN registry_feature feature ON feature.id = use.feature_id WHERE feature.project_id = project.id),
  (SELECT sum(hashtextextended(concat_ws('|', link.id), 0)) FROM registry_featureview_upstream_views link
    JOIN registry_featureview view ON view.id = link.from_featureview_id WHERE view.project_id = project.id))
FROM registry_project project LEFT JOIN registry_connection connection ON connection.id = project.connection_id
"""
_HELD = "SELECT project_id, fingerprint FROM lineage_bridge"
_NOTE = """
INSERT INTO lineage_bridge (project_id, fingerprint, tellers) VALUES (%s, %s, %s)
ON CONFLICT (project_id) DO UPDATE SET fingerprint = excluded.fingerprint, tellers = excluded.tellers
"""
_TELLERS = "SELECT tellers FROM lineage_bridge WHERE project_id = %s"
_PUT_NODE = """
INSERT INTO lineage_node AS held
  (id, kind, namespace, name, same_as_id, spellings, facets, view_id, consumer_id, source_id)
VALUES (%s, %s, %s, %s, %s, '{}', '{}', %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, view_id = excluded.view_id, consumer_id = excluded.consumer_id,
  source_id = excluded.source_id
WHERE (held.kind, held.view_id, held.consumer_id, held.source_id)
  IS DISTINCT FROM (excluded.kind, excluded.view_id, excluded.consumer_id, excluded.source_id)
"""
# Feast names everything by its project, alone or after a namespace of the company's.
_FEAST_NAMES = """
SELECT id, namespace, name, facets ?| ARRAY['feast_featureView'], facets ?| ARRAY['feast_featureService']
FROM lineage_node WHERE kind = 'dataset' AND right('/' || namespace, length(%(project)s) + 1) = '/' || %(project)s
  AND facets ?| ARRAY['feast_featureView', 'feast_dataSource', 'feast_featureService']
"""


def bridge_changed() -> list[int]:
    """Bridge the projects of which something changed since it was done last. Returns their ids."""
    held = dict(fetch(_HELD, []))
    changed = {id: mark for id, mark in fetch(_FINGERPRINTS, []) if held.get(id) != mark}
    for project in Project.objects.filter(pk__in=changed).order_by("pk"):
        bridge_project(project, fingerprint=changed[project.pk])
    return sorted(changed)


def bridge_project(project: Project, *, fingerprint: str = "") -> None:
    """Bring the graph up to what the registry and Feast's events say of this project."""
    with alone():
        facts = facts_of(project)
        execute_many(_PUT_NODE, [_node_row(facts, id) for id in sorted(facts.nodes)])
        feast = _feast_names(project, facts)
        moved = aliases.say(AliasOrigin.REGISTRY, feast, {(id, to, False) for id, to in feast.items() if to != id})
        moved |= aliases.choose(set(facts.nodes))
        tellers = edges.touching(moved) if moved else set()
        edges.work_out([], [], anew=tellers)
        sayings.retell(moved)
        _tell(project, facts.told)
        note_change()
        execute_many(_NOTE, [(project.pk, fingerprint, [told.teller for told in facts.told])])


def _node_row(facts: Facts, id: UUID) -> tuple:
    node = facts.nodes[id]
    return id, node.kind, *node.name, id, node.view_id, node.consumer_id, node.source_id


def _feast_names(project: Project, facts: Facts) -> dict[UUID, UUID]:
    """From nodes that Feast's events name to those of the registry; to themselves where it knows no such thing.

    Where two projects have one name in their stores, an event could mean either: then nothing is joined.
    """
    name = project.upstream_name or project.name
    if Project.objects.filter(upstream_name=name).exclude(pk=project.pk).exists():
        return {}
    found = {}
    for id, _, called, is_view, is_service in fetch(_FEAST_NAMES, {"project": name}):
        known = facts.views if is_view else facts.services if is_service else facts.sources
        found[id] = known.get(called, id)
    return found


def _tell(project: Project, told: list[Told]) -> None:
    """Write what the registry says as edges, and forget what it no longer says."""
    before = {teller for (tellers,) in fetch(_TELLERS, [project.pk]) for teller in tellers}
    tellers = before | {one.teller for one in told}
    same = edges.Same({id for one in told for id in (one.target, *one.sources)})
    wanted = {
        (one.teller, same(source), same(one.target)): EdgeRow(flows=True, is_current=True)
        for one in told
        for source in one.sources
        if same(source) != same(one.target)
    }
    edges.write(edges.held_edges(tellers), wanted)
    hand_on_again({same(source) for one in told for source in one.sources})
    columns = (edges.column_row(one.teller, link, same) for one in told for link in one.columns)
    edges.write_columns(sorted(tellers), {row[0]: row for row in columns})
