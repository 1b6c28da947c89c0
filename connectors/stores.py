"""Chooses the reader of values that an address calls for.

A reader's driver is imported when it is chosen: a web process that only knows addresses need not load DuckDB.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from connectors.records import ConnectorError, ViewReader

OFFLINE = (
    "file:///folder, s3://bucket/prefix, postgresql://role:password@host/database or "
    "snowflake://user:password@account/DATABASE/SCHEMA?warehouse=W"
)
ONLINE = (
    "sqlite:///file.db, postgresql://role:password@host/database, redis://host:6379/0, rediss://host:6379/0 or "
    "dynamodb://region"
)


def open_offline(url: str, *, base_folder: Path | None = None) -> ViewReader:
    """The reader of source tables; nothing is opened yet. Raises ConnectorError for an address that no reader knows.

    A location in a registry is taken relative to the folder of `url`, and may not lead out of it: out of `base_folder`
    where that is given, in which the folder itself must lie then.
    """
    match _scheme(url):
        case "file":
            return _folder(Path(unquote(urlsplit(url).path)), base_folder)
        case "" if url.strip():
            return _folder(Path(url), base_folder)
        case "s3" | "s3a" | "s3n":
            from connectors.files.buckets import BucketFolder
            from connectors.files.client import FileStore

            return FileStore(BucketFolder(url))
        case "postgresql" | "postgres":
            from connectors.postgres.client import PostgresStore

            return PostgresStore(url)
        case "snowflake":
            from connectors.snowflake.client import SnowflakeStore

            return SnowflakeStore(url)
    raise _unknown(url, OFFLINE)


def open_online(url: str) -> ViewReader:
    """The reader of what is served; nothing is opened yet. Raises ConnectorError as `open_offline` does."""
    match _scheme(url):
        case "sqlite":
            from connectors.feast.online_sqlite import SqliteOnlineStore

            return SqliteOnlineStore(_sqlite_path(url))
        case "postgresql" | "postgres":
            from connectors.feast.online_postgres import PostgresOnlineStore

            return PostgresOnlineStore(url)
        case "redis" | "rediss":
            from connectors.feast.online_redis import RedisOnlineStore

            return RedisOnlineStore(url)
        case "dynamodb":
            from connectors.feast.online_dynamodb import DynamoOnlineStore

            return DynamoOnlineStore(url)
    raise _unknown(url, ONLINE)


def _folder(path: Path, base_folder: Path | None) -> ViewReader:
    from connectors.files.client import FileStore
    from connectors.files.folders import LocalFolder

    folder = (base_folder or Path()) / path
    if base_folder is not None and not folder.resolve().is_relative_to(base_folder.resolve()):
        raise ConnectorError(
            f"{str(path)!r} lies outside {str(base_folder)!r}, which is all that connections may read.",
            fix="Choose a folder inside it, or let an administrator allow a wider one.",
        )
    return FileStore(LocalFolder(folder.parent if folder.is_file() else folder, root=base_folder))


def _sqlite_path(url: str) -> Path:
    """sqlite:////srv/online.db is absolute, as SQLAlchemy has it; sqlite:///srv/online.db is tried both ways."""
    written = unquote(url.partition("://")[2].partition("?")[0]).removeprefix("/")
    return Path(written) if Path(written).is_file() else Path("/") / written


def _scheme(url: str) -> str:
    """Without the driver that SQLAlchemy's addresses may name; "" for a plain path."""
    return url.partition("://")[0].partition("+")[0].lower() if "://" in url else ""


def _unknown(url: str, known: str) -> ConnectorError:
    """The address itself is not repeated: it may be a connection string with its password."""
    named = f"No reader knows {_scheme(url)!r} addresses." if "://" in url else "This is no address of a store."
    return ConnectorError(named, fix=f"Write {known}.")
