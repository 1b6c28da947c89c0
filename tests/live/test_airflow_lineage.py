"""Real Airflow, 2 and 3, each in an environment of its own: what it ran is what is pulled."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.airflow.client import AirflowLineage
from connectors.airflow.runs import run_id
from tests.live.third_parties import ThirdParty, environment, free_port

pytestmark = pytest.mark.live
# pydantic 2.13 and later cannot build Airflow 3's models; 2.12 and later not those of Airflow 2.
AIRFLOW_3 = ("3", "apache-airflow==3.3.2", "pydantic<2.13")
AIRFLOW_2 = ("2", "apache-airflow==2.11.0", "pydantic<2.12")
DAGS = """
from datetime import datetime
{imports}
orders = Asset("postgres://db.example/shop/public/orders")
always = dict(start_date=datetime(2026, 1, 1), catchup=False)
with DAG("load_orders", schedule="0 6 * * *", tags=["sales"], description="Loads orders",
         default_args={{"owner": "risk"}}, **always):
    @task(outlets=[orders])
    def load():
        pass
    load()
with DAG("features", schedule=[orders], **always):
    @task
    def compute():
        raise ValueError("on purpose")
    compute()
"""
IMPORTS = {
    "3": "from airflow.sdk import DAG, Asset, task",
    "2": "from airflow import DAG\nfrom airflow.datasets import Dataset as Asset\nfrom airflow.decorators import task",
}


@pytest.fixture(scope="module", params=[AIRFLOW_3, AIRFLOW_2], ids=["airflow-3", "airflow-2"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of an Airflow with two DAGs, of which each ran once; the second failed."""
    version, *requirements = request.param
    folder, port = tmp_path_factory.mktemp("airflow"), free_port()
    (folder / "dags").mkdir()
    (folder / "dags" / "shop.py").write_text(DAGS.format(imports=IMPORTS[version]))
    airflow = ThirdParty(environment(f"airflow-{version}", *requirements), folder, _settings(folder))
    airflow.run("airflow", "db", "migrate")
    airflow.run("airflow", "dags", "reserialize")
    _run(airflow, "load_orders")
    _run(airflow, "features")
    start, health = ("api-server", "/api/v2/version") if version == "3" else ("webserver", "/api/v1/version")
    if version == "2":
        airflow.run("airflow", "sync-perm")  # else there is no role but Admin
        named = ("--username=ada", "--firstname=Ada", "--lastname=L", "--email=ada@example.com", "--password=s3cret")
        airflow.run("airflow", "users", "create", "--role=Viewer", *named)
    with airflow.serving("airflow", start, f"--port={port}", "--workers=1", ready=f"http://127.0.0.1:{port}{health}"):
        yield f"http://ada:s3cret@127.0.0.1:{port}"


def _settings(folder: Path) -> dict[str, str]:
    (folder / "passwords.json").write_text(json.dumps({"ada": "s3cret"}))
    return {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "ada:viewer",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(folder / "passwords.json"),
        "AIRFLOW__API__AUTH_BACKENDS": "airflow.api.auth.backend.basic_auth",
    }


def _run(airflow: ThirdParty, dag_id: str) -> None:
    """A failed run is no failure of the command in one version, and one in the other."""
    try:
        airflow.run("airflow", "dags", "test", dag_id, "2026-11-20")
    except RuntimeError:
        if dag_id != "features":
            raise


@pytest.fixture(scope="module")
def told(address: str) -> list[dict[str, Any]]:
    reader = AirflowLineage(address, allowed_hosts=("127.0.0.1",))
    pages = list(reader.read_lineage(since={}))
    assert [warning for page in pages for warning in page.warnings] == []
    assert list(reader.read_lineage(since=pages[-1].cursor))[0].events == []
    return [event for page in pages for event in page.events]


def job(told: list[dict[str, Any]], name: str) -> dict[str, Any]:
    [event] = [event for event in told if event["job"]["name"] == name and "run" not in event]
    return event


def test_a_viewer_may_read_it_all(address: str) -> None:
    assert [right for right in AirflowLineage(address, allowed_hosts=("127.0.0.1",)).test() if not right.ok] == []


def test_dags_and_what_they_hand_on(told: list[dict[str, Any]]) -> None:
    facets = job(told, "load_orders")["job"]["facets"]
    assert facets["charter_schedule"]["schedule"] == "0 6 * * *"
    assert facets["charter_schedule"]["next_run_at"]
    assert facets["charter_schedule"]["is_paused"] is True
    assert facets["ownership"]["owners"] == [{"name": "risk"}]
    assert facets["documentation"]["description"] == "Loads orders"
    assert [tag["key"] for tag in facets["tags"]["tags"]] == ["sales"]
    orders = ("postgres://db.example:5432", "shop.public.orders")
    written = job(told, "load_orders.load")["outputs"]
    read = job(told, "features")["inputs"]
    assert [(each["namespace"], each["name"]) for each in [*written, *read]] == [orders, orders]


def test_runs_and_how_they_ended(told: list[dict[str, Any]]) -> None:
    ended = {event["job"]["name"]: event for event in told if event.get("eventType") in ("COMPLETE", "FAIL")}
    assert {name: event["eventType"] for name, event in ended.items()} == {
        "load_orders": "COMPLETE",
        "features": "FAIL",
    }
    day = datetime(2026, 11, 20, tzinfo=UTC)
    assert ended["features"]["run"]["runId"] == run_id("default", "features", day)
