"""What is reached from a node along edges that data flows along: one recursive query, bounded in depth."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.statements import fetch

DEEPEST = 20
UP, DOWN = "up", "down"

# A second way to the same node at another depth is another row: on the way out the shortest counts.
_REACHED = """
WITH RECURSIVE reached(id, depth) AS (
  SELECT %(start)s::uuid, 0
  UNION
  SELECT edge.{to}_id, reached.depth + 1 FROM reached JOIN lineage_edge edge ON edge.{at}_id = reached.id
  WHERE reached.depth < %(depth)s AND {holds}
)
SELECT id, min(depth), count(*) OVER () FROM reached GROUP BY id ORDER BY 2, 1 LIMIT %(most)s
"""
_NOW = "edge.is_current AND edge.flows"
# A job that says what goes where is not passed through, and yet everything that it writes is its own.
_NOW_FROM_JOB = "edge.is_current AND (edge.flows OR reached.depth = 0)"
_NOW_OR_JOB = "edge.is_current AND (edge.flows OR %(job)s IN (edge.source_id, edge.target_id))"
# What runs touched at the time, and what the registry says today: it tells no time, and tells by nobody with a node.
_AT = """(edge.first_at <= %(as_of)s AND (edge.is_current OR edge.last_at >= %(as_of)s)
          OR edge.first_at IS NULL AND edge.is_current
             AND NOT EXISTS (SELECT 1 FROM lineage_node teller WHERE teller.id = edge.teller_id))"""
_NOT_MIXED = "NOT EXISTS (SELECT 1 FROM unnest(%(mixing)s::uuid[]) AS job(id) WHERE job.id = edge.{at}_id)"
# Where a job says which table makes which, that was seen while it read the one and wrote the other.
_AMONG = """
SELECT edge.teller_id, edge.source_id, edge.target_id,
       coalesce(edge.first_at, greatest(reads.first_at, writes.first_at)),
       coalesce(edge.last_at, least(reads.last_at, writes.last_at)), edge.is_current
FROM lineage_edge edge
LEFT JOIN lineage_edge reads ON edge.first_at IS NULL AND reads.teller_id = edge.teller_id
  AND reads.source_id = edge.source_id AND reads.target_id = edge.teller_id
LEFT JOIN lineage_edge writes ON edge.first_at IS NULL AND writes.teller_id = edge.teller_id
  AND writes.source_id = edge.teller_id AND writes.target_id = edge.target_id
WHERE edge.source_id = ANY(%(ids)s) AND edge.target_id = ANY(%(ids)s) AND {holds}
ORDER BY edge.source_id, edge.target_id, edge.teller_id
"""
_PAIRS = """
SELECT DISTINCT source_id, target_id FROM lineage_edge
WHERE source_id = ANY(%(ids)s) AND target_id = ANY(%(ids)s) AND is_current AND flows
"""
_MIXING = """
SELECT id FROM lineage_node job WHERE id = ANY(%s) AND kind = 'job'
  AND (SELECT count(*) FROM lineage_edge WHERE target_id = job.id AND is_current AND flows) > 1
  AND (SELECT count(*) FROM lineage_edge WHERE source_id = job.id AND is_current AND flows) > 1
