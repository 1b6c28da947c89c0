"""A real Prefect server in an environment of its own: flows that ran there are what is pulled."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.prefect.client import PrefectLineage
from tests.live.third_parties import ThirdParty, environment, free_port

pytestmark = pytest.mark.live
# It takes FastAPI up to 1.0, of which later ones lack what it calls.
REQUIREMENTS = ("prefect==3.8.8", "fastapi==0.139.*", "pydantic<2.13")
RUN = """
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.schedules import CronSchedule

@flow
def load_orders():
    return 1

@flow
def fails():
    raise ValueError("ada@example.com")

load_orders()
try:
    fails()
except ValueError:
    pass
with get_client(sync_client=True) as client:
    flow_id = client.create_flow_from_name("load-orders")
    schedule = DeploymentScheduleCreate(schedule=CronSchedule(cron="0 6 * * *"), active=True)
    client.create_deployment(flow_id, name="nightly", description="Loads orders", tags=["sales"], schedules=[schedule])
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("prefect"), free_port()
    url = f"http://127.0.0.1:{port}/api"
    settings = {
        "PREFECT_HOME": str(folder),
        "PREFECT_API_URL": url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_API_AUTH_STRING": "admin:s3cret",
        "PREFECT_API_AUTH_STRING": "admin:s3cret",
    }
    prefect = ThirdParty(environment("prefect", *REQUIREMENTS), folder, settings)
    start = ("server", "start", "--host=127.0.0.1", f"--port={port}", "--no-services")
    with prefect.serving("prefect", *start, ready=f"{url}/health"):
        prefect.run("python", "-c", RUN)
        yield url.replace("://", "://admin:s3cret@")


def test_flows_deployments_and_runs(address: str) -> None:
    reader = PrefectLineage(address, allowed_hosts=("127.0.0.1",))
    assert [right for right in reader.test() if not right.ok] == []
    pages = list(reader.read_lineage(since={}))
    told = [event for page in pages for event in page.events]
    jobs = {event["job"]["name"]: event["job"]["facets"] for event in told if "run" not in event}
    assert set(jobs) == {"load-orders", "fails", "load-orders/nightly"}
    assert jobs["load-orders/nightly"]["charter_schedule"]["schedule"] == "0 6 * * *"
    assert jobs["load-orders/nightly"]["documentation"]["description"] == "Loads orders"
    assert _ended(told) == {"load-orders": "COMPLETE", "fails": "FAIL"}
    assert "ada@example.com" not in repr(told)
    again = [event for page in reader.read_lineage(since=pages[-1].cursor) for event in page.events]
    assert all(event in told for event in again)


def test_a_wrong_password_is_told(address: str) -> None:
    rights = PrefectLineage(address.replace("s3cret", "wr0ng"), allowed_hosts=("127.0.0.1",)).test()
    assert [right.ok for right in rights][1:] == [False, False, False]
    assert "wr0ng" not in repr(rights)


def _ended(told: list[dict[str, Any]]) -> dict[str, str]:
    done = [event for event in told if event.get("eventType") in ("COMPLETE", "FAIL")]
    return {event["job"]["name"]: event["eventType"] for event in done}
