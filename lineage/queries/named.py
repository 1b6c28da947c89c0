"""From what people and tools write to nodes: keys of the registry, nodeIds of Marquez, names of tables."""

import re
from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left, Reverse, Right

from common.statements import fetch
from lineage.models import ColumnEdge, Node, NodeKind
from lineage.openlineage import names
from registry.choices import ConsumerKind
from registry.models import Actor, Feature

MOST_NAMED = 20
_PARTED = re.compile(r"[._/]")
# Every word that somebody searches is looked up.
_EXACT = "SELECT DISTINCT same_as_id FROM lineage_node WHERE left(name, 200) = %s AND name = %s ORDER BY 1 LIMIT %s"


def find_node(actor: Actor, text: str) -> tuple[Node, str] | None:
    """The node that `text` names, and its column: "" where it names the whole. None for what the actor does not see.

    Taken are an id, `dataset:namespace:name`, `job:namespace:name`, `datasetField:namespace:name:column`, an address, a
    key of a view or feature, `model:name`, and a name that only one node has.
    """
    return _by_id(actor, text) or _consumer(actor, text) or _feature(actor, text) or _only_one(actor, text)


def find_nodes(actor: Actor, text: str, *, most: int) -> list[tuple[Node, str]]:
    """All that `text` may mean, and its column: what `find_node` takes, the whole name of a table or job or the end of
    one, `schema.table`, or the same with a column that the table is known to have.

    Most texts are none of these: then it costs one look-up, or three where the text has parts.
    """
    if found := _by_id(actor, text):
        return [found]
    if ids := _named(text):
        return [(node, "") for node in _seen(actor).filter(pk__in=ids).order_by("name", "pk")[:most]]
    table, _, column = text.rpartition(".")
    ids = _named(table) if _PARTED.search(table) else []
    if not ids:
        return []
    tables = _seen(actor).filter(_has(column), pk__in=ids, kind=NodeKind.DATASET)
    return [(node, column) for node in tables.order_by("name", "pk").distinct()[:most]]


def find_name(actor: Actor, text: str) -> Node | None:
    """The node of exactly this name, although another one may stand for it."""
    for id, _ in _candidates(text):
        if node := Node.objects.filter(pk=id, same_as__in=_seen(actor)).first():
            return node
    found = find_node(actor, text)
    return found[0] if found else None


def nodes_named(actor: Actor, text: str) -> QuerySet[Node]:
    """Nodes with this name, or whose name ends in it after a dot or slash: a table without its database, too."""
    return _ending(_standing(actor), text).order_by("name", "pk")


def _ending(rows: QuerySet[Node], text: str) -> QuerySet[Node]:
    wanted = text[-200:][::-1]
    ends = Q(backwards=wanted) | Q(backwards__startswith=f"{wanted}.") | Q(backwards__startswith=f"{wanted}/")
    return rows.alias(backwards=Reverse(Right("name", 200))).filter(ends)


def _named(text: str) -> list[UUID]:
    """Things with this name, whoever sees them; ends of names only where a single word cannot mean anything."""
    if not _PARTED.search(text):
        return [id for (id,) in fetch(_EXACT, [text[:200], text, MOST_NAMED])]
    rows = _ending(Node.objects.order_by("same_as"), text)
    return list(rows.values_list("same_as", flat=True).distinct()[:MOST_NAMED])


def _has(column: str) -> Q:
    """Somebody says that it has this column."""
    edges = ColumnEdge.objects
    return (
        Q(others__facets__schema__body__fields__contains=[{"name": column}])
        | Exists(edges.filter(source=OuterRef("pk"), source_column=column))
        | Exists(edges.filter(target=OuterRef("pk"), target_column=column))
    )


def _seen(actor: Actor) -> QuerySet[Node]:
    return Node.objects.visible_to(actor)


def _standing(actor: Actor) -> QuerySet[Node]:
    """Each thing once."""
    return Node.objects.visible_to(actor).canonical()


def _by_id(actor: Actor, text: str) -> tuple[Node, str] | None:
    """By what the id is a digest of; other names lead to what stands for them, where the actor sees that."""
    columns = dict(_candidates(text))
    same = dict(Node.objects.filter(pk__in=columns).values_list("pk", "same_as")) if columns else {}
    seen = _seen(actor).in_bulk(same.values()) if same else {}
    return next(((seen[same[id]], columns[id]) for id in columns if same.get(id) in seen), None)


def _candidates(text: str) -> Iterator[tuple[UUID, str]]:
    with suppress(ValueError):
        yield UUID(text), ""
    kind, _, rest = text.partition(":")
    for namespace, name in _splits(rest):
        if kind == "dataset":
            yield names.dataset_id(namespace, name), ""
        elif kind == "job":
            yield names.job_id(namespace, name), ""
        elif kind == "datasetField":
            table, _, column = name.rpartition(":")
            yield names.dataset_id(namespace, table), column
    for namespace, name in _addresses(text):
        yield names.dataset_id(namespace, name), ""
    if "." in text:
        yield names.dataset_id("charter", text), ""


def _addresses(text: str) -> Iterator[tuple[str, str]]:
    """`s3://bucket/path`, `postgres://host:5432/db.schema.table`: a namespace may have slashes of its own."""
    scheme, separator, rest = text[: names.LONGEST].partition("://")
    if separator and scheme.lower() == "file":
        yield "file", f"/{rest.lstrip('/')}"
    elif separator:
        yield from (
            (f"{scheme}://{rest[:at]}", rest[at + 1 :]) for at, char in enumerate(rest[:-1]) if char == "/" and at
        )


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Namespaces hold colons, and names may: every way to cut it in two, the longest namespace last."""
    for at, char in enumerate(text[: names.LONGEST]):
        if char == ":" and 0 < at < len(text) - 1:
            yield text[:at], text[at + 1 :].partition("#")[0]


def _consumer(actor: Actor, text: str) -> tuple[Node, str] | None:
    kind, _, name = text.partition(":")
    if kind not in ConsumerKind.values or not name:
        return None
    node = _seen(actor).filter(consumer__kind=kind, consumer__name=name).order_by("pk").first()
    return (node, "") if node else None


def _feature(actor: Actor, text: str) -> tuple[Node, str] | None:
    key = text.partition("@")[0]
    feature = Feature.objects.visible_to(actor).filter(key=key).values_list("view_id", "name").first()
    node = _seen(actor).filter(view=feature[0]).first() if feature else None
    return (node, feature[1]) if node and feature else None


def _only_one(actor: Actor, text: str) -> tuple[Node, str] | None:
    named = Node.objects.alias(start=Left("name", 200)).filter(start=text[:200], name=text)
    ids = named.filter(same_as__in=_seen(actor)).order_by().values_list("same_as", flat=True).distinct()[:2]
    found = list(Node.objects.filter(pk__in=list(ids)))
    return (found[0], "") if len(found) == 1 else None
