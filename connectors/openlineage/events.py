"""Events as plain data, in the shape of https://openlineage.io/spec/2-0-2/OpenLineage.json."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connectors.openlineage.facets import Facets, by

Event = dict[str, Any]
Name = tuple[str, str]  # namespace, name

_SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs"


@dataclass(frozen=True, slots=True)
class Producer:
    """Who tells events: an URI, which stands in each of them and in each of their facets. Times are ISO 8601."""

    uri: str

    def job(
        self, at: str, job: Name, facets: Facets, *, inputs: Iterable[Event] = (), outputs: Iterable[Event] = ()
    ) -> Event:
        """A job as it is declared, whether or not it ever ran."""
        return {
            **self._event("JobEvent", at),
            "job": self._named(job, facets),
            "inputs": list(inputs),
            "outputs": list(outputs),
        }

    def dataset(self, at: str, dataset: Name, facets: Facets) -> Event:
        """A dataset as it is declared."""
        return {**self._event("DatasetEvent", at), "dataset": self._named(dataset, facets)}

    def run(
        self, at: str, kind: str, run_id: str, job: Name, facets: Facets | None = None, *,
        job_facets: Facets | None = None, inputs: Iterable[Event] = (), outputs: Iterable[Event] = (),
    ) -> Event:  # fmt: skip
        """A run that began or ended. `kind` is START, RUNNING, COMPLETE, FAIL or ABORT."""
        return {
            **self._event("RunEvent", at),
            "eventType": kind,
            "run": {"runId": run_id, "facets": by(self.uri, facets or {})},
            "job": self._named(job, job_facets or {}),
            "inputs": list(inputs),
            "outputs": list(outputs),
        }

    def input(self, dataset: Name, facets: Facets | None = None, *, input_facets: Facets | None = None) -> Event:
        named = self._named(dataset, facets or {})
        return named | ({"inputFacets": by(self.uri, input_facets)} if input_facets else {})

    def output(self, dataset: Name, facets: Facets | None = None, *, output_facets: Facets | None = None) -> Event:
        named = self._named(dataset, facets or {})
        return named | ({"outputFacets": by(self.uri, output_facets)} if output_facets else {})

    def _event(self, kind: str, at: str) -> Event:
        return {"eventTime": at, "producer": self.uri, "schemaURL": f"{_SPEC}/{kind}"}

    def _named(self, name: Name, facets: Facets) -> Event:
        return {"namespace": name[0], "name": name[1], "facets": by(self.uri, facets)}
