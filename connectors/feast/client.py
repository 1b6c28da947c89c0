"""Opens whichever kind of Feast registry an address names."""

from collections.abc import Sequence

from connectors.feast.file_registry import FileRegistry
from connectors.feast.sql_registry import SqlRegistry
from connectors.records import ConnectorError, DefinitionReader

SQL_SCHEMES = ("sqlite", "postgres", "mysql", "mariadb")


def open_registry(url: str, *, projects: Sequence[str] = ()) -> DefinitionReader:
    """A reader for sqlite:///, postgresql://, mysql://, s3://, file:// or a plain path.

    Nothing is contacted yet. `projects` limits what is read; () reads all of them. Raises ConnectorError.
    """
    address = url.strip()
    if not address or "\0" in address:
        raise ConnectorError("The registry has no address.", fix="Give a URL or the path of registry.db.")
    if address.lower().startswith(SQL_SCHEMES) and "://" in address:
        return SqlRegistry(address, projects=projects)
    return FileRegistry(address, projects=projects)
