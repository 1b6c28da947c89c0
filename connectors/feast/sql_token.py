"""A short text that changes whenever anything in an SQL registry does.

Feast's own timestamps cannot be that text: they are whole seconds of the writer's clock, and giving a view its version
number rewrites the row without moving them. So the database itself digests the stored bytes of each table, adds up the
digests (which needs no order), and hands out one row per table: PostgreSQL from version 11, MySQL and MariaDB. The
version history, which is only ever added to or removed from, is counted instead.
"""

from collections.abc import Collection
from hashlib import blake2b
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, TableClause, func, literal_column, select

from connectors.feast.catalog import READING
from connectors.feast.sql_tables import HISTORY, HISTORY_TABLE, TABLES, RegistryTable, fitting

S = TypeVar("S", bound=Select)


def change_token(connection: Connection, present: Collection[str], projects: Collection[str]) -> str:
    token = blake2b(READING, digest_size=16)
    for name in TABLES:
        if name in present:
            token.update(f"{name}{_fingerprint(connection, TABLES[name], projects)}".encode())
    if HISTORY in present:
        history = HISTORY_TABLE.c
        counted = select(func.count(), func.max(history.created_timestamp), func.sum(history.version_number))
        token.update(str(tuple(connection.execute(limited(counted, HISTORY_TABLE, projects)).one())).encode())
    return token.hexdigest()


def limited(statement: S, table: TableClause, projects: Collection[str]) -> S:
    """The statement for some projects; () stands for all."""
    return statement.where(table.c.project_id.in_(projects)) if projects else statement


def _fingerprint(connection: Connection, registry: RegistryTable, projects: Collection[str]) -> tuple[Any, ...]:
    columns = registry.table.c
    row = columns[registry.name], columns.project_id, columns[registry.proto]
    dialect = connection.dialect.name
    if dialect == "postgresql":
        stored = func.encode(func.sha256(row[2]), "hex")
        digest = func.sum(func.hashtextextended(func.concat_ws("/", row[0], row[1], stored), literal_column("0")))
    elif dialect in ("mysql", "mariadb"):
        digest = func.sum(func.crc32(func.concat_ws("/", *row)))
    else:
        here = select(*row[:2], fitting(row[2]), func.length(row[2]))
        return _digest_here(connection, limited(here, registry.table, projects))
    counted = select(func.count(), func.max(columns[registry.clock]), digest)
    return tuple(connection.execute(limited(counted, registry.table, projects)).one())


def _digest_here(connection: Connection, rows: Select) -> tuple[int, int]:
    """SQLite has no digest of its own, and its bytes are in this process anyway."""
    count = total = 0
    for row in connection.execute(rows):
        count += 1
        total += int.from_bytes(blake2b(repr(tuple(row)).encode(), digest_size=8).digest())
    return count, total
