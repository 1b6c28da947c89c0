"""What one event says, as plain data: which nodes with which facets, and what a run or job reads and writes.

Tolerant: what has another shape than the specification says is left out, with a warning, and the rest is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from lineage.openlineage import names
from lineage.openlineage.admitting import DATASET, JOB, RUN
from lineage.openlineage.links import mentioned

# What lineage is worked out from is kept whole; of the rest, only what people read.
_LARGEST = 32_000
_LARGEST_KNOWN = 1_000_000
_WORKED_OUT = frozenset({"schema", "lineage", "symlinks"})
_MEASURED = frozenset({"dataQualityMetrics", "dataQualityAssertions", "inputStatistics", "outputStatistics", "test"})
_CLIENT = "/client/"
CHANGES = frozenset({"DROP", "RENAME", "TRUNCATE"})
# A run that begins or fails has only meant to.
_DONE = frozenset({"", "COMPLETE", "RUNNING", "OTHER"})
MOST_DATASETS = 2_000
MOST_FACETS = 60
MOST_SYMLINKS = 20

PULLED = "urn:charter:connectors:"  # begins the producer of what our own connectors read
MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'  # how PostgreSQL writes what `moment` does

Facets = dict[str, dict[str, Any]]
Named = tuple[str, str]


@dataclass(slots=True)
class NodeSaid:
    """A node as an event names it."""

    id: UUID
    kind: str
    name: Named
    facets: Facets = field(default_factory=dict)
    spelling: str = ""  # namespace, a line feed, name; where the producer writes it another way


@dataclass(frozen=True, slots=True)
class ChangeSaid:
    """What an event says has happened to a dataset as a whole. `before` is the node that it was called by."""

    node: UUID
    kind: str
    producer: str
    before: UUID | None


@dataclass(slots=True)
class Said:
    """Everything that one event says. `flows` is what its outputs say of their columns."""

    kind: str
    at: str  # fixed width in UTC, so that texts compare as moments do
    digest: str
    event_type: str
    subject: UUID
    nodes: dict[UUID, NodeSaid]
    inputs: set[UUID]
    outputs: set[UUID]
    flows: dict[UUID, dict[str, Any]]
    run: str = ""
    run_facets: Facets = field(default_factory=dict)
    parent: UUID | None = None
    is_whole: bool = False  # it states the whole, and takes the place of what was said before
    is_pulled: bool = False  # somebody asked for it: it may know less than the runs that tell of themselves
    changes: list[ChangeSaid] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def read(body: bytes, *, kind: str, event_at: datetime, event_type: str, digest: bytes) -> Said:
    """What an admitted event says."""
    event = orjson.loads(body)
    reader = _Reader(str(event.get("producer", "")))
    subject = reader.dataset(event["dataset"]) if kind == DATASET else reader.job(event["job"])
    said = Said(
        kind, moment(event_at), digest.hex(), event_type, subject, reader.nodes,
        reader.datasets(event, "inputs") if kind != DATASET else set(),
        reader.datasets(event, "outputs") if kind != DATASET else set(),
        reader.flows, is_whole=kind != RUN, is_pulled=str(event.get("producer", "")).startswith(PULLED),
        warnings=reader.warnings,
    )  # fmt: skip
    if kind == RUN:
        _read_run(said, event["run"], reader)
    _also_from_columns(said, reader)
    if event_type in _DONE:
        said.changes = list(_changes(reader, str(event.get("producer", ""))))
    return said


def _changes(reader: "_Reader", producer: str) -> Iterator[ChangeSaid]:
    for node in list(reader.nodes.values()):
        if node.kind == DATASET and (found := change_of(node.facets)):
            kind, before = found
            yield ChangeSaid(node.id, kind, producer[:500], reader.named(DATASET, before) if before else None)


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _read_run(said: Said, run: dict[str, Any], reader: "_Reader") -> None:
    said.run = run["runId"]
    said.run_facets = reader.facets(run.get("facets"), "run")
    said.parent = _parent(said.run_facets)
    said.is_whole = _states_the_whole(reader.nodes[said.subject].facets)


def _states_the_whole(job_facets: Facets) -> bool:
    """Each event of such a job is complete by itself, instead of adding to those before."""
    pattern = job_facets.get("jobType", {}).get("emissionPattern")
    return isinstance(pattern, dict) and pattern.get("eventContentMode") == "COMPLETE_SNAPSHOT"


def _parent(facets: Facets) -> UUID | None:
    """Older producers write `parentRun`."""
    held = facets.get("parent") or facets.get("parentRun") or {}
    job, run = held.get("job"), held.get("run")
    if not (isinstance(job, dict) and isinstance(run, dict)):
        return None
    run_id = run.get("runId")
    if not (names.is_named(job) and isinstance(run_id, str) and run_id):
        return None
    return names.run_id(names.job_id(job["namespace"], job["name"]), run_id)


def _also_from_columns(said: Said, reader: "_Reader") -> None:
    """What only column lineage or the lineage facet names is read too: dbt does not list a seed as an input."""
    explicit = reader.nodes[said.subject].facets.get("lineage")
    for body in [*said.flows.values(), *([explicit] if explicit else [])]:
        for kind, named, is_read in mentioned(body):
            node = reader.named(kind, named)
            if kind == DATASET and said.kind != DATASET:
                (said.inputs if is_read else said.outputs).add(node)


def _is_entity(said: dict[str, Any]) -> bool:
    facets = said.get("facets")
    return isinstance(facets, dict) and "feast_entity" in facets


def change_of(facets: Facets) -> tuple[str, Named | None] | None:
    """(what happened to the dataset as a whole, what it was called before); None where nothing did that readers feel.

    What is emptied and filled again by the same run was never empty for them.
    """
    facet = facets.get("lifecycleStateChange", {})
    kind, before = facet.get("lifecycleStateChange"), facet.get("previousIdentifier")
    if kind not in CHANGES or kind == "TRUNCATE" and facets.get("outputStatistics", {}).get("rowCount"):
        return None
    if isinstance(before, dict) and names.is_named(before):
        return kind, (before["namespace"], before["name"])
    return kind, None


def symlinks(facets: Facets) -> Iterator[tuple[UUID, Named, bool]]:
    """(id, name, whether that is what people call it) of each other name that a dataset's facets give it."""
    listed = facets.get("symlinks", {}).get("identifiers")
    for one in listed[:MOST_SYMLINKS] if isinstance(listed, list) else ():
        if names.is_named(one):
            named = one["namespace"], one["name"]
            yield names.dataset_id(*named), named, str(one.get("type", "")).upper() == "TABLE"


