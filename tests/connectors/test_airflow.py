"""Airflow's DAGs, assets and runs, told as its own OpenLineage provider would tell them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.airflow.client import AirflowLineage
from connectors.records import ConnectorError, LineageFound
from tests.connectors.airflow_server import JWT, airflow_3
from tests.connectors.openlineage_spec import assert_valid
from tests.connectors.web import LOCAL, Server, serving

SINCE_EVER = {"runs_ended": "2020-01-01T00:00:00Z"}
NAMESPACE = "airflow_examples"  # of the recorded Airflow


@pytest.fixture
def airflow(real_inputs: Path) -> Iterator[Server]:
    with serving(airflow_3(real_inputs)) as server:
        yield server


def reader(server: Server, **options: Any) -> AirflowLineage:
    return AirflowLineage(server.with_login("ada:s3cret"), namespace=NAMESPACE, allowed_hosts=LOCAL, **options)


def read(server: Server, since: dict[str, Any] | None = None) -> list[LineageFound]:
    return list(reader(server).read_lineage(since=since or SINCE_EVER))


def events(pages: list[LineageFound]) -> list[dict[str, Any]]:
    return [event for page in pages for event in page.events]


def job(found: list[dict[str, Any]], name: str) -> dict[str, Any]:
    [event] = [event for event in found if event["job"]["name"] == name and "run" not in event]
    return event


def test_all_it_tells_is_openlineage(airflow: Server, real_inputs: Path) -> None:
    found = events(read(airflow))
    assert_valid(found, real_inputs)
    assert len({event["job"]["name"] for event in found if "." not in event["job"]["name"]}) == 92


def test_a_pulled_run_is_the_run_that_airflow_pushes(airflow: Server, real_inputs: Path) -> None:
    file = real_inputs / "openlineage/airflow_recorded/airflow_3.2.2_events.ndjson"
    pushed = [json.loads(line) for line in file.read_text().splitlines()]
    dag_runs = {
        (event["job"]["name"], event["run"]["runId"], event["eventType"])
        for event in pushed
        if event["job"]["facets"]["jobType"]["jobType"] == "DAG"
    }
    pulled = {
        (event["job"]["name"], event["run"]["runId"], event["eventType"])
        for event in events(read(airflow))
        if "run" in event
    }
    assert len(dag_runs) == 27
    assert dag_runs <= pulled


def test_a_pulled_run_has_the_times_that_airflow_pushes(airflow: Server, real_inputs: Path) -> None:
    file = real_inputs / "openlineage/airflow_recorded/airflow_3.2.2_events.ndjson"
    pushed = [json.loads(line) for line in file.read_text().splitlines()]
    pulled = {(event["run"]["runId"], event["eventType"]): event for event in events(read(airflow)) if "run" in event}
    for event in pushed:
        if twin := pulled.get((event["run"]["runId"], event["eventType"])):
            assert twin["eventTime"].replace("Z", "+00:00") == event["eventTime"]
            nominal = event["run"]["facets"].get("nominalTime", {}).get("nominalStartTime")
            told = twin["run"]["facets"].get("nominalTime", {}).get("nominalStartTime")
            assert bool(nominal) == bool(told)


def test_a_dag_has_its_schedule_owner_tags_and_words(airflow: Server) -> None:
    facets = job(events(read(airflow)), "tutorial")["job"]["facets"]
    assert facets["documentation"]["description"] == "A simple tutorial DAG"
    assert facets["ownership"]["owners"] == [{"name": "airflow"}]
    assert facets["tags"]["tags"] == [{"key": "example", "value": "example", "source": "AIRFLOW"}]
    assert facets["jobType"]["jobType"] == "DAG"
    said = {name: facets["charter_schedule"][name] for name in ("schedule", "next_run_at", "is_paused")}
    assert said == {"schedule": "1 day, 0:00:00", "next_run_at": "2026-11-21T12:07:56.202548Z", "is_paused": False}


def test_assets_are_what_tasks_write_and_dags_read(airflow: Server) -> None:
    found = events(read(airflow))
    written = job(found, "asset_produces_1.producing_task_1")["outputs"]
    assert [(each["namespace"], each["name"]) for each in written] == [("s3://dag1", "output_1.txt")]
    read_by = job(found, "asset_consumes_1")["inputs"]
    assert [(each["namespace"], each["name"]) for each in read_by] == [("s3://dag1", "output_1.txt")]
    sales = job(found, "ingest_regional_sales.ingest_sales")["outputs"]
    assert [(each["namespace"], each["name"]) for each in sales] == [("file://incoming", "/sales/regional.csv")]


def test_a_second_pull_tells_only_what_is_new(airflow: Server) -> None:
    pages = read(airflow)
    cursor = json.loads(json.dumps(pages[-1].cursor))
    again = events(read(airflow, cursor))
    assert [event for event in again if "run" not in event] == []
    # The last minutes are read twice, and told in the very same words.
    assert all(event in events(pages) for event in again)
    assert 0 < len(again) < len([event for event in events(pages) if "run" in event])


def test_a_pull_that_was_cut_short_goes_on(airflow: Server) -> None:
    pages = read(airflow)
    rest = events(read(airflow, pages[0].cursor))
    told = [json.dumps({**event, "eventTime": ""}, sort_keys=True) for event in [*events(pages[:1]), *rest]]
    whole = [json.dumps({**event, "eventTime": ""}, sort_keys=True) for event in events(pages)]
    assert sorted(told) == sorted(whole)


def test_small_pages_and_runs_that_end_together_lose_nothing(real_inputs: Path) -> None:
    with serving(airflow_3(real_inputs)) as whole, serving(airflow_3(real_inputs, page=3)) as small:
        at_once = {event["run"]["runId"] for event in events(read(whole)) if "run" in event}
        piece_by_piece = {event["run"]["runId"] for event in events(read(small)) if "run" in event}
    assert piece_by_piece == at_once


def test_each_right_is_tried(airflow: Server) -> None:
    rights = reader(airflow).test()
    assert [(right.name, right.ok) for right in rights] == [
        ("answers", True), ("may read DAGs", True), ("may read runs", True), ("may read assets", True),
    ]  # fmt: skip


def test_a_token_is_sent_as_it_is(airflow: Server) -> None:
    pulled = AirflowLineage(airflow.url, token=JWT, allowed_hosts=LOCAL)
    assert all(right.ok for right in pulled.test())
    assert "/auth/token" not in [asked.path for asked in airflow.asked]


def test_a_wrong_password_is_told_without_it(airflow: Server) -> None:
    wrong = AirflowLineage(airflow.with_login("ada:wr0ng"), allowed_hosts=LOCAL)
    [answers] = wrong.test()
    assert not answers.ok
    assert "401" in answers.detail
    assert "wr0ng" not in answers.detail + answers.fix
    with pytest.raises(ConnectorError):
        next(wrong.read_lineage(since={}))


def test_assets_that_may_not_be_read_are_a_warning(real_inputs: Path) -> None:
    answer = airflow_3(real_inputs)
    with serving(lambda asked: (403, {}) if asked.path.endswith("/assets") else answer(asked)) as server:
        pages = read(server)
    assert len(pages[0].events) == 92
    assert ["Assets could not be read" in warning for page in pages for warning in page.warnings] == [True]
