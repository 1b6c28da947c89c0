"""The reader of PostgreSQL tables and queries."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from psycopg import sql

from connectors.postgres.session import STATEMENT_SECONDS, Session, session
from connectors.postgres.table import PostgresTable
from connectors.records import ConnectorError, KeySample, Origin, Right, SourceRow, ViewReading, ViewTarget
from connectors.tables import read_table

SHOWN = 5


class PostgresStore:
    """Measures one table or query at a time, in a transaction that can only read."""

    origin: Origin = "source"

    def __init__(self, url: str, *, seconds: float = STATEMENT_SECONDS) -> None:
        self._url = url
        self._seconds = seconds

    def test(self) -> list[Right]:
        try:
            with session(self._url, seconds=self._seconds) as opened:
                return list(rights(opened))
        except ConnectorError as error:
            return [Right("Connect", False, str(error), error.fix)]

    def read(self, target: ViewTarget, *, since: datetime | None = None) -> ViewReading:
        with session(self._url, seconds=self._seconds) as opened:
            reading = read_table(PostgresTable(opened, target, since), target)
            is_query = bool(target.query.strip())
            return replace(reading, stored_bytes=None if is_query else bytes_of(opened, target.location))

    def rows_at(
        self, target: ViewTarget, wanted: Sequence[tuple[tuple[str, ...], datetime]]
    ) -> dict[tuple[str, ...], SourceRow]:
        with session(self._url, seconds=self._seconds) as opened:
            return PostgresTable(opened, target, None).rows_at(target, wanted)

    def pick_keys(self, target: ViewTarget, size: int, salt: int) -> KeySample:
        with session(self._url, seconds=self._seconds) as opened:
            return PostgresTable(opened, target, None).pick_keys(target, size, salt)


def bytes_of(opened: Session, table: str) -> int | None:
    """Of a table with its partitions, indexes and long values; None for a view, which stores nothing. `table` is as a
    person, or PostgreSQL itself, writes it."""
    found = opened.ask(BYTES.format(sql.Literal(table)))
    return None if not found else found[0][0]


def rights(opened: Session) -> Iterator[Right]:
    """Connect, see the schema, SELECT; and whether the role could do more than it needs."""
    role, version, is_superuser = opened.ask(
        sql.SQL(
            "SELECT quote_ident(current_user), current_setting('server_version'), rolsuper "
            "FROM pg_roles WHERE rolname = current_user"
        )
    )[0]
    yield Right("Connect", True, f"As {role}, to PostgreSQL {version}.")
    tables = opened.ask(TABLES)
    readable = [name for name, _, _, is_readable in tables if is_readable]
    yield _schema(role, [str(name) for name, *_ in tables])
    yield _select(
        role, readable, [(str(name), str(schema)) for name, schema, _, is_readable in tables if not is_readable]
    )
    can_write = is_superuser or any(is_writable for _, _, is_writable, _ in tables)
    yield Right(
        "Read only",
        True,
        f"{role} could also write; Charter never does." if can_write else f"{role} cannot write.",
        f"Use a role that can only read: CREATE ROLE charter LOGIN; {_grant('public', 'charter')}" if can_write else "",
    )


BYTES = sql.SQL(
    "SELECT coalesce((SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(c.oid)), "
    "CASE WHEN c.relkind IN ('r', 'm') THEN pg_total_relation_size(c.oid) END)::int8 "
    "FROM pg_class c WHERE c.oid = to_regclass({})"
)
# Tables, views and foreign tables of schemas that are not PostgreSQL's own.
TABLES = sql.SQL(
    "SELECT c.oid::regclass::text, quote_ident(n.nspname), "
    "has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE'), "
    "has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(n.oid, 'USAGE') "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' "
    "ORDER BY 1"
)


def _schema(role: str, tables: list[str]) -> Right:
    if tables:
        return Right("Read the schema", True, f"{_some(tables)}.")
    return Right(
        "Read the schema", False, "There are no tables in this database.", "Check the database of the address."
    )


def _select(role: str, readable: list[str], refused: list[tuple[str, str]]) -> Right:
    if not refused:
        return Right("SELECT", bool(readable), f"On {len(readable):,} of {len(readable):,} tables.")
    grants = "; ".join(_grant(schema, role) for schema in sorted({schema for _, schema in refused}))
    total = len(readable) + len(refused)
    return Right(
        "SELECT",
        bool(readable),
        f"On {len(readable):,} of {total:,} tables; not on {_some([name for name, _ in refused])}.",
        f"Where Charter should measure those: {grants}",
    )


def _grant(schema: str, role: str) -> str:
    return f"GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
