"""Runs as Marquez tells them, and how they are asked for."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Left

from lineage.folding.standing import standing
from lineage.marquez.facets import shown_facets, text_in
from lineage.marquez.nodes import jobs, standing_by_id, version_of
from lineage.models import Node, Run
from lineage.queries.about import may_see_code
from registry.models import User

Told = dict[str, Any]


def runs_told(runs: Sequence[Run], actor: User) -> list[Told]:
    """Each with what it read and wrote, as far as the actor sees it. Their jobs are those that they were read with."""
    touched = standing_by_id(actor, (id for run in runs for id in (*inputs_of(run), *outputs_of(run))))
    sees_code = may_see_code(actor)
    return [_told(run, touched, sees_code) for run in runs]


def run_named(actor: User, text: str) -> Run | None:
    """By the id that is told of it. Where runs of several jobs have one, the one that started last."""
    rows = with_jobs(Run.objects.filter(job__in=jobs(actor)))
    by_id = rows.filter(pk=text).first() if _is_uuid(text) else None
    return by_id or rows.alias(start=Left("run", 200)).filter(start=text[:200], run=text).first()


def with_jobs(runs: QuerySet[Run]) -> QuerySet[Run]:
    return runs.select_related("job").defer("marks", "job__facets", "job__picture", "job__spellings")


def run_id_of(run: Run) -> str:
    """What its producer calls it; where that is no UUID, which Marquez and its clients insist on, our own id."""
    return run.run if _is_uuid(run.run) else str(run.pk)


def inputs_of(run: Run) -> list[UUID]:
    """Ids of all that it read, as its events name them."""
    return _touched(run.inputs, run.picture, "inputs")


def outputs_of(run: Run) -> list[UUID]:
    return _touched(run.outputs, run.picture, "outputs")


def _touched(said: list[UUID], picture: Told | None, way: str) -> list[UUID]:
    return sorted({*said, *(UUID(one) for one in (picture or {}).get(way, ()))})


def _told(run: Run, touched: dict[UUID, Node], sees_code: bool) -> Told:
    facets = standing(run.facets, None)
    return {
        "id": run_id_of(run), "createdAt": run.first_at, "updatedAt": run.last_at, "state": run.state,
        "nominalStartTime": text_in(facets, "nominalTime", "nominalStartTime"),
        "nominalEndTime": text_in(facets, "nominalTime", "nominalEndTime"),
        "startedAt": run.started_at, "endedAt": run.ended_at,
        "durationMs": int(run.took.total_seconds() * 1000) if run.took is not None else None, "args": {},
        "jobVersion": version_of(run.job),
        "inputDatasetVersions": _versions(inputs_of(run), touched),
        "outputDatasetVersions": _versions(outputs_of(run), touched),
        "facets": shown_facets(facets, sees_code=sees_code),
    }  # fmt: skip


def _versions(ids: Iterable[UUID], touched: dict[UUID, Node]) -> list[Told]:
    nodes = {touched[id].pk: touched[id] for id in ids if id in touched}
    return [{"datasetVersionId": version_of(node), "facets": {}} for node in nodes.values()]


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
