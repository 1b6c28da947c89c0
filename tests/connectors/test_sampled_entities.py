"""Single entities of both stores: keys and values read back as Feast wrote them, and rows as they were at a moment."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import psycopg
import pytest

from connectors.feast.online_keys import key_of, value_of
from connectors.feast.online_sqlite import SqliteOnlineStore
from connectors.files.client import FileStore
from connectors.files.folders import LocalFolder
from connectors.postgres.client import PostgresStore
from connectors.records import Column, KeyLookup, KeySampler, ServedRow, ViewTarget
from tests.connectors.feast_bytes import NULL, entity_key, number

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROWS = """
SELECT i % 10 AS user_id, 'eu' AS region, timestamptz '2026-11-20 12:00Z' - i * interval '1 hour' AS event_ts,
  CAST(i AS double precision) AS amount, 'w' || i AS label, CASE WHEN i % 3 = 0 THEN i % 2 = 0 END AS is_new
FROM {series}
"""


def target(*columns: str, keys: tuple[str, ...] = ("user_id", "region"), location: str = "stats") -> ViewTarget:
    named = tuple(Column(column, column, "", is_personal=False) for column in columns)
    return ViewTarget("shop", "stats", None, keys, named, "", location, timestamp_column="event_ts")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (number(1.5), 1.5), (b"\x35\x00\x00\xc0\x3f", 1.5), (b"\x20\x1b", 27), (b"\x18\x00", 0),
        (b"\x20" + b"\xff" * 9 + b"\x01", -1), (b"\x38\x01", True), (b"\x38\x00", False), (b"\x12\x02eu", "eu"),
        (NULL, None), (None, None), (b"\x98\x01\x00", None),
    ],
)  # fmt: skip
def test_single_values_are_read(written: bytes | None, value: object) -> None:
    found = value_of(written)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("written", [b"\x5a\x02ab", b"\x29\x00", b"\x20" + b"\xff" * 20, b"\x12\x02\xff\xfe"])
def test_what_is_no_single_value_is_refused(written: bytes) -> None:
    with pytest.raises(ValueError, match="v|number"):
        value_of(written)


def test_entity_keys_are_read_by_name() -> None:
    assert key_of(entity_key(user_id=-7, region="eu")) == {"region": "eu", "user_id": "-7"}
    for broken in (b"", b"\x01", entity_key(user_id=7)[:-2]):
        with pytest.raises(ValueError, match="entity key"):
            key_of(broken)


def test_sqlite_hands_out_entities(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "online.db")) as connection, connection:
        connection.execute(
            "CREATE TABLE shop_stats (entity_key BLOB, feature_name TEXT, value BLOB, event_ts timestamp)"
        )
        rows = [(entity_key(user_id=i, region="eu"), name, number(i), NOON.timestamp())
                for i in range(20) for name in ("amount", "secret")]  # fmt: skip
        connection.executemany("INSERT INTO shop_stats VALUES (?, ?, ?, ?)", rows)
    store = SqliteOnlineStore(tmp_path / "online.db")
    assert isinstance(store, KeySampler)
    found = store.sample(target("amount"), 5)
    assert len(found) == 5
    assert all(row == ServedRow(row.key, NOON, {"amount": float(row.key[0])}) for row in found)


@pytest.fixture(params=["files", "postgres"])
def lookup(request: pytest.FixtureRequest, tmp_path: Path) -> KeyLookup:
    if request.param == "files":
        rows = ROWS.format(series="range(1000) AS series(i)")
        with duckdb.connect() as plain:
            plain.execute(f"COPY ({rows}) TO '{tmp_path}/stats.parquet' (FORMAT parquet)")
        return FileStore(LocalFolder(tmp_path))
    url: str = request.getfixturevalue("registry_database_url")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE stats AS {ROWS.format(series='generate_series(0, 999) AS i')}")
    return PostgresStore(url)


def test_rows_are_found_as_they_were_at_a_moment(lookup: KeyLookup) -> None:
    location = "stats.parquet" if isinstance(lookup, FileStore) else "stats"
    wanted = [(("3", "eu"), NOON), (("4", "eu"), NOON - timedelta(hours=30)), (("77", "eu"), NOON)]
    found = lookup.rows_at(target("amount", "label", "is_new", location=location), wanted)
    assert set(found) == {("3", "eu"), ("4", "eu")}
    assert found["3", "eu"].values == {"amount": 3.0, "label": "w3", "is_new": False}
    assert found["3", "eu"].at == NOON - timedelta(hours=3)
    assert found["4", "eu"].values == {"amount": 34.0, "label": "w34", "is_new": None}
    assert found["4", "eu"].newest_at == NOON - timedelta(hours=4)
