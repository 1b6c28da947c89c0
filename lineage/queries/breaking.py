"""What broke upstream of feature views: jobs in trouble, and for a view in trouble the first broken thing above it."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from common.statements import fetch
from lineage.queries import reach
from lineage.queries.graph import label_of
from lineage.queries.reach import DEEPEST, DOWN
from registry.breaking import Cause, JobState, Step
from registry.choices import PullKind, PullState, Visibility
from registry.models import Connection, FeatureView, Pull
from registry.stores import pulls_of

GRACE = timedelta(minutes=10)  # schedulers are not on the second
SEEN_WITHIN = timedelta(days=35)
MOST_JOBS = 200
# The last runs of each job that have ended: only those in trouble, or asked for.
_JOBS = """
SELECT job.id, job.name, runs.states, runs.ended_at, runs.started_at, schedule.next_run_at, schedule.is_paused
FROM lineage_node job
CROSS JOIN LATERAL (
  SELECT array_agg(state ORDER BY nth) FILTER (WHERE state <> 'RUNNING') AS states,
         max(coalesce(ended_at, last_at)) FILTER (WHERE state <> 'RUNNING') AS ended_at, max(started_at) AS started_at
  FROM (SELECT state, ended_at, last_at, started_at, row_number() OVER (ORDER BY started_at DESC, id DESC) AS nth
        FROM lineage_run WHERE job_id = job.id ORDER BY started_at DESC, id DESC LIMIT 6) AS newest
) AS runs
CROSS JOIN LATERAL (
  SELECT job.facets #>> '{charter_schedule,body,next_run_at}' AS next_run_at,
         job.facets #>> '{charter_schedule,body,is_paused}' AS is_paused
) AS schedule
WHERE job.kind = 'job' AND job.last_seen_at > %(since)s
  AND (runs.states[1] IN ('FAILED', 'ABORTED') OR schedule.next_run_at < %(late)s OR job.id = ANY(%(known)s::uuid[]))
ORDER BY job.id
"""
# Everything above the views, with the jobs that say which table makes which: these stand between the two.
_ABOVE = """
WITH RECURSIVE above(id, depth) AS (
  SELECT same_as_id, 0 FROM lineage_node WHERE view_id = ANY(%(views)s)
  UNION
  SELECT edge.source_id, above.depth + 1 FROM above JOIN lineage_edge edge ON edge.target_id = above.id
  WHERE edge.is_current AND edge.flows AND above.depth < %(deepest)s
)
SELECT DISTINCT edge.target_id, edge.source_id, teller.id
FROM (SELECT DISTINCT id FROM above) AS above JOIN lineage_edge edge ON edge.target_id = above.id
LEFT JOIN lineage_node teller ON teller.id = edge.teller_id AND teller.kind = 'job'
                             AND teller.id NOT IN (edge.source_id, edge.target_id)
WHERE edge.is_current AND edge.flows
"""
_THINGS = """
SELECT node.id, node.kind, node.name, node.view_id, node.facets #>> '{charter_freshness,body,status}',
       (SELECT run.state FROM lineage_run run WHERE run.job_id = node.id AND run.state <> 'RUNNING'
        ORDER BY run.started_at DESC, run.id DESC LIMIT 1)
FROM lineage_node node WHERE node.id = ANY(%s)
"""
_STARTS = "SELECT view_id, same_as_id FROM lineage_node WHERE view_id = ANY(%s)"
_VIEWS = "SELECT view_id FROM lineage_node WHERE same_as_id = ANY(%s) AND view_id IS NOT NULL"
_FAILED = {"FAILED", "ABORTED"}


@dataclass(slots=True)
class _Thing:
    kind: str
    name: str
    view: int | None
    is_broken: bool | None


@dataclass(slots=True)
class _Graph:
    """What lies above some views: each node's sources, how each node is, and what the registry knows of the views."""

    things: dict[UUID, _Thing] = field(default_factory=dict)
    above: dict[UUID, list[UUID]] = field(default_factory=dict)
    views: dict[int, FeatureView] = field(default_factory=dict)

    def may_name(self, view: int | None, to: int) -> bool:
        """Whether everybody who sees the one view may be told of the other."""
        if view is None:
            return True
        named, project = self.views[view], self.views[to].project_id
        return named.project_id == project or named.project.visibility != Visibility.RESTRICTED


class Breaking:
    """Answers monitoring: see `registry.breaking`."""

    def jobs(self, known: Collection[str]) -> Iterable[JobState]:
        """Those without a feature view downstream are somebody else's trouble."""
        now = timezone.now()
        asked = {"since": now - SEEN_WITHIN, "late": (now - GRACE).isoformat(), "known": [_id(key) for key in known]}
        asked_at = _schedulers_asked_at()
        for number, row in enumerate(fetch(_JOBS, asked)):
            if number == MOST_JOBS:
                return
            if _views_below(row[0], is_job=True):
                yield _job_state(_JobRow(*row), asked_at)

    def causes(
        self, views: Collection[int], *, late_tables: Collection[int], late: Collection[int]
    ) -> Mapping[int, Cause]:
        """The nearest broken thing above each view, and from there on up while anything above it is broken."""
        starts = dict(fetch(_STARTS, [list(views)]))
        graph = _graph(views)
        _mark(graph, late_tables, late)
        found = ((view, _Walk(graph, view).up_from(start)) for view, start in starts.items())
        return {view: cause for view, cause in found if cause is not None}

    def below(self, key: str) -> Collection[int]:
        kind, _, name = key.partition(":")
        if kind == "view":
            start = next((id for _, id in fetch(_STARTS, [[int(name)]])), None)
            return _views_below(start, is_job=False) if start else ()
        return _views_below(_id(key), is_job=kind == "job") if kind in {"table", "job"} else ()


