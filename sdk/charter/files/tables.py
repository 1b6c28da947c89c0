"""A table as the beginning of a feature view: its columns and their types. What nobody can read from a table, such as
owner, descriptions and privacy, is left for people to say.

Parquet and CSV files are read by DuckDB, PostgreSQL by psycopg. Neither comes with the client: `pip install
'charter[tables]'`.
"""

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from charter.files.documents import EMPTY_TERMS, FeatureDocument, VersionDocument, ViewDocument
from charter.files.writing import to_data

Columns = list[tuple[str, str]]  # (name, type as the table calls it)
_TYPES = {
    "boolean": "bool", "bool": "bool", "tinyint": "int32", "smallint": "int32", "integer": "int32", "int": "int32",
    "bigint": "int64", "hugeint": "int64", "float": "float32", "real": "float32", "double": "float64",
    "double precision": "float64", "varchar": "string", "text": "string", "character varying": "string",
    "character": "string", "char": "string", "uuid": "uuid", "date": "unix_timestamp", "timestamp": "unix_timestamp",
    "timestamp without time zone": "unix_timestamp", "timestamp with time zone": "unix_timestamp",
    "timestamp_ns": "unix_timestamp", "timestamp_ms": "unix_timestamp", "timestamp_s": "unix_timestamp",
    "blob": "bytes", "bytea": "bytes", "json": "json", "jsonb": "json", "utinyint": "int32", "usmallint": "int32",
    "uinteger": "int64", "ubigint": "int64",
}  # fmt: skip
# When it happened and when it was written: columns of every table of events that are no features.
_TIMES = frozenset({"event_timestamp", "timestamp", "ts", "event_time", "created", "created_timestamp", "ingested_at"})


class Unreadable(Exception):
    """A table that cannot be read, in a sentence that says what to do."""


def view_of(location: str, *, project: str, keys: Sequence[str] = (), name: str = "") -> dict[str, Any]:
    """The feature view of a table as a document. Without `keys`, columns called …_id name the entities.

    Raises Unreadable.
    """
    columns = columns_of(location)
    held = [column for column, _ in columns]
    if missing := [key for key in keys if key not in held]:
        raise Unreadable(f"{location} has no column {missing[0]}. It has: {', '.join(held[:20])}.")
    chosen = list(keys) or [column for column in held if column.lower().endswith("_id")][:1]
    if not chosen:
        raise Unreadable("Say which column names what a row describes: --key user_id")
    view = ViewDocument(project, name or _name_in(location))
    view.entities = {_plain(key).removesuffix("_id") or _plain(key): [key] for key in chosen}
    for column, kind in columns:
        if column in chosen or column.lower() in _TIMES:
            continue
        terms = EMPTY_TERMS | {"dtype": dtype_of(kind), "entity_keys": chosen, "purposes": []}
        version = VersionDocument(1, terms, status="draft")
        called = _plain(column) if _plain(column) not in view.features else column  # two may become one name
        view.features[called] = FeatureDocument(called, versions={1: version})
    return to_data(view)


def columns_of(location: str) -> Columns:
    """What the table has, in its order. Raises Unreadable."""
    if location.startswith(("postgresql://", "postgres://")):
        return _of_postgres(location)
    return _of_file(location)


def dtype_of(kind: str) -> str:
    """`DECIMAL(10,2)[]` is array<decimal>; what has no name here is left open."""
    text = kind.strip().lower()
    if text.endswith("[]"):
        inner = dtype_of(text.removesuffix("[]"))
        return f"array<{inner}>" if inner and "<" not in inner else ""
    if text.startswith(("decimal", "numeric")):
        return "decimal"
    if text.startswith(("struct", "map")):
        return text[:6] if text.startswith("struct") else "map"
    return _TYPES.get(re.sub(r"\(.*\)", "", text).strip(), "")


def _of_file(location: str) -> Columns:
    try:
        import duckdb
    except ImportError:
        raise Unreadable("DuckDB reads files: pip install 'charter[tables]'") from None
    read = "read_parquet" if location.endswith((".parquet", ".pq")) else "read_csv_auto"
    try:
        with duckdb.connect(":memory:") as database:
            rows = database.execute(f"DESCRIBE SELECT * FROM {read}(?)", [location]).fetchall()  # noqa: S608  ours
    except duckdb.Error as error:
        raise Unreadable(f"{location} cannot be read: {str(error).splitlines()[0]}") from None
    return [(str(row[0]), str(row[1])) for row in rows]


def _of_postgres(location: str) -> Columns:
    """`postgresql://host/database#schema.table`; the schema is public unless said."""
    try:
        import psycopg
    except ImportError:
        raise Unreadable("psycopg reads PostgreSQL: pip install 'charter[tables]'") from None
    address, _, named = location.partition("#")
    schema, _, table = named.rpartition(".")
    if not table:
        raise Unreadable("Say which table behind the address: postgresql://host/database#schema.table")
    asked = (
        "SELECT column_name, CASE WHEN data_type = 'ARRAY' THEN ltrim(udt_name, '_') || '[]' ELSE data_type END"
        " FROM information_schema.columns WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position"
    )
    try:
        with psycopg.connect(address) as connection:
            rows = connection.execute(asked, [schema or "public", table]).fetchall()
    except psycopg.Error as error:
        place = urlsplit(address).hostname or "the server"
        raise Unreadable(f"PostgreSQL at {place} cannot be asked: {str(error).splitlines()[0]}") from None
    if not rows:
        raise Unreadable(f"There is no table {schema or 'public'}.{table} that you may read.")
    return [(str(name), _short(str(kind))) for name, kind in rows]


def _short(kind: str) -> str:
    """Elements of arrays go by PostgreSQL's own names."""
    names = {"int4": "integer", "int8": "bigint", "int2": "smallint", "float4": "real", "float8": "double precision"}
    inner = kind.removesuffix("[]")
    return f"{names.get(inner, inner)}[]" if kind.endswith("[]") else kind


def _name_in(location: str) -> str:
    named = location.partition("#")[2].rpartition(".")[2]
    return _plain(named or PurePath(location).name.partition(".")[0])


def _plain(name: str) -> str:
    """A name as Charter wants it, where there is one: avgAmount is avg_amount."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return re.sub(r"[^a-z0-9]+", "_", spaced).strip("_") or name
