"""Real tables written by others, measured by us and, independently, by plain DuckDB or Python."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, stdev

import duckdb
import pytest

from connectors.files.client import FileStore
from connectors.files.folders import LocalFolder
from connectors.records import ViewReading
from tests.connectors.targets import profile_of, target

FLIGHTS = "tables/nyc_flights_2013.parquet"
Values = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def store(real_inputs: Path) -> FileStore:
    return FileStore(LocalFolder(real_inputs))


@pytest.fixture
def flights(store: FileStore) -> ViewReading:
    features = ("dep_delay", "distance", "month", "carrier", "air_time")
    return store.read(target(FLIGHTS, *features, moment="time_hour", keys=("carrier", "flight")))


@pytest.fixture
def truth(real_inputs: Path) -> Values:
    """Rows of plain SQL over the flights, in an engine of its own."""

    def ask(sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect() as connection:
            connection.execute(f"CREATE VIEW flights AS SELECT * FROM '{real_inputs / FLIGHTS}'")
            return connection.execute(sql).fetchall()

    return ask


def test_freshness_is_the_newest_event_time_though_it_is_kept_in_nanoseconds(flights: ViewReading) -> None:
    assert flights.newest_event_at == datetime(2014, 1, 1, 4, tzinfo=UTC)
    assert flights.window_from == datetime(2013, 1, 1, 10, tzinfo=UTC)
    assert (flights.origin, flights.rows, flights.sample_size) == ("source", 336_776, None)


def test_entities_are_counted_approximately_and_say_so(flights: ViewReading, truth: Values) -> None:
    exact = truth("SELECT count(DISTINCT (carrier, flight)) FROM flights")[0][0]
    assert flights.entities == pytest.approx(exact, rel=0.15)
    assert flights.is_entity_count_approximate


@pytest.mark.parametrize("feature", ["dep_delay", "air_time", "month"])
def test_counts_bounds_and_moments_are_those_of_plain_sql(flights: ViewReading, truth: Values, feature: str) -> None:
    asked = "count(*) - count({0}), min({0}), max({0}), avg({0}), stddev_samp({0}), count(DISTINCT {0})"
    found = profile_of(flights, feature)
    ours = (found.nulls, found.minimum, found.maximum, found.mean, found.stddev, found.distinct)
    assert ours == pytest.approx(truth(f"SELECT {asked.format(feature)} FROM flights")[0])
    assert not found.is_distinct_approximate  # integers in narrow bins count themselves


def test_a_wide_range_of_integers_is_counted_approximately_and_says_so(flights: ViewReading, truth: Values) -> None:
    found = profile_of(flights, "distance")
    assert found.distinct == pytest.approx(truth("SELECT count(DISTINCT distance) FROM flights")[0][0], rel=0.15)
    assert found.is_distinct_approximate


@pytest.mark.parametrize("feature", ["dep_delay", "air_time", "month"])
def test_quantiles_of_whole_numbers_are_exact(flights: ViewReading, truth: Values, feature: str) -> None:
    found = profile_of(flights, feature).quantiles
    points = list(found)
    assert points == [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
    assert list(found.values()) == truth(f"SELECT quantile_disc({feature}, {points}) FROM flights")[0][0]


def test_the_histogram_counts_every_value_once_and_where_it_belongs(flights: ViewReading, truth: Values) -> None:
    found = profile_of(flights, "air_time").histogram
    assert 32 < len(found) <= 64
    for bin in found:
        counted = truth(f"SELECT count(*) FROM flights WHERE air_time >= {bin.lower} AND air_time < {bin.upper}")
        assert bin.count == counted[0][0]
    assert sum(bin.count for bin in found) == 336_776 - profile_of(flights, "air_time").nulls


def test_text_has_no_labels_only_counts_and_lengths(flights: ViewReading) -> None:
    carrier = profile_of(flights, "carrier")
    assert (carrier.nulls, carrier.length_minimum, carrier.length_maximum) == (0, 2, 2)
    assert carrier.distinct == pytest.approx(16, abs=1)
    assert carrier.histogram == ()
    assert carrier.minimum is None


def test_february_of_2013_had_5_1_percent_of_departures_without_a_delay(
    flights: ViewReading, real_inputs: Path, tmp_path: Path
) -> None:
    assert profile_of(flights, "dep_delay").null_rate == pytest.approx(8_255 / 336_776)
    with duckdb.connect() as connection:
        february = f"SELECT * FROM '{real_inputs / FLIGHTS}' WHERE month = 2"
        connection.execute(f"COPY ({february}) TO '{tmp_path / 'february.parquet'}'")
    reading = FileStore(LocalFolder(tmp_path)).read(target("february.parquet", "dep_delay"))
    assert profile_of(reading, "dep_delay").null_rate == pytest.approx(0.051, abs=0.0005)


def test_a_window_narrows_everything_but_freshness(store: FileStore, truth: Values) -> None:
    since = datetime(2013, 12, 1, 5, tzinfo=UTC)
    reading = store.read(target(FLIGHTS, "dep_delay", moment="time_hour", keys=("tailnum",)), since=since)
    rows, nulls = truth(
        "SELECT count(*), count(*) - count(dep_delay) FROM flights "
        "WHERE CAST(time_hour AS TIMESTAMPTZ) >= CAST('2013-12-01 05:00:00+00' AS TIMESTAMPTZ)"
    )[0]
    assert (reading.rows, profile_of(reading, "dep_delay").nulls) == (rows, nulls)
    assert (reading.window_from, reading.window_until) == (since, datetime(2014, 1, 1, 4, tzinfo=UTC))
    empty = store.read(target(FLIGHTS, "dep_delay", moment="time_hour"), since=datetime(2030, 1, 1, tzinfo=UTC))
    assert (empty.rows, empty.newest_event_at) == (0, datetime(2014, 1, 1, 4, tzinfo=UTC))
    assert (profile_of(empty, "dep_delay").null_rate, profile_of(empty, "dep_delay").error) == (None, "")


def test_a_csv_file_is_measured_as_python_reads_it(store: FileStore, real_inputs: Path) -> None:
    reading = store.read(target("tables/nyc_planes.csv", "seats", "speed", "manufacturer", keys=("tailnum",)))
    with (real_inputs / "tables/nyc_planes.csv").open(newline="") as file:
        planes = list(csv.DictReader(file))
    seats = [float(plane["seats"]) for plane in planes]
    found = profile_of(reading, "seats")
    assert (found.rows, found.mean, found.stddev) == (
        len(planes),
        pytest.approx(mean(seats)),
        pytest.approx(stdev(seats)),
    )
    assert profile_of(reading, "speed").nulls == sum(plane["speed"] in ("", "NA") for plane in planes)
    assert profile_of(reading, "manufacturer").distinct == len({plane["manufacturer"] for plane in planes})
    assert (reading.entities, reading.is_entity_count_approximate) == (len({p["tailnum"] for p in planes}), False)


def test_feasts_maps_json_and_structs_get_a_null_rate_only(store: FileStore) -> None:
    features = ("conv_rate", "driver_metadata", "driver_config", "driver_profile")
    dtypes = {"driver_metadata": "map", "driver_config": "json", "driver_profile": "struct"}
    location = "feast/quickstart_local/driver_stats.parquet"
    reading = store.read(target(location, *features, moment="event_timestamp", keys=("driver_id",), dtypes=dtypes))
    for feature in dtypes:
        found = profile_of(reading, feature)
        assert (found.rows, found.nulls, found.error) == (1_807, 0, "")
        assert (found.distinct, found.length_minimum, found.histogram) == (None, None, ())
    assert (reading.entities, reading.newest_event_at) == (5, datetime(2026, 11, 20, 10, tzinfo=UTC))
    assert len(profile_of(reading, "conv_rate").histogram) == 64


def test_vectors_get_lengths(store: FileStore) -> None:
    reading = store.read(target("feast-samples/user_stats.parquet", "bio_vec", "spend_7d", moment="event_timestamp"))
    vector = profile_of(reading, "bio_vec")
    assert (vector.rows, vector.nulls, vector.length_minimum, vector.length_maximum) == (500, 0, 4, 4)
    assert vector.distinct is None
    assert profile_of(reading, "spend_7d").nulls == 50


def test_a_stale_table_is_as_old_as_it_is(store: FileStore) -> None:
    location = "feast/credit_score_local/zipcode_table.parquet"
    reading = store.read(target(location, "population", moment="event_timestamp", keys=("zipcode",)))
    assert reading.newest_event_at == reading.window_from == datetime(2017, 1, 1, 12, tzinfo=UTC)
    assert (reading.rows, reading.entities) == (28_844, 28_844)


@pytest.mark.parametrize("folder", ["feast-samples", "feast/quickstart_local", "tables", "feast/credit_score_local"])
def test_a_connection_to_real_files_passes_its_test(real_inputs: Path, folder: str) -> None:
    (right,) = FileStore(LocalFolder(real_inputs / folder)).test()
    assert right.ok, right.detail
