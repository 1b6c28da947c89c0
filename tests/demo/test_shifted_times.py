"""Every moment in the installed store moved by the same number of seconds, so that the anchor became now."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from demo.install import STORE, InstalledDemo
from demo.measure import measure_online, measure_tables
from demo.shift import MESSAGES, VERSIONED, moments
from tests.demo.conftest import NOW


def moved(manifest: dict[str, Any]) -> int:
    """Seconds from the recorded anchor to NOW without its fraction."""
    return int((NOW.replace(microsecond=0) - datetime.fromisoformat(manifest["anchor"])).total_seconds())


def moments_in(registry: Path) -> list[tuple[str, str, int, int]]:
    """Every (table, row, position, epoch second) of a registry, in columns and in messages."""
    with contextlib.closing(sqlite3.connect(registry)) as connection:
        return sorted([*_in_messages(connection), *_in_columns(connection)])


def _in_messages(connection: sqlite3.Connection) -> Iterator[tuple[str, str, int, int]]:
    wanted = [(table, message, "") for table, message in MESSAGES.items()]
    wanted += [
        ("feature_view_version_history", message, f"WHERE feature_view_type = '{kind}'")
        for kind, message in VERSIONED.items()
    ]
    for table, message, where in wanted:
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1].endswith("_proto")]
        for rowid, stored in connection.execute(f"SELECT rowid, {names[0]} FROM {table} {where}"):
            # Protobuf gives the entries of a map in any order.
            for position, second in enumerate(sorted(moment.seconds for moment in moments(message.FromString(stored)))):
                yield table, f"message {rowid}", position, second


def _in_columns(connection: sqlite3.Connection) -> Iterator[tuple[str, str, int, int]]:
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        clock = "created_timestamp" if table == "feature_view_version_history" else "last_updated_timestamp"
        for rowid, second in connection.execute(f"SELECT rowid, {clock} FROM {table}"):
            yield table, f"column {rowid}", 0, second
    query = "SELECT rowid, metadata_value FROM feast_metadata WHERE metadata_key = 'last_updated_timestamp'"
    for rowid, value in connection.execute(query):
        yield "feast_metadata", f"value {rowid}", 0, int(value)


def values_without_times(file: Path) -> list[tuple[object, ...]]:
    query = f"SELECT column_name FROM (DESCRIBE FROM '{file}') WHERE column_type NOT LIKE 'TIMESTAMP%'"
    with duckdb.connect() as connection:
        names = ", ".join(f'"{name}"' for (name,) in connection.execute(query).fetchall())
        return connection.execute(f"SELECT {names} FROM '{file}'").fetchall()


def test_newest_rows_of_every_parquet_file_moved_to_the_second(demo: InstalledDemo, manifest: dict[str, Any]) -> None:
    for name, found in measure_tables(demo.offline_folder / "data").items():
        expected = {column: second + moved(manifest) for column, second in manifest["tables"][name]["newest"].items()}
        assert found["newest"] == expected, name


def test_newest_rows_of_every_online_table_moved_to_the_second(demo: InstalledDemo, manifest: dict[str, Any]) -> None:
    for name, found in measure_online(demo.offline_folder / "online_store.db").items():
        before = manifest["online"][name]["newest"]
        assert found["newest"] == (before + moved(manifest) if before else None), name


def test_every_moment_of_the_registry_moved(demo: InstalledDemo, manifest: dict[str, Any]) -> None:
    before = moments_in(STORE / "registry.db")
    assert len(before) > 200
    expected = [(table, row, position, second + moved(manifest)) for table, row, position, second in before]
    assert moments_in(demo.offline_folder / "registry.db") == expected


def test_rows_kept_their_values_and_their_order(demo: InstalledDemo) -> None:
    for file in sorted((STORE / "data").rglob("*.parquet")):
        installed = demo.offline_folder / file.relative_to(STORE)
        assert values_without_times(installed) == values_without_times(file), file.stem


def test_nothing_lies_in_the_future(demo: InstalledDemo) -> None:
    assert demo.anchored_at == NOW.replace(microsecond=0)
    anchor = int(demo.anchored_at.timestamp())
    newest = [each["newest"] for each in measure_online(demo.offline_folder / "online_store.db").values()]
    assert max(second for second in newest if second) <= anchor
    assert max(second for *_, second in moments_in(demo.offline_folder / "registry.db")) <= anchor
    assert demo.anchored_at.tzinfo is UTC
