"""Facets as plain data. Which version of a facet is meant stands in its `_schemaURL`; the event adds who says so.

Shapes: https://openlineage.io/spec/facets. An empty facet is left out, so that it cannot erase what others said.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.redaction import without_secrets

Facet = dict[str, Any]
INFERRED = "INFERRED"  # a subtype of ours: no tool says so, somebody read it
Facets = dict[str, Facet]

_SPEC = "https://openlineage.io/spec/facets"
_DBT = "https://github.com/OpenLineage/OpenLineage/tree/main/integration/common/openlineage/schema"
_CUSTOM = "https://charter.invalid/openlineage"  # .invalid, since every installation has an address of its own
LONGEST_TEXT = 20_000


def documentation(text: str | None, *, of: str, content_type: str = "text/plain") -> Facets:
    """What a person wrote about a `Job` or a `Dataset`, without the passwords that some write into such texts."""
    if not text or not text.strip():
        return {}
    url = _url("1-1-0", f"Documentation{of}Facet")
    return {
        "documentation": {
            "_schemaURL": url,
            "description": without_secrets(text[:LONGEST_TEXT]),
            "contentType": content_type,
        }
    }


def ownership(names: Iterable[str], *, of: str) -> Facets:
    owners = [{"name": name} for name in dict.fromkeys(names) if name]
    return {"ownership": {"_schemaURL": _url("1-0-1", f"Ownership{of}Facet"), "owners": owners}} if owners else {}


def tag(key: str, value: str, source: str, field: str = "") -> dict[str, str]:
    """One tag of a job, run or dataset; of one column of it where `field` is given."""
    return {"key": key, "value": value, "source": source} | ({"field": field} if field else {})


def tags(tags: list[dict[str, str]], *, of: str) -> Facets:
    return {"tags": {"_schemaURL": _url("1-0-0", f"Tags{of}Facet"), "tags": tags}} if tags else {}


def job_type(integration: str, kind: str) -> Facets:
    """`integration` is AIRFLOW, DBT, PREFECT ...; `kind` is that tool's own word: DAG, MODEL, FLOW."""
    named = {"processingType": "BATCH", "integration": integration, "jobType": kind}
    return {"jobType": {"_schemaURL": _url("2-0-4", "JobTypeJobFacet"), **named}}


def schedule(schedule: str, *, next_run_at: str | None, is_paused: bool | None) -> Facets:
    """Ours: when a job runs, in the words of its scheduler, and when next (ISO 8601)."""
    said = _without_none({"schedule": schedule or None, "next_run_at": next_run_at, "is_paused": is_paused})
    return {"charter_schedule": {"_schemaURL": _custom("CharterScheduleJobFacet"), **said}} if said else {}


def freshness(
    *, loaded_at: str, checked_at: str, status: str, warn_after: float | None, error_after: float | None
) -> Facets:
    """Ours: how old a dataset's newest row was when somebody looked, and how old it may be (seconds)."""
    said = {"loaded_at": loaded_at, "checked_at": checked_at, "status": status}
    limits = _without_none({"warn_after_seconds": warn_after, "error_after_seconds": error_after})
    return {"charter_freshness": {"_schemaURL": _custom("CharterFreshnessDatasetFacet"), **said, **limits}}


def last_updated(at: str) -> Facets:
    """When the newest row came. The facet demands metrics of columns, of which there are none here."""
    url = _url("1-0-0", "DataQualityMetricsDatasetFacet")
    return {"dataQualityMetrics": {"_schemaURL": url, "lastUpdated": at, "columnMetrics": {}}}


def nominal_time(start: str | None, end: str | None) -> Facets:
    """The interval of data a run is for."""
    if not start:
        return {}
    interval = _without_none({"nominalStartTime": start, "nominalEndTime": end})
    return {"nominalTime": {"_schemaURL": _url("1-0-1", "NominalTimeRunFacet"), **interval}}


def parent(run_id: str, namespace: str, name: str) -> Facets:
    """The run that this run is a part of."""
    of = {"run": {"runId": run_id}, "job": {"namespace": namespace, "name": name}}
    return {"parent": {"_schemaURL": _url("1-2-0", "ParentRunFacet"), **of}}


def processing_engine(name: str, version: str) -> Facets:
    if not version:
        return {}
    url = _url("1-1-1", "ProcessingEngineRunFacet")
    return {"processing_engine": {"_schemaURL": url, "name": name, "version": version}}


