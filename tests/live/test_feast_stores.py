"""What Charter reads from stores that real Feast 0.67 filled, beside what Feast, DuckDB, psycopg and redis-cli say."""

import json
from typing import Any

import pytest

from connectors.feast.client import open_registry
from connectors.records import Definitions, Profile, ViewReading
from connectors.stores import open_offline, open_online
from demo.install import STORE
from tests.demo.targets import target, view_named
from tests.live.bystanders import (
    Said,
    duckdb_says,
    duckdb_says_latest,
    psycopg_says,
    psycopg_says_online,
    redis_cli_says,
)
from tests.live.feast_repository import FilledStores

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def redis_registry(on_redis: FilledStores) -> Definitions:
    return open_registry(on_redis.registry_url).definitions(known={})


@pytest.fixture(scope="module")
def postgres_registry(on_postgres: FilledStores) -> Definitions:
    return open_registry(on_postgres.registry_url).definitions(known={})


def heard(reading: ViewReading) -> Said:
    """A reading of Charter's in the bystanders' words."""
    assert not [profile.error for profile in reading.profiles if profile.error]
    assert reading.newest_event_at is not None
    counted = reading.rows if reading.origin == "source" else reading.entities
    return Said(counted or 0, reading.newest_event_at, {each.feature: each.nulls for each in reading.profiles})


def assert_agree(reading: ViewReading, said: Said, columns: dict[str, str]) -> None:
    """`columns` maps each feature to the bystander's name for it."""
    ours = heard(reading)
    assert (ours.rows, ours.newest) == (said.rows, said.newest)
    assert ours.nulls == {feature: said.nulls[column] for feature, column in columns.items()}


# --- definitions ---------------------------------------------------------------------------------


def test_the_registry_in_postgresql_imports_with_exact_counts(redis_registry: Definitions) -> None:
    """The same definitions made the shipped demo: its manifest holds what Feast listed then."""
    expected: dict[str, Any] = json.loads((STORE / "manifest.json").read_text())["registry"]
    for project, listed in expected.items():
        views = {view.name: view for view in redis_registry.views if view.project == project}
        assert {name: {feature.name for feature in view.features} for name, view in views.items()} == {
            # Feast lists the join key of a stream view among its features; to Charter it is none.
            name: set(features) - set(views[name].join_keys)
            for name, features in listed["views"].items()
        }
        assert sorted(each.name for each in redis_registry.sources if each.project == project) == listed["sources"]
        assert sorted(each.name for each in redis_registry.entities if each.project == project) == listed["entities"]
        services = {each.name: each for each in redis_registry.services if each.project == project}
        assert {name: sum(len(read.features) for read in each.reads) for name, each in services.items()} == {
            name: sum(map(len, reads.values())) for name, reads in listed["services"].items()
        }
        assert (
            sorted(each.name for each in redis_registry.permissions if each.project == project)
            == (listed["permissions"])
        )
    assert redis_registry.warnings == []


def test_both_releases_of_a_view_are_in_its_history(redis_registry: Definitions) -> None:
    versions = [each for each in redis_registry.view_versions if each.view == "route_delay_daily"]
    assert {each.number: len(each.features) for each in versions} == {0: 4, 1: 7}
    assert view_named(redis_registry, "route_delay_daily").version == 1


def test_what_was_materialized_is_declared_until_then(on_redis: FilledStores, redis_registry: Definitions) -> None:
    assert view_named(redis_registry, "origin_weather_hourly").declared_until == on_redis.until
    assert view_named(redis_registry, "tail_utilisation_daily").declared_until is None


def test_postgresql_sources_say_which_table_or_query_they_are(postgres_registry: Definitions) -> None:
    sources = {source.name: source for source in postgres_registry.sources}
    assert {source.kind for source in sources.values()} == {"postgres"}
    assert sources["flight_legs_table"].location == "marts.flight_legs"
    assert sources["origin_weather_query"].query.startswith("SELECT observed_at")
    assert (len(postgres_registry.views), len(postgres_registry.entities)) == (4, 4)


def test_a_vector_keeps_its_dimension_and_metric(postgres_registry: Definitions) -> None:
    profile = next(
        f for f in view_named(postgres_registry, "route_delay_profile").features if f.name == "delay_profile"
    )
    assert (profile.dtype, profile.vector_dimension, profile.vector_metric) == ("array<float32>", 24, "cosine")


# --- values in files and in Redis ----------------------------------------------------------------

