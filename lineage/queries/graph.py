"""The graph around a node, as much of it as can be shown, and how much was left out."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from common.statements import fetch
from lineage.models import Node, NodeKind
from lineage.queries import reach
from lineage.queries.reach import DOWN, UP, ColumnEdgeFound, EdgeFound
from registry.models import Actor

MOST = 500
_DBT_JOB = re.compile(r"^[^/]+\.[^/]+\.[^/]+\.((?!build\.)[^./]+)(?:\.build)?\.(run|test|snapshot|seed)$")
_DEGREES = """
SELECT {at}_id, count(*) FROM lineage_edge WHERE {at}_id = ANY(%s) AND is_current AND flows GROUP BY 1
"""
_BESIDE = """
SELECT source_id, true FROM lineage_edge WHERE target_id = %(node)s AND is_current AND (flows OR %(is_job)s) UNION
SELECT target_id, false FROM lineage_edge WHERE source_id = %(node)s AND is_current AND (flows OR %(is_job)s)
"""


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A node as it is shown. `depth` is below 0 upstream; `more_…` count neighbours that are not in the graph."""

    id: UUID
    kind: str
    namespace: str
    name: str
    label: str
    key: str = ""  # of the registry: project.view, kind:name
    url: str = ""
    owner: str = ""
    environment: str = ""
    health: str = ""
    depth: int = 0
    more_up: int = 0
    more_down: int = 0
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes with the start first, the edges between them, and how many more nodes there are."""

    start: GraphNode
    column: str
    nodes: list[GraphNode]
    edges: list[EdgeFound]
    left_out: int = 0
    column_edges: list[ColumnEdgeFound] = field(default_factory=list)


def graph_around(
    actor: Actor, start: Node, *, up: int, down: int, as_of: datetime | None = None, most: int = MOST
) -> Graph:
    """Nodes up to so many steps up and down from `start`; the nearest, where there are more than `most`."""
    is_job = start.kind == NodeKind.JOB
    below = reach.reached(start.pk, DOWN, down, as_of=as_of, most=most, is_job=is_job)
    above = reach.reached(start.pk, UP, up, as_of=as_of, most=most, is_job=is_job)
    depths = {id: -depth for id, depth in above.items()} | below
    chosen = sorted(depths, key=lambda id: (abs(depths[id]), id))[:most]
    total = below.total + above.total - len(below.keys() & above.keys())
    nodes = shown_nodes(actor, chosen, depths)
    edges = reach.edges_among(nodes, as_of=as_of, job=start.pk if is_job else None)
    count_more(nodes, edges)
    return Graph(nodes[start.pk], "", list(nodes.values()), edges, total - len(chosen))


def neighbours(actor: Actor, node: Node) -> tuple[list[GraphNode], list[GraphNode]]:
    """What the node comes from and what it goes to, one step each way."""
    ends = fetch(_BESIDE, {"node": node.pk, "is_job": node.kind == NodeKind.JOB})
    depths = {id: -1 if is_source else 1 for id, is_source in ends}
    nodes = list(shown_nodes(actor, depths, depths).values())
    return [one for one in nodes if one.depth < 0], [one for one in nodes if one.depth > 0]


def columns_around(
    actor: Actor, start: Node, column: str, *, up: int, down: int, indirect: bool, most: int = MOST
) -> Graph:
    """The columns that one is made of, and those it goes into."""
    found = reach.columns_reached(start.pk, column, DOWN, down, indirect=indirect)
    above = reach.columns_reached(start.pk, column, UP, up, indirect=indirect)
    depths = {one.id: -one.depth for one in reversed(above)} | {one.id: one.depth for one in reversed(found)}
    chosen = sorted({(one.id, one.column) for one in found + above}, key=lambda one: (abs(depths[one[0]]), one))
    nodes = shown_nodes(actor, {id for id, _ in chosen[:most]}, depths)
    columns: dict[UUID, list[str]] = {}
    for id, name in chosen[:most]:
        columns.setdefault(id, []).append(name)
    nodes = {id: replace(node, columns=tuple(columns[id])) for id, node in nodes.items()}
    shown = set(chosen[:most])
    edges = [
        edge
        for edge in reach.column_edges_among(nodes, indirect=indirect)
        if (edge.source, edge.source_column) in shown and (edge.target, edge.target_column) in shown
    ]
    return Graph(nodes[start.pk], column, list(nodes.values()), _of_columns(edges), len(chosen) - len(shown), edges)


def _of_columns(edges: Iterable[ColumnEdgeFound]) -> list[EdgeFound]:
    """The edges between nodes that edges between their columns make."""
    made = {(edge.source, edge.target): edge.teller for edge in edges}
    return [EdgeFound(teller, source, target, None, None, True) for (source, target), teller in made.items()]


def shown_nodes(actor: Actor, ids: Collection[UUID], depths: dict[UUID, int]) -> dict[UUID, GraphNode]:
    """Those of the nodes that the actor sees, nearest first."""
    found = registered_nodes(actor, ids, depths)
    told = Node.objects.filter(pk__in=ids, view=None, consumer=None).order_by()
    nobody = UUID(int=0)
    before, after = reverse("lineage:node", args=[nobody]).split(str(nobody))
    for id, kind, namespace, name in told.values_list("pk", "kind", "namespace", "name"):
        url = f"{before}{id}{after}"
        found[id] = GraphNode(id, kind, namespace, name, label_of(name), "", url, depth=depths.get(id, 0))
    return {id: found[id] for id in sorted(found, key=lambda id: (abs(depths.get(id, 0)), found[id].label, id))}


def tellers_of(actor: Actor, edges: Iterable[EdgeFound]) -> dict[UUID, GraphNode]:
    """Jobs and tables whose events say these edges, by id. What the registry says is said by none."""
    return shown_nodes(actor, {edge.teller for edge in edges}, {})


def registered_nodes(actor: Actor, ids: Collection[UUID], depths: dict[UUID, int]) -> dict[UUID, GraphNode]:
    """Those of the nodes that the registry holds and the actor sees."""
    rows = Node.objects.visible_to(actor).filter(pk__in=ids).exclude(view=None, consumer=None)
    rows = rows.defer("facets", "picture", "spellings").select_related("view__project", "view__owner", "consumer__team")
    return {node.pk: _registered(node, depths.get(node.pk, 0)) for node in rows.order_by()}


def _registered(node: Node, depth: int) -> GraphNode:
    if node.view:
        view = node.view
        return GraphNode(
            node.pk, "view", node.namespace, node.name, view.name, view.key, view.get_absolute_url(),
            view.owner.slug if view.owner else "", "", view.health, depth,
        )  # fmt: skip
    consumer = node.consumer
    assert consumer is not None  # noqa: S101  the caller asked for nodes with one or the other
    return GraphNode(
        node.pk, consumer.kind, node.namespace, node.name, consumer.name, str(consumer), consumer.get_absolute_url(),
        consumer.team.slug if consumer.team else "", consumer.environment, "", depth,
    )  # fmt: skip


def label_of(name: str) -> str:
    """The last two parts of a long name: `public.orders`, `data/orders.parquet`; of dbt's jobs, the model."""
    if found := _DBT_JOB.search(name):
        return f"{found[1]}.{found[2]}"
    separator = "/" if "/" in name else "."
    parts = name.rstrip("/").split(separator)
    return separator.join(parts[-2:]) if len(parts) > 2 else name


def count_more(nodes: dict[UUID, GraphNode], edges: Iterable[EdgeFound]) -> None:
    """Say on each node how many of its neighbours are not among these."""
    ids = list(nodes)
    down = Counter(dict(fetch(_DEGREES.format(at="source"), [ids])))
    up = Counter(dict(fetch(_DEGREES.format(at="target"), [ids])))
    for edge in edges:
        if edge.is_current:
            down[edge.source] -= 1
            up[edge.target] -= 1
    for id, node in nodes.items():
        nodes[id] = replace(node, more_up=max(up[id], 0), more_down=max(down[id], 0))
