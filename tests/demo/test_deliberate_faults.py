"""What the demo's README promises to be wrong is wrong in the data, and the rest is well."""

import contextlib
import sqlite3
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.feast import registry_pb2 as pb
from demo.install import InstalledDemo
from demo.measure import measure_online, measure_tables


@pytest.fixture(scope="module")
def source(demo: InstalledDemo) -> dict[str, dict[str, Any]]:
    return {name.split("/")[1]: found for name, found in measure_tables(demo.offline_folder / "data").items()}


@pytest.fixture(scope="module")
def served(demo: InstalledDemo) -> dict[str, dict[str, Any]]:
    online = measure_online(demo.offline_folder / "online_store.db")
    return {name.split("_", 1)[1]: found for name, found in online.items()}


def age(demo: InstalledDemo, second: int | None) -> timedelta:
    assert second is not None
    return timedelta(seconds=demo.anchored_at.timestamp() - second)


def declared_until(demo: InstalledDemo, view: str) -> datetime | None:
    query = "SELECT feature_view_proto FROM feature_views WHERE feature_view_name = ?"
    with contextlib.closing(sqlite3.connect(demo.offline_folder / "registry.db")) as connection:
        (stored,) = connection.execute(query, [view]).fetchone()
    ends = [interval.end_time.seconds for interval in pb.FeatureView.FromString(stored).meta.materialization_intervals]
    return datetime.fromtimestamp(max(ends), demo.anchored_at.tzinfo) if ends else None


def test_hourly_airport_delays_are_fresh_in_both_stores(demo: InstalledDemo, source: Any, served: Any) -> None:
    assert age(demo, source["origin_delay_hourly"]["newest"]["event_timestamp"]) < timedelta(minutes=10)
    assert age(demo, served["origin_delay_hourly"]["newest"]) < timedelta(minutes=10)


def test_the_weather_is_late_though_the_registry_declares_it_fresh(
    demo: InstalledDemo, source: Any, served: Any
) -> None:
    assert declared_until(demo, "origin_weather_hourly") == demo.anchored_at
    assert age(demo, source["origin_weather_hourly"]["newest"]["observed_at"]) > timedelta(hours=7)
    assert age(demo, served["origin_weather_hourly"]["newest"]) > timedelta(hours=7)


def test_carrier_delays_are_fresh_offline_and_three_days_old_online(
    demo: InstalledDemo, source: Any, served: Any
) -> None:
    assert age(demo, source["carrier_delay_daily"]["newest"]["event_timestamp"]) < timedelta(hours=25)
    assert age(demo, served["carrier_delay_daily"]["newest"]) > timedelta(days=3)


def test_the_departure_board_is_newer_online_than_in_its_archive(demo: InstalledDemo, source: Any, served: Any) -> None:
    assert age(demo, served["departure_board"]["newest"]) < timedelta(minutes=10)
    assert age(demo, source["departure_board"]["newest"]["event_timestamp"]) > timedelta(hours=12)


def test_tail_utilisation_was_never_materialized(demo: InstalledDemo, source: Any, served: Any) -> None:
    assert declared_until(demo, "tail_utilisation_daily") is None
    assert served["tail_utilisation_daily"]["keys"] == 0
    assert source["tail_utilisation_daily"]["rows"] > 10_000


def test_the_file_of_airport_reference_is_missing_while_it_is_served(
    demo: InstalledDemo, source: Any, served: Any
) -> None:
    assert "airport_reference" not in source
    assert served["airport_reference"]["keys"] == 101


def test_flight_legs_are_fresh_and_over_five_percent_null(demo: InstalledDemo, source: Any) -> None:
    legs = source["flight_legs"]
    assert age(demo, legs["newest"]["event_timestamp"]) < timedelta(hours=1)
    assert legs["nulls"]["arr_delay_min"] / legs["rows"] > 0.05


@pytest.mark.parametrize(("column", "percent"), [("wind_gust", 83), ("pressure", 13), ("temp", 0)])
def test_weather_keeps_its_real_nulls(source: Any, column: str, percent: int) -> None:
    weather = source["origin_weather_hourly"]
    assert round(100 * weather["nulls"][column] / weather["rows"]) == percent


def test_two_releases_of_route_delay_are_served_side_by_side(served: Any) -> None:
    first, second = served["route_delay_daily"]["nulls"], served["route_delay_daily_v1"]["nulls"]
    assert "arr_delay_mean_7d" in first
    assert "arr_delay_mean_7d" not in second
    assert "arr_delay_p90_28d" in second
