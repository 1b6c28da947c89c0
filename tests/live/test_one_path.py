"""Real Airflow, dbt, Feast and MLflow, told nothing but Charter's address and a key, are one path to a model."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest

from lineage.actions.bridging import bridge_changed
from lineage.actions.folding import fold_waiting
from lineage.actions.pulling import pull_lineage
from lineage.models import Event, Node, Run
from portal.embedded.testing import throwaway_postgres
from registry.actions.connections import create_connection
from registry.actions.definitions import import_definitions
from registry.actions.pulls import queue_pull, run_pull
from registry.actions.tokens import create_token
from registry.models import Connection, Pull
from tests.cast import token_for
from tests.lineage.sent import state
from tests.live.conftest import new_database
from tests.live.path_of_tools import (
    LANDED,
    NAMESPACE,
    Charter,
    Warehouse,
    run_airflow,
    run_dbt,
    run_feast,
    serving_mlflow,
)
from tests.live.third_parties import free_port

pytestmark = [pytest.mark.live, pytest.mark.django_db(transaction=True)]
VIEW, SERVICE, MODEL = "shop.customer_txn", "model:fraud_v1", "model:fraud"
REGISTRY = ""  # who says it, where no job does


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """On the server of DATABASE_URL; where that has but a socket, which is no host for a name, on one like it."""
    with ExitStack() as running:
        server = os.environ["DATABASE_URL"]
        if not urlsplit(server).hostname:
            port = free_port()
            running.enter_context(throwaway_postgres("listen_addresses=localhost", port=port))
            server = f"postgresql://charter@localhost:{port}/charter"
        for url in new_database(server):
            made = Warehouse(url)
            made.land()
            yield made


@pytest.fixture
def charter(live_server: Any, cast: SimpleNamespace) -> Charter:
    """With a key that may send to the company's namespace, and to what Feast puts below it, and do nothing else."""
    may = {"scopes": ["lineage:write"], "namespaces": [f"{NAMESPACE}*"]}
    _, key = create_token(cast.service, actor=None, name="tools", **may)
    return Charter(live_server.url, key)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who looks at the graph from the landing table on."""

    url: str
    token: str
    namespace: str
    database: str

    def ask(self, what: str, column: str = "", **query: str) -> dict[str, Any]:
        table = f"{self.namespace}:{self.database}.landing.txn"
        node = f"datasetField:{table}:{column}" if column else f"dataset:{table}"
        answer = httpx.get(
            f"{self.url}/api/v1/lineage/{what}", params={"node": node, "depth": "20", **query},
            headers={"Authorization": f"Bearer {self.token}"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def hit(self, column: str = "") -> dict[str, str]:
        """{key: how sure} of what is hit by the landing table, or by one of its columns."""
        return {one["key"]: one["sure"] for one in self.ask("impact", column)["affected"]}


def test_all_tools_are_one_path(tmp_path: Path, warehouse: Warehouse, charter: Charter, cast: SimpleNamespace) -> None:
    run_airflow(tmp_path / "airflow", warehouse, charter)
    assert warehouse.count("raw_txn") == LANDED
    run_dbt(tmp_path / "dbt", warehouse, charter)
    assert warehouse.count("marts.customer_txn") == 4
    run_feast(tmp_path / "feast", warehouse, charter)
    feast = connect("feast", registry_url=warehouse.url, offline_url=f"{warehouse.url}?options=-csearch_path%3Dmarts")
    with serving_mlflow(tmp_path / "mlflow") as address:
        mlflow = connect("mlflow", service_url=address)
        catch_up(feast, mlflow)
        reader = Reader(charter.url, token_for(cast.viewer, "features:read"), warehouse.namespace, warehouse.name)
        the_path_is_whole(reader)
        nothing_lies_beside_it(reader)
        all_runs_are_done(warehouse.name)
        all_events_are_read()
        told_again_it_is_the_same(charter, feast, mlflow)


def the_path_is_whole(reader: Reader) -> None:
    """landing.txn → Airflow → raw_txn → dbt → customer_txn → the view → the model, and what else Feast and dbt do."""
    database = reader.database
    landing, raw, mart = (f"{database}.{table}" for table in ("landing.txn", "public.raw_txn", "marts.customer_txn"))
    build, materialize = f"{database}.marts.shop.customer_txn.build", "materialize_shop"
    assert told(reader.ask("graph", direction="down")) == {
        (landing, "ingest.load", raw), (raw, f"{build}.run", mart), (mart, REGISTRY, VIEW),
        (VIEW, REGISTRY, SERVICE), (VIEW, REGISTRY, MODEL),
        (mart, f"{build}.test", f"{build}.test"), (mart, materialize, materialize), (VIEW, materialize, materialize),
        (materialize, materialize, "online_store_customer_txn"),
    }  # fmt: skip
    certain = dict.fromkeys([VIEW, SERVICE, MODEL], "certain")
    assert reader.hit() == certain
    assert reader.hit("amount") == certain
    assert reader.hit("id") == {}


def told(graph: dict[str, Any]) -> set[tuple[str, str, str]]:
    """(source, whose events say so, target) of each edge. What events say, they say of a time."""
    assert graph["left_out"] == 0
    assert all(bool(edge["told_by"]) == bool(edge["last_seen_at"]) for edge in graph["edges"])
    names = {node["id"]: node["key"] or node["name"] for node in graph["nodes"]}
    return {
        (names[edge["source"]], edge["told_by"]["name"] if edge["told_by"] else REGISTRY, names[edge["target"]])
        for edge in graph["edges"]
    }


def nothing_lies_beside_it(reader: Reader) -> None:
    """Each table, view and model that anybody named is one of those on the path, whatever it was called."""
    seen = {node["id"] for node in reader.ask("graph", direction="down")["nodes"]}
    beside = Node.objects.exclude(kind="job").exclude(same_as__in=seen)
    assert [str(node) for node in beside] == []
    feasts = Node.objects.filter(namespace=f"{NAMESPACE}/shop", kind="dataset").exclude(name__startswith="online_store")
    assert {(node.name, str(node.same_as)) for node in feasts} == {
        ("customer_txn", f"charter {VIEW}"), ("fraud_v1", "charter model:shop/fraud_v1"),
        ("customer_txn_table", f"{reader.namespace} {reader.database}.marts.customer_txn"),
    }  # fmt: skip


def all_runs_are_done(database: str) -> None:
    """One run of each job, with the end that its tool told."""
    build = f"{database}.marts.shop.customer_txn.build"
    jobs = (
        (NAMESPACE, "ingest"), (NAMESPACE, "ingest.load"), (NAMESPACE, "dbt-run-shop"), (NAMESPACE, f"{build}.run"),
        (NAMESPACE, f"{build}.test"), (f"{NAMESPACE}/shop", "feast_feature_views_shop"),
        (f"{NAMESPACE}/shop", "feature_service_fraud_v1"), (f"{NAMESPACE}/shop", "materialize_shop"),
        ("mlflow", "fraud"),
    )  # fmt: skip
    runs = Run.objects.values_list("job__namespace", "job__name", "state")
    assert sorted(runs) == sorted((*job, "COMPLETED") for job in jobs)


def all_events_are_read() -> None:
    """Nothing waits and nothing failed; the only oddity is that Feast's producer is a word."""
    odd = Event.objects.exclude(state="kept", warnings=[])
    assert {(event.state, event.producer, *event.warnings) for event in odd} == {
        ("kept", "feast", "producer is no URI.")
    }
    assert set(Event.objects.values_list("sender", flat=True)) == {"tools", "our-mlflow"}


