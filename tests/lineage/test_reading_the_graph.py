"""The graph over REST: what lies around a node, columns, the past, and who is hit."""

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from lineage.actions.bridging import bridge_changed
from lineage.models import Bridge
from tests.cast import api_as
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, made_of, run
from tests.lineage.sent import tell


def graph(client: APIClient, node: str, **query: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/lineage/graph", {"node": node, **query})
    assert answer.status_code == 200, answer.content
    return answer.json()


def names(found: dict[str, Any]) -> set[str]:
    return {node["key"] or node["name"] for node in found["nodes"]}


@pytest.mark.parametrize(
    "written",
    [
        f"dataset:{WAREHOUSE}:{CLEAN}", f"dataset:postgresql://DB:{CLEAN}", CLEAN,
        f"datasetField:{WAREHOUSE}:{CLEAN}:amount",
    ],
)  # fmt: skip
def test_a_table_by_any_name(world: SimpleNamespace, written: str) -> None:
    found = graph(world.api, written, depth=1)
    assert {"dwh.raw.orders", "shop.order_stats", "secret.scores"} <= names(found)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("shop.order_stats", "shop.order_stats"), ("shop.order_stats.amount@1", "shop.order_stats"),
        ("model:fraud", "model:fraud"), ("job:etl:clean", "clean"),
    ],
)  # fmt: skip
def test_things_of_the_registry_and_jobs(world: SimpleNamespace, written: str, name: str) -> None:
    found = graph(world.api, written, depth=0)
    assert names(found) == {name}


def test_ways_and_depths(world: SimpleNamespace) -> None:
    down = graph(world.api, RAW, direction="down", depth=2)
    assert names(down) == {RAW, CLEAN, "shop.order_stats", "secret.scores"}
    assert {node["name"]: node["depth"] for node in down["nodes"]}["shop.order_stats"] == 2
    stats = next(node for node in down["nodes"] if node["key"] == "shop.order_stats")
    assert (stats["more_down"], stats["owner"]) == (1, "payments")
    assert names(graph(world.api, RAW, direction="up", depth=9)) == {RAW}
    assert names(graph(world.api, "model:fraud", direction="up", depth=9)) == {
        "model:fraud",
        "shop.order_stats",
        CLEAN,
        RAW,
    }


def test_a_host_of_two_names_is_one_when_somebody_says_so(world: SimpleNamespace) -> None:
    loads = run("load", ["dwh.landing.orders"], [])
    tell(loads | {"outputs": [{"namespace": "postgres://10.0.0.7", "name": RAW}]})
    assert "model:fraud" not in names(graph(world.api, "dwh.landing.orders", direction="down", depth=9))
    also = {"identifiers": [{"namespace": WAREHOUSE, "name": RAW, "type": "TABLE"}]}
    table = {"namespace": "postgres://10.0.0.7", "name": RAW, "facets": {"symlinks": also}}
    tell({"eventTime": "2026-11-20T12:00:00Z", "producer": "https://example.org", "dataset": table})
    assert "model:fraud" in names(graph(world.api, "dwh.landing.orders", direction="down", depth=9))


def test_who_says_an_edge_and_when(world: SimpleNamespace) -> None:
    """A job that says what goes where is no stop on the way, and is named all the same. The registry tells no time."""
    tell(run("clean", [RAW], [CLEAN], at="2026-11-21T12:00:00Z", **made_of(amount=[(RAW, "amount", "DIRECT")])))
    found = graph(world.api, "model:fraud", direction="up", depth=9)
    name_of = {node["id"]: node["key"] or node["name"] for node in found["nodes"]}
    told = {name_of[edge["source"]]: edge for edge in found["edges"]}
    job = told[RAW]["told_by"]
    assert (job["kind"], job["namespace"], job["name"]) == ("job", "etl", "clean")
    assert (told[RAW]["first_seen_at"], told[RAW]["last_seen_at"]) == ("2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z")
    assert told[CLEAN]["told_by"] is None
    assert told[CLEAN]["last_seen_at"] is None
    column = graph(world.api, f"datasetField:{WAREHOUSE}:{RAW}:amount", level="column", depth=1)
    assert [edge["told_by"]["name"] for edge in column["edges"]] == ["clean"]


def test_what_does_not_fit_is_counted(world: SimpleNamespace) -> None:
    found = graph(world.api, CLEAN, depth=3, limit=2)
    assert (len(found["nodes"]), found["left_out"]) == (2, 3)


def test_columns(world: SimpleNamespace) -> None:
    found = graph(world.api, f"datasetField:{WAREHOUSE}:{RAW}:amount", level="column", depth=5)
    assert names(found) == {RAW, CLEAN, "shop.order_stats", "secret.scores", "model:fraud"} - {"secret.scores"}
    ends = {(edge["source_column"], edge["target_column"]) for edge in found["column_edges"]}
    assert ends == {("amount", "amount"), ("amount", "")}
    influence = graph(world.api, f"datasetField:{WAREHOUSE}:{RAW}:amount", level="column", depth=5, indirect="true")
    assert ("amount", "country") in {(e["source_column"], e["target_column"]) for e in influence["column_edges"]}


def test_a_feature_is_a_column(world: SimpleNamespace) -> None:
    found = graph(world.api, "shop.order_stats.country", level="feature", direction="up", depth=5)
    assert names(found) == {"shop.order_stats", CLEAN, RAW}
    assert all(edge["is_direct"] for edge in found["column_edges"])


