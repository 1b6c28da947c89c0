"""The graph as the explorer shows it: around a node and those that were opened, or between two, siblings folded."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from lineage.models import Node
from lineage.openlineage.names import node_id
from lineage.queries import reach
from lineage.queries.graph import Graph, GraphNode, count_more, graph_around, shown_nodes
from lineage.queries.reach import DOWN, UP
from registry.models import Actor

MOST = 150
MOST_SIBLINGS = 8
PLURALS = {
    "dataset": "tables", "job": "jobs", "view": "feature views", "model": "models", "service": "services",
    "dashboard": "dashboards",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the explorer is asked for: steps up and down, a moment, nodes that were opened, where a path is to end."""

    up: int = 1
    down: int = 1
    as_of: datetime | None = None
    opened: Sequence[UUID] = ()
    until: Node | None = None
    is_folded: bool = True


def explored(actor: Actor, start: Node, asked: Asked) -> Graph:
    if asked.until:
        return fold_siblings(_between(actor, start, asked.until, asked.as_of), asked.is_folded)
    graph = graph_around(actor, start, up=asked.up, down=asked.down, as_of=asked.as_of, most=MOST)
    for id in asked.opened:
        graph = _opened(actor, graph, id, asked.as_of)
    return fold_siblings(graph, asked.is_folded)


def _between(actor: Actor, start: Node, end: Node, as_of: datetime | None) -> Graph:
    """Everything on a way from one to the other, whichever lies upstream."""
    for source, target in ((start, end), (end, start)):
        after = reach.reached(source.pk, DOWN, reach.DEEPEST, as_of=as_of)
        before = reach.reached(target.pk, UP, reach.DEEPEST, as_of=as_of)
        on_the_way = after.keys() & before.keys()
        if target.pk in on_the_way:
            break
    else:
        on_the_way, after = {start.pk, end.pk}, reach.Reach()
    nearest = sorted(on_the_way, key=lambda id: (id not in (start.pk, end.pk), after.get(id, 0), id))[:MOST]
    nodes = shown_nodes(actor, nearest, after)
    edges = reach.edges_among(nodes, as_of=as_of)
    return Graph(nodes[start.pk], "", list(nodes.values()), edges, len(on_the_way) - len(nearest))


def _opened(actor: Actor, graph: Graph, id: UUID, as_of: datetime | None) -> Graph:
    """The graph with the neighbours of one of its nodes as well."""
    node = Node.objects.visible_to(actor).filter(pk=id).first()
    if node is None:
        return graph
    beside = graph_around(actor, node, up=1, down=1, as_of=as_of, most=MOST)
    nodes = {one.id: one for one in [*beside.nodes, *graph.nodes]}
    kept = dict(list(nodes.items())[-MOST:])
    edges = reach.edges_among(kept, as_of=as_of)
    count_more(kept, edges)
    return replace(
        graph, start=kept[graph.start.id], nodes=list(kept.values()), edges=edges,
        left_out=graph.left_out + len(nodes) - len(kept),
    )  # fmt: skip


def fold_siblings(graph: Graph, is_folded: bool = True) -> Graph:
    """More than eight of a kind with the same neighbours become one: "37 feature views"."""
    if not is_folded:
        return graph
    member_of = _groups(graph)
    if not member_of:
        return graph
    groups = {group.id: group for group in member_of.values()}
    nodes = [node for node in graph.nodes if node.id not in member_of] + list(groups.values())
    edges = {
        (source, target): replace(edge, source=source, target=target)
        for edge in graph.edges
        for source, target in [(_into(edge.source, member_of), _into(edge.target, member_of))]
        if source != target
    }
    return replace(graph, nodes=nodes, edges=list(edges.values()))


def _into(id: UUID, member_of: dict[UUID, GraphNode]) -> UUID:
    return member_of[id].id if id in member_of else id


def _groups(graph: Graph) -> dict[UUID, GraphNode]:
    before, after = defaultdict(set), defaultdict(set)
    for edge in graph.edges:
        after[edge.source].add(edge.target)
        before[edge.target].add(edge.source)
    alike: dict[tuple, list[GraphNode]] = defaultdict(list)
    for node in graph.nodes:
        if node.id != graph.start.id:
            alike[node.kind, frozenset(before[node.id]), frozenset(after[node.id])].append(node)
    return {node.id: _group(members) for members in alike.values() if len(members) > MOST_SIBLINGS for node in members}


def _group(members: list[GraphNode]) -> GraphNode:
    kind = members[0].kind
    id = node_id("group", kind, " ".join(sorted(str(one.id) for one in members)))
    label = f"{len(members)} {PLURALS.get(kind, kind)}"
    return GraphNode(id, "group", "", label, label, depth=members[0].depth)
