"""The graphs that Marquez's clients draw: of datasets and jobs, of columns, of runs."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.lineage.marquez import API, ask
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, made_of, run
from tests.lineage.sent import tell

TABLE = f"dataset:{WAREHOUSE}:{CLEAN}"
ORDERS = f"dataset:{WAREHOUSE}:{RAW}"
JOB = "job:etl:clean"
VIEW = "dataset:charter:shop.order_stats"


def graph(world: SimpleNamespace, path: str = "/lineage", **query: Any) -> dict[str, dict[str, Any]]:
    return {node["id"]: node for node in ask(world.api, path, **query)["graph"]}


def edges(found: dict[str, dict[str, Any]]) -> set[tuple[str, str]]:
    return {(edge["origin"], edge["destination"]) for node in found.values() for edge in node["outEdges"]}


def test_from_dataset_through_job_to_dataset(world: SimpleNamespace) -> None:
    found = graph(world, nodeId=TABLE)
    assert {ORDERS, JOB, TABLE, VIEW, "dataset:charter:model:fraud"} <= found.keys()
    assert {(ORDERS, JOB), (JOB, TABLE), (TABLE, VIEW), (VIEW, "dataset:charter:model:fraud")} <= edges(found)
    assert (ORDERS, TABLE) not in edges(found)
    job, table = found[JOB], found[TABLE]
    assert (job["type"], job["data"]["latestRun"]["state"]) == ("JOB", "COMPLETED")
    assert (table["type"], table["data"]["id"]) == ("DATASET", {"namespace": WAREHOUSE, "name": CLEAN})
    assert table["inEdges"] == [{"origin": JOB, "destination": TABLE}]


def test_a_job_that_says_what_goes_where_is_drawn_with_both(world: SimpleNamespace) -> None:
    found = graph(world, nodeId=JOB, depth="1")
    assert {ORDERS, JOB, TABLE} <= found.keys()
    assert {(ORDERS, JOB), (JOB, TABLE)} <= edges(found)


def test_both_sides_of_an_edge_tell_it(world: SimpleNamespace) -> None:
    found = graph(world, nodeId=TABLE)
    assert edges(found) == {(one["origin"], one["destination"]) for node in found.values() for one in node["inEdges"]}


@pytest.mark.parametrize(
    "written", [f"dataset:postgresql://DB:{CLEAN}", f"{TABLE}#0197d3e5-1111-7222-8333-444455556666"]
)  # fmt: skip
def test_other_spellings_and_versions(world: SimpleNamespace, written: str) -> None:
    assert graph(world, nodeId=written) == graph(world, nodeId=TABLE)


def test_depth_counts_jobs(world: SimpleNamespace) -> None:
    tell(run("join", [CLEAN], ["dwh.mart.sales"]), run("publish", ["dwh.mart.sales"], ["dwh.mart.public"]))
    assert graph(world, nodeId=ORDERS, depth=0).keys() == {ORDERS}
    assert f"dataset:{WAREHOUSE}:dwh.mart.public" not in graph(world, nodeId=TABLE, depth=1)
    assert f"dataset:{WAREHOUSE}:dwh.mart.public" in graph(world, nodeId=TABLE, depth=2)
    assert graph(world, nodeId=TABLE, depth=500) == graph(world, nodeId=TABLE)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400), ({"nodeId": ""}, 400), ({"nodeId": "dataset:nope:nope"}, 404),
        ({"nodeId": TABLE, "depth": "x"}, 400), ({"nodeId": TABLE, "limit": 1}, 400),
    ],
)  # fmt: skip
def test_questions_that_make_no_sense(world: SimpleNamespace, query: dict[str, str], status: int) -> None:
    for path in ("/lineage", "/column-lineage"):
        assert world.api.get(API + path, query).status_code == status


def test_events_are_still_taken_at_the_same_address(world: SimpleNamespace) -> None:
    from tests.cast import api_as

    event = run("other", [RAW], [])
    assert api_as(world.cast.admin, "lineage:write").post(f"{API}/lineage", event).status_code == 201
    assert world.api.post(f"{API}/lineage", event).json()["code"] == "insufficient_scope"
    reader = api_as(world.cast.admin, "lineage:write").get(f"{API}/lineage", {"nodeId": TABLE})
    assert reader.json()["code"] == "insufficient_scope"
    assert graph(world, "/lineage/", nodeId=TABLE).keys() == graph(world, nodeId=TABLE).keys()


def test_columns_upstream_and_on_request_downstream(world: SimpleNamespace) -> None:
    place = f"datasetField:{WAREHOUSE}:{CLEAN}:country"
    above = {f"datasetField:{WAREHOUSE}:{RAW}:{name}" for name in ("amount", "country")}
    up = graph(world, "/column-lineage", nodeId=place)
    assert up.keys() == above | {place}
    both = graph(world, "/column-lineage", nodeId=place, withDownstream="true")
    assert both.keys() >= above | {place, "datasetField:charter:shop.order_stats:country"}
    assert graph(world, "/column-lineage", nodeId=place, withDownstream="True") == both
    inputs = up[place]["data"]["inputFields"]
    assert {(one["field"], one["transformationType"]) for one in inputs} == {
        ("amount", "INDIRECT"),
        ("country", "DIRECT"),
    }


def test_edges_of_columns_begin_where_they_are_told_from(world: SimpleNamespace) -> None:
    """Marquez's pages follow `destination` in both lists."""
    place, source = (f"datasetField:{WAREHOUSE}:{name}:amount" for name in (CLEAN, RAW))
    found = graph(world, "/column-lineage", nodeId=place)
    assert found[place]["inEdges"] == [{"origin": place, "destination": source}]
    assert {"origin": source, "destination": place} in found[source]["outEdges"]


