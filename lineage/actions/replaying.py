"""The graph, made anew from the events that are kept: after a change of the rules by which they add up."""

from common.statements import execute_many, fetch
from lineage.actions.folding import alone, fold_waiting
from lineage.folding import aliases, sayings
from lineage.models import Alias, AliasOrigin, SaidEdge

_OLDEST = "SELECT min(first_seen_at), (SELECT min(event_at) FROM lineage_event) FROM lineage_node"
_FORGET = (
    "DELETE FROM lineage_columnedge",
    "DELETE FROM lineage_edge",
    "DELETE FROM lineage_flow",
    "DELETE FROM lineage_run",
    "DELETE FROM lineage_alias WHERE origin <> 'person'",
    "DELETE FROM lineage_node node WHERE NOT EXISTS (SELECT 1 FROM lineage_alias WHERE node.id IN (left_id, right_id)) "
    "AND NOT EXISTS (SELECT 1 FROM lineage_saidedge WHERE node.id IN (source_id, target_id))",
    "UPDATE lineage_node SET facets = '{}', picture = NULL, spellings = '{}', first_seen_at = NULL, "
    "last_seen_at = NULL, same_as_id = id",
)
_AGAIN = (
    "UPDATE lineage_event SET state = 'waiting' WHERE state <> 'waiting'",
    "UPDATE lineage_bridge SET fingerprint = ''",
)


class Incomplete(Exception):
    """Events that made the graph are no longer kept, so it cannot be made anew from nothing."""


def replay(*, from_nothing: bool = False) -> int:
    """Fold every event that is kept again; nothing changes unless the rules did. Returns how many.

    `from_nothing` forgets what they added up to first, but never what people said. Raises Incomplete when the graph
    knows more than the events that are left. The registry's part follows within half a minute.
    """
    with alone():
        if from_nothing:
            _refuse_incomplete()
        for statement in (*(_FORGET if from_nothing else ()), *_AGAIN):
            execute_many(statement, [()])
    folded = fold_waiting(seconds=float("inf"))
    with alone():
        aliases.choose(set(Alias.objects.filter(origin=AliasOrigin.PERSON).values_list("left", flat=True)))
        sayings.tell(SaidEdge.objects.all())
    return folded


def _refuse_incomplete() -> None:
    first_seen, oldest = fetch(_OLDEST, [])[0]
    if first_seen is not None and (oldest is None or first_seen < oldest):
        raise Incomplete(f"The graph begins on {first_seen:%Y-%m-%d}, and the events that are kept later.")
