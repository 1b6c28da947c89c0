"""Nodes as Marquez names them: datasets and jobs, each by namespace and name."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from lineage.models import Node, NodeKind
from lineage.openlineage import names
from registry.models import User

IS_JOB = Q(kind=NodeKind.JOB)


def standing_nodes(actor: User) -> QuerySet[Node]:
    """Each thing that the actor sees once, with what the registry knows of it."""
    rows = Node.objects.visible_to(actor).canonical().select_related("view", "consumer", "source")
    return rows.defer("facets", "picture", "spellings").order_by("namespace", "name", "pk")


def datasets(actor: User) -> QuerySet[Node]:
    return standing_nodes(actor).exclude(IS_JOB)


def jobs(actor: User) -> QuerySet[Node]:
    """The most recently told of first."""
    return standing_nodes(actor).filter(IS_JOB).order_by(F("last_seen_at").desc(nulls_last=True), "namespace", "pk")


def dataset_named(actor: User, namespace: str, name: str) -> Node | None:
    """By any of its names, in any producer's spelling."""
    return datasets(actor).filter(others=names.dataset_id(namespace, name)).first()


def job_named(actor: User, namespace: str, name: str) -> Node | None:
    return jobs(actor).filter(others=names.job_id(namespace, name)).first()


def standing_by_id(actor: User, ids: Iterable[UUID]) -> dict[UUID, Node]:
    """What stands for each of these nodes, as far as the actor sees it."""
    same = dict(Node.objects.filter(pk__in=set(ids)).values_list("pk", "same_as_id"))
    seen = standing_nodes(actor).in_bulk(set(same.values()))
    return {id: seen[to] for id, to in same.items() if to in seen}


def key_of(node: Node) -> dict[str, str]:
    return {"namespace": node.namespace, "name": node.name}


def version_of(node: Node) -> dict[str, str]:
    return {**key_of(node), "version": str(node.pk)}


def id_of(node: Node) -> str:
    """Its nodeId."""
    return f"{'job' if node.kind == NodeKind.JOB else 'dataset'}:{node.namespace}:{node.name}"


def created_at(node: Node) -> datetime | None:
    """When it was first told of; what nobody told of, the registry knows."""
    known = node.view or node.consumer or node.source
    return node.first_seen_at or (known.created_at if known else None)


def updated_at(node: Node) -> datetime | None:
    changed = node.view.changed_at if node.view else None
    return max(filter(None, (node.last_seen_at, changed)), default=created_at(node))


def identity(node: Node) -> dict[str, Any]:
    """What Marquez says of jobs and datasets alike."""
    return {
        "id": key_of(node), **key_of(node), "createdAt": created_at(node), "updatedAt": updated_at(node),
        "currentVersion": str(node.pk),
    }  # fmt: skip
