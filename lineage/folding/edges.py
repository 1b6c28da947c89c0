"""Edges, worked out from what a job's runs, statements and facets add up to.

In this order: the `lineage` facet, then what its outputs say of their columns, then everything in to everything out.
The last is told through the job itself, in + out edges instead of in x out, so that thousands of views cost thousands.
What holds now is what the newest statement or the newest complete run says; what only older runs touched stays, with
the time in which it was seen.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from common.statements import execute_many, fetch
from lineage.folding.changes import note_change
from lineage.folding.pictures import Picture, pictures_of
from lineage.folding.rows import RunRow
from lineage.openlineage.links import ColumnLink
from lineage.openlineage.reading import MOMENT

_SAME = "SELECT id, same_as_id FROM lineage_node WHERE id = ANY(%s) AND same_as_id <> id"
_HELD = """
SELECT teller_id, source_id, target_id, flows, is_current, to_char(first_at AT TIME ZONE 'UTC', %(form)s),
       to_char(last_at AT TIME ZONE 'UTC', %(form)s)
FROM lineage_edge WHERE teller_id = ANY(%(ids)s)
"""
# Whatever its runs ever touched: asked only when things turned out to be the same.
_ALL_SPANS = """
SELECT job_id, node, is_input, to_char(min(first_at) AT TIME ZONE 'UTC', %(form)s),
       to_char(max(last_at) AT TIME ZONE 'UTC', %(form)s)
FROM (SELECT job_id, unnest(inputs) AS node, true AS is_input, first_at, last_at
        FROM lineage_run WHERE job_id = ANY(%(ids)s)
      UNION ALL SELECT job_id, unnest(outputs), false, first_at, last_at FROM lineage_run WHERE job_id = ANY(%(ids)s)
      UNION ALL SELECT job_id, (jsonb_array_elements_text(picture -> 'inputs'))::uuid, true, first_at, last_at
        FROM lineage_run WHERE job_id = ANY(%(ids)s) AND picture IS NOT NULL
      UNION ALL SELECT job_id, (jsonb_array_elements_text(picture -> 'outputs'))::uuid, false, first_at, last_at
        FROM lineage_run WHERE job_id = ANY(%(ids)s) AND picture IS NOT NULL) touched
GROUP BY job_id, node, is_input
"""
# What the registry tells is told by nobody that has a node.
_TOUCHING = """
SELECT DISTINCT teller_id FROM lineage_edge WHERE (source_id = ANY(%(ids)s) OR target_id = ANY(%(ids)s))
  AND teller_id IN (SELECT id FROM lineage_node)
"""
_TOLD_BY_REGISTRY = """
SELECT id FROM lineage_node WHERE id = ANY(%s) AND (view_id IS NOT NULL OR consumer_id IS NOT NULL)
"""
_BRIDGE_ANEW = """
UPDATE lineage_bridge SET fingerprint = '' WHERE fingerprint <> '' AND (
  project_id IN (SELECT id FROM registry_project WHERE upstream_name = ANY(%(projects)s))
  OR tellers && ARRAY(SELECT teller_id FROM lineage_edge
                      WHERE source_id = ANY(%(renamed)s::uuid[]) OR target_id = ANY(%(renamed)s::uuid[])))
