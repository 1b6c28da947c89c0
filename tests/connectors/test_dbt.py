"""dbt's artifacts, told as openlineage-dbt tells the same project."""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from connectors.dbt.client import DbtLineage
from connectors.dbt.project import table_namespace
from connectors.records import ConnectorError, LineageFound
from tests.connectors.openlineage_spec import assert_valid
from tests.connectors.web import LOCAL, Asked, serving

DATABASE = "postgresql://ada:s3cret@localhost:59871/dbt_test"  # of the recorded project


def read(folder: Path, since: dict[str, Any] | None = None, **options: Any) -> list[LineageFound]:
    options = {"database_url": DATABASE, **options}
    return list(DbtLineage(str(folder), **options).read_lineage(since=since or {}))


def events(pages: list[LineageFound]) -> list[dict[str, Any]]:
    return [event for page in pages for event in page.events]


@pytest.fixture
def shop(real_inputs: Path) -> Path:
    return real_inputs / "dbt/recorded_csv_to_postgres"


@pytest.fixture
def pushed(real_inputs: Path) -> list[dict[str, Any]]:
    """What openlineage-dbt 1.54 sent of the same runs of the same project."""
    lines = (real_inputs / "openlineage/dbt_recorded/dbt_ol_events.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def jobs(found: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(event["job"]["namespace"], event["job"]["name"]) for event in found if "job" in event}


def datasets(found: list[dict[str, Any]]) -> set[tuple[str, str]]:
    named = [each for event in found for kind in ("inputs", "outputs") for each in event.get(kind, ())]
    named += [event["dataset"] for event in found if "dataset" in event]
    return {(each["namespace"], each["name"]) for each in named}


def job(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    [event] = [event for event in found if event.get("job", {}).get("name") == name and "run" not in event]
    return event


def dataset(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    [event] = [event for event in found if event.get("dataset", {}).get("name") == name]
    facets: dict[str, Any] = event["dataset"]["facets"]
    return facets


def test_all_it_tells_is_openlineage(shop: Path, real_inputs: Path) -> None:
    assert_valid(events(read(shop)), real_inputs)


def test_jobs_and_datasets_are_those_that_dbt_pushes(shop: Path, pushed: list[dict[str, Any]]) -> None:
    pulled = events(read(shop))
    assert jobs(pulled) == jobs(pushed)
    assert datasets(pulled) == datasets(pushed)


def test_runs_ran_when_dbt_says_and_ended_as_it_says(shop: Path, pushed: list[dict[str, Any]]) -> None:
    def told(found: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
        models = [event for event in found if "run" in event and event["job"]["name"].count(".") == 3]
        models = [event for event in models if not event["job"]["name"].endswith(".test")]
        return {(event["job"]["name"], event["eventType"], event["eventTime"]) for event in models}

    assert told(events(read(shop))) == told(pushed)


def test_tests_are_assertions_as_dbt_pushes_them(shop: Path, pushed: list[dict[str, Any]]) -> None:
    def told(found: list[dict[str, Any]]) -> set[tuple[str, ...]]:
        inputs = [each for event in found if event.get("eventType") == "COMPLETE" for each in event["inputs"]]
        facets = [(each["name"], each.get("inputFacets", {}).get("dataQualityAssertions")) for each in inputs]
        names = ("assertion", "name", "success", "column", "severity", "actual", "expected")
        return {
            (table, *(str(one.get(name)) for name in names))
            for table, facet in facets
            if facet
            for one in facet["assertions"]
        }

    assert told(events(read(shop))) == told(pushed)
    assert len(told(pushed)) == 15


def test_a_seed_that_a_model_reads_is_its_input(shop: Path) -> None:
    found = job(events(read(shop)), "dbt_test.main.openlineage_compatibility_test.stg_orders")
    assert [each["name"] for each in found["inputs"]] == ["dbt_test.main.raw_orders"]
    assert [each["name"] for each in found["outputs"]] == ["dbt_test.main.stg_orders"]


def test_columns_have_types_of_the_catalog_and_words_of_the_project(shop: Path) -> None:
    output = job(events(read(shop)), "dbt_test.main.openlineage_compatibility_test.stg_orders")["outputs"][0]
    fields = output["facets"]["schema"]["fields"]
    assert [field["name"] for field in fields] == [
        "order_id", "customer_id", "order_date", "amount", "status", "completed_amount",
    ]  # fmt: skip
    assert fields[0] == {
        "name": "order_id", "type": "integer", "description": "Unique order identifier", "ordinal_position": 1,
    }  # fmt: skip
    assert output["facets"]["documentation"]["description"] == "Cleaned order data excluding cancelled orders"


def test_freshness_of_sources_is_told_with_its_limits(shop: Path) -> None:
    facets = dataset(events(read(shop)), "dbt_test.main.raw_orders")
    assert facets["dataQualityMetrics"]["lastUpdated"] == "2023-06-08T00:00:00.000000Z"
    said = {name: value for name, value in facets["charter_freshness"].items() if not name.startswith("_")}
    assert said == {
        "loaded_at": "2023-06-08T00:00:00.000000Z", "checked_at": "2026-11-20T12:27:21.067737Z", "status": "error",
        "warn_after_seconds": 43200, "error_after_seconds": 86400,
    }  # fmt: skip


def test_a_run_is_part_of_the_command_that_made_it(shop: Path) -> None:
    found = events(read(shop))
    around = {event["run"]["runId"] for event in found if event.get("job", {}).get("name", "").startswith("dbt-run-")}
    parents = {event["run"]["facets"]["parent"]["run"]["runId"] for event in found if "parent" in _run_facets(event)}
    assert parents <= around
    assert len(around) == 3


def _run_facets(event: dict[str, Any]) -> dict[str, Any]:
    facets: dict[str, Any] = event.get("run", {}).get("facets", {})
    return facets


def test_no_login_and_no_code_leaves(shop: Path) -> None:
    text = json.dumps(events(read(shop)))
    assert "s3cret" not in text
    assert "ada:" not in text
    assert "select" not in text.lower()


def test_reading_twice_makes_the_same_runs(shop: Path) -> None:
    assert events(read(shop)) == events(read(shop))


def test_a_second_pull_tells_only_what_changed(shop: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shop, tmp_path / "target"))
    cursor = json.loads(json.dumps(read(folder)[-1].cursor))
    assert events(read(folder, cursor)) == []
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["metadata"]["generated_at"] = "2026-11-21T00:00:00Z"
    manifest["nodes"]["model.openlineage_compatibility_test.stg_orders"]["description"] = "Orders"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    [changed] = events(read(folder, cursor))
    assert changed["job"]["name"].endswith("stg_orders")
    assert changed["eventTime"] == "2026-11-21T00:00:00.000000Z"


def test_a_pull_that_was_cut_short_tells_the_runs_next_time(shop: Path) -> None:
    first = read(shop)[0]
    rest = events(read(shop, first.cursor))
    assert [event for event in rest if "run" not in event] == []
    assert len(rest) == len([event for event in events(read(shop)) if "run" in event])


def test_a_large_project_of_another_version(real_inputs: Path) -> None:
    found = events(read(real_inputs / "dbt/jaffle_shop_1.12", database_url="duckdb://jaffle_shop.duckdb"))
    assert_valid(found, real_inputs)
    assert {event["dataset"]["namespace"] for event in found if "dataset" in event} == {"duckdb://jaffle_shop.duckdb"}
    # `dbt docs generate` left results, which are of compiling and therefore no runs.
    assert [event for event in found if "run" in event] == []
    assert len([event for event in found if "job" in event]) == 13


@pytest.mark.parametrize(
    ("fixture", "ended"),
    [
        ("fail", {"COMPLETE": 2, "FAIL": 2}),  # one model, and with it the command; the skipped model is no run
        ("test", {"COMPLETE": 3, "FAIL": 3}),  # two tables fail, and with them the command
        ("snapshot", {"COMPLETE": 2}),
        ("catalog", {"COMPLETE": 2}),
    ],
)
def test_old_artifacts_are_read_too(real_inputs: Path, fixture: str, ended: dict[str, int]) -> None:
    found = events(read(real_inputs / "dbt/openlineage_fixtures" / fixture, database_url="postgres://localhost"))
    assert_valid(found, real_inputs)
    kinds = [event["eventType"] for event in found if "run" in event]
    assert {kind: kinds.count(kind) for kind in kinds if kind != "START"} == ended


def test_a_web_server_may_hold_the_artifacts(shop: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shop, tmp_path / "target"))
    shutil.copy(folder / "run_results_run.json", folder / "run_results.json")

    def answer(asked: Asked) -> tuple[int, Any]:
        file = folder / asked.path.removeprefix("/artifacts/")
        return (200, file.read_bytes()) if file.is_file() else (404, b"")

    with serving(answer) as server:
        found = DbtLineage(f"{server.url}/artifacts", database_url=DATABASE, allowed_hosts=LOCAL)
        pulled = events(list(found.read_lineage(since={})))
    for name in ("seed", "test"):
        (folder / f"run_results_{name}.json").unlink()
    (folder / "run_results_run.json").unlink()
    assert pulled == events(read(folder))


# --- what a project may say ----------------------------------------------------------------------


def project(tmp_path: Path, **said: Any) -> Path:
    """A manifest of two models, of which `said` changes parts."""
    orders = {
        "name": "orders", "alias": "orders", "resource_type": "model", "database": "shop", "schema": "public",
        "unique_id": "model.shop.orders", "config": {"materialized": "table"}, "columns": {},
    }  # fmt: skip
    totals = {**orders, "name": "totals", "alias": "totals", "unique_id": "model.shop.totals"}
    manifest: dict[str, Any] = {
        "metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json", "project_name": "shop",
                     "adapter_type": "postgres", "generated_at": "2026-11-20T00:00:00Z"},
        "nodes": {"model.shop.orders": {**orders, **said.pop("orders", {})}, "model.shop.totals": totals},
        "sources": {}, "parent_map": {"model.shop.orders": [], "model.shop.totals": ["model.shop.orders"]},
    }  # fmt: skip
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | said))
    return tmp_path


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


