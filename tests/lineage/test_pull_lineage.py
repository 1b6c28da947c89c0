"""Tools that do not push are pulled: connected like a store, read page by page, and told in the same graph."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from connectors.records import ModelRecord, ModelVersionRecord
from lineage.actions.folding import fold_waiting
from lineage.actions.pulling import pull_lineage
from lineage.models import Edge, Event, Node, Run
from registry.actions.connections import create_connection, test_connection
from registry.actions.models import end_models, take_models
from registry.actions.pulls import queue_pull, request_due_pulls, request_pull, run_pull
from registry.models import Connection, Consumer, Feature, Pull, Usage
from tests.cast import api_as, page_as
from tests.connectors.airflow_server import airflow_3
from tests.connectors.web import Server, serving
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory
from tests.lineage.sent import captured_files, tell

pytestmark = pytest.mark.django_db


def connect(kind: str, **addresses: str) -> Connection:
    return create_connection(None, actor=None, name=f"Our {kind}", kind=kind, addresses=addresses)


def pull(connection: Connection) -> Pull:
    done = run_pull(queue_pull(connection, "lineage", None).pk, pull_lineage)
    assert done is not None
    fold_waiting()
    return done


@pytest.fixture
def airflow(real_inputs: Path) -> Iterator[Server]:
    with serving(airflow_3(real_inputs)) as server:
        yield server


def login(airflow: Server) -> str:
    return airflow.url.replace("://", "://ada:s3cret@")


@pytest.fixture
def dbt(real_inputs: Path, tmp_path: Path) -> Connection:
    """A project that others wrote, in a folder of its own."""
    folder = tmp_path / "target"
    shutil.copytree(real_inputs / "dbt" / "recorded_csv_to_postgres", folder)
    return connect("dbt", artifacts_url=str(folder), tables_url="postgresql://localhost:59871/dbt_test")


def test_dbt_becomes_tables_and_jobs(dbt: Connection) -> None:
    done = pull(dbt)
    assert (done.state, done.errors) == ("succeeded", [])
    assert not Event.objects.exclude(state="kept").exists()
    model = Edge.objects.filter(source__kind="job", target__name="dbt_test.main.stg_orders").get().source
    read = Edge.objects.filter(target=model).values_list("source__name", flat=True)
    assert list(read) == ["dbt_test.main.raw_orders"]
    # Its SQL says which columns, so data flows from table to table.
    flow = Edge.objects.flowing().filter(target__name="dbt_test.main.stg_orders").get()
    assert flow.source.name == "dbt_test.main.raw_orders"


def test_what_was_pulled_is_not_pulled_again(dbt: Connection) -> None:
    first = pull(dbt)
    events = Event.objects.count()
    second = pull(dbt)
    assert first.counts["new_events"] == events
    assert (second.state, Event.objects.count()) == ("succeeded", events)
    assert "new_events" not in second.counts


def test_pulled_and_pushed_are_the_same_things(dbt: Connection, real_inputs: Path) -> None:
    pull(dbt)
    pulled = set(Node.objects.values_list("kind", "namespace", "name"))
    tell(*captured_files(real_inputs)["dbt_recorded"])
    pushed = set(Node.objects.filter(kind="dataset").values_list("kind", "namespace", "name"))
    assert {one for one in pulled if one[0] == "dataset"} >= pushed


def test_another_address_is_read_from_the_beginning(dbt: Connection, tmp_path: Path) -> None:
    pull(dbt)
    shutil.move(tmp_path / "target", tmp_path / "moved")
    Connection.objects.filter(pk=dbt.pk).update(settings=dbt.settings | {"artifacts_url": str(tmp_path / "moved")})
    assert pull(Connection.objects.get(pk=dbt.pk)).counts["known_events"]


def test_airflow_becomes_jobs_with_runs(airflow: Server, cast: SimpleNamespace) -> None:
    connection = connect("airflow", service_url=login(airflow), namespace="prod")
    done = pull(connection)
    assert done.state in ("succeeded", "partial"), done.errors
    jobs = Node.objects.filter(kind="job", namespace="prod")
    assert jobs.count() > 50
    assert Run.objects.filter(job__in=jobs, state="FAILED").exists()
    assert "s3cret" not in json.dumps(connection.settings)
    scheduled = jobs.filter(facets__charter_schedule__body__has_key="next_run_at").first()
    assert scheduled is not None
    shown = page_as(cast.viewer).get(f"/a/{scheduled.pk}/").content.decode()
    assert "<dt>Runs</dt>" in shown


def test_a_run_tells_more_than_who_is_asked(airflow: Server) -> None:
    """A pulled statement knows assets alone; it takes nothing away from what the run itself told."""
    task = {"job": {"namespace": "default", "name": "asset_produces_1.producing_task_1"}}
    outputs = [{"namespace": "postgres://db:5432", "name": "dwh.public.told_by_itself"}]
    told = {"eventType": "COMPLETE", "eventTime": "2020-01-01T00:00:00Z", "producer": "https://a", "outputs": outputs}
    tell({**task, **told, "run": {"runId": "r1"}})
    pull(connect("airflow", service_url=login(airflow)))
    written = Edge.objects.filter(source__name=task["job"]["name"], is_current=True)
    assert set(written.values_list("target__name", flat=True)) == {"dwh.public.told_by_itself", "output_1.txt"}


def test_a_service_that_is_away_is_a_failed_pull() -> None:
    done = pull(connect("mlflow", service_url="http://127.0.0.1:1"))
    assert done.state == "failed"
    assert done.errors[0]["fix"]


def test_each_right_is_tried(airflow: Server) -> None:
    rights = test_connection(connect("airflow", service_url=login(airflow)), actor=None)
    assert rights
    assert all(right.name.startswith("Service: ") for right in rights)


def test_a_token_is_kept_like_a_password() -> None:
    connection = connect("mlflow", service_url="https://mlflow.example.org", token="bare-secret")
    assert connection.settings["token"] == "***"
    assert b"bare-secret" not in bytes(connection.sealed)
    referred = create_connection(
        None, actor=None, name="Other", kind="mlflow",
        addresses={"service_url": "https://mlflow.example.org", "token": "${env:CHARTER_STORE_MLFLOW}"},
    )  # fmt: skip
    assert referred.settings["token"] == "${env:CHARTER_STORE_MLFLOW}"


def test_what_a_connection_cannot_do_without() -> None:
    with pytest.raises(ValidationError) as refused:
        connect("airflow", namespace="prod")
    assert list(refused.value.message_dict) == ["service_url"]
    with pytest.raises(ValidationError, match="lineage"):
        request_pull(connect("mlflow", service_url="http://m"), kind="definitions", actor=None)


def test_the_clock_pulls_each_kind_of_connection() -> None:
    connect("mlflow", service_url="http://m")
    connect("feast", registry_url="/r.db")
    assert sorted((one.connection.kind, one.kind) for one in request_due_pulls()) == [
        ("feast", "definitions"), ("feast", "measurements"), ("mlflow", "lineage"),
    ]  # fmt: skip


def model(name: str, *versions: dict[str, Any], **said: Any) -> ModelRecord:
    made = tuple(ModelVersionRecord(str(at), **one) for at, one in enumerate(versions, start=1))
    return ModelRecord(name, made, **said)


@pytest.fixture
def registry(cast: SimpleNamespace) -> Connection:
    project = ProjectFactory(name="shop", owner=cast.payments, upstream_name="shop")
    view = ViewFactory(project=project, name="orders")
    for name in ("amount", "country", "age"):
        FeatureFactory(view=view, name=name)
    return connect("mlflow", service_url="http://m")


def reads(name: str) -> set[tuple[str, int | None]]:
    held = Usage.objects.filter(consumer__name=name, evidence="lineage", gone_at=None)
    return set(held.values_list("feature__name", "number"))


def test_a_model_reads_what_its_version_in_use_names(registry: Connection, cast: SimpleNamespace) -> None:
    old, champion = {"feature_refs": ("orders:age",)}, {"feature_refs": ("orders:amount", "orders@v2:country")}
    warnings = take_models(registry, [model("fraud", old, champion | {"aliases": ("champion",)}, owner="risk")])
    fraud = Consumer.objects.get(name="fraud")
    assert warnings == []
    assert (fraud.team, fraud.environment, fraud.connection) == (cast.risk, "production", registry)
    assert reads("fraud") == {("amount", None), ("country", 2)}
    assert Usage.objects.get(feature__name="amount").feature.models_count == 1


def test_what_a_model_no_longer_reads_is_gone_and_comes_back(registry: Connection) -> None:
    for refs in (("orders:age", "orders:amount"), ("orders:amount",), ("orders:age",)):
        take_models(registry, [model("fraud", {"feature_refs": refs})])
        assert {name for name, _ in reads("fraud")} == {ref.partition(":")[2] for ref in refs}
    assert Usage.objects.filter(consumer__name="fraud").count() == 2


def test_a_model_that_is_no_longer_there_has_ended_and_may_come_back(
    registry: Connection, cast: SimpleNamespace
) -> None:
    fraud = model("fraud", {"feature_refs": ("orders:amount",)})
    take_models(registry, [fraud, model("churn", {"feature_refs": ("orders:age",)})])
    assert end_models(registry, {"churn"}) == ["fraud"]
    assert end_models(registry, {"churn"}) == []
    held = Consumer.objects.get(name="fraud")
    assert held.gone_at is not None
    assert reads("fraud") == set()
    assert Feature.objects.get(name="amount").models_count == 0
    assert Consumer.objects.get(name="churn").gone_at is None
    take_models(registry, [fraud])
    assert Consumer.objects.get(name="fraud").gone_at is None
    assert reads("fraud") == {("amount", None)}


def test_a_service_stands_for_what_it_holds(registry: Connection) -> None:
    service = ConsumerFactory(name="fraud_v1", project=ViewFactory._meta.model.objects.get(name="orders").project)
    feature = FeatureFactory._meta.model.objects.get(name="country")
    Usage.objects.create(consumer=service, feature=feature, evidence="declared")
    take_models(registry, [model("fraud", {"feature_service": "fraud_v1", "feature_project": "shop"})])
    assert reads("fraud") == {("country", None)}


def test_what_is_not_here_is_told_and_loses_nothing(registry: Connection) -> None:
    refs = {"feature_refs": ("orders:amount", "orders:nothing", "odd")}
    warnings = take_models(registry, [model("fraud", refs), model("other", {"feature_service": "gone"})])
    assert {name for name, _ in reads("fraud")} == {"amount"}
    assert any("orders:nothing" in one for one in warnings)
    assert any("the service gone" in one for one in warnings)


def test_a_name_in_two_projects_could_be_either(registry: Connection) -> None:
    FeatureFactory(view=ViewFactory(project=ProjectFactory(upstream_name="other"), name="orders"), name="amount")
    take_models(registry, [model("fraud", {"feature_refs": ("orders:amount",)})])
    assert reads("fraud") == set()
    take_models(registry, [model("fraud", {"feature_refs": ("orders:amount",), "feature_project": "shop"})])
    assert reads("fraud") == {("amount", None)}


def test_connecting_on_pages_and_over_the_api(cast: SimpleNamespace, airflow: Server) -> None:
    page = page_as(cast.admin)
    assert "Airflow 2 or 3" in page.get("/connectors/new").content.decode()
    assert "measurements_every" not in page.get("/connectors/new?kind=airflow").content.decode()
    sent = {"name": "Airflow prod", "service_url": airflow.url, "definitions_every": "10m", "owner": "payments"}
    assert page.post("/connectors/new?kind=airflow", sent).status_code == 302
    shown = page.get("/connectors/airflow-prod/").content.decode()
    assert "Pull lineage" in shown
    assert "Pull definitions" not in shown
    assert "never writes" in shown
    assert "Service: " in page.post("/connectors/airflow-prod/test").content.decode()
    admin = api_as(cast.admin, "admin", "features:write", "features:read")
    body = {"name": "MLflow", "kind": "mlflow", "addresses": {"service_url": "http://m:5000", "token": "secret"}}
    made = admin.post("/api/v1/connections", body)
    assert made.status_code == 201, made.content
    assert made.json()["addresses"] == {"service_url": "http://m:5000", "token": "***"}
    asked = admin.post("/api/v1/connections/mlflow/pull", {})
    assert (asked.status_code, asked.json()["kind"]) == (202, "lineage")
