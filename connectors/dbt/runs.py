"""What one call of dbt did, as RunEvents: a run for each model, one for all tests of a table, one around them all."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from openlineage.client.uuid import generate_static_uuid

from connectors.dbt.declared import PRODUCER, inputs
from connectors.dbt.project import BUILT, TABLES, Node, Project
from connectors.openlineage import facets
from connectors.openlineage.events import Event, Name
from connectors.openlineage.facets import Facets
from connectors.openlineage.moments import iso, moment
from connectors.redaction import without_secrets
from connectors.shapes import part, parts, text

COMMANDS = frozenset({"run", "build", "seed", "snapshot", "test", "retry"})  # the others only compile
ENDED = {"success": "COMPLETE", "partial success": "FAIL", "error": "FAIL"}
FAILED = frozenset({"fail", "error", "runtime error", "partial success"})
Interval = tuple[datetime, datetime]
Tested = list[tuple[Node, Node]]  # a test of the project, and its result


class Invocation:
    """One run_results.json. Its run ids follow from dbt's invocation id, so reading it twice makes the same runs."""

    def __init__(self, project: Project, results: Node) -> None:
        told = part(results, "metadata")
        self.command = text(part(results, "args"), "which")
        self.invocation_id = text(told, "invocation_id") or text(told, "generated_at")
        self._project = replace(project, is_build=self.command == "build")
        self._ended = moment(told.get("generated_at")) or datetime.fromtimestamp(0, UTC)
        self._results = parts(results, "results")
        steps = [began for began, _ in map(self._interval, self._results)]
        self._started = moment(told.get("invocation_started_at")) or min(steps, default=self._ended)
        self._engine = facets.processing_engine("dbt", text(told, "dbt_version"))

    def events(self) -> Iterator[Event]:
        """Nothing for commands that do not run anything."""
        if self.command not in COMMANDS:
            return
        yield from self._around()
        for result in self._results:
            yield from self._model(result)
        for unique_id, found in self._tests().items():
            if node := self._project.node(unique_id):
                yield from self._tests_of(unique_id, node, found)

    def _around(self) -> Iterator[Event]:
        """The run that openlineage-dbt makes for the command itself."""
        ended = "FAIL" if _is_failed(self._results) else "COMPLETE"
        for at, kind in ((self._started, "START"), (self._ended, ended)):
            yield PRODUCER.run(
                iso(at), kind, self._run_id(), self._job, self._facets(), job_facets=facets.job_type("DBT", "JOB")
            )

    def _model(self, result: Node) -> Iterator[Event]:
        """Nothing of one that was skipped, or is not in this manifest."""
        unique_id = text(result, "unique_id")
        node, kind = self._project.node(unique_id), ENDED.get(text(result, "status"))
        if node is None or kind is None or not unique_id.startswith(BUILT):
            return
        began, ended = self._interval(result)
        of = self._run_id(unique_id), self._project.job(unique_id, node)
        read, written = inputs(self._project, unique_id), self._project.dataset(node)
        said = {**self._facets(), **self._parent()}
        yield PRODUCER.run(iso(began), "START", *of, said, inputs=read, outputs=[PRODUCER.output(written)])
        outputs = [PRODUCER.output(written, output_facets=_rows(result))] if kind == "COMPLETE" else []
        said |= _error(result) if kind == "FAIL" else {}
        yield PRODUCER.run(iso(ended), kind, *of, said, inputs=read, outputs=outputs)

    def _tests(self) -> dict[str, Tested]:
        """By the table they test."""
        by_table: dict[str, Tested] = defaultdict(list)
        for result in self._results:
            test = self._project.node(text(result, "unique_id"))
            if test and test.get("resource_type") == "test" and text(result, "status") != "skipped":
                by_table[self._tested(test)].append((test, result))
        return by_table

    def _tests_of(self, unique_id: str, node: Node, found: Tested) -> Iterator[Event]:
        assertions = facets.assertions([_assertion(test, result) for test, result in found])
        results = [result for _, result in found]
        intervals = [self._interval(result) for result in results]
        ended = "FAIL" if _is_failed(results) else "COMPLETE"
        times = ((min(at for at, _ in intervals), "START"), (max(at for _, at in intervals), ended))
        for at, kind in times:
            yield PRODUCER.run(
                iso(at), kind, self._run_id(f"{unique_id}.test"), self._project.test_job(unique_id, node),
                {**self._facets(), **self._parent()},
                job_facets={**facets.job_type("DBT", "TEST"), **facets.dbt_node(node)},
                inputs=[PRODUCER.input(self._project.dataset(node), input_facets=assertions)],
            )  # fmt: skip

    def _tested(self, test: Node) -> str:
        """The table a test belongs to; of a test between tables without one, the last, as openlineage-dbt has it."""
        tables = [each for each in self._project.parents(text(test, "unique_id")) if each.startswith(TABLES)]
        return text(test, "attached_node") or (tables[-1] if tables else "")

    def _interval(self, result: Node) -> Interval:
        """When a result was worked out; the end of the command when nothing was, since it failed before."""
        steps = parts(result, "timing")
        executed = [step for step in steps if step.get("name") == "execute"] or steps or [{}]
        began, ended = moment(executed[-1].get("started_at")), moment(executed[-1].get("completed_at"))
        return began or self._ended, ended or self._ended

    @property
    def _job(self) -> Name:
        return self._project.jobs, f"dbt-run-{self._project.name}"

    def _run_id(self, of: str = "") -> str:
        return str(generate_static_uuid(self._started, f"{self.invocation_id}.{of}".encode()))

    def _facets(self) -> Facets:
        return {**self._engine, **facets.dbt_run(self.invocation_id, self._project.name)}

    def _parent(self) -> Facets:
        return facets.parent(self._run_id(), *self._job)


def _is_failed(results: list[Node]) -> bool:
    return any(text(result, "status") in FAILED for result in results)


def _assertion(test: Node, result: Node) -> dict[str, Any]:
    """As openlineage-dbt tells it: `actual` is how many rows failed, `expected` how many may."""
    kind, config, failures = part(test, "test_metadata"), part(test, "config"), text(result, "failures")
    severity = (text(config, "severity") or "error").lower()
    return {
        "assertion": text(kind, "name") or text(test, "name"),
        "name": text(test, "name"),
        "success": text(result, "status") == "pass",
        "column": text(part(kind, "kwargs"), "column_name") or text(test, "column_name") or None,
        "severity": severity,
        "actual": failures or None,
        "expected": _threshold(config, severity) if failures else None,
    }


def _threshold(config: Node, severity: str) -> str:
    written = text(config, "warn_if" if severity == "warn" else "error_if")
    return "0" if written.replace(" ", "") in ("", "!=0") else written


def _rows(result: Node) -> Facets:
    rows = part(result, "adapter_response").get("rows_affected")
    return facets.output_statistics(rows) if isinstance(rows, int) and rows > 0 else {}


def _error(result: Node) -> Facets:
    """The first line says what kind of error it was and in which file. The rest may quote rows of the table."""
    first = text(result, "message").strip().partition("\n")[0]
    return facets.error_message(without_secrets(first), "SQL")
