"""Feast's PostgreSQL online store, in a real PostgreSQL with Feast's own table definition."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from connectors.feast.online_postgres import PostgresOnlineStore
from connectors.records import Column, ConnectorError, Profile, ViewTarget
from tests.connectors.feast_bytes import NULL, NULL_SET, entity_key, number

NEWEST = datetime(2026, 11, 20, 10, tzinfo=UTC)


def view(name: str, *features: str, version: int | None = None) -> ViewTarget:
    columns = tuple(Column(feature, feature, "", is_personal=False) for feature in features)
    return ViewTarget("shop", name, version, ("user_id",), columns)


@pytest.fixture
def url(registry_database_url: str) -> str:
    rows = []
    for user in range(200):
        key, moment = entity_key(user_id=user), NEWEST - timedelta(minutes=user)
        rows.append((key, "spend", NULL if user % 4 == 0 else number(user), moment))
        if user % 2:
            rows.append((key, "Visits", NULL_SET if user % 10 == 1 else b"\x20\x07", moment))
    with psycopg.connect(registry_database_url) as connection:
        for table in ("shop_stats", "shop_Odd", "shop_stats_v3"):
            connection.execute(
                f'CREATE TABLE "{table}" (entity_key bytea, feature_name text, value bytea, value_text text NULL, '
                "vector_value bytea NULL, event_ts timestamptz, created_ts timestamptz, "
                "PRIMARY KEY (entity_key, feature_name))"
            )
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO shop_stats VALUES (%s, %s, %s, NULL, NULL, %s, NULL)", rows)
            cursor.execute('INSERT INTO "shop_Odd" SELECT * FROM shop_stats LIMIT 1')
    return registry_database_url


def test_freshness_entities_nulls_and_absences(url: str) -> None:
    reading = PostgresOnlineStore(url).read(view("stats", "spend", "Visits", "never_written"))
    assert (reading.origin, reading.newest_event_at, reading.entities) == ("served", NEWEST, 200)
    assert reading.window_from == NEWEST - timedelta(minutes=199)
    assert reading.profiles == (
        Profile("spend", rows=200, nulls=50, present=200),
        Profile("Visits", rows=200, nulls=20, present=100),
        Profile("never_written", rows=200, nulls=0, present=0),
    )


def test_a_window_narrows_everything_but_freshness(url: str) -> None:
    hour = PostgresOnlineStore(url).read(view("stats", "spend"), since=NEWEST - timedelta(minutes=59))
    assert (hour.rows, hour.profiles[0].nulls, hour.window_until) == (60, 15, NEWEST)
    later = PostgresOnlineStore(url).read(view("stats", "spend"), since=NEWEST + timedelta(hours=1))
    assert (later.rows, later.newest_event_at, later.window_until) == (0, NEWEST, None)


def test_names_keep_their_case_and_versions_their_tables(url: str) -> None:
    assert PostgresOnlineStore(url).read(view("Odd", "spend")).rows == 1
    assert PostgresOnlineStore(url).read(view("stats", "spend", version=3)).rows == 0
    assert PostgresOnlineStore(url).read(view("stats", "spend", version=4)).rows == 200


def test_a_missing_table_and_one_of_another_layout_are_explained(url: str) -> None:
    with pytest.raises(ConnectorError, match="no table 'shop_gone'") as missing:
        PostgresOnlineStore(url).read(view("gone", "f"))
    assert "feast apply" in missing.value.fix
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE shop_other (x int)")
    with pytest.raises(ConnectorError, match="does not exist"):
        PostgresOnlineStore(url).read(view("other", "f"))


def test_no_entity_key_or_value_leaves_the_store(url: str) -> None:
    reading = PostgresOnlineStore(url).read(view("stats", "spend"))
    assert entity_key(user_id=7).hex() not in reading.query
    assert number(7).hex() not in reading.query


def test_a_hostile_name_stays_a_name(url: str) -> None:
    with pytest.raises(ConnectorError, match="no table"):
        PostgresOnlineStore(url).read(view('stats"; DROP TABLE shop_stats; --', "f"))
    assert PostgresOnlineStore(url).read(view("stats", "spend")).rows == 200


def test_the_test_of_a_connection_lists_each_right(url: str) -> None:
    assert [right.name for right in PostgresOnlineStore(url).test()] == [
        "Connect",
        "Read the schema",
        "SELECT",
        "Read only",
    ]
