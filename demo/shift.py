"""Moves every moment in a copy of the demo store by the same whole number of seconds."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from connectors.feast import registry_pb2 as pb

# Table of the registry: the message its one column of bytes holds. Fields that Charter's subset of Feast's
# messages does not know are carried through unchanged, and none of those is a moment.
MESSAGES: dict[str, type[Message]] = {
    "projects": pb.Project,
    "entities": pb.Entity,
    "data_sources": pb.DataSource,
    "feature_views": pb.FeatureView,
    "stream_feature_views": pb.StreamFeatureView,
    "on_demand_feature_views": pb.OnDemandFeatureView,
    "label_views": pb.LabelView,
    "feature_services": pb.FeatureService,
    "saved_datasets": pb.SavedDataset,
    "permissions": pb.Permission,
}
VERSIONED: dict[str, type[Message]] = {
    "feature_view": pb.FeatureView,
    "stream_feature_view": pb.StreamFeatureView,
    "on_demand_feature_view": pb.OnDemandFeatureView,
    "label_view": pb.LabelView,
}


def shift_tables(data: Path, seconds: int) -> None:
    """Rewrite each Parquet file below `data` with its time columns moved; rows keep their order."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for file in data.rglob("*.parquet"):
            _shift_table(connection, file, seconds)


def _shift_table(connection: duckdb.DuckDBPyConnection, file: Path, seconds: int) -> None:
    described = connection.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{file}')").fetchall()
    times = [name for name, kind in described if kind.startswith("TIMESTAMP")]
    moved = ", ".join(f'"{name}" + to_seconds({seconds}) AS "{name}"' for name in times)
    target = file.with_suffix(".moved")
    query = f"SELECT * REPLACE ({moved}) FROM '{file}'"
    connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    target.replace(file)


def shift_online(file: Path, seconds: int) -> None:
    """Move the event and creation times, whole epoch seconds, of each table of Feast's SQLite online store."""
    with _sqlite(file) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            connection.execute(f'UPDATE "{name}" SET event_ts = event_ts + ?1, created_ts = created_ts + ?1', [seconds])


def shift_registry(file: Path, seconds: int) -> None:
    """Move every moment of a Feast SQL registry: those in columns, and those inside the stored messages."""
    with _sqlite(file) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            _shift_columns(connection, name, seconds)
        for name, message in MESSAGES.items():
            _shift_messages(connection, name, message, seconds)
        for kind, message in VERSIONED.items():
            where = f"WHERE feature_view_type = '{kind}'"
            _shift_messages(connection, "feature_view_version_history", message, seconds, where)


def _shift_columns(connection: sqlite3.Connection, table: str, seconds: int) -> None:
    for _, column, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
        if column.endswith("_timestamp"):
            connection.execute(f"UPDATE {table} SET {column} = {column} + ?", [seconds])
    if table == "feast_metadata":
        connection.execute(
            "UPDATE feast_metadata SET metadata_value = CAST(metadata_value + ? AS TEXT)"
            " WHERE metadata_key = 'last_updated_timestamp'",
            [seconds],
        )


def _shift_messages(
    connection: sqlite3.Connection, table: str, kind: type[Message], seconds: int, where: str = ""
) -> None:
    columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})") if name.endswith("_proto")]
    for rowid, stored in connection.execute(f"SELECT rowid, {columns[0]} FROM {table} {where}").fetchall():
        message = kind.FromString(stored)
        for moment in moments(message):
            moment.seconds += seconds
        changed = message.SerializeToString(deterministic=True)
        connection.execute(f"UPDATE {table} SET {columns[0]} = ? WHERE rowid = ?", [changed, rowid])


def moments(message: Message) -> Iterator[Timestamp]:
    """Every timestamp that is set in a message, however deep."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].message_type is None:
                continue
            found = list(value.values())
        else:
            found = list(value) if field.is_repeated else [value]
        for each in found:
            if isinstance(each, Timestamp):
                yield each
            else:
                yield from moments(each)


@contextlib.contextmanager
def _sqlite(file: Path) -> Iterator[sqlite3.Connection]:
    """All or nothing: a failure leaves the file as it was."""
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        yield connection
