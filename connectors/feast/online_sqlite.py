"""The online store that Feast keeps in a SQLite file, opened read-only."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from connectors.feast.online_keys import served_rows
from connectors.feast.online_tables import EVERY_COLUMN, Stored, Totals, reading_of, table_of, tables_of
from connectors.feast.online_values import NULL_VALUES
from connectors.records import ConnectorError, Origin, Right, ServedRow, ViewReading, ViewTarget

STEPS_BETWEEN_LOOKS = 100_000  # of SQLite's machine, a few milliseconds
# Feast 0.67 writes seconds since 1970, earlier ones ISO text; a table may hold both. To the millisecond, in UTC.
MOMENT = (
    "strftime('%Y-%m-%d %H:%M:%f', event_ts, CASE typeof(event_ts) WHEN 'text' THEN '+0 days' ELSE 'unixepoch' END)"
)
QUERY = """
SELECT NULL, count(DISTINCT CASE WHEN {recent} THEN entity_key END), count(*) - count({moment}),
  min(CASE WHEN {recent} THEN {moment} END), max({moment})
FROM {table}
UNION ALL
SELECT feature_name, count(*), count(*) FILTER (WHERE value IS NULL OR value IN ({nulls})), NULL, max({moment})
FROM {table} WHERE {recent} GROUP BY feature_name
"""


SAMPLE = """
SELECT entity_key, feature_name, value, {moment} FROM {table} WHERE feature_name IN ({features})
  AND entity_key IN (SELECT entity_key FROM {table} GROUP BY entity_key ORDER BY random() LIMIT ?)
"""


class SqliteOnlineStore:
    origin: Origin = "served"

    def __init__(self, path: Path, *, seconds: float = 120) -> None:
        self._path = path
        self._seconds = seconds

    def test(self) -> list[Right]:
        try:
            with self._opened() as connection:
                names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                tables = [name for name in names if _columns(connection, name) >= EVERY_COLUMN]
        except ConnectorError as error:
            return [Right("Open the file", False, str(error), error.fix)]
        found = Right("Find online tables", bool(tables), f"{len(tables):,} tables of Feast's layout.")
        if not tables:
            found = Right(found.name, False, "No table has Feast's layout.", "Run feast apply, or name another file.")
        return [Right("Open the file", True, str(self._path)), found]

    def read(self, target: ViewTarget, *, since: datetime | None = None) -> ViewReading:
        with self._opened() as connection:
            wanted = tables_of(target)
            marks = ", ".join("?" * len(wanted))
            rows = connection.execute(f"SELECT name FROM sqlite_master WHERE name IN ({marks})", wanted)  # noqa: S608
            table = table_of(target, [row[0] for row in rows])
            query, stored_bytes = _query(table, since), _bytes(connection, table)
            totals, *features = connection.execute(query, _window(since)).fetchall()
        _, entities, timeless, oldest, newest = totals
        return reading_of(
            target,
            Totals(entities, _moment(oldest), _moment(newest)),
            [Stored(name, rows, nulls, _moment(at)) for name, rows, nulls, _, at in features],
            since=since,
            query=query.strip(),
            warnings=[f"Rows without a readable event time: {timeless:,}."] if timeless else [],
            stored_bytes=stored_bytes,
        )

    def sample(self, target: ViewTarget, size: int) -> list[ServedRow]:
        with self._opened() as connection:
            wanted = tables_of(target)
            marks = ", ".join("?" * len(wanted))
            rows = connection.execute(f"SELECT name FROM sqlite_master WHERE name IN ({marks})", wanted)  # noqa: S608
            table = '"' + table_of(target, [row[0] for row in rows]).replace('"', '""') + '"'
            features = [column.name for column in target.columns]
            asked = SAMPLE.format(table=table, moment=MOMENT, features=", ".join("?" * len(features)))
            found = connection.execute(asked, [*features, size]).fetchall()
        return served_rows([(key, name, value, _moment(at)) for key, name, value, at in found], target)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            if not self._path.is_file():
                raise ConnectorError(
                    f"There is no file {str(self._path)!r}.", fix="Correct the path of the online store's connection."
                )
            with closing(sqlite3.connect(f"file:{quote(str(self._path))}?mode=ro", uri=True, timeout=5)) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                deadline = time.monotonic() + self._seconds
                connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS_BETWEEN_LOOKS)
                yield connection
        except (sqlite3.Error, OSError, ValueError) as error:  # ValueError: NUL in a path
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> ConnectorError:
        if "interrupted" in str(error):
            return ConnectorError(f"Measuring took longer than {self._seconds:g} s.", fix="Measure a window.")
        return ConnectorError(
            f"{str(self._path)!r} could not be read as an online store: {error}.",
            fix="Check that the file is Feast's online store and that Charter's workers may read it.",
        )


def _bytes(connection: sqlite3.Connection, table: str) -> int | None:
    """Of the table and its indexes; None where SQLite was built without what counts pages."""
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE tbl_name = ?", [table])]
        pages = "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name = ?"
        return sum(connection.execute(pages, [name]).fetchone()[0] for name in names)
    except sqlite3.OperationalError:
        return None


def _query(table: str, since: datetime | None) -> str:
    quoted = '"' + table.replace('"', '""') + '"'
    nulls = ", ".join(f"x'{value.hex()}'" for value in NULL_VALUES)
    return QUERY.format(table=quoted, nulls=nulls, moment=MOMENT, recent=f"{MOMENT} >= :since" if since else "1")


def _window(since: datetime | None) -> dict[str, str]:
    if since is None:
        return {}
    return {"since": since.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "milliseconds")}


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", [table])}


def _moment(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written).replace(tzinfo=UTC)
