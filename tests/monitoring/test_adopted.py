"""What others measured and tested of the tables that views read becomes evidence of these views."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from lineage.actions.bridging import bridge_changed
from lineage.actions.folding import fold_waiting
from lineage.actions.pulling import pull_lineage
from lineage.actions.saying import say_same
from lineage.models import Measure, Node
from monitoring.actions.adopting import adopt
from monitoring.models import Breach, FeatureMeasurement, Finding, Incident, Kind, Reported, ViewMeasurement
from registry.actions.connections import create_connection
from registry.actions.pulls import queue_pull, run_pull
from registry.choices import Health, PrivacyClass
from registry.models import Feature, FeatureView
from tests.cast import api_as, page_as
from tests.factories import ConnectionFactory, EntityFactory, FeatureFactory, ProjectFactory, SourceFactory, ViewFactory
from tests.lineage.orders import CLEAN, WAREHOUSE, make_orders
from tests.lineage.sent import captured_files, tell
from tests.measured import measure

pytestmark = pytest.mark.django_db
DBT = "https://github.com/OpenLineage/OpenLineage/tree/1.54.0/integration/dbt"
NOT_NULL = {"assertion": "not_null", "name": "amount_is_there", "column": "amount"}


def at(hours_ago: float) -> str:
    return (timezone.now() - timedelta(hours=hours_ago)).isoformat()


def checked(hours_ago: float, *assertions: dict[str, Any], run: str = "", table: str = CLEAN) -> dict[str, Any]:
    """A run that tests the table, as dbt tells it."""
    facet = {"dataQualityAssertions": {"_producer": DBT, "assertions": list(assertions)}}
    return {
        "eventType": "COMPLETE", "eventTime": at(hours_ago), "producer": DBT, "run": {"runId": run or f"r{hours_ago}"},
        "job": {"namespace": "dbt", "name": "orders.test"}, "outputs": [],
        "inputs": [{"namespace": WAREHOUSE, "name": table, "inputFacets": facet}],
    }  # fmt: skip


def counted(hours_ago: float, **metrics: Any) -> dict[str, Any]:
    facet = {"dataQualityMetrics": {"_producer": "https://github.com/great-expectations/gx/1.5", **metrics}}
    event = checked(hours_ago, run=f"m{hours_ago}")
    event["inputs"][0]["inputFacets"] = facet
    return event


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    made: FeatureView = make_orders(cast).view
    return made


def passes(hours_ago: float) -> dict[str, Any]:
    return checked(hours_ago, NOT_NULL | {"success": True})


def fails(hours_ago: float, **more: Any) -> dict[str, Any]:
    return checked(
        hours_ago, NOT_NULL | {"success": False, "severity": "error", "actual": "3", "expected": "0"}, **more
    )


def finding(view: FeatureView, feature: str = "amount") -> tuple[str, str] | None:
    rows = Finding.objects.filter(view=view, kind=Kind.REPORTED, feature__name=feature)
    return rows.values_list("state", "reason").first()


def test_an_assertion_is_a_check_of_the_feature_with_who_and_when(view: FeatureView, cast: SimpleNamespace) -> None:
    event = fails(2)
    tell(event)
    assert adopt() == 1  # the hidden view, which reads the same table, has no such feature
    held = Reported.objects.get(view=view)
    assert (held.feature, held.by, held.run, held.state) == (
        view.features.get(name="amount"), "dbt", event["run"]["runId"], Health.BREACHED,
    )  # fmt: skip
    assert held.at == datetime.fromisoformat(event["eventTime"])
    assert finding(view) == ("crit", "dbt: amount_is_there 3, limit 0")
    told = api_as(cast.viewer).get(f"/api/v1/checks?view={view.key}").json()["data"]
    assert [(one["feature"], one["by"], one["run"], one["state"]) for one in told] == [
        (f"{view.key}.amount", "dbt", event["run"]["runId"], "crit")
    ]
    page = page_as(cast.viewer).get("/f/shop/order_stats/amount/health/").content.decode()
    assert "amount_is_there" in page
    assert adopt() == 0


def test_two_failed_runs_open_an_incident_and_two_good_ones_end_it(view: FeatureView) -> None:
    tell(fails(4))
    adopt()
    assert not Incident.objects.exists()
    tell(fails(3))
    adopt()
    assert Breach.objects.get(view=view).kind == "reported"
    assert Incident.objects.ongoing().count() == 1
    tell(passes(2))
    adopt()
    tell(passes(1))
    adopt()
    assert not Incident.objects.ongoing().exists()


def test_one_run_told_twice_is_one_reading(view: FeatureView) -> None:
    """dbt tells its assertions at the start and at the end of a run, and is pulled besides."""
    for hours in (3, 2.9, 2.8):
        tell(fails(hours, run="one"))
        adopt()
    assert not Incident.objects.exists()
    assert Reported.objects.get(view=view).at < timezone.now() - timedelta(hours=2.95)


def test_a_warning_breaches_nothing_and_what_was_not_told_is_nothing(view: FeatureView) -> None:
    tell(checked(2, NOT_NULL | {"success": False, "severity": "warn"}))
    adopt()
    assert finding(view) == ("warn", "dbt: amount_is_there")
    tell(checked(1, {"assertion": "unique", "column": "country"}))
    adopt()
    assert finding(view, "country") is None


def test_columns_that_are_none_of_the_views_are_nothing_to_it(view: FeatureView) -> None:
    view.entities.add(EntityFactory(project=view.project, join_keys=["order_id"]))
    tell(checked(1, *({"assertion": "unique", "column": one, "success": False} for one in ("note", "ORDER_ID", ""))))
    adopt()
    assert list(Reported.objects.filter(view=view).values_list("feature", "check_name")) == [(None, "unique")]


def test_of_personal_features_only_the_state_is_kept(view: FeatureView) -> None:
    Feature.objects.filter(view=view, name="amount").update(privacy_class=PrivacyClass.DIRECT_IDENTIFIER)
    tell(fails(2), counted(1, rowCount=10, columnMetrics={"amount": {"nullCount": 1, "distinctCount": 7}}))
    adopt()
    held = Reported.objects.get(view=view)
    assert (held.state, held.value, held.limit) == (Health.BREACHED, None, None)
    row = FeatureMeasurement.objects.get(view=view, feature__name="amount")
    assert (row.nulls, row.rows, row.distinct) == (1, 10, None)


def test_counts_are_measurements_of_their_own_origin(view: FeatureView, cast: SimpleNamespace) -> None:
    event = counted(1, rowCount=200, columnMetrics={"amount": {"nullCount": 30, "distincCount": 40, "min": 4711}})
    tell(event)
    adopt()
    row = FeatureMeasurement.objects.get(view=view, feature__name="amount")
    assert (row.origin, row.rows, row.nulls, row.null_rate, row.distinct) == ("told", 200, 30, 0.15, 40)
    assert (row.told_by, row.told_in) == ("gx", event["run"]["runId"])
    feature = view.features.get(name="amount")
    assert feature.null_rate == 0.15
    assert ViewMeasurement.objects.get(view=view).rows == 200
    told = api_as(cast.viewer).get(f"/api/v1/features/{feature.key}/health").json()["told"]
    assert (told["told_by"], told["null_rate"]) == ("gx", 0.15)
    page = page_as(cast.viewer).get("/f/shop/order_stats/amount/health/").content.decode()
    assert "Told by" in page
    assert "4711" not in page
    assert page_as(cast.viewer).get("/v/shop/order_stats/health/").status_code == 200


def test_what_charter_measured_itself_counts_where_it_is_newer(view: FeatureView) -> None:
    measure(view, nulls=2, at=timezone.now() - timedelta(hours=2))
    tell(counted(3, rowCount=100, columnMetrics={"amount": {"nullCount": 50}}))
    adopt()
    assert view.features.get(name="amount").null_rate == 0.02
    tell(counted(1, rowCount=100, columnMetrics={"amount": {"nullCount": 40}}))
    adopt()
    assert view.features.get(name="amount").null_rate == 0.4
    measure(view, nulls=3)
    assert view.features.get(name="amount").null_rate == 0.03
    assert FeatureMeasurement.objects.filter(view=view, origin="source", feature__name="amount").count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {"rowCount": -1}, {"rowCount": "12"}, {"rowCount": True}, {"rowCount": 1e300}, {"columnMetrics": [1]},
        {"columnMetrics": {"amount": 3}}, {"columnMetrics": {"amount": {"nullCount": 0.5}}},
        {"rowCount": 1, "columnMetrics": {"amount": {"nullCount": 5}}},
    ],
)  # fmt: skip
def test_odd_counts_are_no_null_rate(view: FeatureView, body: dict[str, Any]) -> None:
    tell(counted(1, **body))
    adopt()
    assert view.features.get(name="amount").null_rate is None


@pytest.mark.parametrize(
    "assertion",
    [
        {}, {"assertion": 3, "success": False}, {"assertion": "a\x00b", "success": False},
        {"assertion": "x", "success": "false"}, {"assertion": "x", "success": False, "column": ["amount"]},
        {"assertion": "x" * 5_000, "success": True, "column": "amount", "actual": "9" * 400, "expected": None},
    ],
)  # fmt: skip
def test_odd_assertions_break_nothing(view: FeatureView, assertion: dict[str, Any]) -> None:
    tell(checked(1, assertion))
    adopt()
    assert not Measure.objects.filter(is_waiting=True).exists()


def test_a_clock_that_goes_ahead_hides_no_later_run(view: FeatureView) -> None:
    tell(passes(-48))
    adopt()
    assert Reported.objects.get(view=view).at <= timezone.now()


def test_what_nobody_repeats_is_forgotten(view: FeatureView) -> None:
    tell(fails(36 * 24))
    adopt()
    assert finding(view)
    adopt()
    assert finding(view) is None
    assert not Reported.objects.exists()


def test_a_view_that_is_bound_later_is_told_too(view: FeatureView) -> None:
    tell(fails(1), checked(2, NOT_NULL | {"success": True}))
    adopt()
    table = SourceFactory(project=view.project, kind="postgres", location="clean.orders")
    later = ViewFactory(project=view.project, name="later", source=table, connection=view.connection)
    FeatureFactory(view=later, name="amount")
    bridge_changed()
    adopt()
    assert finding(later) == finding(view)


def test_what_somebody_says_is_the_same_table_is_tested_too(view: FeatureView, cast: SimpleNamespace) -> None:
    tell(fails(1, table="dwh.other.name"))
    adopt()
    assert finding(view) is None
    other, ours = Node.objects.get(name="dwh.other.name"), Node.objects.get(name=CLEAN)
    say_same(other, actor=cast.admin, other=ours, reason="It is a view of the same table.")
    bridge_changed()
    adopt()
    assert finding(view) is not None


def test_real_dbt_that_was_pulled(real_inputs: Path, tmp_path: Path, cast: SimpleNamespace) -> None:
    """dbt's own run_results: fifteen tests that passed, of which three are about this table."""
    folder = tmp_path / "target"
    shutil.copytree(real_inputs / "dbt" / "recorded_csv_to_postgres", folder)
    url = "postgresql://localhost:59871/dbt_test"
    store = ConnectionFactory(settings={"offline_url": url})
    project = ProjectFactory(name="shop", owner=cast.payments, connection=store)
    table = SourceFactory(project=project, kind="postgres", location="main.customer_analytics")
    view = ViewFactory(project=project, name="customers", source=table, connection=store)
    view.entities.add(EntityFactory(project=project, name="customer", join_keys=["customer_id"]))
    FeatureFactory(view=view, name="total_revenue")
    bridge_changed()
    dbt = create_connection(
        None, actor=None, name="dbt", kind="dbt", addresses={"artifacts_url": str(folder), "tables_url": url}
    )
    run_pull(queue_pull(dbt, "lineage", None).pk, pull_lineage)
    fold_waiting()
    adopt()
    held = Reported.objects.filter(view=view).order_by("check_name")
    assert [(one.by, one.feature and one.feature.name, one.check_name, one.state) for one in held] == [
        ("dbt", None, "not_null_customer_analytics_customer_id", "ok"),
        ("dbt", "total_revenue", "not_null_customer_analytics_total_revenue", "ok"),
        ("dbt", None, "unique_customer_analytics_customer_id", "ok"),
    ]
    assert {one.run for one in held} == {"a40a2587-084c-4bda-8f44-4a3b137d7066"}
    # dbt-ol pushed the same project in another call: another run of the same checks.
    pushed = json.loads(json.dumps(captured_files(real_inputs)["dbt_recorded"]))
    tell(*pushed)
    adopt()
    assert Reported.objects.filter(view=view).count() == 3


def test_real_dbt_that_was_pushed(real_inputs: Path, cast: SimpleNamespace) -> None:
    """dbt-ol 1.54: a null in email_hash is told at the start and at the end of its run, in two facets each."""
    project = ProjectFactory(name="shop", owner=cast.payments)
    table = SourceFactory(project=project, kind="custom", name="customer_txn")
    view = ViewFactory(project=project, name="customers", source=table)
    view.entities.add(EntityFactory(project=project, name="customer", join_keys=["customer_id"]))
    FeatureFactory(view=view, name="email_hash")
    bridge_changed()
    tell(*captured_files(real_inputs)["dbt"])
    theirs = Node.objects.get(namespace="duckdb://feats.duckdb", name="feats.main.customer_txn")
    say_same(theirs, actor=cast.admin, other=Node.objects.get(source=table), reason="The model that the view reads.")
    bridge_changed()
    adopt()
    assert finding(view, "email_hash") == ("crit", "dbt: not_null_customer_txn_email_hash 1, limit 0")
    assert Finding.objects.get(view=view, feature__isnull=True, kind=Kind.REPORTED).state == "ok"
