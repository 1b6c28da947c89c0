"""The rows that a batch of events touches: read at once, changed in memory, written at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from common.statements import execute_many, fetch
from lineage.folding import rules
from lineage.openlineage.admitting import DATASET, RUN
from lineage.openlineage.names import node_id, run_id
from lineage.openlineage.producers import family_name
from lineage.openlineage.reading import MOMENT, NodeSaid, Said

_NODES = """
SELECT id, kind, namespace, name, same_as_id, spellings, facets::text, picture::text,
       to_char(first_seen_at AT TIME ZONE 'UTC', %(form)s), to_char(last_seen_at AT TIME ZONE 'UTC', %(form)s)
FROM lineage_node WHERE id = ANY(%(ids)s)
"""
_RUNS = """
SELECT id, job_id, run, parent, marks, inputs, outputs, picture::text, facets::text,
       to_char(first_at AT TIME ZONE 'UTC', %(form)s), to_char(last_at AT TIME ZONE 'UTC', %(form)s)
FROM lineage_run WHERE id = ANY(%(ids)s)
"""
_PUT_NODE = """
INSERT INTO lineage_node
  (id, kind, namespace, name, same_as_id, spellings, facets, picture, first_seen_at, last_seen_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET spellings = excluded.spellings, facets = excluded.facets, picture = excluded.picture,
  first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at
"""
_PUT_RUN = """
INSERT INTO lineage_run (id, job_id, run, parent, marks, inputs, outputs, picture, facets, first_at, last_at,
                         state, attempts, started_at, ended_at, is_complete, moves_data, invocation, is_pulled)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, marks = excluded.marks, inputs = excluded.inputs,
  outputs = excluded.outputs, picture = excluded.picture, facets = excluded.facets, first_at = excluded.first_at,
  last_at = excluded.last_at, state = excluded.state, attempts = excluded.attempts, started_at = excluded.started_at,
  ended_at = excluded.ended_at, is_complete = excluded.is_complete, moves_data = excluded.moves_data,
  invocation = excluded.invocation, is_pulled = excluded.is_pulled
"""
_PUT_FLOW = """
INSERT INTO lineage_flow AS held (id, job, dataset, said_at, digest, body) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET said_at = excluded.said_at, digest = excluded.digest, body = excluded.body
WHERE (excluded.said_at, excluded.digest) > (held.said_at, held.digest)
"""
_PUT_CHANGE = """
INSERT INTO lineage_tablechange AS held (node_id, kind, run, at, producer, before_id) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (node_id, kind, run) DO UPDATE SET at = excluded.at WHERE excluded.at > held.at
"""
_PUT_MEASURE = """
INSERT INTO lineage_measure AS held (node_id, facet, producer, run, job, at, digest, body, is_waiting)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, true)
ON CONFLICT (node_id, facet, producer, run, job) DO UPDATE SET at = excluded.at, digest = excluded.digest,
  body = excluded.body, is_waiting = true
