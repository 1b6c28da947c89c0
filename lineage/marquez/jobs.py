"""Jobs as Marquez tells them: with what they read and write, and their newest runs."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from lineage.marquez.facets import Facets, shown_facets, tags_by_field, text_in
from lineage.marquez.members import facets_by_node
from lineage.marquez.nodes import identity, key_of, standing_by_id, version_of
from lineage.marquez.runs import runs_told, with_jobs
from lineage.models import Edge, Node, Run
from lineage.queries.about import may_see_code
from registry.models import User

Told = dict[str, Any]
MOST_RUNS = 10  # what Marquez's pages have room for
_NEWEST = """
SELECT run.* FROM unnest(%s::uuid[]) AS job(id) CROSS JOIN LATERAL (
  SELECT * FROM lineage_run WHERE job_id = job.id ORDER BY started_at DESC, id DESC LIMIT %s
) run ORDER BY run.job_id, run.started_at DESC, run.id DESC
"""


def in_state(jobs: QuerySet[Node], states: Sequence[str]) -> QuerySet[Node]:
    """Those whose newest run is in one of these states."""
    newest = Run.objects.filter(job=OuterRef("pk")).order_by("-started_at", "-id").values("state")
    return jobs.alias(last_state=Subquery(newest[:1])).filter(last_state__in=states)


def jobs_told(nodes: Sequence[Node], actor: User) -> list[Told]:
    facets, runs, touched = facets_by_node(nodes), _newest_runs(nodes), _touched(nodes, actor)
    parents, sees_code = _parents(runs), may_see_code(actor)
    told_runs = dict(zip((run.pk for run in runs), runs_told(runs, actor), strict=True))
    latest: dict[UUID, list[Run]] = {node.pk: [] for node in nodes}
    for run in runs:
        latest[run.job_id].append(run)
    return [
        {
            **identity(node), **_said(facets[node.pk]), **touched[node.pk],
            **_parent(node, parents.get(latest[node.pk][0].parent) if latest[node.pk] else None),
            "latestRun": told_runs[latest[node.pk][0].pk] if latest[node.pk] else None,
            "latestRuns": [told_runs[run.pk] for run in latest[node.pk]],
            "facets": shown_facets(facets[node.pk], sees_code=sees_code),
        }
        for node in nodes
    ]  # fmt: skip


def version_told(node: Node, actor: User) -> Told:
    """The one version there is: the job as it is now."""
    [told] = jobs_told([node], actor)
    version = version_of(node)
    kept = ("namespace", "name", "inputs", "outputs", "location", "latestRun", "facets", "type", "description")
    shown = {name: told[name] for name in kept}
    return {**shown, "id": version, "version": version["version"], "createdAt": told["updatedAt"], "context": {}}


def _said(facets: Facets) -> Told:
    is_stream = text_in(facets, "jobType", "processingType") == "STREAMING"
    return {
        "type": "STREAM" if is_stream else "BATCH", "location": text_in(facets, "sourceCodeLocation", "url"),
        "description": text_in(facets, "documentation", "description"), "tags": tags_by_field(facets).get("", []),
        "labels": [], "context": {},
    }  # fmt: skip


def _parent(node: Node, parent: Node | None) -> Told:
    """Of its newest run. A job that is named after its parent is called by the rest for short."""
    short = node.name.removeprefix(f"{parent.name}.") if parent else node.name
    return {
        "simpleName": short, "parentJobName": parent.name if parent else None,
        "parentJobUuid": str(parent.pk) if parent else None,
    }  # fmt: skip


def _newest_runs(nodes: Iterable[Node]) -> list[Run]:
    by_id = {node.pk: node for node in nodes}
    runs = list(Run.objects.raw(_NEWEST, [list(by_id), MOST_RUNS]))
    for run in runs:
        run.job = by_id[run.job_id]
    return runs


def _parents(runs: Iterable[Run]) -> dict[UUID | None, Node]:
    """The jobs of the runs that these are parts of, by the id of the run."""
    wanted = {run.parent for run in runs if run.parent}
    return {run.pk: run.job for run in with_jobs(Run.objects.filter(pk__in=wanted)).defer("facets", "picture")}


def _touched(nodes: Iterable[Node], actor: User) -> dict[UUID, Told]:
    """What each reads and writes now, whether or not it says more exactly what goes where."""
    found: dict[UUID, Told] = {node.pk: {"inputs": [], "outputs": []} for node in nodes}
    own = Q(source=F("teller")) | Q(target=F("teller"))
    edges = list(Edge.objects.filter(own, teller__in=list(found), is_current=True).order_by("source", "target"))
    seen = standing_by_id(actor, {id for edge in edges for id in (edge.source_id, edge.target_id)})
    for edge in edges:
        is_read = edge.target_id == edge.teller_id
        if other := seen.get(edge.source_id if is_read else edge.target_id):
            found[edge.teller_id]["inputs" if is_read else "outputs"].append(key_of(other))
    return found