RETURNING project_id
"""
_PUT = """
INSERT INTO lineage_edge (teller_id, source_id, target_id, flows, is_current, first_at, last_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (teller_id, source_id, target_id) DO UPDATE SET flows = excluded.flows, is_current = excluded.is_current,
  first_at = excluded.first_at, last_at = excluded.last_at
"""
_DROP = "DELETE FROM lineage_edge WHERE teller_id = %s AND source_id = %s AND target_id = %s"
_HELD_COLUMNS = "SELECT id FROM lineage_columnedge WHERE teller = ANY(%s)"
_PUT_COLUMN = """
INSERT INTO lineage_columnedge
  (id, teller, source_id, source_column, target_id, target_column, is_direct, subtype, masking, description)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING
"""
_DROP_COLUMN = "DELETE FROM lineage_columnedge WHERE id = %s"

Place = tuple[UUID, UUID, UUID]  # teller, source, target


@dataclass(slots=True)
class EdgeRow:
    flows: bool = False
    is_current: bool = False
    first_at: str | None = None
    last_at: str | None = None

    def see(self, first_at: str, last_at: str) -> None:
        self.first_at = min(self.first_at or first_at, first_at)
        self.last_at = max(self.last_at or last_at, last_at)

    @property
    def is_way(self) -> bool:
        """Whether data goes along it now."""
        return self.flows and self.is_current

    @property
    def values(self) -> tuple[bool, bool, str | None, str | None]:
        return self.flows, self.is_current, self.first_at, self.last_at


def touching(ids: Iterable[UUID]) -> set[UUID]:
    """Who tells of edges that begin or end at these nodes."""
    return {id for (id,) in fetch(_TOUCHING, {"ids": list(ids)})}


def work_out(tellers: Collection[UUID], runs: Iterable[RunRow], *, anew: Collection[UUID] = ()) -> None:
    """Write the edges of these jobs and datasets as they are now. `runs` are those that changed; for the jobs in `anew`
    all runs are looked at."""
    pictures = pictures_of({*tellers, *anew})
    spans = [(run.job, *span) for run in runs for span in _spans(run)] + _all_spans(anew)
    same = Same(_named(pictures, spans))
    held = held_edges({*tellers, *anew})
    wanted = {place: EdgeRow(False, False, *row.values[2:]) for place, row in held.items() if place[0] not in anew}
    for job, node, is_input, first_at, last_at in spans:
        place = (job, same(node), job) if is_input else (job, job, same(node))
        wanted.setdefault(place, EdgeRow()).see(first_at, last_at)
    known = _told_by_registry(pictures, same)
    columns: dict[UUID, tuple] = {}
    for picture in pictures:
        for (source, target), flows in picture.edges(known).items():
            if same(source) != same(target):
                row = wanted.setdefault((picture.teller, same(source), same(target)), EdgeRow())
                row.flows, row.is_current = row.flows and row.is_current or flows, True
        columns |= _column_rows(picture, same)
    write(held, {place: row for place, row in wanted.items() if row.is_current or row.first_at})
    write_columns([picture.teller for picture in pictures], columns)


def bridge_anew(*, renamed: Collection[UUID], projects: Collection[str] = ()) -> None:
    """Ask for what the registry tells anew: of these nodes, and of projects that their stores call so."""
    if renamed or projects:
        fetch(_BRIDGE_ANEW, {"renamed": list(renamed), "projects": list(projects)})


def _spans(run: RunRow) -> Iterable[tuple[UUID, bool, str, str]]:
    yield from ((one, True, run.first_at, run.last_at) for one in run.touches("inputs"))
    yield from ((one, False, run.first_at, run.last_at) for one in run.touches("outputs"))


def _all_spans(jobs: Collection[UUID]) -> list[tuple[UUID, UUID, bool, str, str]]:
    return fetch(_ALL_SPANS, {"ids": list(jobs), "form": MOMENT}) if jobs else []


def _told_by_registry(pictures: Iterable[Picture], same: "Same") -> set[UUID]:
    """Outputs, as named, of declaring jobs that the registry knows as views or consumers."""
    outputs = {one for picture in pictures if picture.is_definition for one in picture.outputs}
    if not outputs:
        return set()
    known = {id for (id,) in fetch(_TOLD_BY_REGISTRY, [[same(one) for one in outputs]])}
    return {one for one in outputs if same(one) in known}


class Same:
    """From nodes as they are named to those that stand for them."""

    def __init__(self, ids: Iterable[UUID]) -> None:
        self._other: dict[UUID, UUID] = dict(fetch(_SAME, [list(ids)]))

    def __call__(self, id: UUID) -> UUID:
        return self._other.get(id, id)


def _named(pictures: Iterable[Picture], spans: Iterable[tuple]) -> set[UUID]:
    ids = {span[1] for span in spans}
    for picture in pictures:
        ids |= picture.inputs | picture.outputs | {links.target for links in picture.links}
        ids |= {source for links in picture.links for source in links.nodes}
    return ids


def held_edges(tellers: Collection[UUID]) -> dict[Place, EdgeRow]:
    rows = fetch(_HELD, {"ids": list(tellers), "form": MOMENT})
    return {(teller, source, target): EdgeRow(*rest) for teller, source, target, *rest in rows}


def write(held: dict[Place, EdgeRow], wanted: dict[Place, EdgeRow]) -> None:
    changed = {place for place, row in wanted.items() if place not in held or held[place].values != row.values}
    execute_many(_DROP, sorted(held.keys() - wanted.keys()))
    execute_many(_PUT, [(*place, *wanted[place].values) for place in sorted(changed)])
    if _ways(held) != _ways(wanted):
        note_change()


def _ways(rows: dict[Place, EdgeRow]) -> set[Place]:
    return {place for place, row in rows.items() if row.is_way}


def _column_rows(picture: Picture, same: Same) -> dict[UUID, tuple]:
    found = {}
    for links in picture.links:
        for link in links.columns:
            row = column_row(picture.teller, link, same)
            found[row[0]] = row
    return found


def column_row(teller: UUID, link: ColumnLink, same: Same) -> tuple:
    row = (
        teller, same(link.source), link.source_column, same(link.target), link.target_column, link.is_direct,
        link.subtype, link.masking, link.description,
    )  # fmt: skip
    return UUID(bytes=blake2b("\0".join(map(str, row)).encode(), digest_size=16).digest()), *row


def write_columns(tellers: list[UUID], wanted: dict[UUID, tuple]) -> None:
    held = {id for (id,) in fetch(_HELD_COLUMNS, [tellers])}
    execute_many(_DROP_COLUMN, [(id,) for id in sorted(held - wanted.keys())])
    execute_many(_PUT_COLUMN, [wanted[id] for id in sorted(wanted.keys() - held)])