class _Reader:
    """Gathers the nodes that an event names."""

    def __init__(self, producer: str) -> None:
        self._producer = producer
        self.nodes: dict[UUID, NodeSaid] = {}
        self.flows: dict[UUID, dict[str, Any]] = {}
        self.warnings: list[str] = []

    def job(self, said: dict[str, Any]) -> UUID:
        id = self.named(JOB, (said["namespace"], said["name"]))
        self._add(id, self.facets(said.get("facets"), "job"))
        return id

    def named(self, kind: str, named: Named) -> UUID:
        if kind == JOB:
            return self._node(names.job_id(*named), JOB, named).id
        plain = names.dataset_name(*named)
        node = self._node(names.node_id(DATASET, *plain), DATASET, plain)
        if plain != named:
            node.spelling = "\n".join(named)
        return node.id

    def datasets(self, event: dict[str, Any], way: str) -> set[UUID]:
        listed = event.get(way)
        if not isinstance(listed, list):
            self._warn(listed is not None, f"{way} is no list.")
            return set()
        self._warn(len(listed) > MOST_DATASETS, f"Of {len(listed):,} {way} the first {MOST_DATASETS:,} are read.")
        named = [one for one in listed[:MOST_DATASETS] if names.is_named(one)]
        self._warn(len(named) < min(len(listed), MOST_DATASETS), f"One of {way} has no namespace and name.")
        # Feast lists the entities of its views too, which are keys and no data.
        return {self.dataset(one) for one in named if not _is_entity(one)}

    def dataset(self, said: dict[str, Any]) -> UUID:
        id = self.named(DATASET, (said["namespace"], said["name"]))
        facets = self.facets(said.get("inputFacets"), "input") | self.facets(said.get("outputFacets"), "output")
        facets |= self.facets(said.get("facets"), "dataset")
        for name in ("lineage", "columnLineage"):
            if body := facets.pop(name, None):
                self.flows[id] = self.flows.get(id, {}) | {name: body}
        for _, other, _ in symlinks(facets):
            self.named(DATASET, other)
        self._add(id, facets)
        return id

    def facets(self, said: object, of: str) -> Facets:
        if not isinstance(said, dict):
            self._warn(said is not None, f"The facets of {of} are no object.")
            return {}
        self._warn(len(said) > MOST_FACETS, f"Of {len(said):,} facets of {of} the first {MOST_FACETS} are kept.")
        kept = {name: body for name, body in sorted(said.items())[:MOST_FACETS] if self._is_facet(name, body)}
        return {name: self._at_most(name, self._told_by(name, body)) for name, body in kept.items()}

    def _told_by(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """Who measured, and not whose client sent it: that stands there where an integration says no more."""
        said = str(body.get("_producer") or _CLIENT)
        is_said = name not in _MEASURED or not self._producer or _CLIENT not in said
        return body if is_said else body | {"_producer": self._producer}

    def _is_facet(self, name: str, body: object) -> bool:
        is_facet = isinstance(body, dict) and len(name) <= 100
        self._warn(not is_facet, f"The facet {name[:100]} is no object.")
        return is_facet

    def _at_most(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        if name == "columnLineage":
            return body  # its columns are limited where they are worked out
        size, limit = len(orjson.dumps(body)), _LARGEST_KNOWN if name in _WORKED_OUT else _LARGEST
        if size <= limit:
            return body
        self._warn(True, f"The facet {name} has {size:,} bytes; more than {limit:,} are left in the event alone.")
        return {"_left_out": size} | {key: body[key] for key in ("_producer", "_schemaURL") if key in body}

    def _node(self, id: UUID, kind: str, named: Named) -> NodeSaid:
        return self.nodes.setdefault(id, NodeSaid(id, kind, named))

    def _add(self, id: UUID, facets: Facets) -> None:
        self.nodes[id].facets |= facets

    def _warn(self, is_odd: bool, warning: str) -> None:
        if is_odd and warning not in self.warnings:
            self.warnings.append(warning)