IN_REDIS = {
    "origin_delay_hourly": ("origin", "flights/origin_delay_hourly"),
    "origin_weather_hourly": ("origin", "flights/origin_weather_hourly"),
    "flight_legs": ("flight_id", "flights/flight_legs"),
    "carrier_delay_daily": ("carrier", "flights/carrier_delay_daily"),
    "route_delay_daily": ("route", "flights/route_delay_daily"),
    "route_delay_profile": ("route", "flights/route_delay_profile"),
    "customer_contact": ("customer_id", "people/customer_contact"),
    "customer_disruption_daily": ("customer_id", "people/customer_disruption_daily"),
}


@pytest.mark.parametrize("view", IN_REDIS)
def test_files_are_measured_as_duckdb_does(on_redis: FilledStores, redis_registry: Definitions, view: str) -> None:
    wanted = target(redis_registry, view)
    columns = {column.name: column.column for column in wanted.columns}
    file = on_redis.tables / f"{IN_REDIS[view][1]}.parquet"
    said = duckdb_says(file, wanted.timestamp_column, list(columns.values()))
    assert_agree(open_offline(on_redis.offline_url).read(wanted), said, columns)


@pytest.mark.parametrize("view", IN_REDIS)
def test_redis_is_measured_as_redis_cli_and_duckdb_do(
    on_redis: FilledStores, redis_registry: Definitions, view: str
) -> None:
    wanted = target(redis_registry, view)
    reading = open_online(on_redis.online_url).read(wanted)
    features = {column.name: column.name for column in wanted.columns}
    assert_agree(reading, redis_cli_says(on_redis.online_url, view, list(features)), features)
    key, file = IN_REDIS[view]
    columns = {column.name: column.column for column in wanted.columns}
    window = (on_redis.since, on_redis.until)
    parquet = on_redis.tables / f"{file}.parquet"
    said = duckdb_says_latest(parquet, wanted.timestamp_column, key, list(columns.values()), *window)
    assert_agree(reading, said, columns)


def test_a_view_that_was_never_materialized_serves_nothing(on_redis: FilledStores, redis_registry: Definitions) -> None:
    reading = open_online(on_redis.online_url).read(target(redis_registry, "tail_utilisation_daily"))
    assert reading.newest_event_at is None
    assert not reading.entities


def test_what_feast_serves_as_none_is_what_counts_as_null(on_redis: FilledStores, redis_registry: Definitions) -> None:
    rows: list[dict[str, object]] = [{"customer_id": f"C{number:06d}"} for number in range(1, 301)]
    served = on_redis.repositories["people"].online(["customer_contact:mobile_phone"], rows)["mobile_phone"]
    reading = open_online(on_redis.online_url).read(target(redis_registry, "customer_contact"))
    assert profile_of(reading, "mobile_phone").nulls == served.count(None) > 0


def profile_of(reading: ViewReading, feature: str) -> Profile:
    return next(profile for profile in reading.profiles if profile.feature == feature)


# --- values in PostgreSQL ------------------------------------------------------------------------

IN_POSTGRES = ("flight_legs", "origin_weather", "route_delay_profile", "customer_contact")


@pytest.mark.parametrize("view", IN_POSTGRES)
def test_postgresql_tables_and_queries_are_measured_as_psycopg_does(
    on_postgres: FilledStores, postgres_registry: Definitions, view: str
) -> None:
    wanted = target(postgres_registry, view)
    columns = {column.name: column.column for column in wanted.columns}
    table = f"({wanted.query}) AS asked" if wanted.query else wanted.location
    said = psycopg_says(on_postgres.offline_url, table, wanted.timestamp_column, list(columns.values()))
    assert_agree(open_offline(on_postgres.offline_url).read(wanted), said, columns)


@pytest.mark.parametrize("view", IN_POSTGRES)
def test_served_values_in_postgresql_are_measured_as_psycopg_does(
    on_postgres: FilledStores, postgres_registry: Definitions, view: str
) -> None:
    wanted = target(postgres_registry, view)
    features = {column.name: column.name for column in wanted.columns}
    said = psycopg_says_online(on_postgres.online_url, f"flights_pg_{view}", list(features))
    assert_agree(open_online(on_postgres.online_url).read(wanted), said, features)


@pytest.mark.parametrize("origin", ["source", "served"])
def test_nothing_of_a_personal_value_is_read_out(
    on_postgres: FilledStores, postgres_registry: Definitions, origin: str
) -> None:
    reader = open_offline(on_postgres.offline_url) if origin == "source" else open_online(on_postgres.online_url)
    reading = reader.read(target(postgres_registry, "customer_contact"))
    for name in ("email", "mobile_phone"):
        profile = profile_of(reading, name)
        assert (profile.minimum, profile.maximum, profile.quantiles, profile.histogram) == (None, None, {}, ())
    assert "example.org" not in repr(reading)
