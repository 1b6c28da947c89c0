"""The facets of many nodes at once, each with what the other names of the thing are told."""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from lineage.marquez.facets import Facets
from lineage.models import Node
from lineage.queries.about import facets_of


def facets_by_node(nodes: Sequence[Node]) -> dict[UUID, Facets]:
    """Of what the registry holds none: it tells more of views and consumers than events do, and to whom."""
    told = [node.pk for node in nodes if not (node.view_id or node.consumer_id)]
    rows = Node.objects.filter(same_as__in=told).only("same_as", "facets", "picture", "namespace", "name")
    members = sorted(rows, key=lambda one: (one.same_as_id, one.pk != one.same_as_id, one.namespace, one.name))
    found: dict[UUID, Facets] = {node.pk: {} for node in nodes}
    return found | {id: facets_of(list(group)) for id, group in groupby(members, lambda one: one.same_as_id)}
