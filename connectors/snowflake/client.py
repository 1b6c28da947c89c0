"""The reader of Snowflake's tables and queries."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from connectors.records import ConnectorError, Origin, Right, ViewReading, ViewTarget
from connectors.snowflake.session import STATEMENT_SECONDS, Session, session
from connectors.snowflake.table import SnowflakeTable
from connectors.tables import read_table


class SnowflakeStore:
    """Measures one table or query at a time. `url` is as in `session`; nothing is opened yet."""

    origin: Origin = "source"

    def __init__(self, url: str, *, seconds: float = STATEMENT_SECONDS) -> None:
        self._url = url
        self._seconds = seconds

    def test(self) -> list[Right]:
        try:
            with session(self._url, seconds=self._seconds) as opened:
                return list(_rights(opened))
        except ConnectorError as error:
            return [Right("Connect", False, str(error), error.fix)]

    def read(self, target: ViewTarget, *, since: datetime | None = None) -> ViewReading:
        with session(self._url, seconds=self._seconds) as opened:
            table = SnowflakeTable(opened, target, since)
            return replace(read_table(table, target), stored_bytes=table.stored_bytes())


def _rights(opened: Session) -> Iterator[Right]:
    [(role,)] = opened.ask("SELECT CURRENT_ROLE()")
    yield Right("Connect", True, f"As {role}.")
    try:
        [(tables,)] = opened.ask(
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema <> 'INFORMATION_SCHEMA'"
        )
    except ConnectorError as error:
        yield Right("Read the schema", False, str(error), "Name a database and a warehouse in the address.")
        return
    fix = f"GRANT USAGE ON DATABASE, SCHEMA and WAREHOUSE, and SELECT ON ALL TABLES IN SCHEMA, TO ROLE {role}"
    yield Right("Read the schema", bool(tables), f"{int(tables):,} tables and views.", fix)
