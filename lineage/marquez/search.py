"""Datasets and jobs by a part of their name, as Marquez finds them."""

from typing import Any

from lineage.marquez.nodes import datasets, id_of, jobs, standing_nodes, updated_at
from lineage.models import Node, NodeKind
from registry.models import User

ORDERS = {"NAME": ("name", "pk"), "UPDATE_AT": ("-last_seen_at", "pk")}
_ROWS = {"ALL": standing_nodes, "DATASET": datasets, "JOB": jobs}


def found_told(
    actor: User, text: str, *, order: str, kind: str, namespace: str, limit: int
) -> list[dict[str, Any]]:  # fmt: skip
    """The first of those whose names hold the text, of the kind DATASET, JOB or ALL."""
    rows = _ROWS[kind](actor).filter(name__icontains=text).order_by(*ORDERS[order])
    if namespace:
        rows = rows.filter(namespace=namespace)
    return [_told(node) for node in rows[:limit]]


def _told(node: Node) -> dict[str, Any]:
    return {
        "type": "JOB" if node.kind == NodeKind.JOB else "DATASET", "name": node.name, "namespace": node.namespace,
        "nodeId": id_of(node), "updatedAt": updated_at(node),
    }  # fmt: skip
