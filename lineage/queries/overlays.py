"""What colours the nodes of a graph: their health, or where personal data goes."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Q

from lineage.models import ColumnClass, Node
from lineage.queries.graph import GraphNode
from registry.choices import PERSONAL_CLASSES, PrivacyClass
from registry.models import Actor, Feature

OVERLAYS = (("health", "Health"), ("class", "Personal data"), ("owner", "Owner"))


def states_of(overlay: str, nodes: Collection[GraphNode], actor: Actor) -> dict[UUID, str]:
    """A word for each node that has one: ok, warn, crit or unknown; or pii."""
    if overlay == "class":
        return dict.fromkeys({*_personal(nodes, actor), *_followed(nodes, actor)}, "pii")
    if overlay == "health":
        return {node.id: node.health for node in nodes if node.health}
    return {}


def _followed(nodes: Iterable[GraphNode], actor: Actor) -> Iterable[UUID]:
    """Tables and views of which a column is claimed or suspected to be personal, but by what the actor does not see."""
    told = Q(said_feature__isnull=True) | Q(said_feature__in=Feature.objects.visible_to(actor))
    rows = ColumnClass.objects.filter(told, node__in=[node.id for node in nodes])
    return rows.values_list("node", flat=True).distinct()


def _personal(nodes: Iterable[GraphNode], actor: Actor) -> Iterable[UUID]:
    """Views with a feature that is personal, or looks it and nobody has said."""
    ids = [node.id for node in nodes if node.kind == "view"]
    unsaid = Q(privacy_class=PrivacyClass.UNCLASSIFIED, looks_personal=True)
    features = Feature.objects.visible_to(actor).present().filter(Q(privacy_class__in=PERSONAL_CLASSES) | unsaid)
    return Node.objects.filter(pk__in=ids, view__in=features.order_by().values("view")).values_list("pk", flat=True)
