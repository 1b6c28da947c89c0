"""Names that may be one thing and that nothing joins: shown to be confirmed, never joined by themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.statements import fetch
from lineage.models import Alias, Node, NodeKind, SaidEdge
from lineage.queries.named import nodes_named
from registry.models import Actor

MOST = 5
_BESIDE = """
WITH members AS (SELECT id FROM lineage_node WHERE same_as_id = %(node)s)
SELECT 'flow', id::text FROM lineage_saidedge
  WHERE source_id IN (SELECT id FROM members) OR target_id IN (SELECT id FROM members)
UNION ALL SELECT 'alias', id::text FROM lineage_alias
  WHERE origin = 'person' AND (left_id IN (SELECT id FROM members) OR right_id IN (SELECT id FROM members))
UNION ALL (SELECT 'change', id::text FROM lineage_tablechange
  WHERE node_id IN (SELECT id FROM members) OR before_id IN (SELECT id FROM members) ORDER BY at DESC LIMIT 5)
"""


def may_be_same(actor: Actor, node: Node) -> list[Node]:
    """Tables with the same end of their name in another place; of a source of the registry, of what its store says."""
    if node.kind != NodeKind.DATASET:
        return []
    called = node.source.location if node.source and node.namespace == "charter" else node.name
    if not called:
        return []
    return list(nodes_named(actor, _end(called)).filter(kind=NodeKind.DATASET).exclude(pk=node.pk)[:MOST])


def _end(name: str) -> str:
    """The table with its schema, or the file with its folder: less than that says nothing."""
    separator = "/" if "/" in name else "."
    return separator.join(name.strip("/").split(separator)[-2:])


@dataclass(frozen=True, slots=True)
class Beside:
    """What was said of a node beside its facets and edges of tools: mostly nothing, which one question tells."""

    flows: list[UUID]
    aliases: list[int]
    changes: list[int]


def beside_of(node: Node) -> Beside:
    found: dict[str, list[Any]] = {"flow": [], "alias": [], "change": []}
    for kind, id in fetch(_BESIDE, {"node": node.pk}):
        found[kind].append(UUID(id) if kind == "flow" else int(id))
    return Beside(found["flow"], found["alias"], found["change"])


def said_of(actor: Actor, ids: Sequence[UUID]) -> list[SaidEdge]:
    """Edges that people said, where the actor sees both ends."""
    if not ids:
        return []
    seen = Node.objects.visible_to(actor)
    rows = SaidEdge.objects.filter(source__in=seen, target__in=seen).select_related("source", "target", "said_by")
    return list(rows.filter(pk__in=ids))


def said_same(node: Node, ids: Sequence[int]) -> list[Node]:
    """What people said is the same."""
    said = Alias.objects.filter(pk__in=ids).values_list("left", "right") if ids else ()
    ends = {id for pair in said for id in pair} - {node.pk}
    return list(Node.objects.filter(pk__in=ends)) if ends else []