# --- folders -------------------------------------------------------------------------------------


def test_each_file_is_tried(shop: Path) -> None:
    rights = DbtLineage(str(shop), database_url=DATABASE).test()
    assert [right.name.split()[0] for right in rights] == [
        "manifest.json", "catalog.json", "run_results.json", "sources.json",
    ]  # fmt: skip
    assert all(right.ok for right in rights)
    assert "It is not there" in rights[2].detail


def test_a_folder_without_a_manifest_is_told(tmp_path: Path) -> None:
    [right] = DbtLineage(str(tmp_path)).test()
    assert not right.ok
    assert "no manifest.json" in right.detail
    with pytest.raises(ConnectorError):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"nodes": []}', '{"nodes": {"model.a": 1}, "metadata": 3}'])
def test_what_dbt_did_not_write_is_refused(tmp_path: Path, body: str) -> None:
    (tmp_path / "manifest.json").write_text(body)
    with pytest.raises(ConnectorError):
        read(tmp_path, database_url="")


ODD: list[Any] = [None, -1.5, "x", [None, 1, "x", {}], {"a": {"b": [1]}}]


ARTIFACTS = ("manifest.json", "catalog.json", "run_results_run.json", "run_results_test.json", "sources.json")


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("file", ARTIFACTS)
def test_whatever_stands_in_an_artifact_it_is_told_or_read(shop: Path, tmp_path: Path, file: str, value: Any) -> None:
    """Each field of an artifact, one after the other, holds something odd."""
    folder = Path(shutil.copytree(shop, tmp_path / "target"))
    for odd in _odd(json.loads((shop / file).read_text()), value):
        (folder / file).write_text(json.dumps(odd))
        with suppress(ConnectorError):
            read(folder)


def _odd(whole: dict[str, Any], value: Any) -> Iterator[dict[str, Any]]:
    """One group of the artifact is odd, or all members of one, or one field of all its members."""
    whole.pop("macros", None)  # large, and not read
    for group, found in whole.items():
        yield {**whole, group: value}
        if isinstance(found, dict):
            yield {**whole, group: dict.fromkeys(found, value)}
        members = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
        for field in sorted({field for each in members if isinstance(each, dict) for field in each}):
            yield {**whole, group: _with(found, field, value)}


def _with(found: Any, field: str, value: Any) -> Any:
    if isinstance(found, dict):
        return {key: {**each, field: value} if isinstance(each, dict) else each for key, each in found.items()}
    return [{**each, field: value} for each in found]


def test_links_and_folders_outside_are_refused(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").symlink_to(shop / "manifest.json")
    with pytest.raises(ConnectorError, match="leads out"):
        read(tmp_path)
    with pytest.raises(ConnectorError, match="outside"):
        DbtLineage("../other", base_folder=tmp_path)
