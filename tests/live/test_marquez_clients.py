"""Marquez's own Python client, in an environment of its own, and our reader of Marquez, pointed at Charter."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.marquez.client import MarquezLineage
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE
from tests.live.third_parties import ThirdParty, environment

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]
# It imports pytz without asking for it; pyrfc3339, which used to bring it, no longer does.
REQUIREMENTS = ("marquez-python==0.50.0", "pytz==2025.2")
# What somebody's program does, as one process.
PROGRAM = """
import json, sys
from marquez_client import Clients, MarquezClient
from marquez_client.errors import APIError

url, token, warehouse, table = sys.argv[1:]
client = MarquezClient(url, api_key=token)

def fails(call, *arguments):
    try:
        call(*arguments)
    except APIError as error:
        return error.__cause__.response.status_code

[run] = client.list_job_runs("etl", "clean")["runs"]
[version] = client.list_dataset_versions(warehouse, table)["versions"]
told = {
    "namespaces": client.list_namespaces(),
    "namespace": client.get_namespace(warehouse),
    "sources": client.list_sources(),
    "source": client.get_source(warehouse),
    "datasets": client.list_datasets(warehouse, limit=1, offset=0),
    "dataset": client.get_dataset(warehouse, table),
    "spelled": client.get_dataset("postgresql://DB", table),
    "version": client.get_dataset_version(warehouse, table, version["version"]),
    "jobs": client.list_jobs("etl"),
    "job": client.get_job("etl", "clean"),
    "run": client.get_job_run(run["id"]),
    "runs": [run],
    "columns": client.get_column_lineage_by_dataset(warehouse, table),
    "column": client.get_column_lineage_by_dataset_field(warehouse, table, "country", with_downstream=True),
    "of_job": client.get_column_lineage_by_job("etl", "clean", depth=1),
    "tags": client.list_tags(),
    "events": fails(client.list_events),
    "writing": [
        fails(client.create_namespace, "new", "me"), fails(client.create_tag, "new"),
        fails(client.tag_dataset, warehouse, table, "new"),
    ],
    "nothing": fails(client.get_dataset, warehouse, "nope"),
    # It has no call for the graph itself; this is how its own calls are made.
    "graph": client._get(client._url("/lineage"), {"nodeId": f"dataset:{warehouse}:{table}", "depth": 2}),
}
print(json.dumps(told))
"""


@pytest.fixture
def company(cast: SimpleNamespace) -> SimpleNamespace:
    """Events outlive a test that commits: Django empties only the tables that it made."""
    from tests.lineage.orders import make_orders
    from tests.lineage.sent import forget

    forget()
    return make_orders(cast)


@pytest.fixture
def told(cast: SimpleNamespace, company: SimpleNamespace, live_server: Any, tmp_path: Path) -> dict[str, Any]:
    """What the client, unchanged, reads of a small company's graph."""
    from tests.cast import token_for

    client = ThirdParty(environment("marquez", *REQUIREMENTS), tmp_path)
    token = token_for(cast.viewer, "features:read")
    return json.loads(client.run("python", "-c", PROGRAM, live_server.url, token, WAREHOUSE, CLEAN))


def test_the_python_client(told: dict[str, Any]) -> None:
    table = {"namespace": WAREHOUSE, "name": CLEAN}
    assert [one["name"] for one in told["namespaces"]["namespaces"]] == ["charter", "etl", WAREHOUSE]
    assert told["namespace"]["name"] == told["source"]["name"] == WAREHOUSE
    assert (told["datasets"]["datasets"][0]["id"], told["datasets"]["totalCount"]) == (table, 2)
    assert told["dataset"] == told["spelled"]
    assert [one["name"] for one in told["dataset"]["columnLineage"]] == ["amount", "country"]
    assert told["version"]["version"] == told["dataset"]["currentVersion"]
    assert [one["id"] for one in told["jobs"]["jobs"]] == [{"namespace": "etl", "name": "clean"}]
    assert (told["job"]["inputs"], told["job"]["outputs"]) == ([table | {"name": RAW}], [table])
    assert told["job"]["latestRun"] == told["run"] == told["runs"][0]
    assert told["tags"] == {"tags": []}


def test_graphs_of_it(told: dict[str, Any]) -> None:
    nodes = {node["id"]: node for node in told["graph"]["graph"]}
    assert nodes["job:etl:clean"]["outEdges"][0]["destination"] == f"dataset:{WAREHOUSE}:{CLEAN}"
    assert "dataset:charter:shop.order_stats" in nodes
    fields = {node["data"]["field"] for node in told["columns"]["graph"]}
    assert fields == {"amount", "country"}
    assert "datasetField:charter:shop.order_stats:country" in {node["id"] for node in told["column"]["graph"]}
    assert {node["type"] for node in told["of_job"]["graph"]} == {"DATASET_FIELD"}


def test_what_it_cannot_do_is_an_error_of_its_own(told: dict[str, Any]) -> None:
    """Its list of events asks for Charter's own, which takes no offset; what it writes is not taken."""
    assert (told["events"], told["writing"], told["nothing"]) == (400, [405, 404, 405], 404)


def test_our_reader_of_marquez_reads_charter(cast: SimpleNamespace, company: SimpleNamespace, live_server: Any) -> None:
    """With rights on events, everything that was sent comes out again."""
    from tests.cast import token_for

    token = token_for(cast.auditor, "features:read")
    reader = MarquezLineage(live_server.url, token=token, allowed_hosts=("localhost", "127.0.0.1"))
    assert [right for right in reader.test() if not right.ok] == []
    pages = list(reader.read_lineage(since={}))
    events = [event for page in pages for event in page.events]
    assert [event["run"]["runId"] for event in events if "run" in event] == ["clean 2026-11-20T12:00:00Z"]
    named = {event["dataset"]["name"] for event in events if "dataset" in event}
    assert {RAW, CLEAN, "shop.order_stats", "model:fraud"} <= named
