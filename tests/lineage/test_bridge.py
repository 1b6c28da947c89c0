"""Registry and events are one graph: raw table → job → table of a view → view → consumer, in one path."""

import json
from pathlib import Path

import pytest

from lineage.actions.bridging import bridge_changed
from lineage.models import Edge, Node
from lineage.openlineage.names import dataset_id, job_id
from registry.actions.definitions import import_definitions
from registry.actions.pulls import queue_pull, run_pull
from registry.models import Connection, FeatureView, Usage
from tests.factories import ConnectionFactory
from tests.lineage.sent import captured_files, state, tell

FOLDER = "/srv/feast/feature_repo"
TABLE = f"{FOLDER}/data/driver_stats.parquet"
LOADS = {
    "eventType": "COMPLETE", "eventTime": "2026-11-20T09:00:00Z", "producer": "https://example.org/airflow",
    "run": {"runId": "r1"}, "job": {"namespace": "airflow", "name": "load_drivers"},
    "inputs": [{"namespace": "postgresql://DB", "name": 'ops."public".trips'}],
    "outputs": [{"namespace": "file", "name": TABLE}],
}  # fmt: skip


@pytest.fixture
def store(real_inputs: Path, db: None) -> Connection:
    registry = real_inputs / "feast" / "quickstart_local" / "registry.db"
    return ConnectionFactory(settings={"registry_url": str(registry), "offline_url": FOLDER})


def pull(connection: Connection) -> None:
    pulled = run_pull(queue_pull(connection, "definitions", None).pk, import_definitions)
    assert pulled is not None
    assert pulled.state == "succeeded", pulled.errors


def down(start: object, depth: int = 9) -> set[str]:
    """Names of what lies downstream."""
    seen, fringe = set(), {Node.objects.get(pk=start).same_as_id}
    for _ in range(depth):
        fringe = set(Edge.objects.flowing().filter(source__in=fringe).values_list("target", flat=True)) - seen
        seen |= fringe
    return {f"{node.kind} {node.name}" for node in Node.objects.filter(pk__in=seen)}


def test_one_path_from_table_to_service(store: Connection, real_inputs: Path) -> None:
    pull(store)
    tell(LOADS, *captured_files(real_inputs)["feast_recorded"])
    assert bridge_changed()
    found = down(dataset_id("postgres://db:5432", "ops.public.trips"))
    assert {
        "job load_drivers", f"dataset {TABLE}", "view t_local.driver_hourly_stats",
        "consumer model:t_local/driver_activity_v1",
    } <= found  # fmt: skip


def test_what_feast_calls_a_view_is_the_view(store: Connection, real_inputs: Path) -> None:
    pull(store)
    tell(*captured_files(real_inputs)["feast_recorded"])
    bridge_changed()
    feast = Node.objects.get(pk=dataset_id("t_local", "driver_hourly_stats"))
    assert feast.same_as.view == FeatureView.objects.get(key="t_local.driver_hourly_stats")
    service = Node.objects.get(pk=dataset_id("t_local", "driver_activity_v1"))
    assert str(service.same_as.consumer) == "model:driver_activity_v1"
    table = Node.objects.get(pk=dataset_id("t_local", "driver_hourly_stats_source"))
    assert table.same_as.name == TABLE


@pytest.mark.parametrize(
    ("namespace", "is_ours"), [("t_local", True), ("prod/t_local", True), ("prod/t-local", False), ("at_local", False)]
)
def test_only_the_whole_name_of_a_project_is_its_own(
    store: Connection, real_inputs: Path, namespace: str, is_ours: bool
) -> None:
    pull(store)
    said = json.dumps(captured_files(real_inputs)["feast_recorded"])
    tell(*json.loads(said.replace('"namespace": "t_local"', f'"namespace": "{namespace}"')))
    bridge_changed()
    feast = Node.objects.get(pk=dataset_id(namespace, "driver_hourly_stats"))
    assert (feast.same_as.view is not None) is is_ours


def test_feasts_everything_to_everything_is_not_believed_where_the_registry_knows(
    store: Connection, real_inputs: Path
) -> None:
    pull(store)
    tell(*captured_files(real_inputs)["feast_recorded"])
    bridge_changed()
    declares = job_id("t_local", "feast_feature_views_t_local")
    assert Edge.objects.filter(source=declares).exists()
    assert not Edge.objects.flowing().filter(source=declares).exists()


@pytest.mark.parametrize("order", ["pull tell bridge", "tell pull bridge", "tell bridge pull bridge tell bridge"])
def test_whatever_comes_first(store: Connection, real_inputs: Path, order: str) -> None:
    events = [LOADS, *captured_files(real_inputs)["feast_recorded"]]
    doing = {"pull": lambda: pull(store), "tell": lambda: tell(*events), "bridge": bridge_changed}
    for step in order.split():
        doing[step]()
    bridge_changed()
    assert "view t_local.driver_hourly_stats" in down(dataset_id("postgres://db:5432", "ops.public.trips"))
    edges = {(str(e.source.name), str(e.target.name), e.flows) for e in Edge.objects.select_related("source", "target")}
    assert ("t_local.driver_hourly_stats", "model:t_local/driver_activity_v1", True) in edges
    assert not {edge for edge in edges if edge[0] == "driver_hourly_stats_source"}


def test_nothing_is_done_twice(store: Connection) -> None:
    pull(store)
    assert bridge_changed()
    before = state()
    assert not bridge_changed()
    assert state() == before


def test_what_the_registry_forgets_the_graph_forgets(store: Connection) -> None:
    pull(store)
    bridge_changed()
    view = dataset_id("charter", "t_local.driver_hourly_stats")
    assert Edge.objects.filter(source=view).exists()
    Usage.objects.filter(feature__view__key="t_local.driver_hourly_stats").update(gone_at="2026-11-20T12:00:00Z")
    assert bridge_changed()
    assert not Edge.objects.filter(source=view, target__kind="consumer").exists()


def test_two_projects_of_one_name_are_not_mixed_up(store: Connection, real_inputs: Path) -> None:
    pull(store)
    other = ConnectionFactory(settings=store.settings | {"project_prefix": "b_"})
    pull(other)
    tell(*captured_files(real_inputs)["feast_recorded"])
    bridge_changed()
    feast = Node.objects.get(pk=dataset_id("t_local", "driver_hourly_stats"))
    assert feast.same_as_id == feast.pk
