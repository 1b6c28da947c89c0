"""The online store that Feast keeps in PostgreSQL, in the schema that the connection's search path names."""

from datetime import UTC, datetime
from typing import Any

from psycopg import sql

from connectors.feast.online_keys import served_rows
from connectors.feast.online_tables import Stored, Totals, reading_of, table_of, tables_of
from connectors.feast.online_values import NULL_VALUES
from connectors.postgres.client import bytes_of, rights
from connectors.postgres.session import STATEMENT_SECONDS, Session, session
from connectors.records import ConnectorError, Origin, Right, ServedRow, ViewReading, ViewTarget
from connectors.tables import moment

QUERY = sql.SQL(
    "SELECT NULL, count(DISTINCT entity_key) FILTER (WHERE {recent}), NULL, "
    "extract(epoch FROM max(event_ts) FILTER (WHERE isfinite(event_ts))), "
    "extract(epoch FROM min(event_ts) FILTER (WHERE {recent} AND isfinite(event_ts))) FROM {table} "
    "UNION ALL SELECT feature_name, count(*), count(*) FILTER (WHERE value IS NULL OR value IN ({nulls})), "
    "extract(epoch FROM max(event_ts) FILTER (WHERE isfinite(event_ts))), NULL "
    "FROM {table} WHERE {recent} GROUP BY feature_name"
)


SAMPLE = sql.SQL(
    "SELECT entity_key, feature_name, value, extract(epoch FROM event_ts) FROM {table} "
    "WHERE isfinite(event_ts) AND feature_name = ANY({features}::text[]) AND entity_key IN "
    "(SELECT entity_key FROM {table} GROUP BY entity_key ORDER BY random() LIMIT {size})"
)


class PostgresOnlineStore:
    origin: Origin = "served"

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
        warnings: list[str] = []
        with session(self._url, seconds=self._seconds) as opened:
            existing = {name: quoted for name in tables_of(target) if (quoted := _known(opened, name))}
            table = existing[table_of(target, list(existing))]
            statement = _statement(table, since)
            rows = opened.ask(statement)
            query = opened.text(statement)
            stored_bytes = bytes_of(opened, table)
        totals = next(row for row in rows if row[0] is None)
        stored = [Stored(row[0], row[1], row[2], _moment(row[3], warnings)) for row in rows if row[0] is not None]
        found = Totals(totals[1], _moment(totals[4], warnings), _moment(totals[3], warnings))
        return reading_of(target, found, stored, since=since, query=query, warnings=warnings, stored_bytes=stored_bytes)

    def sample(self, target: ViewTarget, size: int) -> list[ServedRow]:
        with session(self._url, seconds=self._seconds) as opened:
            existing = {name: quoted for name in tables_of(target) if (quoted := _known(opened, name))}
            table = sql.SQL(existing[table_of(target, list(existing))])
            features = sql.Literal([column.name for column in target.columns])
            rows = opened.ask(SAMPLE.format(table=table, features=features, size=sql.Literal(size)))
        return served_rows([(bytes(key), name, value, _moment(at, [])) for key, name, value, at in rows], target)


def _known(opened: Session, name: str) -> str | None:
    """The table as PostgreSQL itself quotes it; None where the search path has none of that name."""
    asked = sql.SQL("SELECT to_regclass(quote_ident({}))::text").format(sql.Literal(name))
    found: str | None = opened.ask(asked)[0][0]
    return found


def _statement(table: str, since: datetime | None) -> sql.Composable:
    recent: sql.Composable = sql.SQL("true")
    if since is not None:
        recent = sql.SQL("event_ts >= {}::timestamptz").format(sql.Literal(since.astimezone(UTC).isoformat()))
    nulls = sql.SQL(", ").join(sql.Literal(value) for value in NULL_VALUES)
    return QUERY.format(recent=recent, nulls=nulls, table=sql.SQL(table))


def _moment(seconds: Any, warnings: list[str]) -> datetime | None:
    return moment(None if seconds is None else round(seconds * 1_000_000), warnings)
