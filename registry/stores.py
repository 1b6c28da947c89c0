"""From a connection to the connectors that read it."""

from connectors.records import ConnectorError, DefinitionReader, ViewReader
from registry.models import Connection
from registry.secrets import resolve, unseal

# The addresses a connection of each kind has, with what they are for.
ADDRESSES = {
    "feast": {
        "registry_url": "Where the definitions are: a SQL address, or the path of registry.db",
        "offline_url": "Where the history is: a folder, an s3:// address or a PostgreSQL address",
        "online_url": "Where values are served from: SQLite, PostgreSQL or Redis",
    }
}


def address(connection: Connection, name: str) -> str:
    """The address of this name with its secrets in place; empty when it is not set. Never stored, logged or shown.

    Raises ConnectorError when a secret of this very address is missing: the other stores can still be read.
    """
    known = {**connection.settings, **unseal(bytes(connection.sealed), bound_to=connection.slug)}
    return resolve(str(known.get(name, "")))


def definition_reader(connection: Connection) -> DefinitionReader:
    from connectors.feast.client import open_registry

    url = address(connection, "registry_url")
    if not url:
        raise ConnectorError("No registry address is set.", fix="Edit the connection and set the registry address.")
    return open_registry(url, projects=tuple(connection.settings.get("projects", ())))


def offline_reader(connection: Connection) -> ViewReader | None:
    """The reader of the connection's history; None when it has no such store. Raises ConnectorError."""
    from connectors.stores import open_offline

    url = address(connection, "offline_url")
    return open_offline(url) if url else None


def online_reader(connection: Connection) -> ViewReader | None:
    """The reader of what the connection serves; None when it has no such store. Raises ConnectorError."""
    from connectors.stores import open_online

    url = address(connection, "online_url")
    return open_online(url) if url else None


def measurable_kinds(connection: Connection) -> frozenset[str]:
    """Which kinds of source the connection's offline store can be asked about."""
    scheme = address(connection, "offline_url").split(":", 1)[0]
    return frozenset({"postgres"} if scheme.startswith("postgres") else {"file"})
