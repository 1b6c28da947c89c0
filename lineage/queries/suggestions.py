"""Names that may be one thing and that nothing joins: shown to be confirmed, never joined by themselves."""

from django.db.models import Q

from lineage.models import Alias, AliasOrigin, Node, NodeKind, SaidEdge
from lineage.queries.named import nodes_named
from registry.models import Actor

MOST = 5


def may_be_same(actor: Actor, node: Node) -> list[Node]:
    """Tables with the same end of their name in another place; of a source of the registry, of what its store says."""
    if node.kind != NodeKind.DATASET:
        return []
    called = node.source.location if node.source and node.namespace == "charter" else node.name
    if not called:
        return []
    return list(nodes_named(actor, _end(called)).filter(kind=NodeKind.DATASET).exclude(pk=node.pk)[:MOST])


def _end(name: str) -> str:
    """The table with its schema, or the file with its folder: less than that says nothing."""
    separator = "/" if "/" in name else "."
    return separator.join(name.strip("/").split(separator)[-2:])


def said_of(actor: Actor, node: Node) -> list[SaidEdge]:
    """Edges to and from the node that people said, where the actor sees both ends."""
    seen = Node.objects.visible_to(actor)
    rows = SaidEdge.objects.filter(source__in=seen, target__in=seen).select_related("source", "target", "said_by")
    return list(rows.filter(Q(source__same_as=node.pk) | Q(target__same_as=node.pk)))


def said_same(node: Node) -> list[Node]:
    """What people said is the same."""
    said = Alias.objects.filter(origin=AliasOrigin.PERSON).filter(Q(left__same_as=node.pk) | Q(right__same_as=node.pk))
    ends = {id for pair in said.values_list("left", "right") for id in pair} - {node.pk}
    return list(Node.objects.filter(pk__in=ends)) if ends else []