"""
_COLUMNS = """
WITH RECURSIVE reached(id, col, is_direct, depth) AS (
  SELECT start, col::varchar(500), true, 0 FROM unnest(%(starts)s::uuid[], %(columns)s::text[]) AS asked(start, col)
  UNION
  SELECT edge.{to}_id, edge.{to}_column, reached.is_direct AND edge.is_direct AND edge.subtype <> 'INFERRED',
         reached.depth + 1
  FROM reached JOIN lineage_columnedge edge ON edge.{at}_id = reached.id AND edge.{at}_column = reached.col
  WHERE reached.depth < %(depth)s AND (edge.is_direct OR %(indirect)s)
)
SELECT id, col, bool_or(is_direct), min(depth) FROM reached GROUP BY id, col ORDER BY 4, 1, 2
"""
_COLUMN_EDGES = """
SELECT teller, source_id, source_column, target_id, target_column, is_direct, subtype, masking, description
FROM lineage_columnedge WHERE source_id = ANY(%(ids)s) AND target_id = ANY(%(ids)s) AND (is_direct OR %(indirect)s)
ORDER BY source_id, source_column, target_id, target_column
"""
_TOLD = "SELECT DISTINCT target_id FROM lineage_columnedge WHERE target_id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class EdgeFound:
    teller: UUID
    source: UUID
    target: UUID
    first_at: datetime | None
    last_at: datetime | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class ColumnEdgeFound:
    teller: UUID
    source: UUID
    source_column: str
    target: UUID
    target_column: str
    is_direct: bool
    subtype: str
    masking: bool | None
    description: str


@dataclass(frozen=True, slots=True)
class ColumnFound:
    """A column that is reached. `is_direct`: by a way on which the value itself goes over, as whoever takes it says:
    what was only read from code may be so."""

    id: UUID
    column: str
    is_direct: bool
    depth: int


class Reach(dict[UUID, int]):
    """Steps to each node that is reached, nearest first. `total` counts those beyond the limit too."""

    total = 0


def reached(
    start: UUID, way: str, depth: int, *, as_of: datetime | None = None, without: Iterable[UUID] = (),
    most: int | None = None, is_job: bool = False,
) -> Reach:  # fmt: skip
    """Everything that lies `way` of `start` within `depth` steps, itself at 0; the nearest `most`.

    `without` are jobs that are not walked through. From a job (`is_job`) what it touches itself is reached in any case.
    """
    at, to = _ends(way)
    mixing = list(without)
    holds = _AT if as_of else _NOW_FROM_JOB if is_job else _NOW
    if mixing:
        holds += " AND " + _NOT_MIXED.format(at=at)
    statement = _REACHED.format(at=at, to=to, holds=holds)
    asked = {"start": start, "depth": min(depth, DEEPEST), "as_of": as_of, "mixing": mixing, "most": most}
    rows = fetch(statement, asked)
    found = Reach((id, steps) for id, steps, _ in rows)
    found.total = rows[0][2]
    return found


def edges_among(
    ids: Iterable[UUID], *, as_of: datetime | None = None, job: UUID | None = None
) -> list[EdgeFound]:  # fmt: skip
    """Edges between these nodes, and all of those between `job` and what it touches."""
    statement = _AMONG.format(holds=_NOW_OR_JOB if as_of is None else _AT)
    return [EdgeFound(*row) for row in fetch(statement, {"ids": list(ids), "as_of": as_of, "job": job})]


def pairs_among(ids: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    """(source, target) of the edges between these nodes, of which there may be many."""
    return fetch(_PAIRS, {"ids": list(ids)})


def mixing(ids: Iterable[UUID]) -> list[UUID]:
    """Jobs that read several things and write several, and do not say which goes where."""
    return [id for (id,) in fetch(_MIXING, [list(ids)])]


def columns_reached(start: UUID, column: str, way: str, depth: int, *, indirect: bool) -> list[ColumnFound]:
    """Columns that lie `way` of a column, itself first. `indirect` follows influence too: filters, joins, sorts."""
    return columns_reached_from([(start, column)], way, depth, indirect=indirect)


def columns_reached_from(
    starts: Collection[tuple[UUID, str]], way: str, depth: int, *, indirect: bool
) -> list[ColumnFound]:
    """Columns that lie `way` of any of these."""
    at, to = _ends(way)
    ids, columns = [id for id, _ in starts], [column for _, column in starts]
    asked = {"starts": ids, "columns": columns, "depth": min(depth, DEEPEST), "indirect": indirect}
    return [ColumnFound(*row) for row in fetch(_COLUMNS.format(at=at, to=to), asked)]


def column_edges_among(ids: Iterable[UUID], *, indirect: bool) -> list[ColumnEdgeFound]:
    return [ColumnEdgeFound(*row) for row in fetch(_COLUMN_EDGES, {"ids": list(ids), "indirect": indirect})]


def told_of_columns(ids: Iterable[UUID]) -> set[UUID]:
    """Those of the nodes of which somebody says which columns they are made of."""
    return {id for (id,) in fetch(_TOLD, [list(ids)])}


def _ends(way: str) -> tuple[str, str]:
    return ("source", "target") if way == DOWN else ("target", "source")
