"""What runs of jobs prove: that a view is made on time, that data are tested, that a drill was held."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.statements import fetch
from lineage.models import NodeKind, Run, RunState

# Jobs that say something about the installation itself report their runs under this namespace.
PROOFS = "charter-checks"
# The jobs that write a view's table, or the view itself.
_MADE = """
SELECT view.view_id, max(done.ended_at)
FROM lineage_node view
JOIN lineage_edge near ON near.target_id = view.same_as_id AND near.is_current
JOIN lineage_node beside ON beside.id = near.source_id
LEFT JOIN lineage_edge made ON beside.kind = 'dataset' AND made.target_id = near.source_id AND made.is_current
JOIN lineage_node job ON job.kind = 'job' AND job.id IN (near.teller_id, made.teller_id)
CROSS JOIN LATERAL (
  SELECT run.ended_at FROM lineage_run run WHERE run.job_id = job.id AND run.state = 'COMPLETED'
  ORDER BY run.started_at DESC, run.id DESC LIMIT 1
) AS done
WHERE view.view_id = ANY(%s) GROUP BY view.view_id
"""
# Tables right above a view of which somebody has told assertions; a table may be told of under several names.
_ASSERTED = """
SELECT DISTINCT view.view_id
FROM lineage_node view
JOIN lineage_edge near ON near.target_id = view.same_as_id AND near.is_current AND near.flows
JOIN lineage_node named ON named.same_as_id = near.source_id AND named.kind = 'dataset'
WHERE view.view_id = ANY(%(views)s)
  AND named.facets #>> '{dataQualityAssertions,at}' > %(since)s
"""
# Runs that wrote something, by job, and how many of them carry what was tested: themselves, or what they wrote.
_TESTED = """
SELECT job.id, count(*), count(*) FILTER (WHERE run.facets ? 'test' OR EXISTS (
  SELECT FROM lineage_node made WHERE made.id = ANY(run.outputs) AND made.facets ? 'dataQualityAssertions'))
FROM lineage_node job
CROSS JOIN LATERAL (
  SELECT held.facets, held.outputs FROM lineage_run held
  WHERE held.job_id = job.id AND held.started_at > %(since)s AND held.state = 'COMPLETED' AND held.outputs <> '{}'
  ORDER BY held.started_at DESC, held.id DESC LIMIT 100
) AS run
WHERE job.kind = 'job' AND job.last_seen_at > %(since)s AND job.namespace <> %(proofs)s
GROUP BY job.id
"""


def last_made(views: Collection[int]) -> dict[int, datetime]:
    """By view, when a job that makes it or its table last ended well; without those of which nothing was told."""
    return {view: at for view, at in fetch(_MADE, [list(views)]) if at is not None}


def asserted(views: Collection[int], since: datetime) -> set[int]:
    """Of these views, those on whose table somebody has tested something since then."""
    # The moments of facets are texts in UTC, which are in order as the moments are.
    rows = fetch(_ASSERTED, {"views": list(views), "since": since.isoformat()})
    return {view for (view,) in rows}


@dataclass(frozen=True, slots=True)
class Tested:
    """Runs since a moment that wrote something, how many of them were tested, and the jobs that ran without."""

    runs: int
    tested: int
    without: tuple[UUID, ...]


def tested_runs(since: datetime) -> Tested:
    """Of each job at most the last hundred."""
    rows = fetch(_TESTED, {"since": since, "proofs": PROOFS})
    without = tuple(job for job, runs, tested in rows if tested < runs)
    return Tested(sum(row[1] for row in rows), sum(row[2] for row in rows), without)


def proofs() -> dict[str, Run]:
    """By name, the last run that has ended of each job that reports about the installation."""
    ended = Run.objects.filter(job__namespace=PROOFS, job__kind=NodeKind.JOB).exclude(state=RunState.RUNNING)
    newest = ended.select_related("job").order_by("job_id", "-started_at", "-id").distinct("job_id")
    return {run.job.name: run for run in newest}
