"""A graph told in OpenLineage, so that whoever receives it has the same nodes with the same edges.

Whose events say an edge says it here too. What the registry or a person says, the table or view says of itself; so a
model and a view are datasets here, as everywhere outside of Charter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from lineage.queries.graph import Graph, GraphNode
from lineage.queries.reach import ColumnEdgeFound

_SPEC = "https://openlineage.io/spec"
_CORE = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs"
_LINEAGE = f"{_SPEC}/facets/1-0-0/LineageFacet.json#/$defs/LineageDatasetFacet"


@dataclass(slots=True)
class _Made:
    """What one dataset is made of."""

    sources: set[UUID] = field(default_factory=set)
    columns: list[ColumnEdgeFound] = field(default_factory=list)


@dataclass(slots=True)
class _Word:
    """What one job says: of itself, and of how its outputs are made."""

    inputs: set[UUID] = field(default_factory=set)
    outputs: set[UUID] = field(default_factory=set)
    made: dict[UUID, _Made] = field(default_factory=dict)


def graph_events(
    graph: Graph, tellers: Mapping[UUID, GraphNode], *, at: datetime, producer: str
) -> Iterator[dict[str, Any]]:
    """One JobEvent for each job, one DatasetEvent for each dataset that speaks for itself."""
    return _Told(graph, tellers, at, producer).events()


class _Told:
    def __init__(self, graph: Graph, tellers: Mapping[UUID, GraphNode], at: datetime, producer: str) -> None:
        self._nodes = {node.id: node for node in (*tellers.values(), *graph.nodes)}
        self._common = {"eventTime": at.isoformat(), "producer": producer}
        self._jobs: dict[UUID, _Word] = {}
        self._datasets: dict[UUID, _Made] = {}
        for edge in graph.edges:
            self._add(edge.teller, edge.source, edge.target)
        for column in graph.column_edges:
            self._made(column.teller, column.target).columns.append(column)

    def events(self) -> Iterator[dict[str, Any]]:
        for id, word in self._jobs.items():
            outputs = [self._output(one, word.made.get(one)) for one in sorted(word.outputs | word.made.keys())]
            yield self._common | {
                "schemaURL": f"{_CORE}/JobEvent", "job": self._named(id),
                "inputs": [self._named(one) for one in sorted(word.inputs)], "outputs": outputs,
            }  # fmt: skip
        for id, made in self._datasets.items():
            yield self._common | {"schemaURL": f"{_CORE}/DatasetEvent", "dataset": self._output(id, made)}

    def _add(self, teller: UUID, source: UUID, target: UUID) -> None:
        if self._is_job(source) and self._is_job(target):
            return  # what a job starts is no data
        if self._is_job(target):
            self._jobs.setdefault(target, _Word()).inputs.add(source)
        elif self._is_job(source):
            self._jobs.setdefault(source, _Word()).outputs.add(target)
        else:
            self._made(teller, target).sources.add(source)

    def _made(self, teller: UUID, target: UUID) -> _Made:
        if self._is_job(teller):
            return self._jobs.setdefault(teller, _Word()).made.setdefault(target, _Made())
        return self._datasets.setdefault(target, _Made())

    def _is_job(self, id: UUID) -> bool:
        return id in self._nodes and self._nodes[id].kind == "job"

    def _named(self, id: UUID) -> dict[str, Any]:
        return {"namespace": self._nodes[id].namespace, "name": self._nodes[id].name}

    def _output(self, id: UUID, made: _Made | None) -> dict[str, Any]:
        return self._named(id) | ({"facets": {"lineage": self._facet(made)}} if made else {})

    def _facet(self, made: _Made) -> dict[str, Any]:
        """Columns name their sources too; only of those without is the whole said."""
        fields: dict[str, Any] = {}
        inputs = [self._input(one) for one in sorted(made.sources - {column.source for column in made.columns})]
        for column in made.columns:
            # A model has no columns; what it reads has an effect on it only as the column of that name.
            name = column.target_column or column.source_column * column.is_direct
            into = fields.setdefault(name, {"inputs": []})["inputs"] if name else inputs
            into.append(self._input(column.source) | {"field": column.source_column, "transformations": [_how(column)]})
        facet = {"_producer": self._common["producer"], "_schemaURL": _LINEAGE, "inputs": inputs}
        return facet | ({"fields": fields} if fields else {})

    def _input(self, id: UUID) -> dict[str, Any]:
        return {"type": "JOB" if self._is_job(id) else "DATASET", **self._named(id)}


def _how(column: ColumnEdgeFound) -> dict[str, Any]:
    how: dict[str, Any] = {"type": "DIRECT" if column.is_direct else "INDIRECT"}
    if column.subtype:
        how["subtype"] = column.subtype
    return how if column.masking is None else how | {"masking": column.masking}
