"""Who is hit when something changes or is late: views and consumers downstream, by owner, and how sure that is."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from lineage.models import Node, NodeKind
from lineage.queries import reach
from lineage.queries.graph import GraphNode, registered_nodes
from lineage.queries.reach import DOWN
from registry.models import Actor

CERTAIN, LIKELY, POSSIBLE = "certain", "likely", "possible"
_SURE = (CERTAIN, LIKELY, POSSIBLE)
MOST, DEPTH = 500, 10


@dataclass(frozen=True, slots=True)
class Affected:
    """A view or consumer that is hit. `sure` says how well the way there is known."""

    node: GraphNode
    sure: str


@dataclass(frozen=True, slots=True)
class Impact:
    affected: list[Affected]
    groups: list[tuple[str, str, int]]  # owner, environment, how many
    left_out: int

    @property
    def ids(self) -> list[UUID]:
        return [one.node.id for one in self.affected]


def impact_of(actor: Actor, start: Node, column: str = "", *, depth: int = DEPTH) -> Impact:
    """What is hit by `start`, or by one of its columns.

    Of a column: `certain` where its value goes over, `likely` where it has influence, `possible` where nobody says
    which columns are used. Of a whole node: `possible` where a job on the way does not say which input goes where.
    """
    depths, sure = surely_hit(start, column, depth)
    nodes = registered_nodes(actor, sure, depths) if sure else {}
    affected = [Affected(node, sure[id]) for id, node in nodes.items()]
    affected.sort(key=lambda one: (_SURE.index(one.sure), one.node.owner, one.node.depth, one.node.key))
    return Impact(affected[:MOST], _groups(affected), max(len(affected) - MOST, 0))


def surely_hit(start: Node, column: str, depth: int) -> tuple[dict[UUID, int], dict[UUID, str]]:
    """Of all that lies downstream, whoever sees it: how many steps, and of what is hit how sure that is."""
    is_job = start.kind == NodeKind.JOB
    depths = reach.reached(start.pk, DOWN, depth, is_job=is_job)
    del depths[start.pk]
    sure = _of_column(start.pk, column, depths, depth) if column else _of_node(start.pk, depths, depth, is_job)
    return depths, sure


def _of_node(start: UUID, depths: dict[UUID, int], depth: int, is_job: bool) -> dict[UUID, str]:
    mixing = reach.mixing(depths) if depths else []
    certain = reach.reached(start, DOWN, depth, without=mixing, is_job=is_job) if mixing else depths
    return {id: CERTAIN if id in certain else POSSIBLE for id in depths}


def _of_column(start: UUID, column: str, depths: dict[UUID, int], depth: int) -> dict[UUID, str]:
    """Where somebody says which columns a node is made of, that decides. Else it may be any, as may all after it."""
    ways: dict[UUID, bool] = {}
    for one in reach.columns_reached(start, column, DOWN, depth, indirect=True):
        ways[one.id] = ways.get(one.id, False) or one.is_direct
    sure = {id: CERTAIN if ways[id] else LIKELY for id in depths if id in ways}
    return sure | dict.fromkeys(_possible({start, *depths}, ways), POSSIBLE)


def _possible(ids: set[UUID], ways: Collection[UUID]) -> set[UUID]:
    """Nodes behind one of which nobody says what it is made of."""
    after: dict[UUID, list[UUID]] = {}
    for source, target in reach.pairs_among(ids):
        after.setdefault(source, []).append(target)
    told = reach.told_of_columns(ids)
    fringe = {id for way in ways for id in after.get(way, ()) if id not in told and id not in ways}
    found: set[UUID] = set()
    while fringe:
        found |= fringe
        fringe = {id for at in fringe for id in after.get(at, ())} - found - set(ways)
    return found


def _groups(affected: Iterable[Affected]) -> list[tuple[str, str, int]]:
    counted = Counter((one.node.owner, one.node.environment) for one in affected)
    return [(owner, environment, count) for (owner, environment), count in sorted(counted.items())]
