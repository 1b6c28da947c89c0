"""From what people and tools write to nodes: keys of the registry, nodeIds of Marquez, names of tables."""

from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Left, Reverse, Right

from lineage.models import Node
from lineage.openlineage import names
from registry.choices import ConsumerKind
from registry.models import Actor, Feature


def find_node(actor: Actor, text: str) -> tuple[Node, str] | None:
    """The node that `text` names, and its column: "" where it names the whole. None for what the actor does not see.

    Taken are an id, `dataset:namespace:name`, `job:namespace:name`, `datasetField:namespace:name:column`, a key of a
    view or feature, `model:name`, and a name that only one node has.
    """
    for id, column in _candidates(text):
        # A name of a hidden view's is nobody else's: who may not see the view does not find it by what Feast calls it.
        if node := _seen(actor).filter(others=id).first():
            return node, column
    return _consumer(actor, text) or _feature(actor, text) or _only_one(actor, text)


def find_name(actor: Actor, text: str) -> Node | None:
    """The node of exactly this name, although another one may stand for it."""
    for id, _ in _candidates(text):
        if node := Node.objects.filter(pk=id, same_as__in=_seen(actor)).first():
            return node
    found = find_node(actor, text)
    return found[0] if found else None


def nodes_named(actor: Actor, text: str) -> QuerySet[Node]:
    """Nodes with this name, or whose name ends in it after a dot or slash: a table without its database, too."""
    rows = _standing(actor).alias(backwards=Reverse(Right("name", 200)))
    wanted = text[-200:][::-1]
    ends = Q(backwards=wanted) | Q(backwards__startswith=f"{wanted}.") | Q(backwards__startswith=f"{wanted}/")
    return rows.filter(ends).order_by("name", "pk")


def _seen(actor: Actor) -> QuerySet[Node]:
    return Node.objects.visible_to(actor)


def _standing(actor: Actor) -> QuerySet[Node]:
    """Each thing once."""
    return Node.objects.visible_to(actor).canonical()


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
    if "." in text:
        yield names.dataset_id("charter", text), ""


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
