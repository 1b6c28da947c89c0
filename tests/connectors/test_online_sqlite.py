"""Feast's SQLite online store: one recorded from Feast 0.67, and tables with what older versions wrote."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.feast.online_sqlite import SqliteOnlineStore
from connectors.records import Column, ConnectorError, Profile, ViewTarget
from tests.connectors.feast_bytes import NULL, NULL_SET, entity_key, number

Row = tuple[bytes, str, bytes | None, object]


def view(name: str, *features: str, version: int | None = None) -> ViewTarget:
    columns = tuple(Column(feature, feature, "", is_personal=False) for feature in features)
    return ViewTarget("shop", name, version, ("user_id",), columns)


@pytest.fixture
def recorded(feast_samples: Path) -> SqliteOnlineStore:
    return SqliteOnlineStore(feast_samples / "sqlite_online_store.db")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., SqliteOnlineStore]:
    """A store with one table of Feast's layout and the given rows."""

    def make(*rows: Row, table: str = "shop_stats") -> SqliteOnlineStore:
        with closing(sqlite3.connect(tmp_path / "online.db")) as connection, connection:
            connection.execute(
                f'CREATE TABLE "{table}" (entity_key BLOB, feature_name TEXT, value BLOB, value_text TEXT, '
                "vector_value BLOB, event_ts timestamp, created_ts timestamp, PRIMARY KEY (entity_key, feature_name))"
            )
            connection.executemany(f'INSERT INTO "{table}" VALUES (?, ?, ?, NULL, NULL, ?, NULL)', rows)
        return SqliteOnlineStore(tmp_path / "online.db")

    return make


def test_what_feast_itself_wrote_is_counted_right(recorded: SqliteOnlineStore) -> None:
    reading = recorded.read(view("user_stats", "spend_7d", "email_domain", "bio_vec"))
    assert (reading.origin, reading.rows, reading.entities, reading.sample_size) == ("served", 100, 100, None)
    assert reading.newest_event_at == datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert reading.profiles == (
        Profile("spend_7d", rows=100, nulls=9, present=100),
        Profile("email_domain", rows=100, nulls=35, present=100),
        Profile("bio_vec", rows=100, nulls=0, present=100),
    )


def test_a_view_that_was_applied_but_never_materialized_serves_nothing(recorded: SqliteOnlineStore) -> None:
    reading = recorded.read(view("clicks", "clicks_1h"))
    assert (reading.rows, reading.entities, reading.newest_event_at) == (0, 0, None)
    assert reading.profiles[0].null_rate is None


def test_absent_and_null_are_different(write: Callable[..., SqliteOnlineStore]) -> None:
    ada, bob, eve = (entity_key(user_id=number) for number in range(3))
    now = 1_795_154_400
    store = write((ada, "f", number(1), now), (bob, "f", NULL, now), (eve, "g", NULL_SET, now), (ada, "g", None, now))
    reading = store.read(view("stats", "f", "g", "never_written"))
    assert reading.profiles == (
        Profile("f", rows=3, nulls=1, present=2),
        Profile("g", rows=3, nulls=2, present=2),
        Profile("never_written", rows=3, nulls=0, present=0),
    )


def test_times_may_be_seconds_or_text_even_in_one_table(write: Callable[..., SqliteOnlineStore]) -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    key = [entity_key(user_id=number) for number in range(4)]
    store = write(
        (key[0], "f", number(1), noon.timestamp() - 7200),
        (key[1], "f", NULL, "2026-11-20 12:00:00.000000"),
        (key[2], "f", NULL, "2026-11-20T13:30:00+02:00"),
        (key[3], "f", NULL, int(noon.timestamp()) - 3600),
    )
    reading = store.read(view("stats", "f"))
    assert (reading.newest_event_at, reading.rows) == (noon, 4)
    window = store.read(view("stats", "f"), since=datetime(2026, 11, 20, 11, 15, tzinfo=UTC))
    assert (window.rows, window.profiles[0].nulls, window.newest_event_at) == (2, 2, noon)
    later = store.read(view("stats", "f"), since=datetime(2027, 1, 1, tzinfo=UTC))
    assert (later.rows, later.newest_event_at) == (0, noon)


@pytest.mark.parametrize("written", ["soon", 1e300])
def test_a_time_that_is_none_is_a_warning(write: Callable[..., SqliteOnlineStore], written: object) -> None:
    reading = write((entity_key(user_id=1), "f", NULL, written)).read(view("stats", "f"))
    assert (reading.newest_event_at, reading.rows) == (None, 1)
    assert reading.warnings == ("Rows without a readable event time: 1.",)


def test_a_version_is_read_from_its_own_table_where_there_is_one(write: Callable[..., SqliteOnlineStore]) -> None:
    store = write((entity_key(user_id=1), "f", NULL, 0), table="shop_stats_v2")
    assert store.read(view("stats", "f", version=2)).rows == 1
    with pytest.raises(ConnectorError, match="no table 'shop_stats'"):
        store.read(view("stats", "f", version=3))


def test_a_version_without_a_table_of_its_own_is_in_the_plain_one(write: Callable[..., SqliteOnlineStore]) -> None:
    reading = write((entity_key(user_id=1), "f", NULL, 0)).read(view("stats", "f", version=2))
    assert reading.rows == 1
    assert '"shop_stats"' in reading.query


def test_a_hostile_name_stays_a_name(write: Callable[..., SqliteOnlineStore]) -> None:
    name = '"; DROP TABLE x; --'
    store = write((entity_key(user_id=1), "f", NULL, 0), table='shop_""; DROP TABLE x; --')
    assert store.read(view(name, "f")).rows == 1


def test_nothing_is_written_and_no_file_is_made(recorded: SqliteOnlineStore, tmp_path: Path) -> None:
    with recorded._opened() as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM shop_clicks")
    with pytest.raises(ConnectorError, match="There is no file"):
        SqliteOnlineStore(tmp_path / "gone.db").read(view("stats", "f"))
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_online_store_is_explained(tmp_path: Path, write: Callable[..., SqliteOnlineStore]) -> None:
    (tmp_path / "text.db").write_text("not a database, whatever its name says" * 50)
    with pytest.raises(ConnectorError, match="could not be read as an online store"):
        SqliteOnlineStore(tmp_path / "text.db").read(view("stats", "f"))
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE shop_stats (x)")
    with pytest.raises(ConnectorError, match="could not be read as an online store"):
        SqliteOnlineStore(tmp_path / "other.db").read(view("stats", "f"))
    assert [right.ok for right in SqliteOnlineStore(tmp_path / "other.db").test()] == [True, False]


def test_the_test_of_a_connection_counts_tables(recorded: SqliteOnlineStore) -> None:
    assert [(right.name, right.ok, right.detail) for right in recorded.test()][1:] == [
        ("Find online tables", True, "2 tables of Feast's layout.")
    ]


def test_a_reading_that_takes_too_long_is_stopped(write: Callable[..., SqliteOnlineStore], tmp_path: Path) -> None:
    write(*((entity_key(user_id=user), "f", NULL, user) for user in range(50_000)))
    with pytest.raises(ConnectorError, match="took longer than"):
        SqliteOnlineStore(tmp_path / "online.db", seconds=-1).read(view("stats", "f"))


def test_bytes_are_those_of_the_table_and_its_index(
    recorded: SqliteOnlineStore, write: Callable[..., SqliteOnlineStore]
) -> None:
    small = write((entity_key(user_id=1), "spend", number(1), 1_700_000_000)).read(view("stats", "spend")).stored_bytes
    assert small is not None
    assert small >= 2 * 512