def error_message(text: str | None, language: str) -> Facets:
    """The tool's own words. The caller has taken secrets out."""
    if not text:
        return {}
    said = {"message": text[:LONGEST_TEXT], "programmingLanguage": language}
    return {"errorMessage": {"_schemaURL": _url("1-0-1", "ErrorMessageRunFacet"), **said}}


def schema(fields: list[dict[str, Any]]) -> Facets:
    """Columns: name, and where known type, description and ordinal_position."""
    kept = [_without_none(field) for field in fields]
    return {"schema": {"_schemaURL": _url("1-2-0", "SchemaDatasetFacet"), "fields": kept}} if kept else {}


def inferred_columns(
    columns: Mapping[str, list[tuple[tuple[str, str], str]]], used: list[tuple[tuple[str, str], str]]
) -> Facets:
    """What columns are made of, and what else has influence, as somebody reads it from code: nobody has told it."""

    def read(sources: list[tuple[tuple[str, str], str]], kind: str) -> list[dict[str, Any]]:
        how = [{"type": kind, "subtype": INFERRED, "description": "Read from the compiled SQL."}]
        return [
            {"namespace": namespace, "name": name, "field": field, "transformations": how}
            for (namespace, name), field in sources
        ]

    fields = {column: {"inputFields": read(sources, "DIRECT")} for column, sources in columns.items() if sources}
    said = {"fields": fields, "dataset": read(used, "INDIRECT")}
    return {"columnLineage": {"_schemaURL": _url("1-2-0", "ColumnLineageDatasetFacet"), **said}} if fields else {}


def data_source(namespace: str) -> Facets:
    url = _url("1-0-1", "DatasourceDatasetFacet")
    place = {"uri": namespace} if "://" in namespace else {}  # BigQuery's is no URI
    return {"dataSource": {"_schemaURL": url, "name": namespace, **place}}


def symlink(namespace: str, name: str) -> Facets:
    """Another name of the same table."""
    identifier = {"namespace": namespace, "name": name, "type": "TABLE"}
    return {"symlinks": {"_schemaURL": _url("1-0-1", "SymlinksDatasetFacet"), "identifiers": [identifier]}}


def assertions(found: list[dict[str, Any]]) -> Facets:
    """Tests of a dataset: assertion, success, and where known column, severity, name, expected and actual."""
    url = _url("1-1-0", "DataQualityAssertionsDatasetFacet")
    kept = [_without_none(assertion) for assertion in found]
    return {"dataQualityAssertions": {"_schemaURL": url, "assertions": kept}}


def output_statistics(rows: int) -> Facets:
    url = _url("1-0-2", "OutputStatisticsOutputDatasetFacet")
    return {"outputStatistics": {"_schemaURL": url, "rowCount": rows}}


def dbt_node(node: Mapping[str, Any]) -> Facets:
    """Which node of a dbt project a job is, as openlineage-dbt says it."""
    names = ("original_file_path", "database", "schema", "alias", "unique_id")
    said = {name: node[name] for name in names if isinstance(node.get(name), str)}
    return {"dbt_node": {"_schemaURL": f"{_DBT}/dbt-node-job-facet.json", **said}}


def dbt_run(invocation_id: str, project: str) -> Facets:
    """Which call of dbt a run was part of, as openlineage-dbt says it."""
    said = {"invocation_id": invocation_id, "project_name": project, "dbt_runtime": "core"}
    return {"dbt_run": {"_schemaURL": f"{_DBT}/dbt-run-run-facet.json", **said}}


def dbt_exposures(exposures: list[dict[str, Any]]) -> Facets:
    """Who uses a dataset, as openlineage-dbt says it: unique_id and name, and where known type and url."""
    url = f"{_DBT}/dbt-exposures-dataset-facet.json"
    kept = [_without_none(exposure) for exposure in exposures]
    return {"dbt_exposures": {"_schemaURL": url, "exposures": kept}} if kept else {}


def by(producer: str, facets: Mapping[str, Facet]) -> Facets:
    """The same facets, said by `producer`."""
    return {name: {"_producer": producer, **facet} for name, facet in facets.items()}


def _url(version: str, name: str) -> str:
    return f"{_SPEC}/{version}/{name}.json#/$defs/{name}"


def _custom(name: str) -> str:
    return f"{_CUSTOM}/1-0-0/{name}.json#/$defs/{name}"


def _without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
