"""What programs that know nothing of Charter say about a store: DuckDB, psycopg and redis-cli."""

import os
import shutil
import struct
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import mmh3
import psycopg
import pytest
from google.protobuf.timestamp_pb2 import Timestamp


@dataclass(frozen=True, slots=True)
class Said:
    """Rows (or served keys) of one view, its newest event, and nulls per column."""

    rows: int
    newest: datetime
    nulls: dict[str, int]


def duckdb_says(file: Path, clock: str, columns: list[str]) -> Said:
    return _duckdb(f"'{file}'", clock, columns)


def duckdb_says_latest(file: Path, clock: str, key: str, columns: list[str], since: datetime, until: datetime) -> Said:
    """Of the newest row of each key within a window, which is what materializing the window serves."""
    latest = (
        f"(SELECT * FROM '{file}' WHERE {clock} BETWEEN '{since.isoformat()}' AND '{until.isoformat()}'"
        f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY {clock} DESC) = 1)"
    )
    return _duckdb(latest, clock, columns)


def _duckdb(table: str, clock: str, columns: list[str]) -> Said:
    nulls = ", ".join(f"count(*) - count({column})" for column in columns)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(f"SELECT count(*), epoch_us(max({clock})), {nulls} FROM {table}").fetchone()
    assert found
    return Said(found[0], moment(found[1]), dict(zip(columns, found[2:], strict=True)))


def moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(microsecond=microseconds % 1_000_000)


def psycopg_says(url: str, table: str, clock: str, columns: list[str]) -> Said:
    nulls = ", ".join(f"count(*) - count({column})" for column in columns)
    with psycopg.connect(url) as connection:
        found = connection.execute(f"SELECT count(*), max({clock}), {nulls} FROM {table}").fetchone()
    assert found
    return Said(found[0], found[1].astimezone(UTC), dict(zip(columns, found[2:], strict=True)))


def psycopg_says_online(url: str, table: str, features: list[str]) -> Said:
    """Of an online table of Feast: a null is a value of no bytes."""
    query = f"SELECT count(DISTINCT entity_key), max(event_ts) FROM {table}"
    empty = f"SELECT feature_name, count(*) FILTER (WHERE octet_length(value) = 0) FROM {table} GROUP BY feature_name"
    with psycopg.connect(url) as connection:
        keys, newest = connection.execute(query).fetchone() or (0, None)
        nulls: dict[str, int] = dict(connection.execute(empty).fetchall())
    return Said(keys, newest.astimezone(UTC), {feature: nulls[feature] for feature in features})


def redis_cli_says(url: str, view: str, features: list[str]) -> Said:
    """Of a view in Feast's Redis: keys with the view's time field, the newest of these, empty values per feature."""
    keys = _redis_cli(url, "KEYS *\n")  # a test's database may be asked that
    times = _hash_field(url, keys, f"_ts:{view}".encode())
    owners = [key for key, time in zip(keys, times, strict=True) if time is not None]
    newest = max((Timestamp.FromString(time) for time in times if time is not None), key=lambda time: time.seconds)
    nulls: dict[str, int] = {}
    for feature in features:
        field = struct.pack("<I", mmh3.hash(f"{view}:{feature}", signed=False))
        nulls[feature] = sum(value == b"" for value in _hash_field(url, owners, field))
    return Said(len(owners), newest.ToDatetime(UTC), nulls)


def _hash_field(url: str, keys: list[bytes | None], field: bytes) -> list[bytes | None]:
    return _redis_cli(url, "".join(f"HGET {_quoted(key or b'')} {_quoted(field)}\n" for key in keys))


def _redis_cli(url: str, commands: str) -> list[bytes | None]:
    """The bulk strings that redis-cli printed for `commands`; None where it printed (nil)."""
    program = shutil.which("redis-cli")
    if program is None:
        pytest.skip("redis-cli is not installed; on Debian it comes with the package redis-tools.")
    place = urlsplit(url)
    call = [program, "-h", place.hostname or "", "-p", str(place.port or 6379), "-n", place.path[1:], "--no-raw"]
    environment = {**os.environ, "REDISCLI_AUTH": place.password} if place.password else None
    answer = subprocess.run(call, input=commands, capture_output=True, text=True, check=True, env=environment)
    assert "(error)" not in answer.stdout, answer.stdout[:200]
    return [_unquoted(line) for line in answer.stdout.splitlines() if line]


def _quoted(value: bytes) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in value) + '"'


def _unquoted(line: str) -> bytes | None:
    """`"a\\x01"` or `1) "a\\x01"`, as redis-cli writes it, back to bytes."""
    if line.endswith("(nil)"):
        return None
    inside = line[line.index('"') + 1 : -1]
    return inside.encode().decode("unicode_escape").encode("latin-1")
