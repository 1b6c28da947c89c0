"""The graph as Marquez draws it: from dataset through job to dataset."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any
from uuid import UUID

from lineage.marquez.datasets import datasets_told
from lineage.marquez.jobs import jobs_told
from lineage.marquez.nodes import id_of, standing_nodes
from lineage.models import Node, NodeKind
from lineage.queries.graph import MOST
from lineage.queries.reach import DEEPEST, DOWN, UP, EdgeFound, edges_among, reached
from registry.models import User

Told = dict[str, Any]
Ends = tuple[UUID, UUID]


def lineage_graph(actor: User, start: Node, depth: int) -> list[Told]:
    """What lies up and down of `start`, the nearest nodes of it. `depth` counts jobs: each is two of our steps."""
    steps, is_job = min(2 * depth, DEEPEST), start.kind == NodeKind.JOB
    depths = reached(start.pk, UP, steps, is_job=is_job)
    for id, far in reached(start.pk, DOWN, steps, is_job=is_job).items():
        depths[id] = min(far, depths.get(id, far))
    nearest = sorted(depths, key=lambda id: (depths[id], id))[:MOST]
    edges = edges_among(nearest, job=start.pk if is_job else None)
    nodes = standing_nodes(actor).in_bulk({*nearest, *(edge.teller for edge in edges)})
    return _drawn(list(nodes.values()), set(_through_jobs(edges, nodes)), actor)


def _through_jobs(edges: Iterable[EdgeFound], nodes: dict[UUID, Node]) -> Iterator[Ends]:
    """Data that a job hands on exactly passes by it here. Marquez shows the job in between all the same."""
    for edge in edges:
        if {edge.source, edge.target} <= nodes.keys():
            teller = nodes.get(edge.teller)
            through = [edge.source, *([teller.pk] if teller and teller.kind == NodeKind.JOB else []), edge.target]
            yield from ((source, target) for source, target in pairwise(through) if source != target)


def _drawn(nodes: list[Node], edges: set[Ends], actor: User) -> list[Told]:
    before: dict[UUID, list[str]] = {node.pk: [] for node in nodes}
    after: dict[UUID, list[str]] = {node.pk: [] for node in nodes}
    names = {node.pk: id_of(node) for node in nodes}
    for source, target in edges:
        before[target].append(names[source])
        after[source].append(names[target])
    data = _data(nodes, actor)
    return [
        {
            "id": names[node.pk], "type": "JOB" if node.kind == NodeKind.JOB else "DATASET", "data": data[node.pk],
            "inEdges": [{"origin": one, "destination": names[node.pk]} for one in sorted(before[node.pk])],
            "outEdges": [{"origin": names[node.pk], "destination": one} for one in sorted(after[node.pk])],
        }
        for node in sorted(nodes, key=lambda one: names[one.pk])
    ]  # fmt: skip


def _data(nodes: list[Node], actor: User) -> dict[UUID, Told]:
    jobs = [node for node in nodes if node.kind == NodeKind.JOB]
    others = [node for node in nodes if node.kind != NodeKind.JOB]
    told = [*jobs_told(jobs, actor), *datasets_told(others, actor)]
    return {node.pk: one for node, one in zip([*jobs, *others], told, strict=True)}
