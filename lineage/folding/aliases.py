"""Several names of one thing: which names belong together, and which one stands for all of them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from common.statements import execute_many, fetch
from lineage.folding.rows import NodeRow
from lineage.folding.standing import standing
from lineage.models import AliasOrigin
from lineage.openlineage.reading import symlinks

_HELD = "SELECT left_id, right_id, is_preferred FROM lineage_alias WHERE origin = %s AND left_id = ANY(%s)"
_FORGET = "DELETE FROM lineage_alias WHERE origin = %s AND left_id = %s AND right_id = %s"
_NOTE = """
INSERT INTO lineage_alias (origin, left_id, right_id, is_preferred) VALUES (%s, %s, %s, %s)
ON CONFLICT (left_id, right_id, origin) DO UPDATE SET is_preferred = excluded.is_preferred
"""
_NEIGHBOURS = """
SELECT left_id, right_id, is_preferred FROM lineage_alias WHERE left_id = ANY(%(ids)s) OR right_id = ANY(%(ids)s)
"""
# What the registry holds stands for what it is called elsewhere, and a table for its path.
_RANKED = """
SELECT id, same_as_id, CASE WHEN view_id IS NOT NULL OR consumer_id IS NOT NULL THEN 0
  WHEN source_id IS NOT NULL THEN 1 WHEN id = ANY(%(preferred)s) THEN 2 ELSE 3 END, namespace, name
FROM lineage_node WHERE id = ANY(%(ids)s)
"""
_STANDS_FOR = "UPDATE lineage_node SET same_as_id = %s WHERE id = %s"

Link = tuple[UUID, UUID, bool]


def relate(nodes: Iterable[NodeRow]) -> set[UUID]:
    """Keep the symlinks of these nodes. Returns the ids whose standing name changed, old and new ones."""
    linked = {node.id: node for node in nodes if "symlinks" in node.facets}
    said = {
        (id, other, preferred)
        for id, node in linked.items()
        for other, _, preferred in symlinks(standing(node.facets, node.picture))
        if other != id
    }
    return say(AliasOrigin.SYMLINK, linked, said)


def say(origin: str, about: Iterable[UUID], said: set[Link]) -> set[UUID]:
    """Make `said` all that this origin says of the nodes `about`. Returns the ids whose standing name changed."""
    about = list(about)
    if not about:
        return set()
    held: set[Any] = set(fetch(_HELD, [origin, about]))
    gone, new = held - said, said - held
    execute_many(_FORGET, [(origin, left, right) for left, right, _ in sorted(gone)])
    execute_many(_NOTE, [(origin, *link) for link in sorted(new)])
    return choose({id for left, right, _ in gone | new for id in (left, right)})


def choose(ids: set[UUID]) -> set[UUID]:
    """Choose the name that stands for each of these nodes and what is the same. Returns the ids of which it changed."""
    changed: set[UUID] = set()
    while ids:
        cluster, preferred = _cluster(ids.pop())
        ids -= cluster
        changed |= _choose_one(cluster, preferred)
    return changed


def _cluster(start: UUID) -> tuple[set[UUID], set[UUID]]:
    """Everything that is the same as `start`, and what of it is preferred."""
    cluster, fringe, preferred = {start}, {start}, set()
    while fringe:
        links = fetch(_NEIGHBOURS, {"ids": list(fringe)})
        preferred |= {right for _, right, is_preferred in links if is_preferred}
        fringe = {id for left, right, _ in links for id in (left, right)} - cluster
        cluster |= fringe
    return cluster, preferred


def _choose_one(cluster: set[UUID], preferred: set[UUID]) -> set[UUID]:
    members = fetch(_RANKED, {"ids": list(cluster), "preferred": list(preferred)})
    chosen = min(members, key=lambda member: member[2:])[0]
    moved = [(id, held) for id, held, *_ in members if held != chosen]
    execute_many(_STANDS_FOR, [(chosen, id) for id, _ in moved])
    return {chosen} | {one for pair in moved for one in pair} if moved else set()
