"""Reads the artifacts that dbt leaves in `target`, and tells them as openlineage-dbt would have."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from connectors.dbt.columns import SqlReader
from connectors.dbt.declared import PRODUCER, declared_events
from connectors.dbt.folders import ArtifactFolder, open_folder
from connectors.dbt.project import Node, Project, table_namespace
from connectors.dbt.runs import Invocation
from connectors.openlineage.events import Event
from connectors.openlineage.facets import by
from connectors.openlineage.moments import iso, moment, now
from connectors.openlineage.seen import Seen
from connectors.records import ConnectorError, LineageFound, Right
from connectors.shapes import items, part, text

PAGE = 500  # events
NEWEST = 12  # version of the manifest that was tried
BUILDING = frozenset({"run", "build", "seed", "snapshot", "retry"})


class DbtLineage:
    """One dbt project. `namespace` must be the OPENLINEAGE_NAMESPACE of dbt-ol, for pulled and pushed jobs to be one;
    `database_url` says where the tables are, which no artifact does, and may hold a login, which is not passed on."""

    def __init__(
        self,
        url: str,
        *,
        namespace: str = "dbt",
        database_url: str = "",
        token: str = "",
        base_folder: Path | None = None,
        allowed_hosts: Collection[str] = (),
    ) -> None:
        self._folder = open_folder(url, base_folder=base_folder, token=token, allowed_hosts=allowed_hosts)
        self._namespace = namespace
        self._database_url = database_url

    def test(self) -> list[Right]:
        try:
            project = self._project()
        except ConnectorError as error:
            return [Right("manifest.json can be read", False, str(error), error.fix)]
        found = [Right("manifest.json can be read", True, f"project {project.name}")]
        for name, fix in _OTHERS.items():
            found.append(_tried(self._folder, name, fix))
        return found

    def read_lineage(self, *, since: Mapping[str, Any]) -> Iterator[LineageFound]:
        """What is declared new or differently, then what the calls of dbt did that left results since."""
        project = self._project()
        told = set(items(since, "invocations"))
        results = [_object(self._folder.read(name)) for name in self._folder.results()]
        calls = [Invocation(project, each) for each in sorted(results, key=_generated_at)]
        is_build = _is_build(calls, bool(since.get("is_build")))
        seen = Seen(since)
        freshness = _object(self._folder.read("sources.json"))
        at = _newest(project.manifest, project.catalog, freshness)
        declared = _declared(replace(project, is_build=is_build), freshness, at, seen)
        warnings = _warnings(project)
        for events in _pages(declared):
            yield LineageFound({**since, "seen": seen.so_far()}, events, warnings=warnings)
            warnings = []
        new = (event for call in calls if call.invocation_id not in told for event in call.events())
        cursor = {"seen": seen.complete(), "is_build": is_build}
        for events in _pages(new):
            yield LineageFound({**since, **cursor}, events, warnings=warnings)
            warnings = []
        known = sorted({call.invocation_id for call in calls})
        yield LineageFound({**cursor, "invocations": known}, warnings=warnings)

    def _project(self) -> Project:
        manifest = _object(self._folder.read("manifest.json"))
        if not isinstance(manifest.get("nodes"), dict):
            raise ConnectorError(
                "There is no manifest.json of dbt here.",
                fix="Name the folder that dbt writes to, which is target in the project, and run dbt once.",
            )
        tables = table_namespace(text(part(manifest, "metadata"), "adapter_type"), self._database_url)
        return Project(manifest, _object(self._folder.read("catalog.json")), self._namespace, tables)


_OTHERS = {
    "catalog.json": "Run `dbt docs generate` for the types of columns.",
    "run_results.json": "Run `dbt build` for runs and tests.",
    "sources.json": "Run `dbt source freshness` for the age of sources.",
}


def _declared(project: Project, freshness: Node, at: str, seen: Seen) -> Iterator[Event]:
    """What is new or different. Only of that the SQL is read, which takes longer than all the rest."""
    with SqlReader() as reader:
        for unique_id, event in declared_events(project, freshness, at):
            node = project.node(unique_id) or {}
            sql = text(node, "compiled_code") or text(node, "compiled_sql")
            if seen.is_new([{name: value for name, value in event.items() if name != "eventTime"}, sql]):
                for output in event.get("outputs", ()):
                    columns = reader.columns_of(project, unique_id, node)
                    output["facets"] = output.get("facets", {}) | by(PRODUCER.uri, columns)
                yield event


def _tried(folder: ArtifactFolder, name: str, fix: str) -> Right:
    """A file that is missing is no fault: the line says what it would bring."""
    try:
        return Right(f"{name} can be read", True, "" if folder.read(name) else f"It is not there. {fix}")
    except ConnectorError as error:
        return Right(f"{name} can be read", False, str(error), error.fix)


def _is_build(calls: list[Invocation], before: bool) -> bool:
    """Whether the project's tables are made by `dbt build`; testing and documenting them says nothing about it."""
    commands = [call.command for call in calls if call.command in BUILDING]
    return commands[-1] == "build" if commands else before


def _warnings(project: Project) -> list[str]:
    written = text(part(project.manifest, "metadata"), "dbt_schema_version")
    version = written.rpartition("/v")[2].removesuffix(".json")
    if version.isdecimal() and int(version) > NEWEST:
        return [f"manifest.json is of version {version}, newer than any that was tried ({NEWEST})."]
    return []


def _newest(*artifacts: Node) -> str:
    """When the newest of them was written."""
    found = [moment(text(part(artifact, "metadata"), "generated_at")) for artifact in artifacts]
    return max((iso(at) for at in found if at), default=now())


def _generated_at(results: Node) -> str:
    return text(part(results, "metadata"), "generated_at")


def _pages(events: Iterable[Event]) -> Iterator[list[Event]]:
    left = iter(events)
    while page := list(islice(left, PAGE)):
        yield page


def _object(found: Any) -> Node:
    return found if isinstance(found, dict) else {}
