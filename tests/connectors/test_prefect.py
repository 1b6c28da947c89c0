"""Prefect's flows and runs, as Prefect 3.8.8 answered, and deployments as it describes them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.prefect.client import PrefectLineage
from connectors.prefect.jobs import deployment_event
from connectors.prefect.runs import run_events
from connectors.records import ConnectorError, LineageFound
from tests.connectors.openlineage_spec import assert_valid
from tests.connectors.web import LOCAL, Answer, Asked, Server, recorded, serving

BEFORE = {"runs_ended": "2026-11-19T00:00:00Z"}
NIGHTLY = {  # in the shape of DeploymentResponse in Prefect's openapi.json; the recorded server had none
    "id": "d0000000-0000-4000-8000-000000000001", "name": "nightly", "description": "Articles, every night",
    "tags": ["prod"], "paused": True,
    "schedules": [
        {"active": True, "schedule": {"cron": "0 3 * * *", "timezone": "UTC"}},
        {"active": True, "schedule": {"interval": 3600.0, "anchor_date": "2026-01-01T00:00:00Z"}},
        {"active": False, "schedule": {"cron": "0 0 1 1 *"}},
    ],
}  # fmt: skip


def prefect_3(real_inputs: Path) -> Callable[[Asked], Answer]:
    """Filters by state and end as Prefect does; its first flow has a deployment, and its first run is of that."""
    folder = real_inputs / "prefect"
    runs = recorded(folder / "flow_runs_filter.json")
    names = {run["flow_id"]: f"flow-{number}" for number, run in enumerate(runs)}
    names |= {flow["id"]: flow["name"] for flow in recorded(folder / "flows_filter.json")}
    flows = [{"id": flow_id, "name": name, "tags": []} for flow_id, name in names.items()]
    runs[0]["deployment_id"] = NIGHTLY["id"]
    version = recorded(folder / "version.json")

    def answer(asked: Asked) -> Answer:
        if asked.method == "GET":
            return 200, version if asked.path == "/api/admin/version" else True
        first, size = asked.body["offset"], asked.body["limit"]
        match asked.path:
            case "/api/flows/filter":
                return 200, flows[first : first + size]
            case "/api/deployments/filter":
                return 200, [{**NIGHTLY, "flow_id": runs[0]["flow_id"]}][first : first + size]
            case "/api/flow_runs/filter":
                return 200, _filtered(runs, asked.body.get("flow_runs", {}))[first : first + size]
        return 404, {"detail": "Not Found"}

    return answer


def _filtered(runs: list[dict[str, Any]], wanted: dict[str, Any]) -> list[dict[str, Any]]:
    states, ended = wanted.get("state", {}).get("type", {}).get("any_"), wanted.get("end_time")
    found = [run for run in runs if states is None or run["state_type"] in states]
    return [run for run in found if ended is None or ended["after_"] <= (run["end_time"] or "") <= ended["before_"]]


@pytest.fixture
def prefect(real_inputs: Path) -> Iterator[Server]:
    with serving(prefect_3(real_inputs)) as server:
        yield server


def read(server: Server, since: dict[str, Any] | None = None) -> list[LineageFound]:
    return list(PrefectLineage(server.url, allowed_hosts=LOCAL).read_lineage(since=since or BEFORE))


def events(pages: list[LineageFound]) -> list[dict[str, Any]]:
    return [event for page in pages for event in page.events]


def test_all_it_tells_is_openlineage(prefect: Server, real_inputs: Path) -> None:
    assert_valid(events(read(prefect)), real_inputs)


def test_runs_end_as_prefect_says(prefect: Server) -> None:
    kinds = [event["eventType"] for event in events(read(prefect)) if "run" in event]
    assert {kind: kinds.count(kind) for kind in kinds} == {"START": 17, "COMPLETE": 15, "FAIL": 2}


def test_a_run_of_a_deployment_is_a_run_of_its_job(prefect: Server) -> None:
    names = {event["job"]["name"] for event in events(read(prefect)) if "run" in event}
    assert [name for name in names if name.endswith("/nightly")] != []
    assert "devto_etl" in names


def test_a_deployment_has_its_schedules_tags_and_words() -> None:
    event = deployment_event("prefect", {"name": "devto_etl"}, NIGHTLY, "2026-11-21T03:00:00Z", "2026-11-20T00:00:00Z")
    facets = event["job"]["facets"]
    assert event["job"]["name"] == "devto_etl/nightly"
    assert facets["documentation"]["description"] == "Articles, every night"
    assert facets["tags"]["tags"] == [{"key": "prod", "value": "prod", "source": "PREFECT"}]
    said = {name: value for name, value in facets["charter_schedule"].items() if not name.startswith("_")}
    assert said == {
        "schedule": "0 3 * * *, every 3600 s", "next_run_at": "2026-11-21T03:00:00.000000Z", "is_paused": True,
    }  # fmt: skip


def test_parameters_and_what_exceptions_quote_stay(prefect: Server) -> None:
    found = events(read(prefect))
    errors = [event["run"]["facets"]["errorMessage"]["message"] for event in found if event.get("eventType") == "FAIL"]
    assert sorted(errors) == [
        "Flow run encountered an exception: ConnectError", "Flow run encountered an exception: ConnectionError",
    ]  # fmt: skip
    assert "dev.to" not in json.dumps(found)
    assert "prefect.io" not in json.dumps(found)


def test_a_second_pull_tells_only_what_is_new(prefect: Server) -> None:
    cursor = json.loads(json.dumps(read(prefect)[-1].cursor))
    assert events(read(prefect, cursor)) == []


def test_a_pull_that_was_cut_short_goes_on_at_its_day(prefect: Server) -> None:
    whole = read(prefect)
    for page in whole:
        rest = events(read(prefect, page.cursor))
        told = events(whole[: whole.index(page) + 1]) + rest
        runs = {(event["run"]["runId"], event["eventType"]) for event in told if "run" in event}
        assert len(runs) == 34


@pytest.mark.parametrize(
    ("state", "kind"),
    [("COMPLETED", "COMPLETE"), ("CRASHED", "FAIL"), ("CANCELLED", "ABORT"), ("RUNNING", None), ("SCHEDULED", None)],
)
def test_states(state: str, kind: str | None) -> None:
    times = {"start_time": "2026-11-20T00:00:00Z", "end_time": "2026-11-20T00:01:00Z"}
    found = list(run_events(("prefect", "f"), {"id": "1", "state_type": state, **times}, "3"))
    assert [event["eventType"] for event in found] == ["START", kind][: 2 if kind else 1]


def test_each_right_is_tried_with_the_login(prefect: Server) -> None:
    reader = PrefectLineage(prefect.with_login("admin:s3cret"), allowed_hosts=LOCAL)
    assert [right.ok for right in reader.test()] == [True] * 4
    assert all(asked.headers["Authorization"].startswith("Basic ") for asked in prefect.asked)


def test_another_service_is_told_apart() -> None:
    with serving(lambda _: (200, {"hello": "world"})) as server, pytest.raises(ConnectorError, match="without a list"):
        read(server)
