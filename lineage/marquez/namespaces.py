"""Namespaces, and sources: to Marquez the store that a dataset lies in, which OpenLineage names by the namespace."""

from typing import Any

from django.db.models import Max, Min, QuerySet
from django.db.models.functions import Coalesce

from lineage.marquez.nodes import IS_JOB
from lineage.models import Node
from lineage.openlineage.names import dataset_name
from registry.models import User

Told = dict[str, Any]


def namespaces(actor: User) -> QuerySet[Any, Any]:
    """Rows of name, first and last: of everything that the actor sees."""
    rows = Node.objects.visible_to(actor).canonical()
    first = Coalesce("first_seen_at", "view__created_at", "consumer__created_at", "source__created_at")
    last = Coalesce("last_seen_at", "view__changed_at", "consumer__created_at", "source__created_at")
    return rows.order_by("namespace").values("namespace").annotate(first=Min(first), last=Max(last))


def sources(actor: User) -> QuerySet[Any, Any]:
    return namespaces(actor).exclude(IS_JOB)


def spelled(namespace: str) -> tuple[str, str]:
    """The names that a namespace may have here: jobs keep what they are called, those of datasets are made alike."""
    return namespace, dataset_name(namespace, "name")[0]


def namespace_told(row: Told) -> Told:
    """Nobody owns a namespace."""
    return {
        "name": row["namespace"], "createdAt": row["first"], "updatedAt": row["last"], "ownerName": "",
        "description": "", "isHidden": False,
    }  # fmt: skip


def source_told(row: Told) -> Told:
    scheme, separator, _ = row["namespace"].partition("://")
    return {
        "type": scheme.upper() if separator else "OTHER", "name": row["namespace"], "createdAt": row["first"],
        "updatedAt": row["last"], "connectionUrl": row["namespace"] if separator else "", "description": "",
    }  # fmt: skip
