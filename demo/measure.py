"""What a built store holds, counted with plain SQL, for `manifest.json` and the tests."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import duckdb


def measure_tables(data: Path) -> dict[str, dict[str, Any]]:
    """Per Parquet file: rows, nulls per column, and newest value per time column as epoch seconds."""
    with duckdb.connect() as connection:
        return {
            str(file.relative_to(data).with_suffix("")): _measure_table(connection, file)
            for file in sorted(data.rglob("*.parquet"))
        }


def _measure_table(connection: duckdb.DuckDBPyConnection, file: Path) -> dict[str, Any]:
    columns = dict(connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{file}')").fetchall())
    times = [name for name, kind in columns.items() if kind.startswith("TIMESTAMP")]
    nulls = [f'count(*) - count("{name}")' for name in columns]
    newest = [f'max(epoch("{name}"))::BIGINT' for name in times]
    row = connection.execute(f"SELECT count(*), {', '.join(nulls + newest)} FROM '{file}'").fetchone() or ()
    return {
        "rows": row[0],
        "nulls": dict(zip(columns, row[1:], strict=False)),
        "newest": dict(zip(times, row[1 + len(columns) :], strict=True)),
    }


def measure_online(file: Path) -> dict[str, dict[str, Any]]:
    """Per table of the online store: keys, nulls per feature, newest event as epoch seconds (None when empty)."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        return {name: _measure_online_table(connection, name) for (name,) in names}


def _measure_online_table(connection: sqlite3.Connection, name: str) -> dict[str, Any]:
    keys, newest = connection.execute(f'SELECT count(DISTINCT entity_key), max(event_ts) FROM "{name}"').fetchone()
    nulls = connection.execute(
        f'SELECT feature_name, sum(length(value) = 0) FROM "{name}" GROUP BY feature_name ORDER BY feature_name'
    )
    return {"keys": keys, "newest": newest, "nulls": dict(nulls.fetchall())}