def _id(key: str) -> UUID:
    return UUID(key.partition(":")[2])


def _views_below(start: UUID, *, is_job: bool) -> list[int]:
    reached = reach.reached(start, DOWN, DEEPEST, is_job=is_job)
    return [view for (view,) in fetch(_VIEWS, [list(reached)])]


def _schedulers_asked_at() -> datetime | None:
    """Since when every scheduler that can be asked has been: what one said longer ago says nothing about now."""
    asked = [one.pk for one in Connection.objects.filter(is_enabled=True) if PullKind.LINEAGE in pulls_of(one.kind)]
    ended = Pull.objects.filter(
        connection__in=asked, kind=PullKind.LINEAGE, state__in=[PullState.SUCCEEDED, PullState.PARTIAL]
    )
    last = dict(ended.order_by().values_list("connection").annotate(Max("finished_at")))
    return min(last.values()) if asked and len(last) == len(asked) else None


class _JobRow(NamedTuple):
    id: UUID
    name: str
    states: list[str] | None
    ended_at: datetime | None
    started_at: datetime | None
    next_run_at: str | None
    is_paused: str | None


def _job_state(job: _JobRow, asked_at: datetime | None) -> JobState:
    bad = [state in _FAILED for state in job.states or ()]
    failures = next((place for place, one in enumerate(bad) if not one), len(bad))
    successes = next((place for place, one in enumerate(bad) if one), len(bad))
    due_at = _moment(job.next_run_at)
    is_late = None
    if due_at is not None and asked_at is not None:
        has_run = job.started_at is not None and job.started_at >= due_at
        is_late = job.is_paused != "true" and not has_run and asked_at > due_at + GRACE
    return JobState(_cause(job.id, "job", job.name), failures, successes, job.ended_at, due_at, is_late)


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


def _cause(id: UUID, kind: str, name: str, way: tuple[Step, ...] = ()) -> Cause:
    return Cause(kind, f"{kind}:{id}", label_of(name), reverse("lineage:node", args=[id]), way)


def _graph(views: Collection[int]) -> _Graph:
    graph = _Graph()
    for target, source, teller in fetch(_ABOVE, {"views": list(views), "deepest": DEEPEST}):
        for upper, lower in ((source, teller), (teller, target)) if teller else ((source, target),):
            graph.above.setdefault(lower, []).append(upper)
    ids = {*graph.above, *(id for sources in graph.above.values() for id in sources)}
    for id, kind, name, view, freshness, state in fetch(_THINGS, [list(ids)]):
        is_broken = state in _FAILED if kind == "job" and state else None
        if freshness:
            is_broken = freshness == "error"
        graph.things[id] = _Thing(kind, name, view, is_broken)
    named = {thing.view for thing in graph.things.values() if thing.view is not None} | set(views)
    rows = FeatureView.objects.select_related("project").only("key", "name", "project__name", "project__visibility")
    graph.views = rows.in_bulk(named)
    return graph


def _mark(graph: _Graph, late_tables: Collection[int], late: Collection[int]) -> None:
    """What monitoring knows: tables that are late where views read them, and views in trouble."""
    for _, reader in fetch(_STARTS, [list(late_tables)]):
        for id in graph.above.get(reader, ()):
            if graph.things[id].kind == "dataset":
                graph.things[id].is_broken = True
    for thing in graph.things.values():
        if thing.view in late:
            thing.is_broken = True


class _Walk:
    """From one view up to the first broken thing, never twice past the same."""

    def __init__(self, graph: _Graph, view: int) -> None:
        self._graph, self._view = graph, view
        self._seen: set[UUID] = set()

    def up_from(self, start: UUID) -> Cause | None:
        self._seen.add(start)
        way: list[UUID] = []
        while (path := self._to_nearest_broken(way[-1] if way else start)) is not None:
            way += path
        return self._cause(way) if way else None

    def _to_nearest_broken(self, start: UUID) -> list[UUID] | None:
        came_from: dict[UUID, UUID] = {}
        waiting = deque([start])
        while waiting:
            at = waiting.popleft()
            for one in sorted(self._graph.above.get(at, ())):
                if one in self._seen:
                    continue
                self._seen.add(one)
                came_from[one] = at
                if self._is_to_blame(self._graph.things[one]):
                    return _way(came_from, one, start)
                waiting.append(one)
        return None

    def _is_to_blame(self, thing: _Thing) -> bool:
        return thing.is_broken is True and self._graph.may_name(thing.view, self._view)

    def _cause(self, way: list[UUID]) -> Cause:
        thing, steps = self._graph.things[way[-1]], tuple(map(self._step, way))
        if thing.view is not None:
            view = self._graph.views[thing.view]
            return Cause("view", f"view:{view.pk}", view.key, view.get_absolute_url(), steps)
        return _cause(way[-1], "job" if thing.kind == "job" else "table", thing.name, steps)

    def _step(self, id: UUID) -> Step:
        thing = self._graph.things[id]
        if not self._graph.may_name(thing.view, self._view):
            return Step("view", "", "")
        kind = "table" if thing.kind == "dataset" else "view" if thing.view is not None else thing.kind
        return Step(kind, label_of(thing.name), reverse("lineage:node", args=[id]), thing.is_broken)


def _way(came_from: Mapping[UUID, UUID], end: UUID, start: UUID) -> list[UUID]:
    way = [end]
    while came_from[way[-1]] != start:
        way.append(came_from[way[-1]])
    return way[::-1]