WHERE (excluded.at, excluded.digest) > (held.at, held.digest)
"""
# What of a dataset is handed on to monitoring.
UNNAMED = "somebody"
HANDED_ON = ("dataQualityAssertions", "dataQualityMetrics")


@dataclass(slots=True)
class NodeRow:
    """A dataset or job as events tell of it."""

    id: UUID
    kind: str
    namespace: str
    name: str
    same_as: UUID
    spellings: list[str] = field(default_factory=list)
    facets: dict[str, rules.Held] = field(default_factory=dict)
    picture: rules.Held | None = None
    first_seen: str | None = None
    last_seen: str | None = None

    def add(self, said: NodeSaid, event: Said) -> None:
        is_whole = event.kind != RUN and said.id == event.subject
        rules.add_facets(self.facets, said.facets, event.at, event.digest, whole=is_whole)
        if is_whole:
            self.picture = rules.newer(self.picture, _picture(event))
        if said.spelling and said.spelling not in self.spellings:
            self.spellings = sorted([*self.spellings, said.spelling])[: rules.MOST_SPELLINGS]
        self.first_seen = min(self.first_seen or event.at, event.at)
        self.last_seen = max(self.last_seen or event.at, event.at)

    def values(self) -> Sequence[Any]:
        return (
            self.id, self.kind, self.namespace, self.name, self.same_as, self.spellings, _json(self.facets),
            _json(self.picture), self.first_seen, self.last_seen,
        )  # fmt: skip


@dataclass(slots=True)
class RunRow:
    """A run as its events add up so far."""

    id: UUID
    job: UUID
    run: str
    parent: UUID | None = None
    marks: list[str] = field(default_factory=list)
    inputs: set[UUID] = field(default_factory=set)
    outputs: set[UUID] = field(default_factory=set)
    picture: rules.Held | None = None
    facets: dict[str, rules.Held] = field(default_factory=dict)
    first_at: str = ""
    last_at: str = ""

    def add(self, said: Said) -> None:
        self.marks = rules.add_marks(self.marks, said.event_type, said.at)
        self.first_at, self.last_at = min(self.first_at or said.at, said.at), max(self.last_at, said.at)
        if said.is_whole:
            self.picture = rules.newer(self.picture, _picture(said))
        else:
            self.inputs |= said.inputs
            self.outputs |= said.outputs
        rules.add_facets(self.facets, said.run_facets, said.at, said.digest, whole=False)
        if said.parent:
            self.parent = max(self.parent or said.parent, said.parent)

    def touches(self, way: str) -> list[UUID]:
        """What it reads ("inputs") or writes ("outputs"), sorted."""
        stated = {UUID(one) for one in self.picture[way]} if self.picture else set()
        return sorted(getattr(self, way) | stated)

    def values(self) -> Sequence[Any]:
        state, attempts, started, ended = rules.outcome(self.marks, self.first_at)
        moves_data = bool(self.touches("inputs") or self.touches("outputs"))
        return (
            self.id, self.job, self.run, self.parent, self.marks, sorted(self.inputs), sorted(self.outputs),
            _json(self.picture), _json(self.facets), self.first_at, self.last_at, state, min(attempts, 32_000), started,
            ended, state == "COMPLETED", moves_data, *rules.invocation(self.facets),
        )  # fmt: skip


def _picture(said: Said) -> rules.Held:
    stated = {"inputs": sorted(map(str, said.inputs)), "outputs": sorted(map(str, said.outputs))}
    return {"at": said.at, "digest": said.digest, "is_pulled": said.is_pulled, **stated}


@dataclass(slots=True)
class Rows:
    """What a batch touches. `tellers` are the jobs and datasets whose edges must be worked out anew."""

    nodes: dict[UUID, NodeRow]
    runs: dict[UUID, RunRow]
    flows: dict[tuple[UUID, UUID, bool], rules.Held]
    tellers: set[UUID]
    changes: set[tuple]
    measures: dict[tuple, rules.Held]

    @classmethod
    def touched_by(cls, events: Iterable[Said]) -> "Rows":
        """The rows as they are held now, without what the events say."""
        nodes = {id for event in events for id in event.nodes}
        runs = {run_id(event.subject, event.run) for event in events if event.kind == RUN}
        return cls(_held_nodes(nodes), _held_runs(runs), {}, set(), set(), {})

    def add(self, event: Said) -> None:
        for id, said in event.nodes.items():
            if id not in self.nodes:
                self.nodes[id] = NodeRow(id, said.kind, *said.name, same_as=id)
            self.nodes[id].add(said, event)
        if event.kind == RUN:
            id = run_id(event.subject, event.run)
            self.runs.setdefault(id, RunRow(id, event.subject, event.run)).add(event)
        for dataset, body in event.flows.items():
            teller = dataset if event.kind == "dataset" else event.subject
            said_flow = {"at": event.at, "digest": event.digest, "body": body}
            # What was read from code lies beside what the job itself says of its columns, which counts for more.
            key = teller, dataset, event.is_pulled
            self.flows[key] = rules.newer(self.flows.get(key), said_flow)
        self.tellers.add(event.subject)
        for one in event.changes:
            self.changes.add((one.node, one.kind, event.run or event.at, event.at, one.producer, one.before))
        for key, body in _measures(event):
            held = {"at": event.at, "digest": event.digest, "body": body}
            self.measures[key] = rules.newer(self.measures.get(key), held)

    def write(self) -> None:
        """In one order everywhere, although only one folds at a time: people's actions lock the same rows."""
        flows = [
            (
                node_id("flow read" if is_pulled else "flow", str(teller), str(dataset)),
                teller,
                dataset,
                held["at"],
                held["digest"],
                _json(held["body"]),
            )
            for (teller, dataset, is_pulled), held in sorted(self.flows.items())
        ]
        execute_many(_PUT_NODE, [self.nodes[id].values() for id in sorted(self.nodes)])
        execute_many(_PUT_RUN, [self.runs[id].values() for id in sorted(self.runs)])
        execute_many(_PUT_FLOW, flows)
        execute_many(_PUT_CHANGE, sorted(self.changes, key=str))
        measures = sorted(self.measures.items(), key=lambda one: str(one[0]))
        execute_many(_PUT_MEASURE, [(*key, held["at"], held["digest"], _json(held["body"])) for key, held in measures])


def _measures(event: Said) -> Iterator[tuple[tuple, dict[str, Any]]]:
    """((node, facet, producer, run, job), body) of what an event measured or tested. A call of dbt is one run, whether
    it was pushed or pulled."""
    called = event.run_facets.get("dbt_run", {}).get("invocation_id")
    run = called if isinstance(called, str) and called else event.run
    job = event.subject if event.kind != DATASET else None
    for node in event.nodes.values():
        for facet in HANDED_ON:
            body = node.facets.get(facet)
            if node.kind == DATASET and body and "_left_out" not in body:
                yield (node.id, facet, (family_name(body.get("_producer")) or UNNAMED)[:200], run[:200], job), body


def _held_nodes(ids: Iterable[UUID]) -> dict[UUID, NodeRow]:
    rows = fetch(_NODES, {"ids": list(ids), "form": MOMENT})
    return {
        id: NodeRow(id, kind, namespace, name, same_as, spellings, orjson.loads(facets), _loads(picture), first, last)
        for id, kind, namespace, name, same_as, spellings, facets, picture, first, last in rows
    }


def _held_runs(ids: Iterable[UUID]) -> dict[UUID, RunRow]:
    rows = fetch(_RUNS, {"ids": list(ids), "form": MOMENT})
    return {
        id: RunRow(
            id, job, run, parent, marks, set(inputs), set(outputs), _loads(picture), orjson.loads(facets), first, last
        )
        for id, job, run, parent, marks, inputs, outputs, picture, facets, first, last in rows
    }


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _loads(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)