def test_as_it_was(world: SimpleNamespace) -> None:
    old = run("clean", ["dwh.raw.legacy"], [CLEAN], "2026-10-01T12:00:00Z")
    tell(old)
    assert "dwh.raw.legacy" not in names(graph(world.api, CLEAN, direction="up", depth=3))
    before = graph(world.api, CLEAN, direction="up", depth=3, as_of="2026-10-01T12:00:00Z")
    assert names(before) == {CLEAN, "clean", "dwh.raw.legacy"}
    for moment in ("2025-01-01T00:00:00Z", "2025-01-01T00:00:00+19:07"):  # a zone that PostgreSQL does not take
        assert names(graph(world.api, CLEAN, direction="up", depth=3, as_of=moment)) == {CLEAN}


def test_what_is_hidden_is_not_shown(world: SimpleNamespace) -> None:
    stranger = api_as(world.cast.viewer)
    assert "secret.scores" not in names(graph(stranger, CLEAN, depth=3))
    assert stranger.get("/api/v1/lineage/graph", {"node": "secret.scores"}).status_code == 404
    impact = stranger.get("/api/v1/lineage/impact", {"node": RAW}).json()
    assert {one["key"] for one in impact["affected"]} == {"shop.order_stats", "model:fraud"}


def test_another_name_of_what_is_hidden_finds_nothing(world: SimpleNamespace) -> None:
    """Feast calls the view by its project, which is a node of its own without a view."""
    output = {"namespace": "secret", "name": "scores", "facets": {"feast_featureView": {"features": ["score"]}}}
    tell(run("feast", [RAW], []) | {"outputs": [output]})
    Bridge.objects.all().delete()
    bridge_changed()
    assert names(graph(world.api, "dataset:secret:scores", depth=0)) == {"secret.scores"}
    for path in ("graph", "impact"):
        answer = api_as(world.cast.viewer).get(f"/api/v1/lineage/{path}", {"node": "dataset:secret:scores"})
        assert answer.status_code == 404


def test_impact_of_a_table(world: SimpleNamespace) -> None:
    impact = world.api.get("/api/v1/lineage/impact", {"node": RAW}).json()
    told = {one["key"]: (one["owner"], one["environment"], one["sure"]) for one in impact["affected"]}
    assert told == {
        "shop.order_stats": ("payments", "", "certain"), "secret.scores": ("payments", "", "certain"),
        "model:fraud": ("risk", "prod", "certain"),
    }  # fmt: skip
    assert impact["groups"] == [
        {"owner": "payments", "environment": "", "count": 2}, {"owner": "risk", "environment": "prod", "count": 1},
    ]  # fmt: skip


def affected_by(world: SimpleNamespace, column: str) -> dict[str, str]:
    node = f"datasetField:{WAREHOUSE}:{RAW}:{column}"
    found = world.api.get("/api/v1/lineage/impact", {"node": node}).json()["affected"]
    return {one["key"]: one["sure"] for one in found}


def test_impact_of_a_column(world: SimpleNamespace) -> None:
    assert affected_by(world, "amount") == {"shop.order_stats": "certain", "model:fraud": "certain"}
    assert affected_by(world, "country") == {"shop.order_stats": "certain"}
    assert affected_by(world, "nothing_of_it") == {}


def test_impact_through_what_nobody_explains_is_possible(world: SimpleNamespace) -> None:
    tell(run("clean", [RAW], [CLEAN], "2026-11-21T12:00:00Z"))
    assert set(affected_by(world, "amount").values()) == {"possible"}
    assert "model:fraud" in affected_by(world, "amount")


def test_a_job_that_mixes_makes_impact_possible(world: SimpleNamespace) -> None:
    tell(run("clean", [RAW, "dwh.raw.other"], [CLEAN, "dwh.clean.other"], "2026-11-21T12:00:00Z"))
    impact = world.api.get("/api/v1/lineage/impact", {"node": "dwh.raw.other"}).json()
    assert {one["sure"] for one in impact["affected"]} == {"possible"}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400), ({"node": ""}, 400), ({"node": "no.such.table"}, 404), ({"node": CLEAN, "depth": "x"}, 400),
        ({"node": CLEAN, "depth": "21"}, 400), ({"node": CLEAN, "direction": "left"}, 400),
        ({"node": CLEAN, "as_of": "yesterday"}, 400), ({"node": CLEAN, "as_of": "0001-01-01T00:00:00+09:00"}, 400),
        ({"node": CLEAN, "level": "column"}, 400),
        ({"node": "dataset:" + ":" * 3000}, 404), ({"node": "x" * 5000}, 404), ({"node": CLEAN, "of": "1"}, 400),
    ],
)  # fmt: skip
def test_questions_that_make_no_sense(world: SimpleNamespace, query: dict[str, str], status: int) -> None:
    answer = world.api.get("/api/v1/lineage/graph", query)
    assert answer.status_code == status, answer.content
    assert answer.json()["fix"]["message"]


def test_around_a_job_is_what_it_touches(world: SimpleNamespace) -> None:
    """Also where it says which column goes where, so that data goes past it from table to table."""
    found = graph(world.api, "job:etl:clean", depth=1)
    assert names(found) == {"clean", RAW, CLEAN}
    ends = {edge["source"] for edge in found["edges"]} | {edge["target"] for edge in found["edges"]}
    assert found["start"] in ends
