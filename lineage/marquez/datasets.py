"""Datasets as Marquez tells them: with fields, tags and what their columns are made of."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from lineage.marquez.facets import Facets, parts_of, shown_facets, tags_by_field, text_in
from lineage.marquez.members import facets_by_node
from lineage.marquez.nodes import identity, version_of
from lineage.models import ColumnEdge, Node
from lineage.queries.about import may_see_code
from registry.models import Feature, User

Told = dict[str, Any]


def datasets_told(nodes: Sequence[Node], actor: User) -> list[Told]:
    """Each as Marquez would. Its clients know tables and streams and draw tables only, so each is a table."""
    facets, columns, features = facets_by_node(nodes), _columns(nodes, actor), _features(nodes, actor)
    sees_code = may_see_code(actor)
    return [
        {
            **identity(node), "type": "DB_TABLE", "physicalName": node.name, "sourceName": node.namespace,
            "fields": features[node.view_id] if node.view_id in features else _fields(facets[node.pk]),
            "tags": tags_by_field(facets[node.pk]).get("", []), "description": _description(node, facets[node.pk]),
            "facets": shown_facets(facets[node.pk], sees_code=sees_code), "columnLineage": columns.get(node.pk),
            "lastModifiedAt": None, "lastLifecycleState": _lifecycle(facets[node.pk]), "deleted": False,
        }
        for node in nodes
    ]  # fmt: skip


def version_told(node: Node, actor: User) -> Told:
    """The one version there is: the dataset as it is now."""
    [told] = datasets_told([node], actor)
    version = version_of(node)
    kept = {name: told[name] for name in told.keys() - {"currentVersion", "updatedAt", "deleted", "columnLineage"}}
    return {
        **kept, "id": version, "version": version["version"], "createdAt": told["updatedAt"], "createdByRun": None,
        "lifecycleState": told["lastLifecycleState"],
    }  # fmt: skip


def transformation(edge: ColumnEdge, sees_code: bool) -> Told:
    """How one column gets into another. What a producer writes about it may be a piece of SQL."""
    kind = edge.subtype or ("DIRECT" if edge.is_direct else "INDIRECT")
    return {"transformationType": kind, "transformationDescription": edge.description if sees_code else None}


def _description(node: Node, facets: Facets) -> str | None:
    known = node.view or node.consumer
    return known.description if known else text_in(facets, "documentation", "description")


def _lifecycle(facets: Facets) -> str | None:
    return text_in(facets, "lifecycleStateChange", "lifecycleStateChange")


def _fields(facets: Facets) -> list[Told]:
    tags = tags_by_field(facets)
    return [
        {
            "name": one["name"], "type": _text(one.get("type")), "tags": tags.get(one["name"], []),
            "description": _text(one.get("description")),
        }
        for one in parts_of(facets, "schema", "fields")
        if isinstance(one.get("name"), str)
    ]  # fmt: skip


def _features(nodes: Iterable[Node], actor: User) -> dict[int | None, list[Told]]:
    """The fields of feature views: the features that the actor sees."""
    found: dict[int | None, list[Told]] = {node.view_id: [] for node in nodes if node.view_id}
    rows = Feature.objects.visible_to(actor).present().filter(view__in=list(found)).order_by("view", "name")
    for view, name, dtype, tags, description in rows.values_list("view", "name", "dtype", "tags", "description"):
        found[view].append({"name": name, "type": dtype or None, "tags": tags, "description": description or None})
    return found


def _columns(nodes: Iterable[Node], actor: User) -> dict[UUID, list[Told]]:
    """What the columns of each are made of, of what the actor sees. Marquez cannot say it of a whole table."""
    edges = ColumnEdge.objects.filter(target__in=[node.pk for node in nodes])
    edges = edges.filter(source__in=Node.objects.visible_to(actor)).exclude(target_column="").exclude(source_column="")
    sees_code = may_see_code(actor)
    found: dict[UUID, dict[str, list[Told]]] = {}
    for edge in edges.select_related("source").order_by("target", "target_column", "source", "source_column", "pk"):
        source = {"namespace": edge.source.namespace, "dataset": edge.source.name, "field": edge.source_column}
        made_of = found.setdefault(edge.target_id, {}).setdefault(edge.target_column, [])
        made_of.append(source | transformation(edge, sees_code))
    return {id: [_column(name, made_of) for name, made_of in columns.items()] for id, columns in found.items()}


def _column(name: str, made_of: list[Told]) -> Told:
    """Beside its inputs, Marquez says of a column what it says of the first one."""
    first = {key: made_of[0][key] for key in ("transformationType", "transformationDescription")}
    return {"name": name, "inputFields": made_of, **first}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
