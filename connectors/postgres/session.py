"""One read-only, time-limited transaction in somebody else's PostgreSQL, and its errors in words.

Some of the SQL comes from a registry that others write. It runs as a subselect, one statement at a time (the extended
protocol takes no second one), in a READ ONLY transaction, under a timeout that is set again before each statement.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from connectors.records import ConnectorError, StoreAway
from connectors.tables import ColumnError

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 300


class Session:
    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds

    def ask(self, statement: sql.Composable) -> list[tuple[Any, ...]]:
        return self._run(statement)[0]

    def columns(self, rows: sql.Composable) -> list[tuple[str, int]]:
        """Name and type number of each column of a table or subselect, of which nothing is read."""
        return self._run(sql.SQL("SELECT * FROM {} LIMIT 0").format(rows))[1]

    def text(self, statement: sql.Composable) -> str:
        return statement.as_string(self._connection)

    def _run(self, statement: sql.Composable) -> tuple[list[tuple[Any, ...]], list[tuple[str, int]]]:
        try:
            with self._connection.transaction(), self._connection.cursor() as cursor:
                cursor.execute(sql.SQL("SET LOCAL statement_timeout = {}").format(int(self._seconds * 1000)))
                cursor.execute(
                    sql.Composed([statement]), binary=True
                )  # binary results come by the protocol of single statements
                return cursor.fetchall(), [(column.name, column.type_code) for column in cursor.description or ()]
        except psycopg.Error as error:
            raise explained(error) from error


@contextmanager
def session(
    url: str, *, seconds: float = STATEMENT_SECONDS, login: tuple[str, str] | None = None
) -> Iterator[Session]:  # fmt: skip
    """A transaction that ends, unchanged, with the context."""
    connection = connect(url, login=login)
    try:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with connection.transaction(force_rollback=True):
            for setting, value in (("TimeZone", "UTC"), ("lock_timeout", "5s"), ("work_mem", "64MB")):
                connection.execute(sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(setting), value))
            yield Session(connection, seconds)
    except psycopg.Error as error:
        raise explained(error) from error
    finally:
        connection.close()


def connect(url: str, *, login: tuple[str, str] | None = None) -> psycopg.Connection[tuple[Any, ...]]:
    """`url` may name a driver as SQLAlchemy's do: postgresql+psycopg://. A `login` is used instead of the address's."""
    scheme, _, rest = url.partition("://")
    if rest.partition("/")[0].count("@") > 1:  # psycopg would take the end of the password for the host, and say so
        raise _bad_address()
    try:
        return psycopg.connect(
            f"{scheme.partition('+')[0]}://{rest}",
            user=login[0] if login else None,  # None: as the address says
            password=login[1] if login else None,
            connect_timeout=CONNECT_SECONDS,
            application_name="charter",
            prepare_threshold=None,  # so that a pooler in between can give each transaction another server
        )
    except psycopg.OperationalError as error:
        raise StoreAway(
            f"PostgreSQL did not let us in: {str(error).strip().splitlines()[0]}",
            fix="Check host, port, database, role and password of the connection, and pg_hba.conf on the server.",
        ) from error
    except psycopg.Error:  # what libpq says of a bad address quotes it, password and all
        raise _bad_address() from None


def _bad_address() -> ConnectorError:
    return ConnectorError(
        "The address is not one that PostgreSQL understands.",
        fix="Write it as postgresql://role:password@host:5432/database, with odd characters percent-encoded.",
    )


def explained(error: psycopg.Error) -> ConnectorError:
    """Our error for PostgreSQL's. Messages about data (class 22) quote values, so theirs are left out."""
    said = error.diag.message_primary or type(error).__name__
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return ConnectorError(f"PostgreSQL refused: {said}.", fix=f"As its owner, run: {_grant(said)}.")
    if isinstance(error, psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable):
        return ConnectorError(
            f"PostgreSQL stopped the measurement: {said}.", fix="Measure a window, index the event time, or try later."
        )
    if isinstance(error, psycopg.DataError):
        return ColumnError(
            f"PostgreSQL could not compute it (error {error.sqlstate}).",
            fix="Run the source's query by hand to see why.",
        )
    if isinstance(error, psycopg.ProgrammingError | psycopg.NotSupportedError):
        return ColumnError(f"PostgreSQL could not run it: {said}.", fix="Correct the table or query of the source.")
    return ConnectorError(
        f"PostgreSQL could not answer: {said.strip().splitlines()[0]}.", fix="See the server's log; then pull again."
    )


def _grant(said: str) -> str:
    """The statement that a "permission denied for table stats" asks for."""
    kind, _, name = said.removeprefix("permission denied for ").partition(" ")
    if kind == "schema":
        return f"GRANT USAGE ON SCHEMA {name} TO the role of this connection"
    return f"GRANT SELECT ON {name or 'the table'} TO the role of this connection"
