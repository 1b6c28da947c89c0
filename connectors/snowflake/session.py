"""A session in somebody else's Snowflake, and its errors in words.

Some of the SQL comes from a registry that others write. It runs as a subselect, one statement at a time, under a time
limit, and may not call what acts on the account (SYSTEM$…). Snowflake has no session that can only read: the role must
be one.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from connectors.records import ConnectorError, StoreAway
from connectors.tables import ColumnError

CONNECT_SECONDS = 20
STATEMENT_SECONDS = 300
OPTIONS = ("warehouse", "role", "host", "port", "protocol")
INSTALL = "pip install --constraint constraints.txt --requirement requirements-snowflake.txt"
_ACTS = re.compile(r"system\s*\$", re.IGNORECASE)
_STOPPED = "57014"


@dataclass(frozen=True, slots=True)
class Described:
    """A column as Snowflake describes it: FIXED, REAL, TEXT, DATE, TIMESTAMP_NTZ and so on."""

    name: str
    type_name: str
    precision: int | None
    scale: int | None


class Session:
    def __init__(self, library: ModuleType, connection: Any) -> None:
        self._library = library
        self._connection = connection

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self._run(statement)[0]

    def columns(self, rows: str) -> list[Described]:
        """What a table or subselect has, of which nothing is read."""
        names = self._library.constants.FIELD_ID_TO_NAME
        found = self._run(f"SELECT * FROM {rows} LIMIT 0")[1]  # noqa: S608  names are quoted by whoever asks
        return [Described(one.name, names[one.type_code], one.precision, one.scale) for one in found]

    def _run(self, statement: str) -> tuple[list[tuple[Any, ...]], list[Any]]:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall(), list(cursor.description or ())
        except self._library.errors.Error as error:
            raise explained(error) from None  # its text may quote values


def library() -> ModuleType:
    """Snowflake's own client, which Charter does not bring along: it is large, and few need it."""
    try:
        import snowflake.connector as found
    except ImportError:
        raise ConnectorError(
            "The Snowflake client is not installed beside Charter.",
            fix=f"Where Charter's workers run: {INSTALL}. Then start them again.",
        ) from None
    # It would write every statement to our log.
    logging.getLogger("snowflake.connector").setLevel(logging.ERROR)
    return found  # type: ignore[no-any-return]  # not installed where types are checked


@contextmanager
def session(url: str, *, seconds: float = STATEMENT_SECONDS) -> Iterator[Session]:
    """`snowflake://user:password@account/DATABASE/SCHEMA?warehouse=W&role=R`; a programmatic access token may stand for
    the password."""
    settings, client = parsed(url), library()
    try:
        connection = client.connect(
            **settings,
            login_timeout=CONNECT_SECONDS,
            network_timeout=int(seconds) + CONNECT_SECONDS,
            application="charter",
            session_parameters={
                "STATEMENT_TIMEOUT_IN_SECONDS": int(seconds), "TIMEZONE": "UTC", "QUERY_TAG": "charter",
                "CLIENT_TELEMETRY_ENABLED": False,
            },
        )  # fmt: skip
    except client.errors.Error as error:
        raise StoreAway(
            f"Snowflake did not let us in (error {error.errno}).",
            fix="Check account, user, password or token, role and warehouse of the connection.",
        ) from None
    try:
        yield Session(client, connection)
    finally:
        connection.close()


def parsed(url: str) -> dict[str, Any]:
    """What Snowflake's client takes. Raises ConnectorError without quoting the address."""
    try:
        parts = urlsplit(url.strip())
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        account, user = parts.hostname or "", unquote(parts.username or "")
        asked_port = int(asked.pop("port", "0"))
    except ValueError:
        raise _bad_address() from None
    if parts.scheme != "snowflake" or not account or not user or not set(asked) <= set(OPTIONS):
        raise _bad_address()
    database, _, schema = unquote(parts.path.strip("/")).partition("/")
    known = {"account": account, "user": user, "password": unquote(parts.password or ""), "database": database}
    found = {name: value for name, value in {**known, "schema": schema, **asked}.items() if value}
    return found | ({"port": asked_port} if asked_port else {})


def _bad_address() -> ConnectorError:
    return ConnectorError(
        "The address is not one that Snowflake understands.",
        fix="Write snowflake://user:password@account/DATABASE/SCHEMA?warehouse=W&role=R, with odd characters "
        "percent-encoded.",
    )


def checked(query: str) -> str:
    """A query of a registry, to be put into brackets. Raises ConnectorError for one that could act on the account."""
    plain = query.strip().rstrip(";")
    if _ACTS.search(plain):
        raise ConnectorError(
            "The query of the source calls a system function, which Charter does not run.",
            fix="Take SYSTEM$… out of the query, or read from a view.",
        )
    return plain


def explained(error: Any) -> ConnectorError:
    """Our error for Snowflake's. Messages about data quote values, so only those about names are passed on."""
    state = str(error.sqlstate or "")
    if state == _STOPPED or error.errno in (604, 630):
        return ConnectorError(
            "Snowflake stopped the measurement: it took too long.",
            fix="Measure a smaller table, or a larger warehouse.",
        )
    if state.startswith("42") or state == "02000":
        said = str(error.raw_msg or "").strip().splitlines()
        return ColumnError(
            f"Snowflake could not run it: {said[0][:300] if said else state}",
            fix="Correct the table or query of the source, or GRANT SELECT on it to the role of this connection.",
        )
    if state.startswith("22"):
        return ColumnError(
            f"Snowflake could not compute it (error {state}).", fix="Run the source's query by hand to see why."
        )
    return ConnectorError(
        f"Snowflake could not answer (error {error.errno}).", fix="Look into the query history, tag charter."
    )
