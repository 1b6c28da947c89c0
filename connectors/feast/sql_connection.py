"""Opens a registry's database for reading only, and says in plain words what went wrong."""

import re
import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Engine, NullPool, create_engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from connectors.records import ConnectorError
from connectors.redaction import without_secrets

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 120
POSTGRES = {"postgres", "postgresql"}
MYSQL = {"mysql", "mariadb"}
FORMS = "Use postgresql://user:password@host/database, mysql://user:password@host/database or sqlite:////path/to/file."

# What drivers say, what it means, what to do about it. The first match counts.
REASONS = (
    (r"password authentication failed|no password supplied|\b1045\b|28P01|role .* does not exist",
     "The database refused the user name or password.", "Check the user and password of the connection."),
    (r"database .* does not exist|\b1049\b|3D000",
     "The server has no database of that name.", "Check the database name at the end of the URL."),
    (r"permission denied|InsufficientPrivilege|\b1044\b|\b1142\b|\b1143\b|\b1227\b",
     "The user may not read the registry's tables.", "Give the user the SELECT right on the registry's tables."),
    (r"statement timeout|QueryCanceled|timed out|\b3024\b|\b1969\b",
     "The database took too long to answer.", "Try again later, or point the connection at a read replica."),
    (r"could not translate host|Name or service not known|nodename nor servname|Temporary failure in name",
     "The host name is not known here.", "Check the host in the URL."),
    (r"connection refused|could not connect|connection failed|server closed|\b2003\b|\b2006\b|\b2013\b|timeout expired",
     "The database cannot be reached.", "Check host and port, and that this machine may connect to them."),
    (r"unable to open database file", "The SQLite file cannot be opened.", "Check that it exists and is readable."),
    (r"not a database|malformed", "The file is not a readable SQLite database.", "Check the path of the connection."),
    (r"locked", "The SQLite file is locked by a writer.", "Try again in a moment."),
)  # fmt: skip


def open_engine(text: str) -> Engine:
    """An engine that only reads. One connection per use: a registry is read once every few minutes."""
    url = parse(text)
    family = url.get_backend_name()
    if family == "sqlite":
        return _sqlite(url)
    if family in POSTGRES:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            poolclass=NullPool,
            isolation_level="REPEATABLE READ",  # every table as it was at one moment
            execution_options={"postgresql_readonly": True},
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "charter",
                "prepare_threshold": None,  # poolers in transaction mode lose prepared statements
            },
        )
    return create_engine(
        url.set(drivername="mysql+pymysql"),
        poolclass=NullPool,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": STATEMENT_SECONDS,
            "init_command": "SET SESSION TRANSACTION READ ONLY",
        },
    )


def parse(text: str) -> URL:
    try:
        url = make_url(text)
        family = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise ConnectorError("The registry's database URL cannot be understood.", fix=FORMS) from None
    if family not in POSTGRES | MYSQL | {"sqlite"}:
        raise ConnectorError(f"Registries in {without_secrets(family)} are not supported.", fix=FORMS)
    return url


def shown(url: URL) -> str:
    """The database as a person would name it: no user, no password, no options."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    port = f":{url.port}" if url.port else ""
    return f"{url.database or 'the default database'} on {url.host or 'this machine'}{port}"


def failure(error: SQLAlchemyError, url: URL) -> ConnectorError:
    """`error` in plain words; the driver's own first line only where none of ours fits, and never the password."""
    original = getattr(error, "orig", None) or error
    said = f"{type(original).__name__} {getattr(original, 'sqlstate', '') or ''} {original}"
    for pattern, message, fix in REASONS:
        if re.search(pattern, said, re.IGNORECASE):
            return ConnectorError(f"{message} ({shown(url)})", fix=fix)
    line = without_secrets(str(original).strip().partition("\n")[0])[:200]
    if url.password:
        line = line.replace(str(url.password), "***")
    return ConnectorError(
        f"The registry could not be read: {line} ({shown(url)})", fix="Check the URL and its options."
    )


def _sqlite(url: URL) -> Engine:
    """By way of a file: URI, which alone can refuse to create or change the file."""
    path = url.database or ""
    if not path or path == ":memory:":
        raise ConnectorError("The SQLite URL names no file.", fix="Use sqlite:////path/to/file, with four slashes.")
    address = f"file:{quote(str(Path(path).absolute()))}?mode=ro"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(address, uri=True, timeout=CONNECT_SECONDS, check_same_thread=False)
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)