@pytest.mark.parametrize("written", [TABLE, JOB])
def test_all_columns_of_a_dataset_or_job(world: SimpleNamespace, written: str) -> None:
    read_by_views = {"score"} if written == TABLE else set()
    ends = {id.rpartition(":")[2] for id in graph(world, "/column-lineage", nodeId=written) if CLEAN in id}
    assert ends == {"amount", "country"} | read_by_views


def test_which_runs_made_what_a_run_read(world: SimpleNamespace) -> None:
    older = run("load", ["dwh.lake.orders"], [RAW], "2026-11-20T10:00:00Z")
    later = run("load", ["dwh.lake.orders"], [RAW], "2026-11-20T13:00:00Z")
    failed = run("load", ["dwh.lake.orders"], [RAW], "2026-11-20T11:00:00Z") | {"eventType": "FAIL"}
    tell(older, later, failed)
    [start] = ask(world.api, "/namespaces/etl/jobs/clean/runs")["runs"]
    found = ask(world.api, "/runlineage/upstream", runId=start["id"])["runs"]
    assert [(one["job"]["name"], one["run"]["start"], one["run"]["status"]) for one in found] == [
        ("clean", "2026-11-20T12:00:00Z", "COMPLETED"), ("load", "2026-11-20T10:00:00Z", "COMPLETED"),
    ]  # fmt: skip
    assert [(one["name"], one["producedByRunId"]) for one in found[0]["inputs"]] == [(RAW, found[1]["run"]["id"])]
    assert found[1]["inputs"][0]["producedByRunId"] is None
    assert ask(world.api, "/runlineage/upstream", runId=start["id"], depth=0)["runs"] == found[:1]
    assert world.api.get(f"{API}/runlineage/upstream", {"runId": "nope"}).status_code == 404


def test_a_job_that_says_exactly_what_goes_where_stands_in_between(world: SimpleNamespace) -> None:
    event = run("split", ["dwh.a.in", "dwh.b.in"], ["dwh.a.out", "dwh.b.out"])
    for output, source in zip(event["outputs"], ("dwh.a.in", "dwh.b.in"), strict=True):
        output["facets"] = made_of(x=[(source, "x", "DIRECT")])
    tell(event)
    found = graph(world, nodeId=f"dataset:{WAREHOUSE}:dwh.a.in")
    assert edges(found) == {
        (f"dataset:{WAREHOUSE}:dwh.a.in", "job:etl:split"), ("job:etl:split", f"dataset:{WAREHOUSE}:dwh.a.out"),
    }  # fmt: skip
