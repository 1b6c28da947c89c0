"""What a dbt project may say about its tables, and what is made of odd things that it says."""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from connectors.dbt.project import table_namespace
from connectors.records import ConnectorError
from tests.connectors.dbt_projects import dataset, events, job, project, read


@pytest.fixture
def shop(real_inputs: Path) -> Path:
    return real_inputs / "dbt/recorded_csv_to_postgres"


def test_what_is_behind_an_ephemeral_model_is_read(tmp_path: Path) -> None:
    source = {
        "name": "raw", "identifier": "raw_2024", "resource_type": "source", "database": "shop", "schema": "raw",
        "unique_id": "source.shop.raw.raw", "columns": {},
    }  # fmt: skip
    folder = project(
        tmp_path,
        orders={"config": {"materialized": "ephemeral"}},
        sources={"source.shop.raw.raw": source},
        parent_map={"model.shop.orders": ["source.shop.raw.raw"], "model.shop.totals": ["model.shop.orders"]},
    )
    found = events(read(folder))
    assert [each["name"] for each in job(found, "shop.public.shop.totals")["inputs"]] == ["shop.raw.raw"]
    # Its table has another name, under which other tools know it.
    [link] = dataset(found, "shop.raw.raw")["symlinks"]["identifiers"]
    assert link["name"] == "shop.raw.raw_2024"


def test_a_model_that_is_also_a_source_is_told_once(tmp_path: Path) -> None:
    source = {
        "name": "orders", "resource_type": "source", "database": "shop", "schema": "public", "description": "Theirs",
        "unique_id": "source.shop.raw.orders", "tags": ["raw"],
        "columns": {"id": {"name": "id", "data_type": "integer"}, "at": {"name": "at", "description": "When"}},
    }  # fmt: skip
    ours = {"tags": ["daily"], "columns": {"id": {"name": "id", "description": "Number"}}}
    found = events(read(project(tmp_path, orders=ours, sources={"source.shop.raw.orders": source})))
    assert [event for event in found if "dataset" in event] == []
    facets = job(found, "shop.public.shop.orders")["outputs"][0]["facets"]
    assert facets["schema"]["fields"] == [
        {"name": "id", "type": "integer", "description": "Number"}, {"name": "at", "description": "When"},
    ]  # fmt: skip
    assert [tag["key"] for tag in facets["tags"]["tags"]] == ["daily", "raw"]
    assert facets["documentation"]["description"] == "Theirs"


def test_owner_tags_and_users_are_told(tmp_path: Path) -> None:
    columns = {"email": {"name": "email", "tags": ["pii"], "config": {"meta": {"class": "contact"}}}}
    exposure = {
        "unique_id": "exposure.shop.fraud", "name": "fraud", "type": "ml", "url": "https://u:s3cret@ml/fraud",
        "depends_on": {"nodes": ["model.shop.orders"]}, "owner": {"name": "Ada", "email": "ada@example.com"},
    }  # fmt: skip
    meta = {"sla": 3, "api_token": "s3cret"}
    folder = project(
        tmp_path,
        orders={"tags": ["daily"], "meta": meta, "group": "risk", "columns": columns},
        groups={"group.shop.risk": {"name": "risk", "owner": {"name": "Risk team", "email": "risk@example.com"}}},
        exposures={"exposure.shop.fraud": exposure},
    )
    found = events(read(folder))
    facets = job(found, "shop.public.shop.orders")["outputs"][0]["facets"]
    assert facets["ownership"]["owners"] == [{"name": "Risk team"}]
    assert facets["tags"]["tags"] == [
        {"key": "daily", "value": "true", "source": "DBT"},
        {"key": "sla", "value": "3", "source": "DBT_META"},
        {"key": "pii", "value": "true", "source": "DBT", "field": "email"},
        {"key": "class", "value": "contact", "source": "DBT_META", "field": "email"},
    ]
    assert facets["dbt_exposures"]["exposures"] == [
        {"unique_id": "exposure.shop.fraud", "name": "fraud", "type": "ml", "url": "https://u:***@ml/fraud"}
    ]
    assert "s3cret" not in json.dumps(found)
    assert "example.com" not in json.dumps(found)


def test_an_error_is_told_without_the_rows_it_quotes(tmp_path: Path) -> None:
    folder = project(tmp_path)
    message = 'Database Error in model orders (models/orders.sql)\n  invalid input: "ada@example.com"'
    results = {
        "metadata": {"invocation_id": "1", "generated_at": "2026-11-20T01:00:00Z"}, "args": {"which": "build"},
        "results": [{"unique_id": "model.shop.orders", "status": "error", "message": message, "timing": []}],
    }  # fmt: skip
    (folder / "run_results.json").write_text(json.dumps(results))
    [failed] = [event for event in events(read(folder)) if event.get("eventType") == "FAIL" and event["inputs"] == []
                and "errorMessage" in event["run"]["facets"]]  # fmt: skip
    assert failed["job"]["name"] == "shop.public.shop.orders.build.run"
    said = failed["run"]["facets"]["errorMessage"]["message"]
    assert said == "Database Error in model orders (models/orders.sql)"


