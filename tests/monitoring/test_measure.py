"""A measurements pull over the demo's real store: what it writes equals what DuckDB and SQLite say themselves."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from demo.install import STORE, InstalledDemo, install
from monitoring.actions.measure import measure_connection
from monitoring.models import FeatureMeasurement, ViewMeasurement
from registry.actions.connections import create_connection
from registry.actions.definitions import import_definitions
from registry.actions.pulls import run_pull
from registry.choices import Health, PullState
from registry.models import Connection, Feature, FeatureView, Pull

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> InstalledDemo:
    return install(STORE, tmp_path_factory.mktemp("demo") / "store", datetime.now(UTC))


@pytest.fixture
def connection(db: None, demo: InstalledDemo) -> Connection:
    """The demo's store, with its definitions taken over."""
    made = create_connection(
        None,
        actor=None,
        name="Demo",
        addresses={
            "registry_url": demo.registry_url,
            "offline_url": str(demo.offline_folder),
            "online_url": demo.online_url,
        },
    )
    run_pull(Pull.objects.create(connection=made, kind="definitions").pk, import_definitions)
    Pull.objects.unfinished().update(state=PullState.CANCELLED)
    return made


def measure(connection: Connection) -> Pull:
    done = run_pull(Pull.objects.create(connection=connection, kind="measurements").pk, measure_connection)
    assert done is not None
    return done


@pytest.fixture
def measured(connection: Connection) -> Pull:
    return measure(connection)


def test_null_rates_and_freshness_are_duckdb_s(measured: Pull, demo: InstalledDemo) -> None:
    view = FeatureView.objects.get(name="origin_weather_hourly")
    table = demo.offline_folder / view.source.location
    names = list(view.features.values_list("name", flat=True))
    column_of = {to: column for column, to in view.source.field_mapping.items()}
    assert column_of, "the view renames a column, which the reader must follow"
    columns = [column_of.get(name, name) for name in names]
    with duckdb.connect() as plain:
        rates = plain.execute(
            f"SELECT {', '.join(f'avg(CASE WHEN {column} IS NULL THEN 1.0 ELSE 0 END)' for column in columns)} "
            f"FROM read_parquet('{table}')"
        ).fetchone()
        (newest,) = plain.execute(
            f"SELECT epoch(max({view.source.timestamp_field})) FROM read_parquet('{table}')"
        ).fetchone()
    ours = dict(view.features.values_list("name", "null_rate"))
    assert ours == pytest.approx(dict(zip(names, rates, strict=True)))
    assert view.source_until is not None
    assert view.source_until.timestamp() == pytest.approx(newest)
    assert max(rates) > 0.7, "the wind gust is really missing most of the time"


def test_served_time_is_sqlite_s(measured: Pull, demo: InstalledDemo) -> None:
    view = FeatureView.objects.get(name="carrier_delay_daily")
    with sqlite3.connect(demo.online_url.removeprefix("sqlite:///")) as plain:
        tables = [name for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE name LIKE '%carrier_delay%'")]
        (newest,) = plain.execute(f'SELECT max(event_ts) FROM "{tables[0]}"').fetchone()
    assert view.served_until is not None
    assert view.served_until.timestamp() == pytest.approx(float(newest))
    assert view.served_until < view.source_until, "it is late in the online store, and that is not averaged away"
    assert view.health == Health.BREACHED


def test_personal_features_have_counts_and_nothing_else(measured: Pull) -> None:
    personal = Feature.objects.personal()
    rows = FeatureMeasurement.objects.filter(feature__in=personal)
    assert rows.count() >= personal.count() > 0
    for row in rows:
        assert row.rows is not None
        assert (row.minimum, row.maximum, row.mean, row.distinct, row.length_maximum) == (None,) * 5
        assert (row.quantiles, row.histogram) == ({}, [])


def test_a_missing_file_costs_only_its_own_view(measured: Pull) -> None:
    assert measured.state == PullState.PARTIAL
    assert [error["object"] for error in measured.errors] == ["flights.airport_reference (source)"]
    assert FeatureView.objects.exclude(source_read_at=None).count() > 10


def test_an_empty_online_store_leaves_the_source_s_null_rates(measured: Pull) -> None:
    view = FeatureView.objects.get(name="tail_utilisation_daily")
    assert view.served_read_at is not None
    assert view.served_until is None
    assert not view.features.filter(null_rate=None).exists()


def test_a_killed_pull_goes_on_after_the_last_view(connection: Connection) -> None:
    views = list(FeatureView.objects.exclude(kind="on_demand").order_by("pk"))
    half = views[len(views) // 2]
    pull = Pull.objects.create(connection=connection, kind="measurements", cursor={"after": half.pk})
    done = run_pull(pull.pk, measure_connection)
    assert done is not None
    assert done.done == done.total == len(views)
    measured = set(ViewMeasurement.objects.filter(pull=done).values_list("view", flat=True))
    assert measured <= {view.pk for view in views if view.pk > half.pk}


def test_a_dead_online_store_is_one_error_and_the_source_is_measured(connection: Connection, tmp_path: Path) -> None:
    connection.settings["online_url"] = f"sqlite:///{tmp_path}/nowhere.db"
    connection.save()
    done = measure(connection)
    online = [error for error in done.errors if "online store" in error["object"]]
    assert len(online) == 1
    assert "nowhere.db" in online[0]["reason"]
    assert done.counts["source_readings"] > 10
    assert "served_readings" not in done.counts


def test_series_grow_by_one_reading_a_pull(connection: Connection) -> None:
    measure(connection)
    once = FeatureMeasurement.objects.count()
    measure(connection)
    assert FeatureMeasurement.objects.count() == 2 * once
