"""Real dbt and dbt-ol in an environment of their own: what is pulled has the names of what is pushed."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.dbt.client import DbtLineage
from tests.live.third_parties import ThirdParty, environment

pytestmark = pytest.mark.live
# dbt-core 1.11 fetches a part of itself while it is installed, which a closed network does not let it.
REQUIREMENTS = ("dbt-core==1.10.23", "dbt-duckdb==1.11.1", "openlineage-dbt==1.54.0")
FILES = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\nseed-paths: [seeds]\n",
    "profiles.yml": "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb}\n",
    "seeds/raw_orders.csv": "id,email,amount,ordered_at\n1,ada@example.com,10,2026-11-20\n2,,20,2026-11-21\n",
    "models/only_paid.sql": "{{ config(materialized='ephemeral') }} select * from {{ ref('raw_orders') }}",
    "models/orders.sql": "{{ config(materialized='table') }} select id, md5(email) as email_hash, amount"
    " from {{ ref('only_paid') }}",
    "models/spend.sql": "-- depends_on: {{ ref('raw_orders') }}\n"
    "select sum(amount) as spend from {{ source('lake', 'raw_orders') }}",
    "models/schema.yml": """
models:
  - name: orders
    description: One row an order
    config: {meta: {owner: risk}, tags: [daily]}
    columns:
      - {name: id, description: Number of the order, tests: [unique, not_null]}
      - {name: email_hash, description: Whose it is, tests: [not_null], config: {tags: [pii]}}
sources:
  - name: lake
    schema: main
    tables: [{name: raw_orders, description: As they came}]
exposures:
  - {name: fraud, type: ml, owner: {name: Ada, email: ada@example.com}, depends_on: [ref('orders')]}
""",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ThirdParty:
    """A project that dbt-ol built once, one of whose tests fails; its events are in events.ndjson."""
    folder = tmp_path_factory.mktemp("dbt")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    settings = {
        "DBT_PROFILES_DIR": str(folder),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "OPENLINEAGE__TRANSPORT__TYPE": "file",
        "OPENLINEAGE__TRANSPORT__LOG_FILE_PATH": str(folder / "events.ndjson"),
        "OPENLINEAGE__TRANSPORT__APPEND": "true",
    }
    dbt = ThirdParty(environment("dbt", *REQUIREMENTS), folder, settings)
    with pytest.raises(RuntimeError, match="not_null_orders_email_hash"):
        dbt.run("dbt-ol", "build")
    results = (folder / "target" / "run_results.json").read_bytes()
    dbt.run("dbt", "docs", "generate")
    (folder / "target" / "run_results.json").write_bytes(results)
    return dbt


@pytest.fixture(scope="module")
def pulled(project: ThirdParty) -> list[dict[str, Any]]:
    reader = DbtLineage(str(project.folder / "target"), database_url="duckdb://shop.duckdb")
    assert [right for right in reader.test() if not right.ok] == []
    pages = list(reader.read_lineage(since={}))
    assert [event for page in reader.read_lineage(since=pages[-1].cursor) for event in page.events] == []
    return [event for page in pages for event in page.events]


@pytest.fixture(scope="module")
def pushed(project: ThirdParty) -> list[dict[str, Any]]:
    lines = Path(project.folder, "events.ndjson").read_text().splitlines()
    return [json.loads(line) for line in lines]


def ended(events: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """How the runs of each job ended."""
    done = [event for event in events if event.get("eventType") in ("COMPLETE", "FAIL")]
    return {(event["job"]["namespace"], event["job"]["name"]): event["eventType"] for event in done}


def test_the_same_runs_end_in_the_same_way(pulled: list[dict[str, Any]], pushed: list[dict[str, Any]]) -> None:
    assert ended(pulled) == ended(pushed)
    assert "FAIL" in ended(pushed).values()


def test_outputs_are_the_same_tables(pulled: list[dict[str, Any]], pushed: list[dict[str, Any]]) -> None:
    def written(events: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
        return {
            (event["job"]["name"], each["namespace"], each["name"])
            for event in events
            for each in event.get("outputs", ())
        }

    assert written(pulled) == written(pushed)


def test_one_call_of_dbt_can_be_told_from_both(pulled: list[dict[str, Any]], pushed: list[dict[str, Any]]) -> None:
    def calls(events: list[dict[str, Any]]) -> set[str]:
        facets = [event["run"]["facets"] for event in events if "run" in event]
        return {each["dbt_run"]["invocation_id"] for each in facets if "dbt_run" in each}

    assert calls(pulled) == calls(pushed)


def test_behind_an_ephemeral_model_is_the_seed(pulled: list[dict[str, Any]]) -> None:
    jobs = {each["job"]["name"]: each for each in pulled if "job" in each and "run" not in each}
    declared = jobs["shop.main.shop.orders.build.run"]
    assert [each["name"] for each in declared["inputs"]] == ["shop.main.raw_orders"]
    facets = declared["outputs"][0]["facets"]
    columns = facets["schema"]["fields"]
    assert [column["type"] for column in columns] == ["INTEGER", "VARCHAR", "INTEGER"]
    assert columns[0]["description"] == "Number of the order"
    assert facets["dbt_exposures"]["exposures"] == [{"unique_id": "exposure.shop.fraud", "name": "fraud", "type": "ml"}]
    assert {"key": "pii", "value": "true", "source": "DBT", "field": "email_hash"} in facets["tags"]["tags"]
    assert "example.com" not in json.dumps(pulled)
