"""dbt's artifacts, told as openlineage-dbt tells the same project."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from connectors.dbt.client import DbtLineage
from tests.connectors.dbt_projects import DATABASE, dataset, datasets, events, job, jobs, read
from tests.connectors.openlineage_spec import assert_valid
from tests.connectors.web import LOCAL, Asked, serving


@pytest.fixture
def shop(real_inputs: Path) -> Path:
    return real_inputs / "dbt/recorded_csv_to_postgres"


@pytest.fixture
def pushed(real_inputs: Path) -> list[dict[str, Any]]:
    """What openlineage-dbt 1.54 sent of the same runs of the same project."""
    lines = (real_inputs / "openlineage/dbt_recorded/dbt_ol_events.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


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
