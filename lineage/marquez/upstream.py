"""Which runs made what a run read, and which made what those read."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from common.statements import fetch
from lineage.marquez.nodes import jobs, standing_by_id, version_of
from lineage.marquez.runs import inputs_of, run_id_of, with_jobs
from lineage.models import Node, Run
from registry.models import User

Told = dict[str, Any]
Read = tuple[UUID, UUID]  # reading run, dataset
MOST = 500
# The newest complete run that wrote the dataset, by any of its names, before the reading one began.
_PRODUCERS = """
SELECT asked.reader, asked.dataset, producer.id
FROM unnest(%(readers)s::uuid[], %(datasets)s::uuid[]) AS asked(reader, dataset)
JOIN lineage_run reader ON reader.id = asked.reader
CROSS JOIN LATERAL (SELECT array_agg(id) AS ids FROM lineage_node WHERE same_as_id = asked.dataset) called
CROSS JOIN LATERAL (
  SELECT newest.id FROM lineage_edge edge CROSS JOIN LATERAL (
    SELECT id, started_at FROM lineage_run
    WHERE job_id = edge.source_id AND moves_data AND is_complete AND started_at <= reader.started_at
      AND id <> reader.id AND (outputs && called.ids OR picture -> 'outputs' ?| called.ids::text[])
    ORDER BY is_complete DESC, started_at DESC, id DESC LIMIT 1
  ) newest
  WHERE edge.target_id = asked.dataset AND edge.source_id = edge.teller_id
  ORDER BY newest.started_at DESC, newest.id DESC LIMIT 1
) producer
"""


def upstream_runs(actor: User, start: Run, depth: int) -> list[Told]:
    """`start` first, then those before it, step by step, along what the actor sees."""
    found, told = {start.pk}, []
    fringe = [start]
    for step in range(depth + 1):
        read = _inputs(actor, fringe)
        made_by = _producers(read)
        makers = with_jobs(Run.objects.filter(job__in=jobs(actor))).in_bulk(set(made_by.values()))
        told += [_told(run, read[run.pk], made_by, makers) for run in fringe]
        fringe = [run for id, run in sorted(makers.items()) if id not in found][: MOST - len(found)]
        found |= {run.pk for run in fringe}
        if step == depth or not fringe:
            break
    return told


def _inputs(actor: User, runs: Collection[Run]) -> dict[UUID, list[Node]]:
    seen = standing_by_id(actor, (id for run in runs for id in inputs_of(run)))
    by_run = {run.pk: {seen[id].pk: seen[id] for id in inputs_of(run) if id in seen} for run in runs}
    return {id: list(nodes.values()) for id, nodes in by_run.items()}


def _producers(read: dict[UUID, list[Node]]) -> dict[Read, UUID]:
    pairs = [(run, node.pk) for run, nodes in read.items() for node in nodes]
    asked = {"readers": [run for run, _ in pairs], "datasets": [dataset for _, dataset in pairs]}
    return {(reader, dataset): producer for reader, dataset, producer in fetch(_PRODUCERS, asked)}


def _maker(run: Run, node: Node, made_by: dict[Read, UUID], makers: dict[UUID, Run]) -> Run | None:
    id = made_by.get((run.pk, node.pk))
    return makers.get(id) if id else None


def _told(run: Run, read: list[Node], made_by: dict[Read, UUID], makers: dict[UUID, Run]) -> Told:
    makers_of = ((node, _maker(run, node, made_by, makers)) for node in read)
    return {
        "job": version_of(run.job),
        "run": {"id": run_id_of(run), "start": run.started_at, "end": run.ended_at, "status": run.state},
        "inputs": [
            version_of(node) | {"producedByRunId": run_id_of(maker) if maker else None} for node, maker in makers_of
        ],
    }
