"""The graph of columns as Marquez tells it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from lineage.marquez.datasets import transformation
from lineage.marquez.nodes import standing_nodes
from lineage.models import ColumnEdge, Node, NodeKind
from lineage.queries.about import MOST_COLUMNS, may_see_code
from lineage.queries.graph import MOST
from lineage.queries.reach import DOWN, UP, columns_reached_from
from registry.models import User

Told = dict[str, Any]
Place = tuple[UUID, str]  # node, column
Edges = dict[Place, dict[Place, ColumnEdge]]


def column_graph(actor: User, start: Node, column: str, *, depth: int, with_downstream: bool) -> list[Told]:
    """What a column is made of, and on request what it goes into. Without a column: all of the dataset, or of what the
    job writes."""
    starts = [(start.pk, column)] if column else _columns_of(start, actor)
    found = columns_reached_from(starts, UP, depth, indirect=True)
    found += columns_reached_from(starts, DOWN, depth, indirect=True) if with_downstream else []
    nearest = sorted({(one.depth, one.id, one.column) for one in found if one.column})
    places = dict.fromkeys((id, name) for _, id, name in nearest)
    return _drawn(list(places)[:MOST], set(starts), actor)


def _columns_of(node: Node, actor: User) -> list[Place]:
    """The columns of which somebody says where they come from or go to, among what the actor sees."""
    seen = Node.objects.visible_to(actor)
    edges = ColumnEdge.objects.filter(source__in=seen, target__in=seen)
    if node.kind == NodeKind.JOB:
        written = edges.filter(teller=node.pk)
        return sorted({_target(edge) for edge in written})[:MOST_COLUMNS]
    touching = edges.filter(Q(source=node) | Q(target=node))
    places = {place for edge in touching for place in (_source(edge), _target(edge))}
    return sorted(place for place in places if place[0] == node.pk)[:MOST_COLUMNS]


def _source(edge: ColumnEdge) -> Place:
    return edge.source_id, edge.source_column


def _target(edge: ColumnEdge) -> Place:
    return edge.target_id, edge.target_column


def _drawn(places: list[Place], starts: set[Place], actor: User) -> list[Told]:
    """Without columns that are reached only by way of what the actor does not see."""
    nodes = standing_nodes(actor).in_bulk({id for id, _ in places})
    shown = [place for place in places if place[0] in nodes]
    into, out = _edges_among(shown)
    joined = [place for place in shown if place in starts or into[place] or out[place]]
    joined.sort(key=lambda place: _id(nodes, place))
    return [_node(place, into[place], out[place], nodes, may_see_code(actor)) for place in joined]


def _edges_among(places: list[Place]) -> tuple[Edges, Edges]:
    """By where they end, and by where they begin."""
    among, ids = set(places), {id for id, _ in places}
    into: Edges = {place: {} for place in places}
    out: Edges = {place: {} for place in places}
    for edge in ColumnEdge.objects.filter(source__in=ids, target__in=ids).order_by("pk"):
        source, target = _source(edge), _target(edge)
        if {source, target} <= among:
            into[target][source] = out[source][target] = edge
    return into, out


def _node(
    place: Place, into: dict[Place, ColumnEdge], out: Iterable[Place], nodes: dict[UUID, Node], sees_code: bool
) -> Told:
    id = _id(nodes, place)
    inputs = [_place(nodes, source) | transformation(edge, sees_code) for source, edge in sorted(into.items(), key=str)]
    first = inputs[0] if inputs else {"transformationType": None, "transformationDescription": None}
    said = {name: first[name] for name in ("transformationType", "transformationDescription")}
    return {
        "id": id, "type": "DATASET_FIELD",
        "data": {**_place(nodes, place), "fieldType": "", "inputFields": inputs, **said},
        # Marquez tells edges this way round on both sides, and its pages follow `destination` upstream too.
        "inEdges": [{"origin": id, "destination": one} for one in sorted(_id(nodes, source) for source in into)],
        "outEdges": [{"origin": id, "destination": one} for one in sorted(_id(nodes, target) for target in out)],
    }  # fmt: skip


def _place(nodes: dict[UUID, Node], place: Place) -> Told:
    node = nodes[place[0]]
    return {"namespace": node.namespace, "dataset": node.name, "datasetVersion": str(node.pk), "field": place[1]}


def _id(nodes: dict[UUID, Node], place: Place) -> str:
    node = nodes[place[0]]
    return f"datasetField:{node.namespace}:{node.name}:{place[1]}"
