"""A Feast registry in PostgreSQL, MySQL or SQLite, read table by table as a stream."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from connectors.feast.catalog import MESSAGES, Catalog, digest_of, place
from connectors.feast.decoding import decode
from connectors.feast.sql_connection import STATEMENT_SECONDS, failure, open_engine, parse, shown
from connectors.feast.sql_tables import HISTORY, HISTORY_TABLE, OBJECTS, TABLES, VIEWS, RegistryTable, fitting
from connectors.feast.sql_token import change_token, limited
from connectors.feast.views import Identity
from connectors.records import ConnectorError, Definitions, Right, ViewVersionRecord
from connectors.redaction import storable

ROWS_AT_ONCE = 500
# What a connection test looks at, after connecting.
COUNTED = (("List projects", ("projects",)), ("List feature views", tuple(VIEWS)), ("Read version history", (HISTORY,)))
READ_FIRST = ("projects", "entities", "data_sources")  # views need the join keys of their entities


class SqlRegistry:
    """Fulfils `DefinitionReader`. `projects` limits what is read; () reads all of them."""

    def __init__(self, url: str, *, projects: Sequence[str] = ()) -> None:
        self._url = parse(url)
        self._engine = open_engine(url)
        self._projects = tuple(projects)

    def test(self) -> list[Right]:
        rights: list[Right] = []
        step = "Connect"
        try:
            with self._reading() as connection:
                rights.append(Right(step, ok=True, detail=shown(self._url)))
                step = "Find the registry"
                present = self._present(connection)
                rights.append(Right(step, ok=True, detail=f"{len(present)} of its tables found"))
                for step, tables in COUNTED:
                    rights.append(self._counted(connection, step, [name for name in tables if name in present]))
        except ConnectorError as error:
            rights.append(Right(step, ok=False, detail=str(error), fix=error.fix))
        return rights

    def change_token(self) -> str:
        with self._reading() as connection:
            return change_token(connection, self._present(connection), self._projects)

    def definitions(self, *, known: Mapping[tuple[str, str], bytes]) -> Definitions:
        """Everything but views whose digest is in `known`. Raises ConnectorError."""
        catalog = Catalog(known)
        with self._reading() as connection:
            present = self._present(connection)
            token = change_token(connection, present, self._projects)  # first: what changes meanwhile is read again
            for table in sorted(OBJECTS, key=lambda name: name not in READ_FIRST):
                if table in present:
                    self._read_objects(connection, table, catalog)
            history = self._history_marks(connection) if HISTORY in present else {}
            changed: dict[str, list[str]] = defaultdict(list)
            for table in VIEWS:
                if table in present:
                    self._read_views(connection, table, history, catalog, changed)
            if HISTORY in present:
                self._read_versions(connection, changed, catalog)
        return catalog.finish(token)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'"))
                yield connection
        except SQLAlchemyError as error:
            raise failure(error, self._url) from None

    def _present(self, connection: Connection) -> set[str]:
        """Older registries lack some tables; a database without views is no registry."""
        inspector = inspect(connection)
        present = {name for name in (*TABLES, HISTORY) if inspector.has_table(name)}
        if "feature_views" not in present:
            raise ConnectorError(
                f"There is no Feast registry here: no table feature_views. ({shown(self._url)})",
                fix="Use the URL under registry.path in feature_store.yaml. "
                "If the tables are in another PostgreSQL schema, add ?options=-csearch_path=name to it.",
            )
        return present

    def _rows(self, connection: Connection, registry: RegistryTable) -> Iterator[tuple[str, str, object]]:
        """(name, project, bytes), with None for too many bytes."""
        columns = registry.table.c
        statement = select(columns[registry.name], columns.project_id, fitting(columns[registry.proto]))
        for name, project, data in _streamed(connection, limited(statement, registry.table, self._projects)):
            yield storable(str(name)), storable(str(project)), data

    def _read_objects(self, connection: Connection, table: str, catalog: Catalog) -> None:
        for name, project, data in self._rows(connection, OBJECTS[table]):
            message = decode(MESSAGES[table], data, place(table, project, name), catalog.notes)
            if message is not None:
                catalog.add(table, message, project, name)

    def _history_marks(self, connection: Connection) -> dict[tuple[str, str], tuple[int, int]]:
        """(project, view) to how many versions and the newest: a version can be added without touching the view."""
        columns = HISTORY_TABLE.c
        view = columns.project_id, columns.feature_view_name
        counted = select(*view, func.count(), func.max(columns.version_number)).group_by(*view)
        rows = _streamed(connection, limited(counted, HISTORY_TABLE, self._projects))
        return {(storable(str(project)), storable(str(name))): (count, newest) for project, name, count, newest in rows}

    def _read_views(
        self,
        connection: Connection,
        table: str,
        history: Mapping[tuple[str, str], tuple[int, int]],
        catalog: Catalog,
        changed: dict[str, list[str]],
    ) -> None:
        for name, project, data in self._rows(connection, VIEWS[table]):
            versions = history.get((project, name))
            stored = data if isinstance(data, bytes) else b""
            digest = digest_of(f"{table}/{project}/{name}/{versions}".encode(), stored)
            if not catalog.needs_view(project, name, digest):
                continue
            changed[project].append(name)
            message = decode(MESSAGES[table], data, place(table, project, name), catalog.notes)
            if message is not None:
                catalog.add_view(table, message, Identity(project, name, digest, versions[1] if versions else None))

    def _read_versions(self, connection: Connection, changed: Mapping[str, list[str]], catalog: Catalog) -> None:
        columns = HISTORY_TABLE.c
        kept = [column for column in columns if column is not columns.feature_view_proto]
        versions = select(*kept, fitting(columns.feature_view_proto).label("data"))
        for project, names in changed.items():
            for start in range(0, len(names), ROWS_AT_ONCE):
                some = names[start : start + ROWS_AT_ONCE]
                chosen = versions.where(columns.project_id == project, columns.feature_view_name.in_(some))
                for row in _streamed(connection, chosen):
                    version = ViewVersionRecord(
                        project=project,
                        view=storable(str(row.feature_view_name)),
                        number=row.version_number,
                        features=(),
                        created_at=_moment(row.created_timestamp),
                        description=storable(row.description or ""),
                    )
                    catalog.add_version(version, row.feature_view_type, row.data)

    def _counted(self, connection: Connection, step: str, tables: Sequence[str]) -> Right:
        if not tables:
            return Right(step, ok=False, detail="The registry of an older Feast has none. All else works.")
        count = 0
        for name in tables:
            table = HISTORY_TABLE if name == HISTORY else TABLES[name].table
            counted = limited(select(func.count()).select_from(table), table, self._projects)
            count += connection.execute(counted).scalar_one()
        return Right(step, ok=True, detail=f"{count:,} found")


def _streamed(connection: Connection, statement: Select) -> Iterator[Any]:
    """Rows as the database sends them, never the whole answer at once."""
    return iter(connection.execution_options(yield_per=ROWS_AT_ONCE).execute(statement))


def _moment(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