@pytest.mark.parametrize(
    ("adapter", "address", "namespace"),
    [
        ("postgres", "postgresql://me:pw@DB.example/shop", "postgres://db.example:5432"),
        ("postgres", "postgres://localhost:59871", "postgres://localhost:59871"),
        ("redshift", "redshift://cluster.example/dev", "redshift://cluster.example:5439"),
        ("snowflake", "snowflake://ORG-ACCT/db", "snowflake://ORG-ACCT"),
        ("snowflake", "snowflake://xy12345", "snowflake://xy12345.us-west-1.aws"),
        ("snowflake", "snowflake://me:pw@xy12345.us-east-1", "snowflake://xy12345.us-east-1.aws"),
        ("bigquery", "", "bigquery"),
        ("duckdb", "duckdb://feats.duckdb", "duckdb://feats.duckdb"),
        ("duckdb", "duckdb:///srv/feats.duckdb", "duckdb:///srv/feats.duckdb"),
        ("databricks", "databricks://dbc-1.example", "databricks://dbc-1.example"),
        ("sqlserver", "mssql://host", "mssql://host:1433"),
        ("athena", "awsathena://athena.eu-west-1.amazonaws.com", "awsathena://athena.eu-west-1.amazonaws.com"),
    ],
)
def test_tables_are_in_the_namespace_that_dbt_pushes(adapter: str, address: str, namespace: str) -> None:
    assert table_namespace(adapter, address) == namespace


def test_without_the_database_nothing_is_guessed(shop: Path) -> None:
    with pytest.raises(ConnectorError, match="which postgres") as told:
        read(shop, database_url="")
    assert "postgres://host:5432" in told.value.fix


ODD: list[Any] = [None, -1.5, "x", [None, 1, "x", {}], {"a": {"b": [1]}}]


ARTIFACTS = ("manifest.json", "catalog.json", "run_results_run.json", "run_results_test.json", "sources.json")


# Fields that reading a model's SQL depends on. The rest is tried without SQL: a program would be started for each.
BESIDE_SQL = {"columns", "compiled_code", "database", "parent_map", "relation_name", "schema", "unique_id"}


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("file", ARTIFACTS)
def test_whatever_stands_in_an_artifact_it_is_told_or_read(shop: Path, tmp_path: Path, file: str, value: Any) -> None:
    """Each field of an artifact, one after the other, holds something odd."""
    folder = Path(shutil.copytree(shop, tmp_path / "target"))
    manifest = _few_of_each(json.loads((shop / "manifest.json").read_text()))
    (folder / "manifest.json").write_text(json.dumps(_without_sql(manifest)))
    whole = manifest if file == "manifest.json" else json.loads((shop / file).read_text())
    for field, odd in _odd(whole, value):
        without = file == "manifest.json" and field not in BESIDE_SQL
        (folder / file).write_text(json.dumps(_without_sql(odd) if without else odd))
        with suppress(ConnectorError):
            read(folder)


def _odd(whole: dict[str, Any], value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """One group of the artifact is odd, or all members of one, or one field of all its members."""
    for group, found in whole.items():
        yield group, {**whole, group: value}
        if isinstance(found, dict):
            yield group, {**whole, group: dict.fromkeys(found, value)}
        members = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
        for field in sorted({field for each in members if isinstance(each, dict) for field in each}):
            yield field, {**whole, group: _with(found, field, value)}


def _few_of_each(manifest: dict[str, Any]) -> dict[str, Any]:
    """What is read of the tenth model is what is read of the second; macros are large, and not read."""
    kept = {}
    for kind in ("seed", "model", "test", "source"):
        found = [key for group in ("nodes", "sources") for key in manifest[group] if key.startswith(f"{kind}.")]
        kept |= dict.fromkeys(found[:2])
    of_nodes = ("nodes", "sources", "parent_map", "child_map")
    few = {group: {key: each for key, each in manifest[group].items() if key in kept} for group in of_nodes}
    return {group: found for group, found in manifest.items() if group != "macros"} | few


def _without_sql(manifest: dict[str, Any]) -> dict[str, Any]:
    nodes = manifest["nodes"]
    return manifest | {"nodes": _with(nodes, "compiled_code", None)} if isinstance(nodes, dict) else manifest


def _with(found: Any, field: str, value: Any) -> Any:
    if isinstance(found, dict):
        return {key: {**each, field: value} if isinstance(each, dict) else each for key, each in found.items()}
    return [{**each, field: value} for each in found]