def told_again_it_is_the_same(charter: Charter, feast: Connection, mlflow: Connection) -> None:
    """A producer that repeats itself, and everything pulled once more."""
    before, kept = state(), Event.objects.count()
    for event in Event.objects.filter(sender="tools"):
        sent = httpx.post(f"{charter.url}/api/v1/lineage", content=event.body, headers={"X-API-Key": charter.key})
        assert (sent.status_code, sent.json()["state"]) == (201, "duplicate")
    bodies = [orjson.loads(event.body) for event in Event.objects.filter(sender="tools")]
    batch = httpx.post(f"{charter.url}/api/v1/lineage/batch", json=bodies, headers={"X-API-Key": charter.key})
    assert batch.json()["summary"]["duplicates"] == len(bodies)
    catch_up(feast, mlflow)
    assert Event.objects.count() == kept
    assert state() == before


def connect(kind: str, **addresses: str) -> Connection:
    return create_connection(None, actor=None, name=f"Our {kind}", kind=kind, addresses=addresses)


def catch_up(feast: Connection, mlflow: Connection) -> None:
    """What the worker and the clock do by themselves within minutes."""
    pull(feast, "definitions")
    fold_waiting()
    bridge_changed()
    pull(mlflow, "lineage")
    fold_waiting()
    bridge_changed()


def pull(connection: Connection, kind: str) -> Pull:
    work = import_definitions if kind == "definitions" else pull_lineage
    done = run_pull(queue_pull(connection, kind, None).pk, work)
    assert done is not None
    assert (done.state, done.errors, done.warnings) == ("succeeded", [], [])
    return done
