"""Edges that people state, between the names that stand for their things."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Q

from lineage.folding import edges
from lineage.folding.edges import EdgeRow
from lineage.models import SaidEdge


def tell(sayings: Iterable[SaidEdge]) -> None:
    """Write what was said into the graph."""
    said = list(sayings)
    same = edges.Same({id for one in said for id in (one.source_id, one.target_id)})
    wanted = {(one.id, same(one.source_id), same(one.target_id)): EdgeRow(flows=True, is_current=True) for one in said}
    edges.write(edges.held_edges([one.id for one in said]), wanted)


def retell(moved: Collection[UUID]) -> None:
    """Write anew what was said of nodes for which another one stands now."""
    if moved:
        tell(SaidEdge.objects.filter(Q(source__in=moved) | Q(target__in=moved)))
