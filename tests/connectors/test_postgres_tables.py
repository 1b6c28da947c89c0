"""Tables and queries of a real PostgreSQL, measured by us and, independently, by plain SQL."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from connectors.postgres.client import PostgresStore
from connectors.records import Bin, Profile, ViewReading
from tests.connectors.targets import profile_of, target

NEWEST = datetime(2026, 11, 20, 10, tzinfo=UTC)
FEATURES = ("amount", "orders", "label", "is_new", "vector", "extra", "price", "ratio", "seen_at")
Plain = Callable[[str], tuple[object, ...]]


@pytest.fixture
def url(registry_database_url: str) -> str:
    with psycopg.connect(registry_database_url, autocommit=True) as connection:
        connection.execute(
            """
            CREATE TABLE stats AS SELECT
                i % 2000 AS user_id,
                timestamptz '2026-11-20 10:00Z' - i * interval '1 minute' AS event_timestamp,
                CASE WHEN i % 20 = 0 THEN NULL ELSE sin(i) * 100 END AS amount,
                i % 300 AS orders,
                CASE WHEN i % 10 < 9 THEN repeat('x', i % 7) END AS label,
                i % 3 = 0 AS is_new,
                CASE WHEN i % 4 > 0 THEN array_fill(1.5::float4, ARRAY[1 + i % 2]) END AS vector,
                '{"a": 1}'::jsonb AS extra,
                (i % 100)::numeric(9, 2) / 4 AS price,
                CASE i % 100 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' ELSE (i % 100)::float8 END AS ratio,
                timestamp '2020-01-01' + i * interval '1 second' AS seen_at
            FROM generate_series(0, 19999) AS i
            """
        )
    return registry_database_url


@pytest.fixture
def plain(url: str) -> Plain:
    def ask(asked: str) -> tuple[object, ...]:
        with psycopg.connect(url) as connection:
            row = connection.execute(f"SELECT {asked} FROM stats").fetchone()
            assert row is not None
            return row

    return ask


@pytest.fixture
def reading(url: str) -> ViewReading:
    return PostgresStore(url).read(target("stats", *FEATURES, moment="event_timestamp", keys=("user_id",)))


def test_freshness_rows_and_entities(reading: ViewReading) -> None:
    assert (reading.origin, reading.newest_event_at, reading.rows) == ("source", NEWEST, 20_000)
    assert reading.window_from == NEWEST - timedelta(minutes=19_999)
    assert reading.entities == pytest.approx(2_000, rel=0.06)
    assert reading.is_entity_count_approximate


@pytest.mark.parametrize("feature", ["amount", "orders", "price"])
def test_numbers_are_those_of_plain_sql(reading: ViewReading, plain: Plain, feature: str) -> None:
    found = profile_of(reading, feature)
    asked = "count(*) - count({0}), min({0})::float8, max({0})::float8, avg({0})::float8, stddev_samp({0})::float8"
    ours = (found.nulls, found.minimum, found.maximum, found.mean, found.stddev)
    assert ours == pytest.approx(plain(asked.format(feature)))


def test_quantiles_and_distinct_values_of_integers_are_exact(reading: ViewReading, plain: Plain) -> None:
    found = profile_of(reading, "orders")
    points = ", ".join(map(str, found.quantiles))
    (exact,) = plain(f"percentile_disc(ARRAY[{points}]) WITHIN GROUP (ORDER BY orders)")
    assert list(found.quantiles.values()) == exact
    assert (found.distinct, found.is_distinct_approximate) == (300, False)


def test_quantiles_of_floats_are_right_to_a_4096th_of_the_range(reading: ViewReading, plain: Plain) -> None:
    found = profile_of(reading, "amount")
    points = ", ".join(map(str, found.quantiles))
    (exact,) = plain(f"percentile_cont(ARRAY[{points}]) WITHIN GROUP (ORDER BY amount)")
    assert list(found.quantiles.values()) == pytest.approx(exact, abs=2 * 200 / 4096)
    assert found.distinct == pytest.approx(19_000, rel=0.06)
    assert found.is_distinct_approximate


def test_the_histogram_counts_every_value_once_and_where_it_belongs(reading: ViewReading, plain: Plain) -> None:
    found = profile_of(reading, "amount").histogram
    asked = ", ".join(f"count(*) FILTER (WHERE amount >= {bin.lower} AND amount < {bin.upper})" for bin in found[:-1])
    assert tuple(bin.count for bin in found[:-1]) == plain(asked)
    assert (len(found), sum(bin.count for bin in found)) == (64, 19_000)


def test_other_kinds_have_their_own_facts(reading: ViewReading) -> None:
    label, vector = profile_of(reading, "label"), profile_of(reading, "vector")
    assert (label.nulls, label.distinct, label.length_minimum, label.length_maximum) == (2_000, 7, 0, 6)
    assert (vector.nulls, vector.distinct, vector.length_minimum, vector.length_maximum) == (5_000, None, 1, 2)
    assert profile_of(reading, "is_new").histogram == (Bin(13_333, label="false"), Bin(6_667, label="true"))
    assert profile_of(reading, "extra") == Profile("extra", rows=20_000, nulls=0, present=20_000)
    assert profile_of(reading, "seen_at").minimum == datetime(2020, 1, 1, tzinfo=UTC).timestamp()


def test_nan_is_null_and_infinity_breaks_no_bounds(reading: ViewReading) -> None:
    found = profile_of(reading, "ratio")
    assert (found.nulls, found.minimum, found.maximum) == (200, 2, 99)
    assert sum(bin.count for bin in found.histogram) == 19_600
    assert reading.warnings == ("ratio: 200 infinite values are left out of its bounds, mean and histogram.",)


def test_a_window_narrows_everything_but_freshness(url: str) -> None:
    wanted = target("stats", "orders", moment="event_timestamp", keys=("user_id",))
    hour = PostgresStore(url).read(wanted, since=NEWEST - timedelta(hours=1))
    assert (hour.rows, hour.window_from, hour.window_until) == (61, NEWEST - timedelta(hours=1), NEWEST)
    future = PostgresStore(url).read(wanted, since=NEWEST + timedelta(days=1))
    assert (future.rows, future.entities, future.newest_event_at) == (0, 0, NEWEST)
    assert profile_of(future, "orders").null_rate is None


def test_a_query_is_measured_like_a_table(url: str) -> None:
    query = (
        "SELECT *, amount * 2 AS twice, '100% {of} it' AS note FROM stats WHERE label <> '%s' -- the comment stays\n;"
    )
    reading = PostgresStore(url).read(target("", "twice", "note", query=query, moment="event_timestamp"))
    assert reading.rows == 18_000
    assert profile_of(reading, "note").distinct == 1


def test_a_missing_column_and_one_that_cannot_be_computed_cost_only_themselves(url: str) -> None:
    query = "SELECT orders, 1 / (orders - 5) AS broken FROM stats"
    reading = PostgresStore(url).read(target("", "orders", "broken", "gone", query=query))
    assert profile_of(reading, "broken").error == "PostgreSQL could not compute it (error 22012)."
    assert profile_of(reading, "gone").error == "There is no column 'gone' in the source."
    assert profile_of(reading, "orders").maximum == 299


def test_of_personal_columns_only_rows_and_nulls_are_asked_and_returned(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def noted(self: psycopg.Cursor, query: object, *args: object, **options: object) -> psycopg.Cursor:
        sent.append(query.as_string(self.connection) if isinstance(query, psycopg.sql.Composable) else str(query))
        return execute(self, query, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(psycopg.Cursor, "execute", noted)
    reading = PostgresStore(url).read(target("stats", *FEATURES, personal=FEATURES))
    nulls = {"amount": 1_000, "label": 2_000, "vector": 5_000, "ratio": 200}
    assert reading.profiles == tuple(Profile(f, 20_000, nulls.get(f, 0), present=20_000) for f in FEATURES)
    words = " ".join(sent)
    assert len(sent) > 3
    for forbidden in ("avg(", "stddev", "length", "cardinality", "floor", "hash", "LATERAL", "min(c", "max(c", "min(v"):
        assert forbidden not in words, forbidden


def test_more_columns_than_one_answer_can_hold_are_measured_in_parts(registry_database_url: str) -> None:
    names = [f"f{number}" for number in range(250)]
    query = f"SELECT {', '.join(f'{number}.5::float8 AS {name}' for number, name in enumerate(names))}"
    reading = PostgresStore(registry_database_url).read(target("", *names, query=query))
    assert [profile.mean for profile in reading.profiles] == [number + 0.5 for number in range(250)]


def test_bytes_are_postgresql_s_own(url: str, reading: ViewReading) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE VIEW seen AS SELECT * FROM stats")
        connection.execute("CREATE TABLE parts (user_id int, at timestamptz) PARTITION BY RANGE (at)")
        connection.execute("CREATE TABLE parts_rest PARTITION OF parts DEFAULT")
        connection.execute("INSERT INTO parts SELECT i, now() FROM generate_series(1, 1000) AS i")
        own = "SELECT pg_total_relation_size('stats'), pg_total_relation_size('parts_rest')"
        sizes = connection.execute(own).fetchone()
    store = PostgresStore(url)
    assert sizes == (reading.stored_bytes, store.read(target("parts", "user_id")).stored_bytes)
    assert store.read(target("seen", "orders")).stored_bytes is None
    assert store.read(target("", "orders", query="SELECT orders FROM stats")).stored_bytes is None
